"""Any text: how often its symbols occur, and how long it is in some codes."""

import numpy as np
import streamlit as st

from pages.entropy import charts, models
from pages.entropy.keep import keep_in_tab
from ui.draw.colours import FINE, GREY, SURPRISE, TRUTH
from ui.figure import Choice, Readout
from ui.lesson.fields import linked
from ui.lesson.sections import Section
from ui.words.digits import show
from ui.words.units import bit_in
from xent_core import text_statistics
from xent_core.languages import language_text
from xent_core.texts_in_codes import TEXT_LIMIT, TextStatistics

SHOWN = 20  # of the symbols
_KEPT, _BOX = "xent text", "xent text box"
ONCE = "abracadabra"
SAMPLES = {"sample_en": "en", "sample_de": "de", "sample_fr": "fr", "sample_es": "es",
           "sample_pinyin": "zh_pinyin"}  # fmt: skip


def put_text(text: str) -> None:
    """Let this be the text, and keep it: a page that one comes back to has it still."""
    st.session_state[_KEPT] = text


def samples(s: Section) -> dict[str, str]:
    """The texts to begin with, by their names."""
    return {
        **{s.label(label): language_text(name) for label, name in SAMPLES.items()},
        s.label("sample_zh"): s.label("chinese"),
        ONCE: ONCE,
        f"{ONCE} × 100": ONCE * 100,
        "a × 1000": "a" * 1000,
    }


def box(s: Section) -> str:
    """Show the box for a text, with the samples; return what is in it."""
    first = s.label("chinese") if s.text.language == "zh" else language_text("en")
    with s.words:
        keep_in_tab(_KEPT, TEXT_LIMIT)
        shown = linked(_BOX, st.session_state.get(_KEPT, first), put_text)
        st.text_area(s.label("box"), height=160, **shown)
        with st.container(horizontal=True, key="unlinked-text"):
            for label, sample in samples(s).items():
                st.button(label, on_click=put_text, args=(sample,))
    s.say_small(s.label("not_in_link"))
    return st.session_state[_BOX]


def codings(s: Section, found: TextStatistics) -> list[tuple[str, float, str]]:
    """Name, length in the reader's unit and colour of each way to write a text down."""
    ideal = found.length * found.entropy_bits
    bits = [
        ("UTF-8", found.utf8_bits, GREY),
        (s.label("fixed"), found.fixed_bits, GREY),
        (s.label("huffman"), found.huffman_bits, TRUTH),
        (s.label("ideal_total"), ideal, SURPRISE),
        ("zlib", found.zlib_bits, FINE),
        ("xz (lzma)", found.lzma_bits, FINE),
    ]
    bit = bit_in(s.unit.base)
    return [(name, bit * length, colour) for name, length, colour in bits]


def show_text(s: Section, found: TextStatistics) -> None:
    """The most frequent symbols, and the lengths of the text."""
    rows, base = codings(s, found), s.unit.base
    lengths = np.array([length for _, length, _ in rows])
    totals = [f"{name} · <b>{length:,.0f}</b>" for name, length, _ in rows]
    means = [f"{name} · <b>{show(length / found.length)}</b>" for name, length, _ in rows]
    shown = found.symbols[:SHOWN]
    ends = s.labels("space", "line_end")
    words = [charts.clip(word, 16) or s.label("empty_word") for word in found.huffman.codewords]
    pers = s.labels("whole", "each")
    s.figure(
        charts.text_bars(
            [charts.symbol_name(symbol, *ends) for symbol in shown],
            words[:SHOWN],
            float(found.probabilities[0]),
            rows[3][1] / max(lengths.tolist()),
            [colour for *_, colour in rows],
            (s.label("shares", shown=len(shown), of=len(found.symbols)),
             s.label("lengths", unit=s.unit_name)),
        ),
        lambda values: models.text_in_codes(
            values["per"].astype(int), found, lengths, SHOWN, base
        ),
        [Choice("per", s.unit_name, pers)],
        readouts=[
            Readout("symbols", "symbols|exact"),
            Readout("different", "different|exact"),
            Readout("per_symbol_h", "entropy", s.unit_name, "surprise"),
            Readout("per_symbol_l", "mean", s.unit_name, "truth"),
        ],
        names={"said": (*totals, *means), "per": pers},
        alt=s.label("text_alt", unit=s.unit_name),
    )  # fmt: skip


def compare(s: Section, found: TextStatistics) -> None:
    """Say whether a program that sees what repeats is below the entropy of the symbols."""
    bit = bit_in(s.unit.base)
    ideal = bit * found.length * found.entropy_bits
    best = bit * min(found.zlib_bits, found.lzma_bits)
    with s.stage:
        if len(found.symbols) == 1:
            st.markdown(s.text("one_symbol", length=f"{found.length:,}"))
            return
        part = "below" if best < ideal else "not_below"
        numbers = {"ideal": f"{ideal:,.0f}", "best": f"{best:,.0f}", "unit": s.unit_name}
        st.markdown(s.text(part, **numbers))


def any_text(s: Section) -> None:
    """Read a text, and show it in codes."""
    s.say("text", limit=f"{TEXT_LIMIT:,}")
    given = box(s)
    if not given:
        s.stage.info(s.label("no_text"))
    elif len(given) > TEXT_LIMIT:
        numbers = {"length": f"{len(given):,}", "limit": f"{TEXT_LIMIT:,}"}
        s.stage.error(s.label("too_long", **numbers))
    else:
        found = text_statistics(given)
        show_text(s, found)
        compare(s, found)
