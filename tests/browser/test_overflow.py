"""The bench of floating point under the hand: every number of every formula, in every picture."""

import numpy as np
import pytest

from ui import float_views as views
from ui.digits import show
from xent_core import trace as xt


def table(lesson) -> dict:
    """What the table shows now: the state drawn, each formula's loss, and every entry's sign."""
    return lesson.page.evaluate(
        """async () => {
            const frame = () => new Promise((done) => requestAnimationFrame(done))
            await frame()
            await frame()
            const root = document.querySelector('.xent')
            const cells = (row) => [...root.querySelectorAll(`.xent-steps ${row} td`)]
            return {
                drawn: JSON.parse(root.dataset.drawn),
                losses: cells('.xent-loss').map((td) => td.querySelector('span').textContent),
                outcomes: cells('.xent-loss').map((td) => td.dataset.is),
                first: cells('.xent-why').map((td) => td.textContent),
                entries: [...root.querySelectorAll('.xent-entry[data-state]')].map((node) => [
                    node.dataset.slot.split('|')[0].slice(2), node.textContent, node.dataset.is,
                    node.title]),
                wrong: root.querySelectorAll('td[data-is="wrong"]').length,
            }
        }"""
    )


def assert_true(shown: dict, fixed: dict[int, float] | None = None) -> None:
    """All seven formulas, all steps and all signs belong to the state that is drawn."""
    drawn = shown["drawn"]
    count = sum(name.startswith("x") for name in drawn)
    row = np.array([float(drawn[f"x{i}"]) for i in range(count)])
    fmt = xt.FORMATS[list(xt.FORMATS)[int(drawn["f"])]]
    # as one of many rows, as the page computes it: alone, exp may round its last bit otherwise
    truth = {k: v[0] for k, v in views.bench(row[None], np.array([int(drawn["k"])]), fmt).items()}
    assert shown["losses"] == [show(loss) for loss in truth["loss"].astype(float)]
    assert shown["outcomes"] == [xt.OUTCOMES[code] for code in truth["outcome"]]
    assert len(shown["losses"]) == 7
    places = {int(at): (text, key, word) for at, text, key, word in shown["entries"]}
    for at, (text, key, word) in places.items():
        value = float(truth["v"][at])
        assert text in {show(value, digits) for digits in (1, 2, 4)}
        assert key.split()[0] == views.MARKS[truth["e"][at] % 16]
        assert word
    assert shown["wrong"] == sum(said != "–" for said in shown["first"])


def test_every_picture_of_a_drag_is_true_for_all_seven_formulas(visit):
    lesson = visit("/overflow")
    seen, kinds = set(), set()
    x, y = lesson.grab("x0", 0.7)
    for step in range(16):
        lesson.page.mouse.move(x + 4 * step - 20, y)
        shown = table(lesson)
        assert_true(shown)
        seen.add(shown["drawn"]["x0"])
        kinds |= set(shown["outcomes"])
    assert len(seen) > 9
    assert {"right", "inf", "nan"} & kinds
    lesson.page.mouse.up()
    lesson.settle()
    assert_true(table(lesson))
    assert "x=" in lesson.page.url
    assert lesson.errors == []


def test_one_key_takes_a_logit_over_the_edge_and_the_formula_breaks(visit):
    lesson = visit("/overflow?x=88.5,0,0&k=1")
    lesson.slider("x0").focus()
    outcomes = []
    for _ in range(12):
        lesson.page.keyboard.press("ArrowRight")
        shown = table(lesson)
        assert_true(shown)
        outcomes.append((shown["drawn"]["x0"], shown["outcomes"][0], shown["first"][0]))
        if shown["first"][0] == "exp: overflow":
            break
    highest = xt.exp_window("float32").largest_finite
    (last, *_), (over, kind, said) = outcomes[-2:]
    assert (last, kind, said) == (highest, "inf", "exp: overflow")
    assert xt.place_of(over, "float32") - xt.place_of(last, "float32") == 1


