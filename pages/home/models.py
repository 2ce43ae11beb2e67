"""What the figure of the first lesson shows, for the rows of a sweep."""

import numpy as np

from ui.draw.marks import Points
from ui.figure.sweeps import Arrays
from xent_core import cross_entropy_loss, one_hot, self_information, softmax


def road(values: Arrays) -> Arrays:
    """Follow the logits z (R, C) and the target k (R,) to the loss, in nats."""
    z, k = values["z"], values["k"].astype(int)
    p, row = softmax(z), np.arange(len(k))
    p_k, loss = p[row, k], cross_entropy_loss(z, k, reduction="none")
    others = one_hot(k, z.shape[-1]) == 0
    return {
        "p": p,
        "p_k": p_k,
        "z_k": z[row, k],
        "loss": loss,
        "target": k,
        "truth_z": np.where(others, np.nan, z),  # nan: no frame
        "truth_p": np.where(others, np.nan, p),
        "dot_x": np.where(others, np.nan, p),  # nan: no handle
        "dot_y": np.where(others, np.nan, loss[:, None]),
        "drop_x": np.stack([p_k, p_k, np.zeros_like(p_k)], axis=-1),
        "drop_y": np.stack([np.zeros_like(loss), loss, loss], axis=-1),
    }


def surprise(reach: float) -> tuple[Points, Points]:
    """The curve of -log p, p and nats, as far up as logits within ±reach can take the loss."""
    p = np.geomspace(np.exp(-2 * reach - 1.2), 1.0, 160)
    return tuple(p.tolist()), tuple(self_information(p).tolist())
