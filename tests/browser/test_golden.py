"""What each lesson looks like when it is opened, against pictures that were looked at.

`make golden` renews them. They are small: half of each side, and what differs by a little, as
letters do from one computer to another, is let pass.
"""

import io
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from tests.browser.test_pages import PAGES

PICTURES = Path(__file__).parent / "golden"
RENEW = "GOLDEN" in os.environ
SIZES = {1280: 800, 390: 844}
OFF, SHARE = 40, 0.01  # of 255, a pixel's colour may be; of all pixels, so many may be off by more


def small(png: bytes) -> Image.Image:
    """A screenshot at half its size, a little blurred: edges may lie half a pixel beside."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    half = image.resize((image.width // 2, image.height // 2), Image.Resampling.BOX)
    return half.filter(ImageFilter.GaussianBlur(1))


def difference(one: Image.Image, other: Image.Image) -> float:
    """How much of two pictures is not alike: 1 where their sizes differ."""
    if one.size != other.size:
        return 1.0
    apart = np.abs(np.asarray(one, int) - np.asarray(other, int)).max(axis=-1)
    return float((apart > OFF).mean())


@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("path", PAGES)
def test_a_lesson_looks_as_it_did(visit, path, language, scheme, width):
    kept = PICTURES / f"{path.strip('/') or 'home'}-{language}-{scheme}-{width}.webp"
    if not RENEW and not PICTURES.exists():
        pytest.skip("no pictures have been taken yet: make golden")
    lesson = visit(
        f"{path}?lang={language}",
        width=width,
        height=SIZES[width],
        color_scheme=scheme,
        reduced_motion="reduce",
    )
    now = small(lesson.calm().page.screenshot())
    if RENEW:
        PICTURES.mkdir(exist_ok=True)
        now.save(kept, quality=60, method=6)
        return
    with Image.open(kept) as before:
        off = difference(before.convert("RGB"), now)
    assert off <= SHARE, f"{off:.1%} of it differs; look at it, then renew {kept.name}: make golden"


def test_another_picture_would_be_seen():
    white = Image.new("RGB", (640, 400), "white")
    bar = white.copy()
    bar.paste((0, 114, 178), (100, 100, 140, 300))  # a bar that is not where it was
    assert difference(white, bar) > SHARE
    assert difference(white, white.resize((320, 200))) == 1
