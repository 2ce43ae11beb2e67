"""The pages as Streamlit runs them, without a browser: words, questions, figures, programs."""

import contextlib
import io
import json
import re
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

import xent_core
from ui.app.navigation import LESSONS
from ui.draw import formula
from ui.words import LANGUAGES, words
from ui.words.digits import show
from ui.words.units import UNITS

# how a formula says which logarithm it is
LOGS = {
    unit: formula.row(UNITS[unit].log).removeprefix("<mrow>").split("<mspace")[0] for unit in UNITS
}

ROOT = Path(__file__).parents[2]
NAMES = [lesson.name for lesson in LESSONS]


def open_page(name: str, *, unfolded: bool = True, **query: str) -> AppTest:
    """Open a lesson, all of it unfolded unless told otherwise."""
    query = {"open": "all", **query} if unfolded else query
    app = AppTest.from_file(ROOT / "ui" / "app" / "main.py", default_timeout=60)
    for key, value in query.items():
        app.query_params[key] = value
    if name != NAMES[0]:  # as a link does; `switch_page` knows the pages only after a run
        app._page_hash = calc_hash(name)
    app.run()
    assert not app.exception
    return app


def answer(app: AppTest, option: object, name: str = "", at: int = 0) -> None:
    """Choose an option of question `name` of a page, or of its question number `at`; show it."""
    key = next(radio.key for radio in app.radio[at:] if radio.key.split()[-1].startswith(name))
    app.radio(key=key).set_value(option).run()
    app.button(key=key.replace("answer to", "show")).click().run()
    assert not app.exception


def prose(app: AppTest) -> list[str]:
    """Return what a page says, as its words say it: without the meanings of its terms."""
    told = re.compile(r"<span role=.button[^>]*>(.*?)<span.*?</span></span>")
    return [re.sub("</?strong>", "**", told.sub(r"\1", one.value)) for one in app.markdown]


def figures(app: AppTest) -> list[dict[str, Any]]:
    """Return each live figure's message: its header, with the arrays' first row in "now"."""
    out = []
    for component in app.get("bidi_component"):
        if component.proto.component_name != "xent_live":
            continue
        data = component.proto.bytes
        (length,) = struct.unpack("<Q", data[:8])
        header = json.loads(data[8 : 8 + length])
        header["now"] = {
            name: first_row(place, data[8 + length :]) for name, place in header["arrays"].items()
        }
        out.append(header)
    return out


def first_row(place: dict[str, Any], body: bytes) -> np.ndarray:
    kinds = {"f8": np.float64, "f4": np.float32, "i4": np.int32, "u1": np.uint8}
    shape = place["shape"]
    all_rows = np.frombuffer(body, kinds[place["kind"]], int(np.prod(shape)), place["at"])
    row = 0
    if "which" in place:
        row = np.frombuffer(body, np.int32, 1, place["which"]["at"])[0]
    return all_rows.reshape(shape)[row]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_a_page_speaks_the_language_of_the_link(name, language):
    app = open_page(name, lang=language)
    assert app.title[0].value == words(name, language).title
    text = " ".join(block.value for block in app.markdown)
    assert "{{" not in text
    assert "[[" not in text
    assert bool(re.search("[\u4e00-\u9fff]", text)) == (language == "zh")


