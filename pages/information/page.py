"""Information: how much the happening of an event says, and twenty questions to count it by."""

import numpy as np

from pages.information import charts, models
from pages.information.game import play
from pages.information.models import COUNTS, LEAST, MOST_NUMBERS
from pages.information.programs import information_program
from ui.draw import formula
from ui.figure import Choice, Preset, Readout, Slider
from ui.lesson.sections import Lesson, Section
from ui.state import links
from ui.words.digits import show
from ui.words.units import bit_in
from xent_core import questions_by_halving, self_information

lesson = Lesson("information", units=True)


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
    s.say("zero")
    s.program(information_program(s["p"], s.unit.name))


# ---- Two independent events

RAREST = 0.01
EVENTS = links.Params(links.Number("a", 0.5, RAREST, 1.0), links.Number("b", 0.25, RAREST, 1.0))
HUNDREDTHS = np.round(np.linspace(RAREST, 1, 100), 2)


@lesson.section("events", EVENTS)
def two_events(s: Section) -> None:
    base, unit = s.unit.base, s.unit_name
    top = 2.04 * self_information(RAREST, base=base)
    s.figure(
        charts.area_and_sum(("p", "q", s.label("p_both")), s.labels("area", "sum"), top),
        lambda values: models.both_happen(values, base),
        [
            Slider("a", "first", HUNDREDTHS, colour="truth"),
            Slider("b", "second", HUNDREDTHS, colour="prediction"),
        ],
        readouts=[
            Readout("p·q", "both", colour="surprise"),
            Readout("I(p)", "info_a", unit, "truth"),
            Readout("I(q)", "info_b", unit, "prediction"),
            Readout("I(p·q)", "info_both", unit, "surprise"),
        ],
        alt=s.label("pair_alt", unit=unit),
    )
    s.say("pair")


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
    s.say("questions", bit=show(bit), unit=unit)
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
    s.say("skewed")
    s.say("play", count=count)
    play(s, count, skewed=bool(s["prior"]))


lesson.end()
