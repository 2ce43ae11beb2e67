"""The words: the same places, formulas and labels in both languages, and what breaks is seen."""

import ast
import importlib
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from ui.app.navigation import LESSONS
from ui.words import (
    LANGUAGES,
    choose_language,
    fill,
    hold_marks,
    parse_page,
    shared_labels,
    words,
)
from xent_core.training import ACTIVATIONS, DATA, LOSSES, OPTIMIZERS, Config

ROOT = Path(__file__).parents[3]
NAMES = [lesson.name for lesson in LESSONS]
PLACE = re.compile(r"\{\{(\w+)\}\}|\[\[([\w.|]+)\]\]")
FORMULA = re.compile(r"\$\$?([^$]+?)\.?\$\$?")  # an English sentence may end with it
CODE = re.compile(r"`([^`]+)`")


def raw(name: str, language: str) -> str:
    return (ROOT / "pages" / name / f"{language}.md").read_text("utf-8")


def found(pattern: re.Pattern[str], text: str) -> list[str]:
    return sorted("".join(match.groups(default="")) for match in pattern.finditer(text))


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_have_the_same_parts_labels_places_and_formulas(name):
    english, chinese = (parse_page(raw(name, language)) for language in ("en", "zh"))
    assert english[1].keys() == chinese[1].keys()
    assert english[2].keys() == chinese[2].keys()
    for one, other in zip(english[1:], chinese[1:], strict=True):
        for key in one:
            assert found(PLACE, one[key]) == found(PLACE, other[key]), key
            assert found(FORMULA, one[key]) == found(FORMULA, other[key]), key
            assert found(CODE, one[key]) == found(CODE, other[key]), key


def test_both_tables_of_labels_have_the_same_keys_and_places():
    english, chinese = (shared_labels(language) for language in ("en", "zh"))
    assert english.keys() == chinese.keys()
    for key in english:
        assert found(PLACE, english[key]) == found(PLACE, chinese[key]), key


def test_a_missing_place_or_formula_would_be_seen():
    assert found(PLACE, "{{a}} [[p.2|3]]") == ["a", "p.2|3"]
    assert found(PLACE, "{{a}}") != found(PLACE, "{{b}}")
    assert found(FORMULA, "a $x$ b $y$") == ["x", "y"]


def unrendered_bold(text: str) -> list[str]:
    """Return what CommonMark leaves of bold marks: stars in the rendered text."""
    return re.findall(r".{0,12}\*\*.{0,12}", MarkdownIt().render(text))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_every_bold_mark_renders(name, language):
    assert unrendered_bold(raw(name, language)) == []


def test_a_bold_mark_that_would_not_render_is_seen():
    assert unrendered_bold("**注意：**正文")
    assert not unrendered_bold("**注意**：正文 and **this** too")
    assert unrendered_bold("**never closed")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_no_number_with_digits_behind_the_point_is_typed_into_prose(name, language):
    _, parts, labels = parse_page(raw(name, language))
    prose = " ".join([*parts.values(), *labels.values()])
    assert re.findall(r"\d+\.\d+", FORMULA.sub("", prose)) == []


# Numbers of English sentences that are followed by a word in the plural and are never 1: there
# are at least two of these, or they are constants of the page. All others may be 1.
NEVER_ONE = {
    "home": {"loss"},
    "softmax": {"C"},
    "information": {"left", "n", "N"},
    "entropy": {"count", "limit", "length"},
    "inside_pytorch": {"floor", "seconds", "size", "kl"},
    "one_hot": {"floor3", "loss", "size", "hard", "count"},
    "overflow": {"less", "n", "loss"},
    "training": {
        "samples",
        "epochs",
        "test",
        "classes",
        "enough",
        "fast",
        "times",
        "scale",
        "most",
    },
    "labels": {"most", "longest", "found", "count", "rows", "classes", "bits", "divergence"},
}
PLURAL = re.compile(
    r"(?:\{\{|\[\[)(\w+)[\w.|]*(?:\}\}|\]\])(?:\*\*)? "
    r"(?!(?:is|was|as|has|takes|its|this)\b)[a-z-]+s\b"
)


def counted(text: str) -> set[str]:
    """Return the places for numbers that stand before a word in the plural."""
    return set(PLURAL.findall(text))


@pytest.mark.parametrize("name", [*NAMES, "labels"])
def test_no_number_that_may_be_1_stands_before_a_plural(name):
    own = shared_labels("en") if name == "labels" else {}
    if not own:
        _, parts, labels = parse_page(raw(name, "en"))
        own = {**parts, **labels}
    assert counted(" ; ".join(own.values())) == NEVER_ONE.get(name, set())


def test_a_number_before_a_plural_is_seen():
    assert counted("{{asked}} questions, [[n|exact]] symbols, **{{k}}** rows; {{a}} is") == {
        "asked", "n", "k",
    }  # fmt: skip


def files_of(name: str) -> list[Path]:
    """Return a lesson's own code, and what some lessons share, of which it may use a part."""
    return [*(ROOT / "pages" / name).glob("*.py"), *(ROOT / "ui" / "lesson").glob("*.py")]


