"""Inside PyTorch: what CrossEntropyLoss is made of, asked of torch itself."""

import math
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import streamlit as st

from pages.inside_pytorch import charts as torch_charts
from pages.inside_pytorch import inputs as inputs
from pages.inside_pytorch import views as views
from ui.draw import charts
from ui.figure import Bind, Choice, Preset, Readout, Slider, View
from ui.figure.sweeps import Arrays
from ui.lesson import answered, ask, fields, in_pytorch, live, open_lesson, section, take_home
from ui.lesson import pair as pairs
from ui.lesson.programs import (
    kl_div_program,
    options_program,
    shapes_program,
    ways_program,
    wiring_program,
)
from ui.state import links, typed
from ui.words.digits import show
from xent_core import entropy, kl_divergence
from xent_core import pytorch as xt

KEY = "inside"
DTYPES = ("float32", "float64")
KINDS = ("index", "one_hot")
FIGURE = ("x", "t", "row", "dtype", "way")  # what the live figure belongs to
NO_WEIGHTS = ()
# What a link may say for ignore_index; the first stands for torch's own, -100.
IGNORABLE = (inputs.NO_CLASS, "-1", "255", *map(str, range(typed.MAX_CLASSES)))


def shape_word(shape: Sequence[int]) -> str:
    """How a link has a shape: 4x5."""
    return "x".join(map(str, shape)) or "scalar"


INPUT_SHAPES = {shape_word(shape): shape for shape in xt.INPUT_SHAPES}
TARGET_SHAPES = {shape_word(shape): shape for shape in xt.TARGET_SHAPES}
STATE = inputs.PageParams(
    FIGURE,
    inputs.Logits("x", ((2.0, 1.0, 0.1), (0.5, 2.5, 0.0), (-1.0, 0.3, 3.0))),
    inputs.Targets("t", (0, 1, 2), of="x"),
    links.Index("row", 0, of="x"),
    inputs.Word("dtype", "float32", DTYPES),
    inputs.Word("way", "log_of_softmax_nll", xt.TRACE_CASES),
    inputs.Together(
        "opt",
        (
            inputs.Word("reduction", "mean", xt.OPTION_REDUCTIONS),
            links.Number("smoothing", 0.0, 0.0, 1.0),
            inputs.Weights("weight", NO_WEIGHTS),
            inputs.Word("ignored", "-", IGNORABLE),
            inputs.Word("kind", "index", KINDS),
        ),
    ),
    inputs.Masked("mask", (2,), of="x"),
    inputs.Together(
        "ask",
        (
            inputs.Word("input", "4x5", tuple(INPUT_SHAPES)),
            inputs.Word("target", "4", tuple(TARGET_SHAPES)),
            inputs.Word("input_dtype", "float32", xt.INPUT_TYPES),
            inputs.Word("target_dtype", "int64", xt.TARGET_TYPES),
            inputs.Word("input_values", "ordinary", xt.INPUT_VALUES),
            inputs.Word("target_values", "classes", xt.TARGET_VALUES),
            inputs.Word("reduction", "mean", xt.OPTION_REDUCTIONS),
        ),
    ),
)

text = open_lesson("inside_pytorch")
NATS = text.label("nats")


def now() -> dict[str, Any]:
    """The state of the page, for the parts that run again by themselves."""
    return links.state_of(KEY, STATE)


def change(**values: Any) -> None:
    """Change the state; parts that do not fit what is new are made to."""
    links.put(KEY, STATE, **STATE.settled({**now(), **values}))


def change_in(group: str, **values: Any) -> None:
    """Change some of the parameters that share a place in the address."""
    change(**{group: {**now()[group], **values}})


def choose(
    name: str,
    label: str,
    options: Sequence[Any],
    chosen: Any,
    then: Callable[[Any], None],
    words: Callable[[Any], str] = str,
    many: bool = False,
) -> None:
    """Show options of which the reader takes one, or, if they are many, from a list."""
    key = f"xent inside {name}"

    def taken() -> None:
        if st.session_state[key] is not None:  # a second click on the chosen one takes nothing
            then(st.session_state[key])

    st.session_state[key] = chosen
    if many:
        st.selectbox(label, options, format_func=words, key=key, on_change=taken)
    else:
        st.pills(label, options, format_func=words, key=key, on_change=taken)


# ---- The learner's logits


def field(
    name: str,
    label: str,
    shown: str,
    read: Callable[[str], Any],
    take: Callable[[Any], None],
    area: bool = False,
    decimal: bool = True,
) -> None:
    """Show a field for typed numbers, and below it what is wrong with what was typed."""
    one = fields.Field(f"xent inside {name}", shown, read, take, decimal)
    one.show(label, area)
    one.say(text)


def read_logits(said: str) -> typed.Matrix:
    typed.check_commas(said, typed.read_matrix)
    return typed.read_matrix(said)


def read_targets(said: str) -> tuple[int, ...]:
    state = now()
    rows, classes = len(state["x"]), len(state["x"][0])
    return typed.read_targets(said, rows, classes, [inputs.ignored_in(state)])


