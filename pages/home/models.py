"""What the figure of the first lesson shows, for the rows of a sweep."""

import numpy as np
from numpy.typing import NDArray

from ui.draw.marks import Points
from ui.figure.sweeps import Arrays
from xent_core import cross_entropy_loss, one_hot, self_information, softmax

HIGHEST_POWER = 60.0  # what a bar of e^z has room for; a longer one ends there, with a sign
HIGHEST_LOSS = 7.0  # nats: as far up as the curve is seen
ROOM = 1.125  # of a panel, for what stands above the longest bar: all heights are shares of it
LARGEST = 700.0  # whose power is a float64


def road(values: Arrays, reach: float) -> Arrays:
    """Follow the logits z (R, C) and the target k (R,) to the loss, in nats.

    What ends in "up" is a height as a share of a panel's, on whose axis logits go as far as
    `reach`: ribbons lead from panel to panel.
    """
    z, k = values["z"], values["k"].astype(int)
    p, row = softmax(z), np.arange(len(k))
    p_k, loss = p[row, k], cross_entropy_loss(z, k, reduction="none")
    others = one_hot(k, z.shape[-1]) == 0
    powers = np.exp(np.minimum(z, LARGEST))
    power_up = np.minimum(powers / HIGHEST_POWER, 1.0)
    beyond = loss > HIGHEST_LOSS
    dot = np.where(beyond, np.nan, loss)
    return {
        "p": p,
        "p_k": p_k,
        "z_k": z[row, k],
        "loss": loss,
        "target": k.astype(np.int32),
        "powers": powers,
        "truth_z": _small(np.where(others, np.nan, z)),  # nan: no frame
        "truth_p": _small(np.where(others, np.nan, p)),  # nor a handle
        "dot": dot,
        "dot_y": _small(np.where(others, np.nan, dot[:, None])),
        "beyond": _small(np.where(beyond, 0.96 * HIGHEST_LOSS, np.nan)),
        "z_up": _small((1 + z / reach) / 2),
        "power_up": _small(power_up),
        "power_beyond": _small(np.where(powers > HIGHEST_POWER, 0.98, np.nan)),
        "truth_power_up": _small(np.where(others, np.nan, power_up)),
        "loss_up": _small(np.minimum(loss / HIGHEST_LOSS, ROOM)),
    }


def _small(places: NDArray[np.float64]) -> NDArray[np.float32]:
    """Places on a screen need no more digits."""
    return places.astype(np.float32)


def surprise() -> tuple[Points, Points]:
    """The curve of -log p, p and nats, a little farther up than it is seen."""
    p = np.geomspace(np.exp(-1.1 * HIGHEST_LOSS), 1.0, 160)
    return tuple(p.tolist()), tuple(self_information(p).tolist())
