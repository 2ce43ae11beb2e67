"""Softmax: what the page shows is xent_core's and PyTorch's, and no answer is given away."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

import xent_core
from pages.softmax import models, ways
from pages.softmax.models import SIZES
from tests.pages.test_pages import STATES, answer, figures, open_page, run
from ui.words import LANGUAGES, words
from ui.words.digits import show
from xent_core.shares import FAULTS, shares


def by_key(app) -> dict[str, dict]:
    return {figure["key"]: figure for figure in figures(app)}


def test_the_notes_examples_are_on_the_page():
    main, *_ = figures(open_page("softmax"))
    assert np.round(main["now"]["p"], 2).tolist() == [0.03, 0.09, 0.24, 0.64]  # S9
    assert main["now"]["winner"] == 3  # S10
    (tie,) = [preset for preset in main["presets"] if preset["label"].startswith("tie")]
    values = [tie["values"][f"z{i}"] for i in range(4)]
    assert values == [1, 4, 3, 4]
    assert xent_core.argmax(values) == 1  # S10: the first index


def test_the_floor_under_a_softmax_too_many_is_the_formulas():
    for index, classes in enumerate((3, 10, 1000)):
        app = open_page("softmax")
        app.query_params["C"] = str(index)
        app.query_params["a"] = "2"
        app.run()
        twice = by_key(app)["twice"]
        assert twice["now"]["floor"] == pytest.approx(np.log(np.e + classes - 1) - 1, rel=1e-14)
        assert twice["now"]["double"] > twice["now"]["floor"]
        assert twice["now"]["log"] == pytest.approx(twice["now"]["plain"], rel=1e-14)  # M3


def test_softmax_of_two_is_the_sigmoid_and_rows_of_the_jacobian_add_up_to_0():
    found = by_key(open_page("softmax"))
    two, slopes = found["two"], found["slopes"]
    assert two["now"]["p_1"] == pytest.approx(two["now"]["sigma"], rel=1e-15)
    assert slopes["now"]["row_sum"] < 1e-16
    p = slopes["now"]["p"]
    np.testing.assert_allclose(slopes["now"]["jacobian"], np.diag(p) - np.outer(p, p), rtol=1e-13)


def test_the_answer_about_temperature_is_the_figures_own_number():
    app = open_page("softmax", z="1,2,3,4", T="1", k="3")
    answer(app, app.radio[0].options[1])
    main = figures(app)[0]
    assert main["base"]["T"] == 0.1
    (told,) = [block.value for block in app.markdown if "the winner has" in block.value]
    assert show(main["now"]["p_k"]) in told


def test_classes_are_added_and_taken_away_within_bounds():
    app = open_page("softmax")
    label = words("softmax", "en").label
    for count in (5, 6):
        next(button for button in app.button if button.label == label("class_more")).click().run()
        assert len(figures(app)[0]["now"]["p"]) == count
    assert next(button for button in app.button if button.label == label("class_more")).disabled
    for count in (5, 4, 3, 2):
        next(button for button in app.button if button.label == label("class_fewer")).click().run()
        assert len(figures(app)[0]["now"]["p"]) == count
    assert next(button for button in app.button if button.label == label("class_fewer")).disabled


def test_the_classes_have_names_beside_their_numbers_and_the_winner_is_one_of_them():
    for language, fish in (("en", "3 fish"), ("zh", "3 鱼")):
        main, *_ = figures(open_page("softmax", lang=language))
        assert main["names"]["winner"][int(main["now"]["winner"])] == fish
        (winner,) = [r for r in main["readouts"] if r["slot"].startswith("winner")]
        assert winner["slot"].split("|")[0] in main["names"]  # a name, and not a score
        assert main["now"]["mark"] > main["now"]["p_k"]  # class k has a sign above its bar


@pytest.mark.parametrize("t", ["0.01", "0.5", "100"])
def test_the_dots_on_the_curves_of_temperature_are_torchs(t):
    now = by_key(open_page("softmax", t=t))["temperatures"]["now"]
    wanted = torch.softmax(torch.tensor(models.NOTE, dtype=torch.float64) / float(t), 0)
    np.testing.assert_allclose(now["p"], wanted, rtol=1e-12)
    assert now["places"].tolist() == [float(t)] * 4


# ---- why exponentials


@pytest.mark.parametrize("scores", ["1,2,3,4", "-1,0,1", "1000,-1000", "0.1,0.2,-0.3", "2,-1,0"])
def test_three_ways_are_torchs_with_their_faults(scores):
    now = by_key(open_page("softmax", w=scores, c="0", s="1"))["move"]["now"]
    z = torch.tensor([float(x) for x in scores.split(",")], dtype=torch.float64)
    np.testing.assert_allclose(now["soft"], torch.softmax(z, 0), rtol=1e-12)
    np.testing.assert_allclose(now["square"], z**2 / (z**2).sum(), rtol=1e-12)
    if abs(z.sum()) > 1e-9:
        np.testing.assert_allclose(now["plain"], z / z.sum(), rtol=1e-12)
    wanted = {"1,2,3,4": "none", "2,-1,0": "negative"}.get(scores, "undefined")
    assert FAULTS[now["plain_fault"]] == wanted
    assert FAULTS[now["soft_fault"]] == "none"


def test_what_is_no_number_has_no_bar_but_its_sign():
    figure = by_key(open_page("softmax", w="-1,0,1"))["move"]
    now = figure["now"]
    assert now["plain_bar"].tolist() == [0, 0, 0]
    assert np.isnan(now["plain_at"]).all()
    signs = figure["names"]["plain_sign"]
    assert [signs[i] for i in now["plain_sign"]] == ["−∞", "nan", "∞"]
    assert FAULTS[now["square_fault"]] == "order"  # -1 has as much as 1, and 0 less than -1


def test_the_presets_show_what_each_way_notices():
    figure = by_key(open_page("softmax"))["move"]
    goals = {preset["label"]: preset["values"] for preset in figure["presets"]}
    w = np.array([[1.0, 2.0, 3.0, 4.0]] * 2)
    both = [goals["+10 on all"], goals["× 3"]]
    asked = {"w": w, **{name: np.array([goal[name] for goal in both]) for name in "cs"}}
    found = ways.three_ways(asked)
    assert found["soft_change"][0] == 0 < found["soft_change"][1]
    for way in ("plain", "square"):
        assert found[f"{way}_change"][1] == 0 < found[f"{way}_change"][0]
    assert [goals["−1, 0, 1"].get(f"w{i}") for i in range(4)] == [-1, 0, 1, None]


def test_rounding_is_never_told_as_a_change():
    """A scale changes no share of z/Σz, and a shift no share of softmax, but for rounding."""
    rng = np.random.default_rng(3)
    w = rng.uniform(-9, 9, (2000, 4)).round(1)
    w = w[np.abs(w.sum(1)) > 0.05]
    scale, shift = rng.uniform(0.1, 5, len(w)).round(2), rng.uniform(-20, 20, len(w)).round(1)
    scaled = ways.three_ways({"w": w, "s": scale, "c": np.zeros(len(w))})
    shifted = ways.three_ways({"w": w, "s": np.ones(len(w)), "c": shift})
    assert not scaled["plain_change"].any()
    assert not scaled["square_change"].any()
    assert not shifted["soft_change"].any()


def test_an_old_link_to_the_shift_opens_as_it_did():
    now = by_key(open_page("softmax", c="10", s="2"))["move"]["now"]
    assert now["moved"].tolist() == [12, 14, 16, 18]
    np.testing.assert_allclose(now["soft"], xent_core.softmax([2.0, 4.0, 6.0, 8.0]), rtol=1e-14)


def test_the_answer_about_the_sum_shows_scores_whose_sum_is_0():
    app = open_page("softmax")
    answer(app, words("softmax", "en").label("no_number"), "divide")
    now = by_key(app)["move"]["now"]
    assert now["moved"].tolist() == [-1, 0, 1]
    assert now["plain_sum"] == 0


def test_the_answer_about_the_shift_tells_both_ways_numbers():
    app = open_page("softmax")
    answer(app, words("softmax", "en").label("shrinks"), "shift")
    (told,) = [m.value for m in app.markdown if "the winner falls from" in m.value]
    for number in (shares([1.0, 2, 3, 4])[-1], shares([11.0, 12, 13, 14])[-1]):
        assert show(number) in told


# ---- the squared error


@pytest.mark.parametrize("u", ["-8", "-0.5", "0", "3", "-1000"])
def test_both_losses_and_slopes_are_autograds(u):
    now = by_key(open_page("softmax", u=u))["squared"]["now"]
    logit = torch.tensor(float(u), dtype=torch.float64, requires_grad=True)
    ce = F.cross_entropy(torch.stack([torch.zeros_like(logit), logit])[None], torch.tensor([1]))
    se = (torch.sigmoid(logit) - 1) ** 2
    for name, loss in (("ce", ce), ("se", se)):
        (slope,) = torch.autograd.grad(loss, logit)
        assert now[name] == pytest.approx(loss.item(), rel=1e-9)
        assert now[f"{name}_slope"] == pytest.approx(slope.item(), rel=1e-9, abs=1e-12)


def curve(figure: dict, array: str) -> bool:
    return array in {bind["array"] for bind in figure["binds"]}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_slope_of_the_squared_error_is_drawn_only_after_it_was_guessed(language):
    app = open_page("softmax", lang=language)
    figure = by_key(app)["squared"]
    slots = [readout["slot"] for readout in figure["readouts"]]
    assert "se_slope" not in [*slots, *(b["array"] for b in figure["binds"])]
    assert "se_slope" not in figure["alt"] + figure["formula"]
    answer(app, words("softmax", language).label("ce_alone"), "pull")
    figure = by_key(app)["squared"]
    assert figure["base"]["u"] == -6
    assert curve(figure, "se_slope")
    (told,) = [m.value for m in app.markdown if "2(p-1)" in m.value]
    assert show(figure["now"]["se_slope"], 2) in told
    assert show(figure["now"]["ce_slope"], 2) in told


# ---- a softmax too many


@pytest.mark.parametrize("classes", SIZES)
def test_slopes_with_and_without_the_softmax_are_autograds(classes):
    places = np.array([-10.0, -3.0, 0.0, 2.0, 8.0])
    found = models.slopes(places, classes)
    for i, a in enumerate(places):
        z = torch.zeros(classes, dtype=torch.float64)
        z[0] = a
        z.requires_grad_()
        for name, logits in (("plain_slope", z), ("double_slope", torch.softmax(z, 0))):
            (slope,) = torch.autograd.grad(F.cross_entropy(logits, torch.tensor(0)), z)
            assert found[name][i] == pytest.approx(slope[0].item(), rel=1e-10, abs=1e-15)


def test_the_slope_that_vanishes_is_drawn_only_after_it_was_guessed():
    app = open_page("softmax")
    assert not curve(by_key(app)["twice"], "double_slope_curve")
    answer(app, words("softmax", "en").label("almost_none"), "vanish")
    figure = by_key(app)["twice"]
    assert curve(figure, "double_slope_curve")
    assert not curve(figure, "floor_line")  # which another question is about
    assert abs(figure["now"]["double_slope"]) < 1e-3 < abs(figure["now"]["plain_slope"])
    (told,) = [m.value for m in app.markdown if "hardly anything" in m.value]
    assert show(figure["now"]["double_slope"], 2) in told


# ---- the same in PyTorch


@pytest.mark.parametrize("state", STATES, ids=lambda state: state["z"])
def test_the_softmax_program_prints_what_the_page_shows(state):
    app = open_page("softmax", **state)
    app.query_params.update(state)
    app.run()
    printed, main = run(app.code[0].value), figures(app)[0]
    assert len(main["now"]["p"]) == len(state["z"].split(","))
    np.testing.assert_allclose(printed["softmax"], main["now"]["p"], rtol=1e-13)
    assert printed["argmax"] == main["now"]["winner"]
    assert show(printed["p_k"]) == show(main["now"]["p_k"])


@pytest.mark.parametrize(("a", "size"), [("2", "0"), ("-10", "1"), ("20", "2"), ("0", "2")])
def test_the_program_with_a_softmax_too_many_prints_what_the_page_shows(a, size):
    app = open_page("softmax")
    app.query_params.update({"a": a, "C": size})
    app.run()
    printed, twice = run(app.code[1].value), by_key(app)["twice"]
    names = {"plain": "logits", "double": "softmax before", "log": "log_softmax before"}
    for ours, theirs in names.items():
        assert printed[theirs] == pytest.approx(twice["now"][ours], rel=1e-9), ours
