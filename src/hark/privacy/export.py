"""Everything that is kept of a contact, as a ZIP file that is written while it is downloaded: `data.json`, whose shape
docs/admin/data-protection.md describes, and the files. Nobody waits for the whole, and it never lies in memory whole."""

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from hark.contacts.types import KIND_NAMES
from hark.conversations.types import CHANNELS, Direction, MessageKind
from hark.core.actor import Actor, ActorKind
from hark.core.db import Db
from hark.core.errors import Conflict, NotFound
from hark.core.files import Files
from hark.intake.types import Fate
from hark.journey.types import Status
from hark.privacy.queries import find_family
from hark.understanding.types import SIGNALS
from hark.visits.types import FactKind

FORMAT = "hark-contact"
VERSION = 1
PORTION = 200  # rows in one look at the database

Row = dict[str, Any]


async def export_contact(db: Db, actor: Actor, files: Files, id: UUID) -> tuple[str, AsyncIterator[bytes]]:
    """The name of the ZIP file and its bytes; the audit log says who took it. Raises NotFound, and Conflict for somebody
    who was erased."""
    async with db.transaction(actor) as tx:
        root, ids = await find_family(tx, tx.workspace_id, id)
        contact = await tx.one(_Person, _CONTACT, tx.workspace_id, root)
        if contact.erased_at is not None:
            raise Conflict("This contact was erased. There is nothing left to download.", code="contact_erased")
        await tx.audit("contact.exported", f"contact:{root}")
    whole = _Export(db, files, actor.workspace_id, ids, contact)
    return f"contact-{db.now():%Y-%m-%d}-{root.hex[-6:]}.zip", whole.pieces()


class _Person(msgspec.Struct):
    id: UUID
    name: str | None
    locale: str | None
    tz: str | None
    attributes: Row
    created_at: datetime
    erased_at: datetime | None
    company: str | None
    vip: bool
    value_minor: int | None
    currency: str | None


