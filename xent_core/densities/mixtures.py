"""Mixtures of Gaussians: the densities that all else is computed of, and their logarithm.

Leading axes are densities side by side, as a slider sweeps them. Everything is in float64.
"""

from __future__ import annotations

import math
from functools import reduce
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from xent_core._arrays import FLOAT64, Array, as_float, refuse
from xent_core.information import _check_distribution

LOG_2PI = math.log(2 * math.pi)

# Within this, the squares of distances in standard deviations stay finite.
LARGEST, SMALLEST = 1e60, 1e-60
# Narrower for where it lies, a density would have too few float64 numbers in it.
NARROWEST = 1e-10  # sd / |mean|


class Mixture(NamedTuple):
    """A density Σ w N(x; μ, σ²), made by `gaussian` or `gaussian_mixture`, which check it."""

    weights: Array  # (..., K), sum to 1
    means: Array  # (..., K)
    sds: Array  # (..., K), standard deviations


def gaussian(mean: ArrayLike, sd: ArrayLike) -> Mixture:
    """The Gaussian N(mean, sd²), as a mixture of one.

    Args:
        mean, sd: Their shapes broadcast. `sd` is the standard deviation, from 1e-60 to 1e60 and at
            least 1e-10 |mean|; `mean` is at most 1e60 in size.

    Returns:
        Mixture of float64 arrays, (..., 1).

    Raises:
        ValueError: If the shapes do not broadcast or a value is out of its range or nan.

    Example:
        >>> from xent_core.densities import gaussian
        >>> gaussian([0, 1, 2], 1.5).means.shape
        (3, 1)
    """
    mean, sd = checked_gaussians(mean=mean, sd=sd)
    return Mixture(np.ones((*mean.shape, 1)), mean[..., None], sd[..., None])


def gaussian_mixture(weights: ArrayLike, means: ArrayLike, sds: ArrayLike) -> Mixture:
    """The mixture of K Gaussians Σ w N(mean, sd²).

    Args:
        weights: (..., K), ≥ 0; they sum to 1 along the last axis, and are divided by their sum.
        means, sds: They broadcast with `weights`, to K entries. Bounds as in `gaussian`.

    Returns:
        Mixture of float64 arrays, (..., K).

    Raises:
        ValueError: If `weights` is no distribution, shapes do not fit, or a value is out of range.

    Example:
        >>> from xent_core.densities import gaussian_mixture
        >>> gaussian_mixture([0.5, 0.5], [-2, 2], 1).sds
        array([1., 1.])
    """
    weights = as_float(weights, "weights")
    means, sds = checked_gaussians(means=means, sds=sds)
    if weights.ndim == 0:
        raise ValueError("weights: must have an axis of components, found shape ()")
    _check_distribution(weights, (weights.ndim - 1,), "weights")
    count = weights.shape[-1]
    shape = common_shape(**{"weights": weights.shape, "means, sds": means.shape})
    weights = np.broadcast_to(weights.astype(FLOAT64), shape)
    # One weight must not silently be given to many.
    if shape[-1] != count:
        raise ValueError(f"means, sds: must be {count} as the weights, found {shape[-1]}")
    weights = weights / weights.sum(axis=-1, keepdims=True)
    return Mixture(weights, np.broadcast_to(means, shape), np.broadcast_to(sds, shape))


def log_density(x: ArrayLike, p: Mixture) -> Any:
    """Logarithm of the density: log p(x), finite also where p(x) underflows.

    Args:
        x: Finite. Its shape broadcasts with the leading axes of `p`.
        p: The density.

    Returns:
        float64 array or scalar, in nats.

    Raises:
        ValueError: If |x| is above 1e60 or nan, or the shapes do not broadcast.

    Example:
        >>> from xent_core.densities import gaussian, log_density
        >>> float(log_density(100, gaussian(0, 1)).round(4))
        -5000.9189
    """
    x = as_float(x, "x").astype(FLOAT64)
    _check_size(x, "x")
    common_shape(x=x.shape, p=p.means.shape[:-1])
    return log_sum(x, *(np.moveaxis(part, -1, 0) for part in log_scaled(p)))[()]


def density(x: ArrayLike, p: Mixture) -> Any:
    """Density of a Gaussian or a mixture: p(x) = Σ w exp(-½ ((x - μ) / σ)²) / (σ √2π).

    Args:
        x, p: As in `log_density`.

    Returns:
        float64 array or scalar, per unit of x; above 1 where p is narrow.

    Raises:
        ValueError: As in `log_density`.

    Example:
        >>> from xent_core.densities import density, gaussian, gaussian_mixture
        >>> density([-2, 0, 2], gaussian_mixture([0.5, 0.5], [-2, 2], 1)).round(4)
        array([0.1995, 0.054 , 0.1995])
        >>> density([0, 1], gaussian([[0], [1]], 0.1)).shape
        (2, 2)
    """
    return np.exp(log_density(x, p))


def moments(weights: Array, means: Array, sds: Array) -> tuple[Array, Array]:
    """Mean and standard deviation of mixtures along the last axis."""
    mean = (weights * means).sum(axis=-1)
    variance = (weights * (sds**2 + (means - mean[..., None]) ** 2)).sum(axis=-1)
    return mean, np.sqrt(variance)


def log_sum(x: Array, scales: Array, means: Array, sds: Array) -> Array:
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


def log_scaled(p: Mixture) -> tuple[Array, Array, Array]:
    """The arguments of `log_sum`: a mixture with its weights as log(w / (σ √2π))."""
    with np.errstate(divide="ignore"):
        return np.log(p.weights) - np.log(p.sds) - LOG_2PI / 2, p.means, p.sds


def common_shape(**shapes: tuple[int, ...]) -> tuple[int, ...]:
    """The shape that `shapes` broadcast to; ValueError if there is none."""
    try:
        return np.broadcast_shapes(*shapes.values())
    except ValueError:
        found = " and ".join(map(str, shapes.values()))
        raise ValueError(f"{', '.join(shapes)}: shapes {found} do not match") from None


def _check_size(x: Array, name: str) -> None:
    """Raise ValueError unless every |x| ≤ 1e60."""
    refuse(name, f"must be from -{LARGEST:g} to {LARGEST:g}", x, ~(np.abs(x) <= LARGEST))


def checked_gaussians(**values: ArrayLike) -> tuple[Array, Array]:
    """A mean and a standard deviation by name, in float64 and in their common shape, checked."""
    mean, sd = (as_float(value, name).astype(FLOAT64) for name, value in values.items())
    mean_name, sd_name = values
    shape = common_shape(**{mean_name: mean.shape, sd_name: sd.shape})
    _check_size(mean, mean_name)
    refuse(sd_name, "must be positive", sd, ~(sd > 0))
    outside = (sd < SMALLEST) | (sd > LARGEST)
    refuse(sd_name, f"must be from {SMALLEST:g} to {LARGEST:g}", sd, outside)
    mean, sd = (np.broadcast_to(array, shape) for array in (mean, sd))
    rule = f"must be at least {NARROWEST:g} of |{mean_name}|"
    refuse(sd_name, rule, sd, sd < NARROWEST * np.abs(mean))
    return mean, sd
