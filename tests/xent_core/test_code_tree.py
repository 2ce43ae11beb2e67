"""The drawn tree is the code's, and blocks come down to the entropy."""

import doctest
import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import entropy as scipy_entropy

from xent_core import block_distribution, code_tree, entropy, huffman_code, shannon_lengths
from xent_core.blocks import block_lengths
from xent_core.code_tree import (
    draw_tree,
    draw_trees,
    huffman_codewords,
)

WEIGHTS = st.lists(st.integers(0, 1000), min_size=2, max_size=8).filter(any)


def distribution(weights):
    p = np.array(weights, float)
    return p / p.sum()


@given(WEIGHTS)
def test_codewords_of_a_row_are_those_of_huffman_code(weights):
    p = distribution(weights)
    (found,) = huffman_codewords([p])
    code = huffman_code(p)
    assert [word or "" for word in found] == list(code.codewords)
    assert [word is None for word in found] == (p == 0).tolist()
    assert shannon_lengths([p])[0].tolist() == shannon_lengths(p).tolist()
    tree = draw_tree(found)
    assert tree["length"].tolist() == code.lengths.tolist()
    spelled = [format(number, "b")[1:] if number else None for number in tree["codeword"]]
    assert tuple(spelled) == found


@given(WEIGHTS)
def test_a_leaf_is_as_deep_as_its_codeword_is_long_and_its_way_leads_there(weights):
    (code,) = huffman_codewords([distribution(weights)])
    tree = draw_tree(code)
    root = tree["branch_y"][0]
    for symbol, word in enumerate(code):
        place = tree["leaf_x"][symbol], tree["leaf_y"][symbol]
        way = np.array([tree["way_x"][symbol], tree["way_y"][symbol]]).T
        if word is None:
            assert np.isnan(place).all()
            assert np.isnan(way).all()
            continue
        assert place[0] == len(word)
        assert way[0].tolist() == [0, place[1] if np.isnan(root) else root]
        assert tuple(way[-1]) == place
        steps = np.abs(np.diff(way, axis=0))
        assert (steps.min(axis=1) == 0).all()  # along one axis at a time
        assert steps[:, 0].sum() == len(word)


@given(WEIGHTS)
def test_branches_do_not_cross_and_spell_the_codewords(weights):
    (code,) = huffman_codewords([distribution(weights)])
    tree = draw_tree(code)
    there = [word for word in code if word is not None]
    assert (tree["bits"] < 2).sum() == 2 * (len(there) - 1)
    rows = {word: y for word, y in zip(code, tree["leaf_y"], strict=True) if word is not None}
    assert sorted(rows, key=rows.__getitem__) == sorted(rows)
    for word in there:  # the branch into the leaf is called as its last bit
        if word:
            at = np.flatnonzero((tree["bit_x"] == len(word) - 0.5) & (tree["bit_y"] == rows[word]))
            assert tree["bits"][at].tolist() == [int(word[-1])]


def test_trees_of_many_rows_are_those_of_each():
    p = [[0.5, 0.25, 0.25], [0.25, 0.25, 0.5], [0.0, 1.0, 0.0], [0.5, 0.25, 0.25]]
    codes = huffman_codewords(p)
    for name, stacked in draw_trees(codes).items():
        for row, code in zip(stacked, codes, strict=True):
            np.testing.assert_array_equal(row, draw_tree(code)[name])


@given(WEIGHTS)
@settings(max_examples=40)
def test_blocks_come_down_to_the_entropy(weights):
    p = distribution(weights)
    most = int(math.log(600, len(p)))
    lengths = block_lengths(p, most)
    h = scipy_entropy(p, base=2)
    for n, length in enumerate(lengths, 1):
        expected = huffman_code(block_distribution(p, n)).expected_length / n
        assert length == pytest.approx(expected, rel=1e-12, abs=1e-12)
        assert h - 1e-12 <= length < h + 1 / n + 1e-12
    assert entropy(p, base=2) == pytest.approx(h, abs=1e-12)


@pytest.mark.parametrize("bad", [[0.5, 0.6], [[0.5, 0.6]], [[-0.5, 1.5]], [[[0.5, 0.5]]]])
def test_what_is_no_table_of_distributions_is_refused(bad):
    with pytest.raises(ValueError, match="p: "):
        huffman_codewords(bad)


@pytest.mark.parametrize("most", [0, 17, -1])
def test_too_long_a_block_is_refused(most):
    with pytest.raises(ValueError, match="n: "):
        block_lengths([0.5, 0.5], most)


def test_the_codes_of_a_sweep_of_eight_classes_take_a_moment_only():
    p = np.random.default_rng(0).dirichlet(np.ones(8), 809)
    start = time.process_time()
    draw_trees(huffman_codewords(p))
    assert time.process_time() - start < 0.5  # about 0.1 s: random rows share few trees


def test_the_examples_of_the_module_are_true():
    assert doctest.testmod(code_tree).failed == 0
