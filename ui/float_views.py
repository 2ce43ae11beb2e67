"""What the Overflow lesson shows of a trace: typed rows, the table of steps, bits, maps.

The mathematics is xent_core's. Here it is laid out: which number of which step stands where.
"""

import functools
import math
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ui import links
from ui.digits import exact, show
from ui.live.sweeps import Arrays
from xent_core.trace import (
    FORMULAS,
    BitPattern,
    Format,
    at_place,
    dependents,
    errors,
    event_names,
    exp_window,
    first_wrong,
    get_program,
    gradients,
    map_logits,
    outcome_maps,
    outcomes,
    place_of,
    round_to,
    trace,
    true_gradients,
    true_losses,
    verdicts,
)

# ---- a row of logits as a person types it, and as a link has it

MOST = 16  # as many as a trace takes
SLIDERS = 6  # of these follow a slider; the others are typed
_NAN = math.nan  # the one nan: a state with another would never equal itself
_SPECIAL = {"inf": math.inf, "infinity": math.inf, "∞": math.inf, "nan": _NAN}
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
_LONGEST = 40  # characters of one number
_LONGEST_ROW = 20_000


class RowError(ValueError):
    """A typed row that cannot be used: `kind` says why, `what` names the part that it is."""

    def __init__(self, kind: str, what: str = "") -> None:
        super().__init__(f"{kind}: {what}")
        self.kind, self.what = kind, what


@dataclass(frozen=True)
class TypedRow:
    """A row that can be used, and what was typed for numbers beyond float64."""

    values: tuple[float, ...]
    beyond: tuple[str, ...] = ()


def read_number(text: str) -> float:
    """Read one number, ±inf or nan; ValueError for anything else."""
    sign = -1.0 if text.startswith("-") else 1.0
    bare = text.removeprefix("+") if text.startswith("+") else text.removeprefix("-")
    if bare.lower() in _SPECIAL:
        value = _SPECIAL[bare.lower()]
        return value if math.isnan(value) else sign * value
    if len(text) > _LONGEST or not _NUMBER.fullmatch(text):
        raise ValueError(f"{text[:_LONGEST]!r} is not a number")
    return float(text)


def write_number(value: float) -> str:
    """Write a number so that `read_number` gives it back, the sign of -0 too."""
    return repr(float(value)).removesuffix(".0")


def read_row(text: str) -> TypedRow:
    """Read a row of logits as it is typed: full-width digits, any comma or spaces, brackets.

    Raises RowError: "empty", "many" (the number of parts), "gap" or "number" (the part).
    """
    plain = unicodedata.normalize("NFKC", text[:_LONGEST_ROW]).strip().strip("[](){}")
    plain = plain.replace("\N{MINUS SIGN}", "-").strip()
    if not plain:
        raise RowError("empty")
    parts = re.split(r"\s*[,;、]\s*|\s+", plain)
    if len(parts) > MOST:
        raise RowError("many", str(len(parts)))
    values, beyond = [], []
    for part in parts:
        if not part:
            raise RowError("gap")
        try:
            values.append(read_number(part))
        except ValueError:
            raise RowError("number", part[:_LONGEST]) from None
        lost = values[-1] == 0 and re.search("[1-9]", re.split("[eE]", part)[0])
        if lost or (math.isinf(values[-1]) and _NUMBER.fullmatch(part)):
            beyond.append(part)
    return TypedRow(tuple(values), tuple(beyond))


def write_row(values: Sequence[float]) -> str:
    """Write a row for the field that it is typed in."""
    return ", ".join(write_number(value) for value in values)


def slides(index: int, value: float) -> bool:
    """Tell whether a logit has a slider: it is finite, not -0, and one of the first."""
    negative_zero = value == 0 and math.copysign(1, value) < 0
    return index < SLIDERS and math.isfinite(value) and not negative_zero


@dataclass(frozen=True)
class Row(links.Numbers):
    """Logits in a link: 1 to 16 numbers, inf, -inf, nan and -0 among them.

    What has no slider goes to the browser as text, which it gives back as it is.
    """

    lo: float = -math.inf
    hi: float = math.inf
    least: int = 1
    most: int = MOST

    def controls(self, value: tuple[float, ...]) -> dict[str, Any]:
        return {
            f"{self.name}{i}": x if slides(i, x) else write_number(x) for i, x in enumerate(value)
        }

    def read(self, text: str, so_far: Mapping[str, Any]) -> tuple[float, ...]:
        parts = text.split(",", self.most)
        if len(parts) > self.most:
            raise ValueError(f"more than {self.most} numbers")
        return tuple(read_number(part) for part in parts)

    def write(self, value: tuple[float, ...]) -> str:
        return ",".join(write_number(x) for x in value)


