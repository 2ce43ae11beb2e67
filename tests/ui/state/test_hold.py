"""A figure's state over the runs of a session: the address, the browser's changes, questions."""

import pytest
from streamlit.testing.v1 import AppTest

from ui.state import links


def script():
    import streamlit as st

    from ui.state import address, links

    params = links.Params(
        links.Numbers("z", (1.0, 2.0), -10.0, 10.0), links.Number("T", 1.0, 0.01, 100.0)
    )
    here = st.session_state.get("page", "here")
    address.begin(here)
    if "put" in st.session_state:
        links.put("figure", params, **st.session_state.pop("put"))
    if st.session_state.pop("broken off", False):
        st.stop()
    held = links.hold("figure", params)
    st.session_state["held"] = (
        held.state,
        held.acks.get("figure", ""),
        held.epoch,
        list(held.problems),
    )
    st.session_state["added"] = address.added()
    address.end(here)


def commit(app: AppTest, name: str, **values: str) -> None:
    app.session_state["figure"] = {"commit": {"id": name, "values": values}}
    app.run()
    assert not app.exception


@pytest.fixture
def app() -> AppTest:
    return AppTest.from_function(script).run()


def test_the_bare_address_is_the_default_and_stays_bare(app):
    assert app.session_state["held"] == ({"z": (1.0, 2.0), "T": 1.0}, "", 1, [])
    assert app.query_params == {}


def test_a_change_of_the_browsers_is_taken_once_and_written_into_the_address(app):
    commit(app, "a", z0="3", z1="-1.5", T="2")
    state, ack, epoch, _ = app.session_state["held"]
    assert (state, ack, epoch) == ({"z": (3.0, -1.5), "T": 2.0}, "a", 1)
    assert app.query_params == {"z": "3,-1.5", "T": "2"}
    # Back: the address changes, the old change is still there and is not taken again
    app.query_params["z"] = "5,5"
    app.run()
    assert app.session_state["held"][0] == {"z": (5.0, 5.0), "T": 2.0}
    assert app.session_state["held"][2] == 2  # the browser is told to follow


@pytest.mark.parametrize(
    "values",
    [
        {"z0": "nan", "z1": "1", "T": "1"},
        {"z0": "1", "z1": "1", "T": "1e999"},
        {"z0": "1", "T": "1"},
        {"T": "1"},
        {},
    ],
)
def test_a_change_that_no_control_could_send_is_answered_but_not_taken(app, values):
    commit(app, "bad", **values)
    state, ack, epoch, _ = app.session_state["held"]
    assert (state, ack, epoch) == ({"z": (1.0, 2.0), "T": 1.0}, "bad", 2)
    assert app.query_params == {}


@pytest.mark.parametrize("rubbish", ["text", 7, None, {"id": "x"}, {"id": "x", "values": [1]}])
def test_rubbish_for_a_change_breaks_nothing(app, rubbish):
    app.session_state["figure"] = {"commit": rubbish}
    app.run()
    assert not app.exception
    assert app.session_state["held"][0] == {"z": (1.0, 2.0), "T": 1.0}


def test_a_row_can_grow_and_shrink_within_its_bounds(app):
    commit(app, "more", z0="1", z1="2", z2="3", T="1")
    assert app.session_state["held"][0]["z"] == (1.0, 2.0, 3.0)
    commit(app, "fewer", z0="1", z1="2", T="1")
    assert app.session_state["held"][0]["z"] == (1.0, 2.0)


def test_a_question_moves_the_figure_and_the_address(app):
    app.session_state["put"] = {"T": 0.5}
    app.run()
    assert app.session_state["held"][0] == {"z": (1.0, 2.0), "T": 0.5}
    assert app.query_params["T"] == "0.5"


def test_a_page_that_one_comes_back_to_has_its_state_and_the_default_stays_reachable(app):
    commit(app, "a", z0="3", z1="4", T="2")
    app.query_params.clear()
    app.session_state["page"] = "elsewhere"
    app.run()
    assert app.session_state["held"][0]["z"] == (3.0, 4.0)
    assert app.query_params == {}  # the browser writes it, on the page that it has reached
    assert app.session_state["added"] == {"z": "3,4", "T": "2"}
    # until Streamlit tells the address as it is now, what was added to it holds
    app.run()
    assert app.session_state["held"][0]["z"] == (3.0, 4.0)
    app.query_params.update({"z": "1,2", "T": "1"})
    app.run()
    assert app.session_state["held"][0]["z"] == (1.0, 2.0)


def test_what_was_left_is_there_also_where_the_first_run_was_broken_off(app):
    """A second click broke it off: there, on the way through, and back where it began."""
    commit(app, "a", z0="3", z1="4", T="2")
    for pages in (("elsewhere",), ("there", "elsewhere"), ("here",)):
        app.query_params.clear()
        for page in pages:
            app.session_state["page"] = page
            app.session_state["broken off"] = True
            app.run()
        app.run()
        assert app.session_state["held"][0]["z"] == (3.0, 4.0)
        assert app.session_state["added"] == {"z": "3,4", "T": "2"}
    app.query_params["z"] = "1,2"
    app.run()
    app.query_params.clear()
    app.run()
    assert app.session_state["held"][0]["z"] == (1.0, 2.0)  # only the first run is one's coming


