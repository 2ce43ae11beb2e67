"""Overflow: where, in which step and in which format, a softmax and its loss break."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import mpmath
import numpy as np
import streamlit as st

from pages.overflow import bench_table
from pages.overflow import charts as overflow_charts
from pages.overflow import float_views as views
from pages.overflow.bits import Bit, bit_buttons
from ui.draw import formula
from ui.figure import Bind, Choice, Handle, Place, Readout, Slider, View
from ui.figure.sweeps import Arrays
from ui.lesson import answered, ask, fields, in_pytorch, live, open_lesson, section, take_home
from ui.lesson.programs import overflow_program
from ui.state import links, typed
from ui.words import words as words_of
from ui.words.digits import exact, show
from xent_core import cross_entropy_loss
from xent_core.pytorch.elementary import (
    elementary_ulps,
    float8_top,
    loss_of_a_certain_class,
    loss_of_equal_logits,
    sum_and_mean,
)
from xent_core.trace import (
    EPSILON,
    FORMATS,
    FORMULAS,
    OUTCOMES,
    VERDICTS,
    BitPattern,
    Format,
    bit_pattern,
    certain_gap,
    event_names,
    exact_row,
    exp_window,
    get_program,
    gradients,
    losses,
    round_to,
    running_sums,
    trace,
    true_losses,
)

text = open_lesson("overflow")
FORMAT_NAMES = tuple(FORMATS)
LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
FREE = "free"  # no story: numbers of one's own
STORIES = ("thousand", "all_low", "target_low", "three", "equal", "tiny", "half", "mask",
           "mask_all", "cure", "certain")  # fmt: skip
TITLES = {
    FREE: "title_free", "thousand": "title_thousand", "all_low": "title_all_low",
    "target_low": "title_target_low", "three": "title_three", "equal": "title_equal",
    "tiny": "title_tiny", "half": "title_half", "mask": "title_mask",
    "mask_all": "title_mask_all", "cure": "title_cure", "certain": "title_certain",
}  # fmt: skip
KEY = "bench"
BENCH = links.Params(
    views.Row("x", (70.0, 50.0, 0.0)),
    links.Index("k", 1, of="x"),
    links.Index("f", FORMAT_NAMES.index("float32"), of=len(FORMAT_NAMES)),
    links.Number("cell", views.cell_code("paper", "exp", 0), 0, 10**4, whole=True),
    views.Flips("flip", "0", "cell", {}),
    views.Word("story", FREE, "", dict.fromkeys((FREE, *STORIES), 0)),
)
EVENT_WORDS = ("none", "invalid", "divide", "overflow", "underflow", "cancellation", "absorbed",
               "subnormal", "propagated")  # fmt: skip
BECAUSE = ("because_none", "because_invalid", "because_divide", "because_overflow",
           "because_underflow", "because_cancellation", "because_absorbed", "because_subnormal",
           "because_propagated")  # fmt: skip
SENTENCE = {"first": "sentence_first", "well": "sentence_well", "void": "sentence_void"}
OUTCOME_WORDS = ("is_right", "is_digits", "is_zero", "is_inf", "is_nan")  # of a map's point
LOSS_WORDS = ("is_right", "lost_digits", "lost_zero", "lost_inf", "lost_nan")  # beside the number
VERDICT_WORDS = ("goes_right", "goes_wrong_size", "goes_zero", "goes_nan")
ROW_WORDS = {
    "x": "stored",
    "max": "max", "shift": "shift", "exp": "exp", "others": "others", "sum": "sum", "p": "p",
    "pick": "pick", "plus": "plus", "log": "log", "times": "times", "lse": "sum_log",
    "total": "total", "diff": "diff", "neg": "loss", "truth": "truth_row", "outcome": "outcome",
    "why": "first", "error": "error", "gradient": "gradient", "slope": "true_slope",
    "verdict": "step",
}  # fmt: skip
FORMULA_WORDS = {
    "paper": "on_paper", "full_sum": "in_full", "shifted": "shifted", "epsilon": "with_epsilon",
    "lse": "minus_lse", "log_softmax": "log_softmax", "log1p": "with_log1p",
}  # fmt: skip


def format_of(held: links.Held) -> Format:
    return FORMATS[FORMAT_NAMES[int(held["f"])]]


def keyed(name: str) -> str:
    """The key of a list of words: one for each language, as the browser keeps what it showed."""
    return f"xent {name} {text.language}"


# ---- the seven formulas and their steps, as they are written


def written() -> dict[str, str]:
    """Each formula in MathML."""
    i, op, row, sub = formula.ident, formula.op, formula.row, formula.sub
    p, y, x_k, m = sub(i("p"), i("k")), i("y"), sub(i("x"), i("k")), i("m")
    log, minus, total = i("log"), op("−"), op("Σ")
    ahead = row(x_k, minus, m)  # taken off from left to right
    all_shifted = row(op("("), i("x"), minus, m, op(")"))
    signs = {
        "paper": row(minus, log, p),
        "full_sum": row(minus, total, y, log, i("p")),
        "shifted": row(minus, log, p, all_shifted),
        "epsilon": row(minus, log, op("("), p, all_shifted, op("+"), i("ε"), op(")")),
        "lse": row(minus, op("("), x_k, minus, op("("), m, op("+"), log, total, op("))")),
        "log_softmax": row(minus, op("("), ahead, minus, log, total, op(")")),
        "log1p": row(minus, op("("), ahead, minus, i("log1p"), i("Σ′"), op(")")),
    }
    return {name: f"<math>{sign}</math>" for name, sign in signs.items()}


def headings(fmt: Format) -> bench_table.Headings:
    signs = written()
    return bench_table.Headings(
        {name: (text.label(word), signs[name]) for name, word in FORMULA_WORDS.items()},
        {row: text.label(word) for row, word in ROW_WORDS.items()},
        text.label("signs", format=fmt.name),
        {part: text.label(word) for part, word in SENTENCE.items()},
        min(math.ceil(fmt.precision * math.log10(2)) + 1, 8),
    )


def reasons(fmt: Format) -> tuple[str, ...]:
    """Why an operation gave what it gave, for the array "reason"."""
    numbers = {
        "format": fmt.name,
        "largest": show(fmt.max, 2),
        "smallest": show(fmt.smallest_subnormal, 2),
        "normal": show(fmt.smallest_normal, 2),
    }
    return ("", *(text.label(word, **numbers) for word in BECAUSE))


# ---- the bench


def bench_view(held: links.Held, fmt: Format) -> View:
    """The line of exp with the logits on it; below the sliders the table of steps."""
    x = held["x"]
    window, line = exp_window(fmt), views.logit_line(fmt)
    edges = (window.smallest_nonzero, window.smallest_normal, window.largest_finite)
    ticks = (-line.reach, window.smallest_nonzero, 0.0, window.largest_finite, line.reach)
    at_ticks = tuple(show(tick, 3) for tick in ticks)
    at_ticks = (f"≤ {at_ticks[0]}", *at_ticks[1:-1], f"≥ {at_ticks[-1]}")  # what is beyond too
    words = [text.label(word) for word in EVENT_WORDS]
    heads = headings(fmt)
    high = overflow_charts.heights(len(x), overflow_charts.UPPER)
    return View(
        overflow_charts.exp_line(
            len(x),
            tuple(line.place(edges).tolist()),
            line.end,
            (tuple(line.place(ticks).tolist()), at_ticks),
            (text.label("zone_zero"), text.label("zone_subnormal"), text.label("zone_normal"),
             text.label("zone_inf") if fmt.has_inf else "nan"),
            text.label("window", format=fmt.name),
        ),
        binds=[Bind(4, "x", "u"), Bind(5, "x", "us")],
        formula=bench_table.table(heads, len(x)),
        alt=text.label(
            "bench_alt", format=fmt.name, losses=bench_table.losses_in_words(len(x))
        ),
        handles=[
            Handle(f"x{i}", f"u.{i}", high[i], "muted", "bar", says=f"x.{i}|short")
            for i, value in enumerate(x)
            if views.slides(i, value)
        ],
        names={
            "e": bench_table.mark_names(words),
            "m": ("", "wrong|" + text.label("first_here"), "poisoned|" + text.label("poisoned")),
            "why": bench_table.why_names(heads.rows, [text.label("rounded"), *words[1:]],
                                         text.label("input_itself")),
            "kind": tuple(f"{kind}|" for kind in views.KINDS),
            "op": tuple(sign for _, sign in views.OPERATIONS.values()),
            "reason": reasons(fmt),
            "outcome": tuple(
                f"{name}|{text.label(word)}"
                for name, word in zip(OUTCOMES, LOSS_WORDS, strict=True)
            ),
            "verdict": tuple(
                f"{name}|{text.label(word)}"
                for name, word in zip(VERDICTS, VERDICT_WORDS, strict=True)
            ),
        },
        free=("cell", "flip", "story"),
    )  # fmt: skip


def the_bench(held: links.Held) -> None:
    x, fmt = held["x"], format_of(held)
    stops = views.slider_stops(fmt, len(x))
    fixed = np.array(x)

    def model(values: Arrays) -> Arrays:
        count = len(values["k"])
        columns = [values.get(f"x{i}", np.full(count, value)) for i, value in enumerate(fixed)]
        return views.bench(np.stack(columns, axis=-1), values["k"].astype(int), fmt)

    sliders = [
        Slider(f"x{i}", f"x{i}".translate(LOWERED), stops)
        for i, value in enumerate(x)
        if views.slides(i, value)
    ]
    live(
        held,
        # a number that the slider has not is at home in the field above
        replace(text, labels={**text.labels, "allowed": text.labels["slider_allows"]}),
        controls=[*sliders, Choice("k", text.label("target"), tuple(map(str, range(len(x)))))],
        model=model,
        view=bench_view(held, fmt),
    )


# ---- a typed row and the format

_TYPED, _BEYOND = "xent row", "xent row beyond"


def read_row(said: str) -> typed.TypedRow:
    """Read a typed row; AmbiguousError where its commas may be decimal points."""
    typed.check_commas(said, typed.read_row, one_row=True)
    return typed.read_row(said)


def take_row(row: typed.TypedRow) -> None:
    st.session_state[_BEYOND] = (row.values, row.beyond)
    state = links.state_of(KEY, BENCH)
    links.put(KEY, BENCH, x=row.values, k=min(int(state["k"]), len(row.values) - 1))


def row_field(held: links.Held) -> fields.Field:
    """The field for a row of logits; it shows the row unless something else is typed there."""
    return fields.Field(_TYPED, typed.write_row(held["x"]), read_row, take_row)


def say_of_row(held: links.Held) -> None:
    """What is wrong with the typed row, or strange in it."""
    row_field(held).say(text)
    values, beyond = st.session_state.get(_BEYOND, ((), ()))
    if beyond and values == held["x"]:
        read = (f"{links.quoted(part)} → {show(typed.read_number(part))}" for part in beyond)
        st.info(text.label("row_beyond", what=", ".join(read)))


def say_what_has_no_slider(held: links.Held) -> None:
    still = [
        f"x{str(i).translate(LOWERED)}"
        for i, value in enumerate(held["x"])
        if not views.slides(i, value)
    ]
    if still:
        st.caption(text.label("no_slider", which=", ".join(still)))


_FORMAT = "xent format"


def take_format() -> None:
    name = st.session_state[_FORMAT]
    if name:
        links.put(KEY, BENCH, f=FORMAT_NAMES.index(name), flip="0")


def format_switch(held: links.Held) -> None:
    st.session_state[_FORMAT] = format_of(held).name
    st.segmented_control(
        text.label("format"),
        FORMAT_NAMES,
        key=_FORMAT,
        on_change=take_format,
        format_func=views.short_name,
    )


# ---- stories: say first what will happen


@dataclass(frozen=True)
class Story:
    """A row to predict: where it breaks, the answers to choose from and the one that is right."""

    row: tuple[float, ...]
    format: str
    formula: str
    step: str
    options: tuple[str, ...]
    right: int
    numbers: dict[str, Any]
    target: int = 0

    @property
    def state(self) -> dict[str, Any]:
        return {
            "x": self.row,
            "k": self.target,
            "f": FORMAT_NAMES.index(self.format),
            "cell": views.cell_code(self.formula, self.step, 0),
            "flip": "0",
        }


def short_row(row: tuple[float, ...]) -> str:
    """A row of logits for a sentence: the first few, each in few digits: 1e8, 1e8, 1e8."""
    said = (min(exact(x), show(x), key=len) for x in row[:4])
    return ", ".join(said) + (", …" if len(row) > 4 else "")


def loss_by(name: str, row: tuple[float, ...], target: int, fmt: str) -> str:
    return show(float(losses(row, target, fmt, [name])[name]) + 0.0)  # -0 is written 0


def truth_of(row: tuple[float, ...], target: int, fmt: str, digits: int = 4) -> str:
    return show(float(true_losses(row, target, fmt).high), digits)


def story_of(name: str) -> Story:
    """A story's row, with every number that is told of it."""
    f32, inf = "float32", math.inf
    if name == "thousand":
        row = (1000.0, 0.0, 0.0)
        return Story(row, f32, "paper", "p", ("0", "∞", "nan"), 2, {
            "row": short_row(row), "here": loss_by("paper", row, 0, f32),
            "other": loss_by("paper", row, 1, f32), "truth": truth_of(row, 1, f32),
            "highest": show(exp_window(f32).largest_finite)})  # fmt: skip
    if name == "all_low":
        row = (-1000.0, -1000.0, -1000.0)
        return Story(row, f32, "paper", "p", ("log 3", "∞", "nan"), 2, {
            "row": short_row(row), "here": loss_by("paper", row, 0, f32),
            "shifted": loss_by("shifted", row, 0, f32),
            "lowest": show(exp_window(f32).smallest_nonzero)})  # fmt: skip
    if name == "target_low":
        row = (-1000.0, 0.0, 0.0)
        return Story(row, f32, "paper", "log", (truth_of(row, 0, f32, 5), "∞", "nan"), 1, {
            "row": short_row(row), "here": loss_by("paper", row, 0, f32),
            "full": loss_by("full_sum", row, 1, f32), "truth": truth_of(row, 0, f32, 6),
            "easy": truth_of(row, 1, f32)})  # fmt: skip
    if name == "three":
        row = (123.0, 456.0, 789.0)
        return Story(row, f32, "shifted", "exp", ("666", "∞", "nan"), 1, {
            "row": short_row(row), "shifted": loss_by("shifted", row, 0, f32),
            "log_softmax": loss_by("log_softmax", row, 0, f32)})  # fmt: skip
    if name == "equal":
        row, less = (1e8, 1e8, 1e8), (1e4, 1e4, 1e4)
        return Story(row, f32, "lse", "lse", ("log 3", "0", "nan"), 1, {
            "row": short_row(row), "lse": loss_by("lse", row, 0, f32), "less": exact(1e4),
            "worse": show(float(losses(less, 0, f32, ["lse"])["lse"]), 7),
            "better": show(float(true_losses(less, 0, f32).high), 7),
            "truth": truth_of(row, 0, f32),
            "log_softmax": loss_by("log_softmax", row, 0, f32)})  # fmt: skip
    if name == "tiny":
        row = (0.0, -40.0)
        return Story(row, f32, "log_softmax", "sum", (truth_of(row, 0, f32), "0", "∞"), 1, {
            "row": short_row(row), "log_softmax": loss_by("log_softmax", row, 0, f32),
            "log1p": loss_by("log1p", row, 0, f32), "truth": truth_of(row, 0, f32)})  # fmt: skip
    if name == "half":
        row = (12.0, 0.0, 0.0)
        return Story(row, "float16", "paper", "exp", ("0", "∞", "nan"), 2, {
            "row": short_row(row), "here": loss_by("paper", row, 0, "float16"),
            "power": show(math.exp(12), 6), "largest": exact(FORMATS["float16"].max),
            "highest": show(exp_window("float16").largest_finite)})  # fmt: skip
    if name == "mask":
        row = (2.0, -inf, 1.0)
        return Story(row, f32, "full_sum", "times", (truth_of(row, 0, f32), "∞", "nan"), 2, {
            "row": short_row(row), "full": loss_by("full_sum", row, 0, f32),
            "log_softmax": loss_by("log_softmax", row, 0, f32)})  # fmt: skip
    if name == "mask_all":
        row = (-inf, -inf, -inf)
        return Story(row, f32, "log_softmax", "shift", ("log 3", "∞", "nan"), 2, {
            "row": short_row(row),
            "log_softmax": loss_by("log_softmax", row, 0, f32)})  # fmt: skip
    if name == "cure":
        row, half = (0.0, 40.0), (0.0, -math.log(EPSILON))
        slope = [float(gradients(trace(x, 0, f32))["epsilon"].values[0]) for x in (row, half)]
        true = [float(exact_row(x, 0, f32).gradient[0]) for x in (row, half)]
        return Story(row, f32, "epsilon", "plus",
                     ("40", loss_by("epsilon", row, 0, f32), "∞"), 1, {
            "row": short_row(row), "epsilon": loss_by("epsilon", row, 0, f32),
            "truth": truth_of(row, 0, f32), "slope": show(slope[0], 2), "eps": "1e−8",
            "true_slope": show(true[0], 2), "halved": show(slope[1], 2),
            "true_half": show(true[1], 2)})  # fmt: skip
    gaps = [certain_gap(fmt) for fmt in ("float16", f32, "float64")]
    row = (gaps[1], 0.0)
    return Story(row, f32, "shifted", "sum", tuple(show(gap, 3) for gap in gaps), 1, {
        "gap": show(gaps[1]), "half": show(gaps[0]), "double": show(gaps[2]),
        "shifted": loss_by("shifted", row, 0, f32), "log1p": loss_by("log1p", row, 0, f32),
        })  # fmt: skip


