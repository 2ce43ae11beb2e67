"""Formulas: what is read as a name, as a number and as a sign."""

import pytest

from ui.draw import formula

THIN = '<mspace width="0.17em"></mspace>'


@pytest.mark.parametrize(
    ("part", "mathml"),
    [
        ("x", "<mi>x</mi>"),
        ("z_k", "<msub><mi>z</mi><mi>k</mi></msub>"),
        ("3.32", "<mn>3.32</mn>"),
        ("= − Σ <", "<mo>=</mo><mo>−</mo><mo>Σ</mo><mo><</mo>"),
        ("Σ ))", '<mo>Σ</mo><mo stretchy="false">))</mo>'),
        ("log1p Σ′", "<mi>log1p</mi>" + THIN + "<mi>Σ′</mi>"),
        ("log₂ P", "<mi>log₂</mi>" + THIN + "<mi>P</mi>"),
        ("<", "<mo><</mo>"),
        ("<mn>1</mn>", "<mn>1</mn>"),
    ],
)
def test_a_part_is_names_numbers_and_signs_or_mathml(part, mathml):
    assert formula.row(part) == f"<mrow>{mathml}</mrow>"


def test_what_takes_one_part_holds_several_together():
    assert formula.exp("z") == "<msup><mi>e</mi><mi>z</mi></msup>"
    assert formula.exp("z / T") == f"<msup><mi>e</mi>{formula.row('z / T')}</msup>"
    assert formula.frac("1", "∂ p_k") == f"<mfrac><mn>1</mn>{formula.row('∂ p_k')}</mfrac>"


def test_a_sum_over_an_index_stands_before_its_term():
    sign = "<munder><mo>∑</mo><mi>x</mi></munder>"
    assert formula.over("x", "p_x") == formula.row(sign, "p_x")


def test_a_formula_in_lines_has_a_row_for_each():
    one, other = formula.row("a =", formula.slot("a")), formula.row("= b")
    cells = f"<mtr><mtd>{one}</mtd></mtr><mtr><mtd>{other}</mtd></mtr>"
    assert formula.lines(one, other) == (
        f'<math display="block"><mtable displaystyle="true">{cells}</mtable></math>'
    )
