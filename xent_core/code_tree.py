"""Huffman codes for many distributions at once, as drawings of their trees.

Throughout, a codeword is a string of "0" and "1", or None for an impossible symbol, which has
none; that of a certain symbol is empty. Lengths are in bits.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from xent_core._arrays import Array
from xent_core.coding import _codewords, _huffman_tree, _whole_weights
from xent_core.distributions import _distributions

Codewords: TypeAlias = tuple[str | None, ...]


def huffman_codewords(p: ArrayLike) -> list[Codewords]:
    """The codewords of `huffman_code` for each of many distributions.

    Args:
        p: (R, K), distributions along the last axis.

    Returns:
        list of R tuples of K codewords; None where p = 0.

    Raises:
        ValueError: If `p` does not hold R distributions.

    Example:
        >>> from xent_core.code_tree import huffman_codewords
        >>> huffman_codewords([[0.5, 0.25, 0.25], [0.0, 1.0, 0.0]])
        [('0', '10', '11'), (None, '', None)]
    """
    p = _distributions(p)
    if p.ndim != 2:
        raise ValueError(f"p: must have two axes, found shape {p.shape}")
    symbols = range(p.shape[1])
    found = []
    for row in p:
        words = _codewords(_huffman_tree(symbols, _whole_weights(row)))
        found.append(tuple(words.get(symbol) for symbol in symbols))
    return found


def draw_tree(codewords: Sequence[str | None]) -> dict[str, Array]:
    """Where to draw the tree of a prefix code: x is the depth in bits, y a row for each leaf.

    The root is at x = 0, halfway between its branches; the leaves have the rows 0 to K in equal
    shares, in the order of their codewords, so that no branches cross. A branch goes along y,
    then along x. The shapes depend on K only; what is not there is nan.

    Args:
        codewords: K str or None, a prefix code in which none can be shortened, as Huffman's.

    Returns:
        dict of arrays:
            codeword: int64 (K,), each as the number that it is with a 1 before it; 0 for None.
            length: int64 (K,), in bits.
            leaf_x, leaf_y: (K,), the place of each symbol's leaf.
            branch_x, branch_y: (8 (K - 1),), a line with gaps through all branches.
            bit_x, bit_y: (2 (K - 1),), the middle of each branch.
            bits: int64, of the same shape, what it is called: 0, 1, or 2 if there is none.
            way_x, way_y: (K, 2 K - 1), the line from the root to each leaf.

    Example:
        >>> from xent_core.code_tree import draw_tree
        >>> tree = draw_tree(["0", "10", "11"])
        >>> tree["leaf_x"].tolist(), tree["leaf_y"].tolist()
        ([1.0, 2.0, 2.0], [0.5, 1.5, 2.5])
        >>> tree["way_x"][0].tolist(), tree["way_y"][0].tolist()
        ([0.0, 0.0, 1.0, 1.0, 1.0], [1.25, 0.5, 0.5, 0.5, 0.5])
    """
    count = len(codewords)
    leaves = sorted(word for word in codewords if word is not None)
    height = {word: (at + 0.5) * count / len(leaves) for at, word in enumerate(leaves)}
    starts = {word[:cut] for word in leaves for cut in range(len(word))}
    inner = sorted(starts, key=lambda word: (len(word), word))
    for node in reversed(inner):
        height[node] = (height[node + "0"] + height[node + "1"]) / 2
    branches = 2 * (count - 1)
    shapes = {"leaf": count, "branch": 4 * branches, "bit": branches, "way": (count, 2 * count - 1)}
    x, y = ({name: np.full(shape, np.nan) for name, shape in shapes.items()} for _ in "xy")
    bits = np.full(branches, 2)
    for at, (node, bit) in enumerate(product(inner, (0, 1))):
        depth, row, line = len(node), height[f"{node}{bit}"], slice(4 * at, 4 * at + 3)
        x["branch"][line], y["branch"][line] = (depth, depth, depth + 1), (height[node], row, row)
        x["bit"][at], y["bit"][at], bits[at] = depth + 0.5, row, bit
    for symbol, word in enumerate(codewords):
        if word is not None:
            x["leaf"][symbol], y["leaf"][symbol] = len(word), height[word]
            ends = np.minimum(np.arange(2 * count) // 2, len(word))
            x["way"][symbol] = ends[:-1]
            y["way"][symbol] = [height[word[:end]] for end in ends[1:]]
    return {
        **{f"{name}_x": places for name, places in x.items()},
        **{f"{name}_y": places for name, places in y.items()},
        "bits": bits,
        "codeword": np.array([0 if word is None else int(f"1{word}", 2) for word in codewords]),
        "length": np.array([len(word or "") for word in codewords]),
    }


def draw_trees(codewords: Sequence[Codewords]) -> dict[str, Array]:
    """The drawings of many trees: the arrays of `draw_tree` with R in front.

    Args:
        codewords: R codes of K symbols each.

    Returns:
        dict of arrays (R, …).

    Example:
        >>> from xent_core.code_tree import draw_trees
        >>> draw_trees([("0", "1"), ("", None)])["leaf_x"].tolist()
        [[1.0, 1.0], [0.0, nan]]
    """
    # While one probability moves, the tree is mostly the same: draw each once.
    different = list(dict.fromkeys(codewords))
    drawings = [draw_tree(code) for code in different]
    number = {code: at for at, code in enumerate(different)}
    which = [number[code] for code in codewords]
    return {name: np.stack([drawing[name] for drawing in drawings])[which] for name in drawings[0]}
