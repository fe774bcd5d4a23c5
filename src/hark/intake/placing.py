"""From a read mail to its fate: set aside, held, a message of a conversation, or a new one. One mail, in a transaction."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from hark.conversations.inbound import receive_message, record_past_reply, start_conversation
from hark.conversations.lock import save
from hark.conversations.types import (
    AccountRef,
    Authentication,
    Delivery,
    Headers,
    MailAddress,
    MessageKind,
    NewConversation,
    NewEndpoint,
    NewFile,
    NewInbound,
    NewReply,
)
from hark.core.actor import ActorKind
from hark.core.db import Tx
from hark.delivery.releasing import cancel_for_customer
from hark.delivery.settling import apply_report, confirm_sent
from hark.intake import queries
from hark.intake.threading import Hold, Incoming, Index, Match, find_conversation
from hark.intake.types import NOBODY, Fate, Inbound, Item, Party, Settled, Source

MAX_CC = 100
MAX_NOTES = 10
REPORTED_WITHIN = timedelta(days=5)  # servers give up after four or five days: RFC 5321 4.5.4.1


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """A mail that was read, with its HTML and attachments in the file store."""

    item: Item
    inbound: Inbound
    html_key: str | None = None
    files: list[NewFile] = []

    @property
    def authentication(self) -> Authentication | None:
        """What is known of its origin: our own check goes before what a trusted server wrote."""
        return self.item.envelope.authentication or self.inbound.authentication


class Choice(msgspec.Struct, frozen=True):
    """A person's decision about a mail that was held: into this conversation, or (None) one of its own."""

    conversation_id: UUID | None


