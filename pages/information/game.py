"""Twenty questions as a game: the reader thinks of a number, and the lesson finds it."""

import streamlit as st

from ui.lesson.sections import Section
from ui.words.digits import show
from xent_core import ask_huffman, huffman_code, self_information, still_possible, zipf_distribution

_ANSWERS, _GAME = "xent game", "xent game of"
_MOST_ON_THE_TREE = 64  # more numbers would make the first questions long lists


def play(s: Section, count: int, skewed: bool) -> None:
    """Ask until one number is left; the answers are all that is remembered."""
    memory = st.session_state
    if memory.get(_GAME) != (count, skewed):
        memory[_GAME], memory[_ANSWERS] = (count, skewed), ""
    if skewed and count > _MOST_ON_THE_TREE:
        s.say("many", most=_MOST_ON_THE_TREE)
        return
    answers = memory[_ANSWERS]
    find = _by_huffman if skewed else _by_halving
    found = find(s, count, answers)
    if found is not None:
        bits = show(self_information(1 / count, base=2))
        s.say("found", found=found, asked=len(answers), count=count, bits=bits)
    with s.words.container(horizontal=True, key="unlinked-game"):
        if found is None:
            _yes_or_no(s)
        st.button(s.label("take_back"), on_click=_take_back, disabled=not answers)
        st.button(s.label("again"), on_click=memory.pop, args=(_GAME, None))


def _by_halving(s: Section, count: int, answers: str) -> int | None:
    """Ask whether the number is in the upper half; return the number once it is the only one."""
    first, last = still_possible(count, answers)
    if first == last:
        return first
    middle = (first + last) // 2
    s.say("guess", number=len(answers) + 1, middle=middle, left=last - first + 1)
    return None


def _by_huffman(s: Section, count: int, answers: str) -> int | None:
    """Ask what the Huffman tree asks; return the number once it is the only one."""
    code = huffman_code(zipf_distribution(count), range(1, count + 1))
    named, others = ask_huffman(code, answers)
    if not named:
        return others[0]
    these = ", ".join(map(str, named))
    s.say("among", number=len(answers) + 1, these=these, left=len(named) + len(others))
    return None


def _yes_or_no(s: Section) -> None:
    """Show the two answers; the keys y and n give them too."""
    for key, shortcut in (("yes", "y"), ("no", "n")):
        st.button(s.label(key), key=f"xent {key}", shortcut=shortcut, on_click=_answer,
                  args=(shortcut,))  # fmt: skip


def _answer(which: str) -> None:
    st.session_state[_ANSWERS] = st.session_state.get(_ANSWERS, "") + which


def _take_back() -> None:
    st.session_state[_ANSWERS] = st.session_state[_ANSWERS][:-1]
