"""A run is the same however it is advanced, stops at the first nan, and touches nobody else."""

import csv
import io
import threading
from dataclasses import fields, replace

import numpy as np
import pytest
import torch

from xent_core import training as xt
from xent_core.training.data import load

DIGITS = xt.Config(data="digits", test_fraction=0.2, width=32, batch_size=256, rate=0.1, epochs=4)
MOONS = xt.Config(data="moons", classes=3, test_fraction=0.3, batch_size=16, rate=0.1, epochs=8)


def run(config, **measure):
    trainer = xt.Trainer(config)
    trainer.advance(**measure or {"steps": config.steps})
    return trainer


def columns(history):
    return {field.name: getattr(history, field.name) for field in fields(history)}


def assert_same(a, b):
    for name, values in columns(a).items():
        np.testing.assert_array_equal(values, getattr(b, name), name)


class Clock:
    """Time passes only when one looks at it."""

    def __init__(self, tick):
        self.now, self.tick = 0.0, tick

    def __call__(self):
        self.now += self.tick
        return self.now


@pytest.mark.parametrize("config", [xt.Config(), MOONS, DIGITS, replace(MOONS, optimizer="adam")])
def test_the_same_config_gives_the_same_history_however_it_is_advanced(config):
    at_once = run(config)
    in_pieces = xt.Trainer(config, clock=Clock(1.0))
    while not in_pieces.done:
        in_pieces.advance(steps=1)
        in_pieces.history()
        in_pieces.advance(seconds=2.5)
        in_pieces.advance(epochs=1)
    assert_same(at_once.history(), in_pieces.history())
    assert at_once.weights() == in_pieces.weights()


def test_another_seed_gives_another_history():
    a, b = run(MOONS).history(), run(replace(MOONS, seed=1)).history()
    assert (a.train_loss != b.train_loss).all()


