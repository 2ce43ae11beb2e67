"""What the figure of the first lesson shows, for the rows of a sweep."""

import numpy as np
from numpy.typing import NDArray

from ui.draw.marks import Points
from ui.figure.sweeps import Arrays
from xent_core import cross_entropy_loss, one_hot, self_information, softmax

HIGHEST_POWER = 60.0  # what a bar of e^z has room for; a longer one leaves through the top
HIGHEST_LOSS = 7.0  # nats: as far up as the curve is seen
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
    power_up = np.minimum(powers / HIGHEST_POWER, 2.0)
    beyond = loss > HIGHEST_LOSS
    dot = np.where(beyond, np.nan, loss)[:, None]
    return {
        "p": p,
        "p_k": p_k,
        "z_k": z[row, k],
        "loss": loss,
        "target": k,
        "powers": powers,
        "truth_z": np.where(others, np.nan, z),  # nan: no frame
        "truth_p": np.where(others, np.nan, p),  # nor a handle
        "dot_y": np.where(others, np.nan, dot),
        "beyond": np.where(beyond, 0.96 * HIGHEST_LOSS, np.nan),
        "z_up": _small((1 + z / reach) / 2),
        "power_up": _small(power_up),
        "power_text": _small(np.minimum(power_up, 0.9)),
        "truth_power_up": _small(np.where(others, np.nan, power_up)),
        "loss_up": _small(np.minimum(loss / HIGHEST_LOSS, 2.0)),
    }


def _small(places: NDArray[np.float64]) -> NDArray[np.float32]:
    """Places on a screen need no more digits."""
    return places.astype(np.float32)


def surprise() -> tuple[Points, Points]:
    """The curve of -log p, p and nats, a little farther up than it is seen."""
    p = np.geomspace(np.exp(-1.1 * HIGHEST_LOSS), 1.0, 160)
    return tuple(p.tolist()), tuple(self_information(p).tolist())
