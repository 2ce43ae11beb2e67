"""What a run of the training lesson is: as a link has it, and the widgets that set it.

Everything is counted before it is read, and a `Config` bounds the rest: neither a link nor a
field can ask for more than the lesson allows.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import streamlit as st

from ui.state import links
from ui.words import Words
from ui.words.digits import exact
from xent_core.training import (
    ACTIVATIONS,
    DATA,
    INTEGER_BOUNDS,
    LOSSES,
    MAX_STEPS,
    OPTIMIZERS,
    RACE_FIELDS,
    REAL_BOUNDS,
    TRAINING_DTYPES,
    Config,
)
from xent_core.training.config import check_rate

KEY = "training"
NOTE = Config()  # the note's own program
MADE = ("blobs", "moons", "circles", "spirals", "xor")  # drawn, not given
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

_FIELDS = tuple(each.name for each in fields(Config))
_WHOLE = re.compile(r"\d{1,10}", re.ASCII)
_REAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
_LONGEST = 40  # characters of one number
_LONGEST_LINK = 1000
_SAME, _NOBODY, _CONSTANT = "same", "nobody", "constant"


def _whole(text: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise ValueError(f"{text[:_LONGEST]!r} is not a whole number")
    return int(text)


def _real(text: str) -> float:
    if len(text) > _LONGEST or not _REAL.fullmatch(text):
        raise ValueError(f"{text[:_LONGEST]!r} is not a number")
    return float(text)


def _written(value: float | str) -> str:
    return value if isinstance(value, str) else repr(value).removesuffix(".0")


def _read_value(name: str, text: str) -> float | str:
    if name in INTEGER_BOUNDS:
        return _whole(text)
    return _real(text) if name in REAL_BOUNDS else text


def read_config(text: str, base: Config, allowed: Sequence[str] = _FIELDS) -> Config:
    """Return `base` with what a link changes of it; ValueError for anything of no use."""
    if len(text) > _LONGEST_LINK:
        raise ValueError(f"settings of {len(text)} characters")
    changes: dict[str, Any] = {}
    for part in text.split(","):
        name, _, value = part.partition(":")
        if name not in allowed or name in changes:
            raise ValueError(f"{part[:_LONGEST]!r} is not a setting, or there twice")
        changes[name] = _read_value(name, value)
    return replace(base, **changes)


def write_config(config: Config, base: Config) -> str:
    """Write what differs from `base`: data:moons,size:60."""
    pairs = [(name, getattr(config, name)) for name in _FIELDS]
    return ",".join(
        f"{name}:{_written(value)}" for name, value in pairs if value != getattr(base, name)
    )


@dataclass(frozen=True)
class Run:
    """A run, as what differs from the note's program."""

    name: str
    default: Config

    def allows(self, so_far: Mapping[str, Any]) -> links.Allowed:
        return "link_settings", {"usual": write_config(DATA_RUNS["xor"], NOTE)}

    def read(self, text: str, so_far: Mapping[str, Any]) -> Config:
        return NOTE if text == "note" else read_config(text, NOTE)

    def fit(self, value: Config, so_far: Mapping[str, Any]) -> Config:
        return value

    def write(self, value: Config, state: Mapping[str, Any]) -> str:
        return write_config(value, NOTE) or "note"


@dataclass(frozen=True)
class Opponent:
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
class Rates:
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
        changes = tuple((_whole(step), check_rate(_real(rate))) for step, _, rate in pairs)
        steps = [step for step, _ in changes]
        if steps != sorted(set(steps)) or steps[-1] >= so_far["run"].steps:
            raise ValueError("steps that do not ascend, or are beyond the run")
        return changes

    def fit(self, value: Changes, so_far: Mapping[str, Any]) -> Changes:
        return tuple(change for change in value if change[0] < so_far["run"].steps)

    def write(self, value: Changes, state: Mapping[str, Any]) -> str:
        return ",".join(f"{step}:{_written(rate)}" for step, rate in value) or _CONSTANT


@dataclass(frozen=True)
class Step:
    """The step at which the run is opened."""

    name: str
    default: int = 0

    def allows(self, so_far: Mapping[str, Any]) -> links.Allowed:
        return "link_whole", {"lo": 0, "hi": so_far["run"].steps}

    def read(self, text: str, so_far: Mapping[str, Any]) -> int:
        step = _whole(text)
        if step > so_far["run"].steps:
            raise ValueError(f"step {step} is beyond the run")
        return step

    def fit(self, value: int, so_far: Mapping[str, Any]) -> int:
        return min(value, so_far["run"].steps)

    def write(self, value: int, state: Mapping[str, Any]) -> str:
        return str(value)


