"""The cross entropy lesson: every number is xent_core's or SciPy's, in every unit."""

import numpy as np
import pytest
from scipy import special, stats

import xent_core as xc
from tests.pages.test_pages import LOGS, answer, figures, open_page, run
from ui.words import words
from ui.words.digits import show
from xent_core.languages import LANGUAGE_TEXTS

UNITS = {"bits": 2, "nats": np.e, "hartleys": 10}


def links(count: int):
    """Random pairs as links would write them, some classes impossible."""
    rng = np.random.default_rng(3)
    for _ in range(count):
        size = rng.integers(2, 9)
        pair = rng.integers(0, 20, (2, size)) * rng.integers(0, 2, (2, size))
        pair[:, 0] += 1
        yield [",".join(map(str, weights)) for weights in pair]


def parsed(text: str) -> np.ndarray:
    weights = np.array([float(x) for x in text.split(",")])
    return weights / weights.sum()


def open_pair(p: str, q: str, **query: str):
    app = open_page("cross_entropy")
    app.query_params.update({"p": p, "q": q, **query})
    app.run()
    assert not app.exception
    return app


@pytest.mark.parametrize(("p", "q"), links(8))
@pytest.mark.parametrize("unit", UNITS)
def test_the_numbers_are_scipys_in_every_unit(p, q, unit):
    main, _, towards, draws, _ = figures(open_pair(p, q, unit=unit))
    now, base = main["now"], UNITS[unit]
    p, q = parsed(p), parsed(q)
    np.testing.assert_allclose(now["p"], p, rtol=1e-14)
    h = stats.entropy(p, base=base)
    kl = special.rel_entr(p, q).sum() / np.log(base)
    assert now["entropy"] == pytest.approx(h, rel=1e-12, abs=1e-15)
    assert now["kl"] == pytest.approx(kl, rel=1e-12, abs=1e-15)
    assert now["cross"] == pytest.approx(h + kl, rel=1e-12, abs=1e-15)
    assert now["terms"].sum() == pytest.approx(h + kl, rel=1e-12, abs=1e-15)
    assert towards["now"]["cross"] == pytest.approx(h + kl, rel=1e-12, abs=1e-15)
    label = words("cross_entropy", "en").label(unit)
    units = {r["unit"] for figure in (main, towards, draws) for r in figure["readouts"]}
    assert units == {label}
    assert label in main["figure"]["layout"]["xaxis2"]["title"]["text"]
    assert label in draws["figure"]["layout"]["yaxis"]["title"]["text"]
    assert LOGS[unit] in main["formula"]


def test_the_area_is_the_cost_and_the_part_within_ps_own_code_the_rest_of_the_entropy():
    now = figures(open_pair("5,3,2", "1,3,6"))[0]["now"]
    p = now["p"]
    assert p @ (now["both"] + now["more"]) == pytest.approx(now["cross"], rel=1e-6)
    assert p @ (now["both"] + now["less"]) == pytest.approx(now["entropy"], rel=1e-6)
    assert p @ (now["more"] - now["less"]) == pytest.approx(now["kl"], rel=1e-6)


@pytest.mark.parametrize(("p", "q"), [("5,3,2", "1,3,6"), ("1,0,1", "1,1,0"), ("0,1", "1,3")])
def test_blue_and_orange_are_the_cross_entropy_and_blue_and_green_the_entropy(p, q):
    now = figures(open_pair(p, q))[0]["now"]
    assert now["both_area"] + now["more_area"] == pytest.approx(now["cross"], rel=1e-13)
    assert now["both_area"] + now["less_area"] == pytest.approx(now["entropy"], rel=1e-13)


def test_it_opens_with_a_label_and_the_softmax_of_the_home_pages_logits():
    app = open_page("cross_entropy")
    now = figures(app)[0]["now"]
    assert now["p"].tolist() == [0, 0, 1, 0]
    np.testing.assert_allclose(now["q"], xc.softmax([1, 2, 3, 4]), atol=1e-6)
    loss = xc.cross_entropy_loss([1, 2, 3, 4], 2) / np.log(2)
    assert now["cross"] == pytest.approx(loss, abs=1e-5)
    assert not {"p", "q", "names"} & set(app.query_params)
    home = figures(open_page("home"))[0]
    assert [home["base"][f"z{i}"] for i in range(4)] == [1, 2, 3, 4]
    assert home["base"]["k"] == 2


