"""Visits of help pages as facts: a random id for half an hour, no person, no address, nobody else's ears.

The id stands in a cookie of the page's own host that ends half an hour after the last page. Nothing is kept, and no
cookie set, of crawlers, of people who asked not to be followed (Do-Not-Track, Global Privacy Control), and where the
setting `measure` is off. Facts are written together, later; no page waits for them.
"""

import asyncio
import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import msgspec
import structlog

from hark.core import metrics
from hark.core.db import Db, is_passing
from hark.help.pages_cache import Header, View
from hark.visits.actions import start_help_visits
from hark.visits.searches import is_search_engine
from hark.visits.types import FactKind, HelpVisit
from hark.visits.writer import FactWriter

log = structlog.get_logger(__name__)
COOKIE = "hark_visit"
LASTS_S = 1800
GATHER_S = 0.2
MAX_WAITING = 50_000
MAX_QUERY = 200

_COOKIE = re.compile(rb"(?:^|;\s*)hark_visit=([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?:;|$)")
_BOT = re.compile(
    rb"bot\b|bot/|crawl|spider|slurp|scan|fetch|monitor|preview|headless|lighthouse|pagespeed|curl|wget|python|java/|go-http"
    rb"|okhttp|libwww|http[_-]?client|axios|node-|php|ruby|perl|scrapy|facebookexternalhit|whatsapp|embedly|feed|validator"
    rb"|uptime|pingdom|archiver|gptbot|claude|ccbot|perplexity|semrush|ahrefs|mediapartners|google-|apis-google|bingpreview",
    re.IGNORECASE,
)


class _Waiting(msgspec.Struct, frozen=True):
    """A fact on its way, with the visit it may begin."""

    visit: HelpVisit
    at: datetime
    kind: FactKind
    data: dict[str, Any]


@lru_cache(maxsize=2_000)
def is_bot(agent: bytes) -> bool:
    """Whether a User-Agent is a crawler's, a program's or none at all."""
    return not agent.startswith((b"Mozilla/", b"Opera/")) or _BOT.search(agent) is not None


def is_quiet(headers: Mapping[bytes, bytes]) -> bool:
    """Whether the reader asked not to be followed."""
    return headers.get(b"dnt") == b"1" or headers.get(b"sec-gpc") == b"1"


class HelpVisits:
    """The facts of help pages in one process. Nothing runs while there is nothing to write."""

    def __init__(self, db: Db, writer: FactWriter) -> None:
        self._db, self._writer = db, writer
        self._waiting: list[_Waiting] = []
        self._task: asyncio.Task[None] | None = None

    def see(self, view: View, headers: Mapping[bytes, bytes]) -> Header | None:
        """A page was looked at. The answer is the cookie that goes on with the visit; None of who is not followed."""
        if view.article_id is None:
            return self.tell(view, headers, FactKind.PAGE, {"url": view.path})
        return self.tell(view, headers, FactKind.ARTICLE, {"article_id": view.article_id, "language": view.language})

    def tell(self, view: View, headers: Mapping[bytes, bytes], kind: FactKind, data: dict[str, Any]) -> Header | None:
        """Something was done at a page."""
        if not view.measure or is_bot(headers.get(b"user-agent", b"")) or (view.respect_dnt and is_quiet(headers)):
            return None
        if headers.get(b"sec-purpose", b"").startswith(b"prefetch"):
            return None
        found = _COOKIE.search(headers.get(b"cookie", b""))
        id = UUID(found[1].decode()) if found else uuid4()
        now = self._db.now()
        visit = HelpVisit(
            workspace_id=view.workspace_id, centre_id=view.centre_id, id=id, started_at=now,
            landing=view.path, referrer="" if found else _referrer(headers),
        )  # fmt: skip
        if found is None and kind in (FactKind.PAGE, FactKind.ARTICLE):
            came = {"search": True, "language": view.language} if is_search_engine(visit.referrer) else {}
            self._add(_Waiting(visit, now, FactKind.LANDED, {"url": view.path, **came}))
        self._add(_Waiting(visit, now, kind, data))
        secure = b"; Secure" if headers.get(b"x-forwarded-proto") == b"https" else b""
        cookie = f"{COOKIE}={id}; Path={view.prefix or '/'}; Max-Age={LASTS_S}; SameSite=Lax"
        return b"set-cookie", cookie.encode() + secure

    def _add(self, fact: _Waiting) -> None:
        if len(self._waiting) >= MAX_WAITING:
            metrics.facts_dropped.inc()
            return
        self._waiting.append(fact)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while self._waiting:
            await asyncio.sleep(GATHER_S)
            try:
                await self.flush()
            except Exception as error:
                if not is_passing(error):
                    log.error(
                        "facts about help pages could not be written and are lost",
                        facts=len(self._waiting),
                        exc_info=error,
                    )
                    metrics.facts_dropped.inc(len(self._waiting))
                    self._waiting.clear()
                await asyncio.sleep(1)

    async def flush(self) -> None:
        """Begin the visits and hand their facts on. Raises what the database says; then nothing is lost."""
        batch = self._waiting[:5_000]
        first: dict[tuple[int, UUID], HelpVisit] = {}
        for one in batch:
            first.setdefault((one.visit.workspace_id, one.visit.id), one.visit)
        if first:
            await start_help_visits(self._db, list(first.values()))
        del self._waiting[: len(batch)]
        for one in batch:
            self._writer.add(one.visit.workspace_id, one.visit.id, one.at, one.kind, one.data)

    async def close(self) -> None:
        """Write down what waits, and stop. Before the writer is closed."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        try:
            await self.flush()
        except Exception as error:
            log.error("facts about help pages are lost", facts=len(self._waiting), exc_info=error)


def _referrer(headers: Mapping[bytes, bytes]) -> str:
    """The site somebody came from, without what they looked at there."""
    try:
        parts = urlsplit(headers.get(b"referer", b"").decode("latin-1")[:500])
    except ValueError:
        return ""
    host = headers.get(b"host", b"").decode("latin-1")
    return (
        f"{parts.scheme}://{parts.netloc}/"
        if parts.scheme in ("http", "https") and parts.netloc not in ("", host)
        else ""
    )
