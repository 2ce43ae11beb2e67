"""A laboratory of floating point: seven formulas of one loss, step by step in six formats.

`trace` evaluates the formulas with every operation rounded, and says what happened in each;
`true_losses` and `exact_row` say what is true; `outcomes`, `errors`, `first_wrong` and `verdicts`
compare the two; `gradients` reverses the steps; `bit_pattern` opens one number.

Rows of logits are (…, C): at most 16 classes, 300,000 rows and 1,200,000 logits in all. Losses
are in nats.
"""

from xent_core.trace.backward import VERDICTS, Gradient, Verdicts, gradients, verdicts
from xent_core.trace.bits import BitPattern, bit_pattern
from xent_core.trace.blame import first_wrong
from xent_core.trace.evaluate import FormulaTrace, Trace, TracedStep, losses, running_sums, trace
from xent_core.trace.events import EVENTS, event_names
from xent_core.trace.formats import (
    FORMATS,
    Format,
    at_place,
    bits_of,
    get_format,
    place_of,
    round_to,
)
from xent_core.trace.formulas import EPSILON, FORMULAS, PROGRAMS, Step, dependents, get_program
from xent_core.trace.maps import map_logits, outcome_maps
from xent_core.trace.thresholds import ExpWindow, certain_gap, exp_window
from xent_core.trace.truth import (
    OUTCOMES,
    TOLERANCE,
    Errors,
    ExactRow,
    TrueLosses,
    errors,
    exact_row,
    outcomes,
    true_gradients,
    true_losses,
)

__all__ = [
    "EPSILON",
    "EVENTS",
    "FORMATS",
    "FORMULAS",
    "OUTCOMES",
    "PROGRAMS",
    "TOLERANCE",
    "VERDICTS",
    "BitPattern",
    "Errors",
    "ExactRow",
    "ExpWindow",
    "Format",
    "FormulaTrace",
    "Gradient",
    "Step",
    "Trace",
    "TracedStep",
    "TrueLosses",
    "Verdicts",
    "at_place",
    "bit_pattern",
    "bits_of",
    "certain_gap",
    "dependents",
    "errors",
    "event_names",
    "exact_row",
    "exp_window",
    "first_wrong",
    "get_format",
    "get_program",
    "gradients",
    "losses",
    "map_logits",
    "outcome_maps",
    "outcomes",
    "place_of",
    "round_to",
    "running_sums",
    "trace",
    "true_gradients",
    "true_losses",
    "verdicts",
]