def test_the_weather_is_a_preset_and_a_link_to_a_part_of_it_opens_the_rest():
    main = figures(open_page("cross_entropy"))[0]
    label = words("cross_entropy", "en").label("pair_weather")
    weather = next(one["values"] for one in main["presets"] if one["label"] == label)
    assert weather["names"] == "weather"
    app = open_page("cross_entropy", p="1,1,1,1")
    np.testing.assert_allclose(figures(app)[0]["now"]["q"], [0.125, 0.5, 0.25, 0.125])
    assert figures(app)[0]["base"]["names"] == "weather"


def test_a_pair_that_nobody_changed_stays_in_its_lesson_and_a_changed_one_travels():
    def visit(app, name):
        app.switch_page(f"../../pages/{name}/page.py").run()
        assert not app.exception
        said = any(words(name, "en").label("pair_carried") in m.value for m in app.markdown)
        return figures(app)[0]["now"]["p"].tolist(), said

    app = open_page("entropy")
    assert visit(app, "cross_entropy") == ([0, 0, 1, 0], False)
    assert visit(app, "kl_divergence") == ([0.5, 0.25, 0.125, 0.125], False)
    app = open_page("cross_entropy", p="1,3", q="1,1", names="a,b")
    assert visit(app, "kl_divergence") == ([0.25, 0.75], True)
    assert visit(app, "cross_entropy") == ([0.25, 0.75], False)


def go_to(app, name: str) -> None:
    """Follow the navigation, whose links say nothing of a state."""
    app.query_params.clear()
    app.query_params["lang"] = "en"
    app.switch_page(f"../../pages/{name}/page.py").run()
    assert not app.exception


def test_the_pair_of_an_answer_stays_in_its_lesson():
    app = open_page("cross_entropy", lang="en")
    answer(app, 0)
    moved = figures(app)[0]["now"]["p"].tolist()
    assert moved == [0.5, 0.25, 0.125, 0.125]
    go_to(app, "kl_divergence")
    first = figures(app)[0]
    assert first["now"]["kl"] > 0.1  # not where P = Q, to which the answer has led
    go_to(app, "cross_entropy")
    assert figures(app)[0]["now"]["p"].tolist() == moved
    assert figures(app)[0]["now"]["cross"] == pytest.approx(1.75)


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize(("n", "seed", "g"), [(1, 0, 0.5), (20, 3, 0.4), (40, 12, 0.9)])
def test_minus_the_mean_log_likelihood_is_the_cross_entropy_of_the_tosses(n, seed, g, unit):
    query = {"N": str(n), "toss": str(seed), "g": str(g), "unit": unit}
    app = open_page("cross_entropy")
    app.query_params.update(query)
    app.run()
    answer(app, words("cross_entropy", "en").label("at_half"), "likeliest")
    app.query_params["g"] = str(g)
    app.run()
    toss = figures(app)[1]
    now, seen = toss["now"], xc.draw_symbols([0.7, 0.3], n, seed)
    chances = np.where(seen == 0, g, 1 - g)
    assert now["likelihood"] == pytest.approx(chances.prod(), rel=1e-12)
    mean = -np.log(chances).mean() / np.log(UNITS[unit])
    assert now["mean"] == pytest.approx(mean, rel=1e-12)
    assert now["cross"] == pytest.approx(mean, rel=1e-12)
    np.testing.assert_allclose(now["mean_curve"], now["cross_curve"], rtol=1e-12)
    heads = (seen == 0).mean()
    assert now["share"] == heads
    grid = np.linspace(0, 1, 101)
    assert np.nanargmin(now["mean_curve"]) == now["likely"].argmax()
    assert grid[now["likely"].argmax()] == pytest.approx(heads, abs=0.0051)
    assert np.isfinite(now["heads_at"]).sum() == (seen == 0).sum()
    assert np.isfinite(now["tails_at"]).sum() == (seen == 1).sum()


def test_the_curve_of_the_cost_is_drawn_once_it_has_been_guessed():
    app = open_page("cross_entropy")
    before = figures(app)[1]
    assert "mean_curve" not in {bind["array"] for bind in before["binds"]}
    answer(app, words("cross_entropy", "en").label("at_half"), "likeliest")
    after = figures(app)[1]
    assert "mean_curve" in {bind["array"] for bind in after["binds"]}
    assert after["now"]["likely_now"] == pytest.approx(1, rel=1e-12)


def test_on_the_way_to_p_the_cost_falls_to_its_entropy_and_never_below():
    app = open_pair("5,3,2", "1,3,6", t="1")
    towards = figures(app)[2]["now"]
    curve = towards["curve"]
    assert (np.diff(curve) < 0).all()
    assert towards["cross"] == pytest.approx(xc.entropy([0.5, 0.3, 0.2], base=2), rel=1e-14)
    assert curve.min() == pytest.approx(towards["cross"], rel=1e-14)