def read_weights(said: str) -> tuple[float, ...]:
    def read(said: str) -> tuple[float, ...]:
        return typed.read_weights(said, len(now()["x"][0]))

    typed.check_commas(said, read, one_row=True)
    return read(said)


def tools(held: links.Held) -> None:
    """Show where the logits, their classes and the type are chosen."""
    x = held["x"]
    shown = typed.write_matrix(x, "\n", ", ")
    field("x", text.label("logits"), shown, read_logits, lambda x: change(x=x), area=True)
    shown = ", ".join(map(str, held["t"]))
    field("t", text.label("targets"), shown, read_targets, lambda t: change(t=t), decimal=False)
    if ignored := inputs.ignored_rows(held.state):
        which = ", ".join(map(str, ignored))
        st.caption(text.label("rows_ignored", which=which, index=inputs.ignored_in(held.state)))
    choose("dtype", text.label("dtype"), DTYPES, held["dtype"], lambda one: change(dtype=one))
    if len(x) > 1:
        rows = range(len(x))
        choose("row", text.label("row"), rows, int(held["row"]), lambda i: change(row=float(i)))
    say_stand_in(held.state)


def plain_targets(held: Any) -> tuple[int, ...]:
    """The targets for the parts of the page that do not set ignore_index: torch's own there."""
    ignored = inputs.ignored_rows(held)
    return tuple(typed.IGNORED if i in ignored else k for i, k in enumerate(held["t"]))


def say_stand_in(held: Any) -> None:
    """Say that a row's loss is shown as if it counted."""
    row = int(held["row"])
    if row in inputs.ignored_rows(held):
        st.caption(text.label("stand_in", row=row, k=inputs.class_of(held, row)))


# ---- Two routes

_HALF = [*range(11), *range(12, 32, 2), *range(35, 90, 5), 88, 89, *range(90, 155, 5), 1000]
POSITIONS = np.unique([sign * float(z) for z in _HALF for sign in (-1, 1)])
THOUSAND = ((1000.0, 0.0, 0.0),)
FAR = ((123.0, 456.0, 789.0),)
MOST_LABELLED = 6  # bars side by side whose numbers do not touch


def routes_view(held: links.Held) -> View:
    """Exponentials and probabilities above, every step in the table below."""
    count = len(held["x"][0])
    theoretical, actual = text.label("theoretical"), text.label("actual")
    return View(
        torch_charts.exponents_and_probabilities(
            count,
            held["dtype"],
            ("e<sup>x</sup>", "e<sup>x − m</sup>"),
            text.label("probabilities"),
        ),
        binds=[
            Bind(0, "y", "t_power"),
            Bind(1, "y", "a_power"),
            Bind(2, "y", "t_edge"),
            Bind(2, "text", "t_sign|name"),
            Bind(3, "y", "a_edge"),
            Bind(3, "text", "a_sign|name"),
            Bind(4, "y", "target"),
            Bind(5, "y", "bar"),
            *([Bind(5, "text", "t_probs|2")] if count <= MOST_LABELLED else []),
        ],
        readouts=[
            Readout(theoretical, "t_loss|6", NATS, "surprise"),
            Readout(actual, "a_loss|6", NATS, "fine"),
            Readout("F.cross_entropy", "torch_loss|6", NATS),
        ],
        formula=views.steps_table(
            count, (text.label("class"), theoretical, actual), text.label("loss")
        ),
        alt=text.label("routes_alt"),
        names=views.SIGN_NAMES,
    )


def two_routes(held: links.Held) -> None:
    row, dtype = held["x"][int(held["row"])], held["dtype"]

    def model(values: Arrays) -> Arrays:
        rows = len(values["k"])
        columns = [values.get(f"z{j}", np.full(rows, z)) for j, z in enumerate(row)]
        return views.routes(np.stack(columns, axis=-1), values["k"].astype(int), dtype)

    live(
        held,
        text,
        controls=[
            *(
                Slider(f"z{j}", text.label("logit", j=j), POSITIONS)
                for j, z in enumerate(row)
                if math.isfinite(z)
            ),
            Choice("k", text.label("k"), tuple(map(str, range(len(row))))),
        ],
        model=model,
        view=routes_view(held),
        presets=[Preset("1000", {"z0": 1000.0}), Preset("−1000", {"z0": -1000.0})],
    )


# ---- Four ways


def apart(ulps: int | None) -> str:
    """How far a number is from CrossEntropyLoss's, in words."""
    if ulps is None:
        return views.tagged(text.label("no_distance"), "surprise")
    if ulps == 0:
        return views.tagged(text.label("same_bits"), "fine")
    return views.tagged(text.label("ulps", n=f"{ulps:,}"), "prediction")


