"""A whole lesson given to a room: 200 phones without browsers, a projector, a laptop, a phone.

From opening the room to the record as CSV. SHOTS=folder keeps pictures of all three on the way.
"""

import csv
import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.crowd import SURE
from tests.browser.conftest import ROOT, Lesson, Server
from ui.words import LANGUAGES, fill, shared_labels

CROWD = 200
SHOTS = os.environ.get("SHOTS")


class Crowd:
    """200 phones in a process of their own; each says what benchmarks.crowd has them say."""

    def __init__(self, server: Server, code: str) -> None:
        command = [sys.executable, "-m", "benchmarks.crowd", str(server.port), code, str(CROWD)]
        self._process = subprocess.Popen(
            command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._read() == "there"

    def _read(self):
        return json.loads(self._process.stdout.readline())  # ty: ignore[unresolved-attribute]

    def say(self, *said):
        print(json.dumps(said), file=self._process.stdin, flush=True)
        return self._read()

    def vote(self) -> None:
        assert {status for _, status in self.say("vote", 1.0)} == {204}

    def leave(self) -> None:
        self._process.kill()
        self._process.wait()


class Scene:
    """The three pages that people look at, in one language."""

    def __init__(self, visit, server: Server, language: str) -> None:
        self.language, self.labels = language, shared_labels(language)
        sizes = {"projector": (1920, 1080, 1), "laptop": (1280, 800, 2), "phone": (390, 844, 3)}
        path = f"/softmax?lang={language}"
        # of another scale, and so in another browser: each keeps a pseudonym of its own
        self.lessons: dict[str, Lesson] = {
            name: visit(path, base=server.url, width=w, height=h, device_scale_factor=scale)
            for name, (w, h, scale) in sizes.items()
        }
        self.pages = {name: lesson.page for name, lesson in self.lessons.items()}
        self.server, self.shots = server, 0

    def press(self, key: str) -> None:
        name = self.labels[f"class_{key}"]
        self.pages["projector"].get_by_role("button", name=name, exact=True).click()

    def see(self, who: str, key: str, **values) -> None:
        text = fill(self.labels[key], {name: str(value) for name, value in values.items()})
        self.pages[who].get_by_text(text).first.wait_for()

    def join(self, who: str, code: str) -> None:
        self.pages[who].goto(f"{self.server.url}/room/{code}?lang={self.language}")
        self.see(who, "room_waiting")

    def shoot(self, what: str) -> None:
        """Keep a picture of each page, if somebody wants to look at them."""
        self.shots += 1
        for who, page in self.pages.items() if SHOTS else ():
            Path(SHOTS or "").mkdir(exist_ok=True)
            page.screenshot(path=f"{SHOTS}/{self.language}-{self.shots}-{what}-{who}.png")


def vote(scene: Scene, who: str, option: int) -> None:
    scene.pages[who].get_by_role("radio").nth(option).check()
    scene.see(who, "room_sent")


def paid(record: list[dict[str, str]], number: int) -> list[float]:
    return [float(row["bits"]) for row in record if row["vote"] == str(number) and row["bits"]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lesson_is_given_from_the_opening_to_the_record(visit, own, language, tmp_path):
    scene = Scene(visit, own, language)
    projector = scene.pages["projector"]
    scene.press("open")
    scene.press("open_now")
    code = projector.locator(".xent-class-code").inner_text()
    projector.locator(".xent-class-qr svg").wait_for()
    crowd = Crowd(own, code)
    try:
        for who in ("laptop", "phone"):
            scene.join(who, code)
        scene.shoot("joined")
        give(scene, crowd)
        record = take_home(scene, tmp_path)
    finally:
        crowd.leave()
    scene.press("board")
    projector.locator(".xent-class li").first.wait_for()
    scene.shoot("board")
    voters = CROWD + 2
    for number in (1, 2):
        assert len(paid(record, number)) == voters
    options = len(record) // (2 * voters)
    assert len(record) == 2 * voters * options
    # of the crowd each gave SURE to option 1; the two who saw the truth named it
    crowd_pays = -math.log2(SURE) if true_option(record) == 1 else None
    if crowd_pays is not None:
        assert sum(bits == pytest.approx(crowd_pays) for bits in paid(record, 2)) >= CROWD
    average = sum(paid(record, 2)) / voters
    assert f"{average:.3f}" in scene.pages["phone"].locator("main").inner_text()
    projector.once("dialog", lambda dialog: dialog.accept())
    scene.press("close")
    scene.see("phone", "room_closed")
    scene.see("laptop", "room_closed")
    assert [lesson.errors for lesson in scene.lessons.values()] == [[]] * 3


def true_option(record: list[dict[str, str]]) -> int:
    """The number of the true option."""
    first = [row for row in record if row["phone"] == record[0]["phone"] and row["vote"] == "1"]
    return [row["true"] for row in first].index("1")


def give(scene: Scene, crowd: Crowd) -> None:
    """Ask, show, ask again, tell; and lead those who follow."""
    scene.press("ask")
    for who, option in (("laptop", 0), ("phone", 2)):
        vote(scene, who, option)
    crowd.vote()
    scene.see("projector", "class_answered", count=CROWD + 2)
    assert scene.pages["projector"].locator(".xent-class-bar").count() == 0
    scene.shoot("voted")
    scene.press("show_votes")
    scene.pages["projector"].locator(".xent-class-bar").first.wait_for()
    scene.see("phone", "room_room_says")
    scene.shoot("votes")
    scene.press("again")
    for who in ("laptop", "phone"):
        scene.pages[who].get_by_role("radio").first.wait_for()
        vote(scene, who, 1)
    crowd.vote()
    scene.see("projector", "class_answered", count=CROWD + 2)
    scene.press("show_answer")
    scene.pages["projector"].locator(".xent-class-bar.true").first.wait_for()
    scene.pages["phone"].locator(".paid").wait_for()
    scene.shoot("answer")
    scene.press("lead")
    laptop = scene.pages["laptop"]
    laptop.get_by_role("button", name=scene.labels["room_follow"]).click()
    inside = laptop.frame_locator("iframe.follow")
    inside.locator('.xent[data-ready="true"]').first.wait_for(timeout=30_000)
    scene.lessons["projector"].type("z0", "7")
    laptop.wait_for_function(
        "() => document.querySelector('iframe').contentWindow.location.search.includes('z=7,')"
    )
    scene.shoot("led")
    laptop.get_by_role("button", name=scene.labels["room_follow_end"]).click()
    assert all(phone[-1][0].startswith("/softmax?") for phone in crowd.say("links"))


def take_home(scene: Scene, folder: Path) -> list[dict[str, str]]:
    """The room's record, as the teacher's browser saves it."""
    with scene.pages["projector"].expect_download() as saved:
        scene.press("record")
    path = folder / saved.value.suggested_filename
    saved.value.save_as(path)
    with path.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))
