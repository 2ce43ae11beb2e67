"""From one row of logits to the loss, step by step, as torch computes each step in its type.

theoretical    p_k = e^{x_k} / Σ_j e^{x_j},               loss = -log p_k
shifted        the same softmax with x - m, m = max x,    loss = -log p_k
actual         loss = -((x_k - m) - log Σ_j e^{x_j - m})
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from numpy.typing import ArrayLike
from torch import Tensor

from xent_core.pytorch._inputs import as_class, as_row, exact, float_type, to_tensor
from xent_core.pytorch.ulps import ulp_distance

ROUTES = ("theoretical", "shifted", "actual")


class Step(NamedTuple):
    """One intermediate: a number, or one number for each class, exactly as torch has it."""

    key: str
    value: float | tuple[float, ...]


class Route(NamedTuple):
    """One way to the loss; `ulps` is its distance from `torch_loss`, what F.cross_entropy gives."""

    name: str
    dtype: str
    steps: tuple[Step, ...]
    loss: float
    torch_loss: float
    ulps: int | None


def loss_routes(logits: ArrayLike, k: int, dtype: str = "float32") -> tuple[Route, ...]:
    """The loss of one sample by each route of `ROUTES`, with every intermediate.

    Nothing is mended on the way: an overflow stays inf, and inf / inf stays nan.

    Parameters
    ----------
    logits : array_like, (C), C from 1 to 10
        Rounded to `dtype`; inf and nan are taken as they are.
    k : int
        The target class.
    dtype : "float32" or "float64"

    Returns
    -------
    tuple of `Route`, in the order of `ROUTES`; losses in nats. The steps of each, by key:
    theoretical: logits, exps, sum, probs, p_k, log_p_k, loss;
    shifted: logits, max, shifted, exps, sum, probs, p_k, log_p_k, loss;
    actual: logits, max, shifted, exps, sum, log_sum, shifted_k, log_softmax_k, loss.

    Raises
    ------
    ValueError
        If `logits` is not such a row or `dtype` is another.
    IndexError
        If there is no class `k`.

    Examples
    --------
    >>> from xent_core.pytorch import loss_routes
    >>> [route.loss for route in loss_routes([123, 456, 789], 0)]
    [nan, inf, 666.0]
    >>> loss_routes([1, 1], 0)[2].steps[-3:-1]
    (Step(key='shifted_k', value=0.0), Step(key='log_softmax_k', value=-0.6931471824645996))
    """
    row = as_row(logits)
    k = as_class(k, row.size)
    x = to_tensor(row, float_type(dtype))
    torch_loss = exact(F.cross_entropy(x, torch.tensor(k)))
    all_steps = (_theoretical(x, k), _shifted(x, k), _actual(x, k))
    return tuple(
        _route(name, dtype, steps, torch_loss)
        for name, steps in zip(ROUTES, all_steps, strict=True)
    )


def _route(name: str, dtype: str, steps: dict[str, Tensor], torch_loss: float) -> Route:
    values = tuple(Step(key, _plain(value)) for key, value in steps.items())
    loss = exact(steps["loss"])
    return Route(name, dtype, values, loss, torch_loss, ulp_distance(loss, torch_loss, dtype))


def _plain(value: Tensor) -> float | tuple[float, ...]:
    return exact(value) if value.ndim == 0 else tuple(exact(value).tolist())


def _theoretical(x: Tensor, k: int) -> dict[str, Tensor]:
    exps = x.exp()
    return {"logits": x, **_divided(exps, k)}


def _shifted(x: Tensor, k: int) -> dict[str, Tensor]:
    shifted = x - x.max()
    return {"logits": x, "max": x.max(), "shifted": shifted, **_divided(shifted.exp(), k)}


def _divided(exps: Tensor, k: int) -> dict[str, Tensor]:
    """From exponentials to a probability, and only then to its logarithm."""
    probs = exps / exps.sum()
    log_p = probs[k].log()
    return {
        "exps": exps,
        "sum": exps.sum(),
        "probs": probs,
        "p_k": probs[k],
        "log_p_k": log_p,
        "loss": -log_p,
    }


def _actual(x: Tensor, k: int) -> dict[str, Tensor]:
    shifted = x - x.max()
    exps = shifted.exp()
    log_sum = exps.sum().log()
    # In this order nothing cancels: see log_softmax in xent_core.softmax.
    log_softmax_k = shifted[k] - log_sum
    return {
        "logits": x,
        "max": x.max(),
        "shifted": shifted,
        "exps": exps,
        "sum": exps.sum(),
        "log_sum": log_sum,
        "shifted_k": shifted[k],
        "log_softmax_k": log_softmax_k,
        "loss": -log_softmax_k,
    }
