"""The entropy page under the hand: bars are pulled, the tree follows, leaves are pointed at."""

import numpy as np
import pytest

from ui.words.digits import show
from xent_core import entropy, huffman_code, set_probability, text_statistics

WHOLE = True  # folds, too

P = (0.5, 0.25, 0.125, 0.125)
WORDS = (0.4, 0.3, 0.2, 0.1)  # of which the words share the unit
MAIN, SPACE, TREE, COIN, BLOCKS, TEXT = 0, 1, 2, 4, 5, 6


def handle(lesson, figure: str, control: str):
    return lesson.page.locator(f"#{figure}-{control}-handle")


def take(lesson, node) -> tuple[float, float]:
    """Press the mouse on a handle; return where it is."""
    node.scroll_into_view_if_needed()
    box = node.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    lesson.page.mouse.move(x, y)
    lesson.page.mouse.down()
    return x, y


def drawn_p(figure) -> list[float]:
    return figure["traces"][0]["y"]


def assert_true_picture(main, tree) -> None:
    """Both figures show the same P, and the code that xent_core makes for it."""
    p = np.array(drawn_p(main))
    np.testing.assert_array_equal(drawn_p(tree), p)
    assert main["readouts"][0] == show(entropy(p, base=2))
    code = huffman_code(p)
    leaves = tree["traces"][6]
    words = tree["traces"][7]["text"]
    for i, word in enumerate(code.codewords):
        if p[i] > 0:
            assert leaves["x"][i] == len(word)
            assert words[i] == (word or "(empty)")
    assert tree["readouts"][:2] == [show(entropy(p, base=2)), show(code.expected_length)]


def test_the_tree_follows_a_bar_that_is_pulled_in_either_figure(visit):
    lesson = visit("/entropy", height=3000)
    for figure, control, at in (("entropy-main", "p1", 1), ("entropy-tree", "p0", 0)):
        x, y = take(lesson, handle(lesson, figure, control))
        before = drawn_p(lesson.figure(MAIN))
        seen = set()
        for step in range(1, 9):
            lesson.page.mouse.move(x, y - 4 * step)
            main, tree = lesson.figure(MAIN), lesson.figure(TREE)
            assert_true_picture(main, tree)
            now = drawn_p(main)
            np.testing.assert_allclose(now, set_probability(before, at, now[at]), atol=1e-12)
            seen.add(now[at])
        assert len(seen) == 8  # a new picture for each move, in both
        lesson.page.mouse.up()
        lesson.settle()
        assert_true_picture(lesson.figure(MAIN), lesson.figure(TREE))
        h = show(entropy(drawn_p(lesson.figure(MAIN)), base=2))
        assert lesson.figure(BLOCKS)["readouts"][2] == h  # with the server's answer
    assert lesson.errors == []


def way(lesson):
    trace = lesson.figure(TREE)["traces"][2]
    return trace["x"][-1], trace["y"][-1]


def leaf(lesson, symbol: int):
    trace = lesson.figure(TREE)["traces"][6]
    return trace["x"][symbol], trace["y"][symbol]


def test_pointing_at_a_leaf_shows_its_way_and_so_do_the_keys(visit):
    lesson = visit("/entropy", height=3000)
    lesson.page.locator(".xent").nth(TREE).scroll_into_view_if_needed()
    # also after the bars were moved, when the leaves are elsewhere
    for moved in (False, True):
        if moved:
            node = handle(lesson, "entropy-tree", "p3")
            node.press("PageUp")
            node.press("PageUp")
            lesson.settle()
        for symbol in (2, 0, 3, 1):
            spot = lesson.page.evaluate(
                """(i) => {
                    const picture = document.querySelectorAll('.xent-picture')[2]
                    const {xaxis2: x, yaxis2: y} = picture._fullLayout
                    const room = picture.getBoundingClientRect()
                    const {x: xs, y: ys} = picture.data[6]
                    return [room.x + x._offset + x.l2p(xs[i]), room.y + y._offset + y.l2p(ys[i])]
                }""",
                symbol,
            )
            lesson.page.mouse.move(*spot, steps=4)
            lesson.until(f"document.getElementById('entropy-tree-way-{symbol}').checked")
            assert way(lesson) == leaf(lesson, symbol)
    choice = lesson.page.locator("#entropy-tree-way-1")
    choice.focus()
    choice.press("ArrowRight")
    lesson.until("document.getElementById('entropy-tree-way-2').checked")
    assert way(lesson) == leaf(lesson, 2)
    assert lesson.page.locator("#entropy-tree-way-2").is_checked()


