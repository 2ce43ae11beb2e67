"""Live training: a real PyTorch run that one can play, step, scrub, race and break."""

from urllib.parse import parse_qsl, urlencode

import streamlit as st

from pages.training import demos, settings
from pages.training.checks import check_list
from pages.training.params import KEY, PARAMS
from pages.training.routes import link
from pages.training.run import Run, session_run
from pages.training.views import programs, show_run
from ui.lesson.sections import Lesson, Section
from ui.state import address, links

lesson = Lesson("training")


def bring_up_to_date(held: links.Held, run: Run) -> None:
    """Have the address say how far the run has come since it was opened."""
    if urlencode(held.query, safe=",:") != link(run):
        address.add(dict(parse_qsl(link(run))))


def tell(run: Run, start: str, s: Section) -> None:
    """Say what the run shows, and show it as a program."""
    first_loss = run.trainers[0].history().train_loss[0]
    beginning, enough = st.columns(2, gap="large")
    with beginning:
        lesson.say(demos.start_part(run.config), **demos.start_numbers(run.config, first_loss))
    if start == "note":
        with enough:
            lesson.say("findings", **demos.findings_numbers())
    lesson.say("same_program")
    for which, code in enumerate(programs(run), 1):
        numbered = f" · {which}" if run.vs else ""
        with st.expander(s.label("in_pytorch") + numbered, icon=":material/code:"):
            st.code(code, language="python")


@lesson.section(KEY, PARAMS, layout="plain")
def live_training(s: Section) -> None:
    text, held = s.text, s.held
    run = session_run(*(held[name] for name in PARAMS.default))
    start = demos.start_of(held)

    with s.stage:  # choose a run, say what it will do, play it
        with st.container(key="training-hook"):
            lesson.say("hook")
        with st.container(horizontal=True, vertical_alignment="center", key="training-choice"):
            demos.choose(held, text)
            settings.panel(held, text)
        settings.say_refusal(held, text)
        if start != demos.FREE:
            demos.predict(start, text)
        show_run(run, s)
        bring_up_to_date(held, run)
    tell(run, start, s)
    check_list(s.part("plain"))


lesson.end()
