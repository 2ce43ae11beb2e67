"""Source coding: what Huffman's code promises, against brute force, 60 digits and the library."""

import copy
import doctest
import itertools
import lzma
import pickle
import zlib
from collections import Counter
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import xent_core as xc
from xent_core import coding
from xent_core.blocks import block_distribution
from xent_core.coding import (
    Branch,
    Leaf,
    huffman_code,
    kraft_sum,
    shannon_lengths,
)
from xent_core.texts_in_codes import CrossCodeLength, cross_code_bits, text_statistics

pytestmark = pytest.mark.filterwarnings("error")
drawn = settings(derandomize=True, deadline=None, max_examples=100)

# Drawn from few characters, so that they repeat; and from all, lone surrogates included.
few = st.text(st.sampled_from("aab 的一是😀\U0001f1e8\U0001f1f3\ud83d\udc00\x00\n"), max_size=60)
any_code_point = st.text(st.characters(exclude_categories=()), max_size=40)
texts = st.one_of(few, any_code_point)
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"  # one emoji, five code points


@st.composite
def distributions(draw, max_size=12):
    """Distributions from even to extreme, some of whose symbols may be impossible."""
    weight = st.one_of(st.just(0.0), st.floats(1e-12, 1), st.floats(0.1, 1), st.just(0.5))
    weights = np.array(draw(st.lists(weight, min_size=1, max_size=max_size)))
    weights[0] += 0.1
    return weights / weights.sum()


def leaves(node):
    """The leaves from left to right."""
    return [node] if isinstance(node, Leaf) else leaves(node.zero) + leaves(node.one)


def branches(node):
    if isinstance(node, Leaf):
        return []
    return [node, *branches(node.zero), *branches(node.one)]


def exact_entropy(counts):
    total = mpmath.mpf(sum(counts))
    return -mpmath.fsum(n / total * mpmath.log(n / total, 2) for n in counts)


def test_the_examples_are_true():
    result = doctest.testmod(coding)
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize(
    "name",
    [name for name, f in vars(coding).items() if callable(f) and f.__module__ == coding.__name__],
)
def test_what_is_public_has_an_example(name):
    data_only = {"Leaf", "Branch"}
    if not name.startswith("_") and name not in data_only:
        assert "    Example:\n        " in getattr(coding, name).__doc__


# Huffman's code


@drawn
@given(texts)
@example("")
@example("a")
@example("aaaa")
@example(FAMILY)
@example("\ud800")
@example("\udc00\ud800\ud800")  # must not be joined to one character
def test_any_text_comes_back_from_its_own_code(text):
    code = text_statistics(text).huffman
    bits = code.encode(text)
    assert set(bits) <= {"0", "1"}
    assert "".join(code.decode(bits, len(text))) == text
    if len(set(text)) != 1:
        assert "".join(code.decode(bits)) == text


@drawn
@given(distributions(), st.data())
def test_any_sequence_of_possible_symbols_comes_back(p, data):
    code = huffman_code(p)
    possible = st.sampled_from([i for i in range(p.size) if p[i] > 0])
    sequence = data.draw(st.lists(possible, max_size=30))
    assert code.decode(code.encode(sequence), len(sequence)) == sequence


@drawn
@given(distributions())
def test_no_codeword_begins_with_another(p):
    code = huffman_code(p)
    words = [
        w for w, positive in zip(code.codewords, code.probabilities > 0, strict=True) if positive
    ]
    for first, second in itertools.permutations(words, 2):
        assert not second.startswith(first)


@drawn
@given(distributions())
def test_every_huffman_code_is_complete(p):
    assert kraft_sum(huffman_code(p).lengths) == 1


@drawn
@given(distributions())
@example(np.array([1.0]))
@example(np.array([1 - 2**-53, 2**-53]))
def test_huffman_takes_at_least_h_and_less_than_h_plus_1(p):
    code = huffman_code(p)
    h = xc.entropy(p, base=2)
    assert h - 1e-12 <= code.expected_length
    assert code.expected_length - 1 < h


