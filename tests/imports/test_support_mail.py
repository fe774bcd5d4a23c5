"""7,682 real support mails through the whole path, each result against a recomputation that shares no code with Hark."""

import itertools
import json
import math
import statistics
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import pytest
import pytest_asyncio
from tests.imports.conftest import History
from tests.support.workspace import TestWorkspace, make_workspace

from hark.app import EVENTS, PROJECTORS
from hark.core.crypto import Keys
from hark.core.db import Db, create_pool
from hark.core.files import Files
from hark.hours.queries import open_seconds
from hark.imports.types import Outcome
from hark.journey.rebuild import rebuild
from hark.reports.build import build_report
from hark.reports.types import Cohort, Figure, Report
from hark.value.pricing import pricing_of

DATA = Path(__file__).parents[3] / "shared" / "data" / "support-mail" / "messages.jsonl"
ZONE = ZoneInfo("Europe/Rome")
OPENS, CLOSES = 9, 18  # office hours, Monday to Friday, in ZONE
START, END = datetime(2019, 1, 1, tzinfo=UTC), datetime(2023, 1, 1, tzinfo=UTC)
NOW = datetime(2023, 6, 1, 12, tzinfo=UTC)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.exists(), reason="the shared data folder (support-mail) is not beside this checkout"),
]


class Case(msgspec.Struct):
    """The history imported once for all tests of this module."""

    history: History
    workspace: TestWorkspace
    outcome: Outcome


@pytest.fixture(scope="module")
def told() -> list[dict[str, Any]]:
    with DATA.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@pytest_asyncio.fixture(scope="module")
async def case(dsn: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Case]:
    pool = await create_pool(dsn, size=8)
    db = Db(pool, events=EVENTS, projectors=PROJECTORS, clock=lambda: NOW)
    workspace = await make_workspace(db)
    await set_office_hours(db, workspace)
    history = History(db, Files.local(tmp_path_factory.mktemp("files")), Keys(b"0" * 32), workspace)
    yield Case(history, workspace, await history.take("jsonl", DATA, limit=26_000_000))
    await pool.close()


async def set_office_hours(db: Db, workspace: TestWorkspace) -> None:
    periods = [{"weekday": day, "start": f"{OPENS:02}:00", "end": f"{CLOSES:02}:00"} for day in range(5)]
    await db.run(
        "UPDATE calendar_versions SET tz = $2, periods = $3 WHERE workspace_id = $1", workspace.id, str(ZONE), periods
    )


# the recomputation ----------------------------------------------------------------------------------------------------


def components(told: list[dict[str, Any]]) -> set[frozenset[str]]:
    """Messages connected by In-Reply-To and References, over missing ones too: a flood fill."""
    near: dict[str, set[str]] = defaultdict(set)
    for m in told:
        for other in (*m["in_reply_to"], *m["references"]):
            near[m["id"]].add(other)
            near[other].add(m["id"])
    known = {m["id"] for m in told}
    left, found = set(known), set()
    while left:
        todo, reached = [left.pop()], set()
        while todo:
            one = todo.pop()
            if one not in reached:
                reached.add(one)
                todo.extend(near[one])
        found.add(frozenset(reached & known))
        left -= reached
    return found


Step = tuple[float, bool]
"""(unix seconds, whether a person of the team wrote it)"""


def threads(told: list[dict[str, Any]]) -> list[list[Step]]:
    """Each thread in order of time; mails of one second in the order of the file."""
    by_id = {m["id"]: (m["at"], n, m["staff"]) for n, m in enumerate(told)}
    return [[(at, staff) for at, _, staff in sorted(by_id[i] for i in group)] for group in components(told)]


def waits(thread: list[Step]) -> Iterator[tuple[float, float | None]]:
    """(first unanswered message, next reply or None)."""
    since: float | None = None
    for at, staff in thread:
        if not staff:
            since = at if since is None else since
        elif since is not None:
            yield since, at
            since = None
    if since is not None:
        yield since, None


