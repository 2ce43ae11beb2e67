"""The page on adding a lesson is true: the lesson that it builds works, and keeps the rules."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.browser.conftest import ROOT, Lesson, Server
from ui.words import parse_page
from ui.words.digits import show
from xent_core import self_information

PAGE = (ROOT / "docs" / "adding-a-lesson.md").read_text("utf-8")
NAVIGATION = "ui/app/navigation.py"
BLOCK = re.compile(r"^`([^`\n]+)`:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FENCE = re.compile(r"^```", re.MULTILINE)
TO_MAKE = re.compile(r"^\| `([^`]+)` \|", re.MULTILINE)


def copy_project(to: Path) -> None:
    """Copy what git knows of the project, as it is on the disk now."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).exists():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, to / name)


def follow_the_page(root: Path) -> None:
    """Do in a copy of the project what the page says."""
    for name, code in BLOCK.findall(PAGE):
        path = root / name
        if name == NAVIGATION:
            head, last, rest = re.split(r"(?m)(^    Lesson\(.*\n)(?=\)$)", path.read_text("utf-8"))
            path.write_text(head + last + code + rest, "utf-8")
        else:
            assert not path.exists()
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(code, "utf-8")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("project")
    copy_project(root)
    follow_the_page(root)
    return root


@pytest.fixture(scope="module")
def base(project: Path) -> Iterator[str]:
    server = Server(root=project)
    server.start()
    yield server.url
    server.stop()


def test_every_block_of_the_page_is_a_file_that_it_tells_to_make():
    named = [name for name, _ in BLOCK.findall(PAGE)]
    assert len(FENCE.findall(PAGE)) == 2 * len(named)
    assert len(set(named)) == len(named)
    assert set(named) == set(TO_MAKE.findall(PAGE))


def assert_shows(lesson: Lesson, p: float) -> None:
    """The figure and the readout are those of this probability."""
    heads, tails = self_information(np.array([p, 1 - p]))
    figure = lesson.figure()
    assert figure["drawn"] == {"p": p}
    assert figure["traces"][0]["y"] == pytest.approx([heads, tails])
    assert figure["traces"][0]["text"] == [show(heads, 2), show(tails, 2)]
    assert figure["readouts"] == [show(tails - heads)]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_lesson_of_the_page_asks_tells_and_follows_the_hand(visit, base, language):
    text = dict(BLOCK.findall(PAGE))[f"pages/odds/{language}.md"]
    title, parts, labels = parse_page(text)
    lesson = visit(f"/odds?lang={language}", base=base)
    page = lesson.page
    assert page.inner_text("h1") == title
    assert_shows(lesson, 0.8)
    assert lesson.figure()["traces"][0]["x"] == [labels["heads"], labels["tails"]]

    assert labels["opposite"] in lesson.options().nth(1).inner_text()
    lesson.answer(1)
    told = parts["swap-told"].split("{{")[0]
    page.wait_for_selector(f".stMarkdown p:has-text('{told}')")
    lesson.until("JSON.parse(document.querySelector('.xent').dataset.drawn).p === 0.2")
    lesson.settle()
    assert_shows(lesson, 0.2)
    before = self_information(0.2) - self_information(0.8)
    said = page.locator(f".stMarkdown p:has-text('{told}')").inner_text()
    assert show(before) in said
    assert show(-before) in said

    x, y = lesson.grab("p", 0.2)
    page.mouse.move(x + 40, y, steps=5)
    under_the_hand = lesson.figure()["drawn"]["p"]
    assert 0.2 < under_the_hand < 0.9
    assert_shows(lesson, under_the_hand)
    page.mouse.up()
    lesson.settle()
    assert_shows(lesson, under_the_hand)
    assert f"p={under_the_hand}" in page.url
    assert lesson.errors == []
    assert page.get_by_test_id("stException").count() == 0


PYTEST = ["pytest", "-q", "-p", "no:cacheprovider"]
PYTEST += ["-n", "0"] if importlib.util.find_spec("xdist") else []
CHECKS = {
    "house": [*PYTEST, "tests/test_house.py", "tests/ui/words/test_words.py"],
    "every lesson": [*PYTEST, "tests/pages/test_pages.py", "-k", "odds"],
    "lint": ["ruff", "check", "pages", "ui"],
    "format": ["ruff", "format", "--check", "pages", "ui"],
}


@pytest.mark.parametrize("command", CHECKS.values(), ids=CHECKS)
def test_the_lesson_of_the_page_keeps_the_rules_of_the_house(project, command):
    environment = {name: x for name, x in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run([sys.executable, "-m", *command], cwd=project, env=environment,
                          capture_output=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stdout.decode()


def test_the_program_of_the_page_prints_what_the_lesson_shows(project):
    """PyTorch itself is the judge of the difference."""
    source = "from pages.odds.programs import logit_program; exec(logit_program(0.2))"
    done = subprocess.run([sys.executable, "-c", source], cwd=project, capture_output=True,
                          check=True)  # fmt: skip
    printed = [float(line.split()[-1]) for line in done.stdout.decode().splitlines()]
    logit = self_information(0.8) - self_information(0.2)
    assert printed == pytest.approx([logit, logit, 0.2])
