"""Which conversation a mail belongs to. Never into somebody else's: who is not a party of it is held for a person.

Order: ids that Hark signed, then References and In-Reply-To (RFC 5322 3.6.4), then subject, party and time together.
"""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from hark.core.db import Tx
from hark.intake import queries
from hark.intake.types import Inbound

MAX_IDS = 60  # of the References of one mail: the first and the nearest ones
SUBJECT_DAYS = 14
REPLY = re.compile(
    r"^\s*(?:(?:re|aw|sv|antw|vs|odp|r|rif|ref|res|fw|fwd|wg|tr|i|rv|enc|回复|回覆|答复|返信|답장|회신|전달)(?:\[\d+\])?\s*[:：]\s*)+",
    re.IGNORECASE,
)
FORWARD = re.compile(r"^\s*(?:fw|fwd|wg|tr|i|rv|enc|전달)\s*[:：]", re.IGNORECASE)


class Match(msgspec.Struct, frozen=True):
    """The mail belongs here. `by` says what told so."""

    conversation_id: UUID
    by: str


class Hold(msgspec.Struct, frozen=True):
    """The mail refers to this conversation, but its sender takes no part in it."""

    conversation_id: UUID
    sentence: str


class Index:
    """What is known about the ids of a batch of mails: read at once, and kept up as the mails are placed."""

    def __init__(self) -> None:
        self.messages: dict[str, list[queries.KnownMessage]] = {}
        self.mentions: dict[str, list[UUID]] = {}
        self.fresh: list[tuple[str, UUID]] = []  # to be remembered at the end of the transaction

    @classmethod
    async def read(cls, tx: Tx, ids: Sequence[str]) -> "Index":
        """Everything about these ids: a few statements for a whole batch."""
        index, wanted = cls(), list(dict.fromkeys(ids))
        for known in await queries.messages_by_external_id(tx, tx.workspace_id, wanted):
            index.messages.setdefault(known.external_id, []).append(known)
        for mention in await queries.conversations_by_thread_id(tx, tx.workspace_id, wanted):
            index.mentions.setdefault(mention.external_id, []).append(mention.conversation_id)
        return index

    def placed(self, message_id: UUID, conversation_id: UUID, external_id: str | None, ids: Sequence[str]) -> None:
        """A mail now stands in a conversation: the following ones of the batch must find it."""
        if external_id:
            known = queries.KnownMessage(external_id, message_id, conversation_id)
            self.messages.setdefault(external_id, []).insert(0, known)
        for id in ids:
            if conversation_id not in self.mentions.setdefault(id, []):
                self.mentions[id].insert(0, conversation_id)
                self.fresh.append((id, conversation_id))


async def find_conversation(
    tx: Tx, inbound: Inbound, index: Index, *, sender: str, at: datetime, trusted: bool, thread: str = ""
) -> Match | Hold | None:
    """Where a mail of `sender` (lower case) at `at` belongs; None: a conversation of its own.

    `trusted` is for history whose headers tell the truth: everybody may join, and subjects decide nothing. `thread` is
    then the key of a thread that was built from all its headers at once, so it goes before what this mail says alone.
    """
    found: Match | Hold | None = None
    if thread:
        found = await _choose(tx, index.mentions.get(thread, []), sender, trusted, by="history")
    if found is None:
        found = await _by_ids(tx, inbound, index, sender=sender, trusted=trusted)
    if found is not None or trusted:
        return found
    return await _by_subject(tx, inbound, index, sender=sender, at=at)


def referred_ids(inbound: Inbound) -> list[str]:
    """The ids a mail answers, nearest first; never its own and never an empty one."""
    chain = [*inbound.in_reply_to, *reversed(inbound.references)]
    ids = [i for i in dict.fromkeys(i.strip() for i in chain) if i and i != inbound.external_id]
    return ids if len(ids) <= MAX_IDS else [*ids[: MAX_IDS - 1], ids[-1]]


