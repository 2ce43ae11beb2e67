"""A run as the page has it: what the browser asks, what travels, what is bounded."""

import contextlib
import json
import math
from dataclasses import replace
from urllib.parse import parse_qsl

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pages.training.demos import STARTS
from pages.training.params import DATA_RUNS, MOST_RATES, PARAMS
from pages.training.reach import reach
from pages.training.routes import Asked, answer_more, describe, link
from pages.training.run import WORST, Run, find_run
from pages.training.views import programs
from ui.words import LANGUAGES, words
from ui.words.digits import show
from xent_core import softmax
from xent_core.training import DEMOS, GRID, MAX_KEPT, Config, Trainer, program

MOONS = Config(data="moons", batch_size=32, epochs=40, test_fraction=0.25)
PLENTY = 1e9  # seconds


def ask(run: Run, **wishes) -> dict:
    """Ask a run as the browser does; return the header, with the arrays in "arrays"."""
    return unpacked(answer_more(run, Asked(json.dumps(wishes).encode())))


def unpacked(answer: bytes) -> dict:
    length = int.from_bytes(answer[:8], "little")
    header = json.loads(answer[8 : 8 + length])
    kinds = {"f8": np.float64, "f4": np.float32, "i4": np.int32, "u1": np.uint8}

    def read(place: dict) -> np.ndarray:
        count = int(np.prod(place["shape"]))
        flat = np.frombuffer(answer, kinds[place["kind"]], count, 8 + length + place["at"])
        return flat.reshape(place["shape"])

    arrays = {}
    for name, place in header["arrays"].items():
        arrays[name] = read(place)[read(place["which"])] if "which" in place else read(place)
    return {**header, "arrays": arrays}


@pytest.mark.parametrize("config", [*DATA_RUNS.values(), DEMOS["exp_overflow"]])
def test_what_travels_is_the_trainers_own(config):
    run, trainer = Run(config), Trainer(config)
    run.sample = run.count - 1
    run.advance(7, PLENTY)
    trainer.advance(steps=7)
    history, recording = trainer.history(), trainer.recording
    shown = run.arrays(run.steps)
    assert run.steps == list(recording.steps)
    np.testing.assert_array_equal(shown["train_loss"], history.train_loss)
    np.testing.assert_array_equal(shown["test_accuracy"], 100 * history.test_accuracy)
    np.testing.assert_array_equal(shown["epoch"], history.epoch)
    part = "test" if config.test_samples else "train"
    last = (config.test_samples or config.train_samples) - 1
    logits = recording.logits([last], part)[:, 0]
    np.testing.assert_array_equal(shown["z"], logits)
    np.testing.assert_array_equal(shown["p"], softmax(logits.astype(float)))
    y = np.eye(config.class_count)[recording.samples(part).y[last]]
    np.testing.assert_array_equal(shown["difference"], shown["p"] - y)
    pulls = recording.logit_gradients([last], part)[:, 0]
    np.testing.assert_array_equal(shown["pull"], pulls)
    np.testing.assert_array_equal(shown["own"], recording.sample_losses(part)[:, last])
    if recording.plane is not None:
        maps = recording.maps().reshape(len(run.steps), -1)
        np.testing.assert_array_equal(shown["map"], maps)
        assert shown["map"].shape[1] == GRID**2 * config.class_count


def test_the_browser_gets_only_what_it_does_not_have():
    run = Run(MOONS)
    first = ask(run, to=10, after=-1)
    assert first["new"] == first["steps"]
    again = ask(run, to=0, after=first["steps"][-1])
    assert (again["new"], again["arrays"]) == ([], {})
    more = ask(run, to=20, after=first["steps"][-1])
    assert more["new"] == [step for step in more["steps"] if step > first["steps"][-1]]
    np.testing.assert_array_equal(
        more["arrays"]["train_loss"], run.arrays(more["new"])["train_loss"]
    )


def test_pieces_put_together_are_the_whole_though_the_run_is_thinned():
    run = Run(replace(MOONS, epochs=900, size=40))
    had: dict[int, float] = {}
    while not run.done:
        answer = ask(run, to=run.step + 97, after=max(had, default=-1))
        new = zip(answer["new"], answer["arrays"].get("train_loss", []), strict=True)
        had |= dict(new)
        had = {step: loss for step, loss in had.items() if step in answer["steps"]}
    whole = run.arrays(run.steps)["train_loss"]
    assert list(had) == run.steps
    assert list(had.values()) == whole.tolist()
    assert len(run.steps) <= MAX_KEPT + 1


def test_a_race_shows_both_and_the_one_that_died_stays_as_it_was():
    start = STARTS["exp_overflow"]
    assert start.vs is not None
    run = Run(start.run, start.vs)
    run.advance(20, PLENTY)
    failure = run.trainers[0].failure
    assert failure is not None
    shown = run.arrays([failure.step - 1, failure.step + 5])
    assert np.isnan(shown["train_loss"][1])
    assert np.isfinite(shown["train_loss_2"]).all()
    assert not run.done
    first, second = describe(run, "en")["failures"]
    assert second is None
    assert f"{failure.step}" in first["says"]


