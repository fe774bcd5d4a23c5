"""Which conversation a mail belongs to. Never into somebody else's: who is not a party of it is held for a person.

Order: ids that Hark signed, then References and In-Reply-To (RFC 5322 3.6.4), then subject, party and time together.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence, Set
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from hark.contacts.actions import Contacts
from hark.core.db import Tx
from hark.core.errors import NotFound
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


class Incoming(msgspec.Struct, frozen=True, kw_only=True):
    """A mail as threading sees it. `address` is whom it counts as, in lower case.

    `trusted` is for history whose headers tell the truth: everybody may join, and subjects decide nothing. `thread` is
    then the key of a thread that was built from all its headers at once, so it goes before what this mail says alone.
    """

    inbound: Inbound
    address: str
    at: datetime
    trusted: bool
    thread: str

    @property
    def joins_as(self) -> str | None:
        """The address that must take part in a conversation; None for a mail that may join any."""
        return None if self.trusted else self.address


class Index:
    """What is known about the ids and the people of a batch of mails: read at once, and kept up as they are placed."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self.contacts = Contacts(tx)
        self.messages: dict[str, list[queries.KnownMessage]] = {}
        self.ours: dict[UUID, queries.KnownMessage] = {}
        self.mentions: dict[str, list[UUID]] = {}
        self.fresh: list[tuple[str, UUID]] = []  # to be remembered at the end of the transaction
        self._members: dict[tuple[UUID, str | None], queries.Membership] = {}

    @classmethod
    async def read(cls, tx: Tx, mails: Sequence[Incoming]) -> "Index":
        """All that these mails are likely to ask for: a few statements for a whole batch."""
        index = cls(tx)
        wanted = list(dict.fromkeys(id for mail in mails for id in thread_ids(mail.inbound, mail.thread)))
        for known in await queries.messages_by_external_id(tx, tx.workspace_id, wanted):
            index.messages.setdefault(known.external_id, []).append(known)
        for mention in await queries.conversations_by_thread_id(tx, tx.workspace_id, wanted):
            index.mentions.setdefault(mention.external_id, []).append(mention.conversation_id)
        if ours := {id for mail in mails for id in mail.inbound.own_ids}:
            index.ours = {m.message_id: m for m in await queries.messages_by_id(tx, tx.workspace_id, sorted(ours))}
        await index.contacts.look_up(mail.address for mail in mails)
        nearest = ((next(index.referred(mail), None), mail.joins_as) for mail in mails)
        await index._look_up_members({(id, address) for id, address in nearest if id is not None})
        return index

    def referred(self, mail: Incoming) -> Iterator[UUID]:
        """The conversations that a mail names by ids, the most telling first."""
        yield from self.mentions.get(mail.thread, [])
        yield from (self.ours[id].conversation_id for id in mail.inbound.own_ids if id in self.ours)
        ids = referred_ids(mail.inbound)
        yield from (known.conversation_id for id in ids for known in self.messages.get(id, []))
        yield from (conversation_id for id in ids for conversation_id in self.mentions.get(id, []))

    async def member(self, conversation_id: UUID, address: str | None) -> queries.Membership:
        """Whether an address takes part in a conversation, and where that one was merged into. Raises NotFound."""
        pair = conversation_id, address
        if pair not in self._members:
            await self._look_up_members({pair})
        if pair not in self._members:
            raise NotFound("The conversation that this mail belongs to is gone.")
        return self._members[pair]

    async def _look_up_members(self, pairs: Set[tuple[UUID, str | None]]) -> None:
        if pairs:
            for row in await queries.memberships(self._tx, self._tx.workspace_id, list(pairs)):
                self._members[row.conversation_id, row.address] = row

    def placed(self, mail: Incoming, message_id: UUID, conversation_id: UUID) -> None:
        """A mail now stands in a conversation: the following ones of the batch must find it, and its people with it."""
        external_id = mail.inbound.external_id
        if external_id:
            known = queries.KnownMessage(external_id, message_id, conversation_id)
            self.messages.setdefault(external_id, []).insert(0, known)
        for id in thread_ids(mail.inbound, mail.thread):
            if conversation_id not in self.mentions.setdefault(id, []):
                self.mentions[id].insert(0, conversation_id)
                self.fresh.append((id, conversation_id))
        self._members = {pair: m for pair, m in self._members.items() if m.party or m.root != conversation_id}
        itself = queries.Membership(conversation_id, mail.joins_as, conversation_id, True)
        self._members[conversation_id, mail.joins_as] = itself


