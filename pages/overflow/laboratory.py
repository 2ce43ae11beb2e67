"""The laboratory: two formulas of one loss, or all seven, and questions about their rows."""

from collections.abc import Mapping
from typing import Any

import mpmath
import streamlit as st

from pages.overflow import bench, bench_table, charts, pair_table
from pages.overflow.bits import many_digits
from pages.overflow.controls import choose_format, inside, row_field, say_of_row, saying
from pages.overflow.labels import array_names, headings
from pages.overflow.line import logit_line, slider_stops
from pages.overflow.link import FORMAT_NAMES, NO_CELL, Flips, Row, numbered, slides
from pages.overflow.number import open_number, show_number
from pages.overflow.programs import overflow_program
from pages.overflow.steps import cell_code
from pages.overflow.stories import FIRST, FREE, STORIES, short_row
from ui.assets import asset_url
from ui.figure import Choice, Preset, Slider
from ui.lesson.questions import answered, note_question
from ui.lesson.sections import Section
from ui.state import links
from ui.words.digits import show
from xent_core.pytorch.elementary import loss_of_a_certain_class
from xent_core.trace import EPSILON, Format, exact_row, exp_window

KEY = "bench"
# All seven formulas are shown where `cell` names a number of theirs; `look` is one of two.
PARAMS = links.Params(
    Row("x", (80.0, 85.0, 0.0)),
    links.Index("k", 0, of="x"),
    links.Index("f", FORMAT_NAMES.index("float32"), of=len(FORMAT_NAMES)),
    links.Number("cell", NO_CELL, NO_CELL, 10**4, whole=True),
    links.Number("look", NO_CELL, NO_CELL, 10**4, whole=True),
    Flips("flip", "0", ("cell", "look")),
    links.Word("story", FREE, (FREE, *STORIES)),
)
LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_STYLE = f'<style>@import url(".{asset_url("pages/overflow/table.css")}");</style>'
# While a story asks, the figure waits; what is told is grey while the figure shows something
# else. Styles of their own: a rule with :has would be tried anew with each picture of a drag.
_WAITING = """<style>
.st-key-xent-lab .xent > * { visibility: hidden; }
.st-key-xent-lab .xent::before { content: "?" / ""; visibility: visible; }
@media (max-width: 640px) {
  .st-key-xent-lab .xent { max-height: 8rem; overflow: hidden; }
  .st-key-xent-lab .xent::before { font-size: 4rem; }
}
</style>"""
_DRIFTED = """<style>
.st-key-xent-story [class*="st-key-xent-verdict-"] { filter: grayscale(1); }
</style>"""
_AS_TOLD = "<style></style>"


def load(row: tuple[float, ...], fmt: int) -> None:
    """Show other logits, of which the first is the target's."""
    links.put(KEY, PARAMS, x=row, k=0, f=fmt, story=FREE, flip="0")


def show_laboratory(s: Section) -> None:
    """Show two formulas beside their words; all seven take the whole width."""
    fmt = numbered(s["f"])
    with s.stage:
        st.html(_STYLE)
        (two_formulas if s["cell"] == NO_CELL else all_seven)(s, fmt)
        s.program(overflow_program(s["x"], int(s["k"]), fmt.name))


def two_formulas(s: Section, fmt: Format) -> None:
    """Show two formulas, and beside them what is asked of them and the number that was pressed."""
    left, right = st.columns([1, 2], gap="large")
    words, lab = inside(s, left), inside(s, right.container(key="xent-lab", gap="xsmall"))
    with left:
        tell(inside(s, st.container(key="xent-story", gap="small")), fmt)
        if s["look"] != NO_CELL:
            open_number(words, fmt)
        questions(s)
    with lab.stage:
        choose_format(s, "xent format", fmt.name, lambda f: s.put(f=f, flip="0"))
        say_of_row(s)
        story = STORIES.get(s["story"])
        pair = story.pair if story else pair_table.PAIR
        said, count = headings(s.text, fmt), len(s["x"])
        losses = pair_table.losses_in_words(pair, said, count)
        the_figure(
            lab,
            fmt,
            formula=pair_table.table(pair, said, count),
            names=array_names(s.text, fmt, brief=True),
            alt=s.label("pair_alt", format=fmt.name, losses=losses),
        )
        with st.container(key="xent-typed", horizontal=True, vertical_alignment="bottom"):
            row_field(s).show(s.label("typed"))
            cell = story.cell if story else cell_code("paper", "exp", 0)
            st.button(s.label("all_seven"), on_click=lambda: s.put(cell=cell, look=NO_CELL))


def all_seven(s: Section, fmt: Format) -> None:
    """Show the whole bench, and below it a number down to its bits."""
    lab = inside(s, st.container(key="xent-lab", gap="xsmall"))
    with lab.stage:
        with st.container(key="xent-typed", horizontal=True, vertical_alignment="bottom"):
            st.button(s.label("two_again"), on_click=lambda: s.put(cell=NO_CELL))
            row_field(s).show(s.label("typed"))
            choose_format(s, "xent format", fmt.name, lambda f: s.put(f=f, flip="0"))
        if s["story"] != FREE:
            tell(inside(s, st.container(key="xent-story", gap="small")), fmt)
        say_of_row(s)
        count = len(s["x"])
        losses = bench_table.losses_in_words(count)
        the_figure(
            lab,
            fmt,
            formula=bench_table.table(headings(s.text, fmt), count),
            names=array_names(s.text, fmt),
            alt=s.label("bench_alt", format=fmt.name, losses=losses),
        )
        show_number(lab, fmt)
        truth = exact_row(s["x"], int(s["k"]), fmt).loss
        lab.say("truth", loss=many_digits(mpmath.nstr(truth, 30)))
        questions(s)
        with st.expander(s.label("terms_title")):
            st.markdown(s.text("terms", zero=show(loss_of_a_certain_class())))