def tell(held: links.Held) -> str:
    """Ask what a story's row will do; once it is answered, the bench shows it.

    Until then the bench is grey; and what is told is, when the bench shows something else again:
    return the style that makes it so.
    """
    name = held["story"]
    story = story_of(name)
    ask(
        text,
        name,
        story.options,
        right=story.right,
        then=lambda: links.put(KEY, BENCH, **story.state),
        **story.numbers,
    )
    if not answered(name):
        st.caption(text.label("asking", row=short_row(held["x"]), format=format_of(held).name))
        return bench_table.GREY_BENCH
    if (held["x"], int(held["f"])) != (story.row, FORMAT_NAMES.index(story.format)):
        st.button(
            text.label("drifted", row=short_row(story.row), format=story.format),
            key="xent-drifted",
            type="tertiary",
            on_click=lambda: links.put(KEY, BENCH, **story.state),
        )
        return bench_table.GREY_STORY
    return bench_table.NOTHING_GREY


def take_story() -> None:
    """Put the story into the link; one that has been told already is shown at once."""
    name = st.session_state[keyed("story")]
    told = name != FREE and answered(name)
    links.put(KEY, BENCH, story=name, **(story_of(name).state if told else {}))


def choose_story(held: links.Held) -> None:
    st.session_state[keyed("story")] = held["story"]
    st.selectbox(
        text.label("story"),
        (FREE, *STORIES),
        key=keyed("story"),
        on_change=take_story,
        format_func=lambda name: text.label(TITLES[name]),
    )


