"""Every shape and type on offer is answered by torch itself, and the advice fits the question."""

import itertools

import numpy as np
import pytest
import torch
import torch.nn.functional as F

import xent_core as xc
from xent_core import pytorch as xt

pytestmark = pytest.mark.filterwarnings("error")

EVERY_QUESTION = list(
    itertools.product(xt.INPUT_SHAPES, xt.TARGET_SHAPES, xt.INPUT_TYPES, xt.TARGET_TYPES)
)
EVERY_CONTENT = list(itertools.product(xt.INPUT_VALUES, xt.TARGET_VALUES))


def test_the_advice_says_that_it_works_exactly_where_it_works():
    seen = set()
    for content in EVERY_CONTENT:
        options = dict(zip(("input_values", "target_values"), content, strict=True))
        for question in EVERY_QUESTION:
            if content != EVERY_CONTENT[0] and question[2] not in ("float32", "int64"):
                continue
            answer = xt.ask(*question, **options)
            assert answer.works == (answer.advice in xt.WORKING), (question, content, answer)
            assert answer.works == (answer.message is None), (question, content)
            seen.add(answer.advice)
    assert seen == set(xt.ADVICE)


NOT_SCALAR = "grad can be implicitly created only for scalar outputs"


def run_backward(answer, dtypes, reduction):
    """What torch does with the very tensors of an answer, asked here without xent_core."""
    x = torch.tensor(answer.input).to(getattr(torch, dtypes[0])).requires_grad_()
    t = torch.tensor(answer.target).to(getattr(torch, dtypes[1]))
    loss = F.cross_entropy(x, t, reduction=reduction)
    try:
        loss.backward()
    except RuntimeError as error:
        return None, str(error)
    return x.grad.double().numpy(), None


def test_what_works_is_run_backward_too_and_the_advice_says_where_that_fails():
    told = set()
    for content in EVERY_CONTENT:
        options = dict(zip(("input_values", "target_values"), content, strict=True))
        for question in EVERY_QUESTION:
            for reduction in xt.OPTION_REDUCTIONS:
                answer = xt.ask(*question, **options, reduction=reduction)
                assert (answer.backward is not None) == answer.works
                if answer.backward is None:
                    continue
                grad, message = run_backward(answer, question[2:], reduction)
                assert answer.backward.message == message, (question, content, reduction)
                np.testing.assert_array_equal(answer.backward.grad, grad)
                if message and message != NOT_SCALAR:
                    assert question[:2] == ((5,), (1,))
                    assert answer.advice in ("forward_only", "all_ignored", "minus_inf_row")
                elif message:
                    assert reduction == "none"
                else:
                    assert answer.advice != "forward_only"
                told.add(answer.advice if message else None)
    assert {"forward_only", None} < told


@pytest.mark.parametrize(
    ("question", "advice", "error", "message"),
    [
        (((4, 5), (4,), "float32", "int64"), "class_indices", None, None),
        (((4, 5), (4,), "float32", "uint8"), "class_indices", None, None),
        (((5,), (1,), "float32", "int64"), "forward_only", None, None),
        (((4, 5, 3), (4, 3), "float16", "int64"), "class_indices_by_position", None, None),
        # Axis 1 is the classes': this is 3 classes at 5 places, meant or not.
        (((4, 3, 5), (4, 5), "float32", "int64"), "class_indices_by_position", None, None),
        (((4, 5), (4, 5), "float32", "float64"), "class_probabilities", None, None),
        (((0, 5), (0,), "float32", "int64"), "nothing_to_average", None, None),
        (
            ((4, 5), (4,), "float32", "float32"),
            "target_is_float",
            "RuntimeError",
            "expected target dtype to be Long or Byte, but got Float",
        ),
        (
            ((4, 5), (4,), "float32", "int32"),
            "needs_long",
            "RuntimeError",
            "expected target dtype to be Long or Byte, but got Int",
        ),
        (
            ((4, 5, 3), (4, 3), "float32", "uint8"),
            "needs_long",
            "RuntimeError",
            "expected scalar type Long but found Byte",
        ),
        (
            ((4, 5), (4, 5), "float32", "int64"),
            "one_hot_int",
            "RuntimeError",
            "Expected floating point type for target with class probabilities, got Long",
        ),
        (
            ((4, 5), (5,), "float32", "int64"),
            "batch_mismatch",
            "ValueError",
            "Expected input batch_size (4) to match target batch_size (5).",
        ),
        (
            ((4, 5), (4, 1), "float32", "int64"),
            "axis_too_many",
            "RuntimeError",
            "0D or 1D target tensor expected, multi-target not supported",
        ),
        (
            ((4, 5), (4, 3), "float32", "float32"),
            "class_count_mismatch",
            "RuntimeError",
            "0D or 1D target tensor expected, multi-target not supported",
        ),
        (
            ((4, 5), (5, 4), "float32", "float32"),
            "axes_swapped",
            "ValueError",
            "Expected input batch_size (4) to match target batch_size (5).",
        ),
        (
            ((4, 2, 2, 5), (4, 2, 2), "float32", "int64"),
            "class_axis_last",
            "RuntimeError",
            "size mismatch (got input: [4, 2, 2, 5] , target: [4, 2, 2]",
        ),
        (
            ((4, 5, 3), (4,), "float32", "int64"),
            "shape_mismatch",
            "RuntimeError",
            "Expected target size [4, 3], got [4]",
        ),
        (
            ((5,), (4,), "float32", "int64"),
            "no_batch_axis",
            "ValueError",
            "For 1D input, 1D target must have size 1, but got target size: 4",
        ),
        (
            ((4, 5), (4,), "int64", "int64"),
            "input_not_float",
            "NotImplementedError",
            "\"log_softmax_lastdim_kernel_impl\" not implemented for 'Long'",
        ),
        (
            ((), (), "float32", "float32"),
            "no_class_axis",
            "IndexError",
            "Dimension specified as 1 but tensor has no dimensions",
        ),
    ],
)
def test_the_message_is_the_one_that_torch_gives(question, advice, error, message):
    answer = xt.ask(*question)
    assert (answer.advice, answer.error, answer.message) == (advice, error, message)


