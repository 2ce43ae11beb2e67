"""Draw symbols from P and watch the average surprise settle: a section of two lessons."""

from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from ui.draw import formula
from ui.draw.settling import settling
from ui.figure import Preset, Readout, Slider
from ui.figure.sweeps import Arrays
from ui.lesson.pairs import COLOURS, class_names
from ui.lesson.sections import Section
from ui.state import links
from xent_core import (
    cross_entropy,
    draw_symbols,
    running_mean,
    self_information,
    surprise_deviation,
)

MOST = 100_000
SEEDS = 10_000
DRAWS = links.Params(
    links.Number("n", 10.0, 1.0, float(MOST), whole=True),
    links.Number("seed", 1.0, 0.0, SEEDS - 1.0, whole=True),
)
COUNTS = np.unique(np.geomspace(1, MOST, 81).round())
TAPE = 14  # of the symbols drawn last, so many are shown
MORE = (1, 10, 1000)

Dist = tuple[float, ...]


@st.cache_data(show_spinner=False, max_entries=256)
def averages(p: Dist, q: Dist, seed: int, base: float) -> NDArray[np.float64]:
    """The running average of -log q over all MOST draws from P: (MOST,)."""
    with np.errstate(invalid="ignore"):
        return running_mean(self_information(q, base=base)[symbols(p, seed)])


@st.cache_data(show_spinner=False, max_entries=64)
def symbols(p: Dist, seed: int) -> NDArray[np.int64]:
    """All MOST draws of a seed: (MOST,)."""
    return draw_symbols(p, MOST, seed)


def path(average: NDArray[np.float64], n: NDArray[np.int64]) -> NDArray[np.float32]:
    """The averages at COUNTS as far as n (R,) draws have come: (R, counts), nan beyond."""
    known = np.where(np.isfinite(average), average, np.nan)[COUNTS.astype(int) - 1]
    return np.where(n[:, None] >= COUNTS, known, np.nan).astype(np.float32)


def band(p: Dist, q: Dist, base: float) -> tuple[float, ...]:
    """Two standard errors around H(P, Q): the edge of an area along COUNTS and back.

    There is none around infinity.
    """
    middle = cross_entropy(p, q, base=base)
    if not np.isfinite(middle):
        return ()
    wide = 2 * surprise_deviation(p, q, base=base) / np.sqrt(COUNTS)
    return tuple(np.concatenate([middle - wide, (middle + wide)[::-1]]).tolist())


def draws_of(p: Dist, codes: Sequence[Dist], base: float, values: Arrays, seed: int) -> Arrays:
    """What n draws (R,) from P show: the averages with the code of each of `codes`."""
    n = values["n"].astype(int)
    last = n[:, None] - TAPE + np.arange(TAPE)
    out: dict[str, NDArray] = {"tape": np.where(last >= 0, symbols(p, seed)[last.clip(0)], -1)}
    for i, code in enumerate(codes):
        average = averages(p, code, seed, base)
        now = average[n - 1]
        out |= {
            f"now{i}": now,
            f"dot{i}": np.where(np.isfinite(now), now, np.nan),
            f"path{i}": path(average, n),
        }
    return out


def _presets(s: Section, n: int, seed: int) -> list[Preset]:
    return [
        *(
            Preset(s.label("draws_more", count=more), {"n": float(min(n + more, MOST))})
            for more in MORE
        ),
        Preset(s.label("draws_all", count=f"{MOST:,}"), {"n": float(MOST)}),
        Preset("draws_other", {"n": float(n), "seed": (seed + 1.0) % SEEDS}, whole=True),
    ]


def sampling(pair: Section, part: str, *, both: bool) -> None:
    """Show draws from P, coded with its own code or, if `both`, with Q's too.

    It stands below the section of the pair; `part` is the page's text about it.
    """
    s = pair.below("draws", DRAWS)
    p, base = pair["p"], s.unit.base
    codes = [p, pair["q"]] if both else [p]
    names = ("H(P)", "H(P, Q)")[: len(codes)]
    n, seed = int(s["n"]), int(s["seed"])
    heights = [float(cross_entropy(p, code, base=base)) for code in codes]
    finite = [h for h in heights if np.isfinite(h)]
    # with its own code a symbol takes its surprise; before codes there is only that
    mean = "draws_mean" if both else "draws_surprise"
    s.figure(
        settling(
            tuple(COUNTS.tolist()),
            tuple((h,) if np.isfinite(h) else () for h in heights),
            tuple(band(p, code, base) for code in codes),
            names,
            (s.label("draws_n"), f"{s.label(mean)} ({s.unit_name})"),
            1.9 * max(finite) or 1.0,
        ),
        lambda values: draws_of(p, codes, base, values, seed),
        [Slider("n", "draws_n", COUNTS, whole=True)],
        readouts=[
            Readout(
                s.label("draws_average" if both else "draws_so_far", code=code),
                f"now{i}",
                s.unit_name,
                colour,
            )
            for i, (code, colour) in enumerate(zip("PQ", COLOURS.values(), strict=True))
            if i < len(codes)
        ],
        formula=formula.line(s.label("draws_tape"), formula.spot("tape")),
        presets=_presets(s, n, seed),
        names={"tape": class_names(pair)},
        alt=s.label("draws_alt", unit=s.unit_name),
    )
    s.say(part, seed=seed, weather=s.label("pair_weather"))
