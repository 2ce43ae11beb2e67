"""A lesson and its sections: how a page says what it shows, in the order in which it shows it.

    lesson = Lesson("softmax")

    @lesson.section("move", MOVE)
    def shift_or_scale(s: Section) -> None:
        s.figure(charts.moved(…), models.shift_and_scale, [Slider("c", "shift_c", STEPS), …])
        s.say("move")
        s.ask("shift", ["grows", "nothing", "shrinks"], right=1, then={"c": SHIFT, "s": 1.0})

A section is a function, run at once in a fragment of its own. It lays itself out: words beside
the figure, in one column on a phone. Labels are given by their keys and said in the reader's
language; what is no key (a formula, a number) stands as it is.
"""

import copy
import functools
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from urllib.parse import urlencode

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from ui.draw.panels import Picture
from ui.figure import Control, Pick, Preset, Readout, Row, Stream, Tour, View, live_figure
from ui.figure.sweeps import Arrays, Model
from ui.lesson.ending import show_end
from ui.lesson.folds import fold
from ui.lesson.questions import show_question
from ui.state import address, folds, links, questions
from ui.words import Words, current_language, words
from ui.words.glossary import glossary
from ui.words.units import Unit, unit_switch
from xent_core import set_probability

_FIGURE_WORDS = (
    "allowed", "allowed_whole", "copy_link", "decimal_point", "exact_value", "link_copied",
    "link_in_address", "lost", "presets", "save_picture", "save_picture_how",
    "touring", "waiting",
)  # fmt: skip
# what a label is said with: each has a field `label`
Labelled = TypeVar("Labelled", bound=Control | Preset | Readout | Row | Pick)
_KEY = re.compile("[a-z][a-z0-9_]+")  # what looks like one has to be one
_NO_KEY = {"nan"}


def figure_words(text: Words) -> dict[str, str]:
    """Return the labels that every live figure has."""
    return {name: text.labels[name] for name in _FIGURE_WORDS}


class Said(str):
    """Words as they are shown: no key of a label any more."""


class Lesson:
    """A lesson in this run: its words in the reader's language, and the reader's unit."""

    def __init__(self, name: str, *, units: bool = False) -> None:
        self.name = name
        self.text: Words = words(name, current_language())
        self.unit: Unit | None = unit_switch(self.text) if units else None
        self._above = ""  # what stands above what comes next: a section, a fold, nothing
        self._folds: set[str] = set()
        self._terms: dict[str, str] = {}  # the part that explains each term
        questions.ask_anew()

    def section(
        self,
        key: str,
        params: links.Params,
        *,
        figures: Sequence[str] = (),
        layout: str = "beside",
        further: str = "",
        of: Sequence[str] = (),
    ) -> Callable[[Callable[["Section"], None]], Callable[["Section"], None]]:
        """Run a function as a section whose state is `key`, of these parameters.

        Several live `figures` of the one state have a name each. `layout` is "beside" (words,
        then the figure beside them), "above" (words, question and verdict side by side above the
        figure), or "plain".

        A section off the path of a first visit is folded: `further` is the part of the lesson's
        text whose heading is the fold's. A link that has something to say of the state opens it;
        where sections share a state, something `of` these parameters and questions.
        """

        def run(function: Callable[[Section], None]) -> Callable[[Section], None]:
            def show() -> None:
                self._above = "section"
                function(Section(self, key, params, figures, layout))

            def unfold() -> None:
                if further:
                    self._fold(further, show, folds.told_of(key, params, of))
                else:
                    show()

            @st.fragment
            @functools.wraps(function)
            def fragment() -> None:
                for does in (unfold, None):
                    if questions.answered_anew():  # which the lesson's end has to say
                        st.rerun(scope="app")
                    if does:
                        does()

            self.divide("fold" if further else "section")
            fragment()
            return function

        return run

    def fold(self, part: str, show: Callable[[], None], wanted: bool = False) -> None:
        """Fold what `show` shows under the heading of a part of the lesson's text.

        It is open from the start where it is `wanted`, or the address says so by the part's name.
        """
        self.divide("fold")
        self._fold(part, show, wanted)

    def _fold(self, part: str, show: Callable[[], None], wanted: bool) -> None:
        self._folds.add(part)

        def below_heading() -> None:
            self._above = ""
            show()

        mark = self.text.label("further")
        fold(self.text.heading(part), mark, part, below_heading, wanted)
        self._above = "fold"

    def divide(self, below: str = "section") -> None:
        """Draw a line between what stands above, if there is something, and what comes `below`.

        A fold has lines of its own.
        """
        if self._above and below == "section":
            st.divider()
        self._above = below

    def say(self, part: str, place: DeltaGenerator | None = None, /, **numbers: object) -> None:
        """Show a part of the lesson's text with its numbers filled in.

        A heading that is a fold's is not said again. A term is explained where the lesson says it
        for the first time.
        """
        said = self.text(part, **numbers)
        if part in self._folds:
            said = said.partition("\n")[2]
        known = glossary(self.text.language)
        here = [one for one in known.find(said) if self._terms.setdefault(one, part) == part]
        shown = place or st
        shown.markdown(known.explain(said, here), unsafe_allow_html=bool(here))

    def end(self) -> None:
        """Show what one can say now, what was answered, and the sentence to take home."""
        st.divider()
        show_end(self.text)