def test_the_keys_move_a_bar_down_to_nothing_and_up_to_certainty(visit):
    lesson = visit("/entropy", height=3000)
    node = handle(lesson, "entropy-tree", "p0")
    node.press("ArrowUp")
    lesson.settle()
    assert drawn_p(lesson.figure(MAIN))[0] == 0.51
    node.press("Home")
    lesson.settle()
    tree = lesson.figure(TREE)
    assert drawn_p(tree)[0] == 0
    assert np.isnan(tree["traces"][6]["x"][0])  # no leaf for what never comes
    assert_true_picture(lesson.figure(MAIN), tree)
    node.press("End")
    lesson.settle()
    assert drawn_p(lesson.figure(MAIN)) == [1, 0, 0, 0]
    assert lesson.figure(TREE)["readouts"] == ["0", "0", "1.000"]
    assert lesson.figure(TREE)["traces"][7]["text"][0] == "(empty)"
    lesson.page.get_by_role("button", name="Reset").nth(0).click()
    lesson.settle()
    assert drawn_p(lesson.figure(TREE)) == list(P)


def test_the_point_is_pulled_along_the_curve(visit):
    lesson = visit("/entropy", height=3000)
    node = handle(lesson, "coin", "b")
    x, y = take(lesson, node)
    for step in range(1, 6):
        lesson.page.mouse.move(x - 40 * step, y - 12 * step)
        point = lesson.figure(COIN)["traces"][2]
        b = point["x"][0]
        assert point["y"][0] == pytest.approx(entropy([b, 1 - b], base=2), rel=1e-12)
    lesson.page.mouse.up()
    lesson.settle()
    assert f"b={b:g}" in lesson.page.url


@pytest.mark.parametrize("text", ["道可道，非常道。", "🎉<b>x</b>&"])
def test_a_pasted_text_is_counted(visit, text):
    lesson = visit("/entropy?lang=en")
    box = lesson.page.get_by_label("Your text")
    box.fill(text)
    box.press("Control+Enter")
    found = text_statistics(text)
    lesson.until(
        f"document.querySelectorAll('.xent')[{TEXT}]"
        f".querySelector('.xent-number').textContent === '{len(text)}'"
    )
    lesson.settle()
    figure = lesson.figure(TEXT)
    assert figure["readouts"][1] == str(len(found.symbols))
    assert figure["readouts"][2] == show(found.entropy_bits)
    assert figure["readouts"][3] == show(found.huffman_bits / found.length)
    assert f"<b>{found.huffman_bits}</b>" in figure["traces"][2]["text"][2]
    lesson.page.locator('label[for="text-per-1"]').click()
    lesson.settle()
    assert show(found.huffman_bits / found.length) in lesson.figure(TEXT)["traces"][2]["text"][2]
    assert box.input_value() == text
    assert lesson.errors == []


def test_half_of_a_surrogate_pair_is_counted_as_the_sign_that_stands_for_it(visit):
    lesson = visit("/entropy", height=3000)
    lesson.page.locator("textarea").evaluate(
        """(box) => {
            const { set } = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value")
            box.focus()
            set.call(box, "a\\ud800a\\udc00")
            box.dispatchEvent(new Event("input", {bubbles: true}))
            box.blur()
        }"""
    )
    lesson.until(
        f"document.querySelectorAll('.xent-number')[{count_before(lesson)}]?.textContent === '4'"
    )
    lesson.settle()
    assert lesson.figure(TEXT)["readouts"][:2] == ["4", "2"]


def count_before(lesson) -> int:
    """How many numbers stand before those of the text."""
    return sum(len(lesson.figure(at)["readouts"]) for at in range(TEXT))


