"""The address: what it says is read back, and what cannot be used is named."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ui.state.links import Index, Number, Numbers, Params, Problem

settings.register_profile("same", derandomize=True, deadline=None)
settings.load_profile("same")

PARAMS = Params(
    Numbers("z", (1.0, 2.0, 3.0, 4.0), -10.0, 10.0),
    Number("T", 1.0, 0.01, 100.0),
    Index("k", 2, of="z"),
)
finite = st.floats(-10, 10)


@st.composite
def states(draw):
    z = tuple(draw(st.lists(finite, min_size=2, max_size=6)))
    return {"z": z, "T": draw(st.floats(0.01, 100)), "k": draw(st.integers(0, len(z) - 1))}


@given(states())
def test_what_is_written_is_read_back_exactly(state):
    assert PARAMS.read(PARAMS.write(state)) == (state, [])


@given(states())
def test_what_the_controls_send_is_read_back_exactly(state):
    sent = {name: repr(value) for name, value in PARAMS.controls(state).items()}
    assert PARAMS.from_controls(sent) == state


@given(st.dictionaries(st.sampled_from(["z", "T", "k", "x"]), st.text(max_size=60)))
def test_any_text_at_all_gives_a_state_within_its_bounds(query):
    state, problems = PARAMS.read(query)
    assert 2 <= len(state["z"]) <= 6
    assert all(-10 <= x <= 10 for x in state["z"])
    assert 0.01 <= state["T"] <= 100
    assert 0 <= state["k"] < len(state["z"])
    assert {problem.name for problem in problems} <= query.keys()


def test_the_address_is_short_and_readable():
    state = {"z": (1.0, 2.0, 3.0, 4.0), "T": 1.0, "k": 2}
    assert PARAMS.write(state) == {"z": "1,2,3,4", "T": "1", "k": "2"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("z", "abc"),
        ("z", "1"),
        ("z", "1,2,3,4,5,6,7"),
        ("z", "1e999,2"),
        ("z", "nan,1"),
        ("z", "10.01,2"),
        ("z", ""),
        ("z", "1," * 5000),
        ("z", "１,2"),
        ("T", "0"),
        ("T", "-1"),
        ("T", "inf"),
        ("T", "0x10"),
        ("T", "1_0"),
        ("k", "4"),
        ("k", "-1"),
        ("k", "1.5"),
        ("k", "³"),
    ],
)
def test_what_is_no_use_is_named_and_the_default_stands(name, text):
    state, problems = PARAMS.read({name: text})
    assert state == PARAMS.default
    assert problems == [Problem(name, text[:40])]


def test_a_default_class_that_a_short_row_does_not_have_becomes_its_last():
    assert PARAMS.read({"z": "1,2"})[0]["k"] == 1


@pytest.mark.parametrize("value", ["nan", "inf", "11", "x", ""])
def test_a_commit_that_no_control_could_have_sent_is_refused(value):
    good = {"z0": "1", "z1": "2", "T": "1", "k": "0"}
    assert PARAMS.from_controls(good)["z"] == (1.0, 2.0)
    with pytest.raises(ValueError):  # noqa: PT011 - float's own words for a text
        PARAMS.from_controls({**good, "z0": value})
    with pytest.raises(KeyError):
        PARAMS.from_controls({"z0": "1", "z1": "2", "k": "0"})
