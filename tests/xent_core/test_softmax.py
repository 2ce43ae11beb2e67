"""Softmax and its kin: against 60 digits, SciPy and torch."""

import ml_dtypes
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import special

import xent_core as xc
from xent_core.softmax import softmax_backward

pytestmark = pytest.mark.filterwarnings("error")
drawn = settings(derandomize=True, deadline=None, max_examples=100)

INF, NAN = np.inf, np.nan
# The shape of a class axis, and logits that leave nothing to be desired but sense.
LOGITS = hnp.arrays(
    np.float64,
    hnp.array_shapes(min_dims=1, max_dims=3, max_side=6),
    elements=st.floats(-1e4, 1e4),
)
WILD = hnp.arrays(
    np.float64,
    st.tuples(st.integers(1, 3), st.integers(1, 5)),
    elements=st.sampled_from([-INF, INF, NAN, 0.0, -0.0, 1.0, -745.2, 1e4, 1e308, -1e308]),
)


def rows_of_every_scale():
    """Random logits of scale 1e-3 to 1e6, some with one class far ahead: a tiny loss."""
    rng = np.random.default_rng(2024)
    for classes in (1, 2, 3, 10, 300):
        for scale in 10.0 ** np.arange(-3, 7):
            for ahead in (0, 0, 0, 20, 36.7, 300, 720):
                x = rng.normal(size=classes) * scale
                x[rng.integers(classes)] += ahead * (1 + rng.random())
                yield x
        for _ in range(20):
            yield rng.uniform(-45, -20, classes + 1) * (np.arange(classes + 1) > 0) + 0.3


ROWS = list(rows_of_every_scale())
ROWS += [np.full(5, 1e8), np.array([0.0, -40.0]), np.array([0.3, -39.7123]), np.array([0, -740.0])]


def test_log_softmax_is_within_4_ulps_of_60_digits(exact):
    for x in ROWS:
        truth = exact.softmax_parts(x)
        for got, true in zip(xc.log_softmax(x)[:20], truth.log_probs, strict=False):
            assert exact.ulps(got, true) <= 4, x


def test_softmax_is_within_4_ulps_of_60_digits(exact):
    for x in ROWS:
        truth = exact.softmax_parts(x)
        for got, true in zip(xc.softmax(x)[:20], truth.probs, strict=False):
            assert exact.ulps(got, true) <= 4, x


def test_logsumexp_is_within_4_ulps_of_the_maximum_or_the_result(exact):
    for x in ROWS:
        truth = exact.softmax_parts(x)
        assert exact.ulps(xc.logsumexp(x), truth.logsumexp, at_least=truth.top) <= 4, x


@pytest.mark.parametrize("temperature", [0.05, 0.7, 3.0, 1e5])
def test_a_temperature_costs_about_as_many_ulps_as_it_makes_the_spread(exact, temperature):
    for x in ROWS:
        spread = (x.max() - x) / temperature
        truth = exact.softmax_parts(x, temperature)
        parts = zip(xc.softmax(x, temperature=temperature), truth.probs, spread, strict=True)
        for got, true, ulps in list(parts)[:20]:
            assert exact.ulps(got, true) <= 4 + 1.5 * ulps, x
        log_probs = xc.log_softmax(x, temperature=temperature)
        for got, true in list(zip(log_probs, truth.log_probs, strict=True))[:20]:
            assert exact.ulps(got, true) <= 4 + 1.5 * spread.max(), x


def test_equal_huge_logits_are_equal_probabilities():
    for dtype in (np.float32, np.float64):
        x = np.full((2, 4), 1e8, dtype)
        np.testing.assert_array_equal(xc.softmax(x), np.full((2, 4), 0.25))
        np.testing.assert_array_equal(xc.log_softmax(x), -np.log1p(np.full((2, 4), 3, dtype)))


def test_blocks_of_a_large_array_fit_together():
    x = np.random.default_rng(0).normal(size=(700, 300)) * 10
    np.testing.assert_allclose(xc.softmax(x), special.softmax(x, axis=-1), rtol=1e-13)
    np.testing.assert_allclose(xc.logsumexp(x), special.logsumexp(x, axis=-1), rtol=1e-13)
    np.testing.assert_array_equal(xc.log_softmax(x)[650], xc.log_softmax(x[650]))
    wide = np.random.default_rng(1).normal(size=(2, 200_000))
    np.testing.assert_allclose(xc.logsumexp(wide), special.logsumexp(wide, axis=-1), rtol=1e-13)


