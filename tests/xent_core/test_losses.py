"""The losses and their gradient equal torch's, option by option; small losses keep their digits."""

import itertools

import ml_dtypes
import mpmath
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import xent_core as xc

pytestmark = pytest.mark.filterwarnings("error")
drawn = settings(derandomize=True, deadline=None, max_examples=300)

INF, NAN = np.inf, np.nan
SHAPES = [(5,), (1,), (4, 5), (1, 1), (3, 4, 2), (2, 3, 2, 2), (2, 3, 2, 1, 2)]
EMPTY = [(0, 3), (0, 3, 2), (2, 3, 0), (2, 3, 0, 2), (0, 1, 2, 2, 2)]
SCALES = [0.1, 3.0, 50.0]
REDUCTIONS = ["none", "mean", "sum"]
TYPES = [np.float32, np.float64]
TOLERANCE = {
    np.dtype(np.float16): 4e-3,
    np.dtype(ml_dtypes.bfloat16): 3e-2,
    np.dtype(np.float32): 3e-6,
    np.dtype(np.float64): 1e-13,
}


def to_torch(array):
    """A tensor of the same type, also for bfloat16."""
    if array.dtype == ml_dtypes.bfloat16:
        return torch.tensor(array.astype(np.float32)).bfloat16()
    return torch.tensor(array)


def to_numpy(tensor):
    return tensor.detach().double().numpy()


def torch_loss_and_grad(logits, target, *, weight=None, **options):
    x = to_torch(logits).requires_grad_()
    loss = F.cross_entropy(
        x, to_torch(target), weight=None if weight is None else to_torch(weight), **options
    )
    (grad,) = torch.autograd.grad(loss.sum(), x)
    return to_numpy(loss), to_numpy(grad)


def assert_close(got, expected, dtype, scale=1.0, note=""):
    assert np.shape(got) == expected.shape, note
    assert got.dtype == dtype, note
    rounding = TOLERANCE[np.dtype(dtype)]
    np.testing.assert_allclose(
        np.asarray(got, np.float64), expected, rtol=rounding, atol=scale * rounding, err_msg=note
    )


def assert_equals_torch(logits, target, **options):
    loss, grad = torch_loss_and_grad(logits, target, **options)
    note = f"{logits.shape} {logits.dtype} {options}"
    scale = 1.0
    if np.isfinite(loss).all() and np.any(target < 0) and target.dtype == logits.dtype:
        # Terms of both signs: rounding is relative to their sizes, not to what is left of them.
        scale = np.max(torch_loss_and_grad(logits, abs(target), **options)[0], initial=1)
    got = xc.cross_entropy_loss(logits, target, **options)
    assert_close(got, loss, logits.dtype, scale=scale, note=note)
    got = xc.cross_entropy_loss_grad(logits, target, **options)
    # Where p is close to y, torch's gradient has an absolute error of this size.
    assert_close(got, grad, logits.dtype, scale=8, note=note)


