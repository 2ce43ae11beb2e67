"""One-hot and the loss in a real browser: the truth chosen, bars pulled, a class forbidden."""

import re

import numpy as np
import pytest

import xent_core as xc
from ui.words.digits import show
from xent_core.targets import smoothed_loss

WHOLE = True  # folds, too

SUM, SLOPE, SMOOTH, SOFT, MASK = range(5)


def row(drawn: dict, letter: str) -> np.ndarray:
    return np.array([drawn[n] for n in sorted(drawn, key=len) if re.fullmatch(rf"{letter}\d", n)])


def assert_true(figure: dict, slope: dict) -> None:
    """The first two figures show one prediction and one truth, each in its way."""
    z, k = row(figure["drawn"], "z"), int(figure["drawn"]["k"])
    p, loss = xc.softmax(z), xc.cross_entropy_loss(z, k)
    label, guess, numbers, every, alive, *_ = figure["traces"]
    assert label["y"] == xc.one_hot(k, len(z)).tolist()
    np.testing.assert_allclose(guess["y"], p, rtol=1e-13)
    assert numbers["text"] == [show(x, 2) for x in p]
    np.testing.assert_allclose(every["y"], np.minimum(-np.log(p), 7), rtol=1e-5)
    assert np.flatnonzero(alive["y"]).tolist() == [k]
    assert figure["readouts"] == [show(p[k]), show(loss)]
    assert figure["formula"].endswith(show(loss))
    assert slope["drawn"] == figure["drawn"]
    gradient = p - xc.one_hot(k, len(z))
    much, little = slope["traces"][3]["y"], slope["traces"][4]["y"]
    np.testing.assert_allclose(np.add(much, little), gradient, atol=1e-6)
    own = xc.cross_entropy_loss_grad(z, k)[k]
    assert slope["readouts"] == [show(loss), show(-1 / p[k]), show(own)]


def check(lesson) -> dict:
    figure = lesson.figure(SUM)
    assert_true(figure, lesson.figure(SLOPE))
    return figure


def test_a_logit_and_a_bar_are_dragged_and_every_picture_is_true(visit):
    lesson = visit("/one_hot", height=2600)
    check(lesson)
    seen = set()
    x, y = lesson.grab("z0", 0.6)
    for step in range(7):
        lesson.page.mouse.move(x - 14 * step, y)
        seen.add(check(lesson)["drawn"]["z0"])
    lesson.page.mouse.up()
    lesson.settle()
    others = check(lesson)["drawn"]
    x, y = lesson.take_hold("z2")
    for step in range(7):
        lesson.page.mouse.move(x, y - 14 * step)
        seen.add(check(lesson)["drawn"]["z2"])
    lesson.page.mouse.up()
    lesson.settle()
    after = check(lesson)["drawn"]
    assert len(seen) > 10
    assert after["z2"] > others["z2"]
    assert (after["z0"], after["z1"]) == (others["z0"], others["z1"])  # a bar moves its own logit
    assert "z=" in lesson.page.url
    there = visit("/one_hot" + lesson.page.evaluate("location.search"))
    assert there.figure(SUM) == lesson.figure(SUM)


def test_the_truth_is_chosen_and_the_dead_terms_turn_grey(visit):
    lesson = visit("/one_hot", height=2600)
    for k, name in enumerate(("cat", "dog", "bird")):
        lesson.page.locator(f'label[for="one_hot_sum-k-{k}"]').click()
        lesson.settle()
        assert check(lesson)["drawn"]["k"] == k
        grey = lesson.page.locator('.xent-formula mrow[style*="muted"] [data-slot^="y."]')
        dead = grey.evaluate_all("nodes => nodes.map((node) => node.dataset.slot[2])")
        assert dead == [str(i) for i in range(3) if i != k]
        assert grey.all_text_contents() == ["0", "0"]
        assert name in lesson.figure(SUM)["alt"]


def test_keys_and_typing_move_a_logit_and_rubbish_is_refused(visit):
    lesson = visit("/one_hot", height=2600)
    lesson.handle("z1").focus()
    lesson.page.keyboard.press("ArrowUp")
    lesson.settle()
    assert check(lesson)["drawn"]["z1"] == 1.1
    lesson.type("z1", "－2.345")
    lesson.settle()
    before = check(lesson)
    assert before["drawn"]["z1"] == -2.345
    for rubbish in ("cat", "301", "1e999", "nan"):
        lesson.type("z1", rubbish)
        assert lesson.page.locator(".xent-problem", has_text="Type a number").count() == 1
        assert lesson.page.locator("[aria-invalid]").count() == 1
        assert lesson.figure(SUM) == before
    assert lesson.errors == []


