"""What the page about PyTorch shows besides its live figure: tables, trees, fractions.

Each function takes numbers and words and returns HTML; all text is escaped. Colours stand
beside a sign or a word, never alone.
"""

import math
import threading
from collections.abc import Iterable, Sequence
from html import escape

import numpy as np

from pages.inside_pytorch.charts import edges
from ui.draw import formula
from ui.figure.sweeps import Arrays
from ui.words.digits import MINUS, show
from xent_core.pytorch import Operator
from xent_core.pytorch.route_table import route_table

# One measurement at a time for the whole server: two at once would measure each other.
MEASURING = threading.Lock()

WAY_NAMES = {
    "cross_entropy_module": "nn.CrossEntropyLoss",
    "cross_entropy_function": "F.cross_entropy",
    "log_softmax_nll": "LogSoftmax → NLLLoss",
    "log_of_softmax_nll": "log(softmax) → NLLLoss",
}
FRONT_NAMES = {"logits": "x", "softmax": "softmax(x)", "log_softmax": "log_softmax(x)"}
LOSS_NAMES = {
    "cross_entropy": "CrossEntropyLoss(·)",
    "nll": "NLLLoss(·)",
    "nll_of_log": "NLLLoss(log(·))",
}
CASE_NAMES = {
    **WAY_NAMES,
    "weight": "CrossEntropyLoss(weight=…)",
    "label_smoothing": "CrossEntropyLoss(label_smoothing=…)",
    "probabilities": "CrossEntropyLoss · class probabilities",
    "smoothed_probabilities": "CrossEntropyLoss · probabilities, label_smoothing=…",
}
SIGNS = {"right": "✓", "same_by_idempotence": "≈", "right_but_unsafe": "⚠", "wrong": "✗"}
KINDS = {"right": "fine", "same_by_idempotence": "fine", "right_but_unsafe": "prediction",
         "wrong": "surprise"}  # fmt: skip
DIGITS = {"float32": 9, "float64": 17}  # so many tell each number of the type from its neighbours


class Html(str):
    """Text that is HTML already and is not escaped again."""


STYLE = """<style>
.xt-scroll { overflow-x: auto; max-width: 100%; }
.xt { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 0.875rem; margin: 0.2rem 0 0.6rem; }
.xt :is(th, td) { padding: 0.22rem 0.55rem; border: 0; border-bottom: 1px solid rgba(128, 128, 128, 0.35); text-align: right; white-space: nowrap; }
.xt th { font-weight: 600; text-align: left; }
.xt thead th { text-align: right; border-bottom-width: 2px; }
.xt thead th:first-child { text-align: left; }
.xt thead th.xt-words { text-align: left; }
.xt td.xt-words { text-align: left; white-space: normal; min-width: 11rem; max-width: 26rem; }
.xt code { font-size: 0.92em; }
.xt .xt-note { white-space: normal; min-width: 7rem; max-width: 13rem; margin-left: auto; }
.xt tr.xt-head :is(th, td) { border-bottom: 0; padding-top: 0.5rem; }
.xt-steps { font-size: 0.82rem; } .xt-steps :is(th, td) { padding: 0.08rem 0.5rem; }
.xt-steps .xt-line { text-align: left; }
.xt-broken { font-weight: 700; padding: 0 0.3em; border-radius: 0.3em; background: repeating-linear-gradient(135deg, rgba(204, 121, 167, 0.30) 0 4px, rgba(204, 121, 167, 0.12) 4px 8px); }
.xt-fine, .xt-prediction, .xt-surprise, .xt-truth, .xt-muted { border-left: 0.3rem solid var(--xt); padding: 0 0.4em; border-radius: 0.15rem; background: color-mix(in srgb, var(--xt) 15%, transparent); }
.xt-fine { --xt: #009e73; } .xt-prediction { --xt: #e69f00; } .xt-surprise { --xt: #d55e00; } .xt-truth { --xt: #0072b2; } .xt-muted { --xt: #8a8f98; }
.xt-frac { display: inline-flex; flex-direction: column; vertical-align: middle; text-align: center; font-variant-numeric: tabular-nums; }
.xt-frac > span:first-child { border-bottom: 1.5px solid currentColor; padding: 0 0.3em 0.15em; }
.xt-frac > span:last-child { padding: 0.15em 0.3em 0; }
.xt-equation { line-height: 2.4; font-size: 0.95rem; }
.xt-tree, .xt-tree ul { list-style: none; margin: 0; padding: 0; }
.xt-tree ul { margin-left: 0.4rem; padding-left: 0.5rem; border-left: 2px solid rgba(128, 128, 128, 0.45); }
.xt-tree li { white-space: nowrap; padding: 0.1rem 0; font-size: 0.85rem; }
.xt-tree li::before { content: "└ "; opacity: 0.6; }
.xt-tree > li::before { content: ""; }
.xt-tree code { font-size: 0.95em; padding: 0.08rem 0.35rem; border-radius: 0.3rem; background: rgba(128, 128, 128, 0.16); color: inherit; }
.xt-tree .xt-idle > code { border-left: 0.3rem dotted #8a8f98; opacity: 0.75; }
.xt-tree .xt-leaf > code { border-left: 0.3rem solid #0072b2; font-weight: 600; background: rgba(0, 114, 178, 0.14); }
.xt-said { font-family: monospace; font-size: 0.85rem; white-space: pre-wrap; overflow-wrap: anywhere; max-width: 46rem; margin: 0.3rem 0; padding: 0.5rem 0.8rem; border-radius: 0.4rem; }
</style>"""  # noqa: E501


