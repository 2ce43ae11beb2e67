"""A logit that is typed may be larger than its slider: it is shown, and not cut off."""

import pytest

from tests.browser.conftest import Lesson
from ui.words import shared_labels

WHOLE = True  # folds, too

SECTIONS = [("/", "z0"), ("/softmax", "z0"), ("/softmax", "y0"), ("/softmax", "d"),
            ("/softmax", "x"), ("/softmax", "a"), ("/one_hot", "z0")]  # fmt: skip

# The section of the Jacobian and the one-hot vectors draw no logit, only what becomes of them.
DRAWN = {("/softmax", "y0"): False, ("/one_hot", "z0"): False}

# Of the figure that has the slider: on which axes a number is drawn, how far these go, and which
# bars and points of the figure leave their panel.
PLACES = """([name, value]) => {
    const field = document.querySelector(`input[type=range][id$="-${name}"]`)
    const picture = field.closest('.xent').querySelector('.xent-picture')
    const places = [], outside = []
    for (const trace of picture.data)
        for (const along of ['x', 'y']) {
            const at = (trace[`${along}axis`] ?? along).replace(along, `${along}axis`)
            const { range, type } = picture._fullLayout[at]
            const values = Array.from(trace[along] ?? []).flat()
            if (values.includes(value)) places.push({axis: at, range: [...range]})
            if (type !== 'linear' || trace.mode === 'lines' || trace.base) continue
            const [low, high] = [Math.min(...range), Math.max(...range)]
            outside.push(...values.filter((x) => Number.isFinite(x) && (x < low || x > high)))
        }
    return {places, outside}
}"""


def ranges(lesson: Lesson, name: str) -> dict[str, list[float]]:
    """How far each axis of the figure with a slider goes."""
    return lesson.page.evaluate(
        """(name) => {
            const field = document.querySelector(`input[type=range][id$="-${name}"]`)
            const layout = field.closest('.xent').querySelector('.xent-picture')._fullLayout
            return Object.fromEntries(Object.keys(layout)
                .filter((key) => /^[xy]axis\\d*$/.test(key))
                .map((key) => [key, [...layout[key].range]]))
        }""",
        name,
    )


@pytest.mark.parametrize(("path", "name"), SECTIONS)
def test_a_typed_logit_beyond_the_slider_is_in_the_picture(visit, path, name):
    lesson = visit(path)
    before = ranges(lesson, name)
    lesson.type(name, "100")
    lesson.until(f"location.search.includes('{name[0]}=100')")
    lesson.settle()
    assert lesson.field(name).input_value() == "100"
    assert lesson.page.locator(".xent-problem:not(:empty)").count() == 0
    shown = lesson.page.evaluate(PLACES, [name, 100])
    assert shown["outside"] == []
    assert bool(shown["places"]) == DRAWN.get((path, name), True)
    for place in shown["places"]:
        low, high = sorted(place["range"])
        assert low <= 100 <= high, place
    grown = {place["axis"] for place in shown["places"]}
    assert all(max(before[axis]) < 100 for axis in grown)
    assert lesson.errors == []


def test_large_logits_of_a_link_are_shown_and_not_refused(follow):
    lesson = follow("/softmax?z=10,20&k=0")
    assert lesson.page.get_by_test_id("stAlertContentWarning").count() == 0
    assert lesson.figure()["drawn"]["z1"] == 20
    places = lesson.page.evaluate(PLACES, ["z1", 20])["places"]
    assert places
    assert all(max(place["range"]) >= 20 for place in places)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("comma", ["0,5", "0，5"])
def test_a_decimal_comma_is_answered_with_the_point(visit, comma, language):
    lesson = visit(f"/softmax?lang={language}")
    lesson.type("T", comma)
    said = lesson.page.locator(".xent-problem:not(:empty)").inner_text()
    assert said.startswith(shared_labels(language)["decimal_point"].replace("{{point}}", "0.5"))
    assert "100" in said  # what is allowed
    assert lesson.figure()["drawn"]["T"] == 1


# ---- what a link says is shown as code


@pytest.mark.parametrize("path", ["/?z", "/kl_divergence?p", "/inside_pytorch?x"])
@pytest.mark.parametrize(
    "value", ["x%0A%0A%23%20HACKED", "[ok](//elsewhere)", "x%60%60%0D%0A%0D%0A-%20%3Cb%3Ehacked"]
)
def test_markdown_in_a_link_does_not_come_to_life(follow, path, value):
    lesson = follow(f"{path}={value}")
    alert = lesson.page.get_by_test_id("stAlert").first
    assert alert.inner_text().startswith("The link says")
    name = path[-1]
    assert alert.locator("code").first.inner_text().startswith(f"{name}=")
    assert alert.locator("h1, h2, h3, ul, a, b").count() == 0
    assert alert.locator("p").count() == 1
    assert lesson.errors == []
