"""One-hot and the loss: a sum of which one term is left, and labels that keep them all."""

import functools
from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import ArrayLike

from pages.one_hot import charts as loss_charts
from ui.draw import formula
from ui.draw.charts import GREY, PREDICTION, SURPRISE, TRUTH, key
from ui.figure import Bind, Cell, Choice, Handle, Place, Preset, Readout, Slider, View
from ui.figure.sweeps import Arrays
from ui.lesson import answered, ask, in_pytorch, live, open_lesson, section, take_home
from ui.lesson.classes import Classes
from ui.lesson.pair import settle
from ui.lesson.programs import mask_program, one_hot_program, soft_label_program
from ui.state import address, links
from ui.words.digits import show
from xent_core import (
    cross_entropy,
    cross_entropy_loss,
    cross_entropy_loss_grad,
    entropy,
    kl_divergence,
    log_softmax,
    one_hot,
    self_information,
    softmax,
)
from xent_core.pytorch import MASK_TARGETS, MaskCase, mask_cases
from xent_core.targets import smooth_labels, smoothed_loss, smoothing_floor

text = open_lesson("one_hot")
NATS = text.label("nats")

REACH = 6.0  # of the sliders; a logit that is typed may be larger
LIMIT = 300.0
LEAST, MOST = 2, 10
LISTS = {"animals": MOST}
MAIN = links.Params(
    links.Numbers("z", (2.0, 1.0, -0.5), -LIMIT, LIMIT, least=LEAST, most=MOST),
    links.Index("k", 1, of="z"),
    links.Names("names", "animals", of="z", lists=LISTS),
)
TOP = 7.0  # nats: the panels' upper edge; what is higher keeps its number and gets a sign


def resize(count: int, names: str) -> None:
    """Let there be so many classes, new ones with logit 0; labels for the old ones are gone."""
    held = links.state_of("one_hot", MAIN)
    z = (*held["z"], *(0.0,) * count)[:count]
    with address.one_step():
        links.put("one_hot", MAIN, z=z, k=min(held["k"], count - 1), names=names)
        if count != len(held["z"]):
            links.forget("soft_labels", soft_params(count))
        if links.state_of("target_mask", mask_params(count))["m"] > count:
            links.forget("target_mask", mask_params(count))


CLASSES = Classes("one_hot", LEAST, MOST, LISTS, resize)


def grid(count: int) -> np.ndarray:
    """The logits that a drag stops at: coarser where there are many of them."""
    return np.round(np.linspace(-REACH, REACH, 121 if count < 6 else 61), 1)


def logits_of(values: Arrays, count: int) -> np.ndarray:
    return np.stack([values[f"z{i}"] for i in range(count)], axis=-1)


# ---- The sum and what is left of it


def terms(values: Arrays, count: int) -> Arrays:
    """The prediction (R, C), the label (R, C) and what each class adds to the loss (R,)."""
    z, k = logits_of(values, count), values["k"].astype(int)
    p, surprise = softmax(z), -log_softmax(z)
    y, drawn = one_hot(k, count), np.minimum(surprise, TOP)
    loss = cross_entropy_loss(z, k, reduction="none")
    return {
        "p": p,
        "y": y.astype(np.uint8),
        "surprise": surprise,
        "drawn": drawn.astype(np.float32),
        "alive": (y * drawn).astype(np.float32),
        "loss": loss,
        "target": k.astype(np.uint8),
        "p_k": p[np.arange(len(k)), k],
        "beyond": np.where(surprise > TOP, 1.03 * TOP, np.nan).astype(np.float32),
    }


def written_out(count: int, k: int) -> str:
    """The sum with its numbers, its dead terms grey; then what it collapses to."""
    digits = "" if count < 5 else "|2"
    products = formula.total(*(product(i, i == k, digits) for i in range(count)))
    y_i, p_i = (formula.sub(formula.ident(name), formula.ident("i")) for name in "yp")
    p_k = formula.sub(formula.ident("p"), formula.ident("k"))
    ln, minus, equals = formula.ident("ln"), formula.op("−"), formula.op("=")
    all_terms = formula.row(f"<munder>{formula.op('∑')}{formula.ident('i')}</munder>", y_i, ln, p_i)
    return large(
        formula.math(minus, all_terms, equals, products),
        formula.math(
            equals, minus, ln, p_k, equals, minus, ln, SPACE, formula.slot("p_k", "prediction"),
            equals, formula.slot("loss", "surprise"),
        ),
        size=1.2 if count < 6 else 0.95,
    )  # fmt: skip


