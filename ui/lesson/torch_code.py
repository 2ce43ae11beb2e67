"""What all programs begin with that do the same in PyTorch. The tests run them."""

from collections.abc import Sequence

HEAD = """import torch
import torch.nn.functional as F
"""


def tensor(values: Sequence[float]) -> str:
    """Return the code of a float64 tensor."""
    return f"torch.tensor({[float(x) for x in values]}, dtype=torch.float64)"


def in_unit(unit: str, imports: str) -> str:
    """Return the head of a program that counts in a unit; PyTorch itself counts in nats."""
    if unit == "nats":
        return f"{imports}\nunit = 1  # a nat: PyTorch's own unit\n"
    base = {"bits": 2, "hartleys": 10}[unit]
    return f"import math\n\n{imports}\nunit = math.log({base})  # one of {unit}, in nats\n"
