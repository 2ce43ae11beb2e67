"""The same in PyTorch, for exactly the state on the page."""

from collections.abc import Sequence

import numpy as np

from ui.lesson.torch_code import HEAD, tensor

_HEAD = f"from math import inf, nan\n\n{HEAD}"


def _typed(values: object) -> str:
    """Return numbers as Python writes them; inf and nan are names that a program imports."""
    return repr(values).replace("(", "[").replace(",)", "]").replace(")", "]")


def _batch(x: Sequence[Sequence[float]], target: Sequence[int], dtype: str) -> str:
    return f"""{_HEAD}from torch import nn

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
    return f"""{_HEAD}
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
    return f"""{_HEAD}
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
    return f"""{HEAD}
P = {tensor(p)}[None]  # one sample
Q = {tensor(q)}[None]

print("D(P‖Q)     ", (torch.xlogy(P, P) - torch.xlogy(P, Q)).sum().item())
print("batchmean  ", F.kl_div(Q.log(), P, reduction="batchmean").item())
print("mean       ", F.kl_div(Q.log(), P, reduction="mean").item())
print("swapped    ", F.kl_div(P.log(), Q, reduction="batchmean").item())
print("without log", F.kl_div(Q, P, reduction="batchmean").item())
print("log_target ", F.kl_div(Q.log(), P.log(), reduction="batchmean", log_target=True).item())
"""
