"""The training run on its page: the live figure with a player, which brings it the run."""

import math
from collections.abc import Sequence
from html import escape
from typing import Any
from urllib.parse import urlencode

import numpy as np

from pages.training.charts import (
    CLASS_SIGNS,
    Named,
    Picture,
    Plane,
    mistakes_picture,
    plane_picture,
)
from pages.training.reach import loss_top
from pages.training.routes import describe, link, remember_telling
from pages.training.run import WORST, Run, session_name
from pages.training.settings import runners
from ui.draw.colours import CLASSES
from ui.figure import Handle, Readout, Slider, Stream, View, live_figure
from ui.lesson.sections import figure_words
from ui.words import Words
from ui.words.digits import show
from xent_core.training import GRID, MAP_FULL, Config, map_levels, program
from xent_core.training.config import REAL_BOUNDS

_PLAYER = "pages/training/player/player.js"
# As many pixels each way as the map is drawn with, between its GRID points.
_PIXELS = 110
# Epochs in a second; 0 is as fast as it goes. A run is offered the one that takes some ten seconds.
_SPEEDS = (1.0, 3.0, 10.0, 30.0, 100.0, 0.0)
_SECONDS = 10.0

# What the player asks the words for.
_PLAYER_WORDS = (
    "bad_rate", "epoch_of", "finished", "halve_rate", "double_rate", "keys_hint", "lost_run",
    "one_epoch", "one_step", "open_overflow", "pause", "play", "player", "progress", "rate_now",
    "restart", "sample", "speed", "take_away", "time_left",
)  # fmt: skip
_MEASURES = {
    "train": ("train_loss", "train_accuracy"),
    "test": ("test_loss", "test_accuracy"),
}
_FILES = (
    ("history.csv", "download_csv"),
    ("weights.safetensors", "download_weights"),
    ("program.py", "download_program"),
)


def show_run(run: Run, text: Words) -> None:
    """Show a run: the player's bar, the pictures, the chosen sample's way to its loss."""
    with run.lock:
        remember_telling(run)
        steps = np.array(run.steps, dtype=np.float64)
        picture = _picture(run, text)
        live_figure(
            "training",
            controls=[Slider("step", text.label("scrub"), steps, whole=True)],
            state={"step": float(steps[-1])},
            model=lambda values: run.arrays(values["step"].astype(int).tolist()),
            view=View(
                picture.figure,
                picture.binds,
                alt=_alt(run, text),
                readouts=_readouts(run, text),
                formula=_below(run, text),
                names=_counts(run),
                handles=[Handle("step", "epoch", 0, "muted", "point", says="step", leaps=True)],
            ),
            words=figure_words(text) | {name: text.labels[name] for name in _PLAYER_WORDS},
            link=urlencode({"lang": text.language}) + "&" + link(run),
            stream=Stream(_PLAYER, _header(run, text, picture), _constants(run)),
        )


def _header(run: Run, text: Words, picture: Picture) -> dict[str, Any]:
    """What the player has to know of the run (see player/film.js)."""
    config, race = run.config, len(run.configs) > 1
    tails = ("", "_2")[: len(run.configs)]
    return {
        "url": f"/xent/run/{run.token}",
        "session": session_name(),
        "total": config.steps,
        "perEpoch": config.steps_per_epoch,
        "epochs": config.epochs,
        "at": run.at,
        "count": run.count,
        "mostRate": REAL_BOUNDS["rate"][1],
        "speed": _usual_speed(config),
        "speeds": [
            {"value": speed, "label": _speed_name(speed, text)} for speed in _SPEEDS
        ],
        "samples": _sample_words(run, text),
        "truths": run.samples()[1].tolist(),
        "train": config.train_samples,
        "maps": [_map(run, axis, tail) for axis, tail in zip(picture.maps, tails, strict=False)],
        "rises": [
            {"axis": "yaxis", "array": "loss_reach", "both": False},
            {"axis": "yaxis5", "array": "logit_reach", "both": True},
        ],
        "files": [
            {"name": name, "run": which + 1,
             "label": text.label(label) + (f" {which + 1}" if race else "")}
            for which in range(len(tails))
            for name, label in _FILES
        ],
        "about": describe(run, text.language),
    }  # fmt: skip


def _map(run: Run, axis: str, tail: str) -> dict[str, Any]:
    """A map: its axes, its arrays, and where the samples are."""
    plane = run.trainers[0].recording.plane
    assert plane is not None, "only a run with a plane has maps"
    x, _, _ = run.samples()
    across, up = (x[:, feature].astype(float).tolist() for feature in plane.features)
    return {
        "axis": axis,
        "array": f"map{tail}",
        "sizes": f"size{tail}",
        "wrong": f"wrong{tail}",
        "grid": GRID,
        "pixels": _PIXELS,
        "full": MAP_FULL,
        "colours": [_rgb(colour) for colour in CLASSES[: run.config.class_count]],
        "signs": CLASS_SIGNS[: run.config.class_count],
        "x": across,
        "y": up,
    }


def _parts(config: Config) -> tuple[str, ...]:
    return ("train", "test") if config.test_samples else ("train",)


def _usual_speed(config: Config) -> float:
    """The speed that shows the run in about ten seconds."""
    wanted = config.epochs / _SECONDS
    if wanted > 2 * max(_SPEEDS):
        return 0.0
    return min((speed for speed in _SPEEDS if speed), key=lambda s: abs(math.log(s / wanted)))


