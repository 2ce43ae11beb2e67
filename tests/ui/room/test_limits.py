"""Nobody tries more often than allowed, and nobody's tries are another's."""

from hypothesis import given
from hypothesis import strategies as st

from ui.room.limits import Buckets


@given(st.lists(st.floats(0, 5), max_size=60), st.integers(1, 10), st.floats(0.1, 5))
def test_there_are_never_more_than_the_burst_and_what_time_brings(waits, burst, rate):
    now, taken = 0.0, 0
    buckets = Buckets(burst, rate, clock=lambda: now)
    for wait in waits:
        now += wait
        taken += buckets.take("ann")
        assert taken <= burst + rate * now + 1e-6


def test_each_has_a_bucket_of_its_own_and_the_oldest_are_forgotten():
    buckets = Buckets(1, 0.001, most=2, clock=lambda: 0.0)
    assert [buckets.take(name) for name in ("ann", "ann", "bob", "bob")] == [True, False] * 2
    assert buckets.take("cy")
    assert buckets.take("ann")  # was forgotten
    assert not buckets.take("cy")
