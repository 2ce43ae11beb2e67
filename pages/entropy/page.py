"""Entropy: the average surprise, and the shortest average code that there can be."""

import itertools
import math
from dataclasses import replace

import numpy as np
import streamlit as st

from pages.entropy import charts as code_charts
from pages.entropy.keep import keep_in_tab
from ui.draw import charts, formula
from ui.figure import Bind, Choice, Handle, Pick, Preset, Readout, Row, Slider, View
from ui.figure.sweeps import Arrays
from ui.lesson import ask, in_pytorch, live, open_lesson, section, take_home
from ui.lesson import pair as pairs
from ui.lesson.programs import entropy_program
from ui.lesson.sampling import sampling
from ui.state import links
from ui.words.digits import show
from ui.words.units import unit_switch
from xent_core import (
    cross_entropy_terms,
    entropy,
    self_information,
    shannon_lengths,
    text_statistics,
)
from xent_core.code_tree import (
    block_lengths,
    draw_trees,
    huffman_codewords,
)
from xent_core.languages import language_text
from xent_core.texts_in_codes import TEXT_LIMIT, TextStatistics

text = open_lesson("entropy")
unit = unit_switch(text)
UNIT = text.label(unit.name)
BIT = float(self_information(1 / 2, base=unit.base))  # what a binary digit is worth at most


def small(said: str) -> None:
    """Say something in small letters, in the text's colour: a caption's is too pale for some."""
    st.markdown(f":small[{said}]")


# ---- The average surprise


def average_surprise(p: np.ndarray) -> Arrays:
    """What each class of P (R, K) adds to the entropy."""
    terms = cross_entropy_terms(p, p, base=unit.base)
    ceiling = self_information(1 / p.shape[-1], base=unit.base)
    return {
        "p": p,
        "surprise": self_information(p, base=unit.base),
        "terms": terms,
        "below": np.cumsum(terms, axis=-1) - terms,
        "entropy": entropy(p, base=unit.base),
        "ceiling": np.full(len(p), ceiling),
        "ceilings": np.full((len(p), 2), ceiling),
    }


def pile_view(pair: pairs.Pair) -> View:
    """P's bars to pull, the contributions, and the pile of them under its ceiling."""
    count = len(pair.names)
    most = float(cross_entropy_terms([1 / math.e, 1 - 1 / math.e], [1 / math.e, 1 - 1 / math.e],
                                     base=unit.base)[0])  # fmt: skip
    ceiling = float(self_information(1 / count, base=unit.base))
    log = formula.ident(f"{unit.log}\u00a0")
    p_of_x = formula.row(formula.ident("P"), formula.op("("), formula.ident("x"), formula.op(")"))
    return View(
        code_charts.pile(
            pair.names,
            (f"−P {unit.log} P ({UNIT})", f"{unit.log} {count}"),
            most,
            ceiling,
        ),
        binds=[
            Bind(0, "y", "p"),
            Bind(1, "y", "terms"),
            Bind(2, "y", "terms"),
            Bind(2, "base", "below"),
            Bind(3, "y", "ceilings"),
        ],
        readouts=[
            Readout("H(P)", "entropy", UNIT, "surprise"),
            Readout(text.label("ceiling", log=f"{unit.log} {count}"), "ceiling", UNIT),
        ],
        rows=[
            Row(f"−{unit.log} P", "surprise"),
            Row(f"−P {unit.log} P", "terms", "surprise"),
        ],
        formula=formula.math(
            formula.ident("H"), formula.op("="), formula.op("−"),
            formula.over_classes(formula.row(p_of_x, log, p_of_x)),
            formula.op("="),
            formula.total(*(formula.slot(f"terms.{i}") for i in range(count))),
            formula.op("="), formula.slot("entropy", "surprise"), formula.op("≤"),
            log, formula.number(str(count)),
        ),
        alt=text.label("pile_alt", unit=UNIT),
        handles=pairs.handles(pair, "p"),
        rules=pairs.rules(pair, "p"),
    )  # fmt: skip


def p_presets(pair: pairs.Pair) -> list[Preset]:
    """The Ps to start from."""
    coin, loaded = np.array([9, 1]) / 10, np.array([1, 1, 1, 1, 1, 5]) / 10
    weather, uniform, certain, _, letters = pairs.presets(pair, text)
    return [
        weather,
        uniform,
        certain,
        Preset(text.label("loaded_coin"), pairs.state("coin", coin, pairs.even(2)), whole=True),
        Preset(text.label("die"), pairs.state("dice", pairs.even(6), loaded), whole=True),
        Preset(text.label("loaded_die"), pairs.state("dice", loaded, pairs.even(6)), whole=True),
        letters,
    ]


