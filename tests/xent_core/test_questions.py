"""Twenty questions: halving finds every number, in as many questions as it says."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import xent_core as xc

settings.register_profile("same", derandomize=True, deadline=None)
settings.load_profile("same")


def play(n: int, secret: int) -> int:
    """Return how many questions halving asks until only the secret is left."""
    answers = ""
    while True:
        first, last = xc.still_possible(n, answers)
        assert first <= secret <= last
        if first == last:
            return len(answers)
        answers += "y" if secret > (first + last) // 2 else "n"


@pytest.mark.parametrize("n", [1, 2, 3, 5, 8, 20, 100, 1000])
def test_playing_every_number_takes_as_many_questions_as_told(n):
    asked = [play(n, secret) for secret in range(1, n + 1)]
    most, mean = xc.questions_by_halving(n)
    assert max(asked) == most == math.ceil(math.log2(n))
    assert np.mean(asked) == pytest.approx(mean, rel=1e-14)


@given(st.integers(1, 2**40))
def test_the_mean_is_between_log2_n_and_less_than_a_tenth_above(n):
    most, mean = xc.questions_by_halving(n)
    assert math.log2(n) - 1e-9 <= mean < math.log2(n) + 0.0862
    assert most == (n - 1).bit_length()


def test_it_is_vectorised_and_exact_at_powers_of_two():
    n = np.array([[1, 2, 3], [4, 1023, 1024]])
    most, mean = xc.questions_by_halving(n)
    assert most.tolist() == [[0, 1, 2], [2, 10, 10]]
    assert mean[1, 2] == 10
    assert mean[0, 0] == 0


def test_answers_after_the_end_change_nothing():
    assert xc.still_possible(2, "yyyynn") == (2, 2)


@pytest.mark.parametrize("n", [1, 2, 10, 1000])
def test_zipfs_law_is_a_distribution_in_which_the_second_is_half_the_first(n):
    p = xc.zipf_distribution(n)
    assert p.sum() == pytest.approx(1, rel=1e-14)
    np.testing.assert_allclose(p, p[0] / np.arange(1, n + 1), rtol=1e-14)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: xc.questions_by_halving(0), "n: must be at least 1, found 0"),
        (lambda: xc.questions_by_halving([2, -3]), r"n: must be at least 1, found -3 at index"),
        (lambda: xc.questions_by_halving(1.5), "n: must hold integers, found float64"),
        (lambda: xc.zipf_distribution(0), "n: must be at least 1, found 0"),
        (lambda: xc.still_possible(0, ""), "n: must be at least 1, found 0"),
        (lambda: xc.still_possible(8, "yes"), "answers: must be y and n, found 'yes'"),
    ],
)
def test_mistakes_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("n", [1, 2, 3, 20, 64])
def test_the_huffman_tree_finds_every_number_with_as_many_questions_as_its_codeword_has_bits(n):
    code = xc.huffman_code(xc.zipf_distribution(n), range(1, n + 1))
    for number, length in zip(code.symbols, code.lengths, strict=True):
        answers = ""
        while (groups := xc.ask_huffman(code, answers)).named:
            assert len(groups.named) <= len(groups.others)
            assert number in groups.named + groups.others
            answers += "y" if number in groups.named else "n"
        assert groups.others == (number,)
        assert len(answers) == length
        assert xc.ask_huffman(code, answers + "yny").others == (number,)


def test_what_is_no_answer_is_refused():
    with pytest.raises(ValueError, match="answers: must be y and n"):
        xc.ask_huffman(xc.huffman_code([0.5, 0.5]), "yes")
    with pytest.raises(ValueError, match="code: has no symbols"):
        xc.ask_huffman(xc.text_statistics("").huffman, "")
