"""The seven formulas again, one scalar at a time: what `xent_core.trace` has to equal."""

import numpy as np

from xent_core.trace import FORMATS, exp_window


def one(f, *args):
    """One operation on single numbers, each an array of one."""
    return f(*(np.array([a], a.dtype) for a in args))[0]


def total(terms):
    result = terms[0]
    for term in terms[1:]:
        result = one(np.add, result, term)
    return result


def peak_of(x):
    """The class of the first nan, or else of the first largest."""
    best = 0
    for i, v in enumerate(float(v) for v in x):
        if np.isnan(v):
            return i
        if v > float(x[best]):
            best = i
    return best


def softmax_part(exps):
    s = total(exps)
    return s, [one(np.divide, e, s) for e in exps]


def shifted_part(x):
    m = x[peak_of(x)]
    shift = [one(np.subtract, v, m) for v in x]
    return m, shift, [one(np.exp, d) for d in shift]


def paper(x, k):
    exps = [one(np.exp, v) for v in x]
    s, p = softmax_part(exps)
    log = one(np.log, p[k])
    return {"exp": exps, "sum": s, "p": p, "pick": p[k], "log": log, "neg": one(np.negative, log)}


def full_sum(x, k):
    exps = [one(np.exp, v) for v in x]
    s, p = softmax_part(exps)
    log = [one(np.log, v) for v in p]
    y = [x.dtype.type(i == k) for i in range(len(x))]
    times = [one(np.multiply, a, b) for a, b in zip(y, log, strict=True)]
    t = total(times)
    found = {"exp": exps, "sum": s, "p": p, "log": log, "y": y, "times": times, "total": t}
    return found | {"neg": one(np.negative, t)}


def shifted(x, k):
    m, shift, exps = shifted_part(x)
    s, p = softmax_part(exps)
    log = one(np.log, p[k])
    found = {"max": m, "shift": shift, "exp": exps, "sum": s, "p": p, "pick": p[k], "log": log}
    return found | {"neg": one(np.negative, log)}


def epsilon(x, k):
    found = shifted(x, k)
    eps = np.array([1e-8]).astype(x.dtype)[0]
    plus = one(np.add, found["pick"], eps)
    log = one(np.log, plus)
    return found | {"epsilon": eps, "plus": plus, "log": log, "neg": one(np.negative, log)}


def lse(x, k):
    m, shift, exps = shifted_part(x)
    s = total(exps)
    log = one(np.log, s)
    together = one(np.add, m, log)
    diff = one(np.subtract, x[k], together)
    found = {"max": m, "shift": shift, "exp": exps, "sum": s, "log": log, "lse": together}
    return found | {"pick": x[k], "diff": diff, "neg": one(np.negative, diff)}


def log_softmax(x, k):
    m, shift, exps = shifted_part(x)
    s = total(exps)
    log = one(np.log, s)
    diff = one(np.subtract, shift[k], log)
    found = {"max": m, "shift": shift, "exp": exps, "sum": s, "log": log, "pick": shift[k]}
    return found | {"diff": diff, "neg": one(np.negative, diff)}


def log1p(x, k):
    m, shift, exps = shifted_part(x)
    peak = peak_of(x)
    others = [one(np.subtract, m, m) if i == peak else e for i, e in enumerate(exps)]
    s = total(others)
    log = one(np.log1p, s)
    diff = one(np.subtract, shift[k], log)
    found = {"max": m, "shift": shift, "exp": exps, "others": others, "sum": s, "log": log}
    return found | {"pick": shift[k], "diff": diff, "neg": one(np.negative, diff)}


REFERENCE = {f.__name__: f for f in (paper, full_sum, shifted, epsilon, lse, log_softmax, log1p)}


def special_numbers(name):
    """Numbers at which something happens, and their neighbours, in a format's own dtype."""
    fmt, window = FORMATS[name], exp_window(name)
    finite = [0.0, 1.0, 0.5, 1 / 3, 2.0, 100.0, fmt.max, fmt.max / 2, fmt.smallest_subnormal]
    finite += [fmt.smallest_normal, 1 + fmt.eps, 1 - fmt.eps / 2, 3 * fmt.smallest_subnormal]
    finite += [abs(v) for v in vars(window).values()]
    base = np.array([*finite, *(-v for v in finite)])
    with np.errstate(all="ignore"):
        base = np.concatenate([base, base * (1 + fmt.eps), base * (1 - fmt.eps), [1e-8, -0.0]])
        return np.concatenate([base, [np.inf, -np.inf, np.nan, 1e4, 1e8]]).astype(fmt.dtype)


def hard_rows(name, classes, count, seed=0):
    """Random logits of every scale, mixed with special numbers and with ties."""
    rng = np.random.default_rng(seed)
    fmt = FORMATS[name]
    pool = special_numbers(name)
    scale = 2.0 ** rng.uniform(-8, min(fmt.exponent_bits * 2, 12), (count, 1))
    with np.errstate(all="ignore"):
        x = (rng.normal(size=(count, classes)) * scale).astype(fmt.dtype)
    x = np.where(rng.random(x.shape) < 0.15, rng.choice(pool, x.shape), x)
    tied = rng.random(count) < 0.2
    x[tied] = x[tied][:, :1]
    return x, rng.integers(0, classes, count)


def same_bits(ours, expected):
    """Equal bit for bit; of nan there is only one."""
    with np.errstate(all="ignore"):
        both_nan = np.isnan(ours.astype(float)) & np.isnan(expected.astype(float))
    integers = f"u{ours.dtype.itemsize}"
    equal = np.ascontiguousarray(ours).view(integers) == np.ascontiguousarray(expected).view(
        integers
    )
    return ours.dtype == expected.dtype and bool((equal | both_nan).all())
