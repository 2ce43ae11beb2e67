"""What to ask when a loss is nan, in this order, each with runs that show the answer."""

from dataclasses import dataclass, replace
from typing import Any

from pages.training.params import START
from pages.training.settings import put
from ui.lesson.sections import Section
from xent_core.training import DEMOS, TOO_FAST, Config


@dataclass(frozen=True)
class Shown:
    """A run that fails in one way: the label see_<name> opens it.

    `failed` and `origin` are what the trainer finds (see xent_core.training.failure).
    """

    name: str
    run: Config
    failed: str
    origin: str
    vs: Config | None = None

    @property
    def state(self) -> dict[str, Any]:
        """The run, opened where it has failed."""
        return {"run": self.run, "vs": self.vs, **START, "at": self.run.steps}


# float16 ends at 65504: weights of up to 400 / √2 are finite, and the logits they make are not.
LARGE_WEIGHTS = Config(init_scale=400, dtype="float16")

CHECKS = {
    "step": [Shown("step", DEMOS["exp_overflow_float16"], "loss", "exp_overflow")],
    "where": [
        Shown("logits", LARGE_WEIGHTS, "loss", "logits"),
        Shown("weights", DEMOS["adam_float16"], "weights", "update"),
    ],
    "softmax": [
        Shown("on_paper", DEMOS["exp_overflow"], "loss", "exp_overflow"),
        Shown("log_after", DEMOS["log_gradient"], "gradient", "log_gradient"),
    ],
    "format": [
        Shown("mean", DEMOS["mean_overflow"], "loss", "mean_overflow"),
        Shown("eps", DEMOS["eps_float16"], "loss", "log_of_zero"),
    ],
    "rate": [
        Shown(
            "rate", TOO_FAST, "loss", "logits", vs=replace(TOO_FAST, rate=TOO_FAST.rate / 10)
        )
    ],
}  # fmt: skip


def check_list(s: Section) -> None:
    """Say what to ask, and offer the runs: each takes the place of the one that is shown."""
    s.say("checks")
    for name, runs in CHECKS.items():
        words, offers = s.words.columns(2, gap="large", vertical_alignment="center")
        words.markdown(s.text(f"check_{name}"))
        for one in runs:
            offers.button(
                s.label(f"see_{one.name}"),
                key=f"xent training see {one.name}",
                icon=":material/play_arrow:",
                on_click=put,
                args=(one.state,),
            )
