"""The bench of floating point under the hand: every number of every formula, in every picture."""

import numpy as np
import pytest

from pages.overflow import bench, models, steps
from tests.pages.overflow.test_bench import values_of
from ui.words.digits import exact, show
from xent_core import trace as xt

WHOLE = True  # folds, too

# a link as it was copied before two formulas came first
SEVEN = "/overflow?x=70,50,0&k=1&f=2&cell=0&flip=0&story=free"


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
                losses: cells('.xent-loss')
                    .map((td) => td.querySelector('[data-slot]').textContent),
                outcomes: cells('.xent-loss').map((td) => td.dataset.is),
                first: cells('.xent-why').map((td) => td.textContent),
                entries: [...root.querySelectorAll('.xent-entry[data-state]')].map((node) => [
                    node.dataset.state.slice(2),
                    (node.querySelector('[data-slot]') ?? node).textContent, node.dataset.is,
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
    truth = {k: v[0] for k, v in bench.bench(row[None], np.array([int(drawn["k"])]), fmt).items()}
    spots = steps.spots(count)
    values = values_of(truth, count)
    losses = [values[spots[name, "neg"].at] for name in xt.FORMULAS]
    assert shown["losses"] == [show(float(loss)) for loss in losses]
    assert shown["outcomes"] == [xt.OUTCOMES[code] for code in truth["outcome"]]
    assert len(shown["losses"]) == 7
    places = {int(at): (text, key, word) for at, text, key, word in shown["entries"]}
    for at, (text, key, word) in places.items():
        value = float(values[at])
        assert text in {show(value, digits) for digits in (1, 2, 4)}
        assert key.split()[0] == steps.MARKS[truth["e"][at] % 16]
        assert word
    assert shown["wrong"] == sum(said not in ("–", "the input itself") for said in shown["first"])


def in_short(x: float) -> str:
    """A number as the sentence has it: as it was typed, or the first digits of a slider's stop."""
    return exact(x) if len(exact(x)) <= 10 else exact(float(f"{x:.6g}"))


def test_a_power_is_raised_and_a_right_loss_has_no_percent_of_error(visit):
    lesson = visit("/overflow?x=100,0&k=0&f=2&cell=0")
    lesson.page.locator("th [data-part='0']").click()
    lesson.until("location.search.includes('cell=')")
    lesson.settle()
    (raised,) = lesson.page.locator(".xent-because:visible sup").all_inner_texts()
    assert raised == "100"
    assert "^" not in told(lesson)
    # a right loss that the format rounds to 0 would be wrong by 100 % of a truth of 1e-87
    lesson = visit("/overflow?x=0,-200&k=0&f=2&cell=0")
    error = lesson.page.locator(".xent-error td").nth(5)
    assert table(lesson)["outcomes"][5] == "right"
    assert error.inner_text().strip().endswith(" ulp")
    lesson = visit("/overflow?x=100000000,100000000&k=0&f=2&cell=0")
    assert lesson.page.locator(".xent-error td").nth(4).inner_text().endswith(" %")


def test_every_picture_of_a_drag_is_true_for_all_seven_formulas(visit):
    lesson = visit(SEVEN)
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
    lesson = visit("/overflow?x=88.5,0,0&k=1&cell=0")
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
    lesson = visit("/overflow?x=1000,0,-5&k=0&cell=0")
    cell = steps.cell_code("log_softmax", "shift", 2)
    number = lesson.page.locator(f'[data-sets="cell={cell}"]')
    number.click()
    lesson.until(f"location.search.includes('cell={cell}')")
    lesson.page.wait_for_selector('[data-testid="stMarkdown"] td:has-text("−1005")')
    assert "xent-chosen" in number.get_attribute("class")
    lesson.page.get_by_role("button", name="sign bit, 1").click()
    lesson.page.wait_for_selector('[data-testid="stMarkdown"] td:text-is("1005")')
    assert_true(table(lesson))


def test_what_has_no_slider_stays_while_another_logit_is_moved(visit):
    lesson = visit(SEVEN)
    field = lesson.page.get_by_label("Logits z")
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
    lesson = visit(SEVEN)
    before = table(lesson)
    field = lesson.page.get_by_label("Logits z")
    field.fill(typed)
    field.press("Enter")
    lesson.page.wait_for_selector('[data-testid="stAlert"]:has-text("Nothing was changed")')
    lesson.settle()
    assert table(lesson) == before
    assert field.input_value() == typed
    assert lesson.errors == []


SENTENCE = """[...document.querySelectorAll('.xent-because')]
    .filter((p) => getComputedStyle(p).display !== 'none').map((p) => p.innerText)"""


def told(lesson) -> str:
    """The sentence that is shown, of the formula that is looked at: there is one."""
    table(lesson)
    (sentence,) = lesson.page.evaluate(SENTENCE)
    return " ".join(sentence.split())


def test_a_sentence_names_what_goes_wrong_first_while_one_drags(visit):
    lesson = visit("/overflow?x=80,80,0&k=0&cell=0")
    assert told(lesson).startswith("① on paper gives the right loss")
    seen = set()
    x, y = lesson.grab("x0", 0.66)
    for step in range(10):
        lesson.page.mouse.move(x + 3 * step, y)
        sentence, x0 = told(lesson), table(lesson)["drawn"]["x0"]
        seen.add(sentence)
        if x0 > xt.exp_window("float32").largest_finite:
            assert sentence == (
                f"⚑ ① on paper first goes wrong at exp: overflow · e{in_short(x0)} = ∞; "
                "the largest float32 is 3.4e38. "
                "→ sum Σ = ∞ → pick k = nan → log = nan → the loss = nan"
            )
    lesson.page.mouse.up()
    lesson.settle()
    assert len(seen) > 4
    # another formula is looked at: the heading of its column is pressed
    lesson.type("x0", "75")
    lesson.settle()
    lesson.page.locator("th [data-part='4']").click()
    lesson.until("location.search.includes('cell=4')")
    assert told(lesson).startswith("⑤ z − logsumexp gives the right loss")
    lesson.type("x0", "1e8")
    lesson.settle()
    lesson.page.locator("th [data-part='0']").click()
    assert "e^1000 = ∞" not in told(lesson)  # a typed number is no stop of the slider
    assert lesson.errors == []


def test_flipped_bits_are_in_the_link_and_back_undoes_them(visit):
    lesson = visit("/overflow?x=1000,0,-5&k=0&cell=0")
    cell = steps.cell_code("log_softmax", "shift", 2)
    lesson.page.locator(f'[data-sets="cell={cell}"]').click()
    lesson.until(f"location.search.includes('cell={cell}')")
    lesson.page.get_by_role("button", name="sign bit, 1").click()
    lesson.until(f"location.search.includes('flip={cell}-80000000')")
    flipped = '[data-testid="stMarkdown"] td:text-is("1005")'
    lesson.page.wait_for_selector(flipped)
    there = visit(lesson.page.evaluate("location.pathname + location.search"))
    there.page.wait_for_selector(flipped)
    lesson.page.go_back()
    lesson.page.wait_for_selector(flipped, state="detached")
    assert "flip=0" in lesson.page.url
    # the bits of another number are as they are stored
    there.page.locator(f'[data-sets="cell={cell - 1}"]').click()
    there.until("location.search.includes('flip=0')")
    there.page.wait_for_selector(flipped, state="detached")
    assert lesson.errors + there.errors == []


def test_a_key_on_the_line_goes_to_the_next_stop_however_near(visit):
    lesson = visit("/overflow?x=85,0,0&k=1&cell=0")
    lesson.handle("x0").focus()
    stops = []
    for _ in range(3):
        lesson.page.keyboard.press("ArrowRight")
        lesson.settle()
        stops.append(table(lesson)["drawn"]["x0"])
    highest = xt.exp_window("float32").largest_finite
    assert stops[0] == highest
    assert xt.place_of(stops[1], "float32") - xt.place_of(highest, "float32") == 1
    assert stops[2] > stops[1]


@pytest.mark.parametrize("name", ["x0", "x1", "x2"])
def test_a_handle_of_the_line_moves_its_own_logit(visit, name):
    lesson = visit(SEVEN)
    before = table(lesson)["drawn"]
    box = lesson.handle(name).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    lesson.page.mouse.move(x, y)
    lesson.page.mouse.down()
    places = []
    for step in range(1, 6):
        lesson.page.mouse.move(x + 12 * step, y)
        shown = table(lesson)
        assert_true(shown)
        places.append(shown["drawn"][name])
        # the handle is under the hand
        box = lesson.handle(name).bounding_box()
        assert abs(box["x"] + box["width"] / 2 - x - 12 * step) < 8
    lesson.page.mouse.up()
    lesson.settle()
    after = table(lesson)["drawn"]
    assert places == sorted(set(places))
    assert after[name] == places[-1] > before[name]
    assert {key: after[key] for key in after if key != name} == {
        key: before[key] for key in before if key != name
    }
    assert lesson.errors == []


def test_the_text_alternative_has_the_numbers_of_the_trace(visit):
    lesson = visit("/overflow?x=80,60,0&k=1&cell=0")
    x, y = lesson.grab("x0", 0.66)
    heard = set()
    for step in range(8):
        lesson.page.mouse.move(x + 4 * step, y)
        alt, drawn = lesson.figure(0)["alt"], table(lesson)["drawn"]
        row = [drawn[f"x{i}"] for i in range(3)]
        now = bench.bench(np.array([row]), np.array([1]), xt.FORMATS["float32"])
        values = values_of({key: part[0] for key, part in now.items()}, 3)
        losses = [values[steps.spots(3)[one, "neg"].at] for one in xt.FORMULAS]
        truth = float(xt.true_losses(row, 1, "float32").high)
        assert f"The true loss is {show(truth)}." in alt
        assert "give " + ", ".join(show(float(loss)) for loss in losses) in alt
        assert float(alt.split()[1].rstrip(",")) == pytest.approx(row[0], rel=1e-5)
        heard.add(alt)
    lesson.page.mouse.up()
    assert len(heard) > 3


def test_the_map_is_pressed_and_its_point_loaded(visit):
    lesson = visit(SEVEN)
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
    lesson.until("!('x2' in JSON.parse(document.querySelector('.xent').dataset.drawn))")
    lesson.settle()
    shown = table(lesson)
    assert shown["drawn"]["x0"] == pytest.approx(size, rel=1e-2)
    assert shown["drawn"]["x1"] == pytest.approx(other, rel=1e-2)
    assert_true(shown)


@pytest.mark.parametrize("panel", [2, 6, 8])
def test_a_small_map_is_pressed_and_its_point_loaded(visit, panel):
    lesson = visit(SEVEN)
    picture = lesson.page.locator(".xent-picture").nth(1)
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    left, top, wide, high, size, gap = lesson.page.evaluate(
        """(n) => {
            const { _fullLayout } = document.querySelectorAll('.xent-picture')[1]
            const [x, y] = [_fullLayout[`xaxis${n}`], _fullLayout[`yaxis${n}`]]
            return [x._offset, y._offset, x._length, y._length, x.p2l(x._length / 4),
                y.p2l(y._length / 3)]
        }""",
        panel,
    )
    lesson.page.mouse.click(box["x"] + left + wide / 4, box["y"] + top + high / 3)
    lesson.until("!('x2' in JSON.parse(document.querySelector('.xent').dataset.drawn))")
    lesson.settle()
    shown = table(lesson)
    step = models.map_axis(xt.FORMATS["float32"], 31)
    apart = (step[1] - step[0]) * 0.6
    assert shown["drawn"]["x0"] == pytest.approx(size, abs=apart)
    assert shown["drawn"]["x0"] - shown["drawn"]["x1"] == pytest.approx(gap, abs=apart)
    assert_true(shown)
    lesson.page.go_back()
    lesson.until("'x2' in JSON.parse(document.querySelector('.xent').dataset.drawn)")
    assert lesson.errors == []


def test_on_a_phone_the_table_scrolls_within_its_box(visit):
    lesson = visit(SEVEN, width=390, height=844)
    assert lesson.page.evaluate("document.querySelector('.stMain').scrollWidth") <= 390
    inner = lesson.page.evaluate(
        "(() => { const f = document.querySelector('.xent-formula');"
        " return [f.scrollWidth > f.clientWidth, f.tabIndex] })()"
    )
    assert inner == [True, 0]
    assert_true(table(lesson))
