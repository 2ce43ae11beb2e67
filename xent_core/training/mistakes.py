"""What a network still gets wrong, and how hard its loss and CrossEntropyLoss pull there."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from xent_core import one_hot, softmax
from xent_core.training.recording import Recording


class Mistakes(NamedTuple):
    """The samples that are taken for a wrong class: how many, and medians over them.

    `truth` is the probability of their true class, `pull` the norm of the gradient of the run's
    own loss in their logits, `cross_entropy_pull` that of CrossEntropyLoss, ‖p - y‖. The medians
    are nan where nothing is wrong.
    """

    count: int
    truth: float
    pull: float
    cross_entropy_pull: float


def mistakes(recording: Recording, part: str = "train") -> Mistakes:
    """What of a part is wrong in the present state.

    Raises:
        ValueError: If there is no such part.

    Example:
        >>> from xent_core.training import Config, Trainer, mistakes
        >>> mistakes(Trainer(Config()).recording).count
        2
    """
    now = recording.steps[-1:]
    y = recording.samples(part).y
    wrong = np.flatnonzero(recording.predictions(part, now)[0] != y)
    if not len(wrong):
        return Mistakes(0, np.nan, np.nan, np.nan)
    p = softmax(recording.logits(wrong.tolist(), part, now)[0].astype(np.float64))
    truth = one_hot(y[wrong], p.shape[-1])
    pulls = recording.logit_gradients(wrong.tolist(), part, now)[0], p - truth
    medians = [float(np.median(np.linalg.norm(pull, axis=-1))) for pull in pulls]
    return Mistakes(len(wrong), float(np.median((p * truth).sum(axis=-1))), *medians)