@pytest.mark.parametrize("name", NAMES)
def test_every_slot_and_bind_of_every_figure_names_something(name):
    for figure in figures(open_page(name)):
        known = {*figure["arrays"], *figure["base"], *figure["vectors"]}
        own = {"failed_x", "failed_y", "changed_x", "changed_y"}
        known |= own if "stream" in figure else set()  # the player's own
        binds = [part for bind in figure["binds"] for part in bind["array"].split(",")]
        slots = [part for part in binds if not re.fullmatch(r"[\d.]+|nan", part)]
        slots += [readout["slot"] for readout in figure["readouts"]]
        slots += re.findall(r'data-slot="([^"]+)"', figure["formula"])
        slots += re.findall(r"\[\[([^\]]+)\]\]", figure["alt"])
        slots += [row["array"] for row in figure["rows"]] + list(figure["rules"].values())
        handles = figure["handles"]
        places = [handle[axis] for handle in handles for axis in ("x", "y", "says")]
        slots += [place for place in places if isinstance(place, str) and place]
        assert slots
        picks = {pick["name"] for pick in figure["picks"]}
        for slot in slots:
            array, _, pick = re.split(r"[.|*]", slot)[0].partition("@")
            assert array in known | picks, slot
            assert not pick or pick in picks, slot
        controls = {control["name"] for control in figure["controls"]}
        assert {handle["control"] for handle in handles} | set(figure["rules"]) <= controls
        assert all(bind["trace"] < len(figure["figure"]["data"]) for bind in figure["binds"])


def test_home_shows_xent_cores_numbers():
    (home,) = figures(open_page("home", z="1,-2,3,0.5", k="3"))
    z = [1, -2, 3, 0.5]
    p = xent_core.softmax(z)
    np.testing.assert_allclose(home["now"]["p"], p, rtol=1e-15)
    assert home["now"]["loss"] == pytest.approx(xent_core.cross_entropy_loss(z, 3), rel=1e-15)
    assert home["now"]["p_k"] == home["now"]["p"][3]


def test_a_choice_is_not_told_to_the_browser_which_may_have_a_newer_one():
    app = open_page("softmax", lang="en")
    key = app.radio[0].key
    app.run()
    assert not app.radio(key=key).proto.set_value
    app.radio(key=key).set_value(1).run()
    assert not app.radio(key=key).proto.set_value
    app.query_params["lang"] = "zh"  # where it is another question to the browser
    app.run()
    assert app.radio(key=key).proto.set_value
    assert app.radio(key=key).value == 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_told_before_it_is_asked_and_an_answer_moves_the_figure(name, language):
    text = words(name, language)
    app = open_page(name, lang=language)
    for at in range(len(app.radio)):
        question = app.radio[at]
        part = question.key.split()[-1]
        pieces = re.split(r"\{\{\w+\}\}|\$[^$]*\$", text.parts[f"{part}-told"])
        told = max(pieces, key=len).strip()
        assert not any(told in block.value for block in app.markdown)
        before = [figure["base"] for figure in figures(app)]
        verdicts = []
        for option in question.options:
            answer(app, option, at=at)
            # the run that is asked about is there already: only the reader plays it
            moved = [figure["base"] for figure in figures(app)] != before
            assert moved or name == "training"
            (said,) = [block.value for block in app.markdown if told in block.value]
            assert "{{" not in said
            verdicts.append(said.split("** ")[0].strip("*"))
        assert verdicts.count(text.labels["right"]) == 1
        assert verdicts.count(text.labels["not_quite"]) == len(question.options) - 1


def test_every_lesson_opens_after_every_other_in_one_session():
    """No two lessons keep different things under one name."""
    app = open_page(NAMES[0])
    for name in [*NAMES, *reversed(NAMES)]:
        app.switch_page(f"../../pages/{name}/page.py").run()
        assert not app.exception, name


# ---- the same in PyTorch


