"""Softmax vs argmax: who wins, by how much, and why only one of them can be learned from."""

import numpy as np
import streamlit as st

from ui.draw import charts, formula
from ui.figure import Bind, Choice, Preset, Readout, Slider, View
from ui.figure.sweeps import Arrays
from ui.lesson import answered, ask, in_pytorch, live, open_lesson, section, take_home
from ui.lesson.programs import softmax_program, twice_program
from ui.state import links
from ui.words.digits import show
from xent_core import (
    argmax,
    cross_entropy_loss,
    log_softmax,
    one_hot,
    sigmoid,
    softmax,
    softmax_jacobian,
)

REACH = 10.0  # of the sliders; a logit that is typed may be larger
LIMIT = 1000.0
NOTE = (1.0, 2.0, 3.0, 4.0)  # the logits of the note's example
SUBSCRIPTS = "₀₁₂₃₄₅"

text = open_lesson("softmax")


def steps(lo: float, hi: float, step: float) -> np.ndarray:
    """Positions from lo to hi, each the decimal number that it looks like."""
    return np.round(np.linspace(lo, hi, round((hi - lo) / step) + 1), 6)


# ---- Who wins, and by how much?

MAIN = links.Params(
    links.Numbers("z", NOTE, -LIMIT, LIMIT, least=2, most=6),
    links.Number("T", 1.0, 0.01, 100.0),
    links.Index("k", 2, of="z"),
)
TEMPERATURES = np.array([float(f"{10**x:.3g}") for x in np.linspace(-2, 2, 161)])
COLD = 0.1


def soft_and_hard(values: Arrays) -> Arrays:
    """What softmax and argmax make of the logits (R, C) at temperature (R,)."""
    z = np.stack([values[f"z{i}"] for i in range(len(values) - 2)], axis=-1)
    p = softmax(z, temperature=values["T"][:, None])
    winner, k = argmax(z), values["k"].astype(int)
    row = np.arange(len(k))
    return {
        "p": p,
        "winner": winner,
        "one_hot": one_hot(winner, z.shape[-1]).astype(np.uint8),
        "p_k": p[row, k],
        "z_k": z[row, k],
    }


def main_view(count: int, reach: float) -> View:
    """Logits on the left, softmax and argmax on the right, the formula with its numbers."""
    classes = tuple(str(i) for i in range(count))
    names = tuple(f"z{i}" for i in range(count))
    over = formula.op("/")
    powers = [
        formula.exp(formula.row(formula.slot(name), over, formula.slot("T"))) for name in names
    ]
    z_k, p_k = formula.sub("<mi>z</mi>", "<mi>k</mi>"), formula.sub("<mi>p</mi>", "<mi>k</mi>")
    top = formula.exp(formula.row(formula.slot("z_k|exact", "truth"), over, formula.slot("T")))
    return View(
        charts.scores_and_probabilities(
            classes, text.label("logits"), text.label("probabilities"), (-reach, reach)
        ),
        binds=[
            Bind(0, "y", "z"),
            Bind(0, "text", "z|exact"),
            Bind(1, "y", "one_hot"),
            Bind(2, "y", "p"),
            Bind(2, "text", "p|2"),
        ],
        readouts=[
            Readout(text.label("p_k"), "p_k", colour="prediction"),
            Readout(text.label("winner"), "winner|exact"),
        ],
        formula=formula.math(
            p_k,
            formula.op("="),
            formula.frac(
                formula.exp(formula.row(z_k, over, formula.ident("T"))),
                formula.over_sum("z", tempered=True),
            ),
            formula.op("="),
            formula.frac(top, formula.total(*powers)),
            formula.op("="),
            formula.slot("p_k", "prediction"),
        ),
        alt=text.label("alt"),
        vectors={"z": names},
    )


def resize(by: int) -> None:
    """Add a class with logit 0, or take the last one away."""
    z = links.state_of("softmax", MAIN)["z"]
    z = (*z, 0.0) if by > 0 else z[:-1]
    k = min(links.state_of("softmax", MAIN)["k"], len(z) - 1)
    links.put("softmax", MAIN, z=z, k=k)


