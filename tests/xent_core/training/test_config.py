"""A config is bounded whatever it is given, and the default is the note's own program."""

import dataclasses
import doctest
import importlib
import math
import pkgutil

import numpy as np
import pytest
import torch

from xent_core import training as xt
from xent_core.training.data import TOYS, load

MODULES = sorted(module.name for module in pkgutil.iter_modules(xt.__path__))
NAN, INF = math.nan, math.inf


def loaded(**settings):
    config = xt.Config(**settings)
    return load(config, torch.Generator().manual_seed(config.seed))


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_the_module_are_true(name):
    assert doctest.testmod(importlib.import_module(f"xent_core.training.{name}")).failed == 0


@pytest.mark.parametrize("thing", [xt.Config, xt.Trainer, xt.Race, xt.program, xt.Trainer.advance])
def test_what_is_public_says_what_it_takes_and_has_an_example(thing):
    for section in ("Args", "Example"):
        assert f"    {section}:\n        " in thing.__doc__


def test_every_name_that_is_offered_is_there():
    assert sorted(xt.__all__) == sorted(set(xt.__all__))
    assert all(hasattr(xt, name) for name in xt.__all__)


def test_the_default_is_the_notes_program():
    config = xt.Config()
    assert (config.layers, config.width, config.activation) == (1, 10, "relu")
    assert (config.loss, config.optimizer, config.rate) == ("cross_entropy", "sgd", 0.01)
    assert (config.epochs, config.steps, config.seed) == (100, 100, 0)
    data = loaded()
    assert data.x_train.tolist() == [[1, 2], [2, 1], [3, 4], [4, 3]]
    assert data.y_train.tolist() == [0, 0, 1, 1]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"data": "mnist"}, r"data: must be one of \('note', .* found 'mnist'"),
        ({"loss": None}, "loss: must be one of .* found None"),
        ({"loss": ["mse"]}, "loss: must be one of"),
        ({"dtype": "float64"}, "dtype: must be one of .* found 'float64'"),
        ({"activation": ""}, "activation: must be one of"),
        ({"optimizer": "lbfgs"}, "optimizer: must be one of"),
        ({"classes": 7}, "classes: must be from 2 to 6, found 7"),
        ({"size": 10**9}, "size: must be from 8 to 500, found 1000000000"),
        ({"width": 0}, "width: must be from 1 to 64, found 0"),
        ({"width": 10.0}, "width: must be an int, found 10.0"),
        ({"layers": True}, "layers: must be an int, found True"),
        ({"layers": 4}, "layers: must be from 0 to 3, found 4"),
        ({"seed": -1}, "seed: must be from 0 to 2147483647, found -1"),
        ({"epochs": "100"}, "epochs: must be an int, found '100'"),
        ({"epochs": 10_001}, "epochs: must be from 1 to 10000, found 10001"),
        ({"batch_size": 513}, "batch_size: must be from 1 to 512, found 513"),
        ({"rate": NAN}, "rate: must be from 0.0 to 1000.0, found nan"),
        ({"rate": INF}, "rate: must be from 0.0 to 1000.0, found inf"),
        ({"rate": "0.1"}, "rate: must be a number, found '0.1'"),
        ({"noise": -0.1}, "noise: must be from 0.0 to 1.0, found -0.1"),
        ({"test_fraction": 0.6}, "test_fraction: must be from 0.0 to 0.5, found 0.6"),
        ({"weight_decay": 11}, "weight_decay: must be from 0.0 to 10.0, found 11"),
        ({"init_scale": -1}, "init_scale: must be from 0.0 to 1000.0, found -1"),
        ({"eps": 1}, "eps: must be from 0.0 to 0.1, found 1"),
        ({"label_smoothing": 2}, "label_smoothing: must be from 0.0 to 1.0, found 2"),
        ({"logit_factor": True}, "logit_factor: must be a number, found True"),
        (
            {"data": "digits", "batch_size": 1, "epochs": 1000},
            "epochs: 1000 epochs of 1797 steps are 1797000 steps, must be at most 200000",
        ),
    ],
)
def test_a_mistake_is_named_with_its_value(settings, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        xt.Config(**settings)


def test_a_config_cannot_be_changed_and_whole_numbers_are_reals():
    config = xt.Config(rate=1, logit_factor=2)
    assert repr(config.rate) == "1.0"
    assert config == xt.Config(rate=1.0, logit_factor=2.0)
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.rate = 2.0


@pytest.mark.parametrize("data", xt.DATA)
@pytest.mark.parametrize("classes", [2, 3, 6])
def test_the_data_are_of_the_size_that_the_config_says(data, classes):
    config = xt.Config(data=data, classes=classes, size=100, test_fraction=0.3, batch_size=32)
    found = loaded(data=data, classes=classes, size=100, test_fraction=0.3, batch_size=32)
    assert found.x_train.shape == (config.train_samples, config.features)
    assert found.x_test.shape == (config.test_samples, config.features)
    assert (found.x_train.dtype, found.y_train.dtype) == (torch.float32, torch.int64)
    assert config.samples == config.train_samples + config.test_samples
    y = torch.cat([found.y_train, found.y_test])
    assert sorted(set(y.tolist())) == list(range(config.class_count))
    assert found.x_train.isfinite().all()


@pytest.mark.parametrize("data", ["moons", "iris", "digits"])
def test_no_sample_is_in_both_parts_and_none_is_lost(data):
    found = loaded(data=data, test_fraction=0.25, batch_size=32)
    index = torch.cat([found.train_index, found.test_index])
    assert sorted(index.tolist()) == list(range(len(index)))


def test_iris_is_standardised_by_its_training_samples_alone():
    found = loaded(data="iris", test_fraction=0.4)
    np.testing.assert_allclose(found.x_train.mean(dim=0), 0, atol=1e-6)
    np.testing.assert_allclose(found.x_train.std(dim=0), 1, rtol=1e-6)
    assert found.x_test.mean(dim=0).abs().min() > 1e-4


@pytest.mark.parametrize("name", sorted(TOYS))
def test_without_noise_and_with_another_seed_the_data_change(name):
    assert not torch.equal(loaded(data=name).x_train, loaded(data=name, seed=1).x_train)
    assert not torch.equal(loaded(data=name).x_train, loaded(data=name, noise=0.0).x_train)


def test_xor_of_two_classes_is_xor():
    found = loaded(data="xor", noise=0.0)
    right, up = (found.x_train > 0).T
    assert torch.equal(found.y_train, (right ^ up).long())
