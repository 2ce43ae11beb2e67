"""What the figures of the one-hot lesson show, for the rows of a sweep. Losses are in nats."""

import functools
import math

import numpy as np
from numpy.typing import NDArray

from pages.one_hot.charts import CROWDED
from ui.figure.sweeps import Arrays
from xent_core import (
    cross_entropy,
    cross_entropy_loss,
    cross_entropy_loss_grad,
    entropy,
    kl_divergence,
    log_softmax,
    one_hot,
    softmax,
)
from xent_core.pytorch import MaskCase, mask_cases
from xent_core.targets import smoothed_loss, smoothing_floor

Floats = NDArray[np.float64]

TOP = 7.0  # nats: the panels' upper edge; what is higher keeps its number and gets a sign
ROOM = 0.03  # between a bar that can be pulled and its number: for the handle
SMOOTH_TOP, SOFT_TOP = 5.0, 4.0
LENGTH = 0.22  # of half the tangent, in widths of its panel, which is about square
SIZES = (3, 10, 1000)  # numbers of classes
ALONG = np.unique(np.round(np.concatenate([np.linspace(0, 1, 51), 1 - np.geomspace(1e-4, 0.1, 25),
                                           np.geomspace(1e-3, 0.1, 25)]), 6))  # fmt: skip


def _above(heights: Floats, top: float = 1.0) -> NDArray[np.float32]:
    """Where numbers above bars (R, C) stand; of many, every second stands higher."""
    many = heights.shape[-1] > CROWDED
    return (heights + many * 0.09 * top * (np.arange(heights.shape[-1]) % 2)).astype(np.float32)


def terms(values: Arrays) -> Arrays:
    """The prediction (R, C), the label (R, C) and what each class adds to the loss (R,)."""
    z, k = values["z"], values["k"].astype(int)
    p, surprise = softmax(z), -log_softmax(z)
    y, drawn = one_hot(k, z.shape[-1]), np.minimum(surprise, TOP)
    loss = cross_entropy_loss(z, k, reduction="none")
    return {
        "p": p,
        "p_label": _above(p + ROOM),
        "surprise_label": _above(np.where(surprise > TOP, 1.06 * TOP, surprise), TOP),
        "y": y.astype(np.uint8),
        "surprise": surprise,
        "drawn": drawn.astype(np.float32),
        "alive": (y * drawn).astype(np.float32),
        "loss": loss,
        "target": k.astype(np.uint8),
        "p_k": p[np.arange(len(k)), k],
        "beyond": np.where(surprise > TOP, 1.03 * TOP, np.nan).astype(np.float32),
    }


def _signed(gradient: Floats) -> Arrays:
    """The gradient (R, C), and what of it is above and below 0."""
    above, below = np.maximum(gradient, 0), np.minimum(gradient, 0)
    return {
        "gradient": gradient,
        "too_much": above.astype(np.float32),
        "too_little": below.astype(np.float32),
    }


def slope(values: Arrays) -> Arrays:
    """The gradient p - y (R, C), the point on the curve of -log p and its tangent."""
    z, k = values["z"], values["k"].astype(int)
    p, y = softmax(z), one_hot(k, z.shape[-1])
    p_k, loss = p[np.arange(len(k)), k], cross_entropy_loss(z, k, reduction="none")
    gradient = cross_entropy_loss_grad(z, k, reduction="none")
    steep = 1 / p_k
    reach = (LENGTH / np.hypot(1, steep / TOP))[:, None] * np.array([-1, 1])
    return {
        "p": p,
        "p_label": _above(p + ROOM),
        "y": y.astype(np.uint8),
        **_signed(gradient),
        "p_k": p_k,
        "target": k.astype(np.uint8),
        "loss": loss,
        "slope": -steep,
        "slope_z": gradient[np.arange(len(k)), k],
        "tangent_x": p_k[:, None] + reach,
        "tangent_y": loss[:, None] - steep[:, None] * reach,
        "drop_x": np.stack([p_k, p_k], axis=-1),
        "drop_y": np.stack([np.zeros_like(loss), loss], axis=-1),
        "dot": np.where(loss > TOP, np.nan, loss),
        "beyond": np.where(loss > TOP, 1.04 * TOP, np.nan),
    }


