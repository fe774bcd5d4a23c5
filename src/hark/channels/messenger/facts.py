"""What visitors do on the site before they write: facts beside the journal, many and never corrected."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hark.channels.messenger.cleaning import clean_line, clean_url, clean_values
from hark.channels.messenger.types import NewFact, Session
from hark.core.actor import system
from hark.core.db import Db
from hark.core.ids import uuid7

KINDS = {"landed": 1, "page": 2, "opened": 3, "form": 4, "sent": 5, "left": 6, "event": 7, "search": 8}
_PAGES = frozenset({"landed", "page"})
OLDEST = timedelta(hours=24)  # a queue that waited for the network; older, and the browser's clock is wrong


async def keep_facts(db: Db, session: Session, facts: Sequence[NewFact], visit: UUID | None) -> None:
    """Keep those of the facts that may be kept of this visitor, under the visit the widget named.

    A visit begins with the first fact that names it; one of another visitor's is not written to.
    """
    collect, quiet = session.inbox.config.collect, session.visitor.profile.quiet
    kept = [f for f in facts if not quiet and (collect.pages if f.kind in _PAGES else collect.events)]
    if not kept:
        return
    now, inbox = db.now(), session.inbox
    landing = next((clean_url(f.url) for f in kept if f.kind in _PAGES and f.url), "")
    referrer = next((clean_url(str(f.data["referrer"])) for f in kept if "referrer" in f.data), "")
    async with db.transaction(system(inbox.workspace_id)) as tx:
        id = await tx.find(
            UUID, _VISIT, inbox.workspace_id, visit or uuid7(), inbox.id, session.visitor.id, now, landing, referrer,
            visit is None,
        )  # fmt: skip
        if id is not None:
            await tx.run_many(
                "INSERT INTO visit_facts (workspace_id, visit_id, at, kind, data) VALUES ($1, $2, $3, $4, $5)",
                [(inbox.workspace_id, id, _moment(f, now), KINDS[f.kind], _data(f)) for f in kept],
            )


# The visit named, made when it is new; without a name the visitor's last one. Nothing for another visitor's.
_VISIT = """
WITH last AS (
  SELECT id FROM visits WHERE $8 AND workspace_id = $1 AND visitor_id = $4 ORDER BY started_at DESC LIMIT 1
), made AS (
  INSERT INTO visits (workspace_id, id, account_id, visitor_id, started_at, landing, referrer)
  SELECT $1, $2, $3, $4, $5, $6, $7 WHERE NOT EXISTS (SELECT FROM last)
  ON CONFLICT (workspace_id, id) DO NOTHING RETURNING id
)
SELECT id FROM last UNION ALL SELECT id FROM made
UNION ALL SELECT id FROM visits WHERE workspace_id = $1 AND id = $2 AND visitor_id = $4 LIMIT 1
"""


def _moment(fact: NewFact, now: datetime) -> datetime:
    """The browser's own time when it can be true, else now."""
    return fact.at if fact.at is not None and now - OLDEST < fact.at <= now else now


def _data(fact: NewFact) -> dict[str, Any]:
    given = {"name": clean_line(fact.name, 100), "url": clean_url(fact.url), "title": clean_line(fact.title, 300)}
    found = {key: value for key, value in given.items() if value}
    return found | ({"data": values} if (values := clean_values(fact.data)) else {})
