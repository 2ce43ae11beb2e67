"""torch does the same, up to the ulps by which its exp and log differ from NumPy's.

Three comparisons. Each of our operations against torch's on the same operands: exact but for exp,
log and log1p, whose distance is measured. A whole formula written in torch: every inf, 0 and nan
at the same step. And torch's autograd over the same operations: the reverse pass, bit for bit.
"""

import ml_dtypes
import numpy as np
import pytest
import torch

from tests.xent_core.trace.reference import hard_rows, same_bits
from xent_core.trace import (
    FORMATS,
    FORMULAS,
    PROGRAMS,
    VERDICTS,
    bits_of,
    exp_window,
    gradients,
    round_to,
    trace,
    true_gradients,
    verdicts,
)

pytestmark = pytest.mark.filterwarnings("error")
TORCH = {
    "float16": torch.float16,
    "bfloat16": torch.bfloat16,
    "float32": torch.float32,
    "float64": torch.float64,
}
# The largest distance between NumPy's and torch's results, in ulps, on this file's inputs: all
# numbers of the two halves, and a million of the others. Vendors change their kernels: the
# test allows what a well-made kernel may differ by, and prints what it found.
ALLOWED = {"float16": 1, "bfloat16": 1, "float32": 4, "float64": 4}
INF = np.inf


def to_torch(array):
    """The same bits; torch.from_numpy knows no bfloat16, and torch no read-only arrays."""
    array = np.array(array, order="C")
    if array.dtype == ml_dtypes.bfloat16:
        return torch.from_numpy(array.view(np.int16)).view(torch.bfloat16)
    return torch.from_numpy(array)


def to_numpy(tensor):
    tensor = tensor.detach()
    if tensor.dtype == torch.bfloat16:
        return tensor.view(torch.int16).numpy().view(ml_dtypes.bfloat16)
    return tensor.numpy()


def places(array, name):
    """The place of each number in the order of its format."""
    bits = bits_of(array, name).astype(np.int64)
    sign = np.int64(1) << (FORMATS[name].bits - 1) if FORMATS[name].bits < 64 else None
    if sign is None:
        return np.where(bits < 0, -(bits & np.int64(2**63 - 1)), bits)
    return np.where(bits & sign, -(bits & (sign - 1)), bits)


def inputs(name, operation):
    """All numbers of a small format; for the large ones a million where things happen."""
    fmt = FORMATS[name]
    if fmt.bits == 16:
        with np.errstate(all="ignore"):
            x = np.arange(2**16, dtype=np.uint16).view(fmt.dtype)
    elif operation == "exp":
        window = exp_window(name)
        span = np.linspace(window.smallest_nonzero * 1.01, window.largest_finite * 1.01, 1_000_001)
        x = np.concatenate([span, np.random.default_rng(0).normal(size=100_000)]).astype(fmt.dtype)
    else:
        bits = np.random.default_rng(1).integers(0, FORMATS[name].first_nan, 500_000)
        near = 1 + np.random.default_rng(2).normal(size=500_000) * 0.1
        x = np.concatenate([bits.astype(fmt.integer_type).view(fmt.dtype), near.astype(fmt.dtype)])
    with np.errstate(all="ignore"):
        return x[x >= 0] if operation != "exp" else x


@pytest.mark.parametrize("operation", ["exp", "log", "log1p"])
@pytest.mark.parametrize("name", TORCH)
def test_exp_and_log_of_numpy_and_torch_differ_by_few_ulps(name, operation, record_property):
    x = inputs(name, operation)
    with np.errstate(all="ignore"):
        ours = getattr(np, operation)(x)
        theirs = to_numpy(getattr(torch, operation)(to_torch(x)))
        np.testing.assert_array_equal(np.isnan(ours), np.isnan(theirs))
        known = ~np.isnan(ours)
    apart = np.abs(places(ours[known], name) - places(theirs[known], name))
    record_property("ulps", int(apart.max()))
    print(f"{name} {operation}: {apart.max()} ulps, {np.mean(apart > 0):.2%} differ")
    assert apart.max() <= ALLOWED[name]