def index_targets(rng, shape):
    """Targets without, with some, and with only ignored values; and the ignore_index of each."""
    classes = shape[0] if len(shape) == 1 else shape[1]
    target = np.asarray(rng.integers(0, classes, shape[:1] + shape[2:] if shape[1:] else ()))
    some = np.where(rng.random(target.shape) < 0.4, -100, target)
    yield target, -100
    yield some, -100
    yield np.where(some == -100, 10**6, target), 10**6
    yield target, 0
    yield np.full_like(target, -1), -1


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("shape", SHAPES + EMPTY, ids=str)
def test_loss_and_gradient_of_class_indices_equal_torch(shape, reduction):
    rng = np.random.default_rng(len(shape))
    weights = rng.uniform(0, 3, shape[0] if len(shape) == 1 else shape[1])
    cases = itertools.product(index_targets(rng, shape), TYPES, (False, True), (0.0, 0.1, 1.0))
    for (target, ignore_index), dtype, weighted, smoothing in cases:
        assert_equals_torch(
            (rng.normal(size=shape) * rng.choice(SCALES)).astype(dtype),
            target,
            weight=weights.astype(dtype) if weighted else None,
            ignore_index=ignore_index,
            reduction=reduction,
            label_smoothing=smoothing,
        )


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("shape", SHAPES + EMPTY, ids=str)
def test_loss_and_gradient_of_class_probabilities_equal_torch(shape, reduction):
    rng = np.random.default_rng(len(shape))
    axis = 0 if len(shape) == 1 else 1
    weights = rng.uniform(0, 3, shape[axis])
    one_hot = np.moveaxis(np.eye(shape[axis])[rng.integers(0, shape[axis], 1000)], 0, -1)
    targets = [
        xc.softmax(rng.normal(size=shape) * 3, axis),
        rng.normal(size=shape),  # torch does not ask for probabilities
        np.resize(one_hot, shape),
    ]
    cases = itertools.product(targets, TYPES, (False, True), (0.0, 0.1, 1.0))
    for target, dtype, weighted, smoothing in cases:
        assert_equals_torch(
            (rng.normal(size=shape) * rng.choice(SCALES)).astype(dtype),
            target.astype(dtype),
            weight=weights.astype(dtype) if weighted else None,
            reduction=reduction,
            label_smoothing=smoothing,
        )


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("shape", SHAPES + EMPTY, ids=str)
def test_nll_loss_equals_torch(shape, reduction):
    rng = np.random.default_rng(len(shape))
    weights = rng.uniform(0, 3, shape[0] if len(shape) == 1 else shape[1])
    cases = itertools.product(index_targets(rng, shape), TYPES, (False, True))
    for (target, ignore_index), dtype, weighted in cases:
        log_probs = rng.normal(size=shape).astype(dtype)  # which torch does not check either
        weight = weights.astype(dtype) if weighted else None
        options = {"ignore_index": ignore_index, "reduction": reduction}
        expected = F.nll_loss(
            to_torch(log_probs),
            to_torch(target),
            weight=to_torch(weight) if weighted else None,
            **options,
        )
        got = xc.nll_loss(log_probs, target, weight=weight, **options)
        assert_close(got, to_numpy(expected), dtype)


@pytest.mark.parametrize("dtype", [np.float16, ml_dtypes.bfloat16])
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_half_types_equal_torch_within_their_rounding(dtype, reduction):
    rng = np.random.default_rng(0)
    for shape, smoothing, weighted in itertools.product(SHAPES, (0.0, 0.1), (False, True)):
        axis = 0 if len(shape) == 1 else 1
        logits = (rng.normal(size=shape) * 2).astype(dtype)
        weight = rng.uniform(0.5, 2, shape[axis]).astype(dtype)
        options = {"reduction": reduction, "label_smoothing": smoothing}
        options["weight"] = weight if weighted else None
        for target, ignore_index in list(index_targets(rng, shape))[:2]:
            assert_equals_torch(logits, target, ignore_index=ignore_index, **options)
        assert_equals_torch(
            logits, xc.softmax(rng.normal(size=shape).astype(dtype), axis), **options
        )


@drawn
@given(st.data())
def test_infinite_and_nan_logits_weights_and_targets_are_what_they_are_in_torch(data):
    values = st.sampled_from([-INF, INF, NAN, 0.0, 1.0, -3.0, 700.0, 1e4, -1e30])
    n, classes = data.draw(st.integers(1, 3)), data.draw(st.integers(1, 4))
    logits = data.draw(hnp.arrays(np.float64, (n, classes), elements=values))
    options = {
        "reduction": data.draw(st.sampled_from(REDUCTIONS)),
        "label_smoothing": data.draw(st.sampled_from([0.0, 0.1, 1.0])),
        "weight": data.draw(
            st.none()
            | hnp.arrays(np.float64, classes, elements=st.sampled_from([0.0, 1.0, 2.5, NAN]))
        ),
    }
    if data.draw(st.booleans()):
        ids = st.sampled_from([*range(classes), -100])
        target = data.draw(hnp.arrays(np.int64, n, elements=ids))
    else:
        shares = st.sampled_from([0.0, 1.0, 0.5, -1.0, NAN])
        target = data.draw(hnp.arrays(np.float64, (n, classes), elements=shares))
    assert_equals_torch(logits, target, **options)


