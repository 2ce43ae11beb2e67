"""Integrals of logarithms over mixtures, each with a bound of its error.

∫ p(x) g(x) dx is cut into panels on the own scale of every Gaussian in it, so that a narrow one is
not missed; a panel is halved until two rules agree on it. Inside, mixtures are columns: their
components along the first axis, R densities side by side along the second.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import reduce
from typing import NamedTuple

import numpy as np

from xent_core._arrays import FLOAT64, Array
from xent_core.densities.mixtures import Mixture, log_scaled, log_sum
from xent_core.information import _from_nats

EPS = float(np.finfo(FLOAT64).eps)

# Kronrod's rule with 15 nodes, and Gauss's with 7 of them (R. Piessens et al., "QUADPACK", 1983).
# Of the nodes in (-1, 1), those ≥ 0; the rules are symmetric.
_NODES = [
    *(0.0, 0.207784955007898467600689403773245, 0.405845151377397166906606412076961),
    *(0.586087235467691130294144838258730, 0.741531185599394439863864773280788),
    *(0.864864423359769072789712788640926, 0.949107912342758524526189684047851),
    0.991455371120812639206854697526329,
]
_KRONROD = [
    *(0.209482141084727828012999174891714, 0.204432940075298892414161999234649),
    *(0.190350578064785409913256402421014, 0.169004726639267902826583426598550),
    *(0.140653259715525918745189590510238, 0.104790010322250183839876322541518),
    *(0.063092092629978553290700663189204, 0.022935322010529224963732008058970),
]
_GAUSS = [
    *(0.417959183673469387755102040816327, 0.0, 0.381830050505118944950369775488975, 0.0),
    *(0.279705391489276667901467771423780, 0.0, 0.129484966168869693270611432679082, 0.0),
]
NODES = np.array([-x for x in _NODES[:0:-1]] + _NODES)
RULES = np.array([[*rule[:0:-1], *rule] for rule in (_KRONROD, _GAUSS)])

# Where each Gaussian cuts the line into panels, in its standard deviations. Beyond the outermost
# it is 2.6e-18 of its peak, and what p puts there is bounded by `tails_bound`.
CUTS = np.array([-9, -5, -2.5, 0, 2.5, 5, 9])
SHARP = 4  # a change of slope, per standard deviation, that gets panels of its own
TURN = 36  # e^-36 is less than half an ulp of 1
DEPTH = 40  # how often a panel can be halved
AGREEMENT = 1e-11  # of the two rules on a panel, relative to the integral of |p g|
BLOCK = 256  # rows at a time: their panels stay in the cache


class Estimate(NamedTuple):
    """A number found by numerical integration, and how far from the truth it may be."""

    value: Array
    error: Array


def as_estimate(value: Array, error: Array, shape: tuple[int, ...], base: float) -> Estimate:
    """Value and error in nats as an `Estimate` in `base`."""
    return Estimate(
        _from_nats(value, base).reshape(shape)[()],
        np.abs(_from_nats(error, base)).reshape(shape)[()],
    )


def mean_log(combine: Callable[..., Array], p: Mixture, *others: Mixture) -> tuple[Array, Array]:
    """E[combine(log p(x), log q(x), …)] for x from p, in nats, and its error; of columns (K, R)."""
    parts = [log_scaled(f) for f in (p, *others)]

    def integrand(x: Array, row: Array) -> Array:
        logs = [log_sum(x, *(part[:, row] for part in scaled)) for scaled in parts]
        weight = np.exp(logs[0])
        return np.stack([weight * combine(*logs), weight * sum(map(np.abs, logs), start=1)])

    rounding = relative_rounding(p, *others)
    (value, size), error = integrate(integrand, panel_edges(p, *others), rounding)
    return value, error + rounding * size + sum(tails_bound(p, f) for f in (p, *others))


def integrate(
    integrand: Callable[[Array, Array], Array], edges: Array, rounding: Array
) -> tuple[Array, Array]:
    """Integrals of each row from its first edge to its last, and the sum of their errors.

    integrand(x, row) gives (F, nodes, panels) for the points `x`, (nodes, panels), of panels in
    rows `row`; the last of the F is the size, which tells how small is small. The error of
    Kronrod's rule is taken to be its distance from Gauss's, which is far less accurate.
    """
    rows = edges.shape[1]
    row = np.tile(np.arange(rows), len(edges) - 1)
    left, right = edges[:-1].ravel(), edges[1:].ravel()
    keep = right > left
    totals: Array | None = None
    for depth in range(DEPTH + 1):
        left, right, row = left[keep], right[keep], row[keep]
        half = (right - left) / 2
        y = integrand(left + half * (1 + NODES[:, None]), row)
        kronrod, gauss = np.moveaxis(half * (RULES @ y), 1, 0)
        distance = np.abs(kronrod - gauss)[:-1].max(axis=0)
        if totals is None:
            totals, errors = np.zeros((len(y), rows)), np.zeros(rows)
            small = np.maximum(AGREEMENT, rounding) * _by_row(kronrod[-1], row, rows)
        keep = (distance > small[row]) & (depth < DEPTH)
        totals += [_by_row(part, row[~keep], rows) for part in kronrod[:, ~keep]]
        errors += _by_row(distance[~keep], row[~keep], rows)
        if not keep.any():
            break
        middle = left + half
        left, right = np.concatenate([left, middle]), np.concatenate([middle, right])
        row, keep = np.concatenate([row, row]), np.concatenate([keep, keep])
    assert totals is not None
    return totals, errors


def _by_row(values: Array, row: Array, rows: int) -> Array:
    """Sums of the values of each row."""
    return np.bincount(row, values, rows)


def panel_edges(p: Mixture, *others: Mixture) -> Array:
    """Where to cut the line, within what p's components cover; (E, R), sorted, nan last."""
    own = p.means + p.sds * CUTS[:, None, None]
    cuts = [own, *(f.means + f.sds * CUTS[:, None, None] for f in others)]
    cuts += [_turns(f, p.sds.min(axis=0)) for f in others]
    edges = np.concatenate([cut.reshape(math.prod(cut.shape[:-1]), cut.shape[-1]) for cut in cuts])
    return np.sort(np.clip(edges, own[0].min(axis=0), own[-1].max(axis=0)), axis=0)