def ways_table(held: links.Held) -> None:
    row, digits = int(held["row"]), views.DIGITS[held["dtype"]]
    ways = xt.four_ways(held["x"], plain_targets(held.state), held["dtype"])
    head = (
        text.label("way"),
        text.label("mean_loss"),
        text.label("loss_apart"),
        text.label("grad_apart"),
        text.label("grad_row", row=row),
    )
    st.html(
        views.table(
            text.label("ways_table"),
            head,
            [
                (
                    views.code(views.WAY_NAMES[way.key]),
                    views.number(way.loss, digits),
                    apart(way.loss_ulps),
                    apart(way.worst_grad_ulps),
                    views.joined((views.number(g) for g in way.grad[row]), ", "),
                )
                for way in ways
            ],
            wide=head[4],
        )
    )
    same = sum(way.loss_ulps == way.worst_grad_ulps == 0 for way in ways)
    section(text, "ways_result", same=same, count=len(ways))
    in_pytorch(text, ways_program(held["x"], plain_targets(held.state), held["dtype"]))


# ---- The wiring board

GUESSES, WIRING = "xent inside guesses", "xent inside wiring"
# What may be said of a pair; xent_core names the reasons.
REASONS = (
    "takes_logits",
    "takes_log_probabilities",
    "log_softmax_twice",
    "log_of_zero",
    "softmax_twice",
    "no_softmax_no_log",
    "no_log",
    "no_softmax",
    "log_twice",
)
VERDICTS = {
    name: text.label(name)
    for name in ("right_pair", "same_by_idempotence", "right_but_unsafe", "wrong_pair")
}
VERDICT_LABELS = {"right": "right_pair", "wrong": "wrong_pair"}


def board_cell(wire: xt.Wire, guesses: dict[tuple[str, str], bool]) -> str:
    if (wire.front, wire.loss) not in guesses:
        return "?"
    verdict = VERDICTS[VERDICT_LABELS.get(wire.verdict, wire.verdict)]
    sign = views.tagged(f"{views.SIGNS[wire.verdict]} {verdict}", views.KINDS[wire.verdict])
    return views.joined([views.number(wire.value, 6), views.note(sign)])


def guess(right: bool) -> None:
    """Keep what the reader said of the chosen pair."""
    st.session_state.setdefault(GUESSES, {})[st.session_state[WIRING]] = right


@st.fragment
def wiring() -> None:
    held = now()
    targets = plain_targets(held)
    board = xt.wiring_board(held["x"], targets, held["dtype"])
    guesses = st.session_state.setdefault(GUESSES, {})
    front, loss = st.session_state.setdefault(WIRING, (xt.FRONT_ENDS[1], xt.BOARD_LOSSES[0]))
    wire = next(w for w in board.wires if (w.front, w.loss) == (front, loss))
    words, picture = st.columns([1, 2], gap="large")

    def plug(front: str, loss: str) -> None:
        st.session_state[WIRING] = (front, loss)

    with words:
        section(text, "wiring")
    with picture, st.container(key="unlinked-wiring"):
        choose(
            "front",
            text.label("front"),
            xt.FRONT_ENDS,
            front,
            lambda one: plug(one, loss),
            views.FRONT_NAMES.__getitem__,
        )
        choose(
            "loss",
            text.label("into"),
            xt.BOARD_LOSSES,
            loss,
            lambda one: plug(front, one),
            views.LOSS_NAMES.__getitem__,
        )
        rows = [
            [views.code(views.FRONT_NAMES[name])]
            + [board_cell(w, guesses) for w in board.wires if w.front == name]
            for name in xt.FRONT_ENDS
        ]
        head = [text.label("front"), *(views.code(name) for name in views.LOSS_NAMES.values())]
        st.html(views.table(text.label("board"), head, rows))
        pair = views.LOSS_NAMES[loss].replace("·", views.FRONT_NAMES[front])
        section(text, "wire", pair=f"`{pair}`")
        with st.container(horizontal=True):
            st.button(text.label("say_right"), on_click=guess, args=(True,))
            st.button(text.label("say_wrong"), on_click=guess, args=(False,))
            everything = {(w.front, w.loss): True for w in board.wires}
            st.button(
                text.label("show_all"),
                type="tertiary",
                on_click=st.session_state.__setitem__,
                args=(GUESSES, everything),
            )
            st.button(
                text.label("start_again"),
                type="tertiary",
                on_click=st.session_state.__setitem__,
                args=(GUESSES, {}),
            )
        if (front, loss) in guesses:
            is_right = wire.verdict != "wrong"
            hit = text.label("right" if guesses[front, loss] == is_right else "not_quite")
            reason = text(REASONS[REASONS.index(wire.reason)])
            st.markdown(f"**{hit}** {reason}")
            if wire.reason == "softmax_twice":
                floor, count = show(board.floor), len(held["x"][0])
                section(text, "floor", floor=floor, count=count)
    in_pytorch(text, wiring_program(held["x"], targets, held["dtype"]))


# ---- Which operators ran