def thread_ids(inbound: Inbound, thread: str = "") -> list[str]:
    """What is remembered of a mail for those that come later: its ids, and the keys of its subject and its thread."""
    own = [inbound.external_id] if inbound.external_id else []
    key = subject_key(inbound.subject)
    return [*own, *referred_ids(inbound), *([key] if key else []), *([thread] if thread else [])]


def subject_key(subject: str) -> str | None:
    """A key that a subject and its answers share; None for an empty one."""
    base = " ".join(unicodedata.normalize("NFKC", REPLY.sub("", subject)).casefold().split())
    return f"subject:{hashlib.sha256(base.encode()).hexdigest()[:32]}" if base else None


async def _by_ids(tx: Tx, inbound: Inbound, index: Index, *, sender: str, trusted: bool) -> Match | Hold | None:
    referred = referred_ids(inbound)
    if inbound.own_ids:
        known = await queries.messages_by_id(tx, tx.workspace_id, inbound.own_ids[:MAX_IDS])
        found = await _choose(tx, [k.conversation_id for k in known], sender, trusted, by="own id")
        if found is not None:
            return found
    ids = [known.conversation_id for id in referred for known in index.messages.get(id, [])]
    found = await _choose(tx, ids, sender, trusted, by="reply headers")
    return found or await _by_mention(tx, inbound, index, referred, sender=sender, trusted=trusted)


async def _choose(tx: Tx, ids: Sequence[UUID], sender: str, trusted: bool, *, by: str) -> Match | Hold | None:
    """The first conversation the sender is a party of; else hold for the first one."""
    roots: list[UUID] = []
    for id in dict.fromkeys(ids):
        member = await queries.membership(tx, tx.workspace_id, id, None if trusted else sender)
        if member.party:
            return Match(member.root, by)
        roots.append(member.root)
    if not roots:
        return None
    return Hold(
        roots[0],
        f"{sender or 'The sender'} answers a conversation of somebody else. Put it there if they belong together, "
        "or make a conversation of its own.",
    )


async def _by_mention(
    tx: Tx, inbound: Inbound, index: Index, referred: list[str], *, sender: str, trusted: bool
) -> Match | None:
    """A mail we never saw is mentioned by both, or this one is the missing mail that others answered already.

    A shared id proves little (a newsletter has thousands of readers): who is no party begins a conversation of their own.
    """
    own = inbound.external_id
    ids = [*referred, own] if own and own not in index.messages else referred
    found = await _choose(
        tx, [c for id in ids for c in index.mentions.get(id, [])], sender, trusted, by="reply headers"
    )
    return found if isinstance(found, Match) else None


async def _by_subject(tx: Tx, inbound: Inbound, index: Index, *, sender: str, at: datetime) -> Match | Hold | None:
    """An answer whose program wrote no usable ids: the same subject, the same party, a short time, and only one such."""
    key = subject_key(inbound.subject)
    if key is None or not REPLY.match(inbound.subject) or FORWARD.match(inbound.subject):
        return None
    live = await queries.active_conversations(
        tx, tx.workspace_id, index.mentions.get(key, []), at - timedelta(days=SUBJECT_DAYS)
    )
    mine = [c.id for c in live if (await queries.membership(tx, tx.workspace_id, c.id, sender)).party]
    if len(mine) == 1:
        return Match(mine[0], "subject and sender")
    answered = [c.id for c in live if c.answered]
    if mine or not answered or not _distinctive(inbound.subject):
        return None
    return Hold(
        answered[0],
        f"{sender or 'The sender'} answers with the subject of a conversation of somebody else. Put it there if they "
        "belong together, or make a conversation of its own.",
    )


def _distinctive(subject: str) -> bool:
    """Whether two strangers are unlikely to choose this subject: "Re: Invoice" says nothing, "Re: Order 4711" does."""
    base = REPLY.sub("", subject).strip()
    return len(base) >= 6 and (any(c.isdigit() for c in base) or len(base.split()) >= 4)
