"""The printed program gives the trainer's losses to the last bit: it is run, and compared."""

import ast
import dataclasses
import os
import random
import subprocess
import sys

import numpy as np
import pytest

from xent_core import training as xt

# One process for all scripts, for importing torch takes longer than running them.
RUN_ALL = """
import runpy, sys
for path in sys.argv[1:]:
    print("==", path)
    runpy.run_path(path)
"""


def run(*arguments):
    """What a fresh Python prints, in a folder without our modules."""
    done = subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd="/",
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def run_scripts(folder, scripts):
    paths = [folder / f"{number}.py" for number in range(len(scripts))]
    for path, script in zip(paths, scripts, strict=True):
        path.write_text(script, "utf-8")
    outputs = run("-c", RUN_ALL, *map(str, paths)).split("== ")[1:]
    return [output.splitlines()[1:] for output in outputs]


def assert_equal_to_the_last_bit(lines, trainer):
    """Every epoch's line is the history's row, up to where the trainer stopped."""
    config, history = trainer.config, trainer.history()
    assert len(lines) == config.epochs + 1
    rows = {int(line.split()[0]): [float(part) for part in line.split()[1:]] for line in lines}
    columns = [history.train_loss, history.train_accuracy]
    if config.test_samples:
        columns += [history.test_loss, history.test_accuracy]
    whole = history.step % config.steps_per_epoch == 0
    assert whole.sum() >= 1
    for epoch, *values in zip(
        history.epoch[whole].tolist(), *(c[whole] for c in columns), strict=True
    ):
        np.testing.assert_array_equal(rows[int(epoch)], values, str(config))
    if trainer.failure is None:
        assert whole.sum() == config.epochs + 1


def random_config(draw):
    return xt.Config(
        data=draw.choice(xt.DATA),
        classes=draw.randint(2, 6),
        noise=draw.uniform(0, 0.3),
        size=draw.randint(20, 120),
        test_fraction=draw.choice([0, 0.2, 0.33]),
        seed=draw.randint(0, 10**6),
        layers=draw.randint(0, 3),
        width=draw.randint(1, 64),
        activation=draw.choice(xt.ACTIVATIONS),
        optimizer=draw.choice(xt.OPTIMIZERS),
        rate=10 ** draw.uniform(-3, 0),
        batch_size=draw.choice([1, 7, 32, 512]) if draw.random() < 0.8 else 200,
        weight_decay=draw.choice([0, 0.01]),
        init_scale=draw.choice([1, 1, 0.3, 3]),
        epochs=draw.randint(1, 4),
        loss=draw.choice(xt.LOSSES),
        eps=draw.choice([1e-8, 1e-3]),
        label_smoothing=draw.random(),
        dtype=draw.choice(xt.TRAINING_DTYPES),
        logit_factor=draw.choice([1, 1, 2.5]),
    )


def random_configs(count):
    draw = random.Random(6)
    configs = [random_config(draw) for _ in range(count)]
    # so that every kind of data and loss is among them
    for number, config in enumerate(configs):
        configs[number] = dataclasses.replace(
            config,
            data=xt.DATA[number % len(xt.DATA)],
            loss=xt.LOSSES[(number // 2) % len(xt.LOSSES)],
            batch_size=max(config.batch_size, 64) if config.samples > 500 else config.batch_size,
        )
    return configs


def test_the_notes_program_gives_the_same_losses_and_weights_to_the_last_bit(tmp_path):
    config = xt.Config()
    trainer = xt.Trainer(config)
    trainer.advance(epochs=config.epochs)
    (tmp_path / "weights").write_bytes(trainer.weights())
    compare = f"""
from safetensors.torch import load_file
weights = load_file({str(tmp_path / "weights")!r})
assert sorted(weights) == sorted(model.state_dict())
for name, value in weights.items():
    assert torch.equal(value, model.state_dict()[name]), name
"""
    lines = run("-c", xt.program(config) + compare).splitlines()
    assert_equal_to_the_last_bit(lines, trainer)


def changed_on_the_way(config):
    """A run whose rate is changed twice."""
    trainer = xt.Trainer(config)
    trainer.rate = 0.5
    trainer.advance(steps=3)
    trainer.rate = 0.3
    trainer.advance(steps=config.steps)
    assert set(trainer.history().rate) == {0.5, 0.3}
    return trainer


def finished(config):
    trainer = xt.Trainer(config)
    while trainer.advance(steps=5):
        pass
    return trainer


def test_programs_of_random_configs_give_the_same_losses_to_the_last_bit(tmp_path):
    trainers = [finished(config) for config in random_configs(24)]
    trainers += [
        changed_on_the_way(xt.Config(data="moons", batch_size=64, epochs=5)),
        changed_on_the_way(xt.Config(epochs=5, optimizer="adam")),
    ]
    scripts = [xt.program(trainer.config, trainer.rates) for trainer in trainers]
    for trainer, lines in zip(trainers, run_scripts(tmp_path, scripts), strict=True):
        assert_equal_to_the_last_bit(lines, trainer)


@pytest.mark.parametrize("data", xt.DATA)
@pytest.mark.parametrize("loss", xt.LOSSES)
def test_every_program_is_short_and_is_python_without_us(data, loss):
    config = xt.Config(data=data, loss=loss, dtype="float16", test_fraction=0.2, batch_size=64)
    text = xt.program(config, [(0, 0.01), (2, 0.1)])
    ast.parse(text)
    assert len([line for line in text.splitlines() if line]) <= 55
    assert max(map(len, text.splitlines())) <= 100
    assert "xent" not in text
    assert "generator" not in text


def test_the_notes_program_takes_thirty_lines():
    assert len(xt.program(xt.Config()).splitlines()) <= 30
