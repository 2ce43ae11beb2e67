"""What the Overflow lesson shows of a trace: typed rows, the numbers of the steps, bits, maps.

The mathematics is xent_core's. Here it is laid out: which number of which step stands where.
"""

import functools
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ui.figure.sweeps import Arrays
from ui.state import links, typed
from ui.words import fill
from ui.words.digits import show
from xent_core.trace import (
    FORMULAS,
    BitPattern,
    Format,
    Trace,
    TrueLosses,
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

# ---- a row of logits, as a link has it

SLIDERS = 6  # of the numbers of a row follow a slider; the others are typed


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
    most: int = typed.MAX_ROW

    def controls(self, value: tuple[float, ...]) -> dict[str, Any]:
        return {
            f"{self.name}{i}": x if slides(i, x) else typed.write_number(x)
            for i, x in enumerate(value)
        }

    def read(self, text: str, so_far: Mapping[str, Any]) -> tuple[float, ...]:
        parts = text.split(",", self.most)
        if len(parts) > self.most:
            raise ValueError(f"more than {self.most} numbers")
        return tuple(typed.read_number(part) for part in parts)

    def write(self, value: tuple[float, ...], state: Mapping[str, Any]) -> str:
        return ",".join(typed.write_number(x) for x in value)


@dataclass(frozen=True)
class Word(links.Names):
    """One of a few words in a link; the browser gives it back as it is."""

    def allows(self, so_far: Mapping[str, Any]) -> links.Allowed:
        return "link_word", {"words": ", ".join(self.lists)}

    def read(self, text: str, so_far: Mapping[str, Any]) -> str:
        if text not in self.lists:
            raise ValueError(f"{text[:20]!r} is none of {tuple(self.lists)}")
        return text

    def fit(self, value: str, so_far: Mapping[str, Any]) -> str:
        return value


@dataclass(frozen=True)
class Flips(links.Names):
    """Which bits of which cell are flipped, in a link: "40-80000000"; "0" for none.

    `of` is the parameter that names the cell: the bits of another one are as they are stored.
    After the cell stand the flipped bits as a hexadecimal number, the sign's the highest of
    those of the format, which has at most 64.
    """

    def allows(self, so_far: Mapping[str, Any]) -> links.Allowed:
        return "link_bits", {"usual": write_flips(int(so_far[self.of]), [0], 32)}

    def read(self, text: str, so_far: Mapping[str, Any]) -> str:
        if not re.fullmatch("0|[0-9]{1,5}-[0-9a-f]{1,16}", text):
            raise ValueError(f"{text[:20]!r} does not say which bits of which cell")
        return text

    def fit(self, value: str, so_far: Mapping[str, Any]) -> str:
        return value if value.split("-")[0] == str(int(so_far[self.of])) else "0"


def write_flips(cell: int, places: Iterable[int], bits: int) -> str:
    """Write which bits of a cell are flipped: 0 is the sign, the last the lowest."""
    mask = sum(1 << (bits - 1 - at) for at in places)
    return f"{cell}-{mask:x}" if mask else "0"


def read_flips(value: str, bits: int) -> list[int]:
    """What `write_flips` undoes; a bit that the format has not is none."""
    mask = int(value.partition("-")[2] or "0", 16)
    return [at for at in range(bits) if mask >> (bits - 1 - at) & 1]


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
GROUPS = (("max",), ("shift",), ("exp",), ("others",), ("sum",), ("p",), ("pick",), ("plus",),
           ("log",), ("times", "lse"), ("total", "diff"))  # fmt: skip
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
TARGET = 16  # added to the mark of the target's entry of a row


@dataclass(frozen=True)
class Spot:
    """A step in the arrays: its first place, and how many numbers it has (0: it is one number)."""

    at: int
    size: int

    @property
    def places(self) -> range:
        return range(self.at, self.at + max(self.size, 1))


@functools.lru_cache(maxsize=typed.MAX_ROW)
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


@functools.lru_cache(maxsize=typed.MAX_ROW)
def parts(classes: int) -> tuple[tuple[int, ...], ...]:
    """The places of the arrays "v0", "v1" and "v2", in which the numbers of the steps travel.

    While a logit is dragged, x - m is another row at every stop. The others are often the same,
    because exp is 0 or inf there, and what is the same travels once.
    """
    found = spots(classes)
    plain = {at for key, spot in found.items() if key[0] in ("paper", "full_sum")
             for at in spot.places}  # fmt: skip
    moving = set(found["shifted", "shift"].places)
    every = range(max(spot.places.stop for spot in found.values()))
    return (
        tuple(at for at in every if at in plain),
        tuple(at for at in every if at in moving),
        tuple(at for at in every if at not in plain | moving),
    )


def value_slot(at: int, classes: int) -> str:
    """The slot of the number at a place: "v2.7"."""
    part = next(i for i, places in enumerate(parts(classes)) if at in places)
    return f"v{part}.{parts(classes)[part].index(at)}"


def values_of(arrays: Arrays, classes: int) -> NDArray[Any]:
    """The numbers of the steps (…, W), each at its place again."""
    places = np.concatenate(parts(classes))
    together = np.concatenate([arrays[f"v{i}"] for i in range(len(parts(classes)))], axis=-1)
    return together[..., np.argsort(places)]


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


def narrowed(values: NDArray[np.float64], digits: int) -> NDArray[Any]:
    """Numbers in float32, half as long on their way, if so many digits of them look the same."""
    with np.errstate(all="ignore"):
        narrow = values.astype(np.float32)
        size = np.abs(values)
        power = np.floor(np.log10(size))
        places = np.where((power >= -5) & (power <= 6), np.maximum(digits - 1 - power, 0),
                          digits - 1 - power)  # fmt: skip
        last = size * 10.0**places  # what is shown is this, rounded
        apart = np.abs(last % 1 - 0.5) > 2e-7 * np.maximum(last, 1)
        alike = apart & (size > 1e-37) & (size < 1e38)
    same = np.isnan(values) | (narrow == values) | alike
    return narrow if same.all() else values


# How an operation is written: before its one number, below it as a power, or between its two.
OPERATIONS = {
    "exp": ("power", "e"), "log": ("one", "log "), "log1p": ("one", "log1p "), "copy": ("one", ""),
    "divide": ("two", " / "), "add": ("two", " + "), "sum": ("two", " + "),
    "subtract": ("two", " − "), "subtract_given": ("two", " − "), "multiply": ("two", " · "),
}  # fmt: skip
# the last place of the array "why": there is no truth
VOID = 1 + len(ROWS) * len(MARKS)
KINDS = (
    "well",
    "void",
    "one",
    "two",
    "power",
)  # nothing went wrong, there is no truth, or see above
_SIGNS = tuple(OPERATIONS)


def _worst(marks: NDArray[np.uint8], own: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Which entry of each row has the gravest mark; of equals the target's, else the first."""
    grave = np.where(marks == 0, 99, marks).astype(int)
    return np.argmin(2 * grave + ~own, axis=-1)


def _operation(
    found: Trace, name: str, i: int, rows: NDArray[np.intp], own: NDArray[np.bool_]
) -> tuple[str, list[NDArray[Any]]]:
    """The operation of a step in which something happened: its name, a, b and the result."""
    step, traced = get_program(name)[i], found[name].steps[i]
    values = {"x": found.logits} | {one.key: one.values for one in found[name].steps}
    taken = [values[key] for key in step.takes]
    sums, events = traced.partial_sums, traced.partial_events
    if sums is not None and events is not None and sums.shape[-1] > 1:
        # of its additions the one in which it happened
        at = 1 + _worst(_GRAVEST[events[rows, 1:]], np.zeros(1, bool))
        return "sum", [sums[rows, at - 1], taken[0][rows, at], sums[rows, at]]
    wide = traced.values.ndim == 2
    at = _worst(_GRAVEST[traced.events[rows]], own[rows]) if wide else np.zeros(len(rows), int)
    said = [a[rows, at] if a.ndim == 2 else a[rows] for a in (*taken[:2], traced.values)]
    if step.operation in _SIGNS:
        return step.operation, said if len(taken) == 2 else [said[0], said[0], said[1]]
    return "copy", [said[-1]] * 3


def _causes(
    found: Trace, name: str, first: NDArray[np.int8], void: NDArray[np.bool_]
) -> dict[str, NDArray[Any]]:
    """What first went wrong in a formula, for one sentence about each row.

    `kind` is a place in KINDS, `op` in OPERATIONS; `reason` is 1 + a place in MARKS; `why` says
    the row of the table and the mark, or VOID; `said` has the operation's two numbers and its
    result.
    """
    classes = found.logits.shape[-1]
    own = np.arange(classes) == found.target[:, None]
    out: dict[str, NDArray[Any]] = {
        key: np.zeros(len(first), np.uint8) for key in ("kind", "op", "reason", "why")
    }
    out["said"] = np.zeros((len(first), 3), found.logits.dtype)
    out["kind"][void] = KINDS.index("void")
    out["why"][void] = VOID
    for i in np.unique(first[first >= 0]).tolist():
        rows = np.flatnonzero(first == i)
        step = found[name].steps[i]
        mark = _GRAVEST[step.events[rows]]
        if step.events.ndim == 2:
            mark = mark[np.arange(len(rows)), _worst(mark, own[rows])]
        operation, numbers = _operation(found, name, i, rows, own)
        out["op"][rows] = _SIGNS.index(operation)
        out["kind"][rows] = KINDS.index(OPERATIONS[operation][0])
        out["reason"][rows] = 1 + mark
        out["why"][rows] = 1 + row_of(step.key) * len(MARKS) + mark
        out["said"][rows] = np.stack(numbers, axis=-1)
    return out


def _cells(found: Trace) -> dict[str, NDArray[Any]]:
    """The values of all steps, each at its place, and the gravest event of each."""
    count, classes = found.logits.shape
    places = spots(classes)
    width = max(spot.places.stop for spot in places.values())
    values = np.empty((count, width), found.logits.dtype)
    marks = np.zeros((count, max(width, _TRAVELS_ONCE)), np.uint8)
    own = (np.arange(classes) == found.target[:, None]).astype(np.uint8) * TARGET
    for name in found.formulas:
        for step in found[name].steps:
            spot = places[name, step.key]
            where = slice(spot.at, spot.places.stop)
            mark = _GRAVEST[step.events]
            # a loss of -0 is written 0
            shown = step.values + step.values.dtype.type(0) if step.key == "neg" else step.values
            values[:, where] = shown if spot.size else shown[:, None]
            marks[:, where] = mark + own if spot.size else mark[:, None]
    numbers = {f"v{i}": values[:, part] for i, part in enumerate(parts(classes))}
    return {**numbers, "e": marks}


def _reach(wrong: Mapping[str, NDArray[np.int8]]) -> NDArray[np.uint8]:
    """What each step of each formula is: 1 the first that goes wrong, 2 one that depends on it."""
    marks = np.concatenate([_REACHED[name][wrong[name].astype(int)] for name in FORMULAS], axis=-1)
    return np.pad(marks, ((0, 0), (0, max(_TRAVELS_ONCE - marks.shape[1], 0))))


# Rows of so many bytes that are the same travel to the browser once (ui.figure.sweeps).
_TRAVELS_ONCE = 64


def _judged(found: Trace, truth: TrueLosses) -> Arrays:
    """The errors, the outcomes, the gradients and what they would do, formula by formula."""
    fmt = found.format
    true_slope = true_gradients(found.logits, found.target, fmt)
    slopes = [one.values for one in gradients(found).values()]
    gaps = [errors(found[name].loss, truth, fmt) for name in FORMULAS]
    judged = [verdicts(slope, true_slope, fmt) for slope in slopes]

    def side_by_side(columns: Iterable[NDArray[Any]]) -> NDArray[Any]:
        return np.stack(list(columns), axis=-1)

    return {
        "truth": truth.high,
        # the errors in ulps, in percent, and the factors of the gradients: one array, for rows
        # that are the same
        "far": narrowed(
            np.concatenate(
                [
                    side_by_side(one.ulps for one in gaps),
                    side_by_side(one.percent for one in gaps),
                    side_by_side(one.factor for one in judged),
                ],
                axis=-1,
            ),
            2,
        ),
        "outcome": side_by_side(outcomes(found[name].loss, truth, fmt) for name in FORMULAS),
        "g": np.concatenate(slopes, axis=-1),
        "slope": narrowed(true_slope, 3),
        "verdict": side_by_side(one.codes for one in judged),
    }


def bench(logits: NDArray[np.float64], target: NDArray[Any], fmt: Format) -> Arrays:
    """All that the bench shows for rows of logits (R, C), each with its target (R)."""
    found = trace(logits, target, fmt)
    truth = true_losses(found.logits, target, fmt)
    wrong = first_wrong(found, truth)
    void = np.isnan(truth.high)
    causes = [_causes(found, name, wrong[name], void) for name in FORMULAS]
    line = logit_line(fmt)
    wide = found.logits.astype(np.float64)
    with np.errstate(all="ignore"):
        shifted = wide - wide.max(axis=-1, keepdims=True)
    return {
        "x": found.logits,
        **_cells(found),
        "m": _reach(wrong),
        "said": np.concatenate([cause.pop("said") for cause in causes], axis=-1),
        **{key: np.stack([cause[key] for cause in causes], axis=-1) for key in causes[0]},
        **_judged(found, truth),
        "u": line.place(wide).astype(np.float32),
        "us": line.place(shifted).astype(np.float32),
    }


# ---- a number for each cell


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


MARK_AT = _mark_index()


def short_name(name: str) -> str:
    """A format's name where there is little room."""
    return name.removeprefix("float8_")


# ---- one number's bits

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

    def how(one: BitPattern) -> str:
        template = {"normal": "how_normal", "zero": "how_subnormal", "subnormal": "how_subnormal"}
        return fill(words[template.get(one.kind, "how_special")], {
            "stored": one.exponent, "number": int(one.exponent, 2), "bias": one.format.bias,
            "power": str(one.power).replace("-", "−")})  # fmt: skip

    rows: list[tuple[str, Callable[[BitPattern], str]]] = [
        ("bits_row", lambda one: f"`{one.sign} {one.exponent} {one.fraction}`"),
        ("kind", lambda one: kinds[one.kind]),
        ("how", how),
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
