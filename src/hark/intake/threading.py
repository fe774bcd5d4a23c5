"""Which conversation a mail belongs to. Never into somebody else's: who is not a party of it is held for a person.

Order: ids that Hark signed, then References and In-Reply-To (RFC 5322 3.6.4), then the words it quotes, and last subject,
party and time together. docs/develop/threading.md has the rules with their sources and figures.
"""

from collections.abc import Iterator, Sequence, Set
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from hark.contacts.actions import Contacts
from hark.core.db import Tx
from hark.core.errors import NotFound
from hark.intake import queries
from hark.intake.evidence import Hint, distinctness, plain_words, quote_shares, read_hint, subject_key
from hark.intake.types import NOBODY, Inbound

MAX_IDS = 60  # of the References of one mail: the first and the nearest ones
SUBJECT_DAYS = 14  # after the last message; later, the same subject is a new matter
QUOTE_DAYS = 90
RECENT = 10  # conversations of a sender that are looked at whatever their subject
MIN_SHARE = 1 / 3  # of what a mail quotes, in a conversation with its subject
MIN_SHARE_ALONE = 0.6  # in one with another subject
CLEARLY = 2.0  # the best candidate's share is so many times the second's


class Match(msgspec.Struct, frozen=True):
    """The mail belongs here. `by` says what told so. `flood`: so many of them came from its sender within an hour that
    two machines may be answering each other."""

    conversation_id: UUID
    by: str
    flood: bool = False


class Hold(msgspec.Struct, frozen=True):
    """The mail refers to this conversation, but its sender takes no part in it."""

    conversation_id: UUID
    sentence: str