SPACE = '<mspace width="0.17em"/>'


def product(i: int, alive: bool, digits: str) -> str:
    """One term of the sum, its label times its surprise; grey and thin where it counts nothing."""
    if alive:
        y, surprise = formula.slot(f"y.{i}|exact", "truth"), f"surprise.{i}{digits}"
        return formula.row(y, formula.op("·"), formula.slot(surprise, "surprise"))
    thin = (f'<mn data-slot="{name}" style="font-weight: 400"></mn>'
            for name in (f"y.{i}|exact", f"surprise.{i}{digits}"))  # fmt: skip
    return f'<mrow style="color: var(--xent-muted)">{formula.op("·").join(thin)}</mrow>'


def large(*lines: str, size: float = 1.2) -> str:
    """Formulas that are the point of their figure."""
    return f'<div style="font-size: {size}em">{"".join(lines)}</div>'


def p_handles(count: int) -> list[Handle]:
    """Handles on the prediction's bars: they move the logits."""
    return [Handle(f"z{i}", i, f"p.{i}", "prediction", says=f"p.{i}") for i in range(count)]


def the_sum(held: links.Held, names: tuple[str, ...]) -> None:
    count, k = len(names), int(held["k"])
    words, figure = st.columns([1, 2], gap="large")
    with figure:
        live(
            held,
            text,
            name="one_hot_sum",
            controls=[
                Choice("k", text.label("truth"), names),
                *(
                    Slider(f"z{i}", text.label("logit", name=name), grid(count))
                    for i, name in enumerate(names)
                ),
            ],
            model=lambda values: terms(values, count),
            view=View(
                loss_charts.terms_of_the_sum(
                    names,
                    (
                        key((PREDICTION, "■", "p"), (TRUTH, "□", "y")),
                        text.label("surprise_nats")
                        + "  "
                        + key((SURPRISE, "■", "y = 1"), (GREY, "□", "y = 0")),
                    ),
                    TOP,
                ),
                binds=[
                    Bind(0, "y", "y"),
                    Bind(1, "y", "p"),
                    Bind(2, "text", "p|2"),
                    Bind(3, "y", "drawn"),
                    Bind(4, "y", "alive"),
                    Bind(5, "text", "surprise|2"),
                    Bind(6, "y", "beyond"),
                ],
                readouts=[
                    Readout(text.label("p_target"), "p_k", colour="prediction"),
                    Readout(text.label("loss_info"), "loss", NATS, "surprise"),
                ],
                formula=written_out(count, k),
                alt=text.label("sum_alt"),
                handles=p_handles(count),
                names={"target": names},
            ),
            presets=[
                Preset(text.label("sure_right"), sure(count, k, k)),
                Preset(text.label("sure_wrong"), sure(count, (k + 1) % count, k)),
                Preset(text.label("no_idea"), {f"z{i}": 0.0 for i in range(count)}),
            ],
        )
    with words:
        section(text, "hook", vectors=vectors(names, k))
        ask(
            text,
            "swap",
            [text.label("rises"), text.label("stays"), text.label("falls")],
            right=1,
            then=lambda: links.put("one_hot", MAIN, z=turned(held["z"], k)),
            who=names[k],
            k=k,
        )
        section(text, "drag")
        CLASSES.editor(text, held["names"], len(names))


def vectors(names: tuple[str, ...], k: int) -> str:
    """The classes as one-hot vectors; the target's alone where there are many."""
    shown = range(len(names)) if len(names) <= 4 else [k]
    rows = [f"{names[i]} = `{one_hot(i, len(names)).astype(int).tolist()}`" for i in shown]
    return "  \n".join(rows)


