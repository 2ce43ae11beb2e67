"""Information: how much the happening of an event says, and twenty questions to count it by."""

import numpy as np
import streamlit as st

from pages.information import charts, models
from pages.information.board import STYLE
from pages.information.game import play
from pages.information.measures import measures
from pages.information.models import COUNTS, LEAST, MOST_NUMBERS
from pages.information.programs import information_program
from ui.draw import formula
from ui.draw.panels import reach
from ui.figure import Choice, Preset, Readout, Slider
from ui.lesson.sections import Lesson, Section
from ui.state import links
from ui.words.digits import show
from ui.words.units import bit_in
from xent_core import questions_by_halving, self_information, surprise_by
from xent_core.measures import MEASURES

lesson = Lesson("information", units=True)
st.html(STYLE)


# ---- How surprising is it?

CURVE = links.Params(links.Number("p", 0.5, 0.0, 1.0))
THOUSANDTHS = np.round(np.linspace(0, 1, 1001), 3)


def minus_log_p(log: str) -> str:
    """The formula of the information of an event, with its numbers; `log` is the unit's."""
    p, information = formula.slot("p|short", "truth"), formula.slot("information", "surprise")
    return formula.math(f"I = − {log} p = − {log}", p, "=", information)


@lesson.section("surprise", CURVE)
def how_surprising(s: Section) -> None:
    base, unit = s.unit.base, s.unit_name
    s.figure(
        charts.surprise_curve(
            models.curve(base), (s.label("p"), f"{s.label('information')} ({unit})")
        ),
        lambda values: models.surprise(values, base),
        [Slider("p", "p", THOUSANDTHS, colour="truth")],
        readouts=[
            Readout("information", "information", unit, "surprise"),
            Readout("flips", "flips", s.label("coin_flips")),
        ],
        formula=minus_log_p(s.unit.log),
        presets=[
            Preset("half", {"p": 1 / 2}),
            Preset("die", {"p": 1 / 6}),
            Preset("rare", {"p": LEAST}),
            Preset("never", {"p": 0.0}),
        ],
        alt=s.label("curve_alt", unit=unit),
    )
    s.say("hook")
    once, both = (self_information(p, base=base) for p in (1 / 2, 1 / 4))
    s.ask(
        "twice",
        [
            s.label("same", x=show(once)),
            s.label("double", x=show(2 * once)),
            s.label("four", x=show(4 * once)),
        ],
        right=1,
        then={"p": 1 / 4},
        once=show(once),
        both=show(both),
        unit=unit,
    )
    s.say("zero", never=s.label("never"))
    s.program(information_program(s["p"], s.unit.name))


# ---- Two independent events: why the logarithm

RAREST = 0.01
EVENTS = links.Params(
    links.Number("a", 0.5, RAREST, 1.0),
    links.Number("b", 0.25, RAREST, 1.0),
    links.Index("f", 0, of=len(MEASURES)),
)
HUNDREDTHS = np.round(np.linspace(RAREST, 1, 100), 2)
TWO = (1 / 2, 1 / 8)  # two events to try the measures on
# the measures that are asked about, in the order of the options, by their numbers
MEASURED = [MEASURES.index(name) for name in ("complement", "reciprocal", "log")]


def ask_for_a_measure(s: Section) -> None:
    """Ask which measure adds up."""
    a, b = TWO
    told = {}
    for name in MEASURES[1:]:
        one, other, both = (surprise_by(name, p) for p in (a, b, a * b))
        told |= {f"{name}_both": show(both), f"{name}_sum": show(one + other)}
    s.ask(
        "measure",
        ["1 − p", "1 / p", "−log p"],
        right=2,
        then=lambda given: s.put(a=a, b=b, f=float(MEASURED[given])),
        **told,
    )


@lesson.section("events", EVENTS)
def two_events(s: Section) -> None:
    base, unit, which = s.unit.base, s.unit_name, int(s["f"])
    of, name = measures(s.unit)[which], MEASURES[which]
    counted = unit if name == "log" else ""
    first, _, apart, both = of.names
    top = 2.04 * self_information(RAREST, base=base)
    highest = float(surprise_by(name, s["a"] * s["b"], base=base))
    s.figure(
        charts.area_and_sum(
            of.names,
            (s.label("area"), s.label("add", apart=apart, both=both)),
            reach([1.05 * highest], of.tall or top),
        ),
        lambda values: models.both_happen(values, base, name),
        [
            Slider("a", "first", HUNDREDTHS, colour="truth"),
            Slider("b", "second", HUNDREDTHS, colour="prediction"),
        ],
        readouts=[
            Readout("p·q", "both"),
            Readout(apart, "info_sum", counted),
            Readout(both, "info_both", counted, "surprise"),
        ],
        formula=of.live,
        presets=[
            Preset(label, {"f": float(i)})
            for i, label in enumerate(("by_log", "by_reciprocal", "by_complement"))
        ],
        names={"sign": ("=", "≠")},
        alt=s.label("pair_alt", unit=counted, f=first),
    )
    s.say("pair")
    ask_for_a_measure(s)


# ---- Twenty questions

LADDER = links.Params(
    links.Number("N", 100.0, 2.0, float(MOST_NUMBERS), whole=True),
    links.Index("prior", 0, of=2),
)


@lesson.section("ladder", LADDER, further="questions")
def twenty_questions(s: Section) -> None:
    base, unit, count = s.unit.base, s.unit_name, int(s["N"])
    priors, log = s.labels("uniform", "zipf"), f"{s.unit.log} N"
    bit, enough = bit_in(base), int(questions_by_halving(MOST_NUMBERS).most)
    s.figure(
        charts.ladder(
            tuple(COUNTS.tolist()),
            (log, *s.labels("entropy", "mean")),
            (s.label("numbers"), s.label("worth", unit=unit)),
            bit * (enough + 0.6),
        ),
        lambda values: models.count_questions(values, base),
        [Slider("N", "numbers", COUNTS, whole=True), Choice("prior", "prior", priors)],
        readouts=[
            Readout(log, "log", unit),
            Readout("entropy", "entropy", unit, "surprise"),
            Readout("mean", "questions"),
            Readout("worst", "most|exact"),
        ],
        names={"prior": priors},
        alt=s.label("ladder_alt", log=log, unit=unit),
    )
    s.say("questions")
    s.ask(
        "most",
        [str(enough), str(MOST_NUMBERS // 2), str(MOST_NUMBERS - 1)],
        right=0,
        then={"N": float(MOST_NUMBERS)},
        count=MOST_NUMBERS,
        most=enough,
        bits=show(self_information(1 / MOST_NUMBERS, base=2)),
        worst=MOST_NUMBERS - 1,
    )
    s.say("skewed", small=s.label("zipf"))
    play(s.part(), count, skewed=bool(s["prior"]))


lesson.end()