def test_a_click_on_a_number_opens_its_bits_and_is_in_the_link(visit):
    lesson = visit("/overflow?x=1000,0,-5&k=0")
    cell = views.cell_code("log_softmax", "shift", 2)
    number = lesson.page.locator(f'[data-sets="cell={cell}"]')
    number.click()
    lesson.until(f"location.search.includes('cell={cell}')")
    lesson.page.wait_for_selector('[data-testid="stMarkdown"] td:has-text("−1005")')
    assert "xent-chosen" in number.get_attribute("class")
    bits = lesson.page.locator('[class*="st-key-xent-bits-sign"] button')
    bits.first.click()
    lesson.page.wait_for_selector('[data-testid="stMarkdown"] td:text-is("1005")')
    assert_true(table(lesson))


def test_what_has_no_slider_stays_while_another_logit_is_moved(visit):
    lesson = visit("/overflow")
    field = lesson.page.get_by_label("Logits x")
    field.fill("2，-inf, 1, -0.0")
    field.press("Enter")
    lesson.until("location.search.includes('-inf')")
    lesson.settle()
    lesson.type("x0", "3")
    lesson.settle()
    shown = table(lesson)
    assert [shown["drawn"][f"x{i}"] for i in range(4)] == [3, "-inf", 1, "-0"]
    assert_true(shown)
    assert field.input_value() == "3, -inf, 1, -0"
    there = visit("/overflow" + lesson.page.evaluate("location.search"))
    assert table(there) == shown


@pytest.mark.parametrize("typed", ["--5"])
def test_a_row_that_is_no_use_is_said_and_stays_to_be_mended(visit, typed):
    lesson = visit("/overflow")
    before = table(lesson)
    field = lesson.page.get_by_label("Logits x")
    field.fill(typed)
    field.press("Enter")
    lesson.page.wait_for_selector('[data-testid="stAlert"]:has-text("The bench stays")')
    lesson.settle()
    assert table(lesson) == before
    assert field.input_value() == typed
    assert lesson.errors == []


def test_a_story_is_answered_and_the_bench_shows_it(visit):
    lesson = visit("/overflow?lang=zh")
    lesson.page.get_by_role("combobox").first.click()
    lesson.page.get_by_role("option").nth(1).click()
    lesson.page.get_by_role("radio").filter(visible=True).first.wait_for(state="attached")
    assert table(lesson)["drawn"]["x0"] == 88
    lesson.page.locator('[data-testid="stRadio"] label:has-text("nan")').first.click()
    lesson.until("JSON.parse(document.querySelector('.xent').dataset.drawn).x0 === 1000")
    lesson.settle()
    shown = table(lesson)
    assert_true(shown)
    assert shown["first"][0] == "exp: 上溢"


def test_the_map_is_pressed_and_its_point_loaded(visit):
    lesson = visit("/overflow")
    picture = lesson.page.locator(".xent-picture").nth(1)
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    lesson.page.mouse.move(box["x"] + 90, box["y"] + 120)
    lesson.page.mouse.down()
    lesson.page.mouse.move(box["x"] + 130, box["y"] + 200, steps=4)
    lesson.page.mouse.up()
    lesson.until("location.search.includes('at=')")
    lesson.settle()
    size, other, _ = (
        float(text.replace("−", "-")) if i < 2 else text
        for i, text in enumerate(lesson.figure(1)["readouts"])
    )
    lesson.page.get_by_role("button", name="Load this point").click()
    lesson.until("JSON.parse(document.querySelector('.xent').dataset.drawn).x0 < 80")
    lesson.settle()
    shown = table(lesson)
    assert shown["drawn"]["x0"] == pytest.approx(size, rel=1e-2)
    assert shown["drawn"]["x1"] == pytest.approx(other, rel=1e-2)
    assert_true(shown)


def test_on_a_phone_the_table_scrolls_within_its_box(visit):
    lesson = visit("/overflow", width=390, height=844)
    assert lesson.page.evaluate("document.querySelector('.stMain').scrollWidth") <= 390
    inner = lesson.page.evaluate(
        "(() => { const f = document.querySelector('.xent-formula');"
        " return [f.scrollWidth > f.clientWidth, f.tabIndex] })()"
    )
    assert inner == [True, 0]
    assert_true(table(lesson))
