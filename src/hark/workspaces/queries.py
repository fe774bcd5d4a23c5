"""Reading workspaces."""

from hark.core.db import Queries
from hark.workspaces.types import Workspace

_COLUMNS = "SELECT id, name, base_currency, locale, time_zone, settings, created_at FROM workspaces WHERE id = $1"


async def get_workspace(db: Queries, workspace_id: int) -> Workspace:
    """The workspace with its settings. Raises NotFound."""
    return await db.one(Workspace, _COLUMNS, workspace_id, missing="This workspace does not exist.")


async def lock_workspace(db: Queries, workspace_id: int) -> Workspace:
    """Like `get_workspace`, holding the row until the transaction ends."""
    return await db.one(Workspace, _COLUMNS + " FOR UPDATE", workspace_id, missing="This workspace does not exist.")
