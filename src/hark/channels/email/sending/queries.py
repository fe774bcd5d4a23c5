"""Reading how a mailbox sends."""

from hark.channels.email.providers_out import find_provider, limits_of
from hark.channels.email.sending.types import SendingView, Usual
from hark.channels.email.sending.variables import VARIABLES
from hark.core.actor import Actor
from hark.core.db import Queries
from hark.intake.accounts.queries import get_mailbox, stored_config
from hark.intake.accounts.types import SmtpServer


async def get_sending(db: Queries, actor: Actor, id: int) -> SendingView:
    """How one mailbox sends. Raises NotFound."""
    mailbox = await get_mailbox(db, actor, id)
    config = await stored_config(db, actor, id)
    one = config.sending
    return SendingView(
        address=mailbox.address, aliases=await list_aliases(db, actor.workspace_id, id), sender_name=one.sender_name,
        signature_text=one.signature_text, signature_html=one.signature_html, per_minute=one.per_minute,
        per_day=one.per_day, usual=_usual(config.smtp), variables=list(VARIABLES),
        can=["change"] if actor.can("mailboxes.write") else [],
    )  # fmt: skip


async def list_aliases(db: Queries, workspace_id: int, account_id: int) -> list[str]:
    """The further addresses of a mailbox."""
    return await db.all(
        str,
        "SELECT address FROM account_aliases WHERE workspace_id = $1 AND account_id = $2 ORDER BY address",
        workspace_id, account_id,
    )  # fmt: skip


def _usual(server: SmtpServer | None) -> Usual:
    if server is None:
        return Usual(provider="", source="", per_minute=None, per_day=None)
    provider = find_provider(server.host)
    limits = limits_of(server.host, server.username)
    return Usual(
        provider=provider.name if provider else "", source=provider.source if provider else "",
        per_minute=limits.per_minute, per_day=limits.per_day,
    )  # fmt: skip