def _speed_name(speed: float, text: Words) -> str:
    if not speed:
        return text.label("fastest")
    return text.label("epochs_a_second", epochs=f"{speed:g}")


def _rgb(colour: str) -> list[int]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


def _sample_words(run: Run, text: Words) -> list[str]:
    """What each sample is: its class, and whether it is trained on."""
    _, classes, _ = run.samples()
    train = run.config.train_samples
    parts = [text.label("train"), text.label("test")]
    return [
        text.label("sample_is", k=int(k), part=parts[i >= train]) for i, k in enumerate(classes)
    ]


def _constants(run: Run) -> dict[str, Any]:
    """What is the same in all states: the levels of a map, or the pictures that the samples are.

    A picture has 8 by 8 pixels, 255 for full ink.
    """
    if run.config.data != "digits":
        return {"levels": map_levels()}
    x, _, _ = run.samples()
    low, high = x.min(), x.max()
    return {"images": np.round(255 * (x - low) / (high - low)).astype(np.uint8)}


# ---- the figure


def _named(run: Run, text: Words) -> Named:
    heading = "confusion" if run.config.data == "digits" else "plane"
    first, second = runners(run.configs, text) if run.configs[1:] else ("", "")
    return Named(
        loss=text.label("loss"),
        accuracy=f"{text.label('accuracy')} (%)",
        train=text.label("train"),
        test=text.label("test"),
        first=first,
        second=second,
        ln_c=text.label("ln_c"),
        epoch=text.label("epoch"),
        logits=text.label("logits"),
        probabilities=text.label("probabilities"),
        difference=text.label("pulls"),
        map=text.label(heading),
        taken=text.label("taken_for"),
        true=text.label("true_class"),
    )


def _picture(run: Run, text: Words) -> Picture:
    """Curves and one sample; the plane with its samples, or the mistakes among the digits."""
    config, race = run.config, len(run.configs) > 1
    level, test = math.log(config.class_count), config.test_samples > 0
    shared = (config.class_count, config.epochs, loss_top(run.trainers), level, race, test)
    plane = run.trainers[0].recording.plane
    if plane is None:
        return mistakes_picture(_named(run, text), *shared)
    petals = (text.label("petal_length"), text.label("petal_width"))
    titles = petals if config.data == "iris" else ("x₀", "x₁")
    across, up = ((float(axis[0]), float(axis[-1])) for axis in (plane.across, plane.up))
    return plane_picture(_named(run, text), Plane(across, up, titles), *shared)


def _readouts(run: Run, text: Words) -> list[Readout]:
    """Losses and accuracies of the state that is shown."""
    nats = "" if run.config.loss == "mse" else text.label("nats")
    parts = _parts(run.config)
    found = []
    for part in parts:
        loss, accuracy = map(text.label, _MEASURES[part])
        found.append(Readout(loss, f"{part}_loss", nats, "surprise"))
        found.append(Readout(accuracy, f"last_{part}_accuracy|3", "%", "fine"))
    if len(run.configs) > 1:
        second = runners(run.configs, text)[1]
        found += [
            Readout(f"{second}: {text.label('loss')}", "train_loss_2"),
            Readout(f"{second}: {text.label('accuracy')}", "last_train_accuracy_2|3", "%"),
        ]
    return found


def _counts(run: Run) -> dict[str, tuple[str, ...]]:
    """How a count is written among the mistakes: what never happened leaves its place free."""
    written = ("", *map(str, range(1, run.count + 1)))
    return {"confusion": written, "confusion_2": written} if run.config.data == "digits" else {}


def _alt(run: Run, text: Words) -> str:
    map_alt = "confusion_alt" if run.trainers[0].recording.plane is None else "map_alt"
    ln_c = show(math.log(run.config.class_count))
    return f"{text.label('curves_alt', ln_c=ln_c)} {text.label(map_alt)} {text.label('sample_alt')}"


def _below(run: Run, text: Words) -> str:
    """The chosen sample's way in numbers; of digits, the worst mistakes."""
    lines = []
    if run.trainers[0].recording.plane is not None:
        hollow = f" · {text.label('map_key_test')}" if run.config.test_samples else ""
        lines.append(f'<p class="xent-line">{escape(text.label("map_key") + hollow)}</p>')
    for which, tail in enumerate(("", "_2")[: len(run.configs)]):
        name = f"{escape(runners(run.configs, text)[which])}: " if run.configs[1:] else ""
        lines.append(
            f'<p class="xent-line">{name}{escape(text.label("logits"))} '
            f'<b data-slot="z{tail}|3"></b> → p <b data-slot="p{tail}|3"></b> → '
            f"{escape(text.label('sample_loss'))} "
            f'<b class="xent-surprise" data-slot="own{tail}"></b></p>'
        )
    if run.config.data == "digits":
        lines.append(_worst(text))
    return "".join(lines)


def _worst(text: Words) -> str:
    cells = "".join(
        f'<figure><canvas class="xent-glyph" width="8" height="8" data-glyph="worst.{i}"></canvas>'
        f'<figcaption><span data-worst="{i}"></span></figcaption></figure>'
        for i in range(WORST)
    )
    return f'<div class="xent-worst"><b>{escape(text.label("worst"))}</b>{cells}</div>'


def programs(run: Run) -> Sequence[str]:
    """The program of each run, with the changes of the rate that were made or are to come."""
    with run.lock:
        return [program(trainer.config, run.rates_of(trainer)) for trainer in run.trainers]