@drawn
@given(few)
def test_the_huffman_bounds_of_a_text_hold_to_60_digits(text):
    found = text_statistics(text)
    if text:
        with mpmath.workdps(60):
            h = exact_entropy(found.counts.tolist())
            mean = mpmath.mpf(found.huffman_bits) / len(text)
            assert h - mpmath.mpf(10) ** -55 <= mean < h + 1


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
def test_no_prefix_code_is_shorter_than_huffmans(size):
    vectors = np.array(list(itertools.product(range(size), repeat=size)))
    # A length of 0 leaves no room for a second codeword; none is longer than K - 1.
    feasible = vectors[np.ldexp(1.0, -vectors).sum(-1) <= 1]
    rng = np.random.default_rng(size)
    for _ in range(60):
        weights = rng.integers(1, rng.choice([3, 10, 1000]), size)
        lengths = huffman_code(weights / weights.sum()).lengths
        assert weights @ lengths == (feasible @ weights).min()


@drawn
@given(distributions())
def test_codewords_lengths_and_ways_are_those_of_the_tree(p):
    code = huffman_code(p)
    assert [len(word) for word in code.codewords] == code.lengths.tolist()
    found = {}
    for leaf in leaves(code.tree):
        way = code.way(leaf.symbol)
        assert "".join(bit for bit, _ in way) == code.codewords[leaf.symbol]
        assert leaf.probability == (way[-1][1] if way else 1) == code.probabilities[leaf.symbol]
        found[leaf.symbol] = leaf.probability
    assert found == {i: q for i, q in enumerate(code.probabilities.tolist()) if p[i] > 0}
    for branch in branches(code.tree):
        both = branch.zero.probability + branch.one.probability
        np.testing.assert_allclose(branch.probability, both, rtol=1e-15)
    assert code.tree.probability == 1


@drawn
@given(distributions())
def test_the_mean_number_of_questions_is_the_sum_of_how_often_each_is_asked(p):
    code = huffman_code(p)
    asked = sum(branch.probability for branch in branches(code.tree))
    np.testing.assert_allclose(code.expected_length, asked, rtol=1e-13, atol=1e-15)


@drawn
@given(distributions())
def test_the_first_symbol_is_on_the_left_of_every_branch(p):
    for branch in branches(huffman_code(p).tree):
        first = {
            side: min(leaf.symbol for leaf in leaves(side)) for side in (branch.zero, branch.one)
        }
        assert first[branch.zero] < first[branch.one]


@drawn
@given(distributions())
def test_the_same_p_gives_the_same_code(p):
    code, again = huffman_code(p), huffman_code(p.tolist())
    assert code == again
    assert hash(code) == hash(again)
    assert code.tree == again.tree


def test_ties_are_broken_by_order_and_keep_the_longest_codeword_short():
    assert huffman_code([0.25] * 4).codewords == ("00", "01", "10", "11")
    # Lengths 1, 2, 3, 4, 4 have the same mean.
    assert huffman_code([0.4, 0.2, 0.2, 0.1, 0.1]).lengths.tolist() == [2, 2, 2, 3, 3]


def test_decimals_tie_as_on_paper():
    # In float64, 0.1 + 0.2 > 0.3, and 0.7 + 0.2 + 0.1 < 1.
    code = huffman_code([0.3, 0.3, 0.1, 0.2, 0.1])
    assert code.probabilities.tolist() == [0.3, 0.3, 0.1, 0.2, 0.1]
    assert huffman_code([0.1, 0.2, 0.3, 0.4]).tree == Branch(
        Branch(Branch(Leaf(0, 0.1), Leaf(1, 0.2), 0.3), Leaf(2, 0.3), 0.6), Leaf(3, 0.4), 1.0
    )
    assert huffman_code([0.7, 0.2, 0.1]).probabilities.tolist() == [0.7, 0.2, 0.1]