def sure(count: int, at: int, k: int) -> dict[str, float]:
    """All on one class, while the truth stays."""
    return {f"z{i}": REACH if i == at else 0.0 for i in range(count)} | {"k": float(k)}


def turned(z: Sequence[float], k: int) -> tuple[float, ...]:
    """The same logits, those of the wrong classes in rising order."""
    wrong = iter(sorted(x for i, x in enumerate(z) if i != k))
    return tuple(x if i == k else next(wrong) for i, x in enumerate(z))


# ---- The slope and the gradient

CURVE = np.geomspace(np.exp(-1.1 * TOP), 1.0, 120)
LENGTH = 0.22  # of half the tangent, in widths of its panel, which is about square


def slope(values: Arrays, count: int) -> Arrays:
    """The gradient p - y (R, C), the point on the curve of -log p and its tangent."""
    z, k = logits_of(values, count), values["k"].astype(int)
    p, y = softmax(z), one_hot(k, count)
    p_k, loss = p[np.arange(len(k)), k], cross_entropy_loss(z, k, reduction="none")
    gradient = cross_entropy_loss_grad(z, k, reduction="none")
    steep = 1 / p_k
    reach = (LENGTH / np.hypot(1, steep / TOP))[:, None] * np.array([-1, 1])
    seen = np.where(loss > TOP, np.nan, loss)
    return {
        "p": p,
        "y": y.astype(np.uint8),
        "gradient": gradient,
        "too_much": np.maximum(gradient, 0).astype(np.float32),
        "too_little": np.minimum(gradient, 0).astype(np.float32),
        "p_k": p_k,
        "target": k.astype(np.uint8),
        "loss": loss,
        "slope": -steep,
        "slope_z": gradient[np.arange(len(k)), k],
        "tangent_x": p_k[:, None] + reach,
        "tangent_y": loss[:, None] - steep[:, None] * reach,
        "drop_x": np.stack([p_k, p_k], axis=-1),
        "drop_y": np.stack([np.zeros_like(loss), loss], axis=-1),
        "dot": seen,
        "beyond": np.where(loss > TOP, 1.04 * TOP, np.nan),
    }


def the_slope(held: links.Held, names: tuple[str, ...]) -> None:
    count, k = len(names), int(held["k"])
    words, figure = st.columns([1, 2], gap="large")
    curve = tuple(CURVE.tolist()), tuple(self_information(CURVE).tolist())
    d, loss_word = formula.op("∂"), formula.row(formula.op("∂"), formula.ident("L"))
    p_k, z_k = (formula.sub(formula.ident(name), formula.ident("k")) for name in "pz")
    with figure:
        live(
            held,
            text,
            name="one_hot_slope",
            controls=[
                Choice("k", text.label("truth"), names),
                *(
                    Place(f"z{i}", text.label("logit", name=name), grid(count))
                    for i, name in enumerate(names)
                ),
            ],
            model=lambda values: slope(values, count),
            view=View(
                loss_charts.slopes(
                    names,
                    (
                        key((PREDICTION, "■", "p"), (TRUTH, "□", "y")),
                        key((PREDICTION, "■", text.label("too_much")),
                            (TRUTH, "■", text.label("too_little"))),
                        key((SURPRISE, "━", text.label("surprise_nats")),
                            (GREY, "━", text.label("tangent"))),
                    ),
                    text.label("p_axis"),
                    curve,
                    TOP,
                ),
                binds=[
                    Bind(0, "y", "y"),
                    Bind(1, "y", "p"),
                    Bind(2, "text", "p|2"),
                    Bind(3, "y", "too_much"),
                    Bind(4, "y", "too_little"),
                    Bind(5, "text", "gradient|2"),
                    Bind(7, "x", "tangent_x"),
                    Bind(7, "y", "tangent_y"),
                    Bind(8, "x", "drop_x"),
                    Bind(8, "y", "drop_y"),
                    Bind(9, "x", "p_k"),
                    Bind(9, "y", "dot"),
                    Bind(10, "x", "p_k"),
                    Bind(10, "y", "beyond"),
                ],
                readouts=[
                    Readout(text.label("loss"), "loss", NATS, "surprise"),
                    Readout(text.label("slope_p"), "slope"),
                    Readout(text.label("slope_z"), "slope_z"),
                ],
                formula=large(formula.math(
                    formula.frac(loss_word, formula.row(d, p_k)), formula.op("="),
                    formula.op("−"),
                    formula.frac(formula.number("1"), formula.slot("p_k", "prediction")),
                    formula.op("="), formula.slot("slope"),
                    '<mspace width="1.5em"/>',
                    formula.frac(loss_word, formula.row(d, z_k)), formula.op("="),
                    formula.slot("p_k", "prediction"), formula.op("−"),
                    formula.slot(f"y.{k}|exact", "truth"), formula.op("="),
                    formula.slot("slope_z"),
                ), size=1.05),
                alt=text.label("slope_alt"),
                handles=p_handles(count),
                names={"target": names},
            ),
        )  # fmt: skip
    with words:
        section(text, "slope")
        ask(
            text,
            "push",
            [text.label("no_bound"), text.label("at_most_one"), text.label("not_at_all")],
            right=1,
            then=lambda: links.put("one_hot", MAIN, z=hopeless(count, k)),
            who=names[k],
            **pushed(hopeless(count, k), k),
        )


