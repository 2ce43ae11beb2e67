"""The rules of a room: what may be asked and answered, in which order, and who may see what.

A room is a plain value, and so is what is done to it: nothing here waits, stores or sends. Votes
lie beside it, for they come from many at once (see ui.room.store).

    open → asked → votes shown → answer shown → asked again, or the next question
"""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ui.words.digits import show
from xent_core.forecasts import compared, mean_forecast, paid, sure_forecast

MOST_OPTIONS = 10
LONGEST_TEXT = 600  # characters of a question, or of one of its options
LONGEST_LINK = 2_000
MOST_QUESTIONS = 60  # of a room
MOST_ROUNDS = 4  # votes on one question
BOARD = 10  # places
MOST_CHIPS = 100
SUM_MAY_MISS = 1e-6

Votes = Mapping[str, Sequence[float]]  # by who gave them
Texts = Mapping[str, str]  # by language


class RefusedError(ValueError):
    """What nobody may do, or not now; its message is for those who write a client."""


@dataclass(frozen=True)
class Question:
    """What the room is asked: in every language, with the number of the true option, if any."""

    text: Texts
    options: Mapping[str, Sequence[str]]
    truth: int | None = None

    @property
    def count(self) -> int:
        return len(next(iter(self.options.values())))


@dataclass(frozen=True)
class Room:
    """A room as it stands.

    `asked` counts its questions, `rounds` the votes on the one that stands, the last one
    included. `shown` and `answered` say whether the votes and the truth have been shown. `link`
    is where those are led who follow. `past` holds the questions before, as `record` says them.
    """

    language: str
    asked: int = 0
    question: Question | None = None
    rounds: int = 0
    shown: bool = False
    answered: bool = False
    board: bool = False
    link: str = ""
    past: tuple[Mapping[str, Any], ...] = ()

    @property
    def votes_at(self) -> str:
        """The name that the votes of now lie under."""
        return f"{self.asked}.{self.rounds}"

    def earlier(self) -> list[str]:
        """The names that the votes on this question lie under, the first one first."""
        return [f"{self.asked}.{number}" for number in range(1, self.rounds + 1)]

    def record(self) -> list[dict[str, Any]]:
        """Every question so far: its number, how many votes there were, its words, its truth."""
        question = self.question
        if question is None:
            return []
        words = {"text": dict(question.text), "options": dict(question.options)}
        truth = question.truth if self.answered else None
        now = {"asked": self.asked, "rounds": self.rounds, "truth": truth, **words}
        return [*map(dict, self.past), now]


def refuse_unless(holds: bool, why: str) -> None:
    """Raise RefusedError where something does not hold."""
    if not holds:
        raise RefusedError(why)


# ---- what the teacher does


def ask(room: Room, question: Question) -> Room:
    """Put a question to the room. Votes on the one before are closed."""
    refuse_unless(room.asked < MOST_QUESTIONS, f"more than {MOST_QUESTIONS} questions")
    return replace(
        room,
        asked=room.asked + 1,
        question=question,
        rounds=1,
        shown=False,
        answered=False,
        past=tuple(room.record()),
    )


def show_votes(room: Room) -> Room:
    """Close the vote and show the room's mean forecast and its spread."""
    refuse_unless(room.question is not None, "nothing has been asked")
    return replace(room, shown=True)


def show_answer(room: Room) -> Room:
    """Show what is true and what each forecast pays. The votes are shown with it."""
    refuse_unless(room.question is not None, "nothing has been asked")
    return replace(room, shown=True, answered=True)


def again(room: Room) -> Room:
    """Vote again on the same question, after talk: the truth must not have been shown."""
    refuse_unless(room.question is not None, "nothing has been asked")
    refuse_unless(room.shown and not room.answered, "only between the votes and the answer")
    refuse_unless(room.rounds < MOST_ROUNDS, f"more than {MOST_ROUNDS} votes on one question")
    return replace(room, rounds=room.rounds + 1, shown=False)


def lead(room: Room, link: str) -> Room:
    """Lead those who follow to a lesson and its state; nowhere with an empty link."""
    return replace(room, link=read_link(link) if link else "")


def set_board(room: Room, on: bool) -> Room:
    """Have the best forecasters listed by their pseudonyms, or not."""
    return replace(room, board=bool(on))


