"""A run that a page shows: what the browser asks it for, and what of it travels.

The browser pulls. It shows a run as a film is shown, and asks for more of it shortly before it
needs it; so nothing trains that nobody looks at, and no thread outlives its page.
"""

from __future__ import annotations

import re
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pages.training.params import MOST_RATES, PARAMS
from pages.training.reach import LOGIT_TOP, loss_top, reach
from ui.figure.sweeps import Arrays
from xent_core import one_hot, softmax
from xent_core.training import PARTS, Config, Plane, Race, Recording, Trainer, program
from xent_core.training.config import check_rate

Array = NDArray[Any]
Rates = tuple[tuple[int, float], ...]

WORST = 8
# The radius of a point says its loss: from the first for 0 to both together for inf and nan.
_SMALLEST, _GROWTH = 7.0, 13.0
_SQUARE = 18.0  # pixels: the side of the largest square of a confusion matrix
_HEAD = 0.01  # of p - y: what is smaller has no arrowhead

_RUNS: WeakValueDictionary[str, Run] = WeakValueDictionary()

# Runs of sessions on other servers: as many as are kept here, the last ones asked for.
_MOST_ADOPTED = 32
_ADOPTED: OrderedDict[str, Run] = OrderedDict()
_adopting = threading.Lock()
_TOKEN = re.compile(r"[\w-]{22}", re.ASCII)


class Standing(NamedTuple):
    """Where a browser has seen a run: what its link says, the step it has come to, the sample.

    A run is a function of its link, so this is all that a server needs to go on with it.
    """

    config: Config
    vs: Config | None
    rates: Rates
    at: int
    sample: int
    seen: int


def read_standing(query: Mapping[str, str]) -> Standing | None:
    """Return what a question's query says; None if it says no run, or none that can be."""
    state, problems = PARAMS.read({name: query[name] for name in PARAMS.default if name in query})
    seen = query.get("seen", "0")
    if "run" not in query or problems or not re.fullmatch(r"\d{1,8}", seen):
        return None
    if int(seen) > state["run"].steps:
        return None
    return Standing(*(state[name] for name in PARAMS.default), int(seen))


class TooManyRatesError(ValueError):
    """One more change of the learning rate than a link to the run could hold."""


