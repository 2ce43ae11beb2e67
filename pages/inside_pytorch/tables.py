"""The lesson's tables: torch's numbers, judged, with the words of a section."""

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from pages.inside_pytorch.html import (
    Html,
    added,
    brief,
    code,
    equation,
    fraction,
    joined,
    note,
    number,
    table,
    tagged,
    weighted_sum,
)
from pages.inside_pytorch.labels import FRONTS, LOSSES, WAYS
from ui.lesson.sections import Section
from ui.words.digits import show
from xent_core import pytorch as xt

SIGNS = {"right": "✓", "same_by_idempotence": "≈", "right_but_unsafe": "⚠", "wrong": "×"}
COLOURS = {"right": "fine", "same_by_idempotence": "fine", "right_but_unsafe": "prediction",
           "wrong": "surprise"}  # fmt: skip
GRADIENT_COLOURS = {"grad_finite": "fine", "grad_broken": "surprise", "grad_empty": "muted"}


def numbers(values: Iterable[float], digits: int = 4) -> Html:
    """Return numbers in a row, with commas."""
    return joined((number(x, digits) for x in values), ", ")


# ---- four ways


def ways(s: Section, found: Sequence[xt.Way], row: int, digits: int) -> str:
    """Losses, distances and one row's gradient, way by way."""
    head = (*s.labels("way", "grad_apart", "loss_apart", "mean_loss"), s.label("grad_row", row=row))
    rows = [
        (
            code(WAYS[way.key]),
            _apart(s, way.worst_grad_ulps),
            _apart(s, way.loss_ulps),
            number(way.loss, digits),
            numbers(way.grad[row]),
        )
        for way in found
    ]
    return table(s.label("ways_table"), head, rows, wide=head[-1])


def _apart(s: Section, ulps: int | None) -> str:
    """How far a number is from CrossEntropyLoss's, in words."""
    if ulps is None:
        return tagged(s.label("no_distance"), "surprise")
    if ulps == 0:
        return tagged(s.label("same_bits"), "fine")
    return tagged(s.label("ulps", n=f"{ulps:,}"), "prediction")


# ---- the wiring board


def board(s: Section, wires: Sequence[xt.Wire], guesses: Mapping[tuple[str, str], bool]) -> str:
    """Every front end before every loss; a question mark where nothing has been said yet."""

    def cell(wire: xt.Wire) -> str:
        if (wire.front, wire.loss) not in guesses:
            return "?"
        sign = f"{SIGNS[wire.verdict]} {s.label(f'verdict_{wire.verdict}')}"
        return joined([number(wire.value, 6), note(tagged(sign, COLOURS[wire.verdict]))])

    rows = [
        [code(FRONTS[front]), *(cell(wire) for wire in wires if wire.front == front)]
        for front in xt.FRONT_ENDS
    ]
    return table(s.label("board"), [s.label("front"), *map(code, LOSSES.values())], rows)


# ---- the options


def samples(s: Section, result: xt.OptionsResult, targets: Sequence[int]) -> str:
    """What each sample adds to the sum, and to the divisor."""
    sum_head = "Σ g · (−ln p)"
    head = (*s.labels("sample", "target"), sum_head, *s.labels("term", "divisor"))
    rows = [
        (
            str(i),
            str(target),
            weighted_sum(result.factors[i], result.losses[i])
            if result.counted[i]
            else tagged(s.label("ignored"), "muted"),
            number(result.terms[i] + 0.0),
            brief(result.target_weights[i]),
        )
        for i, target in enumerate(targets)
    ]
    return table(s.label("options_table"), head, rows, wide=sum_head)


def reduced(result: xt.OptionsResult, reduction: str) -> str:
    """The sum of the samples' terms, divided if it is the mean, as a line of a formula."""
    terms = added(show(x + 0.0) for x in result.terms[result.counted])
    value = number(np.ravel(result.torch_value)[0], 6)
    parts = [Html(terms), value]
    if reduction == "mean":
        divisor = added(map(brief, result.target_weights[result.counted]))
        whole = fraction(number(result.numerator, 6), brief(result.denominator))
        parts = [fraction(terms, divisor), whole, value]
    return equation(code(f'reduction="{reduction}"'), *parts)


