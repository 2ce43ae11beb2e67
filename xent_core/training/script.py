"""A run as a plain PyTorch script, which gives the same losses to the last bit."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Sequence
from itertools import pairwise

from xent_core.training.config import Config
from xent_core.training.data import TOYS, note
from xent_core.training.losses import loss_code
from xent_core.training.model import ACTIVATION_MODULES, MOMENTUM, layer_sizes


def program(config: Config, rates: Sequence[tuple[int, float]] = ()) -> str:
    """A script that trains the same and prints the losses before it and after each epoch.

    Args:
        config: What to train, and how.
        rates: (step, rate), from `Trainer.rates`, if the rate was changed while it ran.

    Returns:
        Python; it needs torch, and scikit-learn for iris and digits. Each line that it prints is
        the epoch, the loss and the accuracy on the training samples, and, if there are any, on the
        test samples. It does not stop at a nan.

    Raises:
        Nothing.

    Example:
        >>> from xent_core.training import Config, program
        >>> print(*program(Config()).splitlines()[:6], sep="\\n")
        import torch
        from torch import nn
        <BLANKLINE>
        torch.manual_seed(0)
        X = torch.tensor([[1.0, 2.0], [2.0, 1.0], [3.0, 4.0], [4.0, 3.0]])
        y = torch.tensor([0, 0, 1, 1])
    """
    changes = {step: rate for step, rate in rates if (step, rate) != (0, config.rate)}
    return "\n".join(
        [
            *_imports(config),
            *_data_function(config),
            f"torch.manual_seed({config.seed})",
            *_data(config),
            "",
            *_model(config),
            *loss_code(config),
            _optimizer(config),
            *_changes(changes),
            *_train(config, bool(changes)),
            *_test(config),
            *_main(config),
            "",
        ]
    )


def _imports(config: Config) -> list[str]:
    lines = ["import torch", "from torch import nn"]
    if config.data in ("iris", "digits"):
        lines.insert(0, f"from sklearn.datasets import load_{config.data}")
    if config.data in TOYS and "math." in inspect.getsource(TOYS[config.data]):
        lines = ["import math", "", *lines]
    return [*lines, ""]


def _data_function(config: Config) -> list[str]:
    """The function that draws the data, as it is, but without its generator and its types."""
    if config.data not in TOYS:
        return []
    tree = ast.parse(inspect.getsource(TOYS[config.data]))
    function = tree.body[0]
    assert isinstance(function, ast.FunctionDef)
    function.returns = None
    function.args.args.pop()
    for argument in function.args.args:
        argument.annotation = None
    del function.body[0]
    for call in ast.walk(tree):
        if isinstance(call, ast.Call):
            call.keywords = [each for each in call.keywords if each.arg != "generator"]
    return ["", *ast.unparse(tree).splitlines(), "", ""]


def _data(config: Config) -> list[str]:
    """X and y, and those of the test if there is one; in the type that is computed in."""
    lines = [*_samples(config), *_split(config)]
    parts = ["X", "X_test"] if config.test_samples else ["X"]
    if config.data == "iris":
        lines.append("mean, std = X.mean(dim=0), X.std(dim=0)")
        lines += [f"{part} = ({part} - mean) / std" for part in parts]
    if config.dtype != "float32":
        lines += [f"{part} = {part}.to(torch.{config.dtype})" for part in parts]
    return lines


def _samples(config: Config) -> list[str]:
    if config.data in TOYS:
        return [f"X, y = {config.data}({config.size}, {config.classes}, {config.noise})"]
    if config.data == "note":
        x, y = note()
        return [f"X = torch.tensor({x.tolist()})", f"y = torch.tensor({y.tolist()})"]
    scale = " / 16" if config.data == "digits" else ""
    return [
        f"X, y = load_{config.data}(return_X_y=True)",
        f"X, y = torch.tensor(X{scale}, dtype=torch.float32), torch.tensor(y)",
    ]


def _split(config: Config) -> list[str]:
    if not config.test_samples:
        return []
    return [
        f"test_index, index = torch.randperm(len(X)).split([{config.test_samples}, "
        f"{config.train_samples}])",
        "X_test, y_test, X, y = X[test_index], y[test_index], X[index], y[index]",
    ]


def _model(config: Config) -> list[str]:
    modules: list[str] = []
    for inputs, outputs in pairwise(layer_sizes(config)):
        activation = ACTIVATION_MODULES[config.activation].__name__
        modules += [f"nn.Linear({inputs}, {outputs})", f"nn.{activation}()"]
    lines = [f"model = nn.Sequential({', '.join(modules[:-1])})"]
    if config.init_scale != 1:
        lines += ["for weights in model.parameters():", f"    weights.data *= {config.init_scale}"]
    if config.dtype != "float32":
        lines.append(f"model.to(torch.{config.dtype})")
    return lines


def _optimizer(config: Config) -> str:
    kind = "Adam" if config.optimizer == "adam" else "SGD"
    options = f"lr={config.rate}"
    if config.optimizer == "momentum":
        options += f", momentum={MOMENTUM}"
    if config.weight_decay:
        options += f", weight_decay={config.weight_decay}"
    return f"optimizer = torch.optim.{kind}(model.parameters(), {options})"


def _changes(changes: dict[int, float]) -> list[str]:
    return ["step = 0", f"rates = {changes}"] if changes else []


def _logits(config: Config, of: str) -> str:
    return f"model({of}) * {config.logit_factor}" if config.logit_factor != 1 else f"model({of})"


def _train(config: Config, changing: bool) -> list[str]:
    batched = config.batch_size < config.train_samples
    x, y = ("X[batch]", "y[batch]") if batched else ("X", "y")
    lines = [
        "optimizer.zero_grad()",
        f"loss = loss_function({_logits(config, x)}, {y})",
        "loss.backward()",
        "optimizer.step()",
    ]
    if changing:
        group = 'optimizer.param_groups[0]["lr"]'
        lines = [f"{group} = rates.get(step, {group})", *lines, "step += 1"]
    if batched:
        loop = f"for batch in torch.randperm(len(X)).split({config.batch_size}):"
        lines = [loop, *(f"    {line}" for line in lines)]
    if changing:
        lines.insert(0, "global step")
    return ["", "", "def train():", *(f"    {line}" for line in lines)]


def _test(config: Config) -> list[str]:
    return [
        "",
        "",
        "@torch.no_grad()",
        "def test(X, y):",
        f"    z = {_logits(config, 'X')}",
        "    return loss_function(z, y).item(), (z.argmax(dim=1) == y).sum().item() / len(y)",
    ]


def _main(config: Config) -> list[str]:
    results = "*test(X, y), *test(X_test, y_test)" if config.test_samples else "*test(X, y)"
    return [
        "",
        "",
        f"print(0, {results})",
        f"for epoch in range(1, {config.epochs + 1}):",
        "    train()",
        f"    print(epoch, {results})",
    ]
