"""The same in PyTorch: programs for exactly the state on the page. The tests run them."""

from collections.abc import Sequence

from ui.lesson.torch_code import HEAD as _HEAD
from ui.lesson.torch_code import tensor as _tensor


def information_program(p: float, unit: str) -> str:
    """Return a program that prints the information of an event of probability p in a unit."""
    log = {"bits": "log2", "nats": "log", "hartleys": "log10"}[unit]
    return f"""import torch

p = torch.tensor({float(p)}, dtype=torch.float64)

print("{unit}", (0 - torch.{log}(p)).item())  # 0 - 0 is 0, and -0 would be -0
"""


def _in_unit(unit: str, imports: str) -> str:
    """Return the head of a program that counts in a unit; PyTorch itself counts in nats."""
    if unit == "nats":
        return f"{imports}\nunit = 1  # a nat: PyTorch's own unit\n"
    base = {"bits": 2, "hartleys": 10}[unit]
    return f"import math\n\n{imports}\nunit = math.log({base})  # one of {unit}, in nats\n"


def pair_program(p: Sequence[float], q: Sequence[float], unit: str) -> str:
    """Return a program that prints entropy, cross entropy and KL divergence of P and Q."""
    imports = "import torch\n"
    return f"""{_in_unit(unit, imports)}
P = {_tensor(p)}
Q = {_tensor(q)}

print("{unit}:")
print("H(P)  ", (0 - torch.xlogy(P, P)).sum().item() / unit)  # xlogy(0, 0) is 0, as it must be
print("H(P,Q)", (0 - torch.xlogy(P, Q)).sum().item() / unit)
print("KL    ", (torch.xlogy(P, P) - torch.xlogy(P, Q)).sum().item() / unit)
"""


def entropy_program(p: Sequence[float], unit: str) -> str:
    """Return a program that prints the entropy of P, and its ceiling."""
    imports = "import torch\nfrom torch.distributions import Categorical\n"
    return f"""{_in_unit(unit, imports)}
P = {_tensor(p)}
ceiling = torch.tensor(float(len(P)), dtype=torch.float64).log()  # if all are equally likely

print("{unit}:")
print("H      ", Categorical(probs=P).entropy().item() / unit)
print("ceiling", ceiling.item() / unit)
"""


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
