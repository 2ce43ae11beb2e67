"""Where the first inf or nan of a run came from, and the sample that made it."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from xent_core.training.config import Config
from xent_core.training.losses import loss_function

FAILED = ("loss", "gradient", "weights")
# logits: they were inf or nan already, from weights that are finite.
# exp_overflow, sum_overflow: e^x, or Σ e^x, was inf. sum_underflow: Σ e^x was 0, so 0 / 0.
# log_of_zero: the target's probability was 0. shift_overflow: x - max was -inf.
# mean_overflow: every loss was finite, but not their sum.
# log_gradient: the loss was finite, but not its gradient in the logits: 1 / p was inf, or 0 / 0,
# for a class with p near 0, the target or not.
# gradient: that was finite, too, but not what backward made of it in the weights.
# update: all that was finite, but not the new weights, nor therefore anything after them.
ORIGINS = (
    "logits",
    "exp_overflow",
    "sum_overflow",
    "sum_underflow",
    "log_of_zero",
    "shift_overflow",
    "mean_overflow",
    "log_gradient",
    "gradient",
    "update",
)


class Failure(NamedTuple):
    """The end of a run.

    `step` counts the updates made before what failed, so it is the step of a history's row whose
    weights are still finite. `failed` is one of `FAILED`, `origin` one of `ORIGINS`. `sample`
    counts in the training samples; `logits` are those that the loss was given, after the factor.
    Where no single sample is to blame, it is the one with the largest loss.
    """

    step: int
    failed: str
    origin: str
    loss: float
    sample: int
    logits: tuple[float, ...]
    target: int


class Forward(NamedTuple):
    """What a step knew before its update: its samples, their logits and classes, the loss.

    `batch` is None where the step took all samples.
    """

    batch: Tensor | None
    logits: Tensor
    target: Tensor
    loss: float


def loss_failure(config: Config, step: int, forward: Forward) -> Failure:
    """A loss that is inf or nan."""
    losses = _own_losses(config, forward)
    bad = ~losses.isfinite()
    if not bad.any():
        return _failure(step, "loss", "mean_overflow", forward, losses.argmax())
    row = bad.nonzero()[0, 0]
    origin = _origin(config, forward.logits.detach()[row])
    return _failure(step, "loss", origin, forward, row)


def weights_failure(config: Config, step: int, forward: Forward, grads: list[Tensor]) -> Failure:
    """Weights that are inf or nan after a step whose loss was finite."""
    row = _own_losses(config, forward).argmax()
    if all(grad.isfinite().all() for grad in grads):
        return _failure(step, "weights", "update", forward, row)
    z = forward.logits.detach().requires_grad_()
    (grad,) = torch.autograd.grad(loss_function(config)(z, forward.target), z)
    bad = ~grad.isfinite().all(dim=1)
    if bad.any():
        return _failure(step, "gradient", "log_gradient", forward, bad.nonzero()[0, 0])
    return _failure(step, "gradient", "gradient", forward, row)


def _own_losses(config: Config, forward: Forward) -> Tensor:
    return loss_function(config, "none")(forward.logits.detach(), forward.target)


def _origin(config: Config, z: Tensor) -> str:
    """Which step of the loss of one sample made the inf or nan."""
    if not z.isfinite().all():
        return "logits"
    if config.loss == "log_of_exps_nll":
        exps = z.exp()
        total = exps.sum()
        if exps.isinf().any():
            return "exp_overflow"
        if total.isinf() or total == 0:
            return "sum_overflow" if total else "sum_underflow"
    return "log_of_zero" if config.loss.startswith("log_of") else "shift_overflow"


def _failure(step: int, failed: str, origin: str, forward: Forward, row: Tensor) -> Failure:
    return Failure(
        step,
        failed,
        origin,
        forward.loss,
        int(row if forward.batch is None else forward.batch[row]),
        tuple(forward.logits.detach()[row].double().tolist()),
        int(forward.target[row]),
    )
