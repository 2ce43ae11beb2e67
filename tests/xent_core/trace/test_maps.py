"""Maps: every point is what the bench would say there, and all of them are fast."""

import time

import numpy as np
import pytest

from xent_core.trace import (
    FORMATS,
    FORMULAS,
    OUTCOMES,
    certain_gap,
    exp_window,
    losses,
    map_logits,
    outcome_maps,
    outcomes,
    true_losses,
)

pytestmark = pytest.mark.filterwarnings("error")


@pytest.mark.parametrize("name", FORMATS)
def test_every_point_is_what_its_row_gives_alone(name):
    sizes, gaps = np.linspace(-130, 130, 14), np.linspace(-130, 130, 9)
    logits = map_logits(sizes, gaps, classes=3)
    assert logits.shape == (9, 14, 3)
    found = outcome_maps(logits, 0, name)
    assert list(found) == list(FORMULAS)
    for i, gap in enumerate(gaps):
        for j, size in enumerate(sizes):
            row = [size, size - gap, size - gap]
            truth = true_losses(row, 0, name)
            for formula, loss in losses(row, 0, name).items():
                assert found[formula][i, j] == outcomes(loss, truth, name)


def test_maps_are_small_numbers_that_name_outcomes():
    found = outcome_maps(map_logits([0.0, 1000.0], [-1000.0, 0.0, 40.0]), 0, "float32")
    for one in found.values():
        assert one.dtype == np.uint8
        assert one.max() < len(OUTCOMES)
    assert [[OUTCOMES[i] for i in row] for row in found["paper"]] == [
        ["inf", "nan"],
        ["right", "nan"],
        ["zero", "nan"],
    ]
    assert [[OUTCOMES[i] for i in row] for row in found["log1p"]] == [["right"] * 2] * 3


@pytest.mark.parametrize("name", ["float16", "bfloat16", "float32", "float64"])
def test_the_borders_of_the_map_are_the_thresholds(name):
    """The paper's formula turns to nan where exp overflows; a loss vanishes where p turns to 1."""
    edge = exp_window(name).largest_finite
    found = outcome_maps([[edge / 2, 0.0], [edge, 0.0], [edge * 1.02, 0.0]], 0, name, ["paper"])
    assert [OUTCOMES[i] == "nan" for i in found["paper"]] == [False, False, True]
    gap = certain_gap(name)
    found = outcome_maps([[gap * 0.97, 0.0], [gap, 0.0]], 0, name, ["shifted"])
    assert [OUTCOMES[i] == "zero" for i in found["shifted"]] == [False, True]


def test_a_tolerance_moves_the_border_between_right_and_wrong_digits():
    logits = map_logits(np.linspace(0, 1e4, 50), [0.0])
    strict, lax = (outcome_maps(logits, 0, "float32", ["lse"], t)["lse"] for t in (4, 1e5))
    assert (strict == OUTCOMES.index("digits")).any()
    assert (lax == OUTCOMES.index("right")).all()


@pytest.mark.parametrize("name", FORMATS)
def test_seven_maps_of_200_by_200_take_less_than_a_second(name):
    logits = map_logits(np.linspace(-120, 120, 200), np.linspace(-120, 120, 200))
    start = time.perf_counter()
    found = outcome_maps(logits, 0, name)
    assert time.perf_counter() - start < 1
    assert all(one.shape == (200, 200) for one in found.values())


@pytest.mark.parametrize(
    ("message", "call"),
    [
        ("one axis each", lambda: map_logits([[1.0]], [1.0])),
        ("at most 300,000 points, found 360,000", lambda: map_logits(np.zeros(600), np.zeros(600))),
        ("classes: must be from 2 to 16, found 1", lambda: map_logits([1.0], [1.0], 1)),
        ("formula: must be", lambda: outcome_maps([1.0], 0, "float32", ["none"])),
        ("format: must be", lambda: outcome_maps([1.0], 0, "none")),
    ],
)
def test_mistakes_are_named(message, call):
    with pytest.raises(ValueError, match=message):
        call()
