"""Runs that show what people get wrong, each found by trying; the tests hold what they show."""

from __future__ import annotations

from dataclasses import replace

from xent_core.training.config import Config

_BLOBS = Config(
    data="blobs", classes=3, size=90, batch_size=512, optimizer="adam", rate=0.1, epochs=600
)
_HALF = Config(optimizer="momentum", rate=0.05, logit_factor=5, dtype="float16")
_DIGITS = Config(data="digits", test_fraction=0.2, batch_size=64, width=32, epochs=20)

# softmax_twice: all points right, and the loss stays above the floor ln(e + C - 1) - 1.
# softmax_twice_digits: with CrossEntropyLoss alone 97 of 100 test pictures are right, so 82. What
# is wrong is surely wrong, and there the second softmax has no gradient.
# squared_error: sure and half wrong at the start. Its gradient has p (1 - p) as a factor, which is
# 0 there: nothing moves, while CrossEntropyLoss gets all points right.
# eps: the loss stops at half of -ln ε, the points that are wrong have no gradient any more.
# init_scale: the first loss is about fifty times ln 2.
# loss_not_accuracy: the test loss grows for hundreds of epochs, the test accuracy stays.
# exp_overflow, in float32: nan from e^92.
# exp_overflow_float16: nan from e^11.8, although all points had been right on the way.
# log_gradient: all points right, a loss of exactly 0, and then nan from 0 / 0 in backward.
# mean_overflow: CrossEntropyLoss itself, inf in float16 at once: 500 losses of 168 on average are
# too much for one sum.
# adam_float16: nan at the first update, as Adam's own ε, 1e-8, is 0 in float16: 0 / 0.
# eps_float16: inf at once, as 1e-8 is 0 in float16.
DEMOS = {
    "softmax_twice": replace(_BLOBS, loss="softmax_twice"),
    "softmax_twice_digits": replace(
        _DIGITS, layers=2, optimizer="adam", rate=0.05, loss="softmax_twice"
    ),
    "squared_error": Config(init_scale=10, loss="mse", epochs=200),
    "eps": Config(loss="log_of_softmax_eps_nll", logit_factor=50, rate=0.001, epochs=600),
    "init_scale": Config(init_scale=10),
    "loss_not_accuracy": Config(
        data="moons",
        size=100,
        noise=0.3,
        test_fraction=0.5,
        layers=2,
        width=32,
        optimizer="adam",
        batch_size=512,
        epochs=1000,
    ),
    "exp_overflow": Config(
        data="moons",
        size=60,
        batch_size=512,
        loss="log_of_exps_nll",
        optimizer="momentum",
        rate=0.1,
        logit_factor=20,
    ),
    "exp_overflow_float16": replace(_HALF, loss="log_of_exps_nll"),
    "log_gradient": replace(
        _BLOBS, size=60, loss="log_of_softmax_nll", logit_factor=50, rate=0.05, epochs=100
    ),
    "mean_overflow": replace(
        _BLOBS,
        size=500,
        init_scale=60,
        optimizer="momentum",
        rate=0.01,
        dtype="float16",
        epochs=200,
    ),
    "adam_float16": Config(optimizer="adam", dtype="float16"),
    "eps_float16": Config(loss="log_of_softmax_eps_nll", logit_factor=100, dtype="float16"),
}

# A run that only its rate breaks: CrossEntropyLoss, float32. With a tenth of it all is learnt.
TOO_FAST = Config(
    data="moons",
    noise=0.05,
    layers=3,
    width=32,
    activation="gelu",
    batch_size=32,
    optimizer="momentum",
    rate=2.0,
    epochs=40,
)
