"""The app as a part of another ASGI app, for tests/browser/test_prefix.py."""

from starlette.applications import Starlette
from starlette.routing import Mount

from app import app as ours

app = Starlette(routes=[Mount("/xe", app=ours)], lifespan=ours.lifespan())