@drawn
@given(LOGITS, st.floats(-1e3, 1e3))
def test_softmax_sums_to_1_and_does_not_see_a_shift(x, shift):
    p = xc.softmax(x)
    np.testing.assert_allclose(p.sum(-1), 1, rtol=1e-14)
    assert ((p >= 0) & (p <= 1)).all()
    np.testing.assert_allclose(xc.softmax(x + shift), p, rtol=1e-10, atol=1e-300)


@drawn
@given(LOGITS)
def test_log_softmax_is_the_logarithm_of_softmax_and_idempotent(x):
    log_p = xc.log_softmax(x)
    assert (log_p <= 0).all()
    np.testing.assert_allclose(np.exp(log_p), xc.softmax(x), rtol=1e-11, atol=1e-320)
    np.testing.assert_allclose(xc.log_softmax(log_p), log_p, rtol=1e-12, atol=1e-15)


@drawn
@given(LOGITS)
def test_scipy_agrees(x):
    np.testing.assert_allclose(xc.softmax(x), special.softmax(x, axis=-1), rtol=1e-11)
    expected = special.log_softmax(x, axis=-1)
    np.testing.assert_allclose(xc.log_softmax(x), expected, rtol=1e-12, atol=1e-15)
    expected = special.logsumexp(x, axis=-1)
    np.testing.assert_allclose(xc.logsumexp(x), expected, rtol=1e-12, atol=1e-15)


@drawn
@given(WILD)
def test_infinite_and_nan_logits_are_what_they_are_in_torch(x):
    t = torch.from_numpy(x)
    np.testing.assert_allclose(xc.softmax(x), torch.softmax(t, -1), rtol=1e-12)
    np.testing.assert_allclose(xc.log_softmax(x), torch.log_softmax(t, -1), rtol=1e-12)
    np.testing.assert_allclose(xc.logsumexp(x), torch.logsumexp(t, -1), rtol=1e-12)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_torch_agrees_in_every_type(dtype):
    x = torch.randn(50, 7, generator=torch.Generator().manual_seed(0)).to(getattr(torch, dtype))
    ours = x.double().numpy().astype(dtype if dtype != "bfloat16" else ml_dtypes.bfloat16)
    eps = torch.finfo(x.dtype).eps
    for f, g in (
        (xc.softmax, torch.softmax),
        (xc.log_softmax, torch.log_softmax),
        (xc.logsumexp, torch.logsumexp),
    ):
        got = f(ours, -1).astype(np.float64)
        np.testing.assert_allclose(got, g(x, -1).double(), rtol=4 * eps)
    np.testing.assert_allclose(
        xc.sigmoid(ours).astype(np.float64), torch.sigmoid(x).double(), rtol=4 * eps
    )


def test_logsumexp_of_nothing_is_minus_infinity():
    np.testing.assert_array_equal(xc.logsumexp(np.zeros((2, 0))), [-INF, -INF])
    assert xc.logsumexp([]) == -INF
    assert xc.logsumexp(3.5, axis=None) == 3.5


def test_no_rows_give_no_rows():
    x = np.zeros((0, 3))
    assert xc.softmax(x).shape == xc.log_softmax(x).shape == (0, 3)
    assert xc.logsumexp(x).shape == (0,)
    assert xc.softmax_jacobian(x).shape == (0, 3, 3)


@pytest.mark.parametrize("f", [xc.softmax, xc.log_softmax, xc.softmax_jacobian])
def test_temperature_divides_the_logits(f):
    x = np.random.default_rng(3).normal(size=(4, 5))
    for t in (0.5, 2, np.float32(4)):
        expected = f(x / float(t)) / (float(t) if f is xc.softmax_jacobian else 1)
        np.testing.assert_allclose(f(x, temperature=t), expected, rtol=1e-13)
    np.testing.assert_array_equal(f(x, temperature=1), f(x))
    np.testing.assert_array_equal(f(x, temperature=np.array(1.0)), f(x, temperature=[[1.0]] * 4))


