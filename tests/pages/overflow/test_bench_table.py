"""The table of the bench: every step has its cell, every formula its sentence."""

import re

import pytest

from pages.overflow import bench_table, steps
from xent_core import trace as xt

SAID = {part: part for part in ("first", "well", "void", "fine", "truth")}


def test_each_row_of_the_table_has_a_cell_for_every_formula_and_every_step_is_there_once():
    words = {row: row for row in (*steps.ROWS, "x", "truth", "outcome", "why", "error", "gradient",
                                  "slope", "verdict")}  # fmt: skip
    heads = bench_table.Headings(
        {name: (name, "<math></math>") for name in xt.FORMULAS}, words, "signs", SAID
    )
    html = bench_table.table(heads, 3)
    for line in re.findall(r"<tr.*?</tr>", html.split("<tbody>")[1], re.DOTALL):
        assert line.count("<td") == 7
    sets = [int(code) for code in re.findall(r'data-sets="cell=(\d+)"', html)]
    wanted = [
        steps.cell_code(name, key, entry)
        for (name, key), spot in steps.spots(3).items()
        for entry in range(max(spot.size, 1))
    ]
    heads = [steps.cell_code(name, "neg", 0) for name in xt.FORMULAS]
    assert sorted(sets) == sorted([*wanted, *heads])


@pytest.mark.parametrize("classes", [1, 3, 16])
def test_each_formula_has_a_sentence_that_ends_in_its_loss(classes):
    words = {row: row for row in (*steps.ROWS, "x", "truth", "outcome", "why", "error", "gradient",
                                  "slope", "verdict")}  # fmt: skip
    heads = bench_table.Headings({name: (name, "") for name in xt.FORMULAS}, words, "signs", SAID)
    told = re.findall(r'<p class="xent-because.*?</p>', bench_table.table(heads, classes))
    assert len(told) == 7
    for i, (name, sentence) in enumerate(zip(xt.FORMULAS, told, strict=True)):
        assert f"xent-because-{i}" in sentence
        assert {f"{key}.{i}" for key in ("why", "op", "reason")} <= set(
            re.findall(r'data-slot="([^"|]+)"', sentence)
        )
        at = steps.spots(classes)[name, "neg"].at
        assert (
            f'data-slot="{steps.value_slot(at, classes)}|4"' in sentence.rsplit("xent-then", 1)[1]
        )
