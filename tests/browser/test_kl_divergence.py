"""The KL lesson under the hand: bars, points of the triangle and a bell are pulled."""

import math

import numpy as np
import pytest

import xent_core as xc
from ui.words.digits import show
from xent_core.densities import density_kl, gaussian, gaussian_mixture
from xent_core.simplex import simplex_lattice, to_plane

WHOLE = True  # folds, too

POINTS = simplex_lattice(20)
SPLIT, GAPS, MAP, BELLS = range(4)


def weights(drawn: dict, letter: str) -> np.ndarray:
    names = (f"{letter}{i}" for i in range(8))
    return np.array([drawn[name] for name in names if name in drawn])


def split_is_true(figure: dict) -> None:
    p, q = (weights(figure["drawn"], letter) for letter in "pq")
    bars_p, bars_q, forward, reverse, *_ = figure["traces"]
    np.testing.assert_allclose(bars_p["y"], p, rtol=1e-14)
    np.testing.assert_allclose(bars_q["y"], q, rtol=1e-14)
    for bars, one, other in ((forward, p, q), (reverse, q, p)):
        terms = np.minimum(xc.kl_terms(one, other, base=2), 2)
        np.testing.assert_allclose(bars["y"], terms, rtol=1e-6)
    kl, lk = xc.kl_divergence(p, q, base=2), xc.kl_divergence(q, p, base=2)
    assert figure["readouts"] == [show(x) for x in (kl, lk, xc.cross_entropy(p, q, base=2))]
    assert figure["formula"].endswith(show(kl))


def map_is_true(figure: dict) -> None:
    p, q = (POINTS[int(figure["drawn"][name])] for name in "ab")
    kl, lk = xc.kl_divergence(p, q, base=2), xc.kl_divergence(q, p, base=2)
    js = xc.jensen_shannon_divergence(p, q, base=2)
    assert figure["readouts"] == [show(kl), show(lk), show(js)]
    _, letters, *_, bars_p, bars_q = figure["traces"]
    np.testing.assert_allclose(np.transpose([letters["x"], letters["y"]]), to_plane([p, q]), 1e-6)
    np.testing.assert_allclose([bars_p["y"], bars_q["y"]], [p, q], 1e-6)
    assert figure["alt"].startswith(f"A triangle with P at ({', '.join(show(x) for x in p)})")


def bells_are_true(figure: dict) -> None:
    gap, m, s = (figure["drawn"][name] for name in ("gap", "m", "s"))
    p, q = gaussian_mixture([0.6, 0.4], [-gap / 2, gap / 2], 1.0), gaussian(m, s)
    both = [density_kl(p, q, base=2).value, density_kl(q, p, base=2).value]
    assert figure["readouts"][:2] == [show(float(x)) for x in both]


def test_a_bar_is_pulled_to_zero_and_every_picture_is_true(visit):
    lesson = visit("/kl_divergence")
    seen = set()
    x, y = lesson.take_hold("q0")
    for step in range(8):
        lesson.page.mouse.move(x, y + 6 * step)
        figure = lesson.figure()
        split_is_true(figure)
        seen.add(figure["readouts"][0])
    lesson.page.mouse.up()
    lesson.settle()
    assert len(seen) > 5
    figure = lesson.figure()
    split_is_true(figure)
    assert figure["readouts"][0] == "∞"
    assert figure["traces"][4]["text"][0] == "∞"
    assert figure["traces"][2]["y"][0] == 2  # up to the edge of the panel


def gaps_are_true(figure: dict) -> None:
    p, q = (weights(figure["drawn"], letter) for letter in "pq")
    gaps = xc.kl_gaps(p, q, base=2)
    *_, bars, _ = figure["traces"]
    np.testing.assert_allclose(bars["y"], np.minimum(gaps, 1.25), rtol=1e-6)
    assert min(bars["y"]) >= 0
    assert bars["text"] == [show(x, 2) for x in gaps]
    assert figure["readouts"] == [show(xc.kl_divergence(p, q, base=2))]


