"""What a run of the training lesson is, as a link has it.

Everything is counted before it is read, and a `Config` bounds the rest: neither a link nor a
field can ask for more than the lesson allows.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from ui.state import links
from ui.state.params import NoControls
from ui.words.digits import exact
from ui.words.numbers import LONGEST, read_real, read_whole, write_number
from xent_core.training import INTEGER_BOUNDS, RACE_FIELDS, REAL_BOUNDS, Config
from xent_core.training.config import check_rate

KEY = "training"
NOTE = Config()  # the note's own program
MOST_RATES = 50  # changes of the learning rate in a link

_ADAM = Config(optimizer="adam", rate=0.01, batch_size=32, test_fraction=0.25)
# A run for each kind of data that learns it well within a second or two.
DATA_RUNS = {
    "note": NOTE,
    "blobs": replace(_ADAM, data="blobs", classes=3, noise=0.3, epochs=100),
    "moons": replace(_ADAM, data="moons", noise=0.15, layers=2, width=16, epochs=150),
    "circles": replace(
        _ADAM, data="circles", classes=3, noise=0.05, layers=2, width=16, epochs=150
    ),
    "spirals": replace(
        _ADAM, data="spirals", classes=3, noise=0.03, size=300, layers=2, width=32, epochs=200
    ),
    "xor": replace(_ADAM, data="xor", noise=0.02, size=300, layers=2, width=16, epochs=150),
    "iris": replace(_ADAM, data="iris", test_fraction=0.2, batch_size=16, epochs=100),
    "digits": replace(_ADAM, data="digits", test_fraction=0.2, batch_size=64, width=32, epochs=20),
}

# ---- in a link

FIELDS = tuple(each.name for each in fields(Config))
_MOST_LETTERS = 1000
_SAME, _NOBODY, _CONSTANT = "same", "nobody", "constant"


def _written(value: float | str) -> str:
    return value if isinstance(value, str) else write_number(value)


def _read_value(name: str, text: str) -> float | str:
    if name in INTEGER_BOUNDS:
        return read_whole(text)
    return read_real(text) if name in REAL_BOUNDS else text


def read_config(text: str, base: Config, allowed: Sequence[str] = FIELDS) -> Config:
    """Return `base` with what a link changes of it; ValueError for anything of no use."""
    if len(text) > _MOST_LETTERS:
        raise ValueError(f"settings of {len(text)} characters")
    changes: dict[str, Any] = {}
    for part in text.split(","):
        name, _, value = part.partition(":")
        if name not in allowed or name in changes:
            raise ValueError(f"{part[:LONGEST]!r} is not a setting, or there twice")
        changes[name] = _read_value(name, value)
    return replace(base, **changes)


def write_config(config: Config, base: Config) -> str:
    """Write what differs from `base`: data:moons,size:60."""
    pairs = [(name, getattr(config, name)) for name in FIELDS]
    return ",".join(
        f"{name}:{_written(value)}" for name, value in pairs if value != getattr(base, name)
    )


@dataclass(frozen=True)
class Run(NoControls):
    """A run, as what differs from the note's program; that one is called by its name."""

    name: str
    default: Config

    def allows(self, so_far: Mapping[str, Any]) -> links.Allowed:
        return "link_settings", {"usual": write_config(DATA_RUNS["xor"], NOTE)}

    def read(self, text: str, so_far: Mapping[str, Any]) -> Config:
        return NOTE if text == "note" else read_config(text, NOTE)

    def write(self, value: Config, state: Mapping[str, Any]) -> str:
        return write_config(value, NOTE) or "note"


@dataclass(frozen=True)
class Opponent(NoControls):
    """The other run of a race, as what differs from the run; None without a race."""

    name: str
    default: None = None

    def allows(self, so_far: Mapping[str, Any]) -> links.Allowed:
        return "link_race", {"words": f"{_SAME}, {_NOBODY}", "names": ", ".join(RACE_FIELDS)}

    def read(self, text: str, so_far: Mapping[str, Any]) -> Config | None:
        if text in (_SAME, _NOBODY):
            return so_far["run"] if text == _SAME else None
        return read_config(text, so_far["run"], RACE_FIELDS)

    def fit(self, value: Config | None, so_far: Mapping[str, Any]) -> Config | None:
        """Take everything that decides the data, the weights and the batches from the run."""
        if value is None:
            return None
        return replace(so_far["run"], **{name: getattr(value, name) for name in RACE_FIELDS})

    def write(self, value: Config | None, state: Mapping[str, Any]) -> str:
        if value is None:
            return _NOBODY
        return write_config(value, state["run"]) or _SAME


Changes = tuple[tuple[int, float], ...]


@dataclass(frozen=True)
class Rates(NoControls):
    """The learning rates that were changed while the run went on: 120:0.1,300:0.01."""

    name: str
    default: Changes = ()

    def allows(self, so_far: Mapping[str, Any]) -> links.Allowed:
        lo, hi = map(exact, REAL_BOUNDS["rate"])
        last = so_far["run"].steps - 1
        return "link_rates", {"most": MOST_RATES, "last": last, "lo": lo, "hi": hi}

    def read(self, text: str, so_far: Mapping[str, Any]) -> Changes:
        if text == _CONSTANT:
            return ()
        parts = text.split(",", MOST_RATES)
        if len(parts) > MOST_RATES:
            raise ValueError(f"more than {MOST_RATES} changes of the rate")
        pairs = [part.partition(":") for part in parts]
        changes = tuple((read_whole(step), check_rate(read_real(rate))) for step, _, rate in pairs)
        steps = [step for step, _ in changes]
        if steps != sorted(set(steps)) or steps[-1] >= so_far["run"].steps:
            raise ValueError("steps that do not ascend, or are beyond the run")
        return changes

    def fit(self, value: Changes, so_far: Mapping[str, Any]) -> Changes:
        return tuple(change for change in value if change[0] < so_far["run"].steps)

    def write(self, value: Changes, state: Mapping[str, Any]) -> str:
        return ",".join(f"{step}:{_written(rate)}" for step, rate in value) or _CONSTANT


@dataclass(frozen=True)
class Within(NoControls):
    """A whole number from 0 to the `most` that a run allows."""

    name: str
    default: int = 0
    most: Callable[[Config], int] = field(kw_only=True)

    def allows(self, so_far: Mapping[str, Any]) -> links.Allowed:
        return "link_whole", {"lo": 0, "hi": self.most(so_far["run"])}

    def read(self, text: str, so_far: Mapping[str, Any]) -> int:
        number = read_whole(text)
        if number > self.most(so_far["run"]):
            raise ValueError(f"{self.name}: {number} is beyond the run")
        return number

    def fit(self, value: int, so_far: Mapping[str, Any]) -> int:
        return min(value, self.most(so_far["run"]))

    def write(self, value: int, state: Mapping[str, Any]) -> str:
        return str(value)


PARAMS = links.Params(
    Run("run", DATA_RUNS["digits"]),
    Opponent("vs"),
    Rates("rates"),
    Within("at", most=lambda run: run.steps),  # the step at which the run is opened
    Within("sample", most=lambda run: run.samples - 1),  # the one that is looked at closely
)
START = {"rates": (), "at": 0, "sample": 0}  # of a run that nothing is known of yet