class House(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the workspace while its mails are placed."""

    accounts: Mapping[int, queries.AccountRow]
    own_addresses: frozenset[str]
    team: Mapping[str, queries.TeamMember]


class Sender(msgspec.Struct, frozen=True):
    """Whom the mail counts as, and the sentences about that."""

    address: str
    name: str
    problems: list[str]


async def place(tx: Tx, mail: Prepared, house: House, index: Index, *, choice: Choice | None = None) -> Settled:
    """Give a mail its fate.

    Call it under the workspace's intake lock, and write `index.fresh` down afterwards.
    """
    inbound, item = mail.inbound, mail.item
    if choice is None and (aside := await _set_aside(tx, mail, index)) is not None:
        return aside
    sender = find_sender(inbound, item, house)
    incoming = as_incoming(mail, house)
    automatic = inbound.kind in ("auto_reply", "out_of_office")
    if choice is not None:
        found: Match | Hold | None = Match(choice.conversation_id, "a person") if choice.conversation_id else None
    else:
        found = await find_conversation(incoming, index)
    if automatic and choice is None and not isinstance(found, Match):
        return Settled(fate=Fate.AUTO_REPLY, reason=_sentence(inbound.kind_reason or AUTOMATIC, inbound.problems))
    if isinstance(found, Hold):
        return Settled(fate=Fate.HELD, reason=found.sentence, conversation_id=found.conversation_id)
    target = found.conversation_id if found else None
    if found is not None and found.flood:
        automatic = True
        sender.problems.append(FLOODED.format(address=sender.address))
    if choice is None and (forged := await _hold_forged(mail, sender, target, index)) is not None:
        return forged
    if item.envelope.from_team:
        settled = await _past_reply(tx, mail, house, index, sender, target)
    else:
        settled = await _receive(tx, mail, house, index, sender, target, automatic=automatic)
    assert settled.message_id is not None
    assert settled.conversation_id is not None
    for answered in (index.ours[id] for id in inbound.own_ids[:1] if id in index.ours):
        await confirm_sent(tx, answered.message_id, f"{sender.address} has written about it.")
    index.placed(incoming, settled.message_id, settled.conversation_id, folded=automatic)
    return settled


async def _hold_forged(mail: Prepared, sender: Sender, target: UUID | None, index: Index) -> Settled | None:
    """A mail whose From is disproved waits for a person, where it would count as somebody who is known already."""
    checked = mail.authentication
    if checked is None or checked.verdict != "forged" or mail.item.source is Source.IMPORT:
        return None
    if target is None and not await index.contacts.knows(sender.address):
        sender.problems.append(f"The sender may be forged: {checked.sentence}")
        return None
    return Settled(
        fate=Fate.HELD, conversation_id=target,
        reason=_sentence(f"{checked.sentence} It may be forged, so it does not stand with the other messages of "
                         f"{sender.address}. Put it there if it is real, or make a conversation of its own."),
    )  # fmt: skip


def as_incoming(mail: Prepared, house: House) -> Incoming:
    """What threading looks at."""
    item = mail.item
    return Incoming(
        inbound=mail.inbound, address=find_sender(mail.inbound, item, house).address.lower(),
        at=item.occurred_at or item.received_at, trusted=item.source is Source.IMPORT or item.envelope.from_team,
        thread=item.envelope.thread, orphan=item.envelope.orphan,
    )  # fmt: skip


FLOODED = (
    "More than 20 mails about this came from {address} within an hour, as machines write that answer each other. It stands "
    "folded in the thread and nothing was started by it."
)
AUTOMATIC = "An automatic answer to something that is not in Hark. It is kept here only; put it into a conversation if it matters."


async def _set_aside(tx: Tx, mail: Prepared, index: Index) -> Settled | None:
    """What never becomes a customer's message: our own mail coming back, delivery reports, the same mail again."""
    inbound = mail.inbound
    if inbound.kind == "bounce":
        return await _bounce(tx, inbound, index, mail.item.occurred_at or mail.item.received_at)
    if inbound.is_own and inbound.external_id:
        ours = index.messages.get(inbound.external_id)
        if ours:
            copy = mail.item.envelope.from_team
            await confirm_sent(
                tx, ours[0].message_id, "it lies in the folder of sent mails." if copy else "it came back to us."
            )
            if copy:
                return Settled(
                    fate=Fate.DUPLICATE, conversation_id=ours[0].conversation_id, message_id=ours[0].message_id,
                    reason="The copy of our own message in the folder of sent mails. It stands in its conversation already.",
                )  # fmt: skip
            return Settled(
                fate=Fate.LOOP, conversation_id=ours[0].conversation_id, message_id=ours[0].message_id,
                reason="This is a message of ours that came back. It stands in its conversation already.",
            )  # fmt: skip
    if inbound.kind == "loop":
        return Settled(
            fate=Fate.LOOP,
            reason=_sentence(inbound.kind_reason or "Hark's own mail came back, or the mail goes round in circles. "
                             "Nobody was answered and no conversation was touched.", inbound.problems),
        )  # fmt: skip
    if inbound.external_id and inbound.external_id in index.messages and inbound.from_address:
        twin = await queries.find_twin(
            tx, tx.workspace_id, inbound.external_id, inbound.from_address.lower(), inbound.text
        )
        if twin:
            return Settled(
                fate=Fate.DUPLICATE, conversation_id=twin.conversation_id,
                reason="The same mail came in before, perhaps through another mailbox. Nothing was changed.",
            )  # fmt: skip
    return None


async def _bounce(tx: Tx, inbound: Inbound, index: Index, at: datetime) -> Settled:
    """A delivery report: our message is marked and the thread says so; about foreign mail it stands in the ledger.

    A report that names no mail at all is about the newest one that left for the address it names.
    """
    known = [index.ours[id] for id in inbound.own_ids if id in index.ours]
    if not known and inbound.reported_id:
        known = await queries.messages_by_external_id(tx, tx.workspace_id, [inbound.reported_id])
        known = known or await queries.messages_by_provider_id(tx, tx.workspace_id, inbound.reported_id)
    if not known and not inbound.reported_id:
        failed = [r.address.lower() for r in inbound.report if r.failed and r.address]
        known = await queries.newest_sent_to(tx, tx.workspace_id, failed[:20], at - REPORTED_WITHIN, at)
    delivered = bool(inbound.report) and all(r.delivered for r in inbound.report)
    fate = Fate.APPLIED if delivered else Fate.BOUNCE
    said = " ".join(r.sentence for r in inbound.report[:5]) or "It names no recipient."
    for message in known:
        root = (await index.member(message.conversation_id, None)).root
        if await apply_report(tx, message.message_id, inbound.report):
            return Settled(
                fate=fate, conversation_id=root, message_id=message.message_id,
                reason=f"A delivery report about a message of ours. {said}",
            )  # fmt: skip
    return Settled(fate=fate, reason=f"A delivery report about a mail that did not leave through Hark. {said}")


def find_sender(inbound: Inbound, item: Item, house: House) -> Sender:
    """Whom a mail counts as. A person of the team or our own address in From proves nothing: it is customer mail."""
    address, name, problems = inbound.from_address, inbound.from_name, list(inbound.problems)
    reply_to = next((p for p in inbound.reply_to if p.address and p.address.lower() not in house.own_addresses), None)
    if not address and item.envelope.mail_from:
        address = item.envelope.mail_from
        problems.append(f"The mail names no sender; the sending server gave {address}.")
    if not address:
        problems.append("The mail names no sender, so it cannot be answered.")
        return Sender(NOBODY, "", problems)
    if item.envelope.from_team:
        return Sender(address, name, problems)
    if address.lower() in house.own_addresses:
        if reply_to:
            problems.append(f"It came from our own address (a web form does that); answers go to {reply_to.address}.")
            return Sender(reply_to.address, reply_to.name or name, problems)
        problems.append(
            f"The sender's address is our own {address}. Anybody can write that: it is treated as customer mail."
        )
    elif member := house.team.get(address.lower()):
        problems.append(
            f"The sender's address is that of {member.name} of your team. Anybody can write that into a mail, "
            "so it is treated as customer mail."
        )
    return Sender(address, name, problems)


async def _receive(
    tx: Tx, mail: Prepared, house: House, index: Index, sender: Sender, target: UUID | None, *, automatic: bool
) -> Settled:
    inbound, item = mail.inbound, mail.item
    account = house.accounts[item.account_id]
    contact_id, identity_id, company_id = await index.contacts.resolve(address=sender.address, name=sender.name)
    refs = reply_refs(inbound, sender, house, item)
    endpoint_id, endpoint = None, None
    if target is not None:
        known = await queries.find_endpoint(tx, tx.workspace_id, target, account.id, identity_id)
        endpoint_id = known.id if known else None
        if item.source is not Source.IMPORT:
            kept = await _known_reply_to(index, inbound, sender, target, known)
            if len(kept) < len(inbound.reply_to):
                sender.problems.append(NEW_REPLY_TO)
                refs = reply_refs(msgspec.structs.replace(inbound, reply_to=kept), sender, house, item)
    if endpoint_id is None:
        endpoint = NewEndpoint(thread_key=str(item.id), identity_id=identity_id, refs=refs)
    received = await receive_message(
        tx,
        NewInbound(
            account=_account_ref(account), contact_id=contact_id, company_id=company_id, conversation_id=target,
            endpoint_id=endpoint_id, endpoint=endpoint, refs=refs if endpoint_id and not automatic else None,
            at=item.occurred_at or item.received_at, text=inbound.text, headers=_headers(inbound, sender, mail.authentication),
            kind=MessageKind.AUTO_REPLY if automatic else MessageKind.MESSAGE, needs_answer=not automatic,
            html_key=mail.html_key, external_id=inbound.external_id, intake_id=item.id, files=mail.files,
        ),
    )  # fmt: skip
    if received.scheduled and not automatic:
        await cancel_for_customer(tx, received.conversation_id)
    fate = Fate.AUTO_REPLY if automatic else Fate.NEW if received.started else Fate.MESSAGE
    answers = inbound.kind in ("auto_reply", "out_of_office")
    why = [inbound.kind_reason or "An automatic answer; no clock was moved."] if answers else []
    return Settled(
        fate=fate, conversation_id=received.conversation_id, message_id=received.message_id,
        reason=_sentence(*why, sender.problems),
    )  # fmt: skip


NEW_REPLY_TO = (
    "It asks for answers to an address that takes no part in the conversation. Answers still go to the sender: whoever "
    "forges a customer's name could lead them away like that."
)


async def _known_reply_to(
    index: Index, inbound: Inbound, sender: Sender, target: UUID, known: queries.EndpointRow | None
) -> list[Party]:
    """Of the addresses that a further mail wants answers at, those that take part in the conversation already."""
    answered = {to["address"].lower() for to in (known.refs.get("to") or [] if known else [])}
    answered.add(sender.address.lower())
    kept: list[Party] = []
    for party in inbound.reply_to[:MAX_CC]:
        address = party.address.lower()
        if address in answered or (await index.member(target, address)).party:
            kept.append(party)
    return kept


async def _past_reply(
    tx: Tx, mail: Prepared, house: House, index: Index, sender: Sender, target: UUID | None
) -> Settled:
    """History: a person of the team wrote this. Without a conversation it began one, with its first recipient."""
    inbound, item = mail.inbound, mail.item
    account = house.accounts[item.account_id]
    at = item.occurred_at or item.received_at
    known = await queries.latest_endpoint(tx, tx.workspace_id, target, account.id) if target else None
    endpoint_id = known.id if known else None
    started = target is None
    if target is None or endpoint_id is None:
        others = [p for p in (*inbound.to, *inbound.cc) if p.address and p.address.lower() not in house.own_addresses]
        to = others[0] if others else Party("", NOBODY)
        contact_id, identity_id, company_id = await index.contacts.resolve(address=to.address, name=to.name)
        refs = {**reply_refs(inbound, sender, house, item), "to": msgspec.to_builtins([to])}
        conversation, endpoint_id = await start_conversation(
            tx,
            NewConversation(
                account=_account_ref(account), contact_id=contact_id, company_id=company_id, subject=inbound.subject,
                at=at, by=ActorKind.AGENT, team_id=account.team_id,
                endpoint=NewEndpoint(thread_key=str(item.id), identity_id=identity_id, refs=refs),
            ),
        )  # fmt: skip
        await save(tx, conversation)
        target = conversation.id
    assert endpoint_id is not None
    member = house.team.get(sender.address.lower())
    sent = await record_past_reply(
        tx,
        NewReply(
            conversation_id=target, endpoint_id=endpoint_id, text=inbound.text, headers=_headers(inbound, sender, None),
            agent_id=member.id if member else None, html_key=mail.html_key, external_id=inbound.external_id,
            intake_id=item.id, files=mail.files, at=at, delivery=Delivery.SENT,
        ),
    )  # fmt: skip
    return Settled(
        fate=Fate.NEW if started else Fate.MESSAGE, conversation_id=sent.conversation_id, message_id=sent.message_id,
        reason=_sentence(sender.problems),
    )  # fmt: skip


def reply_refs(inbound: Inbound, sender: Sender, house: House, item: Item) -> dict[str, Any]:
    """What an answer to this mail needs: `to`, `cc` (reply-all, without ourselves), `subject`, `parent`, `references`.

    `from`: the alias that was written to, where it was one. `thread_index`, `thread_topic`: those of Outlook.
    """
    own = house.own_addresses
    to = [p for p in inbound.reply_to if p.address and p.address.lower() not in own]
    to = to or [Party(sender.name, sender.address)]
    taken = {p.address.lower() for p in to} | set(own) | {""}
    cc: list[Party] = []
    for party in (*inbound.to, *inbound.cc):
        if party.address.lower() not in taken and len(cc) < MAX_CC:
            taken.add(party.address.lower())
            cc.append(party)
    refs: dict[str, Any] = {
        "to": msgspec.to_builtins(to), "cc": msgspec.to_builtins(cc), "subject": inbound.subject[:500],
        "parent": inbound.external_id, "references": [*inbound.references[:1], *inbound.references[1:][-18:]],
    }  # fmt: skip
    named = [p.address.lower() for p in (*inbound.to, *inbound.cc)] + [r.lower() for r in item.envelope.rcpt_to]
    account = house.accounts[item.account_id]
    written_to = next((address for address in named if address in account.addresses), account.address)
    if written_to != account.address:
        refs["from"] = written_to
    if inbound.thread_index:
        refs |= {"thread_index": inbound.thread_index, "thread_topic": inbound.thread_topic}
    return refs


def _headers(inbound: Inbound, sender: Sender, checked: Authentication | None) -> Headers:
    def kept(parties: list[Party]) -> list[MailAddress]:
        return [MailAddress(p.name, p.address) for p in parties[:MAX_CC]]

    return Headers(
        from_=MailAddress(inbound.from_name or sender.name, inbound.from_address or sender.address),
        to=kept(inbound.to), cc=kept(inbound.cc), reply_to=kept(inbound.reply_to), subject=inbound.subject,
        quoted_at=inbound.quoted_at, notes=inbound.notes[:MAX_NOTES], authentication=checked,
        machine=inbound.machine,
    )  # fmt: skip


def _account_ref(account: queries.AccountRow) -> AccountRef:
    return AccountRef(id=account.id, calendar_id=account.calendar_id, team_id=account.team_id, kind=account.kind)


def _sentence(*parts: str | list[str]) -> str | None:
    """The reason of a fate in one text, or None when there is nothing to say."""
    flat = [s for part in parts for s in ([part] if isinstance(part, str) else part)]
    return " ".join(flat)[:2000] or None
