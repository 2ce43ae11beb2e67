"""Densities on the line: their entropy and divergences, and the best Gaussian in place of many.

Definitions: T. M. Cover and J. A. Thomas, "Elements of Information Theory" (2nd ed. 2006),
chapter 8: differential entropy and relative entropy.

A density is a `Mixture` of Gaussians, a single Gaussian one of K = 1. Leading axes are densities
side by side, as a slider sweeps them. Everything is computed and returned in float64. The unit is
the nat (`base=e`), the bit (`base=2`) or whatever `base` says.

What has no closed form is integrated numerically and comes as `Estimate(value, error)`: the
error is that of the quadrature, plus a bound of the tails that are cut off, plus rounding.
"""

from xent_core.densities.divergence import (
    density_jensen_shannon,
    density_kl,
    density_kl_terms,
    differential_entropy,
    gaussian_kl,
)
from xent_core.densities.fits import Fit, forward_kl_fit, reverse_kl_fits
from xent_core.densities.mixtures import Mixture, density, gaussian, gaussian_mixture, log_density
from xent_core.densities.quadrature import Estimate

__all__ = [
    "Estimate",
    "Fit",
    "Mixture",
    "density",
    "density_jensen_shannon",
    "density_kl",
    "density_kl_terms",
    "differential_entropy",
    "forward_kl_fit",
    "gaussian",
    "gaussian_kl",
    "gaussian_mixture",
    "log_density",
    "reverse_kl_fits",
]