def test_temperature_broadcasts_over_rows_and_makes_new_ones():
    x = np.random.default_rng(4).normal(size=(3, 5))
    t = np.array([[0.5], [1.0], [8.0]])
    for f in (xc.softmax, xc.log_softmax, xc.softmax_jacobian):
        each = [f(row, temperature=float(v)) for row, v in zip(x, t[:, 0], strict=True)]
        np.testing.assert_allclose(f(x, temperature=t), each, rtol=1e-13)
        sweep = [f(x[0], temperature=float(v)) for v in t[:, 0]]
        np.testing.assert_allclose(f(x[0], temperature=t), sweep, rtol=1e-13)
    by_column = xc.softmax(x, axis=0, temperature=[1, 2, 3, 4, 5])
    np.testing.assert_allclose(by_column[:, 1], xc.softmax(x[:, 1], temperature=2), rtol=1e-13)


def test_temperature_goes_to_argmax_when_tiny_and_to_uniform_when_huge():
    np.testing.assert_array_equal(xc.softmax([1e300, 2e300, 0], temperature=5e-324), [0, 1, 0])
    np.testing.assert_allclose(xc.softmax([1, 2, 3], temperature=1e308), [1 / 3] * 3)


@drawn
@given(hnp.arrays(np.float64, (2, 4), elements=st.floats(-8, 8)), st.floats(0.3, 5))
def test_softmax_jacobian_is_what_autograd_finds(x, temperature):
    ours = xc.softmax_jacobian(x, temperature=temperature)
    for row, jacobian in zip(torch.from_numpy(x), ours, strict=True):
        expected = torch.autograd.functional.jacobian(
            lambda v: torch.softmax(v / temperature, -1), row
        )
        np.testing.assert_allclose(jacobian, expected, rtol=1e-9, atol=1e-14)


def test_softmax_jacobian_is_what_finite_differences_find():
    x = np.random.default_rng(5).normal(size=(3, 4, 2))
    step = 1e-6
    ours = xc.softmax_jacobian(x, axis=1)
    assert ours.shape == (3, 2, 4, 4)
    for j in range(4):
        shift = step * (np.arange(4) == j)[:, None]
        slope = (xc.softmax(x + shift, axis=1) - xc.softmax(x - shift, axis=1)) / (2 * step)
        np.testing.assert_allclose(ours[..., j], np.moveaxis(slope, 1, 2), atol=1e-9)


def test_softmax_jacobian_keeps_its_digits_where_one_class_is_certain(exact):
    truth = exact.softmax_parts([0.3, -39.7, -41.2])
    jacobian = xc.softmax_jacobian([0.3, -39.7, -41.2])
    assert exact.ulps(jacobian[0, 0], truth.probs[0] * (truth.probs[1] + truth.probs[2])) <= 6


def test_softmax_jacobian_flattens_several_axes():
    x = np.random.default_rng(6).normal(size=(2, 3, 4))
    flat = xc.softmax_jacobian(x.transpose(1, 0, 2).reshape(3, 8))
    np.testing.assert_array_equal(xc.softmax_jacobian(x, axis=(0, 2)), flat)
    assert xc.softmax_jacobian(x, axis=None).shape == (24, 24)


def test_sigmoid_is_within_4_ulps_of_60_digits_on_both_sides(exact):
    rng = np.random.default_rng(7)
    for x in np.concatenate([rng.uniform(-700, 700, 200), rng.normal(size=200)]):
        assert exact.ulps(xc.sigmoid(x), exact.softmax_parts([x, 0]).probs[0]) <= 4, x


def test_sigmoid_at_infinity():
    np.testing.assert_array_equal(
        xc.sigmoid([-INF, -1e4, 0, 1e4, INF, NAN]), [0, 0, 0.5, 1, 1, NAN]
    )


def test_argmax_takes_the_first_of_equals():
    assert xc.argmax([1, 2, 3, 4]) == 3
    assert xc.argmax([1, 4, 3, 4]) == 1
    assert xc.argmax([2**53, 2**53 + 1]) == 1  # which float64 cannot tell apart
    assert xc.argmax(np.array([1, 3, 2], ml_dtypes.bfloat16)) == 1


def test_argmax_takes_the_first_nan():
    for dtype in (np.float16, ml_dtypes.bfloat16, np.float32, np.float64):
        assert xc.argmax(np.array([1, NAN, INF, NAN]).astype(dtype)) == 1


