"""Distributions that one edits, takes apart and draws from."""

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import special

import xent_core as xc
from tests.xent_core.test_information import distributions

pytestmark = pytest.mark.filterwarnings("error")
drawn = settings(derandomize=True, deadline=None, max_examples=150)


@drawn
@given(distributions(count=1), st.data())
def test_the_sum_stays_one_the_value_is_taken_and_the_others_keep_their_proportions(ps, data):
    (p,) = ps
    if len(p) < 2:
        return
    at, value = data.draw(st.integers(0, len(p) - 1)), data.draw(st.floats(0, 1))
    new = xc.set_probability(p, at, value)
    assert new[at] == value
    assert new.sum() == pytest.approx(1, abs=1e-12)
    assert (new >= 0).all()
    others = np.arange(len(p)) != at
    if p[others].sum() > 0:
        shares = p[others] / p[others].sum()
        np.testing.assert_allclose(new[others], shares * (1 - value), rtol=1e-12, atol=1e-300)
    else:
        np.testing.assert_allclose(new[others], (1 - value) / (len(p) - 1), rtol=1e-12)


def test_many_rows_are_set_at_once():
    p = np.array([0.5, 0.25, 0.25])
    rows = xc.set_probability(p, [0, 1, 2], [1.0, 0.0, 0.5])
    for row, at, value in zip(rows, range(3), [1.0, 0.0, 0.5], strict=True):
        np.testing.assert_array_equal(row, xc.set_probability(p, at, value))


@pytest.mark.parametrize(
    ("p", "index", "value", "error", "message"),
    [
        ([0.5, 0.6], 0, 0.5, ValueError, "p: probabilities must sum to 1"),
        ([1.0], 0, 0.5, ValueError, "p: needs at least 2 classes"),
        ([0.5, 0.5], 2, 0.5, IndexError, "index: classes go from 0 to 1, found 2"),
        ([0.5, 0.5], 0, 1.5, ValueError, "value: must be from 0 to 1, found 1.5"),
        ([0.5, 0.5], 0, np.nan, ValueError, "value: must be from 0 to 1, found nan"),
    ],
)
def test_what_cannot_be_set_is_said(p, index, value, error, message):
    with pytest.raises(error, match=message):
        xc.set_probability(p, index, value)


@drawn
@given(distributions())
@pytest.mark.parametrize("base", [2, np.e, 10])
def test_the_terms_are_scipys_and_add_up(base, pair):
    p, q = pair
    entropy_terms = xc.cross_entropy_terms(p, p, base=base)
    np.testing.assert_allclose(entropy_terms, special.entr(p) / np.log(base), rtol=1e-13)
    with np.errstate(all="ignore"):
        wanted = special.rel_entr(p, q) / np.log(base)
    ours = xc.kl_terms(p, q, base=base)
    np.testing.assert_allclose(ours, wanted, rtol=1e-12, atol=1e-14)
    assert ours.sum() == pytest.approx(xc.kl_divergence(p, q, base=base), rel=1e-9, abs=1e-13)
    cross = xc.cross_entropy_terms(p, q, base=base).sum()
    assert cross == pytest.approx(xc.cross_entropy(p, q, base=base), rel=1e-13)


@drawn
@given(distributions())
@pytest.mark.parametrize("base", [2, np.e, 10])
def test_the_gaps_are_scipys_never_below_0_and_add_up_to_the_same_divergence(base, pair):
    p, q = pair
    with np.errstate(all="ignore"):
        wanted = special.kl_div(p, q) / np.log(base)
    ours = xc.kl_gaps(p, q, base=base)
    assert (ours >= 0).all()
    np.testing.assert_allclose(ours, wanted, rtol=1e-9, atol=1e-14)
    assert ours.sum() == pytest.approx(xc.kl_divergence(p, q, base=base), rel=1e-13, abs=1e-300)


def test_a_gap_is_how_far_the_logarithm_lies_below_its_tangent_to_the_last_digits():
    p = np.array([0.5, 0.3, 0.2])
    q = np.array([0.5 + 1e-9, 0.3 - 1e-9, 0.2])
    with mpmath.workdps(50):
        ratios = [mpmath.mpf(float(b)) / mpmath.mpf(float(a)) for a, b in zip(p, q, strict=True)]
        true = [float(a * (x - 1 - mpmath.log(x))) for a, x in zip(p, ratios, strict=True)]
    np.testing.assert_allclose(xc.kl_gaps(p, q), true, rtol=1e-12, atol=1e-300)
    assert xc.kl_gaps([0.0, 1.0], [0.25, 0.75])[0] == 0.25
    assert xc.kl_gaps([0.5, 0.5], [0.0, 1.0])[0] == np.inf


@drawn
@given(hnp.arrays(np.float64, 5, elements=st.floats(0, 1e6)))
@pytest.mark.parametrize("base", [2, np.e, 10])
def test_the_logarithm_lies_below_its_tangent_and_touches_it_at_1(base, x):
    log, tangent = xc.log_and_tangent(x, base=base)
    with np.errstate(divide="ignore"):
        np.testing.assert_allclose(log, np.log(x) / np.log(base), rtol=1e-13, atol=1e-300)
    np.testing.assert_allclose(tangent, (x - 1) / np.log(base))
    assert (log <= tangent + 1e-15).all()
    assert [float(part) for part in xc.log_and_tangent(1, base=base)] == [0, 0]