@drawn
@given(distributions())
@example(np.array([0.09999999999999999, 0.9]))  # its logarithm rounds to -1
@example(np.array([1.0, 5e-324, 1.7976931348623157e-300]))
def test_no_digit_of_a_probability_is_lost_before_adding(p):
    weights = coding._whole_weights(p)
    printed = [Fraction(repr(value)) for value in p.tolist()]
    for weight, value in zip(weights, printed, strict=True):
        assert weight * printed[0] == value * weights[0]


def test_a_certain_symbol_takes_no_bits():
    for code in (huffman_code([1.0], "a"), huffman_code([1, 0], "ab")):
        assert code.tree == Leaf("a", 1.0)
        assert code.expected_length == 0
        assert code.encode("aaa") == ""
        assert code.decode("", 3) == ["a"] * 3
        assert code.decode("", 0) == []
        assert code.way("a") == []


def test_an_impossible_symbol_has_no_codeword():
    code = huffman_code([0.5, 0, 0.5], "abc")
    assert code.codewords == ("0", "", "1")
    assert code.lengths.tolist() == [1, 0, 1]
    assert [leaf.symbol for leaf in leaves(code.tree)] == ["a", "c"]
    assert code.expected_length == 1


def test_the_ways_may_be_longer_than_pythons_recursion():
    # 1/2, 1/4, …, 2^-1073, 2^-1074, 2^-1074: the smallest that float64 has.
    p = np.ldexp(1.0, -np.append(np.arange(1, 1075), 1074))
    code = huffman_code(p)
    np.testing.assert_array_equal(code.lengths, -np.log2(p))
    assert code.decode(code.encode([1074, 0, 1073])) == [1074, 0, 1073]
    assert code.way(1074)[-1] == ("1", 5e-324)
    assert kraft_sum(code.lengths) == 1
    np.testing.assert_array_equal(shannon_lengths(p), code.lengths)


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_what_a_narrow_type_misses_of_the_sum_1_is_divided_out(dtype):
    p = xc.softmax(np.linspace(0, 5, 30).astype(dtype))
    code = huffman_code(p)
    assert code.probabilities.dtype == np.float64
    np.testing.assert_allclose(code.probabilities.sum(), 1, rtol=1e-15)
    assert block_distribution(p, 2).sum() == pytest.approx(1, rel=1e-14)


def test_symbols_may_be_anything_hashable():
    code = huffman_code([0.5, 0.25, 0.25], [("a", "b"), None, 3])
    assert code.decode(code.encode([3, None, ("a", "b")])) == [3, None, ("a", "b")]
    assert huffman_code([0.5, 0.5]).symbols == (0, 1)
    assert huffman_code([0.5, 0.5], iter("ab")).symbols == ("a", "b")


def test_a_code_cannot_be_changed_but_copied_and_pickled():
    code = huffman_code([0.5, 0.25, 0.25], "abc")
    with pytest.raises(AttributeError):
        code.symbols = ()
    with pytest.raises(ValueError, match="read-only"):
        code.lengths[0] = 7
    code.encode("abc")
    for other in (copy.deepcopy(code), pickle.loads(pickle.dumps(code))):
        assert other == code
        assert other.tree == code.tree
        assert other.decode("01011") == list("abc")
    assert code != huffman_code([0.25, 0.5, 0.25], "abc")


# Shannon's lengths and Kraft's sum


@drawn
@given(distributions())
@example(np.array([1.0, 0.0]))
def test_shannon_lengths_satisfy_kraft_and_lie_within_1_bit_of_the_information(p):
    lengths = shannon_lengths(p)
    assert kraft_sum(lengths) <= 1
    assert (lengths[p == 0] == 0).all()
    p, lengths = p[p > 0], lengths[p > 0]
    with mpmath.workdps(60):
        exact = [int(mpmath.ceil(-mpmath.log(mpmath.mpf(float(v)), 2))) for v in p]
    assert lengths.tolist() == exact
    mean = huffman_code(p).expected_length
    assert mean <= p @ lengths + 1e-12
    assert p @ lengths - 1 < xc.entropy(p, base=2) + 1e-12


