"""The Gaussian in place of a mixture: of least divergence in one direction, or in the other.

Forward and reverse fit: C. M. Bishop, "Pattern Recognition and Machine Learning" (2006), section
10.1.2; K. P. Murphy, "Machine Learning: A Probabilistic Perspective" (2012), section 21.2.2.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from xent_core._arrays import Array
from xent_core.densities.divergence import density_kl
from xent_core.densities.mixtures import Mixture, gaussian, log_scaled, log_sum, moments
from xent_core.densities.quadrature import (
    as_columns,
    as_estimate,
    in_blocks,
    integrate,
    panel_edges,
    relative_rounding,
)
from xent_core.information import _check_base

STEPS = 200
FLAT = 1e-8  # gradient at a reverse fit, with respect to mean / sd and log sd
SAME = 0.01  # fits nearer to each other than this, in the same units, count as one


class Fit(NamedTuple):
    """Gaussians put in place of a mixture, and their divergence from it."""

    mean: Array
    sd: Array
    divergence: Array
    error: Array  # of the divergence


def forward_kl_fit(p: Mixture, *, base: float = math.e) -> Fit:
    """The Gaussian Q of least D(P‖Q): it has the mean and the variance of P (moment matching).

    D(P‖Q) = -h(P) - ∫ p log q dx, and only the second part depends on Q. It is
    log σ + ½ log 2π + (Var P + (E P - μ)²) / (2 σ²): least at μ = E P, whatever σ is, and then
    at σ² = Var P; nowhere else is its gradient 0. The Gaussian must put density wherever P has
    some, so it lies across all bumps: mean-seeking (Bishop, 10.1.2).

    Args:
        p: Densities, leading axes (...).
        base: Unit of the divergence: e for nats, 2 for bits.

    Returns:
        Fit(mean, sd, divergence, error) of float64 arrays or scalars, (...).

    Raises:
        ValueError: If base ≤ 0 or base = 1.

    Example:
        >>> from xent_core.densities import forward_kl_fit, gaussian_mixture
        >>> fit = forward_kl_fit(gaussian_mixture([0.5, 0.5], [-4, 4], 1))
        >>> float(fit.mean), float(fit.sd.round(4))
        (0.0, 4.1231)
    """
    mean, sd = moments(*p)
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

    Args:
        p, base: As in `forward_kl_fit`.

    Returns:
        Fit(mean, sd, divergence, error) of float64 arrays, (..., M), ordered by divergence along
        the last axis. M is the largest number of minima of any density of `p`; where there are
        fewer, nan follows. At each, the gradient is at most 1e-8; minima closer than 0.01 in μ / σ
        and log σ count as one.

    Raises:
        ValueError: If base ≤ 0 or base = 1.

    Example:
        >>> from xent_core.densities import gaussian_mixture, reverse_kl_fits
        >>> fits = reverse_kl_fits(gaussian_mixture([0.6, 0.4], [-4, 4], [1, 0.5]))
        >>> fits.mean.round(2), fits.sd.round(2), fits.divergence.round(2)
        (array([-4.,  4.]), array([1. , 0.5]), array([0.51, 0.92]))
    """
    base = _check_base(base)
    lead = p.means.shape[:-1]
    rows = Mixture(*(part.reshape(-1, part.shape[-1]) for part in p))
    starts = _starts(rows)
    mean, sd, found = minimize(starts, rows)
    kl = density_kl(gaussian(mean, sd), Mixture(*(part[:, None] for part in rows)))
    fits = _distinct(np.where(found, np.stack([mean, sd, *kl]), np.nan))
    mean, sd, nats, error = fits.reshape(4, *lead, fits.shape[-1])
    return Fit(mean, sd, *as_estimate(nats, error, nats.shape, base))


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
        moments(share, means[:, run], sds[:, run]) for share, run in zip(shares, runs, strict=True)
    ]
    mean, sd = np.moveaxis(np.array(found), 0, -1)
    return mean, sd


def minimize(starts: tuple[Array, Array], p: Mixture) -> tuple[Array, Array, Array]:
    """The local minima of D(Q‖P) below `starts`, (R, S), and whether they were reached."""
    shape = starts[0].shape
    mean, sd = (part.ravel() for part in starts)
    columns = as_columns(Mixture(*(part[:, None] for part in p)), shape)
    value, gradient, hessian = reverse_kl(mean, sd, columns)
    radius = np.ones(mean.size)
    for _ in range(STEPS):
        todo = np.flatnonzero(np.abs(gradient).max(axis=-1) > FLAT)
        if not todo.size:
            break
        step = _newton_step(gradient[todo], hessian[todo], radius[todo])
        new_mean = mean[todo] + sd[todo] * step[:, 0]
        new_sd = sd[todo] * np.exp(step[:, 1])
        here = Mixture(*(part[:, todo] for part in columns))
        new_value, new_gradient, new_hessian = reverse_kl(new_mean, new_sd, here)
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


def reverse_kl(mean: Array, sd: Array, p: Mixture) -> tuple[Array, Array, Array]:
    """D(Q‖P) but for a constant, its gradient (n, 2) and Hessian (n, 2, 2); see reverse_kl_fits."""
    q = gaussian(mean, sd)
    c0, c1, c2, c3, c4 = in_blocks(_hermite_means, as_columns(q, mean.shape), p)
    gradient = np.stack([-c1, -1 - c2], axis=-1)
    hessian = np.stack([-c2, -c3, -c3, -c4 - 2 * c2], axis=-1).reshape(-1, 2, 2)
    return -np.log(sd) - c0, gradient, hessian


def _hermite_means(q: Mixture, p: Mixture) -> tuple[Array, ...]:
    """E[He_n(z) log p(μ + σz)] for n = 0 … 4, where q = N(μ, σ²)."""
    scaled = log_scaled(p)

    def integrand(x: Array, row: Array) -> Array:
        z = (x - q.means[0, row]) / q.sds[0, row]
        weight = np.exp(-0.5 * z**2) / (q.sds[0, row] * math.sqrt(2 * math.pi))
        log_p = log_sum(x, *(part[:, row] for part in scaled))
        he2, he3, he4 = z**2 - 1, z**3 - 3 * z, z**4 - 6 * z**2 + 3
        size = (np.abs(log_p) + 1) * (1 + z**2)
        return weight * np.stack([log_p, *(he * log_p for he in (z, he2, he3, he4)), size])

    totals, _ = integrate(integrand, panel_edges(q, p), relative_rounding(q, p))
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
