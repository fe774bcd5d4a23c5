"""A worker forgets people: conversation by conversation, then what stands elsewhere. It can be stopped at any moment, and
another worker goes on; nothing it does is worse for being done twice."""

import asyncio
from collections.abc import Iterable, Sequence
from uuid import UUID

import msgspec
import structlog

from hark.conversations.actions import resolve
from hark.core.actor import system
from hark.core.db import Db, is_passing
from hark.core.errors import HarkError, Unavailable
from hark.core.files import Files
from hark.core.text import one_line, search_query, search_tokens
from hark.intake.summary import MailSummary, ledger_query, words_of
from hark.journey.types import Status
from hark.privacy import queries, wiping
from hark.privacy.actions import claim_erasure, finish_erasure, keep_erasure, postpone_erasure
from hark.privacy.redaction import names, without
from hark.privacy.types import Claim

log = structlog.get_logger(__name__)

LOOK_S = 2.0
MESSAGES = 200
CONVERSATIONS = 20
PREVIEW = 200
AT_ONCE = 32  # files
FIRST = UUID(int=0)
BUSY = "A reply is being handed to a mail server at this moment."
FAULT = "Hark met an error of its own, which its log describes. What is erased stays erased."


async def run_erasures(db: Db, files: Files) -> int:
    """Work through every erasure that waits; how many have ended."""
    ended = 0
    while (one := await claim_erasure(db)) is not None:
        try:
            await erase(db, files, one)
            ended += 1
        except Exception as error:
            if not (is_passing(error) or isinstance(error, HarkError)):
                log.exception("an erasure failed", workspace=one.workspace_id, contact=str(one.contact_id))
            await postpone_erasure(db, one, error.detail if isinstance(error, HarkError) else FAULT)
    return ended


async def forget_classifiers(db: Db, files: Files) -> None:
    """See `wiping.drop_classifiers`."""
    await _delete(files, await wiping.drop_classifiers(db))


async def erase(db: Db, files: Files, one: Claim) -> None:
    """All that is left of one person. Raises Unavailable while a reply is on its way, or the files cannot be reached."""
    await _delete(files, one.known.files)
    while places := await queries.next_conversations(db, one, CONVERSATIONS):
        for place in places:
            await _conversation(db, files, one, place)
        one = msgspec.structs.replace(one, after_id=places[-1].id)
        await keep_erasure(db, one, after_id=one.after_id, done=len(places))
    for spoken in await queries.spoken_elsewhere(db, one):
        await _elsewhere(db, files, one, spoken)
        await keep_erasure(db, one)
    await _named(db, files, one)
    await _ledger(db, files, one)
    await wiping.wipe_rest(db, one)
    await finish_erasure(db, one)


async def _conversation(db: Db, files: Files, one: Claim, place: queries.Place) -> None:
    if place.busy:
        raise Unavailable(BUSY, code="reply_leaving")
    if place.status < Status.RESOLVED:
        async with db.transaction(system(one.workspace_id)) as tx:
            await resolve(tx, place.id)
    after = -1
    while messages := await queries.messages_of(db, one, place.id, after, MESSAGES):
        await _wipe(db, files, one, [m for m in messages if not m.theirs])
        for message in messages:
            if message.theirs:
                await _keep_words(db, files, one, message)
        after = messages[-1].seq
        await keep_erasure(db, one)
    await _delete(files, await wiping.uploads_of(db, one, place.id))
    await wiping.wipe_conversation(db, one, place.id)


async def _wipe(db: Db, files: Files, one: Claim, messages: Sequence[queries.Message]) -> None:
    await _delete(files, [key for m in messages for key in (m.html_key, m.raw_key, *m.file_keys)])
    await wiping.wipe_messages(db, one, [m.id for m in messages], [m.intake_id for m in messages if m.intake_id])


async def _keep_words(db: Db, files: Files, one: Claim, message: queries.Message) -> None:
    """Somebody else's message: its own words stay; what it quotes, its HTML and its raw mail, which show the same, do not."""
    text = own_words(message.text, message.headers.get("quoted_at"))
    headers = without({key: value for key, value in message.headers.items() if key != "quoted_at"}, one.known.addresses)
    await _delete(files, [message.html_key, message.raw_key])
    await wiping.keep_words(
        db, one, message.id, text, headers, search_tokens(_found_by(headers, message.file_names, text))
    )


def own_words(text: str, quoted_at: int | None) -> str:
    """A text without its quoted history, nor the line that leads up to it ("On Monday ... wrote:")."""
    if quoted_at is None:
        return text
    own = text[:quoted_at].rstrip()
    head, _, last = own.rpartition("\n")
    return head.rstrip() if last.endswith((":", "：")) else own


def _found_by(headers: dict[str, object], file_names: Iterable[str], text: str) -> str:
    """The words of a message, as `conversations.inbound` indexes them."""
    people = [headers.get("from"), *_list(headers.get("to")), *_list(headers.get("cc"))]
    who = [f"{p.get('name', '')} {p.get('address', '')}" for p in people if isinstance(p, dict)]
    return "\n".join([str(headers.get("subject") or ""), *who, *file_names, text])


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


