"""What the figures of the KL lesson show, for the rows of a sweep."""

import functools

import numpy as np
from numpy.typing import NDArray

from ui.figure.sweeps import Arrays
from ui.words.units import bit_in
from xent_core import (
    cross_entropy,
    density,
    density_kl,
    density_kl_terms,
    differential_entropy,
    entropy,
    forward_kl_fit,
    gaussian,
    gaussian_mixture,
    jensen_shannon_divergence,
    kl_divergence,
    kl_gaps,
    kl_terms,
    level_lines,
    log_and_tangent,
    reverse_kl_fits,
    simplex_lattice,
    to_plane,
)
from xent_core.densities import Mixture

Floats = NDArray[np.float64]


def drawn(arrays: Arrays) -> Arrays:
    """Arrays that are only drawn, and not said: a picture does not need more than float32."""
    return {name: array.astype(np.float32) for name, array in arrays.items()}


# ---- The price of being wrong

LOW, HIGH, REACH = -0.65, 2.0, 5.0  # bits: what the panels show of contributions, and of H(P,Q)


def split(values: Arrays, base: float) -> Arrays:
    """Both divergences of P and Q (R, K), class by class, and H(P,Q) in its two parts."""
    p, q = values["p"], values["q"]
    high, reach = HIGH * bit_in(base), REACH * bit_in(base)
    forward, reverse = kl_terms(p, q, base=base), kl_terms(q, p, base=base)
    own, cross = entropy(p, base=base), cross_entropy(p, q, base=base)
    start, at = np.minimum(own, reach), np.arange(p.shape[-1])
    return {
        "forward": forward,
        "reverse": reverse,
        "entropy": own,
        "cross": cross,
        "kl": kl_divergence(p, q, base=base),
        "lk": kl_divergence(q, p, base=base),
        **drawn(
            {
                "forward_bar": np.minimum(forward, high),
                "reverse_bar": np.minimum(reverse, high),
                "forward_sign": np.where(forward > high, at - 0.2, np.nan),
                "reverse_sign": np.where(reverse > high, at + 0.2, np.nan),
                "start": start,
                "rest": np.minimum(cross, reach) - start,
                "beyond": np.where(cross > reach, reach, np.nan),
            }
        ),
    }


# ---- Why the sum is never below 0

STEEP = 1 / 16  # the least Q/P whose point is drawn
FAR_RIGHT = 4.0  # and the largest
MOST_GAP = 1.25  # bits: the upper edge of the bars
APART = 0.5  # nats between the lines of names below the curve


def curves(base: float) -> tuple[Floats, Floats, Floats]:
    """Places x, the logarithm there and its tangent at 1."""
    x = np.concatenate([np.geomspace(STEEP / 2, 1, 60), np.linspace(1, 1.05 * FAR_RIGHT, 61)[1:]])
    return x, *log_and_tangent(x, base=base)


def heights(count: int, base: float) -> tuple[Floats, tuple[float, float]]:
    """Where the names of so many classes stand below the curve, and the range of the axis."""
    lowest, unit = float(log_and_tangent(STEEP, base=base)[0]), float(bit_in(base) / bit_in(np.e))
    lines = lowest - APART * unit * (1 + np.arange(count))
    top = float(log_and_tangent(FAR_RIGHT, base=base)[1])
    return lines, (float(lines[-1]) - 0.7 * APART * unit, 1.08 * top)


def gaps(values: Arrays, base: float) -> Arrays:
    """Each class as a point at Q/P on the logarithm, and its gap to the tangent there times P."""
    p, q = values["p"], values["q"]
    terms, every = kl_gaps(p, q, base=base), kl_terms(p, q, base=base)
    with np.errstate(all="ignore"):
        ratio = np.where(p > 0, q / p, np.nan)
    inside = (ratio >= STEEP) & (ratio <= FAR_RIGHT)
    at = np.where(inside, ratio, np.nan)
    low, high = log_and_tangent(np.where(inside, ratio, 1.0), base=base)
    low, high = (np.where(inside, y, np.nan) for y in (low, high))
    lines = np.broadcast_to(heights(p.shape[-1], base)[0], p.shape)
    most = MOST_GAP * bit_in(base)
    seen = np.where(p > 0, ratio.clip(STEEP, FAR_RIGHT), np.nan)
    return {
        "gaps": terms,
        "forward": every,
        "kl": kl_divergence(p, q, base=base),
        **drawn(
            {
                "at": at,
                "low": low,
                "gap_x": _strokes(at, at),
                "gap_y": _strokes(low, high),
                "name_x": seen,
                "name_y": lines,
                "drop_x": _strokes(at, at),
                "drop_y": _strokes(lines + 0.5 * APART * bit_in(base) / bit_in(np.e), low),
                "gap_bar": np.minimum(terms, most),
                "gap_sign": np.where(terms > most, most, np.nan),
            }
        ),
    }


def _strokes(start: Floats, end: Floats) -> Floats:
    """Coordinates (R, 3K) of a stroke for each class, with nothing between two of them."""
    nothing = np.full_like(start, np.nan)
    return np.stack([start, end, nothing], axis=-1).reshape(len(start), -1)


# ---- A map of three classes

POINTS = simplex_lattice(20)
LEVELS = {"bits": (0.1, 0.4, 1.0), "nats": (0.05, 0.25, 0.7), "hartleys": (0.02, 0.1, 0.3)}
RAYS = 3


