"""A reader's text in a sentence: code on one line, whatever it says."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ui.state.links import Number, Params, names, quoted, read_names
from ui.words import LANGUAGES, fill, shared_labels

settings.register_profile("same", derandomize=True, deadline=None)
settings.load_profile("same")

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
HOSTILE = [
    "x\n\n# HACKED",
    "x\r\n\r\n- a list",
    "[ok](//elsewhere)",
    "``` \n```",
    "a`b``c",
    "\\`<b>",
    "\u2028\u2029\x85\x0b\x0c",
    "\u202e\u2066\u061c\u200f",
    "\ud800",
    "\x00",
    " ",
    "",
    "|a|\n|-|",
    "www.elsewhere.example",
]
MARKS = "`\n\r #|*_[]()<>\\$:~"
any_text = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=60), st.text(MARKS, max_size=30))


def codes(markdown: str) -> tuple[list[str], str]:
    """Return the inline codes of a sentence, and what else stands in its one paragraph."""
    blocks = MARKDOWN.parse(markdown)
    assert [block.type for block in blocks] == ["paragraph_open", "inline", "paragraph_close"]
    inside = blocks[1].children or []
    assert {token.type for token in inside} <= {"text", "code_inline"}, inside
    found = [token.content for token in inside if token.type == "code_inline"]
    return found, "".join(token.content for token in inside if token.type == "text")


@given(any_text)
@example("x\n\n# HACKED")
@example("\u061c")
def test_any_text_is_one_code_and_nothing_else(text):
    (code,), rest = codes(f"Before {quoted(text)} after")
    assert rest == "Before  after"
    assert code.isprintable()


def test_what_can_be_read_is_said_as_it_is():
    for text in ("z=1,2", "K-means # 2", "[a](b)", "分类 <b>"):
        assert codes(quoted(text)) == ([text], "")


@given(st.one_of(st.text(max_size=12), st.text(MARKS + "a1.)+-!@=^%/w", max_size=12)))
@example("1. a")
@example("1)")
@example("www.a.bc")
@example("x WWW.a.bc")
@example("a@b.cd")
@example("a :star:")
def test_the_name_of_a_class_is_text_wherever_it_stands(text):
    try:
        found = read_names(text)
    except ValueError:
        return
    for name in found:
        assert codes(name) == ([], name)
        assert codes(f"{name} = `[1, 0]`") == (["[1, 0]"], f"{name} = ")
        assert not {":", "@"} & {*name}  # what Streamlit's Markdown has besides
        assert "www." not in name.lower()


@pytest.mark.parametrize("language", LANGUAGES)
@given(text=any_text)
def test_a_sentence_about_a_link_holds_what_it_said_as_code(language, text):
    params = Params(Number("T", 1.0, 0.01, 100.0))
    _, problems = params.read({"T": text})
    labels = shared_labels(language)

    def label(name: str, **values: object) -> str:
        return fill(labels[name], values)

    if problems:
        (code,), rest = codes(label("bad_link", what=names(problems, label)))
        assert code.startswith("T=")
        assert "0.01" in rest
        assert "100" in rest
    (_,), rest = codes(label("unknown_language", asked=quoted(text)))
    assert "HACKED" not in rest
