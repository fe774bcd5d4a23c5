"""Taking words away. Every statement can be run again and changes nothing the second time; files go before the rows that
name them, so that a stop in between leaves nothing nobody knows of."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from hark.conversations.lock import lock_conversation, record, save
from hark.core.actor import system
from hark.core.db import Db
from hark.privacy.queries import Spoken
from hark.privacy.types import Claim, ConversationErased

GONE = "Somebody asked to be forgotten; what this was has been erased."


async def wipe_messages(db: Db, one: Claim, ids: Sequence[UUID], intake_ids: Sequence[UUID]) -> None:
    """Empty these messages: text, header lines, attachments, how they are found, their lines in the ledger. What they did
    and when stays."""
    async with db.transaction(system(one.workspace_id)) as tx:
        for statement in _MESSAGES:
            await tx.run(statement, tx.workspace_id, list(ids))
        await tx.run(_LINES, tx.workspace_id, list(intake_ids), GONE)


# The ids of mails first: they are read from the messages that then lose them.
_MESSAGES = (
    "DELETE FROM thread_ids WHERE workspace_id = $1 AND external_id IN"
    " (SELECT external_id FROM messages WHERE workspace_id = $1 AND id = ANY($2::uuid[]))",
    "UPDATE messages SET text = '', html_key = NULL, headers = '{\"erased\": true}', external_id = NULL,"
    " delivery = CASE WHEN delivery = 1 THEN 4 ELSE delivery END WHERE workspace_id = $1 AND id = ANY($2::uuid[])",
    "DELETE FROM attachments WHERE workspace_id = $1 AND message_id = ANY($2::uuid[])",
    "DELETE FROM message_search WHERE workspace_id = $1 AND message_id = ANY($2::uuid[])",
    "DELETE FROM learned_replies WHERE workspace_id = $1 AND message_id = ANY($2::uuid[])",
    "UPDATE suggestion_offers SET inserted = NULL WHERE workspace_id = $1 AND inserted IS NOT NULL AND sources && $2::uuid[]",
)
# The hash of a chat message could be guessed from its few words. With a text of `tokens` nobody describes the line again.
_LINES = """
UPDATE intake_items SET blob_key = '', sha256 = '', mail = '{}', tokens = ''::tsvector, envelope = '{}',
  fate = CASE WHEN fate IN (6, 7) THEN 11 ELSE fate END, reason = CASE WHEN fate IN (1, 2) THEN NULL ELSE $3 END
WHERE workspace_id = $1 AND id = ANY($2::uuid[]) AND fate <> 0
"""


async def wipe_lines(db: Db, one: Claim, ids: Sequence[UUID]) -> None:
    """Empty these lines of the ledger; what waited for a decision there waits no more."""
    await db.run(_LINES, one.workspace_id, list(ids), GONE)


async def lose_raw(db: Db, one: Claim, id: UUID, mail: dict[str, Any], envelope: dict[str, Any], tokens: str) -> None:
    """A line of somebody else goes on without its raw mail and without the person's address."""
    await db.run(
        "UPDATE intake_items SET blob_key = '', mail = $3, envelope = $4, tokens = $5::text::tsvector"
        " WHERE workspace_id = $1 AND id = $2",
        one.workspace_id, id, mail, envelope, tokens,
    )  # fmt: skip


async def keep_words(db: Db, one: Claim, id: UUID, text: str, headers: dict[str, Any], tokens: list[str]) -> None:
    """A message of somebody else goes on with its own words alone: plain text, no quoted history."""
    async with db.transaction(system(one.workspace_id)) as tx:
        await tx.run(
            "UPDATE messages SET text = $3, headers = $4, html_key = NULL WHERE workspace_id = $1 AND id = $2",
            tx.workspace_id, id, text, headers,
        )  # fmt: skip
        await tx.run(
            "UPDATE intake_items i SET blob_key = '' FROM messages m WHERE m.workspace_id = $1 AND m.id = $2"
            " AND i.workspace_id = $1 AND i.id = m.intake_id",
            tx.workspace_id, id,
        )  # fmt: skip
        await tx.run(_TOKENS, tx.workspace_id, id, tokens)


async def keep_rest(db: Db, one: Claim, id: UUID, text: str, headers: dict[str, Any], tokens: list[str]) -> None:
    """A message of somebody else goes on without the person's address."""
    async with db.transaction(system(one.workspace_id)) as tx:
        await tx.run(
            "UPDATE messages SET text = $3, headers = $4 WHERE workspace_id = $1 AND id = $2",
            tx.workspace_id, id, text, headers,
        )  # fmt: skip
        await tx.run(_TOKENS, tx.workspace_id, id, tokens)


_TOKENS = """
UPDATE message_search SET tokens = array_to_tsvector($3::text[]) WHERE workspace_id = $1 AND message_id = $2
"""


