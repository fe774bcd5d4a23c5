"""The benchmarks that are short enough run here for what they do, not for how fast: all of them end what they started."""

import sys

import pytest

from hark.bench.runner import BENCHMARKS, run_benchmark
from hark.settings import Settings

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="PSS is Linux's"),
]


@pytest.mark.parametrize("name", ["memory", "fanout", "ingest", "resume"])
async def test_quick(name: str) -> None:
    result = await run_benchmark(Settings(), name, quick=True)
    assert result.name == name
    assert result.figures
    assert all(figure.value is not None and figure.value >= 0 for figure in result.figures)
    assert result.machine
    assert name in BENCHMARKS
