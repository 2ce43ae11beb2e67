"""Which folds are open: what the address says of it, and what a press writes there."""

import pytest
from streamlit.testing.v1 import AppTest

from ui.state import folds


def script():
    import streamlit as st

    from ui.state import address, folds

    address.begin("here")
    if "turn" in st.session_state:
        folds.turn(*st.session_state.pop("turn"))
    wanted = st.session_state.get("wanted", set())
    st.session_state["open"] = {
        name for name in ("a", "b") if folds.is_open(name, f"key of {name}", name in wanted)
    }
    address.end("here")


@pytest.fixture
def app() -> AppTest:
    return AppTest.from_function(script).run()


@pytest.mark.parametrize(
    ("said", "wanted", "found"),
    [
        ("", "", ""),
        ("a", "", "a"),
        ("all", "", "ab"),
        ("all,-a", "a", "b"),
        ("-a", "ab", "b"),
        ("A,<b>,b", "", "b"),
    ],
)
def test_the_address_says_which_are_open(app, said, wanted, found):
    app.query_params["open"] = said
    app.session_state["wanted"] = set(wanted)
    app.run()
    assert app.session_state["open"] == set(found)


@pytest.mark.parametrize(
    ("before", "turn", "after"),
    [
        ("", ("a", True, False), "a"),
        ("b", ("a", True, False), "b,a"),
        ("b,a", ("a", False, False), "b"),
        ("a", ("a", False, False), None),
        ("", ("a", False, True), "-a"),  # a link's numbers would open it
        ("-a", ("a", True, True), None),
        ("all", ("a", False, False), "all,-a"),
        ("all,-a", ("a", True, False), "all"),
    ],
)
def test_a_press_writes_no_more_than_is_needed(app, before, turn, after):
    if before:
        app.query_params["open"] = before
        app.run()
    app.session_state["turn"] = turn
    app.session_state["wanted"] = {"a"} if turn[2] else set()
    app.run()
    assert app.query_params.get("open") == after
    assert ("a" in app.session_state["open"]) == turn[1]


def test_a_text_of_any_length_is_read():
    assert folds.read("," * 1000) == []
    assert len(folds.read("a," * 1000)) <= 40
