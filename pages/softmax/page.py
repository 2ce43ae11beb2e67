"""Softmax vs argmax: who wins, by how much, and why only one of them can be learned from."""

import functools

import numpy as np
import streamlit as st

from pages.softmax import charts, formulas, models, ways
from pages.softmax.models import NOTE, SIZES
from pages.softmax.programs import softmax_program, twice_program
from ui.draw.panels import reach
from ui.figure import Cell, Choice, Preset, Readout, Row, Slider
from ui.lesson.bridge import Example, bridge
from ui.lesson.questions import answered
from ui.lesson.sections import Lesson, Section
from ui.state import links
from ui.words.digits import show
from xent_core import sigmoid, softmax
from xent_core.shares import shares

REACH = 10.0  # of the sliders; a logit that is typed may be larger
LIMIT = 1000.0
MOST, FEWEST = 6, 2  # classes
SUBSCRIPTS = "₀₁₂₃₄₅"

lesson = Lesson("softmax")


def steps(lo: float, hi: float, step: float) -> np.ndarray:
    """Positions from lo to hi, each the decimal number that it looks like."""
    return np.round(np.linspace(lo, hi, round((hi - lo) / step) + 1), 6)


def animals(s: Section, count: int) -> tuple[str, ...]:
    """What the classes are called."""
    return links.read_names(s.label("list_animals"))[:count]


def numbered(s: Section, count: int) -> tuple[str, ...]:
    """The classes with their numbers: 0 cat, 1 dog, …."""
    return tuple(f"{i} {name}" for i, name in enumerate(animals(s, count)))


def logits(s: Section, name: str, count: int, farthest: float) -> list[Slider]:
    """A slider for each of a row of logits."""
    stops, who = steps(-farthest, farthest, 0.1), animals(s, count)
    return [
        Slider(f"{name}{i}", s.label("logit", i=SUBSCRIPTS[i], name=who[i]), stops)
        for i in range(count)
    ]


# ---- Who wins, and by how much?

MAIN = links.Params(
    links.Numbers("z", NOTE, -LIMIT, LIMIT, least=FEWEST, most=MOST),
    links.Number("T", 1.0, 0.01, 100.0),
    links.Index("k", 2, of="z"),
)
TEMPERATURES = np.array([float(f"{10**x:.3g}") for x in np.linspace(-2, 2, 161)])
COLD = 0.1


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
    classes = numbered(s, count)
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
        formula=formulas.softmax_of_k(count),
        presets=[
            Preset("tie", tie, whole=True),
            Preset("equal", {f"z{i}": 0.0 for i in range(count)}),
            Preset("cold", {"T": TEMPERATURES[0]}),
            Preset("hot", {"T": TEMPERATURES[-1]}),
        ],
        names={"k": classes, "winner": classes},
        alt="alt",
    )
    bridge(s, "softmax", Example(np.array(s["z"]) / s["T"], k, (), animals=True))
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
    lights = {"z": "z = ", "T": "T = ", "p_k": f"p[{k}]", "p": "F.softmax(", "winner": "argmax()"}
    s.program(softmax_program(s["z"], s["T"], k), lights)


# ---- Why exponentials, and not z over its sum?

MOVE = links.Params(
    links.Number("c", 0.0, -20.0, 20.0),
    links.Number("s", 1.0, 0.0, 5.0),
    links.Numbers("w", NOTE, -LIMIT, LIMIT, least=2, most=len(NOTE)),
)
SHIFT, STRETCH = 10.0, 3.0
FAULTS = ("no_fault", "fault_order", "fault_negative", "fault_undefined")


@lesson.section("move", MOVE)
def why_exponentials(s: Section) -> None:
    count = len(s["w"])
    classes = animals(s, count)
    no_sum = MOVE.controls({"c": 0.0, "s": 1.0, "w": ways.NO_SUM})
    s.figure(
        charts.three_ways(classes, s.labels("by_softmax", "by_sum", "by_squares")),
        ways.three_ways,
        [
            *(
                Cell(f"w{i}", s.label("logit_of", name=name), steps(-REACH, REACH, 1), "z", name)
                for i, name in enumerate(classes)
            ),
            Slider("s", "scale_s", steps(0, 5, 0.05)),
            Slider("c", "shift_c", steps(-20, 20, 0.2)),
        ],
        readouts=[
            Readout(f"change_{way}", f"{way}_change|3", colour="prediction") for way in ways.WAYS
        ],
        rows=[Row("s·z + c", "moved")],
        formula=formulas.three_ways(count - 1),
        presets=[
            Preset("no_sum", no_sum, whole=True),
            Preset("shift_only", {"c": SHIFT, "s": 1.0}),
            Preset("scale_up", {"c": 0.0, "s": STRETCH}),
            Preset("scale_zero", {"c": 0.0, "s": 0.0}),
        ],
        names=ways.names(s.labels(*FAULTS)),
        alt="move_alt",
    )
    s.say("move")
    s.ask(
        "divide",
        ["all_of_it", "no_more", "no_number"],
        right=2,
        then={"c": 0.0, "s": 1.0, "w": ways.NO_SUM},
    )
    s.ask(
        "shift",
        ["grows", "nothing", "shrinks"],
        right=1,
        then={"c": SHIFT, "s": 1.0, "w": NOTE},
        shift=f"{SHIFT:g}",
        before=show(softmax(NOTE)[-1]),
        after=show(softmax(np.array(NOTE) + SHIFT)[-1]),
        plain=show(shares(NOTE)[-1]),
        plain_after=show(shares(np.array(NOTE) + SHIFT)[-1]),
    )


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