def surprise_on_average(pair: pairs.Pair) -> None:
    words, figure = st.columns([1, 2], gap="large")
    with figure:
        live(
            pair.held,
            text,
            name="entropy-main",
            controls=pairs.controls(pair, "p"),
            model=lambda values: average_surprise(pairs.settle(values, "p", pair.p)),
            view=pile_view(pair),
            presets=p_presets(pair),
        )
    with words:
        section(text, "hook")
        count = len(pair.names)
        ask(
            text,
            "largest",
            [text.label("sure"), text.label("between_two"), text.label("all_equal")],
            right=2,
            then=lambda: links.put(pairs.KEY, pairs.PAIR, p=pairs.even(count)),
            count=count,
            log=unit.log,
            h=show(self_information(1 / count, base=unit.base)),
            unit=UNIT,
        )
        section(text, "rare", p=show(1 / math.e, 3))
        pairs.tools(pair, text)
    in_pytorch(text, entropy_program(pair.p, unit.name))


# ---- Two outcomes

COIN = links.Params(links.Number("b", 0.9, 0.0, 1.0))


def coin(values: Arrays) -> Arrays:
    """The entropy of two outcomes of probability b and 1 - b (R,)."""
    p = values["b"]
    h = entropy(np.stack([p, 1 - p], axis=-1), base=unit.base)
    return {
        "rest": 1 - p,
        "h": h,
        "drop_x": np.stack([p, p], axis=-1),
        "drop_y": np.stack([np.zeros_like(p), h], axis=-1),
    }


@st.fragment
def two_outcomes() -> None:
    held = links.hold("coin", COIN)
    words, figure = st.columns([1, 2], gap="large")
    x = np.linspace(0, 1, 201)
    curve = tuple(x.tolist()), tuple(coin({"b": x})["h"].tolist())
    with figure:
        live(
            held,
            text,
            controls=[
                Slider("b", text.label("heads"), np.round(np.linspace(0, 1, 1001), 3),
                       colour="truth")
            ],
            model=coin,
            view=View(
                code_charts.coin_curve(curve, text.label("heads"), f"H ({UNIT})"),
                binds=[
                    Bind(1, "x", "drop_x"),
                    Bind(1, "y", "drop_y"),
                    Bind(2, "x", "b"),
                    Bind(2, "y", "h"),
                ],
                readouts=[
                    Readout("p", "b", colour="truth"),
                    Readout("1 − p", "rest"),
                    Readout("H(p)", "h", UNIT, "surprise"),
                ],
                alt=text.label("coin_alt", unit=UNIT),
                handles=[Handle("b", "b", "h", "surprise", "point")],
            ),
        )  # fmt: skip
    with words:
        section(text, "coin")
        ask(
            text,
            "toss",
            [text.label("always"), text.label("mostly"), text.label("evenly")],
            right=2,
            then=lambda: links.put("coin", COIN, b=0.5),
            h=show(self_information(0.5, base=unit.base)),
            unit=UNIT,
        )


# ---- The code

# What a table says of a length: nothing for a symbol without codeword, and at most so many bits.
SAID = ("–", *map(str, range(100)), "> 99")
# Every codeword of at most 7 bits, by the number that it is with a 1 before it.
CODEWORDS = ("", *("".join(bits) for n in range(8) for bits in itertools.product("01", repeat=n)))


def huffman(p: np.ndarray) -> Arrays:
    """The Huffman trees of P (R, K), drawn, with their lengths beside the ideal ones."""
    tree = draw_trees(huffman_codewords(p))
    length, none = tree["length"], p == 0
    ideal, shannon = self_information(p, base=2), shannon_lengths(p)
    h, mean = entropy(p, base=unit.base), BIT * (p * length).sum(axis=-1)
    over = ideal - length  # the name stands behind the tick of the ideal length, if that is near
    beside = tree["leaf_x"] + np.where((over > 0) & (over < 1.5), over, 0) + 0.04 * p.shape[-1]
    small = {
        "bits": tree["bits"],
        "codeword": tree["codeword"],
        "length": np.where(none, 0, 1 + length),
        "shannon": np.where(none, 0, 1 + np.minimum(shannon, 100)),
    }
    lines = {name: tree[name] for name in ("branch_x", "branch_y", "way_x", "way_y")}
    lines["word_x"] = beside
    return {
        **tree,
        **{name: numbers.astype(np.uint8) for name, numbers in small.items()},
        **{
            name: places.astype(np.float32) for name, places in (lines | {"word_x": beside}).items()
        },
        "p": p,
        "ideal_x": ideal,
        "ideal": BIT * ideal,
        "entropy": h,
        "mean": mean,
        "bound": h + BIT,
    }


