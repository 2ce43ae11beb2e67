"""Runs to try, and what is asked and told of them: nothing is told that has not been run."""

import functools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import streamlit as st

from pages.training.params import DATA_RUNS, KEY, NOTE, PARAMS
from pages.training.settings import option_name, put
from ui.lesson.questions import answered, show_question
from ui.state import links
from ui.words import Words
from ui.words.digits import exact, show
from xent_core.pytorch import double_softmax_floor
from xent_core.trace import FORMATS, exp_window, true_losses
from xent_core.training import DEMOS, Config, Failure, History, Trainer

FREE = "free"  # a run of one's own
Numbers = dict[str, Any]
ADAM_EPS = 1e-8  # torch.optim.Adam's own


@dataclass(frozen=True)
class Start:
    """A run to try: its title, whom it races, and the question asked before it is played.

    `options` are labels of the lesson; one that is no label stands for itself. `asked` gives the
    numbers of the question and of the options, from the settings alone; `told` those of the
    answer, from whole runs.
    """

    run: Config
    title: str
    part: str
    options: tuple[str, ...]
    right: int
    told: Callable[[], Numbers]
    asked: Callable[[], Numbers] = dict
    against: Mapping[str, Any] | None = None

    @property
    def vs(self) -> Config | None:
        return None if self.against is None else replace(self.run, **self.against)


# ---- what the runs give


@functools.cache
def finished(name: str, other: bool = False) -> tuple[History, Failure | None]:
    """Run a start, or what it races, to its end."""
    start = STARTS[name]
    config = start.vs if other and start.vs is not None else start.run
    trainer = Trainer(config)
    trainer.advance(steps=config.steps)
    return trainer.history(), trainer.failure


def epochs_until_right(config: Config, most: int) -> int:
    """Return after how many epochs all training samples are right, and stay so up to `most`."""
    long = replace(config, epochs=most)
    trainer = Trainer(long)
    trainer.advance(epochs=most)
    history = trainer.history()
    wrong = history.epoch[history.train_accuracy < 1]
    # A long history has gaps; the last of them is gone through epoch by epoch.
    again = Trainer(long)
    again.advance(epochs=int(wrong.max(initial=0.0)))
    while not again.done and again.history().train_accuracy[-1] < 1:
        again.advance(epochs=1)
    return int(again.epoch)


def percent(part: float) -> str:
    """Write a part of 1 in per cent, whole or with one digit behind the point."""
    return f"{100 * part:.1f}".removesuffix(".0")


def _ends(name: str) -> Numbers:
    """The first and the last loss and the last accuracy, and those of the other run."""
    numbers: Numbers = {}
    for prefix, other in (("", False), ("other_", True)):
        history, _ = finished(name, other)
        numbers |= {
            f"{prefix}first": show(history.train_loss[0]),
            f"{prefix}last": show(history.train_loss[-1]),
            f"{prefix}accuracy": percent(history.train_accuracy[-1]),
        }
    return numbers


def _failing(name: str) -> Numbers:
    """What a run that fails says of its failure, with `_ends`."""
    _, failure = finished(name)
    assert failure is not None, f"{name} goes on"
    return _ends(name) | failure_numbers(STARTS[name].run, failure)


def _ln_c(name: str) -> Numbers:
    return {"ln_c": show(math.log(STARTS[name].run.class_count))}


def _size(name: str) -> Numbers:
    run = STARTS[name].run
    return {"epochs": run.epochs, "samples": run.train_samples, "test": run.test_samples}


FAST_RATE = 0.1  # ten times the note's


@functools.cache
def findings_numbers() -> Numbers:
    """What comes of the note's program: after its epochs, and after how many it is right."""
    history, _ = finished("note")
    return _size("note") | _ln_c("note") | {
        "seed": NOTE.seed,
        "count": round(float(history.train_accuracy[-1]) * NOTE.train_samples),
        "first": show(history.train_loss[0]),
        "last": show(history.train_loss[-1]),
        "accuracy": percent(history.train_accuracy[-1]),
        "enough": epochs_until_right(NOTE, most=5 * NOTE.epochs),
        "rate": exact(NOTE.rate),
        "fast_rate": exact(FAST_RATE),
        "fast": epochs_until_right(replace(NOTE, rate=FAST_RATE), most=NOTE.epochs),
    }  # fmt: skip


def _digits() -> Numbers:
    history, _ = finished("digits")
    return {
        "first": show(history.train_loss[0]),
        "accuracy": percent(history.test_accuracy[-1]),
        "wrong": round((1 - float(history.test_accuracy[-1])) * STARTS["digits"].run.test_samples),
    }


def _twice_asked() -> Numbers:
    run = STARTS["softmax_twice"].run
    return _size("softmax_twice") | _ln_c("softmax_twice") | {
        "floor": show(double_softmax_floor(run.class_count)), "classes": run.class_count
    }  # fmt: skip


def _eps_told() -> Numbers:
    cap = -math.log(STARTS["eps"].run.eps)
    norms = [float(finished("eps", other)[0].grad_norm[0]) for other in (False, True)]
    return _ends("eps") | {
        "cap": show(cap),
        "norm": show(norms[0], 2),
        "other_norm": show(norms[1], 2),
    }


