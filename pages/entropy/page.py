"""Entropy: the average surprise, and the shortest average code that there can be."""

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from pages.entropy import charts, models
from pages.entropy.any_text import any_text
from pages.entropy.code_space import LENGTHS, why_minus_log
from pages.entropy.programs import entropy_program
from ui.draw import formula
from ui.figure import Pick, Preset, Readout, Row, Slider
from ui.lesson import pairs
from ui.lesson.sampling import DRAWS, sampling
from ui.lesson.sections import Lesson, Section
from ui.state import folds, links
from ui.words.digits import show
from ui.words.units import bit_in
from xent_core import entropy, self_information
from xent_core.blocks import block_lengths

lesson = Lesson("entropy", units=True)


def one_bit(s: Section) -> str:
    """One bit in the reader's unit."""
    return "1" if s.unit.name == "bits" else show(bit_in(s.unit.base), 3)


def digit_worth(s: Section) -> str:
    """What a binary digit can say at most, with the reader's unit."""
    return s.label("one_bit") if s.unit.name == "bits" else f"{one_bit(s)} {s.unit_name}"


# ---- The average surprise


def sum_of_terms(s: Section, count: int) -> str:
    """The formula of the entropy, with its numbers: of many terms the first two and the last."""
    terms = [formula.slot(f"terms.{i}") for i in range(count)]
    said = terms if count <= 4 else [*terms[:2], "<mi>…</mi>", terms[-1]]
    return formula.lines(
        formula.row("H ( P )", "=", formula.total(*said)),
        formula.row("=", formula.slot("entropy", "surprise"), f"≤ {s.unit.log} {count}"),
    )


def p_presets(s: Section) -> list[Preset]:
    """The Ps to start from."""
    coin, loaded = np.array([9, 1]) / 10, np.array([1, 1, 1, 1, 1, 5]) / 10
    weather, uniform, certain, _, letters = pairs.start_from(s)
    return [
        replace(weather, label="weather"),
        replace(uniform, label="uniform"),
        replace(certain, label="certain_p"),
        Preset("loaded_coin", pairs.state("coin", coin, pairs.even(2)), whole=True),
        Preset("die", pairs.state("dice", pairs.even(6), loaded), whole=True),
        Preset("loaded_die", pairs.state("dice", loaded, pairs.even(6)), whole=True),
        replace(letters, label="letters"),
    ]


def surprise_on_average(s: Section) -> None:
    count, base, log = len(s["p"]), s.unit.base, s.unit.log
    ceiling = float(self_information(1 / count, base=base))
    s.figure(
        charts.pile(
            pairs.class_names(s), (f"−P {log} P ({s.unit_name})", f"{log} {count}"), ceiling
        ),
        lambda values: models.average_surprise(values["p"], base),
        pairs.fields(s, "p"),
        name="entropy-main",
        readouts=[
            Readout("H(P)", "entropy", s.unit_name, "surprise"),
            Readout(s.label("ceiling", log=f"{log} {count}"), "ceiling", s.unit_name),
        ],
        rows=[Row(f"−{log} P", "surprise"), Row(f"−P {log} P", "terms", "surprise")],
        formula=sum_of_terms(s, count),
        presets=p_presets(s),
        alt=s.label("pile_alt", unit=s.unit_name),
    )
    s.stage.html(charts.table_under(count))
    s.say("hook")
    s.ask(
        "largest",
        ["sure", "between_two", "all_equal"],
        right=2,
        then={"p": pairs.even(count)},
        count=count,
        log=log,
        h=show(self_information(1 / count, base=base)),
        unit=s.unit_name,
    )
    s.say("rare", p=show(1 / math.e, 3))
    pairs.tools(s)
    s.program(entropy_program(s["p"], s.unit.name))


# ---- Two outcomes

COIN = links.Params(links.Number("b", 0.9, 0.0, 1.0))


def two_outcomes(s: Section) -> None:
    base = s.unit.base
    x = np.linspace(0, 1, 201)
    curve = tuple(x.tolist()), tuple(models.coin(x, base)["h"].tolist())
    s.figure(
        charts.coin_curve(curve, (s.label("heads"), f"H ({s.unit_name})")),
        lambda values: models.coin(values["b"], base),
        [Slider("b", "heads", np.round(np.linspace(0, 1, 1001), 3), colour="truth")],
        readouts=[
            Readout("p", "b", colour="truth"),
            Readout("1 − p", "rest"),
            Readout("H(p)", "h", s.unit_name, "surprise"),
        ],
        alt=s.label("coin_alt", unit=s.unit_name),
    )
    s.say("coin")
    s.ask(
        "toss",
        ["always", "mostly", "evenly"],
        right=2,
        then={"b": 0.5},
        h=show(self_information(0.5, base=base)),
        unit=s.unit_name,
    )


# ---- The code

THREE = (0.5, 0.25, 0.25)  # another P than the first one, whose answer the figure shows


def between_bounds(s: Section) -> str:
    """The formula of what a code's length lies between, with its numbers."""
    h, mean = formula.slot("entropy", "surprise"), formula.slot("mean", "truth")
    inequality = f"H ≤ L < H + {one_bit(s)} :"
    return formula.math(inequality, h, "≤", mean, "<", formula.slot("bound"))


