"""The information lesson in a browser: the game by keyboard, a fraction typed, a point pulled."""

import re

import pytest

import xent_core as xc
from ui.words.digits import show

WHOLE = True  # folds, too


@pytest.mark.parametrize("secret", [1, 30, 64])
def test_twenty_questions_is_played_with_two_keys(visit, secret):
    lesson = visit("/information?N=64")
    for number in range(1, 7):
        question = f'p:has-text("Question {number}:")'
        lesson.page.wait_for_selector(question)
        middle = int(re.search(r"greater than (\d+)", lesson.page.inner_text(question))[1])
        lesson.page.keyboard.press("y" if secret > middle else "n")
    lesson.page.wait_for_selector(f'p:has-text("Your number is {secret}.")')
    assert lesson.page.locator(".xent-board .xent-found").inner_text() == str(secret)
    assert lesson.page.locator(".xent-board .xent-gone").count() == 63
    assert lesson.page.locator(".xent-spent li").all_inner_texts().count("Yes +1 bit") == (
        bin(secret - 1).count("1")
    )
    told = lesson.page.locator(".xent-scales td").all_inner_texts()
    assert [one.strip() for one in told] == ["6.000 bits"] * 4


def test_another_measure_does_not_add_and_says_so(visit):
    lesson = visit("/information?lang=en&a=0.5&b=0.25")
    figure = lesson.figure(1)
    assert figure["readouts"] == [show(1 / 8), "3.000", "3.000"]
    assert "≠" not in figure["formula"]
    lesson.page.get_by_role("button", name="1/p instead").click()
    lesson.until("location.search.includes('f=1')")
    lesson.settle()
    figure = lesson.figure(1)
    assert figure["readouts"] == [show(1 / 8), "6.000", "8.000"]
    assert "≠" in figure["formula"]
    x, y = lesson.take_hold("b")
    for step in range(1, 30):  # up to where p + q = 1
        lesson.page.mouse.move(x, y - 3 * step)
        figure = lesson.figure(1)
        q = figure["drawn"]["b"]
        assert ("≠" in figure["formula"]) == (q != 0.5)
        assert figure["readouts"][1:] == [show(2 + 1 / q), show(2 / q)]
    lesson.page.mouse.up()
    lesson.settle()
    assert lesson.errors == []


def test_a_fraction_is_a_number_and_what_is_too_small_for_one_is_refused(visit):
    lesson = visit("/information")
    lesson.type("p", "1/6")
    lesson.settle()
    assert lesson.figure()["drawn"]["p"] == 1 / 6
    assert lesson.field("p").input_value() == "0.166667"
    lesson.type("p", "1e-400")
    assert lesson.page.locator('[id$="-p-problem"]').inner_text().startswith("Type a number")
    assert lesson.figure()["drawn"]["p"] == 1 / 6


def test_the_point_is_pulled_along_the_curve(visit):
    lesson = visit("/information")
    x, y = lesson.take_hold("p")
    for step in range(12):
        lesson.page.mouse.move(x - 6 * step, y - 3 * step)
        figure = lesson.figure()
        p = figure["drawn"]["p"]
        assert figure["traces"][2]["x"] == [p]
        assert figure["readouts"][0] == show(xc.self_information(p, base=2))
    assert p < 0.45
    lesson.page.mouse.up()
    lesson.settle()
    assert f"p={p}" in lesson.page.url
