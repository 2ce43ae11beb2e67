"""A real run in a real browser: play, pause, step, scrub, change, break, leave and come back."""

import json
import struct
import time
import urllib.error
import urllib.request
from dataclasses import replace

import pytest

from pages.training.demos import STARTS, failure_sentence
from tests.browser.conftest import Lesson, Server
from ui.words import words
from ui.words.digits import show
from xent_core.training import DEMOS, Config, Trainer, program

label = words("training", "en").label
LONG = "/training?run=data:moons,epochs:2000,batch_size:32"


def button(lesson: Lesson, name: str):
    return lesson.page.locator(".xent-player").get_by_role("button", name=label(name), exact=True)


def state(lesson: Lesson) -> dict:
    """What is shown: the step, the numbers beside the picture, and how far the server trained."""
    return lesson.page.evaluate(
        """async () => {
            const frame = () => new Promise((done) => requestAnimationFrame(done))
            for (let i = 0; i < 4; i++) await frame()
            const root = document.querySelector('.xent')
            return {
                step: JSON.parse(root.dataset.drawn).step,
                numbers: [...root.querySelectorAll('.xent-number')].map((n) => n.textContent),
                trained: +root.dataset.step,
                playing: root.dataset.playing,
                notice: root.querySelector('.xent-notice').textContent,
                curve: Array.from(root.querySelector('.xent-picture').data[0].y ?? []),
            }
        }"""
    )


def wait_for(lesson: Lesson, condition: str) -> None:
    """Wait for a condition on the figure's data, as `data.step > 3`."""
    lesson.until(f"((data) => {condition})(document.querySelector('.xent').dataset)")


def finished(lesson: Lesson) -> None:
    """Wait until the film has come to its end."""
    said = json.dumps(label("finished"))
    lesson.until(f"document.querySelector('.xent-clock').textContent.includes({said})")


def numbers_of(trainer: Trainer) -> list[str]:
    """The losses and accuracies of a trainer's present state, as the page writes them."""
    history = trainer.history()
    parts = ("train", "test") if trainer.config.test_samples else ("train",)
    found = []
    for part in parts:
        loss = getattr(history, f"{part}_loss")[-1]
        accuracy = 100 * getattr(history, f"{part}_accuracy")[-1]
        found += [show(float(loss)), show(float(accuracy), 3)]
    return found


def trained(config: Config, steps: int) -> Trainer:
    trainer = Trainer(config)
    trainer.advance(steps=steps)
    return trainer


def run_query(config: Config) -> str:
    from pages.training.params import PARAMS

    return PARAMS.write({**PARAMS.default, "run": config})["run"]


def asked(lesson: Lesson) -> int:
    return sum("/more" in url for url in lesson.requests)


def test_play_trains_and_pause_stops_at_numbers_that_are_the_trainers_own(visit):
    lesson = visit("/training?run=note")
    before = state(lesson)
    assert (before["step"], before["playing"]) == (0, "false")
    assert before["numbers"] == numbers_of(Trainer(Config()))
    button(lesson, "play").click()
    wait_for(lesson, "data.step > 12")
    button(lesson, "pause").click()
    lesson.until("new URLSearchParams(location.search).get('at') > 0")
    lesson.page.wait_for_timeout(700)
    paused = state(lesson)
    assert paused["step"] == paused["trained"] > 12
    assert paused["numbers"] == numbers_of(trained(Config(), paused["step"]))
    lesson.page.wait_for_timeout(700)
    assert state(lesson)["trained"] == paused["trained"]


def test_it_plays_to_the_end_and_says_so(visit):
    lesson = visit("/training?run=note")
    lesson.page.select_option(".xent-player select", "0")
    button(lesson, "play").click()
    finished(lesson)
    end = state(lesson)
    assert end["step"] == 100
    assert end["numbers"] == numbers_of(trained(Config(), 100))


def test_space_and_arrows_play_and_step(visit):
    lesson = visit(f"/training?run={run_query(DEMOS['exp_overflow'])}")
    press = lesson.page.keyboard.press
    press("ArrowRight")
    wait_for(lesson, "data.step === '1'")
    press("Shift+ArrowRight")
    wait_for(lesson, "data.step === '2'")
    press("ArrowLeft")
    assert state(lesson)["step"] == 1
    press("Home")
    assert state(lesson)["step"] == 0
    press("End")
    assert state(lesson)["step"] == 2
    press(" ")
    wait_for(lesson, "data.playing === 'true'")
    press(" ")
    wait_for(lesson, "data.playing === 'false'")


