"""Densities on the line: their entropy and divergences, and the best Gaussian in place of many.

Definitions: T. M. Cover and J. A. Thomas, "Elements of Information Theory" (2nd ed. 2006),
chapter 8: differential entropy and relative entropy. Forward and reverse fit: C. M. Bishop,
"Pattern Recognition and Machine Learning" (2006), section 10.1.2; K. P. Murphy, "Machine
Learning: A Probabilistic Perspective" (2012), section 21.2.2.

A density is a `Mixture` of Gaussians, a single Gaussian one of K = 1. Leading axes are densities
side by side, as a slider sweeps them. Everything is computed and returned in float64. The unit is
the nat (`base=e`), the bit (`base=2`) or whatever `base` says.

What has no closed form is integrated numerically and comes as `Estimate(value, error)`: the
error is that of the quadrature, plus a bound of the tails that are cut off, plus rounding. Each
integral ∫ p(x) g(x) dx is cut into panels on the own scale of every Gaussian in it, so that
a narrow one is not missed, and a panel is halved until two rules agree on it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial, reduce
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from xent_core._arrays import FLOAT64, Array, as_float, fail
from xent_core.information import LN2, _check_base, _check_distribution, _from_nats

LOG_2PI = math.log(2 * math.pi)
EPS = float(np.finfo(FLOAT64).eps)

# Within this, the squares of distances in standard deviations stay finite.
LARGEST, SMALLEST = 1e60, 1e-60
# Narrower for where it lies, a density would have too few float64 numbers in it.
NARROWEST = 1e-10  # sd / |mean|

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
# it is 2.6e-18 of its peak, and what p puts there is bounded by `_tails`.
CUTS = np.array([-9, -5, -2.5, 0, 2.5, 5, 9])
SHARP = 4  # a change of slope, per standard deviation, that gets panels of its own
TURN = 36  # e^-36 is less than half an ulp of 1
DEPTH = 40  # how often a panel can be halved
AGREEMENT = 1e-11  # of the two rules on a panel, relative to the integral of |p g|
BLOCK = 256  # rows at a time: their panels stay in the cache

STEPS = 200
FLAT = 1e-8  # gradient at a reverse fit, with respect to mean / sd and log sd
SAME = 0.01  # fits nearer to each other than this, in the same units, count as one


class Mixture(NamedTuple):
    """A density Σ w N(x; μ, σ²), made by `gaussian` or `gaussian_mixture`, which check it."""

    weights: Array  # (..., K), sum to 1
    means: Array  # (..., K)
    sds: Array  # (..., K), standard deviations


class Estimate(NamedTuple):
    """A number found by numerical integration, and how far from the truth it may be."""

    value: Array
    error: Array


class Fit(NamedTuple):
    """Gaussians put in place of a mixture, and their divergence from it."""

    mean: Array
    sd: Array
    divergence: Array
    error: Array  # of the divergence


def gaussian(mean: ArrayLike, sd: ArrayLike) -> Mixture:
    """The Gaussian N(mean, sd²), as a mixture of one.

    Parameters
    ----------
    mean, sd : array_like
        Their shapes broadcast. `sd` is the standard deviation, from 1e-60 to 1e60 and at least
        1e-10 |mean|; `mean` is at most 1e60 in size.

    Returns
    -------
    Mixture of float64 arrays, (..., 1)

    Raises
    ------
    ValueError
        If the shapes do not broadcast or a value is out of its range or nan.

    Examples
    --------
    >>> from xent_core.densities import gaussian
    >>> gaussian([0, 1, 2], 1.5).means.shape
    (3, 1)
    """
    mean, sd = _gaussians(mean=mean, sd=sd)
    return Mixture(np.ones((*mean.shape, 1)), mean[..., None], sd[..., None])


def gaussian_mixture(weights: ArrayLike, means: ArrayLike, sds: ArrayLike) -> Mixture:
    """The mixture of K Gaussians Σ w N(mean, sd²).

    Parameters
    ----------
    weights : array_like, (..., K)
        ≥ 0; they sum to 1 along the last axis, and are divided by their sum.
    means, sds : array_like
        They broadcast with `weights`, which has K entries already. Standard deviations go from
        1e-60 to 1e60 and are at least 1e-10 |mean|; means are at most 1e60 in size.

    Returns
    -------
    Mixture of float64 arrays, (..., K)

    Raises
    ------
    ValueError
        If the weights are not a distribution, if the shapes do not broadcast, or if a value is
        out of its range or nan.

    Examples
    --------
    >>> from xent_core.densities import gaussian_mixture
    >>> gaussian_mixture([0.5, 0.5], [-2, 2], 1).sds
    array([1., 1.])
    """
    weights = as_float(weights, "weights")
    means, sds = _gaussians(means=means, sds=sds)
    if weights.ndim == 0:
        raise ValueError("weights: must have an axis of components, found shape ()")
    _check_distribution(weights, (weights.ndim - 1,), "weights")
    count = weights.shape[-1]
    shape = _common_shape(**{"weights": weights.shape, "means, sds": means.shape})
    weights = np.broadcast_to(weights.astype(FLOAT64), shape)
    # One weight must not silently be given to many.
    if shape[-1] != count:
        raise ValueError(f"means, sds: must be {count} as the weights, found {shape[-1]}")
    weights = weights / weights.sum(axis=-1, keepdims=True)
    return Mixture(weights, np.broadcast_to(means, shape), np.broadcast_to(sds, shape))


def log_density(x: ArrayLike, p: Mixture) -> Any:
    """Logarithm of the density: log p(x), finite also where p(x) underflows.

    Parameters
    ----------
    x : array_like
        Finite. Its shape broadcasts with the leading axes of `p`.
    p : Mixture

    Returns
    -------
    float64 array or scalar, in nats

    Raises
    ------
    ValueError
        If `x` is not finite or above 1e60 in size, or if the shapes do not broadcast.

    Examples
    --------
    >>> from xent_core.densities import gaussian, log_density
    >>> float(log_density(100, gaussian(0, 1)).round(4))
    -5000.9189
    """
    x = as_float(x, "x").astype(FLOAT64)
    _check_size(x, "x")
    _common_shape(x=x.shape, p=p.means.shape[:-1])
    return _log_density(x, *(np.moveaxis(part, -1, 0) for part in _log_scaled(p)))[()]


def density(x: ArrayLike, p: Mixture) -> Any:
    """Density of a Gaussian or a mixture: p(x) = Σ w exp(-½ ((x - μ) / σ)²) / (σ √2π).

    Parameters
    ----------
    x : array_like
        Finite. Its shape broadcasts with the leading axes of `p`.
    p : Mixture

    Returns
    -------
    float64 array or scalar, per unit of x; above 1 where p is narrow

    Raises
    ------
    ValueError
        If `x` is not finite or above 1e60 in size, or if the shapes do not broadcast.

    Examples
    --------
    >>> from xent_core.densities import density, gaussian, gaussian_mixture
    >>> density([-2, 0, 2], gaussian_mixture([0.5, 0.5], [-2, 2], 1)).round(4)
    array([0.1995, 0.054 , 0.1995])
    >>> density([0, 1], gaussian([[0], [1]], 0.1)).shape
    (2, 2)
    """
    return np.exp(log_density(x, p))


def differential_entropy(p: Mixture, *, base: float = math.e) -> Estimate:
    """Differential entropy of a density: h(p) = -∫ p log p dx.

    It depends on the unit of x, and is negative where p is narrow. A Gaussian has
    h = ½ log(2πe σ²), more than any other density of its variance (Cover & Thomas, 8.6.5);
    a mixture is integrated numerically.

    Parameters
    ----------
    p : Mixture, leading axes (...)
    base : float
        e for nats, 2 for bits.

    Returns
    -------
    Estimate(value, error) of float64 arrays or scalars, (...)

    Raises
    ------
    ValueError
        If base ≤ 0 or base = 1.

    Examples
    --------
    >>> from xent_core.densities import differential_entropy, gaussian
    >>> float(differential_entropy(gaussian(0, 0.1), base=2).value.round(4))
    -1.2748
    """
    base = _check_base(base)
    if p.means.shape[-1] == 1:
        nats = 0.5 + LOG_2PI / 2 + np.log(p.sds[..., 0])
        return _estimate(nats, 8 * EPS * (1 + np.abs(nats)), nats.shape, base)
    lead = p.means.shape[:-1]
    return _estimate(*_in_blocks(partial(_mean_log, np.negative), _columns(p, lead)), lead, base)


def gaussian_kl(
    mean_p: ArrayLike,
    sd_p: ArrayLike,
    mean_q: ArrayLike,
    sd_q: ArrayLike,
    *,
    base: float = math.e,
) -> Any:
    """Kullback-Leibler divergence of two Gaussians, in closed form.

    D(P‖Q) = log(σ_q / σ_p) + (σ_p² + (μ_p - μ_q)²) / (2 σ_q²) - ½

    (Bishop, exercise 1.30). Evaluated as ½ (u - log(1 + u)) + ½ ((μ_p - μ_q) / σ_q)² with
    u = (σ_p / σ_q)² - 1, both of which are ≥ 0.

    Parameters
    ----------
    mean_p, sd_p, mean_q, sd_q : array_like
        Their shapes broadcast. Standard deviations go from 1e-60 to 1e60 and are at least
        1e-10 |mean|; means are at most 1e60 in size.
    base : float
        e for nats, 2 for bits.

    Returns
    -------
    float64 array or scalar

    Raises
    ------
    ValueError
        If the shapes do not broadcast, if a value is out of its range or nan, or if base ≤ 0 or
        base = 1.

    Examples
    --------
    >>> from xent_core.densities import gaussian_kl
    >>> float(gaussian_kl(1, 1, 0, 1))
    0.5
    """
    base = _check_base(base)
    mean_p, sd_p = _gaussians(mean_p=mean_p, sd_p=sd_p)
    mean_q, sd_q = _gaussians(mean_q=mean_q, sd_q=sd_q)
    _common_shape(p=mean_p.shape, q=mean_q.shape)
    ratio = sd_p / sd_q
    u = (sd_p - sd_q) / sd_q * (ratio + 1)
    nats = (u - 2 * np.log(ratio) + ((mean_p - mean_q) / sd_q) ** 2) / 2
    return _from_nats(nats, base)[()]


def density_kl(p: Mixture, q: Mixture, *, base: float = math.e) -> Estimate:
    """Kullback-Leibler divergence of two densities: D(P‖Q) = ∫ p log(p / q) dx.

    With a mixture P and a Gaussian Q, `density_kl(p, q)` is what a forward fit makes small and
    `density_kl(q, p)` what a reverse fit makes small. Unlike the differential entropies, it does
    not depend on the unit of x.

    Parameters
    ----------
    p, q : Mixture
        Their leading axes broadcast.
    base : float
        e for nats, 2 for bits.

    Returns
    -------
    Estimate(value, error) of float64 arrays or scalars; value ≥ 0.

    Raises
    ------
    ValueError
        If the leading axes do not broadcast, or if base ≤ 0 or base = 1.

    Examples
    --------
    >>> from xent_core.densities import density_kl, gaussian, gaussian_mixture
    >>> p = gaussian_mixture([0.5, 0.5], [-2, 2], 0.5)
    >>> value, error = density_kl(p, gaussian([-2, 0, 2], [0.5, 2, 0.5]))
    >>> value.round(3), bool((error < 1e-9).all())
    (array([15.307,  0.724, 15.307]), True)
    """
    base = _check_base(base)
    lead = _common_shape(p=p.means.shape[:-1], q=q.means.shape[:-1])
    nats, error = _in_blocks(partial(_mean_log, np.subtract), _columns(p, lead), _columns(q, lead))
    # Below 0 is only what the integration missed; the error covers it.
    return _estimate(np.maximum(nats, 0), error, lead, base)


def density_jensen_shannon(p: Mixture, q: Mixture, *, base: float = math.e) -> Estimate:
    """Jensen-Shannon divergence of two densities: ½ D(P‖M) + ½ D(Q‖M) with M = ½ (P + Q).

    Symmetric and at most log 2: one bit (J. Lin, 1991). M is itself a mixture.

    Parameters
    ----------
    p, q : Mixture
        Their leading axes broadcast.
    base : float
        e for nats, 2 for bits.

    Returns
    -------
    Estimate(value, error) of float64 arrays or scalars; 0 ≤ value ≤ log 2

    Raises
    ------
    ValueError
        If the leading axes do not broadcast, or if base ≤ 0 or base = 1.

    Examples
    --------
    >>> from xent_core.densities import density_jensen_shannon, gaussian
    >>> float(density_jensen_shannon(gaussian(0, 1), gaussian(2, 1), base=2).value.round(4))
    0.4859
    """
    base = _check_base(base)
    lead = _common_shape(p=p.means.shape[:-1], q=q.means.shape[:-1])
    p_columns, q_columns = _columns(p, lead), _columns(q, lead)
    both = Mixture(*(np.concatenate(pair) for pair in zip(p_columns, q_columns, strict=True)))
    both = both._replace(weights=both.weights / 2)
    from_p, error_p = _in_blocks(partial(_mean_log, np.subtract), p_columns, both)
    from_q, error_q = _in_blocks(partial(_mean_log, np.subtract), q_columns, both)
    nats = np.clip((from_p + from_q) / 2, 0, LN2)
    return _estimate(nats, (error_p + error_q) / 2, lead, base)


def forward_kl_fit(p: Mixture, *, base: float = math.e) -> Fit:
    """The Gaussian Q of least D(P‖Q): it has the mean and the variance of P (moment matching).

    D(P‖Q) = -h(P) - ∫ p log q dx, and only the second part depends on Q. It is
    log σ + ½ log 2π + (Var P + (E P - μ)²) / (2 σ²): least at μ = E P, whatever σ is, and then
    at σ² = Var P; nowhere else is its gradient 0. The Gaussian must put density wherever P has
    some, so it lies across all bumps: mean-seeking (Bishop, 10.1.2).

    Parameters
    ----------
    p : Mixture, leading axes (...)
    base : float
        Unit of the divergence: e for nats, 2 for bits.

    Returns
    -------
    Fit(mean, sd, divergence, error) of float64 arrays or scalars, (...)

    Raises
    ------
    ValueError
        If base ≤ 0 or base = 1.

    Examples
    --------
    >>> from xent_core.densities import forward_kl_fit, gaussian_mixture
    >>> fit = forward_kl_fit(gaussian_mixture([0.5, 0.5], [-4, 4], 1))
    >>> float(fit.mean), float(fit.sd.round(4))
    (0.0, 4.1231)
    """
    mean, sd = _moments(*p)
    kl = density_kl(p, gaussian(mean, sd), base=base)
    return Fit(mean[()], sd[()], kl.value, kl.error)


def reverse_kl_fits(p: Mixture, *, base: float = math.e) -> Fit:
    """The Gaussians Q of locally least D(Q‖P), the best one first.

    Where P is almost 0, so must Q be: it stays on one bump, with one local minimum for each that
    stands apart: mode-seeking (Bishop, 10.1.2). There is no closed form. Newton's method with
    a trust region starts from every component and from every run of neighbouring ones joined by
    moment matching. With x = μ + σz and c_n = E[He_n(z) log p(x)] for a standard normal z, Stein's
    identity E[z f(z)] = E[f'(z)] gives the gradient (-c₁, -1 - c₂) and the Hessian
    ((-c₂, -c₃), (-c₃, -c₄ - 2c₂)) with respect to μ / σ, taken at a fixed σ, and log σ.

    Parameters
    ----------
    p : Mixture, leading axes (...)
    base : float
        Unit of the divergences: e for nats, 2 for bits.

    Returns
    -------
    Fit(mean, sd, divergence, error) of float64 arrays, (..., M)
        Ordered by divergence along the last axis. M is the largest number of minima of any
        density of `p`; where there are fewer, nan follows. At each, the gradient is at most 1e-8;
        minima closer than 0.01 in μ / σ and log σ count as one.

    Raises
    ------
    ValueError
        If base ≤ 0 or base = 1.

    Examples
    --------
    >>> from xent_core.densities import gaussian_mixture, reverse_kl_fits
    >>> fits = reverse_kl_fits(gaussian_mixture([0.6, 0.4], [-4, 4], [1, 0.5]))
    >>> fits.mean.round(2), fits.sd.round(2), fits.divergence.round(2)
    (array([-4.,  4.]), array([1. , 0.5]), array([0.51, 0.92]))
    """
    base = _check_base(base)
    lead = p.means.shape[:-1]
    rows = Mixture(*(part.reshape(-1, part.shape[-1]) for part in p))
    starts = _starts(rows)
    mean, sd, found = _minimize(starts, rows)
    kl = density_kl(gaussian(mean, sd), Mixture(*(part[:, None] for part in rows)))
    fits = _distinct(np.where(found, np.stack([mean, sd, *kl]), np.nan))
    mean, sd, nats, error = fits.reshape(4, *lead, fits.shape[-1])
    return Fit(mean, sd, *_estimate(nats, error, nats.shape, base))


def _moments(weights: Array, means: Array, sds: Array) -> tuple[Array, Array]:
    """Mean and standard deviation of mixtures along the last axis."""
    mean = (weights * means).sum(axis=-1)
    variance = (weights * (sds**2 + (means - mean[..., None]) ** 2)).sum(axis=-1)
    return mean, np.sqrt(variance)


def _log_density(x: Array, scales: Array, means: Array, sds: Array) -> Array:
    """log Σ e^scale e^(-½ ((x - mean) / sd)²), summed over the first axis of the three."""
    terms = [
        scale - 0.5 * ((x - mean) / sd) ** 2
        for scale, mean, sd in zip(scales, means, sds, strict=True)
    ]
    if len(terms) == 1:
        return terms[0]
    # Every exponential is at most 1, and one of them is 1: nothing overflows, no log of 0.
    top = reduce(np.maximum, terms)
    return top + np.log(sum(np.exp(term - top) for term in terms))


def _log_scaled(p: Mixture) -> tuple[Array, Array, Array]:
    """The arguments of `_log_density`: a mixture with its weights as log(w / (σ √2π))."""
    with np.errstate(divide="ignore"):
        return np.log(p.weights) - np.log(p.sds) - LOG_2PI / 2, p.means, p.sds


def _mean_log(combine: Callable[..., Array], p: Mixture, *others: Mixture) -> tuple[Array, Array]:
    """E[combine(log p(x), log q(x), …)] for x from p, in nats, and its error; of columns (K, R)."""
    parts = [_log_scaled(f) for f in (p, *others)]

    def integrand(x: Array, row: Array) -> Array:
        logs = [_log_density(x, *(part[:, row] for part in scaled)) for scaled in parts]
        weight = np.exp(logs[0])
        return np.stack([weight * combine(*logs), weight * sum(map(np.abs, logs), start=1)])

    rounding = _rounding(p, *others)
    (value, size), error = _integrate(integrand, _edges(p, *others), rounding)
    return value, error + rounding * size + sum(_tails(p, f) for f in (p, *others))


def _integrate(
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


def _edges(p: Mixture, *others: Mixture) -> Array:
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
    scales, means, sds = _log_scaled(f)
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


def _tails(p: Mixture, f: Mixture) -> Array:
    """A bound of ∫ p |log f| dx over what `_edges` leaves out of p.

    Σ w / (σ √2π) bounds f from above and its widest component, of mean μ and variance σ², from
    below. So at x = m + s z, |log f| ≤ a + b z² with a and b as below.
    """
    scales, means, sds = _log_scaled(f)
    wide = np.argmax(np.where(f.weights > 0, sds, 0), axis=0)[None]
    scale, mean, sd = (np.take_along_axis(part, wide, 0) for part in (scales, means, sds))
    a = np.abs(scale) + np.abs(np.log(np.exp(scales).sum(axis=0))) + ((p.means - mean) / sd) ** 2
    b = (p.sds / sd) ** 2
    # ∫ φ dz and ∫ z² φ dz beyond ±z, with 1 - Φ(z) ≤ φ(z) / z.
    z = CUTS[-1]
    peak = 2 * math.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    return (p.weights * peak * (a / z + b * (z + 1 / z))).sum(axis=0)


def _rounding(*densities: Mixture) -> Array:
    """The relative rounding error of the logarithms: x - μ loses digits where μ is not near 0."""
    far = [(np.abs(f.means) / f.sds).max(axis=0) for f in densities]
    return 8 * EPS * (1 + reduce(np.maximum, far))


def _columns(p: Mixture, lead: tuple[int, ...]) -> Mixture:
    """The mixture with its leading axes broadcast to `lead` and flattened: (K, R)."""
    count = p.means.shape[-1]
    return Mixture(
        *(
            np.ascontiguousarray(np.broadcast_to(part, (*lead, count)).reshape(-1, count).T)
            for part in p
        )
    )


def _in_blocks(kernel: Callable[..., tuple[Array, ...]], *densities: Mixture) -> list[Array]:
    """kernel(*densities), some columns at a time."""
    rows = densities[0].means.shape[1]
    parts = [
        kernel(*(Mixture(*(part[:, at : at + BLOCK] for part in f)) for f in densities))
        for at in range(0, max(rows, 1), BLOCK)
    ]
    return [np.concatenate(part, axis=-1) for part in zip(*parts, strict=True)]


def _starts(p: Mixture) -> tuple[Array, Array]:
    """Means and standard deviations, (R, S), of each run of neighbouring components, joined."""
    order = np.argsort(p.means, axis=-1)
    # A component without weight must not be divided by 0; it only makes one more start.
    p = p._replace(weights=np.maximum(p.weights, 1e-200))
    weights, means, sds = (np.take_along_axis(part, order, -1) for part in p)
    count = means.shape[-1]
    runs = [slice(i, j) for i in range(count) for j in range(i + 1, count + 1)]
    shares = [weights[:, run] / weights[:, run].sum(axis=-1, keepdims=True) for run in runs]
    found = [
        _moments(share, means[:, run], sds[:, run]) for share, run in zip(shares, runs, strict=True)
    ]
    mean, sd = np.moveaxis(np.array(found), 0, -1)
    return mean, sd


def _minimize(starts: tuple[Array, Array], p: Mixture) -> tuple[Array, Array, Array]:
    """The local minima of D(Q‖P) below `starts`, (R, S), and whether they were reached."""
    shape = starts[0].shape
    mean, sd = (part.ravel() for part in starts)
    columns = _columns(Mixture(*(part[:, None] for part in p)), shape)
    value, gradient, hessian = _reverse_kl(mean, sd, columns)
    radius = np.ones(mean.size)
    for _ in range(STEPS):
        todo = np.flatnonzero(np.abs(gradient).max(axis=-1) > FLAT)
        if not todo.size:
            break
        step = _newton_step(gradient[todo], hessian[todo], radius[todo])
        new_mean = mean[todo] + sd[todo] * step[:, 0]
        new_sd = sd[todo] * np.exp(step[:, 1])
        here = Mixture(*(part[:, todo] for part in columns))
        new_value, new_gradient, new_hessian = _reverse_kl(new_mean, new_sd, here)
        # Close to the minimum the value is the same but for rounding; the gradient still falls.
        gain = value[todo] - new_value
        noise = 1e-9 * (1 + np.abs(new_value))
        flatter = np.abs(new_gradient).max(axis=-1) < np.abs(gradient[todo]).max(axis=-1)
        better = (gain > noise) | ((gain > -noise) & flatter)
        # Never above 1: where log P is steep, a longer step would leave the range of float64.
        radius[todo] = np.minimum(radius[todo] * np.where(better, 2, 0.25), 1)
        at = todo[better]
        mean[at], sd[at], value[at] = new_mean[better], new_sd[better], new_value[better]
        gradient[at], hessian[at] = new_gradient[better], new_hessian[better]
    flat = np.abs(gradient).max(axis=-1) <= FLAT
    # A saddle point is flat too.
    found = flat & (np.linalg.eigvalsh(hessian)[:, 0] > -1e-6)
    return mean.reshape(shape), sd.reshape(shape), found.reshape(shape)


def _newton_step(gradient: Array, hessian: Array, radius: Array) -> Array:
    """Newton's step, downhill also where the curvature is negative, of length ≤ radius; (n, 2)."""
    curvature, axes = np.linalg.eigh(hessian)
    along = np.einsum("nij,ni->nj", axes, gradient) / np.maximum(np.abs(curvature), 1e-8)
    length = np.linalg.norm(along, axis=-1)
    along *= np.minimum(1, radius / np.maximum(length, 1e-300))[:, None]
    return -np.einsum("nij,nj->ni", axes, along)


def _reverse_kl(mean: Array, sd: Array, p: Mixture) -> tuple[Array, Array, Array]:
    """D(Q‖P) but for a constant, its gradient (n, 2) and Hessian (n, 2, 2); see reverse_kl_fits."""
    q = gaussian(mean, sd)
    c0, c1, c2, c3, c4 = _in_blocks(_hermite_means, _columns(q, mean.shape), p)
    gradient = np.stack([-c1, -1 - c2], axis=-1)
    hessian = np.stack([-c2, -c3, -c3, -c4 - 2 * c2], axis=-1).reshape(-1, 2, 2)
    return -np.log(sd) - c0, gradient, hessian


def _hermite_means(q: Mixture, p: Mixture) -> tuple[Array, ...]:
    """E[He_n(z) log p(μ + σz)] for n = 0 … 4, where q = N(μ, σ²)."""
    scaled = _log_scaled(p)

    def integrand(x: Array, row: Array) -> Array:
        z = (x - q.means[0, row]) / q.sds[0, row]
        weight = np.exp(-0.5 * z**2) / (q.sds[0, row] * math.sqrt(2 * math.pi))
        log_p = _log_density(x, *(part[:, row] for part in scaled))
        he2, he3, he4 = z**2 - 1, z**3 - 3 * z, z**4 - 6 * z**2 + 3
        size = (np.abs(log_p) + 1) * (1 + z**2)
        return weight * np.stack([log_p, *(he * log_p for he in (z, he2, he3, he4)), size])

    totals, _ = _integrate(integrand, _edges(q, p), _rounding(q, p))
    return tuple(totals[:-1])


def _distinct(fits: Array) -> Array:
    """Fits (4, R, S), the best first, each once; nan after them."""
    mean, sd, kl, _ = fits
    best = np.nanmin(kl, axis=-1, keepdims=True)
    # Equally good fits keep their order from left to right, whatever rounding says.
    rank = np.where(kl - best <= 1e-9 * (1 + best), best, kl)
    fits = np.take_along_axis(fits, np.lexsort((mean, rank), axis=-1)[None], -1)
    mean, sd, *_ = fits
    for i in range(1, fits.shape[-1]):
        with np.errstate(invalid="ignore"):
            apart = np.abs(mean[:, i : i + 1] - mean[:, :i]) / sd[:, :i]
            wider = np.abs(np.log(sd[:, i : i + 1] / sd[:, :i]))
        same = ((apart < SAME) & (wider < SAME)).any(axis=-1)
        fits[:, same, i] = np.nan
    order = np.argsort(np.isnan(fits[0]), axis=-1, kind="stable")[None]
    fits = np.take_along_axis(fits, order, -1)
    return fits[..., : int((~np.isnan(fits[0])).sum(axis=-1).max(initial=1))]


def _estimate(value: Array, error: Array, shape: tuple[int, ...], base: float) -> Estimate:
    """Value and error in nats as an `Estimate` in `base`."""
    return Estimate(
        _from_nats(value, base).reshape(shape)[()],
        np.abs(_from_nats(error, base)).reshape(shape)[()],
    )


def _common_shape(**shapes: tuple[int, ...]) -> tuple[int, ...]:
    """The shape that `shapes` broadcast to; ValueError if there is none."""
    try:
        return np.broadcast_shapes(*shapes.values())
    except ValueError:
        found = " and ".join(map(str, shapes.values()))
        raise ValueError(f"{', '.join(shapes)}: shapes {found} do not match") from None


def _check_size(x: Array, name: str) -> None:
    """Raise ValueError unless every |x| ≤ 1e60."""
    wrong = ~(np.abs(x) <= LARGEST)
    if wrong.any():
        fail(name, f"must be from -{LARGEST:g} to {LARGEST:g}", x, wrong)


def _gaussians(**values: ArrayLike) -> list[Array]:
    """A mean and a standard deviation by name, in float64 and in their common shape, checked."""
    mean, sd = arrays = [as_float(value, name).astype(FLOAT64) for name, value in values.items()]
    mean_name, sd_name = values
    shape = _common_shape(**{mean_name: mean.shape, sd_name: sd.shape})
    _check_size(mean, mean_name)
    if not (sd > 0).all():
        fail(sd_name, "must be positive", sd, ~(sd > 0))
    wrong = (sd < SMALLEST) | (sd > LARGEST)
    if wrong.any():
        fail(sd_name, f"must be from {SMALLEST:g} to {LARGEST:g}", sd, wrong)
    wrong = sd < NARROWEST * np.abs(mean)
    if wrong.any():
        rule = f"must be at least {NARROWEST:g} of |{mean_name}|"
        fail(sd_name, rule, np.broadcast_to(sd, shape), wrong)
    return [np.broadcast_to(array, shape) for array in arrays]
