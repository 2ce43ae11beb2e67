"""`python -m deploy.replicas 3`: Redis, so many replicas of the app and HAProxy, on this machine.

It is what compose.yaml starts in containers, with the same haproxy.cfg. The tests use it to kill
one of them and look on. Ctrl+C ends all.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

HERE = Path(__file__).parent
ROOT = HERE.parent
LONGEST_START = 90.0  # seconds
LONGEST_END = 5.0
# Debian has it where only root looks
PROGRAMS = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"))


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def program(name: str) -> str:
    """Return where a program is; FileNotFoundError if it is not installed."""
    found = shutil.which(name, path=PROGRAMS)
    if found is None:
        raise FileNotFoundError(f"{name} is not installed: it is a package of the system")
    return found


def haproxy_config(ports: list[int]) -> str:
    """Return deploy/haproxy.cfg with replicas on this machine in the place of its last line."""
    before, _, last = (HERE / "haproxy.cfg").read_text("utf-8").rstrip().rpartition("\n")
    if "server-template" not in last:
        raise ValueError("the last line of haproxy.cfg is not the replicas'")
    servers = [f"    server replica{i} 127.0.0.1:{port}" for i, port in enumerate(ports, 1)]
    return "\n".join([before, *servers, ""])


@dataclass
class Replicas:
    """Redis, replicas and HAProxy. A replica's number is 1 for the first.

    `bind` is where HAProxy listens, as its configuration says it; `port` is its port.
    """

    count: int
    port: int = field(default_factory=free_port)
    bind: str = ""
    quiet: bool = True
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="xent-"))
        self.redis_port = free_port()
        self.ports = [free_port() for _ in range(self.count)]
        self.bind = self.bind or f"127.0.0.1:{self.port},[::1]:{self.port}"

    @property
    def url(self) -> str:
        """Where readers come."""
        return f"http://localhost:{self.port}"

    # -- their life

    def start(self) -> None:
        """Start all, and wait until a reader is answered."""
        self.start_redis()
        for number in range(1, self.count + 1):
            self.start_replica(number)
        for port in self.ports:
            self.wait_for(f"http://127.0.0.1:{port}")
        self._start_haproxy()
        self.wait_for(self.url)

    def wait_for(self, url: str) -> None:
        """Wait until a server answers; RuntimeError if one of them has ended instead."""
        end = time.monotonic() + LONGEST_START
        while time.monotonic() < end and not (ended := list(self.ended())):
            with contextlib.suppress(OSError):  # refused, or an answer that is no 200
                urlopen(f"{url}/_stcore/health", timeout=2).close()
                return
            time.sleep(0.1)
        raise RuntimeError(f"{url} does not answer; ended: {ended}")

    def stop(self) -> None:
        """End all that was started, and leave nothing behind."""
        for process in self.processes.values():
            process.terminate()
        end = time.monotonic() + LONGEST_END
        for process in self.processes.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(end - time.monotonic(), 0.1))
            process.kill()
            process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> "Replicas":
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start_redis(self) -> None:
        """Start Redis, or start it again: what was said is in its file."""
        kept = ["--dir", str(self.folder), "--appendonly", "yes", "--save", ""]
        where = ["--port", str(self.redis_port), "--loglevel", "warning"]
        self._run("redis", [program("redis-server"), *where, *kept])

    def start_replica(self, number: int) -> None:
        """Start a replica, or start it again."""
        names = "localhost", "127.0.0.1", "[::1]"
        own = ",".join(f"http://{name}:{self.port}" for name in names)
        said = {
            "ADDRESS": "127.0.0.1",
            "PORT": str(self.ports[number - 1]),
            "XENT_REDIS_URL": f"redis://127.0.0.1:{self.redis_port}",
            "XENT_ORIGINS": f"{own},{os.environ.get('XENT_ORIGINS', '')}",
        }
        self._run(f"replica{number}", [sys.executable, "-m", "ui.app.serve"], said)

    def _start_haproxy(self) -> None:
        config = self.folder / "haproxy.cfg"
        config.write_text(haproxy_config(self.ports), "utf-8")
        said = {
            "XENT_BIND": self.bind,
            "XENT_PORT": str(self.port),
            "XENT_SOCKET": str(self.folder / "haproxy.sock"),
        }
        self._run("haproxy", [program("haproxy"), "-W", "-f", str(config)], said)

    def _run(self, name: str, command: list[str], said: Mapping[str, str] | None = None) -> None:
        out = subprocess.DEVNULL if self.quiet else None
        self.processes[name] = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **(said or {})},
            stdout=out,
            stderr=out,
            start_new_session=True,  # Ctrl+C is ours
        )

    # -- what may happen to them

    def kill(self, name: str) -> None:
        """Kill one of them (replica2, redis), as a lost machine would."""
        self.processes[name].kill()
        self.processes[name].wait()

    def reload(self) -> None:
        """Have HAProxy read its configuration again."""
        self.processes["haproxy"].send_signal(signal.SIGUSR2)

    def command(self, text: str) -> str:
        """Say something to HAProxy's socket; return what it answers."""
        with socket.socket(socket.AF_UNIX) as wire:
            wire.connect(str(self.folder / "haproxy.sock"))
            wire.sendall(text.encode() + b"\n")
            return b"".join(iter(lambda: wire.recv(65536), b"")).decode()

    def ended(self) -> Iterator[str]:
        """Those that have ended by themselves."""
        return (name for name, one in self.processes.items() if one.poll() is not None)


def main() -> None:
    """Start them, say where they are, and end them with Ctrl+C."""
    count = int(sys.argv[1]) if sys.argv[1:] else 3
    port = int(os.environ.get("PORT") or 8501)
    open_to_all = (os.environ.get("ADDRESS") or "localhost") != "localhost"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    bind = f":{port},:::{port}" if open_to_all else ""
    with Replicas(count, port, bind, quiet=False) as all_of_them:
        print(f"{count} replicas are at {all_of_them.url} (Ctrl+C stops them)", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            while not (ended := list(all_of_them.ended())):
                time.sleep(0.5)
            print("ended by itself:", *ended, file=sys.stderr)


if __name__ == "__main__":
    main()
