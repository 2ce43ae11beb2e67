"""Scores over their sum, and what keeps them from being shares."""

import doctest
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xent_core import shares as module
from xent_core import softmax
from xent_core.shares import FAULTS, row_sums, shares, worst_fault

drawn = settings(derandomize=True, deadline=None, max_examples=200)
TENTHS = st.lists(st.integers(-10_000, 10_000), min_size=2, max_size=6)
INF, NAN = np.inf, np.nan


def fault(parts, scores) -> str:
    return FAULTS[int(worst_fault(parts, scores))]


def test_the_examples_are_true():
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0


@drawn
@given(TENTHS)
def test_shares_of_tenths_are_the_fractions_that_they_look_like(tenths):
    """0.1 + 0.2 - 0.3 is 0 to a reader, and 5.6e-17 to the adder."""
    total = sum(tenths)
    found = shares(np.array(tenths) / 10)
    if total == 0:
        wanted = [INF if x > 0 else -INF if x < 0 else NAN for x in tenths]
        np.testing.assert_array_equal(found, wanted)
        assert row_sums(np.array(tenths) / 10) == 0
    else:
        exact = [float(Fraction(x, total)) for x in tenths]
        rough = 1e-14 * sum(map(abs, tenths)) / abs(total)
        np.testing.assert_allclose(found, exact, rtol=rough, atol=0)


def test_each_fault_is_found_and_the_worst_is_named():
    scores = np.array([-1.0, 0.0, 1.0])
    assert fault(shares(scores), scores) == "undefined"
    assert fault(shares(scores**2), scores) == "order"
    assert fault(softmax(scores), scores) == "none"
    assert fault(shares([2.0, -1.0]), [2.0, -1.0]) == "negative"
    assert fault([0.5, 0.5], [1.0, 2.0]) == "none"  # a tie turns no order round
    rows = worst_fault([[NAN, 1.0], [0.7, 0.3]], [[0.0, 1.0], [0.0, 1.0]])
    assert rows.tolist() == [FAULTS.index("undefined"), FAULTS.index("order")]


@drawn
@given(st.lists(st.floats(-1000, 1000), min_size=2, max_size=6))
def test_softmax_has_no_fault_whatever_the_scores(scores):
    assert fault(softmax(scores), scores) == "none"


@drawn
@given(st.lists(st.floats(-20, 20), min_size=2, max_size=5), st.floats(-20, 20))
def test_only_softmax_does_not_notice_a_shift(scores, shift):
    z = np.array(scores)
    np.testing.assert_allclose(softmax(z + shift), softmax(z), rtol=1e-12)


@pytest.mark.parametrize("weigh", [lambda z: z, np.square])
def test_shares_notice_a_shift_but_no_scale(weigh):
    z = np.array([1.0, 2.0, 3.0, 4.0])
    np.testing.assert_allclose(shares(weigh(3 * z)), shares(weigh(z)), rtol=1e-15)
    assert np.abs(shares(weigh(z + 10)) - shares(weigh(z))).max() > 0.1
    assert np.abs(softmax(3 * z) - softmax(z)).max() > 0.1


def test_what_is_no_number_is_refused():
    with pytest.raises(ValueError, match="values"):
        shares(["a"])
    with pytest.raises(ValueError, match="scores"):
        worst_fault([1.0], ["a"])
