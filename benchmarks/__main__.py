"""`python -m benchmarks`: measure everything, print the tables, write them where they belong."""

import asyncio
import datetime
import re
from collections.abc import Iterator

from benchmarks import (
    bench_core,
    bench_live,
    bench_pages,
    bench_readers,
    bench_replicas,
    bench_room,
    bench_server,
    bench_soak,
    bench_training,
)
from benchmarks.browser import ROOT, machine
from benchmarks.report import targets_table

RESULTS = ROOT / "benchmarks" / "results.md"
READMES = ROOT / "README.md", ROOT / "README.zh.md"
_PLACE = re.compile(r"(<!-- bench -->\n).*?(<!-- /bench -->)", re.DOTALL)


def sections() -> Iterator[str]:
    """Measure one benchmark after the other; yield each one's tables when it is done."""
    live = bench_live.run()
    yield f"### The live figure\n\n{bench_live.WHAT}\n\n{bench_live.table(live)}"
    pages = bench_pages.run()
    yield f"### Every lesson under the hand\n\n{bench_pages.table(pages)}"
    server = bench_server.run()
    yield f"### The server\n\n{bench_server.table(server)}"
    readers = bench_readers.run()
    yield f"### Many readers\n\n{bench_readers.WHAT}\n\n{bench_readers.table(readers)}"
    replicas = bench_replicas.run()
    yield f"### Several servers\n\n{bench_replicas.WHAT}\n\n{bench_replicas.table(replicas)}"
    room = bench_room.run()
    yield f"### A room\n\n{bench_room.WHAT}\n\n{bench_room.table(room)}"
    soak = bench_soak.run()
    yield f"### Memory\n\n{bench_soak.WHAT}\n\n{bench_soak.table(soak)}"
    training = bench_training.run()
    yield f"### Live training\n\n{bench_training.table(training)}"
    targets = [
        *bench_live.targets(live),
        *bench_pages.targets(pages),
        *bench_server.targets(server),
        *bench_readers.targets(readers),
        *bench_room.targets(room),
        *bench_soak.targets(soak),
        *bench_training.targets(training),
    ]
    yield f"### Targets\n\n{targets_table(targets)}"
    yield f"### The loss, against SciPy and PyTorch\n\n{bench_core.table(bench_core.run())}"


def write(report: str) -> None:
    """Write the report to results.md and between the marks in the READMEs that exist."""
    RESULTS.write_text(f"# What `make bench` measured\n\n{report}\n", encoding="utf-8")
    for readme in filter(lambda path: path.exists(), READMES):
        text = readme.read_text(encoding="utf-8")
        filled = _PLACE.sub(lambda marks: f"{marks[1]}\n{report}\n\n{marks[2]}", text)
        readme.write_text(filled, encoding="utf-8")


def main() -> None:
    """Measure, print, write."""
    parts = [f"{datetime.date.today()}. {asyncio.run(machine())}."]
    print(parts[0])
    for part in sections():
        print(f"\n{part}", flush=True)
        parts.append(part)
    write("\n\n".join(parts))


if __name__ == "__main__":
    main()