def test_a_step_is_one_batch_and_an_epoch_ends_where_the_data_do(visit):
    config = Config(data="moons", batch_size=32)
    lesson = visit(f"/training?run={run_query(config)}")
    button(lesson, "one_step").click()
    wait_for(lesson, "data.step === '1'")
    assert state(lesson)["numbers"] == numbers_of(trained(config, 1))
    lesson.page.keyboard.press("ArrowLeft")  # a click on a button does not take the keys away
    assert state(lesson)["step"] == 0
    lesson.page.keyboard.press("ArrowRight")
    assert state(lesson)["step"] == 1
    button(lesson, "one_epoch").click()
    wait_for(lesson, f"data.step === '{config.steps_per_epoch}'")
    assert state(lesson)["numbers"] == numbers_of(trained(config, config.steps_per_epoch))


def test_scrubbing_shows_every_kept_state_and_asks_the_server_nothing(visit):
    lesson = visit("/training?run=note&at=60")
    wait_for(lesson, "data.step === '60'")
    before = asked(lesson)
    seen = set()
    for step in (0, 7, 31, 60, 12):
        lesson.set_range("step", step)
        now = state(lesson)
        assert now["step"] == step
        assert now["numbers"] == numbers_of(trained(Config(), step))
        seen.add(tuple(now["numbers"]))
    assert len(seen) == 5
    x, y = lesson.take_hold("step")
    for away in (40, 80, -30):
        lesson.page.mouse.move(x + away, y)
        now = state(lesson)["step"]
        assert now != 12
        assert int(lesson.slider("step").input_value()) == now
        assert lesson.field("step").input_value() == str(now)
        said = lesson.page.locator(".xent-clock").inner_text()
        assert said == label("epoch_of", epoch=now, epochs=100)
    lesson.page.mouse.up()
    assert asked(lesson) == before
    assert state(lesson)["trained"] == 60


def test_from_the_start_it_is_the_same_run_again(visit):
    lesson = visit("/training?run=note&at=40&rates=20:0.5")
    wait_for(lesson, "data.step === '40'")
    button(lesson, "restart").click()
    wait_for(lesson, "data.step === '0'")
    button(lesson, "one_epoch").click()
    wait_for(lesson, "data.step === '1'")
    assert state(lesson)["numbers"] == numbers_of(trained(Config(), 1))


def test_a_rate_that_was_changed_is_in_the_link_which_gives_the_same_numbers(visit):
    lesson = visit("/training?run=note&at=10")
    wait_for(lesson, "data.step === '10'")
    field = lesson.page.get_by_label(label("rate_now"))
    field.fill("0.5")
    field.press("Enter")
    button(lesson, "one_epoch").click()
    wait_for(lesson, "data.step === '11'")
    button(lesson, "one_epoch").click()
    wait_for(lesson, "data.step === '12'")
    lesson.until("new URLSearchParams(location.search).get('at') === '12'")
    trainer = trained(Config(), 10)
    trainer.rate = 0.5
    trainer.advance(steps=2)
    assert state(lesson)["numbers"] == numbers_of(trainer)
    again = visit(lesson.page.url.removeprefix(lesson.base))
    wait_for(again, "data.step === '12'")
    assert state(again)["numbers"] == numbers_of(trainer)
    field = again.page.get_by_label(label("rate_now"))
    field.fill("much")
    field.press("Enter")
    assert state(again)["notice"] == label("bad_rate")
    assert state(again)["trained"] == 12


def test_a_page_that_ran_again_meanwhile_takes_back_no_step(visit):
    lesson = visit("/training?run=note&at=10")
    wait_for(lesson, "data.step === '10'")
    field = lesson.page.get_by_label(label("rate_now"))
    field.fill("0.5")
    field.press("Enter")  # has the page run again: what it tells then is of some steps before
    pressed = lesson.page.evaluate(
        """async (name) => {
            const root = document.querySelector('.xent'), seen = []
            const named = (button) => button.textContent === name
            for (let step = 11; step <= 50; step++) {
                [...root.querySelectorAll('.xent-player button')].find(named).click()
                const end = performance.now() + 3000
                while (+root.dataset.step < step && performance.now() < end)
                    await new Promise((done) => setTimeout(done))
                await new Promise((done) => setTimeout(done, 30))
                seen.push(+root.dataset.step)
                if (seen.at(-1) !== step) break
            }
            return seen
        }""",
        label("one_epoch"),
    )
    assert pressed == list(range(11, 51))
    lesson.settle()
    trainer = trained(Config(), 10)
    trainer.rate = 0.5
    trainer.advance(steps=40)
    assert state(lesson)["numbers"] == numbers_of(trainer)
    assert state(lesson)["step"] == 50


