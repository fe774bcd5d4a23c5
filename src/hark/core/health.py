"""Health and metrics: is the process up, can it serve, and what waits where."""

from litestar import Response
from prometheus_client import CONTENT_TYPE_LATEST

from hark.core.db import Db
from hark.core.errors import Unavailable
from hark.core.http import PUBLIC, Route, get
from hark.core.metrics import Waiting, exposition


async def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


async def readyz(db: Db) -> dict[str, str]:
    """The process can serve: the database answers and has our schema. 503 otherwise."""
    if await db.find(int, "SELECT max(number) FROM schema_migrations") is None:
        raise Unavailable("The database has no schema yet. `hark migrate` makes it, and so does the start of `hark web`.")
    return {"status": "ready"}


async def prometheus(db: Db) -> Response[bytes]:
    """Prometheus text format. Needs a token with the scope metrics.read."""
    text = exposition(await _waiting(db))
    # The charset is added to every text; twice, Prometheus refuses the whole answer.
    return Response(text, media_type=CONTENT_TYPE_LATEST.removesuffix("; charset=utf-8"))


async def _waiting(db: Db) -> Waiting:
    """The gauges that live in the database."""
    async with db.pool.acquire() as conn:
        lags = await conn.fetch(
            "SELECT c.consumer, sum(h.seq - c.seq) AS lag FROM event_cursors c JOIN journal_heads h USING (workspace_id)"
            " GROUP BY c.consumer"
        )
        oldest = await conn.fetchval(
            "SELECT extract(epoch FROM $1 - min(next_try_at))::float8 FROM outbox WHERE state IN (0, 1, 2)", db.now()
        )
        calls = await conn.fetchrow(
            "SELECT extract(epoch FROM $1 - (SELECT min(due_at) FROM rule_calls))::float8 AS rules,"
            " extract(epoch FROM $1 - (SELECT min(due_at) FROM bot_calls))::float8 AS bots",
            db.now(),
        )
        waiting = await conn.fetchval("SELECT count(*) FROM intake_items WHERE fate = 0")
        silent = await conn.fetch(
            "SELECT workspace_id, id, extract(epoch FROM $1 - last_item_at)::float8 AS s FROM channel_accounts"
            " WHERE disabled_at IS NULL AND last_item_at IS NOT NULL",
            db.now(),
        )
        parked = await conn.fetchrow(
            "SELECT (SELECT count(*) FROM parked_events) AS events,"
            " (SELECT count(*) FROM intake_items WHERE fate IN (6, 7)) AS intake,"
            " (SELECT count(*) FROM outbox WHERE state IN (4, 6)) AS outbox"
        )
    return Waiting({
        "hark_consumer_lag_events": {row["consumer"]: row["lag"] for row in lags},
        "hark_outbox_oldest_seconds": {None: max(0.0, oldest or 0.0)},
        "hark_calls_oldest_seconds": {kind: max(0.0, seconds or 0.0) for kind, seconds in calls.items()},
        "hark_intake_open_items": {None: waiting},
        "hark_source_silence_seconds": {f"{row['workspace_id']}/{row['id']}": row["s"] for row in silent},
        "hark_parked": dict(parked.items()),
    })  # fmt: skip


ROUTES: tuple[Route, ...] = (
    get("/healthz", healthz, can=PUBLIC),
    get("/readyz", readyz, can=PUBLIC),
    get("/metrics", prometheus, can="metrics.read", media_type="text/plain"),
)
