"""What people look for, over HTTP: searches until an answer, gaps, articles that fail, and what articles save."""

import asyncio
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.http import get
from hark.core.periods import check_period
from hark.help.gaps import Failing, Gap, Run, Searches, Visit, count_failing, count_searches, find_gaps, read_runs
from hark.help.gaps_queries import count_groups, current_holdout, list_titles, list_visits
from hark.help.holdout import Deflection, deflection

PERIOD = timedelta(days=30)
LONGEST = timedelta(days=400)


class Gaps(msgspec.Struct, frozen=True):
    """Worst first, at most a hundred."""

    items: list[Gap]


class FailingArticles(msgspec.Struct, frozen=True):
    """Worst first, at most a hundred."""

    items: list[Failing]


async def list_searches(
    db: Db, actor: Actor, centre_id: int | None = None, language: str | None = None, start: datetime | None = None,
    end: datetime | None = None,
) -> Searches:  # fmt: skip
    """Searches until an answer: in all, by day, by language and by query."""
    start, end = _period(db, start, end)
    _, runs = await _read(db, actor, start, end, centre_id, language)
    zone = ZoneInfo(actor.time_zone)
    return count_searches(runs, start=start, end=end, day_of=lambda at: at.astimezone(zone).date().isoformat())


async def list_gaps(
    db: Db, actor: Actor, centre_id: int | None = None, language: str | None = None, start: datetime | None = None,
    end: datetime | None = None,
) -> Gaps:  # fmt: skip
    """What people could not find, similar queries together."""
    from hark.search.analysis import terms

    start, end = _period(db, start, end)
    _, runs = await _read(db, actor, start, end, centre_id, language)
    titles = await list_titles(db, actor.workspace_id, _articles(runs), language)
    gaps = await asyncio.to_thread(find_gaps, runs, lambda query, of: terms(query, of or None), titles)
    return Gaps(gaps)


async def list_failing(
    db: Db, actor: Actor, centre_id: int | None = None, language: str | None = None, start: datetime | None = None,
    end: datetime | None = None,
) -> FailingArticles:  # fmt: skip
    """Articles that do not answer."""
    start, end = _period(db, start, end)
    visits, runs = await _read(db, actor, start, end, centre_id, language)
    ids = sorted({f.article_id for visit in visits for f in visit.facts if f.article_id is not None})
    return FailingArticles(count_failing(visits, runs, await list_titles(db, actor.workspace_id, ids, language)))


async def get_deflection(
    db: Db, actor: Actor, centre_id: int | None = None, start: datetime | None = None, end: datetime | None = None
) -> Deflection:
    """What articles in the messenger save, measured against the visitors who did without."""
    start, end = _period(db, start, end)
    shown, held = await count_groups(db, actor.workspace_id, start, end, centre_id=centre_id)
    return deflection(shown, held, await current_holdout(db, actor.workspace_id, centre_id))


async def _read(
    db: Db, actor: Actor, start: datetime, end: datetime, centre_id: int | None, language: str | None
) -> tuple[list[Visit], list[Run]]:
    visits = await list_visits(db, actor.workspace_id, start, end, centre_id=centre_id, language=language)
    return visits, read_runs(visits)


def _articles(runs: list[Run]) -> list[int]:
    return sorted({id for run in runs for opened in run.opened for id in opened})


def _period(db: Db, start: datetime | None, end: datetime | None) -> tuple[datetime, datetime]:
    end = end or db.now()
    start = start or end - PERIOD
    check_period(start, end, LONGEST, "400 days")
    return start, end


ROUTES = (
    get("/api/help/searches", list_searches, can="help.read"),
    get("/api/help/gaps", list_gaps, can="help.read"),
    get("/api/help/failing", list_failing, can="help.read"),
    get("/api/help/deflection", get_deflection, can="help.read"),
)
