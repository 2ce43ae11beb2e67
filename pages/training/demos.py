"""Runs to try, and what is asked and told of them: nothing is told that has not been run."""

import functools
import math
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from pages.training.params import DATA_RUNS, NOTE, START
from pages.training.settings import option_name, put
from ui.lesson.questions import answered, show_question
from ui.state import links
from ui.words import Words
from ui.words.digits import exact, show
from xent_core.pytorch import double_softmax_floor
from xent_core.trace import FORMATS, exp_window, true_losses
from xent_core.training import DEMOS, Config, Failure, History, Mistakes, Trainer, mistakes

FREE = "free"  # a run of one's own
FIRST = ("digits", "note")  # one press away
Numbers = dict[str, Any]
ADAM_EPS = 1e-8  # torch.optim.Adam's own
FAST_RATE = 0.1  # ten times the note's


@dataclass(frozen=True)
class Start:
    """A run to try, whom it races, and what is asked before it is played.

    The lesson's words have the question as run_<name>, the answer as run_<name>-told, and what
    is said to who chose option 0 as run_<name>-if-0. `options` are labels of the lesson; one that
    is no label stands for itself.
    """

    name: str
    run: Config
    vs: Config | None
    options: tuple[str, str, str]
    right: int

    @property
    def title(self) -> str:
        """The label that it is chosen by."""
        return f"title_{self.name}"


_RUNS = {"note": NOTE, "digits": DATA_RUNS["digits"], **DEMOS}


def _start(name: str, options: tuple[str, str, str], right: int, **other: str) -> Start:
    """A run to try; `other` is what differs in the run that it races, if there is one."""
    run = _RUNS[name]
    return Start(name, run, replace(run, **other) if other else None, options, right)


_GOES_ON = ("goes_to_end", "∞", "nan")
_LOSS, _FORMAT = {"loss": "cross_entropy"}, {"dtype": "float32"}

STARTS = {
    start.name: start
    for start in (
        _start("digits", ("about_half", "three_in_four", "over_nine_in_ten"), 2),
        _start("note", ("2", "3", "4"), 0),
        _start("softmax_twice_digits", ("as_many", "later_as_many", "fewer_for_good"), 2, **_LOSS),
        _start("squared_error", ("learns_as_well", "learns_slower", "stands_still"), 2, **_LOSS),
        _start("softmax_twice", ("at_zero", "at_ln_c", "in_between"), 2, **_LOSS),
        _start("eps", ("learns_as_well", "learns_slower", "stands_still"), 2, **_LOSS),
        _start("init_scale", ("near_ln_c", "scale_times", "far_more"), 2),
        _start("loss_not_accuracy", ("both_stay", "loss_up_accuracy_stays", "both_get_worse"), 1),
        _start("exp_overflow", _GOES_ON, 2, **_LOSS),
        _start("exp_overflow_float16", ("never", "before_right", "after_right"), 2, **_LOSS),
        _start("log_gradient", ("stays_zero", "rises_again", "nan"), 2, **_LOSS),
        _start("mean_overflow", ("near_ln_c", "large_finite", "∞"), 2, **_FORMAT),
        _start("adam_float16", ("never", "at_first_update", "when_large"), 1, **_FORMAT),
        _start("eps_float16", ("at_most_cap", "∞", "nan"), 1, **_LOSS),
    )
}


# ---- what the runs give: the places of the questions and of their answers


class Finished(NamedTuple):
    """What a whole run has left behind; its `mistakes` are those on the test, if there is one."""

    history: History
    failure: Failure | None
    mistakes: Mistakes


@functools.cache
def finished(name: str, other: bool = False) -> Finished:
    """Run a start, or what it races, to its end."""
    start = STARTS[name]
    trainer = Trainer(start.vs if other and start.vs else start.run)
    trainer.advance(steps=trainer.config.steps)
    part = "test" if trainer.config.test_samples else "train"
    return Finished(trainer.history(), trainer.failure, mistakes(trainer.recording, part))


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


def settings_numbers(config: Config) -> Numbers:
    """What a run's settings alone give."""
    classes = config.class_count
    return {
        "epochs": config.epochs,
        "samples": config.train_samples,
        "test": config.test_samples,
        "seed": config.seed,
        "classes": classes,
        "ln_c": show(math.log(classes)),
        "floor": show(double_softmax_floor(classes)),
        "rate": exact(config.rate),
        "scale": exact(config.init_scale),
        "factor": exact(config.logit_factor),
        "eps": exact(config.eps),
        "cap": show(-math.log(config.eps) if config.eps else math.inf),
    }


