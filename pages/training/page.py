"""Live training: a real PyTorch run that one can play, step, scrub, race and break."""

from urllib.parse import parse_qsl, urlencode

import streamlit as st

from pages.training import demos as training_demos
from pages.training import settings as training_settings
from pages.training.params import KEY, PARAMS
from pages.training.routes import link
from pages.training.run import session_run
from pages.training.views import programs, show_run
from ui.lesson.sections import Lesson
from ui.state import address, links

lesson = Lesson("training")
text = lesson.text
held = links.hold(KEY, PARAMS)
if held.problems:
    st.warning(text.label("bad_link", what=links.names(held.problems, text.label)))
run = session_run(held["run"], held["vs"], held["rates"], held["at"])
start = training_demos.start_of(held)


# ---- the run: choose it, say what it will do, play it

hook, choice, prediction = st.columns([11, 6, 4], vertical_alignment="bottom")
with hook:
    lesson.say("hook")
with choice:
    training_demos.choose(held, text)
if start != training_demos.FREE:
    with prediction.popover(text.label("say_first"), width="stretch"):
        training_demos.predict(start, text)
with st.container(key="training-settings"):
    training_settings.panel(held, text)
show_run(run, text)
if urlencode(held.query, safe=",:") != link(run):  # the run has gone on since it was opened
    address.add(dict(parse_qsl(link(run))))


# ---- what it shows

part = training_demos.start_part(run.config)
numbers = training_demos.start_numbers(run.config, run.trainers[0].history().train_loss[0])
beginning, enough = st.columns(2, gap="large")
with beginning:
    lesson.say(part, **numbers)
if start == "note":
    with enough:
        lesson.say("findings", **training_demos.findings_numbers())


# ---- the same as a program

lesson.say("same_program")
for which, code in enumerate(programs(run), 1):
    label = text.label("in_pytorch") + (f" · {which}" if held["vs"] else "")
    with st.expander(label, icon=":material/code:"):
        st.code(code, language="python")
lesson.end()
