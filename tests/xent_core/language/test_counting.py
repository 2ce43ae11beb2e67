"""Models that count, against counting by hand; their coder, against their own surprise."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xent_core import entropy
from xent_core.language import CountingModel, Vocabulary, arithmetic_decode, arithmetic_encode

drawn = settings(derandomize=True, deadline=None, max_examples=60)
orders = st.integers(0, 5)
alphas = st.sampled_from([0, Fraction(1, 1000), Fraction(1, 3), 0.1, 1, 7])
# few letters, so that they repeat; and all, lone surrogates and emoji included
few = st.text(st.sampled_from("aab 的一😀\ud83d"), max_size=40)
texts = st.one_of(few, st.text(st.characters(exclude_categories=()), max_size=15))


def by_hand(seen: str, letters: str, order: int, alpha: Fraction, before: str, letter: str):
    """The formula, one occurrence after the other."""
    padded, context = ["start"] * order + list(seen), (["start"] * order + list(before))
    context = context[len(context) - order :]
    after = [padded[i + order] for i in range(len(seen)) if padded[i : i + order] == context]
    total = len(after) + alpha * len(letters)
    return Fraction(1, len(letters)) if not total else (after.count(letter) + alpha) / total


@given(texts, texts.filter(len), orders, alphas)
@drawn
def test_it_says_what_counting_by_hand_says(seen, text, order, alpha):
    vocabulary = Vocabulary.of(seen, text)
    model = CountingModel(seen, vocabulary, order, alpha)
    wanted = [
        by_hand(seen, vocabulary.letters, order, model.alpha, text[:i], letter)
        for i, letter in enumerate(text)
    ]
    assert model.score(text).tolist() == [float(q) for q in wanted]


@given(texts, texts.filter(len), orders, alphas)
@drawn
def test_the_probabilities_of_the_next_letter_have_the_sum_1_and_are_those_of_the_score(
    seen, text, order, alpha
):
    vocabulary = Vocabulary.of(seen, text)
    model = CountingModel(seen, vocabulary, order, alpha)
    score = model.score(text)
    for i, letter in enumerate(text):
        q = model.next_letter(text[:i])
        assert math.fsum(q) == pytest.approx(1, rel=1e-15)
        assert q[vocabulary.letters.index(letter)] == score[i]


@given(texts, texts, orders, alphas)
@drawn
def test_a_text_comes_back_from_as_many_bits_as_the_model_was_surprised(seen, text, order, alpha):
    vocabulary = Vocabulary.of(seen, text + "x")
    model = CountingModel(seen, vocabulary, order, alpha)
    codes, score = vocabulary.encode(text), model.score(text)
    if (score == 0).any():
        with pytest.raises(ValueError, match=f"index {int(np.argmin(score))} has probability 0"):
            arithmetic_encode(model, codes)
        return
    bits = arithmetic_encode(model, codes)
    assert arithmetic_decode(model, bits, len(codes)) == codes.tolist()
    surprise = math.fsum(-np.log2(score))
    assert surprise - 1e-6 <= len(bits) <= surprise + 2


def test_a_long_text_is_within_two_bits_of_its_surprise_too():
    text = "".join(map(chr, np.random.default_rng(0).geometric(0.2, 100_000) + 40))
    vocabulary = Vocabulary.of(text)
    model = CountingModel(text[:5000], vocabulary, order=2, alpha=0.01)
    surprise = math.fsum(-np.log2(model.score(text)))
    assert surprise < len(arithmetic_encode(model, vocabulary.encode(text))) <= surprise + 2


def test_order_0_without_smoothing_is_surprised_by_its_own_text_by_its_entropy():
    text = "banana bandana"
    model = CountingModel(text, Vocabulary.of(text), order=0, alpha=0)
    counts = np.array([text.count(letter) for letter in sorted(set(text))])
    assert -np.log2(model.score(text)).mean() == pytest.approx(
        entropy(counts / counts.sum(), base=2), rel=1e-14
    )


def test_a_higher_order_knows_its_own_text_better():
    text = "the loss is the surprise of the model at the truth " * 3
    vocabulary = Vocabulary.of(text)
    means = [
        -np.log2(CountingModel(text, vocabulary, order, 0).score(text)).mean() for order in range(6)
    ]
    assert means == sorted(means, reverse=True)
    assert means[5] < 0.4 < 3 < means[0]


def test_another_alpha_is_that_of_a_model_made_with_it():
    vocabulary = Vocabulary.of("abracadabra")
    model = CountingModel("abracadabra", vocabulary, order=1, alpha=0)
    made = CountingModel("abracadabra", vocabulary, order=1, alpha=0.5)
    assert model.smoothed(0.5).score("cab").tolist() == made.score("cab").tolist()
    assert model.score("cab")[1] == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"order": -1}, "order"),
        ({"alpha": -1}, "alpha"),
        ({"alpha": math.nan}, "alpha"),
        ({"alpha": math.inf}, "alpha"),
        ({"vocabulary": Vocabulary("a")}, "text: 'b' at index 1 is none of the letters"),
        ({"vocabulary": Vocabulary("")}, "vocabulary"),
    ],
)
def test_what_cannot_be_is_refused(change, said):
    with pytest.raises(ValueError, match=said):
        CountingModel(**{"text": "ab", "vocabulary": Vocabulary("ab"), "order": 1, **change})


def test_letters_that_are_not_different_are_refused():
    with pytest.raises(ValueError, match="must differ"):
        Vocabulary("aa")


def test_bits_that_are_none_are_refused():
    with pytest.raises(ValueError, match="bits"):
        arithmetic_decode(CountingModel("a", Vocabulary("a"), 0), "012", 1)
