"""How long the ways to the loss take, how much that scatters, and what may be concluded."""

from __future__ import annotations

import math
import random
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from xent_core._arrays import check_choice
from xent_core.pytorch._inputs import float_type
from xent_core.pytorch.ways import WAYS, LossFunction, way_function

MAX_SECONDS = 5.0
MAX_SHAPES = 5
# 2^18 float32 logits are 1 MB; the temporaries of a loss and its gradient are a few times that.
MAX_ELEMENTS = 2**18
# A single call may be shorter than the clock's own noise: calls are timed in groups this long.
_GROUP_SECONDS = 0.0005
_GROUP_CALLS = 100
_WARM_UP_CALLS = 4
_CHUNK_SECONDS = 0.005
# Fewer than this have no quartiles to speak of.
MIN_ROUNDS = 10

Clock = Callable[[], float]


class Timing(NamedTuple):
    """Seconds for one call: the median and the quartiles of so many rounds."""

    way: str
    shape: tuple[int, int]
    median: float
    lower: float
    upper: float
    rounds: int


class TimingProgress(NamedTuple):
    """The part of the budget that is used; at the end 1 and, only then, the timings."""

    fraction: float
    timings: tuple[Timing, ...]


class TimingComparison(NamedTuple):
    """A way against the reference on one shape.

    difference: its median minus the reference's, in seconds; spread: the larger of the two
    interquartile ranges; claim: "faster", "slower", or "no_difference": none that this run could
    show.
    """

    way: str
    reference: str
    shape: tuple[int, int]
    difference: float
    spread: float
    claim: str


class _Job(NamedTuple):
    way: str
    shape: tuple[int, int]
    run: Callable[[], object]
    calls: int
    seconds: list[float]


def time_ways(
    shapes: Sequence[tuple[int, int]],
    budget_seconds: float = 2.0,
    *,
    ways: Sequence[str] = WAYS,
    backward: bool = False,
    dtype: str = "float32",
    seed: int = 0,
    clock: Clock = time.perf_counter,
) -> Iterator[TimingProgress]:
    """Time the ways to the loss on several shapes, all in turn, in a new random order each round.

    A generator: it stops every few milliseconds, so that a server can do other things and show
    the progress, and it can be dropped at any time. However small the budget, one round is run.

    Args:
        shapes: 1 to 5 pairs (N, C), N · C ≤ 2^18.
        budget_seconds: In (0, 5], by the clock on the wall, whatever else the machine does.
        ways: Some of `WAYS`.
        backward: Whether the gradient in the logits is computed, too.
        dtype: "float32" or "float64".
        seed: Of the logits, the targets and the order; nobody else's random numbers are touched.
        clock: Gives seconds.

    Returns:
        iterator of `TimingProgress`; the last has fraction 1 and the timings, shape by shape.

    Raises:
        ValueError: If a shape, their number, the budget or a name is wrong; at once, not later.

    Example:
        >>> from xent_core.pytorch import time_ways
        >>> *_, last = time_ways([(2, 3)], 0.01, ways=["log_softmax_nll"])
        >>> last.fraction, last.timings[0].shape, last.timings[0].median > 0
        (1.0, (2, 3), True)
    """
    pairs = _check_shapes(shapes)
    if not ways:
        raise ValueError(f"ways: at least one, found {ways!r}")
    names = [check_choice(way, WAYS, "ways") for way in ways]
    if not 0 < budget_seconds <= MAX_SECONDS:
        raise ValueError(
            f"budget_seconds: must be above 0 and at most {MAX_SECONDS}, found {budget_seconds}"
        )
    kind = float_type(dtype)
    return _rounds(pairs, names, budget_seconds, backward, kind, seed, clock)


