"""Hostile links and hostile changes: nothing breaks, and the next honest change works."""

import contextlib
import json
import logging
import random
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1 import AppTest

from tests.pages.test_pages import NAMES, figures, open_page
from ui.present.panel import OWNER
from ui.state import address, links, questions
from ui.words import LANGUAGES, fill, shared_labels

TEXTS: list[str] = [
    "",
    " ",
    "x\n\n# HACKED",
    "1,2\r\n3,4",
    "[ok](//elsewhere)",
    "![x](https://elsewhere.example/x.png)",
    "<img src=x onerror=alert(1)>",
    "<script>1</script>,b,c,d",
    "{{what}}",
    "[[loss]]",
    "$x$:red[y]`z`",
    "\x00",
    "1\x002",
    "\u202e1,2\u2066",
    "１，２，３",
    "１,２",
    "³",
    "٣,٣",
    "1e-999999999",
    "1e999999999,1",
    "1e400,1,1,1",
    "9" * 39,
    "9" * 1000,
    "-0,-0",
    "nan,inf,-inf",
    "0x10",
    "1_0,2",
    "[" * 200 + "1" + "]" * 200,
    "tensor(" * 60 + "1" + ")" * 60,
    "float('" * 40,
    "1," * 20_000,
    "a" * 40_000,
    "," * 40_000,
    "~" * 300,
    "mean~0~~-~index~",
    "mean~1e999~1,2~-~index",
    "note,note",
    "size:8,size:9",
    "rate:1e999",
    "epochs:10000,size:500,batch_size:1",
    "0:1,0:1",
    "0:0.1," * 60,
    "99999-ffffffffffffffff",
    "40-" + "f" * 17,
    "-1",
    "255",
    "9999999999",
    "__proto__",
    "😀" * 40,
    "e\u0301" * 50,
]
SURROGATES = ["\ud800", "a,\udfff", "\ud83d,\ude00"]  # no browser sends them, another client can
SAID = ["..,,", "a.9", "a.0," * 3000, "\n# x.0", "z" * 40_000, "a.0,a.1,a.2", "é.0", "a.00", ".0"]
ODD_LANGUAGES = ["", "EN", "xx", "zh\n# x", "`" * 30, "en,zh", "\u202een", "q" * 40_000]
ODD_UNITS = ["", "ells", "bits\n", "`bits`", "[bits](//x)", "{{what}}", "n" * 40_000]
DEEP: Any = None
for _ in range(200):
    DEEP = [DEEP]
VALUES: list[Any] = [
    "Infinity", "-Infinity", "NaN", "nan", "inf", "1e999", "-0", "9" * 1000, "0." + "1" * 1000,
    "1e-999999999", "", " ", "1\n", "１", "0x10", "\ud800", "\x00", "a" * 10_000, "[1]", "true",
    None, True, 1.5, -1, 10**400, -(10**400), float("inf"), float("nan"), [], {}, [1], DEEP,
]  # fmt: skip
IDS: list[Any] = [
    "\ud800", "a" * 10_000, "", "A B", "ünï", "a\n", None, 7, 1.5, True, [], {}, DEEP, "<b>",
    "x" * 41,
]  # fmt: skip


def some_link(chance: random.Random, names: list[str], texts: list[str]) -> dict[str, str]:
    """What a link may say of a page: some of its parameters, some of everyone's, and strangers."""
    query = {}
    for name in chance.sample(names, chance.randint(1, len(names))):
        query[name] = chance.choice(texts)
        if chance.random() < 0.2:
            query[name] += chance.choice(texts)[:50]
    for name, odd in (("said", SAID), ("lang", ODD_LANGUAGES), ("unit", ODD_UNITS)):
        if chance.random() < 0.3:
            query[name] = chance.choice(odd)
    if chance.random() < 0.1:
        query[chance.choice(["__proto__", "a\n", "x" * 300, "P", "运"])] = chance.choice(texts)
    return query


def some_commit(chance: random.Random, honest: Mapping[str, Any], number: int) -> Any:
    """A change that no figure sends, made from one that it could have sent."""
    values: Any = {name: str(value) for name, value in honest.items()}
    names = list(values)
    kind = chance.randrange(8)
    if kind == 0:
        return chance.choice([None, 7, "text", [], DEEP, {"id": "x"}, {"values": values}, True])
    if kind == 1:
        return {"id": chance.choice(IDS), "values": values}
    if kind == 2:
        values = chance.choice([None, [], [1], "text", 7, DEEP, {}, {"": ""}])
    elif kind == 3 and names:
        del values[chance.choice(names)]
    elif kind == 4:
        values[chance.choice(["\ud800", "__proto__", "z99", "p99", "", "x" * 10_000, "k "])] = "1"
    elif kind == 5:
        values |= dict.fromkeys(names, chance.choice(VALUES))
    for name in chance.sample(names, min(len(names), chance.randint(1, 2))):
        if kind > 4 and name in values:
            values[name] = chance.choice(VALUES)
    return {"id": f"hostile-{number}", "values": values}