def _scale_told() -> Numbers:
    history, _ = finished("init_scale")
    return _ln_c("init_scale") | {
        "first": show(history.train_loss[0]),
        "times": f"{history.train_loss[0] / math.log(STARTS['init_scale'].run.class_count):.0f}",
        "last": show(history.train_loss[-1]),
        "accuracy": percent(history.train_accuracy[-1]),
    }


def _certain_told() -> Numbers:
    history, _ = finished("loss_not_accuracy")
    best = int(history.test_loss.argmin())
    return {
        "best": show(history.test_loss[best]),
        "at": round(history.epoch[best]),
        "last": show(history.test_loss[-1]),
        "best_accuracy": percent(history.test_accuracy[best]),
        "accuracy": percent(history.test_accuracy[-1]),
    }


def _half_told() -> Numbers:
    """The best moment before the nan came: all were right."""
    history, _ = finished("exp_overflow_float16")
    best = int(np.nanargmin(history.train_loss))
    moment = {"right_at": round(history.epoch[best]), "best": show(history.train_loss[best])}
    return _failing("exp_overflow_float16") | moment


def _mean_told() -> Numbers:
    run, (history, _) = STARTS["mean_overflow"].run, finished("mean_overflow", other=True)
    mean = float(history.train_loss[0])
    return _failing("mean_overflow") | {"mean": show(mean), "sum": show(mean * run.train_samples)}


def _eps_asked() -> Numbers:
    return {"eps": exact(STARTS["eps"].run.eps)} | _size("eps")


def _scale_asked() -> Numbers:
    return _ln_c("init_scale") | {"scale": exact(STARTS["init_scale"].run.init_scale)}


def _mean_asked() -> Numbers:
    run = STARTS["mean_overflow"].run
    return {"samples": run.train_samples, "scale": exact(run.init_scale)}


def _factor_asked() -> Numbers:
    return {"factor": exact(STARTS["exp_overflow"].run.logit_factor)}


_CROSS_ENTROPY = {"loss": "cross_entropy"}
_FLOAT32 = {"dtype": "float32"}
_GOES_ON = ("goes_to_end", "∞", "nan")

STARTS = {
    "note": Start(
        NOTE, "title_note", "run_note", ("2", "3", "4"), 0,
        findings_numbers, lambda: _size("note"),
    ),
    "digits": Start(
        DATA_RUNS["digits"], "title_digits", "run_digits", ("about_half", "three_in_four",
        "over_nine_in_ten"), 2, _digits, lambda: _size("digits") | _ln_c("digits"),
    ),
    "softmax_twice": Start(
        DEMOS["softmax_twice"], "title_softmax_twice", "run_softmax_twice",
        ("at_zero", "at_ln_c", "in_between"), 2,
        lambda: _ends("softmax_twice"), _twice_asked, _CROSS_ENTROPY,
    ),
    "eps": Start(
        DEMOS["eps"], "title_eps", "run_eps", ("learns_as_well", "learns_slower",
        "stands_still"), 2, _eps_told, _eps_asked, _CROSS_ENTROPY,
    ),
    "init_scale": Start(
        DEMOS["init_scale"], "title_init_scale", "run_init_scale",
        ("near_ln_c", "scale_times", "far_more"), 2, _scale_told, _scale_asked,
    ),
    "loss_not_accuracy": Start(
        DEMOS["loss_not_accuracy"], "title_loss_not_accuracy", "run_loss_not_accuracy",
        ("both_stay", "loss_up_accuracy_stays", "both_get_worse"), 1,
        _certain_told, lambda: _size("loss_not_accuracy"),
    ),
    "exp_overflow": Start(
        DEMOS["exp_overflow"], "title_exp_overflow", "run_exp_overflow", _GOES_ON, 2,
        lambda: _failing("exp_overflow"), _factor_asked, _CROSS_ENTROPY,
    ),
    "exp_overflow_float16": Start(
        DEMOS["exp_overflow_float16"], "title_exp_overflow_float16", "run_exp_overflow_float16",
        ("never", "before_right", "after_right"), 2, _half_told, dict, _CROSS_ENTROPY,
    ),
    "log_gradient": Start(
        DEMOS["log_gradient"], "title_log_gradient", "run_log_gradient",
        ("stays_zero", "rises_again", "nan"), 2,
        lambda: _failing("log_gradient"), dict, _CROSS_ENTROPY,
    ),
    "mean_overflow": Start(
        DEMOS["mean_overflow"], "title_mean_overflow", "run_mean_overflow",
        ("near_ln_c", "large_finite", "∞"), 2, _mean_told,
        lambda: _mean_asked() | _ln_c("mean_overflow"), _FLOAT32,
    ),
    "adam_float16": Start(
        DEMOS["adam_float16"], "title_adam_float16", "run_adam_float16",
        ("never", "at_first_update", "when_large"), 1,
        lambda: _failing("adam_float16"), dict, _FLOAT32,
    ),
    "eps_float16": Start(
        DEMOS["eps_float16"], "title_eps_float16", "run_eps_float16",
        ("at_most_cap", "∞", "nan"), 1, lambda: _failing("eps_float16"),
        lambda: {"eps": exact(DEMOS["eps_float16"].eps),
                 "cap": show(-math.log(DEMOS["eps_float16"].eps))},
        _CROSS_ENTROPY,
    ),
}  # fmt: skip


