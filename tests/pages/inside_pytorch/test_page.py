"""The page about PyTorch: for every state its numbers are torch's, and nothing hostile gets in."""

import contextlib
import html
import io
import re
import threading
import time
import tracemalloc
from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from pages.inside_pytorch import inputs as torch_inputs
from pages.inside_pytorch.labels import DIGITS
from pages.inside_pytorch.timing import MEASURING, TIMED, timing_table
from tests.pages.test_pages import answer, figures, open_page, prose
from ui.state import links, typed
from ui.words import LANGUAGES, words
from ui.words.digits import show
from xent_core import pytorch as xt

LABEL = words("inside_pytorch", "en").label


@cache
def opened():
    """One page for all states: a link is put into its address, and it runs again."""
    return open_page("inside_pytorch", lang="en")


def at(**query: str):
    """Return the page at a link."""
    app = opened()
    for key in list(app.query_params):
        del app.query_params[key]
    app.query_params.update({"lang": "en", "open": "all", **query})
    app.run()
    assert not app.exception
    return app


def plain(cell: str) -> str:
    text = html.unescape(re.sub(r"<[^>]+>", " ", cell))
    return re.sub(r"\s+", " ", text).replace(" ,", ",").strip()


def tables(app) -> dict[str, list[list[str]]]:
    """Return the page's tables by name: rows of cells, without their headings."""
    out = {}
    for block in app.get("html"):
        for label, body in re.findall(r'aria-label="([^"]+)"><table.*?<tbody>(.*?)</tbody>',
                                      block.proto.body, re.DOTALL):  # fmt: skip
            rows = re.findall(r"<tr>(.*?)</tr>", body.replace("<wbr>", ""), re.DOTALL)
            cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
            out[html.unescape(label)] = [[plain(cell) for cell in row] for row in cells]
    return out


def link(x: torch.Tensor | np.ndarray) -> str:
    return typed.write_matrix(tuple(tuple(map(float, row)) for row in np.asarray(x)))


def random_states(count: int):
    """Yield random states of all controls; extreme logits, inf and nan among them."""
    rng = np.random.default_rng(11)
    for _ in range(count):
        rows, classes = int(rng.integers(1, 9)), int(rng.integers(1, 11))
        x = rng.normal(size=(rows, classes)) * rng.choice([1, 10, 100, 1000], size=(rows, 1))
        x = np.round(x, int(rng.integers(0, 6)))
        if rng.random() < 0.3:
            where = rng.random(x.shape) < 0.15
            x[where] = rng.choice([np.inf, -np.inf, np.nan], size=int(where.sum()))
        weights = np.round(rng.random(classes) * 5 - 1, 2)
        ignored = str(rng.choice(["-", "-1", "255", *map(str, range(classes))]))
        t = rng.integers(0, classes, rows)
        kind = str(rng.choice(["index", "one_hot"]))
        if kind == "index":
            t[rng.random(rows) < 0.2] = -100 if ignored == "-" else int(ignored)
        yield {
            "x": x,
            "t": t,
            "row": int(rng.integers(0, rows)),
            "dtype": str(rng.choice(["float32", "float64"])),
            "reduction": str(rng.choice(["none", "mean", "sum"])),
            "smoothing": float(np.round(rng.choice([0, rng.random()]), 2)),
            "weight": rng.choice([0, 1]) * weights if rng.random() < 0.9 else weights * 0,
            "weighted": bool(rng.random() < 0.5),
            "ignored": ignored,
            "kind": kind,
            "mask": sorted({int(k) for k in rng.integers(0, classes, int(rng.integers(0, 3)))}),
        }


def query_of(state: dict) -> dict[str, str]:
    weight = ",".join(map(typed.write_number, state["weight"])) if state["weighted"] else ""
    parts = (state["reduction"], typed.write_number(state["smoothing"]), weight,
             state["ignored"], state["kind"])  # fmt: skip
    return {
        "x": link(state["x"]),
        "t": ",".join(map(str, state["t"])),
        "row": str(state["row"]),
        "dtype": state["dtype"],
        "opt": "~".join(parts),
        "mask": ",".join(map(str, state["mask"])),
    }


