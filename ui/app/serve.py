"""`python -m ui.app.serve`: the app on ADDRESS and PORT and below XENT_PREFIX.

`streamlit run app.py` binds one socket. A browser that is sent to "localhost" may come by IPv6 or
by IPv4, and a container should need no flag: so here each address that a name stands for has one.
"""

import contextlib
import os
import socket
import sys
from collections.abc import Iterator

import uvicorn
from streamlit import config
from streamlit.web import bootstrap

from ui.app.gate import addresses

APP = "app:app"
_GRACE = 2  # seconds to end what is under way; phones and pages would listen for ever
_SILENCE = 30.0  # seconds from one ping of a websocket to the next, and to its end without answer
# Of these names the system may know one address only.
_BOTH = {"localhost": ("127.0.0.1", "::1"), "0.0.0.0": ("0.0.0.0", "::"), "::": ("0.0.0.0", "::")}


def _bound(address: str, port: int) -> Iterator[socket.socket]:
    """Bind an address, if this machine has it; OSError if it is taken."""
    with contextlib.suppress(socket.gaierror):
        found = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, kind, protocol, _, there in found:
            bound = socket.socket(family, kind, protocol)
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            bound.bind(there)
            yield bound


def sockets(address: str, port: int) -> list[socket.socket]:
    """Return a socket for each address that a name stands for here.

    OSError if there is none, or if the first of them is taken: a second one, IPv6's, may be off.
    """
    names = iter(_BOTH.get(address, (address,)))
    found = list(_bound(next(names), port))
    for other in names:
        with contextlib.suppress(OSError):
            found += _bound(other, port)
    if not found:
        raise OSError(f"{address!r} is no address of this machine")
    return found


def main() -> None:
    """Serve until Ctrl+C."""
    address, port = os.environ.get("ADDRESS") or "localhost", int(os.environ.get("PORT") or 8501)
    try:
        bound = sockets(address, port)
    except OSError as problem:
        sys.exit(f"The app cannot be at {address}, port {port}: {problem.strerror or problem}")
    print("The app is at", " or ".join(addresses(address, port)), "(Ctrl+C stops it)", flush=True)
    bootstrap.load_config_options(
        {
            "server.address": address,  # the gate asks for both of them
            "server.port": port,
            "server.baseUrlPath": os.environ.get("XENT_PREFIX", ""),
        }
    )
    settings = uvicorn.Config(
        APP,
        ws="websockets-sansio",
        ws_max_size=config.get_option("server.maxMessageSize") * 10**6,
        ws_ping_interval=_SILENCE,
        ws_ping_timeout=_SILENCE,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=_GRACE,
        log_level="warning",
    )
    uvicorn.Server(settings).run(sockets=bound)


if __name__ == "__main__":
    main()
