"""The information page without a browser: its numbers, its measures, and the game."""

import re

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import xent_core
from tests.pages.test_pages import LOGS, answer, figures, open_page
from ui.words import words
from ui.words.digits import show
from xent_core.measures import MEASURES


@pytest.mark.parametrize(("unit", "base"), [("bits", 2), ("nats", np.e), ("hartleys", 10)])
def test_one_switch_changes_every_number_and_axis_of_the_information_page(unit, base):
    app = open_page("information")
    app.query_params.update({"unit": unit, "p": "0.125", "a": "0.5", "b": "0.1"})
    app.run()
    label = words("information", "en").label(unit)
    curve, pair, ladder = figures(app)
    bit = np.log(2) / np.log(base)
    assert ladder["now"]["log"] == pytest.approx(np.log(100) / np.log(base), rel=1e-13)
    assert ladder["now"]["worth"] == pytest.approx(ladder["now"]["questions"] * bit, rel=1e-13)
    assert [r["unit"] for r in ladder["readouts"]] == [label, label, "", ""]
    assert label in ladder["figure"]["layout"]["yaxis"]["title"]["text"]
    assert curve["now"]["information"] == pytest.approx(-np.log(0.125) / np.log(base), rel=1e-14)
    assert curve["now"]["flips"] == 3  # coin flips are bits, whatever the unit
    assert pair["now"]["info_both"] == pytest.approx(-np.log(0.05) / np.log(base), rel=1e-13)
    assert [r["unit"] for r in pair["readouts"]] == ["", label, label]
    assert [r["unit"] for r in curve["readouts"]] == [label, "coin flips"]
    assert label in curve["figure"]["layout"]["yaxis"]["title"]["text"]
    assert label in curve["alt"]
    assert LOGS[unit] in curve["formula"]
    told = app.radio[0].label
    assert show(xent_core.self_information(0.5, base=base)) in told


def test_the_switch_writes_the_unit_into_the_address_and_an_unknown_one_is_said():
    app = open_page("information")
    app.segmented_control[0].set_value("nats").run()
    assert app.query_params["unit"] == "nats"
    app.query_params["unit"] = "furlongs"
    app.run()
    assert "unit=furlongs" in app.warning[0].value
    assert not app.exception


def test_an_impossible_event_is_infinite_and_not_clipped():
    app = open_page("information")
    app.query_params["p"] = "0"
    app.run()
    now = figures(app)[0]["now"]
    assert now["information"] == np.inf
    assert np.isnan(now["height"])
    assert now["never"] == pytest.approx(np.log2(1000), rel=1e-14)
    assert np.isnan(now["beyond"])  # that is the sign for what is finite


# ---- why the logarithm


@pytest.mark.parametrize("which", range(len(MEASURES)))
@pytest.mark.parametrize(("a", "b"), [("0.5", "0.25"), ("0.3", "0.7"), ("1", "0.2"), ("0.01", "1")])
def test_only_the_logarithm_always_adds_and_the_formula_says_so(a, b, which):
    pair = figures(open_page("information", a=a, b=b, f=str(which)))[1]
    p, q, now = float(a), float(b), pair["now"]
    f = (lambda x: -np.log2(x), lambda x: 1 / x, lambda x: 1 - x)[which]
    assert now["info_both"] == pytest.approx(f(p * q), rel=1e-12, abs=1e-15)
    assert now["info_sum"] == pytest.approx(f(p) + f(q), rel=1e-12)
    adds = which == 0 or (p + q == 1 if which == 1 else 1 in (p, q))
    assert pair["names"]["sign"][now["sign"]] == ("=" if adds else "≠")
    # the stack is one after the other, the bar beside it both at once
    assert now["below_b"][2] + now["of_b"][2] == pytest.approx(now["info_sum"], rel=1e-15)
    assert now["of_both"][3] == now["info_both"]
    assert now["level"].tolist() == [now["info_sum"], now["info_both"]]


def test_the_axis_of_a_measure_reaches_as_far_as_its_bars():
    for which, query in (("0", {}), ("1", {}), ("1", {"a": "0.01", "b": "0.01"}), ("2", {})):
        pair = figures(open_page("information", f=which, **query))[1]
        assert pair["figure"]["layout"]["yaxis2"]["range"][1] > pair["now"]["info_both"]


def test_what_the_other_measures_say_of_two_events_is_told_with_their_own_numbers():
    """… and seen: the figure measures by the one that was chosen."""
    cases = (
        ("1 − p", ("0.9375", "1.375"), "complement"),
        ("1 / p", ("16.00", "10.00"), "reciprocal"),
    )
    for option, numbers, measure in cases:
        app = open_page("information")
        answer(app, option, "measure")
        (told,) = [m.value for m in app.markdown if "for both at once" in m.value]
        assert all(number in told for number in numbers)
        base = figures(app)[1]["base"]
        assert (base["a"], base["b"], base["f"]) == (0.5, 0.125, MEASURES.index(measure))


# ---- the game


def board(app: AppTest) -> dict[str, list[int]]:
    """The numbers of the board by what has become of them."""
    (html,) = [one for one in map(html_of, app.get("html")) if "<ol" in one]
    found: dict[str, list[int]] = {}
    for kind, number in re.findall(r'<span class="xent-(\w+)">(\d+)</span>', html):
        found.setdefault(kind, []).append(int(number))
    return found