@st.fragment
def who_wins() -> None:
    held = links.hold("softmax", MAIN)
    z, k = held["z"], int(held["k"])
    words, figure = st.columns([1, 2], gap="large")
    with figure:
        tie = MAIN.controls({"z": (1.0, 4.0, 3.0, 4.0), "T": 1.0, "k": 1.0})
        live(
            held,
            text,
            controls=[
                *(
                    Slider(f"z{i}", text.label("logit", i=SUBSCRIPTS[i]), steps(-REACH, REACH, 0.1))
                    for i in range(len(z))
                ),
                Slider("T", text.label("temperature"), TEMPERATURES, colour="surprise"),
                Choice("k", text.label("k"), tuple(str(i) for i in range(len(z)))),
            ],
            model=soft_and_hard,
            view=main_view(len(z), charts.reach(z, REACH)),
            presets=[
                Preset(text.label("tie"), tie, whole=True),
                Preset(text.label("equal"), {f"z{i}": 0.0 for i in range(len(z))}),
                Preset(text.label("cold"), {"T": TEMPERATURES[0]}),
                Preset(text.label("hot"), {"T": TEMPERATURES[-1]}),
            ],
        )
    with words:
        section(text, "hook")
        ask(
            text,
            "cool",
            [
                text.label("as_before", p=show(softmax(NOTE).max(), 2)),
                text.label("nearly_one"),
                text.label("nearly_zero"),
            ],
            right=1,
            then=lambda: links.put("softmax", MAIN, z=NOTE, T=COLD, k=len(NOTE) - 1),
            cold=COLD,
            p=show(softmax(NOTE, temperature=COLD).max()),
            count=len(NOTE),
        )
        section(text, "tie")
        with st.container(horizontal=True):
            more, fewer = len(z) < 6, len(z) > 2
            st.button(text.label("more"), on_click=resize, args=(1,), disabled=not more)
            st.button(text.label("fewer"), on_click=resize, args=(-1,), disabled=not fewer)
    in_pytorch(text, softmax_program(z, held["T"], k))


# ---- Add the same to all of them; multiply all of them

MOVE = links.Params(links.Number("c", 0.0, -20.0, 20.0), links.Number("s", 1.0, 0.0, 5.0))
SHIFT = 10.0


ULP = float(np.spacing(1.0))