# ---- Why not the squared error?

LOSSES = links.Params(links.Number("u", 2.0, -LIMIT, LIMIT))
WRONG = -6.0  # the logit of a model that is sure and wrong


@lesson.section("squared", LOSSES, further="squared")
def why_not_squares(s: Section) -> None:
    farthest = reach([s["u"]], APART)
    told = answered("pull")  # the slope of the squared error is drawn once it has been guessed
    u = np.linspace(-farthest, farthest, 161)
    along = {"u": u} | dict(models.two_losses({"u": u}))
    drawn = ("u", "ce", "se", "ce_slope", "se_slope")
    curves = tuple(tuple(along[name].tolist()) for name in drawn)
    slope = [Readout("slope_of_se", "se_slope")] if told else []
    s.figure(
        charts.two_losses(
            curves, s.labels("ahead", "loss", "slopes"), s.labels("ce_name", "se_name"), told
        ),
        models.two_losses,
        [Slider("u", "ahead", steps(-APART, APART, 0.1))],
        readouts=[
            Readout("p_right", "p", colour="prediction"),
            Readout("ce", "ce", s.label("nats"), "surprise"),
            Readout("se", "se"),
            Readout("slope_of_ce", "ce_slope", colour="surprise"),
            *slope,
        ],
        formula=formulas.two_slopes(told),
        presets=[
            Preset("sure_wrong", {"u": -APART}),
            Preset("no_idea", {"u": 0.0}),
            Preset("sure_right", {"u": APART}),
        ],
        alt=s.label("squared_alt") + (" " + s.label("squared_slope_alt") if told else ""),
    )
    s.say("squared")
    wrong = models.two_losses({"u": np.array([WRONG])})
    s.ask(
        "pull",
        ["both_alike", "ce_alone", "se_alone"],
        right=1,
        then={"u": WRONG},
        u=show(WRONG, 1),
        p=show(wrong["p"][0], 2),
        **{name: show(wrong[name][0], 2) for name in ("ce_slope", "se_slope", "factor")},
    )


# ---- A softmax too many

TWICE = links.Params(links.Number("a", 2.0, -LIMIT, LIMIT), links.Index("C", 1, of=len(SIZES)))
LEFT, RIGHT = -10.0, 20.0
BEHIND = -8.0  # the right class's logit where the model is wrong


def slope_told(count: int) -> dict[str, str]:
    """Both slopes where the model is wrong, for the question about them."""
    found = models.slopes(np.array([BEHIND]), count)
    return {"behind": show(BEHIND, 1)} | {name: show(x[0], 2) for name, x in found.items()}


@lesson.section("twice", TWICE)
def one_softmax_too_many(s: Section) -> None:
    sizes = tuple(map(str, SIZES))
    count = SIZES[int(s["C"])]
    along = np.linspace(min(LEFT, s["a"]), max(RIGHT, s["a"]), 61)
    told = answered("floor"), answered("vanish")  # drawn once they have been guessed
    said = [name for name, known in zip(("floor", "double_slope"), told, strict=True) if known]
    s.figure(
        charts.one_too_many(
            tuple(along.tolist()),
            s.labels("right_logit", "loss", "slopes_of_a"),
            reach([max(-s["a"], 0.0) + 7], 18.0),
            s.labels("from_logits", "from_softmax", "floor"),
            told,
            s.label("flat"),
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
            Readout("plain_slope", "plain_slope|3", colour="fine"),
            *(Readout(name, f"{name}|3", colour="surprise") for name in said),
        ],
        presets=[Preset("sure_wrong", {"a": LEFT}), Preset("sure_right", {"a": RIGHT})],
        names={"C": sizes},
        alt=" ".join(s.label(f"{name}_alt") for name in ("twice", *said)),
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
    s.ask(
        "vanish",
        ["steeper", "the_same", "almost_none"],
        right=2,
        then={"a": BEHIND},
        **slope_told(count),
    )
    s.program(twice_program(s["a"], count))


# ---- Every temperature at once

ALL_TEMPERATURES = links.Params(links.Number("t", 1.0, 0.01, 100.0))


@lesson.section("temperatures", ALL_TEMPERATURES, further="temperatures")
def every_temperature(s: Section) -> None:
    curves = models.over_temperatures({"t": TEMPERATURES})["p"].T
    s.figure(
        charts.over_temperatures(
            tuple(TEMPERATURES.tolist()),
            tuple(tuple(curve.tolist()) for curve in curves),
            numbered(s, len(NOTE)),
            s.labels("temperature", "softmax_p"),
        ),
        models.over_temperatures,
        [Slider("t", "temperature", TEMPERATURES)],
        readouts=[Readout("winner_p", "winner", colour="prediction")],
        presets=[Preset("cold", {"t": TEMPERATURES[0]}), Preset("hot", {"t": TEMPERATURES[-1]})],
        alt="temperatures_alt",
    )
    s.say("temperatures")


# ---- What each probability says to each logit

SLOPES = links.Params(links.Numbers("y", (1.0, 0.0, -1.0), -LIMIT, LIMIT, least=3, most=3))


@lesson.section("slopes", SLOPES, further="jacobian")
def every_slope(s: Section) -> None:
    s.figure(
        charts.bars_and_matrix(numbered(s, 3), ("softmax p", s.label("heat"))),
        models.jacobian,
        logits(s, "y", 3, 5.0),
        readouts=[
            Readout("own", "own"),
            Readout("row_sum", "row_sum"),
        ],
        alt="jacobian_alt",
    )
    s.say("jacobian")


lesson.end()
