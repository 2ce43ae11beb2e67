"""Why −log₂ P is the length of a word: all words share one unit of code space."""

import functools

import numpy as np
from numpy.typing import NDArray

from pages.entropy import space_chart
from ui.draw import formula
from ui.draw.marks import Points
from ui.figure import Cell, Preset, Readout, Row
from ui.figure.sweeps import Arrays
from ui.lesson.pairs import CLASSES
from ui.lesson.questions import answered
from ui.lesson.sections import Section
from ui.state import links
from ui.words.digits import show
from xent_core import (
    average_length,
    code_space,
    entropy,
    huffman_code,
    least_average_length,
    self_information,
)
from xent_core.code_space import whole_lengths

Floats = NDArray[np.float64]

P = (0.4, 0.3, 0.2, 0.1)
COUNT = len(P)
LONGEST = 8.0  # bits
LENGTHS = links.Params(links.Numbers("l", (2.0,) * COUNT, 0.0, LONGEST, least=COUNT, most=COUNT))
STOPS = np.round(np.linspace(0, 6, 61), 1)
ROUNDED = 1e-9  # so far from the unit a sum may be that rounding alone has moved
ONE_BIT, TWO_BITS, TOO_SHORT = (1.0,) * COUNT, (2.0,) * COUNT, (1.0, 2.0, 2.0, 2.0)
GIVER, TAKER, PIECE = COUNT - 1, 0, 0.05  # classes, and how much of the unit goes between them
THIN = 0.13  # of the unit: a share that is thinner has no room for a name on a phone


@functools.cache
def codes_of_whole_lengths() -> tuple[Points, Points]:
    """The space and the average length of all codes of whole lengths, each pair once."""
    every = whole_lengths(COUNT, 6)
    places = np.stack([code_space(every).sum(axis=-1), average_length(P, every)], axis=-1)
    space, mean = np.unique(places.round(12), axis=0).T
    return tuple(space.tolist()), tuple(mean.tolist())


@functools.cache
def frontier() -> tuple[Points, Points]:
    """How short the average can be for each space that the words take."""
    space = np.linspace(0.15, space_chart.WIDEST, 120)
    return tuple(space.tolist()), tuple(least_average_length(P, space).tolist())


def middles(shares: Floats) -> Floats:
    """Where the names of blocks (R, K) stand that lie side by side; nan where they are thin."""
    return np.where(shares < THIN, np.nan, np.cumsum(shares, axis=-1) - shares / 2)


def shared_space(values: Arrays) -> Arrays:
    """The unit that words of the lengths l (R, K) share, and their average length."""
    lengths = values["l"]
    shares, p = code_space(lengths), np.broadcast_to(P, lengths.shape)
    space = shares.sum(axis=-1)
    over, full = space > 1 + ROUNDED, np.abs(space - 1) <= ROUNDED
    ideal = self_information(p, base=2)
    return {
        "shares": shares,
        "share_from": np.cumsum(shares, axis=-1) - shares,
        "share_x": middles(shares),
        "p": p,
        "p_from": np.cumsum(p, axis=-1) - p,
        "p_x": middles(p),
        "excess": np.where(over, space - 1, np.nan),
        "space": space,
        "fit": over.astype(np.uint8),
        "said": np.where(over, 2, np.where(full, 0, 1)).astype(np.uint8),
        "mean": average_length(p, lengths),
        "entropy": np.asarray(entropy(p, base=2)),
        "ideal": ideal,
        "hidden": np.full_like(ideal, np.nan),
        "worth": p / shares,
    }


def kraft_and_mean() -> str:
    """The formula of the space that the words take and of their average length."""
    share = "<msup><mn>2</mn><mrow><mo>−</mo><mi>ℓ</mi></mrow></msup>"
    taken = formula.total(*(formula.slot(f"shares.{i}") for i in range(COUNT)))
    space, mean = (formula.slot(name, "prediction") for name in ("space", "mean"))
    return formula.lines(
        formula.row(formula.over("x", share), "=", taken),
        formula.row("=", space, '<mo data-slot="fit"></mo>', "1"),
        formula.row("L =", formula.over("x", "P ( x ) ℓ ( x )"), "=", mean),
    )


def traded() -> Floats:
    """The lengths of words of two bits after one class has given another a piece of its space."""
    shares = code_space(TWO_BITS)
    shares[[GIVER, TAKER]] += -PIECE, PIECE
    return self_information(shares, base=2)


def presets(trade: str) -> list[Preset]:
    """Lengths to start from: some that fill the unit, also after a `trade`, and too short ones."""
    lengths = {
        "two_bits": TWO_BITS,
        trade: traded(),
        "huffman_lengths": huffman_code(P).lengths,
        "ideal_lengths": self_information(P, base=2),
        "over_budget": TOO_SHORT,
    }
    return [
        Preset(label, {f"l{i}": float(x) for i, x in enumerate(of)})
        for label, of in lengths.items()
    ]


def why_minus_log(s: Section) -> None:
    """Pull the lengths of four words until they fit, and are as short as can be."""
    names = CLASSES.named(s.text, "weather", COUNT)
    told = answered("budget")  # the ideal lengths are drawn once it has been guessed
    ideal = [Row(s.label("ideal_length"), "ideal", "surprise")] if told else []
    h = float(entropy(P, base=2))
    who = {"giver": names[GIVER], "taker": names[TAKER]}
    s.figure(
        space_chart.shared_unit(
            names,
            s.labels("lengths_of_words", "space_title", "space_used", "average_bits", "unfit"),
            s.label("words_row"),
            codes_of_whole_lengths(),
            frontier(),
            h,
            told,
        ),
        shared_space,
        [
            Cell(f"l{i}", s.label("length_of", name=name), STOPS, "ℓ", name, "prediction")
            for i, name in enumerate(names)
        ],
        readouts=[
            Readout("space_used", "space"),
            Readout("average_l", "mean", s.label("bits"), "prediction"),
            Readout("H(P)", "entropy", s.label("bits"), "surprise"),
        ],
        rows=[
            Row("P", "p", "truth"),
            Row("space_row", "shares", "prediction"),
            Row("worth_row", "worth"),
            *ideal,
        ],
        formula=kraft_and_mean(),
        presets=presets(s.label("traded", **who)),
        names={
            "fit": ("≤", ">"),
            "said": tuple(s.labels("it_fits", "room_left", "over_the_unit")),
        },
        alt=s.label("space_alt", unit=s.label("bits")),
    )
    s.say("space", p=", ".join(f"{x:g}" for x in P))
    s.ask(
        "budget",
        ["all_short", "some_short", "clever_short"],
        right=1,
        then={"l": ONE_BIT},
        space=show(code_space(ONE_BIT).sum(), 1),
    )
    after = traded()
    s.say(
        "trade",
        **who,
        piece=f"{PIECE:g}",
        longer=show(after[GIVER] - TWO_BITS[GIVER]),
        shorter=show(TWO_BITS[TAKER] - after[TAKER]),
        before=show(float(average_length(P, TWO_BITS))),
        after=show(float(average_length(P, after))),
        h=show(h),
    )
