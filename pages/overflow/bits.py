"""The bits of a number as buttons, one for each, by its own name; and what they stand for."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

import streamlit as st

from ui.assets import component
from ui.words import fill
from ui.words.digits import show
from xent_core.trace import BitPattern


@dataclass(frozen=True)
class Bit:
    """A bit at a place in its number (0 is the sign), what it says, and whether it is turned."""

    at: int
    bit: str
    name: str
    on: bool


def bit_buttons(
    key: str, groups: Sequence[tuple[str, Sequence[Bit]]], press: Callable[[int], None]
) -> None:
    """Show groups of bits, each with its label; `press` is told the place of a pressed one."""

    def pressed() -> None:
        at = st.session_state[key].get("pressed")
        whole = isinstance(at, int) and not isinstance(at, bool)
        if whole and any(bit.at == at for _, bits in groups for bit in bits):
            press(at)

    data = [{"label": label, "bits": [asdict(bit) for bit in bits]} for label, bits in groups]
    buttons = component("xent_bits", "pages/overflow/bits.js")
    buttons(key=key, data=data, on_pressed_change=pressed)


# ---- one number's bits

_LONGEST_EXACT = 48
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def bit_rows(patterns: Sequence[BitPattern], words: Mapping[str, str]) -> list[list[str]]:
    """A row for each thing to say of numbers, with a heading: kind, value, neighbours, gaps."""
    kinds = {"zero": words["zone_zero"], "subnormal": words["zone_subnormal"],
             "normal": words["zone_normal"], "inf": words["zone_inf"], "nan": "nan"}  # fmt: skip

    def significand(one: BitPattern) -> str:
        if one.significand is None:
            return "–"
        sign = "−" if one.sign == "1" else ""
        digits = in_short(one.significand).removesuffix(".")
        return f"{sign}{digits}₂ × 2{str(one.power).translate(_RAISED)}"

    digits = math.ceil(patterns[0].format.precision * math.log10(2)) + 1  # tell neighbours apart

    def neighbour(value: float, sign: str, gap: float) -> str:
        if math.isnan(value):
            return "–"
        return show(value, digits) + (f" ({sign}{show(gap, 3)})" if math.isfinite(gap) else "")

    def how(one: BitPattern) -> str:
        template = {"normal": "how_normal", "zero": "how_subnormal", "subnormal": "how_subnormal"}
        return fill(words[template.get(one.kind, "how_special")], {
            "stored": one.exponent, "number": int(one.exponent, 2), "bias": one.format.bias,
            "power": str(one.power).replace("-", "−")})  # fmt: skip

    rows: list[tuple[str, Callable[[BitPattern], str]]] = [
        ("bits_row", lambda one: f"`{one.sign} {one.exponent} {one.fraction}`"),
        ("kind", lambda one: kinds[one.kind]),
        ("how", how),
        ("significand", significand),
        ("exact_row", lambda one: many_digits(in_short(one.exact))),
        ("above", lambda one: neighbour(one.above, "+", one.gap_above)),
        ("below", lambda one: neighbour(one.below, "−", one.gap_below)),
    ]
    return [[words[row], *(write(one) for one in patterns)] for row, write in rows]


def in_short(digits: str) -> str:
    """Long digits without their middle."""
    if len(digits) <= _LONGEST_EXACT:
        return digits
    return f"{digits[:28]}…{digits[-12:]}"


def many_digits(text: str) -> str:
    """A number of mpmath's as a reader reads it."""
    return text.replace("-", "−").replace("+inf", "∞").replace("inf", "∞").removesuffix(".0")


def markdown_table(rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown; the first row is its head."""
    head, *body = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([head, f"|{'---|' * len(rows[0])}", *body])
