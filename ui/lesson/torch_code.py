"""What all programs begin with that do the same in PyTorch. The tests run them."""

from collections.abc import Sequence

HEAD = """import torch
import torch.nn.functional as F
"""


def tensor(values: Sequence[float]) -> str:
    """Return the code of a float64 tensor."""
    return f"torch.tensor({[float(x) for x in values]}, dtype=torch.float64)"
