"""The oracle that torch and SciPy cannot be: 60 digits."""

from types import SimpleNamespace

import mpmath
import numpy as np
import pytest

mpf = mpmath.mpf


def softmax_parts(logits, temperature=1):
    """Log-sum-exp, log-probabilities and probabilities of one row, to 60 digits."""
    with mpmath.workdps(60):
        x = [mpf(float(v)) / mpf(float(temperature)) for v in logits]
        top = max(x)
        exps = [mpmath.exp(v - top) for v in x]
        peak = x.index(top)
        rest = mpmath.fsum(e for i, e in enumerate(exps) if i != peak)
        log_norm = mpmath.log1p(rest)
        return SimpleNamespace(
            top=top,
            logsumexp=top + log_norm,
            log_probs=[(v - top) - log_norm for v in x],
            probs=[e / (1 + rest) for e in exps],
        )


def ulps(value, exact, at_least=0):
    """Distance in units in the last place of float64 at the larger of |exact| and |at_least|."""
    with mpmath.workdps(60):
        size = float(max(abs(exact), abs(at_least)))
        return float(abs(mpf(float(value)) - exact) / mpf(float(np.spacing(size))))


@pytest.fixture(scope="session")
def exact():
    return SimpleNamespace(softmax_parts=softmax_parts, ulps=ulps)