def test_a_nan_stops_the_run_says_why_and_leads_to_its_logits(visit):
    config = DEMOS["exp_overflow"]
    lesson = visit(f"/training?run={run_query(config)}&vs=loss:cross_entropy")
    lesson.page.select_option(".xent-player select", "0")
    button(lesson, "play").click()
    lesson.until("document.querySelector('.xent-failed')")
    failure = trained(config, config.steps).failure
    assert failure is not None
    notice = state(lesson)["notice"]
    assert f"{failure.step}" in notice
    assert show(max(failure.logits)) in notice
    lesson.page.get_by_role("link", name=label("open_overflow")).click()
    lesson.page.wait_for_url("**/overflow?**")
    lesson.until("!document.querySelector('.xent-player')")  # the address comes before the page
    lesson.ready()
    drawn = lesson.figure()["drawn"]
    assert [float(drawn[f"x{i}"]) for i in range(2)] == list(failure.logits)
    assert int(float(drawn["k"])) == failure.target


def test_a_run_that_one_comes_back_to_is_paused_where_it_was(visit):
    lesson = visit(LONG)
    button(lesson, "play").click()
    wait_for(lesson, "data.step > 20")
    lesson.go_to("softmax")
    lesson.page.wait_for_url("**/softmax**")
    lesson.ready()
    lesson.go_to("training")
    lesson.page.wait_for_url("**/training**")
    lesson.ready()
    back = state(lesson)
    assert back["trained"] > 20
    assert back["playing"] == "false"
    lesson.page.wait_for_timeout(800)
    assert state(lesson)["trained"] == back["trained"]


def test_two_tabs_train_two_runs_that_do_not_disturb_each_other(visit):
    tabs = [visit("/training?run=note"), visit("/training?run=seed:1")]
    for tab in tabs:
        tab.page.select_option(".xent-player select", "0")
        button(tab, "play").click()
    for seed, tab in enumerate(tabs):
        tab.page.bring_to_front()
        wait_for(tab, "data.step === '100'")
        finished(tab)
        assert state(tab)["numbers"] == numbers_of(trained(replace(Config(), seed=seed), 100))


def where(url: str) -> int | None:
    """How far a run has come; None if nobody shows it any more."""
    ask = json.dumps({"after": 10**7}).encode()  # no state, and none that is not there yet
    try:
        answer = urllib.request.urlopen(f"{url}/more", ask, timeout=5).read()
        (length,) = struct.unpack("<Q", answer[:8])
        return json.loads(answer[8 : 8 + length])["step"]
    except urllib.error.HTTPError as gone:
        if gone.code != 404:
            raise
        return None


def test_a_closed_tab_stops_its_work_within_three_seconds(visit):
    lesson = visit("/training?run=data:moons,epochs:10000,batch_size:32")
    run = lesson.base + lesson.page.get_attribute(".xent", "data-run")
    lesson.page.select_option(".xent-player select", "0")
    button(lesson, "play").click()
    wait_for(lesson, "data.step > 100")
    lesson.page.close()
    time.sleep(3)
    after = where(run)
    time.sleep(1.5)
    assert where(run) == after


def test_a_server_that_was_away_trains_the_same_run_again(visit):
    own = Server()
    own.start()
    try:
        lesson = visit("/training?run=note", base=own.url)
        button(lesson, "play").click()
        wait_for(lesson, "data.step > 8")
        button(lesson, "pause").click()
        lesson.page.wait_for_timeout(500)
        before = state(lesson)
        own.stop()
        button(lesson, "one_epoch").click()
        lesson.until("document.querySelector('.xent-notice').textContent")
        own.start()
        lesson.until(
            f"+document.querySelector('.xent').dataset.step >= {before['trained']}", timeout=60_000
        )
        lesson.page.wait_for_timeout(1500)
        now = state(lesson)
        assert now["numbers"] == numbers_of(trained(Config(), int(now["step"])))
    finally:
        own.stop()


def test_files_hold_the_run_as_it_stands(visit):
    lesson = visit("/training?run=note&at=5")
    wait_for(lesson, "data.step === '5'")
    trainer = trained(Config(), 5)
    wanted = {
        "download_csv": trainer.history().to_csv().encode(),
        "download_weights": trainer.weights(),
        "download_program": program(trainer.config).encode(),
    }
    for name, body in wanted.items():
        with lesson.page.expect_download() as download:
            lesson.page.get_by_role("link", name=label(name)).click()
        path = download.value.path()
        assert path.read_bytes() == body
        assert "note-step-5" in download.value.suggested_filename


@pytest.mark.parametrize("query", ["?run=data:digits,batch_size:64", "?run=data:iris&vs=loss:mse"])
def test_a_sample_is_chosen_and_shown_at_every_state(visit, query):
    lesson = visit(f"/training{query}&at=10")
    wait_for(lesson, "data.step === '10'")
    lesson.page.get_by_label(label("sample"), exact=True).fill("7")
    lesson.page.get_by_label(label("sample"), exact=True).press("Enter")
    config = Config(data="digits", batch_size=64) if "digits" in query else Config(data="iris")
    trainer = trained(config, 10)
    logits = trainer.recording.logits([7])[-1, 0]
    wanted = ", ".join(show(float(z), 3) for z in logits)
    lesson.until(
        f"document.querySelector('.xent-formula').textContent.includes({json.dumps(wanted)})"
    )


