"""Options, masks and KLDivLoss: xent_core and torch agree, and the terms add up to the value."""

import math
import operator

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import xent_core as xc
from xent_core import pytorch as xt

# KLDivLoss warns that its "mean" is not the divergence: it does, and that is shown.
pytestmark = pytest.mark.filterwarnings("error", "ignore:reduction")

drawn = settings(derandomize=True, deadline=None, max_examples=250)
INF, NAN = math.inf, math.nan
EPS = {"float32": 2.0**-23, "float64": 2.0**-52}


unmasked = st.floats(-100, 100)
masked = unmasked | st.just(-INF)


@st.composite
def questions(draw, values=masked):
    """Everything that the page's controls can ask."""
    n, classes = draw(st.integers(1, 8)), draw(st.integers(2, 10))
    options = {
        "reduction": draw(st.sampled_from(xt.OPTION_REDUCTIONS)),
        "label_smoothing": draw(st.sampled_from([0.0, 0.1, 1.0]) | st.floats(0, 1)),
        "dtype": draw(st.sampled_from(sorted(EPS))),
    }
    if draw(st.booleans()):
        weights = st.sampled_from([0.0, 1.0]) | st.floats(0, 5)
        options["weight"] = draw(hnp.arrays(np.float64, classes, elements=weights))
    kind = draw(st.sampled_from(["index", "one_hot", "soft"]))
    ids = st.integers(0, classes - 1)
    if kind == "index":
        options["ignore_index"] = draw(st.sampled_from([-100, -1, 0, classes - 1]))
        ids |= st.just(options["ignore_index"])
        target = draw(hnp.arrays(np.int64, n, elements=ids))
    elif kind == "one_hot":
        target = np.eye(classes)[draw(hnp.arrays(np.int64, n, elements=ids))]
    else:
        shares = draw(hnp.arrays(np.float64, (n, classes), elements=st.floats(0, 1)))
        target = (shares + 1e-3) / (shares + 1e-3).sum(1, keepdims=True)
    return draw(hnp.arrays(np.float64, (n, classes), elements=values)), target, options


def ask_torch(logits, target, dtype, weight=None, **options):
    kind = getattr(torch, dtype)
    target = torch.tensor(target)
    loss = F.cross_entropy(
        torch.tensor(logits).to(kind),
        target.to(kind) if target.is_floating_point() else target,
        weight=None if weight is None else torch.tensor(weight).to(kind),
        **options,
    )
    return loss.double().numpy()


@drawn
@given(questions())
def test_xent_core_gives_what_torch_gives_in_every_state_of_the_controls(question):
    logits, target, options = question
    result = xt.cross_entropy_options(logits, target, **options)
    np.testing.assert_array_equal(result.torch_value, ask_torch(logits, target, **options))
    assert result.agrees, result
    for same in (np.isnan, np.isposinf, np.isneginf):
        np.testing.assert_array_equal(same(result.torch_value), same(result.xent_value))


@drawn
@given(questions())
def test_where_nothing_is_tiny_they_are_within_a_few_ulps(question):
    logits, target, options = question
    result = xt.cross_entropy_options(logits, target, **options)
    # A loss below 1 has the rounding of a sum near 1 in it: S15'' in small.
    sizes = np.abs(result.losses[result.factors != 0])
    if sizes.size and (sizes >= 1).all():
        assert all(d is not None and d <= 6 for d in np.ravel(np.array(result.ulps, object)))


@drawn
@given(questions(values=unmasked))
def test_the_factors_times_the_losses_are_the_terms_and_the_terms_are_the_value(question):
    logits, target, options = question
    result = xt.cross_entropy_options(logits, target, **options)
    rounding = 40 * EPS[options["dtype"]]
    scale = max(1.0, np.abs(result.factors * result.losses).sum(1).max())
    np.testing.assert_allclose(
        (result.factors * result.losses).sum(1), result.terms, rtol=0, atol=rounding * scale
    )
    total = max(1.0, np.abs(result.factors * result.losses).sum())
    np.testing.assert_allclose(result.terms.sum(), result.numerator, rtol=0, atol=rounding * total)
    np.testing.assert_array_equal(result.terms[~result.counted], 0)
    if options["reduction"] == "none":
        np.testing.assert_array_equal(result.torch_value, result.terms)
        assert result.denominator == 1
    elif result.denominator > 1e-30:
        value = result.numerator / result.denominator
        allowance = rounding * total / result.denominator
        np.testing.assert_allclose(result.torch_value, value, rtol=rounding, atol=allowance)
    elif result.denominator == 0:
        assert not math.isfinite(result.torch_value)


def test_a_weighted_mean_divides_by_the_weights_of_the_targets_that_count():
    result = xt.cross_entropy_options(
        np.zeros((3, 2)), [0, 1, -100], weight=[1, 3], dtype="float64"
    )
    assert result.kind == "index"
    assert result.counted.tolist() == [True, True, False]
    assert result.target_weights.tolist() == [1, 3, 0]
    assert result.denominator == 4
    np.testing.assert_allclose(result.torch_value, (1 + 3) * np.log(2) / 4)