def test_the_point_is_pulled_along_the_smoothed_curve_to_an_infinite_end(visit):
    lesson = visit("/one_hot", height=2600)
    x, y = lesson.take_hold("s")
    for step in range(10):
        lesson.page.mouse.move(x - 20 * step, y - 3 * step)
        figure = lesson.figure(SMOOTH)
        s = figure["drawn"]["s"]
        assert figure["readouts"][0] == show(smoothed_loss(s, 3, 0))
        assert figure["readouts"][1] == show(smoothed_loss(s, 3, 0.1))
    lesson.page.mouse.up()
    lesson.settle()
    lesson.set_range("s", 100)
    lesson.settle()
    figure = lesson.figure(SMOOTH)
    assert figure["readouts"] == ["0", "∞"]
    assert "∞" in figure["traces"][8]["text"][0]
    assert np.isfinite(figure["traces"][8]["y"][0])


def test_label_and_prediction_are_pulled_and_keep_their_sums(visit):
    lesson = visit("/one_hot", height=2600)
    for name, up in (("y0", 40), ("p1", 40), ("y2", 20)):
        x, y = lesson.take_hold(name)
        for step in range(1, 6):
            lesson.page.mouse.move(x, y - up * step / 5)
            figure = lesson.figure(SOFT)
            y_now, p_now = (np.array(figure["traces"][i]["y"]) for i in (0, 1))
            assert y_now.sum() == pytest.approx(1, abs=1e-12)
            assert p_now.sum() == pytest.approx(1, abs=1e-12)
            loss, gap = xc.cross_entropy(y_now, p_now), xc.kl_divergence(y_now, p_now)
            assert figure["readouts"] == [show(x) for x in (loss, xc.entropy(y_now), gap)]
            assert figure["traces"][4]["text"] == [show(x, 2) for x in p_now - y_now]
        lesson.page.mouse.up()
        lesson.settle()
    lesson.page.get_by_role("button", name="p = y", exact=True).click()
    lesson.settle()
    assert lesson.figure(SOFT)["readouts"][2] == "0"


def test_an_impossible_prediction_of_a_possible_class_costs_infinitely_much(visit):
    lesson = visit("/one_hot?p=0,1,1")
    figure = lesson.figure(SOFT)
    assert figure["readouts"][0] == "∞"
    assert "∞" in figure["alt"]
    assert np.isfinite(figure["traces"][10]["y"][0])


def test_a_forbidden_class_is_in_the_link_and_ten_classes_have_room(visit):
    lesson = visit("/one_hot?z=0,1,2,3,4,5,-6,0,0,0&k=6&names=" + ",".join("abcdefghij"))
    check(lesson)
    lesson.page.locator('label[for="target_mask-m-4"]').click()
    bars = lesson.figure(MASK)["traces"]
    for bar, sign in ((bars[1], "∞"), (bars[2], "nan")):
        drawn = [text for x, text in zip(bar["x"], bar["text"], strict=True) if np.isfinite(x)]
        assert drawn == [sign] * 2
    assert [np.isfinite(x) for x in bars[0]["x"]] == [True, False, False, False, False]
    lesson.until("location.search.includes('m=4')")
    lesson.settle()
    table = lesson.page.locator("table:not(.xent table)").inner_text()
    assert re.findall(r"nan|∞", table) == ["nan", "∞", "nan", "∞"]
    lesson.page.get_by_role("button", name="One class fewer").click()
    lesson.until("document.querySelectorAll('[id^=one_hot_sum-k-]').length === 9")
    lesson.settle()
    check(lesson)
    assert lesson.page.get_by_test_id("stAlert").count() == 1  # the sentence to take home
    lesson.page.go_back()
    lesson.until("document.querySelectorAll('[id^=one_hot_sum-k-]').length === 10")
    lesson.settle()
    check(lesson)
    assert lesson.errors == []


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_screen_and_no_script_fails(visit, width):
    lesson = visit("/one_hot?lang=zh", width=width)
    assert lesson.page.evaluate("document.documentElement.scrollWidth") <= width
    assert lesson.errors == []


def test_classes_come_and_go_also_where_one_came_from_another_lesson(visit):
    lesson = visit("/")
    lesson.go_to("one_hot")
    lesson.page.wait_for_selector('input[id="one_hot_sum-z0"]')
    lesson.ready()
    sliders = "document.querySelectorAll('[id^=one_hot_sum-z].xent-range').length"
    for name, count in (("One class more", 4), ("One class fewer", 3)):
        lesson.page.get_by_role("button", name=name).click()
        lesson.until(f"{sliders} === {count}")
        lesson.settle()
    field = lesson.page.get_by_label("Names of the classes")
    field.fill("a, b, c, d, e")
    field.press("Enter")
    lesson.until(f"{sliders} === 5")
    lesson.settle()
    assert lesson.page.get_by_test_id("stAlert").count() == 1  # the sentence to take home
    assert lesson.errors == []
