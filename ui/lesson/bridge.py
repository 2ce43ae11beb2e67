"""The bridge from distributions to the loss: what P and Q are where a model is trained.

A strip on three lessons. Each of its parts leads to the lesson about it, with this very example
where there is one: a picture's logits and its label.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from ui.app.navigation import link_to
from ui.lesson import pairs
from ui.lesson.sections import Section
from ui.state.params import write_row
from ui.words.glossary import glossary
from xent_core import one_hot, softmax

_ROWS = (("home", "softmax"), ("one_hot", "cross_entropy"))
_ARROWS = (("→", "↘"), ("→", ""))
_FARTHEST = 300.0  # of a logit that every lesson takes


@dataclass(frozen=True)
class Example:
    """A picture's logits (C,), its class and the names of all classes."""

    z: NDArray[np.float64]
    k: int
    names: tuple[str, ...]
    animals: bool  # whether the names are the app's own list of animals


def example_of_pair(s: Section) -> Example | None:
    """Return the logits and the label that make this P and Q, if there are such."""
    p, q = np.array(s["p"]), np.array(s["q"])
    if p.max() < 1 or q.min() <= 0:
        return None
    logits = np.log(q)
    # softmax sees only differences, so the least may be what it is on the home page
    logits = np.round(logits - logits.min() + 1, 3)
    return Example(logits, int(p.argmax()), pairs.class_names(s), s["names"] == "animals")


def _home(one: Example) -> dict[str, str]:
    known = one.animals and len(one.z) == 4
    return {"z": write_row(one.z), "k": str(one.k)} if known else {}


def _softmax(one: Example) -> dict[str, str]:
    return {"z": write_row(one.z), "k": str(one.k)} if len(one.z) <= 6 else {}


def _names(one: Example) -> str:
    return "animals" if one.animals else ",".join(one.names)


def _one_hot(one: Example) -> dict[str, str]:
    return {"z": write_row(one.z), "k": str(one.k), "names": _names(one)}


def _pair(one: Example) -> dict[str, str]:
    if len(one.z) > pairs.MOST:
        return {}
    p, q = (tuple(x.tolist()) for x in (one_hot(one.k, len(one.z)), softmax(one.z)))
    return {"p": pairs.P.write(p, {}), "q": pairs.Q.write(q, {}), "names": _names(one)}


_STATES: dict[str, Callable[[Example], dict[str, str]]] = {
    "home": _home,
    "softmax": _softmax,
    "one_hot": _one_hot,
    "cross_entropy": _pair,
}


def bridge(s: Section, here: str, example: Example | None) -> None:
    """Show the strip among the words of the lesson `here`, which is a part of it."""
    usable = example if example and np.abs(example.z).max() <= _FARTHEST else None
    with s.words.container(key="xent-bridge"):
        for row, arrows in zip(_ROWS, _ARROWS, strict=True):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                for name, arrow in zip(row, arrows, strict=True):
                    _part(s, name, name == here, _STATES[name](usable) if usable else {})
                    if arrow:
                        st.markdown(arrow, width="content")
        said, known = s.label("bridge_said"), glossary(s.text.language)
        st.markdown(known.explain(said, known.find(said)), unsafe_allow_html=True)


def _part(s: Section, name: str, here: bool, query: dict[str, Any]) -> None:
    label = s.label(f"bridge_{name}")
    if here:
        st.markdown(f"**{label}**", width="content")
    else:
        link_to(name, query, label, s.text.language)
