"""Walks at random through what a person can do, and what a page shows at their end.

A step is chosen among all that can be pressed, pulled, typed or turned to where the walk is; what
a page shows is read from what the browser has drawn: shapes with their computed colours, texts
with their places, tables, fields, the page's words. Two pages of one address must show the same.
"""

import random
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Error, Page

from tests.browser.conftest import Lesson, calm, show_button
from ui.app.navigation import LESSONS

_FOLDER = Path(__file__).parent / "js"


def script(name: str) -> str:
    """A function that runs in the page."""
    return (_FOLDER / f"{name}.js").read_text("utf-8")


# ---- what a page shows

# Not in the address by intent: which part of an array one looks at (a tree's way: here the first
# again), at which step and which sample one looks at a run (here the last again), and the offer to
# go back to the numbers that an answer has replaced (not compared). No step goes where the pages
# say "unlinked": to a pasted text, the game of twenty questions, the wiring board's guesses,
# measured times, a run's sample.
LOOK = script("look")


def look(page: Page) -> dict[str, Any]:
    """What the page shows."""
    calm(page)
    for pick in page.locator("[data-pick] label:first-of-type").all():
        pick.click()
    for film in page.locator('.xent[data-playing] [id$="-step"]').all():
        film.press("End")
    page.mouse.move(2, 2)
    return page.evaluate(LOOK)


# ---- how two pages differ

NEAR = 1.6  # px: what rounding to the screen's pixels may do


def _apart(one: list[float], other: list[float]) -> bool:
    return len(one) != len(other) or any(abs(a - b) > NEAR for a, b in zip(one, other, strict=True))


_NUMBER = re.compile(r"-?\d+\.?\d*")


def _ways_differ(one: str, other: str) -> bool:
    if one == other:
        return False
    if _NUMBER.sub("#", one) != _NUMBER.sub("#", other):
        return True
    return _apart(*([float(x) for x in _NUMBER.findall(way)] for way in (one, other)))


def _lists(name: str, here: list[str], there: list[str]) -> list[str]:
    found = [
        f"{name}[{i}]: {a[:160]!r}, fresh {b[:160]!r}"
        for i, (a, b) in enumerate(zip(here, there, strict=False))
        if a != b
    ]
    if len(here) != len(there):
        found.append(f"{name}: {len(here)} of them, fresh {len(there)}")
    return found[:4]


def _shapes(name: str, here: list[dict[str, Any]], there: list[dict[str, Any]]) -> list[str]:
    found = []
    for i, (a, b) in enumerate(zip(here, there, strict=False)):
        differ = [
            f"{part} {a[part]!s:.120} fresh {b[part]!s:.120}"
            for part, differs in (
                ("what", a["what"] != b["what"]),
                ("paint", a["paint"] != b["paint"]),
                ("place", _apart(a["place"], b["place"])),
                ("way", _ways_differ(a["way"], b["way"])),
            )
            if differs
        ]
        if differ:
            found.append(f"{name} shape {i} ({b['what'][:40]}): {'; '.join(differ)}")
    if len(here) != len(there):
        kinds = [sorted(s["what"] for s in side) for side in (here, there)]
        more = [w for w in kinds[0] if kinds[0].count(w) > kinds[1].count(w)]
        less = [w for w in kinds[1] if kinds[1].count(w) > kinds[0].count(w)]
        found = [
            f"{name}: {len(here)} shapes, fresh {len(there)}; more {more[:6]}, less {less[:6]}"
        ]
    return found[:4]


def differences(here: dict[str, Any], there: dict[str, Any]) -> list[str]:
    """How what a page shows differs from what a fresh page of its address shows."""
    found = _lists("figures", list(here["figures"]), list(there["figures"]))
    for name in here["figures"].keys() & there["figures"].keys():
        one, other = here["figures"][name], there["figures"][name]
        found += _shapes(name, one["drawn"], other["drawn"])
        found += _lists(f"{name} rest", one["rest"], other["rest"])
        if one["strength"] != other["strength"]:
            found.append(f"{name} has opacity {one['strength']}, fresh {other['strength']}")
    for part in ("words", "widgets"):
        found += _lists(part, here[part], there[part])
    for part in ("title", "language"):
        if here[part] != there[part]:
            found.append(f"{part}: {here[part]!r}, fresh {there[part]!r}")
    return found