def one_bit() -> str:
    """One bit in the reader's unit."""
    return "1" if unit.name == "bits" else show(BIT, 3)


def tree_view(pair: pairs.Pair) -> View:
    """P's bars to pull, and the tree of their Huffman code with the way to one symbol."""
    empty = text.label("empty_word")
    words = ("–", empty, *CODEWORDS[2:])
    return View(
        code_charts.code_tree(
            pair.names,
            text.label("depth", unit=UNIT),
            tuple(show(digits * BIT, 3) if digits else "0" for digits in range(len(pair.names))),
            (text.label("the_way"), text.label("ideal_tick")),
        ),
        binds=[
            Bind(0, "y", "p"),
            Bind(1, "x", "branch_x"),
            Bind(1, "y", "branch_y"),
            Bind(2, "x", "way_x@way"),
            Bind(2, "y", "way_y@way"),
            Bind(3, "x", "bit_x"),
            Bind(3, "y", "bit_y"),
            Bind(3, "text", "bits|name"),
            Bind(4, "x", "ideal_x"),
            Bind(4, "y", "leaf_y"),
            Bind(5, "x", "leaf_x"),
            Bind(5, "y", "leaf_y"),
            Bind(6, "x", "word_x"),
            Bind(6, "y", "leaf_y"),
            Bind(6, "text", "codeword|name"),
            Bind(7, "x", "word_x"),
            Bind(7, "y", "leaf_y"),
        ],
        readouts=[
            Readout(text.label("floor"), "entropy", UNIT, "surprise"),
            Readout(text.label("mean"), "mean", UNIT, "truth"),
            Readout(f"H + {one_bit()}", "bound", UNIT),
        ],
        rows=[
            Row(text.label("codeword"), "codeword"),
            Row(text.label("length"), "length", "truth"),
            Row(text.label("ideal", log=unit.log), "ideal", "surprise"),
            Row(text.label("shannon"), "shannon"),
        ],
        formula=formula.math(
            formula.ident("H"), formula.op("≤"), formula.ident("L"), formula.op("<"),
            formula.ident("H"), formula.op("+"), formula.number(one_bit()), formula.op(":"),
            formula.slot("entropy", "surprise"), formula.op("≤"), formula.slot("mean", "truth"),
            formula.op("<"), formula.slot("bound"),
        ),
        alt=text.label("tree_alt", unit=UNIT),
        handles=pairs.handles(pair, "p"),
        picks=[Pick("way", text.label("way"), pair.names, trace=5)],
        names={"bits": ("0", "1", ""), "codeword": words, "length": SAID, "shannon": SAID},
        rules=pairs.rules(pair, "p"),
    )  # fmt: skip


FOUR = (0.5, 0.25, 0.125, 0.125)


def the_code(pair: pairs.Pair) -> None:
    words, figure = st.columns([1, 2], gap="large")
    with figure:
        live(
            pair.held,
            text,
            name="entropy-tree",
            controls=pairs.controls(pair, "p"),
            model=lambda values: huffman(pairs.settle(values, "p", pair.p)),
            view=tree_view(pair),
        )
    with words:
        section(text, "tree")
        h = float(entropy(FOUR, base=unit.base))
        ask(
            text,
            "shortest",
            [f"{show(x, 3)} {UNIT}" for x in (2 * BIT, h, BIT)],
            right=1,
            then=lambda: links.put(pairs.KEY, pairs.PAIR, p=FOUR, q=pairs.even(4),
                                   names="weather"),
            h=show(h, 3),
            unit=UNIT,
        )  # fmt: skip
        section(text, "bound", bit=one_bit(), unit=UNIT)
        if max(pair.p) == 1:
            section(text, "certain")
        elif min(pair.p) == 0:
            section(text, "impossible")


# ---- Blocks

BLOCKS = links.Params(links.Number("block", 1.0, 1.0, 12.0, whole=True))
MOST_BLOCKS = 4096


def longest_block(classes: int) -> int:
    """How many symbols a block may have, if there are to be no more than MOST_BLOCKS blocks."""
    return next(n for n in range(12, 0, -1) if classes**n <= MOST_BLOCKS)


