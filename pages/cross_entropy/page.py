"""Cross entropy: what a prediction Q costs where the label, or the truth, is P."""

import functools

import numpy as np
import streamlit as st

from pages.cross_entropy import charts, models
from pages.cross_entropy.models import SMOOTHING, WAY
from pages.cross_entropy.programs import pair_program
from pages.cross_entropy.tosses import likelihood
from ui.draw import formula
from ui.figure import Choice, Preset, Readout, Row, Slider
from ui.lesson import pairs
from ui.lesson.bridge import bridge, example_of_pair
from ui.lesson.sampling import DRAWS, sampling
from ui.lesson.sections import Lesson, Section
from ui.state import folds, links
from ui.words.digits import show
from xent_core import cross_coding, entropy, one_hot, softmax
from xent_core.languages import LANGUAGE_TEXTS, LETTERS

lesson = Lesson("cross_entropy", units=True)


# ---- What the prediction costs

LOGITS, LABEL = (1.0, 2.0, 3.0, 4.0), 2  # those of the home page, and the class that is true there
PAIR = links.Params(
    pairs.P,
    pairs.Q,
    pairs.NAMES,
    opening={
        "p": pairs.P.write(tuple(one_hot(LABEL, len(LOGITS)).tolist()), {}),
        "q": pairs.Q.write(tuple(softmax(LOGITS).tolist()), {}),
        "names": "animals",
    },
)
WEATHER = pairs.PAIR.default
MOST_TERMS = 4  # written out in one line
APART = "\N{NO-BREAK SPACE}"  # of a name from its rectangle
SIGNS = (("■", "truth"), ("▨", "surprise"), ("▩", "fine"))  # of the areas


def terms_of_the_sum(count: int) -> str:
    """What each of so many classes adds; of many only the first and the last are written."""
    slots = [formula.slot(f"terms.{i}") for i in range(count)]
    return formula.total(*(slots if count <= MOST_TERMS else [*slots[:2], "…", slots[-1]]))


def sum_of_costs(s: Section, count: int) -> str:
    """The cross entropy of so many classes with its numbers, as a sum and as areas."""
    term = formula.row(formula.row("P ( x )"), formula.row(f"{s.unit.log} Q ( x )"))
    areas = {
        "both": formula.spot("both_area", "truth"),
        "more": formula.spot("more_area", "surprise"),
        "less": formula.spot("less_area", "fine"),
        "cross": formula.spot("cross", "surprise"),
        "entropy": formula.spot("entropy", "truth"),
    }
    halves = (s.label(name, **areas) for name in ("areas_cross", "areas_entropy"))
    said = " ".join(f'<span class="xent-whole">{half}</span>' for half in halves)
    for sign, colour in SIGNS:
        said = said.replace(sign, f'<span class="xent-{colour}">{sign}</span>')
    return formula.wrapped(
        ("H ( P , Q )", "= −", formula.over("x", term)),
        ("=", terms_of_the_sum(count)),
        ("=", formula.slot("cross", "surprise")),
    ) + formula.line(said)


def cost_as_area(s: Section) -> None:
    """Bars to pull on the left, the area on the right, lengths and costs in the table."""
    base, log = s.unit.base, s.unit.log
    names = pairs.class_names(s)
    if numbers := pairs.as_typed(s):
        s.stage.info(pairs.divided(s, numbers))
    s.figure(
        charts.pair_and_area(
            names,
            s.labels("both", "more", "less"),
            f"{s.label('length')} ({s.unit_name})",
            models.longest(base),
        ),
        functools.partial(models.cost, base=base),
        pairs.fields(s),
        readouts=[
            Readout("H(P, Q)", "cross", s.unit_name, "surprise"),
            Readout("H(P)", "entropy", s.unit_name, "truth"),
            Readout("H(P, Q) − H(P)", "kl", s.unit_name),
        ],
        rows=[Row(f"−{log} Q", "length"), Row(f"−P {log} Q", "terms", "surprise")],
        formula=sum_of_costs(s, len(names)),
        presets=[
            Preset("match", pairs.state(s["names"], s["p"], s["p"]), whole=True),
            *pairs.start_from(s),
        ],
        names={"classes": [f"{name}{APART}" for name in names]},
        alt=s.label("area_alt", unit=s.unit_name),
    )


# ---- Q on its way to P

TOWARDS = links.Params(links.Number("t", 0.0, 0.0, 1.0))