def _check_shapes(shapes: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    if not 1 <= len(shapes) <= MAX_SHAPES:
        raise ValueError(f"shapes: from 1 to {MAX_SHAPES} of them, found {len(shapes)}")
    for shape in shapes:
        whole = len(shape) == 2 and all(isinstance(length, int) and length > 0 for length in shape)
        if not whole or math.prod(shape) > MAX_ELEMENTS:
            raise ValueError(
                f"shapes: must be (N, C), both positive, N · C ≤ {MAX_ELEMENTS}, found {shape}"
            )
    return [(samples, classes) for samples, classes in shapes]


def _rounds(
    shapes: list[tuple[int, int]],
    ways: list[str],
    budget: float,
    backward: bool,
    dtype: torch.dtype,
    seed: int,
    clock: Clock,
) -> Iterator[TimingProgress]:
    yield TimingProgress(0.0, ())
    order = random.Random(seed)
    generator = torch.Generator().manual_seed(seed)
    start = chunk = now = clock()
    jobs: list[_Job] = []
    for shape in shapes:
        x, target = _inputs(shape, dtype, generator)
        runs = [_call(way_function(way), x, target, backward) for way in ways]
        yield TimingProgress(0.0, ())
        seconds = []
        for run in runs:
            seconds.append(_quickest(run, clock))
            yield TimingProgress(0.0, ())
        # One number of calls for all ways: the first calls of a group find cold caches.
        calls = min(_GROUP_CALLS, math.ceil(_GROUP_SECONDS / max(1e-9, *seconds)))
        jobs += [_Job(way, shape, run, calls, []) for way, run in zip(ways, runs, strict=True)]
    while now - start < budget:
        for job in order.sample(jobs, len(jobs)):
            _measure(job, clock)
            now = clock()
            if now - start >= budget and all(job.seconds for job in jobs):
                break
            if now - chunk >= _CHUNK_SECONDS:
                yield TimingProgress(min(0.999, (now - start) / budget), ())
                chunk = clock()
    yield TimingProgress(1.0, tuple(_summary(job) for job in jobs))


def _inputs(
    shape: tuple[int, int], dtype: torch.dtype, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    x = torch.randn(shape, dtype=dtype, generator=generator)
    return x, torch.randint(shape[1], shape[:1], generator=generator)


def _call(loss_of: LossFunction, x: Tensor, target: Tensor, backward: bool) -> Callable[[], object]:
    if not backward:
        return lambda: loss_of(x, target)
    x = x.clone().requires_grad_()
    return lambda: torch.autograd.grad(loss_of(x, target), x)


def _quickest(run: Callable[[], object], clock: Clock) -> float:
    """The least time of some calls, which warm up the caches as well."""
    times = [clock()]
    for _ in range(_WARM_UP_CALLS):
        run()
        times.append(clock())
    return min(after - before for before, after in pairwise(times))


def _measure(job: _Job, clock: Clock) -> None:
    before = clock()
    for _ in range(job.calls):
        job.run()
    job.seconds.append((clock() - before) / job.calls)


def _summary(job: _Job) -> Timing:
    lower, median, upper = np.quantile(job.seconds, [0.25, 0.5, 0.75]).tolist()
    return Timing(job.way, job.shape, median, lower, upper, len(job.seconds))


def compare_timings(
    timings: Sequence[Timing], reference: str = "cross_entropy_module"
) -> tuple[TimingComparison, ...]:
    """Which differences from the reference are larger than the spread; of the others, no claim.

    Args:
        timings: From `time_ways`.
        reference: One of `WAYS`.

    Returns:
        tuple of `TimingComparison`, one for each timing of another way. With fewer than
        `MIN_ROUNDS` rounds nothing is claimed.

    Raises:
        ValueError: If the reference was not timed on one of the shapes.

    Example:
        >>> from xent_core.pytorch import Timing, compare_timings
        >>> a = Timing("cross_entropy_module", (2, 3), 10e-6, 9e-6, 11e-6, 50)
        >>> b = Timing("log_softmax_nll", (2, 3), 11e-6, 10e-6, 12e-6, 50)
        >>> compare_timings([a, b])[0].claim
        'no_difference'
    """
    base = {timing.shape: timing for timing in timings if timing.way == reference}
    missing = [timing.shape for timing in timings if timing.shape not in base]
    if missing:
        raise ValueError(f"reference: {reference!r} was not timed on the shape {missing[0]}")
    return tuple(
        _compared(timing, base[timing.shape]) for timing in timings if timing.way != reference
    )


def _compared(timing: Timing, base: Timing) -> TimingComparison:
    difference = timing.median - base.median
    spread = max(timing.upper - timing.lower, base.upper - base.lower)
    claim = "no_difference"
    if abs(difference) > spread and min(timing.rounds, base.rounds) >= MIN_ROUNDS:
        claim = "faster" if difference < 0 else "slower"
    return TimingComparison(timing.way, base.way, timing.shape, difference, spread, claim)


@contextmanager
def held(lock: threading.Lock) -> Generator[bool, None, None]:
    """Hold a lock if it is free, and do not wait for it if it is not.

    Args:
        lock: The server's, one for all sessions that may not measure at once.

    Returns:
        context manager that gives True while it holds the lock, False if somebody else does.

    Raises:
        Nothing.

    Example:
        >>> import threading
        >>> from xent_core.pytorch import held
        >>> lock = threading.Lock()
        >>> with held(lock) as mine, held(lock) as again:
        ...     mine, again
        (True, False)
    """
    mine = lock.acquire(blocking=False)
    try:
        yield mine
    finally:
        if mine:
            lock.release()