def _turns(f: Mixture, width: Array) -> Array:
    """Where log f turns sharply, from one component to another, and where the turn begins and ends.

    Two rules that both miss a bend may agree by accident. It lies where two components are equal:
    with t = x - μ_i, at the roots of α t² - 2β t + γ, and there log f has the form of
    log(1 + e^(-r t)) with r = √(β² - αγ). What is not sharp on the scale of `width` is nan.
    """
    scales, means, sds = log_scaled(f)
    i, j = np.triu_indices(len(means), 1)
    with np.errstate(all="ignore"):
        apart, precision = means[j] - means[i], sds[j] ** -2.0
        alpha, beta = precision - sds[i] ** -2.0, precision * apart
        gamma = precision * apart**2 + 2 * (scales[i] - scales[j])
        rate = np.sqrt(beta**2 - alpha * gamma)
        # The larger root first, so that the smaller one does not cancel.
        larger = beta + np.copysign(rate, beta)
        roots = np.stack([larger / alpha, gamma / larger]) + means[i]
        roots = np.where(rate * width > SHARP, roots, np.nan)
        return np.stack([roots, roots - TURN / rate, roots + TURN / rate])


def tails_bound(p: Mixture, f: Mixture) -> Array:
    """A bound of ∫ p |log f| dx over what `panel_edges` leaves out of p.

    Σ w / (σ √2π) bounds f from above and its widest component, of mean μ and variance σ², from
    below. So at x = m + s z, |log f| ≤ a + b z² with a and b as below.
    """
    scales, means, sds = log_scaled(f)
    wide = np.argmax(np.where(f.weights > 0, sds, 0), axis=0)[None]
    scale, mean, sd = (np.take_along_axis(part, wide, 0) for part in (scales, means, sds))
    a = np.abs(scale) + np.abs(np.log(np.exp(scales).sum(axis=0))) + ((p.means - mean) / sd) ** 2
    b = (p.sds / sd) ** 2
    # ∫ φ dz and ∫ z² φ dz beyond ±z, with 1 - Φ(z) ≤ φ(z) / z.
    z = CUTS[-1]
    peak = 2 * math.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    return (p.weights * peak * (a / z + b * (z + 1 / z))).sum(axis=0)


def relative_rounding(*densities: Mixture) -> Array:
    """The relative rounding error of the logarithms: x - μ loses digits where μ is not near 0."""
    far = [(np.abs(f.means) / f.sds).max(axis=0) for f in densities]
    return 8 * EPS * (1 + reduce(np.maximum, far))


def as_columns(p: Mixture, lead: tuple[int, ...]) -> Mixture:
    """The mixture with its leading axes broadcast to `lead` and flattened: (K, R)."""
    count = p.means.shape[-1]
    return Mixture(
        *(
            np.ascontiguousarray(np.broadcast_to(part, (*lead, count)).reshape(-1, count).T)
            for part in p
        )
    )


def in_blocks(kernel: Callable[..., tuple[Array, ...]], *densities: Mixture) -> list[Array]:
    """kernel(*densities), some columns at a time."""
    rows = densities[0].means.shape[1]
    parts = [
        kernel(*(Mixture(*(part[:, at : at + BLOCK] for part in f)) for f in densities))
        for at in range(0, max(rows, 1), BLOCK)
    ]
    return [np.concatenate(part, axis=-1) for part in zip(*parts, strict=True)]