@pytest.mark.parametrize(
    ("logits", "target", "smoothing", "expected"),
    [
        ([[-INF, 1, 1]], [1], 0, np.log(2)),  # a mask: finite for another target
        ([[-INF, 1, 1]], [[0.0, 1, 0]], 0, NAN),  # 0 · inf
        ([[-INF, 1, 1]], [1], 0.1, INF),
        ([[-INF, 1, 1]], [0], 0, INF),
        ([[-INF, -INF]], [0], 0, NAN),
        ([[INF, 1]], [1], 0, NAN),
        ([[1, 2]], [-100], 0, NAN),  # the mean of nothing
        (np.zeros((0, 2)), [], 0, NAN),
        ([[1000, 0]], [1], 0, 1000),
        ([[123, 456, 789]], [0], 0, 666),
    ],
)
def test_the_famous_special_cases(logits, target, smoothing, expected):
    loss = xc.cross_entropy_loss(logits, target, label_smoothing=smoothing)
    np.testing.assert_allclose(loss, expected, rtol=1e-15)


def test_a_plain_loss_is_within_4_ulps_of_60_digits(exact):
    rng = np.random.default_rng(3)
    for classes, exponent, ahead in itertools.product(
        (2, 3, 10, 300), range(-3, 7), (0, 0, 0, 20, 36.7, 300, 720)
    ):
        x = rng.normal(size=classes) * 10.0**exponent
        x[rng.integers(classes)] += ahead * (1 + rng.random())
        truth = exact.softmax_parts(x).log_probs
        for k in range(min(classes, 10)):
            assert exact.ulps(xc.cross_entropy_loss(x, k), -truth[k]) <= 4, (x, k)
        k = int(x.argmax())
        assert exact.ulps(xc.cross_entropy_loss(x, k), -truth[k]) <= 4, (x, k)


@pytest.mark.parametrize("gap", [20, 36.7, 40, 40.0123, 100.3, 700.1, 740])
def test_a_tiny_loss_keeps_its_digits(exact, gap):
    for logits in ([0, -gap], [0.3, 0.3 - gap], [7.1, 7.1 - gap, 6.9 - gap]):
        truth = exact.softmax_parts(logits)
        assert exact.ulps(xc.cross_entropy_loss(logits, 0), -truth.log_probs[0]) <= 4
        gradient = xc.cross_entropy_loss_grad(logits, 0)
        with mpmath.workdps(60):
            others = mpmath.fsum(truth.probs[1:])
        assert exact.ulps(gradient[0], -others) <= 4
        assert exact.ulps(gradient[1], truth.probs[1]) <= 4


def test_equal_huge_logits_give_the_logarithm_of_their_number():
    for value in (1e4, 1e8, 1e300):
        assert xc.cross_entropy_loss([value] * 5, 2) == np.log(5)
    logits = np.full((3, 7), 1e8, np.float32)
    assert xc.cross_entropy_loss(logits, [0, 3, 6]) == np.float32(np.log(7))


def test_the_loss_is_nll_of_log_softmax_and_cross_entropy_of_softmax():
    rng = np.random.default_rng(4)
    x, p = rng.normal(size=(6, 4)), rng.dirichlet(np.ones(4), 6)
    target = rng.integers(0, 4, 6)
    np.testing.assert_allclose(
        xc.cross_entropy_loss(x, target), xc.nll_loss(xc.log_softmax(x), target), rtol=1e-14
    )
    np.testing.assert_allclose(
        xc.cross_entropy_loss(x, p, reduction="none"),
        xc.cross_entropy(p, xc.softmax(x)),
        rtol=1e-14,
    )


