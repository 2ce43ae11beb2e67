"""The rules of the house: who may import whom, and where words and mathematics live."""

import ast
import functools
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = {"xent_core", "ui", "pages", "app", "deploy", "tests", "benchmarks"}
MAY_IMPORT = {
    "xent_core": {"xent_core"},
    "ui": {"ui", "xent_core"},
    "pages": {"ui", "xent_core", "pages"},
}
FILES = [(folder, path) for folder in MAY_IMPORT for path in sorted((ROOT / folder).rglob("*.py"))]
WITHOUT = {"xent_core": {"streamlit", "plotly", "torch"}, "pages": set(), "ui": {"torch"}}
# torch is imported only where PyTorch itself is the subject
ABOUT_TORCH = ROOT / "xent_core" / "pytorch", ROOT / "xent_core" / "training"


def modules(source: str) -> set[str]:
    """Return the modules that a file imports by a statement or by name, and what from them."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative import"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            names |= {part.value for part in node.args if isinstance(part, ast.Constant)}
    return names


def imported(path: Path) -> set[str]:
    """Return the top-level packages that a file imports."""
    return {name.split(".")[0] for name in modules(path.read_text("utf-8"))}


def foreign(lesson: str, source: str) -> set[str]:
    """Return the other lessons that a file of a lesson imports."""
    parts = [name.split(".") for name in modules(source) if name.startswith("pages.")]
    return {part[1] for part in parts} - {lesson}


@pytest.mark.parametrize("path", sorted(ROOT.glob("pages/*/*.py")), ids=str)
def test_a_lesson_imports_no_other_lesson(path):
    assert not foreign(path.parent.name, path.read_text("utf-8"))


def test_the_import_of_another_lesson_is_seen():
    import_softmax = "def f():\n    from pages.softmax import charts"
    by_name = "import importlib\nimportlib.import_module('pages.softmax.charts')"
    for source in (import_softmax, by_name, "import pages.softmax.charts as c"):
        assert foreign("home", source) == {"softmax"}
        assert not foreign("softmax", source)


def circle(graph: dict[str, set[str]]) -> list[str]:
    """Return modules that import each other in a circle, or none."""
    done: set[str] = set()

    def visit(module: str, way: list[str]) -> list[str]:
        if module in way:
            return way[way.index(module) :]
        if module in done:
            return []
        for other in sorted(graph.get(module, ())):
            if found := visit(other, [*way, module]):
                return found
        done.add(module)
        return []

    return next(filter(None, (visit(module, []) for module in sorted(graph))), [])


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def import_graph() -> dict[str, set[str]]:
    """Return which modules of ours each of ours imports; a package for what it has imported."""
    ours = {module_name(path): path for _, path in FILES} | {"app": ROOT / "app.py"}
    graph = {}
    for name, path in ours.items():
        found = modules(path.read_text("utf-8"))
        known = {next((m for m in (one, one.rpartition(".")[0]) if m in ours), "") for one in found}
        graph[name] = known - {"", name}
    return graph


def test_there_are_no_circles():
    assert circle(import_graph()) == []


def test_a_circle_is_seen():
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c"]
    assert circle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


@pytest.mark.parametrize(("folder", "path"), FILES, ids=lambda part: getattr(part, "name", part))
def test_each_folder_imports_only_what_it_may(folder, path):
    assert imported(path) & OURS <= MAY_IMPORT[folder]
    about_torch = {"torch"} if any(map(path.is_relative_to, ABOUT_TORCH)) else set()
    assert not imported(path) & (WITHOUT[folder] - about_torch)


def test_the_rule_sees_a_forbidden_import(tmp_path):
    page = tmp_path / "page.py"
    page.write_text("def f():\n    from pages.home import page\n    import plotly.graph_objects\n")
    assert imported(page) == {"pages", "plotly"}


def test_every_lesson_has_its_page_and_its_words_and_every_page_is_a_lesson():
    from ui.app.navigation import LESSONS
    from ui.words import LANGUAGES

    names = {lesson.name for lesson in LESSONS}
    assert {path.parent.name for path in (ROOT / "pages").glob("*/page.py")} == names
    for language in LANGUAGES:
        assert {path.parent.name for path in (ROOT / "pages").glob(f"*/{language}.md")} == names


def astray(folders: list[str]) -> list[str]:
    """Return the folders of tests that mirror no folder of ours."""
    mirrored = [folder for folder in folders if folder.split("/")[0] in MAY_IMPORT]
    return [folder for folder in mirrored if not (ROOT / folder).is_dir()]


def test_the_folders_of_tests_mirror_ours():
    tests = ROOT / "tests"
    files = (path for kind in ("test_*.py", "*.test.js") for path in tests.rglob(kind))
    folders = sorted({path.parent.relative_to(tests).as_posix() for path in files})
    assert "ui/figure/js" in folders
    assert astray(folders) == []
    assert astray(["pages/softmax", "pages/hardmax", "browser"]) == ["pages/hardmax"]


# ---- the browser's code

SCRIPTS = sorted(
    path
    for folder in ("ui", "pages", "tests")
    for path in (ROOT / folder).rglob("*.js")
    if path.parent != ROOT / "ui" / "vendor"  # of others
)
SCRIPT_LINES = 300
# What places things on a screen and counts; all else of Math makes a formula.
NO_FORMULA = ("PI", "abs", "ceil", "floor", "hypot", "imul", "max", "min", "random", "round")
_SILENT = re.compile(
    r"""//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`""", re.DOTALL
)
_FORMULA = re.compile(rf"\bMath\b(?!\.(?:{'|'.join(NO_FORMULA)})\b)[^\s(]*|\*\*")


