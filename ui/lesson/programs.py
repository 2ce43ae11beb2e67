"""The same in PyTorch: programs for exactly the state on the page. The tests run them."""

from collections.abc import Sequence

import numpy as np

from ui.lesson.torch_code import HEAD as _HEAD
from ui.lesson.torch_code import in_unit as _in_unit
from ui.lesson.torch_code import tensor as _tensor


def divergence_program(p: Sequence[float], q: Sequence[float], unit: str) -> str:
    """Return a program that prints both directions of the divergence of P and Q."""
    imports = """import torch
import torch.nn.functional as F
from torch.distributions import Categorical, kl_divergence
"""
    return f"""{_in_unit(unit, imports)}
P = {_tensor(p)}
Q = {_tensor(q)}


def D(P, Q):  # as it is defined; xlogy has 0 log 0 = 0
    return (torch.xlogy(P, P) - torch.xlogy(P, Q)).sum().item() / unit


M = (P + Q) / 2
print("{unit}:")
print("D(P‖Q)", D(P, Q))
print("D(Q‖P)", D(Q, P))
print("JS", (D(P, M) + D(Q, M)) / 2)

# torch.distributions takes them in the order in which one says it
print("torch.distributions", kl_divergence(Categorical(P), Categorical(Q)).item() / unit)

# F.kl_div takes them the other way round: first the LOGARITHM of Q, second P.
# reduction="sum" adds up; the default would divide by the number of classes.
# Where P and Q are both 0 it multiplies 0 by -inf: nan.
print("F.kl_div", F.kl_div(Q.log(), P, reduction="sum").item() / unit)
"""


def one_hot_program(z: Sequence[float], k: int, epsilon: float) -> str:
    """Return a program that prints the loss of logits z for class k: index, one-hot, smoothed."""
    return f"""{_HEAD}
z = {_tensor(z)}.requires_grad_()  # logits
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
    return f"""{_HEAD}
y = {_tensor(y)}  # soft label: floats, as many as logits
p = {_tensor(p)}
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
    return f"""{_HEAD}
z = {_tensor(z)}
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


def _typed(values: object) -> str:
    """Return numbers as Python writes them; inf and nan are names that a program imports."""
    return repr(values).replace("(", "[").replace(",)", "]").replace(")", "]")


def _batch(x: Sequence[Sequence[float]], target: Sequence[int], dtype: str) -> str:
    return f"""from math import inf, nan

import torch
import torch.nn.functional as F
from torch import nn

x = torch.tensor({_typed(tuple(map(tuple, x)))}, dtype=torch.{dtype})
t = torch.tensor({list(target)})
"""


def ways_program(x: Sequence[Sequence[float]], target: Sequence[int], dtype: str) -> str:
    """Return a program that prints the loss of a batch, and its gradient, in four ways."""
    return f"""{_batch(x, target, dtype)}
nll, log_softmax = nn.NLLLoss(), nn.LogSoftmax(dim=1)
ways = {{
    "nn.CrossEntropyLoss  ": nn.CrossEntropyLoss(),
    "F.cross_entropy      ": F.cross_entropy,
    "LogSoftmax → NLLLoss ": lambda x, t: nll(log_softmax(x), t),
    "log(softmax) → NLLLoss ": lambda x, t: nll(torch.log(torch.softmax(x, dim=1)), t),
}}
for name, way in ways.items():
    x.requires_grad_()
    loss = way(x, t)
    (grad,) = torch.autograd.grad(loss, x)
    print(name, loss.item())
    print("  gradient of " + name, grad.tolist())
"""


def wiring_program(x: Sequence[Sequence[float]], target: Sequence[int], dtype: str) -> str:
    """Return a program that prints the loss for every front end before every loss."""
    return f"""{_batch(x, target, dtype)}
fronts = {{
    "x": x,
    "softmax(x)": torch.softmax(x, dim=1),
    "log_softmax(x)": torch.log_softmax(x, dim=1),
}}
for name, y in fronts.items():
    print(name, "→ CrossEntropyLoss", F.cross_entropy(y, t).item())
    print(name, "→ NLLLoss         ", F.nll_loss(y, t).item())
    print(name, "→ NLLLoss(log)    ", F.nll_loss(y.log(), t).item())
"""


def options_program(
    x: Sequence[Sequence[float]],
    target: Sequence[int] | Sequence[Sequence[float]],
    dtype: str,
    weight: Sequence[float],
    options: dict[str, object],
) -> str:
    """Return a program that prints the loss with some of its options set."""
    weights = f"torch.tensor({list(weight)}, dtype=torch.{dtype})" if weight else "None"
    soft = target and not isinstance(target[0], int)
    kind = f", dtype=torch.{dtype}" if soft else ""
    given = "".join(f"    {name}={value!r},\n" for name, value in options.items())
    return f"""from math import inf, nan

import torch
import torch.nn.functional as F

x = torch.tensor({_typed(tuple(map(tuple, x)))}, dtype=torch.{dtype})
t = torch.tensor({_typed(tuple(target))}{kind})
weight = {weights}

loss = F.cross_entropy(
    x,
    t,
    weight=weight,
{given})
print("loss", loss.tolist())
"""


def _reshaped(values: np.ndarray) -> str:
    """Return an array as a program writes it; brackets alone do not tell (0, 5) from (0)."""
    shape = f".reshape{values.shape}" if values.size == 0 else ""
    return f"torch.tensor({_typed(values.tolist())}){shape}"


def shapes_program(
    x: np.ndarray, x_dtype: str, target: np.ndarray, target_dtype: str, reduction: str
) -> str:
    """Return a program that asks for the loss of tensors that may not fit together."""
    return f"""from math import inf, nan

import torch
import torch.nn.functional as F

x = {_reshaped(x)}.to(torch.{x_dtype})
t = {_reshaped(target)}.to(torch.{target_dtype})
print("shapes", [*x.shape], [*t.shape])
if x.is_floating_point():
    x.requires_grad_()

loss = F.cross_entropy(x, t, reduction="{reduction}")
print("loss", loss.tolist())
loss.backward()
print("gradient", x.grad.tolist())
"""


def kl_div_program(p: Sequence[float], q: Sequence[float]) -> str:
    """Return a program that prints F.kl_div of P and Q, right and wrong."""
    return f"""import torch
import torch.nn.functional as F

P = {_tensor(p)}[None]  # one sample
Q = {_tensor(q)}[None]

print("D(P‖Q)     ", (torch.xlogy(P, P) - torch.xlogy(P, Q)).sum().item())
print("batchmean  ", F.kl_div(Q.log(), P, reduction="batchmean").item())
print("mean       ", F.kl_div(Q.log(), P, reduction="mean").item())
print("swapped    ", F.kl_div(P.log(), Q, reduction="batchmean").item())
print("without log", F.kl_div(Q, P, reduction="batchmean").item())
print("log_target ", F.kl_div(Q.log(), P.log(), reduction="batchmean", log_target=True).item())
"""
