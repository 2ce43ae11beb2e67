"""How likely a model makes what has been seen: torch's, mpmath's, and a cross-entropy."""

import mpmath
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

import xent_core as xc
from tests.xent_core.test_information import distributions

pytestmark = pytest.mark.filterwarnings("error")
drawn = settings(derandomize=True, deadline=None, max_examples=100)


@drawn
@given(distributions(count=1), st.data())
def test_the_likelihood_is_torchs_and_minus_its_mean_logarithm_is_the_cross_entropy(qs, data):
    (q,) = qs
    classes = st.integers(0, len(q) - 1)
    symbols = data.draw(st.lists(classes, min_size=1, max_size=40))
    ours = xc.log_likelihood(symbols, q)
    logs = torch.tensor(q).log().expand(len(symbols), len(q))
    wanted = -F.nll_loss(logs, torch.tensor(symbols), reduction="sum").item()
    assert ours == pytest.approx(wanted, rel=1e-12)
    shares = xc.empirical_distribution(symbols, len(q))
    mean = -ours / len(symbols)
    assert mean == pytest.approx(xc.cross_entropy(shares, q), rel=1e-12, abs=1e-15)


def test_it_is_the_logarithm_of_the_product_in_any_base():
    symbols, q = [0, 1, 1, 2, 0, 1], np.array([0.2, 0.5, 0.3])
    with mpmath.workdps(40):
        product = mpmath.fprod(mpmath.mpf(float(q[i])) for i in symbols)
        for base in (2, np.e, 10):
            true = float(mpmath.log(product, mpmath.mpf(float(base))))
            assert xc.log_likelihood(symbols, q, base=base) == pytest.approx(true, rel=1e-14)


def test_it_is_greatest_at_the_share_of_heads():
    tosses = xc.draw_symbols([0.7, 0.3], 40, 3)
    share = xc.empirical_distribution(tosses, 2)[0]
    found = optimize.minimize_scalar(
        lambda q: -xc.log_likelihood(tosses, [q, 1 - q]), bounds=(0.01, 0.99), method="bounded"
    )
    assert found.x == pytest.approx(share, abs=1e-4)


def test_many_models_are_asked_at_once_and_nothing_seen_is_certain():
    q = np.array([[0.5, 0.5], [1.0, 0.0]])
    assert xc.log_likelihood([0, 0], q, base=2).tolist() == [-2, 0]
    assert xc.log_likelihood([0, 1], q, base=2).tolist() == [-2, -np.inf]
    assert xc.log_likelihood(np.empty(0, dtype=int), q).tolist() == [0, 0]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: xc.log_likelihood([0, 2], [0.5, 0.5]), IndexError, "go from 0 to 1, found 2"),
        (lambda: xc.log_likelihood([-1], [0.5, 0.5]), IndexError, "go from 0 to 1, found -1"),
        (lambda: xc.log_likelihood([[0]], [0.5, 0.5]), ValueError, "symbols: must be one row"),
        (lambda: xc.log_likelihood([0.5], [0.5, 0.5]), ValueError, "symbols"),
        (lambda: xc.log_likelihood([0], [0.5, 0.6]), ValueError, "q: probabilities must sum to 1"),
        (lambda: xc.log_likelihood([0], [0.5, 0.5], base=1), ValueError, "base"),
        (lambda: xc.empirical_distribution([], 2), ValueError, "symbols"),
        (lambda: xc.empirical_distribution([3], 2), IndexError, "classes go from 0 to 1"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_said(call, error, message):
    with pytest.raises(error, match=message):
        call()