def blocks(pair: pairs.Pair) -> None:
    count = len(pair.names)
    most = longest_block(count)
    held = links.hold("blocks", BLOCKS)
    held = replace(held, state={"block": min(held["block"], float(most))})  # with many classes
    sizes = np.arange(1, most + 1)
    lengths = BIT * block_lengths(pair.p, most)
    h = float(entropy(pair.p, base=unit.base))

    def model(values: Arrays) -> Arrays:
        n = values["block"].astype(int)
        every = np.ones((len(n), 1))
        return {
            "blocks": count**n,
            "length": lengths[n - 1],
            "entropy": np.full(len(n), h),
            "bound": h + BIT / n,
            "size": sizes * every,
            "lengths": lengths * every,
            "bounds": (h + BIT / sizes) * every,
            "floor": np.full((len(n), 2), h),
        }

    words, figure = st.columns([1, 2], gap="large")
    with figure:
        live(
            held,
            text,
            controls=[Slider("block", text.label("block_size"), sizes.astype(float), whole=True)],
            model=model,
            view=View(
                code_charts.block_curve(
                    most,
                    text.label("block_size"),
                    text.label("per_symbol", unit=UNIT),
                    (text.label("block_length"), "H", f"H + {one_bit()}/n"),
                    BIT * (math.log2(count) + 1.1),
                ),
                binds=[
                    Bind(0, "x", "size"),
                    Bind(0, "y", "bounds"),
                    Bind(1, "y", "floor"),
                    Bind(2, "x", "size"),
                    Bind(2, "y", "lengths"),
                    Bind(3, "x", "block"),
                    Bind(3, "y", "length"),
                ],
                readouts=[
                    Readout(text.label("count"), "blocks|exact"),
                    Readout(text.label("block_length"), "length", UNIT, "truth"),
                    Readout("H", "entropy", UNIT, "surprise"),
                    Readout(f"H + {one_bit()}/n", "bound", UNIT),
                ],
                alt=text.label("block_alt", unit=UNIT),
            ),
        )
    with words:
        section(text, "blocks")
        tosses = BIT * block_lengths([0.9, 0.1], 2)
        ask(
            text,
            "pairs",
            [text.label("same"), text.label("less"), text.label("half")],
            right=1,
            then=two_tosses,
            h=show(entropy([0.9, 0.1], base=unit.base), 3),
            one=show(tosses[0], 3) if unit.name != "bits" else "1",
            two=show(tosses[1], 3),
            unit=UNIT,
        )
        if math.isclose(lengths[0], h, rel_tol=1e-12):
            section(text, "dyadic")
        section(text, "limit", count=count, most=most, blocks=f"{count**most:,}")


def two_tosses() -> None:
    """Let P be a loaded coin, and take its tosses by twos."""
    links.put(pairs.KEY, pairs.PAIR, p=(0.9, 0.1), q=pairs.even(2), names="coin")
    links.put("blocks", BLOCKS, block=2.0)


# ---- One P for all of these


@st.fragment
def one_distribution() -> None:
    pair = pairs.hold_pair(text, "entropy-main", "entropy-tree")
    surprise_on_average(pair)
    st.divider()
    sampling(text, "draws", pair, unit, both=False)
    st.divider()
    two_outcomes()
    st.divider()
    the_code(pair)
    st.divider()
    blocks(pair)


# ---- Any text

SHOWN = 20
READ = links.Params(links.Index("per", 0, of=2))
_KEPT, _BOX = "xent text", "xent text box"
ONCE = "abracadabra"


def take_text() -> None:
    """Keep the text: a page that one comes back to has it still."""
    st.session_state[_KEPT] = st.session_state[_BOX]


def samples() -> dict[str, str]:
    """The texts to begin with, by their names."""
    languages = ("en", "de", "fr", "es", "zh_pinyin")
    labels = ("sample_en", "sample_de", "sample_fr", "sample_es", "sample_pinyin")
    return {
        **{text.label(label): language_text(name)
           for label, name in zip(labels, languages, strict=True)},
        text.label("sample_zh"): text.label("chinese"),
        ONCE: ONCE,
        f"{ONCE} × 100": ONCE * 100,
        "a × 1000": "a" * 1000,
    }  # fmt: skip


def first_text() -> str:
    """The text in the box at first."""
    return text.label("chinese") if text.language == "zh" else language_text("en")


def put_text(sample: str) -> None:
    st.session_state[_KEPT] = sample