def operators(held: links.Held) -> None:
    """Show the trace of CrossEntropyLoss, judged, beside that of another way."""
    x, t, dtype = held["x"], plain_targets(held.state), held["dtype"]
    words, picture = st.columns([1, 2], gap="large")
    with words:
        section(text, "operators")
        ask(
            text,
            "made_of",
            [text.label("one_kernel"), text.label("the_two"), text.label("the_three")],
            right=1,
            then=lambda: change(way="log_softmax_nll"),
        )
    if not answered("made_of"):
        return
    with picture:
        here, there = st.columns(2)
        whole = xt.trace_loss("cross_entropy_module", x, t, dtype)
        with here:
            st.markdown(f"`{views.CASE_NAMES['cross_entropy_module']}`")
            st.html(views.tree(whole))
        with there:
            others = [case for case in xt.TRACE_CASES if case != "cross_entropy_module"]
            if inputs.ignored_rows(held.state):  # which have no one-hot rows
                others = [case for case in others if not case.endswith("probabilities")]
            way = held["way"] if held["way"] in others else "log_softmax_nll"
            choose(
                "way",
                text.label("beside"),
                others,
                way,
                lambda one: change(way=one),
                views.CASE_NAMES.__getitem__,
                many=True,
            )
            other = xt.trace_loss(way, x, t, dtype)
            st.html(views.tree(other))
        found = xt.cross_entropy_composition(whole)
        only_two = found.log_softmax and found.nll_loss and not found.others
        section(text, "refuted" if only_two else "not_refuted")
        same = xt.kernels(whole) == xt.kernels(other)
        section(text, "same_kernels" if same else "other_kernels", count=len(xt.kernels(other)))


# ---- Options


def as_one_hot(held: dict[str, Any]) -> bool:
    """Whether the targets are one-hot rows: a number that is no class has none."""
    return held["opt"]["kind"] == "one_hot" and not inputs.ignored_rows(held)


def smoothed_target(held: dict[str, Any]) -> Any:
    """The targets as torch gets them: classes, or a one-hot row for each."""
    return np.eye(len(held["x"][0]))[list(held["t"])] if as_one_hot(held) else held["t"]


def option_controls(held: dict[str, Any]) -> None:
    options, classes = held["opt"], len(held["x"][0])
    choose(
        "reduction",
        "reduction",
        xt.OPTION_REDUCTIONS,
        options["reduction"],
        lambda one: change_in("opt", reduction=one),
    )
    key = "xent inside smoothing"
    st.session_state[key] = options["smoothing"]
    st.slider(
        "label_smoothing ε",
        0.0,
        1.0,
        step=0.05,
        key=key,
        on_change=lambda: change_in("opt", smoothing=st.session_state[key]),
    )
    field(
        "weight",
        text.label("weight"),
        ", ".join(map(show_weight, filled(options["weight"], classes))),
        read_weights,
        lambda weight: change_in("opt", weight=weight),
    )
    choose(
        "kind",
        text.label("target_as"),
        KINDS,
        options["kind"],
        lambda one: change_in("opt", kind=one),
        {"index": text.label("indices"), "one_hot": text.label("one_hot")}.__getitem__,
    )
    if as_one_hot(held):
        st.caption(text.label("cannot_ignore"))
        return
    ignorable = IGNORABLE[: 3 + classes]
    ignored = options["ignored"] if options["ignored"] in ignorable else inputs.NO_CLASS
    choose(
        "ignored",
        "ignore_index",
        ignorable,
        ignored,
        lambda one: change_in("opt", ignored=one),
        lambda one: text.label("no_class_ignored") if one == inputs.NO_CLASS else one,
    )
    if options["kind"] == "one_hot":
        index = inputs.ignored_in(held)
        refusal = views.said(xt.one_hot_refusal(index, classes), "surprise")
        st.html(refusal)
        st.caption(text.label("no_one_hot", index=index))
    section(text, "ignoring")


def filled(weights: tuple[float, ...], classes: int) -> tuple[float, ...]:
    """The weights of all classes; where a link has fewer, or x other classes, 1 each."""
    return (*weights, *(1.0,) * classes)[:classes] if weights else ()


def show_weight(weight: float) -> str:
    return typed.write_number(weight)


@st.fragment
def options() -> None:
    held = now()
    chosen, classes = held["opt"], len(held["x"][0])
    weights = filled(chosen["weight"], classes) or None
    ignored = typed.IGNORED if as_one_hot(held) else inputs.ignored_in(held)
    result = xt.cross_entropy_options(
        held["x"],
        smoothed_target(held),
        weight=weights,
        ignore_index=ignored,
        reduction=chosen["reduction"],
        label_smoothing=chosen["smoothing"],
        dtype=held["dtype"],
    )
    words, picture = st.columns([1, 2], gap="large")
    with words:
        section(text, "options")
        option_controls(held)
    with picture:
        rows = [
            (
                str(i),
                str(held["t"][i]),
                views.weighted_sum(result.factors[i], result.losses[i])
                if result.counted[i]
                else views.tagged(text.label("ignored"), "muted"),
                views.number(result.terms[i]),
                views.brief(result.target_weights[i]),
            )
            for i in range(len(held["x"]))
        ]
        sum_head = "Σ g · (−ln p)"
        head = (
            text.label("sample"),
            text.label("target"),
            sum_head,
            text.label("term"),
            text.label("divisor"),
        )
        st.html(views.table(text.label("options_table"), head, rows, wide=sum_head))
        options_result(result, chosen["reduction"])
        given = {
            "ignore_index": ignored,
            "reduction": chosen["reduction"],
            "label_smoothing": chosen["smoothing"],
        }
        section(text, "option_rule")
        if math.isnan(float(np.max(result.torch_value))) and result.denominator == 0:
            section(text, "nothing_left")
    soft = as_one_hot(held)
    target = tuple(map(tuple, smoothed_target(held).tolist())) if soft else held["t"]
    in_pytorch(text, options_program(held["x"], target, held["dtype"], weights or (), given))