class Incoming(msgspec.Struct, frozen=True, kw_only=True):
    """A mail as threading sees it. `address` is whom it counts as, in lower case.

    `trusted` is for history whose headers tell the truth: everybody may join, and subjects decide nothing. `thread` is
    then the key of a thread that was built from all its headers at once, so it goes before what this mail says alone.
    `orphan`: its headers may have been lost, so what it quotes decides.
    """

    inbound: Inbound
    address: str
    at: datetime
    trusted: bool
    thread: str
    orphan: bool = False

    @property
    def joins_as(self) -> str | None:
        """The address that must take part in a conversation; None for a mail that may join any."""
        return None if self.trusted else self.address


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation that a mail without usable ids may belong to. `words` are those of its newest messages, `ours` of
    those that the team wrote, both as `plain_words`. `party`: the mail's sender takes part in it. `alike`: 2 when it has
    the mail's subject, 1 when a mail in it had.
    """

    root: UUID
    party: bool
    alike: int
    number: int
    at: datetime
    answered: bool
    words: str
    ours: str


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
        self._arrived: dict[tuple[UUID, str | None], list[datetime]] = {}
        self._hints: dict[int, Hint] = {}
        self._recent: dict[str, list[UUID]] = {}
        self._numbered: dict[int, UUID] = {}
        self._facts: dict[UUID, queries.ConversationFacts | None] = {}

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
        nearest = [(next(index.referred(mail), None), mail) for mail in mails]
        await index._look_up_words([mail for id, mail in nearest if id is None and (mail.orphan or not mail.trusted)])
        pairs = {(id, mail.joins_as) for id, mail in nearest if id is not None}
        await index._look_up_members(pairs | {pair for _, mail in nearest for pair in index._pairs(mail)})
        await index._look_up_facts({id for _, mail in nearest for id in index._suggested(mail)})
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
                nobody = row.address == NOBODY  # two mails without a sender are of two people
                self._members[row.conversation_id, row.address] = (
                    msgspec.structs.replace(row, party=False) if nobody else row
                )
                self._arrived.setdefault((row.root, row.address), list(row.arrived))

    def newest_flood(self, mail: Incoming) -> UUID | None:
        """The newest of the conversations that this sender began with this very subject, when too many are of this hour."""
        newest = self._of_this_hour(mail)
        return newest[0] if newest and set(newest) <= set(self._recent.get(mail.address, [])) else None

    def _of_this_hour(self, mail: Incoming) -> list[UUID]:
        """The newest conversations with this subject, whoever began them; empty unless FLOOD of them are of the last hour."""
        key = self.hint(mail).key
        newest = self.mentions.get(key, [])[: queries.FLOOD] if key else []
        return newest if len(newest) == queries.FLOOD and mail.at - _made_at(newest[-1]) <= queries.FLOOD_TIME else []

    def floods(self, conversation_id: UUID, mail: Incoming) -> bool:
        """Whether this sender wrote so often in the last hour to a conversation that no person does."""
        times = sorted(self._arrived.get((conversation_id, mail.joins_as), []), reverse=True)[: queries.FLOOD]
        return len(times) == queries.FLOOD and mail.at - times[-1] <= queries.FLOOD_TIME

    def hint(self, mail: Incoming) -> Hint:
        """What a mail says about its thread besides ids."""
        found = self._hints.get(id(mail.inbound))
        if found is None:
            inbound = mail.inbound
            found = self._hints[id(inbound)] = read_hint(inbound.subject, inbound.text, inbound.quoted_at)
        return found

    async def candidates(self, mail: Incoming) -> list[Candidate]:
        """The living conversations whose subject, number or party suggest that a mail belongs to them, newest first."""
        ids, key = self._suggested(mail), self.hint(mail).key
        await self._look_up_members(set(self._pairs(mail)) - self._members.keys())
        await self._look_up_facts(set(ids))
        found: dict[UUID, Candidate] = {}
        for id in ids:
            member, facts = self._members.get((id, mail.joins_as)), self._facts.get(id)
            if member is None or facts is None:
                continue
            words, ours = (" ".join(map(plain_words, texts)) for texts in (facts.texts, facts.ours))
            known = found.get(member.root)
            alike = (
                0 if key is None else 2 if subject_key(facts.subject) == key else int(id in self.mentions.get(key, []))
            )
            found[member.root] = Candidate(
                root=member.root, party=member.party, number=facts.number, at=facts.at,
                alike=max(alike, known.alike if known else 0),
                answered=facts.answered or (known is not None and known.answered),
                words=f"{known.words} {words}" if known else words, ours=f"{known.ours} {ours}" if known else ours,
            )  # fmt: skip
        return sorted(found.values(), key=lambda c: c.at, reverse=True)

    def _suggested(self, mail: Incoming) -> list[UUID]:
        hint = self._hints.get(id(mail.inbound))
        if hint is None:
            return []
        by_key = self.mentions.get(hint.key, []) if hint.key else []
        by_number = [self._numbered[hint.number]] if hint.number in self._numbered else []
        recent = [] if mail.trusted else self._recent.get(mail.address, [])[:RECENT]
        return list(dict.fromkeys([*by_number, *by_key, *recent]))

    def _pairs(self, mail: Incoming) -> Iterator[tuple[UUID, str | None]]:
        return ((id, mail.joins_as) for id in self._suggested(mail))

    async def _look_up_words(self, mails: Sequence[Incoming]) -> None:
        """The hints of mails that ids do not place, and what their senders and the numbers in their subjects suggest."""
        told = [mail for mail in mails if self.hint(mail).says_something]
        suspected = [mail for mail in mails if self._of_this_hour(mail)]
        addresses = {mail.address for mail in (*told, *suspected) if not mail.trusted}
        if addresses:
            since = min(mail.at for mail in mails) - timedelta(days=QUOTE_DAYS)
            rows = await queries.recent_conversations(self._tx, self._tx.workspace_id, sorted(addresses), since)
            for row in rows:
                self._recent.setdefault(row.address, []).append(row.conversation_id)
        numbers = {number for mail in told if (number := self.hint(mail).number) is not None}
        if numbers:
            numbered = await queries.conversations_by_number(self._tx, self._tx.workspace_id, sorted(numbers))
            self._numbered = {row.number: row.id for row in numbered}

    async def _look_up_facts(self, ids: Set[UUID]) -> None:
        missing = {id for id in ids if id not in self._facts}
        if missing:
            self._facts.update(dict.fromkeys(missing))
            for facts in await queries.conversation_facts(self._tx, self._tx.workspace_id, sorted(missing)):
                self._facts[facts.id] = facts

    def placed(self, mail: Incoming, message_id: UUID, conversation_id: UUID, *, folded: bool = False) -> None:
        """A mail now stands in a conversation: the following ones of the batch must find it, and its people with it."""
        external_id = mail.inbound.external_id
        if external_id:
            known = queries.KnownMessage(external_id, message_id, conversation_id)
            self.messages.setdefault(external_id, []).insert(0, known)
        for id in thread_ids(mail.inbound, mail.thread):
            if conversation_id not in self.mentions.setdefault(id, []):
                self.mentions[id].insert(0, conversation_id)
                self.fresh.append((id, conversation_id))
        recent = self._recent.setdefault(mail.address, [])
        if conversation_id not in recent:
            recent.insert(0, conversation_id)
        self._facts.pop(conversation_id, None)  # read again when somebody asks
        if not folded:
            self._arrived.setdefault((conversation_id, mail.joins_as), []).append(mail.at)
        self._members = {pair: m for pair, m in self._members.items() if m.party or m.root != conversation_id}
        itself = queries.Membership(conversation_id, mail.joins_as, conversation_id, mail.joins_as != NOBODY)
        self._members[conversation_id, mail.joins_as] = itself


def _made_at(id: UUID) -> datetime:
    """When a UUIDv7 was made."""
    return datetime.fromtimestamp((id.int >> 80) / 1000, UTC)


async def find_conversation(mail: Incoming, index: Index) -> Match | Hold | None:
    """Where a mail belongs; None: a conversation of its own."""
    found = await _find(index, mail)
    if mail.trusted or isinstance(found, Hold):
        return found
    if found is None:
        newest = index.newest_flood(mail)
        return Match(newest, "subject and sender", flood=True) if newest else None
    return msgspec.structs.replace(found, flood=index.floods(found.conversation_id, mail))


async def _find(index: Index, mail: Incoming) -> Match | Hold | None:
    found: Match | Hold | None = None
    if mail.thread:
        found = await _choose(index, index.mentions.get(mail.thread, []), mail, by="history")
    if found is None:
        found = await _by_ids(index, mail)
    if found is not None or (mail.trusted and not mail.orphan):
        return found
    hint = index.hint(mail)
    if not hint.says_something:
        return None
    candidates = [c for c in await index.candidates(mail) if mail.at - c.at <= timedelta(days=QUOTE_DAYS)]
    if mail.trusted:
        return _match_quoted(hint, candidates, candidates)
    mine = [c for c in candidates if c.party]
    found = _match_quoted(hint, mine, candidates) or _match_named(hint, mine, mail.at)
    return found or _hold_stranger(hint, mail, candidates)


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


def _match_quoted(hint: Hint, allowed: Sequence[Candidate], candidates: Sequence[Candidate]) -> Match | None:
    """The allowed conversation that holds what the mail quotes, when it is clearly the best of them."""
    held = dict(
        zip((c.root for c in candidates), quote_shares(hint.probes, [c.words for c in candidates]), strict=True)
    )
    ranked = sorted(((held[c.root], c.at, c) for c in allowed), key=lambda one: one[:2], reverse=True)
    if not ranked:
        return None
    share, _, best = ranked[0]
    if len(ranked) > 1 and share < CLEARLY * ranked[1][0]:
        return None
    enough = share >= MIN_SHARE if best.alike else share >= MIN_SHARE_ALONE and len(hint.probes) > 1
    return Match(best.root, "quoted words") if enough else None


def _match_named(hint: Hint, mine: Sequence[Candidate], at: datetime) -> Match | None:
    """The sender's conversation whose number or subject an answer names, when only one can be meant: of several with that
    subject the one that the team has written in."""
    if not hint.reply:
        return None
    near = [c for c in mine if c.alike and at - c.at <= timedelta(days=SUBJECT_DAYS)]
    most = max((c.alike for c in near), default=0)
    alike = [c for c in near if c.alike == most]
    only = alike if len(alike) == 1 else [c for c in alike if c.answered]
    if len(only) == 1:
        return Match(only[0].root, "subject and sender")
    numbered = [] if alike else [c for c in mine if c.number == hint.number]
    return Match(numbered[0].root, "number and sender") if numbered else None


def _hold_stranger(hint: Hint, mail: Incoming, candidates: Sequence[Candidate]) -> Hold | None:
    """A stranger quotes what the team wrote to somebody else, its number or its subject: a person decides."""
    if any(c.party and c.alike for c in candidates):
        return None  # a matter of their own
    who = mail.address or "The sender"
    end = "a conversation of somebody else. Put it there if they belong together, or make a conversation of its own."
    others = [c for c in candidates if not c.party]
    held = list(zip(quote_shares(hint.probes, [c.ours for c in others]), others, strict=True))
    share, best = max(held, key=lambda one: one[0], default=(0.0, None))
    if best is not None and share >= MIN_SHARE:
        return Hold(best.root, f"{who} quotes what was written in {end}")
    if not hint.reply:
        return None
    refers = bool(referred_ids(mail.inbound))  # to mails that are not here: it may well answer something else
    for share, c in held:
        if c.number == hint.number and not refers:
            return Hold(c.root, f"{who} names the number of {end}")
        something_else = len(hint.probes) > 1 and not share  # a newsletter, say, that had the same subject
        alike = c.alike and mail.at - c.at <= timedelta(days=SUBJECT_DAYS)
        if alike and not something_else and distinctness(mail.inbound.subject) + c.answered + (not refers) >= 3:
            return Hold(c.root, f"{who} answers with the subject of {end}")
    return None
