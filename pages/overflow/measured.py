"""What PyTorch itself gives on this server, measured once."""

import streamlit as st

from pages.overflow.models import LOSS, MANY
from xent_core.pytorch.elementary import elementary_ulps, loss_of_equal_logits, sum_and_mean
from xent_core.trace import FORMATS, bit_pattern


@st.cache_data(show_spinner=False, max_entries=1)
def crowd() -> tuple[int, dict[str, float]]:
    """The fewest equal logits whose sum is too large for float16, and torch's losses there."""
    top = FORMATS["float16"].max
    count = int(top + (top - bit_pattern(top, "float16").below) / 2)  # half a step: it rounds up
    return count, {
        "before": loss_of_equal_logits(count - 1, "float16"),
        "half": loss_of_equal_logits(count, "float16"),
        "single": loss_of_equal_logits(count, "float32"),
    }


@st.cache_data(show_spinner=False, max_entries=4)
def sum_and_mean_of_many(name: str) -> tuple[float, float]:
    """The sum and the mean of MANY equal losses in a format."""
    return sum_and_mean(LOSS, MANY, name)


@st.cache_data(show_spinner=False)
def differences() -> dict[str, dict[str, tuple[int, float]]]:
    """How far exp, log and log1p are from NumPy's: at most so many ulps, in such a share."""
    return {name: elementary_ulps(name) for name in ("float16", "bfloat16", "float32", "float64")}
