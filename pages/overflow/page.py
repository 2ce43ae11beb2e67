"""Overflow: where, in which step and in which format, a softmax and its loss break."""

import copy
import math
from dataclasses import replace

import mpmath
import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.overflow import bench, bench_table, charts, measured, models
from pages.overflow.bits import many_digits, markdown_table
from pages.overflow.controls import choose, choose_format, row_field, say_of_row
from pages.overflow.labels import array_names, formula_names, headings
from pages.overflow.line import logit_line, slider_stops
from pages.overflow.link import FORMAT_NAMES, Flips, Row, slides
from pages.overflow.models import COUNTS, LOSS, MANY, STOPS
from pages.overflow.number import show_number
from pages.overflow.programs import overflow_program
from pages.overflow.steps import cell_code
from pages.overflow.stories import FREE, STORIES, short_row
from ui.figure import Choice, Place, Readout, Slider
from ui.lesson.questions import answered
from ui.lesson.sections import Lesson, Section
from ui.state import links
from ui.words.digits import exact, show
from xent_core import cross_entropy_loss
from xent_core.pytorch.elementary import float8_top, loss_of_a_certain_class
from xent_core.trace import (
    EPSILON,
    FORMATS,
    FORMULAS,
    OUTCOMES,
    Format,
    bit_pattern,
    exact_row,
    exp_window,
)

LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
FLOAT32 = FORMAT_NAMES.index("float32")

lesson = Lesson("overflow")


def numbered(number: float) -> Format:
    """The format of a number in the address."""
    return FORMATS[FORMAT_NAMES[int(number)]]


def inside(s: Section, place: DeltaGenerator) -> Section:
    """Return a section that shows all it has in one place."""
    other = copy.copy(s)
    other.words = other.question = other.stage = place
    return other


def saying(s: Section, **instead: str) -> Section:
    """Return a section that says another label instead of one: allowed="slider_allows"."""
    other, lesson = copy.copy(s), copy.copy(s.lesson)
    words = {name: s.text.labels[label] for name, label in instead.items()}
    other.lesson, lesson.text = lesson, replace(s.text, labels={**s.text.labels, **words})
    return other


# ---- the bench: a story or numbers of one's own, seven formulas step by step

BENCH_KEY = "bench"
BENCH = links.Params(
    Row("x", (70.0, 50.0, 0.0)),
    links.Index("k", 1, of="x"),
    links.Index("f", FLOAT32, of=len(FORMAT_NAMES)),
    links.Number("cell", cell_code("paper", "exp", 0), 0, 10**4, whole=True),
    Flips("flip", "0", "cell"),
    links.Word("story", FREE, (FREE, *STORIES)),
)


def choose_all(s: Section) -> None:
    """Choose a story, type a row, choose a format."""
    stories, row, formats = st.columns([19, 20, 42])

    def take_story(name: str) -> None:
        """One that has been told already is shown at once."""
        told = name != FREE and answered(name)
        s.put(story=name, **(STORIES[name].state if told else {}))

    titles = {name: s.label(f"title_{name}") for name in (FREE, *STORIES)}
    choose(s, "story", "story", titles, s["story"], take_story, stories)
    with row:
        row_field(s).show(s.label("typed"))
    with formats:
        fmt = numbered(s["f"])
        choose_format(s, "xent format", fmt.name, lambda f: s.put(f=f, flip="0"))


def tell(s: Section) -> str:
    """Ask what a story's row will do; once it is answered, the bench shows it.

    Until then the bench is grey; and what is told is, when the bench shows something else again:
    return the style that makes it so.
    """
    fmt = numbered(s["f"])
    if s["story"] == FREE:
        s.say("hook", highest=show(exp_window(fmt).largest_finite), format=fmt.name)
        return bench_table.NOTHING_GREY
    name, story = s["story"], STORIES[s["story"]]
    s.ask(name, story.answers, story.right, story.state, **story.told)
    if not answered(name):
        s.words.caption(s.label("asking", row=short_row(s["x"]), format=fmt.name))
        return bench_table.GREY_BENCH
    if (s["x"], fmt.name) != (story.row, story.format):
        s.words.button(
            s.label("drifted", row=short_row(story.row), format=story.format),
            key="xent-drifted",
            type="tertiary",
            on_click=lambda: s.put(**story.state),
        )
        return bench_table.GREY_STORY
    return bench_table.NOTHING_GREY


