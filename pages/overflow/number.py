"""One number of a table, down to its bits: chosen, and turned over bit by bit."""

import streamlit as st

from pages.overflow.bits import Bit, bit_buttons, bit_rows, markdown_table
from pages.overflow.controls import choose, inside
from pages.overflow.labels import event_words, formula_names, row_names
from pages.overflow.link import NO_CELL, read_flips, write_flips
from pages.overflow.steps import KEYS, cell_code, read_cell, spots
from ui.lesson.sections import Section
from xent_core.trace import BitPattern, Format, bit_pattern, event_names, trace


def _choose_number(s: Section, name: str, key: str, entry: int) -> None:
    """Show which number is looked at: what was pressed, or what is chosen here."""
    classes = len(s["x"])

    def take(name: str, key: str, entry: int) -> None:
        if key not in KEYS[name]:
            key = KEYS[name][-1]
        last = max(spots(classes)[name, key].size - 1, 0)
        s.put(cell=cell_code(name, key, min(entry, last)))

    rows = _step_names(s)
    size = spots(classes)[name, key].size
    formulas, steps, entries = st.columns(3)
    choose(s, "formula", "cell formula", formula_names(s.text), name,
           lambda chosen: take(chosen, key, entry), formulas)  # fmt: skip
    choose(s, "step_of", "cell step", {one: rows[one] for one in KEYS[name]}, key,
           lambda chosen: take(name, chosen, entry), steps)  # fmt: skip
    choose(s, "entry", "cell entry", {i: str(i) for i in range(max(size, 1))}, entry,
           lambda chosen: take(name, key, chosen), entries, disabled=not size)  # fmt: skip


def open_number(s: Section, fmt: Format) -> None:
    """Show the number of two formulas that was pressed, until it is closed."""
    cell = int(s["look"])
    name, key, entry = read_cell(cell, len(s["x"]))
    which = [formula_names(s.text)[name], _step_names(s)[key]]
    if spots(len(s["x"]))[name, key].size:
        which.append(str(entry))
    with s.words.container(key="xent-number", gap="small"):
        here = inside(s, st.container())
        here.say("number", which=" · ".join(which), format=fmt.name, event=_event(s, fmt, cell))
        _show_bits(here, fmt, cell)
        st.button(s.label("close"), type="tertiary", on_click=lambda: s.put(look=NO_CELL))


def show_number(s: Section, fmt: Format) -> None:
    """Show the chosen number of the whole bench, and have another one chosen."""
    cell = int(s["cell"])
    s.say("bits", format=fmt.name, event=_event(s, fmt, cell))
    _choose_number(s, *read_cell(cell, len(s["x"])))
    _show_bits(s, fmt, cell)


def _step_names(s: Section) -> dict[str, str]:
    return {**row_names(s.text), "epsilon": "ε", "y": "y"}


def _traced(s: Section, fmt: Format, cell: int) -> tuple[float, int]:
    """A number, and the flags of what happened in it."""
    name, key, entry = read_cell(cell, len(s["x"]))
    traced = trace(s["x"], int(s["k"]), fmt, [name])[name][key]
    return float(traced.values.reshape(-1)[entry]), int(traced.events.reshape(-1)[entry])


def _event(s: Section, fmt: Format, cell: int) -> str:
    happened = event_names(_traced(s, fmt, cell)[1]) or ("none",)
    words = event_words(s.text)
    return "; ".join(words[event] for event in happened)


def _show_bits(s: Section, fmt: Format, cell: int) -> None:
    """Show a number's bits, its exact value and its neighbours; bits can be flipped."""
    pattern = bit_pattern(_traced(s, fmt, cell)[0], fmt)
    flipped = read_flips(s["flip"], fmt.bits)
    other = pattern
    for at in flipped:
        other = other.flipped(at)

    def turn(at: int) -> None:
        turned = set(flipped) ^ {at}
        s.put(flip=write_flips(cell, turned, fmt.bits))

    with s.words:
        bit_buttons(f"xent bits {fmt.name}", _bits(s, other, flipped), turn)
        shown = {"as_is": pattern, "flipped": other} if flipped else {"as_is": pattern}
        rows = [
            [s.label("what_of"), *s.labels(*shown)],
            *bit_rows([*shown.values()], s.text.labels),
        ]
        with st.container(key="xent-bits-table"):
            st.markdown(markdown_table(rows))
        if pattern.kind == "zero" and pattern.sign == "1":
            st.caption(s.label("minus_zero"))
        if not flipped:
            st.caption(s.label("flip"))


def _bits(s: Section, pattern: BitPattern, flipped: list[int]) -> list[tuple[str, list[Bit]]]:
    """The parts of a number and their bits, which are counted from the lowest: number 0."""
    fmt = pattern.format
    ends = (0, 1, 1 + fmt.exponent_bits, fmt.bits)

    def button(part: str, at: int, end: int) -> Bit:
        bit = pattern.text[at]
        name = s.label(f"bit_{part}", number=end - 1 - at, bit=bit)
        turned = at in flipped
        return Bit(at, bit, f"{name}{s.label('bit_turned')}" if turned else name, turned)

    return [
        (s.label(part), [button(part, at, end) for at in range(start, end)])
        for part, start, end in zip(("sign", "exponent", "fraction"), ends, ends[1:], strict=False)
    ]
