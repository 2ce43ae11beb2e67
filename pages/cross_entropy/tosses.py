"""Tosses of a bent coin: least cross entropy is greatest likelihood."""

import functools

import numpy as np
from numpy.typing import NDArray

from pages.cross_entropy import charts
from pages.cross_entropy.models import drawable
from ui.draw import formula
from ui.figure import Preset, Readout, Slider
from ui.figure.sweeps import Arrays
from ui.lesson.questions import answered
from ui.lesson.sections import Section
from ui.state import links
from ui.words.digits import show
from ui.words.units import bit_in
from xent_core import cross_entropy, draw_symbols, empirical_distribution, log_likelihood

Floats = NDArray[np.float64]

BEND = 0.7  # what the coin gives to heads
MOST = 40
SEEDS = 10_000
TOSSES = links.Params(
    links.Number("N", 20.0, 1.0, float(MOST), whole=True),
    links.Number("g", 0.4, 0.0, 1.0),
    links.Number("toss", 3.0, 0.0, SEEDS - 1.0, whole=True),
)
ALONG = np.round(np.linspace(0, 1, 101), 2)
TOP = 3.0  # bits: the axis of the cost


def tosses(seed: int) -> NDArray[np.int64]:
    """All MOST tosses of a seed: 0 for heads, 1 for tails."""
    return draw_symbols([BEND, 1 - BEND], MOST, seed)


def coin(q: Floats | float) -> Floats:
    """Coins (…, 2) that give heads q (…)."""
    heads = np.asarray(q)
    return np.stack([heads, 1 - heads], axis=-1)


@functools.lru_cache(maxsize=256)
def _curves(n: int, seed: int, base: float) -> dict[str, Floats]:
    """What every q along ALONG makes of the first n tosses."""
    seen, every = tosses(seed)[:n], coin(ALONG)
    shares = empirical_distribution(seen, 2)
    best = log_likelihood(seen, shares)
    return {
        "likely": np.exp(log_likelihood(seen, every) - best),
        "mean_curve": drawable(0 - log_likelihood(seen, every, base=base) / n),
        "cross_curve": drawable(cross_entropy(shares, every, base=base)),
        "share_x": np.array([shares[0], shares[0]]),
        "down": np.array([0.0, float(cross_entropy(shares, shares, base=base))]),
    }


def _now(n: int, q: float, seed: int, base: float) -> dict[str, float]:
    """What one q makes of the first n tosses."""
    seen, one = tosses(seed)[:n], coin(q)
    shares = empirical_distribution(seen, 2)
    logarithm = log_likelihood(seen, one)
    return {
        "likelihood": float(np.exp(logarithm)),
        "likely_now": float(np.exp(logarithm - log_likelihood(seen, shares))),
        "mean": float(0 - log_likelihood(seen, one, base=base) / n),
        "cross": float(cross_entropy(shares, one, base=base)),
        "share": float(shares[0]),
        "rest_share": float(shares[1]),
        "rest": float(one[1]),
    }


def likeliest(values: Arrays, seed: int, base: float) -> Arrays:
    """How likely q (R,) makes the first N (R,) tosses, and the cross entropy of these with q."""
    counts = values["N"].astype(int)
    now = [_now(n, q, seed, base) for n, q in zip(counts.tolist(), values["g"], strict=True)]
    curves = [_curves(n, seed, base) for n in counts.tolist()]
    rows = {name: np.array([row[name] for row in now]) for name in now[0]}
    seen = np.where(np.arange(MOST) < counts[:, None], tosses(seed), -1)
    return {
        **rows,
        **{name: np.stack([row[name] for row in curves]) for name in curves[0]},
        "up": np.broadcast_to([0.0, 1.0], (len(counts), 2)),
        "dot": drawable(rows["cross"]),
        "heads_at": np.where(seen == 0, 0.0, np.nan),
        "tails_at": np.where(seen == 1, 0.0, np.nan),
    }


def _formula(log: str) -> str:
    """Both sides, with their numbers."""
    q, rest = formula.slot("g", "prediction"), formula.slot("rest", "prediction")
    return formula.wrapped(
        ("−", formula.frac("1", "N"), f"{log} L ( q ) =", formula.slot("mean", "surprise")),
        (
            '<mspace width="1.5em"></mspace>', f"H ( {P_HAT} , Q ) = −",
            formula.slot("share", "truth"), f"· {log}", q,
        ),
        ("−", formula.slot("rest_share", "truth"), f"· {log}", rest),
        ("=", formula.slot("cross", "surprise")),
    )  # fmt: skip


P_HAT = "P\N{COMBINING CIRCUMFLEX ACCENT}"


def likelihood(above: Section) -> None:
    """Show that the q that makes the tosses likeliest costs least."""
    s = above.below("likelihood", TOSSES)
    base, log, unit = s.unit.base, s.unit.log, s.unit_name
    n, seed = int(s["N"]), int(s["toss"])
    told = answered("likeliest")  # the curve of the cost is drawn once it has been guessed
    share = float(empirical_distribution(tosses(seed)[:n], 2)[0])
    cross, mean = f"H({P_HAT}, Q)", f"−(1/N) {log} L(q)"
    s.figure(
        charts.likelihood_and_cost(
            MOST,
            tuple(ALONG.tolist()),
            (s.label("likely"), f"{mean} ({unit})", f"{cross} ({unit})"),
            s.label("guess"),
            TOP * bit_in(base),
            told,
        ),
        lambda values: likeliest(values, seed, base),
        [
            Slider("g", "guess", ALONG, colour="prediction"),
            Slider("N", "tosses", np.arange(1.0, MOST + 1), colour="truth", whole=True),
        ],
        readouts=[
            Readout("share", "share", colour="truth"),
            Readout("L(q)", "likelihood", colour="prediction"),
            *([Readout(mean, "mean", unit)] if told else []),
            Readout(cross, "cross", unit, "surprise"),
        ],
        formula=_formula(log) if told else "",
        presets=[
            Preset("at_share", {"g": round(share, 4)}),
            Preset(s.label("at_coin", p=show(BEND, 1)), {"g": BEND}),
            Preset("other_tosses", {"toss": (seed + 1.0) % SEEDS}),
        ],
        alt=s.label("tosses_alt", unit=unit),
    )
    s.say("tosses", bend=show(BEND, 1))
    s.ask(
        "likeliest",
        [s.label("at_coin", p=show(BEND, 1)), "same_q", "at_half"],
        right=1,
        then={"g": round(share, 4)},
        share=show(share),
        h=show(float(cross_entropy(coin(share), coin(share), base=base))),
        unit=unit,
    )
