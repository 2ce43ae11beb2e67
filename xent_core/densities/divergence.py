"""The entropy of a density, and the divergences of two, each with its error."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from xent_core._arrays import as_float
from xent_core.densities.mixtures import (
    LOG_2PI,
    Mixture,
    checked_gaussians,
    common_shape,
    log_density,
)
from xent_core.densities.quadrature import (
    EPS,
    Estimate,
    as_columns,
    as_estimate,
    in_blocks,
    mean_log,
)
from xent_core.information import LN2, _check_base, _from_nats


def differential_entropy(p: Mixture, *, base: float = math.e) -> Estimate:
    """Differential entropy of a density: h(p) = -∫ p log p dx.

    It depends on the unit of x, and is negative where p is narrow. A Gaussian has
    h = ½ log(2πe σ²), more than any other density of its variance (Cover & Thomas, 8.6.5);
    a mixture is integrated numerically.

    Args:
        p: Densities, leading axes (...).
        base: e for nats, 2 for bits.

    Returns:
        Estimate(value, error) of float64 arrays or scalars, (...).

    Raises:
        ValueError: If base ≤ 0 or base = 1.

    Example:
        >>> from xent_core.densities import differential_entropy, gaussian
        >>> float(differential_entropy(gaussian(0, 0.1), base=2).value.round(4))
        -1.2748
    """
    base = _check_base(base)
    if p.means.shape[-1] == 1:
        nats = 0.5 + LOG_2PI / 2 + np.log(p.sds[..., 0])
        return as_estimate(nats, 8 * EPS * (1 + np.abs(nats)), nats.shape, base)
    lead = p.means.shape[:-1]
    return as_estimate(*in_blocks(partial(mean_log, np.negative), as_columns(p, lead)), lead, base)


def gaussian_kl(
    mean_p: ArrayLike, sd_p: ArrayLike, mean_q: ArrayLike, sd_q: ArrayLike, *, base: float = math.e
) -> Any:
    """Kullback-Leibler divergence of two Gaussians, in closed form.

    D(P‖Q) = log(σ_q / σ_p) + (σ_p² + (μ_p - μ_q)²) / (2 σ_q²) - ½

    (Bishop, exercise 1.30). Evaluated as ½ (u - log(1 + u)) + ½ ((μ_p - μ_q) / σ_q)² with
    u = (σ_p / σ_q)² - 1, both of which are ≥ 0.

    Args:
        mean_p, sd_p, mean_q, sd_q: Their shapes broadcast. Bounds as in `gaussian`.
        base: e for nats, 2 for bits.

    Returns:
        float64 array or scalar.

    Raises:
        ValueError: If shapes do not broadcast, a value is out of range, or base ≤ 0 or base = 1.

    Example:
        >>> from xent_core.densities import gaussian_kl
        >>> float(gaussian_kl(1, 1, 0, 1))
        0.5
    """
    base = _check_base(base)
    mean_p, sd_p = checked_gaussians(mean_p=mean_p, sd_p=sd_p)
    mean_q, sd_q = checked_gaussians(mean_q=mean_q, sd_q=sd_q)
    common_shape(p=mean_p.shape, q=mean_q.shape)
    ratio = sd_p / sd_q
    u = (sd_p - sd_q) / sd_q * (ratio + 1)
    nats = (u - 2 * np.log(ratio) + ((mean_p - mean_q) / sd_q) ** 2) / 2
    return _from_nats(nats, base)[()]


def density_kl(p: Mixture, q: Mixture, *, base: float = math.e) -> Estimate:
    """Kullback-Leibler divergence of two densities: D(P‖Q) = ∫ p log(p / q) dx.

    With a mixture P and a Gaussian Q, `density_kl(p, q)` is what a forward fit makes small and
    `density_kl(q, p)` what a reverse fit makes small. Unlike the differential entropies, it does
    not depend on the unit of x.

    Args:
        p, q: Their leading axes broadcast.
        base: e for nats, 2 for bits.

    Returns:
        Estimate(value, error) of float64 arrays or scalars; value ≥ 0.

    Raises:
        ValueError: If the leading axes do not broadcast, or if base ≤ 0 or base = 1.

    Example:
        >>> from xent_core.densities import density_kl, gaussian, gaussian_mixture
        >>> p = gaussian_mixture([0.5, 0.5], [-2, 2], 0.5)
        >>> value, error = density_kl(p, gaussian([-2, 0, 2], [0.5, 2, 0.5]))
        >>> value.round(3), bool((error < 1e-9).all())
        (array([15.307,  0.724, 15.307]), True)
    """
    base = _check_base(base)
    lead = common_shape(p=p.means.shape[:-1], q=q.means.shape[:-1])
    nats, error = in_blocks(
        partial(mean_log, np.subtract), as_columns(p, lead), as_columns(q, lead)
    )
    # Below 0 is only what the integration missed; the error covers it.
    return as_estimate(np.maximum(nats, 0), error, lead, base)


def density_kl_terms(x: ArrayLike, p: Mixture, q: Mixture, *, base: float = math.e) -> Any:
    """What each place adds to the divergence of two densities: p(x) log(p(x) / q(x)).

    It is what `density_kl` integrates (Cover & Thomas, 8.46), negative where q is above p.

    Args:
        x: Finite. Its shape broadcasts with the leading axes of `p` and of `q`.
        p, q: The densities.
        base: e for nats, 2 for bits.

    Returns:
        float64 array or scalar, per unit of x; finite also where p(x) or q(x) underflows.

    Raises:
        ValueError: If |x| > 1e60 or x is nan, shapes do not broadcast, or base ≤ 0 or base = 1.

    Example:
        >>> from xent_core.densities import density_kl_terms, gaussian
        >>> density_kl_terms([-1, 0, 1], gaussian(0, 1), gaussian(1, 1)).round(4)
        array([ 0.363 ,  0.1995, -0.121 ])
    """
    base = _check_base(base)
    x = as_float(x, "x")
    common_shape(x=x.shape, p=p.means.shape[:-1], q=q.means.shape[:-1])
    log_p, log_q = log_density(x, p), log_density(x, q)
    return _from_nats(np.exp(log_p) * (log_p - log_q), base)[()]


def density_jensen_shannon(p: Mixture, q: Mixture, *, base: float = math.e) -> Estimate:
    """Jensen-Shannon divergence of two densities: ½ D(P‖M) + ½ D(Q‖M) with M = ½ (P + Q).

    Symmetric and at most log 2: one bit (J. Lin, 1991). M is itself a mixture.

    Args:
        p, q, base: As in `density_kl`.

    Returns:
        Estimate(value, error) of float64 arrays or scalars; 0 ≤ value ≤ log 2.

    Raises:
        ValueError: If the leading axes do not broadcast, or if base ≤ 0 or base = 1.

    Example:
        >>> from xent_core.densities import density_jensen_shannon, gaussian
        >>> float(density_jensen_shannon(gaussian(0, 1), gaussian(2, 1), base=2).value.round(4))
        0.4859
    """
    base = _check_base(base)
    lead = common_shape(p=p.means.shape[:-1], q=q.means.shape[:-1])
    p_columns, q_columns = as_columns(p, lead), as_columns(q, lead)
    both = Mixture(*(np.concatenate(pair) for pair in zip(p_columns, q_columns, strict=True)))
    both = both._replace(weights=both.weights / 2)
    from_p, error_p = in_blocks(partial(mean_log, np.subtract), p_columns, both)
    from_q, error_q = in_blocks(partial(mean_log, np.subtract), q_columns, both)
    nats = np.clip((from_p + from_q) / 2, 0, LN2)
    return as_estimate(nats, (error_p + error_q) / 2, lead, base)