def first_replies(thread: list[Step]) -> tuple[float, float | None] | None:
    """(the customer's first message, the first reply after it); None when no customer ever wrote."""
    asked = next((n for n, (_, staff) in enumerate(thread) if not staff), None)
    if asked is None:
        return None
    return thread[asked][0], next((at for at, staff in thread[asked:] if staff), None)


def open_minutes_oracle(first: float, last: float) -> Callable[[float], float]:
    """Open seconds since the day before `first`, counted minute by minute; inside a minute in proportion."""
    begin = math.floor(first / 86_400 - 1) * 86_400
    total, sums = 0.0, [0.0]
    for minute in range(int((last - begin) / 60) + 2):
        # Offsets and opening times lie on whole hours, so one look at the clock per hour holds for its 60 minutes.
        if minute % 60 == 0:
            local = datetime.fromtimestamp(begin + minute * 60, ZONE)
            is_open = local.weekday() < 5 and OPENS <= local.hour < CLOSES
        total += 60.0 if is_open else 0.0
        sums.append(total)

    def open_until(t: float) -> float:
        minute, rest = divmod(t - begin, 60)
        return sums[int(minute)] + (sums[int(minute) + 1] - sums[int(minute)]) * rest / 60

    return open_until


def percentile(values: list[float], share: float) -> float:
    """Linear between the two nearest ranks."""
    ordered = sorted(values)
    at = share * (len(ordered) - 1)
    low = math.floor(at)
    return ordered[low] + (ordered[min(low + 1, len(ordered) - 1)] - ordered[low]) * (at - low)


def figure(report: Report, key: str, clock: str | None = None) -> Figure:
    return next(f for f in report.figures if f.key == key and f.clock == clock)


def check_times(found: Figure, ended: list[float], waiting: int) -> None:
    assert (found.now.count, found.now.waiting) == (len(ended), waiting)
    assert found.now.mean == pytest.approx(statistics.fmean(ended), abs=1e-3)
    assert found.now.median == pytest.approx(percentile(ended, 0.5), abs=1e-3)
    assert found.now.p90 == pytest.approx(percentile(ended, 0.9), abs=1e-3)


# the tests ------------------------------------------------------------------------------------------------------------


async def test_every_message_has_a_fate(case: Case, told: list[dict[str, Any]]) -> None:
    assert case.outcome.total == case.outcome.fresh == len(told) == 7_682
    assert case.outcome.problems.kept == []
    assert sum(case.outcome.fates.values()) == len(told)
    assert set(case.outcome.fates) <= {"new", "message", "auto_reply"}
    stored = await case.history.messages()
    ids = {m["id"] for m in told}
    assert {(m.external_id or "").removesuffix("@import.invalid") for m in stored} == ids
    assert len(stored) == len(told)
    raw = await case.history.db.one(
        int, "SELECT count(*) FROM intake_items WHERE workspace_id = $1 AND blob_key <> ''", case.workspace.id
    )
    assert raw == len(told)


async def test_threads_are_exactly_the_connected_headers(case: Case, told: list[dict[str, Any]]) -> None:
    found: dict[UUID, set[str]] = defaultdict(set)
    for m in await case.history.messages():
        found[m.conversation_id].add((m.external_id or "").removesuffix("@import.invalid"))
    assert {frozenset(group) for group in found.values()} == components(told)


async def test_times_texts_and_sides_are_the_mails_own(case: Case, told: list[dict[str, Any]]) -> None:
    stored = {(m.external_id or "").removesuffix("@import.invalid"): m for m in await case.history.messages()}
    for m in told:
        line = stored[m["id"]]
        assert line.at == pytest.approx(m["at"], abs=1e-3)
        assert line.direction == (2 if m["staff"] else 1)
        assert line.text.split() == m["text"].removeprefix("\ufeff").split()


class SpanRow(msgspec.Struct):
    conversation_id: UUID
    t0: float
    t1: float | None


