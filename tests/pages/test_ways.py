"""How a figure learns where it came from: an answer and a link lead it there, a hand does not."""

from tests.pages.test_pages import answer, figures, open_page
from ui.figure.ways import STEPS


def figure_of(app):
    return figures(app)[0]


def test_an_answer_is_a_way_from_the_state_before_and_once():
    app = open_page("softmax", lang="en")
    assert "came" not in figure_of(app)
    before = figure_of(app)["base"]
    answer(app, 1, "cool")
    came = figure_of(app)["came"]
    assert came["before"] == before
    assert 1 <= len(came["way"]) < STEPS
    app.run()
    assert "came" not in figure_of(app)


def test_a_link_to_another_state_is_a_way_if_it_has_the_same_controls():
    app = open_page("softmax", lang="en")
    app.query_params["z"] = "4,3,2,1"
    app.run()
    assert figure_of(app)["came"]["before"]["z0"] == 1
    app.query_params["z"] = "4,3"
    app.run()
    assert "came" not in figure_of(app)


def test_every_preset_of_these_controls_has_a_way_and_none_of_others():
    header = figure_of(open_page("softmax", lang="en"))
    ways = {preset["label"]: len(preset["way"]) for preset in header["presets"]}
    assert ways["Reset"] == 0  # it is there already
    assert all(length == STEPS - 1 for name, length in ways.items() if name != "Reset")
    header = figure_of(open_page("softmax", lang="en", z="1,2"))
    rows = {preset["label"]: preset["row"] for preset in header["presets"]}
    assert rows["Reset"] == -1
    assert all(preset["way"] == [] for preset in header["presets"] if preset["row"] == -1)
