"""The entropy page without a browser: its numbers, its codes, and any text."""

import math
import re

import numpy as np
import pytest
from scipy.special import entr
from scipy.stats import entropy as scipy_entropy
from streamlit.testing.v1 import AppTest

from pages.entropy.charts import clip, escaped, symbol_name
from tests.pages.test_pages import LOGS, answer, figures, open_page, run
from ui.words import words
from ui.words.digits import show
from xent_core import huffman_code, shannon_lengths, text_statistics

BASES = {"bits": 2, "nats": math.e, "hartleys": 10}
RNG = np.random.default_rng(7)
# weights as a link has them: random, with zeros, certain, dyadic, dice, tiny
LINKS = [
    *(",".join(map(str, RNG.integers(0, 50, k) + (np.arange(k) == 0))) for k in (2, 3, 5, 8)),
    "0,3,0,1,0",
    "0,1",
    "4,2,1,1",
    "1,1,1,1,1,5",
    "1,1e-300",
]


@pytest.fixture(scope="module")
def page():
    return open_page("entropy")


def visit(page: AppTest, **query: str) -> list[dict]:
    page.query_params.clear()
    page.query_params.update({"open": "all", **query})
    page.run()
    assert not page.exception
    return figures(page)


def said(page: AppTest) -> str:
    return "\n".join(block.value for block in page.markdown)


@pytest.mark.parametrize("link", LINKS)
def test_the_pages_numbers_are_scipys(page, link):
    weights = np.array([float(x) for x in link.split(",")])
    p = weights / weights.sum()
    for unit, base in BASES.items():
        main, _, tree, _, _, blocks, _ = visit(page, p=link, unit=unit)
        now, h = main["now"], scipy_entropy(p, base=base)
        np.testing.assert_allclose(now["p"], p, rtol=1e-12)
        assert now["entropy"] == pytest.approx(h, rel=1e-12, abs=1e-14)
        np.testing.assert_allclose(now["terms"], entr(p) / np.log(base), rtol=1e-12, atol=1e-290)
        assert now["ceiling"] == pytest.approx(np.log(len(p)) / np.log(base), rel=1e-14)
        assert now["entropy"] <= now["ceiling"] * (1 + 1e-12)
        assert now["below"][-1] + now["terms"][-1] == pytest.approx(now["entropy"], abs=1e-13)
        # a binary digit is counted as one bit, in the unit
        bit = np.log(2) / np.log(base)
        code = huffman_code(p)
        assert tree["now"]["entropy"] == pytest.approx(h, rel=1e-12, abs=1e-14)
        assert tree["now"]["mean"] == pytest.approx(
            code.expected_length * bit, rel=1e-12, abs=1e-14
        )
        assert h - 1e-12 <= tree["now"]["mean"] < h + bit or h < 1e-200  # 1 + h is then 1
        assert tree["now"]["bound"] == pytest.approx(h + bit, rel=1e-12)
        if abs(code.expected_length - scipy_entropy(p, base=2)) > 1e-9:  # else it is a coin's
            assert blocks["now"]["length"] == pytest.approx(tree["now"]["mean"], abs=1e-12)


@pytest.mark.parametrize("link", LINKS)
def test_the_table_says_each_codeword_and_the_leaves_hang_as_deep(page, link):
    tree = visit(page, p=link)[2]
    now, names = tree["now"], tree["names"]
    code = huffman_code(now["p"])
    shannon = shannon_lengths(now["p"])
    for i, (p, word) in enumerate(zip(now["p"], code.codewords, strict=True)):
        shown = names["codeword"][now["codeword"][i]]
        assert shown == (word or ("(empty)" if p else "–"))
        assert names["length"][now["length"][i]] == (str(len(word)) if p else "–")
        expected = str(shannon[i]) if shannon[i] < 100 else "> 99"
        assert names["shannon"][now["shannon"][i]] == (expected if p else "–")
        if p:
            assert now["leaf_x"][i] == len(word)
        else:
            assert np.isnan(now["leaf_x"][i])


def test_blocks_come_down_to_the_entropy_and_end_where_it_is_said(page):
    for count, most in ((2, 12), (3, 7), (4, 6), (8, 4)):
        link = ",".join(["9", *["1"] * (count - 1)])
        blocks = visit(page, p=link, block="12")[5]
        now = blocks["now"]
        assert now["blocks"] == count**most <= 4096 < count ** (most + 1)
        assert blocks["base"]["block"] == most
        h = now["entropy"]
        assert (now["lengths"] >= h - 1e-12).all()
        assert (now["lengths"] < h + 1 / now["size"]).all()
        assert f"{count**most:,}" in said(page)