def smoothing(values: Arrays) -> Arrays:
    """The loss (R,) at p_k for the hard and the smoothed label, both curves, and the lowest."""
    p, epsilon = values["s"], values["eps"]
    classes = np.array(SIZES)[values["C"].astype(int)]
    floor, best = smoothing_floor(classes, epsilon), 1 - epsilon + epsilon / classes
    hard, soft = smoothed_loss(p, classes, 0.0), smoothed_loss(p, classes, epsilon)
    curve = smoothed_loss(ALONG, classes[:, None], epsilon[:, None])
    infinite = np.isinf(soft)
    return {
        "hard": hard,
        "loss": soft,
        "floor": floor,
        "best": best,
        "size": values["C"].astype(np.uint8),
        "hard_dot": np.where(hard > SMOOTH_TOP, np.nan, hard),
        "dot": np.where(infinite, np.nan, np.minimum(soft, SMOOTH_TOP)),
        "grip": np.minimum(soft, SMOOTH_TOP),
        "infinite": np.where(infinite, SMOOTH_TOP, np.nan),
        "curve": np.where(np.isfinite(curve), curve, np.nan),
        "floor_y": np.stack([floor, floor], axis=-1),
        "best_x": np.stack([best, best], axis=-1),
        "best_y": np.stack([np.zeros_like(floor), floor], axis=-1),
    }


def softly(values: Arrays) -> Arrays:
    """The loss (R,) of the prediction for the label, in two parts, and its gradient (R, C)."""
    y, p = values["y"], values["p"]
    loss, floor = cross_entropy(y, p), entropy(y)
    return {
        "y": y,
        "p": p,
        **_signed(p - y),
        "loss": loss,
        "floor": floor,
        "gap": kl_divergence(y, p),
        "shown": np.minimum(loss, SOFT_TOP) - floor,
        "middle": floor / 2,
        "above": (floor + np.minimum(loss, SOFT_TOP)) / 2,
        "beyond": np.where((loss > SOFT_TOP) & np.isfinite(loss), 1.02 * SOFT_TOP, np.nan),
        "infinite": np.where(np.isinf(loss), 1.02 * SOFT_TOP, np.nan),
    }


@functools.lru_cache(maxsize=64)
def cases_of(z: tuple[float, ...], k: int, m: int, epsilon: float) -> tuple[MaskCase, ...]:
    """What PyTorch returns where class m - 1 is masked, or none if m is 0."""
    return mask_cases(z, k, [m - 1] if m else [], smoothing=epsilon, dtype="float64")


def masked_reach(z: tuple[float, ...], k: int, epsilon: float) -> float:
    """How far the axis of these losses goes: to the largest finite one, whatever is masked."""
    masks = range(len(z) + 1)
    values = [case.value for m in masks for case in cases_of(z, k, m, epsilon)]
    return float(max(TOP, *(math.ceil(value) for value in values if math.isfinite(value))))


def masking(values: Arrays, z: tuple[float, ...], k: int, epsilon: float) -> Arrays:
    """PyTorch's loss (R, 5) for each kind of target, with the masks (R,)."""
    top = masked_reach(z, k, epsilon)
    found = [cases_of(z, k, int(m), epsilon) for m in values["m"]]
    losses = np.array([[case.value for case in row] for row in found])
    finite = np.isfinite(losses)
    return {
        "losses": losses,
        "finite": np.where(finite, losses, np.nan),
        "infinite": np.where(np.isinf(losses), top, np.nan),
        "undefined": np.where(np.isnan(losses), top, np.nan),
        "masked": values["m"].astype(np.uint8),
    }
