"""Densities: the stated errors hold, and the fits are where nothing near is better."""

import itertools

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, optimize, special, stats

from xent_core.densities import (
    density,
    density_jensen_shannon,
    density_kl,
    density_kl_terms,
    differential_entropy,
    fits,
    forward_kl_fit,
    gaussian,
    gaussian_kl,
    gaussian_mixture,
    log_density,
    quadrature,
    reverse_kl_fits,
)

pytestmark = pytest.mark.filterwarnings("error")

NAN, INF = np.nan, np.inf
MEANS = st.floats(-10, 10)
SDS = st.floats(np.log(0.05), np.log(10)).map(np.exp)
TWO_BUMPS = gaussian_mixture([0.6, 0.4], [-4, 4], [1, 0.7])


def drawn(examples):
    return settings(derandomize=True, deadline=None, max_examples=examples)


@st.composite
def mixtures(draw, most=3):
    """A mixture in the range for which the errors are promised; a weight may be tiny or 0."""
    count = draw(st.integers(1, most))
    shares = st.one_of(st.just(0.0), st.floats(1e-12, 1), st.floats(0.1, 1))
    weights = np.array([draw(shares) for _ in range(count)])
    weights[0] += 0.1
    places = [(draw(MEANS), draw(SDS)) for _ in range(count)]
    return gaussian_mixture(weights / weights.sum(), *np.transpose(places))


def many(count, rows, seed, concentration=1.0):
    """Random mixtures side by side, in the range for which the errors are promised."""
    rng = np.random.default_rng(seed)
    return gaussian_mixture(
        rng.dirichlet(np.full(count, concentration), rows),
        rng.uniform(-10, 10, (rows, count)),
        np.exp(rng.uniform(np.log(0.05), np.log(10), (rows, count))),
    )


def exact_components(p):
    parts = zip(*(part.tolist() for part in p), strict=True)
    return [tuple(map(mpmath.mpf, part)) for part in parts if part[0] > 0]


def exact_log(x, components):
    terms = [
        mpmath.log(w / s) - ((x - m) / s) ** 2 / 2 - mpmath.log(2 * mpmath.pi) / 2
        for w, m, s in components
    ]
    top = max(terms)
    return top + mpmath.log(mpmath.fsum(mpmath.exp(term - top) for term in terms))


def turns(components):
    """Where two of the components are equal, and points around it on the scale of the turn."""
    for (v, m, s), (w, n, t) in itertools.combinations(components, 2):
        a = 1 / t**2 - 1 / s**2
        b = 2 * (m / s**2 - n / t**2)
        c = n**2 / t**2 - m**2 / s**2 + 2 * mpmath.log(v * t / (w * s))
        if not (a or b):
            continue
        roots = mpmath.polyroots([a, b, c], extraprec=200, maxsteps=200) if a else [-c / b]
        for root in roots:
            if abs(mpmath.im(root)) < 1e-15 and (slope := abs(2 * a * root + b) / 2):
                yield from (mpmath.re(root) + k / slope for k in (-60, -15, 0, 15, 60))


def exact_integral(p, g):
    """∫ p(x) g(x, log p(x)) dx to about 15 digits, on panels of 2 standard deviations or less."""
    with mpmath.workdps(25):
        p, others = p[0], p[1:]
        steps = [m + k * s for f in (p, *others) for _, m, s in f for k in range(-12, 13, 2)]
        steps += [x for f in (p, *others) for x in turns(f)]
        low, high = min(m - 11 * s for _, m, s in p), max(m + 11 * s for _, m, s in p)
        points = sorted({min(max(x, low), high) for x in steps})

        def integrand(x):
            log_p = exact_log(x, p)
            return mpmath.exp(log_p) * g(x, log_p)

        return mpmath.quad(integrand, points, maxdegree=5, method="gauss-legendre")


def exact_kl(p, q):
    p, q = exact_components(p), exact_components(q)
    return exact_integral((p, q), lambda x, log_p: log_p - exact_log(x, q))