def test_runs_in_threads_beside_each_other_are_the_same_to_the_last_bit():
    configs = [MOONS, replace(MOONS, seed=5), DIGITS, MOONS]
    alone = [run(config).history() for config in configs]
    trainers = [xt.Trainer(config) for config in configs]
    threads = [
        threading.Thread(
            target=lambda trainer=trainer: [trainer.advance(steps=3) for _ in "a" * 99]
        )
        for trainer in trainers
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for trainer, history in zip(trainers, alone, strict=True):
        assert_same(trainer.history(), history)


def test_the_last_bit_does_not_depend_on_how_many_threads_torch_has():
    config = xt.Config(
        data="digits", width=64, layers=2, batch_size=xt.MAX_BATCH, rate=0.1, epochs=2
    )
    alone = run(config).history()
    torch.set_num_threads(2)
    try:
        assert_same(run(config).history(), alone)
    finally:
        torch.set_num_threads(1)


def test_nothing_that_belongs_to_the_whole_process_is_touched():
    def state():
        return (
            torch.get_default_dtype(),
            torch.get_num_threads(),
            torch.is_grad_enabled(),
            torch.get_rng_state().tolist(),
            torch.are_deterministic_algorithms_enabled(),
            torch.is_deterministic_algorithms_warn_only_enabled(),
            str(np.random.get_state()),
            np.geterr(),
        )

    before = state()
    for config in (replace(MOONS, dtype="float16"), DIGITS, xt.DEMOS["exp_overflow"]):
        trainer = run(config, steps=12)
        trainer.history()
        trainer.recording.confusion()
        trainer.weights()
    assert state() == before


def test_a_run_trains_where_the_caller_has_switched_gradients_off():
    with torch.no_grad():
        trainer = run(MOONS)
        assert not torch.is_grad_enabled()
    assert_same(trainer.history(), run(MOONS).history())


def test_advance_stops_where_its_measure_says():
    trainer = xt.Trainer(MOONS, clock=Clock(1.0))
    per_epoch = MOONS.steps_per_epoch
    assert trainer.advance(steps=2) == trainer.step == 2
    assert trainer.advance(epochs=1) == per_epoch - 2
    assert trainer.epoch == 1.0
    assert trainer.advance(seconds=3) == 3
    assert trainer.advance(seconds=0) == 1
    assert trainer.advance(epochs=0) == trainer.advance(steps=0) == 0
    assert trainer.advance(seconds=3, steps=2) == 2
    assert trainer.advance(seconds=2, steps=3) == 2
    assert trainer.advance(seconds=0, steps=0) == 0
    trainer.advance(epochs=10**6)
    assert (trainer.step, trainer.done) == (MOONS.steps, True)
    assert trainer.advance(seconds=1) == trainer.advance(steps=1) == 0
    for measure in ({}, {"steps": 1, "epochs": 1}):
        with pytest.raises(ValueError, match=r"^seconds, epochs, steps: one of them, or"):
            trainer.advance(**measure)
    with pytest.raises(ValueError, match=r"^steps: must not be negative, found -1"):
        trainer.advance(steps=-1)


def test_a_change_of_the_rate_counts_from_the_next_step_and_is_recorded():
    trainer, same = xt.Trainer(MOONS), xt.Trainer(MOONS)
    trainer.advance(epochs=2)
    trainer.rate = 0.5
    trainer.rate = 0.1
    trainer.rate = 0
    same.advance(epochs=2)
    trainer.advance(epochs=3)
    assert trainer.rates == ((0, 0.1), (2 * MOONS.steps_per_epoch, 0.0))
    history = trainer.history()
    np.testing.assert_array_equal(history.rate, [0.1, 0.1, 0, 0, 0, 0])
    assert trainer.weights()[-100:] == same.weights()[-100:]
    assert len(set(history.train_loss[2:].tolist())) == 1
    with pytest.raises(ValueError, match=r"^rate: must be from 0.0 to 1000.0, found -1"):
        trainer.rate = -1


def test_setting_the_rate_that_is_in_force_records_nothing():
    trainer = xt.Trainer(xt.Config(rate=0.25))
    trainer.rate = 0.25
    trainer.advance(steps=5)
    trainer.rate = 0.25
    assert trainer.rates == ((0, 0.25),)


@pytest.mark.parametrize("dtype", xt.TRAINING_DTYPES)
def test_the_weights_at_the_start_are_those_of_nn_linear_times_the_scale(dtype):
    from safetensors.torch import load

    torch_state = torch.get_rng_state()
    try:
        torch.manual_seed(3)
        linear = [torch.nn.Linear(2, 10), torch.nn.Linear(10, 2)]
    finally:
        torch.set_rng_state(torch_state)
    found = load(xt.Trainer(xt.Config(seed=3, init_scale=2.5, dtype=dtype)).weights())
    for layer, number in zip(linear, "02", strict=True):
        for name, expected in layer.named_parameters():
            scaled = (expected.detach() * 2.5).to(getattr(torch, dtype))
            assert torch.equal(found[f"{number}.{name}"], scaled)


@pytest.mark.parametrize("optimizer", xt.OPTIMIZERS)
def test_a_run_is_what_a_loop_of_ones_own_computes(optimizer):
    """The loop is written here once more, by hand, on the trainer's own first weights."""
    from safetensors.torch import load

    config = xt.Config(optimizer=optimizer, weight_decay=0.1, epochs=6, rate=0.1)
    trainer = xt.Trainer(config)
    w1, b1, w2, b2 = (
        load(trainer.weights())[name].double().requires_grad_()
        for name in ("0.weight", "0.bias", "2.weight", "2.bias")
    )
    weights = [w1, b1, w2, b2]
    first, second = ([torch.zeros_like(w) for w in weights] for _ in range(2))
    samples = trainer.recording.samples()
    x, y = torch.tensor(samples.x).double(), torch.tensor(samples.y)
    losses, norms = [], []
    for step in range(1, 7):
        z = torch.relu(x @ w1.T + b1) @ w2.T + b2
        loss = -(z - z.logsumexp(1, keepdim=True))[range(4), y].mean()
        losses.append(loss.item())
        grads = torch.autograd.grad(loss, weights)
        norms.append(sum(float((g**2).sum()) for g in grads) ** 0.5)
        with torch.no_grad():
            for i, (w, g) in enumerate(zip(weights, grads, strict=True)):
                g = g + 0.1 * w
                if optimizer == "sgd":
                    w -= 0.1 * g
                elif optimizer == "momentum":
                    first[i] = 0.9 * first[i] + g
                    w -= 0.1 * first[i]
                else:
                    first[i] = 0.9 * first[i] + 0.1 * g
                    second[i] = 0.999 * second[i] + 0.001 * g**2
                    hat = first[i] / (1 - 0.9**step), second[i] / (1 - 0.999**step)
                    w -= 0.1 * hat[0] / (hat[1].sqrt() + 1e-8)
    trainer.advance(epochs=6)
    history = trainer.history()
    np.testing.assert_allclose(history.train_loss[:6], losses, rtol=1e-5)
    np.testing.assert_allclose(history.grad_norm[:6], norms, rtol=1e-5)


@pytest.mark.parametrize("data", ["moons", "iris"])
def test_the_test_samples_are_not_trained_on(data, monkeypatch):
    config = replace(MOONS, data=data)

    def load_with_another_test(config, generator):
        found = load(config, generator)
        return found._replace(x_test=found.x_test * 0 - 7, y_test=found.y_test * 0)

    expected = run(config)
    monkeypatch.setattr("xent_core.training.trainer.load", load_with_another_test)
    found = run(config)
    assert found.weights() == expected.weights()
    assert found.history().test_loss[-1] != expected.history().test_loss[-1]


def test_a_race_starts_from_the_same_weights_and_takes_the_same_batches():
    race = xt.Race(MOONS, replace(MOONS, rate=0.0, loss="mse"))
    a, b = race.trainers
    assert a.weights()[-64:] == b.weights()[-64:]
    same = xt.Race(MOONS, replace(MOONS, loss="log_softmax_nll"))
    assert same.advance(epochs=8) == MOONS.steps
    first, second = (trainer.history() for trainer in same.trainers)
    assert_same(first, second)
    assert same.done


def test_a_race_in_another_type_starts_from_the_same_weights_rounded():
    from safetensors.torch import load

    race = xt.Race(xt.Config(), xt.Config(dtype="bfloat16"))
    exact, rounded = (load(trainer.weights()) for trainer in race.trainers)
    assert all(torch.equal(exact[name].bfloat16(), rounded[name]) for name in exact)


def test_a_race_keeps_both_at_the_same_step_until_one_fails():
    config = xt.DEMOS["exp_overflow"]
    race = xt.Race(config, replace(config, loss="cross_entropy"), clock=Clock(1.0))
    assert race.advance(seconds=4) == 4
    assert [trainer.step for trainer in race.trainers] == [4, 4]
    assert race.advance(seconds=100, steps=1) == 1
    assert race.advance(seconds=100, steps=19) == 19
    assert [trainer.step for trainer in race.trainers] == [8, 24]
    assert [trainer.failure is None for trainer in race.trainers] == [False, True]
    with pytest.raises(ValueError, match=r"^seconds: must not be negative, found -1"):
        race.advance(seconds=-1)


@pytest.mark.parametrize(
    "field", [f.name for f in fields(xt.Config) if f.name not in xt.RACE_FIELDS]
)
def test_a_race_needs_the_same_start(field):
    other = {"data": "moons", "noise": 0.2, "test_fraction": 0.25, "init_scale": 2.0}
    value = other.get(field, getattr(xt.Config(), field) + 1 if field not in other else None)
    with pytest.raises(ValueError, match=f"^{field}: must be the same for both, found "):
        xt.Race(xt.Config(), replace(xt.Config(), **{field: value}))


def test_the_csv_holds_every_digit():
    history = run(MOONS).history()
    rows = list(csv.DictReader(io.StringIO(history.to_csv())))
    assert len(rows) == len(history.step) == 9
    for name in rows[0]:
        values = [float(row[name]) for row in rows]
        np.testing.assert_array_equal(values, getattr(history, name), name)
