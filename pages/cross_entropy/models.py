"""What the figures of the cross entropy lesson show, for the rows of a sweep.

Every length, entropy and divergence is in the unit whose logarithm has the given base.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ui.figure.sweeps import Arrays
from ui.words.units import bit_in
from xent_core import (
    cross_coding,
    cross_entropy,
    cross_entropy_terms,
    entropy,
    kl_divergence,
    language_text,
    letter_distribution,
    self_information,
)
from xent_core.languages import LANGUAGE_TEXTS

Floats = NDArray[np.float64]

NO_NAME = 255
SMOOTHING = (0.0, 1.0)  # imaginary occurrences of every letter, added to what a code is made from
WAY = np.round(np.linspace(0, 1, 101), 2)  # from Q to P


def drawable(x: Floats) -> Floats:
    """Return numbers, but nan where they are infinite: nothing is drawn there."""
    return np.where(np.isfinite(x), x, np.nan)


def longest(base: float) -> float:
    """The longest code that is drawn: that of a class of probability 1/256."""
    return float(self_information(1 / 256, base=base))


def _rectangles(p: Floats, length: Floats, own: Floats, reach: float) -> dict[str, Floats]:
    """Each class (R, K) as a rectangle as high as P and as wide as its code, as far as it fits.

    `length` is that of its code for Q, `own` that of its code for P.
    """
    drawn, ideal = (np.where(p > 0, np.minimum(code, reach), 0.0) for code in (length, own))
    top = np.cumsum(p, axis=-1) - p
    return {
        "top": top,
        "both": np.minimum(drawn, ideal),
        "more": np.maximum(drawn - ideal, 0),
        "less": np.maximum(ideal - drawn, 0),
        "middle": top + p / 2,
        "edge": np.where((p > 0) & (length > reach), reach, np.nan),
    }


def _areas(p: Floats, length: Floats, own: Floats) -> dict[str, Floats]:
    """What (R,) both codes take on average, what Q's takes more and what it takes less."""
    seen = p > 0
    code, ideal = np.where(seen, length, 0.0), np.where(seen, own, 0.0)
    parts = {
        "both_area": np.minimum(code, ideal),
        "more_area": np.maximum(code - ideal, 0.0),
        "less_area": np.maximum(ideal - code, 0.0),
    }
    return {name: np.where(seen, p * part, 0.0).sum(axis=-1) for name, part in parts.items()}


def cost(values: Arrays, base: float) -> Arrays:
    """What coding symbols of P with the code for Q (both R, K) costs, class by class."""
    p, q, reach = values["p"], values["q"], longest(base)
    length = self_information(q, base=base)
    shapes = _rectangles(p, length, self_information(p, base=base), reach)
    room = p > 0.075  # for a name
    return {
        **_areas(p, length, self_information(p, base=base)),
        "length": length,
        "terms": cross_entropy_terms(p, q, base=base),
        "cross": cross_entropy(p, q, base=base),
        "entropy": entropy(p, base=base),
        "kl": kl_divergence(p, q, base=base),
        "classes": np.where(room, np.arange(p.shape[-1]), NO_NAME).astype(np.uint8),
        # nobody reads more digits off a shape
        **{name: shape.astype(np.float32) for name, shape in shapes.items()},
    }


def mixed(p: ArrayLike, q: ArrayLike, t: Floats) -> Floats:
    """What is t (R,) of the way from Q to P (K,): (R, K)."""
    start = np.asarray(q)
    return start + t[:, None] * (np.asarray(p) - start)


def way_to(p: ArrayLike, q: ArrayLike, base: float) -> Floats:
    """The cross entropy of P and what lies along WAY; nan where it is infinite."""
    return drawable(cross_entropy(p, mixed(p, q, WAY), base=base))


def towards(values: Arrays, p: ArrayLike, q: ArrayLike, base: float) -> Arrays:
    """Q when it has come t (R,) of its way to P, and what it then costs."""
    moving, curve = mixed(p, q, values["t"]), way_to(p, q, base)
    cross = cross_entropy(p, moving, base=base)
    return {
        "p": np.broadcast_to(p, moving.shape),
        "moving": moving,
        "cross": cross,
        "extra": kl_divergence(p, moving, base=base),
        "curve": np.broadcast_to(curve, (len(cross), len(curve))),
        "dot": drawable(cross),
    }


def missing_letters() -> tuple[str, ...]:
    """Every set of letters that a text has and a code has not, the smallest first."""
    found = {cross_coding(t, c).missing for t in LANGUAGE_TEXTS for c in LANGUAGE_TEXTS}
    return tuple(sorted(found, key=lambda letters: (len(letters), letters)))


def highest(base: float) -> float:
    """Where the axis of lengths ends: above any finite length of these texts, which is in bits."""
    return 6 * bit_in(base)


def coded(values: Arrays, base: float) -> Arrays:
    """The text (R,) in every language's code, and in one of them (R,) letter by letter."""
    texts, codes = (values[name].astype(int) for name in ("text", "code"))
    added = np.array(SMOOTHING)[values["smooth"].astype(int)]
    every = [
        [cross_coding(LANGUAGE_TEXTS[t], code, smoothing=a) for code in LANGUAGE_TEXTS]
        for t, a in zip(texts, added, strict=True)
    ]
    one = [found[code] for found, code in zip(every, codes, strict=True)]
    bit = bit_in(base)
    measured = bit * np.array([[found.bits_per_letter for found in row] for row in every])
    theory = bit * np.array([[found.cross_entropy for found in row] for row in every])
    entropies = bit * np.array([found.entropy for found in one])
    row, unknown = np.arange(len(one)), missing_letters()
    return {
        "measured": drawable(measured),
        "theory": drawable(theory),
        "infinite": np.where(np.isfinite(theory), np.nan, 0.45 * highest(base)),
        "floor": np.stack([entropies, entropies], axis=-1),
        "letters_p": _letters(texts, np.zeros_like(added)),
        "letters_q": _letters(codes, added),
        "bits": measured[row, codes],
        "cross": theory[row, codes],
        "entropy": entropies,
        "count": np.array([found.letters for found in one]),
        "missing": np.array([unknown.index(found.missing) for found in one]),
        "share": 100 * np.array([found.missing_share for found in one]),
    }


def _letters(languages: NDArray[np.int_], added: Floats) -> Floats:
    """The shares (R, 26) of the letters of a language (R,), each counted so often more (R,)."""
    return np.stack([
        letter_distribution(language_text(LANGUAGE_TEXTS[language]), smoothing=a)
        for language, a in zip(languages, added, strict=True)
    ])  # fmt: skip
