"""Arrays as people type and paste them: one grammar for every field that takes numbers.

It reads plain numbers parted by commas or spaces, rows on lines of their own or parted by ; and
what PyTorch, NumPy and Python print or take: brackets, tensor(…, grad_fn=<…>), float('-inf').
Nothing is evaluated. A text is counted before it is read, and read once from left to right.
"""

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ui.state.links import quoted
from ui.words import numbers
from ui.words.numbers import write_number

Matrix = tuple[tuple[float, ...], ...]

MAX_ROWS, MAX_CLASSES = 8, 10  # of a batch for PyTorch
MAX_ROW = 16  # numbers in a row whose steps are traced
MAX_TEXT = 3000
MAX_WEIGHT = 1000
# What F.cross_entropy ignores unless told another number, and what people tell it instead:
# detection heads take -1, masks of segmentation 255.
IGNORED = -100
IGNORED_LABELS = (IGNORED, -1, 255)
# One nan for all: Python's tuples compare an object with itself as equal, nan too.
_SPECIAL = {"inf": math.inf, "infinity": math.inf, "infty": math.inf, "∞": math.inf,
            "nan": math.nan}  # fmt: skip
_MODULE = r"(?:torch|nn|numpy|np|math)\."
_CALLS = (
    r"(?:tensor|as_tensor|array|asarray|parameter|(?:float|double|half|long)tensor"
    r"|(?:b?float|u?int)\d*)"
)
# dtype=torch.float16, device='cuda:0', grad_fn=<AddmmBackward0>: they say nothing of the numbers
_OPTION = (
    r",?\s*(?:dtype|device|grad_fn|requires_grad|layout|size)\s*=\s*"
    r"(?:<[^<>]*>|'[^']*'|\"[^\"]*\"|\([^()]*\)|[\w.]+(?:\([^()]*\))?)"
)
_TOKEN = re.compile(
    rf"""(?P<option>{_OPTION})
    | (?P<word>[+-]?float\s*\(\s*(?:'[^']*'|"[^"]*")\s*\))
    | (?P<call>(?:{_MODULE})?{_CALLS}(?=\s*\())
    | (?P<line>[\r\n]+) | (?P<space>[^\S\r\n]+) | (?P<row>[;_]) | (?P<comma>,)
    | (?P<open>[\[({{]) | (?P<close>[\])}}])
    | (?P<number>[^\s,;_()\[\]{{}}]+)""",
    re.VERBOSE | re.IGNORECASE,
)
_FLOAT = re.compile(r"^([+-]?)float\s*\(\s*['\"]([^'\"]*)['\"]\s*\)$", re.IGNORECASE)
# What stands before an array: its name, or the class that printed it.
_LEAD = re.compile(
    r"\s*(?:[^\W\d]\w{0,30}\s*=(?!=))?\s*(?:Parameter containing:)?\s*"
    r"(?:(?:torch\.)?(?:tensor|array)?(?!\s*\()(?![\w.]*\())?",
    re.IGNORECASE,
)


class UnreadableError(ValueError):
    """What was typed cannot be used: the label typed_`why` says so, `values` are its places."""

    def __init__(self, why: str, **values: object) -> None:
        super().__init__(f"{why} {values}")
        self.why, self.values = why, values


class AmbiguousError(UnreadableError):
    """Commas that may be decimal points: `readings` has each way to say it without doubt."""

    def __init__(self, readings: Sequence[str]) -> None:
        super().__init__("which_commas")
        self.readings = tuple(readings)


@dataclass(frozen=True)
class TypedRow:
    """A row that can be used, and what was typed for numbers beyond float64."""

    values: tuple[float, ...]
    beyond: tuple[str, ...] = ()


# ---- from text to cells


def _plain(text: str, most: int) -> str:
    """Return the text in ASCII's digits and signs: full-width ones are as good."""
    if len(text) > most:
        raise UnreadableError("too_long", most=most)
    return numbers.plain(text).replace("、", ",")


def _tokens(plain: str) -> Iterator[tuple[str, str]]:
    lead = _LEAD.match(plain)
    for match in _TOKEN.finditer(plain, lead.end() if lead else 0):
        yield match.lastgroup or "", match[0]


