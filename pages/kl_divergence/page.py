"""KL divergence: what it costs to be wrong, in two directions, on a map and for densities."""

import numpy as np
import streamlit as st

from pages.kl_divergence import charts as divergence_charts
from ui.draw import formula
from ui.figure import Bind, Choice, Handle, Place, Preset, Readout, Row, Slider, View
from ui.figure.sweeps import Arrays
from ui.lesson import ask, in_pytorch, live, open_lesson, section, take_home
from ui.lesson import pair as pairs
from ui.lesson.programs import divergence_program
from ui.state import links
from ui.words.digits import show
from ui.words.units import UNITS, unit_switch
from xent_core import (
    cross_entropy,
    entropy,
    jensen_shannon_divergence,
    kl_divergence,
    kl_terms,
    self_information,
    unnormalized_kl,
)
from xent_core.densities import (
    Mixture,
    density,
    density_kl,
    differential_entropy,
    forward_kl_fit,
    gaussian,
    gaussian_mixture,
    log_density,
    reverse_kl_fits,
)
from xent_core.simplex import level_lines, simplex_lattice, to_plane

text = open_lesson("kl_divergence")
unit = unit_switch(text)
UNIT = text.label(unit.name)
BIT = float(self_information(1 / 2, base=unit.base))  # in the reader's unit


def called(letter: str, *names: str) -> str:
    """A function of distributions as a formula: H(P, Q), D(P‖Q)."""
    inner = formula.op("‖" if letter == "D" else ",").join(formula.ident(name) for name in names)
    return formula.row(formula.ident(letter), formula.op("("), inner, formula.op(")"))


# ---- The price of being wrong, in two directions

LOW, HIGH, REACH = -0.65 * BIT, 2.0 * BIT, 5.0 * BIT  # what the panels show of contributions, H
FAIR, SURE = (0.5, 0.5), (0.95, 0.05)


def split(p: np.ndarray, q: np.ndarray) -> Arrays:
    """Both divergences of P and Q (R, K), class by class, and H(P,Q) in its two parts."""
    at = np.arange(p.shape[-1])
    terms = {"forward": kl_terms(p, q, base=unit.base), "reverse": kl_terms(q, p, base=unit.base)}
    own = entropy(p, base=unit.base)
    cross = cross_entropy(p, q, base=unit.base)
    start = np.minimum(own, REACH)
    drawn = {f"{way}_bar": np.minimum(term, HIGH) for way, term in terms.items()}
    for (way, term), side in zip(terms.items(), (-0.2, 0.2), strict=True):
        drawn[f"{way}_sign"] = np.where(term > HIGH, at + side, np.nan)
    return {
        "p": p,
        "q": q,
        **terms,
        **{name: array.astype(np.float32) for name, array in drawn.items()},
        "entropy": own,
        "cross": cross,
        "kl": kl_divergence(p, q, base=unit.base),
        "lk": kl_divergence(q, p, base=unit.base),
        "js": jensen_shannon_divergence(p, q, base=unit.base),
        "start": start.astype(np.float32),
        "rest": (np.minimum(cross, REACH) - start).astype(np.float32),
        "beyond": np.where(cross > REACH, REACH, np.nan).astype(np.float32),
    }


