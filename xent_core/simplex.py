"""Distributions over three classes as points of a triangle, and the level lines of KL around them.

Barycentric coordinates: a distribution (p₀, p₁, p₂) is the mean of the corners with weights p. See
S. Amari, "Information Geometry and Its Applications" (2016), section 1.2, for the simplex as
a space with D in the place of a distance.

From a centre outwards D grows and is convex, in either direction of the divergence
(Cover & Thomas, 2nd ed. 2006, theorem 2.7.2). So every ray to the edge of the triangle meets a
level line once, or ends below it: there the line is cut.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from xent_core._arrays import FLOAT64, Array, as_float, check_between, refuse
from xent_core.information import _check_base, _check_distribution

MOST_STEPS = 1000
HALVINGS = 48  # of a ray: what is left is about an ulp of its length
CLOSE = 1e-9  # a ray made to end on a level line may end this much below it, relatively


def simplex_lattice(steps: int) -> Array:
    """The distributions over three classes whose probabilities are multiples of 1 / steps.

    Args:
        steps: From 1 to 1000.

    Returns:
        float64 array, ((steps + 1)(steps + 2) / 2, 3), from (1, 0, 0) on: the first column falls.

    Raises:
        ValueError: If `steps` is out of range.

    Example:
        >>> from xent_core.simplex import simplex_lattice
        >>> simplex_lattice(2).tolist()[:3]
        [[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.5, 0.0, 0.5]]
    """
    check_between("steps", steps, 1, MOST_STEPS)
    i, j = np.meshgrid(np.arange(steps + 1), np.arange(steps + 1), indexing="ij")
    counts = np.stack([steps - i, i - j, j], axis=-1)[j <= i]
    return counts / steps


def to_plane(p: ArrayLike) -> Array:
    """Where distributions over three classes lie in an equilateral triangle of side 1.

    Args:
        p: (..., 3), distributions; nan is let through.

    Returns:
        float64 array, (..., 2), x and y. The corners are (0, 0), (1, 0) and, on top, (½, √3 / 2).

    Raises:
        ValueError: If the last axis has not three entries.

    Example:
        >>> from xent_core.simplex import to_plane
        >>> to_plane([0, 0, 1]).round(3).tolist()
        [0.5, 0.866]
    """
    p = _three(p, "p")
    return np.stack([p[..., 1] + p[..., 2] / 2, p[..., 2] * (math.sqrt(3) / 2)], axis=-1)


def level_lines(
    center: ArrayLike,
    levels: ArrayLike,
    *,
    reverse: bool = False,
    rays: int = 3,
    base: float = math.e,
) -> Array:
    """Where D(center‖x) is as large as each of `levels`; with `reverse`, where D(x‖center) is.

    Along each side of the triangle there is a point of least divergence. The rays from the
    centre go there, to the corners, and to `rays` points between each of these and the next; if the
    level line meets the side on the way to the corner, then to `rays` points from the corner on,
    the last of which is where it does, so that a line that is cut ends on the side exactly.

    Args:
        center: (..., 3), distributions.
        levels: (L,), above 0, in the unit of `base`.
        reverse: The direction of the divergence.
        rays: At least 1.
        base: e for nats, 2 for bits.

    Returns:
        float64 array, (..., L, 6 (rays + 1) + 1, 3), the points of each line, in the order of the
        sides from corner 0 to 1 to 2 to 0; the last is the first again. Every 2 (rays + 1)-th ray
        goes to a corner. nan where the ray ends below the level, and where there is no line at all:
        around a centre on a side, a reverse divergence is infinite everywhere but on that side.

    Raises:
        ValueError: If `center` holds no distributions of three classes, a level or base is not
            above 0, base = 1, or `rays` is below 1.

    Example:
        >>> from xent_core import kl_divergence
        >>> from xent_core.simplex import level_lines
        >>> line = level_lines([0.5, 0.25, 0.25], [0.5], base=2)[0]
        >>> line.shape, kl_divergence([0.5, 0.25, 0.25], line, base=2).round(6).tolist()[:3]
        ((25, 3), [0.5, 0.5, 0.5])
    """
    center = _three(center, "center")
    _check_distribution(center, (center.ndim - 1,), "center")
    levels = np.atleast_1d(as_float(levels, "levels")).astype(FLOAT64)
    refuse("levels", "must be above 0", levels, ~(levels > 0))
    if rays < 1:
        raise ValueError(f"rays: must be at least 1, found {rays}")
    nats = levels * math.log(_check_base(base))
    ends = _ends(center[..., None, :], nats, reverse, rays)
    centers = center[..., None, None, :]
    way = _reach(centers, ends, nats[:, None], reverse)
    line = centers + way[..., None] * (ends - centers)
    line = np.concatenate([line, line[..., :1, :]], axis=-2)
    return np.clip(line, 0, 1)  # nan stays nan


def _ends(center: Array, level: Array, reverse: bool, rays: int) -> Array:
    """Where the rays end: points on the sides, (..., L, 6 (rays + 1), 3)."""
    shape = (*center.shape[:-2], len(level))
    part = np.arange(rays + 1) / rays  # from a corner to the last ray before the least
    sides = []
    for side in range(3):
        a, b = center[..., side], center[..., (side + 1) % 3]
        # The least divergence along a side is where the ratio of its two classes is the centre's.
        both = a + b
        least = np.broadcast_to(np.where(both > 0, b / np.where(both > 0, both, 1), 0.5), shape)
        first, last = (
            _last_ray(center, side, least, corner, level, reverse, rays) for corner in (0.0, 1.0)
        )
        along = [
            first[..., None] * part,
            least[..., None],
            1 - (1 - last[..., None]) * part[:0:-1],
        ]
        sides.append(_on_side(np.concatenate(along, axis=-1), side))
    return np.concatenate(sides, axis=-2)


def _last_ray(
    center: Array, side: int, least: Array, corner: float, level: Array, reverse: bool, rays: int
) -> Array:
    """Where the last ray goes, on a side from a corner on, before that of least divergence.

    To where the level line meets the side; if it does not, one step before.
    """
    far = np.full_like(least, corner)

    def value(along: Array) -> Array:
        return _divergence(center, _on_side(along, side), reverse)

    met = (value(least) < level) & (value(far) >= level)
    step_before = corner + (least - corner) * rays / (rays + 1)
    return np.where(met, _crossing(value, least, far, level), step_before)


def _reach(center: Array, ends: Array, level: Array, reverse: bool) -> Array:
    """How far along each ray (0 to 1) the divergence reaches the level; nan if it does not."""
    near, far = np.zeros(ends.shape[:-1]), np.ones(ends.shape[:-1])

    def value(way: Array) -> Array:
        return _divergence(center, center + way[..., None] * (ends - center), reverse)

    there = _divergence(center, ends, reverse) >= level * (1 - CLOSE)
    # A first step already infinite: the centre's own side has been left.
    there &= np.isfinite(value(np.full_like(far, 1e-3)))
    return np.where(there, _crossing(value, near, far, level), np.nan)


def _crossing(value: Callable[[Array], Array], near: Array, far: Array, level: Array) -> Array:
    """Where a value that grows from `near` to `far` reaches the level, by halving."""
    for _ in range(HALVINGS):
        middle = (near + far) / 2
        below = value(middle) < level
        near, far = np.where(below, middle, near), np.where(below, far, middle)
    return far


def _on_side(along: Array, side: int) -> Array:
    """Points on a side of the triangle, from its first corner (0) to its second (1)."""
    point = np.zeros((*along.shape, 3))
    point[..., side], point[..., (side + 1) % 3] = 1 - along, along
    return point


def _divergence(center: Array, x: Array, reverse: bool) -> Array:
    """D(center‖x), or D(x‖center), in nats, without any check: it is asked a million times."""
    p, q = (x, center) if reverse else (center, x)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(p > 0, p * (np.log(p) - np.log(q)), 0.0)
    return terms.sum(axis=-1)


def _three(p: ArrayLike, name: str) -> Array:
    """`p` in float64; ValueError unless its last axis is one of three classes."""
    p = as_float(p, name).astype(FLOAT64)
    if p.ndim == 0 or p.shape[-1] != 3:
        raise ValueError(f"{name}: must have three classes, found shape {p.shape}")
    return p