def formulas(script: str) -> list[str]:
    """Return what a script computes with, outside of comments and plain texts."""
    code = _SILENT.sub(lambda found: found[0] if found[0].startswith("`") else '""', script)
    return _FORMULA.findall(code)


def test_the_browser_has_scripts():
    assert len(SCRIPTS) > 20


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_short_and_holds_no_formula(path):
    script = path.read_text("utf-8")
    assert not formulas(script)
    assert len(script.splitlines()) <= SCRIPT_LINES


@pytest.mark.parametrize(
    "code",
    [
        *(f"const y = Math.{name}(x)" for name in ("exp", "expm1", "log", "log2", "pow", "tanh")),
        *("y = Math.sqrt(x)", "y = Math.cos(x)", "y = Math['exp'](x)", "const { exp } = Math"),
        *("y = 2 ** x", "x **= 2", "const text = `${2 ** x} px`", "y = f('a') ** g(\"b\")"),
    ],
)
def test_a_formula_is_seen(code):
    assert formulas(code)


def test_comments_and_texts_are_no_formulas():
    silent = ("// 2 ** x", "/** Math.exp */", 'says.split("**")', "f('Math.log')", "Math.max(1, x)")
    assert not [code for code in silent if formulas(code)]


# ---- caches

# Whose arguments no reader and no link can choose, and why.
BOUNDED_BY_THEIR_ARGUMENTS = {
    "shared_labels": "a language that the app speaks",
    "glossary": "a language that the app speaks",
    "words": "a page of the app and a language that it speaks",
    "_zipped": "a file of the app: another name is a KeyError, which is not kept",
    "_tag": "a file of the app: another name is a KeyError, which is not kept",
    "finished": "a start of the lesson's list",
    "letters_of_two": "one constant",
    "language_text": "a language of the app's texts: another is an error, which is not kept",
    "_from_scikit_learn": "a data set of the lesson's list",
}
CACHES = {"cache", "lru_cache", "cache_data", "cache_resource"}


