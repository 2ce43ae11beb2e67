"""Overflow begins small: two formulas, their steps under the hand, the questions, one number."""

import numpy as np
import pytest

from pages.overflow import bench, steps
from pages.overflow.pair_table import PAIR, rows_of
from pages.overflow.stories import STORIES
from tests.pages.overflow.test_bench import values_of
from ui.words.digits import show
from xent_core import trace as xt

LANGUAGES = ("en", "zh")
# all that two tables show: each row's name, its numbers, how it is marked, what is said below
READ = """async () => {
    const frame = () => new Promise((done) => requestAnimationFrame(done))
    await frame()
    await frame()
    const root = document.querySelector('.xent')
    const drawn = (node) => node.getClientRects().length > 0
    return {
        drawn: JSON.parse(root.dataset.drawn),
        truth: root.querySelector('.xent-true b').textContent,
        formulas: [...root.querySelectorAll('.xent-one-formula')].map((one) => ({
            rows: [...one.querySelectorAll('tr:not(.xent-gap)')].map(({ cells: [, cell] }) => ({
                numbers: [...cell.querySelectorAll('.xent-entry')].filter(drawn)
                    .map((n) => [...n.querySelectorAll('span')].filter(drawn)[0]?.textContent
                        ?? n.textContent),
                mark: cell.dataset.is,
            })),
            fate: one.querySelector('.xent-loss [data-state^=outcome]').dataset.is,
            said: [...one.querySelectorAll('.xent-because > span')].filter(drawn)
                .map((n) => n.innerText.replace(/\\s+/g, ' '))[0],
        })),
    }
}"""


def read(lesson) -> dict:
    return lesson.page.evaluate(READ)


def assert_true(shown: dict, pair: tuple[str, str] = PAIR) -> None:
    """Every number, mark and fate belongs to the state that is drawn."""
    drawn = shown["drawn"]
    count = sum(name.startswith("x") for name in drawn)
    row, k = [float(drawn[f"x{i}"]) for i in range(count)], int(drawn["k"])
    fmt = xt.FORMATS[list(xt.FORMATS)[int(drawn["f"])]]
    now = bench.bench(np.array([row]), np.array([k]), fmt)
    values = values_of({name: part[0] for name, part in now.items()}, count)
    wrong = xt.first_wrong(xt.trace([row], [k], fmt), xt.true_losses([row], [k], fmt))
    assert shown["truth"] == show(float(now["truth"][0]), 8)
    for name, one in zip(pair, shown["formulas"], strict=True):
        assert one["fate"] == xt.OUTCOMES[now["outcome"][0, xt.FORMULAS.index(name)]]
        assert len(one["rows"]) == len(rows_of(name))
        for key, line in zip(rows_of(name), one["rows"], strict=True):
            spot = steps.spots(count)[name, key]
            numbers = values[spot.at : spot.places.stop]
            if key == "p" and len(line["numbers"]) == 1:
                numbers = numbers[[k]]
            for number, said in zip(numbers, line["numbers"], strict=True):
                assert said in {show(float(number), digits) for digits in (2, 4, 8)}
        first = int(wrong[name][0])
        marks = [line["mark"] for line in one["rows"]]
        assert (marks.count("wrong") == 1) == (first >= 0)
        if first >= 0:
            assert one["said"].startswith("⚑")


def test_the_first_step_that_goes_wrong_is_marked_and_spreads_while_one_drags(visit):
    lesson = visit("/overflow")
    seen, spread = set(), set()
    x, y = lesson.grab("x0", 0.69)
    for step in range(14):
        lesson.page.mouse.move(x + 2 * step, y)
        shown = read(lesson)
        assert_true(shown)
        seen.add(shown["drawn"]["x0"])
        paper, stable = shown["formulas"]
        if shown["drawn"]["x0"] > xt.exp_window("float32").largest_finite:
            marks = [line["mark"] for line in paper["rows"]]
            assert marks == ["wrong", *["poisoned"] * 4]
            assert [line["numbers"] for line in paper["rows"][1:]] == [["∞"], *[["nan"]] * 3]
            assert paper["said"].startswith("⚑ Overflow: e")
            spread.add(stable["fate"])
    lesson.page.mouse.up()
    lesson.settle()
    assert len(seen) > 7
    assert "right" in spread
    assert_true(read(lesson))
    assert lesson.errors == []


def test_presets_lead_to_the_edges_and_the_link_says_so(visit):
    lesson = visit("/overflow")
    fates = {}
    for at, name in enumerate(("high", "low", "zero", "edge", "equal")):
        lesson.page.locator(f"#bench-preset-{at}").click()
        lesson.settle()
        shown = read(lesson)
        assert_true(shown)
        fates[name] = [one["fate"] for one in shown["formulas"]]
    assert fates == {
        "high": ["nan", "right"], "low": ["inf", "right"], "zero": ["right", "right"],
        "edge": ["right", "right"], "equal": ["nan", "right"],
    }  # fmt: skip
    there = visit(lesson.page.evaluate("location.pathname + location.search"))
    assert read(there) == read(lesson)
    # from the edge one stop further the formula on paper breaks
    lesson.page.locator("#bench-preset-3").click()
    lesson.settle()
    lesson.slider("x0").press("ArrowRight")
    lesson.settle()
    assert [one["fate"] for one in read(lesson)["formulas"]] == ["inf", "right"]