def but_for_rounding(x: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Numbers (R,), but 0 where no more is left than rounding numbers of a size (R,) explains."""
    return np.where(x <= 4 * ULP * size, 0.0, x)


def shift_and_scale(values: Arrays) -> Arrays:
    """Softmax of s times the note's logits plus c, and how far it is from where it was."""
    moved = values["s"][:, None] * np.array(NOTE) + values["c"][:, None]
    p, before = softmax(moved), softmax(NOTE)
    return {
        "moved": moved,
        "p": p,
        "before": np.broadcast_to(before, p.shape),
        "change": but_for_rounding(np.abs(p - before).max(axis=-1), 1 + np.abs(values["c"])),
    }


@st.fragment
def shift_or_scale() -> None:
    held = links.hold("move", MOVE)
    words, figure = st.columns([1, 2], gap="large")
    with figure:
        live(
            held,
            text,
            controls=[
                Slider("c", text.label("shift_c"), steps(-20, 20, 0.2)),
                Slider("s", text.label("scale_s"), steps(0, 5, 0.05)),
            ],
            model=shift_and_scale,
            view=View(
                charts.scores_and_probabilities(
                    ("0", "1", "2", "3"), text.label("moved"), text.label("moved_p"), (-22.0, 42.0)
                ),
                binds=[
                    Bind(0, "y", "moved"),
                    Bind(0, "text", "moved|3"),
                    Bind(1, "y", "before"),
                    Bind(2, "y", "p"),
                    Bind(2, "text", "p|2"),
                ],
                readouts=[Readout(text.label("change"), "change", colour="prediction")],
                alt=text.label("move_alt"),
            ),
            presets=[
                Preset(text.label("shift_only"), {"c": SHIFT, "s": 1.0}),
                Preset(text.label("scale_up"), {"c": 0.0, "s": 3.0}),
                Preset(text.label("scale_zero"), {"c": 0.0, "s": 0.0}),
            ],
        )
    with words:
        section(text, "move")
        ask(
            text,
            "shift",
            [text.label("grows"), text.label("nothing"), text.label("shrinks")],
            right=1,
            then=lambda: links.put("move", MOVE, c=SHIFT, s=1.0),
            shift=f"{SHIFT:g}",
            before=show(softmax(NOTE)[-1]),
            after=show(softmax(np.array(NOTE) + SHIFT)[-1]),
        )


# ---- Two classes: the sigmoid

TWO = links.Params(links.Number("d", 1.0, -LIMIT, LIMIT))
APART = 8.0


def two_classes(values: Arrays) -> Arrays:
    """Softmax of (0, d) beside the sigmoid of d."""
    d = values["d"]
    p = softmax(np.stack([np.zeros_like(d), d], axis=-1))
    return {"p": p, "p_1": p[:, 1], "sigma": sigmoid(d)}


@st.fragment
def sigmoid_is_softmax() -> None:
    held = links.hold("two", TWO)
    words, figure = st.columns([1, 2], gap="large")
    reach = charts.reach([held["d"]], APART)
    x = np.linspace(-reach, reach, 161)
    curve = tuple(x.tolist()), tuple(sigmoid(x).tolist())
    with figure:
        live(
            held,
            text,
            controls=[Slider("d", text.label("difference"), steps(-APART, APART, 0.1))],
            model=two_classes,
            view=View(
                charts.bars_and_curve(text.label("two"), text.label("curve"), curve),
                binds=[
                    Bind(0, "y", "p"),
                    Bind(0, "text", "p|2"),
                    Bind(2, "x", "d"),
                    Bind(2, "y", "sigma"),
                ],
                readouts=[
                    Readout(text.label("p_1"), "p_1", colour="prediction"),
                    Readout(text.label("sigma"), "sigma"),
                ],
                alt=text.label("sigmoid_alt"),
            ),
        )
    with words:
        section(text, "sigmoid")


# ---- What each probability says to each logit

SLOPES = links.Params(links.Numbers("y", (1.0, 0.0, -1.0), -LIMIT, LIMIT, least=3, most=3))


def jacobian(values: Arrays) -> Arrays:
    """The Jacobian (R, C, C) of softmax at the logits (R, C)."""
    z = np.stack([values[f"y{i}"] for i in range(3)], axis=-1)
    slopes = softmax_jacobian(z)
    sums = np.abs(slopes.sum(axis=-1)).max(axis=-1)
    return {
        "p": softmax(z),
        "jacobian": slopes,
        "entries": slopes.reshape(len(slopes), -1),
        "own": slopes[:, 0, 0],
        "row_sum": but_for_rounding(sums, np.ones_like(sums)),
        "left": sums / ULP,
    }


@st.fragment
def every_slope() -> None:
    held = links.hold("slopes", SLOPES)
    words, figure = st.columns([1, 2], gap="large")
    with figure:
        live(
            held,
            text,
            controls=[
                Slider(f"y{i}", text.label("logit", i=SUBSCRIPTS[i]), steps(-5, 5, 0.1))
                for i in range(3)
            ],
            model=jacobian,
            view=View(
                charts.bars_and_matrix(("0", "1", "2"), "softmax p", text.label("heat")),
                binds=[
                    Bind(0, "y", "p"),
                    Bind(0, "text", "p|2"),
                    Bind(1, "marker.color", "entries"),
                    Bind(1, "text", "entries|2"),
                ],
                readouts=[
                    Readout(text.label("own"), "own"),
                    Readout(text.label("row_sum"), "row_sum"),
                    Readout(text.label("left_over"), "left|2", text.label("ulp_of_one")),
                ],
                alt=text.label("jacobian_alt"),
            ),
        )
    with words:
        section(text, "jacobian")


# ---- argmax gives nothing to learn from

LEARN = links.Params(links.Number("x", 2.0, -LIMIT, LIMIT))
LOW, HIGH = -4.0, 10.0
REST = NOTE[:3]


def step_and_slope(values: Arrays) -> Arrays:
    """Class 3 under softmax and under argmax as its logit x moves; the tangent of softmax."""
    x = values["x"]
    z = np.column_stack([np.broadcast_to(REST, (len(x), 3)), x])
    soft, slope = softmax(z)[:, 3], softmax_jacobian(z)[:, 3, 3]
    reach = np.array([-1.5, 1.5])
    return {
        "soft": soft,
        "hard": one_hot(argmax(z), 4)[:, 3].astype(np.uint8),
        "slope": slope,
        "tangent_x": x[:, None] + reach,
        "tangent_y": soft[:, None] + slope[:, None] * reach,
    }


@st.fragment
def nothing_to_learn() -> None:
    held = links.hold("learn", LEARN)
    words, figure = st.columns([1, 2], gap="large")
    x = np.linspace(min(LOW, held["x"]), max(HIGH, held["x"]), 281)
    path = step_and_slope({"x": x})
    curves = tuple(tuple(line.tolist()) for line in (x, path["soft"], path["hard"]))
    with figure:
        live(
            held,
            text,
            controls=[Slider("x", text.label("moving"), steps(LOW, HIGH, 0.1))],
            model=step_and_slope,
            view=View(
                charts.step_and_curve(curves, text.label("moving"), text.label("slope_p")),
                binds=[
                    Bind(2, "x", "tangent_x"),
                    Bind(2, "y", "tangent_y"),
                    Bind(3, "x", "x"),
                    Bind(3, "y", "hard"),
                    Bind(4, "x", "x"),
                    Bind(4, "y", "soft"),
                ],
                readouts=[
                    Readout(text.label("soft"), "soft", colour="prediction"),
                    Readout(text.label("slope_of"), "slope", colour="prediction"),
                    Readout(text.label("hard"), "hard|exact"),
                ],
                alt=text.label("slope_alt"),
            ),
        )
    with words:
        section(text, "slope", rest=", ".join(f"{x:g}" for x in REST))


# ---- A softmax too many

SIZES = (3, 10, 1000)
TWICE = links.Params(links.Number("a", 2.0, -LIMIT, LIMIT), links.Index("C", 1, of=len(SIZES)))
LEFT, RIGHT = -10.0, 20.0


def three_losses(a: np.ndarray, classes: int) -> dict[str, np.ndarray]:
    """The loss of class 0 with logit a, the others 0: fed logits, softmax, log-softmax."""
    z = a[:, None] * one_hot(0, classes)
    target = np.zeros(len(a), dtype=int)
    fed = {"plain": z, "double": softmax(z), "log": log_softmax(z)}
    return {
        name: cross_entropy_loss(logits, target, reduction="none") for name, logits in fed.items()
    }


@st.cache_data(show_spinner=False, max_entries=32)
def loss_curves(classes: int, a: tuple[float, ...]) -> tuple[np.ndarray, np.ndarray]:
    """The losses from logits and from a softmax along a, for the picture."""
    losses = three_losses(np.array(a), classes)
    return losses["plain"], losses["double"]


def twice(values: Arrays, along: tuple[float, ...]) -> Arrays:
    """The three losses, the floor under the second and the curves, for each row."""
    a, size = values["a"], values["C"].astype(int)
    rows: dict[str, np.ndarray] = {name: np.empty(len(a)) for name in ("plain", "double", "log")}
    for index in np.unique(size):
        chosen = size == index
        for name, losses in three_losses(a[chosen], SIZES[index]).items():
            rows[name][chosen] = losses
    drawn = (loss_curves(count, along) for count in SIZES)
    curves = [np.stack(curve)[size] for curve in zip(*drawn, strict=True)]
    floors = np.array([floor(count) for count in SIZES])[size]
    return {
        **rows,
        "floor": floors,
        "floor_line": np.stack([floors, floors], axis=-1),
        "no_line": np.full((len(a), 2), np.nan),
        "plain_curve": curves[0],
        "double_curve": curves[1],
    }


def floor(classes: int) -> float:
    """The loss of a perfect answer that went through a softmax first."""
    return float(cross_entropy_loss(one_hot(0, classes), 0))


@st.fragment
def one_softmax_too_many() -> None:
    held = links.hold("twice", TWICE)
    sizes = tuple(str(count) for count in SIZES)
    count = SIZES[int(held["C"])]
    along = tuple(np.linspace(min(LEFT, held["a"]), max(RIGHT, held["a"]), 61).tolist())
    told = answered("floor")  # the floor is drawn once it has been guessed
    words, figure = st.columns([1, 2], gap="large")
    with figure:
        live(
            held,
            text,
            controls=[
                Slider("a", text.label("right_logit"), steps(LEFT, RIGHT, 0.1)),
                Choice("C", text.label("classes"), sizes),
            ],
            model=lambda values: twice(values, along),
            view=View(
                charts.two_losses(
                    along,
                    text.label("right_logit"),
                    text.label("loss"),
                    charts.reach([max(-held["a"], 0.0) + 7], 18.0),
                    (text.label("from_logits"), text.label("from_softmax"), text.label("floor")),
                ),
                binds=[
                    Bind(0, "y", "plain_curve"),
                    Bind(1, "y", "double_curve"),
                    Bind(2, "y", "floor_line" if told else "no_line"),
                    Bind(3, "x", "a"),
                    Bind(3, "y", "plain"),
                    Bind(4, "x", "a"),
                    Bind(4, "y", "double"),
                ],
                readouts=[
                    Readout(text.label("from_logits"), "plain", colour="fine"),
                    Readout(text.label("from_softmax"), "double", colour="surprise"),
                    Readout(text.label("from_log"), "log"),
                    *([Readout(text.label("floor"), "floor", colour="surprise")] if told else []),
                ],
                alt=text.label("twice_alt") + (" " + text.label("floor_alt") if told else ""),
                names={"C": sizes},
            ),
        )
    with words:
        section(text, "twice")
        ask(
            text,
            "floor",
            ["0", show(floor(count)), "∞"],
            right=1,
            then=lambda: links.put("twice", TWICE, a=20.0),
            count=count,
            floor=show(floor(count)),
        )
    in_pytorch(text, twice_program(held["a"], count))


who_wins()
st.divider()
shift_or_scale()
st.divider()
sigmoid_is_softmax()
st.divider()
every_slope()
st.divider()
nothing_to_learn()
st.divider()
one_softmax_too_many()
take_home(text)
