"""Changing how a mailbox sends."""

import msgspec

from hark.channels.email.sanitize import sanitize_html
from hark.channels.email.sending.queries import get_sending
from hark.channels.email.sending.types import SendingBody, SendingView
from hark.channels.email.sending.variables import VARIABLES, unknown_variables
from hark.core.actor import Actor
from hark.core.db import Tx
from hark.core.errors import BadRequest
from hark.intake.accounts.actions import claim_addresses
from hark.intake.accounts.queries import stored_config
from hark.intake.accounts.types import MailboxChanged, Sending


async def set_sending(tx: Tx, actor: Actor, id: int, new: SendingBody) -> SendingView:
    """Set how a mailbox sends. Raises NotFound, BadRequest for an unknown variable, Conflict for an address that belongs
    to another mailbox."""
    config = await stored_config(tx, actor, id)
    for text in (new.sender_name, new.signature_text, new.signature_html):
        unknown = unknown_variables(text)
        if unknown:
            known = ", ".join(f"{{{name}}}" for name in VARIABLES)
            raise BadRequest(
                f"{{{unknown[0][:50]}}} is no variable. There are {known}. Nothing was changed.",
                code="unknown_variable",
            )
    config.sending = Sending(
        sender_name=new.sender_name.strip(), signature_text=new.signature_text.strip("\r\n"),
        signature_html=_harmless(new.signature_html),
        per_minute=new.per_minute, per_day=new.per_day,
    )  # fmt: skip
    await tx.run(
        "UPDATE channel_accounts SET config = $3 WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id, id, msgspec.to_builtins(config),
    )  # fmt: skip
    await _set_aliases(tx, id, [address.lower() for address in new.aliases])
    tx.emit(MailboxChanged(account_id=id))
    await tx.audit("mailbox.changed", f"mailbox:{id}", data={"fields": ["sending"], "aliases": new.aliases})
    return await get_sending(tx, actor, id)


def _harmless(html: str) -> str:
    """HTML as it may be sent; variables in addresses of links keep their braces."""
    if not html.strip():
        return ""
    safe = sanitize_html(html).html
    for name in VARIABLES:
        safe = safe.replace(f"%7B{name}%7D", f"{{{name}}}")
    return safe


async def _set_aliases(tx: Tx, id: int, addresses: list[str]) -> None:
    await claim_addresses(tx, addresses, alias_of=id)
    await tx.run(
        "DELETE FROM account_aliases WHERE workspace_id = $1 AND account_id = $2 AND address <> ALL($3::text[])",
        tx.workspace_id, id, addresses,
    )  # fmt: skip
    await tx.run(
        "INSERT INTO account_aliases (workspace_id, account_id, address) SELECT $1, $2, unnest($3::text[])"
        " ON CONFLICT DO NOTHING",
        tx.workspace_id, id, list(dict.fromkeys(addresses)),
    )  # fmt: skip