# ---- one number, down to its bits


def choose_cell(held: links.Held) -> None:
    """Show which number is looked at: what was clicked, or what is chosen here."""
    classes = len(held["x"])
    name, key, entry = views.read_cell(int(held["cell"]), classes)

    def take(part: str) -> Callable[[], None]:
        def put() -> None:
            chosen = {"formula": name, "step": key, "entry": entry}
            chosen[part] = st.session_state[keyed(f"cell {part}")]
            keys = [step.key for step in get_program(chosen["formula"])]
            if chosen["step"] not in keys:
                chosen["step"] = keys[-1]
            size = views.spots(classes)[chosen["formula"], chosen["step"]].size
            at = min(chosen["entry"], max(size - 1, 0))
            links.put(KEY, BENCH, cell=views.cell_code(chosen["formula"], chosen["step"], at))

        return put

    rows = {**{row: text.label(word) for row, word in ROW_WORDS.items()},
            "epsilon": "ε", "y": "y"}  # fmt: skip
    size = views.spots(classes)[name, key].size
    columns = st.columns(3)
    for part, value in (("formula", name), ("step", key), ("entry", entry)):
        st.session_state[keyed(f"cell {part}")] = value
    columns[0].selectbox(
        text.label("formula"), FORMULAS, key=keyed("cell formula"), on_change=take("formula"),
        format_func=lambda one: text.label(FORMULA_WORDS[one]),
    )  # fmt: skip
    columns[1].selectbox(
        text.label("step_of"), [step.key for step in get_program(name)], key=keyed("cell step"),
        on_change=take("step"), format_func=lambda one: rows[one],
    )  # fmt: skip
    columns[2].selectbox(
        text.label("entry"), range(max(size, 1)), key=keyed("cell entry"), on_change=take("entry"),
        disabled=not size,
    )  # fmt: skip


