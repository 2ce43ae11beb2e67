"""Twenty questions: finding one of n numbers by halving, or by the Huffman tree."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from xent_core._arrays import Array, as_integer, refuse
from xent_core.coding import Branch, HuffmanCode, Leaf, Tree


class Questions(NamedTuple):
    """How many yes/no questions halving asks."""

    most: Array  # for the number that takes longest
    mean: Array  # over n equally likely numbers


def questions_by_halving(n: ArrayLike) -> Questions:
    """How many yes/no questions find one of n equally likely numbers.

    Halving builds a tree whose n leaves lie on two levels, k = ⌊log₂ n⌋ and k + 1, with
    2 (n - 2^k) leaves on the lower one. So the most is ⌈log₂ n⌉ and the mean is
    k + 2 (n - 2^k) / n, at least log₂ n and less than log₂ n + 0.0861 (R. G. Gallager,
    "Variations on a Theme by Huffman", 1978: the redundancy of equal probabilities).

    Args:
        n: Integers, any shape, at least 1.

    Returns:
        Questions(most, mean): an integer and a float64 array of the shape of `n`.

    Raises:
        ValueError: If `n` does not hold integers, or one is below 1.

    Example:
        >>> from xent_core import questions_by_halving
        >>> most, mean = questions_by_halving(1000)
        >>> int(most), float(mean)
        (10, 9.976)
    """
    n = as_integer(n, "n")
    refuse("n", "must be at least 1", n, n < 1)
    whole = np.frexp(n.astype(np.float64))[1] - 1  # ⌊log₂ n⌋: frexp's fraction is in [½, 1)
    lower = n - np.left_shift(np.int64(1), whole)
    return Questions((whole + (lower > 0))[()], ((whole * n + 2 * lower) / n)[()])


def still_possible(n: int, answers: str) -> tuple[int, int]:
    """The first and the last of 1 … n that are left after some answers.

    Each question is whether the number is greater than the middle, ⌊(first + last) / 2⌋. Answers
    after the number has been found are not looked at.

    Args:
        n: At least 1.
        answers: "y" for yes and "n" for no, in the order of the questions.

    Returns:
        Both; the same number twice where it has been found.

    Raises:
        ValueError: If `answers` holds anything but y and n, or n is below 1.

    Example:
        >>> from xent_core import still_possible
        >>> still_possible(100, "yn")
        (51, 75)
    """
    if n < 1:
        raise ValueError(f"n: must be at least 1, found {n}")
    _check_answers(answers)
    first, last = 1, n
    for answer in answers:
        if first == last:
            break
        middle = (first + last) // 2
        first, last = (middle + 1, last) if answer == "y" else (first, middle)
    return first, last


class Groups(NamedTuple):
    """The next question of a Huffman tree: is it one of `named`, or of the `others`?

    `named` is the smaller group, and () where the symbol has been found: `others` is that one.
    """

    named: tuple[Any, ...]
    others: tuple[Any, ...]


def ask_huffman(code: HuffmanCode, answers: str) -> Groups:
    """The question that the best questioner asks after some answers.

    A codeword's bits are the answers; of the two groups that a bit tells apart, the question
    names the smaller. Answers after the symbol has been found are not looked at.

    Args:
        code: Of at least one symbol.
        answers: "y" for yes and "n" for no, in the order of the questions.

    Returns:
        Groups of symbols, in the order of the code's.

    Raises:
        ValueError: If `answers` holds anything but y and n, or the code has no symbols.

    Example:
        >>> from xent_core import ask_huffman, huffman_code
        >>> code = huffman_code([0.5, 0.25, 0.125, 0.125], "abcd")
        >>> ask_huffman(code, "")
        Groups(named=('a',), others=('b', 'c', 'd'))
        >>> ask_huffman(code, "ny")
        Groups(named=(), others=('b',))
    """
    _check_answers(answers)
    if code.tree is None:
        raise ValueError("code: has no symbols")
    node: Tree = code.tree
    for answer in answers:
        if isinstance(node, Leaf):
            break
        named, others = _smaller_first(node, code)
        node = named.tree if answer == "y" else others.tree
    if isinstance(node, Leaf):
        return Groups((), (node.symbol,))
    named, others = _smaller_first(node, code)
    return Groups(named.symbols, others.symbols)


class _Group(NamedTuple):
    tree: Tree
    symbols: tuple[Any, ...]


def _smaller_first(node: Branch, code: HuffmanCode) -> list[_Group]:
    """The two groups behind a branch, the smaller first, then that of the first symbol."""
    order = {symbol: i for i, symbol in enumerate(code.symbols)}
    groups = [
        _Group(tree, tuple(sorted(_symbols(tree), key=order.__getitem__)))
        for tree in (node.zero, node.one)
    ]
    return sorted(groups, key=lambda group: len(group.symbols))


def _symbols(tree: Tree) -> list[Any]:
    if isinstance(tree, Leaf):
        return [tree.symbol]
    return _symbols(tree.zero) + _symbols(tree.one)


def _check_answers(answers: str) -> None:
    if set(answers) - {"y", "n"}:
        raise ValueError(f"answers: must be y and n, found {answers!r}")


def zipf_distribution(n: int) -> Array:
    """Probabilities of ranks 1 … n after Zipf's law: p_i = (1 / i) / (1/1 + 1/2 + … + 1/n).

    Source: G. K. Zipf, "Human Behavior and the Principle of Least Effort" (1949): the words of
    a text, from the most frequent on, come close to it.

    Args:
        n: At least 1.

    Returns:
        float64 array, (n), descending; sums to 1.

    Raises:
        ValueError: If `n` is below 1.

    Example:
        >>> from xent_core import zipf_distribution
        >>> zipf_distribution(3).round(4)
        array([0.5455, 0.2727, 0.1818])
    """
    if n < 1:
        raise ValueError(f"n: must be at least 1, found {n}")
    weights = 1 / np.arange(1, n + 1)
    return weights / weights.sum()
