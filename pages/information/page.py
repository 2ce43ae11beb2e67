"""Information: how much the happening of an event says, and twenty questions to count it by."""

from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import ArrayLike

from ui.draw import charts, formula
from ui.figure import Bind, Choice, Handle, Preset, Readout, Slider, View
from ui.figure.sweeps import Arrays
from ui.lesson import ask, in_pytorch, live, open_lesson, section, take_home
from ui.lesson.programs import information_program
from ui.state import links
from ui.words.digits import show
from ui.words.units import unit_switch
from xent_core import (
    ask_huffman,
    entropy,
    huffman_code,
    questions_by_halving,
    self_information,
    still_possible,
    zipf_distribution,
)

text = open_lesson("information")
unit = unit_switch(text)
UNIT = text.label(unit.name)


def information(p: ArrayLike) -> Any:
    """The information of probability p in the reader's unit."""
    return self_information(p, base=unit.base)


# ---- How surprising is it?

CURVE = links.Params(links.Number("p", 0.5, 0.0, 1.0))
LEAST = 0.001  # the least positive probability that the curve shows


def surprise(values: Arrays) -> Arrays:
    """The information of an event of probability p (R,), also counted in coin flips."""
    p = values["p"]
    bits = information(p)
    edge = information(LEAST)
    height = np.where(bits > edge, np.nan, bits)
    return {
        "information": bits,
        "flips": self_information(p, base=2),
        "height": height,
        "drop_x": np.stack([p, p, np.zeros_like(p)], axis=-1),
        "drop_y": np.stack([np.zeros_like(p), height, height], axis=-1),
        "beyond": np.where((bits > edge) & np.isfinite(bits), edge, np.nan),
        "never": np.where(np.isfinite(bits), np.nan, edge),
    }


@st.fragment
def how_surprising() -> None:
    held = links.hold("surprise", CURVE)
    words, figure = st.columns([1, 2], gap="large")
    x = np.concatenate([np.geomspace(LEAST, 0.1, 200), np.linspace(0.1, 1, 200)[1:]])
    curve = tuple(x.tolist()), tuple(information(x).tolist())
    probability = formula.slot("p|short", "truth")
    with figure:
        live(
            held,
            text,
            controls=[
                Slider("p", text.label("p"), np.round(np.linspace(0, 1, 1001), 3), colour="truth")
            ],
            model=surprise,
            view=View(
                charts.surprise_curve(
                    curve, text.label("p"), f"{text.label('information')} ({UNIT})"
                ),
                binds=[
                    Bind(1, "x", "drop_x"),
                    Bind(1, "y", "drop_y"),
                    Bind(2, "x", "p"),
                    Bind(2, "y", "height"),
                    Bind(3, "x", "p"),
                    Bind(3, "y", "beyond"),
                    Bind(3, "text", "information|4"),
                    Bind(4, "x", "p"),
                    Bind(4, "y", "never"),
                    Bind(4, "text", "information|4"),
                ],
                readouts=[
                    Readout(text.label("information"), "information", UNIT, "surprise"),
                    Readout(text.label("flips"), "flips", text.label("coin_flips")),
                ],
                formula=formula.math(
                    formula.ident("I"), formula.op("="), formula.op("−"), formula.ident(unit.log),
                    formula.ident("p"), formula.op("="), formula.op("−"), formula.ident(unit.log),
                    probability, formula.op("="), formula.slot("information", "surprise"),
                ),
                alt=text.label("curve_alt", unit=UNIT),
                handles=[Handle("p", "p", "height", "surprise", "point")],
            ),
            presets=[
                Preset(text.label("half"), {"p": 1 / 2}),
                Preset(text.label("die"), {"p": 1 / 6}),
                Preset(text.label("rare"), {"p": LEAST}),
                Preset(text.label("never"), {"p": 0.0}),
            ],
        )  # fmt: skip
    with words:
        section(text, "hook")
        once = information(1 / 2)
        ask(
            text,
            "twice",
            [
                text.label("same", x=show(once)),
                text.label("double", x=show(2 * once)),
                text.label("four", x=show(4 * once)),
            ],
            right=1,
            then=lambda: links.put("surprise", CURVE, p=1 / 4),
            once=show(once),
            both=show(information(1 / 4)),
            unit=UNIT,
        )
        section(text, "zero")
    in_pytorch(text, information_program(held["p"], unit.name))


# ---- Two independent events

EVENTS = links.Params(links.Number("a", 0.5, 0.01, 1.0), links.Number("b", 0.25, 0.01, 1.0))


