"""The formulas of the softmax lesson, with their live numbers."""

from ui.draw import formula


def softmax_of_k(count: int) -> str:
    """The probability of class k."""

    def power(logit: str) -> str:
        return formula.exp(formula.row(formula.slot(logit), "/", formula.slot("T")))

    powers = formula.total(*(power(f"z{i}") for i in range(count)))
    return formula.math(
        "p_k",
        "=", formula.frac(formula.exp("z_k / T"), formula.over("j", formula.exp("z_j / T"))),
        "=", formula.frac(power("z_k|exact"), powers),
        "=", formula.slot("p_k", "prediction"),
    )  # fmt: skip


def three_ways(last: int) -> str:
    """The share of the last class, number `last`, in three ways."""

    def share(way: str) -> str:
        return formula.slot(f"{way}.{last}|3", "prediction")

    square = "<msup><msub><mi>z</mi><mi>{}</mi></msub><mn>2</mn></msup>".format
    ways = (
        formula.math(
            formula.frac(formula.exp("z_k"), formula.over("j", formula.exp("z_j"))),
            "=", formula.frac("1", formula.over("j", formula.exp("z_j − z_k"))),
            "=", formula.frac("1", formula.slot("apart|5")), "=", share("soft"),
        ),
        formula.math(
            formula.frac("z_k", formula.over("j", "z_j")),
            "=", formula.frac(formula.slot("above|4"), formula.slot("plain_sum|4")),
            "=", share("plain"),
        ),
        formula.math(
            formula.frac(square("k"), formula.over("j", square("j"))),
            "=", formula.frac(formula.slot("square_above|4"), formula.slot("square_sum|4")),
            "=", share("square"),
        ),
    )  # fmt: skip
    style = "display: flex; flex-wrap: wrap; gap: 0.3rem 2.5rem"
    return f'<div style="{style}">{"".join(f"<div>{one}</div>" for one in ways)}</div>'


def two_slopes(told: bool) -> str:
    """The slopes of cross-entropy and, once it is told, of the squared error."""
    minus_one = formula.row("p", "−", "1", "=", formula.slot("ce_slope", "surprise"))
    lines = [formula.math(formula.frac("∂ CE", "∂ d"), "=", minus_one)]
    if told:
        lines.append(formula.math(
            formula.frac("∂ SE", "∂ d"), "=", "2", "(", "p", "−", "1", ")", "·", "p", "(", "1",
            "−", "p", ")", "=", "2", "·", "(", formula.slot("ce_slope", "surprise"), ")", "·",
            formula.slot("factor"), "=", formula.slot("se_slope"),
        ))  # fmt: skip
    style = "display: flex; flex-wrap: wrap; gap: 0.3rem 2.5rem"
    return f'<div style="{style}">{"".join(f"<div>{one}</div>" for one in lines)}</div>'