def window(s: Section, fmt: Format) -> charts.Picture:
    """The line of logits, with the zones of e^x."""
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


def the_bench(s: Section, fmt: Format) -> None:
    """The line of exp with the logits on it; below the sliders the table of steps."""
    row, count = s["x"], len(s["x"])
    names = {i: f"x{i}".translate(LOWERED) for i in range(count)}
    free = [i for i, value in enumerate(row) if slides(i, value)]
    stops = slider_stops(fmt, count)
    # a number that the slider has not is at home in the field above
    saying(s, allowed="slider_allows").figure(
        window(s, fmt),
        lambda values: bench.bench_of(row, fmt, values),
        [
            *(Slider(f"x{i}", names[i], stops) for i in free),
            Choice("k", "target", tuple(map(str, range(count)))),
        ],
        formula=bench_table.table(headings(s.text, fmt), count),
        names=array_names(s.text, fmt),
        alt=s.label("bench_alt", format=fmt.name, losses=bench_table.losses_in_words(count)),
        free=("cell", "flip", "story"),
    )
    if still := [name for i, name in names.items() if i not in free]:
        s.stage.caption(s.label("no_slider", which=", ".join(still)))


@lesson.section(BENCH_KEY, BENCH, layout="plain")
def laboratory(s: Section) -> None:
    fmt = numbered(s["f"])
    lab = inside(s, s.stage.container(key="xent-lab", gap="xsmall"))
    with lab.stage:
        st.html(bench_table.STYLE)
        choose_all(s)
        grey = tell(inside(s, st.container(key="xent-story")))
        st.html(grey)  # always one: a style that is left out of a run stays in the page
        say_of_row(s)
        the_bench(lab, fmt)
        with st.expander(s.label("terms_title")):
            st.markdown(s.text("terms", zero=show(loss_of_a_certain_class())))
    truth = exact_row(s["x"], int(s["k"]), fmt).loss
    s.say("truth", loss=many_digits(mpmath.nstr(truth, 30)))
    with s.stage:
        show_number(s, fmt)
        s.program(overflow_program(s["x"], int(s["k"]), fmt.name))


# ---- why the stable form is safe


@lesson.section("safe", links.Params(), layout="plain", further="routes")
def why_safe(_: Section) -> None:
    left, right = st.columns(2, gap="large")
    with left:
        lesson.say("routes")
    with right:
        lesson.say("safe", eps=show(EPSILON, 1), most=show(-math.log(EPSILON)))
        count, found = measured.crowd()
        if math.isinf(found["half"]):
            said = {name: show(loss) for name, loss in found.items()}
            ours = float(cross_entropy_loss(np.zeros((1, count), np.float16), [0]))
            lesson.say("crowd", count=f"{count:,}", less=f"{count - 1:,}", ours=show(ours), **said)


# ---- maps: where each formula breaks

MAP = links.Params(
    links.Number("at", 12.0 * STOPS + 23, 0.0, STOPS * STOPS - 1.0, whole=True),
    links.Index("by", 0, of=len(FORMULAS)),
    links.Index("mf", FLOAT32, of=len(FORMAT_NAMES)),
)
_POINT = "xent map point"


def took_a_point(held: links.Held) -> bool:
    """Tell whether this run is the first after a point of the map was pressed or chosen by key."""
    change = held.acks.get(held.key, "")
    known = st.session_state.setdefault(_POINT, change)
    st.session_state[_POINT] = change
    return change != known