def the_bits(held: links.Held) -> None:
    """The chosen number's bits, its exact value and its neighbours; bits can be flipped."""
    fmt = format_of(held)
    name, key, entry = views.read_cell(int(held["cell"]), len(held["x"]))
    traced = trace(held["x"], int(held["k"]), fmt, [name])[name][key]
    events = event_names(int(traced.events.reshape(-1)[entry])) or ("none",)
    section(text, "bits", format=fmt.name, event="; ".join(text.label(one) for one in events))
    choose_cell(held)
    value = float(traced.values.reshape(-1)[entry])
    pattern = bit_pattern(value, fmt)
    parts = {
        "sign": range(1),
        "exponent": range(1, 1 + fmt.exponent_bits),
        "fraction": range(1 + fmt.exponent_bits, fmt.bits),
    }
    flipped = views.read_flips(held["flip"], fmt.bits)

    def turn(at: int) -> None:
        turned = set(flipped) ^ {at}
        links.put(KEY, BENCH, flip=views.write_flips(int(held["cell"]), turned, fmt.bits))

    other = pattern
    for at in flipped:
        other = other.flipped(at)
    bit_buttons(
        f"xent bits {fmt.name}",
        [
            (text.label(part), [bit_of(other, part, n, at, at in flipped)
                                for n, at in enumerate(reversed(places))][::-1])
            for part, places in parts.items()
        ],
        turn,
    )  # fmt: skip
    shown = [pattern, other] if flipped else [pattern]
    heads = [text.label("as_is"), text.label("flipped")][: len(shown)]
    table = [
        ["", *heads],
        *views.bit_rows(shown, {word: text.labels[word] for word in
                                ("bits_row", "kind", "how", "how_normal", "how_subnormal",
                                  "how_special", "significand", "exact_row", "above", "below",
                                  "zone_zero", "zone_subnormal", "zone_normal", "zone_inf")}),
    ]  # fmt: skip
    with st.container(key="xent-bits-table"):
        st.markdown(views.markdown_table(table))
    if value == 0 and pattern.sign == "1":
        st.caption(text.label("minus_zero"))
    if not flipped:
        st.caption(text.label("flip"))


