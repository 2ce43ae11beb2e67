"""What to ask when a loss is nan, in this order, each with runs that show the answer."""

from dataclasses import dataclass, replace

from pages.training.params import PARAMS
from ui.app.navigation import link_to
from ui.lesson.sections import Section
from xent_core.training import DEMOS, TOO_FAST, Config


@dataclass(frozen=True)
class Shown:
    """A run that fails in one way: its link is the label see_<name>.

    `failed` and `origin` are what the trainer finds (see xent_core.training.failure).
    """

    name: str
    run: Config
    failed: str
    origin: str
    vs: Config | None = None

    def query(self) -> dict[str, str]:
        """The link to it, opened where it has failed."""
        return PARAMS.write({"run": self.run, "vs": self.vs, "rates": (), "at": self.run.steps})


# float16 ends at 65504: weights of up to 200 / √2 are finite, and the logits they make are not.
LARGE_WEIGHTS = Config(init_scale=200, dtype="float16")

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
    """Say what to ask, and link to the runs."""
    s.say("checks")
    for name, runs in CHECKS.items():
        s.say(f"check_{name}")
        with s.words.container(horizontal=True, key=f"training-check-{name}"):
            for one in runs:
                label = s.label(f"see_{one.name}")
                link_to("training", one.query(), f"▸ {label}", s.text.language)
