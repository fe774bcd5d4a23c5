"""An anonymous visitor becomes a known person, with the history they had."""

from hark.channels.messenger.identity import Claims
from hark.channels.messenger.types import Inbox, Visitor
from hark.contacts.visitors import is_anonymous, merge_contact, user_contact
from hark.conversations.contacts import replace_contact
from hark.core.db import Tx


async def identify(tx: Tx, inbox: Inbox, visitor: Visitor, claims: Claims) -> Visitor:
    """The visitor, locked by the caller and not somebody else of the site, as the person of the claims.

    What they wrote before goes to that person's contact, when it was theirs alone. A contact that has an address or
    anything else of its own stays as it is, and only what comes from now on is the person's.
    """
    who = await user_contact(tx, inbox.id, claims.sub, name=claims.name or visitor.profile.name, email=claims.email)
    if (visitor.user_id, visitor.contact_id) == (claims.sub, who.contact_id):
        return visitor
    before = visitor.contact_id
    if before is not None and before != who.contact_id and await is_anonymous(tx, before):
        await replace_contact(tx, before, who.contact_id)
        await merge_contact(tx, before, who.contact_id)
        await tx.run(
            "UPDATE visitors SET contact_id = $3 WHERE workspace_id = $1 AND contact_id = $2",
            tx.workspace_id, before, who.contact_id,
        )  # fmt: skip
    visitor.user_id, visitor.contact_id = claims.sub, who.contact_id
    await tx.run(
        "UPDATE visitors SET user_id = $3, contact_id = $4 WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id, visitor.id, visitor.user_id, visitor.contact_id,
    )  # fmt: skip
    return visitor