class Run:
    """One run, or a race of two, at any step that it has kept.

    Args:
        first: What to train.
        second: What it races against.
        rates: (step, rate), learning rates to change to on the way, as a link says.
        at: The step that the page asks for when it is opened.
        sample: The number of the sample that is looked at closely.
        token: Its name, if it has one already.

    Attributes:
        rate: The learning rate in force; in a race of two rates, the first one's.
        rates: (step, rate), the changes of it so far, by the steps of the run: one of a race may
            have stopped before.
        planned: (step, rate), what a link says of the steps to come.
    """

    def __init__(
        self,
        first: Config,
        second: Config | None = None,
        rates: Rates = (),
        at: int = 0,
        sample: int = 0,
        token: str = "",
    ) -> None:
        self.config, self.vs = first, second
        self.configs = (first,) if second is None else (first, second)
        self.token = token or secrets.token_urlsafe(16)
        self.at = at
        self.sample = sample
        # what links to this run have said: a page that is opened with one of them shows this run
        self.told = {(rates, at, sample)}
        # a page may look at it while the browser asks for more: one thread at a time
        self.lock = threading.RLock()
        self.planned = rates
        self._start()
        self._keep_to_plan()
        _RUNS[self.token] = self

    def _start(self) -> None:
        self.rate, self.rates = self.config.rate, ()
        self._engine = Race(self.config, self.vs) if self.vs else Trainer(self.config)

    def restart(self) -> None:
        """Begin anew, without the changes of the rate."""
        self.planned, self.at = (), 0
        self._start()

    @property
    def trainers(self) -> tuple[Trainer, ...]:
        """Of the first run, and of the second in a race."""
        return self._engine.trainers if isinstance(self._engine, Race) else (self._engine,)

    @property
    def tails(self) -> tuple[str, ...]:
        """What the names of each run's arrays end with."""
        return ("", "_2")[: len(self.trainers)]

    @property
    def plane(self) -> Plane | None:
        """Where the maps lie; None for data without one."""
        return self.trainers[0].recording.plane

    @property
    def step(self) -> int:
        """Updates made."""
        return self._engine.step

    @property
    def done(self) -> bool:
        """Whether there is nothing more to train."""
        return self._engine.done

    @property
    def opens_at(self) -> int:
        """The step that a link to this run asks for: on the way to it, it is not there yet.

        A run that failed asks for the step that it did not get to, and fails again.
        """
        return min(self.step + 1, self.config.steps) if self.done else max(self.step, self.at)

    def advance(self, to: int, seconds: float, clock: Any = time.perf_counter) -> None:
        """Train up to the step `to`, as far as the time allows."""
        end = clock() + seconds
        while self.step < to and not self.done:
            stop = min([to, *(step for step, _ in self.planned)])
            left = max(end - clock(), 0.0)
            self._engine.advance(steps=stop - self.step, seconds=left)
            self._keep_to_plan()
            if clock() >= end:
                break

    def agree(self, standing: Standing) -> None:
        """Be the run that a browser has seen: its rates may have been changed on another server."""
        if standing.rates != (*self.rates, *self.planned):
            self.planned, self.at = standing.rates, standing.at
            self._start()
            self._keep_to_plan()
        self.sample = standing.sample

    def set_rate(self, rate: float) -> None:
        """Change the learning rate from the next step on; what a link had planned is off.

        ValueError for a rate that no `Config` would take, TooManyRatesError for one change more
        than a link can hold.
        """
        rate = check_rate(rate)
        if self.done:  # no update takes a rate any more
            return
        changes = self._with_change(rate)
        if len(changes) > MOST_RATES:
            raise TooManyRatesError(f"more than {MOST_RATES} changes of the rate")
        self.planned, self.at = (), 0
        self._change_rate(rate, changes)

    def _keep_to_plan(self) -> None:
        """Make the change that is planned for the next step."""
        now = [rate for step, rate in self.planned if step == self.step]
        self.planned = tuple(change for change in self.planned if change[0] > self.step)
        for rate in now if not self.done else ():
            self._change_rate(rate, self._with_change(rate))

    def _with_change(self, rate: float) -> Rates:
        """The changes with one from the next step on: a second one there replaces the first."""
        before = tuple(change for change in self.rates if change[0] < self.step)
        in_force = before[-1][1] if before else self.config.rate
        return before if rate == in_force else (*before, (self.step, rate))

    def _change_rate(self, rate: float, changes: Rates) -> None:
        """In a race of two rates, the change is the first one's."""
        self.rate, self.rates = rate, changes
        for trainer in self.trainers:
            if not trainer.done and self._follows(trainer):
                trainer.rate = rate

    def _follows(self, trainer: Trainer) -> bool:
        return trainer.config.rate == self.config.rate

    def program(self, trainer: Trainer) -> str:
        """The program of one of the trainers, with the changes of the rate that are to come."""
        goes_on = not trainer.done and self._follows(trainer)
        return program(trainer.config, (*trainer.rates, *(self.planned if goes_on else ())))

    # -- what of it can be seen

    @property
    def steps(self) -> list[int]:
        """The steps that are kept by either."""
        return sorted({step for trainer in self.trainers for step in trainer.recording.steps})

    @property
    def count(self) -> int:
        """How many samples there are, those of the training first, then those of the test."""
        return self.config.samples

    def samples(self) -> tuple[Array, Array, Array]:
        """All samples as the network takes them (n, features), their classes and numbers (n)."""
        return all_samples(self.trainers[0].recording)

    def arrays(self, steps: Sequence[int]) -> Arrays:
        """All that is drawn at some kept steps: (K, …) each; a race's second has names with _2."""
        wanted = np.asarray(steps, dtype=np.int64)
        shown: dict[str, Array] = {"epoch": wanted / self.config.steps_per_epoch}
        for trainer, tail in zip(self.trainers, self.tails, strict=True):
            seen = _seen(trainer.recording, wanted, self.sample)
            shown |= {name + tail: array for name, array in seen.items()}
        losses = [f"{part}_loss{tail}" for part in PARTS for tail in self.tails]
        shown["loss_reach"] = reach(shown, losses, loss_top(self.trainers))
        shown["logit_reach"] = reach(shown, [f"z{tail}" for tail in self.tails], LOGIT_TOP)
        return shown


def all_samples(recording: Recording) -> tuple[Array, Array, Array]:
    """Those of the training first, then those of the test: see `Run.samples`."""
    return tuple(map(np.concatenate, zip(*map(recording.samples, PARTS), strict=True)))


def _seen(recording: Recording, steps: Array, sample: int) -> dict[str, Array]:
    """What one recording shows at each step; after its end, what it showed last, without a loss."""
    kept = np.array(recording.steps)
    at = np.searchsorted(kept, steps, side="right") - 1
    alive = steps <= kept[-1]
    present = kept[at].tolist()
    history = recording.history()
    shown: dict[str, Array] = {}
    for part in PARTS:
        loss, last = getattr(history, f"{part}_loss")[at], accuracies(recording, part, at)
        shown[f"{part}_loss"] = np.where(alive, loss, np.nan)
        shown[f"{part}_accuracy"] = np.where(alive, last, np.nan)
        # a count goes on to hold where a run has died: the state that is shown is its last
        shown[f"last_{part}_accuracy"] = last
    shown |= _of_sample(recording, present, sample)
    if recording.plane is None:
        return shown | _of_mistakes(recording, present)
    return shown | _of_plane(recording, recording.plane, present, sample)


def accuracies(recording: Recording, part: str, rows: Array) -> Array:
    """The accuracy in per cent at some of the kept states, by their numbers.

    It is nan where the training loss is: from there on the run has no numbers any more. (What
    argmax makes of logits that are nan, the first nan's class, is no answer of the network's.)
    """
    history = recording.history()
    found = 100 * getattr(history, f"{part}_accuracy")
    return np.where(np.isnan(history.train_loss), np.nan, found)[rows]


