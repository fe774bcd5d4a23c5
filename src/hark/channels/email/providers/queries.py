"""What the door needs of a mailbox that a provider posts to."""

from datetime import datetime, timedelta

import msgspec

from hark.core.actor import Actor
from hark.core.db import Db
from hark.intake.accounts.queries import stored_config
from hark.intake.accounts.types import MailboxConfig, MailWebhook

LOOK_BACK = timedelta(days=30)


class _Row(msgspec.Struct):
    config: MailboxConfig
    problem: str | None


class Hooked(msgspec.Struct, frozen=True):
    """A mailbox with its settings and what is wrong with it now."""

    config: MailboxConfig
    problem: str


async def get_webhook_row(db: Db, actor: Actor, id: int) -> MailWebhook | None:
    """How a provider posts to a mailbox, None while none does. Raises NotFound."""
    return (await stored_config(db, actor, id)).webhook


async def find_last_post(db: Db, actor: Actor, id: int) -> datetime | None:
    """When a provider last posted something for a mailbox, of the last thirty days."""
    return await db.find(
        datetime,
        "SELECT received_at FROM intake_items WHERE workspace_id = $1 AND account_id = $2 AND source = 6"
        " AND received_at > $3 ORDER BY received_at DESC LIMIT 1",
        actor.workspace_id, id, db.now() - LOOK_BACK,
    )  # fmt: skip


async def find_hooked(db: Db, workspace_id: int, account_id: int) -> Hooked | None:
    """A connected mailbox, or None."""
    row = await db.find(
        _Row,
        "SELECT config, problem FROM channel_accounts WHERE workspace_id = $1 AND id = $2 AND kind = 1"
        " AND disabled_at IS NULL",
        workspace_id, account_id,
    )  # fmt: skip
    return Hooked(row.config, row.problem or "") if row else None
