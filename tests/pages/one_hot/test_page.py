"""One-hot and the loss: what the page shows is what PyTorch returns, in random states."""

import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from tests.pages.test_pages import answer, figures, open_page, prose, run
from ui.words import words
from ui.words.digits import show

KINDS = ("index", "one_hot", "soft", "soft_off_the_mask", "label_smoothing")


def states(count: int):
    """Random states as links would write them, from 2 to 10 classes."""
    rng = np.random.default_rng(5)
    for size in range(2, 2 + count):
        classes = 2 + (size - 2) % 9
        z = rng.uniform(-6, 6, classes).round(2)
        y, p = rng.integers(1, 20, (2, classes))
        y[rng.integers(classes)] = 0
        yield {
            "z": ",".join(map(str, z)),
            "k": str(rng.integers(classes)),
            "y": ",".join(map(str, y)),
            "p": ",".join(map(str, p)),
            "m": str(rng.integers(classes + 1)),
            "eps": str(rng.choice([0, 0.1, 0.37])),
            "s": str(round(rng.uniform(0.01, 0.99), 3)),
            "C": str(rng.integers(3)),
        }


@pytest.fixture(scope="module")
def page():
    """One session for the tests that only follow links."""
    return open_page("one_hot")


def follow(app, **query: str):
    app.query_params.clear()
    app.query_params.update({"open": "all", **query})
    app.run()
    assert not app.exception
    assert not app.warning
    return app


def open_state(**query: str):
    return follow(open_page("one_hot"), **query)


def numbers(text: str) -> list[float]:
    return [float(x) for x in text.split(",")]


def told(app) -> list[list[str]]:
    """Return the rows of the table: kind of target, loss, gradient."""
    (table,) = [m.value for m in app.markdown if m.value.startswith("| ")]
    rows = [[cell.strip() for cell in row.strip("| ").split("|")] for row in table.split("\n")[2:]]
    return [[name, re.sub(r".*\*\*(.+)\*\*.*", r"\1", loss), grad] for name, loss, grad in rows]


def pytorchs(z: torch.Tensor, target: torch.Tensor, **options) -> tuple[float, np.ndarray]:
    """Return the loss and, by autograd, its gradient."""
    z = z.detach().requires_grad_()
    loss = F.cross_entropy(z, target, **options)
    (gradient,) = torch.autograd.grad(loss, z)
    return loss.item(), gradient.numpy()