def hopeless(count: int, k: int) -> tuple[float, ...]:
    """All on a wrong class, and the target's logit at its lowest."""
    wrong = (k + 1) % count
    return tuple(REACH if i == wrong else -REACH if i == k else 0.0 for i in range(count))


def pushed(z: Sequence[float], k: int) -> dict[str, str]:
    """What the loss of class k does to its probability and to its logit."""
    p = softmax(z)[k]
    own = cross_entropy_loss_grad(z, k)[k]
    return {"p": show(p), "slope": show(-1 / p), "gradient": show(own, 6)}


# ---- Label smoothing

SIZES = (3, 10, 1000)
MOST_SMOOTHING = 0.5
SMOOTH = links.Params(
    links.Number("s", 0.8, 0.0, 1.0),
    links.Number("eps", 0.1, 0.0, MOST_SMOOTHING),
    links.Index("C", 0, of=len(SIZES)),
)
SMOOTH_TOP = 5.0
ASKED = 0.1
ALONG = np.unique(np.round(np.concatenate([np.linspace(0, 1, 51), 1 - np.geomspace(1e-4, 0.1, 25),
                                           np.geomspace(1e-3, 0.1, 25)]), 6))  # fmt: skip


def seen(loss: np.ndarray) -> np.ndarray:
    """What of a curve is drawn: nan where it is infinite."""
    return np.where(np.isfinite(loss), loss, np.nan)


def smoothing(values: Arrays) -> Arrays:
    """The loss (R,) at p_k for the hard and the smoothed label, both curves, and the lowest."""
    p, epsilon = values["s"], values["eps"]
    classes = np.array(SIZES)[values["C"].astype(int)]
    floor, best = smoothing_floor(classes, epsilon), 1 - epsilon + epsilon / classes
    hard, soft = smoothed_loss(p, classes, 0.0), smoothed_loss(p, classes, epsilon)
    curve = smoothed_loss(ALONG, classes[:, None], epsilon[:, None])
    infinite = np.isinf(soft)
    return {
        "hard": hard,
        "loss": soft,
        "floor": floor,
        "best": best,
        "size": values["C"].astype(np.uint8),
        "hard_dot": np.where(hard > SMOOTH_TOP, np.nan, hard),
        "dot": np.where(infinite, np.nan, np.minimum(soft, SMOOTH_TOP)),
        "grip": np.minimum(soft, SMOOTH_TOP),
        "infinite": np.where(infinite, SMOOTH_TOP, np.nan),
        "curve": seen(curve),
        "floor_y": np.stack([floor, floor], axis=-1),
        "best_x": np.stack([best, best], axis=-1),
        "best_y": np.stack([np.zeros_like(floor), floor], axis=-1),
    }


