"""Home: the whole road from scores to the loss, as one figure that one can move."""

import functools

import numpy as np
import streamlit as st

from pages.home import charts, models
from pages.home.programs import loss_program
from ui.app.navigation import Lesson as Station
from ui.app.navigation import groups, link_to, number
from ui.draw import formula
from ui.draw.panels import reach
from ui.figure import Choice, Preset, Readout, Slider, Tour
from ui.lesson.sections import Lesson, Section
from ui.state import links, questions
from ui.words import words
from ui.words.digits import show
from xent_core import cross_entropy_loss, self_information, softmax

REACH = 6.0  # of the sliders; a logit that is typed may be larger
LIMIT = 300.0
PARAMS = links.Params(
    links.Numbers("z", (1.0, 2.0, 3.0, 4.0), -LIMIT, LIMIT, least=4, most=4),
    links.Index("k", 2, of="z"),
)
CLASSES = ("cat", "dog", "bird", "fish")
LOGITS = tuple(f"z{i}" for i in range(len(CLASSES)))
STOPS = np.round(np.linspace(-REACH, REACH, 121), 1)

lesson = Lesson("home")


def loss_of_k() -> str:
    """The formula of the loss: of p_k, of the logits, and with their numbers."""
    powers = [formula.exp(formula.slot(name)) for name in LOGITS]
    z_k = formula.slot("z_k|exact", "truth")
    return formula.math(
        "− log p_k",
        "= − log", formula.frac(formula.exp("z_k"), formula.over("j", formula.exp("z_j"))),
        "= − log", formula.frac(formula.exp(z_k), formula.total(*powers)),
        "= − log", formula.slot("p_k", "prediction"),
        "=", formula.slot("loss", "surprise"),
    )  # fmt: skip


_AGAIN = "xent home plays again"  # in the session: which time, and in which state


def tour(s: Section) -> Tour | None:
    """The picture plays itself where nobody has touched it yet, and when it is asked to again."""
    number, state = st.session_state.get(_AGAIN, (1, PARAMS.default))
    linked = number == 1 and s.held.asked
    return Tour((0, 1), number) if state == s.held.state and not linked else None


def play_again(s: Section) -> None:
    """A button that has the picture play itself."""

    def again() -> None:
        number, _ = st.session_state.get(_AGAIN, (1, None))
        st.session_state[_AGAIN] = number + 1, links.state_of(s.key, PARAMS)

    with s.stage.container(key="xent-play"):
        st.button(s.label("play"), icon=":material/play_arrow:", type="tertiary", on_click=again)


def stations(s: Section) -> None:
    """The four stations of the road; two lead to their lesson with this state."""
    p_k = float(softmax(s["z"])[int(s["k"])])
    lessons = {
        "softmax": ("softmax", s.held.query),
        "log": ("information", {"p": repr(p_k), "unit": "nats"}),
    }
    half = show(self_information(0.5))
    for column, name in zip(st.columns(4), ("logits", "softmax", "pick", "log"), strict=True):
        with column:
            st.markdown(s.text(name, half=half))
            if name in lessons:
                link_to(*lessons[name], s.label("open"), s.text.language)


@lesson.section("home", PARAMS, layout="above")
def from_scores_to_the_loss(s: Section) -> None:
    k, animals = int(s["k"]), s.labels(*CLASSES)
    farthest = reach(s["z"], REACH)
    sure = tuple(REACH if i == k else 0.0 for i in range(len(CLASSES)))
    s.say("hook")
    s.ask(
        "question",
        ["below", "to_zero", "to_one"],
        right=1,
        then={"z": sure},
        score=f"{REACH:g}",
        p=show(softmax(sure)[k]),
        loss=show(cross_entropy_loss(sure, k)),
    )
    s.figure(
        charts.road(
            animals,
            s.labels("logits", "probabilities", "surprise"),
            s.label("p_axis"),
            models.surprise(),
            farthest,
        ),
        functools.partial(models.road, reach=farthest),
        [
            *(
                Slider(name, s.label("score", name=animal), STOPS)
                for name, animal in zip(LOGITS, animals, strict=True)
            ),
            Choice("k", "target", animals),
        ],
        readouts=[
            Readout("z_k", "z_k|exact", colour="truth"),
            Readout("p_k", "p_k", colour="prediction"),
            Readout("loss", "loss", s.label("nats"), colour="surprise"),
        ],
        formula=loss_of_k(),
        presets=[
            Preset("sure_right", {"z0": 0, "z1": 1, "z2": 6, "z3": 2, "k": 2}),
            Preset("sure_wrong", {"z0": 6, "z1": 1, "z2": -3, "z3": 2, "k": 2}),
            Preset(s.label("no_idea", count=len(CLASSES)), {**dict.fromkeys(LOGITS, 0), "k": 2}),
        ],
        names={"target": animals},
        alt="alt",
        kin={"z_k": ["truth_z"], "p_k": ["truth_p"], "z": ["powers"], "loss": ["dot"]},
        tour=tour(s),
    )
    play_again(s)
    stations(s)
    s.program(loss_program(s["z"], k), {"z": "z = ", "p_k": "p[k].item", "loss": "cross_entropy("})


def stop_on_the_road(one: Station) -> None:
    """A lesson on the map: its number, what it shows, how long, what it needs, what is done."""
    text = lesson.text
    said = [text.label("minutes", count=one.minutes)]
    if one.needs:
        said.append(text.label("builds_on", which=", ".join(str(number(at)) for at in one.needs)))
    else:
        said.append(text.label("begin_here"))
    page = one.page(text.language)
    st.page_link(page, label=f"**{number(one.name)} · {page.title}**")
    st.markdown(f"{one.in_a_line(text.language)}  \n:small[{' · '.join(said)}]")
    count, right = questions.done(one.name)
    if count:
        st.markdown(f":small[✓ {text.label('answered', count=count, right=right)}]")


def course() -> None:
    """The road as a map: the lessons by their groups, numbered in the order to take them in."""
    minutes = sum(one.minutes for _, some in groups() for one in some)
    start = words("one_hot", lesson.text.language).title
    lesson.say("course", start=start, minutes=minutes)
    named = [(key, some) for key, some in groups() if key]
    for column, (key, some) in zip(st.columns(len(named)), named, strict=True):
        with column:
            st.markdown(f"### {lesson.text.label(key)}")
            for one in some:
                with st.container(border=True, gap="xsmall", key=f"xent-stop-{one.name}"):
                    stop_on_the_road(one)


course()
lesson.end()
lesson.say("about")