BIT_WORDS = {"sign": "bit_sign", "exponent": "bit_exponent", "fraction": "bit_fraction"}


def bit_of(pattern: BitPattern, part: str, number: int, at: int, turned: bool) -> Bit:
    """A bit as a button: its parts are counted from the lowest bit, which is number 0."""
    bit = pattern.text[at]
    name = text.label(BIT_WORDS[part], number=number, bit=bit)
    return Bit(at, bit, f"{name}{text.label('bit_turned')}" if turned else name, turned)


@st.fragment
def laboratory() -> None:
    held = links.hold(KEY, BENCH)
    fmt = format_of(held)
    with st.container(key="xent-lab", gap="xsmall"):
        st.html(bench_table.STYLE)
        stories, row, formats = st.columns([19, 20, 42])
        with stories:
            choose_story(held)
        with row:
            row_field(held).show(text.label("typed"))
        with formats:
            format_switch(held)
        with st.container(key="xent-story"):
            if held["story"] == FREE:
                window = exp_window(fmt)
                section(text, "hook", highest=show(window.largest_finite), format=fmt.name)
                grey = bench_table.NOTHING_GREY
            else:
                grey = tell(held)
        st.html(grey)  # always one: a style that is left out of a run stays in the page
        say_of_row(held)
        the_bench(held)
        say_what_has_no_slider(held)
        with st.expander(text.label("terms_title")):
            section(text, "terms", zero=show(loss_of_a_certain_class()))
    truth = exact_row(held["x"], int(held["k"]), fmt).loss
    section(text, "truth", loss=views.many_digits(mpmath.nstr(truth, 30)))
    the_bits(held)
    in_pytorch(text, overflow_program(held["x"], int(held["k"]), fmt.name))