# ---- choosing one, and saying first what it will do


def start_of(held: links.Held) -> str:
    """Return which start the state is, or `FREE`."""
    here = held["run"], held["vs"]
    return next((name for name, one in STARTS.items() if (one.run, one.vs) == here), FREE)


_CHOSEN = "xent training start"


def choose(held: links.Held, text: Words) -> None:
    """Show the runs to try."""
    st.session_state[_CHOSEN] = start_of(held)
    titles = {FREE: "title_free"} | {name: start.title for name, start in STARTS.items()}
    st.selectbox(
        text.label("starts_to_try"),
        tuple(titles),
        key=_CHOSEN,
        format_func=lambda name: text.label(titles[name]),
        on_change=_take_start,
    )


def _take_start() -> None:
    start = STARTS.get(st.session_state[_CHOSEN])
    if start is not None:
        put({**links.state_of(KEY, PARAMS), "run": start.run, "vs": start.vs, "rates": (), "at": 0})


def predict(name: str, text: Words) -> None:
    """Ask what a start will do; its run is only gone through once an answer was given."""
    start = STARTS[name]
    numbers = start.asked()
    if answered(start.part):
        numbers |= start.told()
    options = [
        text.label(option, **numbers) if option in text.labels else option
        for option in start.options
    ]
    show_question(text, start.part, options, start.right, **numbers)


# ---- where the nan came from

_FAILED = {
    ("loss", "logits"): "failed-logits",
    ("loss", "exp_overflow"): "failed-exp_overflow",
    ("loss", "sum_overflow"): "failed-sum_overflow",
    ("loss", "sum_underflow"): "failed-sum_underflow",
    ("loss", "log_of_zero"): "failed-log_of_zero",
    ("loss", "shift_overflow"): "failed-shift_overflow",
    ("loss", "mean_overflow"): "failed-mean_overflow",
    ("gradient", "log_gradient"): "failed-log_gradient",
    ("gradient", "gradient"): "failed-gradient",
    ("weights", "update"): "failed-update",
}


def failed_part(config: Config, failure: Failure) -> str:
    """Return the part that says where the inf or nan of a run came from."""
    part = _FAILED[failure.failed, failure.origin]
    if part == "failed-log_of_zero" and config.loss == "log_of_softmax_eps_nll":
        return "failed-log_of_eps"
    if part == "failed-update" and (config.optimizer, config.dtype) == ("adam", "float16"):
        return "failed-update_adam"
    return part


def failure_numbers(config: Config, failure: Failure) -> Numbers:
    """What can be said of a failure; what does not exist is nan."""
    logits = np.array(failure.logits)
    finite = bool(np.isfinite(logits).all())
    truth = true_losses(logits, failure.target, config.dtype).high if finite else math.nan
    window, fmt = exp_window(config.dtype), FORMATS[config.dtype]
    return {
        "step": f"{failure.step:,}",
        "epoch": failure.step // config.steps_per_epoch + 1,
        "sample": failure.sample,
        "target": failure.target,
        "loss": show(failure.loss),
        "format": config.dtype,
        "logits": ", ".join(show(z) for z in failure.logits),
        "top": show(logits.max()),
        "own": show(logits[failure.target]),
        "behind": show(logits.max() - logits[failure.target]),
        "highest": show(window.largest_finite),
        "lowest": show(window.smallest_nonzero),
        "largest": show(fmt.max),
        "tiniest": show(fmt.smallest_subnormal, 2),
        "eps": exact(config.eps),
        "adam_eps": exact(ADAM_EPS),
        "truth": show(float(truth)),
    }


def failure_sentence(text: Words, config: Config, failure: Failure) -> str:
    """Return where the inf or nan of a run came from, in the reader's language."""
    numbers = failure_numbers(config, failure)
    optimizer = option_name(text, "optimizer", config.optimizer)
    return text(failed_part(config, failure), **numbers, optimizer=optimizer)


@functools.lru_cache(maxsize=64)
def even_loss(config: Config) -> float:
    """Return the loss of a network that gives all classes the same, which one without weights is.

    It is ln C, but for the squared error.
    """
    return float(Trainer(replace(config, init_scale=0)).history().train_loss[0])


def start_part(config: Config) -> str:
    """Return the part about the first loss: ln C is nothing that a squared error knows."""
    return "starts_mse" if config.loss == "mse" else "starts"


def start_numbers(config: Config, first_loss: float) -> Numbers:
    """The slots of `start_part`: the first loss of a run beside that of knowing nothing."""
    return {
        "classes": config.class_count,
        "ln_c": show(math.log(config.class_count)),
        "even": show(even_loss(config)),
        "first": show(first_loss),
        "scale": exact(config.init_scale),
    }
