"""One logit for two classes: torch's losses, autograd's slopes, and the factor between these."""

import doctest

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from xent_core import binary as module
from xent_core.binary import (
    binary_cross_entropy,
    binary_cross_entropy_grad,
    sigmoid_slope,
    sigmoid_squared_error,
    sigmoid_squared_error_grad,
)
from xent_core.losses import cross_entropy_loss

drawn = settings(derandomize=True, deadline=None, max_examples=200)
LOGITS = st.floats(-50, 50)
TARGETS = st.floats(0, 1)


def test_the_examples_are_true():
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0


def autograd(loss, x: float, y: float) -> tuple[float, float]:
    logit = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    value = loss(logit, torch.tensor(y, dtype=torch.float64))
    (slope,) = torch.autograd.grad(value, logit)
    return value.item(), slope.item()


def squared(logit: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return F.mse_loss(torch.sigmoid(logit), y)


@drawn
@given(LOGITS, TARGETS)
def test_loss_and_slope_are_torchs(x, y):
    loss, slope = autograd(F.binary_cross_entropy_with_logits, x, y)
    # torch keeps no more digits of a tiny loss
    assert binary_cross_entropy(x, y) == pytest.approx(loss, rel=1e-12, abs=2e-14)
    assert binary_cross_entropy_grad(x, y) == pytest.approx(slope, rel=1e-12, abs=1e-14)
    loss, slope = autograd(squared, x, y)
    assert sigmoid_squared_error(x, y) == pytest.approx(loss, rel=1e-9, abs=1e-14)
    assert sigmoid_squared_error_grad(x, y) == pytest.approx(slope, rel=1e-9, abs=1e-14)


@drawn
@given(LOGITS)
def test_it_is_the_cross_entropy_of_the_logits_0_and_x(x):
    for target in (0, 1):
        wanted = cross_entropy_loss([0.0, x], target)
        assert binary_cross_entropy(x, target) == pytest.approx(float(wanted), rel=1e-13)


@drawn
@given(LOGITS, TARGETS)
def test_the_slopes_differ_by_the_factor_2_p_1_minus_p(x, y):
    factor = 2 * sigmoid_slope(x)
    assert sigmoid_squared_error_grad(x, y) == factor * binary_cross_entropy_grad(x, y)
    assert 0 <= factor <= 0.5


def test_sure_and_wrong_the_squared_error_has_no_slope_left_and_cross_entropy_all_of_it():
    assert binary_cross_entropy_grad(-40.0, 1) == -1
    assert -1e-16 < sigmoid_squared_error_grad(-40.0, 1) < 0


def test_the_largest_slope_of_the_squared_error_is_8_27():
    slopes = sigmoid_squared_error_grad(np.linspace(-5, 5, 100_001), 1)
    assert np.abs(slopes).max() == pytest.approx(8 / 27, rel=1e-8)


@pytest.mark.parametrize("target", [-0.1, 1.1, np.nan])
def test_a_target_that_is_no_probability_is_refused(target):
    with pytest.raises(ValueError, match="target"):
        binary_cross_entropy(0.0, target)