# ---- why the stable form is safe


@st.cache_data(show_spinner=False, max_entries=1)
def crowd() -> tuple[int, dict[str, float]]:
    """The fewest equal logits whose sum is too large for float16, and torch's losses there."""
    top = FORMATS["float16"].max
    count = int(top + (top - bit_pattern(top, "float16").below) / 2)  # half a step: it rounds up
    return count, {
        "before": loss_of_equal_logits(count - 1, "float16"),
        "half": loss_of_equal_logits(count, "float16"),
        "single": loss_of_equal_logits(count, "float32"),
    }


def why_safe() -> None:
    left, right = st.columns(2, gap="large")
    with left:
        section(text, "routes")
    with right:
        section(text, "safe", eps=show(EPSILON, 1), most=show(-math.log(EPSILON)))
        count, found = crowd()
        if math.isinf(found["half"]):
            said = {name: show(loss) for name, loss in found.items()}
            ours = float(cross_entropy_loss(np.zeros((1, count), np.float16), [0]))
            section(
                text, "crowd", count=f"{count:,}", less=f"{count - 1:,}", ours=show(ours), **said
            )


# ---- maps

SIDE, STOPS = 61, 31
MAP = links.Params(
    links.Number("at", 12.0 * STOPS + 23, 0.0, STOPS * STOPS - 1.0, whole=True),
    links.Index("by", 0, of=len(FORMULAS)),
    links.Index("mf", FORMAT_NAMES.index("float32"), of=len(FORMAT_NAMES)),
)


@st.cache_data(show_spinner=False, max_entries=12)
def maps_of(name: str, side: int) -> dict[str, np.ndarray]:
    """The outcomes of all formulas over a plane of logits."""
    return views.maps(FORMATS[name], side)


