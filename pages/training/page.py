"""Live training: a real PyTorch run that one can play, step, scrub, race and break."""

from urllib.parse import parse_qsl, urlencode

import streamlit as st

from pages.training import demos, settings
from pages.training.params import KEY, PARAMS
from pages.training.routes import link
from pages.training.run import session_run
from pages.training.views import programs, show_run
from ui.lesson.sections import Lesson, Section
from ui.state import address, links

lesson = Lesson("training")


@lesson.section(KEY, PARAMS, layout="plain")
def live_training(s: Section) -> None:
    text, held = s.text, s.held
    if held.problems:
        st.warning(s.label("bad_link", what=links.names(held.problems, text.label)))
    run = session_run(held["run"], held["vs"], held["rates"], held["at"])
    start = demos.start_of(held)

    # the run: choose it, say what it will do, play it
    hook, choice, prediction = st.columns([11, 6, 4], vertical_alignment="bottom")
    with hook:
        lesson.say("hook")
    with choice:
        demos.choose(held, text)
    if start != demos.FREE:
        with prediction.popover(s.label("say_first"), width="stretch"):
            demos.predict(start, text)
    with st.container(key="training-settings"):
        settings.panel(held, text)
    show_run(run, text)
    if urlencode(held.query, safe=",:") != link(run):  # the run has gone on since it was opened
        address.add(dict(parse_qsl(link(run))))

    # what it shows
    first_loss = run.trainers[0].history().train_loss[0]
    beginning, enough = st.columns(2, gap="large")
    with beginning:
        lesson.say(demos.start_part(run.config), **demos.start_numbers(run.config, first_loss))
    if start == "note":
        with enough:
            lesson.say("findings", **demos.findings_numbers())

    # the same as a program
    lesson.say("same_program")
    for which, code in enumerate(programs(run), 1):
        numbered = f" · {which}" if run.vs else ""
        with st.expander(s.label("in_pytorch") + numbered, icon=":material/code:"):
            st.code(code, language="python")


lesson.end()