def torch_loss(state: dict) -> torch.Tensor:
    """What torch gives for a state, asked here without xent_core."""
    dtype = getattr(torch, state["dtype"])
    x = torch.tensor(state["x"]).to(dtype)
    t = torch.tensor(state["t"])
    ignored = -100 if state["ignored"] == "-" else int(state["ignored"])
    if state["kind"] == "one_hot":
        t, ignored = F.one_hot(t, x.shape[1]).to(dtype), -100
    weight = torch.tensor(state["weight"]).to(dtype) if state["weighted"] else None
    return F.cross_entropy(
        x,
        t,
        weight=weight,
        ignore_index=ignored,
        reduction=state["reduction"],
        label_smoothing=state["smoothing"],
    )


@pytest.mark.parametrize("block", range(4))
def test_for_random_states_of_all_controls_the_numbers_are_torchs(block):
    for state in list(random_states(48))[block::4]:
        app = at(**query_of(state))
        assert not app.warning, app.warning
        dtype, row, digits = state["dtype"], state["row"], DIGITS[state["dtype"]]
        x = torch.tensor(state["x"]).to(getattr(torch, dtype))
        t = torch.tensor(state["t"])
        counts = (t >= 0) & (t < x.shape[1])
        t = torch.where(counts, t, -100)  # torch's own, where ignore_index is not set
        shown = t[row] if counts[row] else torch.tensor(0)  # stands in for no class
        found = tables(app)

        now = figures(app)[0]["now"]
        alone = F.cross_entropy(x[row], shown)
        np.testing.assert_array_equal(now["torch_loss"], alone.numpy())
        np.testing.assert_array_equal(
            now["t_loss"], -(x[row].exp() / x[row].exp().sum())[shown].log()
        )

        ways = found[LABEL("ways_table")]
        leaf = x.clone().requires_grad_()
        loss = F.cross_entropy(leaf, t)
        loss.backward()
        assert ways[0][3] == ways[1][3] == show(loss.item() + 0.0, digits)
        grad = ", ".join(show(g + 0.0) for g in leaf.grad[row].tolist())
        assert ways[0][4] == grad
        unsafe = F.nll_loss(torch.softmax(x, 1).log(), t)
        assert ways[3][3] == show(unsafe.item() + 0.0, digits)

        wanted = torch_loss(state)
        listed = ", ".join(show(v + 0.0, 9) for v in np.atleast_1d(wanted.numpy()).tolist())
        beside = found[LABEL("beside_torch")]
        assert beside[0][1] == listed
        assert beside[1][2].startswith("✓")

        masked = x[row].clone()
        masked[state["mask"]] = -torch.inf
        cases = found[LABEL("mask_table")]
        assert cases[0][1] == show(F.cross_entropy(masked, shown).item() + 0.0, 6)
        one_hot = F.one_hot(shown, x.shape[1]).to(x.dtype)
        assert cases[1][1] == show(F.cross_entropy(masked, one_hot).item() + 0.0, 6)


def test_every_picture_of_a_drag_is_torchs():
    app = at(x="1,2,3,inf_0,0,0,0", t="1,2", row="1")
    (inside, _) = figures(app)
    data = next(c for c in app.get("bidi_component") if c.proto.component_name == "xent_live")
    assert len(data.proto.bytes) < 700_000
    names = [control["name"] for control in inside["controls"]]
    assert names == ["z0", "z1", "z2", "z3", "k"]
    assert [c["name"] for c in figures(at(x="1,inf,nan", t="0"))[0]["controls"]] == ["z0", "k"]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_thousand_makes_the_theoretical_route_nan_and_the_actual_one_0(dtype):
    now = figures(at(x="1000,0,0", t="0", dtype=dtype))[0]["now"]
    assert np.isnan(now["t_loss"])
    assert now["a_loss"] == now["torch_loss"] == 0
    assert now["t_sign"].tolist() == [2, 0, 0]  # ∞
    assert show(now["a_loss"]) == "0"  # not −0


