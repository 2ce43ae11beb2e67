"""PyTorch itself, asked live: routes, ways, wiring, operators, options, shapes, masks, timing.

The only part of xent_core that imports torch, and it is not imported by the rest. Arrays and
numbers in, named tuples of Python and NumPy values out. Everything is bounded in size before
torch is asked, and nothing that belongs to the whole process (seed, default type, threads,
profiler) is touched, so that many sessions can share it.
"""

from xent_core.pytorch.divergence import (
    KL_ORDERS,
    KL_REDUCTIONS,
    KlCall,
    KlGradients,
    KlTable,
    kl_div_table,
    kl_gradients,
)
from xent_core.pytorch.masks import MASK_TARGETS, MaskCase, mask_cases, number_kind
from xent_core.pytorch.options import (
    OPTION_REDUCTIONS,
    OptionsResult,
    cross_entropy_options,
    one_hot_refusal,
)
from xent_core.pytorch.routes import RouteTable, route_table
from xent_core.pytorch.shapes import (
    ADVICE,
    INPUT_SHAPES,
    INPUT_TYPES,
    INPUT_VALUES,
    REFUSED,
    TARGET_SHAPES,
    TARGET_TYPES,
    TARGET_VALUES,
    WORKING,
    Answer,
    ask,
)
from xent_core.pytorch.timing import (
    Timing,
    TimingComparison,
    TimingProgress,
    compare_timings,
    held,
    time_ways,
)
from xent_core.pytorch.trace import (
    TRACE_CASES,
    Composition,
    Operator,
    Trace,
    cross_entropy_composition,
    kernels,
    trace_loss,
    trace_operators,
)
from xent_core.pytorch.ulps import ulp_distance, ulp_distances
from xent_core.pytorch.ways import WAYS, Way, four_ways, way_function
from xent_core.pytorch.wiring import (
    BOARD_LOSSES,
    FRONT_ENDS,
    REASONS,
    VERDICTS,
    Board,
    Wire,
    double_softmax_floor,
    wiring_board,
)

__all__ = [
    "ADVICE",
    "BOARD_LOSSES",
    "FRONT_ENDS",
    "INPUT_SHAPES",
    "INPUT_TYPES",
    "INPUT_VALUES",
    "KL_ORDERS",
    "KL_REDUCTIONS",
    "MASK_TARGETS",
    "OPTION_REDUCTIONS",
    "REASONS",
    "REFUSED",
    "TARGET_SHAPES",
    "TARGET_TYPES",
    "TARGET_VALUES",
    "TRACE_CASES",
    "VERDICTS",
    "WAYS",
    "WORKING",
    "Answer",
    "Board",
    "Composition",
    "KlCall",
    "KlGradients",
    "KlTable",
    "MaskCase",
    "Operator",
    "OptionsResult",
    "RouteTable",
    "Timing",
    "TimingComparison",
    "TimingProgress",
    "Trace",
    "Way",
    "Wire",
    "ask",
    "compare_timings",
    "cross_entropy_composition",
    "cross_entropy_options",
    "double_softmax_floor",
    "four_ways",
    "held",
    "kernels",
    "kl_div_table",
    "kl_gradients",
    "mask_cases",
    "number_kind",
    "one_hot_refusal",
    "route_table",
    "time_ways",
    "trace_loss",
    "trace_operators",
    "ulp_distance",
    "ulp_distances",
    "way_function",
    "wiring_board",
]
