"""The trace equals, bit for bit, the same operations done one number at a time."""

import doctest
import importlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import xent_core.trace as tr
from tests.xent_core.trace.reference import REFERENCE, hard_rows, same_bits, special_numbers
from xent_core.trace import FORMATS, FORMULAS, PROGRAMS, dependents, get_program, losses, trace

pytestmark = pytest.mark.filterwarnings("error")
drawn = settings(derandomize=True, deadline=None, max_examples=150)
INF, NAN = np.inf, np.nan

MODULES = ["backward", "bits", "blame", "evaluate", "events", "formats", "formulas", "maps"]
MODULES += ["thresholds", "truth"]


def check_against_reference(x, target, name):
    found = trace(x, target, name)
    fast = losses(x, target, name)
    for formula in FORMULAS:
        steps = {step.key: step.values for step in found[formula].steps}
        assert list(steps) == [step.key for step in PROGRAMS[formula]]
        for at, (row, k) in enumerate(zip(x, target, strict=True)):
            with np.errstate(all="ignore"):
                expected = REFERENCE[formula](row, int(k))
            assert expected.keys() == steps.keys()
            for key, value in expected.items():
                value = np.array(value, x.dtype)
                assert same_bits(steps[key][at], value), (formula, key, row, k)
        assert same_bits(fast[formula], found[formula].loss)


@pytest.mark.parametrize("classes", [1, 2, 3, 6, 16])
@pytest.mark.parametrize("name", FORMATS)
def test_every_step_of_hard_rows_is_the_scalar_operation_bit_for_bit(name, classes):
    x, target = hard_rows(name, classes, 40, seed=classes)
    check_against_reference(x, target, name)


@pytest.mark.parametrize("name", FORMATS)
def test_every_pair_of_special_numbers_is_the_scalar_operation_bit_for_bit(name):
    pool = special_numbers(name)
    pairs = np.stack([np.repeat(pool, len(pool)), np.tile(pool, len(pool))], axis=-1)
    chosen = np.random.default_rng(0).permutation(len(pairs))[:250]
    check_against_reference(pairs[chosen], np.arange(250) % 2, name)


@drawn
@given(st.sampled_from(sorted(FORMATS)), st.data())
def test_rows_of_any_bits_are_the_scalar_operations_bit_for_bit(name, data):
    fmt = FORMATS[name]
    bits = data.draw(st.lists(st.integers(0, 2**fmt.bits - 1), min_size=1, max_size=5))
    x = np.array([bits], fmt.integer_type).view(fmt.dtype)
    target = np.array([data.draw(st.integers(0, len(bits) - 1))])
    check_against_reference(x, target, name)


@pytest.mark.parametrize("name", FORMATS)
def test_sums_go_from_left_to_right_and_show_each_partial_sum(name):
    x, target = hard_rows(name, 5, 50, seed=9)
    found = trace(x, target, name)
    for formula in FORMULAS:
        program = {step.key: step for step in PROGRAMS[formula]}
        for step in found[formula].steps:
            if program[step.key].operation != "sum":
                assert step.partial_sums is step.partial_events is None
                continue
            terms = found[formula][program[step.key].takes[0]].values
            running = terms[:, 0]
            for j in range(5):
                with np.errstate(all="ignore"):
                    running = running if j == 0 else running + terms[:, j]
                assert same_bits(step.partial_sums[:, j], running)
            assert same_bits(step.values, running)


def test_a_sum_in_another_order_is_another_number():
    """What "from left to right" is stated for."""
    row = [0.0, -8.4, -8.4, -8.4, -8.4]
    forth = trace(row, 0, "float16")["log_softmax"]["sum"].values
    back = trace(row[::-1], 4, "float16")["log_softmax"]["sum"].values
    assert (float(forth), float(back)) == (1.0, 1.0009765625)


@pytest.mark.parametrize("name", FORMATS)
def test_leading_axes_are_rows(name):
    x, target = hard_rows(name, 3, 24, seed=4)
    flat = trace(x, target, name)
    deep = trace(x.reshape(2, 3, 4, 3), target.reshape(2, 3, 4), name)
    single = trace(x[5], int(target[5]), name)
    for formula in FORMULAS:
        for step in flat[formula].steps:
            other, alone = deep[formula][step.key], single[formula][step.key]
            assert other.values.shape[:3] == (2, 3, 4)
            assert same_bits(other.values.reshape(step.values.shape), step.values)
            assert same_bits(np.asarray(alone.values), step.values[5])
            for part in ("events", "bits_lost", "partial_events"):
                if getattr(step, part) is not None:
                    expected = getattr(step, part)
                    got = getattr(other, part).reshape(expected.shape)
                    np.testing.assert_array_equal(got, expected)
                    np.testing.assert_array_equal(getattr(alone, part), expected[5])


