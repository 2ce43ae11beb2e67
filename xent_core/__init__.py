"""Cross-entropy and what it is made of, in NumPy: information, codes, softmax, losses, gradients.

Arrays in, arrays out. float16, bfloat16, float32 and float64 keep their type; integers become
float64. `axis` takes an int, a tuple or None, as in SciPy. Mistakes raise ValueError, or
IndexError for a class that does not exist, with a message that names the argument and the value.
"""

from xent_core.blocks import block_distribution
from xent_core.code_space import average_length, code_space, least_average_length
from xent_core.coding import huffman_code, kraft_sum, shannon_lengths
from xent_core.densities import (
    density,
    density_jensen_shannon,
    density_kl,
    density_kl_terms,
    differential_entropy,
    forward_kl_fit,
    gaussian,
    gaussian_kl,
    gaussian_mixture,
    log_density,
    reverse_kl_fits,
)
from xent_core.distributions import (
    cross_entropy_terms,
    draw_symbols,
    kl_gaps,
    kl_terms,
    log_and_tangent,
    running_mean,
    set_probability,
    surprise_deviation,
    unnormalized_kl,
)
from xent_core.information import (
    cross_entropy,
    entropy,
    jensen_shannon_divergence,
    kl_divergence,
    self_information,
)
from xent_core.languages import (
    cross_code_text,
    cross_coding,
    language_code,
    language_text,
    letter_counts,
    letter_distribution,
    letters_of,
)
from xent_core.likelihood import empirical_distribution, log_likelihood
from xent_core.losses import cross_entropy_loss, cross_entropy_loss_grad, nll_loss
from xent_core.measures import surprise_by
from xent_core.questions import ask_huffman, questions_by_halving, still_possible, zipf_distribution
from xent_core.simplex import level_lines, simplex_lattice, to_plane
from xent_core.softmax import (
    argmax,
    log_softmax,
    logsumexp,
    one_hot,
    sigmoid,
    softmax,
    softmax_jacobian,
)
from xent_core.texts_in_codes import cross_code_bits, text_statistics

__all__ = [
    "argmax",
    "ask_huffman",
    "average_length",
    "block_distribution",
    "code_space",
    "cross_code_bits",
    "cross_code_text",
    "cross_coding",
    "cross_entropy",
    "cross_entropy_loss",
    "cross_entropy_loss_grad",
    "cross_entropy_terms",
    "density",
    "density_jensen_shannon",
    "density_kl",
    "density_kl_terms",
    "differential_entropy",
    "draw_symbols",
    "empirical_distribution",
    "entropy",
    "forward_kl_fit",
    "gaussian",
    "gaussian_kl",
    "gaussian_mixture",
    "huffman_code",
    "jensen_shannon_divergence",
    "kl_divergence",
    "kl_gaps",
    "kl_terms",
    "kraft_sum",
    "language_code",
    "language_text",
    "least_average_length",
    "letter_counts",
    "letter_distribution",
    "letters_of",
    "level_lines",
    "log_and_tangent",
    "log_density",
    "log_likelihood",
    "log_softmax",
    "logsumexp",
    "nll_loss",
    "one_hot",
    "questions_by_halving",
    "reverse_kl_fits",
    "running_mean",
    "self_information",
    "set_probability",
    "shannon_lengths",
    "sigmoid",
    "simplex_lattice",
    "softmax",
    "softmax_jacobian",
    "still_possible",
    "surprise_by",
    "surprise_deviation",
    "text_statistics",
    "to_plane",
    "unnormalized_kl",
    "zipf_distribution",
]
