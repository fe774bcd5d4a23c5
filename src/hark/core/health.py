"""Health and metrics: is the process up, can it serve, and what waits where."""

from litestar import Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from hark.core import metrics
from hark.core.db import Db
from hark.core.errors import Unavailable
from hark.core.http import PUBLIC, Route, get


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
    await _measure(db)
    # The charset is added to every text; twice, Prometheus refuses the whole answer.
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST.removesuffix("; charset=utf-8"))


async def _measure(db: Db) -> None:
    """Read the gauges that live in the database, so that every web process shows the same truth."""
    async with db.pool.acquire() as conn:
        lags = await conn.fetch(
            "SELECT c.consumer, sum(h.seq - c.seq) AS lag FROM event_cursors c JOIN journal_heads h USING (workspace_id)"
            " GROUP BY c.consumer"
        )
        oldest = await conn.fetchval(
            "SELECT extract(epoch FROM $1 - min(next_try_at))::float8 FROM outbox WHERE state IN (0, 1, 2)", db.now()
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
    metrics.consumer_lag.clear()
    for row in lags:
        metrics.consumer_lag.labels(row["consumer"]).set(row["lag"])
    metrics.outbox_age.set(max(0.0, oldest or 0.0))
    metrics.intake_open.set(waiting)
    metrics.source_silence.clear()
    for row in silent:
        metrics.source_silence.labels(f"{row['workspace_id']}/{row['id']}").set(row["s"])
    for kind, count in parked.items():
        metrics.parked.labels(kind).set(count)


ROUTES: tuple[Route, ...] = (
    get("/healthz", healthz, can=PUBLIC),
    get("/readyz", readyz, can=PUBLIC),
    get("/metrics", prometheus, can="metrics.read", media_type="text/plain"),
)
