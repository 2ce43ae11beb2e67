"""The truth P and the prediction Q that travel from lesson to lesson, and how one edits them.

One rule keeps each sum at 1: where one probability is moved, the others share what is left
in the same proportions as before (`xent_core.set_probability`).
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from ui import links
from ui.live import Cell, Handle, Preset
from ui.live.sweeps import Arrays
from ui.words import Words
from xent_core import language_text, letter_distribution, set_probability
from xent_core.languages import LETTERS

KEY = "pair"
LISTS = {"weather": 4, "coin": 2, "dice": 6, "abc": 8}
LEAST, MOST = 2, 8
PAIR = links.Params(
    links.Distribution("p", (0.5, 0.25, 0.125, 0.125), least=LEAST, most=MOST),
    links.Distribution("q", (0.125, 0.5, 0.25, 0.125), of="p", least=LEAST, most=MOST),
    links.Names("names", "weather", of="p", lists=LISTS),
)
COLOURS = {"p": "truth", "q": "prediction"}


@dataclass(frozen=True)
class Pair:
    """P and Q in this run, with the names of their classes."""

    held: links.Held
    names: tuple[str, ...]

    @property
    def p(self) -> tuple[float, ...]:
        return self.held["p"]

    @property
    def q(self) -> tuple[float, ...]:
        return self.held["q"]


def hold_pair(text: Words, *figures: str) -> Pair:
    """Return the pair that the lessons share; `figures` are the live figures that show it."""
    held = links.hold(KEY, PAIR, figures)
    return Pair(held, class_names(text, held["names"], len(held["p"])))


def class_names(text: Words, names: str, count: int) -> tuple[str, ...]:
    """Return the names of `count` classes: those typed, or those of a list of the app's."""
    known = text.label(f"list_{names}") if names in LISTS else names
    return links.read_names(known)[:count]


def steps(count: int) -> NDArray[np.float64]:
    """Return where a bar stops: coarser with many classes, as every stop of each is sent."""
    return np.round(np.linspace(0, 1, 101 if count <= 4 else 51), 2)


def controls(pair: Pair, which: str = "pq") -> list[Cell]:
    """Return a field for each probability of P, or of P and Q, in a table."""
    stops = steps(len(pair.names))
    return [
        Cell(f"{letter}{i}", f"{letter.upper()}({name})", stops, letter.upper(), name,
             COLOURS[letter])
        for letter in which
        for i, name in enumerate(pair.names)
    ]  # fmt: skip


def handles(pair: Pair, which: str = "pq", axis: str = "") -> list[Handle]:
    """Return a handle on top of each bar; P's bar stands to the left of Q's, if there are both."""
    beside = 0.2 if len(which) > 1 else 0.0
    return [
        Handle(f"{letter}{i}", i + side * beside, f"{letter}.{i}", COLOURS[letter], axis=axis)
        for letter, side in zip(which, (-1, 1), strict=False)
        for i in range(len(pair.names))
    ]


def rules(pair: Pair, which: str = "pq") -> dict[str, str]:
    """Say where the model tells what each probability becomes when another is moved."""
    return {f"{letter}{i}": f"{letter}.{i}" for letter in which for i in range(len(pair.names))}


def settle(values: Arrays, letter: str, base: Sequence[float]) -> NDArray[np.float64]:
    """Return the distributions (R, K) of the rows of a sweep in which one number has moved."""
    before = np.asarray(base)
    asked = np.stack([values[f"{letter}{i}"] for i in range(len(before))], axis=-1)
    moved = asked != before
    alone = moved.sum(axis=-1) == 1  # all else is a whole state, whose sum is 1
    at = moved.argmax(axis=-1)
    value = asked[np.arange(len(asked)), at]
    ruled = set_probability(np.broadcast_to(before, asked.shape), at, value)
    return np.where(alone[:, None], ruled, asked)


def state(names: str, p: Sequence[float], q: Sequence[float]) -> dict[str, Any]:
    """Return the whole state that a preset sets."""
    return PAIR.controls({"p": tuple(p), "q": tuple(q), "names": names})


def even(count: int) -> tuple[float, ...]:
    """The uniform distribution."""
    return (1 / count,) * count


def certain(count: int) -> tuple[float, ...]:
    """All on the first class: a one-hot distribution."""
    return (1.0, *(0.0,) * (count - 1))


def match() -> None:
    """Let Q be P."""
    links.put(KEY, PAIR, q=links.state_of(KEY, PAIR)["p"])