# ---- what was paid, over all questions


def pseudonym(who: str) -> dict[str, int]:
    """The name that the room knows a phone by: one of ten animals, and a number of two digits.

    Nobody can tell from it what the phone calls itself, which is what lets it vote.
    """
    digest = hashlib.sha256(who.encode()).digest()
    return {"animal": digest[0] % 10, "number": 10 + digest[1] % 90}


@dataclass(frozen=True)
class Place:
    """Somebody's place on the board: the average bits, over so many answered questions."""

    who: str
    bits: float
    questions: int


def places(record: Sequence[Mapping[str, Any]], last_votes: Sequence[Votes]) -> list[Place]:
    """Return the board, the least bits first; `last_votes` are those of each question's last vote.

    Questions without a truth, or whose truth was not shown, do not count.
    """
    bits: dict[str, list[float]] = {}
    for question, votes in zip(record, last_votes, strict=True):
        if question["truth"] is not None and votes:
            for who, price in _prices(votes, question["truth"])[2].items():
                bits.setdefault(who, []).append(price)
    found = [Place(who, sum(some) / len(some), len(some)) for who, some in bits.items()]
    return sorted(found, key=lambda place: (place.bits, -place.questions, place.who))


def rows(question: Mapping[str, Any], language: str, forecast: Sequence[float]) -> list[list[Any]]:
    """Return a forecast as lines of a table: the question, an option, its probability, the truth.

    The last column is what the forecast paid, beside the true option.
    """
    texts, options, truth = question["text"], question["options"], question["truth"]
    said = language if language in texts else next(iter(texts))
    bits = "" if truth is None else float(paid([forecast], truth).average)
    return [
        [texts[said], option, float(q), "" if truth is None else int(at == truth),
         bits if at == truth else ""]
        for at, (option, q) in enumerate(zip(options[said], forecast, strict=True))
    ]  # fmt: skip


# ---- what comes from outside


def read_question(said: Any) -> Question:
    """Read a question. RefusedError if it is none."""
    refuse_unless(isinstance(said, dict), "no question")
    text, options, truth = said.get("text"), said.get("options"), said.get("truth")
    refuse_unless(isinstance(text, dict) and isinstance(options, dict), "no question")
    refuse_unless(0 < len(text) <= 4 and text.keys() == options.keys(), "not in every language")
    refuse_unless(all(isinstance(some, list) for some in options.values()), "no options")
    (count, *differ) = {len(some) for some in options.values()}
    refuse_unless(not differ and 2 <= count <= MOST_OPTIONS, f"2 to {MOST_OPTIONS} options")
    said_in_all = [*text.values(), *(one for some in options.values() for one in some)]
    short = (isinstance(one, str) and 0 < len(one.strip()) <= LONGEST_TEXT for one in said_in_all)
    refuse_unless(all(short), f"texts of 1 to {LONGEST_TEXT} characters")
    known = truth is None or (type(truth) is int and 0 <= truth < count)
    refuse_unless(known, "truth: none of the options")
    return Question(text, {language: tuple(some) for language, some in options.items()}, truth)


def read_link(said: Any) -> str:
    """Read a link into the app: a path and a query. RefusedError if it leads anywhere else."""
    inside = isinstance(said, str) and said.startswith("/") and not said.startswith(("//", "/\\"))
    refuse_unless(inside and len(said) <= LONGEST_LINK, "no link into the app")
    refuse_unless(not any(ord(c) < 32 for c in said), "no link into the app")
    return said


def read_forecast(room: Room, said: Any) -> tuple[float, ...]:
    """Read a forecast for the question that stands. RefusedError if it is none."""
    question = room.question
    if question is None or room.shown:
        raise RefusedError("there is no vote now")
    refuse_unless(isinstance(said, list) and len(said) == question.count, "not one for each option")
    numbers = (type(x) in (int, float) and 0 <= x <= 1 for x in said)
    refuse_unless(all(numbers), "no probabilities")
    total = math.fsum(said)
    refuse_unless(abs(total - 1) <= SUM_MAY_MISS, "the sum is not 1")
    return tuple(float(x / total) for x in said)


def _probability(said: Any) -> float:
    if type(said) not in (int, float) or not 0 <= said <= 1:
        raise RefusedError("no probability")
    return float(said)


