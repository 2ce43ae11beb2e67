"""The pair P and Q under the hand: pulled, typed, named, carried along from page to page."""

import re

import numpy as np
import pytest

import xent_core as xc
from ui.words.digits import show

WHOLE = True  # folds, too

WEATHER = "/cross_entropy?p=4,2,1,1&q=1,4,2,1&names=weather"


def weights(drawn: dict, letter: str) -> list[float]:
    return [drawn[name] for name in sorted(drawn) if re.fullmatch(rf"{letter}\d", name)]


def assert_true(figure: dict) -> None:
    """The cross entropy figure's bars, readouts, table and alternative tell one pair, truly."""
    p, q = (np.array(weights(figure["drawn"], letter)) for letter in "pq")
    assert p.sum() == pytest.approx(1, abs=1e-12)
    assert q.sum() == pytest.approx(1, abs=1e-12)
    bars_p, bars_q, both, more, less, *_ = figure["traces"]
    np.testing.assert_allclose(bars_p["y"], p, rtol=1e-14)
    np.testing.assert_allclose(bars_q["y"], q, rtol=1e-14)
    cross, h = xc.cross_entropy(p, q, base=2), xc.entropy(p, base=2)
    assert figure["readouts"] == [show(x) for x in (cross, h, xc.kl_divergence(p, q, base=2))]
    assert show(cross) in figure["formula"]
    assert figure["formula"].endswith(show(h))  # the areas, in words
    if np.isfinite(cross) and xc.self_information(q[p > 0], base=2).max() <= 8:
        area = p @ (np.array(both["x"]) + np.array(more["x"]))
        assert area == pytest.approx(cross, rel=1e-6)
        own = p @ (np.array(both["x"]) + np.array(less["x"]))
        assert own == pytest.approx(h, rel=1e-6)


def test_a_bar_is_pulled_and_every_picture_is_true(visit):
    lesson = visit(WEATHER)
    seen = set()
    x, y = lesson.take_hold("q0")
    for step in range(30):
        lesson.page.mouse.move(x, y - 4 * step)
        figure = lesson.figure()
        assert_true(figure)
        seen.add(figure["drawn"]["q0"])
    assert len(seen) > 20
    lesson.page.mouse.up()
    lesson.settle()
    figure = lesson.figure()
    assert_true(figure)
    drawn = figure["drawn"]
    # the rule: the others share what is left as before, here 4 : 2 : 1
    np.testing.assert_allclose([drawn["q1"] / drawn["q3"], drawn["q2"] / drawn["q3"]], [4, 2], 1e-4)
    assert "q=" in lesson.page.url


def test_two_bars_are_pulled_one_after_the_other_without_waiting(visit):
    lesson = visit("/cross_entropy")
    for name, up in (("p1", 60), ("q3", -40), ("p1", -30)):
        x, y = lesson.take_hold(name)
        lesson.page.mouse.move(x, y - up, steps=5)
        lesson.page.mouse.up()
    lesson.settle()
    assert_true(lesson.figure())
    reloaded = lesson.figure()
    lesson.page.reload()
    lesson.ready()
    assert lesson.figure()["drawn"] == reloaded["drawn"]


def test_keys_move_a_handle_and_the_server_hears_of_a_held_key_once(visit):
    lesson = visit(WEATHER)
    steps = lesson.page.evaluate("history.length")
    lesson.handle("p0").focus()
    for _ in range(10):
        lesson.page.keyboard.down("ArrowUp")  # a held key repeats
    lesson.page.keyboard.up("ArrowUp")
    lesson.settle()
    assert lesson.figure()["drawn"]["p0"] == 0.6
    assert_true(lesson.figure())
    assert lesson.page.evaluate("history.length") == steps + 1
    lesson.page.keyboard.press("Home")
    assert lesson.figure()["drawn"]["p0"] == 0
    lesson.page.keyboard.press("End")
    assert weights(lesson.figure()["drawn"], "p") == [1, 0, 0, 0]
    assert lesson.figure()["readouts"][1] == "0"


