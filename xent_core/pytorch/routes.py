"""From rows of logits to the loss, step by step, as torch computes each step in its type.

theoretical    p_k = e^{x_k} / Σ_j e^{x_j},               loss = -log p_k
actual         loss = -((x_k - m) - log Σ_j e^{x_j - m}),  m = max x
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from numpy.typing import ArrayLike
from torch import Tensor

from xent_core._arrays import FLOAT64, Array, as_array
from xent_core.pytorch._inputs import MAX_CLASSES, as_classes, fits, float_type, to_tensor

MAX_ROWS = 4096


class RouteTable(NamedTuple):
    """The steps of two routes by key, each (R) or (R, C), and what F.cross_entropy gives (R)."""

    theoretical: dict[str, Array]
    actual: dict[str, Array]
    torch_loss: Array


def route_table(logits: ArrayLike, k: ArrayLike, dtype: str = "float32") -> RouteTable:
    """The theoretical and the actual route for R rows of logits, with every intermediate.

    Nothing is mended on the way: an overflow stays inf, and inf / inf stays nan. Every number is
    the one that torch gives for the row alone, to the last bit.

    Args:
        logits: (R, C), R up to 4096 and C up to 10, rounded to `dtype`; may hold inf and nan.
        k: Integers (R), the target class of each row.
        dtype: "float32" or "float64".

    Returns:
        RouteTable of arrays of `dtype`; losses in nats. The steps of each, by key: theoretical:
        logits, exps, sum, probs, p_k, log_p_k, loss; actual: logits, max, shifted, exps, sum,
        log_sum, shifted_k, log_softmax_k, loss.

    Raises:
        ValueError: If a shape or a type is wrong.
        IndexError: If a class is not there.

    Example:
        >>> from xent_core.pytorch import route_table
        >>> table = route_table([[1000, 0], [0, 0]], [0, 1])
        >>> table.theoretical["loss"].tolist(), table.actual["loss"].round(3).tolist()
        ([nan, 0.6931471824645996], [-0.0, 0.6930000185966492])
    """
    rows = as_array(logits, "logits")
    limits = (MAX_ROWS, MAX_CLASSES)
    if not fits(rows.shape, *limits):
        raise ValueError(f"logits: must have shape (R, C) within {limits}, found {rows.shape}")
    target = torch.tensor(as_classes(k, rows, None, "k"))
    x = to_tensor(rows.astype(FLOAT64), float_type(dtype))
    theoretical, actual = (
        {key: value.numpy() for key, value in route(x, target).items()}
        for route in (_theoretical, _actual)
    )
    return RouteTable(theoretical, actual, F.cross_entropy(x, target, reduction="none").numpy())


def _theoretical(x: Tensor, k: Tensor) -> dict[str, Tensor]:
    exps = x.exp()
    total = exps.sum(1)
    probs = exps / total[:, None]
    p_k = _picked(probs, k)
    return {
        "logits": x,
        "exps": exps,
        "sum": total,
        "probs": probs,
        "p_k": p_k,
        "log_p_k": p_k.log(),
        "loss": -p_k.log(),
    }


def _actual(x: Tensor, k: Tensor) -> dict[str, Tensor]:
    largest = x.max(1).values
    shifted = x - largest[:, None]
    exps = shifted.exp()
    total = exps.sum(1)
    log_sum = total.log()
    shifted_k = _picked(shifted, k)
    return {
        "logits": x,
        "max": largest,
        "shifted": shifted,
        "exps": exps,
        "sum": total,
        "log_sum": log_sum,
        "shifted_k": shifted_k,
        "log_softmax_k": shifted_k - log_sum,
        "loss": -(shifted_k - log_sum),
    }


def _picked(values: Tensor, k: Tensor) -> Tensor:
    return values.gather(1, k[:, None])[:, 0]
