"""Nobody tries more often than allowed, and nobody's tries are another's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from ui.room.limits import Buckets
from ui.room.routes import _address, _joined_at


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


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("somebody", "somebody"),
    ],
)
def test_a_machine_with_many_addresses_counts_as_one(host, counted):
    assert _address(Request({"type": "http", "client": (host, 1)})) == counted


@pytest.mark.parametrize(
    ("app", "joined"),
    [
        ("https://xent.school.edu/", "https://xent.school.edu/room/BCDF"),
        ("http://teacher:8501/", "http://teacher:8501/room/BCDF"),
        ("https://hub.edu/user/ann%40x/proxy/8501/",
         "https://hub.edu/user/ann%40x/proxy/8501/room/BCDF"),
        ("http://[2001:db8::1]:8501/xe/", "http://[2001:db8::1]:8501/xe/room/BCDF"),
    ],
)  # fmt: skip
def test_phones_find_a_room_where_the_teacher_has_the_app(app, joined):
    assert _joined_at(app, "bcdf") == joined


def test_phones_do_not_look_for_a_room_on_themselves():
    for name in ("localhost", "127.0.0.1", "[::1]"):
        assert "8501/room/BCDF" in (there := _joined_at(f"http://{name}:8501/", "BCDF"))
        assert name not in there