def split_view(pair: pairs.Pair) -> View:
    """Bars to pull, contributions in either direction, and what H(P,Q) is made of."""
    log = formula.ident(unit.log)
    return View(
        divergence_charts.split_and_contributions(pair.names, UNIT, LOW, HIGH, REACH),
        binds=[
            Bind(0, "y", "p"),
            Bind(1, "y", "q"),
            Bind(2, "y", "forward_bar"),
            Bind(3, "y", "reverse_bar"),
            *(Bind(4 + i, "x", f"{way}_sign") for i, way in enumerate(("forward", "reverse"))),
            *(Bind(4 + i, "text", f"{way}|3") for i, way in enumerate(("forward", "reverse"))),
            Bind(6, "x", "start"),
            Bind(6, "text", "entropy|3"),
            Bind(7, "x", "rest"),
            Bind(7, "base", "start"),
            Bind(7, "text", "kl|3"),
            Bind(8, "x", "beyond"),
        ],
        readouts=[
            Readout("D(P‖Q)", "kl", UNIT, "surprise"),
            Readout("D(Q‖P)", "lk", UNIT, "surprise"),
            Readout(text.label("js"), "js", UNIT),
            Readout("H(P, Q)", "cross", UNIT),
        ],
        rows=[
            Row(f"P {unit.log} P/Q", "forward", "surprise"),
            Row(f"Q {unit.log} Q/P", "reverse", "surprise"),
        ],
        formula=formula.math(
            called("D", "P", "Q"), formula.op("="),
            formula.over_classes(formula.row(
                formula.ident("P"), log, formula.op("("), formula.ident("P"), formula.op("/"),
                formula.ident("Q"), formula.op(")"),
            )),
            formula.op("="), called("H", "P", "Q"), formula.op("−"), called("H", "P"),
            formula.op("="), formula.slot("cross"), formula.op("−"),
            formula.slot("entropy", "truth"), formula.op("="), formula.slot("kl", "surprise"),
        ),
        alt=text.label("pair_alt", unit=UNIT),
        handles=pairs.handles(pair),
        rules=pairs.rules(pair),
    )  # fmt: skip


@st.fragment
def price_of_being_wrong() -> None:
    pair = pairs.hold_pair(text)
    names = pair.held["names"]
    words, figure = st.columns([1, 2], gap="large")

    def model(values: Arrays) -> Arrays:
        return split(pairs.settle(values, "p", pair.p), pairs.settle(values, "q", pair.q))

    with figure:
        say_divided(pair)
        live(
            pair.held,
            text,
            controls=pairs.controls(pair),
            model=model,
            view=split_view(pair),
            presets=[
                Preset(text.label("match"), pairs.state(names, pair.p, pair.p), whole=True),
                Preset(text.label("swap_pair"), pairs.state(names, pair.q, pair.p), whole=True),
                *pairs.presets(pair, text),
            ],
        )
    with words:
        section(text, "hook")
        ask(
            text,
            "swap",
            [text.label("same"), text.label("larger"), text.label("smaller")],
            right=2,
            then=lambda: links.put(pairs.KEY, pairs.PAIR, p=FAIR, q=SURE, names="coin"),
            q=show(SURE[0], 2),
            forward=show(kl_divergence(FAIR, SURE, base=unit.base)),
            reverse=show(kl_divergence(SURE, FAIR, base=unit.base)),
            unit=UNIT,
        )
        bound = jensen_shannon_divergence([1, 0], [0, 1], base=unit.base)
        section(text, "limits", most=show(bound), unit=UNIT)
        pairs.tools(pair, text)
    same_gradient()
    in_pytorch(text, divergence_program(pair.p, pair.q, unit.name))


def say_divided(pair: pairs.Pair) -> None:
    """Tell what became of a link's numbers that do not sum to 1, and what they alone would give."""
    if numbers := pairs.as_typed(pair):
        value = unnormalized_kl(*numbers, base=unit.base)
        raw = text("undivided", log=unit.log, value=show(value), unit=UNIT)
        st.info(f"{pairs.divided(text, numbers)} {raw}")


def same_gradient() -> None:
    """Tell what a step of Q does to either loss."""
    p, q = (np.array(pairs.PAIR.default[letter]) for letter in "pq")
    then = (q + p) / 2
    kl, kl_then = (kl_divergence(p, x, base=unit.base) for x in (q, then))
    section(
        text,
        "train",
        cross=show(cross_entropy(p, q, base=unit.base)),
        cross_then=show(cross_entropy(p, then, base=unit.base)),
        kl=show(kl),
        kl_then=show(kl_then),
        fall=show(kl - kl_then),
        unit=UNIT,
    )


# ---- A map of three classes

STEPS = 20
POINTS = simplex_lattice(STEPS)
WAYS = ("D(P‖·)", "D(·‖Q)")
LEVELS = {
    "bits": (0.1, 0.4, 1.0),
    "nats": (0.05, 0.25, 0.7),
    "hartleys": (0.02, 0.1, 0.3),
}[unit.name]
RAYS = 3


def number_of(p: tuple[float, float, float]) -> int:
    """The number of a point of the lattice."""
    return int(np.abs(POINTS - p).sum(axis=-1).argmin())