async def test_spans_touch_and_sum_to_the_age(case: Case) -> None:
    spans = await case.history.db.all(
        SpanRow,
        "SELECT conversation_id, extract(epoch FROM t0)::float8 AS t0, extract(epoch FROM t1)::float8 AS t1"
        " FROM spans WHERE workspace_id = $1 ORDER BY conversation_id, n",
        case.workspace.id,
    )  # fmt: skip
    by_conversation: dict[UUID, list[SpanRow]] = defaultdict(list)
    for span in spans:
        by_conversation[span.conversation_id].append(span)
    begun: dict[UUID, float] = {}
    for m in await case.history.messages():
        begun[m.conversation_id] = min(m.at, begun.get(m.conversation_id, math.inf))
    assert set(by_conversation) == set(begun)
    for id, mine in by_conversation.items():
        assert mine[0].t0 == begun[id]
        assert all(one.t1 == following.t0 for one, following in itertools.pairwise(mine))
        assert mine[-1].t1 is None
        age = NOW.timestamp() - begun[id]
        assert sum((s.t1 or NOW.timestamp()) - s.t0 for s in mine) == pytest.approx(age, abs=1e-3)


@pytest.mark.parametrize("clock", ["customer", "team"])
async def test_the_report_equals_an_independent_recomputation(
    case: Case, told: list[dict[str, Any]], clock: str
) -> None:
    """Office hours on the team clock, counted by the minute; day and night on the customer clock."""
    report = await build_report(
        case.history.db, case.workspace.owner, Cohort(start=START, end=END, interval="month"), None
    )
    measured = open_minutes_oracle(min(m["at"] for m in told), NOW.timestamp()) if clock == "team" else lambda t: t
    mine = threads(told)

    replies = [w for t in mine for w in waits(t)]
    ended = [measured(b) - measured(a) for a, b in replies if b is not None]
    check_times(figure(report, "reply_wait", clock), ended, sum(b is None for _, b in replies))

    firsts = [f for t in mine if (f := first_replies(t)) is not None]
    ended = [measured(b) - measured(a) for a, b in firsts if b is not None]
    check_times(figure(report, "first_reply", clock), ended, sum(b is None for _, b in firsts))

    rate = figure(report, "reply_rate").now
    assert (rate.count, rate.of) == (len(ended), len(firsts))
    assert figure(report, "received").now.count == sum(not m["staff"] for m in told)


async def test_periods_cut_by_when_things_began(case: Case, told: list[dict[str, Any]]) -> None:
    """One year beside the year before, and its months."""
    year, before = (Cohort(start=datetime(y, 1, 1, tzinfo=UTC), end=datetime(y + 1, 1, 1, tzinfo=UTC), interval="month") for y in (2021, 2020))  # fmt: skip
    report = await build_report(case.history.db, case.workspace.owner, year, before)
    received = figure(report, "received")
    counted: dict[int, dict[int, int]] = {2020: defaultdict(int), 2021: defaultdict(int)}
    for m in told:
        at = datetime.fromtimestamp(m["at"], UTC)
        if not m["staff"] and at.year in counted:
            counted[at.year][at.month] += 1
    assert received.now.count == sum(counted[2021].values())
    assert received.before is not None
    assert received.before.count == sum(counted[2020].values())
    assert {p.at.month: p.count for p in received.series} == counted[2021]
    opened = [w for t in threads(told) for w in waits(t) if datetime.fromtimestamp(w[0], UTC).year == 2021]
    ended = [b - a for a, b in opened if b is not None]
    check_times(figure(report, "reply_wait", "customer"), ended, len(opened) - len(ended))


async def test_importing_twice_changes_nothing(case: Case) -> None:
    before = await case.history.everything()
    again = await case.history.take("jsonl", DATA, limit=26_000_000)
    assert (again.fresh, again.fates) == (0, case.outcome.fates)
    assert await case.history.everything() == before


async def test_a_rebuild_changes_nothing(case: Case) -> None:
    before = await case.history.everything()
    found = await rebuild(case.history.db, hours_of=open_seconds, pricing_of=pricing_of, workspaces=[case.workspace.id])
    assert (found.changed, found.without_journal) == (0, 0)
    assert found.conversations == case.outcome.threads
    assert await case.history.everything() == before
