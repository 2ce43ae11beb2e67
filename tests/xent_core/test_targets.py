"""Label smoothing: equal to PyTorch's, and its floor is where the prediction is the label."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from xent_core.targets import smooth_labels, smoothed_loss, smoothing_floor

SIZES = st.integers(2, 50)
SHARES = st.floats(0, 1)


@settings(deadline=None)
@given(SIZES, SHARES, st.data())
def test_smoothed_labels_are_a_distribution_and_give_pytorchs_loss(classes, epsilon, data):
    k = data.draw(st.integers(0, classes - 1))
    y = smooth_labels(k, classes, epsilon)
    assert y.sum() == pytest.approx(1, rel=1e-13)
    z = torch.linspace(-3, 3, classes, dtype=torch.float64)
    ours = F.cross_entropy(z, torch.tensor(y))
    theirs = F.cross_entropy(z, torch.tensor(k), label_smoothing=epsilon)
    assert ours.item() == pytest.approx(theirs.item(), rel=1e-12)


@settings(deadline=None)
@given(SIZES, SHARES, st.floats(1e-6, 1 - 1e-6))
def test_the_loss_along_p_k_is_pytorchs(classes, epsilon, p_k):
    p = torch.full((classes,), (1 - p_k) / (classes - 1), dtype=torch.float64)
    p[0] = p_k
    theirs = F.cross_entropy(p.log(), torch.tensor(0), label_smoothing=epsilon).item()
    assert smoothed_loss(p_k, classes, epsilon) == pytest.approx(theirs, rel=1e-9, abs=1e-12)


@settings(deadline=None)
@given(SIZES, SHARES)
def test_the_floor_is_the_entropy_of_the_label(classes, epsilon):
    y = smooth_labels(0, classes, epsilon)
    assert smoothing_floor(classes, epsilon) == pytest.approx(stats.entropy(y), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("classes", [2, 3, 10, 1000])
@pytest.mark.parametrize("epsilon", [0.01, 0.1, 0.5])
def test_no_prediction_gets_below_the_floor(classes, epsilon):
    found = optimize.minimize_scalar(
        lambda p: float(smoothed_loss(p, classes, epsilon)), bounds=(0, 1), method="bounded"
    )
    assert found.fun == pytest.approx(smoothing_floor(classes, epsilon), rel=1e-6)
    assert found.x == pytest.approx(1 - epsilon + epsilon / classes, abs=1e-4)


def test_the_note_m13():
    floors = smoothing_floor([3, 10, 1000], 0.1)
    assert floors.round(3).tolist() == [0.291, 0.5, 1.015]


def test_both_ends_are_infinite_but_for_a_hard_label():
    assert smoothed_loss([0, 1], 3, 0.1).tolist() == [np.inf, np.inf]
    assert smoothed_loss([0, 1], 3, 0.0).tolist() == [np.inf, 0]
    assert smoothing_floor(3, 0.0) == 0
    assert smoothing_floor(3, 1.0) == pytest.approx(np.log(3), rel=1e-14)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: smooth_labels(3, 3, 0.1), IndexError),
        (lambda: smooth_labels(0, 3, -0.1), ValueError),
        (lambda: smoothed_loss(1.1, 3, 0.1), ValueError),
        (lambda: smoothed_loss(np.nan, 3, 0.1), ValueError),
        (lambda: smoothed_loss(0.5, 1, 0.1), ValueError),
        (lambda: smoothed_loss(0.5, 2.5, 0.1), ValueError),
        (lambda: smoothing_floor(3, 2), ValueError),
    ],
)
def test_mistakes_are_named(call, error):
    with pytest.raises(error):
        call()