async def wipe_conversation(db: Db, one: Claim, id: UUID) -> None:
    """Everything of one of their conversations that is no message: subject, threads, drafts, what bots, rules, the language
    model and suggestions know of it. Says so in the journal, once."""
    async with db.transaction(system(one.workspace_id)) as tx:
        c = await lock_conversation(tx, id)
        c.subject = c.preview = ""
        if not await tx.one(bool, _TOLD, tx.workspace_id, id):
            record(tx, c, ConversationErased(whole=True), subject_id=one.contact_id)
        await save(tx, c)
        for statement in _CONVERSATION:
            await tx.run(statement, tx.workspace_id, id)


_TOLD = "SELECT EXISTS (SELECT FROM events WHERE workspace_id = $1 AND conversation_id = $2 AND kind = 251)"
_CONVERSATION = (
    "UPDATE conversations SET attributes = '{}' WHERE workspace_id = $1 AND id = $2",
    "DELETE FROM attachments f USING drafts d WHERE d.workspace_id = $1 AND d.conversation_id = $2 AND f.workspace_id = $1"
    " AND f.message_id IS NULL AND d.body->'files' @> jsonb_build_array(jsonb_build_object('id', f.id::text))",
    "DELETE FROM attachments f USING outbox o WHERE o.workspace_id = $1 AND o.conversation_id = $2 AND f.workspace_id = $1"
    " AND f.message_id IS NULL AND o.body->'attachment_ids' @> to_jsonb(f.id::text)",
    "DELETE FROM drafts WHERE workspace_id = $1 AND conversation_id = $2",
    'UPDATE outbox SET body = \'{"text": ""}\', error = NULL, provider_id = NULL,'
    " state = CASE WHEN state = 3 THEN 3 ELSE 5 END WHERE workspace_id = $1 AND conversation_id = $2 AND state <> 2",
    "UPDATE endpoints SET refs = '{}', thread_key = 'erased:' || id, identity_id = NULL, visitor_id = NULL"
    " WHERE workspace_id = $1 AND conversation_id = $2",
    "DELETE FROM bot_calls WHERE workspace_id = $1 AND run_id IN"
    " (SELECT id FROM bot_runs WHERE workspace_id = $1 AND conversation_id = $2)",
    "UPDATE bot_runs SET state = '{}' WHERE workspace_id = $1 AND conversation_id = $2",
    "DELETE FROM rule_calls WHERE workspace_id = $1 AND conversation_id = $2",
    "DELETE FROM bot_troubles WHERE workspace_id = $1 AND conversation_id = $2",
    "UPDATE ai_calls SET sent = '[]', answer = NULL, problem = NULL WHERE workspace_id = $1 AND conversation_id = $2",
    "UPDATE suggestion_offers SET inserted = NULL WHERE workspace_id = $1 AND conversation_id = $2",
    "UPDATE rule_runs SET problem = NULL WHERE workspace_id = $1 AND conversation_id = $2",
    "UPDATE parked_events p SET error = '' FROM events e WHERE e.workspace_id = $1 AND e.conversation_id = $2"
    " AND p.workspace_id = $1 AND p.seq = e.seq",
    "DELETE FROM message_search WHERE workspace_id = $1 AND message_id IN"
    " (SELECT id FROM messages WHERE workspace_id = $1 AND conversation_id = $2 AND headers ? 'erased')",
)

UPLOADS = """
SELECT f.blob_key FROM attachments f WHERE f.workspace_id = $1 AND f.message_id IS NULL AND (
  EXISTS (SELECT FROM drafts d WHERE d.workspace_id = $1 AND d.conversation_id = $2
    AND d.body->'files' @> jsonb_build_array(jsonb_build_object('id', f.id::text)))
  OR EXISTS (SELECT FROM outbox o WHERE o.workspace_id = $1 AND o.conversation_id = $2
    AND o.body->'attachment_ids' @> to_jsonb(f.id::text)))
"""


async def uploads_of(db: Db, one: Claim, id: UUID) -> list[str]:
    """Keys of the files that wait in drafts and replies of a conversation."""
    return await db.all(str, UPLOADS, one.workspace_id, id)


async def tell_partly(db: Db, one: Claim, id: UUID, preview: str) -> None:
    """What they said in somebody else's conversation is gone: the list shows what stands there now, the journal says so."""
    async with db.transaction(system(one.workspace_id)) as tx:
        c = await lock_conversation(tx, id)
        c.preview = preview
        record(tx, c, ConversationErased(whole=False), subject_id=one.contact_id)
        await save(tx, c)
        await tx.run(
            "UPDATE ai_calls SET sent = '[]', answer = NULL, problem = NULL WHERE workspace_id = $1 AND conversation_id = $2"
            " AND at <= $3",
            tx.workspace_id, id, one.requested_at,
        )  # fmt: skip
        await tx.run(  # of an answer together with what it answers; they are made anew
            "DELETE FROM reply_vectors WHERE workspace_id = $1 AND message_id IN"
            " (SELECT id FROM messages WHERE workspace_id = $1 AND conversation_id = $2)",
            tx.workspace_id, id,
        )  # fmt: skip


