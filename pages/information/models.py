"""What the figures of the information lesson show, for the rows of a sweep.

`base` is that of the reader's unit: 2 for bits, e for nats, 10 for hartleys.
"""

import functools

import numpy as np
from numpy.typing import NDArray

from ui.draw.marks import Points
from ui.figure.sweeps import Arrays
from ui.words.units import bit_in
from xent_core import (
    entropy,
    huffman_code,
    questions_by_halving,
    self_information,
    surprise_by,
    zipf_distribution,
)

Floats = NDArray[np.float64]

LEAST = 0.001  # the least positive probability that the curve shows
MOST_NUMBERS = 1000
ROUNDED = 1e-12  # what is no further apart than rounding explains is the same
COUNTS = np.unique(np.concatenate([np.arange(2, 100), np.linspace(100, MOST_NUMBERS, 91)]))


# ---- one event


def curve(base: float) -> tuple[Points, Points]:
    """Probabilities from LEAST to 1, and their information."""
    p = np.concatenate([np.geomspace(LEAST, 0.1, 200), np.linspace(0.1, 1, 200)[1:]])
    return tuple(p.tolist()), tuple(self_information(p, base=base).tolist())


def surprise(values: Arrays, base: float) -> Arrays:
    """The information of an event of probability p (R,), also counted in coin flips."""
    p = values["p"]
    information, edge = self_information(p, base=base), self_information(LEAST, base=base)
    height = np.where(information > edge, np.nan, information)
    return {
        "information": information,
        "flips": self_information(p, base=2),
        "height": height,
        "drop_x": np.stack([p, p, np.zeros_like(p)], axis=-1),
        "drop_y": np.stack([np.zeros_like(p), height, height], axis=-1),
        "beyond": np.where((information > edge) & np.isfinite(information), edge, np.nan),
        "never": np.where(np.isfinite(information), np.nan, edge),
    }


# ---- two events


def rectangle(width: Floats, height: Floats) -> tuple[Floats, Floats]:
    """The corners, x and y (R, 5), of rectangles (R,) that stand in the origin."""
    zero = np.zeros_like(width)
    x = np.stack([zero, width, width, zero, zero], axis=-1)
    return x, np.stack([zero, zero, height, height, zero], axis=-1)


def both_happen(values: Arrays, base: float, measure: str) -> Arrays:
    """Probabilities a and b (R,) multiply; does what they say by a measure add up?"""
    a, b = values["a"], values["b"]
    of_a, of_b, joint = (surprise_by(measure, p, base=base) for p in (a, b, a * b))
    one, nothing = np.ones_like(a), np.zeros_like(a)
    a_x, a_y = rectangle(a, one)
    b_x, b_y = rectangle(one, b)
    both_x, both_y = rectangle(a, b)
    return {
        "both": a * b,
        "info_a": of_a,
        "info_b": of_b,
        "info_both": joint,
        "info_sum": of_a + of_b,
        "sign": (~np.isclose(joint, of_a + of_b, rtol=ROUNDED, atol=ROUNDED)).astype(np.uint8),
        "of_a": np.stack([of_a, nothing, of_a, nothing], axis=-1),
        "of_b": np.stack([nothing, of_b, of_b, nothing], axis=-1),
        "below_b": np.stack([nothing, nothing, of_a, nothing], axis=-1),
        "of_both": np.stack([nothing, nothing, nothing, joint], axis=-1),
        "level": np.stack([of_a + of_b, joint], axis=-1),
        "a_x": a_x, "a_y": a_y, "b_x": b_x, "b_y": b_y, "both_x": both_x, "both_y": both_y,
    }  # fmt: skip


# ---- twenty questions


def best_questions(n: int, skewed: bool) -> tuple[float, float]:
    """The entropy in bits of n numbers, and how many questions their best questioner asks.

    Equally likely numbers are halved; where some are likelier, after Zipf's law, the best
    questions are those of the Huffman tree.
    """
    if skewed:
        p = zipf_distribution(n)
        return float(entropy(p, base=2)), huffman_code(p).expected_length
    return float(self_information(1 / n, base=2)), float(questions_by_halving(n).mean)


@functools.cache
def ladders() -> Floats:
    """Entropy in bits and questions along COUNTS for either prior: (2 priors, counts, 2)."""
    known = np.array([[best_questions(int(n), skewed) for n in COUNTS] for skewed in (False, True)])
    known.flags.writeable = False  # all readers are given this one
    return known


def along(n: NDArray[np.intp], prior: NDArray[np.intp]) -> Floats:
    """Entropy and questions (R, 2) of each row; from the ladders as far as they have it."""
    at = np.searchsorted(COUNTS, n)
    best = ladders()[prior, at]
    for row in np.flatnonzero(COUNTS[at] != n):  # a typed number between the steps
        best[row] = best_questions(int(n[row]), bool(prior[row]))
    return best


def count_questions(values: Arrays, base: float) -> Arrays:
    """The entropy of N numbers (R,) under a prior (R,), and the questions that it takes."""
    n, prior, bit = values["N"].astype(int), values["prior"].astype(int), bit_in(base)
    best, curves = along(n, prior), bit * ladders()
    return {
        "log": self_information(1 / n, base=base),
        "entropy": bit * best[:, 0],
        "questions": best[:, 1],
        "worth": bit * best[:, 1],
        "entropy_curve": curves[prior, :, 0],
        "questions_curve": curves[prior, :, 1],
        "log_curve": curves[np.zeros_like(prior), :, 0],
        "most": questions_by_halving(n).most,
    }
