"""The recording of a run: its kept states, and all that can be seen in them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
import torch
from torch import Tensor

from xent_core._arrays import Array, check_between, check_choice
from xent_core.training.config import Config
from xent_core.training.data import PLANES, Data
from xent_core.training.history import MAX_KEPT, History, Seen, State, Thinned
from xent_core.training.losses import loss_function
from xent_core.training.model import DTYPES, build_model, put_weights

GRID = 24
# What stands for a probability of 1 in the picture of the plane.
MAP_FULL = 255
# How far the picture of the plane goes beyond the samples, as a part of their range.
_MARGIN = 0.15
PARTS = ("train", "test")

Steps: TypeAlias = Sequence[int] | None


class Samples(NamedTuple):
    """Samples as the network takes them, float32 (n, features), their classes (n), and which of
    the data's own samples each is (n).
    """

    x: Array
    y: Array
    index: Array


class Plane(NamedTuple):
    """Where the picture of the plane lies: the two features, and GRID values of each."""

    features: tuple[int, int]
    across: Array
    up: Array


class Recording:
    """The kept states of a run and the present one, and what they give for its data.

    Kept are the start and the ends of epochs: all of them up to the 200th, then every second, …
    It is filled by a `Trainer`. Every method that takes `steps` takes a sequence of steps of
    `steps`, or None for all of them, and raises ValueError for one that is not kept.
    """

    def __init__(self, config: Config, data: Data) -> None:
        self.config = config
        self.rates: list[tuple[int, float]] = []
        self.plane = _find_plane(config, data)
        self._data = data
        self._states: Thinned[State] = Thinned(MAX_KEPT, config.steps_per_epoch)
        self._present: State | None = None
        self._mirror = build_model(config, None)
        dtype = DTYPES[config.dtype]
        self._x = (data.x_train.to(dtype), data.x_test.to(dtype))
        self._y = (data.y_train, data.y_test)
        self._mean_loss = loss_function(config)
        self._own_loss = loss_function(config, "none")
        self._grid = None if self.plane is None else _grid(self.plane, config.features).to(dtype)

    def add_state(self, step: int, weights: Tensor) -> None:
        """The weights after `step` updates; `weights` must not change afterwards."""
        self._present = State(step, weights)
        self._states.add(step, self._present)

    def wants(self, step: int) -> bool:
        """Whether the state of a step will be kept."""
        return self._states.wants(step)

    def add_grad_norm(self, norm: float) -> None:
        """The norm of the gradient in the present state."""
        self._now.grad_norm = norm

    @property
    def _now(self) -> State:
        assert self._present is not None, "the trainer adds a state when it is made"
        return self._present

    @property
    def steps(self) -> tuple[int, ...]:
        """The steps that are kept, and the present one."""
        return tuple(state.step for state in self._chosen(None))

    @property
    def nbytes(self) -> int:
        """Bytes of everything that grows with the run."""
        states = self._chosen(None)
        seen = [state.seen for state in states if state.seen is not None]
        return (
            sum(state.weights.nbytes for state in states)
            + sum(each.losses.nbytes + each.predictions.nbytes for each in seen)
            + sum(state.plane.nbytes for state in states if state.plane is not None)
        )

    def samples(self, part: str = "train") -> Samples:
        """The samples of a part, "train" or "test"."""
        data = self._data
        if _check_part(part):
            chosen = (data.x_test, data.y_test, data.test_index)
        else:
            chosen = (data.x_train, data.y_train, data.train_index)
        return Samples(*(tensor.numpy().copy() for tensor in chosen))

    def history(self) -> History:
        """The run as arrays: losses, accuracies, rates."""
        states = self._chosen(None)
        seen = [self._see(state) for state in states]
        step = np.array([state.step for state in states], dtype=np.int64)
        changes = [at for at, _ in self.rates]
        of_samples = ("train_loss", "test_loss", "train_accuracy", "test_accuracy")
        return History(
            step=step,
            epoch=step / self.config.steps_per_epoch,
            rate=np.array([self.rates[bisect_right(changes, at) - 1][1] for at in step.tolist()]),
            **{name: np.array([getattr(each, name) for each in seen]) for name in of_samples},
            grad_norm=np.array([state.grad_norm for state in states]),
        )

    def maps(self, steps: Steps = None) -> Array:
        """The probability of each class over the plane.

        Args:
            steps: Some of `steps`; None for all.

        Returns:
            uint8 array, (K, 24, 24, C), MAP_FULL for 1; the first axis of the plane is upwards
            (`plane.up`), the second across. Where a logit is nan, 0.

        Raises:
            ValueError: If the data have no plane, as digits, or a step is not kept.
        """
        if self._grid is None:
            raise ValueError(f"data: {self.config.data} has {self.config.features} features")
        return np.stack([self._map(state, self._grid) for state in self._chosen(steps)])

    def logits(self, samples: Sequence[int], part: str = "train", steps: Steps = None) -> Array:
        """The logits that the loss is given for some samples, after the factor.

        Args:
            samples: Counted in the part.
            part: "train" or "test".
            steps: Some of `steps`; None for all.

        Returns:
            float32 array, (K, len(samples), C).

        Raises:
            ValueError: If there is no such sample or part, or a step is not kept.
        """
        chosen, _ = self._pick(samples, part)
        states = self._chosen(steps)
        return np.stack([self._forward(state, chosen)[0].float().numpy() for state in states])

    def logit_gradients(
        self, samples: Sequence[int], part: str = "train", steps: Steps = None
    ) -> Array:
        """The gradient of each sample's own loss, as it is trained, in its logits.

        By autograd, in the type of the run, and in the logits that the loss is given, after the
        factor. For "cross_entropy" it is p - y.

        Args:
            samples, part, steps: As in `logits`.

        Returns:
            float32 array, (K, len(samples), C).

        Raises:
            ValueError: As in `logits`.
        """
        chosen, y = self._pick(samples, part)
        states = self._chosen(steps)
        return np.stack(
            [self._logit_gradient(self._forward(state, chosen)[0], y) for state in states]
        )

    def _pick(self, samples: Sequence[int], part: str) -> tuple[Tensor, Tensor]:
        """Some samples of a part, and their classes."""
        x, y = (each[_check_part(part)] for each in (self._x, self._y))
        for sample in samples:
            check_between("samples", sample, 0, len(x) - 1)
        return x[list(samples)], y[list(samples)]

    @torch.enable_grad()
    def _logit_gradient(self, logits: Tensor, y: Tensor) -> Array:
        z = logits.detach().requires_grad_()
        (gradient,) = torch.autograd.grad(self._own_loss(z, y).sum(), z)
        return gradient.float().numpy()

    def sample_losses(self, part: str = "train", steps: Steps = None) -> Array:
        """The loss of every sample of a part: float32 array, (K, n)."""
        return self._each(part, steps, lambda seen: seen.losses)

    def predictions(self, part: str = "train", steps: Steps = None) -> Array:
        """The class with the largest logit for every sample of a part: uint8 array, (K, n)."""
        return self._each(part, steps, lambda seen: seen.predictions)

    def confusion(self, part: str = "train", steps: Steps = None) -> Array:
        """How many samples of each class (rows) are taken for each class (columns).

        Returns:
            int64 array, (K, C, C).
        """
        count = self.config.class_count
        cells = self.predictions(part, steps) + count * self._y[_check_part(part)].numpy()
        counts = [np.bincount(row, minlength=count**2) for row in cells]
        return np.stack(counts).reshape(-1, count, count)

    def worst(self, count: int = 9, part: str = "train", steps: Steps = None) -> Array:
        """The samples taken for a wrong class with the largest loss, the worst first.

        Returns:
            int64 array, (K, count), counted in the part; -1 where there are no more mistakes.
        """
        wrong = self.predictions(part, steps) != self._y[_check_part(part)].numpy()
        # nan is worse than inf, and what is right is never among them
        losses = np.nan_to_num(self.sample_losses(part, steps), nan=np.inf, posinf=np.inf)
        order = np.argsort(np.where(wrong, -losses, np.inf), axis=1, kind="stable")[:, :count]
        found = np.where(np.take_along_axis(wrong, order, axis=1), order, -1)
        return np.pad(found, ((0, 0), (0, count - found.shape[1])), constant_values=-1)

    def _chosen(self, steps: Steps) -> list[State]:
        states = list(self._states.items)
        if self._present is not None and (not states or states[-1] is not self._present):
            states.append(self._present)
        if steps is None:
            return states
        by_step = {state.step: state for state in states}
        missing = [step for step in steps if step not in by_step]
        if missing:
            raise ValueError(f"steps: {missing[0]} is not kept")
        return [by_step[step] for step in steps]

    def _each(self, part: str, steps: Steps, take: Callable[[Seen], Array]) -> Array:
        count = len(self._y[0])
        rows = slice(count, None) if _check_part(part) else slice(count)
        return np.stack([take(self._see(state))[rows] for state in self._chosen(steps)])

    @torch.no_grad()
    def _forward(self, state: State, *inputs: Tensor) -> list[Tensor]:
        put_weights(self._mirror, state.weights)
        factor = self.config.logit_factor
        return [self._mirror(x) * factor if factor != 1 else self._mirror(x) for x in inputs]

    def _see(self, state: State) -> Seen:
        if state.seen is None:
            logits = self._forward(state, *self._x)
            losses = torch.cat([*map(self._own_loss, logits, self._y)]).float().numpy()
            classes = [z.argmax(dim=1) for z in logits]
            predictions = torch.cat(classes).to(torch.uint8).numpy()
            means, accuracies = zip(*map(self._summary, logits, self._y, classes), strict=True)
            state.seen = Seen(losses, predictions, *means, *accuracies)
        return state.seen

    def _summary(self, z: Tensor, y: Tensor, found: Tensor) -> tuple[float, float]:
        """Mean loss and accuracy of a part."""
        if not len(y):
            return float("nan"), float("nan")
        return self._mean_loss(z, y).item(), (found == y).sum().item() / len(y)

    def _map(self, state: State, grid: Tensor) -> Array:
        if state.plane is None:
            (z,) = self._forward(state, grid)
            p = torch.softmax(z.float(), dim=1).nan_to_num(0.0)
            state.plane = (p * MAP_FULL).round().to(torch.uint8).numpy().reshape(GRID, GRID, -1)
        return state.plane


def map_levels() -> Array:
    """Return the probability that each whole number of a map stands for: float64 (256)."""
    return np.arange(MAP_FULL + 1) / MAP_FULL


def _check_part(part: str) -> int:
    return PARTS.index(check_choice(part, PARTS, "part"))


def _find_plane(config: Config, data: Data) -> Plane | None:
    features = PLANES.get(config.data, (0, 1))
    if features is None:
        return None
    points = torch.cat([data.x_train, data.x_test])[:, list(features)].double().numpy()
    low, high = points.min(axis=0), points.max(axis=0)
    margin = _MARGIN * (high - low)
    axes = np.linspace(low - margin, high + margin, GRID, axis=1)
    return Plane(features, axes[0], axes[1])


def _grid(plane: Plane, features: int) -> Tensor:
    """The points of the plane, row by row, as samples."""
    up, across = np.meshgrid(plane.up, plane.across, indexing="ij")
    points = torch.zeros(GRID * GRID, features)
    points[:, list(plane.features)] = torch.tensor(
        np.stack([across.ravel(), up.ravel()], axis=1), dtype=torch.float32
    )
    return points