def options_result(result: xt.OptionsResult, reduction: str) -> None:
    """Show numerator and denominator, and torch's value beside xent_core's."""
    ours, theirs = np.atleast_1d(result.xent_value), np.atleast_1d(result.torch_value)
    if reduction != "none":
        terms = views.added(show(x + 0.0) for x in result.terms[result.counted])
        value = views.number(theirs[0], 6)
        top = views.number(result.numerator, 6)
        if reduction == "mean":
            below = [w for w, on in zip(result.target_weights, result.counted, strict=True) if on]
            divisor = views.added(map(views.brief, below))
            parts = [
                views.fraction(terms, divisor),
                views.fraction(top, views.brief(result.denominator)),
                value,
            ]
        else:
            parts = [views.Html(terms), value]
        st.html(views.equation(views.code(f'reduction="{reduction}"'), *parts))
    listed = [views.joined((views.number(x, 9) for x in both), ", ") for both in (theirs, ours)]
    agree = (
        views.tagged(text.label("agree"), "fine")
        if result.agrees
        else (views.tagged(text.label("disagree"), "surprise"))
    )
    head = ("", text.label("value"), "")
    rows = [("torch", listed[0], ""), ("xent_core", listed[1], agree)]
    st.html(views.table(text.label("beside_torch"), head, rows))


# ---- Masked with -inf

MASK_TARGETS = {
    "index": "mask_index",
    "one_hot": "mask_one_hot",
    "soft": "mask_soft",
    "soft_off_the_mask": "mask_soft_off",
    "label_smoothing": "mask_smoothing",
}
EPSILON = 0.1


@st.fragment
def masks() -> None:
    held = now()
    row, classes = int(held["row"]), range(len(held["x"][0]))
    logits, k = held["x"][row], inputs.class_of(held, row)
    words, picture = st.columns([1, 2], gap="large")
    key = "xent inside mask"
    with words:
        section(text, "mask", row=row, k=k, epsilon=EPSILON)
        say_stand_in(held)
        st.session_state[key] = list(held["mask"])
        st.pills(
            text.label("masked"),
            classes,
            selection_mode="multi",
            key=key,
            on_change=lambda: change(mask=tuple(sorted(st.session_state[key]))),
        )
    with picture:
        cases = xt.mask_cases(logits, k, held["mask"], smoothing=EPSILON, dtype=held["dtype"])
        rows = [
            (
                text.label(MASK_TARGETS[case.key], k=k),
                views.number(case.value, 6),
                views.joined((views.number(g, 3) for g in case.grad), ", "),
                views.number(case.xent_value, 6),
            )
            for case in cases
        ]
        head = (text.label("target"), text.label("loss"), text.label("gradient"), "xent_core")
        st.html(views.table(text.label("mask_table"), head, rows, wide=head[2]))
        section(text, "mask_result")


@st.fragment
def on_your_logits() -> None:
    """Everything that is asked about the logits above."""
    held = links.hold(KEY, STATE)
    words, figure = st.columns([1, 2], gap="large")
    with figure:
        two_routes(held)
    with words:
        section(text, "hook")
        tools(held)
        ask(
            text,
            "thousand",
            ["0", "∞", "nan"],
            right=2,
            then=lambda: change(x=THOUSAND, t=(0,), row=0.0),
            big=f"{THOUSAND[0][0]:g}",
        )
        section(text, "routes")
    st.divider()
    section(text, "ways")
    found = xt.four_ways(FAR, [0])
    ask(
        text,
        "far",
        [show(found[0].loss), "∞", "nan"],
        right=1,
        then=lambda: change(x=FAR, t=(0,), row=0.0, dtype="float32"),
        logits=typed.write_matrix(FAR, cell=", "),
        wrong=show(found[-1].loss),
        loss=show(found[0].loss),
    )
    ways_table(held)
    st.divider()
    wiring()
    st.divider()
    operators(held)
    st.divider()
    options()
    st.divider()
    masks()


# ---- How long each takes

TIMED = ((8, 10), (128, 100), (256, 1000))
SECONDS = 3.0
REST = 0.002  # after every few milliseconds of measuring: the other sessions' turn
TIMINGS, BUSY = "xent inside timings", "xent inside busy"


