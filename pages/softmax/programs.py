"""The same in PyTorch, for exactly the state on the page."""

from collections.abc import Sequence

from ui.lesson.torch_code import HEAD, tensor


def softmax_program(z: Sequence[float], temperature: float, k: int) -> str:
    """Return a program that prints softmax, argmax and p_k of the logits z."""
    return f"""{HEAD}
z = {tensor(z)}
T = {float(temperature)}

p = F.softmax(z / T, dim=0)
print("softmax", p.tolist())
print("argmax ", z.argmax().item())
print("p_k    ", p[{k}].item())
"""


def twice_program(logit: float, classes: int) -> str:
    """Return a program that prints the loss without, and with, something before it."""
    return f"""{HEAD}
z = torch.zeros({classes}, dtype=torch.float64)
z[0] = {float(logit)}
k = torch.tensor(0)

print("logits             ", F.cross_entropy(z, k).item())
print("softmax before     ", F.cross_entropy(F.softmax(z, dim=0), k).item())
print("log_softmax before ", F.cross_entropy(F.log_softmax(z, dim=0), k).item())
"""