HARD = tuple(ALONG[1:].tolist()), tuple(self_information(ALONG[1:]).tolist())  # infinite at 0


def label_smoothing(held: links.Held) -> None:
    sizes = tuple(str(count) for count in SIZES)
    count, epsilon = SIZES[int(held["C"])], held["eps"]
    told = answered("perfect")  # floor and lowest point are drawn once they have been guessed
    words, figure = st.columns([1, 2], gap="large")
    floors = [
        Bind(2, "y", "floor_y"), Bind(3, "x", "best_x"), Bind(3, "y", "best_y"),
        Bind(4, "x", "best"), Bind(4, "y", "floor"),
    ]  # fmt: skip
    with figure:
        live(
            held,
            text,
            controls=[
                Slider("s", text.label("p_target"), np.round(np.linspace(0, 1, 101), 2),
                       colour="prediction"),
                Slider("eps", text.label("epsilon"),
                       np.round(np.linspace(0, MOST_SMOOTHING, 51), 2), colour="truth"),
                Choice("C", text.label("classes"), sizes),
            ],
            model=smoothing,
            view=View(
                loss_charts.smoothing(
                    HARD,
                    tuple(ALONG.tolist()),
                    (text.label("p_axis"), text.label("loss_nats")),
                    (text.label("hard"), text.label("smoothed_label"), text.label("floor")),
                    SMOOTH_TOP,
                    told,
                ),
                binds=[
                    Bind(1, "y", "curve"),
                    *(floors if told else []),
                    Bind(5, "x", "s"),
                    Bind(5, "y", "hard_dot"),
                    Bind(6, "x", "s"),
                    Bind(6, "y", "dot"),
                    Bind(7, "x", "s"),
                    Bind(7, "y", "infinite"),
                    Bind(8, "x", "s"),
                    Bind(8, "y", "infinite"),
                ],
                readouts=[
                    Readout(text.label("loss_hard"), "hard", NATS),
                    Readout(text.label("loss_smooth"), "loss", NATS, "surprise"),
                    *([Readout(text.label("floor"), "floor", NATS, "truth"),
                       Readout(text.label("lies_at"), "best", colour="fine")] if told else []),
                ],
                alt=text.label("smooth_alt") + (text.label("floor_alt") if told else ""),
                handles=[Handle("s", "s", "grip", "surprise", "point")],
                names={"size": sizes},
            ),
        )  # fmt: skip
    with words:
        section(text, "smooth")
        best = float(smooth_labels(0, count, ASKED)[0])
        floor = show(smoothing_floor(count, ASKED))
        ask(
            text,
            "perfect",
            ["0", floor, text.label("no_end")],
            right=1,
            then=lambda: links.put("label_smoothing", SMOOTH, eps=ASKED, s=round(best, 4)),
            count=count,
            epsilon=f"{ASKED:g}",
            floor=floor,
            best=show(best),
        )
        if told:
            listed = {f"floor{n}": show(smoothing_floor(n, epsilon)) for n in SIZES}
            section(text, "perfect_all", epsilon=f"{epsilon:g}", **listed)


# ---- Soft labels


def soft_params(count: int) -> links.Params:
    """A label and a prediction for so many classes."""
    weights = np.array([6.0, 3.0, 1.0, *[0.0] * MOST][:count])
    label = tuple((weights / weights.sum()).tolist())
    even = (1 / count,) * count
    return links.Params(
        links.Distribution("y", label, least=count, most=count),
        links.Distribution("p", even, of="y", least=count, most=count),
    )


