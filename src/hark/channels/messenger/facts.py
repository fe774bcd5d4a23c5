"""What a visitor's browser says about their visit, as far as it may be kept."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from hark.channels.messenger.cleaning import clean_line, clean_url, clean_values
from hark.channels.messenger.types import Inbox, NewFact, Session
from hark.visits.types import FactKind, NewVisit
from hark.visits.writer import FactWriter

OLDEST = timedelta(hours=24)  # a queue that waited for the network; older, and the browser's clock is wrong
_PAGES = frozenset({FactKind.LANDED, FactKind.PAGE})


class Watched(msgspec.Struct, frozen=True):
    """Whose facts they are, and what may be kept of them."""

    inbox: Inbox
    visitor_id: UUID
    quiet: bool

    def may_keep(self, kind: FactKind) -> bool:
        collect = self.inbox.config.collect
        return not self.quiet and (collect.pages if kind in _PAGES else collect.events)


def watched(session: Session) -> Watched:
    return Watched(session.inbox, session.visitor.id, session.visitor.profile.quiet)


async def keep_facts(
    visits: FactWriter, who: Watched, facts: Sequence[NewFact], visit: UUID | None, now: datetime
) -> None:
    """Keep those of the facts that may be kept, under the visit the widget named.

    A visit begins with the first fact that names it; one of another visitor's is not written to.
    """
    kept = [(kind, f) for f in facts if who.may_keep(kind := FactKind[f.kind.upper()])]
    if not kept:
        return
    landing = next((clean_url(f.url) for kind, f in kept if kind in _PAGES and f.url), "")
    referrer = next((clean_url(str(f.data["referrer"])) for _, f in kept if "referrer" in f.data), "")
    id = await visits.enter(_visit(who, visit, landing=landing, referrer=referrer))
    if id is not None:
        for kind, fact in kept:
            visits.add(who.inbox.workspace_id, id, _moment(fact, now), kind, _data(fact))


async def keep_sent(visits: FactWriter, who: Watched, thread_id: UUID, now: datetime) -> None:
    """The visitor has written, in a visit."""
    if who.may_keep(FactKind.SENT) and (id := await visits.enter(_visit(who, None))) is not None:
        visits.add(who.inbox.workspace_id, id, now, FactKind.SENT, {"thread": str(thread_id)})


def _visit(who: Watched, id: UUID | None, *, landing: str = "", referrer: str = "") -> NewVisit:
    return NewVisit(
        workspace_id=who.inbox.workspace_id, account_id=who.inbox.id, visitor_id=who.visitor_id, id=id, landing=landing,
        referrer=referrer,
    )  # fmt: skip


def _moment(fact: NewFact, now: datetime) -> datetime:
    """The browser's own time when it can be true, else now."""
    return fact.at if fact.at is not None and now - OLDEST < fact.at <= now else now


_ABOUT = {
    "search": ("query", "results", "language"), "article": ("article_id", "language"), "helped": ("article_id", "language"),
    "not_helped": ("article_id", "language"), "opened": ("held_out",),
}  # fmt: skip
_NUMBERS = frozenset({"results", "article_id"})


def _data(fact: NewFact) -> dict[str, Any]:
    if fact.kind in _ABOUT:
        values = clean_values({key: fact.data[key] for key in _ABOUT[fact.kind] if key in fact.data})
        return {key: value for key, value in values.items() if _fits(key, value)}
    given = {"name": clean_line(fact.name, 100), "url": clean_url(fact.url), "title": clean_line(fact.title, 300)}
    found = {key: value for key, value in given.items() if value}
    return found | ({"data": values} if (values := clean_values(fact.data)) else {})


def _fits(key: str, value: object) -> bool:
    if key in _NUMBERS:
        return type(value) is int and 0 <= value < 2**31
    return isinstance(value, bool if key == "held_out" else str)
