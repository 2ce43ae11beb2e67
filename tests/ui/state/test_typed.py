"""What people type and paste is read as they mean it, or refused with a sentence; never misread."""

import math
import re
import unicodedata

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ui.state import typed
from ui.words import LANGUAGES, words

INF, NAN = math.inf, math.nan

PASTED = [
    ("tensor([[ 0.3367, 0.1288]], grad_fn=<AddmmBackward0>)", [[0.3367, 0.1288]]),
    ("tensor([[1., 2.]], device='cuda:0')", [[1, 2]]),
    ("tensor([[1., 2.]], device='cuda:0', dtype=torch.float16, grad_fn=<MulBackward0>)", [[1, 2]]),
    ("tensor([[1., 2.]], dtype=torch.float16)", [[1, 2]]),
    ("tensor([[1., 2.]], requires_grad=True)", [[1, 2]]),
    ("array([[1., 2.]], dtype=float32)", [[1, 2]]),
    ("np.array([[1., 2.], [3, 4]], dtype=np.float32)", [[1, 2], [3, 4]]),
    ("numpy.array([1, 2])", [[1, 2]]),
    ("torch.tensor([[1., 2.]], device=torch.device('cuda'))", [[1, 2]]),
    ("logits = torch.tensor([[1., 2.], [3., 4.]])", [[1, 2], [3, 4]]),
    ("Parameter containing:\ntensor([[1., 2.],\n        [3., 4.]], requires_grad=True)",
     [[1, 2], [3, 4]]),
    ("[[float('-inf'), 1, 2]]", [[-INF, 1, 2]]),
    ('[float("nan"), -float("inf"), float(3)]', [[NAN, -INF, 3]]),
    ("-torch.inf, -np.inf, math.inf, np.nan, torch.nan", [[-INF, -INF, INF, NAN, NAN]]),
    ("tensor([1000., 0., 0.])", [[1000, 0, 0]]),
    ("[tensor(0.5), tensor(-1.)]", [[0.5, -1]]),
    ("[np.float64(0.5), np.float32(-1.0)]", [[0.5, -1]]),
    ("((1, 2), (3, 4))", [[1, 2], [3, 4]]),
    ("[[1, 2], [3, 4", [[1, 2], [3, 4]]),
    ("[ 1.  2.\n  3.]", [[1, 2, 3]]),  # NumPy breaks a long row
    ("1, 2; 3, 4", [[1, 2], [3, 4]]),
    ("1 2\n3 4\n", [[1, 2], [3, 4]]),
    ("1, 2,\n3, 4,", [[1, 2], [3, 4]]),
    ("１，２；３，−４", [[1, 2], [3, -4]]),
    ("[[1, 2], [3, 4]]", [[1, 2], [3, 4]]),
    ("∞，−∞", [[INF, -INF]]),
    ("1e3, .5", [[1000, 0.5]]),
    ("7", [[7]]),
]  # fmt: skip


@pytest.mark.parametrize(("said", "matrix"), PASTED, ids=[said[:40] for said, _ in PASTED])
def test_a_matrix_is_read_as_it_is_typed_or_pasted(said, matrix):
    typed.check_commas(said, typed.read_matrix)
    np.testing.assert_array_equal(typed.read_matrix(said), np.array(matrix, float))
    again = typed.read_linked_matrix(typed.write_matrix(typed.read_matrix(said)))
    np.testing.assert_array_equal(again, np.array(matrix, float))


@pytest.mark.parametrize(
    ("said", "row"),
    [
        *((said, matrix[0]) for said, matrix in PASTED if len(matrix) == 1),
        ("1000, 0, -inf", [1000, 0, -INF]),
        ("１０００，０；−５", [1000, 0, -5]),
        ("{1 2\t3}", [1, 2, 3]),
        ("NaN, +Inf, ∞, -∞", [NAN, INF, INF, -INF]),
        ("-0.0, 0", [-0.0, 0.0]),
        ("1e8、.5、-3.", [1e8, 0.5, -3.0]),
        ("1; 2; 3", [1, 2, 3]),
        ("[[1.]\n [2.]]", [1, 2]),  # a column is a row
        ("1, 2,", [1, 2]),
    ],
)
def test_the_same_grammar_reads_a_row(said, row):
    typed.check_commas(said, typed.read_row, one_row=True)
    found = typed.read_row(said)
    np.testing.assert_array_equal(found.values, row)
    assert np.signbit(found.values).tolist() == np.signbit(row).tolist()
    assert found.beyond == ()