def faults(shown: dict[str, Any]) -> list[str]:
    """What must not be in any picture: a pattern that is not there, a text drawn over itself."""
    found = []
    for name, figure in shown["figures"].items():
        found += [f"{name}: {s['what']} has no such pattern" for s in figure["drawn"]
                  if "MISSING" in s["paint"]]  # fmt: skip
        found += [f"{name} {axis['axis']}: labels {axis['told']}, classes {axis['want']}"
                  for axis in figure["axes"]
                  if sorted(axis["told"]) != sorted(axis["want"])]  # fmt: skip
        texts = [s for s in figure["drawn"] if s["what"].startswith("text") and s["place"][2] > 0]
        found += [
            f"{name}: {a['what']!r} is drawn twice at {a['place'][:2]}"
            for i, a in enumerate(texts)
            for b in texts[:i]
            if a["what"].split()[-1] == b["what"].split()[-1]
            and not _apart(a["place"][:2], b["place"][:2])
        ]
    found += [f"broken: {word[:80]}" for word in shown["words"] if "Something went wrong" in word]
    return found


# ---- the steps

# Everything that can be used where the page is now, by kind; each gets a mark to be found by.
GATHER = script("gather")
NUMBERS = ("0", "1", "0.5", "-1", "3.25", "0.3", "2", "100", "1/6", "7", "0.05")
# What is typed into a text field, by its label; what is refused stays typed, and is in no link.
TEXTS = {
    "Names|名称": ("a, b, c", "a, b, c, d, e", "红, 绿", "x,y,z,u,v,w", "1, 2, 3, 4, 5, 6"),
    "Logits z|logits z": ("1, 2, 3", "1000, 0, 0", "-1000, 0", "5", "88.7, 3, -inf, 0, 2, 1, 7"),
}
KEYS = ("ArrowRight", "ArrowLeft", "PageUp", "PageDown", "Home", "End", "ArrowUp")
# What measures time, plays a film or leaves the app is no step.
LEFT_OUT = re.compile("Measure|测量|一测|Play|播放|Save|保存")
WIDTHS = (1280, 390, 760)