@pytest.mark.parametrize("link", LINKS)
def test_the_steps_pile_up_to_the_entropy_on_one_scale(page, link):
    main = visit(page, p=link)[0]
    now, count = main["now"], len(link.split(","))
    top = np.cumsum(now["terms"])
    np.testing.assert_allclose(now["below"] + now["terms"], top, atol=1e-13)
    np.testing.assert_allclose(now["levels"].reshape(count, 3)[:, 0], top, atol=1e-13)
    assert top[-1] == pytest.approx(now["entropy"], abs=1e-13)
    named = np.isfinite(now["block_y"])
    assert (now["block_y"][named] > now["below"][named]).all()
    assert (now["block_y"][named] < top[named]).all()
    assert not named[now["terms"] == 0].any()
    shades = {tuple(trace["marker"]["color"]) for trace in main["figure"]["data"][2:4]}
    assert len(shades) == 1  # a class has one shade, in its step and in the pile
    assert len(set(shades.pop())) == count


def test_a_long_sum_is_said_in_fewer_terms(page):
    short, long = (visit(page, p=",".join("1" * n))[0]["formula"] for n in (4, 8))
    assert re.findall(r'"terms\.(\d)"', short) == ["0", "1", "2", "3"]
    assert re.findall(r'"terms\.(\d)"', long) == ["0", "1", "7"]
    assert "…" in long


def test_an_ideal_length_beyond_the_tree_has_a_sign_at_its_edge(page):
    tree = visit(page, p="1000,10,1,0")[2]
    now = tree["now"]
    edge = tree["figure"]["layout"]["xaxis2"]["range"][1]
    for ideal, at, beyond, p in zip(
        now["ideal"], now["ideal_x"], now["beyond_x"], now["p"], strict=True
    ):
        if p == 0:
            assert np.isnan(at)
            assert np.isnan(beyond)
        elif ideal < edge - 0.08:
            assert at == ideal
            assert np.isnan(beyond)
        else:
            assert np.isnan(at)
            assert edge - 0.5 < beyond < edge
    assert np.isfinite(now["beyond_x"]).any()


def test_blocks_are_of_the_loaded_coin_where_p_has_nothing_to_gain(page):
    for link, coin in (("4,2,1,1", True), ("1,1", True), ("0,1", True), ("3,2,1", False)):
        now = visit(page, p=link)[5]["now"]
        h = scipy_entropy([0.9, 0.1] if coin else [1 / 2, 1 / 3, 1 / 6], base=2)
        assert now["entropy"] == pytest.approx(h, rel=1e-12)
        assert now["lengths"][-1] < now["lengths"][0] - 0.01
        assert ("9 times in 10**" in said(page)) == coin


# ---- the unit of code space

P = [0.4, 0.3, 0.2, 0.1]


@pytest.mark.parametrize(
    ("link", "told"),
    [("2,2,2,2", "fills"), ("1,2,3,3", "fills"), ("3,3,3,3", "room"), ("1,2,2,2", "does not fit"),
     ("0,0,0,0", "does not fit"), ("8,8,8,8", "room"), ("1.5,1.5,2.5,3.5", "room")],
)  # fmt: skip
def test_the_words_space_and_their_average_are_true(page, link, told):
    space = visit(page, l=link)[1]
    now, lengths = space["now"], np.array([float(x) for x in link.split(",")])
    taken = 0.5**lengths
    np.testing.assert_allclose(now["shares"], taken, rtol=1e-15)
    assert now["space"] == pytest.approx(taken.sum(), rel=1e-15)
    assert now["mean"] == pytest.approx(np.dot(P, lengths), rel=1e-14)
    np.testing.assert_allclose(now["worth"], np.array(P) / taken, rtol=1e-14)
    assert told in space["names"]["said"][now["said"]]
    assert space["names"]["fit"][now["fit"]] == (">" if taken.sum() > 1 else "≤")
    over = taken.sum() > 1
    np.testing.assert_allclose(now["excess"], taken.sum() - 1 if over else np.nan)
    if not over:
        assert now["mean"] >= now["entropy"]


def test_the_ideal_lengths_reach_the_entropy_and_what_space_is_worth_is_the_same_for_all(page):
    ideal = next(p for p in visit(page)[1]["presets"] if p["label"].startswith("ideal"))
    link = ",".join(repr(ideal["values"][f"l{i}"]) for i in range(4))
    space = visit(page, l=link)[1]
    now = space["now"]
    assert now["mean"] == pytest.approx(now["entropy"], rel=1e-14)
    assert now["entropy"] == pytest.approx(scipy_entropy(P, base=2), rel=1e-14)
    np.testing.assert_allclose(now["worth"], 1, rtol=1e-14)
    assert space["names"]["fit"][now["fit"]] == "≤"
    assert "fills" in space["names"]["said"][now["said"]]