@pytest.mark.parametrize("n", [1, 1000, 100_000])
@pytest.mark.parametrize("seed", [0, 7])
def test_the_averages_are_those_of_the_seeds_draws(n, seed):
    app = open_pair("5,3,2", "1,3,6", n=str(n), seed=str(seed))
    now = figures(app)[3]["now"]
    drawn = xc.draw_symbols([0.5, 0.3, 0.2], n, seed)
    for i, q in enumerate(([0.5, 0.3, 0.2], [0.1, 0.3, 0.6])):
        surprise = xc.self_information(q, base=2)[drawn]
        assert now[f"now{i}"] == pytest.approx(surprise.mean(), rel=1e-10)
        tolerance = 6 * xc.surprise_deviation([0.5, 0.3, 0.2], q, base=2) / np.sqrt(n)
        wanted = xc.cross_entropy([0.5, 0.3, 0.2], q, base=2)
        assert abs(now[f"now{i}"] - wanted) < tolerance
    assert [i for i in now["tape"] if i >= 0] == drawn[-14:].tolist()


def test_a_draw_that_q_calls_impossible_makes_its_average_infinite():
    now = figures(open_pair("1,1", "0,1", n="1000"))[3]["now"]
    assert now["now1"] == np.inf
    assert np.isnan(now["dot1"])
    assert np.isfinite(now["now0"])


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize(("text", "code"), [(0, 1), (1, 0), (4, 2), (3, 3), (0, 3)])
def test_the_words_are_really_coded_and_compared_in_the_readers_unit(text, code, unit):
    app = open_page("cross_entropy")
    app.query_params.update({"text": str(text), "code": str(code), "unit": unit})
    app.run()
    now = figures(app)[4]["now"]
    found = xc.cross_coding(LANGUAGE_TEXTS[text], LANGUAGE_TEXTS[code])
    bit = np.log(2) / np.log(UNITS[unit])
    assert now["bits"] == pytest.approx(found.bits_per_letter * bit, rel=1e-13)
    p, q = now["letters_p"], now["letters_q"]
    assert now["cross"] == pytest.approx(xc.cross_entropy(p, q, base=UNITS[unit]), rel=1e-12)
    assert now["entropy"] == pytest.approx(stats.entropy(p, base=UNITS[unit]), rel=1e-12)
    if found.missing:
        assert now["bits"] == now["cross"] == np.inf
        shown = [block.value for block in app.markdown]
        assert any(" ".join(found.missing) in block for block in shown)
    else:
        assert now["entropy"] <= now["bits"] < np.inf


def test_a_letter_counted_once_more_gives_every_letter_a_word():
    app = open_page("cross_entropy")
    app.query_params.update({"text": "0", "code": "3", "smooth": "1"})
    app.run()
    now = figures(app)[4]["now"]
    assert np.isfinite(now["bits"])
    assert np.isfinite(now["measured"]).all()


@pytest.mark.parametrize(
    ("p", "q"), [("1,2,1", "2,1,1"), ("1,0", "1,1"), ("1,1", "1,0"), ("1,0", "1,0")]
)
def test_the_program_prints_what_the_page_shows_in_nats(p, q):
    app = open_pair(p, q, unit="nats")
    now, printed = figures(app)[0]["now"], run(app.code[0].value)
    for name, key in (("entropy", "H(P)"), ("cross", "H(P,Q)"), ("kl", "KL")):
        assert show(abs(printed[key])) == show(now[name])


def test_names_come_from_the_readers_language_until_they_are_typed():
    for language, first in (("en", "cat"), ("zh", "猫")):
        app = open_page("cross_entropy", lang=language)
        assert figures(app)[0]["figure"]["data"][0]["x"][0] == first
    app = open_pair("1,1", "1,1", names="yes,no", lang="zh")
    assert figures(app)[0]["figure"]["data"][0]["x"] == ["yes", "no"]


def test_classes_are_added_and_taken_away_within_bounds():
    app = open_pair("1,1", "1,3")
    label = words("cross_entropy", "en").label

    def press(name: str) -> np.ndarray:
        next(button for button in app.button if button.label == label(name)).click().run()
        return figures(app)[0]["now"]["p"]

    for count in range(3, 9):
        assert len(press("class_more")) == count
    assert next(button for button in app.button if button.label == label("class_more")).disabled
    for count in range(7, 1, -1):
        p = press("class_fewer")
        assert len(p) == count
    np.testing.assert_allclose(p, [0.5, 0.5])
    assert next(button for button in app.button if button.label == label("class_fewer")).disabled
