"""The imports over HTTP: which there are and how far they have come."""

from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.http import get
from hark.core.paging import Page
from hark.imports import queries
from hark.imports.types import Run


async def list_imports(db: Db, actor: Actor) -> Page[Run]:
    """All imports, newest first. One without `finished_at` is running, or was interrupted and can be started again."""
    return Page(items=await queries.list_runs(db, actor))


ROUTES = (get("/api/imports", list_imports, can="imports.write"),)
