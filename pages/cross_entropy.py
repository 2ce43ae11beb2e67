"""Cross entropy: what it costs to expect Q when the truth is P."""

import numpy as np
import streamlit as st

from ui import charts, formula
from ui import pair as pairs
from ui.digits import show
from ui.lesson import ask, in_pytorch, live, open_lesson, section, take_home
from ui.live import Bind, Preset, Readout, Row, View
from ui.live.sweeps import Arrays
from ui.programs import pair_program
from ui.units import unit_switch
from xent_core import (
    cross_entropy,
    cross_entropy_terms,
    entropy,
    kl_divergence,
    self_information,
)

text = open_lesson("cross_entropy")
unit = unit_switch(text)
UNIT = text.label(unit.name)
REACH = float(self_information(1 / 256, base=unit.base))  # the widest code that is drawn


# ---- What the wrong code costs


def cost(p: np.ndarray, q: np.ndarray) -> Arrays:
    """Code lengths for Q, and each class of P and Q (R, K) as a rectangle of the area."""
    width, ideal = self_information(q, base=unit.base), self_information(p, base=unit.base)
    drawn = np.where(p > 0, np.minimum(width, REACH), 0.0)
    own = np.where(p > 0, np.minimum(ideal, REACH), 0.0)
    top = np.cumsum(p, axis=-1) - p
    beyond = (p > 0) & (width > REACH)
    return {
        "p": p,
        "q": q,
        "length": width,
        "terms": cross_entropy_terms(p, q, base=unit.base),
        "cross": cross_entropy(p, q, base=unit.base),
        "entropy": entropy(p, base=unit.base),
        "kl": kl_divergence(p, q, base=unit.base),
        "top": top,
        "both": np.minimum(drawn, own),
        "more": np.maximum(drawn - own, 0),
        "less": np.maximum(own - drawn, 0),
        "classes": np.where(np.minimum(p, drawn / REACH) > 0.06, np.arange(p.shape[-1]), -1),
        "name_x": np.zeros_like(p),
        "middle": top + p / 2,
        "edge": np.where(beyond, REACH, np.nan),
    }


def costs_view(pair: pairs.Pair) -> View:
    """Bars to pull on the left, the area on the right, lengths and costs in the table."""
    count = len(pair.names)
    log_q = formula.row(
        formula.ident(unit.log), formula.ident("Q"), formula.op("("), formula.ident("x"),
        formula.op(")"),
    )  # fmt: skip
    p_of_x = formula.row(formula.ident("P"), formula.op("("), formula.ident("x"), formula.op(")"))
    return View(
        charts.pair_and_area(
            pair.names,
            (text.label("both"), text.label("more"), text.label("less")),
            f"{text.label('length')} ({UNIT})",
            REACH,
        ),
        binds=[
            Bind(0, "y", "p"),
            Bind(1, "y", "q"),
            *(Bind(trace, "width", "p") for trace in (2, 3, 4)),
            *(Bind(trace, "y", "top") for trace in (2, 3, 4)),
            Bind(2, "x", "both"),
            Bind(3, "x", "more"),
            Bind(3, "base", "both"),
            Bind(4, "x", "less"),
            Bind(4, "base", "both"),
            Bind(5, "x", "name_x"),
            Bind(5, "y", "middle"),
            Bind(5, "text", "classes|name"),
            Bind(6, "x", "edge"),
            Bind(6, "y", "middle"),
            Bind(6, "text", "length|3"),
        ],
        readouts=[
            Readout("H(P, Q)", "cross", UNIT, "surprise"),
            Readout("H(P)", "entropy", UNIT, "truth"),
            Readout("H(P, Q) − H(P)", "kl", UNIT),
        ],
        rows=[
            Row(f"−{unit.log} Q", "length"),
            Row(f"−P {unit.log} Q", "terms", "surprise"),
        ],
        formula=formula.math(
            formula.ident("H"), formula.op("("), formula.ident("P"), formula.op(","),
            formula.ident("Q"), formula.op(")"), formula.op("="), formula.op("−"),
            formula.over_classes(formula.row(p_of_x, log_q)), formula.op("="),
            formula.total(*(formula.slot(f"terms.{i}") for i in range(count))),
            formula.op("="), formula.slot("cross", "surprise"),
        ),
        alt=text.label("area_alt", unit=UNIT),
        handles=pairs.handles(pair),
        names={"classes": pair.names},
        rules=pairs.rules(pair),
    )  # fmt: skip


@st.fragment
def wrong_code() -> None:
    pair = pairs.hold_pair(text)
    words, figure = st.columns([1, 2], gap="large")

    def model(values: Arrays) -> Arrays:
        return cost(pairs.settle(values, "p", pair.p), pairs.settle(values, "q", pair.q))

    names = pair.held["names"]
    with figure:
        live(
            pair.held,
            text,
            controls=pairs.controls(pair),
            model=model,
            view=costs_view(pair),
            presets=[
                Preset(text.label("match"), pairs.state(names, pair.p, pair.p), whole=True),
                *pairs.presets(pair, text),
            ],
        )
    with words:
        section(text, "hook")
        st.caption(text.label("pair_rule"))
        ask(
            text,
            "lowest",
            [text.label("to_zero"), text.label("to_entropy"), text.label("no_end")],
            right=1,
            then=pairs.match,
            h=show(entropy(pair.p, base=unit.base)),
            unit=UNIT,
        )
        section(text, "never")
        pairs.tools(pair, text)
    in_pytorch(text, pair_program(pair.p, pair.q))


wrong_code()
take_home(text)