@pytest.mark.parametrize("state", states(9), ids=lambda state: state["z"][:12])
def test_every_number_is_pytorchs_and_the_programs_print_it(page, state):
    app = follow(page, **state)
    total, slope, smooth, soft, masked = (figure["now"] for figure in figures(app))
    z, k = torch.tensor(numbers(state["z"]), dtype=torch.float64), int(state["k"])
    loss, gradient = pytorchs(z, torch.tensor(k))
    p = F.softmax(z, 0).numpy()

    # the sum and the slope
    np.testing.assert_allclose(total["p"], p, rtol=1e-13)
    np.testing.assert_allclose(total["surprise"], -F.log_softmax(z, 0).numpy(), rtol=1e-13)
    assert total["y"].tolist() == F.one_hot(torch.tensor(k), len(z)).tolist()
    assert total["y"] @ total["surprise"] == pytest.approx(loss, rel=1e-13)
    assert total["loss"] == slope["loss"] == pytest.approx(loss, rel=1e-13)
    assert np.flatnonzero(total["alive"]).tolist() == [k]
    np.testing.assert_allclose(slope["gradient"], gradient, rtol=1e-9, atol=1e-15)
    assert slope["slope_z"] == slope["gradient"][k]
    p_k = torch.tensor(p[k], requires_grad=True)
    (steep,) = torch.autograd.grad(-p_k.log(), p_k)
    assert slope["slope"] == pytest.approx(steep.item(), rel=1e-13)
    x, y = slope["tangent_x"], slope["tangent_y"]
    assert np.diff(y) / np.diff(x) == pytest.approx(slope["slope"], rel=1e-9)
    assert y.mean() == pytest.approx(loss, rel=1e-12)

    # label smoothing, the wrong classes alike
    size, eps, s = (3, 10, 1000)[int(state["C"])], float(state["eps"]), float(state["s"])
    alike = torch.full((size,), (1 - s) / (size - 1), dtype=torch.float64)
    alike[0] = s
    smoothed, _ = pytorchs(alike.log(), torch.tensor(0), label_smoothing=eps)
    assert smooth["loss"] == pytest.approx(smoothed, rel=1e-12)
    assert smooth["hard"] == pytest.approx(-np.log(s), rel=1e-13)
    target = torch.full((size,), eps / size, dtype=torch.float64)
    target[0] += 1 - eps
    floor = torch.distributions.Categorical(target).entropy().item()
    assert smooth["floor"] == pytest.approx(floor, rel=1e-9, abs=1e-9)
    assert np.nanmin(smooth["curve"]) >= smooth["floor"] - 1e-12

    # soft labels
    label, guess = (torch.tensor(numbers(state[n]), dtype=torch.float64) for n in "yp")
    label, guess = label / label.sum(), guess / guess.sum()
    loss, gradient = pytorchs(guess.log(), label)
    assert soft["loss"] == pytest.approx(loss, rel=1e-12)
    assert soft["floor"] + soft["gap"] == pytest.approx(loss, rel=1e-12)
    np.testing.assert_allclose(soft["gradient"], gradient, rtol=1e-9, atol=1e-15)

    # the programs
    hard, softly, masks = (run(block.value) for block in app.code)
    for name in ("index", "one-hot", "-log p_k"):
        assert hard[name] == pytest.approx(total["loss"], rel=1e-9)
    np.testing.assert_allclose(hard["gradient"], slope["gradient"], rtol=1e-9, atol=1e-15)
    smoothed, _ = pytorchs(z, torch.tensor(k), label_smoothing=eps)
    assert hard["smoothing"] == smoothed
    for name, printed in (("loss", "H(y, p)"), ("floor", "H(y)"), ("gap", "KL")):
        assert show(abs(softly[printed])) == show(soft[name])
    assert softly["F.cross_entropy"] == pytest.approx(soft["loss"], rel=1e-12)
    assert [show(masks[kind]) for kind in KINDS] == [loss for _, loss, _ in told(app)]
    assert [show(masks[kind]) for kind in KINDS] == [show(loss) for loss in masked["losses"]]


@pytest.mark.parametrize("m", [0, 1, 2, 3])
@pytest.mark.parametrize("eps", [0, 0.1])
def test_a_mask_tells_index_one_hot_and_smoothing_apart(page, m, eps):
    z, k = torch.tensor([1.0, 2.0, -0.5], dtype=torch.float64), 1
    rows = told(follow(page, z="1,2,-0.5", k="1", m=str(m), eps=str(eps)))
    losses = {row[1] for row in rows}
    if m:
        z[m - 1] = -torch.inf
    index, gradient = pytorchs(z, torch.tensor(k))
    assert rows[0][1] == show(index)
    assert rows[0][2] == ", ".join(show(x, 2) for x in gradient)
    if m == 0:
        assert rows[0][1] == rows[1][1]
        assert len(losses) == (2 if eps else 1)
    elif m - 1 == k:
        assert losses <= {"∞", "nan"}
        assert rows[0][1] == "∞"
    else:  # M8
        assert [row[1] for row in rows[1:]] == (
            ["nan", "∞", "nan", "∞"] if eps else ["nan", "nan", "nan", show(index)]
        )
    assert all(np.isfinite(float(x.replace("−", "-"))) for row in rows for x in row[2].split(","))


def test_the_notes_examples_stand_on_the_page(page):
    app = follow(page)
    shown = next(text for text in prose(app) if "one-hot" in text and "[1," in text)
    for name, code in (("cat", [1, 0, 0]), ("dog", [0, 1, 0]), ("bird", [0, 0, 1])):  # S7
        assert f"{name} = {code}" in shown.replace("\N{NO-BREAK SPACE}", " ")