def test_a_question_is_chosen_answered_and_left(visit):
    lesson = visit("/overflow?lang=en")
    strip = lesson.page.locator(".st-key-xent-strip button")
    assert strip.count() == len(STORIES)
    strip.filter(has_text="Is subtracting the maximum enough?").click()
    lesson.options("three").first.wait_for()
    lesson.calm()
    assert not lesson.page.locator(".xent-pair").first.is_visible()  # nothing is given away
    assert read(lesson)["drawn"]["x0"] == 80
    lesson.answer(0, "three")
    lesson.until("JSON.parse(document.querySelector('.xent').dataset.drawn).x0 === 123")
    lesson.settle()
    shown = read(lesson)
    assert_true(shown, STORIES["three"].pair)
    assert [one["fate"] for one in shown["formulas"]] == ["inf", "right"]
    verdict = lesson.page.locator('[class*="st-key-xent-verdict-"]').first.inner_text()
    assert "666 is the truth" in verdict
    there = visit(lesson.page.evaluate("location.pathname + location.search"))
    assert read(there) == shown
    lesson.page.get_by_role("button", name="Leave this question").click()
    lesson.until("location.search.includes('story=free')")
    lesson.calm()
    assert_true(read(lesson))
    assert read(lesson)["drawn"]["x0"] == 123  # what is shown stays, by the two formulas
    lesson.page.go_back()
    lesson.options("three").first.wait_for()
    assert lesson.errors == []


def test_all_seven_are_one_press_away_and_the_way_back_is_one(visit):
    lesson = visit("/overflow?lang=en&x=1000,0,0&k=0")
    lesson.page.get_by_role("button", name="All seven formulas").click()
    lesson.page.locator(".xent-steps").wait_for()
    lesson.settle()
    assert "cell=0" in lesson.page.url
    there = visit(lesson.page.evaluate("location.pathname + location.search"))
    assert there.page.locator(".xent-steps").count() == 1
    lesson.page.get_by_role("button", name="Two formulas", exact=True).click()
    lesson.page.locator(".xent-pair").first.wait_for()
    lesson.settle()
    assert "cell=-1" in lesson.page.url
    assert_true(read(lesson))


@pytest.mark.parametrize("link", ["cell=4040&flip=0", "cell=4000&flip=4000-1", "cell=5000&flip=0"])
def test_a_link_that_was_copied_before_opens_all_seven(follow, link):
    lesson = follow(f"/overflow?lang=en&x=1000,0,0&k=0&f=2&{link}&story=free")
    assert lesson.page.locator(".xent-steps").count() == 1
    cell = link.split("&")[0]
    (chosen,) = lesson.page.locator(f'td [data-sets="{cell}"].xent-chosen').all()
    assert chosen.get_attribute("aria-pressed") == "true"
    turned = lesson.page.locator('.xent-bits [aria-pressed="true"]').count()
    assert turned == (0 if link.endswith("flip=0") else 1)


# ---- one number, and the keyboard


@pytest.mark.parametrize(("language", "name"), [("en", "sign bit, 1"), ("zh", "符号位，1")])
def test_a_pressed_number_shows_its_bits_beside_it(visit, language, name):
    lesson = visit(f"/overflow?lang={language}&x=1000,0,-5&k=0")
    cell = steps.cell_code("log_softmax", "shift", 2)
    number = lesson.page.locator(f'[data-sets="look={cell}"]')
    number.click()
    sign = lesson.page.get_by_role("button", name=name, exact=True)
    sign.wait_for()
    lesson.settle()
    assert f"look={cell}" in lesson.page.url
    bits, table = sign.bounding_box(), number.bounding_box()
    assert 0 < bits["y"] < 800  # in sight together
    assert bits["x"] < table["x"]
    sign.click()
    lesson.until(f"location.search.includes('flip={cell}-80000000')")
    lesson.page.locator(".st-key-xent-bits-table td:text-is('1005')").wait_for()
    there = visit(lesson.page.evaluate("location.pathname + location.search"))
    there.page.locator(".st-key-xent-bits-table td:text-is('1005')").wait_for()
    lesson.page.locator(".st-key-xent-number .stButton button").click()
    lesson.page.locator(".xent-bits").wait_for(state="detached")
    assert lesson.errors == []


FOCUSED = "document.activeElement.dataset.sets"


