"""`hark bench inbox`: lists and threads of a million conversations over HTTP, beside the same SQL under pgbench.

One web process for each core, as an operator sets it (HARK_WEB_PROCESSES): the database uses all of them in both.

Every preset list in every order and a thread of a hundred messages, asked for by fifty people. Each case is measured
three times in turns (HTTP at saturation, then pgbench with the statements those requests ran, prepared and with their
parameters) and the medians are compared; then its waiting times at half of that load. The load comes from this same
machine and takes its share of the cores, in both.
"""

import asyncio
import os
from collections.abc import Sequence
from statistics import median
from typing import Any, get_args

import msgspec

from hark.app import create_app
from hark.bench.actions import Person, sign_in
from hark.bench.installation import Installation, running
from hark.bench.load import closed_loop, get_request, open_loop
from hark.bench.pgbench import RecordingDb, Statement, script_of, transactions_per_s
from hark.bench.queries import agent_ids, big_tables, deep_threads, sequential_scans
from hark.bench.runner import Figure
from hark.bench.seed import seeded
from hark.conversations.lists import PRESETS
from hark.conversations.queries import Order
from hark.core.errors import Unavailable
from hark.core.services import open_services
from hark.settings import Settings

CLIENTS = 8
PEOPLE = 10  # whose requests a case takes turns with; each is a script of pgbench
P99_TARGET_MS, RATIO_TARGET = 40.0, 0.5


class Case(msgspec.Struct, frozen=True):
    """One kind of request: a path for each person."""

    key: str
    requests: list[bytes]
    paths: list[tuple[str, Person]]


class Measured(msgspec.Struct, frozen=True):
    """One case: answers per second over HTTP and of its SQL alone, p99 in ms at half load, tables scanned whole."""

    key: str
    per_s: float
    sql_per_s: float
    p99_ms: float
    scans: list[str]

    @property
    def ratio(self) -> float:
        return self.per_s / self.sql_per_s


async def run(settings: Settings, *, quick: bool) -> list[Figure]:
    """Throughput (limit: pgbench) and p99 of each case, and the worst of all of them."""
    seconds, rounds = (1, 1) if quick else (3, 3)
    async with seeded(settings, quick=quick) as here, running(_on_all_cores(here), "web"):
        cases = await _cases(here)
        measured = [await _measure(here, case, seconds=seconds, rounds=rounds) for case in cases]
    return _figures(measured)


def _on_all_cores(here: Installation) -> Installation:
    settings = msgspec.structs.replace(here.settings, web_processes=os.cpu_count() or 1)
    return msgspec.structs.replace(here, settings=settings)


async def _cases(here: Installation) -> list[Case]:
    agents = await agent_ids(here.db)
    people = await sign_in(here, 1, agents[:: len(agents) // PEOPLE][:PEOPLE])
    cases = [
        _case(f"{preset}_{order}", [(f"/api/conversations?filter={preset}&order={order}&limit=50", p) for p in people])
        for preset in PRESETS
        for order in get_args(Order)
    ]
    threads = await deep_threads(here.db, PEOPLE)
    paths = [f"/api/conversations/{id}/thread?limit=100" for id in threads]
    return [*cases, _case("thread_100", list(zip(paths, people[:1] * len(paths), strict=True)))]


def _case(key: str, paths: list[tuple[str, Person]]) -> Case:
    return Case(key, [get_request(path, cookie=person.cookie) for path, person in paths], paths)


async def _measure(here: Installation, case: Case, *, seconds: int, rounds: int) -> Measured:
    scripts = await _statements(here, case)
    scans = await sequential_scans(here.db, [s for script in scripts for s in script], await big_tables(here.db))
    alone = [script_of(script, f"s{n}") for n, script in enumerate(scripts)]
    port = here.settings.port
    await closed_loop(port, case.requests, clients=CLIENTS, seconds=0.5)  # warm: caches and prepared statements
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append((await closed_loop(port, case.requests, clients=CLIENTS, seconds=seconds)).per_s)
        theirs.append(await transactions_per_s(here, alone, clients=CLIENTS, seconds=seconds))
    half = await open_loop(port, case.requests, per_s=median(ours) / 2, clients=4 * CLIENTS, seconds=2 * seconds)
    return Measured(case.key, median(ours), median(theirs), half.percentile(99) * 1000, sorted(scans))


async def _statements(here: Installation, case: Case) -> list[list[Statement]]:
    """What each request of the case runs, sign-in included, noted from the application itself."""
    scripts: list[list[Statement]] = []
    settings = msgspec.structs.replace(here.settings, database_url=here.dsn)
    async with open_services(settings, events=here.db.events, projectors=here.db.projectors) as services:
        db = RecordingDb(services.db)
        app: Any = create_app(msgspec.structs.replace(services, db=db))
        await ask(app, *case.paths[0])  # what is read once per process is not part of a request
        for path, person in case.paths:
            db.statements.clear()
            await ask(app, path, person)
            scripts.append(list(db.statements))
    return scripts


async def ask(app: Any, path: str, person: Person) -> bytes:
    """The answer of one GET straight into the application. Raises Unavailable when the answer is not 200."""
    bare, _, query = path.partition("?")
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": bare, "raw_path": bare.encode(), "query_string": query.encode(), "root_path": "", "app": app,
        "headers": [(b"host", b"localhost"), (b"cookie", person.cookie.encode())], "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80), "state": {},
    }  # fmt: skip
    statuses: list[int] = []
    body = bytearray()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])
        else:
            body.extend(message.get("body", b""))

    await asyncio.wait_for(app(scope, receive, send), 60)
    if statuses != [200]:
        raise Unavailable(f"{path} answered {statuses}.")
    return bytes(body)


def _figures(measured: Sequence[Measured]) -> list[Figure]:
    """The summaries first: the worst case decides."""
    worst = min(measured, key=lambda m: m.ratio)
    slowest = max(measured, key=lambda m: m.p99_ms)
    scans = {table for m in measured for table in m.scans}
    figures = [
        Figure(key="throughput_worst_ratio", value=round(worst.ratio, 3), unit=f"of pgbench ({worst.key})",
               target=RATIO_TARGET, better="higher"),
        Figure(key="throughput_median_ratio", value=round(median(m.ratio for m in measured), 3), unit="of pgbench",
               target=RATIO_TARGET, better="higher"),
        Figure(key="p99_worst", value=round(slowest.p99_ms, 1), unit=f"ms ({slowest.key})", target=P99_TARGET_MS,
               better="lower"),
        Figure(key="sequential_scans", value=len(scans), unit=", ".join(sorted(scans)) or "big tables",
               target=0, better="lower"),
    ]  # fmt: skip
    for m in measured:
        figures += [
            Figure(key=f"{m.key}_rate", value=round(m.per_s, 1), unit="requests/s",
                   target=round(RATIO_TARGET * m.sql_per_s, 1), limit=round(m.sql_per_s, 1), better="higher"),
            Figure(key=f"{m.key}_p99", value=round(m.p99_ms, 1), unit="ms", target=P99_TARGET_MS, better="lower"),
        ]  # fmt: skip
    return figures