def unbounded_caches(source: str) -> Iterator[str]:
    """Yield the functions of a file that keep what they gave for any number of arguments."""
    tree = ast.parse(source)
    decorators = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for decorator in node.decorator_list:
                decorators |= {id(decorator), id(getattr(decorator, "func", None))}
                takes = node.args.args or node.args.kwonlyargs or node.args.vararg
                if _is_cache(decorator) and takes and not _bound(decorator):
                    yield node.name
    for node in ast.walk(tree):  # a cache made in another way: f = cache(g)
        made = isinstance(node, ast.Call) and _is_cache(node) and id(node) not in decorators
        if made and not (node.keywords and _bound(node)):
            yield ast.unparse(node)


def _is_cache(node: ast.expr) -> bool:
    called = node.func if isinstance(node, ast.Call) else node
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return name in CACHES


def _bound(decorator: ast.expr) -> bool:
    """Tell whether a cache forgets: lru_cache does by itself, unless it is told not to."""
    if not isinstance(decorator, ast.Call):
        return ast.unparse(decorator).endswith("lru_cache")
    said = {one.arg: one.value for one in decorator.keywords}
    bound = said.get("maxsize", said.get("max_entries", *decorator.args[:1]))
    if bound is None:
        return ast.unparse(decorator.func).endswith("lru_cache")
    return not (isinstance(bound, ast.Constant) and bound.value is None)


def test_every_cache_that_a_reader_can_fill_has_a_bound():
    files = [path for _, path in FILES] + [ROOT / "app.py"]
    found = {name for path in files for name in unbounded_caches(path.read_text("utf-8"))}
    assert found == set(BOUNDED_BY_THEIR_ARGUMENTS)


def test_a_cache_without_a_bound_is_seen():
    head = "import functools\nimport streamlit as st\nfrom functools import cache, lru_cache\n"
    unbounded = ("@functools.cache", "@cache", "@lru_cache(maxsize=None)", "@lru_cache(None)",
                 "@st.cache_data", "@st.cache_data(show_spinner=False)",
                 "@st.cache_resource(max_entries=None)")  # fmt: skip
    bounded = ("@functools.lru_cache", "@lru_cache(maxsize=8)", "@lru_cache(8)",
               "@st.cache_data(max_entries=8)", "@st.fragment")  # fmt: skip
    for decorators, seen in ((unbounded, ["f"]), (bounded, [])):
        for decorator in decorators:
            assert [*unbounded_caches(f"{head}{decorator}\ndef f(x): pass")] == seen, decorator
    assert [*unbounded_caches(f"{head}@cache\ndef f(): pass")] == []
    assert [*unbounded_caches(f"{head}kept = cache(print)")] == ["cache(print)"]
    assert [*unbounded_caches(f"{head}kept = lru_cache(maxsize=None)(print)")] != []
    assert [*unbounded_caches(f"{head}kept = lru_cache(maxsize=8)(print)")] == []


def test_however_many_names_there_are_a_bounded_number_of_figures_stays():
    from pages.entropy import charts as code_charts
    from ui.draw import panels, settling

    for i in range(panels.FIGURES + 10):
        names = (f"a{i}", f"b{i}")
        code_charts.pile(names, ("what each adds", "ceiling"), 1.0)
    assert code_charts.pile.cache_info().currsize == panels.FIGURES
    folders = [path.parent.name for path in ROOT.glob("pages/*/charts.py")]
    of_lessons = [importlib.import_module(f"pages.{folder}.charts") for folder in folders]
    for module in (settling, *of_lessons):
        for builder in vars(module).values():
            if isinstance(builder, functools._lru_cache_wrapper):
                assert builder.cache_info().maxsize == panels.FIGURES
                assert builder.cache_info().currsize <= panels.FIGURES


def test_the_pages_own_figures_for_names_of_a_link_are_among_them():
    from pages.entropy import charts as code_charts
    from tests.pages.test_pages import open_page

    app = open_page("entropy")
    for i in range(3):
        before = code_charts.pile.cache_info().misses
        app.query_params.update({"p": "1,1", "names": f"one{i},two{i}"})
        app.run()
        assert not app.exception
        assert code_charts.pile.cache_info().misses == before + 1


