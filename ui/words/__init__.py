"""The words of the app: pages/<page>/<language>.md, and here the labels that all pages share.

A page's file is Markdown. Its first heading is the page's title; a comment names each part:

    # Softmax and argmax
    <!-- hook -->
    Who wins, and by how much? …
    <!-- labels -->
    - temperature: temperature T

`{{name}}` is a place for a number that the page computes, `[[name]]` one that follows the
hand in the browser (see `ui.figure.View`). The language is passed along,
never set globally: two readers of one server read two languages.
"""

import functools
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from ui.state import address

_CHOSEN = "xent language"
_TAGS = {"zh": "zh-CN"}
LANGUAGES = {"en": "English", "zh": "中文"}
_PAGES = Path(__file__).parents[2] / "pages"
_SHARED = Path(__file__).parent

_PART = re.compile(r"^<!-- ([\w.-]+) -->\n", re.MULTILINE)
_HEADING = re.compile(r"^#+(?= )", re.MULTILINE)
_SLOT = re.compile(r"\{\{(\w+)\}\}")
_CJK = "[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]"
_BREAK_IN_CHINESE = re.compile(f"^(?!#)(.*{_CJK})\n(?={_CJK})", re.MULTILINE)
_LABEL = re.compile(r"^- ([\w.-]+): (.+)$", re.MULTILINE)
# code and displayed formulas stand by themselves; a formula in a line has its marks behind it
_FORMULA = re.compile(r"`[^`]*`|\$\$.+?\$\$|\$([^$]+)\$([,.;:?!)，。；：、？！）”]*)", re.DOTALL)


def fill(template: str, values: Mapping[str, object]) -> str:
    """Put the values in the template's places. A place without a value is an error."""
    return _SLOT.sub(lambda match: str(values[match[1]]), template)


@dataclass(frozen=True)
class Words:
    """The parts of one page in one language, and the labels: the page's own and the shared."""

    language: str
    title: str
    parts: Mapping[str, str]
    labels: Mapping[str, str]

    def __call__(self, part: str, /, **values: object) -> str:
        """Return a part of the page with its places filled."""
        return fill(self.parts[part], values)

    def heading(self, part: str) -> str:
        """Return the heading that a part begins with. ValueError if it has none."""
        first = self.parts[part].partition("\n")[0]
        if not first.startswith("#"):
            raise ValueError(f"{self.title}: {part!r} has no heading")
        return first.lstrip("#").strip()

    def label(self, name: str, /, **values: object) -> str:
        """Return a short label with its places filled."""
        return fill(self.labels[name], values)


def parse_page(text: str) -> tuple[str, dict[str, str], dict[str, str]]:
    """Return the title, the parts and the labels of a page's file.

    A line break between two Chinese characters is dropped: a browser would show a space.
    Whatever level its parts' headings have, the highest is the second, below the title's.
    """
    head, *rest = _PART.split(_BREAK_IN_CHINESE.sub(r"\1", text))
    title = head.removeprefix("# ").strip()
    highest = min((len(mark) for part in rest for mark in _HEADING.findall(part)), default=2)
    rest = [_HEADING.sub(lambda mark: mark[0][highest - 2 :], part) for part in rest]
    parts = {name: body.strip() for name, body in zip(rest[::2], rest[1::2], strict=True)}
    return title, parts, dict(_LABEL.findall(parts.pop("labels", "")))


def hold_marks(markdown: str) -> str:
    """Return a text in which no line can begin with the punctuation behind a formula.

    A browser may break a line on either side of what a formula is made of, whatever comes next.
    So the punctuation becomes a part of the formula; page.css gives it the face of the text. A
    line may be broken behind it, also where the next formula stands close: else its "$" is read
    with this one's.
    """

    def held(match: re.Match[str]) -> str:
        if not match[2]:
            return match[0]
        close = "\u200b" * markdown.startswith("$", match.end())
        return rf"${match[1]}\text{{{match[2]}}}${close}"

    return _FORMULA.sub(held, markdown)


@functools.cache
def shared_labels(language: str) -> Mapping[str, str]:
    """Return the labels that every page shares."""
    return tomllib.loads((_SHARED / f"{language}.toml").read_text("utf-8"))


@functools.cache
def words(page: str, language: str) -> Words:
    """Return the words of a page in a language."""
    text = (_PAGES / page / f"{language}.md").read_text("utf-8")
    title, parts, labels = parse_page(text)
    held = {name: hold_marks(part) for name, part in parts.items()}
    return Words(language, title, held, {**shared_labels(language), **labels})


def tag(language: str) -> str:
    """Return the name of a language in HTML."""
    return _TAGS.get(language, language)


def choose_language(link: str | None, chosen: str | None, browser: str | None) -> str:
    """Return the link's language, else the one chosen in the app, else the browser's, else en."""
    for candidate in (link, chosen, (browser or "").replace("_", "-").split("-")[0].lower()):
        if candidate in LANGUAGES:
            return candidate
    return "en"


def current_language() -> str:
    """Return the reader's language: the address's, else on another page the one chosen before.

    The address is made to say a language that the browser does not ask for by itself.
    """
    usual = choose_language(None, None, st.context.locale)
    chosen = st.session_state.get(_CHOSEN) if address.arrived() else None
    language = choose_language(address.query().get("lang"), chosen, usual)
    st.session_state[_CHOSEN] = language
    if language != usual:
        address.add({"lang": language})
    return language


def set_language(language: str) -> None:
    """Take the reader's choice: a step that Back undoes."""
    address.push({"lang": language})