def codings(found: TextStatistics) -> list[tuple[str, float, str]]:
    """Name, length in the reader's unit and colour of each way to write a text down."""
    ideal = found.length * found.entropy_bits
    bits = [
        ("UTF-8", found.utf8_bits, charts.GREY),
        (text.label("fixed"), found.fixed_bits, charts.GREY),
        (text.label("huffman"), found.huffman_bits, charts.TRUTH),
        (text.label("ideal_total"), ideal, charts.SURPRISE),
        ("zlib", found.zlib_bits, charts.FINE),
        ("xz (lzma)", found.lzma_bits, charts.FINE),
    ]
    return [(name, BIT * length, colour) for name, length, colour in bits]


def text_view(found: TextStatistics) -> View:
    """The most frequent symbols, and the lengths of the text."""
    rows = codings(found)
    longest = max(bits for _, bits, _ in rows)
    totals = [f"{name} · <b>{bits:,.0f}</b>" for name, bits, _ in rows]
    means = [f"{name} · <b>{show(bits / found.length)}</b>" for name, bits, _ in rows]
    shown = found.symbols[:SHOWN]
    names = [
        code_charts.symbol_name(symbol, text.label("space"), text.label("line_end"))
        for symbol in shown
    ]
    empty = text.label("empty_word")
    codewords = [code_charts.clip(word, 16) or empty for word in found.huffman.codewords[:SHOWN]]
    pers = (text.label("whole"), text.label("each"))
    return View(
        code_charts.text_bars(
            names,
            codewords,
            float(found.probabilities[0]),
            rows[3][1] / longest,
            [colour for *_, colour in rows],
            (text.label("shares", shown=len(shown), of=len(found.symbols)),
             text.label("lengths", unit=UNIT)),
        ),
        binds=[Bind(0, "x", "shares"), Bind(1, "x", "parts"), Bind(2, "text", "said|name")],
        readouts=[
            Readout(text.label("symbols"), "symbols|exact"),
            Readout(text.label("different"), "different|exact"),
            Readout(text.label("per_symbol_h"), "entropy", UNIT, "surprise"),
            Readout(text.label("per_symbol_l"), "mean", UNIT, "truth"),
        ],
        alt=text.label("text_alt", unit=UNIT),
        names={"said": (*totals, *means), "per": pers},
    )  # fmt: skip


@st.fragment
def any_text() -> None:
    held = links.hold("text", READ)
    words, figure = st.columns([1, 2], gap="large")
    with words:
        section(text, "text", limit=f"{TEXT_LIMIT:,}")
        keep_in_tab(_KEPT, TEXT_LIMIT)
        st.session_state[_BOX] = st.session_state.get(_KEPT, first_text())
        st.text_area(text.label("box"), key=_BOX, on_change=take_text, height=160)
        with st.container(horizontal=True, key="unlinked-text"):
            for label, sample in samples().items():
                st.button(label, on_click=put_text, args=(sample,))
        small(text.label("not_in_link"))
    given = st.session_state[_BOX]
    if not given:
        with figure:
            st.info(text.label("no_text"))
        return
    if len(given) > TEXT_LIMIT:
        with figure:
            st.error(text.label("too_long", length=f"{len(given):,}", limit=f"{TEXT_LIMIT:,}"))
        return
    found = text_statistics(given)
    lengths = np.array([bits for _, bits, _ in codings(found)])
    count = len(lengths)

    def model(values: Arrays) -> Arrays:
        per = values["per"].astype(int)
        one = np.ones(len(per))
        return {
            "shares": found.probabilities[:SHOWN] * one[:, None],
            "parts": lengths / lengths.max() * one[:, None],
            "said": np.arange(count) + count * per[:, None],
            "symbols": found.length * one,
            "different": len(found.symbols) * one,
            "entropy": float(entropy(found.probabilities, base=unit.base)) * one,
            "mean": BIT * found.huffman_bits / found.length * one,
            "huffman": BIT * found.huffman_bits * one,
            "zlib": BIT * found.zlib_bits * one,
        }

    with figure:
        live(
            held,
            text,
            controls=[Choice("per", UNIT, (text.label("whole"), text.label("each")))],
            model=model,
            view=text_view(found),
        )
        ideal = BIT * found.length * found.entropy_bits
        best = BIT * min(found.zlib_bits, found.lzma_bits)
        if len(found.symbols) == 1:
            section(text, "one_symbol", length=f"{found.length:,}")
        else:
            part = "below" if best < ideal else "not_below"
            section(text, part, ideal=f"{ideal:,.0f}", best=f"{best:,.0f}", unit=UNIT)


one_distribution()
st.divider()
any_text()
take_home(text)