# ---- where a slider stops, and the line that it moves on


@dataclass(frozen=True)
class Line:
    """A line for logits: even about 0, ever closer outwards, so that 1000 fits beside 1."""

    scale: float
    reach: float

    def place(self, x: ArrayLike) -> NDArray[np.float64]:
        """Where numbers stand, those beyond the ends at the ends; nan has no place."""
        return np.arcsinh(np.clip(np.asarray(x, np.float64), -self.reach, self.reach) / self.scale)

    @property
    def end(self) -> float:
        """The place of the right end."""
        return float(np.arcsinh(self.reach / self.scale))


def logit_line(fmt: Format) -> Line:
    """The line of a format: its window of exp takes the middle."""
    finite = exp_window(fmt).largest_finite
    return Line(finite / 4, 1200.0 if finite > 50 else float(f"{12 * finite:.1g}"))


def slider_stops(fmt: Format, classes: int) -> NDArray[np.float64]:
    """Where a logit's slider stops: along the line, and on either side of each threshold."""
    line, window = logit_line(fmt), exp_window(fmt)
    count = max((210 if fmt.bits == 64 else 400) // max(min(classes, SLIDERS), 3), 36)
    even = line.scale * np.sinh(np.linspace(-line.end, line.end, count))
    round_numbers = [float(f"{x:.2g}") for x in even]
    last = ((window.largest_finite, 1), (window.smallest_normal, -1), (window.smallest_nonzero, -1))
    edges = [at_place(place_of(x, fmt) + step, fmt) for x, way in last for step in (0, way)]
    stops = np.array([*round_numbers, *edges, 0.0])
    # A format of few numbers stops at its own.
    return np.unique(round_to(stops, fmt).astype(np.float64) if fmt.bits == 8 else stops) + 0.0


# ---- the table of steps: which number stands where

# The rows of the table; a formula that has no such step leaves a dash.
ROWS = ("max", "shift", "exp", "others", "sum", "p", "pick", "plus", "log", "times", "lse",
        "total", "diff", "neg")  # fmt: skip
# Steps that no formula has both of share a line.
_GROUPS = (("max",), ("shift",), ("exp",), ("others",), ("sum",), ("p",), ("pick",), ("plus",),
           ("log",), ("times", "lse"), ("total", "diff"), ("neg",))  # fmt: skip
# The gravest first: what a cell is marked with if several things happened in it.
MARKS = ("none", "invalid", "divide", "overflow", "underflow", "cancellation", "absorbed",
         "subnormal", "propagated")  # fmt: skip
_ELEMENTWISE = {"subtract_given", "exp", "divide", "multiply", "log", "log1p", "one_hot", "others"}


def _gravest() -> NDArray[np.uint8]:
    """From a byte of events to the place in MARKS of the gravest."""
    found = np.zeros(256, np.uint8)
    for flags in range(256):
        found[flags] = min((MARKS.index(name) for name in event_names(flags)), default=0)
    return found


_GRAVEST = _gravest()
_TARGET = 16  # added to the mark of the target's entry of a row


@dataclass(frozen=True)
class Spot:
    """A step in the arrays: its first place, and how many numbers it has (0: it is one number)."""

    at: int
    size: int

    @property
    def places(self) -> range:
        return range(self.at, self.at + max(self.size, 1))


@functools.cache
def spots(classes: int) -> dict[tuple[str, str], Spot]:
    """Where each step of each formula stands; steps that formulas share stand there once."""
    known: dict[Any, Spot] = {}
    found = {}
    end = 0
    for name in FORMULAS:
        names: dict[str, Any] = {"x": "x"}
        vector = {"x": True}
        for step in get_program(name):
            names[step.key] = (step.operation, *(names[key] for key in step.takes))
            wide = step.operation in _ELEMENTWISE and (
                not step.takes or any(vector[key] for key in step.takes)
            )
            vector[step.key] = wide
            if names[step.key] not in known:
                known[names[step.key]] = Spot(end, classes if wide else 0)
                end += classes if wide else 1
            found[name, step.key] = known[names[step.key]]
    return found


def _reached() -> dict[str, NDArray[np.uint8]]:
    """For each formula: from the first wrong step (or -1) to what each step is (see `table`)."""
    out = {}
    for name in FORMULAS:
        keys = [step.key for step in get_program(name)]
        marks = np.zeros((len(keys) + 1, len(keys)), np.uint8)
        for i, key in enumerate(keys):
            marks[i, i] = 1
            marks[i, [keys.index(reached) for reached in dependents(name, key)]] = 2
        out[name] = marks
    return out


_REACHED = _reached()


def row_of(key: str) -> int:
    """The row of the table that a step stands in; ε stands with the step that adds it."""
    return ROWS.index({"epsilon": "plus", "y": "times"}.get(key, key))


def why_code(row: int, mark: int) -> int:
    """One number for "this row, this event"; 0 says that nothing is wrong."""
    return 1 + row * len(MARKS) + mark


def bench(logits: NDArray[np.float64], target: NDArray[Any], fmt: Format) -> Arrays:
    """All that the table shows for rows of logits (R, C), each with its target (R)."""
    found = trace(logits, target, fmt)
    truth = true_losses(found.logits, target, fmt)
    wrong = first_wrong(found, truth)
    slopes = gradients(found)
    true_slope = true_gradients(found.logits, target, fmt)
    count, classes = found.logits.shape
    places = spots(classes)
    width = max(spot.places.stop for spot in places.values())
    values = np.empty((count, width), found.logits.dtype)
    marks = np.empty((count, width), np.uint8)
    reached, why = [], []
    every = np.arange(count)
    own = (np.arange(classes) == target[:, None]).astype(np.uint8) * _TARGET
    for name in FORMULAS:
        steps = found[name].steps
        mark_of_row = np.empty((count, len(steps)), np.int64)
        for i, step in enumerate(steps):
            spot = places[name, step.key]
            mark = _GRAVEST[step.events]
            grave = np.where(mark == 0, 99, mark)
            mark_of_row[:, i] = (grave.min(axis=-1) if spot.size else grave) % 99
            where = slice(spot.at, spot.places.stop)
            values[:, where] = step.values if spot.size else step.values[:, None]
            marks[:, where] = mark + own if spot.size else mark[:, None]
        at = wrong[name].astype(int)
        reached.append(_REACHED[name][at])
        rows = np.array([row_of(step.key) for step in steps])
        said = 1 + rows[at] * len(MARKS) + mark_of_row[every, at]
        why.append(np.where(at < 0, 0, said))
    lost = np.stack([found[name].loss for name in FORMULAS], axis=-1)
    gap = [errors(found[name].loss, truth, fmt) for name in FORMULAS]
    judged = [verdicts(slopes[name].values, true_slope, fmt) for name in FORMULAS]
    kinds = [outcomes(found[name].loss, truth, fmt) for name in FORMULAS]
    line = logit_line(fmt)
    wide = found.logits.astype(np.float64)
    with np.errstate(all="ignore"):
        shifted = wide - wide.max(axis=-1, keepdims=True)
        return {
            "x": found.logits,
            "v": values,
            "e": marks,
            "m": np.concatenate(reached, axis=-1),
            "why": np.stack(why, axis=-1).astype(np.uint8),
            "loss": lost,
            "truth": truth.high,
            "ulps": np.stack([one.ulps for one in gap], axis=-1),
            "percent": np.stack([one.percent for one in gap], axis=-1),
            "outcome": np.stack(kinds, axis=-1),
            "g": np.concatenate([slopes[name].values for name in FORMULAS], axis=-1),
            "slope": true_slope,
            "verdict": np.stack([one.codes for one in judged], axis=-1),
            "factor": np.stack([one.factor for one in judged], axis=-1).astype(np.float32),
            "u": line.place(wide).astype(np.float32),
            "us": line.place(shifted).astype(np.float32),
        }


# ---- the table as HTML with live places


@dataclass(frozen=True)
class Headings:
    """The words of the table: each row's, each formula's, and those that say what happened."""

    formulas: Mapping[str, tuple[str, str]]  # a short name, and how it is written
    rows: Mapping[str, str]
    caption: str


def cell_code(name: str, key: str, entry: int) -> int:
    """One number for an entry of a step of a formula: what a link and a click say."""
    keys = [step.key for step in get_program(name)]
    return FORMULAS.index(name) * 1000 + keys.index(key) * 20 + entry


def read_cell(code: int, classes: int) -> tuple[str, str, int]:
    """What `cell_code` undoes; for a number that no cell has, the last formula's loss."""
    at, rest = divmod(code, 1000)
    step, entry = divmod(rest, 20)
    if at < len(FORMULAS):
        name = FORMULAS[at]
        program = get_program(name)
        if step < len(program) and entry < max(spots(classes)[name, program[step].key].size, 1):
            return name, program[step].key, entry
    return "log_softmax", "neg", 0


def _mark_index() -> dict[tuple[str, str], int]:
    keys = [(name, step.key) for name in FORMULAS for step in get_program(name)]
    return {key: i for i, key in enumerate(keys)}


_MARK_AT = _mark_index()


def _number(slot: str, state: str, code: int) -> str:
    return (
        f'<span class="xent-entry" data-slot="{slot}" data-state="{state}" '
        f'data-sets="cell={code}"></span>'
    )


def _step_cell(name: str, row: str, classes: int) -> str:
    keys = [step.key for step in get_program(name)]
    if row not in keys:
        return '<td class="xent-none">–</td>'
    spot = spots(classes)[name, row]
    entries = "".join(
        _number(f"v.{at}|{2 if spot.size else 4}", f"e.{at}", cell_code(name, row, i))
        for i, at in enumerate(spot.places)
    )
    if row == "plus":
        at = spots(classes)[name, "epsilon"].at
        added = _number(f"v.{at}|1", f"e.{at}", cell_code(name, "epsilon", 0))
        entries += f'<small class="xent-aside">+ {added}</small>'
    return f'<td data-state="m.{_MARK_AT[name, row]}">{entries}</td>'


def table(headings: Headings, classes: int) -> str:
    """The table: a column for each formula, a row for each step, then what came of it."""

    def line(row: str, cells: str, kind: str = "") -> str:
        mark = f' class="{kind}"' if kind else ""
        return f'<tr{mark}><th scope="row">{headings.rows[row]}</th>{cells}</tr>'

    def each(cell: Callable[[int], str]) -> str:
        return "".join(cell(i) for i in range(len(FORMULAS)))

    def row_of_numbers(array: str, digits: str, first: int = 0) -> str:
        return "".join(
            f'<span class="xent-entry" data-slot="{array}.{first + i}|{digits}"></span>'
            for i in range(classes)
        )

    head = "".join(
        f'<th scope="col"><b>{"①②③④⑤⑥⑦"[i]} {headings.formulas[name][0]}</b>'
        f"<br>{headings.formulas[name][1]}</th>"
        for i, name in enumerate(FORMULAS)
    )
    wide = f'colspan="{len(FORMULAS)}"'

    def loss(i: int) -> str:
        at = spots(classes)[FORMULAS[i], "neg"].at
        return (
            f'<td data-state="outcome.{i}"><span data-slot="v.{at}|4"></span> '
            f'<small data-slot="outcome.{i}"></small></td>'
        )

    def error(i: int) -> str:
        return (
            f'<td data-state="outcome.{i}"><span><span data-slot="ulps.{i}|2"></span> ulp<br>'
            f'<span data-slot="percent.{i}|2"></span> %</span></td>'
        )

    def verdict(i: int) -> str:
        return (
            f'<td data-state="verdict.{i}"><span data-slot="verdict.{i}"></span>'
            f'<span class="xent-factor"> × <span data-slot="factor.{i}|2"></span></span></td>'
        )

    def steps(group: tuple[str, ...]) -> str:
        keys = [{step.key for step in get_program(name)} for name in FORMULAS]
        cells = "".join(
            _step_cell(name, next((row for row in group if row in own), ""), classes)
            for name, own in zip(FORMULAS, keys, strict=True)
        )
        label = ", ".join(headings.rows[row] for row in group)
        return f'<tr><th scope="row">{label}</th>{cells}</tr>'

    rows = [
        line("outcome", each(loss), "xent-said xent-loss"),
        line("why", each(lambda i: f'<td data-slot="why.{i}"></td>'), "xent-why"),
        line("x", f"<td {wide}>{row_of_numbers('x', 'short')}</td>"),
        *(steps(group) for group in _GROUPS),
        line("truth", f'<td {wide} class="xent-truth"><span data-slot="truth|8"></span></td>'),
        line("error", each(error), "xent-error"),
        line(
            "gradient",
            each(lambda i: f"<td>{row_of_numbers('g', '2', i * classes)}</td>"),
            "xent-sum",
        ),
        line("slope", f'<td {wide} class="xent-truth">{row_of_numbers("slope", "3")}</td>'),
        line("verdict", each(verdict), "xent-said"),
    ]
    return (
        f'<table class="xent-steps"><caption>{headings.caption}</caption>'
        f"<thead><tr><td></td>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )


def short_name(name: str) -> str:
    """A format's name where there is little room."""
    return name.removeprefix("float8_")


def mark_names(words: Sequence[str]) -> tuple[str, ...]:
    """Names for the array "e": a key for the eye, a word for the pointer, and so for the target."""
    plain = [f"{key}|{word}" for key, word in zip(MARKS, words, strict=True)]
    gap = [""] * (_TARGET - len(plain))
    return (*plain, *gap, *(f"{key} target|{word}" for key, word in zip(MARKS, words, strict=True)))


def why_names(rows: Mapping[str, str], words: Sequence[str]) -> tuple[str, ...]:
    """Names for the array "why"; the first word is for what has no event but its rounding."""
    said = [f"{rows[row]}: {in_brief(word)}" for row in ROWS for word in words]
    return ("–", *said)


def in_brief(word: str) -> str:
    """The first part of a description: "overflow" of "overflow, too large"."""
    return re.split("[,，（(]", word)[0].strip()


def list_of(values: Sequence[float]) -> str:
    """Logits for a sentence."""
    return ", ".join(exact(value) for value in values)


# ---- one number's bits

BITS_STYLE = """<style>
.st-key-xent-bits [class*="st-key-xent-bits-sign"] button { border-bottom: 4px solid #D55E00; }
.st-key-xent-bits [class*="st-key-xent-bits-exponent"] button { border-bottom: 4px solid #0072B2; }
.st-key-xent-bits [class*="st-key-xent-bits-fraction"] button { border-bottom: 4px solid #009E73; }
.st-key-xent-bits button { min-width: 0; padding: 0 0.35rem; border-radius: 0.3rem;
  font-variant-numeric: tabular-nums; }
.st-key-xent-bits div { flex-wrap: wrap; min-width: 0; max-width: 100%; }
.st-key-xent-bits div:has(> button) { gap: 2px; }
.st-key-xent-bits-table :is(td, code) { overflow-wrap: anywhere; white-space: normal; }
</style>"""
_LONGEST_EXACT = 48
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def bit_rows(patterns: Sequence[BitPattern], words: Mapping[str, str]) -> list[list[str]]:
    """A row for each thing to say of numbers, with a heading: kind, value, neighbours, gaps."""
    kinds = {"zero": words["zone_zero"], "subnormal": words["zone_subnormal"],
             "normal": words["zone_normal"], "inf": words["zone_inf"], "nan": "nan"}  # fmt: skip

    def significand(one: BitPattern) -> str:
        if one.significand is None:
            return "–"
        sign = "−" if one.sign == "1" else ""
        digits = _in_short(one.significand).removesuffix(".")
        return f"{sign}{digits}₂ × 2{str(one.power).translate(_RAISED)}"

    digits = math.ceil(patterns[0].format.precision * math.log10(2)) + 1  # tell neighbours apart

    def neighbour(value: float, sign: str, gap: float) -> str:
        if math.isnan(value):
            return "–"
        return show(value, digits) + (f" ({sign}{show(gap, 3)})" if math.isfinite(gap) else "")

    rows: list[tuple[str, Callable[[BitPattern], str]]] = [
        ("bits_row", lambda one: f"`{one.sign} {one.exponent} {one.fraction}`"),
        ("kind", lambda one: kinds[one.kind]),
        ("significand", significand),
        ("exact_row", lambda one: many_digits(_in_short(one.exact))),
        ("above", lambda one: neighbour(one.above, "+", one.gap_above)),
        ("below", lambda one: neighbour(one.below, "−", one.gap_below)),
    ]
    return [[words[row], *(write(one) for one in patterns)] for row, write in rows]


def _in_short(digits: str) -> str:
    """Long digits without their middle."""
    if len(digits) <= _LONGEST_EXACT:
        return digits
    return f"{digits[:28]}…{digits[-12:]}"


def many_digits(text: str) -> str:
    """A number of mpmath's as a reader reads it."""
    return text.replace("-", "−").replace("+inf", "∞").replace("inf", "∞").removesuffix(".0")


def markdown_table(rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown; the first row is its head."""
    head, *body = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([head, f"|{'---|' * len(rows[0])}", *body])


# ---- maps


def map_axes(fmt: Format, side: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The sizes and gaps of a map: past all thresholds of exp, each way."""
    window = exp_window(fmt)
    reach = float(f"{1.5 * max(window.largest_finite, -window.smallest_nonzero):.1g}")
    axis = np.linspace(-reach, reach, side)
    return axis, axis


def maps(fmt: Format, side: int) -> dict[str, NDArray[np.uint8]]:
    """What becomes of the loss over the plane of a format, by each formula: (gaps, sizes)."""
    return outcome_maps(map_logits(*map_axes(fmt, side)), 0, fmt)
