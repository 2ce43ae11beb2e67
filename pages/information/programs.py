"""The same in PyTorch, for exactly the state on the page."""


def information_program(p: float, unit: str) -> str:
    """Return a program that prints the information of an event of probability p in a unit."""
    log = {"bits": "log2", "nats": "log", "hartleys": "log10"}[unit]
    return f"""import torch

p = torch.tensor({float(p)}, dtype=torch.float64)

print("{unit}", (0 - torch.{log}(p)).item())  # 0 - 0 is 0, and -0 would be -0
"""
