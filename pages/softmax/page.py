"""Softmax vs argmax: who wins, by how much, and why only one of them can be learned from."""

import functools

import numpy as np
import streamlit as st

from pages.softmax import charts, models
from pages.softmax.models import NOTE, SIZES
from pages.softmax.programs import softmax_program, twice_program
from ui.draw import formula
from ui.draw.panels import reach
from ui.figure import Choice, Preset, Readout, Slider
from ui.lesson.questions import answered
from ui.lesson.sections import Lesson, Section
from ui.state import links
from ui.words.digits import show
from xent_core import sigmoid, softmax

REACH = 10.0  # of the sliders; a logit that is typed may be larger
LIMIT = 1000.0
MOST, FEWEST = 6, 2  # classes
SUBSCRIPTS = "₀₁₂₃₄₅"

lesson = Lesson("softmax")


def steps(lo: float, hi: float, step: float) -> np.ndarray:
    """Positions from lo to hi, each the decimal number that it looks like."""
    return np.round(np.linspace(lo, hi, round((hi - lo) / step) + 1), 6)


def logits(s: Section, name: str, count: int, farthest: float) -> list[Slider]:
    """A slider for each of a row of logits."""
    stops = steps(-farthest, farthest, 0.1)
    return [Slider(f"{name}{i}", s.label("logit", i=SUBSCRIPTS[i]), stops) for i in range(count)]


# ---- Who wins, and by how much?

MAIN = links.Params(
    links.Numbers("z", NOTE, -LIMIT, LIMIT, least=FEWEST, most=MOST),
    links.Number("T", 1.0, 0.01, 100.0),
    links.Index("k", 2, of="z"),
)
TEMPERATURES = np.array([float(f"{10**x:.3g}") for x in np.linspace(-2, 2, 161)])
COLD = 0.1


def softmax_of_k(count: int) -> str:
    """The formula of class k's probability, with its numbers."""

    def power(logit: str, colour: str = "") -> str:
        return formula.exp(formula.row(formula.slot(logit, colour), "/", formula.slot("T")))

    powers = formula.total(*(power(f"z{i}") for i in range(count)))
    return formula.math(
        "p_k",
        "=", formula.frac(formula.exp("z_k / T"), formula.over("j", formula.exp("z_j / T"))),
        "=", formula.frac(power("z_k|exact", "truth"), powers),
        "=", formula.slot("p_k", "prediction"),
    )  # fmt: skip


def classes_buttons(s: Section) -> None:
    """Add a class with logit 0, or take the last one away."""
    z, k = s["z"], s["k"]
    more = {"z": (*z, 0.0)}
    fewer = {"z": z[:-1], "k": min(k, len(z) - 2)}
    with s.words.container(horizontal=True):
        for label, change, end in (("class_more", more, MOST), ("class_fewer", fewer, FEWEST)):
            st.button(
                s.label(label),
                on_click=functools.partial(s.put, **change),
                disabled=len(z) == end,
            )


@lesson.section("softmax", MAIN)
def who_wins(s: Section) -> None:
    count, k = len(s["z"]), int(s["k"])
    classes = tuple(map(str, range(count)))
    tie = MAIN.controls({"z": (1.0, 4.0, 3.0, 4.0), "T": 1.0, "k": 1.0})
    s.figure(
        charts.soft_and_hard(classes, s.labels("logits", "probabilities"), reach(s["z"], REACH)),
        models.soft_and_hard,
        [
            *logits(s, "z", count, REACH),
            Slider("T", "temperature", TEMPERATURES),
            Choice("k", "k", classes),
        ],
        readouts=[
            Readout("p_k", "p_k", colour="prediction"),
            Readout("winner", "winner|exact"),
        ],
        formula=softmax_of_k(count),
        presets=[
            Preset("tie", tie, whole=True),
            Preset("equal", {f"z{i}": 0.0 for i in range(count)}),
            Preset("cold", {"T": TEMPERATURES[0]}),
            Preset("hot", {"T": TEMPERATURES[-1]}),
        ],
        alt="alt",
    )
    s.say("hook")
    s.ask(
        "cool",
        [s.label("as_before", p=show(softmax(NOTE).max(), 2)), "nearly_one", "nearly_zero"],
        right=1,
        then={"z": NOTE, "T": COLD, "k": len(NOTE) - 1},
        cold=COLD,
        p=show(softmax(NOTE, temperature=COLD).max()),
        count=len(NOTE),
    )
    s.say("tie")
    classes_buttons(s)
    s.program(softmax_program(s["z"], s["T"], k))


# ---- Add the same to all of them; multiply all of them

MOVE = links.Params(links.Number("c", 0.0, -20.0, 20.0), links.Number("s", 1.0, 0.0, 5.0))
SHIFT = 10.0


