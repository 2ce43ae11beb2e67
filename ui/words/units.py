"""The unit of information: one switch for every lesson that measures it."""

import math
from dataclasses import dataclass

import streamlit as st

from ui.state import address
from ui.state.links import Problem, names
from ui.words import Words
from xent_core import self_information


@dataclass(frozen=True)
class Unit:
    """A unit: the base of its logarithm and how that logarithm is written."""

    name: str
    base: float
    log: str


UNITS = {
    unit.name: unit
    for unit in (
        Unit("bits", 2.0, "log₂"),
        Unit("nats", math.e, "ln"),
        Unit("hartleys", 10.0, "log₁₀"),
    )
}


def bit_in(base: float) -> float:
    """Return what a binary digit can say at most, in the unit of a base."""
    return float(self_information(1 / 2, base=base))


_PARAM, _MEMORY, _KEY = "unit", "xent unit", "xent unit switch"


def current_unit() -> Unit:
    """Return the unit of the link, else on another page the one chosen before, else the bit."""
    chosen = st.session_state.get(_MEMORY, "bits") if address.arrived() else "bits"
    name = address.query().get(_PARAM)
    st.session_state[_MEMORY] = name if name in UNITS else chosen
    return UNITS[st.session_state[_MEMORY]]


def _choose() -> None:
    """Keep the choice in the session and in the address; a second click on it changes nothing."""
    address.push({_PARAM: st.session_state[_KEY] or current_unit().name})


def unit_switch(text: Words) -> Unit:
    """Show the switch and return the unit."""
    unit = current_unit()
    asked = address.query().get(_PARAM)
    if asked is not None and asked not in UNITS:
        problem = Problem(_PARAM, asked[:20], ("link_word", {"words": ", ".join(UNITS)}))
        st.warning(text.label("bad_link", what=names([problem], text.label)))
    st.session_state[_KEY] = unit.name
    with st.container(horizontal=True, vertical_alignment="bottom", key="xent-unit"):
        st.segmented_control(
            text.label("unit"), list(UNITS), format_func=text.label, key=_KEY, on_change=_choose
        )
        st.markdown(f":small[{text.label(f'unit_{unit.name}')}]")
    if unit.name != "bits":
        address.add({_PARAM: unit.name})  # a link copied from here has to say it
    return unit