def read_vote(room: Room, said: Mapping[str, Any]) -> tuple[float, ...]:
    """Read what a phone says, as a forecast. RefusedError if it is none.

    It names an `option` and says how `sure` it is of it, or lays `chips` on the options, or
    gives all probabilities of a `forecast`.
    """
    if "option" in said:
        option, count = said["option"], room.question.count if room.question else 0
        refuse_unless(type(option) is int and 0 <= option < count, "none of the options")
        forecast = sure_forecast(option, _probability(said.get("sure")), count)
        return read_forecast(room, forecast.tolist())
    if "chips" in said:
        chips = said["chips"]
        refuse_unless(isinstance(chips, list) and 0 < len(chips) <= MOST_OPTIONS, "no chips")
        whole = all(type(chip) is int and 0 <= chip <= MOST_CHIPS for chip in chips)
        refuse_unless(whole and sum(chips) > 0, "no chips")
        return read_forecast(room, [chip / sum(chips) for chip in chips])
    return read_forecast(room, said.get("forecast"))


# ---- what is seen


@dataclass(frozen=True)
class Seen:
    """What there is to see of a room now: for all, for the teacher besides, for each who voted.

    Before the votes are shown nobody sees more of them than how many there are.
    """

    all: dict[str, Any]
    teacher: dict[str, Any] = field(default_factory=dict)
    own: dict[str, dict[str, Any]] = field(default_factory=dict)


def see(room: Room, rounds: Sequence[Votes]) -> Seen:
    """Say what there is to see; `rounds` are the votes on the question, the last one at the end."""
    shared: dict[str, Any] = {"language": room.language, "link": room.link, "phase": _phase(room)}
    if room.question is None:
        return Seen(shared)
    question, votes = room.question, rounds[-1]
    shared |= {
        "asked": room.asked,
        "round": room.rounds,
        "text": dict(question.text),
        "options": {name: list(some) for name, some in question.options.items()},
    }
    teacher: dict[str, Any] = {"count": len(votes)}
    teacher["board"] = room.board
    if not room.shown:
        return Seen(shared, teacher)
    shared["rounds"] = [_summary(some, question.count) for some in rounds]
    if not room.answered:
        return Seen(shared, teacher)
    if question.truth is None:
        shared["against_first"] = _against_first(rounds)
        return Seen(shared, teacher)
    shared["truth"] = question.truth
    prices = [_prices(some, question.truth) for some in rounds]
    shared["bits"] = [average for average, _, _ in prices]
    shared["of_mean"] = [together for _, together, _ in prices]
    own = {who: {"paid": show(bits, 3)} for who, bits in prices[-1][2].items()}
    return Seen(shared, teacher, own)


def _phase(room: Room) -> str:
    if room.question is None:
        return "waiting"
    if room.answered:
        return "answered"
    return "shown" if room.shown else "voting"


def _table(votes: Votes, count: int) -> np.ndarray:
    return np.array(list(votes.values()), dtype=np.float64).reshape(-1, count)


def _summary(votes: Votes, count: int) -> dict[str, Any]:
    """The mean forecast of a round and its spread: the middle half, option by option."""
    if not votes:
        return {"count": 0}
    table = _table(votes, count)
    low, high = np.quantile(table, (0.25, 0.75), axis=0)
    mean = mean_forecast(table)
    return {
        "count": len(table),
        "mean": mean.tolist(),
        "said": [show(q, 2) for q in mean],
        "low": low.tolist(),
        "high": high.tolist(),
    }


def _prices(votes: Votes, truth: int) -> tuple[str, str, dict[str, float]]:
    """The average bits of a round, the bits of its mean forecast, and each one's."""
    if not votes:
        return "", "", {}
    price = paid(_table(votes, len(next(iter(votes.values())))), truth)
    each = dict(zip(votes, price.each.tolist(), strict=True))
    return show(price.average), show(price.of_mean), each


def _against_first(rounds: Sequence[Votes]) -> dict[str, str]:
    """What the last vote costs where the first one is P: H(P, Q) = H(P) + D(P‖Q), in bits."""
    if not rounds[0] or not rounds[-1]:
        return {}
    first, last = (mean_forecast(list(votes.values())) for votes in (rounds[0], rounds[-1]))
    price = compared(first, last)
    return {name: show(value) for name, value in price._asdict().items()}
