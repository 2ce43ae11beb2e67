"""What the browser is given of others is what our figures are made for."""

import re

from plotly.offline import get_plotlyjs_version

from ui.assets import VENDOR


def test_the_bundle_is_of_the_version_whose_figures_the_server_makes():
    head = (VENDOR / "plotly-basic.min.js").read_text("utf-8")[:200]
    assert re.search(r"plotly\.js \(basic - minified\) v(\S+)", head)[1] == get_plotlyjs_version()


def test_its_licence_lies_beside_it():
    assert "MIT" in (VENDOR / "plotly-basic.LICENSE").read_text("utf-8")
