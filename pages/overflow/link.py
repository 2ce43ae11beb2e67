"""What a link to the bench says: a row of any logits, bits that are turned over, a story."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ui.state import params, typed
from xent_core.trace import FORMATS, Format

FORMAT_NAMES = tuple(FORMATS)
NO_CELL = -1.0  # nothing is looked at
SLIDERS = 6  # of the numbers of a row follow a slider; the others are typed


def numbered(number: float) -> Format:
    """Return the format of a number in the address."""
    return FORMATS[FORMAT_NAMES[int(number)]]


def slides(index: int, value: float) -> bool:
    """Tell whether a logit has a slider: it is finite, not -0, and one of the first."""
    negative_zero = value == 0 and math.copysign(1, value) < 0
    return index < SLIDERS and math.isfinite(value) and not negative_zero


@dataclass(frozen=True)
class Row(params.Numbers):
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

    def read(self, text: str, so_far: params.State) -> tuple[float, ...]:
        parts = text.split(",", self.most)
        if len(parts) > self.most:
            raise ValueError(f"more than {self.most} numbers")
        return tuple(typed.read_number(part) for part in parts)


@dataclass(frozen=True)
class Flips(params.Param):
    """Which bits of which cell are flipped, in a link: "40-80000000"; "0" for none.

    `of` are the parameters that may name the cell, of which the first that does so counts: the
    bits of another one are as they are stored. After the cell stand the flipped bits as a
    hexadecimal number, the sign's the highest of those of the format, which has at most 64.
    """

    default: str
    of: tuple[str, ...]

    def allows(self, so_far: params.State) -> params.Allowed:
        return "link_bits", {"usual": write_flips(max(self._cell(so_far), 0), [0], 32)}

    def _cell(self, so_far: params.State) -> int:
        return looked_at(*(so_far[name] for name in self.of))

    def read(self, text: str, so_far: params.State) -> str:
        if not re.fullmatch("0|[0-9]{1,5}-[0-9a-f]{1,16}", text):
            raise ValueError(f"{text[:20]!r} does not say which bits of which cell")
        return text

    def fit(self, value: str, so_far: params.State) -> str:
        return value if value.split("-")[0] == str(self._cell(so_far)) else "0"


def looked_at(*cells: float) -> int:
    """Return the first of some cells that is one; NO_CELL if none is."""
    return int(next((cell for cell in cells if cell != NO_CELL), NO_CELL))


def write_flips(cell: int, places: Iterable[int], bits: int) -> str:
    """Write which bits of a cell are flipped: 0 is the sign, the last the lowest."""
    mask = sum(1 << (bits - 1 - at) for at in places)
    return f"{cell}-{mask:x}" if mask else "0"


def read_flips(value: str, bits: int) -> list[int]:
    """What `write_flips` undoes; a bit that the format has not is none."""
    mask = int(value.partition("-")[2] or "0", 16)
    return [at for at in range(bits) if mask >> (bits - 1 - at) & 1]
