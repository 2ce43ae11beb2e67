"""A run whose server is killed while one looks on: it goes on where it was, number by number."""

import json

import numpy as np
import pytest

from pages.training.params import PARAMS
from tests.browser.conftest import Lesson, Server
from tests.browser.test_training import button, label, numbers_of, state, trained, wait_for
from ui.words import words
from xent_core.training import Config, Trainer

MOONS = Config(data="moons", batch_size=32, epochs=60)
QUERY = "/training?lang=en&run=data:moons,batch_size:32,epochs:60"


def url_of(lesson: Lesson) -> str:
    return lesson.page.get_attribute(".xent", "data-run") or ""


def restart(own: Server, lesson: Lesson, seconds: float = 2.0) -> None:
    """Kill the server, start another on its port, and wait until the page has its run."""
    before = url_of(lesson)
    own.stop()
    lesson.page.wait_for_timeout(1000 * seconds)
    own.start()
    lesson.until(f"document.querySelector('.xent').dataset.run !== {json.dumps(before)}", 60_000)


def curves(lesson: Lesson) -> dict[str, list]:
    """The curves as Plotly has them, by their traces: epochs, losses, accuracies."""
    return lesson.page.evaluate(
        """async () => {
            const frame = () => new Promise((done) => requestAnimationFrame(done))
            for (let i = 0; i < 12; i++) await frame()
            const { data } = document.querySelector('.xent-picture')
            return { epoch: Array.from(data[0].x), loss: Array.from(data[0].y) }
        }"""
    )


def assert_undisturbed(lesson: Lesson, trainer: Trainer) -> None:
    """What is shown, curve and numbers, is what a trainer has that nothing disturbed."""
    history = trainer.history()
    assert state(lesson)["numbers"] == numbers_of(trainer)
    shown = curves(lesson)
    np.testing.assert_array_equal(shown["epoch"], history.epoch)
    np.testing.assert_array_equal(shown["loss"], history.train_loss)


AT = "+document.querySelector('.xent').dataset.at"  # where one looks, in steps


@pytest.mark.parametrize("moment", [3, 60, 250])
def test_a_run_that_plays_stands_where_it_was_seen_and_plays_on(visit, own, moment):
    lesson = visit(QUERY, base=own.url)
    lesson.page.select_option(".xent-player select", "10")
    button(lesson, "play").click()
    wait_for(lesson, f"data.step > {moment}")
    own.stop()
    lesson.page.wait_for_timeout(2500)
    seen = lesson.page.evaluate(AT)
    watched = lesson.page.evaluate_handle(
        """() => {
            const seen = []
            const look = () => {
                seen.push(+document.querySelector('.xent').dataset.at)
                requestAnimationFrame(look)
            }
            look()
            return seen
        }"""
    )
    before = url_of(lesson)
    own.start()
    lesson.until(f"document.querySelector('.xent').dataset.run !== {json.dumps(before)}", 60_000)
    lesson.until(f"{AT} > {seen}")
    places = watched.json_value()
    assert places == sorted(places)
    assert places[0] == seen
    assert lesson.page.locator(".xent-player select").input_value() == "10"
    assert state(lesson)["playing"] == "true"
    button(lesson, "pause").click()
    lesson.page.wait_for_timeout(700)
    assert state(lesson)["notice"] == ""
    now = state(lesson)
    assert now["step"] == now["trained"]
    assert_undisturbed(lesson, trained(MOONS, now["step"]))
    assert f"at={now['step']}" in lesson.page.url
    assert lesson.errors == []


def test_who_looks_back_paused_goes_on_looking_back(visit, own):
    lesson = visit(f"{QUERY}&at=70", base=own.url)
    wait_for(lesson, "data.step === '70'")
    field = lesson.page.get_by_label(label("sample"), exact=True)
    field.fill("9")
    field.press("Enter")
    formula = "document.querySelector('.xent-formula').textContent"
    logits = trained(MOONS, 70).recording.logits([9])
    lesson.until(f"{formula}.includes({json.dumps(written(logits[-1, 0]))})")
    lesson.set_range("step", 3)
    before = state(lesson)
    restart(own, lesson)
    lesson.page.wait_for_timeout(3000)
    after = state(lesson)
    assert {**after, "notice": ""} == {**before, "notice": ""}
    assert (after["trained"], after["notice"]) == (70, "")
    assert field.input_value() == "9"
    assert written(logits[3, 0]) in lesson.page.evaluate(formula)
    field.evaluate("node => node.blur()")  # in the field the key would be the field's
    lesson.page.keyboard.press("End")
    assert_undisturbed(lesson, trained(MOONS, 70))


def written(logits: np.ndarray) -> str:
    from ui.words.digits import show

    return ", ".join(show(float(z), 3) for z in logits)


def test_the_rates_that_were_changed_are_still_there_and_one_that_was_not_heard_is_made(visit, own):
    lesson = visit(QUERY, base=own.url)
    trainer = Trainer(MOONS)
    for rate in ("0.3", "0.05"):
        for _ in range(2):
            button(lesson, "one_epoch").click()
            lesson.page.wait_for_timeout(400)
        field = lesson.page.get_by_label(label("rate_now"))
        field.fill(rate)
        field.press("Enter")
        lesson.until(f"new URLSearchParams(location.search).get('rates').includes(':{rate}')")
        lesson.settle()
        trainer.advance(epochs=2)
        trainer.rate = float(rate)
    own.stop()
    field.fill("0.7")
    field.press("Enter")
    lesson.page.wait_for_timeout(1500)
    own.start()
    lesson.until("new URLSearchParams(location.search).get('rates').includes(':0.7')", 60_000)
    lesson.settle()
    button(lesson, "one_epoch").click()
    trainer.rate = 0.7
    trainer.advance(epochs=1)
    wait_for(lesson, f"data.step === '{trainer.step}'")
    lesson.page.wait_for_timeout(1000)
    assert_undisturbed(lesson, trainer)
    assert "rates=14:0.3,28:0.7" in lesson.page.url


