"""KL divergence: what it costs to be wrong, why never below 0, in two directions, on a map."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from pages.kl_divergence import charts, models
from pages.kl_divergence.models import POINTS, number_of
from pages.kl_divergence.programs import divergence_program
from ui.draw import formula
from ui.figure import Choice, Place, Preset, Readout, Row, Slider
from ui.lesson import pairs
from ui.lesson.sections import Lesson, Section
from ui.state import links
from ui.words.digits import show
from ui.words.units import bit_in
from xent_core import (
    cross_entropy,
    density_kl,
    gaussian,
    jensen_shannon_divergence,
    kl_divergence,
    self_information,
    unnormalized_kl,
)

lesson = Lesson("kl_divergence", units=True)


# ---- The price of being wrong, in two directions

FAIR, SURE = (0.5, 0.5), (0.95, 0.05)


def divergence_of_pair(log: str) -> str:
    """The divergence as a sum over classes and as a difference, with its numbers."""
    ratio = formula.over("x", formula.row(f"P {log} ( P / Q )"))
    return formula.wrapped(
        (formula.row("D ( P ‖ Q )"),),
        ("=", ratio),
        ("=", formula.row("H ( P , Q )"), "−", formula.row("H ( P )")),
        ("=", formula.slot("cross"), "−", formula.slot("entropy", "truth")),
        ("=", formula.slot("kl", "surprise")),
    )


def say_divided(s: Section) -> None:
    """Tell what became of a link's numbers that do not sum to 1, and what they alone would give."""
    if numbers := pairs.as_typed(s):
        value = show(unnormalized_kl(*numbers, base=s.unit.base))
        raw = s.text("undivided", log=s.unit.log, value=value, unit=s.unit_name)
        s.stage.info(f"{pairs.divided(s, numbers)} {raw}")


def the_split(s: Section) -> None:
    """The divergence as bars of either direction, and as a part of the cross entropy."""
    p, q, names = s["p"], s["q"], s["names"]
    base, unit, log = s.unit.base, s.unit_name, s.unit.log
    bit = bit_in(base)
    shown = models.LOW * bit, models.HIGH * bit, models.REACH * bit
    say_divided(s)
    s.figure(
        charts.split_and_contributions(pairs.class_names(s), unit, *shown),
        lambda values: models.split(values, base),
        pairs.fields(s),
        name="kl_split",
        readouts=[
            Readout("D(P‖Q)", "kl", unit, "surprise"),
            Readout("D(Q‖P)", "lk", unit),
            Readout("H(P, Q)", "cross", unit),
        ],
        rows=[
            Row(f"P {log} P/Q", "forward", "surprise"),
            Row(f"Q {log} Q/P", "reverse"),
        ],
        formula=divergence_of_pair(log),
        presets=[
            Preset("match", pairs.state(names, p, p), whole=True),
            Preset("swap_pair", pairs.state(names, q, p), whole=True),
            *pairs.start_from(s),
        ],
        alt=s.label("pair_alt", unit=unit),
    )
    s.say("hook")
    s.ask(
        "swap",
        ["same", "larger", "smaller"],
        right=2,
        then={"p": FAIR, "q": SURE, "names": "coin"},
        q=show(SURE[0], 2),
        forward=show(kl_divergence(FAIR, SURE, base=base)),
        reverse=show(kl_divergence(SURE, FAIR, base=base)),
        unit=unit,
    )
    s.say("limits")
    pairs.tools(s)


# ---- Why the sum is never below 0

GREEDY = (0.05, 0.45, 0.25, 0.25)  # three terms of four below 0, where P is the weather
MOST_TERMS = 4  # written out in one line


def sum_of_gaps(log: str, tangent: str, count: int) -> str:
    """The divergence as the sum of what is never below 0, with its numbers."""
    slots = [formula.slot(f"gaps.{i}") for i in range(count)]
    shown = slots if count <= MOST_TERMS else [*slots[:2], "…", slots[-1]]
    line = tangent.replace("x", "Q / P")
    gap = formula.row(f"P ( {line} − {log} ( Q / P ) )")
    return formula.wrapped(
        ("D ( P ‖ Q )",),
        ("=", formula.over("x", gap)),
        ("=", formula.total(*shown)),
        ("=", formula.slot("kl", "surprise")),
    )


