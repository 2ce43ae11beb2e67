"""How measures of surprise are written: of one event, of another, of both."""

from dataclasses import dataclass

from ui.draw import formula
from ui.words.units import Unit


@dataclass(frozen=True)
class Measure:
    """A measure of surprise: its names for p, q, one after the other, both at once; its formula.

    `tall` is how far its axis goes at least; 0 where that depends on the unit.
    """

    names: tuple[str, str, str, str]
    live: str
    tall: float = 0.0


def _live(both: str, apart: str) -> str:
    """Both at once on one line; one after the other on the next, equal or not."""
    sign = '<mo data-slot="sign"></mo>'
    terms = formula.slot("info_a", "truth"), "+", formula.slot("info_b", "prediction")
    at_once = formula.row(both, "=", formula.slot("info_both", "surprise"))
    return formula.lines(at_once, formula.row(sign, *terms, "=", apart))


def measures(unit: Unit) -> tuple[Measure, ...]:
    """The measures in the order of xent_core.measures.MEASURES, with the unit's logarithm."""
    p, q, row = formula.slot("a", "truth"), formula.slot("b", "prediction"), formula.row
    log, product = f"− {unit.log}", row(p, "·", q)
    return (
        Measure(
            ("I(p)", "I(q)", "I(p)+I(q)", "I(p·q)"),
            _live(row(log, "(", product, ")"), row(log, p, log, q)),
        ),
        Measure(
            ("1/p", "1/q", "1/p+1/q", "1/(p·q)"),
            _live(formula.frac("1", product), row(formula.frac("1", p), "+", formula.frac("1", q))),
            12.0,
        ),
        Measure(
            ("1−p", "1−q", "(1−p)+(1−q)", "1−p·q"),
            _live(row("1 −", product), row("( 1 −", p, ") + ( 1 −", q, ")")),
            2.1,
        ),
    )
