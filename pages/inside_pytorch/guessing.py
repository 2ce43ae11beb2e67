"""The wiring board before it is seen: which pair is chosen, and what the reader said of each."""

import streamlit as st

from pages.inside_pytorch.controls import choose
from pages.inside_pytorch.labels import FRONTS, LOSSES
from ui.lesson.sections import Section
from xent_core import pytorch as xt

_GUESSES, _WIRING = "xent inside guesses", "xent inside wiring"
Pair = tuple[str, str]  # what goes into which loss


def guesses() -> dict[Pair, bool]:
    """Return of which pairs the reader has said something: True for right."""
    return st.session_state.setdefault(_GUESSES, {})


def plugged() -> Pair:
    """Return the pair that is chosen; at first a softmax before CrossEntropyLoss."""
    return st.session_state.setdefault(_WIRING, (xt.FRONT_ENDS[1], xt.BOARD_LOSSES[0]))


def _plug(front: str, loss: str) -> None:
    st.session_state[_WIRING] = (front, loss)


def _guess(right: bool) -> None:
    """Keep what the reader said of the chosen pair."""
    _keep({**guesses(), plugged(): right})


def _keep(guesses: dict[Pair, bool]) -> None:
    st.session_state[_GUESSES] = guesses


def choose_pair(s: Section) -> None:
    """Show where the front end is chosen, and the loss that it goes into."""
    front, loss = plugged()
    fronts, losses = FRONTS.__getitem__, LOSSES.__getitem__
    take_front, take_loss = lambda one: _plug(one, loss), lambda one: _plug(front, one)
    choose("front", s.label("front"), xt.FRONT_ENDS, front, take_front, fronts)
    choose("loss", s.label("into"), xt.BOARD_LOSSES, loss, take_loss, losses)


def buttons(s: Section) -> None:
    """Show the buttons with which one says what one thinks of the pair, or gives up."""
    everything = {(front, loss): True for front in xt.FRONT_ENDS for loss in xt.BOARD_LOSSES}
    with st.container(horizontal=True):
        st.button(s.label("say_right"), on_click=_guess, args=(True,))
        st.button(s.label("say_wrong"), on_click=_guess, args=(False,))
        for label, all_of_it in (("show_all", everything), ("start_again", {})):
            st.button(s.label(label), type="tertiary", on_click=_keep, args=(all_of_it,))