def test_the_readers_logits_come_back_after_the_examples():
    app = open_page("inside_pytorch", lang="en")
    app.text_area[0].set_value("3, 4; 5, 6").run()
    back = lambda: [b for b in app.button if b.label == LABEL("own_again")]  # noqa: E731
    for name in ("thousand", "far"):
        answer(app, 1, name)
        assert len(figures(app)[0]["now"]["x"]) == 3
    back()[-1].click().run()  # to what stood there before the last answer
    assert figures(app)[0]["base"]["x"] == "1000,0,0_0.5,2.5,0_-1,0.3,3"  # one row has changed
    back()[0].click().run()
    assert figures(app)[0]["base"]["x"] == "3,4_5,6"
    assert back() == []


# ---- what is typed


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("said", ["a,b", "1, 2; 3", "1e999", "1;" * 9, " "])
def test_rubbish_in_the_field_gets_a_sentence_and_nothing_is_lost(said, language):
    app = open_page("inside_pytorch", lang=language)
    before = figures(app)[0]["base"]
    app.text_area[0].set_value(said).run()
    assert not app.exception
    kept = {"en": "nothing was changed", "zh": "什么也没有改动"}[language]
    assert kept in app.warning[0].value.lower()
    assert "{{" not in app.warning[0].value
    assert app.text_area[0].value == said  # what was typed stays to be mended
    assert figures(app)[0]["base"] == before
    app.text_area[0].set_value("3,4,5").run()
    assert not app.warning
    assert figures(app)[0]["base"]["x"] == "3,4,5"


def test_targets_follow_a_matrix_of_another_shape_and_are_refused_outside_of_it():
    app = open_page("inside_pytorch", lang="en")
    app.text_area[0].set_value("1, 2; 3, 4").run()
    assert app.text_input[0].value == "0, 1"
    for rubbish in ("0", "0,2", "-1,0", "0.5,1", "x"):
        app.text_input[0].set_value(rubbish).run()
        assert "Nothing was changed" in app.warning[0].value
        assert figures(app)[0]["base"]["t"] == "0,1"
    app.text_input[0].set_value("１ ０").run()
    assert figures(app)[0]["base"]["t"] == "1,0"


def test_weights_of_some_classes_only_are_refused():
    app = open_page("inside_pytorch", lang="en")
    for said in ("1,2", "1,2,3,4"):
        app.text_input[1].set_value(said).run()
        found = len(said.split(","))
        assert app.warning[0].value == LABEL("typed_weight_count", classes=3, found=found)
    app.text_input[1].set_value("1,2,3").run()
    assert not app.warning


def typed_into(app, field: str, said: str):
    """Type into the logits, the targets or the weights."""
    number = {"targets": 0, "weight": 1}.get(field)
    (app.text_area[0] if number is None else app.text_input[number]).set_value(said).run()
    assert not app.exception


@pytest.mark.parametrize("language", LANGUAGES)
def test_commas_that_may_be_decimal_are_asked_about_and_either_reading_is_taken(language):
    said = words("inside_pytorch", language)
    app = open_page("inside_pytorch", lang=language)
    for reading, rows in (("1, 5; 2, 5", [[1, 5], [2, 5]]), ("1.5, 2.5", [[1.5, 2.5]])):
        before = figures(app)[0]["base"]
        typed_into(app, "x", "1,5; 2,5")
        assert app.warning[0].value == said.label("typed_which_commas")
        assert figures(app)[0]["base"] == before  # nothing in silence
        press(app, links.quoted(reading))
        assert not app.warning
        assert figures(app)[0]["base"]["x"] == typed.write_matrix(rows)
    typed_into(app, "x", "0,5")
    assert figures(app)[0]["base"]["x"] == "0,5"
    words_of_it = said.label("typed_commas", read="`0, 5`", point="`0.5`")
    assert words_of_it in [info.value for info in app.info]
    typed_into(app, "x", "1, 2")
    assert words_of_it not in [info.value for info in app.info]


