"""The same in PyTorch: programs for exactly the state on the page. The tests run them."""

from collections.abc import Sequence

import numpy as np

from ui.lesson.torch_code import HEAD as _HEAD
from ui.lesson.torch_code import tensor as _tensor


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


# float8 has no arithmetic of its own in PyTorch: done in float32, rounded after every operation
_WIDE = {"float32": "float32", "float64": "float64"}


def overflow_program(x: Sequence[float], k: int, name: str) -> str:
    """Return a program that prints the loss of class k by seven formulas, each rounded to a format.

    The logits x may be infinite or nan.
    """
    row = ", ".join(_literal(value) for value in x)
    ready = (
        ""
        if name.startswith("float8")
        else """
print("F.cross_entropy  ", F.cross_entropy(x.to(D), torch.tensor(k)).item())"""
    )
    # PyTorch makes 448 of what is too large for this format; half a step above that, it is nan
    guard = "t = t.where(~(t.abs() > 464), torch.nan)\n    " if name == "float8_e4m3fn" else ""
    return f"""{_HEAD}
D = torch.{name}
W = torch.{_WIDE.get(name, "float32")}  # operations are done in W, and each is rounded to D


def r(t):
    {guard}return t.to(D).to(W)


def total(terms):  # from left to right
    s = terms[0]
    for term in terms[1:]:
        s = r(s + term)
    return s


x = r(torch.tensor([{row}], dtype=torch.float64))
k = {k}
y = F.one_hot(torch.tensor(k), len(x)).to(W)
eps = r(torch.tensor(1e-8, dtype=W))
peak = x.argmax()

e = r(x.exp())
p = r(e / total(e))
shift = r(x - x[peak])
e_safe = r(shift.exp())
p_safe = r(e_safe / total(e_safe))
log_sum = r(total(e_safe).log())
others = e_safe.clone()
others[peak] = shift[peak]  # m - m

print("on paper         ", -r(p[k].log()).item())
print("full sum         ", -total(r(y * r(p.log()))).item())
print("shifted softmax  ", -r(p_safe[k].log()).item())
print("p + eps          ", -r(r(p_safe[k] + eps).log()).item())
print("x - logsumexp    ", -r(x[k] - r(x[peak] + log_sum)).item())
print("log_softmax      ", -r(shift[k] - log_sum).item())
print("with log1p       ", -r(shift[k] - r(total(others).log1p())).item()){ready}
"""


def _literal(value: float) -> str:
    """Return a float as a program writes it."""
    text = repr(float(value))
    return (
        f"-torch.{text[1:]}"
        if text == "-inf"
        else f"torch.{text}"
        if text in ("inf", "nan")
        else text
    )