def test_a_bar_is_pulled_under_the_tangent_and_the_split_above_follows(visit):
    lesson = visit("/kl_divergence?lang=en", height=1800)
    x, y = lesson.take_hold("q1", GAPS)
    for step in range(1, 7):
        lesson.page.mouse.move(x, y + 9 * step)
        gaps_are_true(lesson.figure(GAPS))
    lesson.page.mouse.up()
    lesson.settle()
    split_is_true(lesson.figure(SPLIT))
    assert lesson.figure(SPLIT)["drawn"] == lesson.figure(GAPS)["drawn"]
    assert lesson.figure(SPLIT)["drawn"]["q1"] < 0.4


def test_the_points_are_pulled_over_the_triangle_and_the_lines_follow(visit):
    lesson = visit("/kl_divergence")
    start = lesson.figure(MAP)
    x, y = lesson.take_hold("a")
    around = set()
    for step in range(1, 8):
        lesson.page.mouse.move(x + 14 * step, y - 9 * step)
        figure = lesson.figure(MAP)
        map_is_true(figure)
        around.add(tuple(figure["traces"][3]["x"]))
    lesson.page.mouse.up()
    lesson.settle()
    assert len(around) > 4
    assert lesson.figure(MAP)["drawn"]["a"] != start["drawn"]["a"]
    assert f"a={int(lesson.figure(MAP)['drawn']['a'])}" in lesson.page.url
    # Q onto the right side: D(P‖Q) is infinite, the lines around P stay
    lines = lesson.figure(MAP)["traces"][3]
    x, y = lesson.take_hold("b")
    lesson.page.mouse.move(x + 300, y, steps=6)
    figure = lesson.figure(MAP)
    map_is_true(figure)
    assert figure["readouts"][0] == "∞"
    assert "∞" in figure["traces"][2]["text"][1]
    assert "∞" not in figure["traces"][2]["text"][0]
    assert figure["traces"][3] == lines
    drawn = lesson.page.locator(".xent").nth(MAP).locator(".textpoint", has_text="∞")
    assert drawn.count() == 1
    lesson.page.mouse.up()
    lesson.settle()
    assert not lesson.errors


def test_arrow_keys_move_a_point_to_its_neighbours_and_the_link_keeps_it(visit):
    lesson = visit("/kl_divergence?a=57&b=150&way=1")
    handle = lesson.handle("a")
    handle.focus()
    for key in ("ArrowRight", "ArrowUp", "ArrowRight"):
        before = POINTS[int(lesson.figure(MAP)["drawn"]["a"])]
        lesson.page.keyboard.press(key)
        figure = lesson.figure(MAP)
        map_is_true(figure)
        moved = to_plane(POINTS[int(figure["drawn"]["a"])]) - to_plane(before)
        assert math.hypot(*moved) == pytest.approx(1 / 20, rel=0.8)
        assert moved[0 if key == "ArrowRight" else 1] > 0
    lesson.settle()
    here = ", ".join(show(x) for x in POINTS[int(lesson.figure(MAP)["drawn"]["a"])])
    assert handle.get_attribute("aria-valuetext") == here
    before = lesson.figure(MAP)
    lesson.page.reload()
    lesson.ready()
    assert lesson.figure(MAP) == before
    lesson.page.get_by_role("button", name="Reset").nth(MAP).click()
    lesson.settle()
    assert lesson.figure(MAP)["drawn"]["way"] == 0
    map_is_true(lesson.figure(MAP))


def test_the_bell_is_pulled_by_its_top_and_its_flank(visit):
    lesson = visit("/kl_divergence", width=390, height=844)
    for name, dx in (("m", -60), ("s", 25)):
        before = lesson.figure(BELLS)["drawn"][name]
        x, y = lesson.take_hold(name)
        for step in range(1, 5):
            lesson.page.mouse.move(x + dx * step / 4, y)
            bells_are_true(lesson.figure(BELLS))
        lesson.page.mouse.up()
        lesson.settle()
        assert (lesson.figure(BELLS)["drawn"][name] - before) * dx > 0
    lesson.page.get_by_role("button", name="best D(p‖q)").click()
    lesson.settle()
    figure = lesson.figure(BELLS)
    bells_are_true(figure)
    assert figure["drawn"]["m"] == pytest.approx(-0.6)
    assert not lesson.errors