def measure() -> None:
    """Time the ways, if nobody else does, and keep what came of it in the session."""
    backward = bool(st.session_state.get("xent inside backward"))
    with xt.held(views.MEASURING) as mine:
        st.session_state[BUSY] = not mine
        if not mine:
            return
        bar = st.progress(0.0, text.label("measuring"))
        shown = 0.0
        for step in xt.time_ways(TIMED, SECONDS, backward=backward):
            if step.fraction >= shown + 0.04:  # a bar that moves 25 times is smooth enough
                shown = step.fraction
                bar.progress(shown, text.label("measuring"))
            if step.timings:
                st.session_state[TIMINGS] = (step.timings, backward)
            time.sleep(REST)
        bar.empty()


CLAIM_COLOURS = {"faster": "fine", "slower": "surprise"}
CLAIMS = {name: text.label(name) for name in ("faster", "slower", "no_difference")}


def timing_pictures(timings: Sequence[xt.Timing]) -> None:
    for column, shape in zip(st.columns(len(TIMED)), TIMED, strict=True):
        here = [timing for timing in timings if timing.shape == shape]
        spread = [(1e6 * one.lower, 1e6 * one.median, 1e6 * one.upper) for one in here]
        names = [views.WAY_NAMES[timing.way].replace(" → ", "<br>→ ") for timing in here]
        title = f"{shape[0]} × {shape[1]}"
        with column:
            figure = torch_charts.medians(names, spread, title, text.label("microseconds"))
            st.plotly_chart(figure, key=f"xent timing {title}", config={"displayModeBar": False})


def timing_table(timings: Sequence[xt.Timing]) -> None:
    claims = {(claim.way, claim.shape): claim.claim for claim in xt.compare_timings(timings)}

    def cell(one: xt.Timing) -> str:
        low, middle, high = (show(1e6 * x, 3) for x in (one.lower, one.median, one.upper))
        claim = claims.get((one.way, one.shape))
        said = text.label("reference") if claim is None else CLAIMS[claim]
        return views.joined(
            (
                f"{middle} µs ({low} – {high})",
                views.tagged(said, CLAIM_COLOURS.get(claim, "muted")),
            ),
            "<br>",
        )

    rows = [
        (views.code(views.WAY_NAMES[way]), *(cell(one) for one in timings if one.way == way))
        for way in xt.WAYS
    ]
    head = (text.label("way"), *(f"{n} × {c}" for n, c in TIMED))
    st.html(views.table(text.label("timing_table"), head, rows))
    st.caption(text.label("rounds", n=min(one.rounds for one in timings)))
    plain = {claims[way, shape] for way in xt.WAYS[1:3] for shape in TIMED}
    section(text, "fast_none" if plain == {"no_difference"} else "fast_claims")
    unsafe, safe = (
        [claims[way, shape] for shape in TIMED] for way in ("log_of_softmax_nll", "log_softmax_nll")
    )
    section(
        text,
        "fast_verdict",
        unsafe=f"`{views.WAY_NAMES['log_of_softmax_nll']}`",
        unsafe_verdict=usually(unsafe),
        unsafe_count=counts(unsafe),
        safe=f"`{views.WAY_NAMES['log_softmax_nll']}`",
        safe_verdict=usually(safe),
        safe_count=counts(safe),
    )


def usually(others: Sequence[str]) -> str:
    """Whether the built-in loss was faster for most shapes, by what is claimed of another way."""
    if set(others) == {"no_difference"}:
        return text.label("not_shown")
    return text.label("usually" if 2 * others.count("slower") > len(others) else "usually_not")


def counts(others: Sequence[str]) -> str:
    """For how many shapes the built-in loss was faster, no different, slower."""
    return text.label(
        "claim_counts",
        faster=others.count("slower"),
        same=others.count("no_difference"),
        slower=others.count("faster"),
    )


@st.fragment
def timing() -> None:
    words, picture = st.columns([1, 2], gap="large")
    with words:
        section(text, "timing", seconds=f"{SECONDS:g}")
        st.toggle(text.label("backward"), key="xent inside backward")
        pressed = st.button(text.label("measure"), type="primary", icon=":material/timer:")
    with picture:
        if pressed:
            measure()
        if pressed and st.session_state.get(BUSY):
            st.warning(text.label("busy"))
        timings, backward = st.session_state.get(TIMINGS, ((), False))
    if timings:
        st.caption(text.label("with_backward" if backward else "forward_only"))
        timing_table(timings)
        timing_pictures(timings)


# ---- Shapes and dtypes

# A sentence for every answer of torch's; xent_core names them.
ADVICE = (
    "class_indices",
    "class_indices_by_position",
    "class_probabilities",
    "all_ignored",
    "minus_inf_row",
    "nothing_to_average",
    "forward_only",
    "no_class_axis",
    "one_hot_int",
    "input_not_float",
    "target_is_float",
    "needs_long",
    "class_out_of_range",
    "no_batch_axis",
    "axis_too_many",
    "class_axis_last",
    "axes_swapped",
    "class_count_mismatch",
    "batch_mismatch",
    "shape_mismatch",
)
# They tell why the mean is nan; a sum of nothing is 0.
ONLY_MEAN = ("all_ignored", "nothing_to_average")
MISTAKES = {
    "try_float": {"target_dtype": "float32"},
    "try_column": {"target": "4x1"},
    "try_int_one_hot": {"target": "4x5"},
    "try_range": {"target_values": "class_too_large"},
    "try_last": {"input": "4x3x5", "target": "4x3"},
    "try_ignored": {"target_values": "all_ignored"},
    "try_inf": {"input_values": "minus_inf_row"},
}