@pytest.mark.parametrize("name", [name for name, start in STARTS.items() if start.vs])
def test_a_stopped_run_has_its_networks_accuracy_or_none_after_a_nan_and_says_which(name):
    start = STARTS[name]
    run = Run(start.run, start.vs)
    run.advance(run.config.steps, PLENTY)
    trainer = run.trainers[0]
    logits = trainer.recording.logits(range(run.config.train_samples))[-1]
    right = logits.argmax(axis=1) == trainer.recording.samples().y
    dead = math.isnan(trainer.history().train_loss[-1])
    own = math.nan if dead else 100 * float(right.mean())
    shown = run.arrays(run.steps)
    assert shown["last_train_accuracy"][-1] == pytest.approx(own, nan_ok=True)
    for language in LANGUAGES:
        label = words("training", language).label
        failure = describe(run, language)["failures"][0]
        if trainer.failure is None:
            assert failure is None
        elif dead:
            bad = int(np.isnan(trainer.history().train_loss).argmax())
            before = 100 * float(trainer.history().train_accuracy[bad - 1])
            steps = {
                "step": trainer.recording.steps[bad],
                "before": trainer.recording.steps[bad - 1],
            }
            assert failure["accuracy"] == label("nan_since", accuracy=show(before, 3), **steps)
        else:
            assert failure["accuracy"] == label("accuracy_at_end", accuracy=show(own, 3))


def test_rates_change_where_they_were_changed_however_it_is_asked():
    run = Run(MOONS, rates=((9, 0.5), (30, 0.002)))
    while run.step < 50:
        run.advance(50, 0.0)
    trainer = Trainer(MOONS)
    for steps, rate in ((9, 0.5), (21, 0.002), (20, 0.1)):
        trainer.advance(steps=steps)
        trainer.rate = rate
    np.testing.assert_array_equal(run.arrays([50])["train_loss"], trainer.history().train_loss[-1:])
    assert run.rates == ((9, 0.5), (30, 0.002))
    run.restart()
    assert (run.step, run.rates) == (0, ())


def test_a_link_to_a_run_opens_the_same_run():
    run = Run(MOONS)
    ask(run, to=10)
    ask(run, rate=0.3)
    ask(run, to=16)
    query = dict(part.split("=") for part in link(run).split("&"))
    state, problems = PARAMS.read(query)
    assert not problems
    again = Run(*state.values())
    again.advance(again.at, PLENTY)
    np.testing.assert_array_equal(again.arrays([16])["train_loss"], run.arrays([16])["train_loss"])


def opened_again(run: Run) -> Run:
    """The run that the link to a run opens, trained as far as it says."""
    state, problems = PARAMS.read(dict(parse_qsl(link(run), strict_parsing=True)))
    assert problems == []
    again = Run(*state.values())
    again.advance(again.at, PLENTY)
    return again


def assert_same(one: Run, other: Run) -> None:
    """Two runs that stand at the same step, with all that they have shown, and that go on alike."""
    for _ in range(2):
        assert (one.step, one.rate, one.rates) == (other.step, other.rate, other.rates)
        assert link(one) == link(other)
        first, second = one.arrays(one.steps), other.arrays(other.steps)
        for name, array in first.items():
            np.testing.assert_array_equal(array, second[name], name)
        for run in (one, other):
            run.advance(run.step + 3, PLENTY)


def test_sixty_changes_of_the_rate_leave_a_link_that_opens_the_same_run():
    run = Run(replace(MOONS, epochs=100))
    refusals = []
    for change in range(60):
        answer = ask(run, rate=0.1 + 0.2 / (change + 1))
        refusals.append(answer["refused"])
        ask(run, to=run.step + 1)
    assert [bool(refused) for refused in refusals] == [False] * MOST_RATES + [True] * 10
    assert (len(run.rates), run.rate) == (MOST_RATES, 0.1 + 0.2 / MOST_RATES)
    assert_same(run, opened_again(run))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_change_too_many_is_refused_in_words_and_one_in_its_place_is_not(language):
    run = Run(replace(MOONS, epochs=100))
    for change in range(MOST_RATES):
        ask(run, rate=1 / (change + 2))
        ask(run, to=run.step + 1)
    said = ask(run, rate=0.5, lang=language)["refused"]
    assert said == words("training", language).label("too_many_rates", most=MOST_RATES)
    assert ask(run, rate=run.rate, lang=language)["refused"] == ""
    ask(run, restart=True)
    assert ask(run, rate=0.5, lang=language)["refused"] == ""


def test_a_change_after_one_of_a_race_has_stopped_is_where_it_was_made():
    start = STARTS["exp_overflow"]
    run = Run(start.run, start.vs)
    run.advance(20, PLENTY)
    assert run.trainers[0].done
    ask(run, rate=0.7)
    run.advance(25, PLENTY)
    assert run.rates == ((20, 0.7),)
    assert_same(run, opened_again(run))


