"""The same in PyTorch, for exactly the state on the page."""

import re
from collections.abc import Sequence

from ui.lesson.torch_code import HEAD

# float8 has no arithmetic of its own in PyTorch: done in float32, rounded after every operation
_WIDE = {"float32": "float32", "float64": "float64"}


def overflow_program(z: Sequence[float], k: int, name: str) -> str:
    """Return a program that prints the loss of class k by seven formulas, each rounded to a format.

    The logits z may be infinite or nan.
    """
    row = ", ".join(_literal(value) for value in z)
    ready = (
        ""
        if name.startswith("float8")
        else """
print("F.cross_entropy  ", F.cross_entropy(z.to(D), torch.tensor(k)).item())"""
    )
    # PyTorch makes 448 of what is too large for this format; half a step above that, it is nan
    guard = "t = t.where(~(t.abs() > 464), torch.nan)\n    " if name == "float8_e4m3fn" else ""
    return f"""{HEAD}
D = torch.{name}
W = torch.{_WIDE.get(name, "float32")}  # operations are done in W, and each is rounded to D


def r(t):
    {guard}return t.to(D).to(W)


def total(terms):  # from left to right
    s = terms[0]
    for term in terms[1:]:
        s = r(s + term)
    return s


z = r(torch.tensor([{row}], dtype=torch.float64))
k = {k}
y = F.one_hot(torch.tensor(k), len(z)).to(W)
eps = r(torch.tensor(1e-8, dtype=W))
peak = z.argmax()

e = r(z.exp())
p = r(e / total(e))
shift = r(z - z[peak])
e_safe = r(shift.exp())
p_safe = r(e_safe / total(e_safe))
log_sum = r(total(e_safe).log())
others = e_safe.clone()
others[peak] = shift[peak]  # m - m

print("on paper         ", -r(p[k].log()).item())
print("full sum         ", -total(r(y * r(p.log()))).item())
print("shifted softmax  ", -r(p_safe[k].log()).item())
print("p + eps          ", -r(r(p_safe[k] + eps).log()).item())
print("z - logsumexp    ", -r(z[k] - r(z[peak] + log_sum)).item())
print("log_softmax      ", -r(shift[k] - log_sum).item())
print("with log1p       ", -r(shift[k] - r(total(others).log1p())).item()){ready}
"""


def _literal(value: float) -> str:
    """Return a float as a program writes it."""
    return re.sub("inf|nan", r"torch.\g<0>", repr(float(value)))