def torch_steps(x, target):
    """All steps of all formulas in torch, sums from left to right."""
    rows = torch.arange(len(x))
    picked = lambda a: a[rows, target]  # noqa: E731

    def total(a):
        result = a[:, 0]
        for j in range(1, a.shape[1]):
            result = result + a[:, j]
        return result

    exp = x.exp()
    s = total(exp)
    p = exp / s[:, None]
    pick = picked(p)
    log = pick.log()
    paper = {"exp": exp, "sum": s, "p": p, "pick": pick, "log": log, "neg": -log}
    y = torch.nn.functional.one_hot(target, x.shape[1]).to(x.dtype)
    log = p.log()
    times = y * log
    t = total(times)
    full = {"exp": exp, "sum": s, "p": p, "log": log, "y": y, "times": times, "total": t}
    m, peak = x.max(1)
    shift = x - m[:, None]
    e = shift.exp()
    head = {"max": m, "shift": shift, "exp": e}
    s = total(e)
    p = e / s[:, None]
    pick = picked(p)
    log = pick.log()
    eps = torch.full_like(log, 1e-8)
    plus = pick + eps
    shifted = head | {"sum": s, "p": p, "pick": pick, "log": log, "neg": -log}
    logged = plus.log()
    cured = shifted | {"epsilon": eps, "plus": plus, "log": logged, "neg": -logged}
    log = s.log()
    lse = m + log
    diff = picked(x) - lse
    plain = head | {"sum": s, "log": log, "lse": lse, "pick": picked(x), "diff": diff, "neg": -diff}
    own = picked(shift)
    diff = own - log
    safe = head | {"sum": s, "log": log, "pick": own, "diff": diff, "neg": -diff}
    others = e.clone()
    others[rows, peak] = shift[rows, peak].detach()
    s = total(others)
    log = s.log1p()
    diff = own - log
    last = head | {"others": others, "sum": s, "log": log, "pick": own, "diff": diff, "neg": -diff}
    full["neg"] = -t
    found = (paper, full, shifted, cured, plain, safe, last)
    return dict(zip(FORMULAS, found, strict=True))


def kinds(array):
    """0 for zero, 1 for other finite numbers, 2 for inf, -2 for -inf, 3 for nan."""
    with np.errstate(all="ignore"):
        wide = array.astype(np.float64)
        kind = np.where(wide == 0, 0, 1)
        kind = np.where(np.isinf(wide), np.sign(wide) * 2, kind)
        return np.where(np.isnan(wide), 3, kind)


def usable_rows(name, classes, count, seed):
    """Hard rows with one largest logit or ties, but not so near a threshold that an ulp decides."""
    x, target = hard_rows(name, classes, count, seed)
    window, fmt = exp_window(name), FORMATS[name]
    with np.errstate(all="ignore"):
        wide = x.astype(np.float64)
        top = np.where(np.isnan(wide), -INF, wide).max(1, keepdims=True)
        near = np.zeros(len(x), bool)
        for edge in (window.largest_finite, window.smallest_nonzero, window.smallest_normal):
            for v in (wide, wide - top):
                near |= (np.abs(v / edge - 1) < 4 * fmt.eps).any(1)
    return x[~near], target[~near]


@pytest.mark.parametrize("classes", [1, 2, 3, 7])
@pytest.mark.parametrize("name", TORCH)
def test_every_infinity_zero_and_nan_falls_at_the_same_step_in_torch(name, classes):
    x, target = usable_rows(name, classes, 600, seed=classes)
    ours = trace(x, target, name)
    theirs = torch_steps(to_torch(x), torch.from_numpy(target))
    compared = 0
    for formula in FORMULAS:
        assert theirs[formula].keys() == {step.key for step in ours[formula].steps}
        same = np.ones(len(x), bool)
        for step in ours[formula].steps:
            other = to_numpy(theirs[formula][step.key])
            differs = kinds(step.values) != kinds(other)
            differs = differs.reshape(len(x), -1).any(1)
            # A loss next to 0 hangs on the last ulp of exp or log; nothing else may.
            with np.errstate(all="ignore"):
                apart = np.abs(step.values.astype(float) - other.astype(float))
            close = apart <= 8 * FORMATS[name].eps
            harmless = close.reshape(len(x), -1).all(1)
            assert not (differs & same & ~harmless).any(), (formula, step.key)
            same &= ~differs
            compared += 1
        assert same.mean() > 0.98
    assert compared == sum(len(PROGRAMS[f]) for f in FORMULAS)