def test_there_is_no_logarithm_of_a_negative_number():
    for x in (-1, np.nan):
        with pytest.raises(ValueError, match="x: must be ≥ 0"):
            xc.log_and_tangent([1, x])


def test_a_term_is_infinite_only_where_the_impossible_happens():
    p, q = [0.5, 0.5, 0.0, 0.0], [0.5, 0.0, 0.5, 0.0]
    assert xc.cross_entropy_terms(p, q, base=2).tolist() == [0.5, np.inf, 0, 0]
    assert xc.kl_terms(p, q).tolist() == [0, np.inf, 0, 0]


def test_the_terms_survive_a_ratio_that_overflows():
    p, q = np.array([0.5, 0.5]), np.array([5e-324, 1.0])
    with mpmath.workdps(40):
        true = float(mpmath.mpf("0.5") * mpmath.log(mpmath.mpf("0.5") / mpmath.mpf(5e-324)))
    assert xc.kl_terms(p, q)[0] == pytest.approx(true, rel=1e-14)


@drawn
@given(distributions())
def test_the_deviation_is_the_square_root_of_the_variance(pair):
    p, q = pair
    if (q[p > 0] == 0).any():
        assert np.isnan(xc.surprise_deviation(p, q))
        return
    surprise = np.where(p > 0, -np.log(np.where(p > 0, q, 1)), 0)
    variance = p @ surprise**2 - (p @ surprise) ** 2
    assert xc.surprise_deviation(p, q) ** 2 == pytest.approx(variance, abs=1e-9)


def test_draws_are_those_of_the_seed_and_more_go_on_from_fewer():
    p = [0.2, 0.0, 0.5, 0.3]
    many = xc.draw_symbols(p, 1000, 7)
    np.testing.assert_array_equal(xc.draw_symbols(p, 10, 7), many[:10])
    assert (xc.draw_symbols(p, 1000, 8) != many).any()
    assert set(many.tolist()) == {0, 2, 3}


def test_draws_have_the_frequencies_of_p():
    p = np.array([0.5, 0.25, 0.125, 0.125])
    n = 100_000
    counts = np.bincount(xc.draw_symbols(p, n, 0), minlength=4)
    assert (np.abs(counts - n * p) < 5 * np.sqrt(n * p * (1 - p))).all()


def test_the_running_mean_of_the_surprise_stays_near_the_cross_entropy():
    p, q = np.array([0.5, 0.3, 0.2]), np.array([0.2, 0.3, 0.5])
    n = np.arange(1, 100_001)
    surprise = xc.self_information(q, base=2)[xc.draw_symbols(p, len(n), 3)]
    away = np.abs(xc.running_mean(surprise) - xc.cross_entropy(p, q, base=2))
    assert (away <= 5 * xc.surprise_deviation(p, q, base=2) / np.sqrt(n)).all()


@pytest.mark.parametrize(
    ("n", "seed", "message"),
    [(-1, 0, "n: must be from 0"), (2_000_000, 0, "n: must be from 0"), (1, -1, "seed: must")],
)
def test_draws_out_of_range_are_refused(n, seed, message):
    with pytest.raises(ValueError, match=message):
        xc.draw_symbols([0.5, 0.5], n, seed)


def test_the_running_mean_of_a_table_is_refused():
    with pytest.raises(ValueError, match="one row"):
        xc.running_mean([[1, 2]])


# ---- weights that need not sum to 1


@drawn
@given(
    hnp.arrays(np.float64, (3, 4), elements=st.floats(0.001, 10)),
    hnp.arrays(np.float64, (3, 4), elements=st.floats(0.001, 10)),
    st.sampled_from([np.e, 2, 10]),
)
def test_unnormalized_kl_is_what_the_log_sum_inequality_says(a, b, base):
    total_a, total_b = a.sum(axis=-1), b.sum(axis=-1)
    least = total_a * np.log(total_a / total_b) / np.log(base)
    divergence = xc.kl_divergence(a / total_a[:, None], b / total_b[:, None], base=base)
    ours = xc.unnormalized_kl(a, b, base=base)
    np.testing.assert_allclose(ours, least + total_a * divergence, rtol=1e-9, atol=1e-9)


def test_unnormalized_kl_of_distributions_is_their_divergence_and_zeros_are_as_there():
    p, q = [0.5, 0.5, 0.0], [0.25, 0.25, 0.5]
    assert xc.unnormalized_kl(p, q, base=2) == xc.kl_divergence(p, q, base=2) == 1
    assert xc.unnormalized_kl([1, 0], [0, 1]) == np.inf
    assert xc.unnormalized_kl([0.25, 0.25], [0.5, 0.5], base=2) == -0.5
    assert xc.unnormalized_kl(np.float32([1, 2]), np.float32([3, 6])).dtype == np.float32


@pytest.mark.parametrize("bad", [[-1, 1], [np.nan, 1], [np.inf, 1]])
def test_unnormalized_kl_names_a_weight_that_is_none(bad):
    with pytest.raises(ValueError, match=r"^a: weights must be ≥ 0 and finite"):
        xc.unnormalized_kl(bad, [1, 1])
    with pytest.raises(ValueError, match=r"^b: weights must be ≥ 0 and finite"):
        xc.unnormalized_kl([1, 1], bad)
    with pytest.raises(ValueError, match="do not match"):
        xc.unnormalized_kl([1, 1], [1, 1, 1])