@st.cache_resource(show_spinner=False, max_entries=32)
def map_figure(name: str, chosen: str, language: str) -> Any:
    """The figure of the maps of a format, with one formula's large; the same for everybody."""
    said = words_of("overflow", language).label
    sizes, gaps = views.map_axes(FORMATS[name], SIDE)
    found = maps_of(name, SIDE)
    titles = [said(word) for word in FORMULA_WORDS.values()]
    return overflow_charts.outcome_maps(
        tuple(found[formula] for formula in FORMULAS),
        FORMULAS.index(chosen),
        (tuple(sizes.tolist()), tuple(gaps.tolist())),
        (said("map_size"), said("map_gap")),
        tuple(f"{sign} {title}" for sign, title in zip("①②③④⑤⑥⑦", titles, strict=True)),
        tuple(said(word) for word in OUTCOME_WORDS),
    )


def take_map(part: str) -> None:
    value = st.session_state[keyed(f"map {part}")]
    if value is not None:
        names = {"by": FORMULAS, "mf": FORMAT_NAMES}[part]
        links.put("breaks", MAP, **{part: names.index(value)})


@st.fragment
def the_maps() -> None:
    held = links.hold("breaks", MAP)
    fmt, chosen = FORMATS[FORMAT_NAMES[int(held["mf"])]], FORMULAS[int(held["by"])]
    words, figure = st.columns([1, 2], gap="large")
    sizes, gaps = views.map_axes(fmt, STOPS)
    outcomes_here = maps_of(fmt.name, STOPS)

    def model(values: Arrays) -> Arrays:
        at = values["at"].astype(int)
        row, column = np.divmod(at, STOPS)
        return {
            "size": sizes[column],
            "gap": gaps[row],
            "other": sizes[column] - gaps[row],
            "found": np.stack([outcomes_here[name][row, column] for name in FORMULAS], axis=-1),
        }

    said = tuple(text.label(word) for word in OUTCOME_WORDS)
    with figure:
        st.session_state[keyed("map mf")], st.session_state[keyed("map by")] = fmt.name, chosen
        st.segmented_control(
            text.label("format"), FORMAT_NAMES, format_func=views.short_name,
            key=keyed("map mf"), on_change=take_map, args=("mf",),
        )  # fmt: skip
        st.selectbox(
            text.label("formula"), FORMULAS, key=keyed("map by"), on_change=take_map, args=("by",),
            format_func=lambda name: text.label(FORMULA_WORDS[name]),
        )  # fmt: skip
        live(
            held,
            text,
            controls=[Place("at", text.label("map_place"), np.arange(float(STOPS * STOPS)))],
            model=model,
            view=View(
                map_figure(fmt.name, chosen, text.language),
                binds=[Bind(trace_at, axis, name)
                       for trace_at in overflow_charts.MAP_POINTS
                       for axis, name in (("x", "size"), ("y", "gap"))],
                readouts=[
                    Readout(text.label("map_size"), "size|3", colour="truth"),
                    Readout(text.label("map_other"), "other|3"),
                    Readout(text.label(FORMULA_WORDS[chosen]), f"found.{FORMULAS.index(chosen)}"),
                ],
                alt=text.label("map_alt", format=fmt.name),
                handles=[
                    Handle("at", "size", "gap", "muted", "point", says="found", leaps=True),
                    # the small maps can be pressed too; their places are marked already
                    *(Handle("at", "size", "gap", shape="quiet", axis=axis, leaps=True)
                      for axis in "2345678"),
                ],
                names={"found": said},
            ),
        )  # fmt: skip
    with words:
        section(text, "maps", format=fmt.name)
    if took_a_point(held):
        row, column = divmod(int(held["at"]), STOPS)
        load_point((float(sizes[column]), float(sizes[column] - gaps[row])), int(held["mf"]))
        st.rerun(scope="app")  # the bench is another fragment


_POINT = "xent map point"


def took_a_point(held: links.Held) -> bool:
    """Tell whether this run is the first after a point of the map was pressed or chosen by key."""
    change = held.acks.get(held.key, "")
    known = st.session_state.setdefault(_POINT, change)
    st.session_state[_POINT] = change
    return change != known


def load_point(row: tuple[float, float], fmt: int) -> None:
    """Take a point of the map into the bench."""
    links.put(KEY, BENCH, x=row, k=0, f=fmt, story=FREE, flip="0")


# ---- the average of many losses