def test_touch_pulls_a_bar(visit):
    lesson = visit(WEATHER, width=390, height=844, has_touch=True, is_mobile=True)
    handle = lesson.handle("q1")
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch = lesson.page.context.new_cdp_session(lesson.page)
    touch.send(
        "Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]}
    )
    for step in range(10):
        point = {"x": x, "y": y + 8 * step}
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    lesson.settle()
    assert lesson.figure()["drawn"]["q1"] < 0.3
    assert_true(lesson.figure())


def test_a_typed_probability_is_taken_and_the_others_share_the_rest(visit):
    lesson = visit(WEATHER)
    lesson.cell("p0").fill("０．2")
    lesson.cell("p0").press("Enter")
    lesson.settle()
    drawn = lesson.figure()["drawn"]
    np.testing.assert_allclose(weights(drawn, "p"), [0.2, 0.4, 0.2, 0.2], rtol=1e-12)
    assert_true(lesson.figure())
    lesson.cell("q1").fill("0.123456")
    lesson.cell("q1").press("Enter")
    lesson.settle()
    assert lesson.figure()["drawn"]["q1"] == pytest.approx(0.123456, rel=1e-6)
    assert_true(lesson.figure())


def test_what_is_no_probability_is_refused(visit):
    lesson = visit("/cross_entropy")
    before = lesson.figure()
    problem = lesson.page.locator(".xent-cells .xent-problem")
    for rubbish in ("abc", "-0.1", "1.5", "1e999", "", "nan"):
        lesson.cell("p0").fill(rubbish)
        lesson.cell("p0").press("Enter")
        assert problem.inner_text().startswith("Type a number"), rubbish
        assert lesson.figure() == before, rubbish
        lesson.page.keyboard.press("Escape")
        assert problem.inner_text() == "", rubbish


def test_an_impossible_symbol_that_comes_costs_infinitely_much(visit):
    lesson = visit(WEATHER)
    lesson.cell("q0").fill("0")
    lesson.cell("q0").press("Enter")
    lesson.settle()
    figure = lesson.figure()
    assert_true(figure)
    assert figure["readouts"][0] == figure["readouts"][2] == "∞"
    assert "∞" in figure["traces"][6]["text"]
    assert "∞" in figure["alt"]


def test_classes_are_named_and_the_names_are_in_the_link(visit):
    lesson = visit("/cross_entropy")
    field = lesson.page.get_by_label("Names of the classes")
    field.fill("Ähre， 猫, dog 2")
    field.press("Enter")
    lesson.until("location.search.includes('names=')")
    lesson.calm()
    assert lesson.figure()["traces"][0]["x"] == ["Ähre", "猫", "dog 2"]
    assert len(weights(lesson.figure()["drawn"], "q")) == 3
    assert_true(lesson.figure())
    there = visit("/cross_entropy" + lesson.page.evaluate("location.search"))
    assert there.figure() == lesson.figure()


NO_NAMES = ["<b>a</b>,b", "a,a", "a", "a,b,c,d,e,f,g,h,i", "a,$x$", ",", "x" * 500]


def test_what_cannot_be_a_name_is_said_and_nothing_is_lost(visit):
    lesson = visit("/cross_entropy")
    field = lesson.page.get_by_label("Names of the classes")
    said = lesson.page.locator('[data-testid="stAlert"]:has-text("cannot be used")')
    for names in NO_NAMES:
        before = lesson.calm().figure()
        field.fill(names)
        field.press("Enter")
        said.wait_for()
        assert lesson.calm().figure() == before, names
        assert field.input_value() == names  # what was refused stays
        field.fill("sun,cloud,rain,snow")
        field.press("Enter")
        said.wait_for(state="detached")
    assert lesson.errors == []


