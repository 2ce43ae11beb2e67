"""What every public function does with its arrays: types, axes, mistakes, warnings."""

import ml_dtypes
import numpy as np
import pytest

import xent_core as xc

pytestmark = pytest.mark.filterwarnings("error")

FLOATS = [np.float16, ml_dtypes.bfloat16, np.float32, np.float64]
P = [[0.5, 0.25, 0.25], [0.0, 0.5, 0.5]]

# Every function that gives back floating numbers, as a function of one array of probabilities.
FUNCTIONS = {
    "self_information": xc.self_information,
    "entropy": xc.entropy,
    "cross_entropy": lambda p: xc.cross_entropy(p, p),
    "kl_divergence": lambda p: xc.kl_divergence(p, p[::-1]),
    "jensen_shannon_divergence": lambda p: xc.jensen_shannon_divergence(p, p[::-1]),
    "logsumexp": xc.logsumexp,
    "softmax": xc.softmax,
    "softmax, temperature": lambda x: xc.softmax(x, temperature=2.5),
    "softmax, temperatures": lambda x: xc.softmax(x, temperature=np.array([[1.0], [3.0]])),
    "log_softmax": xc.log_softmax,
    "log_softmax, temperature": lambda x: xc.log_softmax(x, temperature=np.float64(0.5)),
    "softmax_jacobian": xc.softmax_jacobian,
    "sigmoid": xc.sigmoid,
    "nll_loss": lambda x: xc.nll_loss(x, [0, 1], weight=[1, 2, 3]),
    "loss": lambda x: xc.cross_entropy_loss(x, [0, 1]),
    "loss, none": lambda x: xc.cross_entropy_loss(x, [0, 1], reduction="none"),
    "loss, weight": lambda x: xc.cross_entropy_loss(x, [0, 1], weight=[1, 2, 3]),
    "loss, smoothing": lambda x: xc.cross_entropy_loss(x, [0, 1], label_smoothing=np.float64(0.1)),
    "loss, probabilities": lambda x: xc.cross_entropy_loss(x, xc.one_hot([0, 1], 3)),
    "grad": lambda x: xc.cross_entropy_loss_grad(x, [0, 1], weight=[1, 2, 3]),
    "grad, smoothing": lambda x: xc.cross_entropy_loss_grad(
        x, [0, 1], label_smoothing=np.float64(0.1)
    ),
    "grad, probabilities": lambda x: xc.cross_entropy_loss_grad(x, xc.one_hot([0, 1], 3)),
}


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_floating_types_are_kept(name, dtype):
    assert FUNCTIONS[name](np.array(P).astype(dtype)).dtype == dtype


@pytest.mark.parametrize("dtype", [np.float16, ml_dtypes.bfloat16])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_half_types_are_rounded_once_from_float32(name, dtype):
    p = np.array(P).astype(dtype)
    in_float32 = FUNCTIONS[name](p.astype(np.float32))
    np.testing.assert_array_equal(FUNCTIONS[name](p), in_float32.astype(dtype))


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("dtype", [bool, np.int8, np.uint64])
def test_integers_and_bools_become_float64(name, dtype):
    ones = np.array([[1, 0, 0], [0, 1, 0]], dtype)
    result = FUNCTIONS[name](ones)
    assert result.dtype == np.float64
    np.testing.assert_array_equal(result, FUNCTIONS[name](ones.astype(float)))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_byte_order_and_strides_do_not_matter(name):
    p = np.array(P)
    expected = FUNCTIONS[name](p)
    np.testing.assert_array_equal(FUNCTIONS[name](p.astype(">f8")), expected)
    np.testing.assert_array_equal(FUNCTIONS[name](np.asfortranarray(p)), expected)
    np.testing.assert_array_equal(FUNCTIONS[name](np.repeat(p, 2, axis=1)[:, ::2]), expected)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_caller_s_array_is_left_as_it_was(name):
    p = np.array(P)
    p.setflags(write=False)
    FUNCTIONS[name](p)
    np.testing.assert_array_equal(p, P)


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("bad", [np.array(P) + 1j, np.array([["a"] * 3] * 2), [[None] * 3] * 2])
def test_what_is_not_numeric_is_a_value_error(name, bad):
    with pytest.raises(ValueError, match=r"^(p|x|logits|log_probs): must hold integers, float16"):
        FUNCTIONS[name](np.asarray(bad))


