"""A run on any server: what a question says of it is enough to go on, to the same numbers."""

import json
from dataclasses import replace
from urllib.parse import parse_qsl

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.training import run as runs
from pages.training.routes import Asked, answer_more, link
from pages.training.run import Run, Standing, adopt_run, find_run, read_standing
from tests.pages.training.test_run import MOONS, PLENTY, unpacked

TOKEN = "a" * 22


def query(run: Run) -> dict[str, str]:
    """What the player says with each question about a run."""
    return dict(parse_qsl(link(run))) | {"seen": str(run.step)}


def standing_of(run: Run) -> Standing:
    standing = read_standing(query(run))
    assert standing is not None
    return standing


def elsewhere(run: Run, token: str = TOKEN) -> Run:
    """The run as another server has it that is asked about it."""
    adopted = adopt_run(token, standing_of(run))
    assert adopted is not None
    return adopted


@pytest.fixture(autouse=True)
def nobody_elses():
    runs._ADOPTED.clear()


def asking(wishes: dict) -> Asked:
    return Asked(json.dumps(wishes).encode())


def caught_up(run: Run, standing: Standing, **wishes) -> dict:
    """Ask until the run is no longer behind."""
    for _ in range(1000):
        answer = unpacked(answer_more(run, asking(wishes), standing))
        if not answer.get("behind"):
            return answer
    raise AssertionError("the run never comes to where it was seen")


def test_another_server_goes_on_to_the_same_numbers():
    here = Run(MOONS)
    here.advance(7, PLENTY)
    here.set_rate(0.3)
    here.advance(31, PLENTY)
    here.sample = 5
    there = elsewhere(here)
    answer = caught_up(there, standing_of(here), to=40, after=31)
    here.advance(40, PLENTY)
    assert there.rates == here.rates == ((7, 0.3),)
    assert answer["steps"] == here.steps
    assert answer["new"] == [step for step in here.steps if step > 31]
    for name, array in here.arrays(answer["new"]).items():
        np.testing.assert_array_equal(answer["arrays"][name], array)


def test_a_run_that_is_behind_says_so_and_does_nothing_else(monkeypatch):
    here = Run(MOONS)
    here.advance(200, PLENTY)
    there = elsewhere(here)
    monkeypatch.setattr("pages.training.routes.SLICE", 0.0)
    answer = unpacked(answer_more(there, asking({"rate": 0.5, "after": -1}), standing_of(here)))
    assert answer["behind"]
    assert answer["new"] == []
    assert there.rates == ()
    assert there.step < 200


def test_rates_that_were_changed_on_another_server_are_taken_over():
    here = Run(MOONS)
    here.advance(10, PLENTY)
    there = elsewhere(here)
    there.advance(10, PLENTY)
    there.set_rate(0.25)
    there.advance(20, PLENTY)
    caught_up(here, standing_of(there), to=20)
    assert here.rates == ((10, 0.25),)
    np.testing.assert_array_equal(here.arrays([20])["train_loss"], there.arrays([20])["train_loss"])


def test_a_restart_is_one_wherever_it_is_asked_for():
    here = Run(MOONS)
    here.advance(30, PLENTY)
    here.set_rate(0.5)
    there = elsewhere(here)
    answer = unpacked(answer_more(there, asking({"restart": True, "after": -1}), standing_of(here)))
    assert (answer["steps"], answer["rates"], answer["step"]) == ([0], [], 0)


def test_what_knows_the_run_already_stays_as_it_is():
    here = Run(MOONS)
    here.advance(10, PLENTY)
    assert adopt_run(here.token, standing_of(here)) is here
    assert runs._ADOPTED == {}
    other = standing_of(here)._replace(config=replace(MOONS, epochs=3))
    assert adopt_run(here.token, other) is None


def test_only_so_many_are_kept_and_the_last_ones_asked_for():
    here = Run(replace(MOONS, epochs=1))
    names = [f"{number:022}" for number in range(runs._MOST_ADOPTED)]
    for name in names:
        elsewhere(here, name)
    elsewhere(here, names[0])
    elsewhere(here, TOKEN)
    assert find_run(names[0]) is not None
    assert list(runs._ADOPTED) == [*names[2:], names[0], TOKEN]


@pytest.mark.parametrize("token", ["", "none", "a" * 21, "a" * 23, "../" + "a" * 19, "é" * 22])
def test_what_is_no_name_of_a_run_is_none(token):
    assert adopt_run(token, standing_of(Run(replace(MOONS, epochs=1)))) is None


@pytest.mark.parametrize(
    "more",
    [
        {"seen": "-1"}, {"seen": "1e3"}, {"seen": "9" * 9}, {"seen": "99999"}, {"seen": ""},
        {"sample": "99999"}, {"sample": "x"}, {"run": "data:none"}, {"run": "x" * 2000},
        {"rates": "5:0.1,3:0.1"}, {"at": "99999"},
    ],
)  # fmt: skip
def test_a_question_that_says_nonsense_of_a_run_says_nothing(more):
    assert read_standing(query(Run(MOONS)) | more) is None


@given(st.dictionaries(st.sampled_from(["run", "vs", "rates", "at", "seen", "sample"]), st.text()))
def test_no_query_breaks_it(said):
    read_standing(said)
