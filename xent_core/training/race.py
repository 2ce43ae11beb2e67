"""Two runs from the same weights and the same batches, side by side."""

from __future__ import annotations

import time
from dataclasses import fields

from xent_core.training.config import Config
from xent_core.training.trainer import Clock, Trainer, check_measure

# Everything else decides the data, the weights or the batches.
RACE_FIELDS = (
    "activation",
    "optimizer",
    "rate",
    "weight_decay",
    "loss",
    "eps",
    "label_smoothing",
    "dtype",
    "logit_factor",
)


class Race:
    """Two runs that start from the same weights and take the same batches, step by step.

    The weights are drawn in float32: in another type they are the same ones, rounded.

    Args:
        first, second: They may differ in `RACE_FIELDS`.
        clock: Gives seconds.

    Attributes:
        trainers: Both, at the same step, but for one that failed, which stays where it is.

    Raises:
        ValueError: If the configs differ in anything else.

    Example:
        >>> from xent_core.training import Config, Race
        >>> race = Race(Config(), Config(loss="mse"))
        >>> race.advance(epochs=20)
        20
        >>> [trainer.step for trainer in race.trainers]
        [20, 20]
    """

    def __init__(self, first: Config, second: Config, *, clock: Clock = time.perf_counter) -> None:
        for name in (field.name for field in fields(Config) if field.name not in RACE_FIELDS):
            a, b = getattr(first, name), getattr(second, name)
            if a != b:
                raise ValueError(f"{name}: must be the same for both, found {a!r} and {b!r}")
        self.trainers = (Trainer(first, clock=clock), Trainer(second, clock=clock))
        self._clock = clock

    @property
    def step(self) -> int:
        """Updates made, by the one that made more of them."""
        return max(trainer.step for trainer in self.trainers)

    @property
    def done(self) -> bool:
        """Whether both are over."""
        return all(trainer.done for trainer in self.trainers)

    def advance(
        self, *, seconds: float | None = None, epochs: int | None = None, steps: int | None = None
    ) -> int:
        """Train both on, as `Trainer.advance` does one.

        Args:
            seconds, epochs, steps: As for `Trainer.advance`; the time is that of both together.

        Returns:
            The updates that the one that made more of them made.

        Raises:
            ValueError: If no measure is given, or both epochs and steps, or one is negative.
        """
        check_measure(seconds, epochs, steps)
        if seconds is None:
            return max(trainer.advance(epochs=epochs, steps=steps) for trainer in self.trainers)
        goal = max(trainer.goal(epochs, steps) for trainer in self.trainers)
        start, end = self.step, self._clock() + seconds
        while not self.done and self.step < goal:
            self.advance(steps=1)
            if self._clock() >= end:
                break
        return self.step - start
