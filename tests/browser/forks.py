"""Servers in the time of a fork: a process that has imported what the app imports, and waits.

Starting `streamlit run app.py` takes some seconds, nearly all of them imports. Who kills servers
and starts them again need not pay for that each time: each line on standard input, a port, is
answered by the process number of a server on that port. It runs the same command.
"""

import os
import signal
import sys
from importlib import import_module
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # as app.py says; and no thread may run when one forks

from streamlit.web import cli

from app import LESSONS
from pages.training.demos import findings_numbers
from ui.app.server import LIBRARIES

FORKED = {"jemalloc_bg_thd"}  # of pyarrow's allocator, which starts it again after a fork


def threads() -> list[str]:
    """Return the names of this process' threads."""
    return [file.read_text().strip() for file in Path("/proc/self/task").glob("*/comm")]


def serve(port: str) -> None:
    """Be `streamlit run app.py` from here on."""
    sys.argv = ["streamlit", "run", "app.py", "--server.port", port]
    cli.main()


def main() -> None:
    """Fork a server for each line."""
    for name in (*LIBRARIES, "xent_core", *LESSONS):
        import_module(name)
    findings_numbers()  # torch imports more when it first trains
    others = [thread for thread in threads() if thread not in FORKED]
    assert len(others) == 1, f"{others}: a fork would have only the one that forks"
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that were killed
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(2, 1)
            serve(line.strip())
            os._exit(0)
        print(pid, flush=True)


if __name__ == "__main__":
    main()