async def find_conversation(tx: Tx, mail: Incoming, index: Index) -> Match | Hold | None:
    """Where a mail belongs; None: a conversation of its own."""
    found: Match | Hold | None = None
    if mail.thread:
        found = await _choose(index, index.mentions.get(mail.thread, []), mail, by="history")
    if found is None:
        found = await _by_ids(index, mail)
    if found is not None or mail.trusted:
        return found
    return await _by_subject(tx, index, mail)


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


async def _by_ids(index: Index, mail: Incoming) -> Match | Hold | None:
    ours = [index.ours[id].conversation_id for id in mail.inbound.own_ids[:MAX_IDS] if id in index.ours]
    found = await _choose(index, ours, mail, by="own id")
    if found is not None:
        return found
    referred = referred_ids(mail.inbound)
    ids = [known.conversation_id for id in referred for known in index.messages.get(id, [])]
    found = await _choose(index, ids, mail, by="reply headers")
    return found or await _by_mention(index, mail, referred)


async def _choose(index: Index, ids: Sequence[UUID], mail: Incoming, *, by: str) -> Match | Hold | None:
    """The first conversation the sender is a party of; else hold for the first one."""
    roots: list[UUID] = []
    for id in dict.fromkeys(ids):
        member = await index.member(id, mail.joins_as)
        if member.party:
            return Match(member.root, by)
        roots.append(member.root)
    if not roots:
        return None
    return Hold(
        roots[0],
        f"{mail.address or 'The sender'} answers a conversation of somebody else. Put it there if they belong together, "
        "or make a conversation of its own.",
    )


async def _by_mention(index: Index, mail: Incoming, referred: list[str]) -> Match | None:
    """A mail we never saw is mentioned by both, or this one is the missing mail that others answered already.

    A shared id proves little (a newsletter has thousands of readers): who is no party begins a conversation of their own.
    """
    own = mail.inbound.external_id
    ids = [*referred, own] if own and own not in index.messages else referred
    found = await _choose(index, [c for id in ids for c in index.mentions.get(id, [])], mail, by="reply headers")
    return found if isinstance(found, Match) else None


async def _by_subject(tx: Tx, index: Index, mail: Incoming) -> Match | Hold | None:
    """An answer whose program wrote no usable ids: the same subject, the same party, a short time, and only one such."""
    subject = mail.inbound.subject
    key = subject_key(subject)
    if key is None or not REPLY.match(subject) or FORWARD.match(subject):
        return None
    live = await queries.active_conversations(
        tx, tx.workspace_id, index.mentions.get(key, []), mail.at - timedelta(days=SUBJECT_DAYS)
    )
    mine = [c.id for c in live if (await index.member(c.id, mail.address)).party]
    if len(mine) == 1:
        return Match(mine[0], "subject and sender")
    answered = [c.id for c in live if c.answered]
    if mine or not answered or not _distinctive(subject):
        return None
    return Hold(
        answered[0],
        f"{mail.address or 'The sender'} answers with the subject of a conversation of somebody else. Put it there if they "
        "belong together, or make a conversation of its own.",
    )


def _distinctive(subject: str) -> bool:
    """Whether two strangers are unlikely to choose this subject: "Re: Invoice" says nothing, "Re: Order 4711" does."""
    base = REPLY.sub("", subject).strip()
    return len(base) >= 6 and (any(c.isdigit() for c in base) or len(base.split()) >= 4)
