"""Overflow: where, in which step and in which format, a softmax and its loss break."""

import math

import numpy as np
import streamlit as st

from pages.overflow import bench_table, charts, laboratory, measured, models
from pages.overflow.bits import markdown_table
from pages.overflow.controls import choose, choose_format
from pages.overflow.labels import formula_names
from pages.overflow.link import FORMAT_NAMES, numbered
from pages.overflow.models import COUNTS, LOSS, MANY, STOPS
from ui.figure import Place, Readout, Slider
from ui.lesson.questions import answered
from ui.lesson.sections import Lesson, Section
from ui.state import links
from ui.words.digits import exact, show
from xent_core import cross_entropy_loss
from xent_core.pytorch.elementary import float8_top
from xent_core.trace import EPSILON, FORMATS, FORMULAS, OUTCOMES, bit_pattern

lesson = Lesson("overflow")


# ---- two formulas, or all seven, step by step


@lesson.section(laboratory.KEY, laboratory.PARAMS, layout="plain")
def floating_point(s: Section) -> None:
    laboratory.show_laboratory(s)


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
    links.Index("mf", FORMAT_NAMES.index("float32"), of=len(FORMAT_NAMES)),
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
        laboratory.load(row, int(s["mf"]))
        st.rerun(scope="app")  # the laboratory is another fragment


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
    lesson.say("proof", top=show(float8_top(), 3), many=lesson.text.heading("many"))
    rows = [[label("type_of"), "exp", "log", "log1p"]]
    for name, found in measured.differences().items():
        apart = (
            label("apart", most=most, share=show(100 * share, 2)) if most else label("same")
            for most, share in found.values()
        )
        rows.append([name, *apart])
    st.markdown(markdown_table(rows))


lesson.end()
