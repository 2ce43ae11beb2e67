"""What the figures of the softmax lesson show, for the rows of a sweep."""

import numpy as np
from numpy.typing import NDArray

from pages.softmax.ways import but_for_rounding
from ui.figure.sweeps import Arrays
from xent_core import (
    argmax,
    cross_entropy_loss,
    cross_entropy_loss_grad,
    log_softmax,
    one_hot,
    sigmoid,
    softmax,
    softmax_jacobian,
)
from xent_core.binary import (
    binary_cross_entropy,
    binary_cross_entropy_grad,
    sigmoid_slope,
    sigmoid_squared_error,
    sigmoid_squared_error_grad,
)
from xent_core.softmax import softmax_backward

Floats = NDArray[np.float64]

NOTE = (1.0, 2.0, 3.0, 4.0)  # the logits of the note's example
REST = NOTE[:3]  # what stands still where only class 3 moves
MARK = 0.2  # how far above its bar the sign of class k stands
SIZES = (3, 10, 1000)  # numbers of classes


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
        "mark": p[row, k] + MARK,
    }


def over_temperatures(values: Arrays) -> Arrays:
    """Softmax of the note's logits at the temperature t (R,), and t once for each class."""
    t = values["t"]
    p = softmax(NOTE, temperature=t[:, None])
    return {"p": p, "places": np.broadcast_to(t[:, None], p.shape), "winner": p[:, -1]}


def two_classes(values: Arrays) -> Arrays:
    """Softmax of (0, d) beside the sigmoid of d."""
    d = values["d"]
    p = softmax(np.stack([np.zeros_like(d), d], axis=-1))
    return {"p": p, "p_1": p[:, 1], "sigma": sigmoid(d)}


def jacobian(values: Arrays) -> Arrays:
    """The Jacobian (R, C, C) of softmax at the logits y (R, C)."""
    slopes = softmax_jacobian(values["y"])
    sums = np.abs(slopes.sum(axis=-1)).max(axis=-1)  # whose terms are 1 at most
    return {
        "p": softmax(values["y"]),
        "jacobian": slopes,
        "entries": slopes.reshape(len(slopes), -1),
        "own": slopes[:, 0, 0],
        "row_sum": but_for_rounding(sums, np.ones_like(sums)),
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


def slopes(a: Floats, classes: int) -> dict[str, Floats]:
    """The slopes (R,) in a of the first two of these losses: of logits, and of p taken for them."""
    z = a[:, None] * one_hot(0, classes)
    target = np.zeros(len(a), dtype=int)
    above = cross_entropy_loss_grad(softmax(z), target, reduction="sum")
    return {
        "plain_slope": cross_entropy_loss_grad(z, target, reduction="sum")[:, 0],
        "double_slope": softmax_backward(z, above)[:, 0],
    }


def one_too_many(values: Arrays, along: Floats) -> Arrays:
    """Losses and slopes, the floor under the second, and the curves along a, for each row."""
    a, size = values["a"], values["C"].astype(int)
    places = np.concatenate([a, along])
    shown = [three_losses(places, classes) | slopes(places, classes) for classes in SIZES]
    every = {name: np.stack([found[name] for found in shown]) for name in shown[0]}
    row = np.arange(len(a))
    floors = np.array([floor(classes) for classes in SIZES])[size]
    return {
        **{name: found[size, row] for name, found in every.items()},
        **{f"{name}_curve": found[size, len(a) :] for name, found in every.items()},
        "floor": floors,
        "floor_line": np.stack([floors, floors], axis=-1),
        "nothing": np.full((len(a), 2), np.nan),
    }


def two_losses(values: Arrays) -> Arrays:
    """Cross-entropy and squared error where the right one of two classes is ahead by u (R,)."""
    u = values["u"]
    return {
        "p": sigmoid(u),
        "ce": binary_cross_entropy(u, 1),
        "se": sigmoid_squared_error(u, 1),
        "ce_slope": binary_cross_entropy_grad(u, 1),
        "se_slope": sigmoid_squared_error_grad(u, 1) + 0.0,  # no −0
        "factor": sigmoid_slope(u),
        "nothing": np.full((len(u), 2), np.nan),
    }
