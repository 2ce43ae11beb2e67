"""Addresses: how they are read, and which of them a class is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.app.gate import addresses, origin, served


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("http://localhost:8501", "http://localhost:8501"),
        ("HTTPS://Xent.School.edu/", "https://xent.school.edu:443"),
        (" http://[::1]:8501 ", "http://[::1]:8501"),
        ("http://host", "http://host:80"),
        ("ws://localhost:8501", None),
        ("http://localhost:8501/page", None),
        ("http://user@localhost:8501", None),
        ("http://localhost:8501:8501", None),
        ("http://::1:8501", None),
        ("localhost:8501", None),
        ("http://", None),
        ("null", None),
        ("http://мир:8501", None),
    ],
)
def test_an_origin_is_read_in_one_way_or_not_at_all(text, read):
    assert origin(text) == read


@given(st.text(max_size=60))
def test_no_text_breaks_it(text):
    read = origin(f"http://{text}")
    assert read is None or origin(read) == read


@pytest.mark.parametrize(
    ("address", "told"), [("localhost", "localhost"), ("::1", "[::1]"), ("teacher", "teacher")]
)
def test_one_address_is_told_as_it_is(address, told):
    assert addresses(address, 8501) == [f"http://{told}:8501"]


@pytest.mark.parametrize("address", ["0.0.0.0", "::", ""])
def test_what_a_class_is_told_to_type_is_let_in(address):
    numbered, named = addresses(address, "8600")
    came_to = numbered.removeprefix("http://").removesuffix(":8600")
    assert {origin(numbered), origin(named)} <= served("http", came_to, 8600)
    assert "0.0.0.0" not in numbered


@pytest.mark.parametrize("at", ["::ffff:192.0.2.7", "192.0.2.7"])
def test_an_address_that_two_kinds_of_socket_write_differently_is_one(at):
    assert "http://192.0.2.7:8501" in served("http", at, 8501)
    assert "http://192.0.2.7:8501" not in served("http", "127.0.0.1", 8501)