@pytest.mark.parametrize("name", TORCH)
def test_each_operation_of_the_trace_is_torchs_on_the_same_operands(name):
    x, target = hard_rows(name, 4, 500, seed=3)
    found = trace(x, target, name)
    same = {"add": torch.add, "subtract": torch.sub, "subtract_given": torch.sub}
    same |= {"divide": torch.div, "multiply": torch.mul, "negative": torch.neg}
    near = {"exp": torch.exp, "log": torch.log, "log1p": torch.log1p}
    for formula in FORMULAS:
        values = {"x": x} | {step.key: step.values for step in found[formula].steps}
        for step in PROGRAMS[formula]:
            result = values[step.key]
            operands = [to_torch(values[key]) for key in step.takes]
            if result.ndim == 2:
                operands = [a if a.ndim == 2 else a[:, None] for a in operands]
            if step.operation in same:
                assert same_bits(result, to_numpy(same[step.operation](*operands))), step
            elif step.operation in near:
                other = to_numpy(near[step.operation](*operands))
                with np.errstate(all="ignore"):
                    known = ~np.isnan(result)
                    np.testing.assert_array_equal(known, ~np.isnan(other))
                apart = places(result[known], name) - places(other[known], name)
                assert np.abs(apart).max() <= ALLOWED[name]
            elif step.operation == "max":
                assert same_bits(np.abs(result), np.abs(to_numpy(operands[0].max(1).values)))


# float8: torch converts to and from it, and computes nothing in it.

FLOAT8 = {"float8_e4m3fn": torch.float8_e4m3fn, "float8_e5m2": torch.float8_e5m2}


def around_every_number(name):
    """All finite numbers of a float8, what lies half way between two, and the next float32."""
    bits = np.arange(FORMATS[name].first_nan, dtype=np.uint8).view(FORMATS[name].dtype)
    numbers = bits.astype(np.float32)
    numbers = numbers[np.isfinite(numbers)]
    beyond = 2 * numbers[-1] - numbers[-2]  # what would be next
    halves = (np.append(numbers[1:], beyond) + numbers) / 2
    x = np.concatenate([numbers, halves])
    x = np.concatenate([x, np.nextafter(x, np.float32(INF)), np.nextafter(x, np.float32(-INF))])
    rng = np.random.default_rng(4)
    ordinary = [rng.normal(size=20_000) * scale for scale in (1e-6, 1e-3, 1, 30, 1e3, 1e6)]
    x = np.concatenate([x, *ordinary, [INF, 1e38, 1e-45]]).astype(np.float32)
    return np.concatenate([x, -x]), halves[-1]


@pytest.mark.parametrize("name", FLOAT8)
def test_every_bit_pattern_of_float8_is_the_same_number_in_torch(name):
    bits = np.arange(256, dtype=np.uint8)
    theirs = torch.from_numpy(bits).view(FLOAT8[name]).to(torch.float64).numpy()
    with np.errstate(all="ignore"):
        ours = bits.view(FORMATS[name].dtype).astype(np.float64)
    np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(np.signbit(ours[ours == 0]), np.signbit(theirs[ours == 0]))


@pytest.mark.parametrize("name", FLOAT8)
def test_torch_rounds_to_float8_as_the_trace_does(name):
    x, last = around_every_number(name)
    ours = bits_of(round_to(x, name), name)
    theirs = torch.from_numpy(x).to(FLOAT8[name]).view(torch.uint8).numpy()
    inside = np.abs(x) <= last if not FORMATS[name].has_inf else np.ones(len(x), bool)
    np.testing.assert_array_equal(ours[inside], theirs[inside])
    # Beyond its largest number float8_e4m3fn has nan alone; torch may keep to the largest.
    magnitude = theirs[~inside] & 0x7F
    assert set(magnitude.tolist()) <= {FORMATS[name].first_nan, FORMATS[name].first_nan - 1}
    assert (ours[~inside] & 0x7F == FORMATS[name].first_nan).all()


# Autograd.


class Known(torch.autograd.Function):
    """exp, log or log1p with NumPy's result, and torch's own derivative."""

    @staticmethod
    def forward(ctx, a, name):
        # NumPy's float16 exp of a strided array is another one: 4 of 65,536 numbers differ.
        with np.errstate(all="ignore"):
            out = to_torch(getattr(np, name)(np.ascontiguousarray(to_numpy(a))))
        ctx.save_for_backward(a, out)
        ctx.name = name
        return out

    @staticmethod
    def backward(ctx, g):
        a, out = ctx.saved_tensors
        with torch.enable_grad():
            leaf = a.detach().requires_grad_()
            (derivative,) = torch.autograd.grad(getattr(torch, ctx.name)(leaf), leaf, g)
        # The derivative of exp is its result: take NumPy's there too.
        return (g * out if ctx.name == "exp" else derivative), None