def towards(pair: Section) -> None:
    """Show Q moving towards P: the cost falls to H(P) and never below."""
    s = pair.below("towards", TOWARDS)
    p, q, base = pair["p"], pair["q"], s.unit.base
    floor = float(entropy(p, base=base))
    highest = float(np.nanmax(models.way_to(p, q, base)))
    s.figure(
        charts.pair_and_curve(
            pairs.class_names(pair),
            (s.label("way"), f"H(P, Q) ({s.unit_name})"),
            tuple(WAY.tolist()),
            floor,
            1.08 * highest or 1.0,
        ),
        functools.partial(models.towards, p=p, q=q, base=base),
        [Slider("t", "way", WAY, colour="prediction")],
        readouts=[
            Readout("H(P, Q)", "cross", s.unit_name, "surprise"),
            Readout("H(P, Q) − H(P)", "extra", s.unit_name),
        ],
        alt=s.label("way_alt", unit=s.unit_name),
    )
    s.say("towards", h=show(floor), unit=s.unit_name)
    if p == q:
        s.say("already")


def ask_how_low(s: Section) -> None:
    """Ask for the least cost of weather, whose entropy is not 0 as a label's is."""
    p = WEATHER["p"]
    s.ask(
        "lowest",
        ["to_zero", "to_entropy", "no_end"],
        right=1,
        then={"p": p, "q": p, "names": WEATHER["names"]},
        p=", ".join(f"{x:g}" for x in p),
        h=show(entropy(p, base=s.unit.base)),
        unit=s.unit_name,
    )


@lesson.section(pairs.KEY, PAIR)
def cost_of_a_prediction(s: Section) -> None:
    cost_as_area(s)
    bridge(s, "cross_entropy", example_of_pair(s))
    s.say("hook")
    ask_how_low(s)
    s.say("never")
    pairs.tools(s)
    lights = {"p": "P = ", "q": "Q = ", "terms": "H(P,Q)", "cross": "H(P,Q)"}
    s.program(pair_program(s["p"], s["q"], s.unit.name), lights)
    likelihood(s)
    lesson.fold("towards", lambda: towards(s), folds.told_of("towards", TOWARDS))
    part = "draws_certain" if max(s["p"]) == 1 else "draws"
    drawn = folds.told_of("draws", DRAWS)
    lesson.fold(part, lambda: sampling(s, part, both=True), drawn)


# ---- Real words in the code of another language

LANGUAGES = links.Params(
    links.Index("text", 0, of=len(LANGUAGE_TEXTS)),
    links.Index("code", 1, of=len(LANGUAGE_TEXTS)),
    links.Index("smooth", 0, of=len(SMOOTHING)),
)


@lesson.section("languages", LANGUAGES, further="words")
def real_words(s: Section) -> None:
    base, names = s.unit.base, s.labels("en", "de", "fr", "es", "zh_pinyin")
    s.figure(
        charts.codes_and_letters(
            s.labels("en_short", "de_short", "fr_short", "es_short", "zh_pinyin_short"),
            tuple(LETTERS),
            (s.label("measured"), "H(P, Q)", "H(P)"),
            s.labels("letters_p", "letters_q"),
            models.highest(base),
        ),
        functools.partial(models.coded, base=base),
        [
            Choice("text", "text_in", names),
            Choice("code", "code_of", names),
            Choice("smooth", "letters_unseen", s.labels("impossible", "once")),
        ],
        readouts=[
            Readout("measured", "bits", s.unit_name, "surprise"),
            Readout("H(P, Q)", "cross", s.unit_name, "prediction"),
            Readout("H(P)", "entropy", s.unit_name, "truth"),
            Readout("counted", "count|exact"),
            Readout("missing", "missing"),
        ],
        names={
            "missing": [" ".join(letters) or "–" for letters in models.missing_letters()],
            "text": names,
            "code": names,
        },
        alt=s.label("words_alt", unit=s.unit_name),
    )
    s.say("words", unit=s.unit_name)
    here, there = (LANGUAGE_TEXTS[int(s[name])] for name in ("text", "code"))
    foreign = cross_coding(here, there)
    if foreign.missing:
        share = show(100 * foreign.missing_share, 2)
        letters = " ".join(foreign.missing)
        s.say("unseen", letters=letters, share=share, text=s.label(here), code=s.label(there))
    s.say("nearly")
    with s.words.expander(s.label("where_from")):
        st.markdown(s.text("sources"))


lesson.end()
