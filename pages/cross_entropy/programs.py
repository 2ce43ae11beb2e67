"""The same in PyTorch, for exactly the state on the page."""

from collections.abc import Sequence

from ui.lesson.torch_code import in_unit, tensor


def pair_program(p: Sequence[float], q: Sequence[float], unit: str) -> str:
    """Return a program that prints entropy, cross entropy and KL divergence of P and Q."""
    head = in_unit(unit, "import torch\n")
    return f"""{head}
P = {tensor(p)}
Q = {tensor(q)}

print("{unit}:")
print("H(P)  ", (0 - torch.xlogy(P, P)).sum().item() / unit)  # xlogy(0, 0) is 0, as it must be
print("H(P,Q)", (0 - torch.xlogy(P, Q)).sum().item() / unit)
print("KL    ", (torch.xlogy(P, P) - torch.xlogy(P, Q)).sum().item() / unit)
"""