def test_what_float64_cannot_hold_is_taken_and_said():
    row = typed.read_row("1e400, -1e400, 1e-400, 0e5")
    assert row.values == (INF, -INF, 0.0, 0.0)
    assert row.beyond == ("1e400", "-1e400", "1e-400")


@pytest.mark.parametrize(
    "said", ["[[1, 2], [3, 4]]", "1, 2; 3, 4", "tensor([[1., 2.],\n [3., 4.]])", "[[1, 2], [3]]"]
)
def test_where_one_row_is_wanted_a_matrix_is_refused_with_its_rows_counted(said):
    with pytest.raises(typed.UnreadableError) as caught:
        typed.read_row(said)
    assert (caught.value.why, caught.value.values) == ("one_row", {"found": 2})


RUBBISH = {
    "": "nothing",
    "[]": "nothing",
    "tensor([], size=(0, 5))": "nothing",
    ";;;": "nothing",
    ",": "nothing",
    "a,b": "no_number",
    "1,,2": "gap",
    "--1,2": "no_number",
    "+-inf": "no_number",
    "1_000x": "no_number",
    "<b>1</b>,2": "no_number",
    "1e999,2": "too_large",
    "1, 2; 3": "ragged",
    "1;" * 9: "many_rows",
    "1," * 10 + "1": "many_numbers",
    "1," * 5000: "too_long",
    "9" * 47 + "e9999,1": "no_number",
    "0x10,1": "no_number",
    "１e999": "too_large",
    "[1, 2], 3, 4": "no_number",
    "[[[1, 2]], [[3, 4]]]": "many_axes",
    "tensor([[1., 2., ..., 3.]])": "no_number",
    "__import__('os')": "no_number",
    "float('one')": "no_number",
    "1+1": "no_number",
}


@pytest.mark.parametrize(("said", "why"), RUBBISH.items(), ids=lambda part: part[:12])
def test_what_is_no_matrix_is_refused_with_its_reason(said, why):
    with pytest.raises(typed.UnreadableError) as caught:
        typed.read_matrix(said)
    assert caught.value.why == why
    for language in LANGUAGES:
        sentence = words("home", language).label(f"typed_{why}", **caught.value.values)
        assert "{{" not in sentence


# ---- what the libraries print

NUMBERS = st.floats(width=16) | st.floats(width=32) | st.floats(-100, 100) | st.just(-INF)
SHAPES = hnp.array_shapes(min_dims=1, max_dims=2, max_side=8)


def as_rows(array: np.ndarray) -> np.ndarray:
    return np.atleast_2d(array)


@settings(deadline=None, max_examples=300)
@given(
    hnp.arrays(np.float64, SHAPES, elements=NUMBERS),
    st.sampled_from([torch.float16, torch.bfloat16, torch.float32, torch.float64]),
    st.booleans(),
    st.sampled_from([None, True, False]),
)
def test_what_torch_prints_is_read_as_it_stands(values, dtype, grad, scientific):
    x = torch.tensor(values).to(dtype).requires_grad_(grad)
    torch.set_printoptions(sci_mode=scientific)
    try:
        prints = [str(x), repr(x * 1), f"x = {x}", str([*x]) if x.ndim == 1 else str(x)]
    finally:
        torch.set_printoptions(profile="default")
    for said in prints:
        found = np.array(typed.read_matrix(said))
        # the numbers of the print itself, as Python reads them
        bare = re.sub(r"[a-z_]+=(<[^>]*>|[\w.]+)|x =", "", said)
        wanted = [float(one) for one in re.findall(r"-?(?:\d[\d.]*(?:e[+-]\d+)?|inf|nan)", bare)]
        np.testing.assert_array_equal(found.ravel(), np.array(wanted))
        assert found.shape == as_rows(values).shape
    exact = typed.read_matrix(str(x.detach().double().tolist()))
    np.testing.assert_array_equal(exact, as_rows(x.detach().double().numpy()))


