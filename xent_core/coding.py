"""Source coding: Huffman's and Shannon's codes.

Sources: C. E. Shannon, "A Mathematical Theory of Communication" (1948); D. A. Huffman, "A Method
for the Construction of Minimum-Redundancy Codes" (1952); T. M. Cover and J. A. Thomas, "Elements
of Information Theory" (2nd ed. 2006), chapter 5, for the inequalities of Kraft and McMillan and
for H ≤ L < H + 1.

Throughout, lengths are in bits, codewords are strings of "0" and "1", and a symbol of
probability 0 has no codeword: its length is 0. A certain symbol has the empty codeword, also of
length 0: nobody needs to be told what is certain, only how often. Without this, L < H + 1 would
not hold for it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from xent_core._arrays import FLOAT64, Array, as_float, as_integer, refuse
from xent_core.distributions import _distributions
from xent_core.information import _check_distribution


@dataclass(frozen=True, slots=True)
class Leaf:
    """The end of a way through the tree: a symbol and its probability."""

    symbol: Hashable
    probability: float


@dataclass(frozen=True, slots=True)
class Branch:
    """A yes-or-no question: the trees behind its two answers, and how often it is asked.

    Behind `zero` is the symbol that comes first in the order of the code's symbols: while
    probabilities change, a drawing keeps its left.
    """

    zero: Tree
    one: Tree
    probability: float


Tree: TypeAlias = Leaf | Branch


@dataclass(frozen=True)
class HuffmanCode:
    """A prefix code of least expected length, as `huffman_code` makes it.

    A branch of the tree is a question, a codeword the answers to them: whoever asks them finds the
    symbol with `expected_length` questions on average, and nobody can with fewer. Codes with the
    same codewords for the same symbols are equal.

    Example:
        >>> from xent_core.coding import huffman_code
        >>> code = huffman_code([0.25, 0.25, 0.5], "abc")
        >>> code.codewords
        ('00', '01', '1')
        >>> code.tree.one
        Leaf(symbol='c', probability=0.5)
    """

    symbols: tuple[Hashable, ...]  # K of them
    probabilities: Array = field(compare=False)  # float64 (K,), of sum 1, read-only
    codewords: tuple[str, ...]  # "" for a certain symbol, and for impossible ones
    lengths: Array = field(compare=False)  # int64 (K,), of the codewords, in bits, read-only
    # Without the impossible symbols. A Leaf if one is certain; None for the code of the empty text.
    tree: Tree | None = field(compare=False, repr=False)

    @property
    def expected_length(self) -> float:
        """L = Σ p l, in bits per symbol: H ≤ L < H + 1 (Cover & Thomas, 5.4).

        Example:
            >>> from xent_core.coding import huffman_code
            >>> huffman_code([0.5, 0.25, 0.25]).expected_length
            1.5
        """
        return math.fsum(self.probabilities * self.lengths)

    def encode(self, sequence: Iterable[Hashable]) -> str:
        """The codewords of the symbols of `sequence`, one after the other.

        Raises:
            ValueError: If a symbol is not in the code or has probability 0: it has no codeword.

        Example:
            >>> from xent_core.coding import huffman_code
            >>> huffman_code([0.5, 0.25, 0.25], "abc").encode("abba")
            '010100'
        """
        sequence = list(sequence)
        try:
            return "".join([self._codebook[symbol] for symbol in sequence])
        except KeyError as error:
            unknown = error.args[0]
            at = sequence.index(unknown)
        raise ValueError(f"sequence: no codeword for {unknown!r} at index {at}")

    def decode(self, bits: str, count: int | None = None) -> list[Any]:
        """The symbols of which `bits` are the codewords: what `encode` was given.

        Args:
            bits: Of "0" and "1".
            count: How many symbols `bits` must hold. A certain symbol takes no bits, so that its
                code cannot be decoded without `count`; any other code can.

        Raises:
            ValueError: If `bits` holds anything but 0 and 1, ends inside a codeword or does not
                hold `count` symbols; for the code of a certain symbol, if it holds anything or
                `count` is missing.

        Example:
            >>> from xent_core.coding import huffman_code
            >>> huffman_code([0.5, 0.25, 0.25], "abc").decode("010100")
            ['a', 'b', 'b', 'a']
            >>> huffman_code([1.0], "a").decode("", count=3)
            ['a', 'a', 'a']
        """
        _check_bits(bits)
        if count is not None and count < 0:
            raise ValueError(f"count: must be ≥ 0, found {count}")
        if isinstance(self.tree, Branch):
            symbols = _walk(self.tree, bits)
        elif bits:
            raise ValueError(f"bits: this code has no codeword of 1 bit or more, found {bits[:8]}")
        elif self.tree is None:
            symbols = []
        elif count is None:
            raise ValueError(f"count: needed, {self.tree.symbol!r} is certain and takes no bits")
        else:
            symbols = [self.tree.symbol] * count
        if count is not None and len(symbols) != count:
            raise ValueError(f"bits: must hold {count} symbols, found {len(symbols)}")
        return symbols

    def way(self, symbol: Hashable) -> list[tuple[str, float]]:
        """The way through the tree to `symbol`: each bit, and the probability of the node behind.

        The way to a certain symbol is empty.

        Raises:
            ValueError: If `symbol` has no codeword.

        Example:
            >>> from xent_core.coding import huffman_code
            >>> huffman_code([0.5, 0.25, 0.25], "abc").way("c")
            [('1', 0.5), ('1', 0.25)]
        """
        if symbol not in self._codebook:
            raise ValueError(f"symbol: no codeword for {symbol!r}")
        node, steps = self.tree, []
        for bit in self._codebook[symbol]:
            assert isinstance(node, Branch)
            node = node.zero if bit == "0" else node.one
            steps.append((bit, node.probability))
        return steps

    @cached_property
    def _codebook(self) -> dict[Hashable, str]:
        """The codewords of the symbols that have one."""
        rows = zip(self.symbols, self.codewords, self.probabilities, strict=True)
        return {symbol: codeword for symbol, codeword, p in rows if p > 0}


def huffman_code(p: ArrayLike, symbols: Iterable[Hashable] | None = None) -> HuffmanCode:
    """Huffman's code: join the two least probable nodes until one is left (Huffman 1952).

    No code that can be decoded has a smaller expected length L, and H ≤ L < H + 1.

    The same P always gives the same tree: of equally probable nodes, the symbols come first, in
    their order, then the joined nodes from the oldest on. This also keeps the longest codeword as
    short as it can be. Probabilities are added as the decimals that they are printed as, without
    rounding: 0.1 and 0.2 together are as probable as 0.3.

    Args:
        p: (K,), probabilities that sum to 1.
        symbols: K different ones, by default 0, 1, …, K - 1.

    Returns:
        HuffmanCode; its `probabilities` are those of `p`, divided by their sum, in float64.

    Raises:
        ValueError: If `p` is not one distribution, or if there are not K different symbols.

    Example:
        >>> from xent_core.coding import huffman_code
        >>> code = huffman_code([0.4, 0.3, 0.2, 0.1], "abcd")
        >>> code.codewords
        ('0', '10', '110', '111')
        >>> round(code.expected_length, 4)
        1.9
    """
    p = _one_distribution(p)
    symbols = tuple(range(p.size)) if symbols is None else tuple(symbols)
    if len(symbols) != p.size:
        raise ValueError(f"symbols: must be as many as probabilities, {p.size}, not {len(symbols)}")
    symbol, times = next(iter(Counter(symbols).most_common(1)))
    if times > 1:
        raise ValueError(f"symbols: must differ, found {symbol!r} {times} times")
    return _code_of_weights(symbols, _whole_weights(p))


def shannon_lengths(p: ArrayLike) -> Array:
    """Lengths of Shannon's code: l = ⌈-log₂ p⌉ (Shannon 1948, section 9).

    They satisfy Kraft's inequality, so that a prefix code has them, and H ≤ Σ p l < H + 1; but
    Huffman's code may be shorter. Exact, also where p is a power of 2 or next to one.

    Args:
        p: (…, K), distributions along the last axis.

    Returns:
        int64 array, (…, K), in bits; 0 where p = 1, and where p = 0: no codeword.

    Raises:
        ValueError: If `p` does not hold distributions.

    Example:
        >>> from xent_core.coding import shannon_lengths
        >>> shannon_lengths([[0.5, 0.3, 0.2], [1.0, 0.0, 0.0]]).tolist()
        [[1, 2, 3], [0, 0, 0]]
    """
    p = _distributions(p)
    # p = m 2^e with ½ ≤ m < 1, so -log₂ p is above -e and at most 1 - e: nothing to round.
    exponents = np.frexp(p)[1].astype(np.int64)
    return np.where(p > 0, 1 - exponents, 0)


def kraft_sum(lengths: ArrayLike) -> float:
    """Kraft's sum Σ 2^-l: at most 1 for every code that can be decoded (Kraft–McMillan).

    And if it is at most 1, a prefix code of these lengths exists; it is exactly 1 if no codeword
    can be added or shortened, as in every Huffman code (Cover & Thomas, 5.2 and 5.5).

    Args:
        lengths: Integers, in bits. A length of 0, of a symbol without codeword, adds nothing; but
            if all are 0, one symbol is certain, with the empty codeword, and the sum is 1.

    Returns:
        float; 0 if there are no lengths.

    Raises:
        ValueError: If a length is negative or not an integer.

    Example:
        >>> from xent_core.coding import kraft_sum
        >>> kraft_sum([1, 2, 3, 3])
        1.0
    """
    lengths = as_integer(lengths, "lengths")
    refuse("lengths", "must be ≥ 0", lengths, lengths < 0)
    if lengths.size and not lengths.any():
        return 1.0
    # From 2^-1075 on, float64 has only 0; and unsigned integers have no minus.
    exponents = np.maximum(-lengths[lengths > 0].astype(FLOAT64), -1100)
    return math.fsum(np.ldexp(1.0, exponents.astype(np.int32)))


def _code_of_weights(symbols: tuple[Hashable, ...], weights: Sequence[int]) -> HuffmanCode:
    """The Huffman code of symbols whose probabilities are to each other as `weights`."""
    total = sum(weights)
    tree = _huffman_tree(symbols, weights)
    words = _codewords(tree)
    codewords = tuple(words.get(symbol, "") for symbol in symbols)
    return HuffmanCode(
        symbols=symbols,
        # Python divides whole numbers of any size and rounds once.
        probabilities=_read_only([w / total for w in weights], np.float64),
        codewords=codewords,
        lengths=_read_only([len(word) for word in codewords], np.int64),
        tree=tree,
    )


def _joins(weights: Sequence[Any]) -> list[tuple[Any, int, int]]:
    """Join the two lightest nodes until one is left, as Huffman does: weight and numbers of each.

    Nodes are numbered: the K symbols first, those without weight left out, then the joined ones.
    Of equally heavy ones the symbols come first. Joined nodes come into being from light to
    heavy, so two queues do what a heap would (van Leeuwen 1976).
    """
    leaves = [at for at in sorted(range(len(weights)), key=weights.__getitem__) if weights[at]]
    joins: list[tuple[Any, int, int]] = []
    leaf = node = 0
    for _ in range(len(leaves) - 1):
        total, pair = 0, []
        for _ in range(2):
            if leaf < len(leaves) and (
                node == len(joins) or not joins[node][0] < weights[leaves[leaf]]
            ):
                total += weights[leaves[leaf]]
                pair.append(leaves[leaf])
                leaf += 1
            else:
                total += joins[node][0]
                pair.append(len(weights) + node)
                node += 1
        joins.append((total, *pair))
    return joins


def _huffman_tree(symbols: Sequence[Hashable], weights: Sequence[int]) -> Tree | None:
    """The tree of the joins; None if no symbol has any weight."""
    total = sum(weights)
    # Each node with the place of its first symbol: that one goes to the left.
    nodes: list[tuple[int, Tree]] = [
        (at, Leaf(symbol, weight / total if total else 0.0))
        for at, (symbol, weight) in enumerate(zip(symbols, weights, strict=True))
    ]
    for weight, first, second in _joins(weights):
        (place, left), (_, right) = sorted((nodes[first], nodes[second]), key=lambda node: node[0])
        nodes.append((place, Branch(left, right, weight / total)))
    if len(nodes) > len(weights):
        return nodes[-1][1]
    return next((node for (_, node), weight in zip(nodes, weights, strict=True) if weight), None)


def _codewords(tree: Tree | None) -> dict[Hashable, str]:
    """The codeword of each leaf: the way to it."""
    words: dict[Hashable, str] = {}
    # A stack, because a tree may be deeper than Python's recursion.
    stack: list[tuple[Tree, str]] = [(tree, "")] if tree else []
    while stack:
        node, way = stack.pop()
        if isinstance(node, Leaf):
            words[node.symbol] = way
        else:
            stack += [(node.one, way + "1"), (node.zero, way + "0")]
    return words


def _walk(tree: Branch, bits: str) -> list[Hashable]:
    """The symbols that one meets on the ways `bits`, from the root again after each."""
    symbols: list[Hashable] = []
    node: Tree = tree
    for bit in bits:
        node = node.zero if bit == "0" else node.one
        if isinstance(node, Leaf):
            symbols.append(node.symbol)
            node = tree
    if node is not tree:
        raise ValueError(f"bits: they end inside a codeword, after {len(symbols)} symbols")
    return symbols


def _one_distribution(p: ArrayLike) -> Array:
    """`p` in float64; ValueError unless it is one distribution, with one axis."""
    p = as_float(p, "p")
    if p.ndim != 1:
        raise ValueError(f"p: must have one axis, found shape {p.shape}")
    return _check_distribution(p, (0,), "p").astype(FLOAT64)


def _whole_weights(p: Array) -> list[int]:
    """Whole numbers that are to each other exactly as the decimals that `p` is printed as."""
    # 17 digits print every float64, and one more place covers the rounding of the logarithm.
    places = 17 - math.floor(math.log10(p[p > 0].min()))
    return [int(Decimal(repr(value)).scaleb(places)) for value in p.tolist()]


def _check_bits(bits: str) -> None:
    """Raise ValueError at the first character that is not a bit."""
    if set(bits) <= {"0", "1"}:
        return
    at, found = next((i, bit) for i, bit in enumerate(bits) if bit not in "01")
    raise ValueError(f"bits: must be 0 or 1, found {found!r} at index {at}")


def _read_only(values: Sequence[float], dtype: Any) -> Array:
    array = np.array(values, dtype)
    array.flags.writeable = False
    return array
