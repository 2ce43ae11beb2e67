"""Information, entropy and divergences: against 60 digits and SciPy."""

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import special, stats
from scipy.spatial.distance import jensenshannon

import xent_core as xc

pytestmark = pytest.mark.filterwarnings("error")
drawn = settings(derandomize=True, deadline=None, max_examples=100)

INF, NAN = np.inf, np.nan
PAIRED = [xc.cross_entropy, xc.kl_divergence, xc.jensen_shannon_divergence]


@st.composite
def distributions(draw, count=2):
    """`count` distributions over the same classes, some of which may be impossible."""
    size = draw(st.integers(1, 7))
    weights = draw(
        hnp.arrays(
            np.float64,
            (count, size),
            elements=st.one_of(st.just(0.0), st.floats(1e-12, 1), st.floats(0.1, 1)),
        )
    )
    weights[:, 0] += 0.1
    return weights / weights.sum(-1, keepdims=True)


def random_pairs():
    rng = np.random.default_rng(11)
    for size in (2, 3, 10, 100):
        for sharpness in (0.01, 1, 100):
            p, q = rng.dirichlet(np.full(size, 1 / sharpness), 2)
            yield p, np.maximum(q, 1e-300)


@pytest.mark.parametrize("base", [2, np.e, 10, 3.5])
def test_self_information_is_minus_the_logarithm(base, exact):
    p = np.concatenate([np.random.default_rng(0).random(200), [5e-324, 1e-300]])
    for value, got in zip(p, xc.self_information(p, base=base), strict=True):
        with mpmath.workdps(60):
            true = -mpmath.log(mpmath.mpf(float(value)))
            true = true if base == np.e else true / mpmath.log(mpmath.mpf(base))
        assert exact.ulps(got, true) <= 4


def test_bits_are_exact_for_powers_of_two():
    n = np.arange(1075)
    np.testing.assert_array_equal(xc.self_information(2.0**-n, base=2), n)
    assert xc.entropy(np.full(1024, 2**-10), base=2) == 10
    assert xc.jensen_shannon_divergence([1, 0], [0, 1], base=2) == 1


def test_certainty_has_no_information_and_impossibility_infinitely_much():
    assert xc.self_information(1) == 0
    assert not np.signbit(xc.self_information(1))
    assert not np.signbit(xc.entropy([1, 0]))
    assert xc.self_information(0) == INF
    assert xc.self_information(-0.0) == INF


def test_a_base_below_1_turns_the_sign():
    assert xc.self_information(0.25, base=0.5) == -2


def test_zero_times_log_zero_is_zero():
    assert xc.entropy([1, 0, 0]) == 0
    assert xc.cross_entropy([1, 0], [1, 0]) == 0
    assert xc.cross_entropy([1, 0], [0.5, 0.5], base=2) == 1
    assert xc.kl_divergence([1, 0], [1, 0]) == 0
    assert xc.jensen_shannon_divergence([1, 0], [1, 0]) == 0


def test_what_q_calls_impossible_costs_infinitely_much():
    assert xc.cross_entropy([0.5, 0.5], [1, 0]) == INF
    assert xc.kl_divergence([0.5, 0.5], [1, 0]) == INF
    assert xc.jensen_shannon_divergence([0.5, 0.5], [1, 0]) < np.log(2)


def test_entropy_and_cross_entropy_are_within_8_ulps_of_60_digits(exact):
    for p, q in random_pairs():
        with mpmath.workdps(60):
            logs = [mpmath.log(mpmath.mpf(float(v))) for v in q]
            true = -mpmath.fsum(mpmath.mpf(float(v)) * w for v, w in zip(p, logs, strict=True))
            logs = [mpmath.log(mpmath.mpf(float(v))) if v else 0 for v in p]
            own = -mpmath.fsum(mpmath.mpf(float(v)) * w for v, w in zip(p, logs, strict=True))
        assert exact.ulps(xc.cross_entropy(p, q), true) <= 8
        assert exact.ulps(xc.entropy(p), own) <= 8