def number(x: float, digits: int = 4) -> Html:
    """Return a number; inf and nan are marked by a hatch and are said in words."""
    text = show(x + 0.0, digits)  # no −0
    return Html(text if math.isfinite(x) else f'<span class="xt-broken">{text}</span>')


def brief(x: float) -> str:
    """Return a factor with few digits and without zeros at its end: 1, 0.25, 0.967."""
    text = show(x, 3)
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


def tagged(text: str, colour: str) -> Html:
    """Return text with a colour beside it: "fine", "surprise", …."""
    return Html(f'<span class="xt-{colour}">{_safe(text)}</span>')


def note(text: str) -> Html:
    """Return text on lines of its own below a number; it may break them."""
    return Html(f'<div class="xt-note">{_safe(text)}</div>')


def code(text: str) -> Html:
    """Return text as code."""
    return Html(f"<code>{escape(text)}</code>")


def joined(parts: Iterable[str], between: str = " ") -> Html:
    """Return parts side by side."""
    return Html(between.join(map(_safe, parts)))


def _safe(text: str) -> str:
    return text if isinstance(text, Html) else escape(text)


def table(label: str, head: Sequence[str], rows: Iterable[Sequence[str]], wide: str = "") -> str:
    """Return a table that scrolls by itself where it is too wide; each row begins with its name.

    Columns whose heading is in `wide`, parted by |, hold words.
    """
    words = set(wide.split("|"))
    header = "".join(
        f'<th scope="col"{" class=xt-words" if name in words else ""}>{_safe(name)}</th>'
        for name in head
    )
    body = "".join(
        f'<tr><th scope="row">{_safe(first)}</th>'
        + "".join(
            f"<td{' class=xt-words' if name in words else ''}>{_safe(cell)}</td>"
            for name, cell in zip(head[1:], rest, strict=True)
        )
        + "</tr>"
        for first, *rest in rows
    )
    return (
        f'<div class="xt-scroll" tabindex="0" role="region" aria-label="{escape(label)}">'
        f'<table class="xt"><thead><tr>{header}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def tree(trace: Sequence[Operator]) -> str:
    """Return a trace as a tree; operators that called no other, which did the work, stand out.

    An aten::to that called nothing did nothing, as for `kernels`; it stays grey.
    """
    branches = "".join(map(_branch, trace))
    return f'<div class="xt-scroll" tabindex="0"><ul class="xt-tree">{branches}</ul></div>'


def _branch(operator: Operator) -> str:
    inner = "".join(map(_branch, operator.children))
    kind = ' class="xt-idle"' if operator.name == "aten::to" else ' class="xt-leaf"'
    kind = "" if operator.children else kind
    below = f"<ul>{inner}</ul>" if inner else ""
    return f"<li{kind}><code>{escape(operator.name.removeprefix('aten::'))}</code>{below}</li>"


def fraction(top: str, bottom: str) -> Html:
    """Return a fraction that may break its lines."""
    above, below = _safe(top), _safe(bottom)
    return Html(f'<span class="xt-frac"><span>{above}</span><span>{below}</span></span>')


def equation(*parts: str) -> str:
    """Return a line of a formula with its numbers."""
    inner = joined(parts, " = ")
    return f'<div class="xt-scroll xt-equation" tabindex="0" role="math">{inner}</div>'


def said(text: str, colour: str) -> str:
    """Return what torch said, word for word."""
    return f'<div class="xt-said xt-{colour}" lang="en">{escape(text)}</div>'


def weighted_sum(factors: Sequence[float], losses: Sequence[float]) -> str:
    """Return Σ g L with its numbers, without the terms whose factor is 0."""
    terms = [
        show(loss) if factor == 1 else f"{_grouped(brief(factor))}·{show(loss)}"
        for factor, loss in zip(factors, losses, strict=True)
        if factor != 0
    ]
    return " + ".join(terms) or "0"


def added(numbers: Iterable[str]) -> str:
    """Return written numbers as a sum; those below 0 in brackets."""
    return " + ".join(map(_grouped, numbers)) or "0"


def _grouped(number: str) -> str:
    return f"({number})" if number.startswith(MINUS) else number


# ---- the two routes, under the hand

_SIGNS = ("", "0", "∞", "nan")
SIGN_NAMES = {"t_sign": _SIGNS, "a_sign": _SIGNS}


def routes(x: np.ndarray, k: np.ndarray, dtype: str) -> Arrays:
    """Both routes' numbers for rows of logits (R, C), and where the figure draws them."""
    found = route_table(x, k, dtype)
    theory, actual = found.theoretical, found.actual
    t_power, t_edge, t_sign = _powers(theory["exps"], dtype, 1)
    a_power, a_edge, a_sign = _powers(actual["exps"], dtype, 0)
    return {
        "x": theory["logits"],
        **{f"t_{name}": theory[name] for name in ("exps", "sum", "probs", "p_k")},
        **{
            f"a_{name}": actual[name]
            for name in ("max", "shifted", "exps", "sum", "log_sum", "shifted_k")
        },
        **{f"{side}_loss": route["loss"] + 0.0 for side, route in (("t", theory), ("a", actual))},
        "torch_loss": found.torch_loss + 0.0,  # no −0
        "t_power": t_power,
        "t_edge": t_edge,
        "t_sign": t_sign,
        "a_power": a_power,
        "a_edge": a_edge,
        "a_sign": a_sign,
        "bar": np.where(np.isfinite(theory["probs"]), theory["probs"], 0),  # nan has no place
        "target": np.eye(x.shape[1], dtype=np.uint8)[k],
    }


def _powers(exps: np.ndarray, dtype: str, nan_at: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Powers of ten where there are any; elsewhere the place and the number of a sign.

    The signs of one route's nan stand in the lower half (0), the other's in the upper (1).
    """
    sign = np.select([exps == 0, np.isposinf(exps), np.isnan(exps)], [1, 2, 3]).astype(np.uint8)
    lowest, highest = edges(dtype)
    nan_edge = (lowest, highest)[nan_at] / 3
    edge = np.choose(sign, [np.nan, lowest, highest, nan_edge]).astype(np.float32)
    with np.errstate(divide="ignore", invalid="ignore"):
        power = np.where(sign == 0, np.log10(exps.astype(np.float64)), np.nan)
    return power.astype(np.float32), edge, sign


def steps_table(count: int, titles: Sequence[str], loss: str) -> str:
    """Return the two routes step by step, with a place for every number.

    `titles` are those of the table, of the theoretical and of the actual route; `loss` is the
    word for it. What belongs to the whole row stands before the classes, so that it is seen
    where these are many.
    """
    label, theoretical, actual = titles

    def line(name: str, array: str, whole: str = "") -> str:
        cells = "".join(f'<td><span data-slot="{_at(array, i)}"></span></td>' for i in range(count))
        return f'<tr><th scope="row">{name}</th><td class="xt-line">{whole}</td>{cells}</tr>'

    def head(colour: str, title: str) -> str:
        inner = f'<span class="xt-{colour}">{escape(title)}</span>'
        return f'<tr class="xt-head"><th scope="rowgroup" colspan="{count + 2}">{inner}</th></tr>'

    def result(name: str, *parts: str) -> str:
        inner = f"<math>{formula.row(*parts)}</math>"
        return (
            f'<tr><th scope="row">{escape(name)}</th>'
            f'<td class="xt-line" colspan="{count + 1}">{inner}</td></tr>'
        )

    def given(name: str, slot: str) -> str:
        return f'{name} = <span data-slot="{slot}"></span>'

    op, slot, ident = formula.op, formula.slot, formula.ident
    minus = op("−")
    columns = "".join(f'<th scope="col">{i}</th>' for i in range(count))
    return (
        f'<div class="xt-scroll" tabindex="0" role="region" aria-label="{escape(label)}">'
        f'<table class="xt xt-steps"><thead><tr><th scope="col">{escape(label)}</th>'
        f"<td></td>{columns}</tr></thead><tbody>"
        + line("x", "x")
        + head("surprise", theoretical)
        + line("e<sup>x</sup>", "t_exps|3", given("Σ", "t_sum"))
        + line("p = e<sup>x</sup> / Σ", "t_probs|3", given("p<sub>k</sub>", "t_p_k"))
        + result(
            loss,
            minus, ident("ln"), slot("t_p_k"), op("="), slot("t_loss|6", "surprise"),
        )
        + head("fine", actual)
        + line("x − m", "a_shifted", given("m", "a_max"))
        + line("e<sup>x − m</sup>", "a_exps|3", given("Σ", "a_sum"))
        + result(
            loss,
            minus, op("("), slot("a_shifted_k"), minus, ident("ln"), slot("a_sum"), op(")"),
            op("="), minus, op("("), slot("a_shifted_k"), minus, slot("a_log_sum"), op(")"),
            op("="), slot("a_loss|6", "fine"),
        )
        + "</tbody></table></div>"
    )  # fmt: skip


def _at(array: str, i: int) -> str:
    """Return the slot of an array's number i: "p|3" becomes "p.0|3"."""
    name, _, digits = array.partition("|")
    return f"{name}.{i}" + (f"|{digits}" if digits else "")
