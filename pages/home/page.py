"""Home: the whole road from scores to the loss, as one figure that one can move."""

import numpy as np
import streamlit as st

from pages.home.programs import loss_program
from ui.app.navigation import link_to
from ui.draw import charts, formula
from ui.figure import Bind, Choice, Preset, Readout, Slider, View
from ui.figure.sweeps import Arrays
from ui.lesson import ask, in_pytorch, live, open_lesson, section, take_home
from ui.state import links
from ui.words.digits import show
from xent_core import cross_entropy_loss, one_hot, self_information, softmax

REACH = 6.0  # of the sliders; a logit that is typed may be larger
LIMIT = 300.0
PARAMS = links.Params(
    links.Numbers("z", (1.0, 2.0, 3.0, 4.0), -LIMIT, LIMIT, least=4, most=4),
    links.Index("k", 2, of="z"),
)
CLASSES = ("cat", "dog", "bird", "fish")
NAMES = tuple(f"z{i}" for i in range(len(CLASSES)))

text = open_lesson("home")
animals = tuple(text.label(name) for name in CLASSES)


def road(values: Arrays) -> Arrays:
    """Follow the logits (R, C) and the target (R,) to the loss."""
    z = np.stack([values[name] for name in NAMES], axis=-1)
    k = values["k"].astype(int)
    p = softmax(z)
    row = np.arange(len(k))
    p_k, loss = p[row, k], cross_entropy_loss(z, k, reduction="none")
    others = one_hot(k, len(CLASSES)) == 0
    return {
        "p": p,
        "p_k": p_k,
        "z_k": z[row, k],
        "loss": loss,
        "target": k,
        "truth_z": np.where(others, np.nan, z),  # nan: no frame
        "truth_p": np.where(others, np.nan, p),
        "drop_x": np.stack([p_k, p_k, np.zeros_like(p_k)], axis=-1),
        "drop_y": np.stack([np.zeros_like(loss), loss, loss], axis=-1),
    }


def picture(reach: float) -> View:
    """Say what shows what; logits go as far as `reach`, and the loss as far as that takes it."""
    p = np.geomspace(np.exp(-2 * reach - 1.2), 1.0, 160)
    curve = tuple(p.tolist()), tuple(self_information(p).tolist())
    titles = text.label("logits"), text.label("probabilities"), text.label("surprise")
    z_k, p_k = formula.sub("<mi>z</mi>", "<mi>k</mi>"), formula.sub("<mi>p</mi>", "<mi>k</mi>")
    powers = [formula.exp(formula.slot(name)) for name in NAMES]
    minus_log = formula.op("−") + formula.ident("log")
    return View(
        charts.road(animals, titles, text.label("p_axis"), curve, reach),
        binds=[
            Bind(0, "y", "z"),
            Bind(0, "text", "z|exact"),
            Bind(1, "y", "truth_z"),
            Bind(2, "y", "p"),
            Bind(2, "text", "p|2"),
            Bind(3, "y", "truth_p"),
            Bind(5, "x", "drop_x"),
            Bind(5, "y", "drop_y"),
            Bind(6, "x", "p_k"),
            Bind(6, "y", "loss"),
        ],
        readouts=[
            Readout(text.label("z_k"), "z_k|exact", colour="truth"),
            Readout(text.label("p_k"), "p_k", colour="prediction"),
            Readout(text.label("loss"), "loss", text.label("nats"), colour="surprise"),
        ],
        formula=formula.math(
            minus_log, p_k, formula.op("="), minus_log,
            formula.frac(formula.exp(z_k), formula.over_sum("z")), formula.op("="), minus_log,
            formula.frac(formula.exp(formula.slot("z_k|exact", "truth")), formula.total(*powers)),
            formula.op("="), minus_log, formula.slot("p_k", "prediction"),
            formula.op("="), formula.slot("loss", "surprise"),
        ),
        alt=text.label("alt"),
        names={"target": animals},
        vectors={"z": NAMES},
    )  # fmt: skip


def confident(k: int) -> None:
    """Let the figure answer the question: the right answer's score at its highest."""
    links.put("home", PARAMS, z=sure_of(k))


def sure_of(k: int) -> tuple[float, ...]:
    """The highest score for class k, 0 for the others."""
    return tuple(REACH if i == k else 0.0 for i in range(len(CLASSES)))


def guess(held: links.Held, k: int) -> None:
    """Where does the loss go? The figure answers."""
    top = sure_of(k)
    ask(
        text,
        "question",
        [text.label("below"), text.label("to_zero"), text.label("to_one")],
        right=1,
        then=lambda: confident(k),
        score=f"{REACH:g}",
        p=show(softmax(top)[k]),
        loss=show(cross_entropy_loss(top, k)),
    )


@st.fragment
def lesson() -> None:
    """The figure with its question, the stations, and the program: all follow one state."""
    held = links.hold("home", PARAMS)
    k = int(held["k"])
    words, question = st.columns(2, gap="large")
    with words:
        section(text, "hook")
    with question:
        guess(held, k)
    grid = np.round(np.linspace(-REACH, REACH, 121), 1)
    live(
        held,
        text,
        controls=[
            *(
                Slider(name, text.label("score", name=animal), grid)
                for name, animal in zip(NAMES, animals, strict=True)
            ),
            Choice("k", text.label("target"), animals),
        ],
        model=road,
        view=picture(charts.reach(held["z"], REACH)),
        presets=[
            Preset(text.label("sure_right"), {"z0": 0, "z1": 1, "z2": 6, "z3": 2, "k": 2}),
            Preset(text.label("sure_wrong"), {"z0": 6, "z1": 1, "z2": -3, "z3": 2, "k": 2}),
            Preset(text.label("no_idea"), {"z0": 0, "z1": 0, "z2": 0, "z3": 0, "k": 2}),
        ],
    )
    stations(held)
    in_pytorch(text, loss_program(held["z"], k))


def stations(held: links.Held) -> None:
    """The four stations of the road; each leads to its lesson with this state."""
    p_k = float(softmax(held["z"])[int(held["k"])])
    lessons = {
        "softmax": ("softmax", held.query),
        "log": ("information", {"p": repr(p_k), "unit": "nats"}),
    }
    half = show(self_information(0.5))
    for column, name in zip(st.columns(4), ("logits", "softmax", "pick", "log"), strict=True):
        with column:
            section(text, name, half=half)
            if name in lessons:
                link_to(*lessons[name], text.label("open"), text.language)


lesson()
take_home(text)
section(text, "about")