def the_code(s: Section) -> None:
    names, base, bit = pairs.class_names(s), s.unit.base, bit_in(s.unit.base)
    ticks = tuple(show(digits * bit, 3) if digits else "0" for digits in range(len(names)))
    said = models.SAID
    s.figure(
        charts.code_tree(
            names, s.label("depth", unit=s.unit_name), ticks, s.labels("the_way", "ideal_tick")
        ),
        lambda values: models.huffman(values["p"], base),
        pairs.fields(s, "p"),
        name="entropy-tree",
        readouts=[
            Readout("floor", "entropy", s.unit_name, "surprise"),
            Readout("mean", "mean", s.unit_name, "truth"),
            Readout(f"H + {one_bit(s)}", "bound", s.unit_name),
        ],
        rows=[
            Row("codeword", "codeword"),
            Row("length", "length", "truth"),
            Row(s.label("ideal", log=s.unit.log), "ideal", "surprise"),
            Row("shannon", "shannon"),
        ],
        formula=between_bounds(s),
        picks=[Pick("way", "way", names)],
        names={
            "bits": ("0", "1", ""),
            "codeword": ("–", s.label("empty_word"), *models.CODEWORDS[2:]),
            "length": said,
            "shannon": said,
        },
        alt=s.label("tree_alt", unit=s.unit_name),
    )
    s.say("tree")
    h = float(entropy(THREE, base=base))
    s.ask(
        "shortest",
        [f"{show(x, 3)} {s.unit_name}" for x in (2 * bit, h, bit)],
        right=1,
        then={"p": THREE, "q": pairs.even(3), "names": "weather"},
        h=show(h, 3),
        unit=s.unit_name,
    )
    s.say("bound", worth=digit_worth(s))
    if max(s["p"]) == 1:
        s.say("certain")
    elif min(s["p"]) == 0:
        s.say("impossible")


# ---- Blocks

BLOCKS = links.Params(links.Number("block", 1.0, 1.0, 12.0, whole=True))
MOST_BLOCKS = 4096
LOADED = (0.9, 0.1)


def longest_block(classes: int) -> int:
    """How many symbols a block may have, if there are to be no more than MOST_BLOCKS blocks."""
    return next(n for n in range(12, 0, -1) if classes**n <= MOST_BLOCKS)


def nothing_to_gain(p: Sequence[float]) -> bool:
    """Tell whether single symbols reach the floor already."""
    return math.isclose(block_lengths(p, 1)[0], float(entropy(p, base=2)), rel_tol=1e-12)


def two_tosses(_: int, *, own: bool) -> None:
    """Take the loaded coin's tosses by twos; unless P is its `own`, let P be that coin."""
    if not own:
        links.put(pairs.KEY, pairs.PAIR, p=LOADED, q=pairs.even(2), names="coin")
    links.put("blocks", BLOCKS, block=2.0)


def blocks(pair: Section) -> None:
    s = pair.below("blocks", BLOCKS)
    base, bit, coin = s.unit.base, bit_in(s.unit.base), nothing_to_gain(pair["p"])
    p = LOADED if coin else pair["p"]
    count, most = len(p), longest_block(len(p))
    s.held = replace(s.held, state={"block": min(s["block"], float(most))})  # with many classes
    lengths, h = bit * block_lengths(p, most), float(entropy(p, base=base))
    length, bound = s.label("block_length"), f"H + {one_bit(s)}/n"
    s.figure(
        charts.block_curve(
            most,
            (s.label("block_size"), s.label("per_symbol", unit=s.unit_name)),
            (length, "H", bound),
            bit * (math.log2(count) + 1.1),
        ),
        lambda values: models.in_blocks(values["block"].astype(int), lengths, h, count, bit),
        [Slider("block", "block_size", np.arange(1.0, most + 1), whole=True)],
        readouts=[
            Readout("count", "blocks|exact"),
            Readout(length, "length", s.unit_name, "truth"),
            Readout("H", "entropy", s.unit_name, "surprise"),
            Readout(bound, "bound", s.unit_name),
        ],
        alt=s.label("block_alt", unit=s.unit_name),
    )
    s.say("blocks")
    s.say("dyadic" if coin else "of_this_p")
    tosses = bit * block_lengths(LOADED, 2)
    s.ask(
        "pairs",
        ["same", "less", "half"],
        right=1,
        then=partial(two_tosses, own=coin),
        h=show(entropy(LOADED, base=base), 3),
        one=digit_worth(s),
        two=show(tosses[1], 3),
        unit=s.unit_name,
    )
    s.say("limit", count=count, most=most, blocks=f"{count**most:,}")


# ---- One P for all of these


@lesson.section(pairs.KEY, pairs.PAIR, figures=("entropy-main", "entropy-tree"))
def one_distribution(s: Section) -> None:
    surprise_on_average(s)
    lesson.section("lengths", LENGTHS)(why_minus_log)
    the_code(s.part())
    drawn = folds.told_of("draws", DRAWS)
    lesson.fold("draws", lambda: sampling(s, "draws", both=False), drawn)
    lesson.section("coin", COIN, further="coin")(two_outcomes)
    lesson.fold("blocks", lambda: blocks(s), folds.told_of("blocks", BLOCKS))


@lesson.section("text", links.Params(links.Index("per", 0, of=2)), further="text")
def a_text_in_codes(s: Section) -> None:
    any_text(s)


lesson.end()