def run(program: str) -> dict[str, Any]:
    """Run a program of a page as its own script would run; return what it prints, by name."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(program, "a page's program", "exec"), {"__name__": "__main__"})
    lines = re.findall(r"^(.+?)\s+(\[.*\]|\S+)$", out.getvalue(), re.MULTILINE)
    special = {"inf": np.inf, "-inf": -np.inf, "nan": np.nan}
    return {n.strip(): special[v] if v in special else json.loads(v) for n, v in lines}


def every_row(app: AppTest) -> list[tuple[str, str, np.ndarray]]:
    """Return, for each figure and readout, its numbers in every picture that the hand can make."""
    kinds = {"f8": np.float64, "f4": np.float32, "i4": np.int32, "u1": np.uint8}
    out = []
    for component in app.get("bidi_component"):
        if component.proto.component_name != "xent_live":
            continue
        data = component.proto.bytes
        (length,) = struct.unpack("<Q", data[:8])
        header, body = json.loads(data[8 : 8 + length]), data[8 + length :]
        for readout in header["readouts"]:
            name = re.split(r"[.|*]", readout["slot"])[0]
            if name in header["arrays"] and name not in header["names"]:
                place = header["arrays"][name]
                count = int(np.prod(place["shape"]))
                numbers = np.frombuffer(body, kinds[place["kind"]], count, place["at"])
                out.append((header["key"], name, numbers.astype(float)))
    return out


# A probability far down is that small, and a product of many of them.
TRULY_TINY = {("softmax", "p_k"), ("likelihood", "likelihood")}


@pytest.mark.parametrize("name", [name for name in NAMES if name != "training"])
def test_what_only_rounding_leaves_is_no_headline(name):
    app = open_page(name)
    if name == "softmax":  # a shift of 0.2, 19.8, … must leave "nothing moves"
        assert {array for _, array, _ in every_row(app)} >= {"soft_change", "row_sum"}
    for figure, array, numbers in every_row(app):
        tiny = (numbers != 0) & (np.abs(numbers) < 1e-10)
        assert not tiny.any() or (figure, array) in TRULY_TINY, (figure, array, numbers[tiny][:3])
        assert not np.signbit(numbers[numbers == 0]).any(), (figure, array)  # 0, and not -0


# For each lesson that has a unit: what its program prints, and what its figure calls that.
IN_UNITS = {
    "information": {},
    "entropy": {"H": "entropy", "ceiling": "ceiling"},
    "cross_entropy": {"H(P)": "entropy", "H(P,Q)": "cross", "KL": "kl"},
    "kl_divergence": {"D(P‖Q)": "kl", "D(Q‖P)": "lk", "torch.distributions": "kl",
                      "F.kl_div": "kl"},
}  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("name", IN_UNITS)
def test_a_program_prints_the_pages_readouts_in_the_pages_unit(name, unit):
    app = open_page(name, unit=unit)
    assert len(app.code) == 1
    for query in ({"p": "1,3,4", "q": "2,1,1"}, {"p": "1,0,0", "q": "1,1,2"}, {"p": "1,1"}):
        if name == "information":
            query = {"p": {"1,3,4": "0.3", "1,0,0": "1", "1,1": "0"}[query["p"]]}
        for key in [key for key in app.query_params if key in "pq"]:
            del app.query_params[key]
        app.query_params.update({**query, "unit": unit})
        app.run()
        assert not app.exception
        program, now = app.code[0].value, figures(app)[0]["now"]
        assert unit in program
        printed = run(program)
        for said, ours in (IN_UNITS[name] or {unit: "information"}).items():
            value = np.ravel(now[ours])[0]
            assert printed[said] == pytest.approx(float(value), rel=1e-6, abs=1e-6), said
            assert not (printed[said] == 0 and np.signbit(printed[said]) and ours != "kl")


STATES = [
    {"z": "1,2,3,4", "T": "1", "k": "2"},
    {"z": "1,4,3,4", "T": "0.01", "k": "1"},
    {"z": "-10,10,0.125,-3", "T": "100", "k": "0"},
    {"z": "5,5", "T": "2.5", "k": "1"},
    {"z": "-1.5,2.25,3,0,0,9.99", "T": "0.3", "k": "5"},
]


@pytest.mark.parametrize("state", STATES[:3], ids=lambda state: state["z"])
def test_the_home_program_prints_what_the_page_shows(state):
    z = state["z"].replace("10", "6")
    app = open_page("home", z=z, k=state["k"])
    printed, (home,) = run(app.code[0].value), figures(app)
    assert [home["base"][f"z{i}"] for i in range(4)] == [float(x) for x in z.split(",")]
    assert show(printed["p_k"]) == show(home["now"]["p_k"])
    assert show(printed["loss"]) == show(home["now"]["loss"])
    assert printed["-log"] == pytest.approx(printed["loss"], rel=1e-12)
