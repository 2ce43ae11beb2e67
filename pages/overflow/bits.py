"""The bits of a number as buttons: one for each, by its own name."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import streamlit as st

_JS = Path(__file__).with_name("bits.js")


@dataclass(frozen=True)
class Bit:
    """A bit at a place in its number (0 is the sign), what it says, and whether it is turned."""

    at: int
    bit: str
    name: str
    on: bool


@functools.cache
def _component() -> Any:
    return st.components.v2.component("xent_bits", js=_JS.read_text("utf-8"), isolate_styles=False)


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
    _component()(key=key, data=data, on_pressed_change=pressed)
