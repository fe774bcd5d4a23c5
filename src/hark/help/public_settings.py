"""How a help centre meets its readers: the messenger and the form behind "ask us", search engines, what is counted."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from hark.core.actor import Actor
from hark.core.db import Queries, Tx
from hark.core.errors import BadRequest
from hark.core.http import Body
from hark.help.events import HelpCentreChanged
from hark.help.queries import get_centre

HoldOut = Annotated[int, Meta(ge=0, le=20)]


class PublicSettings(msgspec.Struct, frozen=True, kw_only=True):
    """`messenger_id`: "ask us" opens it, and it shows the articles of this help centre. `mailbox_id`: where the contact form's
    messages arrive; without either there is no "ask us". `indexed`: search engines may list it. `measure`: facts of visits are
    kept, by `respect_dnt` not of people who asked not to be followed. `holdout_percent` of the messenger's visitors get no
    articles there, so that what articles save is measured against them."""

    centre_id: int
    messenger_id: int | None = None
    mailbox_id: int | None = None
    indexed: bool = True
    measure: bool = True
    respect_dnt: bool = True
    holdout_percent: int = 0


class PublicPatch(Body):
    """What is left out stays."""

    messenger_id: int | UnsetType | None = UNSET
    mailbox_id: int | UnsetType | None = UNSET
    indexed: bool | UnsetType = UNSET
    measure: bool | UnsetType = UNSET
    respect_dnt: bool | UnsetType = UNSET
    holdout_percent: HoldOut | UnsetType = UNSET


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """The settings as pages need them: the messenger by its public key, the form's mailbox by its address."""

    messenger_id: int | None = None
    messenger_key: str | None = None
    mailbox_id: int | None = None
    mailbox: str | None = None
    indexed: bool = True
    measure: bool = True
    respect_dnt: bool = True
    holdout_percent: int = 0


async def get_public(db: Queries, actor: Actor, centre_id: int) -> PublicSettings:
    """Raises NotFound for the help centre."""
    await get_centre(db, actor.workspace_id, centre_id)
    found = await db.find(
        PublicSettings,
        "SELECT centre_id, messenger_id, mailbox_id, indexed, measure, respect_dnt, holdout_percent FROM help_public"
        " WHERE workspace_id = $1 AND centre_id = $2",
        actor.workspace_id, centre_id,
    )  # fmt: skip
    return found or PublicSettings(centre_id=centre_id)


async def update_public(tx: Tx, actor: Actor, centre_id: int, patch: PublicPatch) -> PublicSettings:
    """Raises NotFound, and BadRequest for a messenger or mailbox that is not of this workspace."""
    old = await get_public(tx, actor, centre_id)
    given = {f: v for f in patch.__struct_fields__ if (v := getattr(patch, f)) is not UNSET}
    new = msgspec.structs.replace(old, **given)
    for id, kind, said in ((new.messenger_id, 2, "messenger"), (new.mailbox_id, 1, "mailbox")):
        if id is not None and not await tx.find(
            int,
            "SELECT id FROM channel_accounts WHERE workspace_id = $1 AND id = $2 AND kind = $3 AND disabled_at IS NULL",
            tx.workspace_id, id, kind,
        ):  # fmt: skip
            raise BadRequest(f"There is no such {said}.", code=f"unknown_{said}")
    await tx.run(
        "INSERT INTO help_public (workspace_id, centre_id, messenger_id, mailbox_id, indexed, measure, respect_dnt,"
        " holdout_percent) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (workspace_id, centre_id) DO UPDATE SET"
        " messenger_id = EXCLUDED.messenger_id, mailbox_id = EXCLUDED.mailbox_id, indexed = EXCLUDED.indexed,"
        " measure = EXCLUDED.measure, respect_dnt = EXCLUDED.respect_dnt, holdout_percent = EXCLUDED.holdout_percent",
        tx.workspace_id, centre_id, new.messenger_id, new.mailbox_id, new.indexed, new.measure, new.respect_dnt,
        new.holdout_percent,
    )  # fmt: skip
    await tx.run(
        "UPDATE help_centres SET changes = changes + 1 WHERE workspace_id = $1 AND id = $2", tx.workspace_id, centre_id
    )
    tx.emit(HelpCentreChanged(centre_id=centre_id))
    await tx.audit("help.public_changed", f"help_centre:{centre_id}", data={"fields": sorted(given)})
    return new


async def get_reach(db: Queries, workspace_id: int, centre_id: int) -> Reach:
    found = await db.find(
        Reach,
        "SELECT p.messenger_id, m.address AS messenger_key, p.mailbox_id, b.address AS mailbox, p.indexed, p.measure,"
        " p.respect_dnt, p.holdout_percent FROM help_public p"
        " LEFT JOIN channel_accounts m ON m.workspace_id = p.workspace_id AND m.id = p.messenger_id AND m.disabled_at IS NULL"
        " LEFT JOIN channel_accounts b ON b.workspace_id = p.workspace_id AND b.id = p.mailbox_id AND b.disabled_at IS NULL"
        " WHERE p.workspace_id = $1 AND p.centre_id = $2",
        workspace_id, centre_id,
    )  # fmt: skip
    return found or Reach()


class ShownCentre(msgspec.Struct, frozen=True):
    """The help centre a messenger shows, and its share of visitors who do without."""

    centre_id: int
    holdout_percent: int


async def find_shown(db: Queries, workspace_id: int, messenger_id: int) -> ShownCentre | None:
    """The published help centre whose articles a messenger shows."""
    return await db.find(
        ShownCentre,
        "SELECT p.centre_id, p.holdout_percent FROM help_public p JOIN help_centres c ON c.workspace_id = p.workspace_id"
        " AND c.id = p.centre_id WHERE p.workspace_id = $1 AND p.messenger_id = $2 AND c.published ORDER BY c.id LIMIT 1",
        workspace_id, messenger_id,
    )  # fmt: skip


class _Place(msgspec.Struct):
    host: str
    slug: str


async def list_places(db: Queries) -> dict[str, str]:
    """The own domains of all help centres of the installation: host -> slug of the centre."""
    rows = await db.all(
        _Place,
        "SELECT d.host, c.slug FROM help_domains d JOIN help_centres c ON c.workspace_id = d.workspace_id AND c.id = d.centre_id",
    )
    return {row.host: row.slug for row in rows}


class Listed(msgspec.Struct, frozen=True):
    """A help centre that search engines may list."""

    slug: str
    domain: str | None


async def list_listed(db: Queries) -> list[Listed]:
    """All of the installation, each by its slug and its first own domain."""
    return await db.all(
        Listed,
        "SELECT c.slug, (SELECT d.host FROM help_domains d WHERE d.workspace_id = c.workspace_id AND d.centre_id = c.id"
        " ORDER BY d.position, d.host LIMIT 1) AS domain FROM help_centres c"
        " LEFT JOIN help_public p ON p.workspace_id = c.workspace_id AND p.centre_id = c.id"
        " WHERE c.published AND c.visibility = 1 AND coalesce(p.indexed, true) ORDER BY c.slug",
    )