def softly(values: Arrays, held: links.Held) -> Arrays:
    """The loss (R,) of the prediction for the label, in two parts, and its gradient (R, C)."""
    y, p = settle(values, "y", held["y"]), settle(values, "p", held["p"])
    loss, floor = cross_entropy(y, p), entropy(y)
    gradient = p - y
    return {
        "y": y,
        "p": p,
        "gradient": gradient,
        "too_much": np.maximum(gradient, 0).astype(np.float32),
        "too_little": np.minimum(gradient, 0).astype(np.float32),
        "loss": loss,
        "floor": floor,
        "gap": kl_divergence(y, p),
        "shown": np.minimum(loss, SOFT_TOP) - floor,
        "middle": floor / 2,
        "above": (floor + np.minimum(loss, SOFT_TOP)) / 2,
        "beyond": np.where((loss > SOFT_TOP) & np.isfinite(loss), 1.02 * SOFT_TOP, np.nan),
        "infinite": np.where(np.isinf(loss), 1.02 * SOFT_TOP, np.nan),
    }


SOFT_TOP = 4.0
STEPS = np.round(np.linspace(0, 1, 101), 2)


def soft_labels(names: tuple[str, ...], k: int, epsilon: float) -> None:
    count = len(names)
    params = soft_params(count)
    held = links.hold("soft_labels", params)
    steps = STEPS if count < 6 else STEPS[::2]
    colours = {"y": "truth", "p": "prediction"}

    def to(y: ArrayLike, p: ArrayLike) -> dict[str, float]:
        return params.controls(
            {"y": tuple(np.asarray(y).tolist()), "p": tuple(np.asarray(p).tolist())}
        )

    words, figure = st.columns([1, 2], gap="large")
    with figure:
        live(
            held,
            text,
            controls=[
                Cell(f"{letter}{i}", f"{letter}({name})", steps, letter, name, colours[letter])
                for letter in "yp"
                for i, name in enumerate(names)
            ],
            model=lambda values: softly(values, held),
            view=View(
                loss_charts.soft_labels(
                    names,
                    (
                        key((TRUTH, "■", "y"), (PREDICTION, "■", "p")),
                        key((PREDICTION, "■", text.label("too_much")),
                            (TRUTH, "■", text.label("too_little"))),
                        key((TRUTH, "■", "H(y)"), (SURPRISE, "■", "D(y‖p)")),
                    ),
                    NATS,
                    SOFT_TOP,
                ),
                binds=[
                    Bind(0, "y", "y"),
                    Bind(1, "y", "p"),
                    Bind(2, "y", "too_much"),
                    Bind(3, "y", "too_little"),
                    Bind(4, "text", "gradient|2"),
                    Bind(5, "y", "floor"),
                    Bind(6, "base", "floor"),
                    Bind(6, "y", "shown"),
                    Bind(7, "y", "middle"),
                    Bind(7, "text", "floor|3"),
                    Bind(8, "y", "above"),
                    Bind(8, "text", "gap|3"),
                    Bind(9, "y", "beyond"),
                    Bind(10, "y", "infinite"),
                ],
                readouts=[
                    Readout("H(y, p)", "loss", NATS, "surprise"),
                    Readout("H(y)", "floor", NATS, "truth"),
                    Readout("D(y‖p)", "gap", NATS),
                ],
                alt=text.label("soft_alt"),
                handles=[
                    Handle(f"{letter}{i}", i + side * 0.21, f"{letter}.{i}", colours[letter])
                    for letter, side in (("y", -1), ("p", 1))
                    for i in range(count)
                ],
                rules={f"{letter}{i}": f"{letter}.{i}" for letter in "yp" for i in range(count)},
            ),
            presets=[
                Preset("p = y", to(held["y"], held["y"]), whole=True),
                Preset(text.label("one_hot"), to(one_hot(k, count), held["p"]), whole=True),
                Preset(text.label("smoothed", epsilon=f"{epsilon:g}"),
                       to(smooth_labels(k, count, epsilon), held["p"]), whole=True),
            ],
        )  # fmt: skip
    with words:
        section(text, "soft")
    in_pytorch(text, soft_label_program(held["y"], held["p"]))


# ---- Index, one-hot, soft: the same until they are not


def mask_params(count: int) -> links.Params:
    """Which class is masked: none (0), or the class before this number."""
    return links.Params(links.Index("m", 0, of=count + 1))


KIND_COLOURS = {"finite": "green", "inf": "violet", "nan": "violet"}
TARGETS = ("index_target", "one_hot_target", "soft_target", "free_target", "smooth_target")