@pytest.mark.parametrize(("link", "sets"), [("", "look"), ("&cell=0", "cell")])
def test_the_arrow_keys_go_over_the_numbers_and_enter_chooses(visit, link, sets):
    lesson = visit(f"/overflow?x=80,85,0&k=0{link}")
    page = lesson.page
    stops = page.locator('table[role=grid] [role=button][tabindex="0"]')
    assert stops.count() == page.locator("table[role=grid]").count()

    def at(formula: str, key: str, entry: int) -> str:
        return f"{sets}={steps.cell_code(formula, key, entry)}"

    page.locator(f'td [data-sets="{at("paper", "exp", 0)}"]').focus()
    way = [
        ("ArrowRight", at("paper", "exp", 1)), ("ArrowRight", at("paper", "exp", 2)),
        ("ArrowDown", at("paper", "sum", 0)), ("ArrowDown", at("paper", "p", 0)),
        ("ArrowUp", at("paper", "sum", 0)), ("ArrowUp", at("paper", "exp", 0)),
    ]  # fmt: skip
    for key, there in way:
        page.keyboard.press(key)
        assert page.evaluate(FOCUSED) == there
        assert stops.count() == page.locator("table[role=grid]").count()
    page.keyboard.press("Control+End")
    assert page.evaluate(FOCUSED) != at("paper", "exp", 0)
    page.keyboard.press("Control+Home")
    page.locator(f'td [data-sets="{at("paper", "sum", 0)}"]').focus()
    assert f"{at('paper', 'sum', 0)}&" not in page.url  # to go is not to choose
    page.keyboard.press("Enter")
    lesson.until(f"location.search.includes('{at('paper', 'sum', 0)}')")
    lesson.settle()
    assert page.evaluate(FOCUSED) == at("paper", "sum", 0)  # the focus stays where it was
    chosen = page.locator(f'td [data-sets="{at("paper", "sum", 0)}"]')
    assert chosen.get_attribute("aria-pressed") == "true"
    assert lesson.errors == []


def test_a_table_is_reached_by_tab_also_where_its_stop_is_not_drawn_any_more(visit):
    lesson = visit("/overflow?x=80,85,0&k=0")
    lesson.page.locator(f'[data-sets="look={steps.cell_code("paper", "p", 0)}"]').focus()
    lesson.page.locator('label[for="bench-k-1"]').click()
    lesson.calm()
    stops = lesson.page.locator('.xent-pair [role=button][tabindex="0"]').all()
    assert sum(stop.is_visible() for stop in stops) == 2


# ---- what is in sight, how large, and apart

IN_SIGHT = """() => {
    const root = document.querySelector('.xent')
    const bottom = (selector) => Math.max(...[...root.querySelectorAll(selector)]
        .map((node) => node.getBoundingClientRect().bottom))
    document.querySelector('.stMain').scrollTo(0, 0)
    return [root.getBoundingClientRect().top,
        ...['.xent-controls', '.xent-pair', '.xent-because', '.xent-presets'].map(bottom)]
}"""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("story", ["", "thousand", "equal", "mask", "cure", "tiny"])
def test_a_projector_shows_logits_tables_sentence_and_presets_together(follow, story, language):
    link = f"&story={story}" if story else ""
    lesson = follow(f"/overflow?lang={language}{link}")
    if story:
        lesson.answer(1, story)
    top, *bottoms = lesson.page.evaluate(IN_SIGHT)
    assert 0 < top < 200
    assert max(bottoms) <= 800


# no text below 14 px but what is an index or a power of a formula
SMALL = """(inside) => {
    const small = []
    for (const root of document.querySelectorAll(inside)) {
        const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
        while (walker.nextNode()) {
            const node = walker.currentNode.parentElement
            if (!walker.currentNode.data.trim() || node.closest('math, style')) continue
            const { width, height } = node.getBoundingClientRect()
            if (width * height && parseFloat(getComputedStyle(node).fontSize) < 14)
                small.push(walker.currentNode.data.trim())
        }
    }
    return small
}"""
# texts side by side that touch: the heads of the columns, and the numbers of a row
TOUCHING = """([selector, apart]) => {
    const boxes = [...document.querySelectorAll(selector)].filter((n) => n.getClientRects().length)
        .map((node) => {
            const range = document.createRange()
            range.selectNodeContents(node)
            return [node.textContent, range.getBoundingClientRect()]
        }).filter(([, box]) => box.width)
    return boxes.flatMap(([one, a], i) => boxes.slice(i + 1)
        .filter(([, b]) => a.left < b.right + apart && b.left < a.right + apart
            && a.top < b.bottom - 2 && b.top < a.bottom - 2)
        .map(([other]) => `${one} | ${other}`))
}"""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["x=80,85,0&k=1", "x=80,85,0&k=1&cell=0", "x=1000,0,0&cell=0",
                                  "x=123,456,789&f=0&cell=0", "x=-1000,0,0&f=3"])  # fmt: skip
def test_numbers_and_heads_are_large_enough_and_apart(follow, kind, language):
    lesson = follow(f"/overflow?lang={language}&{kind}")
    lesson.page.wait_for_timeout(500)
    assert lesson.page.evaluate(SMALL, ".xent-formula, .xent-picture, .xent-bits") == []
    for selector, apart in (("thead th math", 4), ("thead th b", 4), ("td .xent-entry", 3)):
        assert lesson.page.evaluate(TOUCHING, [selector, apart]) == []
    if "cell" in kind:
        last = "[...document.querySelectorAll('.xent-steps tr')].at(-1).getBoundingClientRect()"
        lesson.page.evaluate("document.querySelector('.stMain').scrollTo(0, 0)")
        assert lesson.page.evaluate(f"{last}.bottom") <= 800
