"""What the browser asks for while it shows a training run: the next states, and files."""

import asyncio
import json
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import urlencode

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from pages.training.demos import failure_sentence
from pages.training.params import MOST_RATES, PARAMS
from pages.training.run import (
    Run,
    Standing,
    TooManyRatesError,
    accuracies,
    adopt_run,
    find_run,
    read_standing,
)
from pages.training.settings import runners
from ui.figure.sweeps import pack
from ui.state.typed import write_number
from ui.words import Words, choose_language, words
from ui.words.digits import show
from xent_core.trace import FORMATS
from xent_core.training import Failure, Trainer

# What one answer may train, in seconds: short, so that many runs and every drag get their turn.
SLICE = 0.03
_MOST_STEPS = 10**7
_BYTES = "application/octet-stream"

# One run trains at a time: they would only wait for Python's lock among each other, and a drag
# on another page for all of them. Who asks first is answered first.
_turn = asyncio.Lock()


class Asked(dict[str, Any]):
    """A question of the browser's, each part within its bounds; ValueError for anything else."""

    def __init__(self, body: bytes) -> None:
        parts = json.loads(body)
        if not isinstance(parts, dict):
            raise ValueError("not an object")
        super().__init__(parts)

    def whole(self, name: str, least: int, most: int) -> int:
        """A whole number within its bounds, the least one if it is not given."""
        value = self.get(name, least)
        if type(value) is not int or not least <= value <= most:
            raise ValueError(f"{name}: {value!r} is not a whole number from {least} to {most}")
        return value


async def _in_turn(request: Request, run: Run, work: Callable[[], bytes]) -> bytes | None:
    """Do something with a run when it is its turn; None if whoever asked has hung up by then."""

    def locked() -> bytes:
        with run.lock:
            return work()

    async with _turn:
        if await request.is_disconnected():
            return None
        return await run_in_threadpool(locked)


def _answer(body: bytes | None, kind: str, **headers: str) -> Response:
    """What no cache keeps."""
    if body is None:
        return Response(status_code=400)
    return Response(body, media_type=kind, headers={"cache-control": "no-store", **headers})


async def _run_of(request: Request) -> tuple[Run | None, Standing | None]:
    """The run that is asked about, and where the browser has seen it.

    Where several servers share the readers, it may be another one's: it is begun here then.
    """
    token, standing = request.path_params["token"], read_standing(request.query_params)
    if standing is None:
        return find_run(token), None
    return await run_in_threadpool(adopt_run, token, standing), standing


async def _more(request: Request) -> Response:
    """Train on as far as the browser needs, and answer with what is new."""
    run, standing = await _run_of(request)
    if run is None:
        return PlainTextResponse("no such run", status_code=404)
    try:
        asked = Asked(await request.body())
        body = await _in_turn(request, run, lambda: answer_more(run, asked, standing))
    except ValueError as problem:
        return PlainTextResponse(str(problem), status_code=400)
    return _answer(body, _BYTES)


def answer_more(run: Run, asked: Asked, standing: Standing | None = None) -> bytes:
    """Do what is asked of a run, and pack the states that the browser does not have.

    `refused` says why the rate stays as it was. A run that is `behind` what the browser has seen
    of it comes to there first: all else has to be asked again.
    """
    text = words("training", choose_language(str(asked.get("lang")), None, None))
    refused = ""
    if asked.get("restart"):
        run.restart()
    elif standing and not _come_to(run, standing):
        behind = {"new": [], "refused": "", "behind": True, **describe(run, text.language)}
        return pack(behind, {})
    if "sample" in asked:
        run.sample = asked.whole("sample", 0, run.count - 1)
    if "rate" in asked:
        try:
            run.set_rate(asked["rate"])
        except TooManyRatesError:
            refused = text.label("too_many_rates", most=MOST_RATES)
    run.advance(asked.whole("to", 0, _MOST_STEPS), SLICE)
    after = asked.whole("after", -1, _MOST_STEPS)
    new = [step for step in run.steps if step > after]
    header = {"new": new, "refused": refused, **describe(run, text.language)}
    remember_telling(run)
    return pack(header, run.arrays(new) if new else {})


def _come_to(run: Run, standing: Standing) -> bool:
    """Have a run as far as the browser has seen it, as one answer's time allows."""
    run.agree(standing)
    run.advance(standing.seen, SLICE)
    return run.done or run.step >= standing.seen


