"""The server's own small parts."""

import logging
import platform
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ui.words import shared_labels

ROOT = Path(__file__).parents[3]


def broken():
    from ui.app.server import say_it_broke

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


# A block of 30 MB teaches glibc to keep blocks; small ones lie between large ones and hold them.
HOLES = """
import sys
import numpy as np
from ui.app.server import give_large_blocks_back

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096 / 1e6

if sys.argv[1] == "give back":
    give_large_blocks_back()
large = [np.ones(30 * 10**6, np.uint8)]
del large[:]
before = resident()
kept = []
for i in range(20):
    large.append(np.ones(15 * 10**5, np.uint8))
    kept.append(np.ones(9 * 10**4, np.uint8))
del large[:]
print(resident() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="it is glibc that keeps them")
@pytest.mark.parametrize(("how", "given"), [("give back", True), ("as it is", False)])
def test_what_a_large_table_took_is_given_back_to_the_system(how, given):
    command = [sys.executable, "-c", HOLES, how]
    grown = float(subprocess.check_output(command, cwd=ROOT))
    assert (grown < 10) == given, f"{grown} MB more"


def test_no_run_of_a_script_ends_with_a_collection_of_all_that_others_hold():
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    assert config["runner"]["postScriptGC"] is False
    # as Streamlit itself reads it, in a process of its own
    code = "import gc, app; from streamlit.config import get_option as told; "
    code += "print(told('runner.postScriptGC'), gc.isenabled())"
    command = [sys.executable, "-c", code]
    assert subprocess.check_output(command, cwd=ROOT, text=True).split() == ["False", "True"]
