"""`hark bench answers`: how good are the answers of search, suggested replies, classifiers and help pages?

Each part is a module with `async def run(settings, *, quick) -> list[Figure]`, reads the real data below HARK_BENCH_DATA
(else `../shared/data`) and raises NotFound with a sentence where its data is absent: then it is skipped, and said so.
"""

import sys
from importlib import import_module

from hark.bench.runner import Benchmark, Figure
from hark.core.errors import NotFound
from hark.settings import Settings

PARTS: tuple[str, ...] = ("search", "search_embedded", "help_page", "suggest", "intent", "sentiment")


async def run(settings: Settings, *, quick: bool) -> list[Figure]:
    """The figures of all parts, one after the other."""
    figures: list[Figure] = []
    for name in PARTS:
        part: Benchmark = import_module(f"hark.bench.answers.{name}").run
        try:
            figures += await part(settings, quick=quick)
        except NotFound as missing:
            print(f"{name} is skipped: {missing.detail}", file=sys.stderr)
    return figures
