"""The same in PyTorch, for exactly the state on the page."""

from collections.abc import Sequence

from ui.lesson.torch_code import in_unit, tensor


def entropy_program(p: Sequence[float], unit: str) -> str:
    """Return a program that prints the entropy of P, and its ceiling."""
    imports = "import torch\nfrom torch.distributions import Categorical\n"
    return f"""{in_unit(unit, imports)}
P = {tensor(p)}
ceiling = torch.tensor(float(len(P)), dtype=torch.float64).log()  # if all are equally likely

print("{unit}:")
print("H      ", Categorical(probs=P).entropy().item() / unit)
print("ceiling", ceiling.item() / unit)
"""