def table(cases: Sequence[MaskCase]) -> str:
    """What PyTorch returns for each kind of target, as a table in Markdown."""
    names = dict(zip(MASK_TARGETS, map(text.label, TARGETS), strict=True))
    head = [text.label("target"), text.label("loss_nats"), text.label("gradient")]
    rows = [
        [
            names[case.key],
            f":{KIND_COLOURS[case.kind]}[**{show(case.value)}**]",
            ", ".join(show(x, 2) for x in case.grad),
        ]
        for case in cases
    ]
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


@functools.lru_cache(maxsize=64)
def cases_of(z: tuple[float, ...], k: int, m: int, epsilon: float) -> tuple[MaskCase, ...]:
    """What PyTorch returns where class m - 1 is masked, or none if m is 0."""
    return mask_cases(z, k, [m - 1] if m else [], smoothing=epsilon, dtype="float64")


def masking(values: Arrays, z: tuple[float, ...], k: int, epsilon: float) -> Arrays:
    """PyTorch's loss (R, 5) for each kind of target, with the masks (R,)."""
    found = [cases_of(z, k, int(m), epsilon) for m in values["m"]]
    losses = np.array([[case.value for case in row] for row in found])
    finite = np.isfinite(losses)
    return {
        "losses": losses,
        "finite": np.where(finite, np.minimum(losses, TOP), np.nan),
        "infinite": np.where(np.isinf(losses), TOP, np.nan),
        "undefined": np.where(np.isnan(losses), TOP, np.nan),
        "masked": values["m"].astype(np.uint8),
    }


def masks(main: links.Held, names: tuple[str, ...], epsilon: float) -> None:
    count, z, k = len(names), main["z"], int(main["k"])
    params = mask_params(count)
    held = links.hold("target_mask", params)
    m = int(held["m"])
    options = (text.label("nothing"), *names)
    words, figure = st.columns([1, 2], gap="large")
    with words:
        section(text, "mask")
        ask(
            text,
            "alive",
            [text.label("all_of_them"), text.label("index_only"), text.label("none_of_them")],
            right=1,
            then=lambda: links.put("target_mask", params, m=float((k + 1) % count + 1)),
            who=names[(k + 1) % count],
            target=names[k],
        )
    with figure:
        live(
            held,
            text,
            controls=[Choice("m", text.label("masked"), options)],
            model=lambda values: masking(values, z, k, epsilon),
            view=View(
                loss_charts.kinds_of_target(
                    tuple(text.label(name).replace("`", "") for name in TARGETS),
                    text.label("loss_nats"),
                    TOP,
                ),
                binds=[
                    Bind(0, "x", "finite"),
                    Bind(0, "text", "losses|4"),
                    Bind(1, "x", "infinite"),
                    Bind(1, "text", "losses|4"),
                    Bind(2, "x", "undefined"),
                    Bind(2, "text", "losses|4"),
                ],
                alt=text.label("mask_alt"),
                names={"masked": options},
            ),
        )
        st.markdown(table(cases_of(z, k, m, epsilon)))
        section(text, "why_target" if m - 1 == k else "why" if m else "same",
                name=names[m - 1], epsilon=f"{epsilon:g}")  # fmt: skip
    in_pytorch(text, mask_program(z, k, [m - 1] if m else [], epsilon))


# ---- All of it


@st.fragment
def lesson() -> None:
    """All follow one prediction, one truth and one set of classes."""
    held = links.hold("one_hot", MAIN, ("one_hot_sum", "one_hot_slope"))
    smooth = links.hold("label_smoothing", SMOOTH)
    names = CLASSES.named(text, held["names"], len(held["z"]))
    k, epsilon = int(held["k"]), smooth["eps"]
    the_sum(held, names)
    st.divider()
    the_slope(held, names)
    in_pytorch(text, one_hot_program(held["z"], k, epsilon))
    st.divider()
    label_smoothing(smooth)
    st.divider()
    soft_labels(names, k, epsilon)
    st.divider()
    masks(held, names, epsilon)


lesson()
take_home(text)
