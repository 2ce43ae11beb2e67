"""The rules of the house: who may import whom, and where words and mathematics live."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = {"xent_core", "ui", "pages", "app", "tests", "benchmarks", "lessons"}
MAY_IMPORT = {
    "xent_core": {"xent_core"},
    "ui": {"ui", "xent_core"},
    "pages": {"ui", "xent_core"},
}
FILES = [(folder, path) for folder in MAY_IMPORT for path in sorted((ROOT / folder).rglob("*.py"))]
WITHOUT = {"xent_core": {"streamlit", "plotly", "torch"}, "pages": {"plotly"}, "ui": {"torch"}}
# torch is imported only where PyTorch itself is the subject
ABOUT_TORCH = ROOT / "xent_core" / "pytorch", ROOT / "xent_core" / "training"


def imported(path: Path) -> set[str]:
    """Return the top-level packages that a file imports."""
    tree = ast.parse(path.read_text("utf-8"))
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names.add((node.module or "").split(".")[0])
    return names


@pytest.mark.parametrize(("folder", "path"), FILES, ids=lambda part: getattr(part, "name", part))
def test_each_folder_imports_only_what_it_may(folder, path):
    assert imported(path) & OURS <= MAY_IMPORT[folder]
    about_torch = {"torch"} if any(map(path.is_relative_to, ABOUT_TORCH)) else set()
    assert not imported(path) & (WITHOUT[folder] - about_torch)


def test_the_rule_sees_a_forbidden_import(tmp_path):
    page = tmp_path / "page.py"
    page.write_text(
        "def f():\n    from pages.home import PARAMS\n    import plotly.graph_objects\n"
    )
    assert imported(page) == {"pages", "plotly"}


def test_every_lesson_has_its_page_and_its_words_and_every_page_is_a_lesson():
    from ui.navigation import LESSONS
    from ui.words import FOLDER, LANGUAGES

    names = {lesson.name for lesson in LESSONS}
    assert {path.stem for path in (ROOT / "pages").glob("*.py")} == names
    for language in LANGUAGES:
        assert {path.stem for path in (FOLDER / language).glob("*.md")} == names


def test_the_browser_holds_no_formula():
    script = (ROOT / "ui" / "live" / "live.js").read_text("utf-8")
    for function in ("Math.exp", "Math.log", "Math.pow", "Math.tanh", "**"):
        code = "\n".join(
            line for line in script.splitlines() if not line.strip().startswith(("*", "/*", "//"))
        )
        assert function not in code.replace("/**", "")
