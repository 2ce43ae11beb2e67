"""Language models, letter by letter: how surprised they are by a text, and its cost in bits."""

from xent_core.language.coder import arithmetic_decode, arithmetic_encode
from xent_core.language.counting import CountingModel, Counts
from xent_core.language.scores import bits_per_letter, perplexity
from xent_core.language.vocabulary import Vocabulary

__all__ = [
    "CountingModel",
    "Counts",
    "Vocabulary",
    "arithmetic_decode",
    "arithmetic_encode",
    "bits_per_letter",
    "perplexity",
]
