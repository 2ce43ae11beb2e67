"""The training run on its page: the live figure with a player, which brings it the run."""

import math
from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np

from pages.training.charts import CLASS_SIGNS, axes_of, run_picture
from pages.training.reach import loss_top
from pages.training.routes import FILES, describe, remember_telling
from pages.training.run import WORST, Run, session_name
from pages.training.settings import runners
from ui.draw.colours import CLASSES
from ui.draw.panels import Picture
from ui.figure import Readout, Slider, Stream
from ui.lesson.sections import Section
from ui.words import Words
from ui.words.digits import show
from xent_core.training import GRID, MAP_FULL, PARTS, map_levels
from xent_core.training.config import REAL_BOUNDS

_PLAYER = "pages/training/player/player.js"
# As many pixels each way as the map is drawn with, between its GRID points.
_PIXELS = 110
# Epochs in a second; 0 is as fast as it goes. A run is offered the one that takes some ten seconds.
_SPEEDS = (1.0, 3.0, 10.0, 30.0, 100.0, 0.0)
_SECONDS = 10.0

# What the player asks the words for.
_PLAYER_WORDS = (
    "bad_rate", "double_rate", "epoch_of", "finished", "finished_broken", "halve_rate",
    "keys_hint", "lost_run", "one_epoch", "one_step", "open_overflow", "pause", "play",
    "player", "rate_now", "restart", "sample", "speed", "take_away", "time_left",
)  # fmt: skip


def show_run(run: Run, s: Section) -> None:
    """Show a run: the player's bar, the pictures, the chosen sample's way to its loss."""
    text = s.text
    with run.lock:
        remember_telling(run)
        steps = np.array(run.steps, dtype=np.float64)
        names = runners(run.configs, text)
        drawn = run_picture(run.config, run.plane, loss_top(run.trainers), names, text)
        s.figure(
            drawn,
            lambda values: run.arrays(values["step"].astype(int).tolist()),
            [Slider("step", "scrub", steps, whole=True)],
            alt=_alt(run, text),
            readouts=_readouts(run, text),
            formula=_below(run, text),
            names=_counts(run),
            stream=Stream(
                _PLAYER,
                _header(run, text, drawn),
                float(steps[-1]),
                _constants(run),
                {name: text.labels[name] for name in _PLAYER_WORDS},
            ),
        )


def _header(run: Run, text: Words, drawn: Picture) -> dict[str, Any]:
    """What the player has to know of the run (see player/film.js)."""
    config = run.config
    _, classes, _ = run.samples()
    return {
        "url": f"/xent/run/{run.token}",
        "session": session_name(),
        "total": config.steps,
        "perEpoch": config.steps_per_epoch,
        "epochs": config.epochs,
        "at": run.at,
        "count": run.count,
        "mostRate": REAL_BOUNDS["rate"][1],
        "speed": _usual_speed(config.epochs),
        "speeds": [{"value": speed, "label": _speed_name(speed, text)} for speed in _SPEEDS],
        # of each sample its class, and whether it is trained on
        "samples": [
            text.label("sample_is", k=k, part=text.label(PARTS[i >= config.train_samples]))
            for i, k in enumerate(classes.tolist())
        ],
        "truths": classes.tolist(),
        "train": config.train_samples,
        "maps": [_map(run, tail, drawn) for tail in run.tails if run.plane],
        "panels": {name: axes_of(drawn, f"train_{name}*") for name in ("loss", "accuracy")},
        "rises": [
            {"axis": f"yaxis{axes_of(drawn, 'train_loss*')}", "array": "loss_reach", "both": False},
            {"axis": f"yaxis{axes_of(drawn, 'z')}", "array": "logit_reach", "both": True},
        ],
        "files": [
            {"name": name, "run": which,
             "label": text.label(file.label) + (f" {which}" if run.vs else "")}
            for which, _ in enumerate(run.tails, 1)
            for name, file in FILES.items()
        ],
        "about": describe(run, text.language),
    }  # fmt: skip


