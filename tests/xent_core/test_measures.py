"""Only -log p adds up where probabilities multiply."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import xent_core as xc
from xent_core.measures import MEASURES

drawn = settings(derandomize=True, deadline=None, max_examples=200)
inside = st.floats(1e-3, 0.999)


def missing(measure: str, p: float, q: float) -> float:
    """What f(p q) is more than f(p) + f(q)."""
    together, first, second = (float(xc.surprise_by(measure, x)) for x in (p * q, p, q))
    return together - first - second


@given(inside, inside)
@drawn
def test_minus_log_adds_for_all_chances(p, q):
    assert missing("log", p, q) == pytest.approx(0, abs=1e-12)


@given(inside, inside)
@drawn
def test_1_over_p_adds_only_where_p_and_q_sum_to_1(p, q):
    # 1/(pq) - 1/p - 1/q = (1 - p - q) / (pq)
    expected = (1 - p - q) / (p * q)
    assert missing("reciprocal", p, q) == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert missing("reciprocal", 0.5, 0.5) == 0


@given(inside, inside)
@drawn
def test_1_minus_p_adds_only_where_one_is_certain(p, q):
    assert missing("complement", p, q) == pytest.approx(-(1 - p) * (1 - q), abs=1e-12)
    assert missing("complement", p, q) < 0
    assert missing("complement", 1.0, q) == pytest.approx(0, abs=1e-15)


@pytest.mark.parametrize("measure", MEASURES)
def test_each_falls_as_the_event_becomes_likelier(measure):
    assert (np.diff(xc.surprise_by(measure, np.linspace(0, 1, 101)[1:])) < 0).all()


def test_what_is_impossible_is_infinite_but_for_1_minus_p():
    assert [xc.surprise_by(measure, 0.0) for measure in MEASURES] == [math.inf, math.inf, 1]


def test_an_unknown_measure_and_no_probability_are_refused():
    with pytest.raises(ValueError, match="measure: must be one of log, reciprocal, complement"):
        xc.surprise_by("square", 0.5)
    for measure in MEASURES:
        with pytest.raises(ValueError, match="p: "):
            xc.surprise_by(measure, 1.5)