CENTRE = number_of((0.5, 0.3, 0.2))
MAP = links.Params(
    links.Index("a", CENTRE, of=len(POINTS)),
    links.Index("b", number_of((0.1, 0.3, 0.6)), of=len(POINTS)),
    links.Index("way", 0, of=len(WAYS)),
)
ON_SIDE = number_of((0.0, 0.4, 0.6))


@st.cache_data(show_spinner=False, max_entries=3)
def lines_around(name: str, levels: tuple[float, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Level lines around every point, and the places of their labels.

    A label stands where its line crosses the ray to the farthest corner: that is cut last.
    Shapes (ways, points, levels, 2, …): x and y of the lines; (ways, points, 2, levels).
    """
    lines = np.stack(
        [
            level_lines(POINTS, levels, reverse=reverse, rays=RAYS, base=UNITS[name].base)
            for reverse in (False, True)
        ]
    )
    drawn = to_plane(lines).swapaxes(-1, -2)
    to_corner = POINTS.argmin(axis=-1) * 2 * (RAYS + 1)
    labels = np.take_along_axis(lines, to_corner[None, :, None, None, None], axis=3)[:, :, :, 0]
    places = np.moveaxis(to_plane(labels), -1, 2)
    return drawn.astype(np.float32), places.astype(np.float32)


def on_the_map(values: Arrays) -> Arrays:
    """Two points of the triangle, what lies between them, and the lines around one of them."""
    a, b, way = (values[name].astype(int) for name in ("a", "b", "way"))
    p, q = POINTS[a], POINTS[b]
    lines, labels = lines_around(unit.name, LEVELS)
    centre = np.where(way == 0, a, b)
    kl = kl_divergence(p, q, base=unit.base)
    lk = kl_divergence(q, p, base=unit.base)
    x, y = np.stack([to_plane(p), to_plane(q)], axis=-1).swapaxes(0, 1).astype(np.float32)
    infinite = np.isinf(np.stack([lk, kl], axis=-1))  # because of P, because of Q
    return {
        "p": p.astype(np.float32),  # twentieths: the digits are the same
        "q": q.astype(np.float32),
        "kl": kl,
        "lk": lk,
        "x": x,
        "y": y,
        **{
            f"{axis}{level}": lines[way, centre, level, at]
            for level in range(len(LEVELS))
            for at, axis in enumerate("xy")
        },
        "label_x": labels[way, centre, 0],
        "label_y": labels[way, centre, 1],
        "label_at": np.tile(POINTS[centre].argmin(axis=-1)[:, None].astype(np.uint8), len(LEVELS)),
        "infinite": infinite,
    }


def map_view(names: tuple[str, ...]) -> View:
    """The triangle with its two points and the lines around one of them; their bars."""
    ratio = [
        formula.row(
            formula.slot(f"p.{i}|2", "truth"), formula.ident(unit.log),
            formula.frac(formula.slot(f"p.{i}|2", "truth"), formula.slot(f"q.{i}|2", "prediction")),
        )
        for i in range(3)
    ]  # fmt: skip
    levels = tuple(show(level, 2).rstrip("0").rstrip(".") for level in LEVELS)
    return View(
        divergence_charts.triangle(names, levels, text.label("lines", unit=UNIT)),
        binds=[
            Bind(0, "x", "label_x"),
            Bind(0, "y", "label_y"),
            Bind(0, "textposition", "label_at|place"),
            Bind(1, "x", "x"),
            Bind(1, "y", "y"),
            Bind(2, "x", "x"),
            Bind(2, "y", "y"),
            Bind(2, "marker.opacity", "infinite"),
            Bind(2, "text", "infinite|sign"),
            Bind(3, "y", "p"),
            Bind(4, "y", "q"),
            *(Bind(5 + i, axis, f"{axis}{i}") for i in range(len(LEVELS)) for axis in "xy"),
        ],
        readouts=[
            Readout("D(P‖Q)", "kl", UNIT, "surprise"),
            Readout("D(Q‖P)", "lk", UNIT, "surprise"),
        ],
        formula=formula.math(
            called("D", "P", "Q"), formula.op("="), formula.total(*ratio), formula.op("="),
            formula.slot("kl", "surprise"),
        ),
        alt=text.label("map_alt", unit=UNIT, levels=", ".join(levels)),
        handles=[
            Handle("a", "x.0", "y.0", "truth", "point", says="p"),
            Handle("b", "x.1", "y.1", "prediction", "point", says="q"),
        ],
        names={
            "way": WAYS,
            "infinite": (divergence_charts.APART, divergence_charts.INFINITE),
            "label_at": ("bottom left", "bottom right", "top center"),
        },
    )  # fmt: skip


@st.fragment
def map_of_three() -> None:
    held = links.hold("map", MAP)
    a, b = held["a"], held["b"]
    places = np.arange(float(len(POINTS)))
    words, figure = st.columns([1, 2], gap="large")
    with figure:
        live(
            held,
            text,
            controls=[
                Place("a", "P", places),
                Place("b", "Q", places),
                Choice("way", text.label("around"), WAYS),
            ],
            model=on_the_map,
            view=map_view(pairs.CLASSES.named(text, "abc", 3)),
            presets=[
                Preset(text.label("swap_pair"), {"a": b, "b": a}),
                Preset(text.label("near_corner"), {"a": float(number_of((0.9, 0.05, 0.05)))}),
                Preset(text.label("on_side"), {"b": float(ON_SIDE)}),
            ],
        )
    with words:
        section(text, "map")
        p, q = POINTS[CENTRE], POINTS[ON_SIDE]
        ask(
            text,
            "edge",
            [text.label("both"), text.label("only_forward"), text.label("only_reverse")],
            right=1,
            then=lambda: links.put("map", MAP, a=CENTRE, b=ON_SIDE),
            reverse=show(kl_divergence(q, p, base=unit.base)),
            most=show(self_information(p.min(), base=unit.base)),
            unit=UNIT,
        )


# ---- One bell for two bumps

GAP, WEIGHTS = 6.0, (0.6, 0.4)
GAPS = np.linspace(0, 8, 17)
MEANS = np.round(np.linspace(-5, 5, 101), 2)
SPREADS = np.array([float(f"{x:.2g}") for x in np.geomspace(0.1, 5, 40)])
BELLS = links.Params(
    links.Number("gap", GAP, GAPS[0], GAPS[-1]),
    links.Number("m", 1.0, MEANS[0], MEANS[-1]),
    links.Number("s", 1.5, SPREADS[0], SPREADS[-1]),
)
X = np.linspace(-8, 8, 97)  # where p is drawn
COARSE = X[::2]  # and what each place adds, besides
Z = np.linspace(-4, 4, 41)  # where q is drawn, in its own standard deviations
TOP = 0.52  # of the panel of densities
COSTS = (-0.5 * BIT, 1.5 * BIT)  # what the panel of costs shows
FAR = 20 * BIT  # drawn no further than this beyond it


def bumps(gap: np.ndarray | float) -> Mixture:
    """Two Gaussians of standard deviation 1, the left one of more weight."""
    half = np.asarray(gap) / 2
    return gaussian_mixture(WEIGHTS, np.stack([-half, half], axis=-1), 1.0)


def fit_by_hand(values: Arrays) -> Arrays:
    """Two bumps and a Gaussian (R,): both densities, both divergences, and where these arise."""
    gap, m, s = values["gap"], values["m"], values["s"]
    p, q = bumps(gap), gaussian(m, s)
    column = (slice(None), None)
    p_wide = p._replace(means=p.means[column], weights=p.weights[column], sds=p.sds[column])
    q_wide = gaussian(m[column], s[column])
    q_x = m[column] + s[column] * Z
    own = q_x[:, ::2]
    x = np.sort(np.concatenate([np.broadcast_to(COARSE, (len(m), len(COARSE))), own], axis=-1))
    x = np.clip(x, X[0], X[-1])
    log_p, log_q = log_density(x, p_wide), log_density(x, q_wide)
    forward, reverse = (density_kl(*both, base=unit.base) for both in ((p, q), (q, p)))
    scale = BIT / np.log(2)
    adds = {
        "adds_forward": np.exp(log_p) * (log_p - log_q) * scale,
        "adds_reverse": np.exp(log_q) * (log_q - log_p) * scale,
    }
    wing = np.minimum(density(m + s, q), TOP)
    curves = {
        "p": density(X, p_wide),
        "q_x": q_x,
        "q": density(q_x, q_wide),
        "x": x,
        **{name: np.clip(curve, -FAR, FAR) for name, curve in adds.items()},
    }
    return {
        **{name: curve.astype(np.float32) for name, curve in curves.items()},
        "forward": forward.value,
        "reverse": reverse.value,
        "error": np.maximum(forward.error, reverse.error),
        "h": differential_entropy(q, base=unit.base).value,
        "top": np.minimum(density(m, q), TOP),
        "wing_x": np.clip(m + s, X[0], X[-1]),
        "wing": wing,
    }


@st.cache_data(show_spinner=False, max_entries=64)
def best(gap: float) -> dict[str, tuple[float, float]]:
    """Mean and standard deviation of the Gaussians that fit the bumps best, in few digits."""
    forward, reverse = forward_kl_fit(bumps(gap)), reverse_kl_fits(bumps(gap))
    last = int(np.nanargmax(reverse.mean))
    found = {
        "best_forward": (forward.mean, forward.sd),
        "best_reverse": (reverse.mean[0], reverse.sd[0]),
        "other_bump": (reverse.mean[last], reverse.sd[last]),
    }
    return {name: (round(float(m), 4), round(float(s), 4)) for name, (m, s) in found.items()}


def bells_view() -> View:
    """Both densities above, what each place adds to either divergence below."""
    words = (
        text.label("density_p"),
        text.label("density_q"),
        text.label("costs"),
        text.label("x_axis", unit=UNIT),
    )
    return View(
        divergence_charts.one_bell_for_two(tuple(X.tolist()), TOP, COSTS, words),
        binds=[
            Bind(0, "y", "p"),
            Bind(1, "x", "q_x"),
            Bind(1, "y", "q"),
            Bind(2, "x", "x"),
            Bind(2, "y", "adds_forward"),
            Bind(3, "x", "x"),
            Bind(3, "y", "adds_reverse"),
        ],
        readouts=[
            Readout("D(p‖q)", "forward", UNIT, "surprise"),
            Readout("D(q‖p)", "reverse", UNIT, "surprise"),
            Readout("h(q)", "h", UNIT, "prediction"),
            Readout(text.label("error"), "error|2", UNIT),
        ],
        alt=text.label("bells_alt", unit=UNIT),
        handles=[
            Handle("m", "m", "top", "prediction", "point"),
            Handle("s", "wing_x", "wing", "prediction", "point"),
        ],
    )


@st.fragment
def one_bell() -> None:
    held = links.hold("bells", BELLS)
    fits = {name: {"m": m, "s": s} for name, (m, s) in best(held["gap"]).items()}
    if fits["other_bump"] == fits["best_reverse"]:
        del fits["other_bump"]
    words, figure = st.columns([1, 2], gap="large")
    with figure:
        live(
            held,
            text,
            controls=[
                Slider("m", text.label("mean"), MEANS, colour="prediction"),
                Slider("s", text.label("sd"), SPREADS, colour="prediction"),
                Slider("gap", text.label("gap"), GAPS, colour="truth"),
            ],
            model=fit_by_hand,
            view=bells_view(),
            presets=[
                *(Preset(text.label(name), values) for name, values in fits.items()),
                Preset(text.label("narrow"), {"s": SPREADS[0]}),
            ],
        )
    with words:
        section(text, "bells")
        seek()
        section(text, "negative")
        section(text, "numeric")


def seek() -> None:
    """Ask which Gaussian the reverse divergence takes."""
    fits = best(GAP)
    (mode_m, mode_s), (mean_m, mean_s) = fits["best_reverse"], fits["best_forward"]
    p = bumps(GAP)
    ask(
        text,
        "seek",
        [text.label("covers"), text.label("on_one"), text.label("wide")],
        right=1,
        then=lambda: links.put("bells", BELLS, gap=GAP, m=mode_m, s=mode_s),
        gap=show(GAP, 1),
        mode=show(float(density_kl(gaussian(mode_m, mode_s), p, base=unit.base).value)),
        mean=show(float(density_kl(p, gaussian(mean_m, mean_s), base=unit.base).value)),
        unit=UNIT,
    )


price_of_being_wrong()
st.divider()
map_of_three()
st.divider()
one_bell()
take_home(text)
