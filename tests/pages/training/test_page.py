"""The training lesson: settings, links, demos, and the program that gives the same losses."""

import contextlib
import io
import re

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pages.training.demos import STARTS, epochs_until_right
from pages.training.params import DATA_RUNS, PARAMS
from pages.training.settings import widget_key
from tests.pages.test_pages import figures, open_page
from ui.words import LANGUAGES, words
from ui.words.digits import show
from xent_core.training import Config, Trainer

label = words("training", "en").label


def open_training(**query: str) -> AppTest:
    app = open_page("training")
    app.query_params.update(query)
    app.run()
    assert not app.exception
    return app


def figure_of(app: AppTest) -> dict:
    (figure,) = figures(app)
    return figure


def widget(app: AppTest, name: str, side: str = "run"):
    key = widget_key(side, name)
    return next(w for w in [*app.selectbox, *app.text_input, *app.toggle] if w.key == key)


def test_the_page_opens_with_the_digits_which_start_near_ln_10_and_end_at_97_percent():
    app = open_training()
    figure = figure_of(app)
    config = DATA_RUNS["digits"]
    assert figure["stream"]["total"] == config.steps
    assert figure["now"]["train_loss"] == pytest.approx(np.log(10), abs=0.05)
    trainer = Trainer(config)
    trainer.advance(steps=config.steps)
    assert trainer.history().test_accuracy[-1] > 0.96


def test_one_press_opens_the_notes_program():
    app = open_training()
    pills = next(group for group in app.pills if group.key == "xent training first")
    pills.set_value("note").run()
    assert not app.exception
    assert figure_of(app)["stream"]["total"] == Config().steps
    assert app.query_params["run"] == "note"


def test_a_link_to_the_notes_program_opens_it_at_its_start():
    app = open_training(run="note")
    figure = figure_of(app)
    assert figure["base"] == {"step": 0}
    history = Trainer(Config()).history()
    assert figure["now"]["train_loss"] == history.train_loss[0]
    assert figure["stream"]["total"] == 100
    assert figure["stream"]["about"]["failures"] == [None]


@pytest.mark.parametrize("data", DATA_RUNS)
def test_each_kind_of_data_has_its_picture(data):
    app = open_training()
    widget(app, "data").set_value(data).run()
    assert not app.exception
    figure, config = figure_of(app), DATA_RUNS[data]
    assert figure["stream"]["total"] == config.steps
    assert figure["stream"]["count"] == config.samples
    assert bool(figure["stream"]["maps"]) == (data != "digits")
    assert ("images" in figure["arrays"]) == (data == "digits")
    for axis in [one["axis"] for one in figure["stream"]["rises"]]:
        assert axis in figure["figure"]["layout"]
    said = app.query_params.get("run", PARAMS.write(PARAMS.default)["run"])
    assert said == PARAMS.write({**PARAMS.default, "run": config})["run"]


def test_another_setting_is_another_run_at_its_start_and_the_same_setting_is_the_same_run():
    app = open_training()
    first = figure_of(app)["stream"]["url"]
    app.run()
    assert figure_of(app)["stream"]["url"] == first
    widget(app, "rate").set_value("0.1").run()
    assert figure_of(app)["stream"]["url"] != first
    assert figure_of(app)["stream"]["about"]["rate"] == 0.1


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_cannot_be_is_said_and_the_run_stays(language):
    app = open_training(lang=language, run="data:moons,batch_size:1,epochs:100")
    before = figure_of(app)["stream"]["url"]
    for name, typed in (("epochs", "10000"), ("rate", "<b>"), ("seed", "-1"), ("width", "1e9")):
        widget(app, name).set_value(typed).run()
        assert not app.exception
        assert figure_of(app)["stream"]["url"] == before
        kept = words("training", language).label("run_kept")
        said = [block.value for block in [*app.warning, *app.error, *app.markdown]]
        assert any(kept in text for text in said)


@pytest.mark.parametrize(
    "query",
    [
        {"run": "data:moons,epochs:99999999"},
        {"run": "<script>alert(1)</script>"},
        {"run": "layers:99"},
        {"vs": "data:moons"},
        {"rates": "5:nan"},
        {"at": "461"},
        {"at": "-1"},
        {"sample": "1797"},
        {"at": "9" * 5000},
    ],
)
def test_a_hostile_link_is_said_and_the_digits_stand(query):
    app = open_training(**query)
    assert any(next(iter(query)) in warning.value for warning in app.warning)
    assert figure_of(app)["stream"]["total"] == DATA_RUNS["digits"].steps


@pytest.mark.parametrize("name", STARTS)
def test_a_demo_is_a_whole_run_and_its_race(name):
    app = open_training()
    start = STARTS[name]
    box = next(w for w in app.selectbox if w.key == "xent training start")
    box.set_value(name).run()
    assert not app.exception
    figure = figure_of(app)
    assert figure["stream"]["total"] == start.run.steps
    assert len(figure["stream"]["about"]["failures"]) == 1 + (start.vs is not None)
    assert ("train_loss_2" in figure["arrays"]) == (start.vs is not None)


def test_the_programs_on_the_page_print_the_losses_of_the_run():
    app = open_training(run="data:blobs,classes:4,size:40,epochs:3,batch_size:8", vs="loss:mse")
    codes = [block.value for block in app.code if "torch" in block.value]
    assert len(codes) == 2
    config = Config(data="blobs", classes=4, size=40, epochs=3, batch_size=8)
    history_of = []
    for loss in ("cross_entropy", "mse"):
        trainer = Trainer(Config(**{**config.__dict__, "loss": loss}))
        trainer.advance(epochs=3)
        history_of.append(trainer.history().train_loss.tolist())
    for code, losses in zip(codes, history_of, strict=True):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(code, {"__name__": "__main__"})
        printed = [line.split()[1] for line in out.getvalue().splitlines()]
        assert [float(loss.strip(",")) for loss in printed] == losses


def test_the_page_says_that_100_epochs_do_not_suffice():
    app = open_training(run="note")
    text = " ".join(block.value for block in app.markdown)
    trainer = Trainer(Config())
    trainer.advance(epochs=100)
    right = trainer.history().train_accuracy[-1]
    assert right < 1
    enough = epochs_until_right(Config(), 1000)
    longer = Trainer(Config(epochs=1000))
    longer.advance(epochs=enough - 1)
    assert longer.history().train_accuracy[-1] < 1
    longer.advance(epochs=1)
    assert longer.history().train_accuracy[-1] == 1
    assert re.search(rf"\*\*{enough}\*\*", text)


def test_the_loss_at_the_start_stands_beside_ln_c():
    app = open_training(run="data:digits,batch_size:64")
    text = " ".join(block.value for block in app.markdown)
    assert show(np.log(10)) in text
    first = Trainer(Config(data="digits", batch_size=64)).history().train_loss[0]
    assert show(float(first)) in text
    assert abs(first - np.log(10)) < 0.1