def never_below_0(main: Section) -> None:
    """The logarithm lies below its tangent: each class's gap times P, and their sum."""
    s = main.part()
    base, log, unit = s.unit.base, s.unit.log, s.unit_name
    names = pairs.class_names(s)
    tangent = "x − 1" if log == "ln" else f"( x − 1 ) / ln {base:g}"
    curve = tuple(tuple(line.tolist()) for line in models.curves(base))
    fields, stops = pairs.fields(s, "q"), pairs.steps(len(names))
    s.figure(
        charts.gaps_under_the_tangent(
            names,
            models.heights(len(names), base)[1],
            models.FAR_RIGHT,
            curve,
            (f"{log} x", tangent.replace("( ", "(").replace(" )", ")"), s.label("gap_to_tangent")),
            models.MOST_GAP * bit_in(base),
        ),
        lambda values: models.gaps(values, base),
        [*fields, *(Place(f"p{i}", f"P({name})", stops) for i, name in enumerate(names))],
        name="kl_gaps",
        readouts=[Readout("D(P‖Q)", "kl", unit, "surprise")],
        rows=[
            Row(f"P {log} P/Q", "forward"),
            Row(f"P × {s.label('gap_to_tangent')}", "gaps", "surprise"),
        ],
        formula=sum_of_gaps(log, tangent, len(names)),
        alt=s.label("gaps_alt", unit=unit),
    )
    s.say("gaps")
    p = pairs.PAIR.default["p"]
    s.ask(
        "below",
        ["well_chosen", "never", "only_at_0"],
        right=1,
        then={"p": p, "q": GREEDY, "names": "weather"},
        q=", ".join(f"{x:g}" for x in GREEDY),
        kl=show(kl_divergence(p, GREEDY, base=base)),
        unit=unit,
    )
    s.say("tangent")


# ---- Two losses, one gradient


def say_same_gradient(s: Section) -> None:
    """Tell what a step of Q does to either loss."""
    base = s.unit.base
    p, q = (np.array(pairs.PAIR.default[letter]) for letter in "pq")
    steps = q, (q + p) / 2
    kl, kl_then = (kl_divergence(p, x, base=base) for x in steps)
    cross, cross_then = (cross_entropy(p, x, base=base) for x in steps)
    fall = show(kl - kl_then)
    s.say("train", fall=fall, unit=s.unit_name)
    rows = (
        (f"{s.unit_name}", *s.labels("q_first", "q_half", "falls_by")),
        ("---",) * 4,
        ("H(P, Q)", show(cross), show(cross_then), fall),
        ("D(P‖Q)", show(kl), show(kl_then), fall),
    )
    s.stage.markdown("\n".join(f"| {' | '.join(row)} |" for row in rows))


def uncertain(state: Mapping[str, Any]) -> bool:
    """Whether P leaves anything open: of a certain one D(Q‖P) is infinite, and little is seen."""
    return max(state["p"]) < 1


PAIR = links.Params(*pairs.PAIR.params, takes=uncertain)


@lesson.section(pairs.KEY, PAIR, figures=("kl_split", "kl_gaps"))
def price_of_being_wrong(s: Section) -> None:
    the_split(s)
    s.program(divergence_program(s["p"], s["q"], s.unit.name))
    never_below_0(s)
    say_same_gradient(s.part())


# ---- A map of three classes

WAYS = ("D(P‖·)", "D(·‖Q)")
CENTRE, ON_SIDE = number_of((0.5, 0.3, 0.2)), number_of((0.0, 0.4, 0.6))
NEAR_CORNER = number_of((0.9, 0.05, 0.05))
MAP = links.Params(
    links.Index("a", CENTRE, of=len(POINTS)),
    links.Index("b", number_of((0.1, 0.3, 0.6)), of=len(POINTS)),
    links.Index("way", 0, of=len(WAYS)),
)


def divergence_of_three(log: str) -> str:
    """The divergence of two distributions over three classes, with its numbers."""
    parts = []
    for i in range(3):
        p, q = formula.slot(f"p.{i}|2", "truth"), formula.slot(f"q.{i}|2", "prediction")
        parts.append(formula.row(p, log, formula.frac(p, q)))
    kl = formula.slot("kl", "surprise")
    return formula.wrapped(("D ( P ‖ Q )",), ("=", formula.total(*parts)), ("=", kl))


