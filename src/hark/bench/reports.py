"""`hark bench reports`: a twelve-month report with its comparison at a million conversations and ten million messages.

Each request goes straight into the application, as a browser's would (session, permission, SQL, counting, JSON): the
whole report by month and by day, the same of one person, of one mailbox and of a segment, figures by person, channel and
company, and the conversations behind a number. Warm: the facts have been read once; how long that takes stands apart,
for the first time ever and after a start. Before every request a customer has written and been answered, as on a working
day, so each answer first follows what has changed.
"""

import math
import re
import shutil
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode

import msgspec

from hark.app import create_app
from hark.bench.actions import Person, sign_in, work_on_recent
from hark.bench.inbox import ask
from hark.bench.installation import Installation, running
from hark.bench.load import closed_loop, get_request
from hark.bench.queries import agent_ids
from hark.bench.runner import Figure
from hark.bench.seed import seeded
from hark.core.actor import system
from hark.core.services import open_services
from hark.reports.build import build_report
from hark.reports.facts import facts_written
from hark.reports.types import Cohort
from hark.settings import Settings

REPORT_MS, CASES_MS = 300.0, 100.0
MB = 1 << 20
SEGMENT = '{"field":"severity","op":"at_least","value":"high"}'


class Case(msgspec.Struct, frozen=True):
    """One kind of request: the paths it takes turns with."""

    key: str
    target_ms: float
    paths: list[str]


async def run(settings: Settings, *, quick: bool) -> list[Figure]:
    """p95 of each kind of request, the worst first, and how long the first report takes."""
    rounds = 5 if quick else 20
    async with seeded(settings, quick=quick) as here:
        agents = await agent_ids(here.db)
        (person,) = await sign_in(here, 1, agents[:1])
        return await _measure(here, person, _cases(here, agents[1:11]), rounds)


async def _measure(here: Installation, person: Person, cases: Sequence[Case], rounds: int) -> list[Figure]:
    settings = msgspec.structs.replace(here.settings, database_url=here.dsn)
    shutil.rmtree(settings.facts_dir, ignore_errors=True)
    ever_s = await _first_report(here, settings)
    start_s = await _first_report(here, settings)
    async with open_services(settings, events=here.db.events, projectors=here.db.projectors) as services:
        app: Any = create_app(services)
        found = [await _timed(here, app, person, case, rounds) for case in cases]
    own = await _own_memory(here, person, cases)
    shared = sum(file.stat().st_size for file in settings.facts_dir.glob("*/*"))
    return [
        _worst("reports_p95_worst", REPORT_MS, found), _worst("cases_p95_worst", CASES_MS, found), *found,
        Figure(key="first_report_ever", value=round(ever_s, 1), unit="s, no files yet", better="lower"),
        Figure(key="first_report", value=round(start_s, 2), unit="s, after a start", better="lower"),
        Figure(key="own_memory", value=round(own / MB), unit="MiB more in a web process that has shown them all", better="lower"),
        Figure(key="shared_memory", value=round(shared / MB), unit="MiB of files, once a machine", better="lower"),
    ]  # fmt: skip


async def _timed(here: Installation, app: Any, person: Person, case: Case, rounds: int) -> Figure:
    """p95 (nearest rank) of a kind of request, and the median of the processor's time, which other work disturbs less."""
    for path in case.paths:
        await ask(app, path, person)
    taken, worked = [], []
    for n in range(rounds):
        await work_on_recent(here.db, n)
        begin, busy = time.perf_counter(), time.process_time()
        await ask(app, case.paths[n % len(case.paths)], person)
        taken.append((time.perf_counter() - begin) * 1000)
        worked.append((time.process_time() - busy) * 1000)
    p95 = sorted(taken)[math.ceil(0.95 * len(taken)) - 1]
    unit = f"ms, p95 ({median(worked):.0f} of the processor)"
    return Figure(key=case.key, value=round(p95, 1), unit=unit, target=case.target_ms, better="lower")


