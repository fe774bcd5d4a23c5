"""A record that vanishes from DNS is noticed before customers' servers doubt our mail."""

from datetime import datetime, timedelta

import msgspec
import structlog

from hark.channels.email.authentication.resolver import Resolver
from hark.channels.email.signing.actions import check_one
from hark.channels.email.signing.queries import KeyRow
from hark.channels.email.signing.sign import Algorithm
from hark.core.db import Db
from hark.intake.accounts.actions import set_problem

log = structlog.get_logger(__name__)
LOOK_S = 600.0
AGAIN = timedelta(hours=6)
SIGNING = "Signing: "


class _Due(msgspec.Struct, frozen=True):
    workspace_id: int
    domain: str
    selector: str
    algorithm: Algorithm
    public_key: str
    created_at: datetime
    accounts: list[int]


async def check_keys(db: Db, resolver: Resolver) -> int:
    """Look up the records of keys that sign, each every six hours; how many. A mailbox shows what is wrong with its own."""
    due = await db.all(
        _Due,
        "SELECT k.workspace_id, k.domain, k.selector, k.algorithm, k.public_key, k.created_at, ARRAY(SELECT a.id FROM"
        " channel_accounts a WHERE a.workspace_id = k.workspace_id AND a.kind = 1 AND a.disabled_at IS NULL"
        " AND lower(a.address) LIKE '%@' || k.domain) AS accounts FROM dkim_keys k WHERE k.active_at IS NOT NULL"
        " AND k.retired_at IS NULL AND (k.checked_at IS NULL OR k.checked_at < $1) ORDER BY k.checked_at NULLS FIRST LIMIT 50",
        db.now() - AGAIN,
    )  # fmt: skip
    for one in due:
        key = KeyRow(
            domain=one.domain, selector=one.selector, algorithm=one.algorithm, public_key=one.public_key,
            created_at=one.created_at, active_at=None, retired_at=None, checked_at=None, published=None, checked=None,
        )  # fmt: skip
        finding = await check_one(db, one.workspace_id, key, resolver)
        if finding.ok is None:
            continue
        if not finding.ok:
            log.warning("a key that signs is not published", domain=one.domain, selector=one.selector)
        for account_id in one.accounts:
            sentence = (
                None if finding.ok else f"{finding.sentence} Mails of {one.domain} may count as unsigned until then."
            )
            await set_problem(db, one.workspace_id, account_id, SIGNING, sentence)
    return len(due)