@dataclass
class Walk:
    """A walk of some steps with its own chance; `told` says what was done."""

    lesson: Lesson
    chance: random.Random
    told: list[str] = field(default_factory=list)
    first: int = field(init=False)

    def __post_init__(self) -> None:
        self.first = self._place()

    @property
    def page(self) -> Page:
        return self.lesson.page

    def _place(self) -> int:
        """Where one is in the history of this app's pages."""
        return self.page.evaluate("navigation.currentEntry.index")

    def step(self) -> None:
        """Do one of the things that can be done."""
        found = self.page.evaluate(GATHER)
        turns = ["language", "elsewhere", "back", "forward", "theme", "width"]
        kind = self.chance.choice([*found, *found, self.chance.choice(turns)])
        if kind in found:
            at = self.chance.randrange(len(found[kind]))
            label = found[kind][at]
            if LEFT_OUT.search(label):
                return
            self.told.append(f"{kind} {at} {label!r}")
            node = self.page.locator(f'[data-walk="{kind} {at}"]').first
            self._use(kind, node)
        else:
            self.told.append(kind)
            getattr(self, f"_{kind}")()
        calm(self.page)

    def _use(self, kind: str, node: Any) -> None:
        node.scroll_into_view_if_needed()
        if kind == "slider":
            for key in self.chance.choices(KEYS, k=2):
                self._say(key)
                node.press(key)
        elif kind == "field":
            whole = node.get_attribute("type") == "number"  # takes no other sign than digits
            self._type(node, tuple(filter(str.isdigit, NUMBERS)) if whole else NUMBERS)
            self.page.keyboard.press("Escape")  # what is refused goes
        elif kind == "text":
            label = node.get_attribute("aria-label") or ""
            texts = next((some for said, some in TEXTS.items() if re.search(said, label)), ())
            if texts:
                self._type(node, texts)
        elif kind == "handle":
            self._pull(node)
        elif kind == "select":
            node.click()
            options = self.page.get_by_role("option")
            options.first.wait_for()
            options.nth(self.chance.randrange(options.count())).click()
        else:
            node.click()
            if kind == "answer":  # one that is not shown yet is in no link
                calm(self.page)
                if (show := show_button(node)).is_enabled():
                    show.click()

    def _type(self, node: Any, texts: tuple[str, ...]) -> None:
        text = self.chance.choice(texts)
        self._say(text)
        node.fill(text)
        node.press("Enter")

    def _say(self, what: str) -> None:
        self.told[-1] += f" {what}"

    def _pull(self, node: Any) -> None:
        box = node.bounding_box()
        if box is None:
            return
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        dx, dy = (self.chance.randint(-130, 130) for _ in "xy")
        self._say(f"by {dx}, {dy}")
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + dx / 2, y + dy / 2, steps=2)
        self.page.mouse.move(x + dx, y + dy, steps=2)
        self.page.mouse.up()

    # -- turns that are not on the page

    def _language(self) -> None:
        names = re.compile("^.*(English|中文)$")
        self.page.locator(".stMain .stButton button").filter(has_text=names).first.click()

    def _elsewhere(self) -> None:
        """To another lesson and back by the navigation."""
        here = self.page.url.split("?")[0].rpartition("/")[2] or "home"
        there = self.chance.choice([lesson.name for lesson in LESSONS if lesson.name != here])
        self._say(there)
        for name in (there, here):
            self._go(name)

    def begin_elsewhere(self) -> None:
        """Come to this lesson from another one, as most people do."""
        self.told.append("from another lesson:")
        self._elsewhere()
        calm(self.page)

    def _go(self, name: str) -> None:
        width = self.page.viewport_size["width"]
        if width < 800:  # the navigation is behind a button
            self.page.set_viewport_size({"width": 1280, "height": 800})
        self.lesson.go_to(name)
        path = "/" if name == LESSONS[0].name else f"/{name}"
        self.page.wait_for_function("(path) => location.pathname === path", arg=path)
        calm(self.page)
        if width < 800:
            self.page.set_viewport_size({"width": width, "height": 800})

    def _back(self) -> None:
        self._turn(-1)

    def _forward(self) -> None:
        self._turn(1)

    def _turn(self, by: int) -> None:
        """A step in the history, if that is one of the walk's."""
        if by < 0 and self._place() == self.first:
            return
        (self.page.go_back if by < 0 else self.page.go_forward)()
        self.page.wait_for_timeout(60)

    def _theme(self) -> None:
        scheme = self.chance.choice(["light", "dark"])
        self._say(scheme)
        self.page.emulate_media(color_scheme=scheme)
        self.page.wait_for_timeout(120)

    def _width(self) -> None:
        width = self.chance.choice(WIDTHS)
        self._say(str(width))
        self.page.set_viewport_size({"width": width, "height": 800})
        self.page.wait_for_timeout(250)


def scheme_of(page: Page) -> str:
    return (
        "dark" if page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") else "light"
    )


def end(lesson: Lesson, fresh: Page) -> list[str]:
    """Compare what a page shows with a fresh page of the same address, window and theme."""
    page = lesson.page
    here = look(page)
    fresh.set_viewport_size(page.viewport_size)
    fresh.emulate_media(color_scheme=scheme_of(page))
    try:
        fresh.goto(page.url)
        there = look(fresh)
    except Error as problem:
        return [f"the fresh page: {problem}"]
    return faults(here) + faults(there) + differences(here, there)


def walked(lesson: Lesson, fresh: Page, seed: str, steps: int) -> tuple[list[str], list[str]]:
    """Walk from an open lesson; return what was done, and what differs at the end."""
    walk = Walk(lesson, random.Random(seed))
    for at in range(steps):
        try:
            if at == 0 and walk.chance.random() < 0.3:
                walk.begin_elsewhere()
            walk.step()
        except (Error, AssertionError) as problem:
            return walk.told, [f"after {walk.told[-1:]}: {str(problem)[:300]}"]
    found = end(lesson, fresh)
    return walk.told, found + [f"error: {error}" for error in lesson.errors]