def test_one_target_serves_all_rows():
    x = np.random.default_rng(0).normal(size=(4, 5, 3))
    found = losses(x, 2, "float32")
    expected = losses(x, np.full((4, 5), 2), "float32")
    for formula in FORMULAS:
        np.testing.assert_array_equal(found[formula], expected[formula])
    by_column = losses(x, [0, 1, 2, 0, 1], "float32")["paper"]
    np.testing.assert_array_equal(by_column[:, 2], found["paper"][:, 2])


def test_no_rows_give_no_rows():
    found = trace(np.zeros((0, 3)), 0, "bfloat16")
    assert found["paper"]["exp"].values.shape == (0, 3)
    truth = tr.true_losses(np.zeros((0, 3)), 0, "bfloat16")
    assert tr.first_wrong(found, truth)["paper"].shape == (0,)
    assert tr.gradients(found)["log1p"].values.shape == (0, 3)


def test_a_choice_of_formulas_is_kept_in_order():
    found = trace([1.0, 2.0], 0, "float16", ["log1p", "paper"])
    assert list(found.formulas) == list(losses([1.0, 2.0], 0, "float16", ["log1p", "paper"]))
    assert list(found.formulas) == ["log1p", "paper"]


def test_logits_are_rounded_to_the_format_first():
    found = trace([0.1, 1e400, -1e9], 0, "float16")
    np.testing.assert_array_equal(found.logits, np.array([0.1, INF, -INF], np.float16))


def test_the_epsilon_is_rounded_to_the_format_and_is_nothing_in_half_of_them():
    kept = {name: float(trace([0.0], 0, name)["epsilon"]["epsilon"].values) for name in FORMATS}
    assert {name for name, eps in kept.items() if eps == 0} == {
        "float16",
        "float8_e4m3fn",
        "float8_e5m2",
    }
    assert kept["float32"] == float(np.float32(1e-8))


def test_downstream_is_what_a_step_reaches():
    assert dependents("epsilon", "epsilon") == ("plus", "log", "neg")
    assert dependents("lse", "max") == ("shift", "exp", "sum", "log", "lse", "diff", "neg")
    for formula in FORMULAS:
        made = [step.key for step in get_program(formula) if step.takes]
        assert dependents(formula, "x") == tuple(made)
        assert dependents(formula, "neg") == ()


@pytest.mark.parametrize(
    ("error", "message", "call"),
    [
        (ValueError, "1 to 16 classes, found", lambda: trace(np.zeros(17), 0, "float16")),
        (ValueError, "1 to 16 classes, found", lambda: trace(np.zeros((2, 0)), 0, "float16")),
        (ValueError, "1 to 16 classes, found", lambda: trace(1.0, 0, "float16")),
        (ValueError, "300,000 rows", lambda: losses(np.zeros((300_001, 1)), 0, "float16")),
        (ValueError, "1,200,000 in all", lambda: losses(np.zeros((100_000, 16)), 0, "float16")),
        (ValueError, "format: must be one of", lambda: trace([1.0], 0, "float8")),
        (ValueError, "formula: must be one of", lambda: trace([1.0], 0, "float16", ["none"])),
        (ValueError, "formula: must be one of", lambda: losses([1.0], 0, "float16", ["none"])),
        (ValueError, "has no step 'max'", lambda: dependents("paper", "max")),
        (ValueError, "target: must hold integers", lambda: trace([1.0], 0.0, "float16")),
        (ValueError, "does not fit", lambda: trace(np.zeros((2, 3)), [0, 1, 2], "float16")),
        (ValueError, "values: must be numbers", lambda: trace(["a"], 0, "float16")),
        (IndexError, "from 0 to 1, found 2", lambda: trace([1.0, 2.0], 2, "float16")),
        (IndexError, "from 0 to 1, found -1", lambda: trace([1.0, 2.0], -1, "float16")),
    ],
)
def test_mistakes_are_named(error, message, call):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_the_module_are_true(name):
    result = doctest.testmod(importlib.import_module(f"xent_core.trace.{name}"))
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize("name", [n for n in tr.__all__ if n[0].islower()])
def test_every_public_function_has_an_example_and_names_its_errors(name):
    text = getattr(tr, name).__doc__
    for section in ("Args", "Returns", "Raises", "Example"):
        assert f"\n    {section}:\n        " in text
