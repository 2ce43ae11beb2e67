"""Inside PyTorch: what CrossEntropyLoss is made of, asked of torch itself."""

import math

import numpy as np
import streamlit as st

from pages.inside_pytorch import charts, controls, guessing, html, routes, tables, timing
from pages.inside_pytorch.inputs import (
    as_one_hot,
    class_of,
    ignored_in,
    ignored_rows,
    options_target,
    plain_targets,
    weights_of,
)
from pages.inside_pytorch.labels import CASES, DIGITS, FRONTS, LOSSES
from pages.inside_pytorch.programs import (
    kl_div_program,
    options_program,
    shapes_program,
    ways_program,
    wiring_program,
)
from pages.inside_pytorch.state import INPUT_SHAPES, KEY, STATE, TARGET_SHAPES
from ui.figure import Choice, Preset, Readout, Slider
from ui.figure.sweeps import Arrays
from ui.lesson import pairs
from ui.lesson.questions import answered
from ui.lesson.sections import Lesson, Section
from ui.state import folds, links, typed
from ui.words.digits import show
from xent_core import entropy, kl_divergence
from xent_core import pytorch as xt

st.html(html.STYLE)
lesson = Lesson("inside_pytorch")


# ---- Two routes

_HALF = [*range(11), *range(12, 32, 2), *range(35, 90, 5), 88, 89, *range(90, 155, 5), 1000]
POSITIONS = np.unique([sign * float(z) for z in _HALF for sign in (-1, 1)])
# one row changes: the others, and the field that chooses among them, stay
THOUSAND = ((1000.0, 0.0, 0.0), *STATE.default["x"][1:])


def two_routes(s: Section) -> None:
    row, dtype, nats = s["x"][int(s["row"])], s["dtype"], s.label("nats")
    count = len(row)

    def model(values: Arrays) -> Arrays:
        rows = len(values["k"])
        columns = [values.get(f"z{j}", np.full(rows, z)) for j, z in enumerate(row)]
        return routes.routes(np.stack(columns, axis=-1), values["k"].astype(int), dtype)

    s.figure(
        charts.exponents_and_probabilities(count, dtype, ("eᶻ", "eᶻ⁻ᵐ"), s.label("probabilities")),
        model,
        [
            *(
                Slider(f"z{j}", s.label("logit", j=j), POSITIONS)
                for j, z in enumerate(row)
                if math.isfinite(z)
            ),
            Choice("k", "k", tuple(map(str, range(count)))),
        ],
        readouts=[
            Readout("theoretical", "t_loss|6", nats, "surprise"),
            Readout("actual", "a_loss|6", nats, "fine"),
            Readout("F.cross_entropy", "torch_loss|6", nats),
        ],
        formula=routes.steps_tables(
            count, s.labels("class", "theoretical", "actual"), s.label("loss")
        ),
        presets=[Preset("1000", {"z0": 1000.0}), Preset("−1000", {"z0": -1000.0})],
        names=routes.SIGN_NAMES,
        alt="routes_alt",
    )
    s.say("hook")
    s.ask(
        "thousand",
        ["0", "∞", "nan"],
        right=2,
        then={"x": THOUSAND, "t": STATE.default["t"], "row": 0.0},
        big=f"{THOUSAND[0][0]:g}",
    )
    with s.words:
        controls.set_logits(s)
    s.say("routes")


# ---- Shapes and types

TRIES = {
    "try_soft": {"target": "4x5", "target_dtype": "float32"},
    "try_float": {"target_dtype": "float32"},
    "try_column": {"target": "4x1"},
    "try_int_one_hot": {"target": "4x5"},
    "try_range": {"target_values": "class_too_large"},
    "try_last": {"input": "4x3x5", "target": "4x3"},
    "try_ignored": {"target_values": "all_ignored"},
    "try_inf": {"input_values": "minus_inf_row"},
}
# They tell why the mean is nan; a sum of nothing is 0.
ONLY_MEAN = ("all_ignored", "nothing_to_average")


def buttons_to_try(s: Section) -> None:
    usual = STATE.default["ask"]
    with st.container(horizontal=True):
        for name, asked in TRIES.items():
            st.button(
                s.label(name),
                key=f"xent inside {name}",
                type="primary" if s["ask"] == {**usual, **asked} else "secondary",
                on_click=s.put,
                kwargs={"ask": {**usual, **asked}},
            )


def show_answer(s: Section, answer: xt.Answer) -> None:
    """Show torch's loss and gradient, or what it said instead."""
    if not answer.works:
        st.html(html.said(f"{answer.error}: {answer.message}", "surprise"))
        return
    st.html(tables.answer(s, answer))
    back = answer.backward
    assert back is not None
    if back.grad is not None:
        st.html(tables.gradient(s, back.grad))
        return
    st.html(html.said(f"loss.backward()\n{back.error}: {back.message}", "surprise"))
    if answer.shape and answer.advice != "forward_only":
        lesson.say("not_scalar")


