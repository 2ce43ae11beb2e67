"""Empty arrays, single numbers, odd arguments: as torch has them, or an error that names them."""

import itertools

import numpy as np
import pytest
import torch
import torch.nn.functional as F

import xent_core as xc

pytestmark = pytest.mark.filterwarnings("ignore")

SHAPES = [(), (0,), (1,), (3,), (0, 5), (5, 0), (5, 0, 0), (0, 5, 0), (0, 0), (2, 3, 0), (2, 3),
          (2, 0, 3), (2, 3, 1, 2), (1, 0, 3, 4), (0, 1), (1, 1)]  # fmt: skip
TARGETS = [(), (1,), (2,), (5,), (2, 1), (2, 2), (1, 3, 4), (2, 1, 2)]
REFUSED = (ValueError, IndexError)


def numbers(shape: tuple[int, ...]) -> np.ndarray:
    return np.random.default_rng(1).normal(size=shape)


def asked(call):
    """What a call gives, or None where it is refused; nothing else may be raised."""
    try:
        return call()
    except (*REFUSED, RuntimeError):
        return None


def same(ours, theirs) -> bool:
    theirs = theirs.detach().numpy()
    return np.shape(ours) == theirs.shape and np.allclose(ours, theirs, equal_nan=True)


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "logsumexp", "argmax"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_along_every_axis_of_every_shape_it_is_as_in_torch(name, shape):
    x = numbers(shape)
    theirs = {"softmax": F.softmax, "log_softmax": F.log_softmax,
              "logsumexp": torch.logsumexp, "argmax": torch.argmax}[name]  # fmt: skip
    for axis in range(-len(shape) - 1, len(shape) + 1):
        wanted = asked(lambda axis=axis: theirs(torch.tensor(x), axis))
        if wanted is None:
            with pytest.raises(REFUSED):
                getattr(xc, name)(x, axis)
        else:
            assert same(getattr(xc, name)(x, axis), wanted), axis
            if name.endswith("softmax"):
                warm = theirs(torch.tensor(x) / 2, axis)
                assert same(getattr(xc, name)(x, axis, temperature=2.0), warm), axis


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_jacobian_of_no_class_is_empty_and_others_are_autograds(shape):
    x = torch.tensor(numbers(shape))
    found = xc.softmax_jacobian(x.numpy())
    classes = shape[-1:] or (1,)
    assert found.shape == (*shape[:-1], *classes, *classes)
    if x.ndim == 1 and x.numel():
        jacobian = torch.autograd.functional.jacobian(lambda x: F.softmax(x, -1), x)
        assert same(found, jacobian)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_every_loss_and_gradient_that_torch_has_is_the_same(shape):
    """What torch refuses is refused, but for shapes of no logits at all, where nothing is lost."""
    seen = 0
    own = [shape, shape[:1] + shape[2:]]
    for target, value, reduction, smoothing in itertools.product(
        {*TARGETS, *own}, (0, -100, 0.5), ("none", "mean", "sum"), (0.0, 0.1)
    ):
        x, t = numbers(shape), np.full(target, value)
        options = {"reduction": reduction, "label_smoothing": smoothing}
        leaf = torch.tensor(x).requires_grad_()
        wanted = asked(lambda: F.cross_entropy(leaf, torch.tensor(t), **options))  # noqa: B023
        if wanted is None:
            ours = asked(lambda: xc.cross_entropy_loss(x, t, **options))  # noqa: B023
            assert ours is None or x.size == 0, (target, value, options)
            continue
        seen += 1
        assert same(xc.cross_entropy_loss(x, t, **options), wanted), (target, value, options)
        if asked(lambda: wanted.sum().backward()) is None and leaf.grad is None:  # noqa: B023
            continue
        grad = xc.cross_entropy_loss_grad(x, t, **options)
        if x.shape != (0,):  # torch has no way back from there
            assert same(grad, leaf.grad), (target, value, options)
    assert seen or shape == ()


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_every_nll_loss_that_torch_has_is_the_same(shape):
    for target, value, reduction in itertools.product(
        {*TARGETS, shape[:1] + shape[2:]}, (0, -100), ("none", "mean", "sum")
    ):
        x, t = numbers(shape), np.full(target, value)
        wanted = asked(lambda: F.nll_loss(torch.tensor(x), torch.tensor(t), reduction=reduction))  # noqa: B023
        if wanted is not None:
            assert same(xc.nll_loss(x, t, reduction=reduction), wanted), (target, value, reduction)


@pytest.mark.parametrize("function", [xc.nll_loss, xc.cross_entropy_loss,
                                      xc.cross_entropy_loss_grad])  # fmt: skip
@pytest.mark.parametrize("wrong", [None, "x", 1.5, True, 2**70, [1], np.array([1, 2]), Ellipsis],
                         ids=str)  # fmt: skip
def test_an_ignore_index_that_is_no_integer_is_named(function, wrong):
    with pytest.raises(ValueError, match=r"^ignore_index: must be a 64-bit integer, found"):
        function([[1.0, 2.0]], [1], ignore_index=wrong)
    for fine in (np.int64(0), np.array(0), 2**63 - 1, -(2**63)):
        function([[1.0, 2.0]], [1], ignore_index=fine)


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "logsumexp", "argmax", "entropy"])
@pytest.mark.parametrize("wrong", ["x", 1.5, [0.5], Ellipsis], ids=str)
def test_an_axis_that_is_no_integer_is_named(name, wrong):
    with pytest.raises(ValueError, match=r"^axis: must be an int, a tuple of ints or None, found"):
        getattr(xc, name)([0.5, 0.5], axis=wrong)