class _Sink(io.RawIOBase):
    """Where the ZIP file is written to; `take` empties it."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._held += data
        return len(data)

    def take(self) -> bytes:
        taken = bytes(self._held)
        self._held.clear()
        return taken


class _Export:
    def __init__(self, db: Db, files: Files, workspace_id: int, ids: Sequence[UUID], contact: _Person) -> None:
        self._db = db
        self._files = files
        self._workspace_id = workspace_id
        self._ids = list(ids)
        self._contact = contact
        self._wanted: list[tuple[str, str]] = []  # (name in the ZIP file, key)

    async def pieces(self) -> AsyncIterator[bytes]:
        sink = _Sink()
        with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
            with archive.open("data.json", "w", force_zip64=True) as data:
                async for text in self._data():
                    data.write(text)
                    if piece := sink.take():
                        yield piece
            gone = []
            for name, key in self._wanted:
                try:
                    content = await self._files.get(key)
                except NotFound:
                    gone.append(name)
                    continue
                await asyncio.to_thread(archive.writestr, name, content)  # compressing a large file takes a second
                yield sink.take()
            if gone:
                archive.writestr("missing.txt", "\n".join(gone) + "\n")
        yield sink.take()

    async def _data(self) -> AsyncIterator[bytes]:
        """data.json, conversation by conversation."""
        person = {k: v for k, v in msgspec.structs.asdict(self._contact).items() if k != "erased_at"}
        head = {"format": FORMAT, "version": VERSION, "exported_at": self._db.now(), "contact": {
            **person, "merged_ids": [id for id in self._ids if id != self._contact.id],
            "addresses": [_identity(r) for r in await self._rows(_IDENTITIES)],
            "unsubscribed": await self._rows(_SUPPRESSED),
        }}  # fmt: skip
        yield msgspec.json.encode(head)[:-1] + b',"conversations":['
        after, comma = UUID(int=0), b""
        while page := await self._rows(_CONVERSATIONS, after, PORTION):
            for row in page:
                async for text in self._conversation(row):
                    yield comma + text
                    comma = b""
                comma = b","
            after = page[-1]["id"]
        yield b'],"messages_elsewhere":' + msgspec.json.encode([self._message(m) for m in await self._rows(_ELSEWHERE)])
        yield b',"visitors":' + msgspec.json.encode(await self._rows(_VISITORS))
        yield b',"visits":' + msgspec.json.encode([_visit(v) for v in await self._rows(_VISITS)])
        yield b',"other_mail":' + msgspec.json.encode([self._mail(r) for r in await self._rows(_OTHER_MAIL)]) + b"}"

    async def _conversation(self, row: Row) -> AsyncIterator[bytes]:
        id = row["id"]
        about = {
            **row, "status": Status(row["status"]).name.lower(), "channel": CHANNELS[row["channel"]],
            "bots": await self._rows(_BOTS, id), "language_model": await self._rows(_MODEL, id),
        }  # fmt: skip
        yield msgspec.json.encode(about)[:-1] + b',"messages":['
        after, comma = -1, b""
        while page := await self._rows(_MESSAGES, id, after, PORTION):
            yield comma + b",".join(msgspec.json.encode(self._message(m)) for m in page)
            after, comma = page[-1]["seq"], b","
        yield b"]}"

    def _message(self, row: Row) -> Row:
        """A message as data.json tells it; its files are wanted from now on."""
        folder = f"files/{row['id']}"
        html_key, raw_key, files = row.pop("html_key"), row.pop("raw_key"), row.pop("files")
        kind, author_kind, signals = row.pop("kind"), row.pop("author_kind"), row.pop("signals")
        shown = [
            {"name": f["name"], "content_type": f["content_type"], "size": f["size"],
             "file": self._want(f"{folder}/{n}-{_plain(f['name'])}", f["key"])}
            for n, f in enumerate(files, 1)
        ]  # fmt: skip
        return {
            **row, "kind": MessageKind(kind).name.lower(), "direction": Direction(row["direction"]).name.lower(),
            "author": ActorKind(author_kind).name.lower(), "signals": list(_signals(signals)), "files": shown,
            "html": self._want(f"{folder}/message.html", html_key), "raw": self._want(f"{folder}/message.eml", raw_key),
        }  # fmt: skip

    def _mail(self, row: Row) -> Row:
        key = row.pop("blob_key")
        row["fate"] = Fate(row["fate"]).name.lower()
        return {**row, "raw": self._want(f"files/{row['id']}.eml", key)}

    def _want(self, name: str, key: str | None) -> str | None:
        if not key:
            return None
        self._wanted.append((name, key))
        return name

    async def _rows(self, sql: str, *args: Any) -> list[Row]:
        """Rows as they are, for JSON alone."""
        async with self._db.pool.acquire() as conn:
            return [dict(row) for row in await conn.fetch(sql, self._workspace_id, self._ids, *args)]


def _identity(row: Row) -> Row:
    return {**row, "kind": KIND_NAMES[row["kind"]]}


def _visit(row: Row) -> Row:
    facts = [{**fact, "kind": FactKind(fact["kind"]).name.lower()} for fact in row["facts"]]
    return {**row, "facts": facts}


def _signals(bits: int | None) -> Iterator[str]:
    """The names of what was read in a message."""
    return (name for n, name in enumerate(SIGNALS) if (bits or 0) >> n & 1)


def _plain(name: str) -> str:
    """A file name that means nothing but itself in any ZIP program."""
    return "".join(c if c.isalnum() or c in "-_. " else "_" for c in name).strip(". ")[:100] or "file"


_CONTACT = """
SELECT p.id, p.name, p.locale, p.tz, p.attributes, p.created_at, p.erased_at, k.name AS company, p.vip, p.value_minor,
  p.currency::text AS currency
FROM contacts p LEFT JOIN companies k ON k.workspace_id = $1 AND k.id = p.company_id WHERE p.workspace_id = $1 AND p.id = $2
"""
_IDENTITIES = """
SELECT kind, value, verified_at FROM identities WHERE workspace_id = $1 AND contact_id = ANY($2::uuid[]) ORDER BY id
"""
_SUPPRESSED = """
SELECT address, at FROM suppressions WHERE workspace_id = $1 AND address IN
  (SELECT lower(value) FROM identities WHERE workspace_id = $1 AND contact_id = ANY($2::uuid[]) AND kind = 1)
