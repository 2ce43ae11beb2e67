"""What a learner may type on the page about PyTorch, and how its state stands in a link.

Everything is counted before it is read, so that neither a field nor a link can ask for more
than 8 × 10 numbers.
"""

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ui import links

Matrix = tuple[tuple[float, ...], ...]

MAX_ROWS, MAX_CLASSES = 8, 10
MAX_TEXT = 3000
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
# One nan for all: Python's tuples compare an object with itself as equal, nan too.
_WORDS = {"inf": math.inf, "infinity": math.inf, "∞": math.inf, "nan": math.nan}


class UnreadableError(ValueError):
    """What was typed cannot be used: `why` is the key of a sentence, `values` its places."""

    def __init__(self, why: str, **values: object) -> None:
        super().__init__(f"{why} {values}")
        self.why, self.values = why, values


def _plain(text: str) -> str:
    """Return the text in ASCII's digits and signs: full-width ones are as good."""
    if len(text) > MAX_TEXT:
        raise UnreadableError("too_long", most=MAX_TEXT)
    plain = unicodedata.normalize("NFKC", text)
    return plain.replace("\N{MINUS SIGN}", "-").replace("、", ",")


def _number(cell: str) -> float:
    """Return a number, ±inf or nan; UnreadableError for anything else, also for 1e999."""
    sign = -1.0 if cell[:1] == "-" else 1.0
    word = _WORDS.get(cell.lstrip("+-").lower())
    if word is not None and len(cell) - len(cell.lstrip("+-")) <= 1:
        return word if math.isnan(word) else sign * word
    if len(cell) > 40 or not _NUMBER.fullmatch(cell):
        raise UnreadableError("no_number", what=links.quoted(cell[:20] or " "))
    value = float(cell)
    if math.isinf(value):
        raise UnreadableError("too_large", what=links.quoted(cell[:20]))
    return value + 0.0


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.split(",")] if "," in row else row.split()


def read_matrix(text: str) -> Matrix:
    """Return the numbers of a typed matrix: rows on lines of their own, or parted by ; or _.

    What print(tensor) and Python write, with brackets, is understood too.
    """
    plain = re.sub(r"\]\s*,?\s*\[", ";", _plain(text))
    plain = re.sub(r"^\s*(torch\.)?(tensor|array)?", "", plain).strip("()[],; \t\r\n")
    rows = [row for row in re.split(r"[;_\r\n]+", plain) if row.strip(" ,\t")]
    if not rows:
        raise UnreadableError("nothing")
    if len(rows) > MAX_ROWS:
        raise UnreadableError("many_rows", found=len(rows), most=MAX_ROWS)
    cells = [_cells(row.strip().rstrip(",")) for row in rows]
    longest = max(map(len, cells))
    if longest > MAX_CLASSES:
        raise UnreadableError("many_classes", found=longest, most=MAX_CLASSES)
    numbers = tuple(tuple(map(_number, row)) for row in cells)
    odd = next((i for i, row in enumerate(numbers) if len(row) != len(numbers[0])), None)
    if odd is not None:
        found, first = len(numbers[odd]), len(numbers[0])
        raise UnreadableError("ragged", row=odd, found=found, first=first)
    return numbers


def read_targets(text: str, rows: int, classes: int) -> tuple[int, ...]:
    """Return the typed class of each row."""
    cells = _cells(re.sub(r"[\[\];_\r\n]+", " ", _plain(text)).strip())
    if len(cells) != rows:
        raise UnreadableError("target_count", found=len(cells), rows=rows)
    for cell in cells:
        if not re.fullmatch(r"\d{1,2}", cell, re.ASCII) or int(cell) >= classes:
            raise UnreadableError("no_class", what=links.quoted(cell[:20]), last=classes - 1)
    return tuple(map(int, cells))


def read_weights(text: str, classes: int | None = None) -> tuple[float, ...]:
    """Return the typed weights of the classes, () if there are none.

    With `classes` there must be one for each.
    """
    plain = _plain(text).strip("()[] \t\r\n")
    cells = _cells(plain) if plain else []
    if len(cells) > MAX_CLASSES:
        raise UnreadableError("many_classes", found=len(cells), most=MAX_CLASSES)
    weights = tuple(map(_number, cells))
    for weight, cell in zip(weights, cells, strict=True):
        if not 0 <= weight <= 1000:
            raise UnreadableError("no_weight", what=links.quoted(cell[:20]))
    if weights and classes is not None and len(weights) != classes:
        raise UnreadableError("weight_count", found=len(weights), classes=classes)
    return weights


def write_number(x: float) -> str:
    """Return a number as a link has it: the fewest digits that give it back."""
    return repr(float(x)).removesuffix(".0").replace("e+", "e")


def write_matrix(matrix: Matrix, row: str = "_", cell: str = ",") -> str:
    """Return a matrix as a link, or with other separators a field, has it."""
    return row.join(cell.join(map(write_number, numbers)) for numbers in matrix)


@dataclass(frozen=True)
class Logits:
    """A matrix of logits: 1 to 8 rows of 1 to 10 numbers; inf and nan may be among them."""

    name: str
    default: Matrix

    def read(self, text: str, so_far: Mapping[str, Any]) -> Matrix:
        return read_matrix(text)

    def fit(self, value: Matrix, so_far: Mapping[str, Any]) -> Matrix:
        return value

    def write(self, value: Matrix) -> str:
        return write_matrix(value)