MEAN = links.Params(links.Number("n", 1000.0, 1.0, 70_000.0, whole=True))
MANY = 70_000
COUNTS = np.unique(np.round(np.geomspace(1, MANY, 160)))


@st.cache_data(show_spinner=False, max_entries=4)
def sums(name: str, loss: float) -> np.ndarray:
    """The running sums of equal losses in a format, as float64."""
    return running_sums(np.full(MANY, loss), name).astype(np.float64)


def averages(values: Arrays) -> Arrays:
    """The sum of the first n losses and their mean, in float16 and in float32."""
    n = values["n"].astype(int)
    loss = float(round_to(math.log(2), "float16"))
    out = {"true_mean": np.full(len(n), loss)}
    for name, fmt in (("half", "float16"), ("single", "float32")):
        total = sums(fmt, loss)[n - 1]
        with np.errstate(all="ignore"):
            mean = round_to(total, fmt) / round_to(n, fmt)
        out |= {f"{name}_sum": total, f"{name}_mean": mean.astype(np.float64)}
    return out


@st.cache_data(show_spinner=False, max_entries=4)
def by_torch(name: str, loss: float) -> tuple[float, float]:
    """PyTorch's own sum and mean of the equal losses."""
    return sum_and_mean(loss, MANY, name)


@st.fragment
def averaging() -> None:
    held = links.hold("mean", MEAN)
    loss = float(round_to(math.log(2), "float16"))
    told = answered("average")
    stuck = sums("float16", loss)
    words, figure = st.columns([1, 2], gap="large")
    path = averages({"n": COUNTS})
    with figure:
        live(
            held,
            text,
            controls=[Slider("n", text.label("how_many"), COUNTS, whole=True)],
            model=averages,
            view=View(
                overflow_charts.two_sums(
                    tuple(COUNTS.tolist()),
                    tuple(path["single_sum"].tolist()),
                    tuple(path["half_sum"].tolist()) if told else (),
                    (text.label("how_many"), text.label("the_sum")),
                    float(MANY),
                ),
                binds=[Bind(2, "x", "n"), Bind(2, "y", "single_sum"), Bind(3, "x", "n"),
                       *([Bind(3, "y", "half_sum")] if told else [])],
                readouts=[
                    Readout(text.label("truth_mean"), "true_mean", colour="fine"),
                    Readout(text.label("mean_single"), "single_mean"),
                    *([Readout(text.label("mean_half"), "half_mean", colour="surprise")]
                      if told else []),
                ],
                alt=text.label("mean_alt") + (text.label("mean_alt_half") if told else ""),
            ),
        )  # fmt: skip
    with words:
        section(text, "many", n=f"{MANY:,}", loss=show(loss))
        last = averages({"n": np.array([float(MANY)])})
        single = float(last["single_mean"][0])
        (half_sum, half_mean), (whole_sum, whole_mean) = (
            by_torch(name, loss) for name in ("float16", "float32")
        )
        ask(
            text,
            "average",
            [show(loss), show(float(last["half_mean"][0])), "∞"],
            right=1,
            then=lambda: links.put("mean", MEAN, n=float(MANY)),
            n=f"{MANY:,}",
            loss=show(loss),
            mean=show(float(last["half_mean"][0])),
            single=show(single),
            off=show(100 * abs(single / loss - 1), 1),
            torch_half=show(half_mean),
            torch_half_sum=show(half_sum, 5),
            torch_single=show(whole_mean),
            torch_single_sum=show(whole_sum, 5),
            top=show(float(stuck[-1])),
            fair=show(float(stuck[-1]) / MANY),
            at=f"{int(np.argmax(stuck == stuck[-1])) + 1:,}",
            gap=show(bit_pattern(float(stuck[-1]), "float16").gap_above, 2),
            largest=exact(FORMATS["float16"].max),
        )


# ---- torch does the same, up to a few ulps


@st.cache_data(show_spinner=False)
def differences() -> list[tuple[str, dict[str, tuple[int, float]]]]:
    return [(name, elementary_ulps(name)) for name in ("float16", "bfloat16", "float32", "float64")]


def proof() -> None:
    section(text, "proof", top=show(float8_top(), 3))
    rows = [["", "exp", "log", "log1p"]]
    for name, found in differences():
        rows.append([name, *(text.label("apart", most=most, share=show(100 * share, 2))
                             if most else text.label("same")
                             for most, share in found.values())])  # fmt: skip
    st.markdown(views.markdown_table(rows))


laboratory()
st.divider()
why_safe()
st.divider()
the_maps()
st.divider()
averaging()
st.divider()
proof()
take_home(text)
