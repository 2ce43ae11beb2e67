"""The wiring board: which front end goes with which loss, and what comes of the other pairs."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from numpy.typing import ArrayLike
from torch import Tensor

from xent_core.pytorch._inputs import as_batch, as_classes, exact, float_type, to_tensor
from xent_core.pytorch.ulps import ulp_distance

_FRONTS: dict[str, Callable[[Tensor], Tensor]] = {
    "logits": lambda x: x,
    "softmax": lambda x: torch.softmax(x, dim=1),
    "log_softmax": lambda x: torch.log_softmax(x, dim=1),
}
_LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "cross_entropy": F.cross_entropy,
    "nll": F.nll_loss,
    "nll_of_log": lambda x, target: F.nll_loss(x.log(), target),
}
FRONT_ENDS = tuple(_FRONTS)
BOARD_LOSSES = tuple(_LOSSES)

VERDICTS = ("right", "same_by_idempotence", "right_but_unsafe", "wrong")

# What each pair is, whatever the numbers: the verdict, and the reason for it.
_JUDGED = {
    ("logits", "cross_entropy"): ("right", "takes_logits"),
    ("softmax", "cross_entropy"): ("wrong", "softmax_twice"),
    ("log_softmax", "cross_entropy"): ("same_by_idempotence", "log_softmax_twice"),
    ("logits", "nll"): ("wrong", "no_softmax_no_log"),
    ("softmax", "nll"): ("wrong", "no_log"),
    ("log_softmax", "nll"): ("right", "takes_log_probabilities"),
    ("logits", "nll_of_log"): ("wrong", "no_softmax"),
    ("softmax", "nll_of_log"): ("right_but_unsafe", "log_of_zero"),
    ("log_softmax", "nll_of_log"): ("wrong", "log_twice"),
}
REASONS = tuple(reason for _, reason in _JUDGED.values())


class Wire(NamedTuple):
    """One pair: its value, the verdict and its reason, and how far it is from the right loss."""

    front: str
    loss: str
    value: float
    verdict: str
    reason: str
    ulps: int | None


class Board(NamedTuple):
    """All pairs, and the least loss that a softmax before CrossEntropyLoss allows."""

    wires: tuple[Wire, ...]
    floor: float


def wiring_board(logits: ArrayLike, target: ArrayLike, dtype: str = "float32") -> Board:
    """The mean loss of a batch for every front end of `FRONT_ENDS` and loss of `BOARD_LOSSES`.

    "nll_of_log" is NLLLoss after torch.log. The verdict belongs to the pair, not to the numbers:
    a wrong pair stays wrong where its value happens to be the right one.

    Args:
        logits: (N, C), N from 1 to 8 and C from 1 to 10.
        target: Integers (N), classes, or -100 where a sample is to be ignored.
        dtype: "float32" or "float64".

    Returns:
        Board; `wires` loss by loss for each front end, with one of `VERDICTS` and of `REASONS`;
        `floor` for this C; all in nats.

    Raises:
        ValueError: If a shape or a type is wrong.
        IndexError: If a class is not there.

    Example:
        >>> from xent_core.pytorch import wiring_board
        >>> board = wiring_board([[10.0, 0.0, 0.0]], [0])
        >>> [(w.value, w.verdict) for w in board.wires if w.loss == "nll"][1]
        (-0.9999091625213623, 'wrong')
        >>> round(board.floor, 3)
        0.551
    """
    batch = as_batch(logits)
    classes = torch.tensor(as_classes(target, batch))
    x = to_tensor(batch, float_type(dtype))
    right = exact(F.cross_entropy(x, classes))
    wires = tuple(
        _wire(front, loss, x, classes, right, dtype)
        for front in FRONT_ENDS
        for loss in BOARD_LOSSES
    )
    return Board(wires, double_softmax_floor(batch.shape[1]))


def _wire(front: str, loss: str, x: Tensor, classes: Tensor, right: float, dtype: str) -> Wire:
    value = exact(_LOSSES[loss](_FRONTS[front](x), classes))
    return Wire(front, loss, value, *_JUDGED[front, loss], ulp_distance(value, right, dtype))


def double_softmax_floor(classes: int) -> float:
    """The least cross-entropy loss of one sample when probabilities are taken for logits.

    Probabilities differ by 1 at most, so the second softmax gives at most e / (e + C - 1), and
    the loss is at least ln(e + C - 1) - 1.

    Args:
        classes: C ≥ 1.

    Returns:
        float, in nats.

    Raises:
        ValueError: If `classes` is not a positive integer.

    Example:
        >>> from xent_core.pytorch import double_softmax_floor
        >>> [round(double_softmax_floor(classes), 3) for classes in (3, 10, 1000)]
        [0.551, 1.461, 5.909]
    """
    if not isinstance(classes, int) or classes < 1:
        raise ValueError(f"classes: must be a positive integer, found {classes!r}")
    # ln(e + C - 1) - 1 = ln(1 + (C - 1)/e): no 1 is taken from a rounded logarithm.
    return math.log1p((classes - 1) / math.e)