@pytest.mark.parametrize("distance", [1e-14, 1e-9, 1e-4, 0.04, 0.12, 0.45])
def test_divergences_keep_their_digits_where_p_is_close_to_q(distance):
    # Dyadic, so that p and q both sum to 1 exactly: then the definition, to 60 digits, is exact.
    p = np.array([0.125, 0.375, 0.25, 0.25])
    step = np.ldexp(1.0, int(np.floor(np.log2(distance * 0.125))))
    q = p + step * np.array([1, -1, 0.5, -0.5])
    with mpmath.workdps(60):
        pairs = [(mpmath.mpf(float(a)), mpmath.mpf(float(b))) for a, b in zip(p, q, strict=True)]
        kl = mpmath.fsum(a * mpmath.log(a / b) for a, b in pairs)
        js = mpmath.fsum(
            a * mpmath.log(2 * a / (a + b)) + b * mpmath.log(2 * b / (a + b)) for a, b in pairs
        )
    np.testing.assert_allclose(xc.kl_divergence(p, q), float(kl), rtol=1e-14)
    np.testing.assert_allclose(xc.jensen_shannon_divergence(p, q), float(js / 2), rtol=1e-14)


def test_divergences_survive_probabilities_at_the_edge_of_float64():
    tiny = 5e-324
    assert xc.kl_divergence([1, 0], [1, tiny]) == tiny
    np.testing.assert_allclose(xc.kl_divergence([0.0, 1], [1, 1e-310]), 310 * np.log(10))
    np.testing.assert_allclose(xc.kl_divergence([tiny, 1], [1, tiny]), -np.log(tiny))
    assert xc.jensen_shannon_divergence([1, tiny], [1, 0]) < 1e-320


@drawn
@given(distributions(), st.sampled_from([2, np.e, 10]))
def test_scipy_agrees(pq, base):
    p, q = pq
    scale = np.log(base)
    close = {"rtol": 1e-9, "atol": 1e-13}
    np.testing.assert_allclose(xc.entropy(p, base=base), special.entr(p).sum() / scale, **close)
    np.testing.assert_allclose(xc.entropy(p, base=base), stats.entropy(p, base=base), **close)
    expected = special.rel_entr(p, q).sum() / scale
    np.testing.assert_allclose(xc.kl_divergence(p, q, base=base), expected, **close)
    distance = xc.jensen_shannon_divergence(p, q, base=base)
    halves = special.rel_entr(p, (p + q) / 2).sum() + special.rel_entr(q, (p + q) / 2).sum()
    np.testing.assert_allclose(distance, halves / 2 / scale, **close)
    if distance > 1e-6:  # below, SciPy's square root shows its rounding
        np.testing.assert_allclose(np.sqrt(distance), jensenshannon(p, q, base), rtol=1e-8)


@drawn
@given(distributions())
def test_gibbs_inequality_holds(pq):
    p, q = pq
    entropy, crossed = xc.entropy(p), xc.cross_entropy(p, q)
    assert 0 <= entropy <= np.log(p.size) * (1 + 1e-15)
    assert crossed >= entropy * (1 - 1e-14)
    kl = xc.kl_divergence(p, q)
    assert kl >= 0
    if np.isfinite(crossed):
        np.testing.assert_allclose(entropy + kl, crossed, rtol=1e-12, atol=1e-14)
    else:
        assert kl == INF


@drawn
@given(distributions(), st.sampled_from([np.float32, np.float64]))
def test_jensen_shannon_is_symmetric_and_at_most_log_2(pq, dtype):
    p, q = pq.astype(dtype)
    for base in (2, np.e, 10):
        distance = xc.jensen_shannon_divergence(p, q, base=base)
        assert 0 <= distance <= dtype(np.log(2) / np.log(base))
        assert distance == xc.jensen_shannon_divergence(q, p, base=base)


@drawn
@given(distributions(count=1))
def test_kl_of_a_distribution_with_itself_is_0_and_with_its_rounding_tiny(p):
    p = p[0]
    assert xc.kl_divergence(p, p) == 0
    nudged = np.clip(np.nextafter(p, 1), 0, 1)
    assert 0 <= xc.kl_divergence(p, np.where(p > 0, nudged, 0)) <= 1e-30
    assert 0 <= xc.jensen_shannon_divergence(p, nudged) <= 1e-30 + 5e-324 * p.size


@pytest.mark.parametrize("f", PAIRED)
def test_distributions_broadcast_but_not_along_the_classes(f):
    rng = np.random.default_rng(1)
    p, q = rng.dirichlet(np.ones(4), (5, 1)), rng.dirichlet(np.ones(4), 3)
    result = f(p, q)
    assert result.shape == (5, 3)
    np.testing.assert_array_equal(result[2, 1], f(p[2, 0], q[1]))
    np.testing.assert_array_equal(f(q, p[0, 0]), f(q, np.tile(p[0], (3, 1))))
    with pytest.raises(ValueError, match=r"^p, q: shapes \(1,\) and \(3, 4\) do not match"):
        f([1.0], q)
    with pytest.raises(ValueError, match=r"^p, q: shapes \(5, 1, 4\) and \(4, 3\) do not match"):
        f(p, q.T)