@pytest.mark.parametrize(("index", "word"), [(-100, "-"), (-1, "-1"), (255, "255")])
def test_an_ignored_row_is_told_and_left_out_as_torch_leaves_it_out(index, word):
    app = open_page("inside_pytorch", lang="en")
    x = torch.tensor([[2, 1, 0.1], [0.5, 2.5, 0], [-1, 0.3, 3]])
    if index != -100:
        typed_into(app, "targets", f"{index}, 1, 2")  # not before it is the one that is ignored
        assert LABEL("typed_not_ignored", what=f"`{index}`", last=2) == app.warning[0].value
        pills = next(group for group in app.get("button_group") if group.key.endswith("ignored"))
        pills.set_value(word).run()
    typed_into(app, "targets", f"tensor([{index}, 1, 2])")
    assert not app.warning
    captions = [one.value for one in app.caption]
    assert LABEL("rows_ignored", which="0", index=index) in captions
    assert captions.count(LABEL("stand_in", row=0, k=0)) == 2
    rows = tables(app)
    assert rows[LABEL("options_table")][0][1:3] == [str(index), LABEL("ignored")]
    wanted = F.cross_entropy(x, torch.tensor([index, 1, 2]), ignore_index=index)
    assert rows[LABEL("beside_torch")][0][1] == show(wanted.item(), 9)
    assert rows[LABEL("ways_table")][0][3] == show(wanted.item(), 9)


def test_a_row_that_is_ignored_stays_so_while_it_is_dragged_until_a_class_is_chosen():
    params = page_params()
    state, problems = params.read({"x": "1,2_3,4", "t": "-100,1"})
    assert not problems
    values = {name: str(value) for name, value in params.controls(state).items()}
    assert params.from_controls({**values, "z0": "7.5"}, state)["t"] == (-100, 1)
    assert params.from_controls({**values, "k": "1"}, state)["t"] == (1, 1)


def test_a_number_that_is_no_class_has_no_one_hot_vector_and_that_is_said():
    app = at(t="-100,1,2", opt="mean~0~~-~one_hot")
    with pytest.raises(RuntimeError) as caught:
        F.one_hot(torch.tensor([-100]), 3)
    shown = " ".join(html.unescape(block.proto.body) for block in app.get("html"))
    assert f"RuntimeError: {caught.value}" in shown
    assert LABEL("no_one_hot", index=-100) in [one.value for one in app.caption]


def test_ignored_rows_stay_ignored_when_another_number_is():
    params = page_params()
    state = {**params.read({"x": "1,2_3,4", "t": "-100,1"})[0]}
    for word, index in (("-1", -1), ("255", 255), ("-", -100), ("0", 0)):
        changed = params.settled({**state, "opt": {**state["opt"], "ignored": word}})
        assert changed["t"] == (index, 1)


HOSTILE = [
    {"t": "-1,1,2"},
    {"t": "255,1,2", "opt": "mean~0~~-1~index"},
    {"t": "-100,1,2", "opt": "mean~0~~1~index"},
    {"opt": "mean~0~~-2~index"},
    {"x": "1," * 5000},
    {"x": "1_" * 5000},
    {"x": "1e999,1"},
    {"x": "1,2_3"},
    {"x": "<script>alert(1)</script>"},
    {"x": ""},
    {"x": "1,2,3", "t": "7"},
    {"t": "0,1,2,3,4"},
    {"t": "-1,0,0"},
    {"row": "9"},
    {"row": "-1"},
    {"dtype": "float128"},
    {"dtype": "int8"},
    {"way": "__import__('os')"},
    {"opt": "mean"},
    {"opt": "mean~2~~-~index"},
    {"opt": "mean~0~1e999~-~index"},
    {"opt": "mean~0~" + "1," * 5000 + "~-~index"},
    {"opt": "mean~0~~-~index" + "~" * 5000},
    {"opt": "mean~nan~~-~index"},
    {"mask": "9"},
    {"mask": "0," * 5000},
    {"ask": "99999x99999~4~float32~int64~ordinary~classes~mean"},
    {"ask": "4x5~-4~float32~int64~ordinary~classes~mean"},
    {"ask": "4x5~4~object~int64~ordinary~classes~mean"},
    {"ask": "4x5~4~float32~int64~ordinary~classes~prod"},
]


@pytest.mark.parametrize("query", HOSTILE, ids=lambda query: str(query)[:28])
def test_a_hostile_link_is_said_and_the_usual_value_stands(query):
    app = at(**query)
    assert app.warning[0].value.startswith("The link says `")
    assert len(app.warning[0].value) < 300
    inside = figures(app)[0]
    assert len(inside["now"]["x"]) <= 10
    assert "<script" not in "".join(block.value for block in app.markdown)


