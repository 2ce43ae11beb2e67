"""The live figure in a real browser: it follows the hand, and each number is xent_core's."""

import numpy as np
import pytest

import xent_core
from ui.state.links import read_names
from ui.words import words
from ui.words.digits import exact, show

ANIMALS = read_names(words("softmax", "en").label("list_animals"))


def softmax_truth(drawn: dict[str, float]) -> dict[str, object]:
    """What xent_core says of the state that the softmax figure claims to show."""
    z = np.array([drawn[f"z{i}"] for i in range(len(drawn) - 2)])
    p = xent_core.softmax(z, temperature=drawn["T"])
    winner = int(xent_core.argmax(z))
    return {
        "z": z.tolist(),
        "p": p.tolist(),
        "one_hot": xent_core.one_hot(winner, len(z)).tolist(),
        "readouts": [show(p[int(drawn["k"])]), f"{winner} {ANIMALS[winner]}"],
    }


def assert_true(figure: dict) -> None:
    """Traces, readouts, formula and text alternative all tell one state, and truly."""
    truth = softmax_truth(figure["drawn"])
    z, one_hot, p, _ = (trace["y"] for trace in figure["traces"])
    assert z == truth["z"]
    assert one_hot == truth["one_hot"]
    # one row and many may round differently; each is within 4 ulp of the truth
    np.testing.assert_array_max_ulp(np.array(p), np.array(truth["p"]), 8)
    assert figure["traces"][2]["text"] == [show(x, 2) for x in p]
    assert figure["readouts"] == truth["readouts"]
    assert figure["formula"].endswith("=" + truth["readouts"][0])
    assert figure["alt"].startswith("Logits " + ", ".join(exact(x) for x in z))
    assert ", ".join(show(x) for x in p) in figure["alt"]


def test_every_picture_of_a_drag_is_true_and_the_server_hears_of_it_once(visit):
    lesson = visit("/softmax")
    lesson.page.evaluate(
        """() => {
            const send = WebSocket.prototype.send
            window.sent = 0
            WebSocket.prototype.send = function (data) { window.sent += 1; send.call(this, data) }
        }"""
    )
    seen = set()
    x, y = lesson.grab("z0", 0.55)
    for step in range(40):
        lesson.page.mouse.move(x + 2 * step - 30, y)
        figure = lesson.figure()
        assert_true(figure)
        seen.add(figure["drawn"]["z0"])
    assert len(seen) > 25
    assert lesson.page.evaluate("window.sent") == 0
    lesson.page.mouse.up()
    lesson.settle()
    assert lesson.page.evaluate("window.sent") == 1
    assert_true(lesson.figure())
    assert f"z={exact(lesson.figure()['drawn']['z0']).replace('−', '-')}," in lesson.page.url


def test_keys_move_the_figure_before_the_server_answers(visit):
    lesson = visit("/softmax")
    lesson.slider("z1").focus()
    for key, value in (("ArrowRight", 2.1), ("ArrowLeft", 2.0), ("Home", -10.0), ("End", 10.0)):
        lesson.page.keyboard.press(key)
        figure = lesson.figure()
        assert figure["drawn"]["z1"] == value
        assert_true(figure)
    lesson.page.keyboard.press("PageDown")
    assert lesson.figure()["drawn"]["z1"] < 10
    lesson.settle()
    assert_true(lesson.figure())


def test_touch_moves_a_slider(visit):
    lesson = visit("/softmax", width=390, height=844, has_touch=True, is_mobile=True)
    lesson.slider("z2").scroll_into_view_if_needed()
    box = lesson.slider("z2").bounding_box()
    lesson.page.touchscreen.tap(box["x"] + 0.9 * box["width"], box["y"] + box["height"] / 2)
    lesson.settle()
    assert lesson.figure()["drawn"]["z2"] > 7
    assert_true(lesson.figure())


def test_a_typed_number_is_taken_exactly(visit):
    lesson = visit("/softmax")
    lesson.type("z0", "-2.71828")
    lesson.settle()
    assert lesson.figure()["drawn"]["z0"] == -2.71828
    assert_true(lesson.figure())
    lesson.type("T", "０．５")  # full-width digits are digits
    lesson.settle()
    assert lesson.figure()["drawn"]["T"] == 0.5
    assert_true(lesson.figure())
    assert "z=-2.71828,2,3,4&T=0.5&k=2" in lesson.page.url


