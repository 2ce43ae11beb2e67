"""Blocks of symbols: their probabilities, and how long their Huffman codes are.

Source: T. M. Cover and J. A. Thomas, "Elements of Information Theory" (2nd ed. 2006), 5.4.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from xent_core._arrays import FLOAT64, Array
from xent_core.coding import _joins, _one_distribution

BLOCK_LIMIT = 65_536  # blocks in one distribution: 2^16
LONGEST_BLOCK = 16


def block_distribution(p: ArrayLike, n: int) -> Array:
    """Probabilities of all blocks of `n` independent symbols: P(x₁ … xₙ) = p(x₁) … p(xₙ).

    A block has the entropy n H, and its Huffman code H ≤ Lₙ / n < H + 1 / n bits per symbol:
    longer blocks come as close to H as one likes (Cover & Thomas, 5.4).

    Args:
        p: (K,), probabilities that sum to 1.
        n: Symbols in a block, from 1 to 16. There are K^n blocks, at most 65,536.

    Returns:
        float64 array, (K^n,), the last symbol changing fastest. The order of a block's symbols does
        not change its probability, to the last bit. Below 5e-324 a block counts as impossible.

    Raises:
        ValueError: If `p` is not one distribution, or if `n` is below 1 or gives too many blocks.

    Example:
        >>> from xent_core import block_distribution
        >>> block_distribution([0.75, 0.25], 2).tolist()
        [0.5625, 0.1875, 0.1875, 0.0625]
    """
    p = _one_distribution(p)
    _check_blocks(p.size, n)
    # Sorted, so that rounding treats every order of the same symbols alike.
    index = np.sort(np.indices((p.size,) * n).reshape(n, -1), axis=0)
    with np.errstate(all="ignore"):
        return (p / p.sum())[index].prod(axis=0)


def block_lengths(p: ArrayLike, most: int) -> Array:
    """Expected length of the Huffman code of blocks of 1, 2, … `most` symbols, for each symbol.

    Lₙ / n, for which H ≤ Lₙ / n < H + 1 / n (Cover & Thomas, 5.4). Codewords are not made: the
    expected length is the sum of the probabilities of the inner nodes.

    Args:
        p: (K,), probabilities that sum to 1.
        most: The longest block, from 1 to 16, of at most 65,536 different ones.

    Returns:
        float64 array, (most,), in bits per symbol.

    Raises:
        ValueError: If `p` is not one distribution, or `most` is below 1 or gives too many blocks.

    Example:
        >>> from xent_core.blocks import block_lengths
        >>> block_lengths([0.9, 0.1], 3).round(4).tolist()
        [1.0, 0.645, 0.5327]
    """
    p = _one_distribution(p)
    _check_blocks(p.size, most)
    # sorted, so that the joins need not sort again: a block may have thousands of symbols
    blocks = (np.sort(block_distribution(p, n)).tolist() for n in range(1, most + 1))
    joined = (math.fsum(weight for weight, *_ in _joins(block)) for block in blocks)
    return np.array([bits / n for n, bits in enumerate(joined, 1)], FLOAT64)


def _check_blocks(classes: int, n: int) -> None:
    """Raise ValueError unless there can be a table of all blocks of `n` symbols."""
    if not isinstance(n, int | np.integer) or n < 1:
        raise ValueError(f"n: must be an integer ≥ 1, found {n!r}")
    if n > LONGEST_BLOCK or classes ** int(n) > BLOCK_LIMIT:
        raise ValueError(
            f"n: at most {LONGEST_BLOCK} symbols and {BLOCK_LIMIT:,} blocks, "
            f"found {classes}^{n} blocks"
        )