def test_a_commit_moves_its_row_only_and_what_no_control_could_send_is_refused():
    state = at_default()
    params = page_params()
    values = {name: str(value) for name, value in params.controls(state).items()}
    moved = params.from_controls({**values, "row": "1", "z0": "7.5", "k": "2"}, state)
    assert moved["x"] == (state["x"][0], (7.5, *moved["x"][1][1:]), state["x"][2])
    assert moved["t"] == (0, 2, 2)
    assert moved["opt"] == state["opt"]
    for bad in ({"z0": "1e999"}, {"z0": "x"}, {"k": "5"}, {"k": "-1"}, {"x": "1," * 9999},
                {"dtype": "float8"}, {"row": "3"}):  # fmt: skip
        with pytest.raises((ValueError, KeyError)):
            params.from_controls({**values, **bad}, state)


@pytest.mark.parametrize(
    "text", ["1," * 10**5, "9" * 10**5, "1_" * 10**5, "[" * 10**5, "　" * 10**5]
)
def test_a_huge_link_is_refused_without_taking_memory(text):
    params = page_params()
    tracemalloc.start()
    try:
        problems = params.read({"x": text, "t": text, "row": text, "dtype": text, "opt": text})[1]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [problem.name for problem in problems] == ["x", "t", "row", "dtype", "opt"]
    assert peak < 3_000_000


def test_nan_in_the_logits_is_one_state_and_no_new_one_each_time():
    params = page_params()
    one, two = (params.read({"x": "nan,1", "t": "0"})[0] for _ in range(2))
    assert one == two


def page_params() -> torch_inputs.PageParams:
    """The parameters that the page's figure is held by; the page itself is a script."""
    return torch_inputs.PageParams(
        ("x", "t", "row", "dtype"),
        torch_inputs.Logits("x", ((2.0, 1.0, 0.1), (0.5, 2.5, 0.0), (-1.0, 0.3, 3.0))),
        torch_inputs.Targets("t", (0, 1, 2), of="x"),
        links.Index("row", 0, of="x"),
        links.Word("dtype", "float32", ("float32", "float64")),
        torch_inputs.Together("opt", (links.Number("smoothing", 0.0, 0.0, 1.0),)),
    )


def at_default() -> dict:
    return page_params().default


# ---- the wiring board, the operators


def test_nothing_is_on_the_board_before_it_was_predicted():
    app = open_page("inside_pytorch", lang="en")
    cells = [cell for row in tables(app)[LABEL("board")] for cell in row[1:]]
    assert cells == ["?"] * 9
    press(app, LABEL("say_wrong"))  # a softmax before CrossEntropyLoss: wrong it is
    assert any(block.value.startswith("**Right.** A softmax too many") for block in app.markdown)
    cells = [cell for row in tables(app)[LABEL("board")] for cell in row[1:]]
    assert cells.count("?") == 8
    assert any(show(xt.double_softmax_floor(3)) in block.value for block in app.markdown)
    press(app, LABEL("show_all"))
    x = torch.tensor([[2, 1, 0.1], [0.5, 2.5, 0], [-1, 0.3, 3]])
    t = torch.tensor([0, 1, 2])
    fronts = x, torch.softmax(x, 1), torch.log_softmax(x, 1)
    for row, front in zip(tables(app)[LABEL("board")], fronts, strict=True):
        losses = F.cross_entropy(front, t), F.nll_loss(front, t), F.nll_loss(front.log(), t)
        assert [cell.split()[0] for cell in row[1:]] == [show(loss.item(), 6) for loss in losses]
    press(app, LABEL("start_again"))
    assert [c for row in tables(app)[LABEL("board")] for c in row[1:]] == ["?"] * 9


def press(app, label: str) -> None:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception


def operators(trace) -> list[str]:
    """The names of a trace's operators, each before those that it calls."""
    return [name for one in trace for name in (one.name, *operators(one.children))]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_notes_claim_is_judged_by_the_trace_and_only_after_the_question(language):
    text = words("inside_pytorch", language)
    app = open_page("inside_pytorch", lang=language)
    assert not any("xt-tree" in block.proto.body.split("</style>")[-1] for block in app.get("html"))
    answer(app, 1, "made_of")
    trees = [b.proto.body for b in app.get("html") if '<ul class="xt-tree">' in b.proto.body]
    for body, case in zip(trees, ("cross_entropy_module", "log_softmax_nll"), strict=True):
        ran = xt.trace_loss(case, [[1.0, 2.0]], [0])
        names = re.findall(r"<code>(.*?)</code>", body)
        assert names == [name.removeprefix("aten::") for name in operators(ran)]
        coloured = re.findall(r'class="xt-leaf"><code>(.*?)</code>', body)
        assert coloured == [name.removeprefix("aten::") for name in xt.kernels(ran)]
    assert text("refuted") in [block.value for block in app.markdown]  # fails if PyTorch changes


# ---- shapes


def test_for_every_shape_and_type_the_answer_is_torchs_and_has_a_sentence():
    """Every question that the controls can ask has advice; a sample of them is seen on the page."""
    rng = np.random.default_rng(2)
    seen = set()
    shapes = [
        (x, t, xd, td)
        for x in xt.INPUT_SHAPES
        for t in xt.TARGET_SHAPES
        for xd in ("float32", "int64")
        for td in ("int64", "int32", "float32")
    ]
    for x, t, xd, td in shapes:
        for values in xt.TARGET_VALUES:
            seen.add(xt.ask(x, t, xd, td, target_values=values).advice)
    seen.add(xt.ask((4, 5), (4,), input_values="minus_inf_row").advice)
    for language in LANGUAGES:
        assert {f"advice_{one}" for one in seen} <= set(words("inside_pytorch", language).parts)
    word = lambda shape: "x".join(map(str, shape)) or "scalar"  # noqa: E731
    for i in rng.choice(len(shapes), 16, replace=False):
        x, t, xd, td = shapes[i]
        values = str(rng.choice(xt.TARGET_VALUES))
        app = at(ask="~".join((word(x), word(t), xd, td, "ordinary", values, "mean")))
        answer = xt.ask(x, t, xd, td, target_values=values)
        shown = " ".join(html.unescape(block.proto.body) for block in app.get("html"))
        advice = words("inside_pytorch", "en")(f"advice_{answer.advice}")
        assert any(advice == said for said in prose(app))
        if answer.works:
            assert show(float(answer.value), 6) in shown
        else:
            assert f"{answer.error}: {answer.message}" in shown


@pytest.mark.parametrize("name", ["try_ignored", "try_inf"])
def test_all_ignored_and_a_row_of_minus_infinity_give_nan_by_definition(name):
    app = open_page("inside_pytorch", lang="en")
    press(app, LABEL(name))
    assert tables(app)[LABEL("torch_gives")] == [["loss", "nan"]]
    assert any(said.startswith("**nan, by definition.**") for said in prose(app))


WORKING = [
    (x, t, values)
    for x in xt.INPUT_SHAPES
    for t in xt.TARGET_SHAPES
    for values in xt.TARGET_VALUES
    if xt.ask(x, t, target_values=values).works
]


@pytest.mark.parametrize("reduction", xt.OPTION_REDUCTIONS)
def test_what_is_called_working_tells_what_comes_of_its_gradient(reduction):
    word = lambda shape: "x".join(map(str, shape)) or "scalar"  # noqa: E731
    for x, t, values in WORKING:
        kind = "float32" if x == t else "int64"
        app = at(ask="~".join((word(x), word(t), "float32", kind, "ordinary", values, reduction)))
        answer = xt.ask(x, t, target_dtype=kind, target_values=values, reduction=reduction)
        if not answer.works:
            continue
        shown = " ".join(html.unescape(block.proto.body) for block in app.get("html"))
        said = prose(app)
        text = words("inside_pytorch", "en")
        program = next(c.value for c in app.code if 'print("shapes"' in c.value)
        if answer.backward.grad is None:
            assert answer.backward.message in shown
            with pytest.raises(RuntimeError) as caught:
                output(program)
            assert str(caught.value) == answer.backward.message
        else:
            finite = bool(np.isfinite(answer.backward.grad).all())
            assert str(answer.backward.grad.shape) in shown
            assert (", every number finite" in shown or ", without a number" in shown) == finite
            output(program)
        # nan is called by its name exactly where the loss is nan
        nan = bool(np.isnan(np.atleast_1d(answer.value)).any())
        assert any(one.startswith("**nan, by definition.**") for one in said) == nan
        assert (text("advice_forward_only") in said) == (answer.advice == "forward_only")


