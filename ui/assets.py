"""What a browser loads: our scripts, styles and faces as they lie here, and plotly.js.

All that is ours lies under one folder whose name is a hash of it. So a script may import its
neighbours by their relative paths, and each may be cached for ever.
"""

import functools
import gzip
import hashlib
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

ROOT = Path(__file__).parents[1]
# Bars and scatters, which are all that we draw: a quarter of the whole library's bytes. It is the
# very version of the installed plotly package, whose figures it draws (tests/ui/test_assets.py).
VENDOR = ROOT / "ui" / "vendor"
_PLOTLY = VENDOR / "plotly-basic.min.js"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".woff2": "font/woff2"}


@functools.cache
def _ours() -> dict[str, bytes]:
    """Return our scripts, styles and faces by their paths from the project's root."""
    files = (file for folder in ("ui", "pages") for file in (ROOT / folder).rglob("*"))
    found = sorted(file for file in files if file.suffix in _TYPES and file.parent != VENDOR)
    return {file.relative_to(ROOT).as_posix(): file.read_bytes() for file in found}


def _plotly_module() -> bytes:
    """Return plotly.js as an ES module, so that a figure holds it as a private reference.

    The bundle looks for CommonJS first; given a `module` it exports itself there.
    """
    head, tail = b"const module = {exports: {}};\n", b"\nexport default module.exports;\n"
    return head + _PLOTLY.read_bytes() + tail


def _body(path: str) -> bytes:
    return _plotly_module() if path == "plotly.js" else _ours()[path]


@functools.cache
def _tag(path: str) -> str:
    """Return the name of the folder that a file lies in; plotly.js seldom changes."""
    bodies = [_plotly_module()] if path == "plotly.js" else _ours().values()
    return hashlib.sha256(b"\0".join(bodies)).hexdigest()[:12]


@functools.cache
def _zipped(path: str) -> bytes:
    return gzip.compress(_body(path), mtime=0)


def asset_url(path: str) -> str:
    """Return where a file of ours lies, seen from the app's root, by its path from the project's.

    Only the browser knows where that root is (ui/base.js). KeyError if there is no such file.
    """
    _zipped(path)
    return f"/xent/{_tag(path)}/{path}"


# Streamlit calls this for each change; where the next comes before a call has ended, it has that
# call cleaned up as soon as it does, and the component is as much on the page as it was.
_LOADER = """
export default async function (component) {
  const place = component.parentElement
  const streamlit = document.querySelector("script[src*='static/js/']").src  // <base>/static/js/…
  const { mount } = await import(new URL("../../.SCRIPT", streamlit).href)
  const unmount = await mount(component)
  place.dataset.mounted = ""
  return () => { if (!place.isConnected) unmount?.() }
}
"""


@functools.lru_cache(maxsize=16)
def component(name: str, script: str) -> Any:
    """Register a component once: `script`, a path as in `asset_url`, exports its `mount`.

    So its code is loaded from a cached route, and not sent again.
    """
    js = _LOADER.replace("SCRIPT", asset_url(script))
    return st.components.v2.component(name, js=js, isolate_styles=False)


def prepare_assets() -> None:
    """Have all of them ready, so that no reader waits for it."""
    for path in ("plotly.js", *_ours()):
        asset_url(path)


async def _serve(request: Request) -> Response:
    path = request.path_params["path"]
    if path != "plotly.js" and path not in _ours():
        return PlainTextResponse("Not found", status_code=404)
    current = _tag(path) == request.path_params["tag"]
    headers = {
        "content-encoding": "gzip",
        "cache-control": "public, max-age=31536000, immutable" if current else "no-cache",
    }
    return Response(_zipped(path), media_type=_TYPES[Path(path).suffix], headers=headers)


asset_routes = [Route("/xent/{tag}/{path:path}", _serve)]