def test_a_batch_of_many_blocks_equals_torch():
    rng = np.random.default_rng(5)
    x = (rng.normal(size=(500, 400)) * 5).astype(np.float32)
    target = rng.integers(0, 400, 500)
    target[7] = -100
    weight = rng.random(400).astype(np.float32)
    for options in ({}, {"weight": weight}, {"label_smoothing": 0.1, "weight": weight}):
        for reduction in REDUCTIONS:
            assert_equals_torch(x, target, reduction=reduction, **options)
            assert_equals_torch(x, xc.softmax(x[::-1]), reduction=reduction, **options)


@drawn
@given(
    hnp.arrays(np.float64, (3, 4), elements=st.floats(-20, 20)),
    hnp.arrays(np.int64, 3, elements=st.integers(0, 3)),
    st.floats(-1e3, 1e3),
)
def test_a_shift_of_the_logits_changes_nothing_and_the_gradient_sums_to_0(x, target, shift):
    loss = xc.cross_entropy_loss(x, target)
    assert loss >= 0
    np.testing.assert_allclose(xc.cross_entropy_loss(x + shift, target), loss, rtol=1e-10)
    grad = xc.cross_entropy_loss_grad(x, target)
    np.testing.assert_allclose(grad.sum(-1), 0, atol=1e-15)


@pytest.mark.parametrize("kind", ["index", "probabilities"])
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_the_gradient_is_what_finite_differences_find(kind, smoothing):
    rng = np.random.default_rng(6)
    x = rng.normal(size=(2, 3, 2))
    target = rng.integers(0, 3, (2, 2)) if kind == "index" else xc.softmax(x[::-1], 1)
    for reduction in ("mean", "sum"):
        options = {
            "weight": [0.5, 1, 2],
            "reduction": reduction,
            "label_smoothing": smoothing,
        }
        grad = xc.cross_entropy_loss_grad(x, target, **options)
        for at in np.ndindex(x.shape):
            step = np.zeros_like(x)
            step[at] = 1e-6
            up = xc.cross_entropy_loss(x + step, target, **options)
            down = xc.cross_entropy_loss(x - step, target, **options)
            np.testing.assert_allclose(grad[at], (up - down) / 2e-6, atol=1e-8)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16, np.int32, np.uint32, np.uint64])
def test_class_indices_may_have_any_integer_type(dtype):
    x = np.random.default_rng(7).normal(size=(4, 3))
    target = np.array([0, 2, 1, 2])
    for f in (xc.cross_entropy_loss, xc.nll_loss, xc.cross_entropy_loss_grad):
        np.testing.assert_array_equal(f(x, target.astype(dtype)), f(x, target))
        assert np.array_equal(f(x, target.tolist()), f(x, target))


def test_a_huge_unsigned_class_is_not_mistaken_for_ignore_index():
    with pytest.raises(IndexError, match="found 18446744073709551516"):
        xc.cross_entropy_loss([[1.0, 2.0]], np.array([2**64 - 100], np.uint64))


def test_one_sample_may_have_a_target_of_shape_1():
    x = np.random.default_rng(8).normal(size=5)
    for f, g in ((xc.cross_entropy_loss, F.cross_entropy), (xc.nll_loss, F.nll_loss)):
        for reduction in REDUCTIONS:
            expected = g(torch.tensor(x), torch.tensor([3]), reduction=reduction)
            got = f(x, [3], reduction=reduction)
            assert got.shape == ()
            np.testing.assert_allclose(got, expected, rtol=1e-14)
    assert xc.nll_loss([-0.5], [0]) == 0.5
    np.testing.assert_array_equal(
        xc.cross_entropy_loss_grad(x, [3]), xc.cross_entropy_loss_grad(x, 3)
    )