def test_shannon_lengths_are_exact_at_powers_of_2_and_beside_them():
    for n in range(1, 1022):
        p = 2.0**-n
        assert shannon_lengths([p, 1 - p])[0] == n
        assert shannon_lengths([np.nextafter(p, 0), 1 - p])[0] == n + 1
        if n > 1:
            assert shannon_lengths([np.nextafter(p, 1), 1 - p])[0] == n
    assert shannon_lengths([5e-324, 1.0]).tolist() == [1074, 0]


def test_kraft_sum_is_exact_and_takes_any_integers():
    assert kraft_sum([1, 2, 3, 3]) == 1
    assert kraft_sum([1, 1, 1]) == 1.5
    assert kraft_sum([0, 1, 2]) == 0.75
    assert kraft_sum([0]) == kraft_sum([0, 0]) == 1
    assert kraft_sum([]) == 0
    assert kraft_sum([10**9]) == 0
    for dtype in (np.int8, np.uint8, np.uint64):
        assert kraft_sum(np.array([2, 100], dtype)) == 0.25 + 2.0**-100
    assert kraft_sum(np.full(2**16, 16)) == 1


# Blocks


@settings(drawn, max_examples=40)
@given(distributions(max_size=4), st.integers(1, 4))
def test_blocks_cost_at_least_h_and_less_than_h_plus_1_over_n_a_symbol(p, n):
    h = xc.entropy(p, base=2)
    blocks = block_distribution(p, n)
    mean = huffman_code(blocks).expected_length / n
    assert h - 1e-12 <= mean
    assert mean < h + 1 / n + 1e-12
    # Two blocks, each coded by itself, are one way to code the double block.
    if n <= 2:
        double = huffman_code(block_distribution(p, 2 * n)).expected_length / (2 * n)
        assert double <= mean + 1e-12


def test_long_blocks_come_close_to_the_entropy():
    p = [0.9, 0.1]
    h = xc.entropy(p, base=2)
    means = [huffman_code(block_distribution(p, n)).expected_length / n for n in (1, 2, 4, 8)]
    assert means[0] == 1
    np.testing.assert_allclose(means[1], 0.645)  # by hand: (1 + 0.19 + 0.1) / 2
    assert sorted(means, reverse=True) == means
    assert h <= means[-1] < h + 1 / 8


@settings(drawn, max_examples=40)
@given(distributions(max_size=4), st.integers(1, 4))
def test_the_probability_of_a_block_is_the_product_over_its_symbols(p, n):
    blocks, names = block_distribution(p, n), list(itertools.product(range(p.size), repeat=n))
    assert blocks.shape == (len(names),) == (p.size**n,)
    for probability, name in zip(blocks, names, strict=True):
        np.testing.assert_allclose(probability, np.prod(p[list(name)]), rtol=1e-14)
        assert probability == blocks[names.index(tuple(sorted(name)))]
    np.testing.assert_allclose(xc.entropy(blocks), n * xc.entropy(p), rtol=1e-10, atol=1e-14)


def test_a_text_comes_back_in_blocks():
    text = "abracadabra!"
    found = text_statistics(text)
    three = itertools.product(found.symbols, repeat=3)
    code = huffman_code(block_distribution(found.probabilities, 3), three)
    blocks = [tuple(text[i : i + 3]) for i in range(0, len(text), 3)]
    assert "".join(c for block in code.decode(code.encode(blocks)) for c in block) == text


def test_the_most_blocks_are_65536():
    assert block_distribution([0.5, 0.5], 16).size == 65_536
    assert block_distribution([1], 16).tolist() == [1]
    assert block_distribution(np.array([0.5, 0.5 + 1e-8]), 16).sum() == pytest.approx(1, rel=1e-12)


# Texts