@dataclass
class Section:
    """A part of a lesson with a state of its own."""

    lesson: Lesson
    key: str
    params: links.Params
    figures: Sequence[str] = ()
    layout: str = "beside"
    held: links.Held = field(init=False)
    words: DeltaGenerator = field(init=False)
    question: DeltaGenerator = field(init=False)
    verdict: DeltaGenerator = field(init=False)
    stage: DeltaGenerator = field(init=False)

    def __post_init__(self) -> None:
        self.held = links.hold(self.key, self.params, self.figures)
        self._lay_out()

    def _lay_out(self) -> None:
        if self.layout == "beside":
            self.words, self.stage = st.columns([1, 2], gap="large")
            self.question = self.verdict = self.words
        elif self.layout == "above":  # a verdict has its place from the start: nothing drops
            with st.container(key=f"xent-above-{self.key}"):
                self.words, self.question, self.verdict = st.columns([5, 4, 6], gap="medium")
            self.stage = st.container()
        else:
            self.words = self.question = self.verdict = self.stage = st.container()

    def part(self, layout: str = "beside") -> "Section":
        """Return another part of this section, below a line: the same state, a place of its own."""
        self.lesson.divide()
        other = copy.copy(self)
        other.layout = layout
        other._lay_out()
        return other

    def below(self, key: str, params: links.Params, layout: str = "beside") -> "Section":
        """Return a section with another state, which is run again together with this one."""
        self.lesson.divide()
        return Section(self.lesson, key, params, layout=layout)

    # -- the state

    def __getitem__(self, name: str) -> Any:
        return self.held[name]

    def put(self, **values: Any) -> None:
        """Change the state, for the callback of a button or a question."""
        links.put(self.key, self.params, **values)

    # -- words

    @property
    def text(self) -> Words:
        return self.lesson.text

    @property
    def unit(self) -> Unit:
        """The reader's unit. ValueError in a lesson without a switch of units."""
        if self.lesson.unit is None:
            raise ValueError(f"{self.lesson.name}: the lesson has no switch of units")
        return self.lesson.unit

    @property
    def unit_name(self) -> str:
        """What the reader's unit is called in the reader's language."""
        return self.label(self.unit.name)

    def label(self, name: str, /, **values: object) -> Said:
        """Return a label in the reader's language, with its places filled."""
        return Said(self.text.label(name, **values))

    def labels(self, *names: str) -> tuple[Said, ...]:
        """Return labels in the reader's language."""
        return tuple(map(self.label, names))

    def told(self, text: str) -> str:
        """Return a label by its key; what is no key stands as it is. KeyError if it is unknown."""
        if isinstance(text, Said) or text in _NO_KEY:
            return text
        known = text in self.text.labels or _KEY.fullmatch(text)
        return self.text.label(text) if known else text

    def say(self, part: str, /, **numbers: object) -> None:
        """Say a part of the lesson's text, with its numbers filled in."""
        self.lesson.say(part, self.words, **numbers)

    def say_small(self, words: str) -> None:
        """Say something in small letters of the text's colour: a caption's is too pale for some."""
        self.words.markdown(f":small[{words}]")

    def ask(
        self,
        name: str,
        options: Sequence[str],
        right: int,
        then: Mapping[str, Any] | Callable[[int], None] | None = None,
        **numbers: object,
    ) -> None:
        """Ask before showing: the answer is told, and the figure moved, once one has been given.

        The lesson's part `name` is the question, `name-told` what is true; `numbers` fill it.
        `then` moves the figure to the state in question: the values that change, or a function of
        the number of the option.
        """
        move = (lambda _: self.put(**then)) if isinstance(then, Mapping) else then
        told = list(map(self.told, options))
        places = self.question, self.verdict
        show_question(self.text, name, told, right, move, places, **numbers)

    def program(self, code: str, lights: Mapping[str, str] | None = None) -> None:
        """Show the program that does the same in PyTorch for exactly this state.

        `lights` say in which line a term of the formula is computed: {"p_k": "softmax("}.
        ValueError if no line has that in it.
        """
        lines = lines_of(code, lights or {})
        with st.expander(self.text.label("in_pytorch"), icon=":material/code:"):
            place = st.container(key=f"xent-program-{self.key}") if lines else st.container()
            place.code(code, language="python")
            if lines:
                place.html(f"<span hidden data-lights='{json.dumps(lines)}'></span>")
            st.markdown(self.text.label("in_pytorch_note"))

    # -- the figure

    def figure(
        self,
        picture: Picture,
        model: Model,
        controls: Iterable[Control],
        *,
        alt: str,
        name: str = "",
        readouts: Iterable[Readout] = (),
        rows: Iterable[Row] = (),
        formula: str = "",
        presets: Iterable[Preset] = (),
        picks: Iterable[Pick] = (),
        names: Mapping[str, Sequence[str]] | None = None,
        free: Sequence[str] = (),
        stream: Stream | None = None,
        kin: Mapping[str, Sequence[str]] | None = None,
        tour: Tour | None = None,
    ) -> None:
        """Show a live figure of this state, and what of a link could not be used.

        `model` is given the state as vectors: `values["z"]` of shape (rows, classes) for a row of
        numbers, (rows,) for one; a distribution is settled, its sum is 1. `alt`, the text
        alternative, is a label's key. Several figures of one state have a `name` each; the first
        says what could not be used. With a `stream`, rows come while the reader looks on, and
        its player takes the place of the button that sets all back.
        """
        shown = [self._worded(control) for control in controls]
        vectors = _vectors(self.held)
        rules = _rules(self.held, vectors)
        view = View(
            picture.figure,
            picture.binds,
            alt=self.told(alt),
            readouts=[self._worded(one) for one in readouts],
            rows=[self._worded(one) for one in rows],
            formula=formula,
            handles=picture.handles,
            picks=[replace(self._worded(one), trace=picture.picks.get(one.name)) for one in picks],
            names=names or {},
            vectors=vectors,
            rules={one.name: rules[one.name] for one in shown if one.name in rules},
            free=free,
            kin=kin or {},
        )
        given = _given_vectors(model, self.held, vectors)
        with self.stage:
            self._show(name or self.key, shown, given, view, [*presets], stream, tour)

    def _show(
        self,
        figure: str,
        controls: Sequence[Control],
        model: Model,
        view: View,
        presets: list[Preset],
        stream: Stream | None,
        tour: Tour | None,
    ) -> None:
        if self.held.problems and figure in (self.key, next(iter(self.figures), "")):
            said = links.names(self.held.problems, self.text.label)
            st.warning(self.text.label("bad_link", what=said))
        if not stream:
            whole = self.params.controls(self.params.default)
            presets.append(Preset(self.label("reset"), whole, whole=True))
        live_figure(
            figure,
            controls=controls,
            state=self.held.controls | ({"step": stream.step} if stream else {}),
            model=model,
            view=view,
            presets=[self._worded(preset) for preset in presets],
            words=figure_words(self.text) | dict(stream.words if stream else {}),
            bounds=self.params.bounds(self.held.state),
            link=self._link(),
            ack=self.held.acks.get(figure, ""),
            group=self.key,
            epoch=self.held.epoch,
            stream=stream,
            before=self.held.came(figure),
            tour=tour,
        )

    def _worded(self, one: Labelled) -> Labelled:
        """Say a label in the reader's language."""
        return replace(one, label=self.told(one.label))

    def _link(self) -> str:
        query = address.query() | self.held.query | {"lang": self.text.language}
        return urlencode(query, safe=",")


