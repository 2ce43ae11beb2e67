"""Timing is bounded, gives way often, and claims no difference smaller than the spread."""

import itertools
import threading

import pytest
import torch

from xent_core import pytorch as xt
from xent_core.pytorch import timing

pytestmark = pytest.mark.filterwarnings("error")

SHAPES = [(2, 3), (4, 10)]


class FakeClock:
    """Every look at it takes a tenth of a millisecond."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        self.now += 1e-4
        return self.now


def test_progress_grows_from_0_to_1_and_the_timings_come_last():
    clock = FakeClock()
    *before, last = xt.time_ways(SHAPES, 0.1, clock=clock)
    fractions = [progress.fraction for progress in before]
    assert fractions[0] == 0
    assert fractions == sorted(fractions)
    assert all(fraction < 1 for fraction in fractions)
    assert not any(progress.timings for progress in before)
    assert last.fraction == 1
    assert [(t.shape, t.way) for t in last.timings] == list(itertools.product(SHAPES, xt.WAYS))
    for t in last.timings:
        assert 0 < t.lower <= t.median <= t.upper
        assert t.rounds >= timing.MIN_ROUNDS
    assert clock.now <= 0.1 + 0.01


def test_it_gives_way_every_few_milliseconds():
    clock = FakeClock()
    times = [clock.now for _ in xt.time_ways(SHAPES, 0.1, clock=clock)]
    assert max(b - a for a, b in itertools.pairwise(times)) < 0.01


def test_however_small_the_budget_every_way_has_one_round():
    *_, last = xt.time_ways(SHAPES, 1e-6)
    assert len(last.timings) == 8
    assert all(t.rounds >= 1 for t in last.timings)


def test_all_ways_take_turns_so_that_none_has_the_quieter_half():
    *_, last = xt.time_ways(SHAPES, 0.1, clock=FakeClock())
    rounds = [t.rounds for t in last.timings]
    assert max(rounds) - min(rounds) <= 1


def test_the_same_seed_draws_the_same_inputs_and_nobody_elses_numbers(monkeypatch):
    drawn = []
    inputs = timing._inputs

    def remember(*arguments):
        drawn.append(inputs(*arguments))
        return drawn[-1]

    monkeypatch.setattr(timing, "_inputs", remember)
    state = torch.get_rng_state()
    for seed in (3, 3, 4):
        list(xt.time_ways([(4, 5)], 1e-6, seed=seed))
    assert torch.equal(torch.get_rng_state(), state)
    (x, t), (same_x, same_t), (other_x, _) = drawn
    assert torch.equal(x, same_x)
    assert torch.equal(t, same_t)
    assert not torch.equal(x, other_x)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("backward", [False, True])
def test_every_way_can_be_timed_forward_and_backward(backward, dtype):
    *_, last = xt.time_ways([(2, 3)], 0.01, backward=backward, dtype=dtype)
    assert [t.way for t in last.timings] == list(xt.WAYS)


def test_a_run_can_be_dropped_in_the_middle():
    run = xt.time_ways(SHAPES, 5.0)
    next(run)
    next(run)
    run.close()
    assert next(run, None) is None


def result(way, median, spread, rounds=50, shape=(2, 3)):
    return xt.Timing(way, shape, median, median - spread / 2, median + spread / 2, rounds)


@pytest.mark.parametrize(
    ("median", "spread", "rounds", "claim"),
    [
        (12.0, 1.0, 50, "slower"),
        (8.0, 1.0, 50, "faster"),
        (10.5, 1.0, 50, "no_difference"),
        (12.0, 3.0, 50, "no_difference"),
        (12.0, 1.0, timing.MIN_ROUNDS - 1, "no_difference"),
        (10.0, 0.0, 50, "no_difference"),
    ],
)
def test_only_a_difference_larger_than_the_spread_is_claimed(median, spread, rounds, claim):
    pair = [
        result("cross_entropy_module", 10.0, 1.0),
        result("log_softmax_nll", median, spread, rounds),
    ]
    (comparison,) = xt.compare_timings(pair)
    assert comparison.claim == claim
    assert comparison.difference == median - 10
    assert comparison.spread == max(1.0, spread)


def test_the_same_code_timed_twice_on_a_quiet_clock_shows_no_difference():
    *_, last = xt.time_ways(SHAPES, 0.1, clock=FakeClock())
    assert {c.claim for c in xt.compare_timings(last.timings)} == {"no_difference"}


def test_each_shape_is_compared_with_its_own_reference():
    timings = [
        result("cross_entropy_module", 10.0, 1.0),
        result("log_softmax_nll", 20.0, 1.0),
        result("cross_entropy_module", 20.0, 1.0, shape=(9, 9)),
        result("log_softmax_nll", 10.0, 1.0, shape=(9, 9)),
    ]
    assert [c.claim for c in xt.compare_timings(timings)] == ["slower", "faster"]
    with pytest.raises(ValueError, match=r"^reference: .* not timed on the shape \(9, 9\)"):
        xt.compare_timings([timings[0], timings[3]])


def test_a_lock_is_held_by_one_and_given_back_even_after_an_error():
    lock = threading.Lock()
    with xt.held(lock) as mine:
        assert mine
        with xt.held(lock) as second:
            assert not second
        assert lock.locked()
    with pytest.raises(KeyError), xt.held(lock):
        raise KeyError
    assert not lock.locked()


@pytest.mark.parametrize(
    ("shapes", "options", "message"),
    [
        ([], {}, "shapes: from 1 to 5 of them, found 0"),
        ([(1, 1)] * 6, {}, "shapes: from 1 to 5 of them, found 6"),
        ([(10**6, 10**6)], {}, r"shapes: must be .* found \(1000000, 1000000\)"),
        ([(0, 3)], {}, r"shapes: must be .* found \(0, 3\)"),
        ([(3,)], {}, r"shapes: must be .* found \(3,\)"),
        (SHAPES, {"budget_seconds": 6}, "budget_seconds: .* found 6"),
        (SHAPES, {"budget_seconds": 0}, "budget_seconds: .* found 0"),
        (SHAPES, {"budget_seconds": float("nan")}, "budget_seconds: .* found nan"),
        (SHAPES, {"ways": []}, r"ways: at least one, found \[\]"),
        (SHAPES, {"ways": ["mse"]}, "ways: must be one of .* found 'mse'"),
        (SHAPES, {"dtype": "int8"}, "dtype: must be one of"),
    ],
)
def test_a_mistake_is_named_at_once_and_not_at_the_first_step(shapes, options, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        xt.time_ways(shapes, **options)
