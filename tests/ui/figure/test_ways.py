"""The ways of a picture: every state on them is a sound one, and they end where they lead."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from ui.figure.sweeps import sweep
from ui.figure.ways import (
    FEWEST,
    LEG,
    LINE,
    SHARE,
    STAY,
    STEPS,
    WHOLE,
    Way,
    eased,
    film,
    states_between,
    stops_between,
    ways_of,
)

numbers = some.floats(-1e6, 1e6, allow_subnormal=False)


def test_a_way_eases_out():
    steps = np.diff([0.0, *eased(STEPS), 1.0])
    assert len(steps) == STEPS
    assert (steps > 0).all()
    assert (np.diff(steps) < 0).all()


@given(numbers, numbers, some.sampled_from([LINE, WHOLE, SHARE]))
def test_numbers_go_along_a_line_and_not_beyond_its_ends(before, after, kind):
    states = states_between(Way({"a": before}, {"a": after}), {"a": kind})
    if before == after:
        assert states == {}
        return
    way = states["a"] * (1 if before < after else -1)
    if kind == WHOLE:
        assert (states["a"] == np.rint(states["a"])).all()
    else:
        assert (np.diff(way) >= 0).all()
        assert min(before, after) <= states["a"].min()
        assert states["a"].max() <= max(before, after)


def test_numbers_on_a_way_have_few_digits():
    states = states_between(Way({"a": 1.0}, {"a": 6.0}), {"a": LINE})
    assert all(len(str(x)) <= 4 for x in states["a"].tolist())


@given(some.lists(some.floats(0.01, 1), min_size=3, max_size=3), some.integers(0, 2))
def test_between_distributions_are_their_mixtures(weights, at):
    before, after = np.array(weights) / sum(weights), np.eye(3)[at]
    ends = [{f"p{i}": float(x) for i, x in enumerate(p)} for p in (before, after)]
    states = states_between(Way(*ends), dict.fromkeys(ends[0], SHARE))
    mixtures = np.stack(list(states.values()), axis=-1)
    np.testing.assert_allclose(mixtures.sum(axis=-1), 1, rtol=1e-14)
    np.testing.assert_allclose(
        mixtures, before + np.outer(eased(STEPS), after - before), atol=1e-15
    )


def test_what_has_nothing_between_is_at_its_end_from_the_start():
    ends = {"a": 0.0, "k": 0.0, "mask": 1.0}, {"a": 1.0, "k": 3.0, "mask": -math.inf}
    states = states_between(Way(*ends), {"a": LINE, "mask": LINE})
    assert set(states["k"]) == {3.0}
    assert set(states["mask"]) == {-math.inf}
    assert states_between(Way({"k": 0.0}, {"k": 3.0}), {}) == {}


def test_a_control_that_goes_alone_stops_at_its_own_positions():
    grid = {"a": np.round(np.linspace(0, 1, 1001), 3), "k": np.arange(3.0)}
    way = Way({"a": 0.2, "k": 0.0}, {"a": 0.9, "k": 0.0})
    name, stops = stops_between(way, {"a": LINE}, grid)
    assert name == "a"
    assert stops == sorted(set(stops))
    assert len(stops) == STEPS - 1
    assert stops[0] > 200
    assert stops[-1] < 900
    assert stops_between(Way({"a": 0.2, "k": 0.0}, {"a": 7.0, "k": 0.0}), {"a": LINE}, grid) is None
    assert stops_between(Way({"a": 0.2, "k": 0.0}, {"a": 0.9, "k": 1.0}), {"a": LINE}, grid) is None
    assert stops_between(Way({"a": 0.2, "k": 0.0}, {"a": 0.2, "k": 1.0}), {"a": LINE}, grid) is None


def model(values):
    return {"sum": values["a"] + 10 * values["b"]}


BASE, GOAL = {"a": 1.0, "b": 2.0, "word": "x"}, {"a": 4.0, "b": 0.0, "word": "x"}
GRID = {"a": np.linspace(0, 4, 41), "b": np.linspace(0, 4, 41)}
KINDS = {"a": LINE, "b": LINE}


def test_every_row_of_a_way_is_the_models_answer_to_its_state():
    alone = {**BASE, "a": 3.0}
    table = sweep(BASE, GRID, model, [GOAL, alone], [Way(BASE, GOAL), Way(BASE, alone)], KINDS)
    own, shared = table.ways
    assert own == list(range(table.between, table.between + STEPS - 1))
    at = [row - table.between for row in own]
    a, b = table.controls["a"][at], table.controls["b"][at]
    np.testing.assert_array_equal(table.arrays["sum"][own], model({"a": a, "b": b})["sum"])
    assert (np.diff(a) > 0).all()
    assert (np.diff(b) < 0).all()
    assert max(shared) < table.between  # rows that the hand has, too
    assert (np.diff(table.arrays["sum"][shared]) > 0).all()
    assert table.preset_rows == [table.between - 2, table.between - 1]


def test_what_comes_from_a_mask_leaps_and_the_others_go():
    masked = {**BASE, "a": "-inf", "b": 3.0}  # as an address has it
    table = sweep(BASE, GRID, model, ways=[Way(masked, BASE)], kinds=KINDS)
    at = [row - table.between for row in table.ways[0]]
    assert (np.diff(table.controls["b"][at]) < 0).all()
    assert "a" not in table.controls


def test_a_figure_has_a_way_from_before_one_to_each_preset_and_those_of_its_tour():
    other = {**GOAL, "word": "y"}
    ways = ways_of(BASE, GRID, {**BASE, "a": 0.0}, [GOAL, other, {"a": 1.0}], [GOAL])
    ends = [(way.before, way.after) for way in ways]
    assert ends[0] == ({**BASE, "a": 0.0}, BASE)
    assert ends[1:4] == [(BASE, GOAL), (BASE, BASE), (BASE, BASE)]
    assert ends[4:] == [(BASE, GOAL), (GOAL, BASE)]
    assert [way.steps for way in ways[4:]] == [LEG, LEG]


@pytest.mark.parametrize(("positions", "steps"), [(1000, STEPS), (150, 9), (10, FEWEST)])
def test_the_ways_of_a_small_table_have_fewer_rows(positions, steps):
    ways = ways_of(BASE, {"a": np.arange(positions), "b": ()}, BASE, [GOAL, GOAL], [])
    assert {way.steps for way in ways} == {steps}


def test_a_tour_stays_a_while_at_its_stops_and_ends_in_the_base():
    shown = film([[10, 11], [12, 13]], [5])
    assert shown["way"] == [*[0] * STAY, 10, 11, *[5] * STAY, 12, 13, *[0] * STAY]
    assert shown["ms"] == pytest.approx(1000 / 24 * len(shown["way"]))
