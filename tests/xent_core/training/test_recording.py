"""What is kept is exact, however little of it is kept; what is seen is the network's own answer."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from xent_core import training as xt
from xent_core.training.history import Thinned

DIGITS = xt.Config(data="digits", test_fraction=0.2, width=16, batch_size=128, rate=0.1, epochs=3)
MOONS = xt.Config(data="moons", classes=3, test_fraction=0.3, batch_size=64, rate=0.1, epochs=8)


def run(config, **measure):
    trainer = xt.Trainer(config)
    trainer.advance(**measure or {"steps": config.steps})
    return trainer


@pytest.mark.parametrize("limit", [2, 7, 200])
@pytest.mark.parametrize("unit", [1, 5])
@pytest.mark.parametrize("steps", [0, 1, 13, 1000])
def test_what_is_thinned_is_evenly_spaced_from_the_start_and_within_the_limit(limit, unit, steps):
    thinned = Thinned(limit, unit)
    for step in range(steps + 1):
        thinned.add(step, step)
    assert thinned.items == list(range(0, steps + 1, thinned.stride))
    assert len(thinned.items) <= limit
    assert thinned.stride == unit or len(thinned.items) > limit // 2


def test_of_a_long_run_the_kept_steps_are_what_a_run_to_there_shows():
    trainer = run(xt.Config(epochs=900, rate=0.1))
    recording, history = trainer.recording, trainer.history()
    assert len(history.step) <= xt.MAX_KEPT + 1
    assert history.step[:3].tolist() == [0, 8, 16]
    assert history.step[-1] == 900
    for step in history.step[[1, 40, -1]].tolist():
        short = run(xt.Config(epochs=900, rate=0.1), steps=step)
        at = list(history.step).index(step)
        assert short.history().train_loss[-1] == history.train_loss[at]
        np.testing.assert_array_equal(recording.maps([step]), short.recording.maps([step]))
        np.testing.assert_array_equal(
            recording.logits([0, 3], steps=[step]), short.recording.logits([0, 3], steps=[step])
        )


def test_between_two_kept_steps_the_present_one_is_shown():
    trainer = run(MOONS, steps=5)
    history = trainer.history()
    assert history.step.tolist() == [0, 3, 5]
    np.testing.assert_allclose(history.epoch, [0, 1, 5 / 3])
    trainer.advance(steps=1)
    assert trainer.recording.steps == (0, 3, 6)


@pytest.mark.parametrize(
    "config",
    [
        xt.Config(epochs=10_000),
        xt.Config(data="blobs", classes=6, size=500, layers=3, width=64, batch_size=512),
        xt.Config(data="digits", layers=3, width=64, batch_size=512, test_fraction=0.2),
    ],
)
def test_the_whole_recording_of_ten_thousand_epochs_is_below_20_mb(config):
    """The largest ones are not trained for so long: they are filled with as many states."""
    trainer = xt.Trainer(replace(config, epochs=10_000))
    recording = trainer.recording
    trainer.advance(steps=1)
    weights = recording._now.weights
    for epoch in range(1, 10_001):
        recording.add_state(epoch * trainer.config.steps_per_epoch, weights)
    assert 100 < len(recording.steps) <= xt.MAX_KEPT + 1
    recording.history()
    if recording.plane is not None:
        recording.maps()
    assert recording.nbytes < 20e6


def test_the_plane_is_the_networks_answer_over_all_the_samples():
    trainer = run(MOONS)
    plane = trainer.recording.plane
    x = np.concatenate([trainer.recording.samples(part).x for part in xt.PARTS])
    assert plane.features == (0, 1)
    for axis, values in zip((plane.across, plane.up), x.T, strict=True):
        assert len(axis) == xt.GRID
        assert axis[0] < values.min() < values.max() < axis[-1]
    maps = trainer.recording.maps()
    assert maps.shape == (9, xt.GRID, xt.GRID, 3)
    assert maps.dtype == np.uint8
    assert (abs(maps.sum(axis=-1, dtype=int) - 255) <= 1).all()
    points = np.stack(np.meshgrid(plane.across, plane.up), axis=-1).reshape(-1, 2)
    with torch.no_grad():
        z = trainer._model(torch.tensor(points, dtype=torch.float32))
    expected = (z.softmax(1) * 255).round().numpy().reshape(xt.GRID, xt.GRID, 3)
    np.testing.assert_array_equal(maps[-1], expected)
    p = xt.map_levels()[maps[-1]].reshape(-1, 3)
    np.testing.assert_allclose(p, z.softmax(1), atol=0.5 / xt.MAP_FULL + 1e-7)


def test_the_plane_of_iris_is_that_of_the_petals_and_digits_have_none():
    assert run(xt.Config(data="iris"), steps=1).recording.plane.features == (2, 3)
    recording = run(DIGITS, steps=1).recording
    assert recording.plane is None
    with pytest.raises(ValueError, match=r"^data: digits has 64 features"):
        recording.maps()


@pytest.mark.parametrize("loss", xt.LOSSES)
@pytest.mark.parametrize("dtype", xt.TRAINING_DTYPES)
def test_the_losses_of_the_samples_have_the_recorded_mean(loss, dtype):
    trainer = run(replace(MOONS, loss=loss, dtype=dtype, logit_factor=2.0), epochs=2)
    history, recording = trainer.history(), trainer.recording
    rounding = {"float32": 1e-6, "float16": 1e-3, "bfloat16": 8e-3}[dtype]
    for part, mean in (("train", history.train_loss), ("test", history.test_loss)):
        losses = recording.sample_losses(part)
        np.testing.assert_allclose(losses.mean(axis=1), mean, rtol=2 * rounding)
        y = recording.samples(part).y
        accuracy = (recording.predictions(part) == y).mean(axis=1)
        np.testing.assert_allclose(accuracy, getattr(history, f"{part}_accuracy"))


def test_the_logits_are_those_that_the_loss_is_given():
    trainer = run(replace(MOONS, logit_factor=3.0))
    recording = trainer.recording
    y = recording.samples().y
    z = torch.tensor(recording.logits(range(len(y))))
    assert z.shape == (9, len(y), 3)
    expected = torch.nn.functional.cross_entropy(
        z.transpose(1, 2), torch.tensor(y).expand(9, -1), reduction="none"
    )
    np.testing.assert_allclose(recording.sample_losses(), expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(recording.predictions(), z.argmax(dim=2))


def test_confusion_counts_every_sample_once_and_the_worst_mistakes_are_mistakes():
    recording = run(DIGITS).recording
    y = recording.samples("test").y
    confusion = recording.confusion("test")
    assert confusion.shape == (4, 10, 10)
    np.testing.assert_array_equal(confusion.sum(axis=2), np.tile(np.bincount(y), (4, 1)))
    right = np.trace(confusion, axis1=1, axis2=2)
    np.testing.assert_allclose(right / len(y), recording.history().test_accuracy)
    worst = recording.worst(500, "test")
    losses, found = recording.sample_losses("test"), recording.predictions("test")
    for row, mistakes in enumerate(worst):
        chosen = mistakes[mistakes >= 0]
        assert len(chosen) == len(y) - right[row]
        assert (found[row, chosen] != y[chosen]).all()
        assert (np.diff(losses[row, chosen]) <= 0).all()
    np.testing.assert_array_equal(recording.worst(3, "test"), worst[:, :3])


def test_digits_are_the_pictures_of_scikit_learn():
    from sklearn.datasets import load_digits

    pictures = load_digits().data
    samples = xt.Trainer(DIGITS).recording.samples("test")
    np.testing.assert_array_equal(samples.x * 16, pictures[samples.index])


def test_what_is_not_there_is_named():
    recording = run(MOONS, steps=1).recording
    with pytest.raises(ValueError, match=r"^steps: 7 is not kept"):
        recording.maps([0, 7])
    with pytest.raises(ValueError, match=r"^part: must be one of \('train', 'test'\), found 'all'"):
        recording.samples("all")
    with pytest.raises(ValueError, match=r"^samples: must be from 0 to 59, found 60"):
        recording.logits([60], "test")


def test_what_is_handed_out_can_be_changed_without_harm():
    trainer, other = xt.Trainer(MOONS), xt.Trainer(MOONS)
    trainer.recording.samples().x[:] = 0
    for each in (trainer, other):
        each.advance(epochs=2)
    np.testing.assert_array_equal(trainer.history().train_loss, other.history().train_loss)


def gradients(config, samples=(0, 1), **measure):
    """The logits, softmax and logit gradients of some training samples, and their classes."""
    recording = run(config, **measure).recording
    z = torch.tensor(recording.logits(samples))
    y = torch.tensor(recording.samples().y[list(samples)])
    truth = torch.nn.functional.one_hot(y, config.class_count)
    return z, torch.softmax(z, dim=-1), truth, recording.logit_gradients(samples)


@pytest.mark.parametrize("data", ["note", "moons", "digits"])
def test_the_gradient_of_cross_entropy_in_the_logits_is_p_minus_y(data):
    config = replace(MOONS if data == "moons" else DIGITS, data=data, logit_factor=3)
    _, p, truth, found = gradients(config, epochs=2)
    assert found.shape == p.shape
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, p - truth, atol=1e-6)


@pytest.mark.parametrize(("dtype", "ulp"), [("float16", 2**-10), ("bfloat16", 2**-7)])
def test_in_half_precision_it_is_so_within_its_rounding(dtype, ulp):
    _, p, truth, found = gradients(replace(MOONS, dtype=dtype), epochs=2)
    np.testing.assert_allclose(found, p - truth, atol=2 * ulp)


def test_two_softmaxes_send_the_gradient_of_the_outer_one_through_the_inner_one():
    """Jᵀ (softmax(p) - y) with J = diag(p) - p pᵀ: nothing is left of it where p is certain."""
    _, p, truth, found = gradients(xt.DEMOS["softmax_twice"], samples=(0, 1, 2))
    outer = torch.softmax(p, dim=-1) - truth
    expected = p * (outer - (p * outer).sum(dim=-1, keepdim=True))
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert np.abs(found[-1]).max() < 0.01


def test_with_epsilon_the_gradient_is_p_minus_y_times_p_over_p_plus_epsilon():
    config = xt.DEMOS["eps"]
    _, p, truth, found = gradients(config, samples=range(4), epochs=1)
    own = (p * truth).sum(dim=-1, keepdim=True)
    np.testing.assert_allclose(found, (p - truth) * own / (own + config.eps), atol=1e-6)
    wrong = (own < 0.5)[..., 0].numpy()
    assert wrong.sum() == 2 * len(wrong)
    assert np.abs(found[wrong]).max() < 1e-4


def test_a_sample_or_step_that_is_not_there_has_no_gradient_either():
    recording = run(MOONS, epochs=1).recording
    for wrong in ({"samples": [10_000]}, {"samples": [0], "steps": [1]}):
        with pytest.raises(ValueError, match=r"must be|not kept"):
            recording.logit_gradients(**wrong)


def test_gradients_are_computed_where_the_caller_has_switched_them_off():
    with torch.no_grad():
        assert np.isfinite(run(MOONS, epochs=1).recording.logit_gradients([0])).all()
