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
        ("= − Σ <", '<mo>=</mo><mo form="prefix">−</mo><mo>Σ</mo><mo><</mo>'),
        ("x − 1", "<mi>x</mi><mo>−</mo><mn>1</mn>"),
        ("( − 1", '<mo stretchy="false">(</mo><mo form="prefix">−</mo><mn>1</mn>'),
        ("Σ ))", '<mo>Σ</mo><mo stretchy="false">))</mo>'),
        ("log1p Σ′", "<mi>log1p</mi>" + THIN + "<mi>Σ′</mi>"),
        ("log₂ P", "<msub><mi>log</mi><mn>2</mn></msub>" + THIN + "<mi>P</mi>"),
        ("P ln Q", f"<mi>P</mi>{THIN}<mi>ln</mi>{THIN}<mi>Q</mi>"),
        ("<", "<mo><</mo>"),
        ("<mn>1</mn>", "<mn>1</mn>"),
    ],
)
def test_a_part_is_names_numbers_and_signs_or_mathml(part, mathml):
    assert formula.row(part) == f"<mrow>{mathml}</mrow>"


def test_a_logarithm_keeps_its_distance_from_a_factor_before_it():
    assert formula.row("<mn>2</mn>", "ln", "x") == formula.row("2 ln x")
    before, log = formula.row("P ( x )"), formula.row("log₂ Q")
    assert formula.row(before, log) == f"<mrow>{before}{THIN}{log}</mrow>"
    assert formula.row("−", log) == f"<mrow><mo>−</mo>{log}</mrow>"


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


def on_lines(*pieces):
    lines = "<wbr>".join(f'<math displaystyle="true"><mrow>{one}</mrow></math>' for one in pieces)
    return f'<div class="xent-math">{lines}</div>'


def test_a_line_breaks_after_each_equals_sign():
    x, y, z = (f"<mi>{name}</mi>" for name in "xyz")
    assert formula.math("x = y", "=", "z") == on_lines(x + "<mo>=</mo>", y + "<mo>=</mo>", z)


def test_a_line_breaks_within_a_sum_but_a_fraction_does_not():
    a, b, plus = "<mi>a</mi>", "<mi>b</mi>", "<mo>+</mo>"
    total = formula.total("a", "b")
    assert formula.math(total) == on_lines(a + plus, b)
    assert formula.math(formula.frac(total, "2")) == on_lines(
        f"<mfrac><mrow>{a}{plus}{b}</mrow><mn>2</mn></mfrac>"
    )
