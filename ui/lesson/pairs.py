"""The truth P and the prediction Q that travel from lesson to lesson, and how one edits them.

One rule keeps each sum at 1: where one probability is moved, the others share what is left
in the same proportions as before (`xent_core.set_probability`).
"""

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from ui.figure import Cell, Preset
from ui.lesson.classes import Classes
from ui.lesson.sections import Section
from ui.state import links
from ui.words.digits import show
from xent_core import language_text, letter_distribution, set_probability
from xent_core.languages import LETTERS

KEY = "pair"
LISTS = {"weather": 8, "coin": 3, "dice": 8, "abc": 8, "animals": 8}
LEAST, MOST = 2, 8
P = links.Distribution("p", (0.5, 0.25, 0.125, 0.125), least=LEAST, most=MOST)
Q = links.Distribution("q", (0.125, 0.5, 0.25, 0.125), of="p", least=LEAST, most=MOST)
NAMES = links.Names("names", "weather", of="p", lists=LISTS)
PAIR = links.Params(P, Q, NAMES)
COLOURS = {"p": "truth", "q": "prediction"}


def class_names(s: Section) -> tuple[str, ...]:
    """Return what the pair's classes are called, in the reader's language where it is the app's."""
    return CLASSES.named(s.text, s["names"], len(s["p"]))


_TYPED = "xent weights as typed"
_NEAR = 1e-4  # of 1: so far off a sum may be where somebody has rounded

Weights = tuple[float, ...]


def _uneven(weights: Weights) -> bool:
    """Whether weights were not meant as such: neither whole numbers nor of the sum 1."""
    return abs(sum(weights) - 1) > _NEAR and any(w != int(w) for w in weights)


def as_typed(s: Section) -> tuple[Weights, Weights] | None:
    """Return the numbers of the link that P and Q were made of, if these had to be divided.

    The browser's address soon says P and Q themselves, so they are remembered while these stay.
    """
    refused = {problem.name for problem in s.held.problems}
    now = s["p"], s["q"]
    typed: list[Weights] = []
    for param, settled in zip((P, Q), now, strict=True):
        told = None if param.name in refused else s.held.asked.get(param.name)
        weights = settled if told is None else param.weights(told, s.held.state)
        typed.append(tuple(map(float, weights)))
    if any(map(_uneven, typed)):
        st.session_state[_TYPED] = now, (typed[0], typed[1])
    state, numbers = st.session_state.get(_TYPED, (None, None))
    return numbers if state == now else None


def divided(s: Section, numbers: tuple[Weights, Weights]) -> str:
    """Return the sentence that the numbers of a link were divided by their sums."""
    p_sum, q_sum = (show(sum(weights)) for weights in numbers)
    return s.label("pair_divided", p_sum=p_sum, q_sum=q_sum)


def steps(count: int) -> NDArray[np.float64]:
    """Return where a bar stops: coarser with many classes, as every stop of each is sent."""
    return np.round(np.linspace(0, 1, 101 if count <= 4 else 51), 2)


def fields(s: Section, which: str = "pq") -> list[Cell]:
    """Return a field for each probability of P, or of P and Q, in a table."""
    names = class_names(s)
    stops = steps(len(names))
    return [
        Cell(f"{letter}{i}", f"{letter.upper()}({name})", stops, letter.upper(), name,
             COLOURS[letter])
        for letter in which
        for i, name in enumerate(names)
    ]  # fmt: skip


def state(names: str, p: Sequence[float], q: Sequence[float]) -> dict[str, Any]:
    """Return the whole state that a preset sets."""
    return PAIR.controls({"p": tuple(p), "q": tuple(q), "names": names})


def even(count: int) -> tuple[float, ...]:
    """The uniform distribution."""
    return (1 / count,) * count


def certain(count: int) -> tuple[float, ...]:
    """All on the first class: a one-hot distribution."""
    return (1.0, *(0.0,) * (count - 1))


def start_from(s: Section) -> list[Preset]:
    """Return the pairs to start from."""
    count, names = len(s["p"]), s["names"]
    letters, english, german = letters_of_two(MOST - 1)
    letter_names = ",".join([*letters, s.label("pair_other")])
    loaded = np.array([1, 1, 1, 1, 1, 5]) / 10
    first = PAIR.default
    return [
        Preset("pair_weather", state("weather", first["p"], first["q"]), whole=True),
        Preset("pair_uniform", state(names, even(count), s["q"]), whole=True),
        Preset("pair_one_hot", state(names, certain(count), s["q"]), whole=True),
        Preset("pair_dice", state("dice", even(6), loaded), whole=True),
        Preset("pair_letters", state(letter_names, english, german), whole=True),
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


def _without_last(p: Sequence[float]) -> tuple[float, ...]:
    rest = set_probability(p, len(p) - 1, 0.0)[:-1]
    return tuple((rest / rest.sum()).tolist())


def _resized(p: tuple[float, ...], count: int) -> tuple[float, ...]:
    while len(p) > count:
        p = _without_last(p)
    return (*p, *(0.0,) * (count - len(p)))


def _put(count: int, names: str) -> None:
    """Give the pair so many classes: new ones are impossible, lost ones leave the rest theirs."""
    held = links.state_of(KEY, PAIR)
    p, q = _resized(held["p"], count), _resized(held["q"], count)
    links.put(KEY, PAIR, p=p, q=q, names=names)


CLASSES = Classes(KEY, LEAST, MOST, LISTS, _put)


def tools(s: Section) -> None:
    """Say where the pair comes from, how the sum is kept at 1, and show the classes' editor."""
    if s.held.carried:
        s.say_small(s.label("pair_carried"))
    s.say_small(s.label("pair_rule"))
    with s.words:
        CLASSES.editor(s.text, s["names"], len(s["p"]))
