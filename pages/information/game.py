"""Twenty questions as a game: the reader thinks of a number, and the lesson finds it."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from pages.information.board import board, scales
from pages.information.models import best_questions
from ui.lesson.sections import Section
from ui.words.digits import show
from ui.words.units import bit_in
from xent_core import ask_huffman, huffman_code, self_information, still_possible, zipf_distribution

_ANSWERS, _GAME = "xent game", "xent game of"
_MOST_ON_THE_TREE = 64  # more numbers would make the first questions long lists


@dataclass(frozen=True)
class Turn:
    """Where the game stands: the numbers that the next question is about, and the others left.

    Nothing is asked about once one number is left.
    """

    asked: Sequence[int]
    others: Sequence[int]

    @property
    def found(self) -> int | None:
        return None if self.asked else self.others[0]


def play(s: Section, n: int, skewed: bool) -> None:
    """Ask until one number is left; the answers are all that is remembered."""
    count = min(n, _MOST_ON_THE_TREE) if skewed else n
    memory = st.session_state
    if memory.get(_GAME) != (count, skewed):
        memory[_GAME], memory[_ANSWERS] = (count, skewed), ""
    answers = memory[_ANSWERS]
    turn = _by_huffman(count, answers) if skewed else _by_halving(count, answers)
    s.say("play", count=count)
    if count < n:
        s.say("set_down", count=count, n=n)
    if turn.found is None:
        _ask(s, turn, len(answers) + 1, skewed)
    else:
        s.say("found", found=turn.found)
    with s.words.container(horizontal=True, key="unlinked-game"):
        if turn.found is None:
            _yes_or_no(s)
        st.button(s.label("take_back"), on_click=_take_back, disabled=not answers)
        st.button(s.label("again"), on_click=memory.pop, args=(_GAME, None))
    _show(s, turn, count, answers)
    if turn.found is not None:
        _compare(s, turn.found, count, len(answers), skewed)


def _by_halving(count: int, answers: str) -> Turn:
    """Ask whether the number is in the upper half."""
    first, last = still_possible(count, answers)
    middle = (first + last) // 2
    return Turn(range(middle + 1, last + 1), range(first, middle + 1))


def _by_huffman(count: int, answers: str) -> Turn:
    """Ask what the Huffman tree asks."""
    code = huffman_code(zipf_distribution(count), range(1, count + 1))
    return Turn(*ask_huffman(code, answers))


def _ask(s: Section, turn: Turn, number: int, skewed: bool) -> None:
    left = len(turn.asked) + len(turn.others)
    if skewed:
        comma = "、" if s.text.language == "zh" else ", "
        these = comma.join(map(str, turn.asked))
        part = "among" if len(turn.asked) > 1 else "is_it"
        s.say(part, number=number, these=these, left=left)
    else:
        s.say("guess", number=number, middle=turn.others[-1], left=left)


def _show(s: Section, turn: Turn, count: int, answers: str) -> None:
    """Show all numbers, those that are ruled out in grey, and what the answers have cost."""
    left = {*turn.asked, *turn.others}
    bit = "1" if s.unit.name == "bits" else show(bit_in(s.unit.base), 3)
    worth = s.label("one_bit") if bit == "1" else f"{bit} {s.unit_name}"
    said = {"y": s.label("yes"), "n": s.label("no")}
    spent = [f"{said[answer]} +{worth}" for answer in answers]
    alt = s.label("board_alt", left=len(left), count=count, asked=len(answers))
    s.stage.html(board(count, left, turn.asked, turn.found, spent, alt))


def _compare(s: Section, found: int, count: int, asked: int, skewed: bool) -> None:
    """Show what the number's own information is, beside what was asked and the averages."""
    base = s.unit.base
    p = float(zipf_distribution(count)[found - 1]) if skewed else 1 / count
    h, mean = best_questions(count, skewed)
    bit = bit_in(base)
    own = float(self_information(p, base=base))
    rows = [
        (s.label("game_asked", asked=asked), bit * asked, "muted"),
        (s.label("game_own", log=s.unit.log, p=show(p, 3)), own, "surprise"),
        (s.label("game_mean", mean=show(mean)), bit * mean, "muted"),
        (s.label("game_entropy"), bit * h, "surprise"),
    ]
    s.stage.html(scales([(name, value, show(value), of) for name, value, of in rows], s.unit_name))
    if skewed:
        s.say("compared")
    else:
        bits = show(float(self_information(p, base=2)))
        s.say("compared_equal", count=count, bits=bits, asked=asked)


def _yes_or_no(s: Section) -> None:
    """Show the two answers; the keys y and n give them too."""
    for key, shortcut in (("yes", "y"), ("no", "n")):
        st.button(s.label(key), key=f"xent {key}", shortcut=shortcut, on_click=_answer,
                  args=(shortcut,))  # fmt: skip


def _answer(which: str) -> None:
    st.session_state[_ANSWERS] = st.session_state.get(_ANSWERS, "") + which


def _take_back() -> None:
    st.session_state[_ANSWERS] = st.session_state[_ANSWERS][:-1]
