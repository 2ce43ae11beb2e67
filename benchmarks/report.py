"""How the benchmarks say what they measured: Markdown tables, and targets met or not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """Something promised, what was measured, what is wanted, and whether it is so."""

    what: str
    measured: str
    wanted: str
    met: bool


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def targets_table(targets: Iterable[Target]) -> str:
    """Return the targets as a Markdown table."""
    rows = ((t.what, t.measured, t.wanted, "met" if t.met else "**not met**") for t in targets)
    return markdown(("Target", "measured", "wanted", ""), rows)
