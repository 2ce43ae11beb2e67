"""What the reader has set: the logits and all that is asked of them, and the shapes asked about."""

import functools
from collections.abc import Sequence
from typing import Any

from pages.inside_pytorch import inputs
from ui.state import links, typed
from xent_core import pytorch as xt

KEY = "inside"
DTYPES = ("float32", "float64")
KINDS = ("index", "one_hot")
# What a link may say for ignore_index; the first stands for torch's own, -100.
IGNORABLE = (inputs.NO_CLASS, "-1", "255", *map(str, range(typed.MAX_CLASSES)))


def shape_word(shape: Sequence[int]) -> str:
    """How a link has a shape: 4x5."""
    return "x".join(map(str, shape)) or "scalar"


INPUT_SHAPES = {shape_word(shape): shape for shape in xt.INPUT_SHAPES}
TARGET_SHAPES = {shape_word(shape): shape for shape in xt.TARGET_SHAPES}
STATE = inputs.PageParams(
    ("x", "t", "row", "dtype", "way"),
    inputs.Logits("x", ((2.0, 1.0, 0.1), (0.5, 2.5, 0.0), (-1.0, 0.3, 3.0))),
    inputs.Targets("t", (0, 1, 2), of="x"),
    links.Index("row", 0, of="x"),
    links.Word("dtype", "float32", DTYPES),
    links.Word("way", "log_of_softmax_nll", xt.TRACE_CASES),
    inputs.Together(
        "opt",
        (
            links.Word("reduction", "mean", xt.OPTION_REDUCTIONS),
            links.Number("smoothing", 0.0, 0.0, 1.0),
            inputs.Weights("weight", ()),
            links.Word("ignored", inputs.NO_CLASS, IGNORABLE),
            links.Word("kind", "index", KINDS),
        ),
    ),
    inputs.Masked("mask", (2,), of="x"),
    inputs.Together(
        "ask",
        (
            links.Word("input", "4x5", tuple(INPUT_SHAPES)),
            links.Word("target", "4", tuple(TARGET_SHAPES)),
            links.Word("input_dtype", "float32", xt.INPUT_TYPES),
            links.Word("target_dtype", "int64", xt.TARGET_TYPES),
            links.Word("input_values", "ordinary", xt.INPUT_VALUES),
            links.Word("target_values", "classes", xt.TARGET_VALUES),
            links.Word("reduction", "mean", xt.OPTION_REDUCTIONS),
        ),
    ),
)

now = functools.partial(links.state_of, KEY, STATE)  # the state, for a callback
change = functools.partial(links.put, KEY, STATE)


def change_in(group: str, **values: Any) -> None:
    """Change some of the parameters that share a place in the address."""
    change(**{group: {**now()[group], **values}})