def beside_torch(s: Section, result: xt.OptionsResult) -> str:
    """Torch's value, and beside it that of the formula, computed by xent_core."""
    ours, theirs = (numbers(np.ravel(x), 9) for x in (result.xent_value, result.torch_value))
    agree = tagged(s.label("agree"), "fine")
    if not result.agrees:
        agree = tagged(s.label("disagree"), "surprise")
    rows = [("PyTorch", theirs, ""), (s.label("by_formula"), ours, agree)]
    return table(s.label("beside_torch"), ("", s.label("value"), ""), rows)


# ---- masks


def masks(s: Section, cases: Sequence[xt.MaskCase], k: int) -> str:
    """What each kind of target gives where classes are masked."""
    head = s.labels("target", "loss", "gradient", "by_formula")
    rows = [
        (
            s.label(f"mask_{case.key}", k=k),
            number(case.value, 6),
            numbers(case.grad, 3),
            number(case.xent_value, 6),
        )
        for case in cases
    ]
    return table(s.label("mask_table"), head, rows, wide=head[2])


# ---- shapes


def answer(s: Section, given: xt.Answer) -> str:
    """What torch gives for tensors that fit together."""
    listed, kind = np.ravel(np.asarray(given.value)), f"{given.dtype} {given.shape}"
    head = (s.label("torch_gives"), kind)
    rows = [("loss", numbers(listed, 6) if listed.size else "[]")]
    return table(head[0], head, rows, wide=kind)


def gradient(s: Section, grad: np.ndarray) -> str:
    """What loss.backward() gave, which no loss tells."""
    shape, broken = grad.shape, int(np.sum(~np.isfinite(grad)))
    label = "grad_broken" if broken else "grad_finite" if grad.size else "grad_empty"
    said = s.label(label, shape=shape, broken=broken, size=grad.size)
    return joined([code("loss.backward()"), tagged(said, GRADIENT_COLOURS[label])])


# ---- the KL divergence

CALLS = {
    "right": ("Q.log()", "P"),
    "swapped": ("P.log()", "Q"),
    "no_log": ("Q", "P"),
}


def kl_calls(s: Section, found: xt.KlTable, classes: int) -> str:
    """Every call of F.kl_div, its value, and what that is."""
    rows = []
    for call in found.calls:
        if call.reduction == "sum":  # for one sample it is batchmean
            continue
        first, second = CALLS[call.order]
        target = f"{second}.log(), log_target=True" if call.log_target else second
        source = f'F.kl_div({first}, {target}, reduction="{call.reduction}")'
        name, colour = _what_it_is(call, found, classes)
        rows.append((code(source), number(call.value, 6), tagged(s.told(name), colour)))
    head = s.labels("call", "value", "which_is")
    return table(s.label("kl_table"), head, rows, wide=head[2])


def _what_it_is(call: xt.KlCall, found: xt.KlTable, classes: int) -> tuple[str, str]:
    """What a call's value is, if it is anything: a label or a formula, and its colour."""

    def near(wanted: float) -> bool:
        return call.value == wanted or math.isclose(call.value, wanted, rel_tol=1e-9, abs_tol=1e-15)

    without_log = found.without_log / (classes if call.reduction == "mean" else 1)
    if call.order == "no_log" and near(without_log):
        return "log_missing", "surprise"
    meant = (
        (found.truth, "= D(P‖Q)", "fine"),
        (found.truth / classes, f"= D(P‖Q) / {classes}", "prediction"),
        (found.truth_swapped, "= D(Q‖P)", "surprise"),
        (found.truth_swapped / classes, f"= D(Q‖P) / {classes}", "surprise"),
    )
    named = ((name, colour) for wanted, name, colour in meant if near(wanted))
    return next(named, ("zero_times" if math.isnan(call.value) else "neither", "surprise"))


def slopes(s: Section, found: xt.KlGradients) -> str:
    """The gradients of both losses, in Q's logits and in P's."""
    lines = (
        ("H(P,Q)", found.cross_entropy_grad_q, found.cross_entropy_grad_p),
        ("D(P‖Q)", found.kl_grad_q, found.kl_grad_p),
    )
    rows = [(name, *(numbers(grad, 3) for grad in both)) for name, *both in lines]
    return table(s.label("grad_table"), s.labels("loss", "grad_q", "grad_p"), rows)