GRADIENTS = ("grad_finite", "grad_broken", "grad_empty")
GRADIENT_COLOURS = {"grad_finite": "fine", "grad_broken": "surprise", "grad_empty": "muted"}


def tuple_text(word: str) -> str:
    shape = {**INPUT_SHAPES, **TARGET_SHAPES}[word]
    return repr(shape) if shape else "()"


def values_text(word: str) -> str:
    return {
        "ordinary": text.label("ordinary"),
        "minus_inf_row": text.label("first_row_inf"),
        "classes": text.label("classes"),
        "class_too_large": text.label("class_too_large"),
        "negative_class": text.label("negative_class"),
        "all_ignored": text.label("every_ignored"),
    }[word]


def shape_controls(asked: dict[str, str]) -> None:
    columns = st.columns(2)
    fields: list[tuple[str, str, Sequence[str], Callable[[str], str]]] = [
        ("input", text.label("input_shape"), tuple(INPUT_SHAPES), tuple_text),
        ("target", text.label("target_shape"), tuple(TARGET_SHAPES), tuple_text),
        ("input_dtype", text.label("input_type"), xt.INPUT_TYPES, str),
        ("target_dtype", text.label("target_type"), xt.TARGET_TYPES, str),
        ("input_values", text.label("input_values"), xt.INPUT_VALUES, values_text),
        ("target_values", text.label("target_values"), xt.TARGET_VALUES, values_text),
    ]
    for i, (name, label, options, words) in enumerate(fields):
        with columns[i % 2]:
            choose(
                f"ask {name}",
                label,
                options,
                asked[name],
                lambda one, name=name: change_in("ask", **{name: one}),
                words,
                many=True,
            )
    choose(
        "ask reduction",
        "reduction",
        xt.OPTION_REDUCTIONS,
        asked["reduction"],
        lambda one: change_in("ask", reduction=one),
    )


def say_backward(answer: xt.Answer) -> None:
    """Show what loss.backward() did, which no loss tells."""
    back = answer.backward
    assert back is not None
    if back.grad is None:
        st.html(views.said(f"loss.backward()\n{back.error}: {back.message}", "surprise"))
        if answer.shape and answer.advice != "forward_only":
            section(text, "not_scalar")
        return
    shape, broken = back.grad.shape, int(np.sum(~np.isfinite(back.grad)))
    label = "grad_broken" if broken else "grad_finite" if back.grad.size else "grad_empty"
    said = text.label(GRADIENTS[GRADIENTS.index(label)], shape=shape, broken=broken,
                      size=back.grad.size)  # fmt: skip
    st.html(
        views.joined([views.code("loss.backward()"), views.tagged(said, GRADIENT_COLOURS[label])])
    )


@st.fragment
def shapes() -> None:
    asked = now()["ask"]
    answer = xt.ask(
        INPUT_SHAPES[asked["input"]],
        TARGET_SHAPES[asked["target"]],
        asked["input_dtype"],
        asked["target_dtype"],
        input_values=asked["input_values"],
        target_values=asked["target_values"],
        reduction=asked["reduction"],
    )
    words, picture = st.columns([1, 1], gap="large")
    with words:
        section(text, "shapes")
        shape_controls(asked)
    with picture:
        with st.container(horizontal=True):
            usual = STATE.default["ask"]
            for name, wrong in MISTAKES.items():
                st.button(
                    text.label(name),
                    key=f"xent inside {name}",
                    on_click=change,
                    kwargs={"ask": {**usual, **wrong}},
                )
        call = (
            f"F.cross_entropy(x {tuple_text(asked['input'])} {asked['input_dtype']}, "
            f"t {tuple_text(asked['target'])} {asked['target_dtype']})"
        )
        st.code(call, language=None, wrap_lines=True)
        if answer.works:
            numbers = np.ravel(np.asarray(answer.value))
            listed = (
                views.joined((views.number(x, 6) for x in numbers), ", ") if numbers.size else "[]"
            )
            kind = f"{answer.dtype} {answer.shape}"
            st.html(
                views.table(
                    text.label("torch_gives"),
                    (text.label("torch_gives"), kind),
                    [("loss", listed)],
                    wide=kind,
                )
            )
            say_backward(answer)
        else:
            st.html(views.said(f"{answer.error}: {answer.message}", "surprise"))
        advice = ADVICE[ADVICE.index(answer.advice)]
        by_mean = asked["reduction"] == "mean"
        section(text, advice if by_mean or advice not in ONLY_MEAN else "nothing_counts")
    in_pytorch(
        text,
        shapes_program(
            answer.input,
            asked["input_dtype"],
            answer.target,
            asked["target_dtype"],
            asked["reduction"],
        ),
    )


# ---- The KL divergence

CALLS = {
    "right": ("Q.log()", "P"),
    "swapped": ("P.log()", "Q"),
    "no_log": ("Q", "P"),
}
EASY = (0.5, 0.25, 0.25), (0.25, 0.25, 0.5)


