"""What several servers are started with: HAProxy takes it, and nothing in it is said in vain."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from deploy.replicas import HERE, ROOT, free_port, haproxy_config, program

NAMES = re.compile(r"\b(?:XENT_[A-Z]+|FORWARDED_ALLOW_IPS|ADDRESS|PORT)\b")


@pytest.mark.parametrize("where", ["in containers", "on this machine"])
def test_haproxy_takes_the_configuration(tmp_path, where):
    config = HERE / "haproxy.cfg"
    if where == "on this machine":
        config = tmp_path / "haproxy.cfg"
        config.write_text(haproxy_config([9001, 9002]))
    own = {"XENT_REPLICAS": "localhost:8501"}
    command = [program("haproxy"), "-c", "-f", str(config)]
    said = subprocess.run(command, env={**os.environ, **own}, capture_output=True, text=True)
    assert said.returncode == 0, said.stderr
    assert "WARNING" not in said.stderr


def test_the_two_configurations_differ_in_their_servers_alone():
    usual, ours = (HERE / "haproxy.cfg").read_text(), haproxy_config([9001, 9002])
    assert ours.splitlines()[:-2] == usual.splitlines()[:-1]
    assert ours.splitlines()[-1] == "    server replica2 127.0.0.1:9002"


def read_somewhere() -> str:
    """All that reads the environment: our code, the configuration, and what uvicorn documents."""
    files = [*(ROOT / "ui").rglob("*.py"), HERE / "haproxy.cfg"]
    return "FORWARDED_ALLOW_IPS " + " ".join(file.read_text("utf-8") for file in files)


@pytest.mark.parametrize("name", ["compose.yaml", "kubernetes.yaml", "Containerfile"])
def test_what_is_said_to_a_container_is_read_by_something(name):
    said = set(NAMES.findall((HERE / name).read_text("utf-8")))
    assert said
    assert said <= set(NAMES.findall(read_somewhere()))


def children(pid: int) -> set[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return {int(child) for child in found}


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_make_replicas_ends_all_that_it_started(how):
    port = free_port()
    command = [sys.executable, "-m", "deploy.replicas", "1"]
    started = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, "PORT": str(port)}, stdout=subprocess.PIPE, text=True
    )
    assert started.stdout is not None
    said = next(line for line in started.stdout if "replicas are at" in line)
    assert f"http://localhost:{port} " in said
    for host in ("127.0.0.1", "[::1]"):
        assert urlopen(f"http://{host}:{port}/_stcore/health", timeout=5).status == 200
    mine = children(started.pid)
    assert len(mine) == 3
    started.send_signal(how)
    assert started.wait(20) == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in mine)