def test_a_restart_that_nobody_noticed_loses_nothing_either(visit, own):
    lesson = visit(f"{QUERY}&at=30", base=own.url)
    wait_for(lesson, "data.step === '30'")
    lesson.page.wait_for_timeout(500)
    before = url_of(lesson)
    own.stop()
    own.start()
    button(lesson, "one_step").click()
    lesson.until(f"document.querySelector('.xent').dataset.run !== {json.dumps(before)}", 60_000)
    wait_for(lesson, "data.step === '31'")
    lesson.page.wait_for_timeout(1000)
    assert_undisturbed(lesson, trained(MOONS, 31))


def test_while_the_server_is_away_nothing_is_asked_of_it_over_and_over(visit, own):
    lesson = visit(QUERY, base=own.url)
    complaints = []
    lesson.page.on("console", lambda one: complaints.append(one.text))
    asked: list[dict] = []
    lesson.page.on("request", lambda one: "/more" in one.url and asked.append(one.post_data_json))
    lesson.page.select_option(".xent-player select", "10")
    button(lesson, "play").click()
    wait_for(lesson, "data.step > 30")
    own.stop()
    lesson.page.wait_for_timeout(1500)
    asked.clear()
    lesson.page.wait_for_timeout(4000)
    assert asked == []
    own.start()
    wait_for(lesson, "data.step > 200")
    lost = asked and [one for one in asked if one["after"] == 10**7]
    assert lost
    assert len({json.dumps(one, sort_keys=True) for one in lost}) == 1
    others = [json.dumps(one, sort_keys=True) for one in asked if one not in lost]
    assert len(others) == len(set(others))
    assert lesson.errors == []
    assert [one for one in complaints if one.startswith("training:")] == []


@pytest.mark.parametrize("start", ["/", "/?lang=en", "/training", "/training?lang=en"])
def test_the_address_holds_the_run_that_is_shown_wherever_one_comes_from(visit, start):
    lesson = visit(start)
    if "training" not in start:
        lesson.go_to("training")
        lesson.page.wait_for_url("**/training**")
        lesson.ready()
    lesson.until("document.querySelector('.xent-player')")

    def holds(epoch: int, **more: str) -> None:
        step = epoch * PARAMS.default["run"].steps_per_epoch
        lesson.settle()
        wanted = {"at": str(step), "run": PARAMS.write(PARAMS.default)["run"], **more}
        lesson.until(
            f"""Object.entries({json.dumps(wanted)}).every(([name, value]) =>
                new URLSearchParams(location.search).get(name) === value)"""
        )
        lesson.until(f"document.querySelector('.xent')?.dataset.step === '{step}'")

    def step(times: int, language: str = "en") -> None:
        name = words("training", language).label("one_epoch")
        for _ in range(times):
            before = lesson.page.get_attribute(".xent", "data-step")
            lesson.page.get_by_role("button", name=name, exact=True).click()
            lesson.until(f"document.querySelector('.xent').dataset.step !== {json.dumps(before)}")
            lesson.page.wait_for_timeout(200)

    def press(name: str) -> None:
        lesson.page.get_by_role("button", name=name).click()
        lesson.page.wait_for_timeout(200)
        lesson.calm()

    def away_and_back() -> None:
        for name in ("softmax", "training"):
            lesson.go_to(name)
            lesson.page.wait_for_url(f"**/{name}**")
            lesson.page.wait_for_timeout(700)
            lesson.ready()

    step(2)
    holds(2)
    press("中文")
    holds(2, lang="zh")
    step(1, "zh")
    holds(3, lang="zh")
    press("English")
    holds(3, lang="en")
    away_and_back()
    holds(3)  # this browser asks for English by itself
    step(1)
    press("中文")
    holds(4, lang="zh")
    lesson.page.go_back()
    holds(4)
    lesson.until("document.documentElement.lang === 'en'")
    lesson.page.go_forward()
    holds(4, lang="zh")


def test_settings_and_another_lesson_leave_the_run_in_the_address(visit):
    lesson = visit("/training?lang=en&run=note")
    lesson.page.get_by_role("button", name=label("settings")).click()
    rate = lesson.page.get_by_label(label("rate"), exact=True)
    rate.fill("0.25")
    rate.press("Enter")
    lesson.until("new URLSearchParams(location.search).get('run') === 'rate:0.25'")
    lesson.page.keyboard.press("Escape")  # the settings are a popover
    lesson.settle()
    for _ in range(2):
        button(lesson, "one_epoch").click()
        lesson.page.wait_for_timeout(400)
    lesson.go_to("information")
    lesson.page.wait_for_url("**/information**")
    lesson.ready()
    lesson.page.get_by_text("nats", exact=True).first.click()
    lesson.settle()
    lesson.go_to("training")
    lesson.page.wait_for_url("**/training**")
    lesson.ready()
    for language in ("中文", "English"):
        lesson.page.get_by_role("button", name=language).click()
        lesson.page.wait_for_timeout(700)
        lesson.settle()
        assert "run=rate:0.25" in lesson.page.url
        assert "at=2" in lesson.page.url
        assert state(lesson)["numbers"] == numbers_of(trained(Config(rate=0.25), 2))