def number_of(p: tuple[float, float, float]) -> int:
    """The number of a point of the lattice."""
    return int(np.abs(POINTS - p).sum(axis=-1).argmin())


@functools.lru_cache(maxsize=len(LEVELS))
def lines_around(levels: tuple[float, ...], base: float) -> tuple[NDArray, NDArray]:
    """Level lines around every point, and the places of their labels.

    A label stands where its line crosses the ray to the farthest corner: that is cut last.
    Shapes (ways, points, levels, 2, …): x and y of the lines; (ways, points, 2, levels).
    """
    ways = (
        level_lines(POINTS, levels, reverse=reverse, rays=RAYS, base=base)
        for reverse in (False, True)
    )
    lines = np.stack([*ways])
    to_corner = POINTS.argmin(axis=-1) * 2 * (RAYS + 1)
    labels = np.take_along_axis(lines, to_corner[None, :, None, None, None], axis=3)[:, :, :, 0]
    places = np.moveaxis(to_plane(labels), -1, 2)
    return to_plane(lines).swapaxes(-1, -2).astype(np.float32), places.astype(np.float32)


def on_the_map(values: Arrays, levels: tuple[float, ...], base: float) -> Arrays:
    """Two points of the triangle, what lies between them, and the lines around one of them."""
    a, b, way = (values[name].astype(int) for name in ("a", "b", "way"))
    p, q = POINTS[a], POINTS[b]
    lines, labels = lines_around(levels, base)
    centre = np.where(way == 0, a, b)
    kl, lk = kl_divergence(p, q, base=base), kl_divergence(q, p, base=base)
    x, y = np.stack([to_plane(p), to_plane(q)], axis=-1).swapaxes(0, 1)
    farthest = POINTS[centre].argmin(axis=-1)[:, None]
    return {
        "kl": kl,
        "lk": lk,
        "js": jensen_shannon_divergence(p, q, base=base),
        # p and q are twentieths: their digits are the same
        **drawn({"p": p, "q": q, "x": x, "y": y}),
        **{
            f"{axis}{level}": lines[way, centre, level, at]
            for level in range(len(levels))
            for at, axis in enumerate("xy")
        },
        "label_x": labels[way, centre, 0],
        "label_y": labels[way, centre, 1],
        "label_at": np.tile(farthest.astype(np.uint8), len(levels)),
        "infinite": np.isinf(np.stack([lk, kl], axis=-1)),  # because of P, because of Q
        # what Q calls impossible is possible off its side: no line is left
        "gone": ((way == 1) & (q.min(axis=-1) == 0)).astype(np.uint8)[:, None],
    }


# ---- One bell for two bumps

WEIGHTS = (0.6, 0.4)
X = np.linspace(-8, 8, 97)  # where p is drawn
COARSE = X[::2]  # and what each place adds, besides
Z = np.linspace(-4, 4, 41)  # where q is drawn, in its own standard deviations
TOP = 0.52  # of the panel of densities
FAR = 20  # bits: no cost is drawn further away


def bumps(gap: Floats | float) -> Mixture:
    """Two Gaussians of standard deviation 1, a gap (…) apart, the left one of more weight."""
    half = np.asarray(gap) / 2
    return gaussian_mixture(WEIGHTS, np.stack([-half, half], axis=-1), 1.0)


def fit_by_hand(values: Arrays, base: float) -> Arrays:
    """Two bumps and a Gaussian (R,): both densities, both divergences, and where these arise."""
    gap, m, s = values["gap"], values["m"], values["s"]
    p, q = bumps(gap), gaussian(m, s)
    forward, reverse = density_kl(p, q, base=base), density_kl(q, p, base=base)
    far = FAR * bit_in(base)
    # a row of places for each of the densities
    wide_p, wide_q = bumps(gap[:, None]), gaussian(m[:, None], s[:, None])
    q_x = m[:, None] + s[:, None] * Z
    everywhere = np.broadcast_to(COARSE, (len(m), len(COARSE)))
    x = np.sort(np.concatenate([everywhere, q_x[:, ::2]], axis=-1)).clip(X[0], X[-1])
    return {
        **drawn(
            {
                "p": density(X, wide_p),
                "q_x": q_x,
                "q": density(q_x, wide_q),
                "x": x,
                "adds_forward": density_kl_terms(x, wide_p, wide_q, base=base).clip(-far, far),
                "adds_reverse": density_kl_terms(x, wide_q, wide_p, base=base).clip(-far, far),
            }
        ),
        "forward": forward.value,
        "reverse": reverse.value,
        "h": differential_entropy(q, base=base).value,
        "top": np.minimum(density(m, q), TOP),
        "wing_x": np.clip(m + s, X[0], X[-1]),
        "wing": np.minimum(density(m + s, q), TOP),
    }


@functools.lru_cache(maxsize=64)
def best(gap: float) -> dict[str, tuple[float, float]]:
    """Mean and standard deviation of the Gaussians that fit the bumps best, in few digits."""
    forward, reverse = forward_kl_fit(bumps(gap)), reverse_kl_fits(bumps(gap))
    last = int(np.nanargmax(reverse.mean))
    found = {
        "best_forward": (forward.mean, forward.sd),
        "best_reverse": (reverse.mean[0], reverse.sd[0]),
        "other_bump": (reverse.mean[last], reverse.sd[last]),
    }
    return {name: (round(float(m), 4), round(float(s), 4)) for name, (m, s) in found.items()}
