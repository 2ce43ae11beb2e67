"""torch's exp and log beside NumPy's: few ulps apart, and measured, not assumed."""

import math

import numpy as np
import pytest
import torch

from xent_core.pytorch.elementary import (
    elementary_ulps,
    float8_top,
    loss_of_a_certain_class,
    sum_and_mean,
)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_the_two_libraries_differ_by_few_ulps_and_the_same_ones_each_time(dtype):
    found = elementary_ulps(dtype)
    assert list(found) == ["exp", "log", "log1p"]
    for most, share in found.values():
        assert 0 <= most <= 4
        assert 0 <= share < 1
        assert (most == 0) == (share == 0)
    assert elementary_ulps(dtype) == found


def test_a_difference_would_be_counted_in_ulps(monkeypatch):
    shifted = torch.exp
    monkeypatch.setattr(torch, "exp", lambda t: torch.nextafter(shifted(t), torch.tensor(math.inf)))
    more = elementary_ulps("float32")["exp"]
    assert more[0] >= 1
    assert more[1] > 0.4


def test_another_type_is_refused():
    with pytest.raises(ValueError, match="dtype"):
        elementary_ulps("float8")


def test_infinity_in_the_format_without_one_is_nan_or_its_largest_number():
    top = float8_top()
    assert math.isnan(top) or top == float(np.float32(448))


def test_the_sum_and_mean_of_equal_numbers_are_torchs_own():
    numbers = torch.full((70_000,), 0.6934, dtype=torch.float16)
    found = sum_and_mean(0.6934, 70_000, "float16")
    assert found == (float(numbers.sum()), float(numbers.mean()))
    assert found[1] == float(numbers[0])  # one by one it would be 0
    with pytest.raises(ValueError, match="count"):
        sum_and_mean(1.0, 0, "float16")
    with pytest.raises(ValueError, match="dtype"):
        sum_and_mean(1.0, 1, "float8")


def test_a_loss_that_rounds_to_0_is_plus_0_in_torch():
    assert math.copysign(1, loss_of_a_certain_class()) == 1
    assert loss_of_a_certain_class() == 0
