"""What one training run is: a frozen set of settings, each within its bounds, whoever sets them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from xent_core._arrays import check_between, check_choice

DATA = ("note", "blobs", "moons", "circles", "spirals", "xor", "iris", "digits")
ACTIVATIONS = ("relu", "tanh", "sigmoid", "gelu")
OPTIMIZERS = ("sgd", "momentum", "adam")
LOSSES = (
    "cross_entropy",
    "log_softmax_nll",
    "log_of_exps_nll",
    "log_of_softmax_nll",
    "log_of_softmax_eps_nll",
    "softmax_twice",
    "mse",
    "label_smoothing",
)
TRAINING_DTYPES = ("float32", "bfloat16", "float16")

# The data sets whose size is given: samples, features, classes.
_FIXED = {"note": (4, 2, 2), "iris": (150, 4, 3), "digits": (1797, 64, 10)}

# With more samples than this at once, MKL divides a sum among its threads, and the last bits of a
# gradient depend on how many threads there are: found between 600 and 1000 samples.
MAX_BATCH = 512
# Some minutes of one core, and more for the slowest networks; what a link asks beyond is refused.
MAX_STEPS = 200_000

_CHOICES: dict[str, tuple[str, ...]] = {
    "data": DATA,
    "activation": ACTIVATIONS,
    "optimizer": OPTIMIZERS,
    "loss": LOSSES,
    "dtype": TRAINING_DTYPES,
}
INTEGER_BOUNDS = {
    "classes": (2, 6),
    "size": (8, 500),
    "seed": (0, 2**31 - 1),
    "layers": (0, 3),
    "width": (1, 64),
    "batch_size": (1, MAX_BATCH),
    "epochs": (1, 10_000),
}
REAL_BOUNDS = {
    "noise": (0.0, 1.0),
    "test_fraction": (0.0, 0.5),
    "rate": (0.0, 1000.0),
    "weight_decay": (0.0, 10.0),
    "init_scale": (0.0, 1000.0),
    "eps": (0.0, 0.1),
    "label_smoothing": (0.0, 1.0),
    "logit_factor": (0.0, 10_000.0),
}


@dataclass(frozen=True)
class Config:
    """One training run. The default is the note's own program.

    Args:
        data: One of `DATA`. "note" has four points; "iris" and "digits" are scikit-learn's copies.
        classes: 2 to 6.
        noise: 0 to 1.
        size: 8 to 500, of blobs, moons, circles, spirals and xor; the other data have their own.
        test_fraction: 0 to 0.5, the part of the samples that is kept for the test; 0 for no test.
        seed: ≥ 0, of everything random: the data, the split, the initial weights, the batches.
        layers: 0 to 3 hidden ones, of `width` (1 to 64) units, with one of `ACTIVATIONS`.
        optimizer: One of `OPTIMIZERS`. "momentum" is SGD with momentum 0.9.
        rate: 0 to 1000, the learning rate at the start.
        batch_size: 1 to 512. A batch that holds all training samples takes them in their order;
            smaller ones are drawn anew in each epoch.
        weight_decay: 0 to 10.
        init_scale: 0 to 1000, a factor of the weights and biases that nn.Linear starts with.
        epochs: 1 to 10000.
        loss: One of `LOSSES`.
        eps: 0 to 0.1, what "log_of_softmax_eps_nll" adds to each probability.
        label_smoothing: 0 to 1, ε of the loss "label_smoothing".
        dtype: One of `TRAINING_DTYPES`, of weights, inputs and everything computed from them.
        logit_factor: 0 to 10000, what the model's outputs are multiplied by before the loss.

    Raises:
        ValueError: If a value is out of bounds or of a wrong type, or there are over 200,000 steps.

    Example:
        >>> from xent_core.training import Config
        >>> config = Config()
        >>> config.loss, config.rate, config.train_samples, config.steps
        ('cross_entropy', 0.01, 4, 100)
        >>> Config(rate=-1)
        Traceback (most recent call last):
        ValueError: rate: must be from 0.0 to 1000.0, found -1
    """

    data: str = "note"
    classes: int = 2
    noise: float = 0.1
    size: int = 200
    test_fraction: float = 0.0
    seed: int = 0
    layers: int = 1
    width: int = 10
    activation: str = "relu"
    optimizer: str = "sgd"
    rate: float = 0.01
    batch_size: int = 4
    weight_decay: float = 0.0
    init_scale: float = 1.0
    epochs: int = 100
    loss: str = "cross_entropy"
    eps: float = 1e-8
    label_smoothing: float = 0.1
    dtype: str = "float32"
    logit_factor: float = 1.0

    def __post_init__(self) -> None:
        for name, choices in _CHOICES.items():
            check_choice(getattr(self, name), choices, name)
        for name, bounds in INTEGER_BOUNDS.items():
            _check_integer(name, getattr(self, name), *bounds)
        for name, bounds in REAL_BOUNDS.items():
            # 1 and 1.0 are one config, and so that they print one program, both become 1.0.
            object.__setattr__(self, name, check_real(name, getattr(self, name), *bounds))
        if self.steps > MAX_STEPS:
            raise ValueError(
                f"epochs: {self.epochs} epochs of {self.steps_per_epoch} steps are {self.steps} "
                f"steps, must be at most {MAX_STEPS}"
            )

    @property
    def samples(self) -> int:
        """How many samples the data have."""
        return _FIXED[self.data][0] if self.data in _FIXED else self.size

    @property
    def features(self) -> int:
        """How many numbers each sample has."""
        return _FIXED[self.data][1] if self.data in _FIXED else 2

    @property
    def class_count(self) -> int:
        """C of the data: `classes`, or what the note, iris and digits have."""
        return _FIXED[self.data][2] if self.data in _FIXED else self.classes

    @property
    def test_samples(self) -> int:
        """How many samples are kept for the test."""
        return int(self.samples * self.test_fraction)

    @property
    def train_samples(self) -> int:
        """How many samples are trained on."""
        return self.samples - self.test_samples

    @property
    def steps_per_epoch(self) -> int:
        """Batches, and so optimiser steps, of an epoch."""
        return math.ceil(self.train_samples / self.batch_size)

    @property
    def steps(self) -> int:
        """Optimiser steps of the whole run."""
        return self.epochs * self.steps_per_epoch


def _check_integer(name: str, value: object, low: int, high: int) -> None:
    if type(value) is not int:
        raise ValueError(f"{name}: must be an int, found {value!r}")
    check_between(name, value, low, high)


def check_real(name: str, value: Any, low: float, high: float) -> float:
    """`value` as a float; ValueError unless it is a number within the bounds."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name}: must be a number, found {value!r}")
    check_between(name, value, low, high)
    return float(value)


def check_rate(value: float) -> float:
    """A learning rate as a float; ValueError if `Config` would not take it either."""
    return check_real("rate", value, *REAL_BOUNDS["rate"])