def rectangle(width: np.ndarray, height: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The corners of rectangles (R,) that stand in the origin."""
    zero = np.zeros_like(width)
    x = np.stack([zero, width, width, zero, zero], axis=-1)
    return x, np.stack([zero, zero, height, height, zero], axis=-1)


def both_happen(values: Arrays) -> Arrays:
    """Probabilities a and b (R,) multiply, what they say adds up."""
    a, b = values["a"], values["b"]
    info_a, info_b = information(a), information(b)
    one, nothing = np.ones_like(a), np.zeros_like(a)
    x1, y1 = rectangle(a, one)
    x2, y2 = rectangle(one, b)
    x3, y3 = rectangle(a, b)
    return {
        "both": a * b,
        "info_a": info_a,
        "info_b": info_b,
        "info_both": information(a * b),
        "of_a": np.stack([info_a, nothing, info_a], axis=-1),
        "of_b": np.stack([nothing, info_b, info_b], axis=-1),
        "x1": x1, "y1": y1, "x2": x2, "y2": y2, "x3": x3, "y3": y3,
    }  # fmt: skip


@st.fragment
def two_events() -> None:
    held = links.hold("events", EVENTS)
    words, figure = st.columns([1, 2], gap="large")
    steps = np.round(np.linspace(0.01, 1, 100), 2)
    top = 2.04 * information(0.01)
    with figure:
        live(
            held,
            text,
            controls=[
                Slider("a", text.label("first"), steps, colour="truth"),
                Slider("b", text.label("second"), steps, colour="prediction"),
            ],
            model=both_happen,
            view=View(
                charts.area_and_sum(
                    ("p", "q", text.label("p_both")), (text.label("area"), text.label("sum")), top
                ),
                binds=[
                    *(Bind(i, axis, f"{axis}{i + 1}") for i in range(3) for axis in "xy"),
                    Bind(3, "y", "of_a"),
                    Bind(4, "y", "of_b"),
                ],
                handles=[
                    Handle("a", "a", 0.02, "truth", "point"),
                    Handle("b", 0.02, "b", "prediction", "point"),
                ],
                readouts=[
                    Readout("p·q", "both", colour="surprise"),
                    Readout("I(p)", "info_a", UNIT, "truth"),
                    Readout("I(q)", "info_b", UNIT, "prediction"),
                    Readout("I(p·q)", "info_both", UNIT, "surprise"),
                ],
                alt=text.label("pair_alt", unit=UNIT),
            ),
        )
    with words:
        section(text, "pair")


# ---- Twenty questions

MOST_NUMBERS = 1000
LADDER = links.Params(
    links.Number("N", 100.0, 2.0, float(MOST_NUMBERS), whole=True),
    links.Index("prior", 0, of=2),
)
COUNTS = np.unique(np.concatenate([np.arange(2, 100), np.linspace(100, MOST_NUMBERS, 91)]))


BIT = float(information(1 / 2))  # what the answer to a question can say at most


def best_questions(n: int, skewed: bool) -> tuple[float, float]:
    """The entropy in bits of n numbers, and how many questions their best questioner asks.

    Equally likely numbers are halved; where some are likelier, after Zipf's law, the best
    questions are those of the Huffman tree.
    """
    if skewed:
        p = zipf_distribution(n)
        return float(entropy(p, base=2)), huffman_code(p).expected_length
    return float(self_information(1 / n, base=2)), float(questions_by_halving(n).mean)


@st.cache_data(show_spinner=False)
def ladders() -> np.ndarray:
    """Entropy and questions along COUNTS for either prior: (2 priors, counts, 2)."""
    return np.array([[best_questions(int(n), skewed) for n in COUNTS] for skewed in (False, True)])


def along(n: np.ndarray, prior: np.ndarray) -> np.ndarray:
    """Entropy and questions (R, 2) of each row; from the ladders as far as they have it."""
    at = np.searchsorted(COUNTS, n)
    best = ladders()[prior, at]
    for row in np.flatnonzero(COUNTS[at] != n):  # a typed number between the steps
        best[row] = best_questions(int(n[row]), bool(prior[row]))
    return best


def count_questions(values: Arrays) -> Arrays:
    """The entropy of N numbers (R,) under a prior (R,), and the questions that it takes."""
    n, prior = values["N"].astype(int), values["prior"].astype(int)
    best, curves = along(n, prior), BIT * ladders()
    return {
        "log": information(1 / n),
        "entropy": BIT * best[:, 0],
        "questions": best[:, 1],
        "worth": BIT * best[:, 1],
        "entropy_curve": curves[prior, :, 0],
        "questions_curve": curves[prior, :, 1],
        "log_curve": curves[np.zeros_like(prior), :, 0],
        "most": questions_by_halving(n).most,
    }


def answer(which: str) -> None:
    """Take an answer of the game."""
    st.session_state["xent game"] = st.session_state.get("xent game", "") + which


def take_back() -> None:
    """Take the last answer of the game back."""
    st.session_state["xent game"] = st.session_state["xent game"][:-1]


MOST_ON_THE_TREE = 64  # more numbers would make the first questions long lists


def play(count: int, skewed: bool) -> None:
    """Ask until one number is left; the answers are all that is remembered."""
    game = (count, skewed)
    if st.session_state.get("xent game of") != game:
        st.session_state["xent game of"], st.session_state["xent game"] = game, ""
    if skewed and count > MOST_ON_THE_TREE:
        section(text, "many", most=MOST_ON_THE_TREE)
        return
    answers = st.session_state["xent game"]
    found = by_huffman(count, answers) if skewed else by_halving(count, answers)
    if found is not None:
        bits = show(self_information(1 / count, base=2))
        section(text, "found", found=found, asked=len(answers), count=count, bits=bits)
    with st.container(horizontal=True, key="unlinked-game"):
        if found is None:
            yes_or_no()
        st.button(text.label("take_back"), on_click=take_back, disabled=not answers)
        st.button(text.label("again"), on_click=st.session_state.pop, args=("xent game of", None))


def by_halving(count: int, answers: str) -> int | None:
    """Ask whether the number is in the upper half; return the number once it is the only one."""
    first, last = still_possible(count, answers)
    if first == last:
        return first
    middle = (first + last) // 2
    section(text, "guess", number=len(answers) + 1, middle=middle, left=last - first + 1)
    return None


def by_huffman(count: int, answers: str) -> int | None:
    """Ask what the Huffman tree asks; return the number once it is the only one."""
    code = huffman_code(zipf_distribution(count), range(1, count + 1))
    named, others = ask_huffman(code, answers)
    if not named:
        return others[0]
    these = ", ".join(map(str, named))
    section(text, "among", number=len(answers) + 1, these=these, left=len(named) + len(others))
    return None


def yes_or_no() -> None:
    """Show the two answers; the keys y and n give them too."""
    for key, shortcut in (("yes", "y"), ("no", "n")):
        st.button(text.label(key), key=f"xent {key}", shortcut=shortcut, on_click=answer,
                  args=(shortcut,))  # fmt: skip


@st.fragment
def twenty_questions() -> None:
    held = links.hold("ladder", LADDER)
    count = int(held["N"])
    words, figure = st.columns([1, 2], gap="large")
    priors = text.label("uniform"), text.label("zipf")
    top = BIT * (float(questions_by_halving(MOST_NUMBERS).most) + 0.6)
    log = f"{unit.log} N"
    labels = text.label("numbers"), log, text.label("entropy"), text.label("mean")
    with figure:
        live(
            held,
            text,
            controls=[
                Slider("N", text.label("numbers"), COUNTS, whole=True),
                Choice("prior", text.label("prior"), priors),
            ],
            model=count_questions,
            view=View(
                charts.ladder(tuple(COUNTS.tolist()), labels, text.label("worth", unit=UNIT), top),
                binds=[
                    Bind(0, "y", "log_curve"),
                    Bind(1, "y", "questions_curve"),
                    Bind(2, "y", "entropy_curve"),
                    Bind(3, "x", "N"),
                    Bind(3, "y", "worth"),
                    Bind(4, "x", "N"),
                    Bind(4, "y", "entropy"),
                ],
                readouts=[
                    Readout(log, "log", UNIT),
                    Readout(text.label("entropy"), "entropy", UNIT, "surprise"),
                    Readout(text.label("mean"), "questions"),
                    Readout(text.label("worst"), "most|exact"),
                ],
                alt=text.label("ladder_alt", log=log, unit=UNIT),
                names={"prior": priors},
            ),
        )
    with words:
        section(text, "questions", bit=show(BIT), unit=UNIT)
        enough = questions_by_halving(MOST_NUMBERS)[0]
        ask(
            text,
            "most",
            [str(enough), str(MOST_NUMBERS // 2), str(MOST_NUMBERS - 1)],
            right=0,
            then=lambda: links.put("ladder", LADDER, N=float(MOST_NUMBERS)),
            count=MOST_NUMBERS,
            most=enough,
            bits=show(self_information(1 / MOST_NUMBERS, base=2)),
            worst=MOST_NUMBERS - 1,
        )
        section(text, "skewed")
        section(text, "play", count=count)
        play(count, skewed=bool(held["prior"]))


how_surprising()
st.divider()
two_events()
st.divider()
twenty_questions()
take_home(text)
