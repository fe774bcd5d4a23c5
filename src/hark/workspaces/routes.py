"""The workspace over HTTP."""

import msgspec

from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.http import SIGNED_IN, get, patch
from hark.workspaces.actions import update_workspace
from hark.workspaces.queries import get_workspace
from hark.workspaces.types import Workspace, WorkspacePatch, WorkspaceView


def workspace_view(workspace: Workspace, actor: Actor) -> WorkspaceView:
    """The workspace with what the actor may do to it."""
    can = ["write"] if actor.can("settings.write") else []
    return WorkspaceView(**msgspec.structs.asdict(workspace), can=can)


async def get_own_workspace(db: Db, actor: Actor) -> WorkspaceView:
    return workspace_view(await get_workspace(db, actor.workspace_id), actor)


async def patch_workspace(db: Db, actor: Actor, data: WorkspacePatch) -> WorkspaceView:
    async with db.transaction(actor) as tx:
        return workspace_view(await update_workspace(tx, data), actor)


ROUTES = (
    get("/api/workspace", get_own_workspace, can=SIGNED_IN),
    patch("/api/workspace", patch_workspace, can="settings.write"),
)
