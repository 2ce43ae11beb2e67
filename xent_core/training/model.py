"""The network, its optimiser and its batches, as PyTorch's own parts make them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import pairwise

import torch
from torch import Tensor, nn

from xent_core.training.config import Config

ACTIVATION_MODULES = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "gelu": nn.GELU}
DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
MOMENTUM = 0.9


def layer_sizes(config: Config) -> list[int]:
    """Features, the width of each hidden layer, classes."""
    return [config.features, *[config.width] * config.layers, config.class_count]


def build_model(config: Config, generator: torch.Generator | None) -> nn.Sequential:
    """The network with its initial weights; without a generator, with none."""
    modules: list[nn.Module] = []
    for inputs, outputs in pairwise(layer_sizes(config)):
        # nn.Linear alone would take its weights from the generator of the whole process.
        layer = nn.utils.skip_init(nn.Linear, inputs, outputs, dtype=torch.float32)
        if generator is not None:
            _draw(layer, config.init_scale, generator)
        modules += [layer, ACTIVATION_MODULES[config.activation]()]
    # Drawn in float32 and then rounded: in a race of two types both start from the same weights.
    return nn.Sequential(*modules[:-1]).to(DTYPES[config.dtype])


@torch.no_grad()
def _draw(layer: nn.Linear, scale: float, generator: torch.Generator) -> None:
    """As nn.Linear.reset_parameters draws them: uniform within 1 / √inputs of 0; times `scale`."""
    nn.init.kaiming_uniform_(layer.weight, a=math.sqrt(5), generator=generator)
    bound = 1 / math.sqrt(layer.in_features)
    nn.init.uniform_(layer.bias, -bound, bound, generator=generator)
    for weights in layer.parameters():
        weights *= scale


def build_optimizer(config: Config, model: nn.Module) -> torch.optim.Optimizer:
    """The optimiser of a config for the weights of `model`."""
    parameters, decay = model.parameters(), config.weight_decay
    if config.optimizer == "adam":
        return torch.optim.Adam(parameters, lr=config.rate, weight_decay=decay)
    momentum = MOMENTUM if config.optimizer == "momentum" else 0
    return torch.optim.SGD(parameters, lr=config.rate, momentum=momentum, weight_decay=decay)


def batches(count: int, size: int, generator: torch.Generator) -> Iterator[Tensor]:
    """Which samples each step takes, without end, in a new order in each epoch."""
    while True:
        yield from torch.randperm(count, generator=generator).split(size)


def flatten(tensors: Iterable[Tensor]) -> Tensor:
    """One vector of all the numbers, a copy."""
    return torch.cat([tensor.view(-1) for tensor in tensors])


@torch.no_grad()
def put_weights(model: nn.Module, weights: Tensor) -> None:
    """Copy what `flatten` made of a model's weights into a model of the same shape."""
    parameters = list(model.parameters())
    pieces = weights.split([parameter.numel() for parameter in parameters])
    for parameter, piece in zip(parameters, pieces, strict=True):
        # Copied, not viewed: MKL may sum in another order where memory is not aligned.
        parameter.copy_(piece.view_as(parameter))
