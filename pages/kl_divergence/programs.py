"""The same in PyTorch, for exactly the state on the page."""

from collections.abc import Sequence

from ui.lesson.torch_code import in_unit, tensor

_IMPORTS = """import torch
import torch.nn.functional as F
from torch.distributions import Categorical, kl_divergence
"""


def divergence_program(p: Sequence[float], q: Sequence[float], unit: str) -> str:
    """Return a program that prints both directions of the divergence of P and Q."""
    return f"""{in_unit(unit, _IMPORTS)}
P = {tensor(p)}
Q = {tensor(q)}


def D(P, Q):  # as it is defined; xlogy has 0 log 0 = 0
    return (torch.xlogy(P, P) - torch.xlogy(P, Q)).sum().item() / unit


print("{unit}:")
print("D(P‖Q)", D(P, Q))
print("D(Q‖P)", D(Q, P))

# torch.distributions takes them in the order in which one says it
print("torch.distributions", kl_divergence(Categorical(P), Categorical(Q)).item() / unit)

# F.kl_div takes them the other way round: first the LOGARITHM of Q, second P.
# reduction="sum" adds up; the default would divide by the number of classes.
# Where P and Q are both 0 it multiplies 0 by -inf: nan.
print("F.kl_div", F.kl_div(Q.log(), P, reduction="sum").item() / unit)
"""