def in_columns(x, target, formula):
    """One formula on the columns of x, written so that autograd adds from left to right.

    Autograd adds up what reaches a tensor in the reverse of the order in which it was used.
    """
    rows = torch.arange(len(target))
    columns = range(x.shape[1])
    exp = lambda a: Known.apply(a, "exp")  # noqa: E731
    total = lambda terms: sum(terms[1:], terms[0])  # noqa: E731
    picked = lambda terms: torch.stack(terms, 1)[rows, target]  # noqa: E731
    own_logit = None
    if formula in ("paper", "full_sum"):
        exps = [exp(x[:, j]) for j in columns]
    else:
        m, peak = x.max(1)
        shift: list = [None] * x.shape[1]
        for j in reversed(columns):
            shift[j] = x[:, j] - m
        exps = [exp(d) for d in shift]
    if formula in ("paper", "full_sum", "shifted", "epsilon"):
        s = total(exps)
        p: list = [None] * x.shape[1]
        for j in reversed(columns):
            p[j] = exps[j] / s
        if formula == "full_sum":
            y = torch.nn.functional.one_hot(target, x.shape[1]).to(x.dtype)
            return -total([y[:, j] * Known.apply(p[j], "log") for j in columns])
        pick = picked(p)
        if formula == "epsilon":
            pick = pick + 1e-8 * torch.ones_like(pick)
        return -Known.apply(pick, "log")
    if formula == "log1p":
        kept = [
            torch.where(peak == j, (d - d).detach(), e)
            for j, (d, e) in enumerate(zip(shift, exps, strict=True))
        ]
        return -(picked(shift) - Known.apply(total(kept), "log1p"))
    log = Known.apply(total(exps), "log")
    if formula == "lse":
        own_logit = x[rows, target]
        return -(own_logit - (m + log))
    return -(picked(shift) - log)


def autograd(x, target, formula, write):
    leaf = to_torch(x).requires_grad_()
    write(leaf, torch.from_numpy(target), formula).backward(torch.ones(len(x), dtype=leaf.dtype))
    return to_numpy(leaf.grad)


def equal_numbers(a, b):
    with np.errstate(all="ignore"):
        return (a == b) | (np.isnan(a) & np.isnan(b))


@pytest.mark.parametrize("classes", [1, 2, 3, 6])
@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("name", TORCH)
def test_the_reverse_pass_is_autograds_bit_for_bit(name, formula, classes):
    x, target = hard_rows(name, classes, 400, seed=classes)
    ours = gradients(trace(x, target, name, [formula]))[formula].values
    theirs = autograd(x, target, formula, in_columns)
    agree = equal_numbers(ours, theirs).all(1)
    if formula == "lse":
        # Three ways lead to the maximum: autograd's association of their sum is not ours.
        eps = FORMATS[name].eps
        with np.errstate(all="ignore"):
            close = np.abs(ours.astype(float) - theirs.astype(float)) <= 4 * eps
        agree |= (close | equal_numbers(ours, theirs)).all(1)
    assert agree.all(), (x[~agree][0], target[~agree][0], ours[~agree][0], theirs[~agree][0])


def in_rows(x, target, formula):
    """One formula as one would write it, with torch's own sums."""
    rows = torch.arange(len(target))
    if formula in ("paper", "full_sum"):
        p = x.exp() / x.exp().sum(1, keepdim=True)
        if formula == "full_sum":
            y = torch.nn.functional.one_hot(target, x.shape[1]).to(x.dtype)
            return -(y * p.log()).sum(1)
        return -p[rows, target].log()
    m, peak = x.max(1)
    shift = x - m[:, None]
    e = shift.exp()
    s = e.sum(1)
    if formula in ("shifted", "epsilon"):
        p = (e / s[:, None])[rows, target]
        return -(p + 1e-8 if formula == "epsilon" else p).log()
    if formula == "lse":
        return -(x[rows, target] - (m + s.log()))
    if formula == "log_softmax":
        return -(shift[rows, target] - s.log())
    is_peak = torch.nn.functional.one_hot(peak, x.shape[1]).bool()
    return -(shift[rows, target] - e.masked_fill(is_peak, 0).sum(1).log1p())


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("name", TORCH)
def test_the_gradients_are_those_of_the_formula_as_one_would_write_it(name, formula):
    rng = np.random.default_rng(8)
    x = (rng.normal(size=(500, 4)) * rng.choice([1, 3, 8], (500, 1))).astype(FORMATS[name].dtype)
    target = rng.integers(0, 4, 500)
    ours = gradients(trace(x, target, name, [formula]))[formula].values.astype(float)
    theirs = autograd(x, target, formula, in_rows).astype(float)
    np.testing.assert_array_equal(np.isnan(ours), np.isnan(theirs))
    good = np.isfinite(ours).all(1)
    assert good.mean() > 0.5
    # In small formats a p of one or two bits makes 1/p, and with it everything, as rough.
    rough = np.abs(ours[good] - theirs[good]) / np.maximum(1, np.abs(ours[good]))
    assert np.quantile(rough, 0.98) <= 16 * FORMATS[name].eps


