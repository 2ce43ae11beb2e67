"""How long each way takes: measured on this server, by one reader at a time, and judged."""

import threading
import time
from collections.abc import Sequence

import streamlit as st

from pages.inside_pytorch.html import code, joined, spread, table, tagged
from pages.inside_pytorch.labels import WAYS
from ui.lesson.sections import Section
from ui.words.digits import show
from xent_core import pytorch as xt

# One measurement at a time for the whole server: two at once would measure each other.
MEASURING = threading.Lock()
TIMED = ((8, 10), (128, 100), (256, 1000))
SECONDS = 3.0
REST = 0.002  # after every few milliseconds of measuring: the other sessions' turn
TIMINGS = "xent inside timings"
CLAIM_COLOURS = {"faster": "fine", "slower": "surprise", "no_difference": "muted"}
Claims = dict[tuple[str, tuple[int, int]], str]


def measure(s: Section, backward: bool) -> bool:
    """Time the ways, and keep what came of it in the session. False if somebody else does."""
    with xt.held(MEASURING) as mine:
        if not mine:
            return False
        bar = st.progress(0.0, s.label("measuring"))
        shown = 0.0
        for step in xt.time_ways(TIMED, SECONDS, backward=backward):
            if step.fraction >= shown + 0.04:  # a bar that moves 25 times is smooth enough
                shown = step.fraction
                bar.progress(shown, s.label("measuring"))
            if step.timings:
                st.session_state[TIMINGS] = (step.timings, backward)
            time.sleep(REST)
        bar.empty()
    return True


def claims_of(timings: Sequence[xt.Timing]) -> Claims:
    """Return whether each way is faster or slower than the built-in one, shape by shape."""
    return {(claim.way, claim.shape): claim.claim for claim in xt.compare_timings(timings)}


def show_timings(s: Section, timings: Sequence[xt.Timing]) -> None:
    """Show the table, and what may be said of it."""
    claims = claims_of(timings)
    st.html(timing_table(s, timings, claims))
    st.caption(s.label("rounds", n=min(one.rounds for one in timings)))
    plain = {claims[way, shape] for way in xt.WAYS[1:3] for shape in TIMED}
    s.lesson.say("fast_none" if plain == {"no_difference"} else "fast_claims")
    say_verdict(s, claims)


def timing_table(s: Section, timings: Sequence[xt.Timing], claims: Claims) -> str:
    """Medians and quartiles of each way at each shape, in digits and as a picture of its own.

    A column has one scale, from 0; the baseline's quartiles run through it as a band, so that one
    sees who is outside of them.
    """
    longest = {shape: 1.05 * max(t.upper for t in timings if t.shape == shape) for shape in TIMED}
    base = {one.shape: one for one in timings if one.way == xt.WAYS[0]}

    def cell(one: xt.Timing) -> str:
        quartiles = one.lower, one.median, one.upper
        low, middle, high = (show(1e6 * x, 3) for x in quartiles)
        claim = claims.get((one.way, one.shape))
        said = tagged(s.label(claim or "reference"), CLAIM_COLOURS[claim or "no_difference"])
        band = base[one.shape].lower, base[one.shape].upper
        parts = (*(x / longest[one.shape] for x in (*quartiles, *band)),)
        return joined((f"{middle} µs ({low} – {high})", spread(*parts), said), "")

    rows = [(code(WAYS[way]), *(cell(one) for one in timings if one.way == way)) for way in xt.WAYS]
    return table(s.label("timing_table"), (s.label("way"), *(f"{n} × {c}" for n, c in TIMED)), rows)


def say_verdict(s: Section, claims: Claims) -> None:
    """Say whether the built-in loss was the faster one for most shapes."""
    numbers = {}
    for name, way in (("unsafe", "log_of_softmax_nll"), ("safe", "log_softmax_nll")):
        found = [claims[way, shape] for shape in TIMED]
        numbers[name] = f"`{WAYS[way]}`"
        numbers[f"{name}_verdict"] = s.label(verdict(found))
        numbers[f"{name}_count"] = s.label(
            "claim_counts",
            faster=found.count("slower"),  # the other way is slower: the built-in one faster
            same=found.count("no_difference"),
            slower=found.count("faster"),
        )
    s.lesson.say("fast_verdict", **numbers)


def verdict(others: Sequence[str]) -> str:
    """Whether the built-in loss was faster for most shapes, by what is claimed of another way."""
    if set(others) == {"no_difference"}:
        return "not_shown"
    return "usually" if 2 * others.count("slower") > len(others) else "usually_not"
