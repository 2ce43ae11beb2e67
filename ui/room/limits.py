"""How often somebody may do something: a bucket that fills with time, for each who asks."""

import time
from collections import OrderedDict
from collections.abc import Callable


class Buckets:
    """A bucket of tokens for each name. Each try takes one; `rate` of them come back a second.

    The names that have not asked for longest are forgotten: their buckets are full again.
    """

    def __init__(
        self,
        burst: int,
        rate: float,
        most: int = 10_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._burst, self._rate, self._most, self._clock = burst, rate, most, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # tokens, and when

    def left(self, name: str) -> float:
        """How many tokens somebody has now."""
        tokens, then = self._left.get(name, (float(self._burst), self._clock()))
        return min(self._burst, tokens + self._rate * (self._clock() - then))

    def take(self, name: str) -> bool:
        """Take a token; False if there is none."""
        left = self.left(name)
        taken = left >= 1
        self._left[name] = (left - taken, self._clock())
        self._left.move_to_end(name)
        while len(self._left) > self._most:
            self._left.popitem(last=False)
        return taken
