"""The check-list for a nan: each of its runs fails as its entry says."""

import numpy as np
import pytest

from pages.training.checks import CHECKS, LARGE_WEIGHTS, Shown
from pages.training.demos import STARTS
from pages.training.params import PARAMS
from pages.training.routes import describe
from pages.training.run import Run
from tests.pages.test_pages import figures, open_page
from ui.words import LANGUAGES, words
from ui.words.digits import show
from xent_core.training import Trainer

EVERY = {one.name: one for runs in CHECKS.values() for one in runs}


def failed(one: Shown) -> Trainer:
    trainer = Trainer(one.run)
    trainer.advance(steps=one.run.steps)
    assert trainer.failure is not None
    return trainer


def test_they_are_asked_in_their_order():
    assert list(CHECKS) == ["step", "where", "softmax", "format", "rate"]


@pytest.mark.parametrize("name", EVERY)
def test_each_run_fails_as_its_entry_says(name):
    failure = failed(EVERY[name]).failure
    assert (failure.failed, failure.origin) == (EVERY[name].failed, EVERY[name].origin)


def test_the_first_bad_step_comes_after_all_points_were_right():
    history = failed(EVERY["step"]).history()
    assert np.isfinite(history.train_loss[:-1]).all()
    assert np.isnan(history.train_loss[-1])
    assert 1.0 in history.train_accuracy
    assert len(history.step) > 10


def test_the_weights_are_finite_where_the_logits_are_not_and_the_other_way_round():
    logits, weights = failed(EVERY["logits"]), failed(EVERY["weights"])
    assert EVERY["logits"].run == LARGE_WEIGHTS
    assert logits.recording._now.weights.isfinite().all()
    assert not np.isfinite(logits.failure.logits).all()
    assert not weights.recording._now.weights.isfinite().all()
    assert np.isfinite(weights.failure.logits).all()
    assert np.isfinite(weights.failure.loss)


@pytest.mark.parametrize("name", ["on_paper", "log_after"])
def test_with_crossentropyloss_on_the_logits_the_softmax_runs_go_on(name):
    config = EVERY[name].run
    assert config.dtype == "float32"
    assert config.loss.startswith("log_of")
    right = Trainer(type(config)(**{**vars(config), "loss": "cross_entropy"}))
    right.advance(steps=config.steps)
    assert right.failure is None


@pytest.mark.parametrize("name", ["mean", "eps"])
def test_in_float32_the_runs_of_the_format_go_on(name):
    config = EVERY[name].run
    assert config.dtype == "float16"
    right = Trainer(type(config)(**{**vars(config), "dtype": "float32"}))
    right.advance(steps=config.steps)
    assert right.failure is None


def test_the_rate_alone_decides_between_nan_and_all_right():
    fast, slow = EVERY["rate"].run, EVERY["rate"].vs
    assert slow == type(fast)(**{**vars(fast), "rate": fast.rate / 10})
    assert (fast.loss, fast.dtype) == ("cross_entropy", "float32")
    trainer = Trainer(slow)
    trainer.advance(steps=slow.steps)
    assert trainer.failure is None
    assert trainer.history().train_accuracy[-1] > 0.98


@pytest.mark.parametrize("name", EVERY)
def test_none_of_them_is_a_run_whose_outcome_is_asked_for(name):
    one = EVERY[name]
    assert (one.run, one.vs) not in [(start.run, start.vs) for start in STARTS.values()]
    assert PARAMS.read(PARAMS.write(one.state)) == (one.state, [])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_press_opens_the_run_where_it_has_failed(language):
    app = open_page("training", lang=language)
    assert not app.exception
    for name, one in EVERY.items():
        button = next(b for b in app.button if b.key == f"xent training see {name}")
        assert words("training", language).label(f"see_{name}") in button.label
        button.click().run()
        assert not app.exception
        (figure,) = figures(app)
        assert figure["stream"]["at"] == figure["stream"]["total"] == one.run.steps
        assert app.query_params["run"] == PARAMS.write(one.state)["run"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_after_a_nan_no_accuracy_is_shown_and_since_when_is_said(language):
    label = words("training", language).label
    for name in ("step", "weights", "log_after"):
        run = Run(EVERY[name].run)
        run.advance(run.config.steps, 1e9)
        shown = run.arrays(run.steps)
        assert np.isnan(shown["last_train_accuracy"][-1])
        bad = int(np.isnan(shown["train_loss"]).argmax())
        said = describe(run, language)["failures"][0]["accuracy"]
        before = shown["last_train_accuracy"][bad - 1]
        wanted = {"step": run.steps[bad], "before": run.steps[bad - 1]}
        assert said == label("nan_since", accuracy=show(float(before), 3), **wanted)


@pytest.mark.parametrize("name", ["mean", "eps"])
def test_where_the_loss_is_infinite_the_accuracy_is_the_networks_own(name):
    run = Run(EVERY[name].run)
    run.advance(run.config.steps, 1e9)
    assert run.arrays(run.steps)["train_loss"][-1] == np.inf
    assert np.isfinite(run.arrays(run.steps)["last_train_accuracy"][-1])
