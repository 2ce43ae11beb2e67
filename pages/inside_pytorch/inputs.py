"""How the state of the lesson about PyTorch stands in a link, and what follows from it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ui.state import links, typed
from ui.state.links import Allowed
from ui.state.params import NoControls
from ui.state.typed import (
    IGNORED,
    IGNORED_LABELS,
    MAX_CLASSES,
    MAX_ROWS,
    MAX_WEIGHT,
    Matrix,
    write_matrix,
    write_number,
)
from ui.words.digits import exact

NO_CLASS = "-"  # in a link: no class is ignored, only torch's own -100


@dataclass(frozen=True)
class Logits(NoControls):
    """A matrix of logits: 1 to 8 rows of 1 to 10 numbers; inf and nan may be among them."""

    default: Matrix

    def allows(self, so_far: Mapping[str, Any]) -> Allowed:
        return "link_matrix", {"rows": MAX_ROWS, "classes": MAX_CLASSES}

    def read(self, text: str, so_far: Mapping[str, Any]) -> Matrix:
        return typed.read_linked_matrix(text)

    def write(self, value: Matrix, state: Mapping[str, Any]) -> str:
        return write_matrix(value)


@dataclass(frozen=True)
class Targets(NoControls):
    """A class for each row of the logits named `of`, or a number that is ignored."""

    default: tuple[int, ...]
    of: str

    def allows(self, so_far: Mapping[str, Any]) -> Allowed:
        x = so_far[self.of]
        return "link_targets", {"rows": len(x), "last": len(x[0]) - 1}

    def read(self, text: str, so_far: Mapping[str, Any]) -> tuple[int, ...]:
        x = so_far[self.of]
        return typed.read_targets(text, len(x), len(x[0]), IGNORED_LABELS)

    def fit(self, value: Sequence[int], so_far: Mapping[str, Any]) -> tuple[int, ...]:
        x = so_far[self.of]
        kept = (*value, *(0,) * len(x))[: len(x)]
        return tuple(k if k in IGNORED_LABELS else min(k, len(x[0]) - 1) for k in kept)

    def write(self, value: Sequence[int], state: Mapping[str, Any]) -> str:
        return ",".join(map(str, value))


@dataclass(frozen=True)
class Weights(NoControls):
    """Weights of the classes, or none."""

    default: tuple[float, ...]

    def allows(self, so_far: Mapping[str, Any]) -> Allowed:
        bounds = {"lo": exact(-MAX_WEIGHT), "hi": exact(MAX_WEIGHT)}
        return "link_numbers", {"least": 0, "most": MAX_CLASSES, **bounds}

    def read(self, text: str, so_far: Mapping[str, Any]) -> tuple[float, ...]:
        return typed.read_weights(text)

    def write(self, value: tuple[float, ...], state: Mapping[str, Any]) -> str:
        return ",".join(map(write_number, value))


@dataclass(frozen=True)
class Masked(NoControls):
    """Some of the classes of the logits named `of`."""

    default: tuple[int, ...]
    of: str

    def allows(self, so_far: Mapping[str, Any]) -> Allowed:
        return "link_some", {"last": len(so_far[self.of][0]) - 1}

    def read(self, text: str, so_far: Mapping[str, Any]) -> tuple[int, ...]:
        classes = range(len(so_far[self.of][0]))
        chosen = tuple(text.split(",", MAX_CLASSES)) if text else ()
        if not set(chosen) <= set(map(str, classes)):
            raise ValueError(f"{text[:40]!r} are not some of the classes")
        return tuple(k for k in classes if str(k) in chosen)

    def fit(self, value: Sequence[int], so_far: Mapping[str, Any]) -> tuple[int, ...]:
        return tuple(k for k in value if k < len(so_far[self.of][0]))

    def write(self, value: Sequence[int], state: Mapping[str, Any]) -> str:
        return ",".join(map(str, value))


@dataclass(frozen=True)
class Together(NoControls):
    """Some parameters that share a place in the address: mean~0.1~3. Their state is a dict."""

    parts: tuple[Any, ...]

    @property
    def default(self) -> dict[str, Any]:
        return {part.name: part.default for part in self.parts}

    def allows(self, so_far: Mapping[str, Any]) -> Allowed:
        return "link_parts", {"count": len(self.parts), "usual": self.write(self.default, so_far)}

    def read(self, text: str, so_far: Mapping[str, Any]) -> dict[str, Any]:
        """Read each part; a refusal says what is allowed in the part that cannot be used."""
        texts = text.split("~", len(self.parts))
        if len(texts) != len(self.parts):
            raise ValueError(f"not {len(self.parts)} parts")
        found = {}
        for part, one in zip(self.parts, texts, strict=True):
            try:
                found[part.name] = part.read(one, so_far)
            except ValueError as error:
                raise links.NotAllowedError(str(error), part.allows(so_far)) from error
        return found

    def write(self, value: Mapping[str, Any], state: Mapping[str, Any]) -> str:
        return "~".join(part.write(value[part.name], state) for part in self.parts)


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
        return {name: written[name] for name in self.figure} | finite | {"k": class_of(state, row)}

    def from_controls(
        self, values: Mapping[str, str], before: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        rest = self.write(before or self.default)
        state, problems = self.read(rest | {name: values[name] for name in self.figure})
        if any(problem.name in self.figure for problem in problems):  # the rest may not fit x
            raise ValueError(f"commit: cannot use {problems}")
        state = self.settled(state)
        row, x, t = int(state["row"]), [*state["x"]], [*state["t"]]
        x[row] = tuple(
            typed.read_finite(values.get(f"z{j}", write_number(z))) for j, z in enumerate(x[row])
        )
        if int(values["k"]) != class_of(state, row):  # an ignored row stays one while it is dragged
            t[row] = int(values["k"])
        return self._sound(self.written({**state, "x": tuple(x), "t": tuple(t)}))

    def read(self, query: Mapping[str, str]) -> tuple[dict[str, Any], list[links.Problem]]:
        """Read a query; a target that is no class must be the one that is ignored."""
        state, problems = super().read(query)
        if not {state["t"][row] for row in ignored_rows(state)} <= {ignored_in(state)}:
            targets = next(param for param in self.params if param.name == "t")
            problems.append(links.Problem("t", query["t"][:40], targets.allows(state)))
            state["t"] = targets.fit(targets.default, state)
        return state, problems

    def settled(self, state: Mapping[str, Any]) -> dict[str, Any]:
        """Return a state whose parts fit together: another x may have other classes.

        Rows that are ignored stay so when another number is to be ignored.
        """
        out = super().settled(state)
        lost = set(ignored_rows(out))
        out["t"] = tuple(ignored_in(out) if i in lost else k for i, k in enumerate(out["t"]))
        return out


def ignored_in(state: Mapping[str, Any]) -> int:
    """Return the ignore_index in effect: a class that the logits have not is none."""
    word = state["opt"].get("ignored", NO_CLASS)
    found = IGNORED if word == NO_CLASS else int(word)
    return found if found in IGNORED_LABELS or found < len(state["x"][0]) else IGNORED


def ignored_rows(state: Mapping[str, Any]) -> list[int]:
    """Return the rows whose target is no class at all."""
    classes = range(len(state["x"][0]))
    return [i for i, k in enumerate(state["t"]) if k not in classes]


def class_of(state: Mapping[str, Any], row: int) -> int:
    """Return the right class of a row; 0 stands in where its target is no class."""
    return 0 if row in ignored_rows(state) else state["t"][row]


def plain_targets(state: Mapping[str, Any]) -> tuple[int, ...]:
    """Return the targets for what does not set ignore_index: torch's own where none is a class."""
    ignored = ignored_rows(state)
    return tuple(IGNORED if i in ignored else k for i, k in enumerate(state["t"]))


def as_one_hot(state: Mapping[str, Any]) -> bool:
    """Tell whether the targets are one-hot rows: a number that is no class has none."""
    return state["opt"]["kind"] == "one_hot" and not ignored_rows(state)


def options_target(state: Mapping[str, Any]) -> tuple[int, ...] | tuple[tuple[float, ...], ...]:
    """Return the targets as torch gets them with the options: classes, or a one-hot row each."""
    if not as_one_hot(state):
        return state["t"]
    classes = range(len(state["x"][0]))
    return tuple(tuple(float(j == k) for j in classes) for k in state["t"])


def weights_of(state: Mapping[str, Any]) -> tuple[float, ...]:
    """Return the weights of all classes, or none; 1 each where a link has fewer than x classes."""
    weights, classes = state["opt"]["weight"], len(state["x"][0])
    return (*weights, *(1.0,) * classes)[:classes] if weights else ()
