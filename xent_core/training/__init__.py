"""Training a small network on a loss, right or wrong: one run, a race of two, and a plain script.

A `Trainer` takes a `Config` and is advanced a little at a time; its `recording` holds what can be
drawn. Like xent_core.pytorch it imports torch, and the rest of xent_core does not import it.
"""

from xent_core.training.config import (
    ACTIVATIONS,
    DATA,
    INTEGER_BOUNDS,
    LOSSES,
    MAX_BATCH,
    MAX_STEPS,
    OPTIMIZERS,
    REAL_BOUNDS,
    TRAINING_DTYPES,
    Config,
)
from xent_core.training.demos import DEMOS, TOO_FAST
from xent_core.training.failure import FAILED, ORIGINS, Failure
from xent_core.training.history import MAX_KEPT, History
from xent_core.training.mistakes import Mistakes, mistakes
from xent_core.training.race import RACE_FIELDS, Race
from xent_core.training.recording import (
    GRID,
    MAP_FULL,
    PARTS,
    Plane,
    Recording,
    Samples,
    map_levels,
)
from xent_core.training.script import program
from xent_core.training.trainer import Trainer

__all__ = [
    "ACTIVATIONS",
    "DATA",
    "DEMOS",
    "FAILED",
    "GRID",
    "INTEGER_BOUNDS",
    "LOSSES",
    "MAP_FULL",
    "MAX_BATCH",
    "MAX_KEPT",
    "MAX_STEPS",
    "OPTIMIZERS",
    "ORIGINS",
    "PARTS",
    "RACE_FIELDS",
    "REAL_BOUNDS",
    "TOO_FAST",
    "TRAINING_DTYPES",
    "Config",
    "Failure",
    "History",
    "Mistakes",
    "Plane",
    "Race",
    "Recording",
    "Samples",
    "Trainer",
    "map_levels",
    "mistakes",
    "program",
]
