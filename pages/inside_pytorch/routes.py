"""The two routes under the hand: their numbers, where the figure draws them, and their table."""

from collections.abc import Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

from pages.inside_pytorch.charts import edges
from ui.draw import formula
from ui.figure.sweeps import Arrays
from xent_core.pytorch.routes import route_table

Floats = NDArray[np.floating]

_SIGNS = ("", "0", "∞", "nan")
SIGN_NAMES = {"t_sign": _SIGNS, "a_sign": _SIGNS}


def routes(x: Floats, k: NDArray[np.integer], dtype: str) -> Arrays:
    """Both routes' numbers for rows of logits (R, C), and where the figure draws them."""
    found = route_table(x, k, dtype)
    theory, actual = found.theoretical, found.actual
    return {
        "x": theory["logits"],
        **{f"t_{name}": theory[name] for name in ("exps", "sum", "probs", "p_k")},
        **{f"a_{name}": actual[name] for name in ("max", "shifted", "exps", "sum", "shifted_k")},
        **{f"{side}_loss": route["loss"] + 0.0 for side, route in (("t", theory), ("a", actual))},
        "torch_loss": found.torch_loss + 0.0,  # no −0
        **_powers("t", theory["exps"], dtype, 1),
        **_powers("a", actual["exps"], dtype, 0),
        "bar": np.where(np.isfinite(theory["probs"]), theory["probs"], 0),  # nan has no place
        "target": np.eye(x.shape[1], dtype=np.uint8)[k],
    }


def _powers(side: str, exps: Floats, dtype: str, nan_at: int) -> Arrays:
    """A route's powers of ten where there are any; elsewhere the place and the number of a sign.

    The signs of one route's nan stand in the lower half (0), the other's in the upper (1).
    """
    sign = np.select([exps == 0, np.isposinf(exps), np.isnan(exps)], [1, 2, 3]).astype(np.uint8)
    lowest, highest = edges(dtype)
    nan_edge = (lowest, highest)[nan_at] / 3
    edge = np.choose(sign, [np.nan, lowest, highest, nan_edge]).astype(np.float32)
    with np.errstate(divide="ignore", invalid="ignore"):
        power = np.where(sign == 0, np.log10(exps.astype(np.float64)), np.nan)
    return {f"{side}_power": power.astype(np.float32), f"{side}_edge": edge, f"{side}_sign": sign}


def steps_tables(count: int, titles: Sequence[str], loss: str) -> str:
    """Return the two routes step by step, side by side, with a place for every number.

    `titles` are what a column is called, the theoretical and the actual route; `loss` is the word
    for it. What belongs to the whole row stands before the classes, so that it is seen where these
    are many.
    """
    label, theoretical, actual = titles
    slot = formula.slot
    theory = (
        _line(count, "z", "x"),
        _line(count, "eᶻ", "t_exps|3", _given("Σ", "t_sum")),
        _line(count, "p = eᶻ / Σ", "t_probs|3", _given("pₖ", "t_p_k")),
        _result(count, loss, "− ln", slot("t_p_k"), "=", slot("t_loss|6", "surprise")),
    )
    practice = (
        _line(count, "z − m", "a_shifted", _given("m", "a_max")),
        _line(count, "eᶻ⁻ᵐ", "a_exps|3", _given("Σ", "a_sum")),
        _result(
            count,
            loss,
            "− (",
            slot("a_shifted_k"),
            "− ln",
            slot("a_sum"),
            ") =",
            slot("a_loss|6", "fine"),
        ),
    )
    both = (
        _steps(count, label, theoretical, "surprise", theory),
        _steps(count, label, actual, "fine", practice),
    )
    return f'<div class="xt-routes">{"".join(both)}</div>'


def _steps(count: int, label: str, title: str, colour: str, rows: Sequence[str]) -> str:
    """Return the table of one route; `label` is what a column is called."""
    columns = "".join(f'<th scope="col">{i}</th>' for i in range(count))
    return (
        f'<div class="xt-scroll" tabindex="0" role="region" aria-label="{escape(title)}">'
        f'<table class="xt xt-steps">'
        f'<caption><span class="xt-{colour}">{escape(title)}</span></caption>'
        f'<thead><tr><th scope="col">{escape(label)}</th>'
        f"<td></td>{columns}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _line(count: int, name: str, array: str, whole: str = "") -> str:
    """Return a row with a number for each class, after what belongs to the whole row."""
    array, bar, digits = array.partition("|")
    cells = "".join(
        f'<td><span data-slot="{array}.{i}{bar}{digits}"></span></td>' for i in range(count)
    )
    return f'<tr><th scope="row">{name}</th><td class="xt-line">{whole}</td>{cells}</tr>'


def _result(count: int, name: str, *parts: str) -> str:
    inner = f"<math>{formula.row(*parts)}</math>"
    return (
        f'<tr><th scope="row">{escape(name)}</th>'
        f'<td class="xt-line" colspan="{count + 1}">{inner}</td></tr>'
    )


def _given(name: str, slot: str) -> str:
    return f'{name} = <span data-slot="{slot}"></span>'