def _of_sample(recording: Recording, steps: list[int], sample: int) -> dict[str, Array]:
    """The chosen sample's way from the logits to the loss, and what pulls at its logits."""
    first = recording.config.train_samples
    part, within = ("train", sample) if sample < first else ("test", sample - first)
    z = recording.logits([within], part, steps)[:, 0].astype(np.float64)
    with np.errstate(invalid="ignore"):
        p = softmax(z)
    y = one_hot(recording.samples(part).y[within], z.shape[-1])
    difference = p - y
    own = recording.sample_losses(part, steps)[:, within].astype(np.float64)
    return {
        "z": z,
        "p": p,
        "y": np.broadcast_to(y, p.shape),
        "difference": difference,
        "up": np.where(difference > _HEAD, difference, np.nan),
        "down": np.where(difference < -_HEAD, difference, np.nan),
        "pull": recording.logit_gradients([within], part, steps)[:, 0].astype(np.float64),
        "own": own + 0.0,  # 0, not -0
    }


def _of_plane(
    recording: Recording, plane: Plane, steps: list[int], sample: int
) -> dict[str, Array]:
    """The map of the plane, each sample's size on it, and whether it is taken for another."""
    losses, taken = (
        np.concatenate([of_part(part, steps) for part in PARTS], axis=1)
        for of_part in (recording.sample_losses, recording.predictions)
    )
    x, y, _ = all_samples(recording)
    across, up = x[sample, plane.features].astype(np.float64)
    return {
        "map": recording.maps(steps).reshape(len(steps), -1),
        "size": _sizes(losses),
        "sample_x": np.full(len(steps), across),
        "sample_y": np.full(len(steps), up),
        # the first class is what argmax makes of nan: no answer of the network's
        "wrong": ((taken != y) | np.isnan(losses)).astype(np.uint8),
    }


def _sizes(losses: Array) -> Array:
    """The diameter of a point in pixels, growing with its loss."""
    worst = np.nan_to_num(losses.astype(np.float64), nan=np.inf, posinf=np.inf)
    with np.errstate(invalid="ignore"):
        share = np.where(np.isinf(worst), 1.0, worst / (1.0 + worst))
    return (_SMALLEST + _GROWTH * np.sqrt(np.maximum(share, 0.0))).astype(np.float32)


def _of_mistakes(recording: Recording, steps: list[int]) -> dict[str, Array]:
    """Which class is taken for which, and the worst mistakes, of the test if there is one."""
    config = recording.config
    part = "test" if config.test_samples else "train"
    counts = recording.confusion(part, steps)
    worst = recording.worst(WORST, part, steps)
    losses = recording.sample_losses(part, steps).astype(np.float64)
    taken = recording.predictions(part, steps).astype(np.int32)
    first = config.train_samples if part == "test" else 0
    # the side of a square in pixels: its area is the part of the largest class
    square = (_SQUARE * np.sqrt(counts / counts.sum(axis=-1).max())).astype(np.float32)
    return {
        "confusion": counts.reshape(len(steps), -1).astype(np.int32),
        "square": square.reshape(len(steps), -1),
        "worst": np.where(worst < 0, -1, worst + first).astype(np.int32),
        "worst_loss": np.take_along_axis(losses, worst, axis=1),
        "worst_taken": np.where(worst < 0, -1, np.take_along_axis(taken, worst, axis=1)),
    }


# ---- the session's run


def session_name() -> str:
    """Return a name of this session, so that the browser sees when it has another one."""
    return st.session_state.setdefault("xent session", secrets.token_urlsafe(8))


def find_run(token: str) -> Run | None:
    """Return the run of this name, if a session still shows it."""
    return _RUNS.get(token)


def adopt_run(token: str, standing: Standing) -> Run | None:
    """Return the run of this name; begin it here if it is another server's.

    None if that cannot be its name, or if it is a run of other settings.
    """
    with _adopting:
        run = find_run(token)
        if run is None and _TOKEN.fullmatch(token):
            run = Run(*standing[:-1], token)
            _ADOPTED[token] = run
        if token in _ADOPTED:
            _ADOPTED.move_to_end(token)
        while len(_ADOPTED) > _MOST_ADOPTED:
            _ADOPTED.popitem(last=False)
    return run if run and (run.config, run.vs) == (standing.config, standing.vs) else None


def session_run(first: Config, second: Config | None, rates: Rates, at: int, sample: int) -> Run:
    """Return this session's run of these configs, as it stands; a new one if there is none.

    It is a new one, too, if the address asks for other rates, another step or another sample than
    any link to this run has: then the reader came by another link.
    """
    run = st.session_state.get("xent run")
    same = isinstance(run, Run) and (run.config, run.vs) == (first, second)
    if not same or (rates, at, sample) not in run.told:
        run = st.session_state["xent run"] = Run(first, second, rates, at, sample)
    return run