class _Reader:
    """Puts one token after another where it belongs. Brackets need not be complete.

    Of a print that was cut off where it was copied the numbers are still read; but nothing that
    could be read in two ways is.
    """

    def __init__(self) -> None:
        self.rows: list[list[str]] = [[]]
        self.inside: list[bool] = []  # of each open bracket: it belongs to the numbers, no call
        self.called = False  # the next bracket is a call's
        self.commas = 0  # since the last number
        self.opened = self.closed = 0  # brackets since the last number

    def new_row(self) -> None:
        if self.rows[-1]:
            self.rows.append([])
        self.commas = 0

    def open(self) -> None:
        called, self.called = self.called, False
        self.inside.append(not called)
        if called:
            return
        self.opened += 1
        self.new_row()

    def close(self) -> None:
        if not self.inside or self.inside.pop():
            if self.opened:  # [] holds nothing
                self.opened -= 1
            else:
                self.closed += 1
            self.commas = 0

    def number(self, cell: str) -> None:
        first = len(self.rows) == 1 and not self.rows[0]
        if self.commas > (len(self.rows[-1]) > 0) and not first:
            raise UnreadableError("gap")
        if self.closed > 1 and self.opened > 1 and not first:
            raise UnreadableError("many_axes")
        if self.closed and not self.opened and not first:
            raise UnreadableError("no_number", what=quoted(f"]{cell[:20]}"))
        self.rows[-1].append(cell)
        self.commas = self.opened = self.closed = 0

    def take(self, kind: str, token: str) -> None:
        if kind in ("number", "word"):
            self.number(token)
        elif kind == "comma":
            self.commas += 1
        elif kind == "row" or (kind == "line" and not self.inside):
            self.closed = 0  # what follows is a row, with brackets or without
            self.new_row()
        elif kind == "open":
            self.open()
        elif kind == "close":
            self.close()
        elif kind == "call":
            self.called = True


def _cells(text: str, most: int = MAX_TEXT) -> list[list[str]]:
    """Return the rows of what was typed, cell by cell, still as text."""
    reader = _Reader()
    for kind, token in _tokens(_plain(text, most)):
        reader.take(kind, token)
    rows = [row for row in reader.rows if row]
    if not rows:
        raise UnreadableError("nothing")
    return rows


# ---- numbers


def read_number(cell: str) -> float:
    """Return a number, ±inf or nan; UnreadableError for anything else.

    What float64 cannot hold is ±inf or 0, as float64 has it.
    """
    bare = _FLOAT.sub(r"\1\2", cell)
    sign, size = (bare[0], bare[1:]) if bare[:1] in ("+", "-") else ("", bare)
    word = _SPECIAL.get(re.sub(f"^{_MODULE}", "", size.lower()))
    if word is not None:
        return word if math.isnan(word) else math.copysign(word, -1 if sign == "-" else 1)
    if not numbers.is_real(bare):
        raise UnreadableError("no_number", what=quoted(cell[: numbers.LONGEST] or " "))
    return float(bare)


def _is_beyond(cell: str, value: float) -> bool:
    """Tell whether a number was typed that float64 made ±inf or 0 of."""
    lost = value == 0 and re.search("[1-9]", re.split("[eE]", cell)[0])
    return bool(lost) or (math.isinf(value) and numbers.is_real(cell))


def read_finite(cell: str) -> float:
    """Return a number without a sign of 0; UnreadableError for 1e999."""
    value = read_number(cell)
    if math.isinf(value) and _is_beyond(cell, value):
        raise UnreadableError("too_large", what=quoted(cell[:20]))
    return value or 0.0


def write_matrix(matrix: Matrix, row: str = "_", cell: str = ",") -> str:
    """Write a matrix as a link, or with other separators a field, has it."""
    return row.join(cell.join(map(write_number, line)) for line in matrix)


def write_row(values: Sequence[float]) -> str:
    """Write a row for the field that it is typed in."""
    return ", ".join(map(write_number, values))


# ---- what a field or a link may hold


def read_matrix(text: str) -> Matrix:
    """Return the numbers of a matrix of at most 8 × 10."""
    cells = _cells(text)
    if len(cells) > MAX_ROWS:
        raise UnreadableError("many_rows", found=len(cells), most=MAX_ROWS)
    longest = max(map(len, cells))
    if longest > MAX_CLASSES:
        raise UnreadableError("many_numbers", found=longest, most=MAX_CLASSES)
    matrix = tuple(tuple(map(read_finite, row)) for row in cells)
    odd = next((i for i, row in enumerate(matrix) if len(row) != len(matrix[0])), None)
    if odd is not None:
        found, first = len(matrix[odd]), len(matrix[0])
        raise UnreadableError("ragged", row=odd, found=found, first=first)
    return matrix


def read_linked_matrix(text: str) -> Matrix:
    """Return the matrix of a link, where a line is always a row."""
    return read_matrix(re.sub(r"[\r\n]+", ";", text))