def _map(run: Run, tail: str, drawn: Picture) -> dict[str, Any]:
    """A map: its axes, its arrays, and where the samples are."""
    assert run.plane is not None, "only a run with a plane has maps"
    x, _, _ = run.samples()
    across, up = (x[:, feature].astype(float).tolist() for feature in run.plane.features)
    colours = CLASSES[: run.config.class_count]
    return {
        "axis": axes_of(drawn, f"sample_x{tail}"),
        "array": f"map{tail}",
        "sizes": f"size{tail}",
        "wrong": f"wrong{tail}",
        "grid": GRID,
        "pixels": _PIXELS,
        "full": MAP_FULL,
        "colours": [list(bytes.fromhex(colour.removeprefix("#"))) for colour in colours],
        "signs": CLASS_SIGNS[: len(colours)],
        "x": across,
        "y": up,
    }


def _usual_speed(epochs: int) -> float:
    """The speed that shows so many epochs in about ten seconds."""
    wanted = epochs / _SECONDS
    if wanted > 2 * max(_SPEEDS):
        return 0.0
    return min((speed for speed in _SPEEDS if speed), key=lambda s: abs(math.log(s / wanted)))


def _speed_name(speed: float, text: Words) -> str:
    if not speed:
        return text.label("fastest")
    return text.label("epochs_a_second", epochs=f"{speed:g}")


def _constants(run: Run) -> dict[str, Any]:
    """What is the same in all states: the levels of a map, or the pictures that the samples are.

    A picture has 8 by 8 pixels, 255 for full ink.
    """
    if run.plane:
        return {"levels": map_levels()}
    x, _, _ = run.samples()
    low, high = x.min(), x.max()
    return {"images": np.round(255 * (x - low) / (high - low)).astype(np.uint8)}


# ---- what stands around the picture


def _readouts(run: Run, text: Words) -> list[Readout]:
    """Losses and accuracies of the state that is shown."""
    nats = "" if run.config.loss == "mse" else text.label("nats")
    found = []
    for part in PARTS[: 1 + (run.config.test_samples > 0)]:
        found += [
            Readout(f"{part}_loss", f"{part}_loss", nats, "surprise"),
            Readout(f"{part}_accuracy", f"last_{part}_accuracy|3", "%", "fine"),
        ]
    for second in runners(run.configs, text)[1:]:
        found += [
            Readout(f"{second}: {text.label('loss')}", "train_loss_2"),
            Readout(f"{second}: {text.label('accuracy')}", "last_train_accuracy_2|3", "%"),
        ]
    return found


def _counts(run: Run) -> dict[str, tuple[str, ...]]:
    """How a count is written among the mistakes: what never happened leaves its place free."""
    written = ("", *map(str, range(1, run.count + 1)))
    return {} if run.plane else {"confusion": written, "confusion_2": written}


def _alt(run: Run, text: Words) -> str:
    ln_c = show(math.log(run.config.class_count))
    map_alt = text.label("map_alt" if run.plane else "confusion_alt")
    return f"{text.label('curves_alt', ln_c=ln_c)} {map_alt} {text.label('sample_alt')}"


def _below(run: Run, text: Words) -> str:
    """The chosen sample's way in numbers; of digits, the worst mistakes."""
    lines = []
    if run.plane:
        hollow = f" · {text.label('map_key_test')}" if run.config.test_samples else ""
        lines.append(f'<p class="xent-line">{escape(text.label("map_key") + hollow)}</p>')
    names = [f"{escape(name)}: " for name in runners(run.configs, text)] or [""]
    for name, tail in zip(names, run.tails, strict=True):
        lines.append(
            f'<p class="xent-line">{name}{escape(text.label("logits"))} '
            f'<b data-slot="z{tail}|3"></b> → p <b data-slot="p{tail}|3"></b> → '
            f"{escape(text.label('sample_loss'))} "
            f'<b class="xent-surprise" data-slot="own{tail}"></b></p>'
        )
    if not run.plane:
        lines.append(_worst(text, beside=not run.vs))
    return "".join(lines)


def _worst(text: Words, beside: bool) -> str:
    """The worst mistakes as pictures, beside the confusion matrix if it is the only one."""
    cells = "".join(
        f'<figure><canvas class="xent-glyph" width="8" height="8" data-glyph="worst.{i}"></canvas>'
        f'<figcaption><span data-worst="{i}"></span></figcaption></figure>'
        for i in range(WORST)
    )
    where = "xent-worst xent-beside" if beside else "xent-worst"
    return f'<div class="{where}"><b>{escape(text.label("worst"))}</b>{cells}</div>'


def programs(run: Run) -> Sequence[str]:
    """The program of each run, with the changes of the rate that were made or are to come."""
    with run.lock:
        return [run.program(trainer) for trainer in run.trainers]