# ---- size

LINES, STATEMENT_LINES = 450, 60  # of a file; of a function without its docstring


def too_long(source: str) -> list[str]:
    """Return what in a file is longer than a person keeps in mind."""
    found = [f"{len(source.splitlines())} lines"] if source.count("\n") > LINES else []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            said = (ast.get_docstring(node, clean=False) or "").count("\n")
            if (node.end_lineno or 0) - node.lineno - said > STATEMENT_LINES:
                found.append(node.name)
    return found


@pytest.mark.parametrize("path", [path for _, path in FILES], ids=str)
def test_no_file_and_no_function_is_too_long(path):
    assert too_long(path.read_text("utf-8")) == []


def test_what_is_too_long_is_seen():
    long = "def f():\n" + "    x = 1\n" * 61
    assert too_long(long) == ["f"]
    assert too_long('def f():\n    """' + "a\n" * 70 + '    """\n' + "    x = 1\n" * 50) == []
    assert too_long("x = 1\n" * 451) == ["451 lines"]


# ---- no reader's state at module level, nobody counts, one place for colours

OF_A_READER = {"current_language", "current_unit", "unit_switch", "words", "query", "hold", "label"}


def reader_state(source: str) -> list[str]:
    """Return the calls at module level that ask who reads."""
    found = []
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        for node in ast.walk(statement):
            called = node.func if isinstance(node, ast.Call) else None
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            asks = name in OF_A_READER or "session_state" in ast.unparse(node).split("\n")[0]
            if isinstance(node, ast.expr) and asks:
                found.append(ast.unparse(node))
    return found


@pytest.mark.parametrize("path", [path for folder, path in FILES if folder != "xent_core"], ids=str)
def test_no_readers_state_stands_at_module_level(path):
    if path != ROOT / "ui/app/main.py":  # what is run again for each reader
        assert reader_state(path.read_text("utf-8")) == []


def test_a_readers_state_is_seen():
    assert reader_state("unit = unit_switch(text)\n")
    assert reader_state("UNIT = text.label('bits')\n")
    assert reader_state("kept = st.session_state.get('x')\n")
    assert not reader_state("def f(s):\n    return s.label('x')\n")


_COUNTED = re.compile(r"\bBind\(\s*\d|annotations\.\d|\"[xy]axis[2-9]\"|f?\"[xy][2-9]\"")
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}\b|rgba?\(\d")


@pytest.mark.parametrize("path", sorted(ROOT.glob("pages/*/*.py")), ids=str)
def test_no_lesson_counts_traces_axes_or_notes_or_has_colours_of_its_own(path):
    source = path.read_text("utf-8")
    assert _COUNTED.findall(source) == []
    assert _COLOUR.findall(source) == []


def test_what_is_counted_and_a_colour_are_seen():
    for code in ('Bind(0, "y", "p")', '"annotations.1.x": 0', 'layout["xaxis2"]', 'xref="x2"'):
        assert _COUNTED.search(code)
    assert _COLOUR.search('"#0072B2"')
    assert _COLOUR.search('"rgba(0,0,0,0)"')
    assert not _COLOUR.search("# a comment")


# A page of its own that draws nothing; in the app's, it would be asked anew with each picture.
MAY_LOOK_INTO = {"phone.css"}
STYLES = sorted(path for folder in ("ui", "pages") for path in (ROOT / folder).rglob("*.css"))


def looks_into(style: str) -> bool:
    """Whether a style asks what an element holds: the browser then watches all that it may hold."""
    return ":has(" in re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_no_style_asks_what_an_element_holds(path):
    assert path.name in MAY_LOOK_INTO or not looks_into(path.read_text("utf-8"))


def test_a_style_that_asks_what_an_element_holds_is_seen():
    assert looks_into(".column:has(.question) { margin: 0; }")
    assert not looks_into("/* no :has() */ .column { margin: 0; }")
