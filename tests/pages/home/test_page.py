"""The home lesson's own: its ribbons stand where the bars do, and it plays itself."""

import numpy as np
import pytest

from pages.home import charts, models
from tests.pages.test_pages import figures, open_page
from ui.lesson.sections import lines_of
from xent_core import cross_entropy_loss, softmax


def test_the_heights_of_the_ribbons_are_those_of_the_bars():
    z = np.array([[1.0, 2.0, 3.0, 4.0], [6.0, 1.0, -3.0, 2.0]])
    shown = models.road({"z": z, "k": np.array([2.0, 2.0])}, reach=6.0)
    np.testing.assert_array_equal(shown["powers"], np.exp(z))
    np.testing.assert_allclose(shown["z_up"], (z + 6) / 12, rtol=1e-6)
    np.testing.assert_allclose(shown["power_up"][0], np.exp(z[0]) / models.HIGHEST_POWER, rtol=1e-6)
    np.testing.assert_allclose(
        shown["loss_up"][0], cross_entropy_loss(z[0], 2) / models.HIGHEST_LOSS, rtol=1e-6
    )
    truth = np.isfinite(shown["truth_p"])
    np.testing.assert_array_equal(truth, [[False, False, True, False]] * 2)
    np.testing.assert_allclose(shown["truth_p"][truth], softmax(z)[:, 2], rtol=1e-6)


def test_a_loss_that_leaves_through_the_top_has_a_sign_there_and_no_handle():
    z = np.array([[1.0, 2.0, 3.0, 4.0], [6.0, 1.0, -3.0, 2.0]])
    shown = models.road({"z": z, "k": np.array([2.0, 2.0])}, reach=6.0)
    assert shown["loss"][1] > models.HIGHEST_LOSS
    assert np.isfinite(shown["dot_y"][0, 2])
    assert np.isnan(shown["dot_y"][1]).all()
    assert np.isnan(shown["beyond"][0])
    assert shown["beyond"][1] < models.HIGHEST_LOSS


def test_the_largest_logit_of_a_link_has_a_bar():
    (home,) = figures(open_page("home", z="300,0,0,-300"))
    assert home["now"]["powers"][0] == np.exp(300.0)
    assert np.isfinite(home["now"]["power_up"]).all()


def test_a_bar_ends_where_plotly_draws_it():
    ends = [charts.edge((0.0, 1.0), i, 2, side) for i in range(2) for side in (-1, 1)]
    np.testing.assert_allclose(ends, [0.0875, 0.4125, 0.5875, 0.9125])


def test_it_plays_itself_from_preset_to_preset_and_back_where_nothing_is_asked_of_it():
    (home,) = figures(open_page("home"))
    tour, presets = home["tour"], home["presets"]
    assert tour["number"] == 1
    ends = [tour["way"].index(preset["row"]) for preset in presets[:2]]
    assert ends == sorted(ends)
    assert tour["way"][0] == tour["way"][-1] == 0
    assert "tour" not in figures(open_page("home", z="1,2,3,4"))[0]


def test_it_plays_again_when_it_is_asked_to():
    app = open_page("home", lang="en", z="0,0,0,1")
    assert "tour" not in figures(app)[0]
    next(button for button in app.button if button.label == "play it").click().run()
    assert figures(app)[0]["tour"]["number"] == 2
    app.query_params["z"] = "0,0,0,2"
    app.run()
    assert "tour" not in figures(app)[0]


def test_a_term_is_lit_in_the_first_line_that_has_its_text():
    assert lines_of("a = 1\nb = a\nc = a", {"a": "a = 1", "b": "= a"}) == {"a": 0, "b": 1}
    with pytest.raises(ValueError, match="no line of the program has"):
        lines_of("a = 1", {"p": "softmax("})