async def _elsewhere(db: Db, files: Files, one: Claim, spoken: queries.Spoken) -> None:
    """Their words in somebody else's conversation, and what was quoted of them afterwards. Their own messages go last: as
    long as one is there, a worker that goes on finds the conversation again."""
    id = spoken.conversation_id
    await _ways_back(db, one, [id], [*one.known.addresses, *spoken.mail_ids])
    for message in await queries.messages_by_id(db, one, await queries.messages_after(db, one, id, spoken.seq)):
        if message.id not in spoken.ids:
            await _keep_words(db, files, one, message)
    await wiping.tell_partly(db, one, id, one_line(await wiping.last_words(db, one, spoken), PREVIEW))
    for n in range(0, len(spoken.ids), MESSAGES):
        await _wipe(db, files, one, await queries.messages_by_id(db, one, spoken.ids[n : n + MESSAGES]))


async def _named(db: Db, files: Files, one: Claim) -> None:
    """Their addresses among the recipients of others' messages, so that no answer goes to them either, and where Hark or a
    mail server tells of them."""
    for address in one.known.addresses:
        words, after = search_query(address), FIRST
        while words and (ids := await queries.messages_naming(db, one, words, address, after)):
            found = [m for m in await queries.messages_by_id(db, one, ids) if names([m.headers, m.told], [address])]
            for message in found:
                headers = without(message.headers, one.known.addresses)
                text = message.text if message.told is None else without(message.told, one.known.addresses)
                tokens = search_tokens(_found_by(headers, message.file_names, text))
                await wiping.keep_rest(db, one, message.id, text, headers, tokens)
            await _ways_back(db, one, {m.conversation_id for m in found}, one.known.addresses)
            after = ids[-1]
            await keep_erasure(db, one)


async def _ways_back(db: Db, one: Claim, conversation_ids: Iterable[UUID], marks: Sequence[str]) -> None:
    """Take addresses and ids of mails out of whom an answer would go to, and of what was answered."""
    ids = list(conversation_ids)
    threads = [e for e in await queries.endpoints_of(db, one, ids) if names(e.value, marks)]
    await wiping.write_threads(db, one, [(e.id, without(e.value, marks)) for e in threads])
    replies = [o for o in await queries.replies_of(db, one, ids) if names(o.value, marks)]
    await wiping.write_replies(db, one, [(o.id, without(o.value, marks)) for o in replies])


async def _ledger(db: Db, files: Files, one: Claim) -> None:
    """Lines of the ledger: theirs are emptied; others' that name them lose the raw mail, which says it all, and the address."""
    after = FIRST
    while lines := await queries.lines_about(db, one, after):
        await _empty(db, files, one, [line for line in lines if line.erased])
        after = lines[-1].id
    for address in one.known.addresses:
        words, after = ledger_query(address), FIRST
        while words and (lines := await queries.lines_naming(db, one, words, after)):
            own = [line for line in lines if line.erased and (line.about or _from(line, one))]
            await _empty(db, files, one, own)
            for line in lines:
                if line not in own and not line.waiting and not _from(line, one):
                    await _unname(db, files, one, line)
            after = lines[-1].id
            await keep_erasure(db, one)
        after = FIRST
        while lines := await queries.lines_telling(db, one, address, after):
            await _empty(db, files, one, lines)
            after = lines[-1].id


def _from(line: queries.Line, one: Claim) -> bool:
    senders = {line.envelope.mail_from.lower(), line.mail.from_address.lower() if line.mail else ""}
    return not senders.isdisjoint(one.known.addresses)


async def _empty(db: Db, files: Files, one: Claim, lines: Sequence[queries.Line]) -> None:
    await _delete(files, [line.blob_key for line in lines])
    await wiping.wipe_lines(db, one, [line.id for line in lines])


async def _unname(db: Db, files: Files, one: Claim, line: queries.Line) -> None:
    """Somebody else's line: without the raw mail, and without the address; the index has found beginnings of addresses too."""
    addresses = one.known.addresses
    mail, envelope = msgspec.to_builtins(line.mail or MailSummary()), msgspec.to_builtins(line.envelope)
    if not names([mail, envelope], addresses):
        return
    mail, envelope = without(mail, addresses), without(envelope, addresses)
    summary = msgspec.convert(mail, MailSummary)
    await _delete(files, [line.blob_key])
    await wiping.lose_raw(
        db, one, line.id, mail, envelope, words_of(summary, msgspec.convert(envelope, type(line.envelope)))
    )


async def _delete(files: Files, keys: Iterable[str | None]) -> None:
    wanted = [key for key in keys if key]
    for n in range(0, len(wanted), AT_ONCE):
        await asyncio.gather(*(files.delete(key) for key in wanted[n : n + AT_ONCE]))