@pytest.mark.parametrize("f", PAIRED)
def test_types_mix_to_the_wider_one(f):
    import ml_dtypes

    p = np.array([0.5, 0.5])
    types = {
        (np.float16, np.float32): np.float32,
        (np.float32, np.float64): np.float64,
        (ml_dtypes.bfloat16, np.float32): np.float32,
        (ml_dtypes.bfloat16, np.float16): np.float32,
        (np.float32, np.int64): np.float64,
    }
    for (first, second), expected in types.items():
        q = np.array([0, 1]) if second is np.int64 else p
        assert f(q.astype(second), p.astype(first)).dtype == expected


@pytest.mark.parametrize(
    ("dtype", "tolerance"), [(np.float16, 0.031), (np.float32, 3.4e-4), (np.float64, 1.4e-8)]
)
def test_a_sum_may_miss_1_by_the_root_of_eps(dtype, tolerance):
    xc.entropy(np.array([0.5, 0.5 + tolerance], np.float64).astype(dtype))
    xc.entropy(np.array([1 + tolerance, 0]).astype(dtype))
    with pytest.raises(ValueError, match="p: probabilities must sum to 1"):
        xc.entropy(np.array([0.5, 0.5 + 1.1 * tolerance]).astype(dtype))


def test_softmax_is_accepted_as_a_distribution_in_every_type():
    import ml_dtypes

    x = np.random.default_rng(2).normal(size=(20, 100))
    for dtype in (np.float16, ml_dtypes.bfloat16, np.float32, np.float64):
        p = xc.softmax(x.astype(dtype))
        assert (xc.entropy(p).astype(float) > 0).all()


@pytest.mark.parametrize(
    ("message", "call"),
    [
        (
            r"p: probabilities must be ≥ 0, found -0.2 at index \(3,\)$",
            lambda: xc.self_information([0.1, 0.2, 0.3, -0.2]),
        ),
        ("p: probabilities must be ≥ 0, found -0.2$", lambda: xc.self_information(-0.2)),
        (
            r"p: probabilities must be ≤ 1, found 1.5 at index \(0,\)",
            lambda: xc.self_information(np.array([1.5, 0.1], np.float32)),
        ),
        (r"p: .* found nan at index \(1,\)", lambda: xc.entropy([0.5, NAN])),
        (r"p: .* ≥ 0, found -0.5 at index \(1, 0\)", lambda: xc.entropy([[0, 1], [-0.5, 1.5]])),
        (r"p: .* must sum to 1 along axis -?\d, found 0.9$", lambda: xc.entropy([0.5, 0.4])),
        (
            r"p: .* sum to 1 along axis 0, found 0.5 at index \(1,\)",
            lambda: xc.entropy([[0.5, 0.25], [0.5, 0.25]], axis=0),
        ),
        (
            r"p: .* sum to 1 along axis \(0, 1\), found 2.0$",
            lambda: xc.entropy([[0.5, 0.5], [0.5, 0.5]], axis=None),
        ),
        (r"p: the class axis is empty, shape \(0,\)", lambda: xc.entropy([])),
        (r"q: .* ≥ 0, found -0.1 at index \(0,\)", lambda: xc.cross_entropy([1, 0], [-0.1, 1.1])),
        (r"q: .* must sum to 1 .* found 0.75", lambda: xc.kl_divergence([1, 0], [0.5, 0.25])),
        (r"q: .* nan", lambda: xc.jensen_shannon_divergence([1, 0], [NAN, 0.25])),
        (
            r"p, q: shapes \(2,\) and \(3,\) do not match",
            lambda: xc.cross_entropy([0.5, 0.5], [0.5, 0.5, 0]),
        ),
        ("base: .* found 0$", lambda: xc.entropy([1], base=0)),
        ("base: .* found -2$", lambda: xc.self_information(1, base=-2)),
        ("base: .* found 1$", lambda: xc.cross_entropy([1], [1], base=1)),
        ("base: .* found nan$", lambda: xc.kl_divergence([1], [1], base=NAN)),
        ("base: .* found inf$", lambda: xc.jensen_shannon_divergence([1], [1], base=INF)),
        ("base: must be a number, found 'e'", lambda: xc.entropy([1], base="e")),
        ("base: must be a number, found 1j", lambda: xc.entropy([1], base=1j)),
    ],
)
def test_a_mistake_is_named_with_its_value(message, call):
    with pytest.raises(ValueError, match=f"^{message}"):
        call()