@settings(deadline=None, max_examples=300)
@given(
    hnp.arrays(np.float64, SHAPES, elements=NUMBERS),
    st.sampled_from([np.float16, np.float32, np.float64]),
    st.booleans(),
)
def test_what_numpy_prints_is_read_to_the_last_bit(values, dtype, suppress):
    with np.errstate(over="ignore"):
        x = values.astype(dtype)
    with np.printoptions(precision=20, floatmode="unique", suppress=suppress):
        prints = [str(x), repr(x), "np." + repr(x), str(list(x)) if x.ndim == 1 else str(x)]
    for said in prints:
        if max(map(len, re.findall(r"[\d.e+-]+", said)), default=0) > 40 or len(said) > 3000:
            continue  # 1e300 in full: longer than a number may be
        found = np.array(typed.read_matrix(said)).astype(dtype)
        np.testing.assert_array_equal(found, as_rows(x))


@given(st.lists(st.integers(0, 4), min_size=1, max_size=8), st.data())
def test_targets_and_weights_are_read_from_prints_too(classes, data):
    ignored = data.draw(st.sampled_from(typed.IGNORED_LABELS))
    target = [k if data.draw(st.booleans()) else ignored for k in classes]
    for said in (str(torch.tensor(target)), repr(np.array(target)), str(target), f"t = {target}",
                 repr(torch.tensor(target, dtype=torch.int32))):  # fmt: skip
        assert typed.read_targets(said, len(target), 5, [ignored]) == tuple(target)
    weights = torch.tensor([-1.0, 0.5, 2.0])
    for said in (str(weights), repr(weights.numpy()), "-1, .5, 2", "tensor([-1.0, .5, 2])"):
        assert typed.read_weights(said, 3) == (-1, 0.5, 2)


@pytest.mark.parametrize(
    ("said", "ignored", "why"),
    [
        ("-1, 1, 2", -100, "not_ignored"),
        ("-100, 1, 2", 1, "not_ignored"),
        ("255, 1, 2", -1, "not_ignored"),
        ("5, 1, 2", -100, "no_class"),
        ("-2, 1, 2", -100, "no_class"),
        ("1., 1, 2", -100, "no_class"),
        ("1, 2", -100, "target_count"),
        ("", -100, "target_count"),
    ],
)
def test_a_target_that_is_neither_a_class_nor_ignored_is_refused(said, ignored, why):
    with pytest.raises(typed.UnreadableError) as caught:
        typed.read_targets(said, 3, 3, [ignored])
    assert caught.value.why == why


# ---- decimal commas


@pytest.mark.parametrize(
    ("said", "matrix", "row"),
    [
        ("1,5; 2,5", ("1, 5; 2, 5", "1.5, 2.5"), ("1, 5, 2, 5", "1.5, 2.5")),
        ("1,5 2,5", ("1, 5, 2, 5", "1.5, 2.5"), ("1, 5, 2, 5", "1.5, 2.5")),
        ("-1,5; 2,5;", ("-1, 5; 2, 5", "-1.5, 2.5"), ("-1, 5, 2, 5", "-1.5, 2.5")),
        ("1,5; 2", ("1.5, 2",), ("1, 5, 2", "1.5, 2")),
        ("1,5 2,5; 3,5 4,5", ("1, 5, 2, 5; 3, 5, 4, 5", "1.5, 2.5; 3.5, 4.5"),
         ("1, 5, 2, 5, 3, 5, 4, 5", "1.5, 2.5, 3.5, 4.5")),
    ],
)  # fmt: skip
def test_commas_that_may_be_decimal_are_asked_about(said, matrix, row):
    with pytest.raises(typed.AmbiguousError) as caught:
        typed.check_commas(said, typed.read_matrix)
    assert caught.value.readings == matrix
    with pytest.raises(typed.AmbiguousError) as caught:
        typed.check_commas(said, typed.read_row, one_row=True)
    assert caught.value.readings == row


@pytest.mark.parametrize(
    "said", ["1, 5; 2, 5", "1,2,3;4,5,6", "1，5；2，5", "0,5", "1,5\n2,5", "1.5; 2.5", "[1,5]", ""]
)
def test_what_has_one_reading_is_not_asked_about(said):
    typed.check_commas(said, typed.read_matrix)