def test_weights_do_not_change_the_divisor_of_probabilities():
    result = xt.cross_entropy_options(np.zeros((2, 2)), np.eye(2), weight=[1, 3])
    assert (result.kind, result.denominator) == ("probabilities", 2)
    np.testing.assert_allclose(result.torch_value, (1 + 3) * np.log(2) / 2, rtol=1e-6)


def test_label_smoothing_gives_every_class_a_part():
    result = xt.cross_entropy_options(np.zeros((1, 4)), [2], label_smoothing=0.2, dtype="float64")
    np.testing.assert_allclose(result.factors, [[0.05, 0.05, 0.85, 0.05]])


def test_torch_rounds_a_tiny_loss_to_0_and_xent_core_does_not():
    result = xt.cross_entropy_options([[20, 0]], [0])
    assert result.torch_value == 0
    np.testing.assert_allclose(result.xent_value, np.exp(-20), rtol=1e-6)
    assert result.agrees
    assert operator.gt(result.ulps, 10**8)


@pytest.mark.parametrize("reduction", xt.OPTION_REDUCTIONS)
def test_the_mean_of_nothing_is_nan_and_its_sum_is_0(reduction):
    result = xt.cross_entropy_options([[1.0, 2.0]], [-100], reduction=reduction)
    np.testing.assert_array_equal(
        result.torch_value, {"none": [0.0], "mean": NAN, "sum": 0.0}[reduction]
    )
    assert result.agrees


@pytest.mark.parametrize(
    ("k", "masked", "kinds"),
    [
        (0, [2], ["finite", "nan", "inf", "nan", "inf"]),  # M8
        (2, [2], ["inf"] * 5),
        (0, [], ["finite"] * 5),
        (0, [0, 1, 2], ["nan"] * 5),  # M9
    ],
)
@pytest.mark.parametrize("dtype", sorted(EPS))
def test_only_an_index_survives_a_mask(dtype, k, masked, kinds):
    cases = xt.mask_cases([1.0, 2.0, 3.0], k, masked, dtype=dtype)
    assert [case.key for case in cases] == list(xt.MASK_TARGETS)
    assert [case.kind for case in cases] == kinds
    for case in cases:
        np.testing.assert_allclose(case.value, case.xent_value, rtol=1e-6)


def test_the_gradient_of_a_nan_loss_is_finite_behind_a_mask():
    index, one_hot, *_ = xt.mask_cases([1.0, 2.0, 3.0], 0, [2])
    assert one_hot.kind == "nan"
    np.testing.assert_array_equal(one_hot.grad, index.grad)


def test_without_smoothing_a_mask_is_as_bad_for_every_probability():
    kinds = [case.kind for case in xt.mask_cases([1.0, 2.0, 3.0], 0, [1], smoothing=0.0)]
    assert kinds == ["finite", "nan", "nan", "nan", "finite"]


@st.composite
def distributions(draw):
    shape = draw(st.integers(1, 8)), draw(st.integers(2, 10))
    logits = hnp.arrays(np.float64, shape, elements=st.floats(-8, 8))
    return xc.softmax(draw(logits)), xc.softmax(draw(logits))


@drawn
@given(distributions(), st.sampled_from(sorted(EPS)))
def test_only_the_right_order_with_batchmean_is_the_divergence(rows, dtype):
    p, q = rows
    table = xt.kl_div_table(p, q, dtype)
    truth = {"right": xc.kl_divergence(p, q), "swapped": xc.kl_divergence(q, p)}
    np.testing.assert_allclose(
        [table.truth, table.truth_swapped], [t.mean() for t in truth.values()]
    )
    divisor = {"batchmean": len(p), "mean": p.size, "sum": 1}
    assert len(table.calls) == 18
    for call in table.calls:
        assert call.ulps == xt.ulp_distance(call.value, table.truth, dtype)
        if call.order != "no_log":
            expected = truth[call.order].sum() / divisor[call.reduction]
            allowance = 40 * EPS[dtype] * p.size
            np.testing.assert_allclose(call.value, expected, rtol=0, atol=allowance)


def test_a_target_of_0_is_nan_with_log_target_only_and_an_input_of_0_always():
    def by_log_target(p, q):
        calls = xt.kl_div_table(p, q).calls
        return [c.value for c in calls if (c.order, c.reduction) == ("right", "sum")]

    plain, log_target = by_log_target([1.0, 0.0], [0.5, 0.5])
    np.testing.assert_allclose(plain, np.log(2))
    assert math.isnan(log_target)
    assert np.isnan(by_log_target([1.0, 0.0], [1.0, 0.0])).all()
    assert xc.kl_divergence([1.0, 0.0], [1.0, 0.0]) == 0