def test_every_preset_of_lengths_is_where_it_says(page):
    presets = {p["label"]: p["values"] for p in visit(page)[1]["presets"]}
    huffman = [presets["Huffman"][f"l{i}"] for i in range(4)]
    assert huffman == huffman_code(P).lengths.tolist()
    over = [presets["over budget"][f"l{i}"] for i in range(4)]
    assert sum(0.5**n for n in over) > 1
    assert np.dot(P, over) < scipy_entropy(P, base=2)  # shorter than can be


def test_the_dots_are_codes_and_none_that_fits_is_below_the_entropy(page):
    space = visit(page)[1]
    dots = max(space["figure"]["data"], key=lambda trace: len(trace.get("x") or ()))
    places = np.column_stack([dots["x"], dots["y"]])
    assert len(places) > 500
    assert (places[places[:, 0] <= 1, 1] >= scipy_entropy(P, base=2)).all()
    huffman = [1.0, huffman_code(P).expected_length]
    assert np.isclose(places, huffman).all(axis=1).any()


def test_the_ideal_lengths_are_drawn_once_the_question_is_answered():
    app = open_page("entropy")
    before = figures(app)[1]
    assert "ideal" not in [bind["array"] for bind in before["binds"]]
    answer(app, app.radio[1].options[0], "budget")
    after = figures(app)[1]
    assert "ideal" in [bind["array"] for bind in after["binds"]]
    assert [after["base"][f"l{i}"] for i in range(4)] == [1, 1, 1, 1]
    assert after["now"]["space"] == 2


def test_the_unit_changes_axes_formulas_and_texts(page):
    for unit, log in (("bits", "log₂"), ("nats", "ln"), ("hartleys", "log₁₀")):
        label = words("entropy", "en").label(unit)
        main, _, tree, draws, coin, blocks, any_text = visit(page, unit=unit)
        titles = [a["text"] for a in main["figure"]["layout"]["annotations"]]
        assert any(f"−P {log} P ({label})" in title for title in titles)
        assert LOGS[unit] in main["formula"]
        assert [readout["unit"] for readout in main["readouts"]] == [label, label]
        assert label in coin["figure"]["layout"]["yaxis"]["title"]["text"]
        assert coin["now"]["h"] == pytest.approx(entr([0.9, 0.1]).sum() / np.log(BASES[unit]))
        assert {readout["unit"] for readout in tree["readouts"]} == {label}
        assert {readout["unit"] for readout in draws["readouts"]} == {label}
        assert label in tree["figure"]["layout"]["xaxis2"]["title"]["text"]
        assert label in tree["alt"]
        assert label in blocks["alt"]
        assert f"({label})" in blocks["figure"]["layout"]["yaxis"]["title"]["text"]
        bit = np.log(2) / np.log(BASES[unit])
        ticks = tree["figure"]["layout"]["xaxis2"]["ticktext"]
        assert ticks[:3] == ["0", show(bit, 3), show(2 * bit, 3)]
        assert any_text["controls"][0]["label"] == label
        p = text_statistics(page.text_area[0].value).probabilities
        assert any_text["now"]["entropy"] == pytest.approx(entr(p).sum() / np.log(BASES[unit]))


@pytest.mark.parametrize("link", LINKS[:-1])
def test_the_program_prints_what_the_page_shows(page, link):
    for unit in ("hartleys", "nats", "bits"):  # the page is left as the others want it
        main = visit(page, p=link, unit=unit)[0]
        printed = run(page.code[0].value)
        assert printed["H"] == pytest.approx(main["now"]["entropy"], rel=1e-12, abs=1e-13)
        ceiling = np.log(len(main["now"]["p"])) / np.log(BASES[unit])
        assert printed["ceiling"] == pytest.approx(ceiling, rel=1e-14)


def test_p_is_the_one_edited_on_cross_entropy(page):
    app = open_page("cross_entropy")
    app.query_params.update({"p": "1,3", "q": "1,1", "names": "yes,no"})
    app.run()
    app.query_params.clear()
    app.query_params["open"] = "all"
    app.switch_page("../../pages/entropy/page.py").run()
    main, _, tree, *_ = figures(app)
    for figure in (main, tree):
        assert figure["now"]["p"].tolist() == [0.25, 0.75]
        assert figure["group"] == main["group"]
    assert "yes" in main["controls"][0]["column"]


# ---- any text


def paste(page: AppTest, text: str) -> dict | None:
    """Put a text into the box; return the figure of it, if there is one."""
    page.query_params.clear()
    page.query_params["open"] = "all"
    page.text_area[0].set_value(text).run()
    assert not page.exception
    found = [figure for figure in figures(page) if figure["key"] == "text"]
    return found[0] if found else None


