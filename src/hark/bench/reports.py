"""`hark bench reports`: a twelve-month report with its comparison at a million conversations and ten million messages.

Each request goes straight into the application, as a browser's would (session, permission, SQL, counting, JSON): the
whole report by month and by day, the same of one person and of one mailbox, one figure by person and by channel, and the
conversations behind a number. Warm: the facts have been read once; how long that takes stands apart. Before every request
the journal has grown, as it does on a working day, so each answer first follows what has changed.
"""

import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import msgspec

from hark.app import create_app
from hark.bench.actions import Person, rename_recent, sign_in
from hark.bench.inbox import ask
from hark.bench.installation import Installation
from hark.bench.queries import agent_ids
from hark.bench.runner import Figure
from hark.bench.seed import seeded
from hark.core.actor import system
from hark.core.db import Db
from hark.core.services import open_services
from hark.reports.build import build_report
from hark.reports.figures import FIGURES
from hark.reports.types import Cohort
from hark.settings import Settings

REPORT_MS, CASES_MS = 300.0, 100.0


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
    async with open_services(settings, events=here.db.events, projectors=here.db.projectors) as services:
        app: Any = create_app(services)
        begin = time.perf_counter()
        await _first_report(services.db)
        cold_s = time.perf_counter() - begin
        found: list[Figure] = []
        for case in cases:
            for path in case.paths:
                await ask(app, path, person)
            taken = []
            for n in range(rounds):
                await rename_recent(here.db, n)
                begin = time.perf_counter()
                await ask(app, case.paths[n % len(case.paths)], person)
                taken.append((time.perf_counter() - begin) * 1000)
            taken.sort()
            p95 = taken[min(len(taken) - 1, round(0.95 * len(taken)))]
            found.append(
                Figure(key=case.key, value=round(p95, 1), unit="ms, p95", target=case.target_ms, better="lower")
            )
    worst = [_worst("reports_p95_worst", REPORT_MS, found), _worst("cases_p95_worst", CASES_MS, found)]
    first_report = Figure(key="first_report", value=round(cold_s, 1), unit="s, nothing kept yet", better="lower")
    return [*worst, *found, first_report]


async def _first_report(db: Db) -> None:
    """Read two years of every fact the cases need."""
    end = db.now()
    year = Cohort(start=end - timedelta(days=365), end=end, interval="month")
    before = msgspec.structs.replace(year, start=end - timedelta(days=730), end=year.start)
    await build_report(
        db, system(1), year, before, keys={figure.key for figure in FIGURES if figure.main} | {"stage_time"}
    )


def _worst(key: str, target: float, found: Sequence[Figure]) -> Figure:
    slowest = max((f for f in found if f.target == target), key=lambda f: f.value or 0)
    return Figure(key=key, value=slowest.value, unit=f"ms ({slowest.key})", target=target, better="lower")


def _cases(here: Installation, agents: Sequence[int]) -> list[Case]:
    end = here.db.now()
    period = {"start": (end - timedelta(days=365)).isoformat(), "end": end.isoformat(), "time_zone": "Europe/Rome"}

    def path(what: str, **more: object) -> str:
        return f"/api/reports/{what}?{urlencode({**period, **more})}"

    by = {
        f"{figure}_by_{dimension}": [path("breakdown", figure=figure, by=dimension, **clock)]
        for figure, clock in (
            ("reply_wait", {"clock": "team"}), ("first_reply", {"clock": "team"}), ("resolution_time", {"clock": "customer"}),
            ("stage_time", {"clock": "team"}), ("reply_rate", {}), ("received", {}), ("sent", {}), ("wait_cost", {}),
        )
        for dimension in ("agent", "channel")
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
        *(Case(key, REPORT_MS, paths) for key, paths in by.items()),
        Case("cases_behind_a_number", CASES_MS, behind),
    ]
