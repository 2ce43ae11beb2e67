"""What the running server answers over HTTP."""

import gzip
import socket
import urllib.error
import urllib.request
from http.client import HTTPMessage

import pytest

from tests.browser.conftest import Server
from ui.assets import VENDOR, asset_url


def get(server: Server, path: str, method: str = "GET") -> tuple[int, HTTPMessage, bytes]:
    """Return status, headers and body."""
    request = urllib.request.Request(server.url + path, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


@pytest.mark.parametrize(
    "path",
    ["/", "/softmax", "/_stcore/health", asset_url("ui/figure/js/figure.js"), "/xent/0/none"],
)
def test_every_answer_has_the_security_headers(server, path):
    _, headers, _ = get(server, path)
    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert "unsafe-eval" not in headers["content-security-policy"]


def test_only_this_machine_reaches_the_server(server):
    with pytest.raises(OSError):  # noqa: PT011 - refused or unreachable, as the system has it
        socket.create_connection(("127.0.0.2", server.port), timeout=2)
    socket.create_connection(("127.0.0.1", server.port), timeout=2).close()


@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE", "OPTIONS"])
def test_there_is_no_upload(server, method):
    assert get(server, "/_stcore/upload_file/x/y", method)[0] == 404


def test_plotly_is_an_es_module_and_small(server):
    _, headers, body = get(server, asset_url("plotly.js"))
    text = gzip.decompress(body)
    assert (VENDOR / "plotly-basic.min.js").read_bytes() in text
    assert len(body) < 420_000
    assert text.endswith(b"export default module.exports;\n")
    assert headers["content-encoding"] == "gzip"


def test_an_asset_is_kept_for_ever_under_the_name_of_its_content_only(server):
    _, current, body = get(server, asset_url("ui/figure/js/figure.js"))
    status, stale, same = get(server, "/xent/000000000000/ui/figure/js/figure.js")
    assert current["cache-control"].endswith("immutable")
    assert (status, stale["cache-control"], same) == (200, "no-cache", body)


@pytest.mark.parametrize("path", ["/xent/0/ui/figure/sweeps.py", "/xent/0/ui/..%2Fapp.py"])
def test_nothing_else_is_served(server, path):
    assert get(server, path)[0] in (400, 404)