@pytest.fixture(scope="module")
def states() -> dict[str, dict[str, tuple[links.Params, dict[str, Any]]]]:
    """Each page's states by key, as the page itself has made them at its first run."""
    found = {}
    for name in NAMES:
        app = open_page(name)
        owners = set(app.session_state[address._CLAIMS].values()) - {OWNER}
        kept = {key: app.session_state[links._MEMORY + key] for key in owners}
        found[name] = {key: (memory.params, memory.state) for key, memory in sorted(kept.items())}
    return found


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture) -> Callable[[], None]:
    """Check that nothing has gone wrong in the log."""

    def check() -> None:
        bad = [r.getMessage() for r in caplog.records
               if r.levelno >= logging.ERROR or r.exc_info]  # fmt: skip
        assert not bad

    return check


def assert_sound(params: links.Params, state: Mapping[str, Any]) -> None:
    """A link to a state leads back to it."""
    assert params.read(params.write(state)) == (state, [])


def another(params: links.Params, state: Mapping[str, Any]) -> dict[str, str]:
    """A change that the controls could send: each number that they have moves, if it can."""
    best = {}
    controls = params.controls(state)
    for name, value in controls.items():
        if isinstance(value, str):
            continue
        for moved in (value + 1, value - 1, value / 2, 1 - value):
            sent = {key: str(one) for key, one in {**controls, name: moved}.items()}
            with contextlib.suppress(ValueError):
                if params.from_controls(sent, state) != state:
                    best = sent
    return best


def label_in(language: str) -> Callable[..., str]:
    return lambda name, **values: fill(shared_labels(language)[name], values)


def test_300_hostile_links_leave_states_that_are_sound(states):
    chance = random.Random("links")
    refused = 0
    for _ in range(300):
        page = chance.choice(NAMES)
        for params, _ in states[page].values():
            names = [param.name for param in params.params]
            query = some_link(chance, names, TEXTS + SURROGATES)
            state, problems = params.read(query)
            assert_sound(params, state)
            refused += len(problems)
            for language in LANGUAGES:
                said = links.names(problems, label_in(language))
                said.encode()
                assert len(said) < 4000
                assert "\n" not in said
            json.dumps(params.controls(state), allow_nan=False).encode()
            answers = questions.read(query.get("said", ""))
            assert questions.read(questions.write(answers)) == answers
    assert refused > 300


def holding(params):
    """A page that holds one state and no more."""
    import streamlit as st

    from ui.state import address, links

    address.begin("here")
    st.session_state["held"] = links.hold("figure", params)
    address.end("here")


def test_300_hostile_changes_leave_the_state_as_it_was_and_the_next_works(states, quiet):
    chance = random.Random("changes")
    pages = [(key, *found) for page in states.values() for key, found in page.items()]
    told = 0
    while told < 300:
        for key, params, first in pages:
            app = AppTest.from_function(holding, args=(params,)).run()
            held = app.session_state["held"]
            for _ in range(10):
                told += 1
                commit = some_commit(chance, params.controls(held.state), told)
                app.session_state["figure"] = {"commit": commit}
                app.run()
                quiet()
                assert not app.exception, (key, commit)
                held = app.session_state["held"]
                assert_sound(params, held.state)
                if isinstance(commit, dict) and str(commit.get("id")).startswith("hostile"):
                    assert held.acks["figure"] == commit["id"]
            honest = another(params, held.state)
            assert honest or not params.controls(first), key
            if honest:
                app.session_state["figure"] = {"commit": {"id": f"honest-{told}", "values": honest}}
                app.run()
                now = app.session_state["held"]
                assert now.acks["figure"] == f"honest-{told}"
                assert now.state == params.from_controls(honest, held.state) != held.state


# ---- the pages themselves


def send(app: AppTest, figure: str, commit: Any) -> None:
    """Run a page again with what its component would have sent."""
    components = app.get("bidi_component")
    (ours,) = [c.proto.id for c in components if c.proto.id.endswith(f"-{figure}")]
    states = app._tree.get_widget_states()
    states.widgets.append(WidgetState(id=ours, json_value=json.dumps({"commit": commit})))
    app._run(states)


def shown(app: AppTest) -> dict[str, dict[str, Any]]:
    """Each figure that has a state, by its key."""
    return {figure["key"]: figure for figure in figures(app) if figure["base"]}


@pytest.mark.parametrize("name", NAMES)
def test_a_page_lives_through_hostile_links_and_changes(name, states, quiet):
    chance = random.Random(name)
    names = [param.name for params, _ in states[name].values() for param in params.params]
    app = open_page(name)
    for number in range(6):
        app.query_params.clear()
        app.query_params.update(some_link(chance, names, TEXTS))
        app.run()
        quiet()
        assert not app.exception
        there = shown(app)
        if name == "training":  # its figure is a film: nothing in it is sent
            continue
        figure = there[chance.choice(sorted(there))]
        group = figure["group"]
        params, _ = states[name][group]
        commit = some_commit(chance, figure["base"], number)
        if number < 2:
            commit = {"id": IDS[number], "values": dict.fromkeys(figure["base"], "1")}
        send(app, figure["key"], commit)
        quiet()
        assert not app.exception
        held = app.session_state[links._MEMORY + group]
        assert_sound(held.params, held.state)
        honest = another(held.params, held.state)
        assert honest
        send(app, figure["key"], {"id": f"honest-{number}", "values": honest})
        quiet()
        assert not app.exception
        assert shown(app)[figure["key"]]["ack"] == f"honest-{number}"
        assert shown(app)[figure["key"]]["base"] == json.loads(
            json.dumps(held.params.controls(app.session_state[links._MEMORY + group].state))
        )
        assert params.write(held.state).items() <= app.query_params.items()