def presets(pair: Pair, text: Words) -> list[Preset]:
    """Return the pairs to start from."""
    count, names = len(pair.names), pair.held["names"]
    letters, english, german = letters_of_two(MOST - 1)
    letter_names = ",".join([*letters, text.label("pair_other")])
    loaded = np.array([1, 1, 1, 1, 1, 5]) / 10
    first = PAIR.default
    return [
        Preset(text.label("pair_weather"), state("weather", first["p"], first["q"]), whole=True),
        Preset(text.label("pair_uniform"), state(names, even(count), pair.q), whole=True),
        Preset(text.label("pair_one_hot"), state(names, certain(count), pair.q), whole=True),
        Preset(text.label("pair_dice"), state("dice", even(6), loaded), whole=True),
        Preset(text.label("pair_letters"), state(letter_names, english, german), whole=True),
    ]


@functools.cache
def letters_of_two(count: int) -> tuple[str, tuple[float, ...], tuple[float, ...]]:
    """Return the most frequent letters of English, and all letters' shares in English and German.

    The last share is that of the letters that are not named.
    """
    shares = [letter_distribution(language_text(language)) for language in ("en", "de")]
    often = np.argsort(-shares[0], kind="stable")[:count]
    grouped = [(*(float(p[i]) for i in often), float(np.delete(p, often).sum())) for p in shares]
    return "".join(LETTERS[i] for i in often), grouped[0], grouped[1]


def _resize(by: int) -> None:
    """Add a class of probability 0, or take the last one away."""
    held = links.state_of(KEY, PAIR)
    p, q = held["p"], held["q"]
    if by > 0:
        p, q = (*p, 0.0), (*q, 0.0)
    else:
        p, q = _without_last(p), _without_last(q)
    names = PAIR.params[2].fit(held["names"], {"p": p})
    if held["names"] not in LISTS:
        names = ",".join(_some_names(held["names"].split(","), len(p)))
    links.put(KEY, PAIR, p=p, q=q, names=names)


def _without_last(p: Sequence[float]) -> tuple[float, ...]:
    rest = set_probability(p, len(p) - 1, 0.0)[:-1]
    return tuple((rest / rest.sum()).tolist())


def _some_names(names: Sequence[str], count: int) -> list[str]:
    """Return `count` names: those there are, then letters that are not taken."""
    spare = (letter for letter in "ABCDEFGHIJKLMNOP" if letter not in names)
    return [*names, *(next(spare) for _ in range(count - len(names)))][:count]


_NAMES_KEY, _NAMES_PROBLEM = "xent names", "xent names problem"


def _rename() -> None:
    """Take the typed names; their number is the number of classes."""
    held = links.state_of(KEY, PAIR)
    st.session_state[_NAMES_PROBLEM] = ""
    try:
        names = links.read_names(st.session_state[_NAMES_KEY])
        if not LEAST <= len(names) <= MOST:
            raise ValueError(f"{len(names)} names")
    except ValueError:
        st.session_state[_NAMES_PROBLEM] = st.session_state[_NAMES_KEY][:60]
        return
    links.put(KEY, PAIR, p=_resized(held["p"], len(names)), q=_resized(held["q"], len(names)),
              names=",".join(names))  # fmt: skip


def _resized(p: tuple[float, ...], count: int) -> tuple[float, ...]:
    while len(p) > count:
        p = _without_last(p)
    return (*p, *(0.0,) * (count - len(p)))


def tools(pair: Pair, text: Words) -> None:
    """Say how the sum is kept at 1, and show the editor of the classes' number and names."""
    st.markdown(f":small[{text.label('pair_rule')}]")
    count = len(pair.names)
    with st.container(horizontal=True):
        more, fewer = text.label("pair_more"), text.label("pair_fewer")
        st.button(more, on_click=_resize, args=(1,), disabled=count == MOST)
        st.button(fewer, on_click=_resize, args=(-1,), disabled=count == LEAST)
    st.session_state[_NAMES_KEY] = ", ".join(pair.names)
    st.text_input(text.label("pair_names"), key=_NAMES_KEY, on_change=_rename)
    if problem := st.session_state.get(_NAMES_PROBLEM):
        least, most, longest = LEAST, MOST, links.NAME_LENGTH
        said = text.label("pair_bad_names", what=links.quoted(problem), least=least, most=most,
                          longest=longest)  # fmt: skip
        st.warning(said)
