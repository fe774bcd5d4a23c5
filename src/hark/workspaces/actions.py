"""Making and changing workspaces."""

from typing import Any

import msgspec

from hark.access.types import BUILTIN_ROLES
from hark.core.db import Queries, Tx
from hark.core.errors import BadRequest
from hark.core.periods import get_zone
from hark.workspaces.patch import changed
from hark.workspaces.queries import lock_workspace
from hark.workspaces.types import (
    OwnCurve,
    SettingsPatch,
    ValueModelChanged,
    ValueSettings,
    Workspace,
    WorkspaceChanged,
    WorkspacePatch,
    WorkspaceSettings,
)


async def create_workspace(
    db: Queries, *, name: str, base_currency: str = "EUR", locale: str = "en", time_zone: str = "UTC"
) -> int:
    """A workspace with its journal, its conversation counter and the four built-in roles; returns its id.

    One statement, so it is whole also outside a transaction. Hours, people and mailboxes are made by their domains.
    """
    roles = list(BUILTIN_ROLES.values())
    return await db.one(
        int,
        "WITH w AS (INSERT INTO workspaces (name, base_currency, locale, time_zone) VALUES ($1, $2, $3, $4) RETURNING id),"
        " journal AS (INSERT INTO journal_heads (workspace_id) SELECT id FROM w),"
        " numbers AS (INSERT INTO number_heads (workspace_id) SELECT id FROM w),"
        " roles AS (INSERT INTO roles (workspace_id, name, builtin, permissions, scope)"
        "  SELECT w.id, r.name, r.builtin, '{}', r.scope"
        "  FROM w, unnest($5::text[], $6::text[], $7::smallint[]) WITH ORDINALITY AS r(name, builtin, scope, n) ORDER BY n),"
        " priced AS (INSERT INTO value_versions (workspace_id, version, currency, model) SELECT id, 1, $2, '{}' FROM w)"
        " SELECT id FROM w",
        name, base_currency, locale, check_time_zone(time_zone),
        [r.name for r in roles], [r.builtin for r in roles], [r.scope.value for r in roles],
    )  # fmt: skip


async def update_workspace(tx: Tx, patch: WorkspacePatch, *, reprice: bool = False) -> Workspace:
    """Change what the patch names. `reprice`: what prices depend on has changed elsewhere too, in this transaction.

    Raises BadRequest for an unknown time zone, or more leaving customers than there are.
    """
    old = await lock_workspace(tx, tx.workspace_id)
    fields = changed(patch)
    if "time_zone" in fields:
        check_time_zone(fields["time_zone"])
    new = msgspec.structs.replace(old, **{**fields, "settings": _patched(old.settings, patch.settings)})
    return await _store(tx, old, new, audit=msgspec.to_builtins(patch), reprice=reprice)


async def set_curve(tx: Tx, curve: OwnCurve | None) -> Workspace:
    """Use the workspace's own P from now on; None: the default again. Open waits are priced anew."""
    old = await lock_workspace(tx, tx.workspace_id)
    value = msgspec.structs.replace(old.settings.value, curve=curve)
    new = msgspec.structs.replace(old, settings=msgspec.structs.replace(old.settings, value=value))
    return await _store(tx, old, new, audit={"curve": msgspec.to_builtins(curve)}, reprice=False)


async def _store(tx: Tx, old: Workspace, new: Workspace, *, audit: dict[str, Any], reprice: bool) -> Workspace:
    """Write the workspace, and a new version of its value model when prices are other ones."""
    settings = new.settings
    repriced = reprice or settings.value != old.settings.value or new.base_currency != old.base_currency
    if repriced:
        value = msgspec.structs.replace(settings.value, version=old.settings.value.version + 1)
        settings = msgspec.structs.replace(settings, value=value)
    new = msgspec.structs.replace(new, settings=settings)
    if new == old:
        return old
    check_value(settings.value)
    await tx.run(
        "UPDATE workspaces SET name = $2, base_currency = $3, locale = $4, time_zone = $5, settings = $6 WHERE id = $1",
        old.id, new.name, new.base_currency, new.locale, new.time_zone, msgspec.to_builtins(settings),
    )  # fmt: skip
    await tx.audit("workspace.changed", f"workspace:{old.id}", data=audit)
    tx.emit(WorkspaceChanged())
    if repriced:
        await tx.run(_VERSION, new.id, settings.value.version, new.base_currency, msgspec.to_builtins(settings.value))
        tx.emit(ValueModelChanged(version=settings.value.version))
    return new


def check_value(value: ValueSettings) -> None:
    """Raises BadRequest when the numbers of a value model contradict each other."""
    if value.leave_once + value.leave_slowly > 1:
        raise BadRequest("No more than all customers can leave: the two shares may sum to 1 at most.", code="bad_value")


_VERSION = "INSERT INTO value_versions (workspace_id, version, currency, model) VALUES ($1, $2, $3, $4)"


def _patched(old: WorkspaceSettings, patch: SettingsPatch | msgspec.UnsetType) -> WorkspaceSettings:
    if patch is msgspec.UNSET:
        return old
    fields = changed(patch)
    if patch.value is not msgspec.UNSET:
        fields["value"] = msgspec.structs.replace(old.value, **changed(patch.value))
    return msgspec.structs.replace(old, **fields)


def check_time_zone(name: str) -> str:
    """The name itself. Raises BadRequest when it is not a zone of the IANA database."""
    return get_zone(name).key
