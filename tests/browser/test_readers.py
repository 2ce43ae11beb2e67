"""The benchmarks' readers: sessions without a browser, whose answers are looked at."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from benchmarks import bench_readers, bench_soak
from benchmarks.reader import WrongAnswerError, reading
from tests.browser.conftest import ROOT, Server
from ui.app.navigation import LESSONS


def alone(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run it in a thread of its own: Playwright's loop goes on in the one of the tests."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def test_each_of_some_readers_gets_the_answer_to_its_own_release(server: Server):
    async def releases(values: list[float]) -> tuple[float, float]:
        async with reading(server.url, "softmax") as reader:
            for value in values:
                assert await reader.release("z0", value) > 0
            return reader.header["base"]["z0"], reader.header["base"]["z1"]

    async def all_of_them() -> list[tuple[float, float]]:
        return await asyncio.gather(*(releases([i, -i, i / 2]) for i in range(4)))

    assert alone(all_of_them()) == [(i / 2, 2) for i in range(4)]


@pytest.mark.parametrize(("slider", "value"), [("z0", 9999.0), ("nothing", 1.0)])
def test_an_answer_without_the_released_value_is_noticed(server: Server, slider, value):
    async def release() -> None:
        async with reading(server.url, "softmax") as reader:
            await reader.release(slider, value)

    with pytest.raises((WrongAnswerError, KeyError)):
        alone(release())


def test_every_lesson_can_be_read_and_those_of_the_soak_released(server: Server):
    async def look() -> None:
        for lesson in LESSONS:
            async with reading(server.url, lesson.name) as reader:
                if lesson.name in bench_soak.HELD:
                    await reader.release(bench_soak.HELD[lesson.name], 0.5)

    alone(look())


@pytest.mark.parametrize("end", [400.0, 520.0, 540.0])
def test_a_leak_is_told_from_a_memory_that_is_flat(end):
    warm = bench_soak.WARM_UP
    level = [(warm + i, 500 + (end - 500) * i / 400) for i in range(400)]
    result = bench_soak.Result([*((i, 10.0 * i) for i in range(int(warm))), *level], 0, 0)
    target = bench_soak.targets(result)[0]
    assert target.met == (end == 520.0), target


def test_a_crowds_row_says_the_median_and_the_late_answers():
    row = bench_readers.Row(bench_readers.OURS, 5, [float(i) for i in range(101)], 9.0)
    assert "| 5 | 50 / 95 / 99 | 9.0 |" in bench_readers.table([row])


@pytest.mark.parametrize("module", ["__main__", "bench_core", "bench_training"])
def test_torch_works_on_one_thread_whichever_benchmark_imports_it(module):
    code = f"import benchmarks.{module}, torch; print(torch.get_num_threads())"
    unset = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    said = subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, env=unset)
    assert int(said) == 1
