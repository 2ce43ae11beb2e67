"""The widgets that set a run of the training lesson, and what they refuse."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from pages.training.params import DATA_RUNS, FIELDS, KEY, PARAMS, START
from ui.state import links
from ui.words import Words
from ui.words.digits import exact
from ui.words.numbers import LONGEST, plain
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

MADE = ("blobs", "moons", "circles", "spirals", "xor")  # drawn, not given

# ---- changing it


class RefusedError(ValueError):
    """A setting that the lesson does not allow: the label `kind` says why, `slots` fill it."""

    def __init__(self, kind: str, **slots: float) -> None:
        super().__init__(f"{kind} {slots}")
        self.kind, self.slots = kind, slots


def read_typed(name: str, typed: str) -> float:
    """Return the number typed for a setting: full-width digits and 1e-3 are as good as others."""
    whole = name in INTEGER_BOUNDS
    lo, hi = INTEGER_BOUNDS.get(name) or REAL_BOUNDS[name]
    try:
        value = links.Number(name, lo, lo, hi, whole).read(plain(typed[:1000]).strip(), {})
    except ValueError:
        raise RefusedError("allowed_whole" if whole else "allowed", lo=lo, hi=hi) from None
    return int(value) if whole else value


def with_setting(config: Config, name: str, value: Any) -> Config:
    """Return a config with one setting changed; RefusedError if the run would be too long."""
    if name == "data":
        return with_data(config, value)
    try:
        return replace(config, **{name: value})
    except ValueError:  # everything else was bounded before
        epochs = value if name == "epochs" else config.epochs
        each = replace(config, **{name: value, "epochs": 1}).steps
        most = {"steps": epochs * each, "most": MAX_STEPS}
        raise RefusedError("refused_steps", epochs=epochs, each=each, **most) from None


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
    return {"run": run, "vs": vs, **START}


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
LABELS = {name: name for name in FIELDS} | {"loss": "loss_function", "label_smoothing": "smoothing"}
_OPTIONS: dict[str, Sequence[Any]] = {
    "data": DATA, "activation": ACTIVATIONS, "optimizer": OPTIMIZERS, "loss": LOSSES,
    "dtype": TRAINING_DTYPES, "classes": range(2, 7), "layers": range(4),
}  # fmt: skip
_SUBJECTS = ("data", "loss", "optimizer", "rate")
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


def option_name(text: Words, setting: str, option: Any) -> str:
    """Return what an option of a setting is called: its own name where no language has another."""
    known = text.labels.get(f"{setting}_{option}")
    return str(option) if known is None else known


def runners(configs: Sequence[Config], text: Words) -> list[str]:
    """Name the runs of a race by what they differ in, or by their order; none for a single run."""
    if len(configs) < 2:
        return []
    differ = [name for name in RACE_FIELDS if len({getattr(one, name) for one in configs}) > 1]
    if not differ:
        return [text.label("race_first"), text.label("race_second")]
    return [", ".join(_told(config, name, text) for name in differ) for config in configs]


def _told(config: Config, name: str, text: Words) -> str:
    """A setting as one says it: float16, rate 0.1, softmax twice."""
    value = getattr(config, name)
    if isinstance(value, str):
        return option_name(text, name, value)
    label = f"said_{name}"
    return text.label(label, value=exact(value)) if label in text.labels else exact(value)


def panel(held: links.Held, text: Words) -> None:
    """Show the widgets that set a run, and whom it races, behind a button each."""
    with st.popover(text.label("settings")), st.container(key="training-settings"):
        _settings(held, text)
    with st.popover(text.label("race")):
        _race(held, text)


def _settings(held: links.Held, text: Words) -> None:
    say_refusal(held, text)
    for place, name in zip(st.columns(len(_SUBJECTS)), _SUBJECTS, strict=True):
        with place:
            _setting(held, text, _RUN, name)
    for place, (group, names) in zip(st.columns(len(_GROUPS)), _GROUPS.items(), strict=True):
        with place:
            st.markdown(f"**{text.label(group)}**")
            for name in names:
                _setting(held, text, _RUN, name)


def _race(held: links.Held, text: Words) -> None:
    say_refusal(held, text)
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
            label, _OPTIONS[name], format_func=lambda one: option_name(text, name, one), **common
        )
        return
    refusal = _refusal(held)
    refused = refusal is not None and (refusal.side, refusal.name) == (side, name)
    st.session_state[key] = refusal.typed if refused else exact(value)
    st.text_input(label, max_chars=LONGEST, **common)


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
    return {**state, "vs": vs, **START}


def _refusal(held: links.Held) -> Refusal | None:
    refusal = st.session_state.get(_REFUSAL)
    return refusal if refusal and refusal.state == held.state else None


def say_refusal(held: links.Held, text: Words) -> None:
    """Say what was refused, and what is allowed."""
    if refusal := _refusal(held):
        st.warning(refusal_sentence(text, refusal))


def refusal_sentence(text: Words, refusal: Refusal) -> str:
    """Return why a change was refused, in the reader's language."""
    why, slots = refusal.why.kind, refusal.why.slots
    if why == "refused_steps":
        said = text.label(why, **{name: f"{value:,}" for name, value in slots.items()})
    else:
        typed = refusal.typed[:20].strip()
        what = links.quoted(typed) if typed.strip("`") else text.label("nothing_typed")
        said = text.label("refused", field=text.label(LABELS[refusal.name]), what=what)
        said += " " + text.label(why, **{name: exact(value) for name, value in slots.items()})
    return said + " " + text.label("run_kept")
