"""Bits per letter and perplexity, against torch."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from xent_core.language import bits_per_letter, perplexity

drawn = settings(derandomize=True, deadline=None, max_examples=60)


@given(st.lists(st.floats(1e-9, 1), min_size=1, max_size=30))
@drawn
def test_it_is_torchs_mean_loss_in_bits_and_its_exponential(q):
    logs = torch.tensor([[math.log(p), 0.0] for p in q], dtype=torch.float64)
    loss = F.nll_loss(logs, torch.zeros(len(q), dtype=torch.long)).item()
    assert bits_per_letter(q) == pytest.approx(loss / math.log(2), rel=1e-12, abs=1e-15)
    assert perplexity(q) == pytest.approx(math.exp(loss), rel=1e-12)


@pytest.mark.parametrize("count", [1, 2, 26, 1500])
def test_among_so_many_letters_all_alike_the_perplexity_is_their_number(count):
    assert perplexity(np.full(10, 1 / count)) == pytest.approx(count, rel=1e-13)


def test_a_letter_that_was_ruled_out_costs_infinitely_much():
    assert bits_per_letter([0.5, 0]) == perplexity([0.5, 0]) == math.inf
    assert bits_per_letter([5e-324]) == 1074
    assert perplexity([5e-324]) == math.inf  # beyond the largest double


@pytest.mark.parametrize("q", [[], [1.5], [-0.1], [math.nan]])
def test_what_is_no_probability_is_refused(q):
    with pytest.raises(ValueError, match=r"[pq]: "):
        bits_per_letter(q)