@dataclass(frozen=True)
class Targets:
    """A class for each row of the logits named `of`."""

    name: str
    default: tuple[int, ...]
    of: str

    def read(self, text: str, so_far: Mapping[str, Any]) -> tuple[int, ...]:
        x = so_far[self.of]
        return read_targets(text, len(x), len(x[0]))

    def fit(self, value: Sequence[int], so_far: Mapping[str, Any]) -> tuple[int, ...]:
        x = so_far[self.of]
        kept = (*value, *(0,) * len(x))[: len(x)]
        return tuple(min(k, len(x[0]) - 1) for k in kept)

    def write(self, value: Sequence[int]) -> str:
        return ",".join(map(str, value))


@dataclass(frozen=True)
class Word:
    """One of some words that no language changes: float32, mean, 4x5."""

    name: str
    default: str
    options: Sequence[str]

    def read(self, text: str, so_far: Mapping[str, Any]) -> str:
        if text not in self.options:
            raise ValueError(f"{text[:40]!r} is not one of {self.options}")
        return text

    def fit(self, value: str, so_far: Mapping[str, Any]) -> str:
        return value

    def write(self, value: str) -> str:
        return value


@dataclass(frozen=True)
class Weights:
    """Weights of the classes, or none."""

    name: str
    default: tuple[float, ...]

    def read(self, text: str, so_far: Mapping[str, Any]) -> tuple[float, ...]:
        return read_weights(text)

    def fit(self, value: tuple[float, ...], so_far: Mapping[str, Any]) -> tuple[float, ...]:
        return value

    def write(self, value: tuple[float, ...]) -> str:
        return ",".join(map(write_number, value))


@dataclass(frozen=True)
class Masked:
    """Some of the classes of the logits named `of`."""

    name: str
    default: tuple[int, ...]
    of: str

    def read(self, text: str, so_far: Mapping[str, Any]) -> tuple[int, ...]:
        classes = range(len(so_far[self.of][0]))
        chosen = tuple(text.split(",", MAX_CLASSES)) if text else ()
        if not set(chosen) <= set(map(str, classes)):
            raise ValueError(f"{text[:40]!r} are not some of the classes")
        return tuple(k for k in classes if str(k) in chosen)

    def fit(self, value: Sequence[int], so_far: Mapping[str, Any]) -> tuple[int, ...]:
        return tuple(k for k in value if k < len(so_far[self.of][0]))

    def write(self, value: Sequence[int]) -> str:
        return ",".join(map(str, value))


@dataclass(frozen=True)
class Together:
    """Some parameters that share a place in the address: mean~0.1~3. Their state is a dict."""

    name: str
    parts: tuple[Any, ...]

    @property
    def default(self) -> dict[str, Any]:
        return {part.name: part.default for part in self.parts}

    def read(self, text: str, so_far: Mapping[str, Any]) -> dict[str, Any]:
        texts = text.split("~", len(self.parts))
        if len(texts) != len(self.parts):
            raise ValueError(f"not {len(self.parts)} parts")
        return {
            part.name: part.read(one, so_far) for part, one in zip(self.parts, texts, strict=True)
        }

    def fit(self, value: dict[str, Any], so_far: Mapping[str, Any]) -> dict[str, Any]:
        return value

    def write(self, value: Mapping[str, Any]) -> str:
        return "~".join(part.write(value[part.name]) for part in self.parts)


class PageParams(links.Params):
    """The state of the page. Its live figure moves one row of x and that row's class, no more.

    A logit that is no number has no slider, and stays as it was typed.
    """

    def __init__(self, figure: Sequence[str], *params: Any) -> None:
        super().__init__(*params)
        self.figure = figure  # what the figure shows besides, and a commit of it may set

    def controls(self, state: Mapping[str, Any]) -> dict[str, Any]:
        row = int(state["row"])
        written = self.write(state)
        finite = {f"z{j}": z for j, z in enumerate(state["x"][row]) if math.isfinite(z)}
        return {name: written[name] for name in self.figure} | finite | {"k": state["t"][row]}

    def from_controls(
        self, values: Mapping[str, str], before: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        rest = self.write(before or self.default)
        state = self.settled({**self._read(rest | {name: values[name] for name in self.figure})})
        row = int(state["row"])
        logits = [
            _number(values.get(f"z{j}", write_number(z))) for j, z in enumerate(state["x"][row])
        ]
        x = [*state["x"]]
        x[row] = tuple(logits)
        t = [*state["t"]]
        t[row] = int(values["k"])
        return self._sound(self.write({**state, "x": tuple(x), "t": tuple(t)}))

    def _read(self, query: Mapping[str, str]) -> dict[str, Any]:
        """Read a query whose parts may not fit together; each that cannot be read is an error."""
        state, problems = self.read(query)
        fatal = [p for p in problems if p.name in self.figure]
        if fatal:
            raise ValueError(f"commit: cannot use {fatal}")
        return state

    def settled(self, state: Mapping[str, Any]) -> dict[str, Any]:
        """Return a state whose parts fit together: another x may have other classes."""
        out = dict(state)
        for param in self.params:
            out[param.name] = param.fit(out[param.name], out)
        return out