def test_a_link_says_what_is_to_come_and_so_does_the_program():
    run = Run(MOONS, rates=((9, 0.5), (30, 0.002)), at=12)
    assert "rates=9:0.5,30:0.002&at=12" in link(run)
    run.advance(12, PLENTY)
    assert "rates=9:0.5,30:0.002&at=12" in link(run)
    assert programs(run) == [program(MOONS, ((0, MOONS.rate), (9, 0.5), (30, 0.002)))]
    ask(run, rate=0.3)
    assert "rates=9:0.5,12:0.3&at=12" in link(run)
    ask(run, sample=4)
    assert link(run).endswith("&at=12&sample=4")
    assert opened_again(run).sample == 4


RATES = st.floats(0, 1000) | st.sampled_from([5e-324, 1e-300, 0.1 + 0.2, 1e-5, 1000.0, -0.0])
WISHES = st.lists(
    st.fixed_dictionaries({"to": st.integers(0, 12)}, optional={"rate": RATES})
    | st.just({"restart": True, "to": 0}),
    max_size=6,
)
RACES = st.sampled_from([None, {"loss": "mse"}, {"rate": 0.05}, {"dtype": "float16"}])
SMALL = Config(data="moons", size=40, batch_size=8, epochs=3)


@given(st.sampled_from([SMALL, replace(SMALL, init_scale=1000, loss="log_of_exps_nll")]), RACES,
       WISHES)  # fmt: skip
@settings(max_examples=60, deadline=None, derandomize=True)
def test_whatever_was_done_to_a_run_its_link_opens_the_same_run(config, race, wishes):
    run = Run(config, None if race is None else replace(config, **race))
    for wish in wishes:
        ask(run, **{**wish, "to": min(run.step + wish["to"], config.steps)})
    assert_same(run, opened_again(run))


@pytest.mark.parametrize(
    "wish",
    [
        {"to": -1},
        {"to": 1.5},
        {"to": "9"},
        {"to": 10**9},
        {"to": True},
        {"after": -2},
        {"sample": 10**6},
        {"sample": -1},
        {"rate": "fast"},
        {"rate": -1},
        {"rate": 1e9},
        {"rate": None},
    ],
)
def test_a_wish_out_of_its_bounds_is_refused_and_changes_nothing(wish):
    run = Run(MOONS)
    with pytest.raises(ValueError, match=r"."):
        ask(run, **wish)
    assert (run.step, run.sample, run.rates) == (0, 0, ())


@given(st.binary(max_size=600))
@settings(max_examples=200)
def test_any_body_is_a_question_or_a_value_error(body):
    with contextlib.suppress(ValueError):
        assert isinstance(Asked(body), dict)


def test_a_run_that_no_session_shows_is_forgotten():
    run = Run(MOONS)
    token = run.token
    assert find_run(token) is run
    del run
    assert find_run(token) is None
    assert find_run("") is None


def test_ten_thousand_epochs_stay_below_20_mb_and_their_answers_small():
    config = Config(data="spirals", classes=6, size=500, batch_size=512, epochs=10_000, width=4)
    run = Run(config)
    run.advance(config.steps, PLENTY)
    assert run.step == 10_000
    everything = answer_more(run, Asked(b'{"after": -1}'))
    kept = sum(trainer.recording.nbytes for trainer in run.trainers)
    assert kept < 20e6
    assert len(everything) < 20e6


def test_the_worst_mistakes_are_named_by_their_place_among_all_samples():
    config = replace(DATA_RUNS["digits"], epochs=2)
    run = Run(config)
    run.advance(config.steps, PLENTY)
    shown = run.arrays([run.step])
    _, classes, _ = run.samples()
    worst = shown["worst"][0]
    assert len(worst) == WORST
    assert (worst >= config.train_samples).all()
    assert (classes[worst] != shown["worst_taken"][0]).all()
    assert shown["confusion"].sum() == config.test_samples
    assert (np.diff(shown["worst_loss"][0]) <= 0).all()


def test_an_axis_reaches_above_all_that_is_finite_by_a_power_of_two():
    rows = {
        "z": np.array([[0.5, -1.0], [3.0, -np.inf], [np.nan, -3.9]]),
        "loss": np.array([0, 9, 0]),
    }
    assert reach(rows, ["z"], 2.0).tolist() == [2.0, 4.0, 8.0]
    assert reach(rows, ["z", "loss"], 2.0).tolist() == [2.0, 16.0, 8.0]
    assert reach({"z": np.zeros((1, 2))}, ["z"], 0.0).tolist() == [0.0]
    assert reach({"z": np.full((1, 2), np.nan)}, ["z"], 2.0).tolist() == [2.0]


def test_a_run_says_how_far_its_axes_reach():
    run = Run(DEMOS["exp_overflow"])
    run.advance(run.config.steps, 5.0)
    shown = run.arrays(run.steps)
    for name, array in (("loss_reach", "train_loss"), ("logit_reach", "z")):
        finite = np.abs(shown[array][np.isfinite(shown[array])])
        assert shown[name].max() >= finite.max()