@pytest.mark.parametrize("axis", [0, 1, -1, None, (0, 2), (1, 2)])
def test_argmax_is_along_the_axis(axis):
    x = np.random.default_rng(8).integers(0, 5, (3, 4, 5))
    if isinstance(axis, tuple):
        other = next(a for a in range(3) if a not in axis)
        expected = np.moveaxis(x, other, 0).reshape(x.shape[other], -1).argmax(-1)
    else:
        expected = x.argmax(axis)
    np.testing.assert_array_equal(xc.argmax(x, axis), expected)


@pytest.mark.parametrize("shape", [(), (4,), (2, 3), (0,), (2, 0)])
def test_one_hot_is_what_torch_makes(shape):
    index = np.random.default_rng(9).integers(0, 3, shape)
    for dtype in (np.int64, np.int8, np.uint64):
        result = xc.one_hot(index.astype(dtype), 3)
        assert result.dtype == np.float64
        expected = torch.nn.functional.one_hot(torch.tensor(index), 3)
        np.testing.assert_array_equal(result, expected)
    assert xc.argmax(result).tolist() == index.tolist()


def test_one_hot_of_an_empty_list_is_empty():
    assert xc.one_hot([], 3).shape == (0, 3)


@pytest.mark.parametrize(
    ("error", "message", "call"),
    [
        (ValueError, r"temperature: must be .* found 0.0$", lambda: xc.softmax([1], temperature=0)),
        (
            ValueError,
            r"temperature: must be positive and finite, found -2.0 at index \(1, 0\)",
            lambda: xc.log_softmax([[1], [2]], temperature=[[1], [-2]]),
        ),
        (ValueError, "temperature: .* found nan", lambda: xc.softmax([1], temperature=NAN)),
        (
            ValueError,
            "temperature: .* found inf",
            lambda: xc.softmax_jacobian([1], temperature=INF),
        ),
        (
            ValueError,
            "temperature: must hold .* found <U1",
            lambda: xc.softmax([1], temperature="a"),
        ),
        (
            ValueError,
            r"temperature: shape \(3,\) does not match x of shape \(2, 2\)$",
            lambda: xc.softmax([[1, 2], [3, 4]], temperature=[1, 2, 3]),
        ),
        (
            ValueError,
            r"temperature: shape \(2,\) .* \(2, 2\): it must have length 1 along the class axis",
            lambda: xc.softmax([[1, 2], [3, 4]], temperature=[1, 2]),
        ),
        (ValueError, "x: the class axis is empty", lambda: xc.argmax([])),
        (ValueError, "index: must hold integers, found float64", lambda: xc.one_hot([1.0], 3)),
        (ValueError, "index: must hold integers, found bool", lambda: xc.one_hot([True], 3)),
        (ValueError, "num_classes: must be .* found 0", lambda: xc.one_hot([1], 0)),
        (ValueError, "num_classes: must be .* found 2.0", lambda: xc.one_hot([1], 2.0)),
        (
            IndexError,
            r"index: classes go from 0 to 2, found 3 at index \(0, 1\)",
            lambda: xc.one_hot([[0, 3]], 3),
        ),
        (IndexError, "index: classes go from 0 to 2, found -1$", lambda: xc.one_hot(-1, 3)),
    ],
)
def test_a_mistake_is_named_with_its_value(error, message, call):
    with pytest.raises(error, match=f"^{message}"):
        call()


@drawn
@given(LOGITS, st.integers(0, 2**32 - 1))
def test_backward_is_autograds(x, seed):
    g = np.random.default_rng(seed).normal(size=x.shape)
    logits = torch.tensor(x, requires_grad=True)
    (wanted,) = torch.autograd.grad(torch.softmax(logits, -1), logits, torch.tensor(g))
    np.testing.assert_allclose(softmax_backward(x, g), wanted, rtol=1e-11, atol=1e-14)


def test_backward_is_the_jacobian_times_what_comes_from_above():
    x, g = np.array([[1.0, 0.0, -1.0], [300.0, 0.0, 299.0]]), np.array([[1.0, -2.0, 0.5]] * 2)
    by_jacobian = np.einsum("rij,ri->rj", xc.softmax_jacobian(x), g)
    np.testing.assert_allclose(softmax_backward(x, g), by_jacobian, rtol=1e-13)


def test_backward_refuses_a_gradient_of_another_shape():
    with pytest.raises(ValueError, match="upstream"):
        softmax_backward([0.0, 1.0], [1.0])