# What a step of learning would do.


def verdict_of(row, target, name):
    found = gradients(trace(row, target, name))
    truth = true_gradients(row, target, name)
    judged = {f: verdicts(g.values, truth, name) for f, g in found.items()}
    return {f: (VERDICTS[int(v.codes)], float(v.factor)) for f, v in judged.items()}


@pytest.mark.parametrize("name", FORMATS)
def test_where_nothing_happens_every_formula_learns_right(name):
    row = [1.0, 0.5, -0.5] if FORMATS[name].bits > 8 else [0.5, 0.0]
    found = verdict_of(row, 1, name)
    assert {verdict for verdict, _ in found.values()} == {"right"}
    for _, factor in found.values():
        assert factor == pytest.approx(1, abs=max(0.02, 2 * FORMATS[name].eps))


def test_adding_1e8_halves_the_learning_and_then_ends_it():
    verdict, factor = verdict_of([0.0, 18.420680743952367], 0, "float32")["epsilon"]
    assert (verdict, factor) == ("wrong_size", pytest.approx(0.5, abs=1e-3))
    verdict, factor = verdict_of([0.0, 1000.0], 0, "float32")["epsilon"]
    assert (verdict, factor) == ("zero", 0)
    assert verdict_of([0.0, 1000.0], 0, "float16")["epsilon"][0] == "nan"


def test_a_loss_of_inf_trains_with_nan():
    found = verdict_of([123.0, 456.0, 789.0], 0, "float32")
    expected = {"paper": "nan", "full_sum": "nan", "shifted": "nan", "epsilon": "zero"}
    expected |= {"lse": "right", "log_softmax": "right", "log1p": "right"}
    assert {f: verdict for f, (verdict, _) in found.items()} == expected


def test_a_right_loss_may_train_with_half_a_gradient():
    """log1p finds a loss of 4e-18; its gradient in the target is a 0 where 1 - 1 cancelled."""
    found = gradients(trace([0.0, -40.0], 0, "float32"))["log1p"].values
    assert found[0] == 0
    assert found[1] == np.exp(np.float32(-40))
    verdict, factor = verdict_of([0.0, -40.0], 0, "float32")["log1p"]
    assert (verdict, factor) == ("wrong_size", pytest.approx(0.5))


def test_verdicts_name_every_case():
    truth = np.array([[-0.5, 0.5]] * 5 + [[0.0, 0.0], [-1e-60, 1e-60], [np.nan, np.nan]])
    values = [[-0.5, 0.5], [-0.25, 0.25], [0, 0], [np.nan, 0], [INF, 0], [0, 0], [0, 0], [0, 0]]
    found = verdicts(np.array(values, np.float32), truth, "float32")
    assert [VERDICTS[i] for i in found.codes] == [
        *("right", "wrong_size", "zero", "nan", "nan", "right", "right", "zero")
    ]
    np.testing.assert_allclose(found.factor[:5], [1, 0.5, 0, np.nan, np.nan])
    with pytest.raises(ValueError, match="truth: shape"):
        verdicts(np.zeros(2), np.zeros(3), "float32")


@pytest.mark.parametrize("name", FORMATS)
def test_gradients_keep_the_shape_and_the_type(name):
    x = np.zeros((2, 3, 4))
    for one in gradients(trace(x, 0, name)).values():
        assert one.values.shape == x.shape
        assert one.values.dtype == FORMATS[name].dtype
        assert one.steps["neg"].shape == (2, 3)