class TrainingParams(links.Params):
    """The state of the lesson. The figure's controls are not in it, and cannot change it."""

    params: tuple[Any, ...]

    def __init__(self, *params: Any) -> None:
        super().__init__(*params)

    def settled(self, state: Mapping[str, Any]) -> dict[str, Any]:
        """Return a state whose parts fit together: another run may be shorter."""
        out = dict(state)
        for param in self.params:
            out[param.name] = param.fit(out[param.name], out)
        return out

    def write(self, state: Mapping[str, Any]) -> dict[str, str]:
        whole = self.settled(state)
        return {param.name: param.write(whole[param.name], whole) for param in self.params}

    def controls(self, state: Mapping[str, Any]) -> dict[str, Any]:
        return {}

    def from_controls(
        self, values: Mapping[str, str], before: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        raise ValueError("commit: no control sets a run")


PARAMS = TrainingParams(Run("run", NOTE), Opponent("vs"), Rates("rates"), Step("at"))


# ---- changing it


class RefusedError(ValueError):
    """A setting that the lesson does not allow: `kind` names the sentence, `slots` fill it."""

    def __init__(self, kind: str, **slots: Any) -> None:
        super().__init__(f"{kind} {slots}")
        self.kind, self.slots = kind, slots


def read_typed(name: str, typed: str) -> float:
    """Return the number typed for a setting: full-width digits and 1e-3 are as good as others."""
    bounds = INTEGER_BOUNDS.get(name) or REAL_BOUNDS[name]
    refused = RefusedError(
        "whole" if name in INTEGER_BOUNDS else "number", lo=bounds[0], hi=bounds[1]
    )
    plain = unicodedata.normalize("NFKC", typed[:1000]).strip().replace("\N{MINUS SIGN}", "-")
    try:
        value = _real(plain)
    except ValueError:
        raise refused from None
    if not bounds[0] <= value <= bounds[1]:
        raise refused
    if name not in INTEGER_BOUNDS:
        return value
    if value != int(value):
        raise refused
    return int(value)


def with_setting(config: Config, name: str, value: Any) -> Config:
    """Return a config with one setting changed; RefusedError if the run would be too long."""
    if name == "data":
        return with_data(config, value)
    try:
        return replace(config, **{name: value})
    except ValueError:
        return _refuse_length(config, **{name: value})


def _refuse_length(config: Config, **change: Any) -> Config:
    """Say how long the run would be: everything else was bounded before."""
    epochs = change.get("epochs", config.epochs)
    steps = replace(config, **{**change, "epochs": 1}).steps
    raise RefusedError("steps", epochs=epochs, each=steps, steps=epochs * steps, most=MAX_STEPS)


def with_data(config: Config, data: str) -> Config:
    """Return the run for other data: one that learns them, with the loss and the seed kept."""
    kept = ("loss", "eps", "label_smoothing", "seed")
    return replace(DATA_RUNS[data], **{name: getattr(config, name) for name in kept})


def with_run(state: Mapping[str, Any], run: Config) -> dict[str, Any]:
    """Return the state for another run, at its start; what differs in a race goes on to differ."""
    before, vs = state["run"], state["vs"]
    if vs is not None:
        own = {name: getattr(vs, name) for name in RACE_FIELDS}
        vs = replace(run, **{k: v for k, v in own.items() if v != getattr(before, k)})
    return {"run": run, "vs": vs, "rates": (), "at": 0}


def usual_opponent(run: Config) -> Config:
    """Return whom a run races first: the right loss, or for that one the squared error."""
    if (run.loss, run.dtype) != ("cross_entropy", "float32"):
        return replace(run, loss="cross_entropy", dtype="float32")
    return replace(run, loss="mse")


def put(state: Mapping[str, Any]) -> None:
    """Make a state the lesson's; what was refused before is no matter any more."""
    st.session_state.pop(_REFUSAL, None)
    links.put(KEY, PARAMS, **PARAMS.settled(state))


# ---- the widgets

_REFUSAL = "xent training refusal"
_RUN, _VS = "run", "vs"
LABELS = {
    "data": "data", "classes": "classes", "noise": "noise", "size": "size",
    "test_fraction": "test_fraction", "seed": "seed", "layers": "layers", "width": "width",
    "activation": "activation", "init_scale": "init_scale", "optimizer": "optimizer",
    "rate": "rate", "batch_size": "batch_size", "epochs": "epochs",
    "weight_decay": "weight_decay", "loss": "loss_function", "eps": "eps",
    "label_smoothing": "smoothing", "dtype": "dtype", "logit_factor": "logit_factor",
}  # fmt: skip
# What an option is called; those that are not here bear their own name in every language.
OPTION_LABELS = {
    "note": "data_note", "blobs": "data_blobs", "moons": "data_moons", "circles": "data_circles",
    "spirals": "data_spirals", "xor": "data_xor", "iris": "data_iris", "digits": "data_digits",
    "relu": "activation_relu", "tanh": "activation_tanh", "sigmoid": "activation_sigmoid",
    "gelu": "activation_gelu", "sgd": "optimizer_sgd", "momentum": "optimizer_momentum",
    "adam": "optimizer_adam", "cross_entropy": "loss_cross_entropy",
    "log_softmax_nll": "loss_log_softmax_nll", "log_of_exps_nll": "loss_log_of_exps_nll",
    "log_of_softmax_nll": "loss_log_of_softmax_nll",
    "log_of_softmax_eps_nll": "loss_log_of_softmax_eps_nll",
    "softmax_twice": "loss_softmax_twice", "mse": "loss_mse",
    "label_smoothing": "loss_label_smoothing",
}  # fmt: skip
_OPTIONS: dict[str, Sequence[Any]] = {
    "data": DATA, "activation": ACTIVATIONS, "optimizer": OPTIMIZERS, "loss": LOSSES,
    "dtype": TRAINING_DTYPES, "classes": range(2, 7), "layers": range(4),
}  # fmt: skip
_GROUPS = {
    "group_data": ("classes", "noise", "size", "test_fraction"),
    "group_network": ("layers", "width", "activation", "init_scale"),
    "group_training": ("batch_size", "epochs", "weight_decay", "seed"),
    "group_numbers": ("dtype", "logit_factor", "eps", "label_smoothing"),
}
_RACE_ROWS = (("loss", "optimizer", "rate"), ("dtype", "logit_factor"), ("eps", "label_smoothing"))


def matters(config: Config, name: str) -> bool:
    """Tell whether a setting has an effect on a run."""
    if name in ("classes", "noise", "size"):
        return config.data in MADE
    if name == "test_fraction":
        return config.data != "note"  # with four points there is nothing to spare
    if name in ("width", "activation"):
        return config.layers > 0
    if name == "eps":
        return config.loss == "log_of_softmax_eps_nll"
    return name != "label_smoothing" or config.loss == "label_smoothing"


def widget_key(side: str, name: str) -> str:
    """Return the key of a setting's widget; `side` is "run" or "vs"."""
    return f"xent training {side} {name}"


def option_name(text: Words, option: Any) -> str:
    """Return what an option is called in the reader's language."""
    return text.label(OPTION_LABELS[option]) if option in OPTION_LABELS else str(option)


# The settings of a race that are numbers, and what they are called with their value.
_SAID = {"rate": "rate_of", "logit_factor": "factor_of", "eps": "eps_of"}


def runners(configs: Sequence[Config], text: Words) -> list[str]:
    """Name the runs of a race by what they differ in; by their order where they do not."""
    first, second = configs
    differ = [name for name in RACE_FIELDS if getattr(first, name) != getattr(second, name)]
    if not differ:
        return [text.label("race_first"), text.label("race_second")]
    return [", ".join(_told(config, name, text) for name in differ) for config in configs]


def _told(config: Config, name: str, text: Words) -> str:
    """A setting as one says it: float16, rate 0.1, softmax twice."""
    value = getattr(config, name)
    if isinstance(value, str):
        return option_name(text, value)
    label = _SAID.get(name)
    return text.label(label, **{label.removesuffix("_of"): exact(value)}) if label else exact(value)


def panel(held: links.Held, text: Words) -> None:
    """Show the widgets that set a run: its subjects in a row, the rest behind two buttons."""
    data, loss, optimizer, rate, more, race = st.columns(
        [3, 4, 3, 2, 2, 2], vertical_alignment="bottom", gap="small"
    )
    for place, name in ((data, "data"), (loss, "loss"), (optimizer, "optimizer"), (rate, "rate")):
        with place:
            _setting(held, text, _RUN, name)
    with more.popover(text.label("more_settings"), width="stretch"):
        _more(held, text)
    with race.popover(text.label("race"), width="stretch"):
        _race(held, text)
    _say_refusal(held, text)


def _more(held: links.Held, text: Words) -> None:
    _say_refusal(held, text)
    for place, (group, names) in zip(st.columns(len(_GROUPS)), _GROUPS.items(), strict=True):
        with place:
            st.markdown(f"**{text.label(group)}**")
            for name in names:
                _setting(held, text, _RUN, name)


def _race(held: links.Held, text: Words) -> None:
    _say_refusal(held, text)
    key = widget_key(_VS, "on")
    st.session_state[key] = held["vs"] is not None
    st.toggle(text.label("race_on"), key=key, on_change=_take_race)
    if held["vs"] is None:
        st.caption(text.label("race_what"))
        return
    for names in _RACE_ROWS:
        for place, name in zip(st.columns(len(names)), names, strict=True):
            with place:
                _setting(held, text, _VS, name)


def _setting(held: links.Held, text: Words, side: str, name: str) -> None:
    """Show one setting. It follows the state, but for what was typed and refused."""
    config, key = held[side], widget_key(side, name)
    common: dict[str, Any] = {
        "key": key,
        "on_change": _take,
        "args": (side, name),
        "disabled": not matters(config, name),
    }
    label, value = text.label(LABELS[name]), getattr(config, name)
    if name in _OPTIONS:
        st.session_state[key] = value
        st.selectbox(
            label, _OPTIONS[name], format_func=lambda one: option_name(text, one), **common
        )
    else:
        refusal = _refusal(held)
        refused_here = refusal is not None and (refusal.side, refusal.name) == (side, name)
        st.session_state[key] = refusal.typed if refusal and refused_here else exact(value)
        st.text_input(label, max_chars=_LONGEST, **common)


@dataclass(frozen=True)
class Refusal:
    """A change that was refused: of which setting, what was chosen there, why, in which state."""

    side: str
    name: str
    typed: str
    why: RefusedError
    state: Mapping[str, Any]


def _take(side: str, name: str) -> None:
    """Take a setting; one that cannot be used stays in its field, and the run as it was."""
    typed = st.session_state[widget_key(side, name)]
    state = links.state_of(KEY, PARAMS)
    config = state[side]
    if typed is None or config is None:
        return
    try:
        value = typed if name in _OPTIONS else read_typed(name, typed)
        changed = with_setting(config, name, value)
    except RefusedError as why:
        st.session_state[_REFUSAL] = Refusal(side, name, str(typed), why, state)
        return
    put(with_run(state, changed) if side == _RUN else _against(state, changed))


def _take_race() -> None:
    state = links.state_of(KEY, PARAMS)
    on = st.session_state[widget_key(_VS, "on")]
    put(_against(state, usual_opponent(state["run"]) if on else None))


def _against(state: Mapping[str, Any], vs: Config | None) -> dict[str, Any]:
    return {**state, "vs": vs, "rates": (), "at": 0}


def _refusal(held: links.Held) -> Refusal | None:
    refusal = st.session_state.get(_REFUSAL)
    return refusal if refusal and refusal.state == held.state else None


def _say_refusal(held: links.Held, text: Words) -> None:
    """Say what was refused, and what is allowed."""
    if refusal := _refusal(held):
        st.warning(refusal_sentence(text, refusal))


def refusal_sentence(text: Words, refusal: Refusal) -> str:
    """Return why a change was refused, in the reader's language."""
    slots = dict(refusal.why.slots)
    if refusal.why.kind == "steps":
        said = text.label("refused_steps", **{k: f"{v:,}" for k, v in slots.items()})
    else:
        typed = refusal.typed[:20].strip()
        what = links.quoted(typed) if typed.strip("`") else text.label("nothing_typed")
        said = text.label("refused", field=text.label(LABELS[refusal.name]), what=what)
        allowed = {"whole": "allowed_whole", "number": "allowed"}[refusal.why.kind]
        said += " " + text.label(allowed, lo=exact(slots["lo"]), hi=exact(slots["hi"]))
    return said + " " + text.label("run_kept")
