"""The cross-entropy loss against SciPy and PyTorch, side by side in one run.

python -m benchmarks.bench_core
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from scipy import special

from xent_core import cross_entropy_loss

SIZES = ((1, 5), (64, 10), (4096, 1000))
REPEATS = 41
SECONDS = 0.01  # of each measurement at least, so that the clock's own steps do not count


def scipy_loss(logits: np.ndarray, target: np.ndarray) -> Any:
    """SciPy's route: log_softmax, then pick, then mean."""
    log_probs = special.log_softmax(logits, axis=1)
    return -log_probs[np.arange(len(target)), target].mean()


def time_per_call(call: Callable[[], Any], calls: int) -> float:
    """Mean seconds of `calls` calls."""
    start = time.perf_counter()
    for _ in range(calls):
        call()
    return (time.perf_counter() - start) / calls


def measure(routes: dict[str, Callable[[], Any]]) -> dict[str, np.ndarray]:
    """Seconds per call of each route; the routes take turns, so that all meet the same noise."""
    calls = {name: max(1, round(SECONDS / time_per_call(f, 3))) for name, f in routes.items()}
    times: dict[str, list[float]] = {name: [] for name in routes}
    for _ in range(REPEATS):
        for name, call in routes.items():
            times[name].append(time_per_call(call, calls[name]))
    return {name: np.array(values) for name, values in times.items()}


def run() -> list[dict[str, Any]]:
    """One row for each size: ratios first, then the times in microseconds, with quartiles."""
    return [measure_size(*size) for size in SIZES]


def measure_size(rows: int, classes: int) -> dict[str, Any]:
    """One row of the table: medians and quartiles for logits of one size."""
    rng = np.random.default_rng(0)
    logits = rng.normal(scale=3, size=(rows, classes)).astype(np.float32)
    target = rng.integers(0, classes, rows)
    tensors = torch.from_numpy(logits), torch.from_numpy(target)
    times = measure(
        {
            "xent_core": lambda: cross_entropy_loss(logits, target),
            "scipy": lambda: scipy_loss(logits, target),
            "torch": lambda: torch.nn.functional.cross_entropy(*tensors),
        }
    )
    ours = times["xent_core"]
    return {
        "logits": f"({rows}, {classes})",
        "scipy / xent_core": np.percentile(times["scipy"] / ours, (50, 25, 75)),
        "torch / xent_core": np.percentile(times["torch"] / ours, (50, 25, 75)),
        **{f"{name}, µs": np.percentile(t * 1e6, (50, 25, 75)) for name, t in times.items()},
    }


def table(rows: list[dict[str, Any]]) -> str:
    """The rows as a Markdown table: median (first quartile to third quartile)."""
    names = list(rows[0])
    lines = [names, ["---"] * len(names), *([cell(row[name]) for name in names] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cell(value: Any) -> str:
    """One cell: a name as it is, or median (first quartile to third quartile)."""
    if isinstance(value, str):
        return value
    digits = 2 if value[0] < 10 else 1 if value[0] < 1000 else 0
    middle, low, high = (f"{v:.{digits}f}" for v in value)
    return f"{middle} ({low} to {high})"


if __name__ == "__main__":
    print(table(run()))
