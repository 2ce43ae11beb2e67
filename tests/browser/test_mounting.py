"""A figure is put on the page once, stays there while it is told news, and goes with its page."""

WHOLE = True  # the maps are folded

KEYS = ("ArrowRight", "ArrowUp", "ArrowLeft", "ArrowDown")
PRESSES = 24


def test_news_that_come_fast_do_not_take_a_figure_away(visit):
    """Each key runs the section, then the page: figures get news before they took the last."""
    lesson = visit("/overflow")
    handle = lesson.page.locator("#breaks-at-handle")
    handle.scroll_into_view_if_needed()
    handle.focus()
    figure = handle.evaluate_handle("node => node.closest('.xent')")
    for press in range(PRESSES):
        lesson.page.keyboard.press(KEYS[press % len(KEYS)])
        lesson.page.wait_for_timeout(20 + press * 37 % 400)
        assert figure.evaluate("node => node.isConnected"), press
        assert handle.evaluate("node => node === document.activeElement"), press
    lesson.settle()
    assert lesson.errors == []


WATCHED = """async (style) => {
    const script = style.replace(/ui\\/.*/, "ui/figure/js/server.js")
    const { server } = await import(script)
    return [server.watchers.size, document.querySelectorAll(".xent").length]
}"""
STYLE = "document.querySelector('link[href*=\"/ui/\"]').href"


def test_figures_of_a_lesson_that_was_left_are_gone(visit):
    lesson = visit("/softmax")
    for name in ("kl_divergence", "overflow", "softmax"):
        lesson.go_to(name)
        lesson.until(f"location.pathname.endsWith({name!r}) && document.querySelector('.xent')")
        lesson.calm()
        watched, shown = lesson.page.evaluate(WATCHED, lesson.page.evaluate(STYLE))
        assert watched == shown > 0, name
