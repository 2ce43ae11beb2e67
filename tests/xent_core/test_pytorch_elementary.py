"""torch's exp and log beside NumPy's: few ulps apart, and measured, not assumed."""

import math

import numpy as np
import pytest
import torch

from xent_core.pytorch.elementary import elementary_ulps, float8_top


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