def shapes_and_types(s: Section) -> None:
    asked = s["ask"]
    answer = xt.ask(
        INPUT_SHAPES[asked["input"]],
        TARGET_SHAPES[asked["target"]],
        **{name: asked[name] for name in asked if name not in ("input", "target")},
    )
    s.words, s.stage = s.stage.columns(2, gap="large")
    s.say("shapes")
    with s.words:
        controls.set_question(s)
    with s.stage:
        buttons_to_try(s)
        call = (
            f"F.cross_entropy(x {controls.tuple_text(asked['input'])} {asked['input_dtype']}, "
            f"t {controls.tuple_text(asked['target'])} {asked['target_dtype']})"
        )
        st.code(call, language=None, wrap_lines=True)
        show_answer(s, answer)
        nothing = answer.advice in ONLY_MEAN and asked["reduction"] != "mean"
        lesson.say("nothing_counts" if nothing else f"advice_{answer.advice}")
    s.program(
        shapes_program(
            answer.input,
            asked["input_dtype"],
            answer.target,
            asked["target_dtype"],
            asked["reduction"],
        )
    )


# ---- The wiring board


def wiring(s: Section) -> None:
    """Nine pairs, of which each shows its loss only after the reader has judged it."""
    targets = plain_targets(s.held.state)
    board = xt.wiring_board(s["x"], targets, s["dtype"])
    guesses, (front, loss) = guessing.guesses(), guessing.plugged()
    s.say("wiring")
    with s.stage, st.container(key="unlinked-wiring"):
        guessing.choose_pair(s)
        st.html(tables.board(s, board.wires, guesses))
        lesson.say("wire", pair=f"`{LOSSES[loss].replace('·', FRONTS[front])}`")
        guessing.buttons(s)
        if (front, loss) in guesses:
            wire = next(w for w in board.wires if (w.front, w.loss) == (front, loss))
            hit = guesses[front, loss] == (wire.verdict != "wrong")
            reason = s.text(f"wire_{wire.reason}")
            st.markdown(f"**{s.label('right' if hit else 'not_quite')}** {reason}")
            if wire.reason == "softmax_twice":
                lesson.say("floor", floor=show(board.floor), count=len(s["x"][0]))
    s.program(wiring_program(s["x"], targets, s["dtype"]))


# ---- Four ways

FAR = ((123.0, 456.0, 789.0),)


def four_ways(s: Section) -> None:
    s.say("ways")
    far = xt.four_ways(FAR, [0])
    s.ask(
        "far",
        [show(far[0].loss), "∞", "nan"],
        right=1,
        then={"x": FAR, "t": (0,), "row": 0.0, "dtype": "float32"},
        logits=typed.write_matrix(FAR, cell=", "),
        wrong=show(far[-1].loss),
        loss=show(far[0].loss),
    )
    targets = plain_targets(s.held.state)
    found = xt.four_ways(s["x"], targets, s["dtype"])
    s.stage.html(tables.ways(s, found, int(s["row"]), DIGITS[s["dtype"]]))
    same = sum(way.loss_ulps == way.worst_grad_ulps == 0 for way in found)
    s.say("ways_result", same=same, count=len(found))
    s.program(ways_program(s["x"], targets, s["dtype"]))


# ---- Which operators ran


def operators(s: Section) -> None:
    """The trace of CrossEntropyLoss, judged, beside that of another way."""
    s.say("operators")
    s.ask(
        "made_of",
        ["one_kernel", "the_two", "the_three"],
        right=1,
        then={"way": "log_softmax_nll"},
    )
    if not answered("made_of"):
        return
    batch = s["x"], plain_targets(s.held.state), s["dtype"]
    whole = xt.trace_loss("cross_entropy_module", *batch)
    others = [case for case in xt.TRACE_CASES if case != "cross_entropy_module"]
    if ignored_rows(s.held.state):  # which have no one-hot rows
        others = [case for case in others if not case.endswith("probabilities")]
    way = s["way"] if s["way"] in others else "log_softmax_nll"
    other = xt.trace_loss(way, *batch)
    with s.stage:
        here, there = st.columns(2)
        with here:
            st.markdown(f"`{CASES['cross_entropy_module']}`")
            st.html(html.tree(whole))
        with there:
            controls.choose(
                "way", s.label("beside"), others, way,
                lambda one: s.put(way=one), CASES.__getitem__, many=True,
            )  # fmt: skip
            st.html(html.tree(other))
        found = xt.cross_entropy_composition(whole)
        only_two = found.log_softmax and found.nll_loss and not found.others
        lesson.say("refuted" if only_two else "not_refuted")
        same, count = xt.kernels(whole) == xt.kernels(other), len(xt.kernels(other))
        lesson.say("same_kernels" if same else "other_kernels", count=count)


# ---- Options


