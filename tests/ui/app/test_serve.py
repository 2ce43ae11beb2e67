"""Where the server listens: at each address that a name stands for."""

import socket

import pytest

from tests.browser.conftest import free_port
from ui.app.serve import sockets


def closing(found: list[socket.socket]) -> list[str]:
    names = [one.getsockname()[0] for one in found]
    for one in found:
        one.close()
    return names


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6 here")
@pytest.mark.parametrize(
    ("address", "bound"),
    [
        ("localhost", ["127.0.0.1", "::1"]),
        ("0.0.0.0", ["0.0.0.0", "::"]),
        ("127.0.0.2", ["127.0.0.2"]),
        ("::1", ["::1"]),
    ],
)
def test_a_name_stands_for_its_addresses(address, bound):
    assert closing(sockets(address, free_port())) == bound


def test_an_address_that_is_taken_is_an_error():
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(OSError, match="in use"),
    ):
        sockets("localhost", taken.getsockname()[1])


def test_what_is_no_address_of_this_machine_is_an_error():
    with pytest.raises(OSError, match="no address of this machine"):
        sockets("no-such-name.invalid", free_port())
