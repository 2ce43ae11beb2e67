"""What is kept of a run: fewer and fewer of its steps, evenly spaced; and the history as arrays."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Generic, TypeVar

from torch import Tensor

from xent_core._arrays import Array

MAX_KEPT = 200

Item = TypeVar("Item")


class Thinned(Generic[Item]):
    """A list of what belongs to steps 0, s, 2s, …; with more than `limit`, s doubles.

    What is kept depends on the number of steps only, not on when or how often one looks.
    """

    def __init__(self, limit: int, stride: int = 1) -> None:
        self.limit = limit
        self.stride = stride
        self.items: list[Item] = []

    def wants(self, step: int) -> bool:
        """Whether the step is one of those that are kept."""
        return step % self.stride == 0

    def add(self, step: int, item: Item) -> None:
        """Keep the item if its step is wanted; every step must be offered, in order."""
        if not self.wants(step):
            return
        self.items.append(item)
        if len(self.items) > self.limit:
            self.stride *= 2
            del self.items[1::2]


@dataclass(slots=True, eq=False)
class State:
    """The weights after so many steps, and what has been found out about them since.

    Only the weights are taken while it trains; all that is drawn is computed from them, when it
    is asked for.
    """

    step: int
    weights: Tensor
    # of the step that was taken from here; nan while there is none
    grad_norm: float = float("nan")
    seen: Seen | None = None
    plane: Array | None = None


@dataclass(slots=True, eq=False)
class Seen:
    """A state put to the samples, first those of the training: the loss and the class given to
    each, and the mean loss and the accuracy of both parts; nan for the test where there is none.
    """

    losses: Array
    predictions: Array
    train_loss: float
    test_loss: float
    train_accuracy: float
    test_accuracy: float


@dataclass(frozen=True, eq=False)
class History:
    """A run as arrays (K), one entry for each epoch that is kept, and for the present step.

    All but the steps are float64. Losses and accuracies are those of all samples.
    """

    step: Array  # int64, updates made; 0 is the start
    epoch: Array  # the same in epochs: whole ones, but for the present step
    rate: Array  # the learning rate in force for the update that comes next
    train_loss: Array  # in nats (but for "mse")
    test_loss: Array
    train_accuracy: Array
    test_accuracy: Array
    grad_norm: Array  # Euclidean, of the gradient that the next update used; nan at the end

    def to_csv(self) -> str:
        """The history as a table.

        Returns:
            A head line, then a line for each step, numbers with all their digits. The accuracies
            are parts of 1; what is not known, as without test samples, is nan.

        Example:
            >>> from xent_core.training import Config, Trainer
            >>> print(Trainer(Config(init_scale=0)).history().to_csv())
            step,epoch,rate,train_loss,test_loss,train_accuracy,test_accuracy,grad_norm
            0,0.0,0.01,0.6931471824645996,nan,0.5,nan,nan
            <BLANKLINE>
        """
        names = [column.name for column in fields(self)]
        columns = [getattr(self, name).tolist() for name in names]
        lines = [",".join(map(repr, row)) for row in zip(*columns, strict=True)]
        return "\n".join([",".join(names), *lines, ""])