def test_the_dead_terms_are_grey_and_the_target_is_not(page):
    for k in range(3):
        formula = figures(follow(page, z="1,2,3", k=str(k)))[0]["formula"]
        grey = re.findall(r'<mrow style="color: var\(--xent-muted\)">.*?</mrow>', formula)
        dead = [re.findall(r"y\.(\d)", term) for term in grey]
        assert dead == [[str(i)] for i in range(3) if i != k]


def test_swapping_the_wrong_classes_leaves_the_loss_as_it_is():
    app = open_state(z="1.5,-2,0.3,4", k="2")
    before = figures(app)[0]
    answer(app, 0)
    after = figures(app)[0]
    assert after["base"] != before["base"]
    assert after["now"]["loss"] == pytest.approx(before["now"]["loss"], rel=1e-14)


def test_the_floor_is_drawn_when_it_has_been_guessed():
    app = open_state(C="1")
    assert len(figures(app)[2]["readouts"]) == 2
    answer(app, 2, at=2)
    smooth = figures(app)[2]
    assert [r["slot"] for r in smooth["readouts"]][2:] == ["floor", "best"]
    assert smooth["now"]["loss"] == pytest.approx(smooth["now"]["floor"], rel=1e-9)
    assert any(show(1.0148480009) in m.value and show(0.2911398) in m.value for m in app.markdown)


def test_classes_are_added_and_taken_away_and_everything_follows():
    app = open_state(m="3", y="1,1,2", p="1,2,1")
    label = words("one_hot", "en").label

    def press(name: str) -> int:
        next(button for button in app.button if button.label == label(name)).click().run()
        assert not app.exception
        assert not app.warning  # what no longer fits starts anew, without a word
        total, slope, _, soft, masked = (figure["now"] for figure in figures(app))
        assert len(total["p"]) == len(slope["gradient"]) == len(soft["y"])
        assert masked["masked"] == (3 if len(total["p"]) > 2 else 0)
        return len(total["p"])

    assert [press("class_more") for _ in range(7)] == list(range(4, 11))
    assert next(b for b in app.button if b.label == label("class_more")).disabled
    assert [press("class_fewer") for _ in range(8)] == list(range(9, 1, -1))
    assert next(b for b in app.button if b.label == label("class_fewer")).disabled


@pytest.mark.parametrize(
    "query", ["z=1", "k=3", "y=0,0,0", "y=1,1", "m=9", "eps=0.6", "C=7", "names=<b>,a,b", "s=nan"]
)
def test_what_a_link_cannot_say_is_said(page, query):
    app = follow(page)
    name, value = query.split("=")
    app.query_params[name] = value
    app.run()
    assert not app.exception
    assert len(app.warning) == 1
    assert query in app.warning[0].value


def test_names_come_in_the_readers_language_or_as_typed(page):
    for language, first in (("en", "cat"), ("zh", "猫")):
        assert figures(follow(page, lang=language))[0]["figure"]["data"][0]["x"][0] == first
    app = follow(page, lang="en", z="1,2", k="0", names="yes,no")
    assert figures(app)[3]["figure"]["data"][0]["x"] == ["yes", "no"]
    app.text_input[0].set_value("a, b, c, d").run()
    assert figures(app)[0]["figure"]["data"][0]["x"] == ["a", "b", "c", "d"]


def test_a_field_of_names_keeps_what_it_refused_until_it_is_used(page):
    app = follow(page, lang="en", z="1,2", k="0", names="yes,no")
    app.text_input[0].set_value("a, a").run()
    assert "`a, a` cannot be used" in app.warning[0].value
    assert app.text_input[0].value == "a, a"
    assert figures(app)[0]["figure"]["data"][0]["x"] == ["yes", "no"]
    app.text_input[0].set_value("a, b").run()
    assert not app.warning
    assert app.text_input[0].value == "a, b"
    assert figures(app)[0]["figure"]["data"][0]["x"] == ["a", "b"]