def _outcome(config: Config, history: History) -> Numbers:
    """What a whole run gives: on its test samples if there are any, but for the first loss."""
    part = "test" if config.test_samples else "train"
    count = config.test_samples or config.train_samples
    loss, accuracy = getattr(history, f"{part}_loss"), getattr(history, f"{part}_accuracy")
    first, best = float(history.train_loss[0]), int(np.nanargmin(loss))
    right = round(float(accuracy[-1]) * count)
    return {
        "first": show(first),
        "times": f"{first / math.log(config.class_count):.0f}",
        "sum": show(first * config.train_samples),
        "norm": show(history.grad_norm[0], 2),
        "best": show(loss[best]),
        "best_accuracy": percent(accuracy[best]),
        "at": round(history.epoch[best]),
        "last": show(loss[-1]),
        "accuracy": percent(accuracy[-1]),
        "count": right,
        "wrong": count - right,
    }


def told_numbers(name: str) -> Numbers:
    """What a start and, with names of other_, the run that it races have given."""
    start = STARTS[name]
    history, failure, wrong = finished(name)
    numbers = settings_numbers(start.run) | _outcome(start.run, history)
    numbers |= {"own_p": show(wrong.truth, 2), "pull": show(wrong.pull, 2)}
    numbers |= {"right_pull": show(wrong.cross_entropy_pull, 2)}
    if start.vs:
        other = _outcome(start.vs, finished(name, other=True).history)
        numbers |= {f"other_{key}": value for key, value in other.items()}
    return numbers | (failure_numbers(start.run, failure) if failure else {})


@functools.cache
def findings_numbers() -> Numbers:
    """What comes of the note's program: after its epochs, and after how many it is right."""
    return told_numbers("note") | {
        "enough": epochs_until_right(NOTE, most=5 * NOTE.epochs),
        "fast_rate": exact(FAST_RATE),
        "fast": epochs_until_right(replace(NOTE, rate=FAST_RATE), most=NOTE.epochs),
    }


def warm_up() -> None:
    """Run what is asked for first: the digits, which the page opens with, and the note's."""
    finished("digits")
    findings_numbers()


# ---- choosing one, and saying first what it will do


def start_of(held: links.Held) -> str:
    """Return which start the state is, or `FREE`."""
    here = held["run"], held["vs"]
    return next((name for name, one in STARTS.items() if (one.run, one.vs) == here), FREE)


_CHOSEN, _PRESSED = "xent training start", "xent training first"


def choose(held: links.Held, text: Words) -> None:
    """Show the runs to try: the first ones a press away, all of them in a list."""
    here = start_of(held)

    def title(name: str) -> str:
        return text.label(f"title_{name}")

    st.session_state[_PRESSED] = here if here in FIRST else None
    st.pills(
        text.label("first_runs"),
        FIRST,
        key=_PRESSED,
        format_func=title,
        label_visibility="collapsed",
        on_change=_take_start,
        args=(_PRESSED,),
    )
    st.session_state[_CHOSEN] = here
    st.selectbox(
        text.label("starts_to_try"),
        (FREE, *STARTS),
        key=_CHOSEN,
        format_func=title,
        label_visibility="collapsed",
        on_change=_take_start,
        args=(_CHOSEN,),
        width=270,
    )


def _take_start(key: str) -> None:
    start = STARTS.get(st.session_state[key])
    if start is not None:
        put({"run": start.run, "vs": start.vs, **START})


def predict(name: str, text: Words) -> None:
    """Ask what a start will do; its run is only gone through once an answer was given."""
    start, part = STARTS[name], f"run_{name}"
    numbers = settings_numbers(start.run)
    if answered(part):
        numbers = findings_numbers() if name == "note" else told_numbers(name)
    options = [
        text.label(option, **numbers) if option in text.labels else option
        for option in start.options
    ]
    show_question(text, part, options, start.right, **numbers)


# ---- where the nan came from


def failed_part(config: Config, failure: Failure) -> str:
    """Return the part that says where the inf or nan of a run came from."""
    if failure.origin == "log_of_zero" and config.loss == "log_of_softmax_eps_nll":
        return "failed-log_of_eps"
    if failure.origin == "update" and (config.optimizer, config.dtype) == ("adam", "float16"):
        return "failed-update_adam"
    return f"failed-{failure.origin}"


def failure_numbers(config: Config, failure: Failure) -> Numbers:
    """What can be said of a failure; what does not exist is nan."""
    logits = np.array(failure.logits)
    finite = bool(np.isfinite(logits).all())
    truth = true_losses(logits, failure.target, config.dtype).high if finite else math.nan
    window, fmt = exp_window(config.dtype), FORMATS[config.dtype]
    return {
        "step": f"{failure.step:,}",
        "epoch": show(failure.step / config.steps_per_epoch, 3),
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
    return settings_numbers(config) | {"even": show(even_loss(config)), "first": show(first_loss)}
