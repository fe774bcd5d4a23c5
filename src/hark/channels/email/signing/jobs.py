"""A record that vanishes from DNS is noticed before customers' servers doubt our mail."""

from datetime import timedelta

import structlog

from hark.channels.email.authentication.resolver import Resolver
from hark.channels.email.signing.actions import check_one
from hark.channels.email.signing.queries import list_due_keys
from hark.core.db import Db
from hark.intake.accounts.actions import set_problem

log = structlog.get_logger(__name__)
LOOK_S = 600.0
AGAIN = timedelta(hours=6)
SIGNING = "Signing: "


async def check_keys(db: Db, resolver: Resolver) -> int:
    """Look up the records of keys that sign, each every six hours; how many. A mailbox shows what is wrong with its own."""
    due = await list_due_keys(db, db.now() - AGAIN)
    for one in due:
        finding = await check_one(db, one.workspace_id, one.key, resolver)
        if finding.ok is None:
            continue
        if not finding.ok:
            log.warning("a key that signs is not published", domain=one.key.domain, selector=one.key.selector)
        more = f"Mails of {one.key.domain} may count as unsigned until then."
        for account_id in one.accounts:
            sentence = None if finding.ok else f"{finding.sentence} {more}"
            await set_problem(db, one.workspace_id, account_id, SIGNING, sentence)
    return len(due)
