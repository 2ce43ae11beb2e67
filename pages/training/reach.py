"""How far the axes of a run reach: what grows beyond one raises it, by a power of two."""

from collections.abc import Iterable, Sequence

import numpy as np

from ui.figure.sweeps import Arrays
from xent_core.training import Trainer

LOGIT_TOP = 2.0
_ROOM = 1.04  # above what is drawn


def loss_top(trainers: Sequence[Trainer]) -> float:
    """How high the losses' axis reaches at first: above ln C and the losses at the start."""
    losses = [trainer.history().train_loss[0] for trainer in trainers]
    level = np.log(trainers[0].config.class_count)
    return float(1.3 * max([level, *filter(np.isfinite, losses)]))


def reach(arrays: Arrays, names: Iterable[str], least: float) -> np.ndarray:
    """Return how far an axis has to reach for some of the arrays, in each state (K,).

    That is `least`, or the power of two above the largest finite size: so the largest of some
    states' reaches is the reach of all of them together.
    """
    sizes = [np.abs(np.asarray(arrays[name], np.float64)) for name in names]
    rows = np.concatenate([size.reshape(len(size), -1) for size in sizes], axis=1)
    most = np.where(np.isfinite(rows), rows, 0.0).max(axis=1)
    with np.errstate(divide="ignore"):
        powers = np.exp2(np.ceil(np.log2(_ROOM * most)))
    return np.where(most <= least, least, powers)