def _one_row(text: str) -> list[str]:
    """Return the cells of a row, or of a column; a matrix is refused."""
    cells = _cells(text)
    lengths = set(map(len, cells))
    unlike = len(lengths) > 1  # 1000, 0; -5: no matrix, so ; parts numbers there
    if len(cells) > 1 and lengths != {1} and not (unlike and "[" not in text):
        raise UnreadableError("one_row", found=len(cells))
    return [cell for row in cells for cell in row]


def read_row(text: str) -> TypedRow:
    """Return a row of at most 16 logits, and what in it was beyond float64."""
    cells = _one_row(text)
    if len(cells) > MAX_ROW:
        raise UnreadableError("many_numbers", found=len(cells), most=MAX_ROW)
    values = tuple(map(read_number, cells))
    beyond = tuple(c for c, x in zip(cells, values, strict=True) if _is_beyond(c, x))
    return TypedRow(values, beyond)


def read_targets(
    text: str, rows: int, classes: int, ignored: Sequence[int] = ()
) -> tuple[int, ...]:
    """Return the typed class of each row, or one of `ignored` where a row does not count."""
    try:
        cells = [cell for row in _cells(text) for cell in row]
    except UnreadableError as error:
        if error.why != "nothing":
            raise
        cells = []
    if len(cells) != rows:
        raise UnreadableError("target_count", found=len(cells), rows=rows)
    for cell in cells:
        found = int(cell) if re.fullmatch(r"-?\d{1,3}", cell, re.ASCII) else None
        if found in IGNORED_LABELS and found not in ignored and not 0 <= found < classes:
            raise UnreadableError("not_ignored", what=quoted(cell), last=classes - 1)
        if found is None or not (0 <= found < classes or found in ignored):
            raise UnreadableError("no_class", what=quoted(cell[:20]), last=classes - 1)
    return tuple(map(int, cells))


def read_weights(text: str, classes: int | None = None) -> tuple[float, ...]:
    """Return the typed weights of the classes, () if there are none.

    With `classes` there must be one for each.
    """
    cells = _one_row(text) if _plain(text, MAX_TEXT).strip("()[] \t\r\n") else []
    if len(cells) > MAX_CLASSES:
        raise UnreadableError("many_numbers", found=len(cells), most=MAX_CLASSES)
    weights = tuple(map(read_finite, cells))
    for weight, cell in zip(weights, cells, strict=True):
        if not -MAX_WEIGHT <= weight <= MAX_WEIGHT:
            raise UnreadableError("no_weight", what=quoted(cell[:20]), most=MAX_WEIGHT)
    if weights and classes is not None and len(weights) != classes:
        raise UnreadableError("weight_count", found=len(weights), classes=classes)
    return weights


# ---- decimal commas

_WHOLE = r"[+-]?\d+(?:,\d+)?(?:e[+-]?\d+)?"
_WITH_COMMA = re.compile(_WHOLE, re.ASCII | re.IGNORECASE)


def _comma_lines(text: str) -> list[list[list[str]]] | None:
    """Return lines of parts of words, if each word may be a number with a decimal comma.

    A comma of the full width is never one, nor is a comma with a space behind it.
    """
    plain = text.replace("\N{MINUS SIGN}", "-").strip(" ;\t\r\n")
    if len(plain) > MAX_TEXT or "," not in plain:
        return None
    lines = [[part.split() for part in line.split(";")] for line in re.split(r"[\r\n]+", plain)]
    words = [word for line in lines for part in line for word in part]
    return lines if all(map(_WITH_COMMA.fullmatch, words)) else None


def has_decimal_comma(text: str) -> bool:
    """Tell whether every number typed may have been meant with a decimal comma."""
    return _comma_lines(text) is not None


def check_commas(text: str, read: Callable[[str], object], one_row: bool = False) -> None:
    """Raise AmbiguousError if commas may part numbers or be decimal, with what `read` takes.

    1,5; 2,5 is two rows of two numbers, or 1.5 and 2.5. One number on each line is not asked
    about: there commas part numbers, as in what the field shows itself.
    """
    lines = _comma_lines(text)
    if lines is None or all(len(line) == 1 and len(line[0]) == 1 for line in lines):
        return
    rows = [part for line in lines for part in line]
    apart = [", ".join(word.replace(",", ", ") for word in row) for row in rows]
    if all(len(row) == 1 for row in rows):  # 1,5; 2,5: with points these are parts of one row
        rows = [[row[0] for row in line] for line in lines]
    points = [", ".join(word.replace(",", ".") for word in row) for row in rows]
    readings = []
    for reading in ((", " if one_row else "; ").join(parts) for parts in (apart, points)):
        try:
            read(reading)
        except UnreadableError:
            continue
        readings.append(reading)
    if readings:
        raise AmbiguousError(readings)
