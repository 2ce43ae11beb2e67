"""What may be asked and answered in a room, in which order, and who may see what."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.room import rules
from ui.room.rules import Question, RefusedError, Room
from ui.words.digits import show
from xent_core import cross_entropy, self_information

ABC = Question({"en": "Which?"}, {"en": ("a", "b", "c")}, 1)
OPEN_END = Question({"en": "Which?"}, {"en": ("a", "b")})
VOTES = {"ann": [0.25, 0.5, 0.25], "bob": [0.0, 1.0, 0.0], "cy": [0.875, 0.125, 0.0]}


def asked(question: Question = ABC) -> Room:
    return rules.ask(Room("en"), question)


def seen_text(room: Room, votes) -> str:
    seen = rules.see(room, [votes])
    return json.dumps([seen.all, seen.teacher, seen.own])


def test_before_the_votes_are_shown_nobody_sees_more_than_how_many():
    room = asked()
    other = {who: [1 / 3, 1 / 3, 1 / 3] for who in VOTES}
    assert seen_text(room, VOTES) == seen_text(room, other)
    assert rules.see(room, [VOTES]).teacher == {"count": 3, "board": False}
    assert "count" not in rules.see(room, [VOTES]).all
    assert "truth" not in seen_text(room, VOTES)


def test_the_votes_are_shown_before_the_truth_and_without_it():
    room = rules.show_votes(asked())
    seen = rules.see(room, [VOTES])
    (shown,) = seen.all["rounds"]
    assert shown["mean"] == pytest.approx(np.mean(list(VOTES.values()), axis=0))
    assert "truth" not in seen.all
    assert seen.own == {}


def test_each_pays_for_the_truth_and_sees_only_its_own_price():
    room = rules.show_answer(asked())
    seen = rules.see(room, [VOTES])
    prices = {who: self_information(q[1], base=2) for who, q in VOTES.items()}
    assert seen.own == {who: {"paid": show(bits, 3)} for who, bits in prices.items()}
    assert seen.all["bits"] == [show(np.mean(list(prices.values())))]
    assert seen.all["truth"] == 1
    assert not any(who in json.dumps(seen.all) for who in VOTES)


def test_where_nothing_is_true_the_first_vote_stands_for_it():
    first, last = {"ann": [0.5, 0.5], "bob": [0.75, 0.25]}, {"ann": [0.25, 0.75]}
    room = rules.again(rules.show_votes(asked(OPEN_END)))
    said = rules.see(rules.show_answer(room), [first, last]).all["against_first"]
    assert said["cross_entropy"] == show(cross_entropy([0.625, 0.375], [0.25, 0.75], base=2))


def test_both_votes_stand_side_by_side():
    room = rules.show_answer(rules.again(rules.show_votes(asked())))
    seen = rules.see(room, [VOTES, {"ann": [0.0, 1.0, 0.0]}])
    assert [one["count"] for one in seen.all["rounds"]] == [3, 1]
    assert seen.all["bits"][1] == "0"
    assert seen.own == {"ann": {"paid": "0"}}


def test_a_room_without_a_vote_is_seen_too():
    for move in (rules.show_votes, rules.show_answer):
        assert rules.see(move(asked()), [{}]).all["rounds"] == [{"count": 0}]
    assert rules.see(rules.show_answer(asked(OPEN_END)), [{}]).all["against_first"] == {}
    assert rules.see(Room("en"), []).all["phase"] == "waiting"


@pytest.mark.parametrize(
    ("room", "move"),
    [
        (Room("en"), rules.show_votes),
        (Room("en"), rules.show_answer),
        (Room("en"), rules.again),
        (asked(), rules.again),  # the votes have not been shown
        (rules.show_answer(asked()), rules.again),  # the truth is known
        (Room("en", asked=rules.MOST_QUESTIONS), lambda room: rules.ask(room, ABC)),
    ],
)
def test_what_is_not_its_turn_is_refused(room, move):
    with pytest.raises(RefusedError):
        move(room)


def test_there_is_an_end_to_votes_on_one_question():
    room = asked()
    for _ in range(rules.MOST_ROUNDS - 1):
        room = rules.again(rules.show_votes(room))
    with pytest.raises(RefusedError):
        rules.again(rules.show_votes(room))


def test_the_board_counts_answered_questions_only():
    room = rules.ask(rules.show_answer(asked()), OPEN_END)  # then one without a truth
    record = rules.show_answer(room).record()
    assert [question["truth"] for question in record] == [1, None]
    board = rules.places(record, [VOTES, {"ann": [0.5, 0.5]}])
    assert [(place.who, place.bits, place.questions) for place in board] == [
        ("bob", 0, 1), ("ann", 1, 1), ("cy", 3, 1)]  # fmt: skip


def test_a_pseudonym_stays_and_gives_its_phone_away_to_nobody():
    who = "0123456789abcdef" * 2
    assert rules.pseudonym(who) == rules.pseudonym(who)
    assert set(rules.pseudonym(who)) == {"animal", "number"}
    names = {tuple(rules.pseudonym(f"{i:032x}").values()) for i in range(2000)}
    assert len(names) > 700


def test_a_truth_that_was_not_shown_is_in_no_record():
    assert [question["truth"] for question in asked().record()] == [None]
    assert rules.ask(asked(), ABC).record()[0]["truth"] is None


# ---- what comes from outside


@given(st.lists(st.integers(0, 1000), min_size=3, max_size=3).filter(any))
def test_a_forecast_is_a_distribution_over_the_options(weights):
    forecast = [weight / sum(weights) for weight in weights]
    assert rules.read_forecast(asked(), forecast) == pytest.approx(forecast)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=12,
)


@given(JSON)
def test_what_is_no_forecast_is_refused(said):
    try:
        forecast = rules.read_forecast(asked(), said)
    except RefusedError:
        return
    assert sum(forecast) == pytest.approx(1)


@given(
    JSON
    | st.fixed_dictionaries(
        {
            "text": st.dictionaries(st.text(max_size=3), st.text(max_size=3) | JSON, max_size=3),
            "options": st.dictionaries(st.text(max_size=3), st.lists(st.text(max_size=3)) | JSON),
            "truth": JSON,
        }
    )
)
def test_what_is_no_question_is_refused(said):
    try:
        question = rules.read_question(said)
    except RefusedError:
        return
    assert 2 <= question.count <= rules.MOST_OPTIONS
    assert question.truth is None or 0 <= question.truth < question.count


@pytest.mark.parametrize("said", [[0.5, 0.5], [0.5, 0.5, 0.1], [2, -1, 0], [True, False, False],
                                  [float("nan"), 0.5, 0.5], "abc", None, [[1], 0, 0]])  # fmt: skip
def test_no_vote_is_taken_that_is_no_forecast(said):
    with pytest.raises(RefusedError):
        rules.read_forecast(asked(), said)


@given(st.integers(0, 2), st.floats(0, 1), st.lists(st.integers(0, 20), min_size=3, max_size=3))
def test_a_phone_names_an_option_or_lays_chips(option, sure, chips):
    named = rules.read_vote(asked(), {"option": option, "sure": sure})
    assert named[option] == pytest.approx(sure)
    assert sum(named) == pytest.approx(1)
    if any(chips):
        laid = rules.read_vote(asked(), {"chips": chips})
        assert laid == pytest.approx([chip / sum(chips) for chip in chips])


@given(st.dictionaries(st.sampled_from(["option", "sure", "chips", "forecast"]), JSON))
def test_what_a_phone_cannot_say_is_refused(said):
    for room in (asked(), Room("en")):
        try:
            forecast = rules.read_vote(room, said)
        except RefusedError:
            continue
        assert sum(forecast) == pytest.approx(1)


@pytest.mark.parametrize("room", [Room("en"), rules.show_votes(asked()),
                                  rules.show_answer(asked())])  # fmt: skip
def test_no_vote_is_taken_when_there_is_none(room):
    with pytest.raises(RefusedError):
        rules.read_forecast(room, [0.2, 0.3, 0.5])


@pytest.mark.parametrize("link", ["//evil.example", "/\\evil.example", "https://evil.example",
                                  "javascript:alert(1)", "/a\nb", "/" + "x" * 3000])  # fmt: skip
def test_a_room_is_led_nowhere_outside_the_app(link):
    with pytest.raises(RefusedError):
        rules.lead(Room("en"), link)
    assert rules.lead(Room("en"), "/softmax?z=1,2").link == "/softmax?z=1,2"
    assert rules.lead(Room("en", link="/softmax"), "").link == ""
