"""The formulas of the one-hot lesson: the sum and what is left of it, and two slopes."""

from ui.draw import formula

_SPACE = '<mspace width="0.17em"/>'


def written_out(count: int, k: int) -> str:
    """The sum with its numbers, its dead terms grey; then what it collapses to."""
    digits = "" if count < 5 else "|2"
    products = formula.total(*(_product(i, i == k, digits) for i in range(count)))
    y_i, p_i = (formula.sub(formula.ident(name), formula.ident("i")) for name in "yp")
    p_k = formula.sub(formula.ident("p"), formula.ident("k"))
    ln, minus, equals = formula.ident("ln"), formula.op("−"), formula.op("=")
    all_terms = formula.row(f"<munder>{formula.op('∑')}{formula.ident('i')}</munder>", y_i, ln, p_i)
    return _large(
        formula.math(minus, all_terms, equals, products),
        formula.math(
            equals, minus, ln, p_k, equals, minus, ln, _SPACE, formula.slot("p_k", "prediction"),
            equals, formula.slot("loss", "surprise"),
        ),
        size=1.2 if count < 6 else 0.95,
    )  # fmt: skip


def _product(i: int, alive: bool, digits: str) -> str:
    """One term of the sum, its label times its surprise; grey and thin where it counts nothing."""
    if alive:
        y, surprise = formula.slot(f"y.{i}|exact", "truth"), f"surprise.{i}{digits}"
        return formula.row(y, formula.op("·"), formula.slot(surprise, "surprise"))
    thin = (f'<mn data-slot="{name}" style="font-weight: 400"></mn>'
            for name in (f"y.{i}|exact", f"surprise.{i}{digits}"))  # fmt: skip
    return f'<mrow style="color: var(--xent-muted)">{formula.op("·").join(thin)}</mrow>'


def _large(*lines: str, size: float = 1.2) -> str:
    """Formulas that are the point of their figure."""
    return f'<div style="font-size: {size}em">{"".join(lines)}</div>'


def both_slopes(k: int) -> str:
    """The slopes of the loss in p_k and in z_k, with their numbers."""
    d, loss = formula.op("∂"), formula.row(formula.op("∂"), formula.ident("L"))
    p_k, z_k = (formula.sub(formula.ident(name), formula.ident("k")) for name in "pz")
    return _large(formula.math(
        formula.frac(loss, formula.row(d, p_k)), formula.op("="),
        formula.op("−"),
        formula.frac(formula.number("1"), formula.slot("p_k", "prediction")),
        formula.op("="), formula.slot("slope"),
        '<mspace width="1.5em"/>',
        formula.frac(loss, formula.row(d, z_k)), formula.op("="),
        formula.slot("p_k", "prediction"), formula.op("−"),
        formula.slot(f"y.{k}|exact", "truth"), formula.op("="),
        formula.slot("slope_z"),
    ), size=1.05)  # fmt: skip