@pytest.mark.parametrize(
    "query",
    [
        "p=0,0",
        "p=1",
        "p=1,-1",
        "p=1,2,3&q=1,2",
        "names=<script>,b,c,d",
        "p=" + "1," * 5000,
        "q=1e400,1,1,1",
    ],
    ids=lambda query: query[:20],
)
def test_a_hostile_pair_is_said_and_a_sound_one_stands(follow, query):
    lesson = follow(f"/cross_entropy?{query}")
    assert lesson.page.get_by_test_id("stAlert").first.inner_text().startswith("The link says")
    assert_true(lesson.figure())
    assert lesson.errors == []
    assert lesson.page.get_by_test_id("stException").count() == 0


def test_the_dot_on_the_curve_is_pulled_sideways_and_mixes(visit):
    lesson = visit(WEATHER)
    p, q = (np.array([4, 2, 1, 1]) / 8, np.array([1, 4, 2, 1]) / 8)
    x, y = lesson.take_hold("t")
    for step in range(1, 8):
        lesson.page.mouse.move(x + 15 * step, y)
        figure = lesson.figure(2)
        t = figure["drawn"]["t"]
        assert figure["readouts"][0] == show(xc.cross_entropy(p, q + t * (p - q), base=2))
    lesson.page.mouse.up()
    lesson.settle()
    assert t > 0.2
    assert f"t={t:g}" in lesson.page.url


def test_a_coin_is_pulled_and_its_likelihood_is_that_of_the_tosses(visit):
    lesson = visit("/cross_entropy?g=0.4&N=20&toss=3")
    tosses = xc.draw_symbols([0.7, 0.3], 20, 3)
    shares = xc.empirical_distribution(tosses, 2)
    seen = set()
    x, y = lesson.take_hold("g")
    for step in range(1, 8):
        lesson.page.mouse.move(x + 20 * step, y)
        figure = lesson.figure(1)
        q = np.array([figure["drawn"]["g"], 1 - figure["drawn"]["g"]])
        seen.add(q[0])
        likelihood = float(np.exp(xc.log_likelihood(tosses, q)))
        cross = xc.cross_entropy(shares, q, base=2)
        assert figure["readouts"] == [show(x) for x in (shares[0], likelihood, cross)]
    lesson.page.mouse.up()
    lesson.settle()
    assert len(seen) > 3


def test_back_undoes_a_pull_and_reset_the_rest(visit):
    lesson = visit("/cross_entropy")
    first = lesson.figure()["drawn"]
    lesson.page.get_by_role("button", name="two dice").click()
    lesson.until("document.querySelectorAll('.xent-cells th[scope=col]').length === 6")
    lesson.settle()
    dice = lesson.figure()["drawn"]
    assert weights(dice, "p") == [pytest.approx(1 / 6)] * 6
    x, y = lesson.take_hold("p5")
    lesson.page.mouse.move(x, y - 50, steps=4)
    lesson.page.mouse.up()
    lesson.settle()
    lesson.page.go_back()
    lesson.until("JSON.parse(document.querySelector('.xent').dataset.drawn).p5 < 0.17")
    lesson.settle()
    assert lesson.figure()["drawn"] == dice
    lesson.page.get_by_role("button", name="Reset").first.click()
    lesson.until("document.querySelectorAll('.xent-cells th[scope=col]').length === 4")
    lesson.settle()
    assert lesson.figure()["drawn"] == first


def test_the_pair_travels_to_the_other_lessons_and_back(visit):
    lesson = visit("/cross_entropy")
    lesson.cell("p0").fill("0.2")
    lesson.cell("p0").press("Enter")
    lesson.settle()
    pair = {k: v for k, v in lesson.figure()["drawn"].items() if k[0] in "pq"}
    for name in ("kl_divergence", "entropy", "cross_entropy"):
        lesson.go_to(name)
        lesson.until(f"location.pathname === '/{name}'")
        lesson.until("document.querySelector('.xent-cells')")
        lesson.ready()
        there = lesson.figure()["drawn"]
        assert {k: v for k, v in there.items() if k in pair} == pair
        lesson.until("location.search.includes('p=0.2')")