def test_the_result_has_the_type_of_the_logits_whatever_the_target_and_weight():
    logits = np.zeros((2, 2), np.float32)
    assert xc.cross_entropy_loss(logits, xc.one_hot([0, 1], 2)).dtype == np.float32
    assert xc.cross_entropy_loss(logits, [0, 1], weight=[1, 2]).dtype == np.float32


X = [[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]]


@pytest.mark.parametrize("f", [xc.cross_entropy_loss, xc.cross_entropy_loss_grad, xc.nll_loss])
@pytest.mark.parametrize(
    ("error", "message", "arguments", "options"),
    [
        (IndexError, r"target: .* from 0 to 2, found 3 at index \(1,\)$", (X, [0, 3]), {}),
        (IndexError, r"target: .* found -1 at index \(0,\)$", (X, [-1, 0]), {}),
        (IndexError, r"target: .* found -100 at", (X, [-100, 0]), {"ignore_index": 1}),
        (IndexError, r"target: .* from 0 to 2, found 7$", (X[0], 7), {}),
        (
            ValueError,
            r"target: shape \(3,\) does not match \w+ of shape \(2, 3\)",
            (X, [0] * 3),
            {},
        ),
        (ValueError, r"target: shape \(\) does not match", (X, 1), {}),
        (
            ValueError,
            r"target: shape \(2,\) does not match \w+ of shape \(3,\)",
            (X[0], [0, 1]),
            {},
        ),
        (ValueError, "target: class indices .* integers, found float64", (X, [0.0, 1.0]), {}),
        (ValueError, "target: class indices must be integers, found bool", (X, [True, False]), {}),
        (ValueError, "target: must hold .* found complex128", (X, [0j, 1]), {}),
        (ValueError, "target: must hold .* found <U3", (X, ["cat", "dog"]), {}),
        (
            ValueError,
            r"weight: needs one number for each class, shape \(3,\), found \(2,\)",
            (X, [0, 1]),
            {"weight": [1, 2]},
        ),
        (ValueError, "weight: must hold .* found <U1", (X, [0, 1]), {"weight": ["a"] * 3}),
        (ValueError, "reduction: .* found 'avg'", (X, [0, 1]), {"reduction": "avg"}),
        (ValueError, "reduction: .* found None", (X, [0, 1]), {"reduction": None}),
        (ValueError, r"\w+: must have a class axis, found shape \(\)", (1.0, 0), {}),
        (IndexError, "target: there is no class, found 0", ([[], []], [0, 0]), {}),
    ],
)
def test_a_mistake_is_named_with_its_value(f, error, message, arguments, options):
    with pytest.raises(error, match=f"^{message}"):
        f(*arguments, **options)


@pytest.mark.parametrize("f", [xc.cross_entropy_loss, xc.cross_entropy_loss_grad])
@pytest.mark.parametrize(
    ("message", "target", "options"),
    [
        ("label_smoothing: must be .* found 1.5", [0, 1], {"label_smoothing": 1.5}),
        ("label_smoothing: must be .* found -0.1", [0, 1], {"label_smoothing": -0.1}),
        ("label_smoothing: must be .* found nan", [0, 1], {"label_smoothing": NAN}),
        ("label_smoothing: must be a number, found 'a'", [0, 1], {"label_smoothing": "a"}),
        (r"target: has the shape of logits, \(2, 3\), .* found int64", [[0, 1, 0]] * 2, {}),
        (
            "ignore_index: class probabilities cannot be ignored, found 1",
            [[0.0, 1, 0]] * 2,
            {"ignore_index": 1},
        ),
    ],
)
def test_a_mistake_in_what_only_the_cross_entropy_takes_is_named_too(f, message, target, options):
    with pytest.raises(ValueError, match=f"^{message}"):
        f(X, target, **options)


def test_log_probabilities_do_not_take_probability_targets():
    with pytest.raises(ValueError, match=r"^target: shape"):
        xc.nll_loss(X, [[0.0, 1, 0]] * 2)
