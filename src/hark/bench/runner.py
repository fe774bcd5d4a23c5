"""`hark bench NAME [--quick] [--json]`: one JSON object of figures per benchmark."""


import os
import platform
import subprocess
from collections.abc import Awaitable, Callable
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

import msgspec
from rich.console import Console
from rich.table import Table

from hark.core.errors import NotFound
from hark.settings import Settings


class Figure(msgspec.Struct, kw_only=True):
    """One measured number; `target` is what the product promises, `limit` the machine's own limit for the same work."""

    key: str
    value: float | None
    unit: str
    target: float | None = None
    limit: float | None = None
    better: Literal["lower", "higher"]


class Result(msgspec.Struct, kw_only=True):
    name: str
    machine: str
    commit: str
    figures: list[Figure]


Benchmark = Callable[..., Awaitable[list[Figure]]]

# name -> (module with `async def run(settings, *, quick) -> list[Figure]`, what it measures)
BENCHMARKS: dict[str, tuple[str, str]] = {
    "start": ("hark.bench.start", "fresh clone to sign-in page, and a second start"),
    "ingest": ("hark.bench.ingest", "mails over SMTP, parsed, threaded, journaled; from the 250 to the browser"),
    "mail": ("hark.bench.mail.whole", "ingest, chaos and fuzz: is mail taken fast, and does anything get lost or doubled"),
    "chaos": ("hark.bench.mail.chaos", "mails in, replies out, while web, worker and PostgreSQL are killed at random"),
    "fuzz": ("hark.bench.mail.fuzz", "fifty thousand damaged mails: no crash, each with its fate"),
    "inbox": ("hark.bench.inbox", "lists and threads at a million conversations, beside the same SQL under pgbench"),
    "reports": ("hark.bench.reports", "a twelve-month report with comparison at a million conversations, and what is behind it"),
    "rebuild": ("hark.bench.rebuild", "spans, waits and episodes again from the journal, events a second of one core"),
    "fanout": ("hark.bench.fanout", "one event to two thousand idle browsers"),
    "resume": ("hark.bench.resume", "a thousand browsers cut at once and back, with exactly what they missed"),
    "live": ("hark.bench.live", "five thousand visitors, a hundred messages a second each way, twenty agents watching"),
    "star": ("hark.bench.star", "real dialogues over the messenger at their own pace, checked word by word"),
    "widget": ("hark.bench.widget", "what the messenger costs the page that holds it, in a slowed Chromium"),
    "memory": ("hark.bench.memory", "memory of an idle installation"),
    "hours": ("hark.bench.hours", "open time of a million waits under changing hours"),
    "forecast": ("hark.bench.forecast", "how near the forecast of real call counts comes"),
    "staffing": ("hark.bench.staffing", "Erlang B, C and A against tables and balance equations, exact to the person"),
    "routing": ("hark.bench.routing", "one decision of the routing with 200 people free and 5,000 waiting"),
    "policy": ("hark.bench.policy", "simulated teams on real patterns of arrival: what the routing saves, against four others"),
    "answers": ("hark.bench.answers", "search, suggested replies, classifiers and help pages on real questions"),
    "order": ("hark.bench.order", "the queue simulation: what the order of work costs"),
}


async def run_benchmark(settings: Settings, name: str, *, quick: bool) -> Result:
    """Run one benchmark. Raises NotFound for an unknown name."""
    if name not in BENCHMARKS:
        raise NotFound(f"There is no benchmark {name}. `hark bench list` names them all.")
    module: Any = import_module(BENCHMARKS[name][0])
    run: Benchmark = module.run
    return Result(name=name, machine=machine(), commit=commit(), figures=await run(settings, quick=quick))


async def run(settings: Settings, *, name: str, quick: bool, as_json: bool) -> int:
    """The command line's side: prints the figures, or the list of benchmarks."""
    if name == "list":
        for key, (_, what) in BENCHMARKS.items():
            print(f"{key:8} {what}")
        return 0
    if name == "seed":
        from hark.bench.seed import seed

        await seed(settings, quick=quick)
        return 0
    result = await run_benchmark(settings, name, quick=quick)
    if as_json:
        print(msgspec.json.format(msgspec.json.encode(result)).decode())
    else:
        Console().print(table(result))
    return 0


def table(result: Result) -> Table:
    """The figures as a table for people."""
    table = Table("figure", "value", "unit", "target", "machine's limit", title=f"{result.name} · {result.machine} · {result.commit}")
    for f in result.figures:
        cells = ["–" if x is None else f"{x:,.4g}" for x in (f.value, f.target, f.limit)]
        table.add_row(f.key, cells[0], f.unit, cells[1], cells[2])
    return table


def machine() -> str:
    """Cores, memory and processor of this machine, in one line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    model = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else ():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, {model}"


def commit() -> str:
    """The commit of the checkout this runs from, `-dirty` when changed; `unknown` outside a checkout."""
    told = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=Path(__file__).parent, capture_output=True, text=True, check=False
    )
    return told.stdout.strip() or "unknown"