# ---- KL


@pytest.mark.parametrize(("p", "q"), [("3,6,1", "4,5,1"), ("1,1", "1,3"), ("1,0,1", "1,1,2")])
def test_a_call_without_the_logarithm_is_named_as_that(p, q):
    app = at(p=p, q=q)
    rows = {row[0]: row[1:] for row in tables(app)[LABEL("kl_table")]}
    one, two = (torch.tensor([float(x) for x in text.split(",")]).double() for text in (p, q))
    one, two = one[None] / one.sum(), two[None] / two.sum()
    for reduction in ("batchmean", "mean"):
        value, said = rows[f'F.kl_div(Q, P, reduction="{reduction}")']
        assert value == show(F.kl_div(two, one, reduction=reduction).item(), 6)
        assert said == LABEL("log_missing")
    assert LABEL("neither") not in [said for _, said in rows.values()]


@pytest.mark.parametrize(("p", "q"), [("5,3,2", "1,3,6"), ("1,1", "1,3"), ("1,0,1", "1,1,2")])
def test_the_calls_of_kl_div_are_torchs_and_named_for_what_they_are(p, q):
    app = at(p=p, q=q)
    weights = [np.array([float(x) for x in text.split(",")]) for text in (p, q)]
    one, two = (torch.tensor(w / w.sum())[None] for w in weights)
    rows = {row[0]: row[1:] for row in tables(app)[LABEL("kl_table")]}
    for name, want in {
        'F.kl_div(Q.log(), P, reduction="batchmean")': F.kl_div(two.log(), one, reduction="sum"),
        'F.kl_div(Q.log(), P, reduction="mean")': F.kl_div(two.log(), one, reduction="none").mean(),
        'F.kl_div(P.log(), Q, reduction="batchmean")': F.kl_div(one.log(), two, reduction="sum"),
    }.items():
        assert rows[name][0] == show(want.item(), 6)
    assert rows['F.kl_div(Q.log(), P, reduction="batchmean")'][1] == "= D(P‖Q)"
    kl = figures(app)[1]["now"]["kl"]
    assert kl == pytest.approx(F.kl_div(two.log(), one, reduction="sum").item(), rel=1e-12)
    if (one > 0).all():
        gradients = {row[0]: row[1:] for row in tables(app)[LABEL("grad_table")]}
        numbers = lambda cell: [float(x.replace("−", "-")) for x in cell.split(", ")]  # noqa: E731
        for name in ("H(P,Q)", "D(P‖Q)"):  # in Q one gradient for both, q − p
            np.testing.assert_allclose(
                numbers(gradients[name][0]), (two - one)[0], rtol=5e-3, atol=1e-12
            )
        even = len(set(weights[0])) == 1  # then H(P) is at its top, and flat
        assert (gradients["H(P,Q)"][1] == gradients["D(P‖Q)"][1]) == even


def test_calls_that_are_nan_where_p_and_q_are_0_are_named():
    rows = {row[0]: row[1:] for row in tables(at(p="1,0,1", q="1,0,3"))[LABEL("kl_table")]}
    plain = rows['F.kl_div(Q.log(), P, reduction="batchmean")']
    assert plain == ["nan", LABEL("zero_times")]


# ---- the programs


def output(program: str) -> list[str]:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(program, "a page's program", "exec"), {"__name__": "__main__"})
    return out.getvalue().splitlines()