def options(s: Section) -> None:
    """Each option changes the sum in a place of its own."""
    state, chosen = s.held.state, s["opt"]
    weights, target = weights_of(state), options_target(state)
    given = {
        "ignore_index": typed.IGNORED if as_one_hot(state) else ignored_in(state),
        "reduction": chosen["reduction"],
        "label_smoothing": chosen["smoothing"],
    }
    result = xt.cross_entropy_options(
        s["x"], target, weight=weights or None, dtype=s["dtype"], **given
    )
    s.say("options")
    with s.words:
        controls.set_options(s)
    with s.stage:
        st.html(tables.samples(s, result, s["t"]))
        if chosen["reduction"] != "none":
            st.html(tables.reduced(result, chosen["reduction"]))
        st.html(tables.beside_torch(s, result))
        lesson.say("option_rule")
        if math.isnan(float(np.max(result.torch_value))) and result.denominator == 0:
            lesson.say("nothing_left")
    s.program(options_program(s["x"], target, s["dtype"], weights, given))


# ---- Masked with -inf

EPSILON = 0.1


def masks(s: Section) -> None:
    row = int(s["row"])
    k = class_of(s.held.state, row)
    s.say("mask", row=row, k=k, epsilon=EPSILON)
    with s.words:
        controls.say_stand_in(s)
        controls.set_mask(s)
    cases = xt.mask_cases(s["x"][row], k, s["mask"], smoothing=EPSILON, dtype=s["dtype"])
    s.stage.html(tables.masks(s, cases, k))
    with s.stage:
        lesson.say("mask_result")


# ---- All of this on the reader's logits


@lesson.section(KEY, STATE)
def on_your_logits(s: Section) -> None:
    alone = lesson.section(KEY, STATE)  # what its own controls run again without the others
    two_routes(s)
    lesson.section(KEY, STATE, layout="plain")(shapes_and_types)
    alone(wiring)
    lesson.fold("ways", lambda: four_ways(s.part("plain")), answered("far"))
    traced = folds.told_of(KEY, STATE, ("way", "made_of"))
    lesson.fold("operators", lambda: operators(s.part()), traced)
    lesson.section(KEY, STATE, further="options", of=("opt",))(options)
    lesson.section(KEY, STATE, further="mask", of=("mask",))(masks)


# ---- How long each takes


@lesson.section("timing", links.Params(), further="timing")
def how_long(s: Section) -> None:
    s.say("timing", seconds=f"{timing.SECONDS:g}")
    with s.words:
        backward = st.toggle(s.label("backward"), key="xent inside backward")
        pressed = st.button(s.label("measure"), type="primary", icon=":material/timer:")
    with s.stage:
        if pressed and not timing.measure(s, backward):
            st.warning(s.label("busy"))
    timings, with_backward = st.session_state.get(timing.TIMINGS, ((), False))
    if timings:
        st.caption(s.label("with_backward" if with_backward else "forward_only"))
        timing.show_timings(s, timings)


# ---- The KL divergence

EASY = (0.5, 0.25, 0.25), (0.25, 0.25, 0.5)


def both_divergences(values: Arrays) -> Arrays:
    """Both divergences of P and Q (R, K), and the entropy of P, in nats."""
    p, q = values["p"], values["q"]
    return {"p": p, "q": q, "kl": kl_divergence(p, q), "back": kl_divergence(q, p),
            "entropy": entropy(p)}  # fmt: skip


@lesson.section(pairs.KEY, pairs.PAIR, further="kl", of=("kl_mean",))
def kl_div_loss(s: Section) -> None:
    p, q, nats = s["p"], s["q"], s.label("nats")
    s.figure(
        charts.pair(pairs.class_names(s)),
        both_divergences,
        pairs.fields(s),
        readouts=[
            Readout("D(P‖Q)", "kl", nats, "surprise"),
            Readout("D(Q‖P)", "back", nats),
            Readout("H(P)", "entropy", nats, "truth"),
        ],
        presets=[Preset("match", pairs.state(s["names"], p, p), whole=True)],
        alt="kl_alt",
    )
    s.say("kl")
    easy = xt.kl_div_table(*EASY)
    calls = {call.reduction: call.value for call in easy.calls[:3]}
    s.ask(
        "kl_mean",
        [show(calls["batchmean"]), show(calls["mean"]), "0"],
        right=1,
        then={"p": EASY[0], "q": EASY[1], "names": "abc"},
        p=", ".join(map(typed.write_number, EASY[0])),
        q=", ".join(map(typed.write_number, EASY[1])),
        truth=show(easy.truth),
        mean=show(calls["mean"]),
        count=len(EASY[0]),
    )
    lesson.say("kl_calls")
    st.html(tables.kl_calls(s, xt.kl_div_table(p, q), len(p)))
    if min(p + q) > 0:
        st.html(tables.slopes(s, xt.kl_gradients(np.log(p), np.log(q))))
        lesson.say("slopes")
    else:
        lesson.say("no_logits")
    s.program(kl_div_program(p, q))


lesson.end()
