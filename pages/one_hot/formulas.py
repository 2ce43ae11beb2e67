"""The formulas of the one-hot lesson: the sum and what is left of it, and two slopes."""

from ui.draw import formula


def written_out(count: int, k: int) -> str:
    """The sum with its numbers, its dead terms grey; then what it collapses to."""
    digits = "" if count < 5 else "|2"
    products = [_product(i, i == k, digits) for i in range(count)]
    plus = '<mo form="infix">+</mo>'  # at the start of a line it would be a sign
    terms = [("=" if i == 0 else plus, product) for i, product in enumerate(products)]
    return _large(
        formula.wrapped(("−", formula.over("i", "y_i ln p_i")), *terms),
        formula.math(
            "= − ln p_k = − ln", formula.slot("p_k", "prediction"),
            "=", formula.slot("loss", "surprise"),
        ),
        size=1.2 if count < 6 else 0.95,
    )  # fmt: skip


def _product(i: int, alive: bool, digits: str) -> str:
    """One term of the sum, its label times its surprise; grey and thin where it counts nothing."""
    if alive:
        y, surprise = formula.slot(f"y.{i}|exact", "truth"), f"surprise.{i}{digits}"
        return formula.row(y, "·", formula.slot(surprise, "surprise"))
    thin = (f'<mn data-slot="{name}" style="font-weight: 400"></mn>'
            for name in (f"y.{i}|exact", f"surprise.{i}{digits}"))  # fmt: skip
    return f'<mrow style="color: var(--xent-muted)">{"<mo>·</mo>".join(thin)}</mrow>'


def _large(*lines: str, size: float = 1.2) -> str:
    """Formulas that are the point of their figure."""
    return f'<div style="font-size: {size}em">{"".join(lines)}</div>'


def both_slopes(k: int) -> str:
    """The slopes of the loss in p_k and in z_k, with their numbers."""
    p_k = formula.slot("p_k", "prediction")
    return _large(
        formula.wrapped(
            (
                formula.frac("∂ L", "∂ p_k"), "= −", formula.frac("1", p_k),
                "=", formula.slot("slope"), '<mspace width="1.5em"></mspace>',
            ),
            (
                formula.frac("∂ L", "∂ z_k"), "=", p_k, "−", formula.slot(f"y.{k}|exact", "truth"),
                "=", formula.slot("slope_z"),
            ),
        ),
        size=1.05,
    )  # fmt: skip
