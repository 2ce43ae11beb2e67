"""The fields, pills and lists with which a reader sets what torch is asked."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from pages.inside_pytorch import html, inputs
from pages.inside_pytorch.state import (
    DTYPES,
    IGNORABLE,
    INPUT_SHAPES,
    KINDS,
    TARGET_SHAPES,
    change,
    change_in,
    now,
)
from ui.lesson import fields
from ui.lesson.sections import Section
from ui.state import typed
from xent_core import pytorch as xt


def choose(
    name: str,
    label: str,
    options: Sequence[Any],
    chosen: Any,
    then: Callable[[Any], None],
    words: Callable[[Any], str] = str,
    many: bool = False,
) -> None:
    """Show options of which the reader takes one, or, if they are many, from a list."""
    show = st.selectbox if many else st.pills
    show(label, options, format_func=words, **fields.linked(f"xent inside {name}", chosen, then))


# ---- numbers that are typed


def field(
    s: Section,
    name: str,
    label: str,
    shown: str,
    read: Callable[[str], Any],
    take: Callable[[Any], None],
    area: bool = False,
    decimal: bool = True,
) -> None:
    """Show a field for typed numbers, and below it what is wrong with what was typed."""
    one = fields.Field(f"xent inside {name}", shown, read, take, decimal)
    one.show(s.label(label), area)
    one.say(s.text)


def read_logits(said: str) -> typed.Matrix:
    """Read logits as they are typed. UnreadableError says what is wrong."""
    typed.check_commas(said, typed.read_matrix)
    return typed.read_matrix(said)


def read_targets(said: str) -> tuple[int, ...]:
    """Read a class for each row of the logits, or the number that is ignored."""
    state = now()
    rows, classes = len(state["x"]), len(state["x"][0])
    return typed.read_targets(said, rows, classes, [inputs.ignored_in(state)])


def read_weights(said: str) -> tuple[float, ...]:
    """Read a weight for each class of the logits."""

    def read(said: str) -> tuple[float, ...]:
        return typed.read_weights(said, len(now()["x"][0]))

    typed.check_commas(said, read, one_row=True)
    return read(said)


# ---- the parts of the state


def set_logits(s: Section) -> None:
    """Show where the logits, their classes and the type are chosen."""
    x, state = s["x"], s.held.state
    shown = typed.write_matrix(x, "\n", ", ")
    field(s, "x", "logits", shown, read_logits, lambda x: change(x=x), area=True)
    shown = ", ".join(map(str, s["t"]))
    field(s, "t", "targets", shown, read_targets, lambda t: change(t=t), decimal=False)
    if ignored := inputs.ignored_rows(state):
        which = ", ".join(map(str, ignored))
        st.caption(s.label("rows_ignored", which=which, index=inputs.ignored_in(state)))
    choose("dtype", s.label("dtype"), DTYPES, s["dtype"], lambda one: change(dtype=one))
    if len(x) > 1:
        rows = range(len(x))
        choose("row", s.label("row"), rows, int(s["row"]), lambda i: change(row=float(i)))
    say_stand_in(s)


def say_stand_in(s: Section) -> None:
    """Say that a row's loss is shown as if it counted."""
    row = int(s["row"])
    if row in inputs.ignored_rows(s.held.state):
        st.caption(s.label("stand_in", row=row, k=inputs.class_of(s.held.state, row)))


def choose_in(
    s: Section, group: str, name: str, label: str, options: Sequence[str], **more: Any
) -> None:
    """Let the reader choose one of the parameters that share a place in the address."""
    key = name if group == "opt" else f"{group} {name}"
    choose(key, label, options, s[group][name], lambda one: change_in(group, **{name: one}), **more)


def set_options(s: Section) -> None:
    """Show where the options of the loss are chosen."""
    choose_in(s, "opt", "reduction", "reduction", xt.OPTION_REDUCTIONS)
    smoothing = fields.linked(
        "xent inside smoothing",
        s["opt"]["smoothing"],
        lambda epsilon: change_in("opt", smoothing=epsilon),
    )
    st.slider("label_smoothing ε", 0.0, 1.0, step=0.05, **smoothing)
    shown = ", ".join(map(typed.write_number, inputs.weights_of(s.held.state)))
    take = lambda weight: change_in("opt", weight=weight)  # noqa: E731
    field(s, "weight", "weight", shown, read_weights, take)
    kinds = dict(zip(KINDS, s.labels("indices", "one_hot"), strict=True))
    choose_in(s, "opt", "kind", s.label("target_as"), KINDS, words=kinds.__getitem__)
    if inputs.as_one_hot(s.held.state):
        st.caption(s.label("cannot_ignore"))
    else:
        _set_ignored(s)


def _set_ignored(s: Section) -> None:
    """Show where ignore_index is chosen, and why an ignored row cannot be one-hot."""
    classes, ignored = len(s["x"][0]), s["opt"]["ignored"]
    ignorable = IGNORABLE[: 3 + classes]
    choose(
        "ignored",
        "ignore_index",
        ignorable,
        ignored if ignored in ignorable else inputs.NO_CLASS,
        lambda one: change_in("opt", ignored=one),
        lambda one: s.label("no_class_ignored") if one == inputs.NO_CLASS else one,
    )
    if s["opt"]["kind"] == "one_hot":
        index = inputs.ignored_in(s.held.state)
        st.html(html.said(xt.one_hot_refusal(index, classes), "surprise"))
        st.caption(s.label("no_one_hot", index=index))
    s.say("ignoring")


def set_mask(s: Section) -> None:
    """Show where the masked classes are chosen."""
    mask = fields.linked(
        "xent inside mask", list(s["mask"]), lambda some: change(mask=tuple(sorted(some)))
    )
    st.pills(s.label("masked"), range(len(s["x"][0])), selection_mode="multi", **mask)


def tuple_text(word: str) -> str:
    """How Python writes the shape that a link has as a word."""
    return repr({**INPUT_SHAPES, **TARGET_SHAPES}[word])


def set_question(s: Section) -> None:
    """Show where shapes, types and numbers are chosen that cross_entropy is asked about."""

    def values(word: str) -> str:
        return s.label(f"values_{word}")

    asked = (
        ("input", "input_shape", tuple(INPUT_SHAPES), tuple_text),
        ("target", "target_shape", tuple(TARGET_SHAPES), tuple_text),
        ("input_dtype", "input_type", xt.INPUT_TYPES, str),
        ("target_dtype", "target_type", xt.TARGET_TYPES, str),
        ("input_values", "input_values", xt.INPUT_VALUES, values),
        ("target_values", "target_values", xt.TARGET_VALUES, values),
    )
    columns = st.columns(2)
    for i, (name, label, options, words) in enumerate(asked):
        with columns[i % 2]:
            choose_in(s, "ask", name, s.label(label), options, words=words, many=True)
    choose_in(s, "ask", "reduction", "reduction", xt.OPTION_REDUCTIONS)
