"""Two formulas side by side: which steps have a row, and that both end in the same line."""

import re

import pytest

from pages.overflow import pair_table, steps
from pages.overflow.labels import headings
from pages.overflow.stories import STORIES
from ui.words import LANGUAGES, words
from xent_core import trace as xt

PAIRS = sorted({pair_table.PAIR, *(story.pair for story in STORIES.values())})


def tables(pair: tuple[str, str], classes: int, language: str = "en") -> list[str]:
    said = headings(words("overflow", language), xt.FORMATS["float32"])
    return re.findall("<table.*?</table>", pair_table.table(pair, said, classes))


def test_on_paper_and_log_softmax_have_five_rows_each():
    assert pair_table.rows_of("paper") == ("exp", "sum", "p", "log", "neg")
    assert pair_table.rows_of("log_softmax") == ("shift", "exp", "sum", "log", "neg")


@pytest.mark.parametrize("name", xt.FORMULAS)
def test_a_step_without_a_row_is_an_input_a_copy_or_the_loss_itself(name):
    missing = [step for step in xt.get_program(name) if step.key not in pair_table.rows_of(name)]
    for step in missing:
        last = step is xt.get_program(name)[-2]
        assert step.operation in ("max", "pick", "epsilon", "one_hot") or last


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("pair", PAIRS)
def test_the_two_end_in_the_same_line_and_each_step_is_there_once(pair, language):
    one, other = tables(pair, 3, language)
    assert one.count("<tr") == other.count("<tr")
    for name, html in zip(pair, (one, other), strict=True):
        assert html.rfind("xent-loss") > html.rfind("xent-gap")
        codes = [int(code) for code in re.findall(r'data-sets="look=(\d+)"', html)]
        assert codes == [
            steps.cell_code(name, key, entry)
            for key in pair_table.rows_of(name)
            for entry in range(max(steps.spots(3)[name, key].size, 1))
        ]
        assert html.count('role="button"') == len(codes)


def test_the_loss_has_the_mark_of_the_step_that_it_is():
    (last,) = re.findall(r'xent-loss.*?data-state="m\.(\d+)"', tables(pair_table.PAIR, 3)[1])
    assert int(last) == steps.MARK_AT["log_softmax", "diff"]


def test_a_question_is_about_a_formula_that_stands_there():
    for story in STORIES.values():
        assert story.formula == story.pair[0] != story.pair[1]
        assert story.state(whole=False)["cell"] == -1
        assert story.state(whole=True)["cell"] == story.cell