async def last_words(db: Db, one: Claim, spoken: Spoken) -> str:
    """The text of the last message that customers and team both see, but for what the person has said."""
    return await db.find(
        str,
        "SELECT left(text, coalesce((headers->>'quoted_at')::int, 100000)) FROM messages WHERE workspace_id = $1"
        " AND conversation_id = $2 AND audience > 0 AND id <> ALL($3::uuid[]) ORDER BY occurred_at DESC, seq DESC LIMIT 1",
        one.workspace_id, spoken.conversation_id, spoken.ids,
    ) or ""  # fmt: skip


async def write_threads(db: Db, one: Claim, rows: Sequence[tuple[UUID, dict[str, Any]]]) -> None:
    """(endpoint, refs)"""
    await db.run_many(
        "UPDATE endpoints SET refs = $3 WHERE workspace_id = $1 AND id = $2",
        [(one.workspace_id, id, value) for id, value in rows],
    )


async def write_replies(db: Db, one: Claim, rows: Sequence[tuple[UUID, dict[str, Any]]]) -> None:
    """(reply of the outbox, body)"""
    await db.run_many(
        "UPDATE outbox SET body = $3, error = NULL WHERE workspace_id = $1 AND id = $2",
        [(one.workspace_id, id, value) for id, value in rows],
    )


async def wipe_rest(db: Db, one: Claim) -> None:
    """What belongs to no conversation, or quotes several: ids of their threads, kept answers of the API, replays of bots,
    questions to the language model without a conversation, addresses typed by visitors, in the audit log, on the list of
    those who want no automatic mail."""
    addresses = one.known.addresses
    for statement, args in (
        (_THREAD_IDS, (one.contact_ids,)),
        (_ANSWERS, (one.requested_at,)),
        (_REPLAYS, (one.requested_at,)),
        (_QUESTIONS, (one.requested_at,)),
        (_OFFERS, (one.contact_ids,)),
        (_VISITORS, (addresses,)),
        (_TYPED, (addresses,)),
        (_AUDIT, ([f"address:{address}" for address in addresses],)),
        (_SUPPRESSIONS, (addresses,)),
    ):
        await db.run(statement, one.workspace_id, *args)


_THREAD_IDS = """
DELETE FROM thread_ids WHERE workspace_id = $1 AND conversation_id IN
  (SELECT id FROM conversations WHERE workspace_id = $1 AND contact_id = ANY($2::uuid[]))
"""
# Who repeats a request from before is told its status, and nothing is done twice.
_ANSWERS = """
UPDATE idempotency_keys SET body = '' WHERE workspace_id = $1 AND created_at <= $2 AND status IS NOT NULL AND body <> ''
"""
_REPLAYS = "DELETE FROM bot_replays WHERE workspace_id = $1 AND created_at <= $2"
_QUESTIONS = """
UPDATE ai_calls SET sent = '[]', answer = NULL, problem = NULL
WHERE workspace_id = $1 AND conversation_id IS NULL AND at <= $2
"""
_OFFERS = """
UPDATE suggestion_offers o SET inserted = NULL WHERE o.workspace_id = $1 AND o.inserted IS NOT NULL AND EXISTS (
  SELECT FROM messages m JOIN conversations c ON c.workspace_id = $1 AND c.id = m.conversation_id
  WHERE m.workspace_id = $1 AND m.id = ANY(o.sources) AND c.contact_id = ANY($2::uuid[]))
"""
_VISITORS = "DELETE FROM visitors WHERE workspace_id = $1 AND contact_id IS NULL AND lower(address) = ANY($2::text[])"
_TYPED = "UPDATE visitors SET address = NULL WHERE workspace_id = $1 AND lower(address) = ANY($2::text[])"
_AUDIT = "UPDATE audit_log SET subject = 'address:erased' WHERE workspace_id = $1 AND subject = ANY($2::text[])"
_SUPPRESSIONS = "DELETE FROM suppressions WHERE workspace_id = $1 AND address = ANY($2::text[])"


# classifiers ----------------------------------------------------------------------------------------------------------


async def drop_classifiers(db: Db) -> list[str]:
    """Classifiers know words of the messages they were trained on. After an erasure they are trained anew; where that has
    not worked for a day, the old ones are no longer used. The keys of their files, to be deleted."""
    return await db.all(str, _CLASSIFIERS, db.now())


_CLASSIFIERS = """
WITH old AS (
  SELECT m.workspace_id, m.id, m.blob_key FROM understanding_models m WHERE m.blob_key IS NOT NULL AND m.erased < (
    SELECT count(*) FROM contacts p WHERE p.workspace_id = m.workspace_id
      AND p.erased_at < $1::timestamptz - interval '1 day')
)
UPDATE understanding_models m SET blob_key = NULL FROM old WHERE m.workspace_id = old.workspace_id AND m.id = old.id
RETURNING old.blob_key
"""
