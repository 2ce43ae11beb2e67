"""The triangle of three classes and the level lines of the divergence in it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import xent_core as xc
from xent_core.simplex import level_lines, simplex_lattice, to_plane

pytestmark = pytest.mark.filterwarnings("error")
drawn = settings(derandomize=True, deadline=None, max_examples=60)
weights = st.tuples(*[st.integers(0, 40)] * 3).filter(any)
CORNERS = np.eye(3)


def divergence(center, x, reverse, base):
    """D of each point of a line, infinite outside the triangle."""
    inside = (x >= 0).all(axis=-1)
    x = np.where(inside[:, None], x, 1 / 3)
    center = np.broadcast_to(center, x.shape)
    d = xc.kl_divergence(*((x, center) if reverse else (center, x)), base=base)
    return np.where(inside, d, np.inf)


@pytest.mark.parametrize("steps", [1, 2, 7, 20])
def test_the_lattice_has_every_distribution_of_its_steps_once(steps):
    points = simplex_lattice(steps)
    counts = np.rint(points * steps).astype(int)
    assert len({tuple(row) for row in counts}) == len(points) == (steps + 1) * (steps + 2) // 2
    assert (counts >= 0).all()
    assert (counts.sum(axis=-1) == steps).all()
    np.testing.assert_array_equal(points, counts / steps)


def test_the_triangle_is_equilateral_and_a_point_is_the_mean_of_its_corners():
    a, b, c = to_plane(CORNERS)
    for one, other in ((a, b), (b, c), (c, a)):
        assert np.hypot(*(one - other)) == pytest.approx(1, rel=1e-15)
    p = np.array([0.5, 0.3, 0.2])
    np.testing.assert_allclose(to_plane(p), p @ np.array([a, b, c]), rtol=1e-15)


@drawn
@given(weights, st.floats(0.01, 3), st.booleans(), st.sampled_from([2, np.e, 10]))
def test_every_point_of_a_level_line_has_its_divergence_and_lies_in_the_triangle(
    counts, level, reverse, base
):
    center = np.array(counts) / sum(counts)
    (line,) = level_lines(center, [level], reverse=reverse, base=base)
    found = line[~np.isnan(line[:, 0])]
    assert (found >= 0).all()
    np.testing.assert_allclose(found.sum(axis=-1), 1, atol=1e-12)
    # Beside a side a step of one ulp can change D by much: so a little before, and a little after.
    before, after = (center + (found - center) * way for way in (1 - 1e-9, 1 + 1e-9))
    assert (divergence(center, before, reverse, base) <= level * (1 + 1e-8)).all()
    assert (divergence(center, after, reverse, base) >= level * (1 - 1e-8)).all()
    np.testing.assert_array_equal(line[0], line[-1])


@pytest.mark.parametrize("reverse", [False, True])
def test_the_divergence_on_the_lines_of_a_lattice_is_the_level(reverse):
    centers, levels = simplex_lattice(10), [0.1, 0.4, 1]
    for center, lines in zip(centers, level_lines(centers, levels, reverse=reverse), strict=True):
        for level, line in zip(levels, lines, strict=True):
            found = line[~np.isnan(line[:, 0])]
            np.testing.assert_allclose(
                divergence(center, found, reverse, np.e), level, rtol=1e-7 if reverse else 1e-6
            )


@drawn
@given(weights.filter(all), st.floats(0.01, 3))
def test_around_a_centre_inside_the_lines_towards_q_are_closed(counts, level):
    assert not np.isnan(level_lines(np.array(counts) / sum(counts), [level])).any()


@drawn
@given(weights.filter(all), st.floats(0.05, 2))
def test_a_line_that_is_cut_ends_on_a_side(counts, level):
    center = np.array(counts) / sum(counts)
    (line,) = level_lines(center, [level], reverse=True)
    here = ~np.isnan(line[:, 0])
    round_ = here[:-1]  # the last is the first again
    ends = np.flatnonzero(round_ & ~(np.roll(round_, 1) & np.roll(round_, -1)))
    np.testing.assert_allclose(line[ends].min(axis=-1), 0, atol=1e-9)


def test_a_level_above_what_can_be_reached_has_no_line_and_a_lower_one_is_cut():
    center = [0.5, 0.25, 0.25]  # nowhere is D(x‖center) above log 4
    high, low, near = level_lines(center, [2.001, 1.5, 0.1], reverse=True, base=2)
    assert np.isnan(high).all()
    assert 0 < np.isnan(low[:, 0]).sum() < len(low)
    assert not np.isnan(near).any()


def test_around_a_centre_on_a_side_only_that_side_is_at_a_finite_reverse_divergence():
    (line,) = level_lines([0.5, 0.5, 0.0], [0.5], reverse=True, base=2)
    found = line[~np.isnan(line[:, 0])]
    assert len(found)
    np.testing.assert_array_equal(found[:, 2], 0)


def test_many_centres_and_levels_at_once_are_each_ones_own():
    centers, levels = simplex_lattice(4), [0.2, 0.7]
    lines = level_lines(centers, levels, rays=2)
    assert lines.shape == (15, 2, 19, 3)
    for i in (0, 4, 7):
        np.testing.assert_array_equal(lines[i], level_lines(centers[i], levels, rays=2))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: simplex_lattice(0), "steps: must be from 1"),
        (lambda: to_plane([0.5, 0.5]), "p: must have three classes"),
        (lambda: level_lines([0.5, 0.5, 0.5], [1]), "center: probabilities must sum to 1"),
        (lambda: level_lines([1, 0, 0], [0]), "levels: must be above 0"),
        (lambda: level_lines([1, 0, 0], [1], rays=0), "rays: must be at least 1"),
        (lambda: level_lines([1, 0, 0], [1], base=1), "base"),
    ],
)
def test_mistakes_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
