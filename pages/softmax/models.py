"""What the figures of the softmax lesson show, for the rows of a sweep."""

import numpy as np
from numpy.typing import NDArray

from ui.figure.sweeps import Arrays
from xent_core import (
    argmax,
    cross_entropy_loss,
    log_softmax,
    one_hot,
    sigmoid,
    softmax,
    softmax_jacobian,
)

Floats = NDArray[np.float64]

NOTE = (1.0, 2.0, 3.0, 4.0)  # the logits of the note's example
REST = NOTE[:3]  # what stands still where only class 3 moves
SIZES = (3, 10, 1000)  # numbers of classes
ULP = float(np.spacing(1.0))


def soft_and_hard(values: Arrays) -> Arrays:
    """What softmax and argmax make of the logits z (R, C) at temperature T (R,)."""
    z, winner = values["z"], argmax(values["z"])
    p = softmax(z, temperature=values["T"][:, None])
    row, k = np.arange(len(z)), values["k"].astype(int)
    return {
        "p": p,
        "winner": winner,
        "one_hot": one_hot(winner, z.shape[-1]).astype(np.uint8),
        "p_k": p[row, k],
        "z_k": z[row, k],
    }


def but_for_rounding(x: Floats, size: Floats) -> Floats:
    """Numbers (R,), but 0 where no more is left than rounding numbers of a size (R,) explains."""
    return np.where(x <= 4 * ULP * size, 0.0, x)


def shift_and_scale(values: Arrays) -> Arrays:
    """Softmax of s times the note's logits plus c, and how far it is from where it was."""
    moved = values["s"][:, None] * np.array(NOTE) + values["c"][:, None]
    p, before = softmax(moved), softmax(NOTE)
    return {
        "moved": moved,
        "p": p,
        "before": np.broadcast_to(before, p.shape),
        "change": but_for_rounding(np.abs(p - before).max(axis=-1), 1 + np.abs(values["c"])),
    }


def two_classes(values: Arrays) -> Arrays:
    """Softmax of (0, d) beside the sigmoid of d."""
    d = values["d"]
    p = softmax(np.stack([np.zeros_like(d), d], axis=-1))
    return {"p": p, "p_1": p[:, 1], "sigma": sigmoid(d)}


def jacobian(values: Arrays) -> Arrays:
    """The Jacobian (R, C, C) of softmax at the logits y (R, C)."""
    slopes = softmax_jacobian(values["y"])
    sums = np.abs(slopes.sum(axis=-1)).max(axis=-1)
    return {
        "p": softmax(values["y"]),
        "jacobian": slopes,
        "entries": slopes.reshape(len(slopes), -1),
        "own": slopes[:, 0, 0],
        "row_sum": but_for_rounding(sums, np.ones_like(sums)),
        "left": sums / ULP,
    }


def step_and_slope(values: Arrays) -> Arrays:
    """Class 3 under softmax and under argmax as its logit x moves; the tangent of softmax."""
    x = values["x"]
    z = np.column_stack([np.broadcast_to(REST, (len(x), 3)), x])
    soft, slope = softmax(z)[:, 3], softmax_jacobian(z)[:, 3, 3]
    reach = np.array([-1.5, 1.5])
    return {
        "soft": soft,
        "hard": one_hot(argmax(z), 4)[:, 3].astype(np.uint8),
        "slope": slope,
        "tangent_x": x[:, None] + reach,
        "tangent_y": soft[:, None] + slope[:, None] * reach,
    }


def three_losses(a: Floats, classes: int) -> dict[str, Floats]:
    """The loss (R,) of class 0 with logit a (R,), the others 0: fed logits, p, log p."""
    z = a[:, None] * one_hot(0, classes)
    target = np.zeros(len(a), dtype=int)
    fed = {"plain": z, "double": softmax(z), "log": log_softmax(z)}
    return {
        name: cross_entropy_loss(logits, target, reduction="none") for name, logits in fed.items()
    }


def floor(classes: int) -> float:
    """The loss of a perfect answer that went through a softmax first."""
    return float(cross_entropy_loss(one_hot(0, classes), 0))


def one_too_many(values: Arrays, along: Floats) -> Arrays:
    """The three losses, the floor under the second, and the curves along a, for each row."""
    a, size = values["a"], values["C"].astype(int)
    shown = [three_losses(np.concatenate([a, along]), classes) for classes in SIZES]
    every = {name: np.stack([losses[name] for losses in shown]) for name in shown[0]}
    row = np.arange(len(a))
    floors = np.array([floor(classes) for classes in SIZES])[size]
    return {
        **{name: losses[size, row] for name, losses in every.items()},
        "floor": floors,
        "floor_line": np.stack([floors, floors], axis=-1),
        "no_line": np.full((len(a), 2), np.nan),
        "plain_curve": every["plain"][size, len(a) :],
        "double_curve": every["double"][size, len(a) :],
    }