# The names of options, each the setting's and its own: training/settings.py makes them of lists.
MADE_OF_LISTS = {
    "training": {
        f"{setting}_{option}"
        for setting, options in (
            ("data", DATA), ("activation", ACTIVATIONS), ("optimizer", OPTIMIZERS), ("loss", LOSSES)
        )
        for option in options
    } | {each.name for each in fields(Config)}
}  # fmt: skip


def keys_in(source: str) -> re.Pattern[str]:
    """Return what code may say as a key: its texts, and its f-texts of four letters or more."""
    texts = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            texts.append(re.escape(node.value))
        elif isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else "" for part in node.values]
            if sum(map(len, parts)) >= 4:
                texts.append("".join(re.escape(part) or r"[\w.-]+" for part in parts))
    return re.compile("|".join(texts) or "(?!)")


def unused(name: str, language: str, source: str) -> set[str]:
    """Return the parts and labels of a lesson that its code never says."""
    _, parts, labels = parse_page(raw(name, language))
    said = keys_in(source)
    asked = re.compile(r"-(told|if-\d)$")  # what is said of a question goes by its name
    keys = {key for key in [*parts, *labels] if not said.fullmatch(asked.sub("", key))}
    return keys - MADE_OF_LISTS.get(name, set()) - family_labels(name, source)


def family_labels(name: str, source: str) -> set[str]:
    """Return a lesson's parts and labels that go by the names of things, if it says such families.

    A family that its code asks for nowhere does not count.
    """
    if not (ROOT / "pages" / name / "labels.py").exists():
        return set()
    families = getattr(importlib.import_module(f"pages.{name}.labels"), "FAMILIES", {})
    asking = r"""named\([\w.]+, "{0}"|f["']{0}_{{"""
    asked = [one for one in families if re.search(asking.format(one), source)]
    return {f"{family}_{member}" for family in asked for member in families[family]}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_every_part_and_label_is_used_by_its_page(name, language):
    source = "\n".join(file.read_text("utf-8") for file in files_of(name))
    assert unused(name, language, source) <= {"road"}


def test_a_part_that_no_code_says_is_seen():
    assert "hook" in unused("softmax", "en", 's.say("tie")')
    assert "hook" not in unused("softmax", "en", 's.say("hook")')
    assert keys_in('f"title_{name}"').fullmatch("title_any")
    assert not keys_in('f"{a}_{b}"').fullmatch("title_any")


def test_a_place_without_a_value_is_an_error():
    assert fill("{{a}} of {{b}}", {"a": 1, "b": 2}) == "1 of 2"
    with pytest.raises(KeyError):
        fill("{{a}}", {})


def test_the_marks_behind_a_formula_are_held_by_it():
    assert (
        hold_marks("若 $q$，则 $p$ 为（$e^z$）。") == r"若 $q\text{，}$则 $p$ 为（$e^z\text{）。}$"
    )
    assert (
        hold_marks("`$a$, b` is $a$ b, $$c$$, $d$: e") == r"`$a$, b` is $a$ b, $$c$$, $d\text{:}$ e"
    )
    assert "$$" not in hold_marks("斜率是 $-1/p$：$p$ 越小就越陡。")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_no_sentence_has_got_into_a_formula(name, language):
    for at, part in words(name, language).parts.items():
        for formula in re.findall(r"(?<!\$)\$([^$]+)\$(?!\$)", re.sub(r"`[^`]*`", "", part)):
            bare = re.sub(r"\\(text|mathrm)\{[^}]*\}", "", formula)
            assert not re.search("[\u3000-\u9fff]", bare), (at, formula)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_bold_mark_keeps_a_formula_from_holding_what_stands_behind_it(language):
    for name in NAMES:
        assert re.findall(r".*\$\*+[,.;:?!)，。；：、？！）”]", raw(name, language)) == []


def test_no_displayed_formula_ends_with_a_western_full_stop_in_chinese():
    for name in NAMES:
        assert re.findall(r".*[.,]\$\$", raw(name, "zh")) == []


def test_a_line_break_between_chinese_characters_leaves_no_space():
    _, parts, _ = parse_page("# 标\n<!-- a -->\n#### 节\n一，\n二\n三 and\nEnglish\n")
    assert parts["a"] == "## 节\n一，二三 and\nEnglish"


def test_the_highest_heading_of_a_part_stands_one_level_below_the_title():
    _, parts, _ = parse_page("# T\n<!-- a -->\n##### deep\n<!-- b -->\n#### high\n#1\n")
    assert parts == {"a": "### deep", "b": "## high\n#1"}


@pytest.mark.parametrize(
    ("link", "chosen", "browser", "language"),
    [
        ("zh", "en", "en-US", "zh"),
        (None, "zh", "en-US", "zh"),
        (None, None, "zh-CN", "zh"),
        (None, None, "zh_TW", "zh"),
        (None, None, "fr", "en"),
        (None, None, None, "en"),
        ("tlh", "zh", "en", "zh"),
        ("../../etc", None, "en", "en"),
    ],
)
def test_link_then_choice_then_browser_then_english(link, chosen, browser, language):
    assert choose_language(link, chosen, browser) == language


def test_two_readers_of_one_server_read_two_languages():
    assert words("home", "zh").title != words("home", "en").title
    assert words("home", "en").label("loss") == "loss"


def test_words_need_no_server():
    code = "import ui.words as w; print(w.words('home', 'zh').title)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert done.stdout.decode().strip() == words("home", "zh").title