@given(st.text("0123456789,;. \n-e", max_size=24))
def test_a_reading_that_is_offered_is_read_without_another_question(said):
    for read, one_row in ((typed.read_matrix, False), (typed.read_row, True)):
        readings = ()
        try:
            typed.check_commas(said, read, one_row)
        except typed.AmbiguousError as question:
            readings = question.readings
        for reading in readings:
            typed.check_commas(reading, read, one_row)
            read(reading)


# ---- nothing else ever happens

PARTS = st.sampled_from([
    "tensor(", "np.array(", "[", "]", "(", ")", "{", ",", ";", "_", "\n", " ", "1", "-2.5", "1e9",
    "inf", "nan", "-", "+", ".", "float('", "')", "'", '"', "dtype=", "grad_fn=<", ">", "=", "x",
    "torch.", "∞", "−", "，", "；", "\x00", "\u2028", "1e999", "…",
])  # fmt: skip
READERS = (
    typed.read_matrix,
    typed.read_linked_matrix,
    typed.read_row,
    typed.read_weights,
    lambda text: typed.read_targets(text, 2, 3, [-100]),
    lambda text: typed.check_commas(text, typed.read_matrix),
    lambda text: typed.check_commas(text, typed.read_row, one_row=True),
    typed.read_number,
)


@settings(max_examples=500)
@given(st.text(max_size=80) | st.lists(PARTS, max_size=30).map("".join))
@example("(" * 3000)
@example("grad_fn=<" * 300)
@example("float('" * 400)
@example(" \n" * 1500)
@example("x_" * 1500)
def test_no_text_raises_anything_but_the_modules_own_error(text):
    for read in READERS:
        try:
            found = read(text)
        except typed.UnreadableError as error:
            words("home", "en").label(f"typed_{error.why}", **error.values)
            continue
        if isinstance(found, typed.TypedRow):
            assert 1 <= len(found.values) <= typed.MAX_ROW
    assert isinstance(typed.has_decimal_comma(text), bool)


# ---- old links


def read_as_before(text: str) -> tuple:
    """The reader that links were made for, before it took prints of tensors."""
    if len(text) > 3000:
        raise ValueError
    plain = unicodedata.normalize("NFKC", text).replace("\N{MINUS SIGN}", "-").replace("、", ",")
    plain = re.sub(r"\]\s*,?\s*\[", ";", plain)
    plain = re.sub(r"^\s*(torch\.)?(tensor|array)?", "", plain).strip("()[],; \t\r\n")
    rows = [row for row in re.split(r"[;_\r\n]+", plain) if row.strip(" ,\t")]
    if not 1 <= len(rows) <= 8:
        raise ValueError
    cells = [row.strip().rstrip(",") for row in rows]
    cells = [[c.strip() for c in row.split(",")] if "," in row else row.split() for row in cells]
    numbers = tuple(tuple(map(number_as_before, row)) for row in cells)
    if len(set(map(len, numbers))) > 1 or len(numbers[0]) > 10:
        raise ValueError
    return numbers


def number_as_before(cell: str) -> float:
    bare = cell.lstrip("+-").lower()
    special = {"inf": INF, "infinity": INF, "∞": INF, "nan": NAN}
    if bare in special and len(cell) - len(bare) <= 1:
        return -special[bare] if cell[0] == "-" else special[bare]
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", cell, re.I | re.A):
        raise ValueError
    if len(cell) > 40 or math.isinf(float(cell)):
        raise ValueError
    return float(cell) + 0.0


OLD = st.sampled_from([
    "1", "2.5", "-3", ".5", "1e3", "inf", "-inf", "nan", "∞", ",", ", ", ";", "_", "\n", " ", "],[",
    "],\n [", "[", "]", "[[", "]]", "(", ")", "tensor(", "tensor", "torch.", "array(", "，", "；",
])  # fmt: skip


@settings(max_examples=2000, deadline=None)
@given(st.lists(OLD, min_size=1, max_size=14).map("".join))
@example("1,2;3,4")
@example("1_000")
@example("1\n2")
def test_every_matrix_that_a_link_could_hold_is_read_as_before(text):
    try:
        before = read_as_before(text)
    except ValueError:
        return
    np.testing.assert_array_equal(typed.read_linked_matrix(text), before)