@drawn
@given(texts)
def test_the_numbers_of_a_text_are_those_of_the_library(text):
    found = text_statistics(text)
    data = text.encode("utf-8", "surrogatepass")
    assert found.length == len(text) == found.counts.sum()
    assert found.utf8_bits == 8 * len(data)
    if text:
        assert found.zlib_bits == 8 * len(zlib.compress(data, 9))
        assert found.lzma_bits == 8 * len(lzma.compress(data))
        np.testing.assert_array_equal(found.probabilities, found.counts / len(text))
        with mpmath.workdps(60):
            h = float(exact_entropy(list(Counter(text).values())))
        np.testing.assert_allclose(found.entropy_bits, h, rtol=1e-14, atol=0)
    assert dict(zip(found.symbols, found.counts, strict=True)) == Counter(text)
    order = list(zip(-found.counts, found.symbols, strict=True))
    assert order == sorted(order)
    assert found.huffman_bits == len(found.huffman.encode(text))
    assert found.huffman_bits <= found.fixed_bits
    assert isinstance(found.huffman_bits, int)
    assert isinstance(found.entropy_bits, float)


def test_zlib_works_at_level_9():
    data = np.random.default_rng(3).choice(list(b"abc"), 5000).astype(np.uint8).tobytes()
    assert len(zlib.compress(data, 9)) != len(zlib.compress(data))
    assert text_statistics(data.decode()).zlib_bits == 8 * len(zlib.compress(data, 9))


def test_the_empty_text_has_nothing_of_anything():
    found = text_statistics("")
    assert found.symbols == ()
    assert found.counts.size == found.probabilities.size == 0
    numbers = (found.length, found.entropy_bits, found.huffman_bits, found.fixed_bits)
    assert (*numbers, found.utf8_bits, found.zlib_bits, found.lzma_bits) == (0,) * 7
    assert found.huffman.tree is None
    assert found.huffman.encode("") == ""
    assert found.huffman.decode("") == []
    assert found.huffman.expected_length == 0


def test_a_text_of_one_symbol_has_no_entropy_and_takes_no_bits():
    found = text_statistics("哈" * 1000)
    assert found.entropy_bits == found.huffman_bits == found.fixed_bits == 0
    assert found.utf8_bits == 24_000
    assert 0 < found.zlib_bits < found.utf8_bits


def test_symbols_are_code_points():
    assert text_statistics(FAMILY).length == 5
    assert text_statistics(FAMILY).symbols[0] == "\u200d"
    found = text_statistics("\ud83d\ude00😀")  # a pair of surrogates is not the emoji
    assert found.symbols == ("\ud83d", "\ude00", "😀")
    assert found.utf8_bits == (3 + 3 + 4) * 8


def test_100000_characters_are_accepted_and_come_back():
    numbers = np.random.default_rng(0).geometric(0.01, 100_000)
    text = "".join(chr(0x4E00 + n) for n in numbers)
    found = text_statistics(text)
    bits = found.huffman.encode(text)
    assert len(bits) == found.huffman_bits
    assert "".join(found.huffman.decode(bits)) == text
    assert found.length * found.entropy_bits <= found.huffman_bits < found.fixed_bits


def test_the_limit_can_be_set():
    assert text_statistics("abc", limit=3).length == 3
    with pytest.raises(ValueError, match=r"^text: at most 2 code points, found 3$"):
        text_statistics("abc", limit=2)


# A text in the code of another


@drawn
@given(texts)
def test_a_text_in_its_own_code_has_its_own_length(text):
    found = text_statistics(text)
    own = CrossCodeLength(found.huffman_bits, len(text), {})
    assert cross_code_bits(text, found.huffman) == own


@drawn
@given(few, few)
def test_what_a_code_does_not_know_is_counted_apart(text, other):
    code = text_statistics(other).huffman
    found = cross_code_bits(text, code)
    known = [c for c in text if c in other]
    assert found.bits == len(code.encode(known))
    assert found.coded == len(known)
    assert found.unknown == Counter(c for c in text if c not in other)
    assert list(found.unknown) == sorted(found.unknown, key=lambda c: (-text.count(c), c))
    if not found.unknown:
        assert found.bits >= text_statistics(text).huffman_bits


def test_an_impossible_symbol_is_unknown_to_the_code():
    found = cross_code_bits("abcab", huffman_code([0.5, 0, 0.5], "abc"))
    assert found == CrossCodeLength(bits=3, coded=3, unknown={"b": 2})


