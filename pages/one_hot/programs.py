"""The same in PyTorch, for exactly the state on the page."""

from collections.abc import Sequence

from ui.lesson.torch_code import HEAD, tensor


def one_hot_program(z: Sequence[float], k: int, epsilon: float) -> str:
    """Return a program that prints the loss of logits z for class k: index, one-hot, smoothed."""
    return f"""{HEAD}
z = {tensor(z)}.requires_grad_()  # logits
k = torch.tensor({k})  # the class, as an index
y = F.one_hot(k, {len(z)}).double()  # the same as a vector

loss = F.cross_entropy(z, k)
loss.backward()
print("index     ", loss.item())
print("one-hot   ", F.cross_entropy(z, y).item())
print("-log p_k  ", -F.softmax(z, dim=0)[k].log().item())
print("gradient  ", z.grad.tolist())  # p - y
print("smoothing ", F.cross_entropy(z, k, label_smoothing={float(epsilon)}).item())
"""


def soft_label_program(y: Sequence[float], p: Sequence[float]) -> str:
    """Return a program that prints the loss of prediction p for the soft label y, and its floor."""
    return f"""{HEAD}
y = {tensor(y)}  # soft label: floats, as many as logits
p = {tensor(p)}
z = p.log().requires_grad_()  # these logits give p

loss = -torch.xlogy(y, p).sum()  # as it is defined, with 0 log 0 = 0
floor = -torch.xlogy(y, y).sum()
print("H(y, p)", loss.item())
print("H(y)   ", floor.item())
print("KL     ", (loss - floor).item())

loss = F.cross_entropy(z, y)  # nan where y and p are both 0: it multiplies 0 by -inf
loss.backward()
print("F.cross_entropy", loss.item())
print("gradient", z.grad.tolist())  # p - y
"""


def mask_program(z: Sequence[float], k: int, masked: Sequence[int], epsilon: float) -> str:
    """Return a program that prints the loss of class k for each kind of target, under a mask."""
    return f"""{HEAD}
z = {tensor(z)}
z[{list(masked)}] = -torch.inf  # the mask
k = torch.tensor({k})
C, eps = {len(z)}, {float(epsilon)}

one_hot = F.one_hot(k, C).double()
free = torch.isfinite(z).double()
print("index            ", F.cross_entropy(z, k).item())
print("one_hot          ", F.cross_entropy(z, one_hot).item())
print("soft             ", F.cross_entropy(z, (1 - eps) * one_hot + eps / C).item())
print("soft_off_the_mask", F.cross_entropy(z, (1 - eps) * one_hot + eps * free / free.sum()).item())
print("label_smoothing  ", F.cross_entropy(z, k, label_smoothing=eps).item())
"""