@drawn
@given(
    hnp.arrays(np.float64, (2, 5), elements=st.floats(-8, 8)),
    hnp.arrays(np.float64, 5, elements=st.floats(-8, 8)),
)
def test_in_q_the_two_losses_have_one_gradient_whatever_p_is(p_logits, q_logits):
    q = xc.softmax(q_logits)
    for row in p_logits:
        p = xc.softmax(row)
        result = xt.kl_gradients(row, q_logits)
        np.testing.assert_allclose(result.entropy, xc.entropy(p), atol=1e-13)
        np.testing.assert_allclose(result.cross_entropy, xc.cross_entropy(p, q), atol=1e-12)
        np.testing.assert_allclose(result.kl, xc.kl_divergence(p, q), atol=1e-12)
        np.testing.assert_allclose(result.cross_entropy_grad_q, q - p, atol=1e-13)
        np.testing.assert_allclose(result.kl_grad_q, q - p, atol=1e-13)
        # In P they differ, by the gradient of the entropy.
        entropy_grad = -p * (np.log(p) + xc.entropy(p))
        np.testing.assert_allclose(
            result.cross_entropy_grad_p - result.kl_grad_p, entropy_grad, atol=1e-12
        )


X = [[1.0, 2.0, 3.0]]
BIG = np.broadcast_to(0.0, (10**6, 10**6))  # no memory behind it


@pytest.mark.parametrize(
    ("target", "options", "error", "message"),
    [
        ([3], {}, IndexError, "target: classes go from 0 to 2, found 3"),
        ([-100], {"ignore_index": 1}, IndexError, "target: .* found -100"),
        ([0, 1], {}, ValueError, r"target: must have shape \(1,\), found \(2,\)"),
        ([0.5], {}, ValueError, "target: must hold integers, found float64"),
        ([[0, 1, 0]], {}, ValueError, r"target: probabilities must be floats of shape \(1, 3\)"),
        ([[0.5, 0.5]], {}, ValueError, r"target: probabilities .* of shape \(1, 2\)"),
        (BIG, {}, ValueError, r"target: must have shape \(N, C\)"),
        ([[0.0, 1.0, 0.0]], {"ignore_index": 1}, ValueError, "ignore_index: class prob.* found 1"),
        ([0], {"ignore_index": 2**63}, ValueError, "ignore_index: must be a 64-bit integer"),
        ([0], {"ignore_index": 0.5}, ValueError, "ignore_index: must be a 64-bit .* found 0.5"),
        ([0], {"weight": [1.0]}, ValueError, r"weight: must have shape \(3,\), found \(1,\)"),
        ([0], {"weight": BIG[0]}, ValueError, r"weight: .* found \(1000000,\)"),
        ([0], {"reduction": "avg"}, ValueError, "reduction: must be one of .* found 'avg'"),
        ([0], {"label_smoothing": 1.5}, ValueError, "label_smoothing: .* found 1.5"),
        ([0], {"label_smoothing": NAN}, ValueError, "label_smoothing: .* found nan"),
        ([0], {"label_smoothing": "a"}, ValueError, "label_smoothing: must be a number, found 'a'"),
        ([0], {"dtype": "float16"}, ValueError, "dtype: must be one of"),
    ],
)
def test_a_mistake_in_the_options_is_named_with_its_value(target, options, error, message):
    with pytest.raises(error, match=f"^{message}"):
        xt.cross_entropy_options(X, target, **options)


@pytest.mark.parametrize(
    ("f", "arguments", "error", "message"),
    [
        (xt.mask_cases, (X[0], 3, []), IndexError, "k: classes go from 0 to 2, found 3"),
        (xt.mask_cases, (X[0], 0, [3]), IndexError, "masked: classes go from 0 to 2, found 3"),
        (xt.mask_cases, (X[0], 0, [0] * 4), ValueError, "masked: at most 3 classes, found 4"),
        (xt.mask_cases, (X, 0, []), ValueError, r"logits: must have shape \(C\)"),
        (xt.kl_div_table, (BIG, [1.0]), ValueError, r"p: must have shape \(N, C\)"),
        (xt.kl_div_table, ([1.0, 1.0], [0.5, 0.5]), ValueError, "p: probabilities must sum to 1"),
        (xt.kl_div_table, ([0.5, 0.5], [1.0]), ValueError, r"p, q: shapes \(1, 2\) and \(1, 1\)"),
        (xt.kl_gradients, ([1.0], [1.0, 2.0]), ValueError, r"p_logits, q_logits: shapes \(1,\)"),
        (xt.kl_gradients, (BIG[0], [1.0]), ValueError, r"p_logits: must have shape \(C\)"),
    ],
)
def test_a_mistake_in_a_mask_or_a_distribution_is_named(f, arguments, error, message):
    with pytest.raises(error, match=f"^{message}"):
        f(*arguments)
