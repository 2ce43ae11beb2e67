"""The bits of a number under the finger: every bit of every format, by its name."""

import pytest

from pages.overflow import bits, steps
from tests.browser.conftest import Lesson
from xent_core import trace as xt

WHOLE = True  # folds, too

FORMATS = list(xt.FORMATS)
ROW = (70.0, 50.0, 0.0)
FORMULA, STEP, ENTRY = "log_softmax", "shift", 1  # 50 − 70: exact in most formats, and not 0


def stored(name: str) -> xt.BitPattern:
    """The number that the page opens, as the format has it."""
    traced = xt.trace(ROW, 0, name, [FORMULA])[FORMULA][STEP]
    return xt.bit_pattern(float(traced.values.reshape(-1)[ENTRY]), name)


def open_bits(visit, name: str, flipped: str = "") -> Lesson:
    cell = steps.cell_code(FORMULA, STEP, ENTRY)
    flip = f"&flip={cell}-{flipped}" if flipped else ""
    lesson = visit(f"/overflow?x=70,50,0&k=0&f={FORMATS.index(name)}&cell={cell}{flip}")
    lesson.page.locator(".xent-bits button").first.wait_for()
    return lesson


def cells(lesson: Lesson, row: str) -> list[str]:
    """A row of the table about the number: as it is, then with its bits turned."""
    found = lesson.page.locator(".st-key-xent-bits-table tr").filter(
        has=lesson.page.locator(f'td:first-child:text-is("{row}")')
    )
    return found.locator("td").all_inner_texts()[1:]


def names_of(pattern: xt.BitPattern, turned: set[int]) -> list[str]:
    """What the buttons are called: the bits of a part are counted from its lowest."""
    exponent, fraction = pattern.format.exponent_bits, len(pattern.fraction)
    names = [f"sign bit, {pattern.sign}"]
    names += [f"exponent bit {exponent - 1 - i}, {b}" for i, b in enumerate(pattern.exponent)]
    names += [f"fraction bit {fraction - 1 - i}, {b}" for i, b in enumerate(pattern.fraction)]
    return [name + (" (flipped)" if at in turned else "") for at, name in enumerate(names)]


@pytest.mark.parametrize("name", FORMATS)
def test_each_bit_is_pressed_once_and_the_number_is_the_formats(visit, name):
    lesson = open_bits(visit, name)
    pattern, turned = stored(name), set()
    buttons = lesson.page.locator(".xent-bits button")
    assert buttons.count() == pattern.format.bits
    labels = "[...document.querySelectorAll('.xent-bits button')].map((n) => n.ariaLabel)"
    assert lesson.page.evaluate(labels) == names_of(pattern, turned)
    as_it_is = bits.many_digits(bits.in_short(pattern.exact))
    for at in range(pattern.format.bits):
        buttons.nth(at).focus()
        lesson.page.keyboard.press("Enter")
        pattern, turned = pattern.flipped(at), {*turned, at}
        written = f"{pattern.sign} {pattern.exponent} {pattern.fraction}"
        lesson.page.locator(f'.st-key-xent-bits-table code:text-is("{written}")').wait_for()
        shown = bits.many_digits(bits.in_short(pattern.exact))
        assert cells(lesson, "exact value") == [as_it_is, shown]
        assert lesson.page.evaluate(labels) == names_of(pattern, turned)
        pressed = lesson.page.evaluate(labels.replace("n.ariaLabel", "n.ariaPressed"))
        assert pressed == ["true" if i in turned else "false" for i in range(len(pressed))]
        focused = "document.activeElement.dataset.at"
        assert lesson.page.evaluate(focused) == str(at)
    assert lesson.errors == []
