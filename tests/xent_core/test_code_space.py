"""The unit of code space: what fits, and that nothing that fits is shorter than the entropy."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import entropy as scipy_entropy

import xent_core as xc
from xent_core.code_space import whole_lengths

drawn = settings(derandomize=True, deadline=None, max_examples=100)


@st.composite
def distributions(draw, max_size=8):
    weights = np.array(draw(st.lists(st.floats(1e-6, 1), min_size=2, max_size=max_size)))
    return weights / weights.sum()


@given(st.lists(st.integers(0, 60), min_size=1, max_size=8))
@drawn
def test_a_words_share_is_a_power_of_one_half_exactly(lengths):
    assert [Fraction(x) for x in xc.code_space(lengths)] == [Fraction(1, 2**n) for n in lengths]


@given(st.lists(st.integers(1, 40), min_size=1, max_size=8))
@drawn
def test_the_shares_of_whole_lengths_add_up_to_krafts_sum(lengths):
    assert xc.code_space(lengths).sum() == pytest.approx(xc.kraft_sum(lengths), rel=1e-15)


@given(distributions(), st.data())
@drawn
def test_no_lengths_that_fit_are_shorter_than_the_entropy(p, data):
    lengths = np.array(data.draw(st.lists(st.floats(0, 12), min_size=len(p), max_size=len(p))))
    space = xc.code_space(lengths).sum()
    mean = xc.average_length(p, lengths)
    assert mean >= xc.least_average_length(p, space) - 1e-9
    if space <= 1:
        assert mean >= scipy_entropy(p, base=2) - 1e-9
    # the distance is a divergence: that of P from the words' shares
    q = xc.code_space(lengths) / space
    gap = xc.kl_divergence(p, q, base=2)
    assert mean - xc.least_average_length(p, space) == pytest.approx(gap, abs=1e-9)


@given(distributions())
@drawn
def test_the_ideal_lengths_fill_the_unit_and_reach_the_entropy(p):
    ideal = xc.self_information(p, base=2)
    assert xc.code_space(ideal).sum() == pytest.approx(1, rel=1e-12)
    assert xc.average_length(p, ideal) == pytest.approx(scipy_entropy(p, base=2), rel=1e-12)


@pytest.mark.parametrize("p", [[0.4, 0.3, 0.2, 0.1], [0.5, 0.25, 0.125, 0.125], [0.9, 0.1]])
def test_a_search_among_all_lengths_that_fit_ends_at_minus_log2_p(p):
    fits = {"type": "ineq", "fun": lambda lengths: 1 - np.exp2(-lengths).sum()}
    start = np.full(len(p), math.log2(len(p)) + 0.5)
    found = minimize(lambda lengths: np.dot(p, lengths), start, constraints=[fits])
    np.testing.assert_allclose(found.x, -np.log2(p), atol=2e-3)
    assert found.fun == pytest.approx(xc.least_average_length(p, 1.0), abs=1e-6)


def test_what_never_comes_adds_nothing_even_with_an_endless_word():
    assert xc.average_length([1.0, 0.0], [0.0, np.inf]) == 0
    assert xc.average_length([0.5, 0.5], [1.0, np.inf]) == np.inf


def test_all_codes_of_whole_lengths_are_there_once_and_huffmans_is_the_best_that_fits():
    p = [0.4, 0.3, 0.2, 0.1]
    every = whole_lengths(4, 6)
    assert every.shape == (6**4, 4)
    assert len(np.unique(every, axis=0)) == 6**4
    fit = every[xc.code_space(every).sum(axis=-1) <= 1]
    assert xc.average_length(p, fit).min() == pytest.approx(xc.huffman_code(p).expected_length)


@pytest.mark.parametrize("length", [-1, -1e-9, np.nan])
def test_a_length_below_0_is_refused(length):
    with pytest.raises(ValueError, match="lengths: must be ≥ 0"):
        xc.code_space([1.0, length])
    with pytest.raises(ValueError, match="lengths: must be ≥ 0"):
        xc.average_length([0.5, 0.5], [1.0, length])


@pytest.mark.parametrize("space", [0, -1, np.nan])
def test_no_space_is_refused(space):
    with pytest.raises(ValueError, match="space: must be above 0"):
        xc.least_average_length([0.5, 0.5], space)
