"""What the runs show: the note's program, ln C, the mistakes of the source note, the first nan."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from xent_core import training as xt
from xent_core.pytorch import double_softmax_floor
from xent_core.training.failure import Forward, loss_failure, weights_failure
from xent_core.training.losses import loss_function


def run(config, **measure):
    trainer = xt.Trainer(config)
    trainer.advance(**measure or {"steps": config.steps})
    return trainer


def history(config, **measure):
    return run(config, **measure).history()


def first_losses(seeds, **settings):
    configs = [xt.Config(batch_size=512, seed=seed, **settings) for seed in range(seeds)]
    return [xt.Trainer(config).history().train_loss[0] for config in configs]


# The epochs after which all four points are right, and stay so to the 700th.
@pytest.mark.parametrize(("seed", "epoch"), [(0, 317), (1, 266), (2, 345), (3, 127), (4, 212)])
def test_the_notes_program_needs_more_than_its_100_epochs_for_its_four_points(seed, epoch):
    trainer = xt.Trainer(xt.Config(seed=seed, epochs=700))
    trainer.advance(steps=100)
    assert (trainer.history().train_accuracy < 1).all()
    # one epoch more or less: another processor may round otherwise
    trainer.advance(steps=epoch - 102)
    assert trainer.history().train_accuracy[-1] < 1
    trainer.advance(steps=4)
    at = trainer.step
    trainer.advance(epochs=700)
    result = trainer.history()
    assert (result.train_accuracy[result.step >= at] == 1).all()


def test_with_the_notes_rate_none_of_20_seeds_has_all_right_after_100_epochs_with_0_1_all_have():
    def right(rate):
        return [
            seed
            for seed in range(20)
            if history(xt.Config(seed=seed, rate=rate)).train_accuracy[-1] == 1
        ]

    assert right(0.01) == []
    assert right(0.1) == list(range(20))


BANDS = {0: 1.0, 1: 0.5, 2: 0.2, 3: 0.15}


@pytest.mark.parametrize("layers", BANDS)
@pytest.mark.parametrize("data", [name for name in xt.DATA if name != "note"])
def test_the_first_loss_at_scale_1_is_near_ln_c(data, layers):
    """Within 1 nat without hidden layers, 0.5 with one, 0.2 with two and 0.15 with three."""
    for classes in range(2, 7) if data not in ("iris", "digits") else (2,):
        config = xt.Config(data=data, classes=classes, layers=layers, batch_size=512, size=100)
        for seed in range(4):
            first = xt.Trainer(replace(config, seed=seed)).history().train_loss[0]
            assert abs(first - math.log(config.class_count)) < BANDS[layers]


def test_the_first_loss_of_the_note_is_half_a_nat_to_two_for_its_numbers_are_not_small():
    first = first_losses(40)
    assert 0.45 < min(first) < 0.6
    assert 1.2 < max(first) < 2.1
    assert abs(np.median(first) - math.log(2)) < 0.1


@pytest.mark.parametrize("data", ["note", "blobs", "moons", "iris"])
def test_the_first_loss_grows_with_the_initial_scale(data):
    even = math.log(3 if data == "iris" else 2)
    losses = [np.median(first_losses(5, data=data, init_scale=s)) for s in (2, 5, 10, 30, 100)]
    assert (np.diff([even, *losses]) > 0).all()
    assert losses[2] > 3 * even
    np.testing.assert_allclose(first_losses(1, data=data, init_scale=0), [even], rtol=1e-6)


def test_ten_times_the_initial_scale_gives_fifty_times_the_first_loss():
    assert xt.Trainer(xt.DEMOS["init_scale"]).history().train_loss[0] > 50 * math.log(2)


@pytest.mark.parametrize("classes", [2, 3, 6])
def test_two_softmaxes_keep_the_loss_above_the_floor_with_every_point_right(classes):
    config = replace(xt.DEMOS["softmax_twice"], classes=classes, noise=0.05, epochs=300)
    twice, right = history(config), history(replace(config, loss="cross_entropy"))
    floor = double_softmax_floor(classes)
    assert (twice.train_loss >= floor - 1e-6).all()
    assert twice.train_loss[-1] < floor + 0.01
    assert twice.train_accuracy[-1] == right.train_accuracy[-1] == 1
    assert right.train_loss[-1] < 1e-3


@pytest.mark.parametrize("seed", [0, 1])
def test_a_second_softmax_costs_accuracy_for_its_gradient_vanishes_where_the_model_is_wrong(seed):
    config = replace(xt.DEMOS["softmax_twice_digits"], seed=seed)
    twice, right = run(config), run(replace(config, loss="cross_entropy"))
    found = [each.history().test_accuracy for each in (twice, right)]
    assert found[0][0] == found[1][0]  # the same weights at the start
    assert found[0][-1] < 0.88
    assert found[1][-1] > 0.92
    # not slower, but stuck: since the middle of the run nothing was gained
    half = len(found[0]) // 2
    assert found[0][-1] - found[0][half] < 0.05
    stuck = xt.mistakes(twice.recording, "test")
    assert stuck.count == round((1 - found[0][-1]) * config.test_samples)
    assert stuck.truth < 1e-3
    assert stuck.pull < 0.01 < 1 < stuck.cross_entropy_pull


@pytest.mark.parametrize("loss", ["cross_entropy", "softmax_twice"])
def test_the_pull_of_a_mistake_is_torchs_own_gradient(loss):
    trainer = run(replace(xt.DEMOS["softmax_twice_digits"], loss=loss, epochs=2))
    found = xt.mistakes(trainer.recording, "test")
    z = torch.tensor(trainer.recording.logits(range(trainer.config.test_samples), "test")[-1])
    y = torch.tensor(trainer.recording.samples("test").y)
    wrong = z.argmax(dim=1) != y
    z, y = z[wrong].requires_grad_(), y[wrong]

    def pull(inputs):
        (grad,) = torch.autograd.grad(F.cross_entropy(inputs, y, reduction="sum"), z)
        return np.median(grad.norm(dim=1))

    own = pull(z.softmax(dim=1) if loss == "softmax_twice" else z)
    assert found.count == len(y)
    assert found.pull == pytest.approx(own, rel=1e-4)
    assert found.cross_entropy_pull == pytest.approx(pull(z), rel=1e-4)
    p = z.softmax(dim=1).gather(1, y[:, None])
    assert found.truth == pytest.approx(np.median(p.detach()), rel=1e-4)


def test_where_nothing_is_wrong_there_is_nothing_to_measure():
    found = xt.mistakes(run(xt.DEMOS["softmax_twice"]).recording)
    assert found.count == 0
    assert math.isnan(found.truth)


def test_squared_error_stands_still_from_a_sure_and_wrong_start_where_cross_entropy_learns():
    config = xt.DEMOS["squared_error"]
    squared, right = history(config), history(replace(config, loss="cross_entropy"))
    assert squared.train_accuracy[0] == right.train_accuracy[0] == 0.5
    assert (squared.train_accuracy[-1], right.train_accuracy[-1]) == (0.5, 1)
    assert squared.train_loss[-1] == pytest.approx(squared.train_loss[0], abs=1e-6)
    assert squared.grad_norm[0] < 1e-9 < 1 < right.grad_norm[0]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_rate_alone_ends_in_nan_and_a_tenth_of_it_learns_all(seed):
    config = replace(xt.TOO_FAST, seed=seed)
    assert (config.loss, config.dtype) == ("cross_entropy", "float32")
    failure = run(config).failure
    assert failure is not None
    assert failure.step > config.steps_per_epoch  # for some epochs it trains like any other
    slow = run(replace(config, rate=config.rate / 10))
    assert slow.failure is None
    assert slow.history().train_accuracy[-1] > 0.98


def test_epsilon_takes_the_nan_away_and_the_learning_too():
    config = xt.DEMOS["eps"]
    stuck, right = history(config), history(replace(config, loss="cross_entropy"))
    cap = -math.log(1e-8)
    np.testing.assert_allclose(stuck.train_loss[-1], cap / 2, rtol=1e-4)
    assert (stuck.train_accuracy[-1], right.train_accuracy[-1]) == (0.5, 1)
    assert right.train_loss[-1] < 0.01
    assert stuck.grad_norm[0] < right.grad_norm[0] / 1000


def test_at_p_equal_to_epsilon_the_gradient_is_halved_and_at_0_it_is_0():
    def target_grad(loss, gap):
        z = torch.tensor([[0.0, gap]], requires_grad=True)
        value = loss_function(xt.Config(loss=loss))(z, torch.tensor([0]))
        return value.item(), torch.autograd.grad(value, z)[0][0, 0].item()

    gap = -math.log(1e-8)
    assert target_grad("cross_entropy", gap)[1] == pytest.approx(-1, rel=1e-6)
    assert target_grad("log_of_softmax_eps_nll", gap)[1] == pytest.approx(-0.5, rel=1e-5)
    value, grad = target_grad("log_of_softmax_eps_nll", 200.0)
    assert value == pytest.approx(18.42, abs=0.01)
    assert grad == 0
    assert target_grad("cross_entropy", 200.0) == (200.0, -1.0)


def test_the_test_loss_rises_while_the_test_accuracy_stays():
    found = history(xt.DEMOS["loss_not_accuracy"])
    best = int(found.test_loss.argmin())
    assert found.step[best] < 100
    assert found.test_loss[-1] > 3 * found.test_loss[best]
    assert abs(found.test_accuracy[-1] - found.test_accuracy[best]) <= 0.04
    assert found.train_loss[-1] < found.train_loss[best]


# The step may be another by a few on a processor that rounds otherwise.
@pytest.mark.parametrize(
    ("name", "step", "failed", "origin"),
    [
        ("exp_overflow", 8, "loss", "exp_overflow"),
        ("exp_overflow_float16", 21, "loss", "exp_overflow"),
        ("log_gradient", 14, "gradient", "log_gradient"),
        ("mean_overflow", 0, "loss", "mean_overflow"),
        ("adam_float16", 0, "weights", "update"),
        ("eps_float16", 0, "loss", "log_of_zero"),
    ],
)
def test_each_broken_run_breaks_where_it_says_and_the_right_loss_goes_on(
    name, step, failed, origin
):
    config = xt.DEMOS[name]
    trainer = run(config)
    failure = trainer.failure
    assert (failure.failed, failure.origin) == (failed, origin)
    assert abs(failure.step - step) <= 3
    assert trainer.done
    assert trainer.advance(steps=1) == 0
    assert trainer.history().step[-1] == trainer.step == failure.step + (failed != "loss")
    y = trainer.recording.samples().y
    assert failure.target == y[failure.sample]
    right = run(replace(config, loss="cross_entropy", dtype="float32"))
    assert right.failure is None
    assert right.history().train_loss[-1] < right.history().train_loss[0]


def test_the_logits_of_the_failure_give_the_same_nan_again():
    config = xt.DEMOS["exp_overflow"]
    failure = run(config).failure
    z = torch.tensor([failure.logits], dtype=torch.float32)
    again = loss_function(config)(z, torch.tensor([failure.target]))
    assert math.isnan(again.item())
    assert max(failure.logits) > 88.73
    assert F.cross_entropy(z, torch.tensor([failure.target])).isfinite()


def test_a_perfect_run_can_die_of_its_perfection():
    config = xt.DEMOS["log_gradient"]
    trainer = run(config)
    found = trainer.history()
    at = trainer.failure.step
    assert (found.train_loss[at], found.train_accuracy[at]) == (0, 1)
    assert math.isnan(found.train_loss[-1])
    assert found.step[-1] == at + 1


def blame(loss, logits, target, dtype="float32"):
    config = xt.Config(loss=loss, dtype=dtype)
    z = torch.tensor(logits, dtype=getattr(torch, dtype), requires_grad=True)
    y = torch.tensor(target)
    value = loss_function(config)(z, y).item()
    forward = Forward(None, z, y, value)
    if math.isfinite(value):
        grad = torch.autograd.grad(loss_function(config)(z, y), z)[0]
        return weights_failure(config, 0, forward, [grad])
    return loss_failure(config, 0, forward)


@pytest.mark.parametrize(
    ("loss", "logits", "target", "dtype", "origin", "sample"),
    [
        ("log_of_exps_nll", [[0, 0], [1000, 0]], [0, 0], "float32", "exp_overflow", 1),
        ("log_of_exps_nll", [[1000, 0]], [1], "float32", "exp_overflow", 0),
        ("log_of_exps_nll", [[88.5] * 3], [1], "float32", "sum_overflow", 0),
        ("log_of_exps_nll", [[-1000, -1000]], [1], "float32", "sum_underflow", 0),
        ("log_of_exps_nll", [[0, -110], [0, 0]], [1, 0], "float32", "log_of_zero", 0),
        ("log_of_softmax_nll", [[0, 0], [0, 110]], [0, 0], "float32", "log_of_zero", 1),
        ("log_of_softmax_nll", [[0, 95]], [0], "float32", "log_gradient", 0),
        ("log_of_softmax_nll", [[0, 110]], [1], "float32", "log_gradient", 0),
        ("log_of_softmax_nll", [[0, 12]], [0], "float16", "log_gradient", 0),
        ("log_of_softmax_eps_nll", [[0, 20]], [0], "float16", "log_of_zero", 0),
        ("cross_entropy", [[60000, -60000]], [1], "float16", "shift_overflow", 0),
        ("cross_entropy", [[30000, -30000]] * 2, [1, 1], "float16", "mean_overflow", 0),
        ("cross_entropy", [[0, 0], [math.inf, 0]], [0, 1], "float32", "logits", 1),
        ("softmax_twice", [[math.nan, 0]], [0], "float32", "logits", 0),
        ("mse", [[math.inf, 0]], [0], "float32", "logits", 0),
    ],
)
def test_the_first_step_that_went_wrong_is_named(loss, logits, target, dtype, origin, sample):
    failure = blame(loss, logits, target, dtype)
    assert (failure.origin, failure.sample) == (origin, sample)
    assert failure.origin in xt.ORIGINS
    assert failure.failed in xt.FAILED
    np.testing.assert_array_equal(
        failure.logits, torch.tensor(logits[sample]).to(getattr(torch, dtype)).double()
    )


def test_weights_that_are_nan_are_found_in_the_update_that_made_them():
    config = xt.DEMOS["adam_float16"]
    failure = run(config).failure
    assert (failure.failed, failure.origin) == ("weights", "update")
    before, after = (run(config, steps=failure.step + more) for more in (0, 1))
    assert before.failure is None
    assert before.recording._now.weights.isfinite().all()
    assert not after.recording._now.weights.isfinite().all()


def test_a_rate_that_multiplies_the_weights_ends_in_logits_that_are_not_numbers():
    failure = run(xt.Config(rate=1000, weight_decay=10)).failure
    assert (failure.failed, failure.origin) == ("loss", "logits")
    assert not np.isfinite(failure.logits).all()


def test_an_inf_that_tanh_hides_from_the_loss_is_found_nevertheless():
    trainer = xt.Trainer(xt.Config(activation="tanh", epochs=5))
    with torch.no_grad():
        trainer._model[0].bias[0] = math.inf
    trainer.advance(epochs=5)
    assert (trainer.step, trainer.failure.origin) == (1, "update")


def test_the_sample_of_a_batch_is_counted_in_the_training_samples():
    config = replace(xt.DEMOS["exp_overflow"], batch_size=8, epochs=40)
    trainer = run(config)
    failure = trainer.failure
    recording = trainer.recording
    assert failure is not None
    step = recording.steps[-1]
    assert step == failure.step
    (logits,) = recording.logits([failure.sample], steps=[step])[0]
    np.testing.assert_allclose(logits, failure.logits, rtol=1e-5)
    assert recording.samples().y[failure.sample] == failure.target
