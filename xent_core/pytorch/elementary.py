"""How far torch's exp and log are from NumPy's: two libraries, two ways to round the last bit."""

from __future__ import annotations

import numpy as np
import torch

from xent_core._arrays import check_between, check_choice
from xent_core.trace.formats import get_format, places

# Each with the integer of its size, through which its bits go from one library to the other.
_TYPES = {
    "float16": (torch.float16, torch.int16),
    "bfloat16": (torch.bfloat16, torch.int16),
    "float32": (torch.float32, torch.int32),
    "float64": (torch.float64, torch.int64),
}
_SAMPLE = 20_000


def elementary_ulps(dtype: str) -> dict[str, tuple[int, float]]:
    """The largest distance of torch's exp, log and log1p from NumPy's, and how often they differ.

    On a fixed sample of 20,000 numbers, half of them from -15 to 11, where exp is finite in every
    of these formats, and half from 0 to 4; log and log1p take their absolute values.

    Args:
        dtype: "float16", "bfloat16", "float32" or "float64".

    Returns:
        dict of "exp", "log", "log1p" to (largest distance in ulps, share of numbers that differ).

    Raises:
        ValueError: If `dtype` is another.

    Example:
        >>> from xent_core.pytorch.elementary import elementary_ulps
        >>> most, share = elementary_ulps("float32")["exp"]
        >>> 0 <= most <= 4, 0 <= share <= 1
        (True, True)
    """
    theirs, bits = _TYPES[check_choice(dtype, _TYPES, "dtype")]
    fmt = get_format(dtype)
    rng = np.random.default_rng(0)
    sample = np.concatenate([rng.uniform(-15, 11, _SAMPLE // 2), rng.uniform(0, 4, _SAMPLE // 2)])
    x = sample.astype(fmt.dtype)
    found = {}
    for name in ("exp", "log", "log1p"):
        given = x if name == "exp" else np.abs(x)
        tensor = torch.from_numpy(given.view(f"i{fmt.bits // 8}").copy()).view(theirs)
        with np.errstate(all="ignore"):
            ours = getattr(np, name)(given)
        other = getattr(torch, name)(tensor).view(bits).numpy().view(fmt.dtype)
        apart = np.abs(places(ours, fmt) - places(other, fmt))
        found[name] = (int(apart.max()), float(np.mean(apart > 0)))
    return found


def sum_and_mean(value: float, count: int, dtype: str) -> tuple[float, float]:
    """What torch's own sum and mean make of equal numbers: it does not add them one by one.

    Args:
        value: Rounded to the format first.
        count: How many, 1 to 1,000,000.
        dtype: "float16", "bfloat16", "float32" or "float64".

    Returns:
        (sum, mean), each rounded to the format.

    Raises:
        ValueError: If `dtype` is another, or `count` is out of range.

    Example:
        >>> from xent_core.pytorch.elementary import sum_and_mean
        >>> sum_and_mean(0.5, 4, "float16")
        (2.0, 0.5)
    """
    check_choice(dtype, _TYPES, "dtype")
    check_between("count", count, 1, 1_000_000)
    numbers = torch.full((count,), value, dtype=_TYPES[dtype][0])
    return float(numbers.sum()), float(numbers.mean())


def loss_of_a_certain_class() -> float:
    """What torch's cross_entropy gives where the loss rounds to 0: +0, not -0.

    Example:
        >>> from xent_core.pytorch.elementary import loss_of_a_certain_class
        >>> loss_of_a_certain_class()
        0.0
    """
    logits = torch.tensor([[1000.0, 0.0]])
    return float(torch.nn.functional.cross_entropy(logits, torch.tensor([0])))


def loss_of_equal_logits(count: int, dtype: str) -> float:
    """What torch's cross_entropy gives for one sample of so many zeros: on paper it is ln count.

    Shifted by their maximum all exponentials are 1, but their sum may be too large for the format.

    Args:
        count: The classes, 1 to 1,000,000.
        dtype: "float16", "bfloat16", "float32" or "float64".

    Raises:
        ValueError: If `dtype` is another, or `count` is out of range.

    Example:
        >>> from xent_core.pytorch.elementary import loss_of_equal_logits
        >>> round(loss_of_equal_logits(3, "float32"), 4)
        1.0986
    """
    check_choice(dtype, _TYPES, "dtype")
    check_between("count", count, 1, 1_000_000)
    logits = torch.zeros(1, count, dtype=_TYPES[dtype][0])
    return float(torch.nn.functional.cross_entropy(logits, torch.tensor([0])))


def float8_top() -> float:
    """What torch makes of infinity in float8_e4m3fn, which has none: nan, or its largest number.

    Example:
        >>> from xent_core.pytorch.elementary import float8_top
        >>> top = float8_top()
        >>> top == 448 or top != top
        True
    """
    return float(torch.tensor(float("inf")).to(torch.float8_e4m3fn).float())
