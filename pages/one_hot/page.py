"""One-hot and the loss: a sum of which one term is left, and labels that keep them all."""

from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import ArrayLike

from pages.one_hot import charts, models
from pages.one_hot.formulas import both_slopes, written_out
from pages.one_hot.models import SIZES, SMOOTH_TOP, SOFT_TOP, TOP
from pages.one_hot.programs import mask_program, one_hot_program, soft_label_program
from ui.draw.colours import GREY, PREDICTION, SURPRISE, TRUTH
from ui.draw.panels import key
from ui.figure import Cell, Choice, Place, Preset, Readout, Slider
from ui.lesson.bridge import Example, bridge
from ui.lesson.classes import Classes
from ui.lesson.questions import answered
from ui.lesson.sections import Lesson, Section
from ui.state import address, folds, links
from ui.words.digits import show
from xent_core import cross_entropy_loss_grad, one_hot, self_information, softmax
from xent_core.pytorch import MASK_TARGETS, MaskCase
from xent_core.targets import smooth_labels, smoothing_floor

lesson = Lesson("one_hot")

NO_BREAK = "\N{NO-BREAK SPACE}"
REACH = 6.0  # of the sliders; a logit that is typed may be larger
LIMIT = 300.0
LEAST, MOST = 2, 10
LISTS = {"animals": MOST}
MAIN = links.Params(
    links.Numbers("z", (2.0, 1.0, -0.5), -LIMIT, LIMIT, least=LEAST, most=MOST),
    links.Index("k", 1, of="z"),
    links.Names("names", "animals", of="z", lists=LISTS),
)
P_AND_Y = key((PREDICTION, "■", "p"), (TRUTH, "□", "y"))


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


def class_names(s: Section) -> tuple[str, ...]:
    return CLASSES.named(s.text, s["names"], len(s["z"]))


def logits(
    s: Section, names: tuple[str, ...], kind: type[Slider] | type[Place]
) -> list[Slider | Place]:
    """A control for each logit; its stops are coarser where there are many of them."""
    stops = np.round(np.linspace(-REACH, REACH, 121 if len(names) < 6 else 61), 1)
    return [kind(f"z{i}", s.label("logit", name=name), stops) for i, name in enumerate(names)]


# ---- The sum and what is left of it


def the_sum(s: Section) -> None:
    names, k = class_names(s), int(s["k"])
    count = len(names)
    both = key((SURPRISE, "■", "y = 1"), (GREY, "□", "y = 0"))
    s.figure(
        charts.terms_of_the_sum(names, (P_AND_Y, f"{s.label('surprise_nats')}  {both}"), TOP),
        models.terms,
        [*logits(s, names, Slider), Choice("k", "truth", names)],
        name="one_hot_sum",
        readouts=[
            Readout("p_target", "p_k", colour="prediction"),
            Readout("loss_info", "loss", s.label("nats"), "surprise"),
        ],
        formula=written_out(count, k),
        presets=[
            Preset("sure_right", sure(count, k, k)),
            Preset("sure_wrong", sure(count, (k + 1) % count, k)),
            Preset("no_idea", {f"z{i}": 0.0 for i in range(count)}),
        ],
        names={"target": names},
        alt="sum_alt",
    )
    bridge(s, "one_hot", Example(np.array(s["z"]), k, names, s["names"] == "animals"))
    s.say("hook", vectors=vectors(names, k))
    s.ask(
        "swap",
        ["rises", "stays", "falls"],
        right=1,
        then={"z": turned(s["z"], k)},
        who=names[k],
        k=k,
    )
    s.say("drag")
    with s.words:
        CLASSES.editor(s.text, s["names"], count)


def vectors(names: tuple[str, ...], k: int) -> str:
    """The classes as one-hot vectors; the target's alone where there are many."""
    shown = range(len(names)) if len(names) <= 4 else [k]
    rows = [f"{names[i]} = {one_hot(i, len(names)).astype(int).tolist()}" for i in shown]
    return ", ".join(row.replace(" ", NO_BREAK) for row in rows)


def sure(count: int, at: int, k: int) -> dict[str, float]:
    """All on one class, while the truth stays."""
    return {f"z{i}": REACH if i == at else 0.0 for i in range(count)} | {"k": float(k)}


def turned(z: Sequence[float], k: int) -> tuple[float, ...]:
    """The same logits, those of the wrong classes in rising order."""
    wrong = iter(sorted(x for i, x in enumerate(z) if i != k))
    return tuple(x if i == k else next(wrong) for i, x in enumerate(z))