@lesson.section("move", MOVE, further="move")
def shift_or_scale(s: Section) -> None:
    classes = tuple(map(str, range(len(NOTE))))
    s.figure(
        charts.moved(classes, s.labels("moved", "moved_p"), (-22.0, 42.0)),
        models.shift_and_scale,
        [
            Slider("c", "shift_c", steps(-20, 20, 0.2)),
            Slider("s", "scale_s", steps(0, 5, 0.05)),
        ],
        readouts=[Readout("change", "change", colour="prediction")],
        presets=[
            Preset("shift_only", {"c": SHIFT, "s": 1.0}),
            Preset("scale_up", {"c": 0.0, "s": 3.0}),
            Preset("scale_zero", {"c": 0.0, "s": 0.0}),
        ],
        alt="move_alt",
    )
    s.say("move")
    s.ask(
        "shift",
        ["grows", "nothing", "shrinks"],
        right=1,
        then={"c": SHIFT, "s": 1.0},
        shift=f"{SHIFT:g}",
        before=show(softmax(NOTE)[-1]),
        after=show(softmax(np.array(NOTE) + SHIFT)[-1]),
    )


# ---- Two classes: the sigmoid

TWO = links.Params(links.Number("d", 1.0, -LIMIT, LIMIT))
APART = 8.0


@lesson.section("two", TWO, further="sigmoid")
def sigmoid_is_softmax(s: Section) -> None:
    farthest = reach([s["d"]], APART)
    x = np.linspace(-farthest, farthest, 161)
    curve = tuple(x.tolist()), tuple(sigmoid(x).tolist())
    s.figure(
        charts.bars_and_curve(s.labels("two", "curve"), curve),
        models.two_classes,
        [Slider("d", "difference", steps(-APART, APART, 0.1))],
        readouts=[Readout("p_1", "p_1", colour="prediction"), Readout("sigma", "sigma")],
        alt="sigmoid_alt",
    )
    s.say("sigmoid")


# ---- What each probability says to each logit

SLOPES = links.Params(links.Numbers("y", (1.0, 0.0, -1.0), -LIMIT, LIMIT, least=3, most=3))


@lesson.section("slopes", SLOPES, further="jacobian")
def every_slope(s: Section) -> None:
    s.figure(
        charts.bars_and_matrix(("0", "1", "2"), ("softmax p", s.label("heat"))),
        models.jacobian,
        logits(s, "y", 3, 5.0),
        readouts=[
            Readout("own", "own"),
            Readout("row_sum", "row_sum"),
            Readout("left_over", "left|2", s.label("ulp_of_one")),
        ],
        alt="jacobian_alt",
    )
    s.say("jacobian")


# ---- argmax gives nothing to learn from

LEARN = links.Params(links.Number("x", 2.0, -LIMIT, LIMIT))
LOW, HIGH = -4.0, 10.0


@lesson.section("learn", LEARN, further="slope")
def nothing_to_learn(s: Section) -> None:
    x = np.linspace(min(LOW, s["x"]), max(HIGH, s["x"]), 281)
    path = models.step_and_slope({"x": x})
    curves = tuple(x.tolist()), tuple(path["soft"].tolist()), tuple(path["hard"].tolist())
    s.figure(
        charts.step_and_curve(curves, s.labels("moving", "slope_p")),
        models.step_and_slope,
        [Slider("x", "moving", steps(LOW, HIGH, 0.1))],
        readouts=[
            Readout("soft", "soft", colour="prediction"),
            Readout("slope_of", "slope", colour="prediction"),
            Readout("hard", "hard|exact"),
        ],
        alt="slope_alt",
    )
    s.say("slope", rest=", ".join(f"{x:g}" for x in models.REST))


# ---- A softmax too many

TWICE = links.Params(links.Number("a", 2.0, -LIMIT, LIMIT), links.Index("C", 1, of=len(SIZES)))
LEFT, RIGHT = -10.0, 20.0


@lesson.section("twice", TWICE)
def one_softmax_too_many(s: Section) -> None:
    sizes = tuple(map(str, SIZES))
    count = SIZES[int(s["C"])]
    along = np.linspace(min(LEFT, s["a"]), max(RIGHT, s["a"]), 61)
    told = answered("floor")  # the floor is drawn once it has been guessed
    floor = [Readout("floor", "floor", colour="surprise")] if told else []
    alt = s.label("twice_alt") + (" " + s.label("floor_alt") if told else "")
    s.figure(
        charts.two_losses(
            tuple(along.tolist()),
            s.labels("right_logit", "loss"),
            reach([max(-s["a"], 0.0) + 7], 18.0),
            s.labels("from_logits", "from_softmax", "floor"),
            told,
        ),
        lambda values: models.one_too_many(values, along),
        [
            Slider("a", "right_logit", steps(LEFT, RIGHT, 0.1)),
            Choice("C", "classes", sizes),
        ],
        readouts=[
            Readout("from_logits", "plain", colour="fine"),
            Readout("from_softmax", "double", colour="surprise"),
            Readout("from_log", "log"),
            *floor,
        ],
        names={"C": sizes},
        alt=alt,
    )
    s.say("twice")
    s.ask(
        "floor",
        ["0", show(models.floor(count)), "∞"],
        right=1,
        then={"a": RIGHT},
        count=count,
        floor=show(models.floor(count)),
    )
    s.program(twice_program(s["a"], count))


lesson.end()