async def _first_report(here: Installation, settings: Settings) -> float:
    """Seconds until a process that has just started has one, with its comparison; then the files are written."""
    end = here.db.now()
    year = Cohort(start=end - timedelta(days=365), end=end, interval="month")
    before = msgspec.structs.replace(year, start=end - timedelta(days=730), end=year.start)
    async with open_services(settings, events=here.db.events, projectors=here.db.projectors) as services:
        create_app(services)
        begin = time.perf_counter()
        await build_report(services.db, system(1), year, before)
        taken = time.perf_counter() - begin
        await facts_written(services.db)
        return taken


async def _own_memory(here: Installation, person: Person, cases: Sequence[Case]) -> int:
    """What a web process that has shown all reports shares with no other, above what it takes without, in bytes."""
    requests = [get_request(path, cookie=person.cookie) for case in cases for path in case.paths[:1]]
    async with running(here, "web") as process:
        before = _private_bytes(process.pid)
        for request in requests:
            await closed_loop(here.settings.port, [request], clients=1, seconds=0.2)
        return _private_bytes(process.pid) - before


def _private_bytes(pid: int) -> int:
    """Linux only."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(int(kb) * 1024 for kb in re.findall(r"^Private_Dirty:\s+(\d+) kB", rollup, re.MULTILINE))


def _worst(key: str, target: float, found: Sequence[Figure]) -> Figure:
    slowest = max((f for f in found if f.target == target), key=lambda f: f.value or 0)
    return Figure(key=key, value=slowest.value, unit=f"ms ({slowest.key})", target=target, better="lower")


def _cases(here: Installation, agents: Sequence[int]) -> list[Case]:
    end = here.db.now()
    period = {"start": (end - timedelta(days=365)).isoformat(), "end": end.isoformat(), "time_zone": "Europe/Rome"}

    def path(what: str, **more: object) -> str:
        return f"/api/reports/{what}?{urlencode({**period, **more})}"

    team, customer = {"clock": "team"}, {"clock": "customer"}
    by = {
        f"{figure}_by_{dimension}": [path("breakdown", figure=figure, by=dimension, **clock)]
        for figure, clock, dimensions in (
            ("reply_wait", team, ("agent", "channel", "company", "heat")), ("first_reply", team, ("agent", "channel")),
            ("resolution_time", customer, ("agent", "channel")), ("stage_time", team, ("agent", "channel", "stage")),
            ("reply_rate", {}, ("agent", "channel")), ("received", {}, ("agent", "channel")),
            ("sent", {}, ("agent", "channel")), ("wait_cost", {}, ("agent", "channel")), ("reply_rate_days", {}, ("agent",)),
            ("reply_rate_messages", {}, ("agent",)), ("active_hours", {}, ("agent",)), ("topic_entropy", {}, ("agent",)),
        )
        for dimension in dimensions
    }  # fmt: skip
    behind = [
        path("cases", figure=figure, by="agent", key=agent, **clock)
        for figure, clock in (("reply_wait", {"clock": "team"}), ("first_reply", {"clock": "customer"}), ("received", {}))
        for agent in agents[:3]
    ]  # fmt: skip
    return [
        Case("report_by_month", REPORT_MS, [path("summary", interval="month")]),
        Case("report_by_day", REPORT_MS, [path("summary", interval="day")]),
        Case("report_of_an_agent", REPORT_MS, [path("summary", interval="month", agent_id=id) for id in agents]),
        Case(
            "report_of_a_channel", REPORT_MS, [path("summary", interval="month", account_id=id) for id in (1, 2, 3, 4)]
        ),
        Case("report_of_a_segment", REPORT_MS, [path("summary", interval="month", filter=SEGMENT)]),
        *(Case(key, REPORT_MS, paths) for key, paths in by.items()),
        Case("cases_behind_a_number", CASES_MS, behind),
        Case("cases_behind_a_stage", CASES_MS, [path("cases", figure="stage_time", by="stage", key="agent", **team)]),
    ]
