"""What a room of forecasters pays is the cross-entropy of this course."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from xent_core import cross_entropy
from xent_core.forecasts import compared, mean_forecast, paid, sure_forecast


@st.composite
def rooms(draw) -> np.ndarray:
    """Forecasts (N, C) of a room, each a distribution without a 0."""
    shape = draw(st.integers(1, 30)), draw(st.integers(2, 8))
    weights = draw(arrays(np.float64, shape, elements=st.floats(1e-3, 1)))
    return weights / weights.sum(axis=1, keepdims=True)


@given(rooms(), st.integers(0, 7))
def test_the_room_pays_what_torchs_loss_of_its_log_probabilities_is(room, truth):
    truth %= room.shape[1]
    target = torch.full((len(room),), truth)
    loss = torch.nn.functional.nll_loss(torch.tensor(room).log(), target)
    assert paid(room, truth, base=math.e).average == pytest.approx(loss.item(), rel=1e-12)
    assert paid(room, truth).average == pytest.approx(loss.item() / math.log(2), rel=1e-12)


@given(rooms(), st.integers(0, 7))
def test_the_mean_forecast_never_pays_more_than_its_forecasters_on_average(room, truth):
    price = paid(room, truth % room.shape[1])
    assert price.of_mean <= price.average + 1e-12
    assert price.each.shape == (len(room),)


@given(rooms())
def test_the_mean_forecast_is_a_distribution_between_the_forecasts(room):
    mean = mean_forecast(room)
    assert mean.sum() == pytest.approx(1)
    assert (room.min(axis=0) - 1e-15 <= mean).all()
    assert (mean <= room.max(axis=0) + 1e-15).all()


@given(rooms())
def test_who_says_what_the_room_believes_pays_least_of_all(room):
    """The expected price of Q where P is true is H(P, Q): no forecast does better than P."""
    truth = room[0]
    prices = [cross_entropy(truth, row, base=2) for row in room]
    assert min(prices) == pytest.approx(prices[0], abs=1e-12)


@given(rooms())
def test_the_second_vote_costs_the_first_ones_entropy_and_the_divergence(room):
    price = compared(room[0], mean_forecast(room))
    assert price.cross_entropy == pytest.approx(price.entropy + price.kl_divergence, abs=1e-9)
    assert price.kl_divergence >= -1e-12


@given(st.integers(2, 8), st.data())
def test_who_names_one_option_shares_the_rest(options, data):
    option = data.draw(st.integers(0, options - 1))
    sure = data.draw(st.floats(0, 1))
    forecast = sure_forecast(option, sure, options)
    assert forecast[option] == sure
    assert forecast.sum() == pytest.approx(1)
    rest = np.delete(forecast, option)
    assert (rest == rest[0]).all()


def test_who_calls_the_truth_impossible_pays_without_end():
    price = paid([[1.0, 0.0], [0.0, 1.0]], 0)
    assert price.each.tolist() == [0, math.inf]
    assert price.average == math.inf
    assert price.of_mean == 1


def test_an_empty_room_pays_nothing_that_has_a_mean():
    price = paid(np.empty((0, 3)), 1)
    assert price.each.shape == (0,)
    assert math.isnan(price.average)
    assert math.isnan(price.of_mean)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (lambda: paid([[0.5, 0.6]], 0), ValueError),
        (lambda: paid([0.5, 0.5], 0), ValueError),
        (lambda: paid([[0.5, 0.5]], 2), IndexError),
        (lambda: paid([[math.nan, 1.0]], 0), ValueError),
        (lambda: mean_forecast(np.empty((0, 2))), ValueError),
        (lambda: sure_forecast(2, 0.5, 2), IndexError),
        (lambda: sure_forecast(0, 1.1, 2), ValueError),
        (lambda: sure_forecast(0, 1.0, 1), ValueError),
        (lambda: compared([0.5, 0.5], [1 / 3] * 3), ValueError),
    ],
)
def test_what_is_no_forecast_is_refused(wrong, error):
    with pytest.raises(error):
        wrong()
