"""The bits of a number under the finger: every bit of every format, by its name."""

import re

import pytest

from tests.browser.conftest import Lesson
from ui import float_views as views
from ui.digits import exact
from xent_core import trace as xt

FORMATS = list(xt.FORMATS)
ROW = (70.0, 50.0, 0.0)
FORMULA, STEP, ENTRY = "log_softmax", "shift", 1  # 50 − 70: exact in most formats, and not 0


def stored(name: str) -> xt.BitPattern:
    """The number that the page opens, as the format has it."""
    traced = xt.trace_softmax_loss(ROW, 0, name, [FORMULA])[FORMULA][STEP]
    return xt.bit_pattern(float(traced.values.reshape(-1)[ENTRY]), name)


def open_bits(visit, name: str, flipped: str = "") -> Lesson:
    cell = views.cell_code(FORMULA, STEP, ENTRY)
    flip = f"&flip={cell}-{flipped}" if flipped else ""
    lesson = visit(f"/overflow?x=70,50,0&k=0&f={FORMATS.index(name)}&cell={cell}{flip}")
    lesson.page.locator(".xent-bits button").first.wait_for()
    return lesson