def press(app: AppTest, key: str) -> None:
    app.button(key=f"xent {key}").click().run()
    assert not app.exception


@pytest.mark.parametrize("secret", [1, 37, 64, 100])
def test_twenty_questions_finds_the_number_and_the_board_goes_grey(secret):
    app = open_page("information")
    left = set(range(1, 101))
    for asked in range(8):
        cells = board(app)
        if "found" in cells:
            break
        assert {*cells["asked"], *cells["left"]} == left
        assert {*cells.get("gone", [])} == {*range(1, 101)} - left
        assert costs(app) == ["+1 bit"] * asked
        (question,) = [m.value for m in app.markdown if "greater than" in m.value]
        middle = int(re.search(r"greater than (\d+)", question)[1])
        assert min(cells["asked"]) == middle + 1
        press(app, "yes" if secret > middle else "no")
        left = {n for n in left if (n > middle) == (secret > middle)}
    assert cells["found"] == [secret]
    assert any(m.value.startswith(f"Your number is **{secret}**") for m in app.markdown)
    next(button for button in app.button if button.label == "Play again").click().run()
    assert any("Question 1:" in m.value for m in app.markdown)


@pytest.mark.parametrize("secret", [1, 2, 7, 40])
def test_where_small_numbers_are_likelier_the_game_ends_with_the_numbers_own_information(secret):
    app = open_page("information", N="40", prior="1")
    p = xent_core.zipf_distribution(40)
    code = xent_core.huffman_code(p, range(1, 41))
    while "asked" in board(app):
        asked = board(app)["asked"]
        (question,) = [m.value for m in app.markdown if m.value.startswith("Question ")]
        assert ", ".join(map(str, asked)) in question
        press(app, "yes" if secret in asked else "no")
    assert board(app)["found"] == [secret]
    told = scales(app)
    length, own = code.lengths[secret - 1], -np.log2(p[secret - 1])
    assert told == [show(float(x)) for x in (length, own, code.expected_length, entropy(p))]
    next(button for button in app.button if button.label == "Take back").click().run()
    assert "asked" in board(app)


def entropy(p: np.ndarray) -> float:
    return float(xent_core.entropy(p, base=2))


def html_of(element) -> str:
    return element.proto.body


def costs(app: AppTest) -> list[str]:
    (html,) = [one for one in map(html_of, app.get("html")) if "<ol" in one]
    return re.findall(r"<li>\w+ (.*?)</li>", html)


def scales(app: AppTest) -> list[str]:
    (html,) = [one for one in map(html_of, app.get("html")) if "<table" in one]
    return re.findall(r"</span>(\S+) bits</td>", html)


def test_an_answer_costs_a_bit_in_the_readers_unit_and_so_do_the_bars_at_the_end():
    app = open_page("information", N="2", unit="nats")
    press(app, "yes")
    assert costs(app) == ["+0.693 nats"]
    (html,) = [one for one in map(html_of, app.get("html")) if "<table" in one]
    assert html.count("0.6931 nats") == 4


@pytest.mark.parametrize("n", [65, 500, 1000])
def test_too_many_numbers_for_lists_set_the_game_down_to_fewer_and_say_so(n):
    app = open_page("information", N=str(n), prior="1")
    assert any(f"From {n} numbers" in m.value and "64" in m.value for m in app.markdown)
    cells = board(app)
    assert len(cells["asked"]) + len(cells["left"]) == 64
    press(app, "yes")
    assert figures(app)[2]["base"]["N"] == n  # the figure is where it was


def test_a_list_of_numbers_is_written_as_the_language_writes_it():
    for language, comma in (("en", ", "), ("zh", "、")):
        app = open_page("information", N="16", prior="1", lang=language)
        listed = comma.join(map(str, board(app)["asked"]))
        assert any(listed in m.value for m in app.markdown)


def test_a_thousand_numbers_are_dots():
    app = open_page("information", N="1000")
    (html,) = [one for one in map(html_of, app.get("html")) if "<ol" in one]
    assert html.count('<span class="xent-') == 1000
    assert "xent-dots" in html
    assert "Numbers left: 1000 of 1000" in html


def test_every_unit_says_what_it_is():
    for unit, said in (("bits", "1/2"), ("nats", "1/e"), ("hartleys", "1/10")):
        app = open_page("information", unit=unit)
        assert any(re.search(f"(probability|chance) (of )?{said}", m.value) for m in app.markdown)


@pytest.mark.parametrize("n", ["100", "777", "1000"])
def test_where_some_numbers_are_likelier_the_huffman_tree_is_the_best_questioner(n):
    app = open_page("information")
    app.query_params.update({"N": n, "prior": "1"})
    app.run()
    now = figures(app)[2]["now"]
    p = xent_core.zipf_distribution(int(n))
    assert now["entropy"] == pytest.approx(xent_core.entropy(p, base=2), rel=1e-13)
    assert now["questions"] == now["worth"]  # an answer is worth a bit
    assert now["questions"] == pytest.approx(xent_core.huffman_code(p).expected_length, rel=1e-13)
    assert now["entropy"] <= now["questions"] < now["entropy"] + 1
    assert now["entropy"] < now["log"] == pytest.approx(np.log2(int(n)), rel=1e-14)
    assert now["most"] == int(np.ceil(np.log2(int(n))))