CODE = huffman_code([0.5, 0.25, 0.25, 0], "abcd")
SURE = huffman_code([1.0], "a")
NOTHING = text_statistics("").huffman


@pytest.mark.parametrize(
    ("message", "call"),
    [
        (r"p: must have one axis, found shape \(1, 2\)$", lambda: huffman_code([[0.5, 0.5]])),
        (r"p: must have one axis, found shape \(1, 1\)$", lambda: block_distribution([[1]], 2)),
        (r"p: the class axis is empty, shape \(0,\)$", lambda: huffman_code([])),
        ("p: .* must sum to 1 along axis 0, found 0.75$", lambda: huffman_code([0.5, 0.25])),
        (r"p: .* ≥ 0, found -0.5 at index \(0,\)$", lambda: shannon_lengths([-0.5, 1.5])),
        (r"p: .* nan, found nan at index \(1,\)$", lambda: block_distribution([1, np.nan], 2)),
        (
            "symbols: must be as many as probabilities, 2, not 3$",
            lambda: huffman_code([0.5, 0.5], "abc"),
        ),
        (
            "symbols: must differ, found 'b' 2 times$",
            lambda: huffman_code([0.5, 0.25, 0.25], "abb"),
        ),
        ("sequence: no codeword for 'x' at index 2$", lambda: CODE.encode("abx")),
        ("sequence: no codeword for 'd' at index 0$", lambda: CODE.encode("da")),
        (r"sequence: no codeword for '\\ud800' at index 0$", lambda: CODE.encode("\ud800")),
        ("sequence: no codeword for 'a' at index 0$", lambda: NOTHING.encode("a")),
        ("bits: they end inside a codeword, after 2 symbols$", lambda: CODE.decode("0101")),
        ("bits: must be 0 or 1, found '2' at index 1$", lambda: CODE.decode("02")),
        ("bits: must hold 3 symbols, found 2$", lambda: CODE.decode("010", 3)),
        ("bits: must hold 1 symbols, found 2$", lambda: CODE.decode("010", 1)),
        ("bits: must hold 1 symbols, found 0$", lambda: NOTHING.decode("", 1)),
        ("bits: this code has no codeword of 1 bit or more, found 01$", lambda: SURE.decode("01")),
        ("bits: this code has no codeword of 1 bit or more, found 1$", lambda: NOTHING.decode("1")),
        ("count: needed, 'a' is certain and takes no bits$", lambda: SURE.decode("")),
        ("count: must be ≥ 0, found -1$", lambda: SURE.decode("", -1)),
        ("symbol: no codeword for 'x'$", lambda: CODE.way("x")),
        ("symbol: no codeword for 'd'$", lambda: CODE.way("d")),
        (r"lengths: must be ≥ 0, found -1 at index \(1,\)$", lambda: kraft_sum([1, -1])),
        ("lengths: must hold integers, found float64$", lambda: kraft_sum([1.5])),
        ("n: must be an integer ≥ 1, found 0$", lambda: block_distribution([0.5, 0.5], 0)),
        ("n: must be an integer ≥ 1, found 1.5$", lambda: block_distribution([0.5, 0.5], 1.5)),
        (
            r"n: at most 16 symbols and 65,536 blocks, found 3\^11 blocks$",
            lambda: block_distribution([0.5, 0.25, 0.25], 11),
        ),
        (
            r"n: at most 16 symbols and 65,536 blocks, found 2\^1000000000 blocks$",
            lambda: block_distribution([0.5, 0.5], 10**9),
        ),
        (
            "text: at most 100,000 code points, found 100,001$",
            lambda: text_statistics("a" * 100_001),
        ),
        ("text: must be a str, found bytes$", lambda: text_statistics(b"abc")),
        ("text: must be a str, found NoneType$", lambda: cross_code_bits(None, CODE)),
    ],
)
def test_a_mistake_is_named_with_its_value(message, call):
    with pytest.raises(ValueError, match=f"^{message}"):
        call()