def test_another_run_takes_the_place_of_the_one_before(visit):
    lesson = visit("/training?run=note&at=9")
    wait_for(lesson, "data.step === '9'")
    before = lesson.page.get_attribute(".xent", "data-run")
    for query, maps in (("run=seed:1", 1), ("run=seed:1&vs=loss:mse", 2), ("run=data:digits", 0)):
        lesson.page.evaluate(
            """(query) => {
                history.pushState({}, '', `/training?${query}`)
                window.dispatchEvent(new PopStateEvent('popstate'))
            }""",
            query,
        )
        lesson.until(f"document.querySelector('.xent').dataset.run !== {json.dumps(before)}")
        lesson.settle()
        lesson.page.wait_for_timeout(500)
        before = lesson.page.get_attribute(".xent", "data-run")
        assert lesson.page.locator(".xent-player").count() == 1
        assert lesson.page.locator(".xent-surface").count() == maps
        assert state(lesson)["step"] == 0
        button(lesson, "one_step").click()
        wait_for(lesson, "data.step === '1'")
        assert state(lesson)["step"] == 1
    assert lesson.errors == []
    assert lesson.page.get_by_text("BidiComponent Error").count() == 0


def test_a_switch_of_language_leaves_the_run_as_it_is(visit):
    lesson = visit("/training?run=note&at=12")
    wait_for(lesson, "data.step === '12'")
    before = lesson.page.get_attribute(".xent", "data-run"), state(lesson)["numbers"]
    lesson.page.get_by_role("button", name="中文").click()
    chinese = words("training", "zh").label
    lesson.page.get_by_role("button", name=chinese("one_epoch"), exact=True).wait_for()
    lesson.settle()
    after = lesson.page.get_attribute(".xent", "data-run"), state(lesson)["numbers"]
    assert after == before


def test_every_run_to_try_opens_after_every_other_while_one_plays(visit):
    lesson = visit("/training?lang=en&run=seed:1")
    for start in STARTS.values():
        lesson.page.get_by_role("combobox", name=label("starts_to_try")).click()
        lesson.page.get_by_role("option", name=label(start.title), exact=True).click()
        said = json.dumps(run_query(start.run))
        lesson.until(f"new URLSearchParams(location.search).get('run') === {said}")
        lesson.settle()
        told = json.dumps(label("epoch_of", epoch="0", epochs=start.run.epochs).split(" of ")[1])
        lesson.until(f"document.querySelector('.xent-clock')?.textContent.includes({told})")
        lesson.page.wait_for_timeout(300)
        assert lesson.page.locator(".xent-play").count() == 1
        assert lesson.page.locator(".xent-playhead").count() == 1
        before = int(lesson.page.get_attribute(".xent", "data-step"))
        button(lesson, "play").click()
        fails_at_once = start.run.loss == "log_of_softmax_eps_nll" and start.run.dtype == "float16"
        if not (fails_at_once or start.title == "title_mean_overflow"):
            wait_for(lesson, f"+data.step > {before}")
    assert lesson.errors == []
    assert lesson.page.get_by_text("BidiComponent Error").count() == 0


def test_the_language_may_change_while_it_plays(visit):
    lesson = visit("/training?lang=en&run=epochs:2000")
    button(lesson, "play").click()
    wait_for(lesson, "data.step > 10")
    for name in ("中文", "English"):
        lesson.page.get_by_role("button", name=name).click()
        lesson.settle()
        lesson.page.wait_for_timeout(500)
        assert lesson.page.locator(".xent-play").count() == 1
    assert lesson.errors == []
    assert int(lesson.page.get_attribute(".xent", "data-step")) > 10


def test_the_program_on_the_page_has_the_rate_that_was_changed(visit):
    lesson = visit("/training?run=note&at=10")
    wait_for(lesson, "data.step === '10'")
    lesson.page.get_by_role("button", name=label("double_rate")).click()
    lesson.until("document.querySelector('[data-testid=stCode]')?.textContent.includes('0.02')")


def test_what_ended_a_run_is_told_in_the_readers_language(visit):
    config = DEMOS["adam_float16"]
    lesson = visit(f"/training?lang=en&run={run_query(config)}&at=3")
    lesson.until("document.querySelector('.xent-failed')")
    failure = trained(config, 3).failure
    assert failure is not None
    for language in ("zh", "en"):
        lesson.page.get_by_role("button", name={"zh": "中文", "en": "English"}[language]).click()
        sentence = failure_sentence(words("training", language), config, failure)
        said = json.dumps(sentence.replace("**", ""))
        lesson.until(f"document.querySelector('.xent-failed')?.textContent.includes({said})")