# ---- The slope and the gradient

CURVE = np.geomspace(np.exp(-1.1 * TOP), 1.0, 120)


def signs(s: Section) -> str:
    """The key to p - y."""
    return key((PREDICTION, "■", s.label("too_much")), (TRUTH, "■", s.label("too_little")))


def the_slope(s: Section) -> None:
    names, k = class_names(s), int(s["k"])
    curve = tuple(CURVE.tolist()), tuple(self_information(CURVE).tolist())
    lines = key((SURPRISE, "━", s.label("surprise_nats")), (GREY, "━", s.label("tangent")))
    s.figure(
        charts.slopes(names, (P_AND_Y, signs(s), lines), s.label("p_axis"), curve, TOP),
        models.slope,
        [Choice("k", "truth", names), *logits(s, names, Place)],
        name="one_hot_slope",
        readouts=[
            Readout("loss", "loss", s.label("nats"), "surprise"),
            Readout("slope_p", "slope"),
            Readout("slope_z", "slope_z"),
        ],
        formula=both_slopes(k),
        names={"target": names},
        alt="slope_alt",
    )
    s.say("slope")
    lost = hopeless(len(names), k)
    s.ask(
        "push",
        ["no_bound", "at_most_one", "not_at_all"],
        right=1,
        then={"z": lost},
        who=names[k],
        **pushed(lost, k),
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

MOST_SMOOTHING = 0.5
SMOOTH = links.Params(
    links.Number("s", 0.8, 0.0, 1.0),
    links.Number("eps", 0.1, 0.0, MOST_SMOOTHING),
    links.Index("C", 0, of=len(SIZES)),
)
ASKED = 0.1
HUNDREDTHS = np.round(np.linspace(0, 1, 101), 2)
_BELOW_1 = models.ALONG[1:]  # the hard label's loss is infinite at 0
HARD = tuple(_BELOW_1.tolist()), tuple(self_information(_BELOW_1).tolist())


def label_smoothing(s: Section) -> None:
    sizes, nats = tuple(map(str, SIZES)), s.label("nats")
    count, epsilon = SIZES[int(s["C"])], s["eps"]
    told = answered("perfect")  # floor and lowest point are drawn once they have been guessed
    lowest = [
        Readout("floor", "floor", nats, "truth"),
        Readout("lies_at", "best", colour="fine"),
    ]
    s.figure(
        charts.smoothing(
            HARD,
            tuple(models.ALONG.tolist()),
            s.labels("p_axis", "loss_nats"),
            s.labels("hard", "smoothed_label", "floor"),
            SMOOTH_TOP,
            told,
        ),
        models.smoothing,
        [
            Slider("s", "p_target", HUNDREDTHS, colour="prediction"),
            Slider("eps", "epsilon", HUNDREDTHS[HUNDREDTHS <= MOST_SMOOTHING], colour="truth"),
            Choice("C", "classes", sizes),
        ],
        readouts=[
            Readout("loss_hard", "hard", nats),
            Readout("loss_smooth", "loss", nats, "surprise"),
            *(lowest if told else []),
        ],
        names={"size": sizes},
        alt=s.label("smooth_alt") + (s.label("floor_alt") if told else ""),
    )
    s.say("smooth")
    best = float(smooth_labels(0, count, ASKED)[0])
    floor = show(smoothing_floor(count, ASKED))
    s.ask(
        "perfect",
        ["0", floor, "no_end"],
        right=1,
        then={"eps": ASKED, "s": round(best, 4)},
        count=count,
        epsilon=f"{ASKED:g}",
        floor=floor,
        best=show(best),
    )
    if told:
        listed = {f"floor{n}": show(smoothing_floor(n, epsilon)) for n in SIZES}
        s.say("perfect_all", epsilon=f"{epsilon:g}", **listed)


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


def soft_labels(s: Section, names: tuple[str, ...], k: int, epsilon: float) -> None:
    count = len(names)
    stops = HUNDREDTHS if count < 6 else HUNDREDTHS[::2]

    def to(y: ArrayLike) -> dict[str, float]:
        return s.params.controls({"y": tuple(np.asarray(y).tolist()), "p": s["p"]})

    fields = [
        Cell(f"{letter}{i}", f"{letter}({name})", stops, letter, name, colour)
        for letter, colour in (("y", "truth"), ("p", "prediction"))
        for i, name in enumerate(names)
    ]
    own = s.params.controls({"y": s["y"], "p": s["y"]})
    parts = key((TRUTH, "■", "H(y)"), (SURPRISE, "■", "D(y‖p)"))
    titles = key((TRUTH, "■", "y"), (PREDICTION, "■", "p")), signs(s), parts
    nats = s.label("nats")
    s.figure(
        charts.soft_labels(names, titles, nats, SOFT_TOP),
        models.softly,
        fields,
        readouts=[
            Readout("H(y, p)", "loss", nats, "surprise"),
            Readout("H(y)", "floor", nats, "truth"),
            Readout("D(y‖p)", "gap", nats),
        ],
        presets=[
            Preset("p = y", own, whole=True),
            Preset("one_hot", to(one_hot(k, count)), whole=True),
            Preset(
                s.label("smoothed", epsilon=f"{epsilon:g}"),
                to(smooth_labels(k, count, epsilon)),
                whole=True,
            ),
        ],
        alt="soft_alt",
    )
    s.say("soft")
    s.program(soft_label_program(s["y"], s["p"]))


# ---- Index, one-hot, soft: the same until they are not


def mask_params(count: int) -> links.Params:
    """Which class is masked: none (0), or the class before this number."""
    return links.Params(links.Index("m", 0, of=count + 1))


KIND_COLOURS = {"finite": "green", "inf": "violet", "nan": "violet"}
TARGETS = ("index_target", "one_hot_target", "soft_target", "free_target", "smooth_target")


def table(s: Section, cases: Sequence[MaskCase]) -> str:
    """What PyTorch returns for each kind of target, as a table in Markdown."""
    names = dict(zip(MASK_TARGETS, s.labels(*TARGETS), strict=True))
    head = s.labels("target", "loss_nats", "gradient")
    rows = [
        (
            names[case.key],
            f":{KIND_COLOURS[case.kind]}[**{show(case.value)}**]",
            ", ".join(show(x, 2) for x in case.grad),
        )
        for case in cases
    ]
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def masks(main: Section, names: tuple[str, ...], epsilon: float) -> None:
    count, z, k = len(names), main["z"], int(main["k"])
    s = main.below("target_mask", mask_params(count))
    m = int(s["m"])
    options = (s.label("nothing"), *names)
    kinds = tuple(name.replace("`", "") for name in s.labels(*TARGETS))
    s.say("mask", z=", ".join(map(show, z)))
    s.ask(
        "alive",
        ["all_of_them", "index_only", "none_of_them"],
        right=1,
        then={"m": float((k + 1) % count + 1)},
        who=names[(k + 1) % count],
        target=names[k],
    )
    s.figure(
        charts.kinds_of_target(kinds, s.label("loss_nats"), models.masked_reach(z, k, epsilon)),
        lambda values: models.masking(values, z, k, epsilon),
        [Choice("m", "masked", options)],
        names={"masked": options},
        alt="mask_alt",
    )
    why = "why_target" if m - 1 == k else "why" if m else "same"
    with s.stage:
        st.markdown(table(s, models.cases_of(z, k, m, epsilon)))
        st.markdown(s.text(why, name=names[m - 1], epsilon=f"{epsilon:g}"))
    s.program(mask_program(z, k, [m - 1] if m else [], epsilon))


# ---- All follow one prediction, one truth and one set of classes


@lesson.section("one_hot", MAIN, figures=("one_hot_sum", "one_hot_slope"))
def one_truth(s: Section) -> None:
    smooth = Section(lesson, "label_smoothing", SMOOTH, layout="plain")
    names, k, epsilon = class_names(s), int(s["k"]), smooth["eps"]
    the_sum(s)
    the_slope(s.part())
    lights = {"z": "z = ", "y": "y = ", "loss": "loss = ", "p_k": "-log p_k", "slope_z": "gradient"}
    s.program(one_hot_program(s["z"], k, epsilon), lights)
    smoothed = folds.told_of("label_smoothing", SMOOTH)
    lesson.fold("smooth", lambda: label_smoothing(smooth.part()), smoothed)
    soft = "soft_labels", soft_params(len(names))
    lesson.fold(
        "soft", lambda: soft_labels(s.below(*soft), names, k, epsilon), folds.told_of(*soft)
    )
    masked = folds.told_of("target_mask", mask_params(len(names)))
    lesson.fold("mask", lambda: masks(s, names, epsilon), masked)


lesson.end()
