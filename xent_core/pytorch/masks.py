"""Classes masked with a logit of -inf: which targets survive it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import ArrayLike
from torch import Tensor

from xent_core._arrays import Array, as_smoothing
from xent_core.losses import cross_entropy_loss
from xent_core.pytorch._inputs import as_class, as_row, float_type, to_tensor
from xent_core.pytorch.ways import loss_and_grad

MASK_TARGETS = ("index", "one_hot", "soft", "soft_off_the_mask", "label_smoothing")


class MaskCase(NamedTuple):
    """The loss for one kind of target: its value, "finite", "inf" or "nan", and the gradient."""

    key: str
    value: float
    kind: str
    grad: Array
    xent_value: float


def mask_cases(
    logits: ArrayLike,
    k: int,
    masked: Sequence[int],
    *,
    smoothing: float = 0.1,
    dtype: str = "float32",
) -> tuple[MaskCase, ...]:
    """The loss of one sample whose `masked` logits are -inf, for five ways to write its target.

    index: the class k; one_hot: 1 at k; soft: 1 - ε at k and ε/C on each class, written out;
    soft_off_the_mask: the same, but ε only on the classes that are not masked;
    label_smoothing: the class k and label_smoothing=ε.

    A probability of 0 at a masked class is 0 · (-inf) = nan, and one above 0 is inf; only an
    index does not look there.

    Args:
        logits: (C), C from 1 to 10.
        k: The target class.
        masked: Classes whose logits become -inf; may be empty, and may hold k.
        smoothing: ε in [0, 1].
        dtype: "float32" or "float64".

    Returns:
        tuple of `MaskCase`, in the order of `MASK_TARGETS`; values in nats.

    Raises:
        ValueError: If a shape, a type or the smoothing is wrong.
        IndexError: If a class is not there.

    Example:
        >>> from xent_core.pytorch import mask_cases
        >>> [(case.key, case.kind) for case in mask_cases([1, 1, 1], 0, [2])][:3]
        [('index', 'finite'), ('one_hot', 'nan'), ('soft', 'inf')]
    """
    row = as_row(logits)
    k = as_class(k, row.size)
    epsilon = as_smoothing(smoothing, "smoothing")
    if len(masked) > row.size:
        raise ValueError(f"masked: at most {row.size} classes, found {len(masked)}")
    off = np.zeros(row.size, bool)
    off[[as_class(c, row.size, "masked") for c in masked]] = True
    kind = float_type(dtype)
    x = to_tensor(np.where(off, -np.inf, row), kind)
    return tuple(
        _case(key, x, target, epsilon if key == "label_smoothing" else 0.0)
        for key, target in zip(MASK_TARGETS, _targets(k, off, epsilon, kind), strict=True)
    )


def _targets(k: int, off: Array, epsilon: float, dtype: torch.dtype) -> list[Tensor]:
    index = torch.tensor(k)
    one_hot = np.eye(off.size)[k]
    free = ~off / max(1, np.count_nonzero(~off))
    rows = [
        one_hot,
        (1 - epsilon) * one_hot + epsilon / off.size,
        (1 - epsilon) * one_hot + epsilon * free,
    ]
    return [index, *(to_tensor(row, dtype) for row in rows), index]


def _case(key: str, x: Tensor, target: Tensor, epsilon: float) -> MaskCase:
    def loss_of(x: Tensor, target: Tensor) -> Tensor:
        return F.cross_entropy(x, target, label_smoothing=epsilon)

    value, grad = loss_and_grad(loss_of, x, target)
    ours: Any = cross_entropy_loss(x.numpy(), target.numpy(), label_smoothing=epsilon)
    return MaskCase(key, value, number_kind(value), grad, float(ours))


def number_kind(value: float) -> str:
    """Whether a number is "finite", "inf" (of either sign) or "nan".

    Args:
        value: Any number.

    Returns:
        One of the three.

    Raises:
        TypeError: If `value` is not a number.

    Example:
        >>> from xent_core.pytorch import number_kind
        >>> number_kind(-float("inf"))
        'inf'
    """
    if math.isnan(value):
        return "nan"
    return "inf" if math.isinf(value) else "finite"