"""
_CONVERSATIONS = """
SELECT c.id, c.number, c.subject, c.status, a.kind AS channel, a.name AS inbox, c.created_at, c.last_message_at, c.attributes,
  t.name AS topic, ARRAY(SELECT g.name FROM tags g WHERE g.workspace_id = $1 AND g.id = ANY(c.tag_ids) ORDER BY g.name) AS tags
FROM conversations c JOIN channel_accounts a ON a.workspace_id = $1 AND a.id = c.account_id
LEFT JOIN topics t ON t.workspace_id = $1 AND t.id = c.topic_id
WHERE c.workspace_id = $1 AND c.contact_id = ANY($2::uuid[]) AND c.id > $3 ORDER BY c.id LIMIT $4
"""
_MESSAGE = """
SELECT m.id, m.seq, m.occurred_at AS at, m.direction, m.kind, m.author_kind, m.text, m.headers, m.lang AS language,
  m.html_key, nullif(i.blob_key, '') AS raw_key, r.signals, (SELECT coalesce(jsonb_agg(jsonb_build_object('name', f.name,
    'content_type', f.content_type, 'size', f.size, 'key', f.blob_key) ORDER BY f.id), '[]') FROM attachments f
    WHERE f.workspace_id = $1 AND f.message_id = m.id) AS files
FROM messages m LEFT JOIN intake_items i ON i.workspace_id = $1 AND i.id = m.intake_id
LEFT JOIN readings r ON r.workspace_id = $1 AND r.message_id = m.id
JOIN conversations c ON c.workspace_id = $1 AND c.id = m.conversation_id
WHERE m.workspace_id = $1"""
_MESSAGES = (
    _MESSAGE
    + """
  AND c.contact_id = ANY($2::uuid[]) AND m.conversation_id = $3 AND m.seq > $4 ORDER BY m.seq LIMIT $5
"""
)
_ELSEWHERE = (
    _MESSAGE
    + """
  AND m.author_kind = 3 AND m.author_id = ANY(SELECT unnest($2::uuid[])::text) AND c.contact_id <> ALL($2::uuid[]) ORDER BY m.id
"""
)
_BOTS = """
SELECT b.name AS bot, r.started_at, r.ended_at, r.state FROM bot_runs r JOIN bots b ON b.workspace_id = $1 AND b.id = r.bot_id
WHERE r.workspace_id = $1 AND $2::uuid[] IS NOT NULL AND r.conversation_id = $3 ORDER BY r.started_at
"""
_MODEL = """
SELECT at, model, sent, answer FROM ai_calls WHERE workspace_id = $1 AND $2::uuid[] IS NOT NULL AND conversation_id = $3 ORDER BY id
"""
_VISITORS = """
SELECT id, created_at, last_seen_at, user_id, address, profile FROM visitors
WHERE workspace_id = $1 AND id IN (
  SELECT id FROM visitors WHERE workspace_id = $1 AND contact_id = ANY($2::uuid[])
  UNION ALL SELECT value::uuid FROM identities WHERE workspace_id = $1 AND contact_id = ANY($2::uuid[]) AND kind = 2
) ORDER BY id
"""
_VISITS = """
SELECT v.id, v.started_at, v.landing, v.referrer, (SELECT coalesce(jsonb_agg(jsonb_build_object('at', f.at, 'kind', f.kind,
  'data', f.data) ORDER BY f.at), '[]') FROM visit_facts f WHERE f.workspace_id = $1 AND f.visit_id = v.id) AS facts
FROM visits v WHERE v.workspace_id = $1 AND v.visitor_id IN (
  SELECT id FROM visitors WHERE workspace_id = $1 AND contact_id = ANY($2::uuid[])
  UNION ALL SELECT value::uuid FROM identities WHERE workspace_id = $1 AND contact_id = ANY($2::uuid[]) AND kind = 2
) ORDER BY v.started_at
"""
# Mail that became no message: held, spam, said twice.
_OTHER_MAIL = """
SELECT i.id, i.received_at, i.fate, i.mail, i.blob_key FROM intake_items i
WHERE i.workspace_id = $1 AND i.message_id IS NULL AND i.fate > 2 AND lower(i.mail->>'from_address') IN
  (SELECT lower(value) FROM identities WHERE workspace_id = $1 AND contact_id = ANY($2::uuid[]) AND kind = 1)
ORDER BY i.id
"""