@lesson.section("breaks", MAP, further="maps")
def where_each_breaks(s: Section) -> None:
    fmt, by = numbered(s["mf"]), int(s["by"])
    formulas = formula_names(s.text)
    outcomes = s.labels(*(f"found_{outcome}" for outcome in OUTCOMES))
    numbers = zip(bench_table.NUMBERS, formulas.values(), strict=True)
    with s.stage:
        choose_format(s, f"xent map mf {s.text.language}", fmt.name, lambda f: s.put(mf=f))
        choose(s, "formula", "map by", formulas, FORMULAS[by],
               lambda name: s.put(by=FORMULAS.index(name)))  # fmt: skip
    s.figure(
        charts.outcome_maps(
            fmt.name,
            by,
            s.labels("map_size", "map_gap"),
            tuple(f"{number} {name}" for number, name in numbers),
            outcomes,
        ),
        lambda values: models.on_the_map(values, fmt),
        [Place("at", "map_place", np.arange(float(STOPS * STOPS)))],
        readouts=[
            Readout("map_size", "size|3", colour="truth"),
            Readout("map_other", "other|3"),
            Readout(f"formula_{FORMULAS[by]}", f"found.{by}"),
        ],
        names={"found": outcomes},
        alt=s.label("map_alt", format=fmt.name),
    )
    s.say("maps", format=fmt.name)
    if took_a_point(s.held):
        point = models.point_of(np.array([s["at"]]), fmt)
        row = float(point["size"][0]), float(point["other"][0])
        links.put(BENCH_KEY, BENCH, x=row, k=0, f=int(s["mf"]), story=FREE, flip="0")
        st.rerun(scope="app")  # the bench is another fragment


# ---- the average of many losses

MEAN = links.Params(links.Number("n", 1000.0, 1.0, float(MANY), whole=True))


def told_of_the_average() -> dict[str, str]:
    """Every number that is told: of the loop, and of PyTorch's own sum and mean."""
    last = models.averages({"n": np.array([float(MANY)])})
    single, mean = float(last["single_mean"][0]), show(float(last["half_mean"][0]))
    stuck = models.sums("float16")
    top = float(stuck[-1])
    half_sum, half_mean = measured.sum_and_mean_of_many("float16")
    whole_sum, whole_mean = measured.sum_and_mean_of_many("float32")
    return {
        "n": f"{MANY:,}",
        "loss": show(LOSS),
        "mean": mean,
        "single": show(single),
        "off": show(100 * abs(single / LOSS - 1), 1),
        "torch_half": show(half_mean),
        "torch_half_sum": show(half_sum, 5),
        "torch_single": show(whole_mean),
        "torch_single_sum": show(whole_sum, 5),
        "top": show(top),
        "fair": show(top / MANY),
        "at": f"{int(np.argmax(stuck == top)) + 1:,}",
        "gap": show(bit_pattern(top, "float16").gap_above, 2),
        "largest": exact(FORMATS["float16"].max),
    }


@lesson.section("mean", MEAN, further="many")
def averaging(s: Section) -> None:
    told = answered("average")  # what float16 gives is shown once it has been guessed
    path = models.averages({"n": COUNTS})
    half = [Readout("mean_half", "half_mean", colour="surprise")] if told else []
    s.figure(
        charts.two_sums(
            tuple(COUNTS.tolist()),
            tuple(path["single_sum"].tolist()),
            tuple(path["half_sum"].tolist()),
            s.labels("how_many", "the_sum"),
            float(MANY),
            told,
        ),
        models.averages,
        [Slider("n", "how_many", COUNTS, whole=True)],
        readouts=[
            Readout("truth_mean", "true_mean", colour="fine"),
            Readout("mean_single", "single_mean"),
            *half,
        ],
        alt=s.label("mean_alt") + (s.label("mean_alt_half") if told else ""),
    )
    s.say("many", n=f"{MANY:,}", loss=show(LOSS))
    numbers = told_of_the_average()
    options = [numbers["loss"], numbers["mean"], "∞"]
    s.ask("average", options, right=1, then={"n": float(MANY)}, **numbers)


# ---- torch does the same, up to a few ulps


@lesson.section("proof", links.Params(), layout="plain", further="proof")
def proof(_: Section) -> None:
    label = lesson.text.label
    lesson.say("proof", top=show(float8_top(), 3))
    rows = [["", "exp", "log", "log1p"]]
    for name, found in measured.differences().items():
        apart = (
            label("apart", most=most, share=show(100 * share, 2)) if most else label("same")
            for most, share in found.values()
        )
        rows.append([name, *apart])
    st.markdown(markdown_table(rows))


lesson.end()
