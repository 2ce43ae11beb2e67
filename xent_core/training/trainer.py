"""A training run that is advanced a little at a time, and stops at the first inf or nan."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from dataclasses import asdict

import torch
from safetensors.torch import save
from torch import Tensor

from xent_core.training.config import Config, check_rate
from xent_core.training.data import load
from xent_core.training.failure import Failure, Forward, loss_failure, weights_failure
from xent_core.training.history import History
from xent_core.training.losses import loss_function
from xent_core.training.model import DTYPES, batches, build_model, build_optimizer, flatten
from xent_core.training.recording import Recording

Clock = Callable[[], float]


class Trainer:
    """One run of a `Config`: the same config gives the same history to the last bit.

    However it is advanced, and whatever other trainers do in other threads; but one trainer
    belongs to one thread at a time. Nothing of torch that belongs to the whole process is touched.

    Args:
        config: What to train, and how.
        clock: Gives seconds.

    Attributes:
        step: Updates made.
        failure: Where the first inf or nan came from: it ends the run.
        recording: The kept states of the run, and what can be seen in them.

    Example:
        >>> from xent_core.training import Config, Trainer
        >>> trainer = Trainer(Config())
        >>> trainer.advance(epochs=10), trainer.step, trainer.done
        (10, 10, False)
        >>> trainer.history().train_loss.shape
        (11,)
    """

    def __init__(self, config: Config, *, clock: Clock = time.perf_counter) -> None:
        self.config = config
        self.step = 0
        self.failure: Failure | None = None
        self._clock = clock
        # One generator for all, asked in the order in which `program` asks its own.
        generator = torch.Generator().manual_seed(config.seed)
        data = load(config, generator)
        self._model = build_model(config, generator)
        self._batches = None
        if config.batch_size < config.train_samples:
            self._batches = batches(config.train_samples, config.batch_size, generator)
        self._parameters = list(self._model.parameters())
        self._optimizer = build_optimizer(config, self._model)
        self._loss, self._factor = loss_function(config), config.logit_factor
        self._x, self._y = data.x_train.to(DTYPES[config.dtype]), data.y_train
        self.recording = Recording(config, data)
        self.recording.rates.append((0, config.rate))
        self._last: Forward | None = None
        self._record()

    @property
    def epoch(self) -> float:
        """Epochs done, with fractions."""
        return self.step / self.config.steps_per_epoch

    @property
    def done(self) -> bool:
        """Whether the run is over: all epochs are done, or it failed."""
        return self.failure is not None or self.step >= self.config.steps

    @property
    def rate(self) -> float:
        """The learning rate in force; setting it counts from the next step, and is recorded."""
        return self.recording.rates[-1][1]

    @rate.setter
    def rate(self, value: float) -> None:
        rate = check_rate(value)
        rates = self.recording.rates
        if rates[-1][0] == self.step:
            rates.pop()
        if not rates or rates[-1][1] != rate:
            rates.append((self.step, rate))
        self._optimizer.param_groups[0]["lr"] = rate

    @property
    def rates(self) -> tuple[tuple[int, float], ...]:
        """From which step on which learning rate was in force."""
        return tuple(self.recording.rates)

    def advance(
        self, *, seconds: float | None = None, epochs: int | None = None, steps: int | None = None
    ) -> int:
        """Train on so far, and no further than the end of the run.

        Args:
            seconds: ≥ 0, until so much time has passed; at least one step. It may go with one of
                the others: then what comes first ends it.
            epochs: ≥ 0; the first one only to its end, if it has begun.
            steps: ≥ 0.

        Returns:
            The updates made: 0 if the run is over.

        Raises:
            ValueError: If no measure is given, or both epochs and steps, or one is negative.

        Example:
            >>> from xent_core.training import Config, Trainer
            >>> trainer = Trainer(Config(data="moons", batch_size=32))
            >>> trainer.advance(steps=3), trainer.advance(epochs=1), trainer.epoch
            (3, 4, 1.0)
        """
        start = self.step
        check_measure(seconds, epochs, steps)
        goal = self.goal(epochs, steps)
        end = None if seconds is None else self._clock() + seconds
        # The caller's thread may have switched gradients off; this is the thread's own switch.
        with torch.enable_grad():
            while self.step < goal and self.failure is None:
                self._advance_one()
                if end is not None and self._clock() >= end:
                    break
        if self.step > start and not self.recording.wants(self.step):
            self.recording.add_state(self.step, self._flat_weights())
        return self.step - start

    def history(self) -> History:
        """The run up to now, as arrays; the same as `recording.history()`."""
        return self.recording.history()

    def weights(self) -> bytes:
        """The present weights as a safetensors file, with the step and the config as metadata.

        Returns:
            With the names and shapes of the model of `program`. Equal runs give equal bytes.

        Example:
            >>> from safetensors.torch import load
            >>> from xent_core.training import Config, Trainer
            >>> sorted(load(Trainer(Config()).weights()))
            ['0.bias', '0.weight', '2.bias', '2.weight']
        """
        # One entry: safetensors writes several in an order that changes from call to call.
        run = json.dumps({"step": self.step, "config": asdict(self.config)})
        return save(self._model.state_dict(), {"run": run})

    def goal(self, epochs: int | None = None, steps: int | None = None) -> int:
        """The step that so many epochs or steps lead to, the last one of the run without them."""
        last = self.config.steps
        if steps is not None:
            return min(last, self.step + steps)
        if epochs is not None:
            per_epoch = self.config.steps_per_epoch
            return min(last, (self.step // per_epoch + epochs) * per_epoch)
        return last

    def _advance_one(self) -> None:
        batch, x, y = None, self._x, self._y
        if self._batches is not None:
            batch = next(self._batches)
            x, y = x[batch], y[batch]
        z = self._model(x)
        if self._factor != 1:
            z = z * self._factor
        loss = self._loss(z, y)
        forward = Forward(batch, z, y, loss.item())
        if not math.isfinite(forward.loss):
            self._fail(forward)
            return
        # Only now: until here, the gradient of the step before may be needed to say what failed.
        self._optimizer.zero_grad()
        loss.backward()
        if self.recording.wants(self.step):
            self.recording.add_grad_norm(flatten(self._grads()).float().norm().item())
        self._optimizer.step()
        self.step += 1
        self._last = forward
        if self.recording.wants(self.step) or self.step == self.config.steps:
            self._record()

    def _record(self) -> None:
        """Keep the present weights, and stop if they are inf or nan.

        A nan among them shows in the next loss, at once; an inf may hide behind relu or tanh.
        """
        weights = self._flat_weights()
        self.recording.add_state(self.step, weights)
        if self._last is not None and not _all_finite(weights):
            self.failure = weights_failure(self.config, self.step - 1, self._last, self._grads())

    def _fail(self, forward: Forward) -> None:
        """A loss is inf or nan: because of its own logits, or of weights that were so already."""
        if self._last is None or _all_finite(self._flat_weights()):
            self.failure = loss_failure(self.config, self.step, forward)
        else:
            self.failure = weights_failure(self.config, self.step - 1, self._last, self._grads())

    def _flat_weights(self) -> Tensor:
        return flatten([each.detach() for each in self._parameters])

    def _grads(self) -> list[Tensor]:
        return [each.grad for each in self._parameters if each.grad is not None]


def _all_finite(values: Tensor) -> bool:
    # 0 times anything finite is 0, and 0 times inf or nan is nan: one operation instead of five.
    return torch.dot(values, torch.zeros_like(values)).item() == 0


def check_measure(seconds: float | None, epochs: int | None, steps: int | None) -> None:
    """ValueError unless they say how far to go, once, and none is negative."""
    given = {"seconds": seconds, "epochs": epochs, "steps": steps}
    measures = {name: value for name, value in given.items() if value is not None}
    if not measures or measures.keys() >= {"epochs", "steps"}:
        raise ValueError(
            f"seconds, epochs, steps: one of them, or seconds and one, found {measures}"
        )
    for name, value in measures.items():
        if not value >= 0:
            raise ValueError(f"{name}: must not be negative, found {value}")
