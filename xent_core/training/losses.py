"""The losses that a run can be trained with: the right ones, and those that people write."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import torch
import torch.nn.functional as F
from torch import Tensor

from xent_core.training.config import Config

LossFunction: TypeAlias = Callable[[Tensor, Tensor], Tensor]

# What `program` prints for each: a module, or the body of a function of logits z and classes y.
MODULE_CODE = {
    "cross_entropy": "nn.CrossEntropyLoss()",
    "label_smoothing": "nn.CrossEntropyLoss(label_smoothing={label_smoothing})",
}
FUNCTION_CODE = {
    "log_softmax_nll": ["return nn.NLLLoss()(nn.LogSoftmax(dim=1)(z), y)"],
    "log_of_exps_nll": [
        "exps = torch.exp(z)",
        "p = exps / exps.sum(dim=1, keepdim=True)",
        "return nn.NLLLoss()(torch.log(p), y)",
    ],
    "log_of_softmax_nll": [
        "p = torch.softmax(z, dim=1)",
        "return nn.NLLLoss()(torch.log(p), y)",
    ],
    "log_of_softmax_eps_nll": [
        "p = torch.softmax(z, dim=1)",
        "return nn.NLLLoss()(torch.log(p + {eps}), y)",
    ],
    "softmax_twice": ["return nn.CrossEntropyLoss()(torch.softmax(z, dim=1), y)"],
    "mse": [
        "p = torch.softmax(z, dim=1)",
        "return nn.MSELoss()(p, nn.functional.one_hot(y, {classes}).to(p.dtype))",
    ],
}


def loss_code(config: Config) -> list[str]:
    """The lines that define `loss_function` as the loss of a config."""
    if config.loss in MODULE_CODE:
        lines = [f"loss_function = {MODULE_CODE[config.loss]}"]
    else:
        body = [f"    {line}" for line in FUNCTION_CODE[config.loss]]
        lines = ["", "", "def loss_function(z, y):", *body, "", ""]
    values = {
        "eps": config.eps,
        "classes": config.class_count,
        "label_smoothing": config.label_smoothing,
    }
    return [line.format_map(values) for line in lines]


def loss_function(config: Config, reduction: str = "mean") -> LossFunction:
    """The loss of logits (N, C) and classes (N); with reduction "none" one for each sample."""
    if config.loss == "cross_entropy":
        return lambda z, y: F.cross_entropy(z, y, reduction=reduction)
    if config.loss == "label_smoothing":
        return lambda z, y: F.cross_entropy(
            z, y, label_smoothing=config.label_smoothing, reduction=reduction
        )
    if config.loss == "softmax_twice":
        return lambda z, y: F.cross_entropy(torch.softmax(z, dim=1), y, reduction=reduction)
    if config.loss == "mse":
        return lambda z, y: _mse(z, y, reduction)
    log_probs = _log_probs(config)
    return lambda z, y: F.nll_loss(log_probs(z), y, reduction=reduction)


def _log_probs(config: Config) -> Callable[[Tensor], Tensor]:
    """The logarithms of the probabilities, as each of the NLL losses computes them."""
    if config.loss == "log_softmax_nll":
        return lambda z: torch.log_softmax(z, dim=1)
    if config.loss == "log_of_softmax_nll":
        return lambda z: torch.log(torch.softmax(z, dim=1))
    if config.loss == "log_of_softmax_eps_nll":
        return lambda z: torch.log(torch.softmax(z, dim=1) + config.eps)
    return lambda z: torch.log(_softmax_on_paper(z))


def _softmax_on_paper(z: Tensor) -> Tensor:
    exps = torch.exp(z)
    return exps / exps.sum(dim=1, keepdim=True)


def _mse(z: Tensor, y: Tensor, reduction: str) -> Tensor:
    """Squared differences of probabilities and one-hot, over samples and classes alike."""
    p = torch.softmax(z, dim=1)
    truth = F.one_hot(y, z.shape[1]).to(z.dtype)
    if reduction == "none":
        return F.mse_loss(p, truth, reduction="none").mean(dim=1)
    return F.mse_loss(p, truth, reduction=reduction)