@pytest.mark.parametrize(
    ("values", "dtype", "message"),
    [
        ("class_too_large", "int64", "Target 5 is out of bounds."),
        ("negative_class", "int64", "Target -1 is out of bounds."),
        ("negative_class", "uint8", "Target 255 is out of bounds."),
        ("all_ignored", "uint8", "Target 156 is out of bounds."),  # a byte has no -100
    ],
)
def test_a_class_that_is_not_there_is_an_index_error(values, dtype, message):
    answer = xt.ask((4, 5), (4,), "float32", dtype, target_values=values)
    assert (answer.error, answer.message) == ("IndexError", message)
    assert answer.advice == "class_out_of_range"


@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
def test_what_works_has_xent_cores_value(reduction):
    for question in EVERY_QUESTION:
        x_type, t_type = question[2:]
        if x_type != "float64" or t_type not in ("int64", "float64"):
            continue
        answer = xt.ask(*question, reduction=reduction)
        if answer.works:
            target = answer.target if t_type == "float64" else answer.target.astype(int)
            expected = xc.cross_entropy_loss(answer.input, target, reduction=reduction)
            np.testing.assert_allclose(answer.value, expected, rtol=1e-13)
            assert answer.shape == np.shape(expected)
            assert answer.dtype == "float64"


@pytest.mark.parametrize(
    ("options", "advice", "by_reduction"),
    [
        ({"target_values": "all_ignored"}, "all_ignored", {"mean": np.nan, "sum": 0.0}),
        ({"input_values": "minus_inf_row"}, "minus_inf_row", {"mean": np.nan, "sum": np.nan}),
    ],
)
def test_all_ignored_and_all_minus_inf_are_nan_by_definition(options, advice, by_reduction):
    for reduction, value in by_reduction.items():
        answer = xt.ask((4, 5), (4,), reduction=reduction, **options)
        assert answer.works
        assert answer.advice == advice
        np.testing.assert_equal(answer.value, value)


def test_only_the_row_of_minus_infinities_is_nan():
    answer = xt.ask((4, 5), (4,), input_values="minus_inf_row", reduction="none")
    assert np.isnan(answer.value).tolist() == [True, False, False, False]


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (((10**9,), ()), {}, r"input_shape: at most 4 axes .* found \(1000000000,\)"),
        (((10, 10, 10, 10), ()), {}, "input_shape: .* 1280 elements in all"),
        (((1,) * 5, ()), {}, "input_shape: at most 4 axes"),
        (((4, 5), (-1,)), {}, r"target_shape: .* found \(-1,\)"),
        (((4, 5), (4.0,)), {}, r"target_shape: .* found \(4.0,\)"),
        (((4, 5), (4,), "complex64"), {}, "input_dtype: must be one of .* found 'complex64'"),
        (((4, 5), (4,), "float32", "int128"), {}, "target_dtype: must be one of"),
        (((4, 5), (4,)), {"input_values": "big"}, "input_values: must be one of .* found 'big'"),
        (((4, 5), (4,)), {"target_values": None}, "target_values: must be one of .* found None"),
        (((4, 5), (4,)), {"reduction": "avg"}, "reduction: must be one of"),
    ],
)
def test_nothing_is_allocated_for_a_question_that_is_not_allowed(
    arguments, options, message, monkeypatch
):
    monkeypatch.setattr(F, "cross_entropy", None)
    monkeypatch.setattr(np, "arange", None)
    with pytest.raises(ValueError, match=f"^{message}"):
        xt.ask(*arguments, **options)
