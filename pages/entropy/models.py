"""What the figures of the entropy lesson show, for the rows of a sweep.

`base` is the base of the reader's unit.
"""

import itertools

import numpy as np
from numpy.typing import NDArray

from ui.figure.sweeps import Arrays
from ui.words.units import bit_in
from xent_core import cross_entropy_terms, entropy, self_information, shannon_lengths
from xent_core.code_tree import draw_trees, huffman_codewords
from xent_core.texts_in_codes import TextStatistics

Floats = NDArray[np.float64]

# What a table says of a length: nothing for a symbol without codeword, and at most so many bits.
SAID = ("–", *map(str, range(100)), "> 99")
# Every codeword of at most 7 bits, by the number that it is with a 1 before it.
CODEWORDS = ("", *("".join(bits) for n in range(8) for bits in itertools.product("01", repeat=n)))

THIN = 0.1  # of the ceiling: what is thinner has no room for a name


def average_surprise(p: Floats, base: float) -> Arrays:
    """What each class of P (R, K) adds to the entropy."""
    terms = cross_entropy_terms(p, p, base=base)
    top = np.cumsum(terms, axis=-1)
    ceiling = self_information(1 / p.shape[-1], base=base)
    levels = np.stack([top, top, np.full_like(top, np.nan)], axis=-1).reshape(len(p), -1)
    return {
        "p": p,
        "surprise": self_information(p, base=base),
        "terms": terms,
        "below": top - terms,
        "levels": levels,  # each step's top, from the step to the pile
        "block_y": np.where(terms < THIN * ceiling, np.nan, top - terms / 2),
        "entropy": entropy(p, base=base),
        "ceiling": np.full(len(p), ceiling),
        "ceilings": np.full((len(p), 2), ceiling),
    }


def coin(p: Floats, base: float) -> Arrays:
    """The entropy of two outcomes of probability p and 1 - p (R,)."""
    h = entropy(np.stack([p, 1 - p], axis=-1), base=base)
    return {
        "rest": 1 - p,
        "h": h,
        "drop_x": np.stack([p, p], axis=-1),
        "drop_y": np.stack([np.zeros_like(p), h], axis=-1),
    }


def right_of_tree(count: int) -> float:
    """How far the axis of a tree of so many leaves goes: to the names right of the deepest one."""
    return count - 1 + 0.55 + 0.33 * (count - 1)


def huffman(p: Floats, base: float) -> Arrays:
    """The Huffman trees of P (R, K), drawn, with their lengths beside the ideal ones."""
    tree = draw_trees(huffman_codewords(p))
    bit, length, none = bit_in(base), tree["length"], p == 0
    ideal, shannon = self_information(p, base=2), shannon_lengths(p)
    h, mean = entropy(p, base=base), bit * (p * length).sum(axis=-1)
    edge = right_of_tree(p.shape[-1]) - 0.08
    over = ideal - length  # the name stands behind the tick of the ideal length, if that is near
    beside = tree["leaf_x"] + np.where((over > 0) & (over < 1.5), over, 0) + 0.04 * p.shape[-1]
    counted = {
        "bits": tree["bits"],
        "codeword": tree["codeword"],
        "length": np.where(none, 0, 1 + length),
        "shannon": np.where(none, 0, 1 + np.minimum(shannon, 100)),
    }
    drawn = {name: tree[name] for name in ("branch_x", "branch_y", "way_x", "way_y")}
    drawn["word_x"] = beside
    return {
        **tree,
        **{name: numbers.astype(np.uint8) for name, numbers in counted.items()},
        **{name: places.astype(np.float32) for name, places in drawn.items()},
        "p": p,
        "ideal_x": np.where(ideal < edge, ideal, np.nan),
        "beyond_x": np.where((ideal < edge) | none, np.nan, edge),
        "ideal": bit * ideal,
        "entropy": h,
        "mean": mean,
        "bound": h + bit,
    }


def in_blocks(n: NDArray[np.int64], lengths: Floats, h: float, classes: int, bit: float) -> Arrays:
    """The code of blocks of n (R,) symbols: `lengths` has each size's, `h` is the floor."""
    sizes, every = np.arange(1, len(lengths) + 1), np.ones((len(n), 1))
    return {
        "blocks": classes**n,
        "length": lengths[n - 1],
        "entropy": np.full(len(n), h),
        "bound": h + bit / n,
        "size": sizes * every,
        "lengths": lengths * every,
        "bounds": (h + bit / sizes) * every,
        "floor": np.full((len(n), 2), h),
    }


def text_in_codes(per: NDArray[np.int64], found: TextStatistics, lengths: Floats,
                  shown: int, base: float) -> Arrays:  # fmt: skip
    """A text's symbols and its `lengths` (n,), told whole or, where `per` (R,) is 1, for each."""
    one, bit = np.ones(len(per)), bit_in(base)
    return {
        "shares": found.probabilities[:shown] * one[:, None],
        "parts": lengths / lengths.max() * one[:, None],
        "said": np.arange(len(lengths)) + len(lengths) * per[:, None],
        "symbols": found.length * one,
        "different": len(found.symbols) * one,
        "entropy": float(entropy(found.probabilities, base=base)) * one,
        "mean": bit * found.huffman_bits / found.length * one,
        "huffman": bit * found.huffman_bits * one,
        "zlib": bit * found.zlib_bits * one,
    }