def last_number(line: str) -> float:
    return float(line.split()[-1])


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"x": "123,456,789", "t": "0", "dtype": "float64"},
        {"x": "inf,nan_-inf,2", "t": "1,0", "opt": "sum~0.1~2,3~-~index"},
        {"opt": "none~0.25~0.5,1,2~1~index"},
        {"opt": "mean~0.1~~-~one_hot", "x": "3,1,0_0,1,2"},
        {"x": "5", "t": "0"},
    ],
    ids=str,
)
def test_the_programs_print_what_the_page_shows(query):
    app = at(**query)
    found, codes = tables(app), [block.value for block in app.code]
    asked, wiring, ways, options, kl = (c for c in codes if "import torch" in c)
    digits = DIGITS[query.get("dtype", "float32")]
    losses = [last_number(line) for line in output(ways) if not line.startswith("  ")]
    assert [show(x, digits) for x in losses] == [row[3] for row in found[LABEL("ways_table")]]
    press(app, LABEL("show_all"))
    board = [cell.split()[0] for row in tables(app)[LABEL("board")] for cell in row[1:]]
    press(app, LABEL("start_again"))
    assert [show(last_number(line), 6) for line in output(wiring)] == board
    (said,) = output(options)
    values = [float(x) for x in re.findall(r"-?(?:\d[\d.e+-]*|inf|nan)", said)]
    shown = found[LABEL("beside_torch")][0][1]
    assert ", ".join(show(x, 9) for x in values) == shown
    assert show(last_number(output(asked)[1]), 6) == found[LABEL("torch_gives")][0][1]
    printed = [last_number(line) for line in output(kl)]
    rows = found[LABEL("kl_table")]
    assert [show(x, 6) for x in printed[1:3]] == [rows[0][1], rows[1][1]]


def test_the_program_of_a_refused_question_raises_torchs_own_error():
    app = at(ask="4x5~4~float32~float32~ordinary~classes~mean")
    program = next(c.value for c in app.code if 'print("shapes"' in c.value)
    answer = xt.ask((4, 5), (4,), target_dtype="float32")
    with pytest.raises(RuntimeError) as caught:
        output(program)
    assert str(caught.value) == answer.message


# ---- timing


def test_one_measures_at_a_time_and_the_second_is_told():
    app = open_page("inside_pytorch", lang="en")
    with xt.held(MEASURING) as mine:
        assert mine
        press(app, LABEL("measure"))
        assert app.warning[0].value == LABEL("busy")
        assert LABEL("timing_table") not in tables(app)
    assert not MEASURING.locked()


def test_a_measurement_ends_within_its_bound_and_frees_the_lock():
    app = open_page("inside_pytorch", lang="en")
    seen = []
    watcher = threading.Thread(target=lambda: (time.sleep(1), seen.append(MEASURING.locked())))
    watcher.start()
    start = time.monotonic()
    press(app, LABEL("measure"))
    assert time.monotonic() - start < 5
    watcher.join()
    assert seen == [True]
    assert not MEASURING.locked()
    rows = tables(app)[LABEL("timing_table")]
    assert len(rows) == len(xt.WAYS)
    for row in rows:
        for cell in row[1:]:
            low, high = re.search(r"\((\S+) – (\S+)\)", cell).groups()
            assert float(low) <= float(cell.split()[0]) <= float(high)


def test_the_picture_of_a_time_stands_where_its_digits_say():
    shapes = [(way, shape) for way in xt.WAYS for shape in TIMED]
    timings = [
        xt.Timing(way, shape, 1e-6 * (20 + i), 1e-6 * (10 + i), 1e-6 * (40 + i), 7)
        for i, (way, shape) in enumerate(shapes)
    ]
    labels = SimpleNamespace(label=lambda name, **values: name)
    drawn = timing_table(labels, timings, {})
    tracks = re.findall(r'<div class="xt-track".*?</div>', drawn)
    assert len(tracks) == len(timings)
    longest = {shape: 1.05 * max(t.upper for t in timings if t.shape == shape) for shape in TIMED}
    for timing, track in zip(timings, tracks, strict=True):
        whole = longest[timing.shape]
        (left,) = re.findall(r'xt-median" style="left: ([\d.]+)%', track)
        assert float(left) == pytest.approx(100 * timing.median / whole, abs=0.01)
        ((start, length),) = re.findall(
            r'xt-quartiles" style="left: ([\d.]+)%; width: ([\d.]+)%', track
        )
        assert float(start) == pytest.approx(100 * timing.lower / whole, abs=0.01)
        assert float(length) == pytest.approx(100 * (timing.upper - timing.lower) / whole, abs=0.01)


def test_what_it_takes_comes_before_how_it_is_made():
    headings = [m.value for m in open_page("inside_pytorch").markdown if m.value.startswith("## ")]
    assert headings[0].splitlines()[0] == "## Shapes and types"