def lines_of(code: str, lights: Mapping[str, str]) -> dict[str, int]:
    """Return the first line, from 0, that has a text, for each term. ValueError if none has."""
    lines = code.splitlines()
    found = {
        term: next((at for at, line in enumerate(lines) if text in line), -1)
        for term, text in lights.items()
    }
    missing = [lights[term] for term, at in found.items() if at < 0]
    if missing:
        raise ValueError(f"no line of the program has {missing}")
    return found


def _vectors(held: links.Held) -> dict[str, tuple[str, ...]]:
    """Return the controls of each parameter that is a row of numbers."""
    rows = [p for p in held.params.params if isinstance(p, links.Numbers | links.Distribution)]
    return {param.name: tuple(param.controls(held[param.name])) for param in rows}


def _distributions(held: links.Held) -> list[str]:
    return [p.name for p in held.params.params if isinstance(p, links.Distribution)]


def _rules(held: links.Held, vectors: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Say where the model tells what each probability becomes when another is moved."""
    return {
        control: f"{name}.{i}"
        for name in _distributions(held)
        for i, control in enumerate(vectors[name])
    }


def _given_vectors(model: Model, held: links.Held, vectors: Mapping[str, Sequence[str]]) -> Model:
    """Return the model with its controls gathered to vectors, its distributions settled."""
    settled_names = _distributions(held)

    def gathered(values: Arrays) -> Arrays:
        given = dict(values)
        for name, controls in vectors.items():
            if all(control in given for control in controls):
                given[name] = np.stack([given.pop(control) for control in controls], axis=-1)
        settled = {name: settle(given[name], held[name]) for name in settled_names if name in given}
        return settled | dict(model({**given, **settled}))

    return gathered


def settle(asked: NDArray[np.float64], base: Sequence[float]) -> NDArray[np.float64]:
    """Return the distributions (R, K) of the rows of a sweep in which one number has moved."""
    before = np.asarray(base)
    moved = asked != before
    alone = moved.sum(axis=-1) == 1  # all else is a whole state, whose sum is 1
    at = moved.argmax(axis=-1)
    value = asked[np.arange(len(asked)), at]
    ruled = set_probability(np.broadcast_to(before, asked.shape), at, value)
    return np.where(alone[:, None], ruled, asked)
