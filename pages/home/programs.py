"""The same in PyTorch, for exactly the state on the page."""

from collections.abc import Sequence

from ui.lesson.torch_code import HEAD, tensor


def loss_program(z: Sequence[float], k: int) -> str:
    """Return a program that prints the road from the logits z to the loss of class k."""
    return f"""{HEAD}
z = {tensor(z)}  # logits: raw scores, no softmax before the loss
k = torch.tensor({k})  # the right class

p = F.softmax(z, dim=0)
print("p_k ", p[k].item())
print("-log", -p[k].log().item())
print("loss", F.cross_entropy(z, k).item())  # the way to do it
"""