def test_typed_rubbish_is_refused_with_what_is_allowed_and_the_state_stays(visit):
    lesson = visit("/softmax")
    before = lesson.figure()
    problem = lesson.page.locator('[id$="-z0-problem"]')
    for rubbish in ("abc", "1e999", "", "1001", "--5", "nan", "0x10"):
        lesson.type("z0", rubbish)
        assert problem.inner_text() == "Type a number from −1000 to 1000.", rubbish
        assert lesson.field("z0").get_attribute("aria-invalid") == "true", rubbish
        assert lesson.figure() == before, rubbish
        lesson.page.keyboard.press("Escape")
        assert problem.inner_text() == "", rubbish
        assert lesson.field("z0").input_value() == "1", rubbish


def test_no_picture_mixes_old_and_new_while_the_server_is_slow(browser, server):
    """Hold the server's answer back, grab a second control: the old picture stays, then the new."""
    from tests.browser.conftest import Lesson

    context = browser.new_context(locale="en-US")
    page = context.new_page()
    held, holding = [], [False]

    def connect(client):
        upstream = client.connect_to_server()
        upstream.on_message(
            lambda message: held.append((client, message)) if holding[0] else client.send(message)
        )

    page.route_web_socket(lambda url: "_stcore/stream" in url, connect)
    lesson = Lesson(page, server.url).open("/softmax")
    holding[0] = True
    lesson.set_range("z0", 150)  # z0 = 5: drawn at once, the answer is held back
    first = lesson.figure()
    assert first["drawn"]["z0"] == 5.0
    assert_true(first)
    lesson.set_range("z1", 20)  # z1 = -8: its sweep is one of the old z0
    for _ in range(5):
        page.wait_for_timeout(100)
        waiting = lesson.figure()
        assert waiting["traces"] == first["traces"]
        assert waiting["readouts"] == first["readouts"]
        assert waiting["alt"] == first["alt"]
        assert (
            waiting["status"]
            == "Waiting for the server; the picture keeps the last state until then."
        )
    # the first control moves on meanwhile: still two moves away from what the server knows
    lesson.set_range("z0", 100)
    assert lesson.figure()["drawn"]["z0"] in (0.0, 5.0)
    assert_true(lesson.figure())
    holding[0] = False
    for client, message in held:
        client.send(message)
    lesson.settle()
    lesson.until("document.querySelector('.xent-status').textContent === ''")
    last = lesson.figure()
    assert (last["drawn"]["z0"], last["drawn"]["z1"]) == (0.0, -8.0)
    assert_true(last)
    context.close()


def test_a_preset_is_drawn_at_once_and_reset_leads_back(visit):
    lesson = visit("/softmax")
    lesson.page.get_by_role("button", name="tie: 1, 4, 3, 4").click()
    figure = lesson.figure()
    assert figure["traces"][0]["y"] == [1, 4, 3, 4]
    assert figure["traces"][1]["y"] == [0, 1, 0, 0]  # the first of the two
    assert_true(figure)
    lesson.settle()
    lesson.page.get_by_role("button", name="Reset").first.click()
    lesson.settle()
    assert lesson.figure()["traces"][0]["y"] == [1, 2, 3, 4]


@pytest.mark.parametrize("query", ["z=1,2", "z=1,2,3,4,5,6", "z=4,4,4,4&T=9&k=0"])
def test_reset_leads_back_from_any_number_of_classes(visit, query):
    lesson = visit(f"/softmax?{query}")
    lesson.page.get_by_role("button", name="Reset").first.click()
    lesson.until("JSON.parse(document.querySelector('.xent').dataset.drawn).z3 === 4")
    lesson.settle()
    assert lesson.figure()["drawn"] == {"z0": 1, "z1": 2, "z2": 3, "z3": 4, "T": 1, "k": 2}
    assert_true(lesson.figure())


def test_a_held_key_ends_where_it_is_let_go(visit):
    lesson = visit("/softmax")
    lesson.slider("z0").focus()
    for _ in range(40):
        lesson.page.keyboard.down("ArrowRight")
        lesson.page.wait_for_timeout(10)
    lesson.page.keyboard.up("ArrowRight")
    lesson.settle()
    assert lesson.figure()["drawn"]["z0"] == 5
    assert_true(lesson.figure())
    assert "z=5,2,3,4" in lesson.page.url