# ---- the questions


def questions(s: Section) -> None:
    """Show the stories' questions, of which one may be chosen; a second press leaves it."""
    titles = {
        name: ("★ " if name in FIRST else "") + s.label(f"title_{name}", eps=show(EPSILON, 1))
        for name in STORIES
    }
    # the room may be asked all of them, and the end lists what was answered
    for name, story in STORIES.items():
        if name != s["story"]:
            note_question(s.text, name, story.answers, story.right, **story.told)
    key = f"xent story {s.text.language}"
    st.session_state[key] = None if s["story"] == FREE else s["story"]

    def take() -> None:
        """One that has been told already is shown at once."""
        name = st.session_state[key] or FREE
        told = name != FREE and answered(name)
        s.put(**{"look": NO_CELL, "flip": "0", **(_shown(s, name) if told else {}), "story": name})

    with st.container(key="xent-strip"):
        st.pills(s.label("story"), list(STORIES), format_func=titles.__getitem__, key=key,
                 on_change=take)  # fmt: skip


def _shown(s: Section, name: str) -> dict[str, object]:
    return STORIES[name].state(whole=s["cell"] != NO_CELL)


def tell(s: Section, fmt: Format) -> None:
    """Ask what a story's row will do; once it is answered, the figure shows it.

    Without a story it is said what to try. What was told is grey while the figure shows something
    else.
    """
    name, style = s["story"], _AS_TOLD
    s.say("defined", largest="∞" if fmt.has_inf else "nan")
    if name == FREE:
        s.say("hook", highest=show(exp_window(fmt).largest_finite), format=fmt.name)
    else:
        s.words.html(f'<span class="xent-sought" data-name="{name}"></span>')
        story, state = STORIES[name], _shown(s, name)
        s.ask(name, story.answers, story.right, state, **story.told)
        if not answered(name):
            s.words.caption(s.label("asking"))
            style = _WAITING
        elif (s["x"], fmt.name) != (story.row, story.format):
            style = _DRIFTED
            back = s.label("drifted", row=short_row(story.row), format=story.format)
            _small_button(s, "xent-drifted", back, state)
        _small_button(s, "xent-leave", s.label("leave"), {"story": FREE})
    s.words.html(style)  # always one: a style that is left out of a run stays in the page


def _small_button(s: Section, key: str, label: str, change: Mapping[str, Any]) -> None:
    s.words.button(label, key=key, type="tertiary", on_click=lambda: s.put(**change))


# ---- the figure


def the_figure(s: Section, fmt: Format, *, formula: str, names: dict, alt: str) -> None:
    """The line of exp with the logits on it; below the sliders a table of steps."""
    row, count = s["x"], len(s["x"])
    called = {i: f"z{i}".translate(LOWERED) for i in range(count)}
    free = [i for i, value in enumerate(row) if slides(i, value)]
    stops = slider_stops(fmt, count)
    # a number that the slider has not is at home in the field
    saying(s, allowed="slider_allows").figure(
        window(s, fmt),
        lambda values: bench.bench_of(row, fmt, values),
        [
            *(Slider(f"x{i}", called[i], stops) for i in free),
            Choice("k", "target", tuple(map(str, range(count)))),
        ],
        formula=formula,
        presets=presets(s, fmt),
        names=names,
        alt=alt,
        free=("cell", "look", "flip", "story"),
    )
    if still := [name for i, name in called.items() if i not in free]:
        s.stage.caption(s.label("no_slider", which=", ".join(still)))


def presets(s: Section, fmt: Format) -> list[Preset]:
    """Buttons that lead to the edges: what is too large, too small, just not too large, equal."""
    edge = exp_window(fmt).largest_finite
    rows = (
        (s.label("preset_at", z=show(1000.0)), (1000.0, 0.0, 0.0), 0),
        (s.label("preset_at", z=show(-1000.0)), (-1000.0, 0.0, 0.0), 0),
        (s.label("preset_all", z="0"), (0.0,) * 3, 0),
        (s.label("preset_at", z=show(edge, 3)), (edge, float(f"{edge / 4:.1g}"), 0.0), 1),
        (s.label("preset_all", z=show(1000.0)), (1000.0,) * 3, 0),
    )
    held = s.held.state
    return [Preset(said, PARAMS.controls({**held, "x": row, "k": float(k)}), whole=True)
            for said, row, k in rows]  # fmt: skip


def window(s: Section, fmt: Format) -> charts.Picture:
    """The line of logits, with the zones of e^z."""
    found, line = exp_window(fmt), logit_line(fmt)
    edges = (found.smallest_nonzero, found.smallest_normal, found.largest_finite)
    ticks = (-line.reach, found.smallest_nonzero, 0.0, found.largest_finite, line.reach)
    low, *between, high = (show(tick, 3) for tick in ticks)
    zones = s.labels("zone_zero", "zone_subnormal", "zone_normal")
    return charts.exp_line(
        tuple(slides(i, value) for i, value in enumerate(s["x"])),
        tuple(line.place(edges).tolist()),
        line.end,
        # what is beyond the ends stands there too
        (tuple(line.place(ticks).tolist()), (f"≤ {low}", *between, f"≥ {high}")),
        (*zones, s.label("zone_inf") if fmt.has_inf else "nan"),
        s.label("window", format=fmt.name),
    )