TEXTS = [
    "abracadabra",
    "👩‍👧 emoji 🎉🎉",
    "道可道，非常道。",
    "<b>&amp;</b> $x$ \x07\t\n\u0301",
    "ab" * 4000,
]


@pytest.mark.parametrize("given", TEXTS, ids=lambda text: repr(text[:8]))
def test_a_text_is_counted_as_it_is(page, given):
    figure = paste(page, given)
    found = text_statistics(given)
    now = figure["now"]
    assert (now["symbols"], now["different"]) == (len(given), len(set(given)))
    assert now["entropy"] == pytest.approx(scipy_entropy(found.probabilities, base=2), rel=1e-12)
    assert now["huffman"] == len(found.huffman.encode(given))
    totals, means = figure["names"]["said"][:6], figure["names"]["said"][6:]
    assert f"<b>{8 * len(given.encode()):,}</b>" in totals[0]
    assert f"<b>{found.huffman_bits:,}</b>" in totals[2]
    assert f"<b>{show(found.huffman_bits / len(given))}</b>" in means[2]
    assert f"<b>{found.zlib_bits:,}</b>" in totals[4]
    ideal = found.length * found.entropy_bits
    below = min(found.zlib_bits, found.lzma_bits) < ideal
    assert ("see what repeats" in said(page)) == below
    assert ("headers" in said(page)) != below
    ticks = figure["figure"]["layout"]["yaxis"]["ticktext"]
    assert len(ticks) == min(len(set(given)), 20)
    assert not any(re.search(r"<|[\x00-\x1f]", tick) for tick in ticks)


def test_one_symbol_only_takes_no_bits(page):
    now = paste(page, "aaaa")["now"]
    assert (now["entropy"], now["huffman"], now["mean"]) == (0, 0, 0)
    assert "Only one symbol (how often: 4)" in said(page)
    assert "headers" not in said(page)


def test_no_text_and_too_much_text_are_said_and_the_text_stays(page):
    assert paste(page, "") is None
    assert "no text yet" in page.info[0].value
    long = "x" * 100_001
    assert paste(page, long) is None
    assert "100,001 characters; 100,000" in page.error[0].value
    assert page.text_area[0].value == long
    assert paste(page, long[1:])["now"]["symbols"] == 100_000


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_sample_is_a_text(language):
    page = open_page("entropy", lang=language)
    for name in ("en", "de", "fr", "es", "pinyin", "zh"):
        label = words("entropy", language).label(f"sample_{name}")
        next(button for button in page.button if button.label == label).click().run()
        assert not page.exception
        assert len(page.text_area[0].value) > 100
        assert figures(page)[-1]["now"]["symbols"] == len(page.text_area[0].value)


@pytest.mark.parametrize(
    ("symbol", "name"),
    [
        (" ", "space"), ("\n", "line"), ("\t", "U+0009"), ("\ud800", "U+D800"), ("<", "&lt;"),
        ("&", "&amp;"), ("\u00a0", "U+00A0"), ("\u200d", "U+200D"), ("\u0301", "◌\u0301"),
        ("道", "道"), ("🎉", "🎉"), ("\U0010ffff", "U+10FFFF"),
    ],
)  # fmt: skip
def test_every_symbol_has_a_name_that_one_can_see(symbol, name):
    assert symbol_name(symbol, "space", "line") == name
    name.encode()


def test_a_lone_surrogate_is_counted_and_shown():
    found = text_statistics("a\ud800\ud800")
    names = [symbol_name(symbol, "space", "line") for symbol in found.symbols]
    assert names == ["U+D800", "a"]
    assert found.huffman_bits == 3


def test_names_are_clipped_by_their_width():
    assert clip("Donnerstag", 7) == "Donner…"
    assert clip("星期三星期三", 7) == "星期三…"
    assert clip("sun", 7) == "sun"
    assert escaped("a<b>&") == "a&lt;b&gt;&amp;"


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    "query",
    [{}, {"p": "1,1", "names": "coin"}, {"p": "1,1,1,1,1,1", "names": "dice"},
     {"p": "3,1,1", "names": "a,b,c"}],
)  # fmt: skip
def test_a_class_that_comes_leaves_the_others_their_names(query, language):
    app = open_page("entropy", lang=language, **query)
    names = list(figures(app)[0]["figure"]["data"][0]["x"])
    more = words("entropy", language).label("class_more")
    while len(names) < 8:
        next(button for button in app.button if button.label == more).click().run()
        assert not app.exception
        now = list(figures(app)[0]["figure"]["data"][0]["x"])
        assert now[:-1] == names
        assert now[-1] not in names
        names = now