def describe(run: Run, language: str) -> dict[str, Any]:
    """Where a run stands, for the browser."""
    return {
        "steps": run.steps,
        "step": run.step,
        "done": run.done,
        "rates": list(run.rates),
        "rate": run.rate,
        "sample": run.sample,
        "link": link(run),
        "failures": [
            None if trainer.failure is None else _say(run, trainer.failure, which, language)
            for which, trainer in enumerate(run.trainers)
        ],
    }


def remember_telling(run: Run) -> None:
    """Note that the browser is told of this state: a link of its address finds this very run."""
    state = _state(run)
    run.told.add((state["rates"], state["at"], state["sample"]))


def link(run: Run) -> str:
    """The query of a link to this very run, as it stands."""
    return urlencode(PARAMS.write(_state(run)), safe=",:")


def _state(run: Run) -> dict[str, Any]:
    """What a link to a run holds: settings, all changes of the rate, where it opens, the sample."""
    rates = (*run.rates, *run.planned)
    settings = {"run": run.config, "vs": run.vs, "rates": rates}
    return {**settings, "at": run.opens_at, "sample": run.sample}


def _say(run: Run, failure: Failure, which: int, language: str) -> dict[str, Any]:
    """Where the first inf or nan came from, in words, and where to look at it closely."""
    config, text = run.configs[which], words("training", language)
    who = f"{runners(run.configs, text)[which]}: " if run.vs else ""
    return {
        "step": failure.step,
        "says": who + failure_sentence(text, config, failure),
        "accuracy": _last_accuracy(run.trainers[which], text),
        "overflow": _overflow(failure, config.dtype),
    }


def _last_accuracy(trainer: Trainer, text: Words) -> str:
    """From which step on the numbers of a run that failed are nan, and its last accuracy."""
    history = trainer.history()
    shown = accuracies(trainer.recording, "train", np.arange(len(history.step)))
    bad = np.flatnonzero(np.isnan(shown))
    if not len(bad):
        return text.label("accuracy_at_end", accuracy=show(float(shown[-1]), 3))
    if bad[0] == 0:
        return text.label("nan_at_once")
    before = bad[0] - 1
    numbers = {"step": f"{history.step[bad[0]]:,}", "before": f"{history.step[before]:,}"}
    return text.label("nan_since", accuracy=show(float(shown[before]), 3), **numbers)


def _overflow(failure: Failure, dtype: str) -> str:
    """The query that opens the Overflow lesson at the logits that made the failure.

    "" where they are nan: nothing is left to be looked at there.
    """
    if np.isnan(failure.logits).any():
        return ""
    row = ",".join(map(write_number, failure.logits))
    format_number = list(FORMATS).index(dtype)
    return urlencode({"x": row, "k": failure.target, "f": format_number}, safe=",")


# ---- files to take home


class File(NamedTuple):
    """A file of one of a run's trainers: its label, its media type, and how it is made."""

    label: str
    kind: str
    make: Callable[[Run, Trainer], bytes]


FILES = {
    "history.csv": File(
        "download_csv", "text/csv", lambda _, trainer: trainer.history().to_csv().encode()
    ),
    "weights.safetensors": File("download_weights", _BYTES, lambda _, trainer: trainer.weights()),
    "program.py": File(
        "download_program", "text/x-python", lambda run, trainer: run.program(trainer).encode()
    ),
}


async def _file(request: Request) -> Response:
    """A run's history, weights or program, as it stands."""
    run, standing = await _run_of(request)
    name, which = request.path_params["name"], request.query_params.get("of", "1")
    if run is None or name not in FILES or which not in ("1", "2")[: len(run.trainers)]:
        return PlainTextResponse("Not found", status_code=404)
    file = FILES[name]

    def make() -> bytes:
        if standing and not _come_to(run, standing):
            return b""
        return file.make(run, run.trainers[int(which) - 1])

    body = b""
    while body == b"":
        body = await _in_turn(request, run, make)
    stem, _, ending = name.partition(".")
    attachment = f'attachment; filename="{stem}-{run.config.data}-step-{run.step}.{ending}"'
    return _answer(body, file.kind, **{"content-disposition": attachment})


training_routes = [
    Route("/xent/run/{token}/more", _more, methods=["POST"]),
    Route("/xent/run/{token}/{name}", _file),
]