def test_a_ragged_list_is_a_value_error_that_names_the_argument():
    with pytest.raises(ValueError, match=r"^logits: not an array"):
        xc.cross_entropy_loss([[1, 2], [3]], [0, 0])


def test_longdouble_is_refused_rather_than_rounded():
    with pytest.raises(ValueError, match=r"^x: must hold .* found (float128|float96|longdouble)"):
        xc.softmax(np.zeros(3, np.longdouble))


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -3, (0, 1), (0, 2), (2, 0), (0, 1, 2), None])
def test_axis_means_what_it_means_in_scipy(axis):
    from scipy import special

    x = np.random.default_rng(0).normal(size=(2, 3, 4))
    p = special.softmax(x, axis=axis)
    np.testing.assert_allclose(xc.softmax(x, axis), p, rtol=1e-14)
    np.testing.assert_allclose(
        xc.log_softmax(x, axis), special.log_softmax(x, axis=axis), rtol=1e-14
    )
    for keepdims in (False, True):
        np.testing.assert_allclose(
            xc.logsumexp(x, axis, keepdims),
            special.logsumexp(x, axis=axis, keepdims=keepdims),
            rtol=1e-14,
        )
    expected = special.entr(p).sum(axis=axis)
    for result in (
        xc.entropy(p, axis=axis),
        xc.cross_entropy(p, p, axis=axis),
        expected - xc.kl_divergence(p, p, axis=axis),
        expected + xc.jensen_shannon_divergence(p, p, axis=axis),
    ):
        np.testing.assert_allclose(result, expected, rtol=1e-14)
        assert np.shape(result) == np.shape(expected)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: xc.softmax([1.0, 2.0], axis=1), "axis: axis 1 is out of bounds"),
        (lambda: xc.logsumexp(1.0, axis=1), "axis: axis 1 is out of bounds"),
        (lambda: xc.entropy([[0.5, 0.5]], axis=(0, 0)), "repeated axis in `axis`"),
        (lambda: xc.argmax([1, 2], axis=(0, 3)), "axis: axis 3 is out of bounds"),
    ],
)
def test_a_wrong_axis_is_a_value_error(call, message):
    with pytest.raises(ValueError, match=message):
        call()


EXTREMES = [[np.inf, -np.inf, np.nan], [1e308, -1e308, 5e-324], [-np.inf] * 3, [-800, 0, 800]]


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("target", [[0, 1, 2, 0], [-100] * 4, EXTREMES])
def test_no_warning_and_no_floating_point_error_reaches_the_caller(dtype, target):
    with np.errstate(all="ignore"):
        x = np.array(EXTREMES).astype(dtype)
        target = np.array(target)
        target = target.astype(dtype) if target.ndim == 2 else target
    p = np.array([[1, 0, 0], [0.5, 0.5, 0], [1e-40, 1 - 1e-40, 0]], np.float64).astype(dtype)
    for mode in ("warn", "raise"):
        with np.errstate(all=mode):
            xc.softmax(x)
            xc.softmax(x, temperature=[[1e-300], [1e300], [0.1], [10]])
            xc.log_softmax(x)
            xc.logsumexp(x)
            xc.softmax_jacobian(x)
            xc.sigmoid(x)
            for reduction in ("none", "mean", "sum"):
                for smoothing in (0, 0.1):
                    options = {"reduction": reduction, "label_smoothing": smoothing}
                    xc.cross_entropy_loss(x, target, **options)
                    xc.cross_entropy_loss_grad(x, target, **options)
                if target.ndim == 1:
                    xc.nll_loss(x, target, weight=[0, 1, 1e300], reduction=reduction)
            for base in (2, np.e, 10):
                xc.self_information(p, base=base)
                xc.entropy(p, base=base)
                for f in (xc.cross_entropy, xc.kl_divergence, xc.jensen_shannon_divergence):
                    f(p, p[::-1], base=base)
