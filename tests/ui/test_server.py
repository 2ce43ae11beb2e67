"""The server's own small parts."""

import logging
import tomllib
from pathlib import Path

from streamlit.testing.v1 import AppTest

from ui.words import shared_labels

ROOT = Path(__file__).parents[2]


def broken():
    from ui.server import say_it_broke

    say_it_broke(RuntimeError("the secret of the house"))


def test_a_page_that_breaks_says_so_in_words_and_tells_the_log_why(caplog):
    with caplog.at_level(logging.ERROR, "xent"):
        app = AppTest.from_function(broken)
        app.query_params["lang"] = "zh"
        app.run()
    assert app.error[0].value == shared_labels("zh")["broken"]
    assert not app.exception
    assert "the secret of the house" in caplog.text


def test_telemetry_is_off_and_the_server_is_for_this_machine():
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    assert config["browser"]["gatherUsageStats"] is False
    assert config["server"]["address"] == "localhost"
    assert config["client"]["showErrorDetails"] == "none"
