"""Cross entropy: what it costs to expect Q when the truth is P."""

import numpy as np
import streamlit as st

from ui.draw import charts, formula
from ui.figure import Bind, Choice, Handle, Preset, Readout, Row, Slider, View
from ui.figure.sweeps import Arrays
from ui.lesson import ask, in_pytorch, live, open_lesson, section, take_home
from ui.lesson import pair as pairs
from ui.lesson.programs import pair_program
from ui.lesson.sampling import sampling
from ui.state import links
from ui.words.digits import show
from ui.words.units import unit_switch
from xent_core import (
    cross_coding,
    cross_entropy,
    cross_entropy_terms,
    entropy,
    kl_divergence,
    language_text,
    letter_distribution,
    self_information,
)
from xent_core.languages import LANGUAGE_TEXTS, LETTERS

text = open_lesson("cross_entropy")
unit = unit_switch(text)
UNIT = text.label(unit.name)
NO_NAME = 255
REACH = float(self_information(1 / 256, base=unit.base))  # the widest code that is drawn


# ---- What the wrong code costs


def cost(p: np.ndarray, q: np.ndarray) -> Arrays:
    """Code lengths for Q, and each class of P and Q (R, K) as a rectangle of the area."""
    width, ideal = self_information(q, base=unit.base), self_information(p, base=unit.base)
    drawn = np.where(p > 0, np.minimum(width, REACH), 0.0)
    own = np.where(p > 0, np.minimum(ideal, REACH), 0.0)
    top = np.cumsum(p, axis=-1) - p
    beyond = (p > 0) & (width > REACH)
    shapes = {
        "top": top,
        "both": np.minimum(drawn, own),
        "more": np.maximum(drawn - own, 0),
        "less": np.maximum(own - drawn, 0),
        "middle": top + p / 2,
        "edge": np.where(beyond, REACH, np.nan),
    }
    wide_enough = np.minimum(p, drawn / REACH) > 0.06  # for a name
    return {
        "p": p,
        "q": q,
        "length": width,
        "terms": cross_entropy_terms(p, q, base=unit.base),
        "cross": cross_entropy(p, q, base=unit.base),
        "entropy": entropy(p, base=unit.base),
        "kl": kl_divergence(p, q, base=unit.base),
        "classes": np.where(wide_enough, np.arange(p.shape[-1]), NO_NAME).astype(np.uint8),
        "name_x": np.zeros_like(p),
        # nobody reads more digits off a shape
        **{name: shape.astype(np.float32) for name, shape in shapes.items()},
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


# ---- Q on its way to P

TOWARDS = links.Params(links.Number("t", 0.0, 0.0, 1.0))
WAY = np.round(np.linspace(0, 1, 101), 2)


def on_the_way(p: np.ndarray, q: np.ndarray, t: np.ndarray) -> np.ndarray:
    """The cross entropy (n,) of P and what is t (n,) of the way from Q to P."""
    return cross_entropy(p, q + t[:, None] * (p - q), base=unit.base)


def towards(pair: pairs.Pair) -> None:
    """Show Q moving towards P: the cost falls to H(P) and never below."""
    held = links.hold("towards", TOWARDS)
    p, q = np.array(pair.p), np.array(pair.q)
    curve, floor = on_the_way(p, q, WAY), float(entropy(p, base=unit.base))
    finite = curve[np.isfinite(curve)]

    def model(values: Arrays) -> Arrays:
        now = on_the_way(p, q, values["t"])
        moving = q + values["t"][:, None] * (p - q)
        return {
            "p": np.broadcast_to(p, moving.shape),
            "moving": moving,
            "cross": now,
            "extra": kl_divergence(p, moving, base=unit.base),
            "curve": np.broadcast_to(np.where(np.isfinite(curve), curve, np.nan), (len(now), 101)),
            "dot": np.where(np.isfinite(now), now, np.nan),
        }

    words, figure = st.columns([1, 2], gap="large")
    with figure:
        live(
            held,
            text,
            controls=[Slider("t", text.label("way"), WAY, colour="prediction")],
            model=model,
            view=View(
                charts.pair_and_curve(
                    pair.names,
                    (text.label("way"), f"H(P, Q) ({UNIT})"),
                    tuple(WAY.tolist()),
                    floor,
                    1.08 * float(finite.max()) or 1.0,
                ),
                binds=[
                    Bind(0, "y", "p"),
                    Bind(1, "y", "moving"),
                    Bind(2, "y", "curve"),
                    Bind(4, "x", "t"),
                    Bind(4, "y", "dot"),
                ],
                readouts=[
                    Readout("H(P, Q)", "cross", UNIT, "surprise"),
                    Readout("H(P, Q) − H(P)", "extra", UNIT),
                ],
                alt=text.label("way_alt", unit=UNIT),
                handles=[Handle("t", "t", "dot", "surprise", "point", axis="2")],
            ),
        )
    with words:
        section(text, "towards", h=show(floor), unit=UNIT)


@st.fragment
def wrong_code() -> None:
    pair = pairs.hold_pair(text)
    words, figure = st.columns([1, 2], gap="large")

    def model(values: Arrays) -> Arrays:
        return cost(pairs.settle(values, "p", pair.p), pairs.settle(values, "q", pair.q))

    names = pair.held["names"]
    with figure:
        if numbers := pairs.as_typed(pair):
            st.info(pairs.divided(text, numbers))
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
    in_pytorch(text, pair_program(pair.p, pair.q, unit.name))
    st.divider()
    towards(pair)
    st.divider()
    sampling(text, "draws", pair, unit, both=True)


# ---- Real words in the code of another language

SMOOTHING = (0.0, 1.0)  # imaginary occurrences of every letter, added to what a code is made from
LANGUAGES = links.Params(
    links.Index("text", 0, of=len(LANGUAGE_TEXTS)),
    links.Index("code", 1, of=len(LANGUAGE_TEXTS)),
    links.Index("smooth", 0, of=len(SMOOTHING)),
)
BIT = float(self_information(1 / 2, base=unit.base))  # in the reader's unit
HIGHEST = 6 * BIT  # the axis goes up to here: above any finite length of these texts


def missing_letters() -> tuple[str, ...]:
    """Every set of letters that a text has and a code has not, as the reader reads it."""
    pairs_of = [(t, c) for t in LANGUAGE_TEXTS for c in LANGUAGE_TEXTS]
    found = {cross_coding(t, c).missing for t, c in pairs_of}
    return tuple(sorted(found, key=lambda letters: (len(letters), letters)))


def coded(values: Arrays) -> Arrays:
    """The text (R,) in every language's code, and in one of them (R,) letter by letter."""
    chosen = [
        (LANGUAGE_TEXTS[int(t)], LANGUAGE_TEXTS[int(c)], SMOOTHING[int(s)])
        for t, c, s in zip(values["text"], values["code"], values["smooth"], strict=True)
    ]
    every = [[cross_coding(t, c, smoothing=s) for c in LANGUAGE_TEXTS] for t, _, s in chosen]
    one = [cross_coding(t, c, smoothing=s) for t, c, s in chosen]
    measured = BIT * np.array([[found.bits_per_letter for found in row] for row in every])
    theory = BIT * np.array([[found.cross_entropy for found in row] for row in every])
    entropies = BIT * np.array([found.entropy for found in one])
    unknown = missing_letters()
    return {
        "measured": np.where(np.isfinite(measured), measured, np.nan),
        "theory": np.where(np.isfinite(theory), theory, np.nan),
        "infinite": np.where(np.isfinite(theory), np.nan, 0.45 * HIGHEST),
        "floor": np.stack([entropies, entropies], axis=-1),
        "letters_p": np.stack([letter_distribution(language_text(t)) for t, _, _ in chosen]),
        "letters_q": np.stack(
            [letter_distribution(language_text(c), smoothing=s) for _, c, s in chosen]
        ),
        "bits": BIT * np.array([found.bits_per_letter for found in one]),
        "cross": BIT * np.array([found.cross_entropy for found in one]),
        "entropy": entropies,
        "count": np.array([found.letters for found in one]),
        "missing": np.array([unknown.index(found.missing) for found in one]),
        "share": 100 * np.array([found.missing_share for found in one]),
    }


@st.fragment
def real_words() -> None:
    held = links.hold("languages", LANGUAGES)
    names = tuple(text.label(name) for name in ("en", "de", "fr", "es", "zh_pinyin"))
    short = tuple(
        text.label(name)
        for name in ("en_short", "de_short", "fr_short", "es_short", "zh_pinyin_short")
    )
    here, there = (LANGUAGE_TEXTS[int(held[name])] for name in ("text", "code"))
    words, figure = st.columns([1, 2], gap="large")
    with figure:
        live(
            held,
            text,
            controls=[
                Choice("text", text.label("text_in"), names),
                Choice("code", text.label("code_of"), names),
                Choice("smooth", text.label("letters_unseen"),
                       (text.label("impossible"), text.label("once"))),
            ],
            model=coded,
            view=View(
                charts.codes_and_letters(
                    short,
                    tuple(LETTERS),
                    (text.label("measured"), "H(P, Q)", "H(P)"),
                    (text.label("letters_p"), text.label("letters_q")),
                    HIGHEST,
                ),
                binds=[
                    Bind(0, "y", "measured"),
                    Bind(1, "y", "theory"),
                    Bind(2, "y", "floor"),
                    Bind(3, "y", "infinite"),
                    Bind(4, "y", "letters_p"),
                    Bind(5, "y", "letters_q"),
                ],
                readouts=[
                    Readout(text.label("measured"), "bits", UNIT, "surprise"),
                    Readout("H(P, Q)", "cross", UNIT, "prediction"),
                    Readout("H(P)", "entropy", UNIT, "truth"),
                    Readout(text.label("counted"), "count|exact"),
                    Readout(text.label("missing"), "missing"),
                ],
                alt=text.label("words_alt", unit=UNIT),
                names={"missing": tuple(" ".join(m) or "–" for m in missing_letters()),
                       "text": names, "code": names},
            ),
        )  # fmt: skip
    with words:
        section(text, "words", unit=UNIT)
        foreign = cross_coding(here, there)
        if foreign.missing:
            share = show(100 * foreign.missing_share, 2)
            section(text, "unseen", letters=" ".join(foreign.missing), share=share,
                    text=text.label(here), code=text.label(there))  # fmt: skip
        section(text, "nearly")
        with st.expander(text.label("where_from")):
            section(text, "sources")


wrong_code()
st.divider()
real_words()
take_home(text)