def within(estimate, true):
    """Whether the stated error bounds the true one; and it must not be large either."""
    value, error = estimate
    assert error <= 1e-9 * (1 + abs(value))
    return abs(mpmath.mpf(float(value)) - true) <= error


def test_kronrods_and_gausss_rules_are_exact_for_their_degrees():
    for degree in range(23):
        kronrod, gauss = quadrature.RULES @ quadrature.NODES**degree
        true = 2 / (degree + 1) if degree % 2 == 0 else 0
        assert kronrod == pytest.approx(true, abs=1e-15)
        if degree < 14:
            assert gauss == pytest.approx(true, abs=1e-15)


@drawn(100)
@given(mixtures(), st.floats(-300, 300))
def test_densities_are_scipys_and_their_logarithms_stay_finite(p, x):
    weights, means, sds = p
    with np.errstate(divide="ignore"):
        true = special.logsumexp(np.log(weights) + stats.norm.logpdf(x, means, sds))
    assert np.isfinite(log_density(x, p))
    np.testing.assert_allclose(log_density(x, p), true, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(density(x, p), np.exp(true), rtol=1e-9)


def test_far_out_the_density_is_0_and_its_logarithm_is_not():
    p = gaussian_mixture([0.5, 0.5], [0, 1], 0.01)
    assert density(1e9, p) == 0
    np.testing.assert_allclose(log_density(1e9, p), -0.5 * ((1e9 - 1) / 0.01) ** 2, rtol=1e-14)


@drawn(200)
@given(MEANS, SDS, MEANS, SDS)
def test_closed_form_of_two_gaussians_keeps_its_digits(mean_p, sd_p, mean_q, sd_q):
    with mpmath.workdps(50):
        m, s, n, t = map(mpmath.mpf, (mean_p, sd_p, mean_q, sd_q))
        true = mpmath.log(t / s) + (s**2 + (m - n) ** 2) / (2 * t**2) - mpmath.mpf(1) / 2
    got = gaussian_kl(mean_p, sd_p, mean_q, sd_q)
    assert got >= 0
    assert got == pytest.approx(float(true), rel=1e-13, abs=1e-15)


@drawn(200)
@given(MEANS, SDS, MEANS, SDS)
def test_integrated_kl_of_two_gaussians_is_within_its_error_of_the_closed_form(m, s, n, t):
    with mpmath.workdps(50):
        a, b, c, d = map(mpmath.mpf, (m, s, n, t))
        true = mpmath.log(d / b) + (b**2 + (a - c) ** 2) / (2 * d**2) - mpmath.mpf(1) / 2
    assert within(density_kl(gaussian(m, s), gaussian(n, t)), true)


@drawn(15)
@given(mixtures(), MEANS, SDS)
def test_kl_both_ways_is_within_its_error_of_25_digits(p, mean, sd):
    q = gaussian(mean, sd)
    assert within(density_kl(p, q), exact_kl(p, q))
    assert within(density_kl(q, p), exact_kl(q, p))


@pytest.mark.parametrize(
    ("mean", "sd"), [(0, 0.05), (10, 0.05), (-9.9, 0.05), (0, 10), (3.3, 10), (0.1234, 2)]
)
def test_neither_narrow_densities_nor_sharp_turns_are_missed(mean, sd):
    q = gaussian(mean, sd)
    for p in (
        gaussian_mixture([0.5, 0.5], [-10, 10], 0.05),
        gaussian_mixture([0.999, 0.001], [0, 0], [10, 0.05]),
        gaussian_mixture([1e-9, 1 - 1e-9], [9, -7], [0.05, 0.06]),
    ):
        assert within(density_kl(p, q), exact_kl(p, q))
        assert within(density_kl(q, p), exact_kl(q, p))


@drawn(20)
@given(mixtures())
def test_entropy_is_within_its_error_of_25_digits(p):
    true = exact_integral((exact_components(p),), lambda x, log_p: -log_p)
    assert within(differential_entropy(p), true)


@pytest.mark.parametrize(("count", "concentration"), [(1, 1), (2, 1), (2, 0.05), (4, 0.3)])
def test_a_much_finer_rule_agrees_within_the_error(count, concentration, monkeypatch):
    p, q = many(count, 600, 1, concentration), many(1, 600, 2)
    calls = [
        lambda: density_kl(p, q),
        lambda: density_kl(q, p),
        lambda: differential_entropy(p),
        lambda: density_jensen_shannon(p, q),
    ]
    stated = [call() for call in calls]
    monkeypatch.setattr(quadrature, "CUTS", np.linspace(-10, 10, 25))
    monkeypatch.setattr(quadrature, "AGREEMENT", 1e-14)
    for (value, error), call in zip(stated, calls, strict=True):
        assert (np.abs(call().value - value) <= error).all()
        assert (error <= 1e-9 * (1 + np.abs(value))).all()


def test_what_is_cut_off_is_less_than_its_bound():
    p = gaussian_mixture([0.3, 0.7], [-1, 2], [1, 0.5])
    f = gaussian_mixture([0.9, 0.1], [4, 5], [0.1, 0.2])
    columns = [quadrature.as_columns(part, ()) for part in (p, f)]
    edges = quadrature.panel_edges(*columns)
    components, other = exact_components(p), exact_components(f)

    def cut_off(x):
        return mpmath.exp(exact_log(x, components)) * abs(exact_log(x, other))

    low, high = float(np.nanmin(edges)), float(np.nanmax(edges))
    true = mpmath.quad(cut_off, [low - 20, low]) + mpmath.quad(cut_off, [high, high + 20])
    assert 0 < true <= quadrature.tails_bound(*columns)[0] < 1e-12


def test_far_from_0_the_error_grows_with_what_rounding_takes():
    kl = density_kl(gaussian(1e9, 1), gaussian(1e9, 1.5))
    assert abs(kl.value - gaussian_kl(0, 1, 0, 1.5)) <= kl.error < 1e-4


def test_the_range_that_is_allowed_can_be_computed():
    for p, q in [((0, 1e-60), (1, 1e60)), ((1e60, 1e60), (-1e60, 1e50)), ((0, 1), (1e60, 1e50))]:
        kl = density_kl(gaussian(*p), gaussian(*q))
        assert abs(kl.value - gaussian_kl(*p, *q)) <= kl.error <= 1e-3 * kl.value


def test_entropy_of_a_gaussian_is_scipys_and_negative_where_it_is_narrow():
    sds = np.array([0.01, 0.1, 0.2, 1, 10])
    value, error = differential_entropy(gaussian(3, sds))
    np.testing.assert_allclose(value, stats.norm.entropy(3, sds), rtol=1e-14)
    assert (error < 1e-13).all()
    np.testing.assert_array_equal(value < 0, sds < 1 / np.sqrt(2 * np.pi * np.e))


def test_a_mixture_of_equal_gaussians_is_that_gaussian():
    same = gaussian_mixture([0.3, 0.7], [2, 2], 0.5)
    value, error = differential_entropy(same)
    assert abs(value - differential_entropy(gaussian(2, 0.5)).value) <= error
    assert density_kl(same, gaussian(2, 0.5)).value < 1e-12


def test_two_bumps_far_apart_have_one_bit_more_than_one():
    p = gaussian_mixture([0.5, 0.5], [-50, 50], 2)
    value, error = differential_entropy(p, base=2)
    assert abs(value - 1 - differential_entropy(gaussian(0, 2), base=2).value) <= error


@drawn(50)
@given(mixtures(), mixtures(), st.floats(-100, 100), st.floats(0.01, 100))
def test_the_unit_of_x_changes_entropy_by_its_logarithm_and_kl_not_at_all(p, q, shift, scale):
    moved = [f._replace(means=f.means * scale + shift, sds=f.sds * scale) for f in (p, q)]
    old, new = differential_entropy(p), differential_entropy(moved[0])
    assert abs(new.value - old.value - np.log(scale)) <= old.error + new.error
    old, new = density_kl(p, q), density_kl(*moved)
    # The parameters themselves are rounded, which a steep log density multiplies.
    assert abs(new.value - old.value) <= old.error + new.error + 1e-11 * new.value


@drawn(50)
@given(mixtures(), mixtures())
def test_jensen_shannon_is_symmetric_at_most_a_bit_and_a_quarter_of_kl_both_ways(p, q):
    value, error = density_jensen_shannon(p, q, base=2)
    other = density_jensen_shannon(q, p, base=2)
    assert 0 <= value <= 1
    assert abs(value - other.value) <= error + other.error
    there, back = density_kl(p, q, base=2), density_kl(q, p, base=2)
    assert value - error <= (there.value + back.value + there.error + back.error) / 4
    assert density_jensen_shannon(p, p).value <= 1e-12


@drawn(50)
@given(mixtures(), mixtures(), st.floats(-20, 20))
def test_what_a_place_adds_is_scipys_relative_entropy_and_finite_everywhere(p, q, x):
    adds = density_kl_terms(x, p, q, base=2)
    assert np.isfinite(adds)
    here = float(density(x, p)), float(density(x, q))
    if min(here) > 1e-300:
        true = special.rel_entr(*here) / np.log(2)
        assert adds == pytest.approx(true, rel=1e-9, abs=1e-11 * here[0])


def test_what_all_places_add_is_the_divergence():
    p, q = gaussian([[0], [2]], 1), TWO_BUMPS
    x = np.linspace(-30, 30, 6001)  # even steps: exact for what vanishes at both ends
    for one, other in ((p, q), (q, p)):
        total = density_kl_terms(x, one, other).sum(axis=-1) * (x[1] - x[0])
        np.testing.assert_allclose(total, density_kl(one, other).value[:, 0], rtol=1e-9)
    assert density_kl_terms(1e50, gaussian(0, 1), gaussian(0, 2)) == 0


def test_jensen_shannon_is_scipys_integral():
    p, q = gaussian(0, 1), TWO_BUMPS

    def integrand(x):
        a, b = float(density(x, p)), float(density(x, q))
        middle = (a + b) / 2
        return (special.rel_entr(a, middle) + special.rel_entr(b, middle)) / 2

    true, _ = integrate.quad(integrand, -12, 12, points=[-4, 0, 4], epsabs=1e-12, limit=200)
    assert density_jensen_shannon(p, q).value == pytest.approx(true, abs=1e-10)
    assert density_jensen_shannon(gaussian(0, 1), gaussian(100, 1), base=2).value == 1


def test_rows_are_computed_as_if_alone_and_leading_axes_broadcast():
    p, q = many(2, 300, 5), many(1, 300, 6)
    for f in (density_kl, density_jensen_shannon):
        value, error = f(p, q)
        for i in (0, 150, 299):
            alone = f(*(type(m)(*(part[i] for part in m)) for m in (p, q)))
            assert abs(alone.value - value[i]) <= 1e-13 * (1 + value[i])
            assert alone.error == pytest.approx(error[i], rel=1e-3)
    grid = density_kl(TWO_BUMPS, gaussian(np.zeros((4, 1)), np.ones(3)))
    assert grid.value.shape == grid.error.shape == (4, 3)
    assert log_density(np.zeros(7), gaussian(np.zeros((5, 1)), 1)).shape == (5, 7)
    assert log_density(np.zeros((2, 5, 7)), gaussian(np.zeros((5, 1)), 1)).shape == (2, 5, 7)
    none = gaussian_mixture(np.full((0, 2), 0.5), [0, 1], 1)
    assert density_kl(none, gaussian(0, 1)).value.shape == (0,)
    assert reverse_kl_fits(none).mean.shape == (0, 1)


@pytest.mark.parametrize("base", [2, 10, 0.5])
def test_the_base_changes_the_unit_only(base):
    q = gaussian(1, 2)
    scale = np.log(base)
    np.testing.assert_allclose(
        gaussian_kl(0, 1, 1, 2, base=base), gaussian_kl(0, 1, 1, 2) / scale, rtol=1e-14
    )
    for f in (
        lambda **base: density_kl(TWO_BUMPS, q, **base),
        lambda **base: density_jensen_shannon(TWO_BUMPS, q, **base),
        lambda **base: differential_entropy(TWO_BUMPS, **base),
        lambda **base: forward_kl_fit(TWO_BUMPS, **base)[2:],
        lambda **base: reverse_kl_fits(TWO_BUMPS, **base)[2:],
    ):
        value, error = f(base=base)
        nats, nats_error = f()
        np.testing.assert_allclose(value, nats / scale, rtol=1e-14)
        np.testing.assert_allclose(error, nats_error / abs(scale), rtol=1e-14)


@drawn(50)
@given(mixtures(), st.floats(-1, 1), st.floats(-1, 1))
def test_no_gaussian_has_a_smaller_forward_kl_than_the_matched_moments(p, move, widen):
    fit = forward_kl_fit(p)
    other = density_kl(p, gaussian(fit.mean + move * fit.sd, fit.sd * np.exp(widen)))
    assert fit.divergence <= other.value + fit.error + other.error
    # D(P‖Q) - D(P‖best) is what the closed form says.
    gap = gaussian_kl(0, 1, move, np.exp(widen))
    assert abs(other.value - fit.divergence - gap) <= fit.error + other.error + 1e-12 * gap


def test_scipy_finds_the_same_forward_fit():
    fit = forward_kl_fit(TWO_BUMPS)
    best = optimize.minimize(
        lambda v: float(density_kl(TWO_BUMPS, gaussian(v[0], np.exp(v[1]))).value), [0.5, 0.5]
    )
    np.testing.assert_allclose(best.x, [fit.mean, np.log(fit.sd)], atol=1e-4)
    assert best.fun == pytest.approx(fit.divergence, abs=1e-8)


def reverse(p):
    """D(Q‖P) as a function of an array (mean, log sd)."""
    return lambda v: density_kl(gaussian(v[0], np.exp(v[1])), p).value


@drawn(30)
@given(mixtures())
def test_at_a_reverse_fit_the_gradient_is_0_and_nothing_near_is_better(p):
    fits = reverse_kl_fits(p)
    assert np.isfinite(fits.mean).all()
    assert (np.diff(fits.divergence) >= -1e-8 * (1 + fits.divergence[0])).all()
    angle = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    f = reverse(p)
    for mean, sd, kl, error in zip(*fits, strict=True):
        h = 1e-4
        here = [mean, np.log(sd)]
        by_mean = f([mean + h * sd * np.array([1, -1]), here[1]])
        by_sd = f([mean, here[1] + h * np.array([1, -1])])
        assert abs(by_mean[0] - by_mean[1]) / (2 * h) < 1e-6
        assert abs(by_sd[0] - by_sd[1]) / (2 * h) < 1e-6
        for radius in (1e-3, 0.01):
            ring = f([mean + radius * sd * np.cos(angle), here[1] + radius * np.sin(angle)])
            assert (ring >= kl - 2 * error - 1e-10).all()


@pytest.mark.parametrize("seed", range(4))
def test_every_local_minimum_on_a_grid_is_among_the_reverse_fits(seed):
    rng = np.random.default_rng(seed)
    count = 2 + seed % 2
    p = gaussian_mixture(
        rng.dirichlet(np.full(count, 2)),
        rng.uniform(-6, 6, count),
        np.exp(rng.uniform(np.log(0.2), np.log(3), count)),
    )
    fits = reverse_kl_fits(p)
    mean, log_sd = np.linspace(-8, 8, 161), np.linspace(np.log(0.1), np.log(8), 81)
    kl = reverse(p)([mean[:, None], log_sd])
    inner = kl[1:-1, 1:-1]
    around = [kl[1 + i : 160 + i, 1 + j : 80 + j] for i in (-1, 0, 1) for j in (-1, 0, 1) if i or j]
    lowest = np.argwhere((inner < np.array(around)).all(axis=0)) + 1
    assert len(lowest) > 0
    for i, j in lowest:
        found = optimize.minimize(reverse(p), [mean[i], log_sd[j]], method="Nelder-Mead").x
        apart = np.hypot((fits.mean - found[0]) / fits.sd, np.log(fits.sd) - found[1])
        assert apart.min() < 1e-3


def test_forward_seeks_the_mean_and_reverse_a_mode():
    p = TWO_BUMPS
    forward, backward = forward_kl_fit(p), reverse_kl_fits(p)
    # Forward: between the bumps, where there is hardly any density, and wider than both.
    assert forward.mean == pytest.approx(-0.8)
    assert forward.sd > 3
    assert density(forward.mean, p) < 0.01 * density(-4, p)
    # Reverse: one minimum on each bump, the heavier first; D is what the other bump's weight costs.
    np.testing.assert_allclose(backward.mean[:2], [-4, 4], atol=0.02)
    np.testing.assert_allclose(backward.sd[:2], [1, 0.7], atol=0.02)
    np.testing.assert_allclose(backward.divergence[:2], -np.log([0.6, 0.4]), atol=0.01)
    best = optimize.minimize(reverse(p), [-3, 0.3], method="Nelder-Mead")
    np.testing.assert_allclose(best.x, [backward.mean[0], np.log(backward.sd[0])], atol=1e-3)


def test_bumps_that_have_merged_have_one_reverse_fit_between_them():
    fits = reverse_kl_fits(gaussian_mixture([0.5, 0.5], [[-1, 1], [-4, 4]], 1))
    assert fits.mean.shape[-1] >= 2
    assert fits.mean[0, 0] == pytest.approx(0, abs=1e-7)
    assert np.isnan(fits.mean[0, 1:]).all()
    # Equally good ones come from left to right.
    assert fits.mean[1, 0] < -3.9
    assert fits.mean[1, 1] > 3.9


def test_a_saddle_point_between_two_minima_is_no_fit():
    p = gaussian_mixture([0.5, 0.5], [-2.5, 2.5], 1)
    columns = quadrature.as_columns(p, (1,))

    def gradient(v):
        return fits.reverse_kl(v[:1], np.exp(v[1:]), columns)[1][0]

    mean, log_sd = optimize.root(gradient, [1.8, np.log(1.6)], tol=1e-12).x
    assert 1 < mean < 2.3
    start = np.array([[mean]]), np.exp([[log_sd]])
    rows = type(p)(*(part[None] for part in p))
    assert np.abs(gradient(np.array([mean, log_sd]))).max() < fits.FLAT
    assert not fits.minimize(start, rows)[2].any()


def test_the_fits_of_a_gaussian_are_itself():
    p = gaussian_mixture([0, 1], [7, 3], [1, 2])
    for fit in (forward_kl_fit(p), reverse_kl_fits(p)):
        np.testing.assert_allclose(np.ravel(fit.mean), [3], rtol=1e-12)
        np.testing.assert_allclose(np.ravel(fit.sd), [2], rtol=1e-12)
        assert (fit.divergence <= fit.error).all()


def test_a_fit_is_found_for_every_random_mixture():
    for count in (1, 2, 3):
        fits = reverse_kl_fits(many(count, 100, 3, 0.5))
        assert np.isfinite(fits.mean[:, 0]).all()


@pytest.mark.parametrize(
    ("message", "call"),
    [
        ("sd: must be positive, found 0.0$", lambda: gaussian(0, 0)),
        (r"sd: must be positive, found -1.0 at index \(1,\)", lambda: gaussian(0, [1, -1])),
        ("sd: must be positive, found nan", lambda: gaussian(0, NAN)),
        ("sd: must be from 1e-60 to 1e\\+60, found inf", lambda: gaussian(0, INF)),
        ("sd: must be from 1e-60 to 1e\\+60, found 1e-70", lambda: gaussian(0, 1e-70)),
        (r"sd: must be at least 1e-10 of \|mean\|, found 1e-12", lambda: gaussian(1, 1e-12)),
        ("mean: must be from -1e\\+60 to 1e\\+60, found nan", lambda: gaussian(NAN, 1)),
        ("mean: must be from .* found -inf", lambda: gaussian(-INF, 1)),
        ("mean: must hold .* found <U1", lambda: gaussian("a", 1)),
        (r"mean, sd: shapes \(2,\) and \(3,\) do not", lambda: gaussian([0, 0], [1, 1, 1])),
        ("weights: must have an axis", lambda: gaussian_mixture(1, [0], [1])),
        (r"weights: .* empty, shape \(0,\)", lambda: gaussian_mixture([], [], [])),
        (
            r"weights: .* ≥ 0, found -0.5 at index \(1,\)",
            lambda: gaussian_mixture([0.5, -0.5], [0, 0], 1),
        ),
        ("weights: .* sum to 1 .* found 0.9", lambda: gaussian_mixture([0.5, 0.4], [0, 0], 1)),
        ("weights: .* nan", lambda: gaussian_mixture([0.5, NAN], [0, 0], 1)),
        (r"means, sds: must be 1 as the weights", lambda: gaussian_mixture([1], [0, 1], 1)),
        (
            r"weights, means, sds: shapes \(2,\) and \(3,\) do not",
            lambda: gaussian_mixture([0.5, 0.5], [0, 1, 2], 1),
        ),
        (
            r"means, sds: shapes \(2,\) and \(3,\) do not",
            lambda: gaussian_mixture([0.5, 0.5], [0, 1], [1, 1, 1]),
        ),
        (
            r"sds: must be positive, found 0.0 at index \(1,\)",
            lambda: gaussian_mixture([0.5, 0.5], [0, 1], [1, 0]),
        ),
        ("sd_p: must be positive, found -1.0", lambda: gaussian_kl(0, -1, 0, 1)),
        ("mean_q: must be from .* found nan", lambda: gaussian_kl(0, 1, NAN, 1)),
        (r"p, q: shapes \(2,\) and \(3,\)", lambda: gaussian_kl([0, 0], 1, [0, 0, 0], 1)),
        (r"x: must be from .* found inf at index \(1,\)", lambda: density([0, INF], TWO_BUMPS)),
        ("x: must be from .* found nan", lambda: log_density(NAN, TWO_BUMPS)),
        (
            r"x, p: shapes \(3,\) and \(2,\) do not match",
            lambda: density([0, 1, 2], gaussian([0, 0], 1)),
        ),
        (
            r"p, q: shapes \(2,\) and \(3,\) do not match",
            lambda: density_kl(gaussian([0, 0], 1), gaussian([0, 0, 0], 1)),
        ),
        (
            r"p, q: shapes \(2,\) and \(3,\) do not match",
            lambda: density_jensen_shannon(gaussian([0, 0], 1), gaussian([0, 0, 0], 1)),
        ),
        (
            r"x, p, q: shapes \(4,\) and \(2,\) and \(1,\) do not match",
            lambda: density_kl_terms(np.zeros(4), gaussian([0, 0], 1), gaussian([0], 1)),
        ),
        ("x: must be from .* found nan", lambda: density_kl_terms(NAN, TWO_BUMPS, TWO_BUMPS)),
        ("base: .* found 1$", lambda: density_kl_terms(0, TWO_BUMPS, TWO_BUMPS, base=1)),
        ("base: .* found 1$", lambda: density_kl(TWO_BUMPS, TWO_BUMPS, base=1)),
        ("base: .* found 0$", lambda: differential_entropy(TWO_BUMPS, base=0)),
        ("base: .* found -2$", lambda: gaussian_kl(0, 1, 0, 1, base=-2)),
        ("base: .* found nan$", lambda: forward_kl_fit(TWO_BUMPS, base=NAN)),
        ("base: .* found inf$", lambda: reverse_kl_fits(TWO_BUMPS, base=INF)),
        ("base: .* found 1$", lambda: density_jensen_shannon(TWO_BUMPS, TWO_BUMPS, base=1)),
    ],
)
def test_a_mistake_is_named_with_its_value(message, call):
    with pytest.raises(ValueError, match=f"^{message}"):
        call()
