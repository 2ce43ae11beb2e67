"""The symbols and terms of the app, a table a language: said once, explained where one points."""

import functools
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path

_FOLDER = Path(__file__).parent
# where a term is not prose: a term that is explained, code, a formula, a link, a heading, HTML
_NO_PROSE = re.compile(
    r"(<span role=.button.*?</span></span>|`[^`]*`|\$[^$]*\$|\[[^\]]*\]\([^)]*\)|^#.*$|<[^>]*>)",
    re.MULTILINE,
)
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")


@dataclass(frozen=True)
class Glossary:
    """The tables of one language: what each symbol and each term means."""

    note: str
    heads: tuple[str, str]
    meaning: str
    symbols: Mapping[str, str]
    terms: Mapping[str, str]

    def table(self) -> str:
        """Return the symbols, then the terms, as tables in Markdown."""
        symbols = [f"| **{name}** | {meaning} |" for name, meaning in self.symbols.items()]
        terms = [
            f"| **{name}** | {meaning} |"
            for name, meaning in self.terms.items()
            if f"{name}s" not in self.terms  # one line says one and many
        ]
        parts = zip(self.heads, (symbols, terms), strict=True)
        tables = [
            "\n".join([f"| {head} | {self.meaning} |", "|---|---|", *lines])
            for head, lines in parts
        ]
        return "\n\n".join([self.note, *tables])

    def find(self, markdown: str) -> list[str]:
        """Return the terms in the prose of a text, each once."""
        prose = _NO_PROSE.sub(" ", markdown)
        return [term for term in self.terms if _word(term).search(prose)]

    def explain(self, markdown: str, terms: list[str]) -> str:
        """Return a text in which the first occurrence of each of some terms can be pointed at.

        Its bold is HTML then: in Chinese, where no space stands before it, Markdown's own
        asterisks do not open beside a button's angle bracket, and are shown.
        """
        for term in terms:
            pieces = _NO_PROSE.split(markdown)  # at odd places stands what is no prose
            for at in range(0, len(pieces), 2):
                if _word(term).search(pieces[at]):
                    pieces[at] = _word(term).sub(lambda found: self._told(found[0]), pieces[at], 1)
                    break
            markdown = "".join(pieces)
        return _BOLD.sub(r"<strong>\1</strong>", markdown) if terms else markdown

    def _told(self, term: str) -> str:
        """Return a term as a button: a mouse, a key and a finger can all point at it.

        A real one would be a box in the line, and what comes behind it could begin the next line.
        """
        meaning = escape(self.terms[term])
        return (
            f'<span role="button" tabindex="0" class="xent-term">{escape(term)}'
            f'<span class="xent-meaning" role="tooltip">{meaning}</span></span>'
        )


def _word(term: str) -> re.Pattern[str]:
    """Return a pattern that finds a term as a word of its own; Chinese has no spaces."""
    return re.compile(rf"(?<![A-Za-z_-]){re.escape(term)}(?![A-Za-z_-])")


@functools.cache
def glossary(language: str) -> Glossary:
    """Return the glossary in a language."""
    return Glossary(**tomllib.loads((_FOLDER / f"{language}.toml").read_text("utf-8")))