def test_a_figure_out_of_sight_follows_when_it_comes_into_sight(visit):
    lesson = visit("/entropy", height=500)
    before = lesson.figure(TREE)
    box = handle(lesson, "entropy-main", "p0").bounding_box()
    lesson.page.mouse.move(box["x"] + 13, box["y"] + 13)
    lesson.page.mouse.down()
    lesson.page.mouse.move(box["x"] + 13, box["y"] - 37, steps=4)
    assert drawn_p(lesson.figure(MAIN))[0] > 0.5
    assert lesson.figure(TREE)["traces"] == before["traces"]  # nobody looks
    lesson.page.locator(".xent").nth(TREE).evaluate("node => node.scrollIntoView()")
    lesson.until(
        "JSON.parse(document.querySelectorAll('.xent')[0].dataset.drawn).p0 ==="
        f" JSON.parse(document.querySelectorAll('.xent')[{TREE}].dataset.drawn).p0"
    )
    lesson.page.mouse.up()
    lesson.settle()


def test_the_draws_of_a_link_stay_through_more_draws_and_another_language(visit):
    lesson = visit("/entropy?n=5000&seed=7")

    def draws() -> dict[str, float]:
        lesson.settle()
        return lesson.page.evaluate(
            """() => JSON.parse(document.querySelector('input[id="draws-n"]')
                .closest('.xent').dataset.drawn)"""
        )

    assert draws() == {"n": 5000, "seed": 7}
    assert {"n=5000", "seed=7"} <= {*lesson.page.url.split("?")[1].split("&")}
    lesson.page.get_by_role("button", name="draw 10 more", exact=True).click()
    lesson.until("location.search.includes('n=5010')")
    assert draws() == {"n": 5010, "seed": 7}
    lesson.page.get_by_role("button", name="中文").click()
    lesson.until("document.documentElement.lang === 'zh-CN'")
    assert draws() == {"n": 5010, "seed": 7}
    assert {"n=5010", "seed=7"} <= {*lesson.page.url.split("?")[1].split("&")}


def test_a_word_is_pulled_and_the_unit_overflows_with_a_word(visit):
    lesson = visit("/entropy?lang=en", height=1600)
    x, y = lesson.take_hold("l0")
    seen = set()
    for step in range(1, 8):
        lesson.page.mouse.move(x, y + 8 * step)
        figure = lesson.figure(SPACE)
        length = figure["drawn"]["l0"]
        space = 2**-length + 3 / 4
        assert figure["readouts"][0] == show(space)
        mean = 0.4 * length + 0.6 * 2
        assert figure["readouts"][1] == show(mean)
        said = figure["traces"][-1]["text"][0]
        assert ("does not fit" in said) == (space > 1)
        seen.add(length)
    assert len(seen) > 4
    lesson.page.mouse.up()
    lesson.settle()
    assert f"l={length:g}," in lesson.page.url
    lesson.page.get_by_role("button", name="ideal: −log₂ P").click()
    lesson.settle()
    figure = lesson.figure(SPACE)
    assert figure["readouts"][1] == figure["readouts"][2] == show(entropy(WORDS, base=2))
    assert "fills the unit" in figure["traces"][-1]["text"][0]
    assert lesson.errors == []


@pytest.mark.parametrize("count", [2, 4, 8])
def test_each_column_of_the_table_is_below_its_step_of_the_pile(visit, count):
    lesson = visit(f"/entropy?lang=en&p={','.join('1' * count)}")
    apart = lesson.page.evaluate(
        """() => {
            const picture = document.querySelector('.xent-picture')
            const { xaxis2: axis } = picture._fullLayout
            const left = picture.getBoundingClientRect().left + axis._offset
            const fields = [...document.querySelectorAll('#entropy-main-p0')[0]
                .closest('table').querySelectorAll('input')]
            return fields.map((field, i) => {
                const box = field.getBoundingClientRect()
                return Math.abs(left + axis.l2p(i) - box.left - box.width / 2)
            })
        }"""
    )
    assert len(apart) == count
    assert max(apart) < 6


@pytest.mark.parametrize("language", ["en", "zh"])
def test_bars_picture_numbers_and_presets_are_in_sight_together(visit, language):
    lesson = visit(f"/entropy?lang={language}")
    bottom = lesson.page.evaluate(
        """() => document.querySelector('.xent-presets').getBoundingClientRect().bottom"""
    )
    assert bottom <= 800
