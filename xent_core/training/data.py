"""The data sets, and the split: what is random comes from one generator, and is drawn in order.

The toy data are functions that stand alone, for `program` prints them as they are.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import torch
from torch import Tensor

from xent_core.training.config import Config

# The two features that a picture of the plane shows; the others stay at their mean, which is 0.
PLANES: dict[str, tuple[int, int] | None] = {"iris": (2, 3), "digits": None}


class Data(NamedTuple):
    """Training and test samples, float32 (n, features), their classes, int64 (n), and which of the
    original samples each is.
    """

    x_train: Tensor
    y_train: Tensor
    x_test: Tensor
    y_test: Tensor
    train_index: Tensor
    test_index: Tensor


def note() -> tuple[Tensor, Tensor]:
    """The note's four points."""
    X = torch.tensor([[1.0, 2.0], [2.0, 1.0], [3.0, 4.0], [4.0, 3.0]])  # noqa: N806 the note's name
    return X, torch.tensor([0, 0, 1, 1])


def blobs(
    size: int, classes: int, noise: float, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """A cloud for each class, on a ring."""
    y = torch.arange(size) % classes
    angle = 2 * math.pi * y / classes
    centre = torch.stack([angle.cos(), angle.sin()], dim=1)
    return centre + noise * torch.randn(size, 2, generator=generator), y


def moons(
    size: int, classes: int, noise: float, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """A half-circle for each class, open downwards and upwards in turn, each reaching into the
    next.
    """
    y = torch.arange(size) % classes
    angle = math.pi * torch.rand(size, generator=generator)
    across = angle.cos() + y - (classes - 1) / 2
    up = (angle.sin() - 0.25) * (1 - 2 * (y % 2))
    X = torch.stack([across, up], dim=1)  # noqa: N806
    return X + noise * torch.randn(size, 2, generator=generator), y


def circles(
    size: int, classes: int, noise: float, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """A circle for each class, one within the other."""
    y = torch.arange(size) % classes
    angle = 2 * math.pi * torch.rand(size, generator=generator)
    radius = (y + 1) / classes
    X = torch.stack([radius * angle.cos(), radius * angle.sin()], dim=1)  # noqa: N806
    return X + noise * torch.randn(size, 2, generator=generator), y


def spirals(
    size: int, classes: int, noise: float, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """An arm for each class, turning as it goes out."""
    y = torch.arange(size) % classes
    radius = torch.rand(size, generator=generator)
    angle = 2 * math.pi * y / classes + 4 * radius
    X = torch.stack([radius * angle.cos(), radius * angle.sin()], dim=1)  # noqa: N806
    return X + noise * torch.randn(size, 2, generator=generator), y


def xor(size: int, classes: int, noise: float, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """A board of C × C squares; row plus column, modulo C, is the class: for two classes XOR."""
    X = 2 * torch.rand(size, 2, generator=generator) - 1  # noqa: N806
    square = ((X + 1) * classes / 2).long()
    y = square.sum(dim=1) % classes
    return X + noise * torch.randn(size, 2, generator=generator), y


Toy = Callable[[int, int, float, torch.Generator], tuple[Tensor, Tensor]]
TOYS: dict[str, Toy] = {
    "blobs": blobs,
    "moons": moons,
    "circles": circles,
    "spirals": spirals,
    "xor": xor,
}


def load(config: Config, generator: torch.Generator) -> Data:
    """The data of a config, with its split.

    Nothing of the test samples enters the training samples: iris is standardised with the mean
    and the deviation of the training samples.
    """
    x, y = _all_samples(config, generator)
    index = torch.arange(len(x))
    if config.test_samples:
        index = torch.randperm(len(x), generator=generator)
    test, train = index[: config.test_samples], index[config.test_samples :]
    if config.data == "iris":
        x = (x - x[train].mean(dim=0)) / x[train].std(dim=0)
    return Data(x[train], y[train], x[test], y[test], train, test)


def _all_samples(config: Config, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    if config.data in TOYS:
        return TOYS[config.data](config.size, config.classes, config.noise, generator)
    return note() if config.data == "note" else _from_scikit_learn(config.data)


@cache
def _from_scikit_learn(name: str) -> tuple[Tensor, Tensor]:
    """Read once, and from then on only copied from."""
    from sklearn import datasets  # here, because it takes long and the toy data do without

    # ty does not know return_X_y's effect on the type
    x, y = getattr(datasets, f"load_{name}")(return_X_y=True)
    scale = 16 if name == "digits" else 1
    return torch.tensor(x / scale, dtype=torch.float32), torch.tensor(y, dtype=torch.int64)