@lesson.section("map", MAP, further="map")
def map_of_three(s: Section) -> None:
    base, unit = s.unit.base, s.unit_name
    levels = models.LEVELS[s.unit.name]
    written = tuple(show(level, 2).rstrip("0").rstrip(".") for level in levels)
    classes = pairs.CLASSES.named(s.text, "abc", 3)
    places = np.arange(float(len(POINTS)))
    s.figure(
        charts.triangle(classes, written, s.label("lines", unit=unit)),
        lambda values: models.on_the_map(values, levels, base),
        [Place("a", "P", places), Place("b", "Q", places), Choice("way", "around", WAYS)],
        readouts=[
            Readout("D(P‖Q)", "kl", unit, "surprise"),
            Readout("D(Q‖P)", "lk", unit),
            Readout("js", "js", unit),
        ],
        formula=divergence_of_three(s.unit.log),
        presets=[
            Preset("swap_pair", {"a": s["b"], "b": s["a"]}),
            Preset("near_corner", {"a": float(NEAR_CORNER)}),
            Preset("on_side", {"b": float(ON_SIDE)}),
        ],
        names={
            "way": WAYS,
            "infinite": (charts.APART, charts.INFINITE),
            "gone": ("", s.label("gone")),
            "label_at": ("bottom left", "bottom right", "top center"),
        },
        alt=s.label("map_alt", unit=unit, levels=", ".join(written)),
    )
    s.say("map")
    s.say("js", most=show(jensen_shannon_divergence([1, 0], [0, 1], base=base)), unit=unit)
    p, q = POINTS[CENTRE], POINTS[ON_SIDE]
    s.ask(
        "edge",
        ["both", "only_forward", "only_reverse"],
        right=1,
        then={"a": CENTRE, "b": ON_SIDE},
        reverse=show(kl_divergence(q, p, base=base)),
        most=show(self_information(p.min(), base=base)),
        unit=unit,
    )


# ---- One bell for two bumps

GAP = 6.0
GAPS = np.linspace(0, 8, 17)
MEANS = np.round(np.linspace(-5, 5, 101), 2)
SPREADS = np.array([float(f"{x:.2g}") for x in np.geomspace(0.1, 5, 40)])
BELLS = links.Params(
    links.Number("gap", GAP, GAPS[0], GAPS[-1]),
    links.Number("m", 1.0, MEANS[0], MEANS[-1]),
    links.Number("s", 1.5, SPREADS[0], SPREADS[-1]),
)
COSTS = (-0.5, 1.5)  # bits: what the panel of costs shows


def best_fits(gap: float) -> list[Preset]:
    """The Gaussians that fit the bumps best; bumps that are near share the reverse one."""
    fits = models.best(gap)
    apart = fits["other_bump"] != fits["best_reverse"]
    return [
        Preset(name, {"m": m, "s": s})
        for name, (m, s) in fits.items()
        if apart or name != "other_bump"
    ]


def ask_which_is_sought(s: Section) -> None:
    """Ask which Gaussian the reverse divergence takes."""
    p, fits = models.bumps(GAP), models.best(GAP)
    mode, mean = fits["best_reverse"], fits["best_forward"]
    s.ask(
        "seek",
        ["covers", "on_one", "wide"],
        right=1,
        then={"gap": GAP, "m": mode[0], "s": mode[1]},
        gap=show(GAP, 1),
        mode=show(float(density_kl(gaussian(*mode), p, base=s.unit.base).value)),
        mean=show(float(density_kl(p, gaussian(*mean), base=s.unit.base).value)),
        unit=s.unit_name,
    )


@lesson.section("bells", BELLS, further="bells")
def one_bell(s: Section) -> None:
    base, unit, bit = s.unit.base, s.unit_name, bit_in(s.unit.base)
    words = *s.labels("density_p", "density_q", "costs"), s.label("x_axis", unit=unit)
    s.figure(
        charts.one_bell_for_two(
            tuple(models.X.tolist()), models.TOP, (COSTS[0] * bit, COSTS[1] * bit), words
        ),
        lambda values: models.fit_by_hand(values, base),
        [
            Slider("m", "mean", MEANS, colour="prediction"),
            Slider("s", "sd", SPREADS, colour="prediction"),
            Slider("gap", "gap", GAPS, colour="truth"),
        ],
        readouts=[
            Readout("D(p‖q)", "forward", unit, "surprise"),
            Readout("D(q‖p)", "reverse", unit),
            Readout("h(q)", "h", unit, "prediction"),
        ],
        presets=[*best_fits(s["gap"]), Preset("narrow", {"s": SPREADS[0]})],
        alt=s.label("bells_alt", unit=unit),
    )
    s.say("bells")
    ask_which_is_sought(s)
    s.say("negative")


lesson.end()