def kl_live(pair: pairs.Pair) -> None:
    def model(values: Arrays) -> Arrays:
        p = pairs.settle(values, "p", pair.p)
        q = pairs.settle(values, "q", pair.q)
        return {
            "p": p,
            "q": q,
            "kl": kl_divergence(p, q),
            "back": kl_divergence(q, p),
            "entropy": entropy(p),
        }

    live(
        pair.held,
        text,
        controls=pairs.controls(pair),
        model=model,
        view=View(
            charts.figure(
                list(charts.pair_bars(pair.names)),
                height=230,
                **charts.pair_axes(pair.names, (0.0, 1.0)),
                annotations=[charts.panel_title(charts.PAIR_KEY, (0.0, 1.0))],
            ),
            binds=[Bind(0, "y", "p"), Bind(1, "y", "q")],
            readouts=[
                Readout("D(P‖Q)", "kl", NATS, "surprise"),
                Readout("D(Q‖P)", "back", NATS),
                Readout("H(P)", "entropy", NATS, "truth"),
            ],
            alt=text.label("kl_alt"),
            handles=pairs.handles(pair),
            rules=pairs.rules(pair),
        ),
        presets=[
            Preset(text.label("match"), pairs.state(pair.held["names"], pair.p, pair.p), whole=True)
        ],
    )


def kl_judged(call: xt.KlCall, table: xt.KlTable, classes: int) -> str:
    """What a call's value is, if it is anything."""

    def near(wanted: float) -> bool:
        return call.value == wanted or math.isclose(call.value, wanted, rel_tol=1e-9, abs_tol=1e-15)

    if call.order == "no_log" and near(
        table.without_log / (classes if call.reduction == "mean" else 1)
    ):
        return views.tagged(text.label("log_missing"), "surprise")
    meant = (
        (table.truth, "D(P‖Q)", "fine"),
        (table.truth / classes, f"D(P‖Q) / {classes}", "prediction"),
        (table.truth_swapped, "D(Q‖P)", "surprise"),
        (table.truth_swapped / classes, f"D(Q‖P) / {classes}", "surprise"),
    )
    for wanted, name, colour in meant:
        if near(wanted):
            return views.tagged(f"= {name}", colour)
    if math.isnan(call.value):
        return views.tagged(text.label("zero_times"), "surprise")
    return views.tagged(text.label("neither"), "surprise")


def kl_calls(pair: pairs.Pair) -> None:
    table = xt.kl_div_table(pair.p, pair.q)
    rows = []
    for call in table.calls:
        if call.reduction == "sum":  # for one sample it is batchmean
            continue
        first, second = CALLS[call.order]
        target = f"{second}.log(), log_target=True" if call.log_target else second
        source = f'F.kl_div({first}, {target}, reduction="{call.reduction}")'
        rows.append(
            (views.code(source), views.number(call.value, 6), kl_judged(call, table, len(pair.p)))
        )
    head = (text.label("call"), text.label("value"), text.label("which_is"))
    st.html(views.table(text.label("kl_table"), head, rows))


def kl_slopes(pair: pairs.Pair) -> None:
    """Show the gradients of both losses, if the pair has logits."""
    if min(pair.p + pair.q) <= 0:
        section(text, "no_logits")
        return
    found = xt.kl_gradients(np.log(pair.p), np.log(pair.q))
    lines = (
        ("H(P,Q)", found.cross_entropy_grad_q, found.cross_entropy_grad_p),
        ("D(P‖Q)", found.kl_grad_q, found.kl_grad_p),
    )
    head = (text.label("loss"), text.label("grad_q"), text.label("grad_p"))
    rows = [
        (name, *(views.joined((views.number(g, 3) for g in grad), ", ") for grad in both))
        for name, *both in lines
    ]
    st.html(views.table(text.label("grad_table"), head, rows))
    section(text, "slopes")


@st.fragment
def kl() -> None:
    pair = pairs.hold_pair(text)
    words, picture = st.columns([1, 2], gap="large")
    with picture:
        kl_live(pair)
    with words:
        section(text, "kl")
        easy = xt.kl_div_table(*EASY)
        calls = {call.reduction: call.value for call in easy.calls[:3]}
        ask(
            text,
            "kl_mean",
            [show(calls["batchmean"]), show(calls["mean"]), "0"],
            right=1,
            then=lambda: links.put(pairs.KEY, pairs.PAIR, p=EASY[0], q=EASY[1], names="abc"),
            p=", ".join(map(show_weight, EASY[0])),
            q=", ".join(map(show_weight, EASY[1])),
            truth=show(easy.truth),
            mean=show(calls["mean"]),
            count=len(EASY[0]),
        )
    section(text, "kl_calls")
    kl_calls(pair)
    kl_slopes(pair)
    in_pytorch(text, kl_div_program(pair.p, pair.q))


st.html(views.STYLE)
on_your_logits()
st.divider()
timing()
st.divider()
shapes()
st.divider()
kl()
take_home(text)