def test_a_change_that_a_new_session_meets_first_is_taken():
    """The server was started anew: the browser's last change is all that is left."""
    app = AppTest.from_function(script)
    app.query_params["z"] = "1,1"
    app.session_state["figure"] = {
        "commit": {"id": "late", "values": {"z0": "9", "z1": "8", "T": "1"}}
    }
    app.run()
    assert app.session_state["held"][:2] == ({"z": (9.0, 8.0), "T": 1.0}, "late")
    assert app.query_params["z"] == "9,8"


def test_one_figures_parameters_leave_the_others_alone(app):
    app.query_params["lang"] = "zh"
    app.query_params["c"] = "5"
    commit(app, "a", z0="3", z1="4", T="2")
    assert app.query_params["lang"] == "zh"
    assert app.query_params["c"] == "5"


def two_states(other: str):
    """A page that holds two states."""
    import streamlit as st

    from ui.state import address, links

    address.begin("here")
    address.enter("here")
    for key, name in (("one", "n"), ("two", other), ("one", "n")):
        try:
            links.hold(key, links.Params(links.Number(name, 1.0, 0.0, 9.0)))
        except ValueError as error:
            st.session_state["said"] = str(error)
    address.end("here")


def test_two_states_of_a_page_cannot_have_one_name_in_the_address():
    app = AppTest.from_function(two_states, args=("n",)).run()
    assert app.session_state["said"] == "'n' in the address of 'here': one and two"
    app = AppTest.from_function(two_states, args=("m",)).run()
    assert not app.exception
    assert "said" not in app.session_state


def two_pages():
    import streamlit as st

    from ui.state import address, links

    numbers = links.Number("a", 1.0, 0.0, 9.0), links.Number("b", 2.0, 0.0, 9.0)
    params = {
        "one": links.Params(*numbers),
        "two": links.Params(*numbers, opening={"b": "5"}),
        "small": links.Params(*numbers, takes=lambda state: state["a"] < 5),
    }
    here = st.session_state.get("page", "one")
    address.begin(here)
    address.enter(here)
    held = links.hold("pair", params[here])
    st.session_state["held"] = held.state["a"], held.state["b"], held.carried
    address.end(here)


def go(app: AppTest, page: str, **query: str) -> tuple[float, float, bool]:
    app.session_state["page"] = page
    app.query_params = query
    app.run()
    assert not app.exception
    return app.session_state["held"]


def test_each_page_has_its_opening_until_the_state_is_somebodys_own():
    app = AppTest.from_function(two_pages).run()
    assert app.session_state["held"] == (1, 2, False)
    assert go(app, "two") == (1, 5, False)
    assert go(app, "one") == (1, 2, False)
    app.session_state["pair"] = {"commit": {"id": "a", "values": {"a": "3", "b": "2"}}}
    app.run()
    assert app.session_state["held"] == (3, 2, False)
    assert go(app, "two") == (3, 2, True)
    assert go(app, "one") == (3, 2, False)
    assert go(app, "two") == (3, 2, True)
    # Reset, over there
    app.session_state["pair"] = {"commit": {"id": "b", "values": {"a": "1", "b": "5"}}}
    app.run()
    assert go(app, "one") == (1, 2, False)


def test_what_a_page_offers_stays_there_and_what_one_had_made_there_before_is_not_what_one_left():
    app = AppTest.from_function(two_pages).run()
    made = {"id": "a", "values": {"a": "3", "b": "2"}}
    preset = {"id": "b", "values": {"a": "9", "b": "9"}, "offered": True}
    app.session_state["pair"] = {"commit": made}
    app.run()
    app.session_state["pair"] = {"commit": preset}
    app.run()
    assert app.session_state["held"][:2] == (9, 9)
    assert go(app, "two") == (1, 5, False)
    assert go(app, "one")[:2] == (9, 9)
    # pulled from there, it is somebody's own
    app.session_state["pair"] = {"commit": {"id": "c", "values": {"a": "9", "b": "8"}}}
    app.run()
    assert go(app, "two") == (9, 8, True)
    # an offer of another page's does not touch it
    app.session_state["pair"] = {"commit": {**preset, "id": "d"}}
    app.run()
    assert go(app, "one") == (9, 8, False)


def test_a_page_opens_with_its_own_where_it_does_not_take_what_was_made_elsewhere():
    app = AppTest.from_function(two_pages).run()
    for a in (3, 7):
        app.session_state["pair"] = {"commit": {"id": f"{a}", "values": {"a": f"{a}", "b": "2"}}}
        app.run()
        assert go(app, "small") == ((3, 2, True) if a == 3 else (1, 2, False))
        assert go(app, "two") == (a, 2, True)
        assert go(app, "one") == (a, 2, False)
    go(app, "small")  # made there, it is there again
    app.session_state["pair"] = {"commit": {"id": "b", "values": {"a": "8", "b": "2"}}}
    app.run()
    assert go(app, "one") == (8, 2, True)
    assert go(app, "small") == (8, 2, False)


def test_a_link_that_says_a_part_has_the_usual_values_of_the_rest_whatever_the_opening():
    app = AppTest.from_function(two_pages).run()
    assert go(app, "two", a="4") == (4, 2, False)


def test_an_opening_that_no_link_could_say_is_refused():
    with pytest.raises(ValueError, match="opening"):
        links.Params(links.Number("a", 1.0, 0.0, 9.0), opening={"a": "10"})
