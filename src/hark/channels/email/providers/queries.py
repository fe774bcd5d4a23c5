"""What the door needs of a mailbox that a provider posts to."""

import msgspec

from hark.core.actor import Actor
from hark.core.db import Db
from hark.intake.accounts.queries import stored_config
from hark.intake.accounts.types import MailboxConfig, MailWebhook


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


async def find_hooked(db: Db, workspace_id: int, account_id: int) -> Hooked | None:
    """A connected mailbox, or None."""
    row = await db.find(
        _Row,
        "SELECT config, problem FROM channel_accounts WHERE workspace_id = $1 AND id = $2 AND kind = 1"
        " AND disabled_at IS NULL",
        workspace_id, account_id,
    )  # fmt: skip
    return Hooked(row.config, row.problem or "") if row else None
