"""Reading what is to be worked off, the addresses that receive, and what threading needs to know."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from hark.core.db import Db, Queries
from hark.intake.types import Item

MISSING = "There is no such item in the ledger."


class Receiver(msgspec.Struct, frozen=True):
    """An account that takes mail for an address."""

    workspace_id: int
    account_id: int
    address: str


async def list_receivers(db: Db) -> list[Receiver]:
    """All addresses mail is taken for, of all workspaces."""
    return await db.all(
        Receiver,
        "SELECT workspace_id, id AS account_id, lower(address) AS address FROM channel_accounts"
        " WHERE kind = 1 AND disabled_at IS NULL UNION ALL SELECT x.workspace_id, x.account_id, x.address"
        " FROM account_aliases x JOIN channel_accounts a ON a.workspace_id = x.workspace_id AND a.id = x.account_id"
        " WHERE a.disabled_at IS NULL",
    )


# claiming -----------------------------------------------------------------------------------------------------------

_ITEM = "workspace_id, id, account_id, external_id, received_at, occurred_at, source, envelope, blob_key, attempts"


async def due_items(db: Db, limit: int, *, skip: Sequence[UUID] = ()) -> list[Item]:
    """Up to `limit` items without a fate of the workspace whose turn it is, oldest first, without those of `skip`; not
    locked."""
    return await db.all(
        Item,
        f"SELECT {_ITEM} FROM intake_items WHERE fate = 0 AND next_try_at <= $1 AND id <> ALL($3::uuid[]) AND workspace_id ="
        " (SELECT workspace_id FROM intake_items WHERE fate = 0 AND next_try_at <= $1 AND id <> ALL($3::uuid[])"
        " ORDER BY next_try_at LIMIT 1) ORDER BY next_try_at, id LIMIT $2",
        db.now(), limit, list(skip),
    )  # fmt: skip


async def get_item_row(db: Queries, workspace_id: int, id: UUID) -> Item:
    """One item as processing needs it. Raises NotFound."""
    return await db.one(
        Item, f"SELECT {_ITEM} FROM intake_items WHERE workspace_id = $1 AND id = $2", workspace_id, id, missing=MISSING
    )


# threading ----------------------------------------------------------------------------------------------------------


class KnownMessage(msgspec.Struct, frozen=True):
    """A message of ours or theirs that a mail refers to."""

    external_id: str
    message_id: UUID
    conversation_id: UUID


async def messages_by_external_id(tx: Queries, workspace_id: int, ids: list[str]) -> list[KnownMessage]:
    """Messages carrying one of these ids, newest first; at most 20 of each. Here and below: conversations of people who were
    erased are none, so that what comes later begins anew."""
    return await tx.all(
        KnownMessage,
        "SELECT m.* FROM unnest($2::text[]) AS x(id) CROSS JOIN LATERAL (SELECT external_id, id AS message_id,"
        " conversation_id FROM messages WHERE workspace_id = $1 AND external_id = x.id LIMIT 20) m"
        " JOIN conversations c ON c.workspace_id = $1 AND c.id = m.conversation_id"
        " JOIN contacts p ON p.workspace_id = $1 AND p.id = c.contact_id AND p.erased_at IS NULL"
        " ORDER BY m.message_id DESC",
        workspace_id, ids,
    )  # fmt: skip


async def messages_by_id(tx: Queries, workspace_id: int, ids: list[UUID]) -> list[KnownMessage]:
    """Messages by our own ids (a signed Message-ID carries one), in no order; of a transcript its row of the outbox."""
    return await tx.all(
        KnownMessage,
        "SELECT m.* FROM (SELECT coalesce(external_id, '') AS external_id, id AS message_id, conversation_id FROM messages"
        " WHERE workspace_id = $1 AND id = ANY($2::uuid[]) UNION ALL SELECT '', id, conversation_id FROM outbox"
        " WHERE workspace_id = $1 AND id = ANY($2::uuid[]) AND message_id IS NULL AND state > 0) m"
        " JOIN conversations c ON c.workspace_id = $1 AND c.id = m.conversation_id"
        " JOIN contacts p ON p.workspace_id = $1 AND p.id = c.contact_id AND p.erased_at IS NULL",
        workspace_id, ids,
    )  # fmt: skip


async def messages_by_provider_id(tx: Queries, workspace_id: int, id: str) -> list[KnownMessage]:
    """Messages that a server took with an answer ending in this id (Amazon SES names its mails by it alone)."""
    return await tx.all(
        KnownMessage,
        "SELECT coalesce(m.external_id, '') AS external_id, m.id AS message_id, m.conversation_id FROM outbox o"
        " JOIN messages m ON m.workspace_id = $1 AND m.id = o.message_id"
        " WHERE o.workspace_id = $1 AND substring(o.provider_id FROM '[^ ]+$') = $2 LIMIT 20",
        workspace_id, id,
    )  # fmt: skip


async def newest_sent_to(
    tx: Queries, workspace_id: int, addresses: list[str], since: datetime, until: datetime
) -> list[KnownMessage]:
    """Of the contact behind each of these addresses (lower case), the newest mail of ours that left for it in that time."""
    if not addresses:
        return []
    return await tx.all(
        KnownMessage,
        "SELECT DISTINCT ON (i.value) coalesce(m.external_id, '') AS external_id, m.id AS message_id, m.conversation_id"
        " FROM identities i JOIN conversations c ON c.workspace_id = $1 AND c.contact_id = i.contact_id"
        "  AND c.last_message_at >= $3 CROSS JOIN LATERAL (SELECT id, external_id, conversation_id, occurred_at FROM messages"
        "   WHERE workspace_id = $1 AND conversation_id = c.id AND direction = 2 AND occurred_at BETWEEN $3 AND $4"
        "   AND EXISTS (SELECT FROM jsonb_array_elements(headers -> 'to') t WHERE lower(t ->> 'address') = i.value)"
        "   ORDER BY seq DESC LIMIT 1) m"
        " WHERE i.workspace_id = $1 AND i.kind = 1 AND i.scope = 0 AND i.value = ANY($2::text[])"
        " ORDER BY i.value, m.occurred_at DESC",
        workspace_id, addresses, since, until,
    )  # fmt: skip


class MentionedId(msgspec.Struct, frozen=True):
    external_id: str
    conversation_id: UUID


async def conversations_by_thread_id(tx: Queries, workspace_id: int, ids: list[str]) -> list[MentionedId]:
    """Conversations whose mails carry or refer to one of these ids, newest first; at most 20 of each."""
    return await tx.all(
        MentionedId,
        "SELECT t.* FROM unnest($2::text[]) AS x(id) CROSS JOIN LATERAL (SELECT external_id, conversation_id"
        " FROM thread_ids WHERE workspace_id = $1 AND external_id = x.id ORDER BY conversation_id DESC LIMIT 20) t"
        " JOIN conversations c ON c.workspace_id = $1 AND c.id = t.conversation_id"
        " JOIN contacts p ON p.workspace_id = $1 AND p.id = c.contact_id AND p.erased_at IS NULL"
        " ORDER BY t.conversation_id DESC",
        workspace_id, ids,
    )  # fmt: skip


class Membership(msgspec.Struct, frozen=True):
    """The conversation that `conversation_id` was merged into (or itself), and whether `address` takes part in it.
    `arrived`: when its newest messages came in, at most FLOOD, in no order."""

    conversation_id: UUID
    address: str | None
    root: UUID
    party: bool
    arrived: list[datetime] = []


FLOOD = 20  # mails of one address to one matter within FLOOD_TIME are taken to be a machine's
FLOOD_TIME = timedelta(hours=1)


async def memberships(tx: Queries, workspace_id: int, pairs: Sequence[tuple[UUID, str | None]]) -> list[Membership]:
    """Root and party of each pair of conversation and address, in one look. A party: of an endpoint, or sender, To or CC
    of a public message of the conversation or of one merged into it, or a verified address of its contact. Reply-To makes nobody a party: anybody can name
    anybody there. Without an address everybody is one."""
    return await tx.all(
        Membership,
        "SELECT x.conversation_id, x.address, y.root, y.party, y.arrived FROM unnest($2::uuid[], $3::text[])"
        " AS x(conversation_id, address) CROSS JOIN LATERAL ("
        " WITH RECURSIVE up AS ("
        "  SELECT id, root_id, 1 AS depth FROM conversations WHERE workspace_id = $1 AND id = x.conversation_id"
        "  UNION ALL SELECT c.id, c.root_id, up.depth + 1 FROM conversations c JOIN up ON c.id = up.root_id"
        "  WHERE c.workspace_id = $1 AND up.depth < 50),"
        " root AS (SELECT id FROM up ORDER BY depth DESC LIMIT 1),"
        " family AS (SELECT id FROM conversations WHERE workspace_id = $1"
        "   AND (id = (SELECT id FROM root) OR root_id = (SELECT id FROM root)))"
        " SELECT root.id AS root, (x.address IS NULL"
        " OR EXISTS (SELECT 1 FROM endpoints e JOIN identities i ON i.workspace_id = $1 AND i.id = e.identity_id"
        "   WHERE e.workspace_id = $1 AND e.conversation_id IN (SELECT id FROM family) AND i.value = x.address)"
        " OR EXISTS (SELECT 1 FROM conversations r JOIN identities i ON i.workspace_id = $1 AND i.contact_id = r.contact_id"
        "   WHERE r.workspace_id = $1 AND r.id = root.id AND i.kind = 1 AND i.scope = 0 AND i.value = x.address"
        "   AND i.verified_at IS NOT NULL)"
        " OR EXISTS (SELECT 1 FROM messages m CROSS JOIN LATERAL jsonb_path_query(m.headers - 'reply_to',"
        "     'lax $.*.address') AS a(address)"
        "   WHERE m.workspace_id = $1 AND m.conversation_id IN (SELECT id FROM family) AND m.audience > 0"
        "   AND lower(a.address #>> '{}') = x.address)) AS party,"
        " ARRAY(SELECT m.occurred_at FROM messages m WHERE m.workspace_id = $1 AND m.conversation_id = root.id"
        "   AND x.address IS NOT NULL AND m.direction = 1 AND m.kind = 1 AND lower(m.headers #>> '{from,address}') = x.address"
        "   ORDER BY m.seq DESC LIMIT $4) AS arrived FROM root) y",
        workspace_id, [id for id, _ in pairs], [address for _, address in pairs], FLOOD,
    )  # fmt: skip


class RecentConversation(msgspec.Struct, frozen=True):
    address: str
    conversation_id: UUID


async def recent_conversations(
    tx: Queries, workspace_id: int, addresses: list[str], since: datetime
) -> list[RecentConversation]:
    """The newest conversations, FLOOD at most, of the contact behind each of these addresses that have a message since."""
    return await tx.all(
        RecentConversation,
        "SELECT i.value AS address, c.id AS conversation_id FROM identities i CROSS JOIN LATERAL ("
        " SELECT id FROM conversations WHERE workspace_id = $1 AND contact_id = i.contact_id AND last_message_at >= $3"
        " ORDER BY id DESC LIMIT $4) c WHERE i.workspace_id = $1 AND i.kind = 1 AND i.scope = 0 AND i.value = ANY($2::text[])",
        workspace_id, addresses, since, FLOOD,
    )  # fmt: skip


class NumberedConversation(msgspec.Struct, frozen=True):
    number: int
    id: UUID


async def conversations_by_number(tx: Queries, workspace_id: int, numbers: list[int]) -> list[NumberedConversation]:
    return await tx.all(
        NumberedConversation,
        "SELECT number, id FROM conversations WHERE workspace_id = $1 AND number = ANY($2::bigint[])",
        workspace_id, numbers,
    )  # fmt: skip


class ConversationFacts(msgspec.Struct, frozen=True):
    """What threading compares a mail with. `at` is the last message's time, of the root when it was merged; `answered`:
    the team has written in it; `texts` are those of its newest public messages, `ours` of the team's among them."""

    id: UUID
    number: int
    subject: str
    at: datetime
    answered: bool
    texts: list[str]
    ours: list[str]


async def conversation_facts(tx: Queries, workspace_id: int, ids: list[UUID]) -> list[ConversationFacts]:
    """Those of these conversations that are neither spam nor merged into spam."""
    return await tx.all(
        ConversationFacts,
        "SELECT c.id, c.number, c.subject, greatest(c.last_message_at, r.last_message_at) AS at, coalesce(m.answered, false)"
        " AS answered, coalesce(m.texts, '{}') AS texts, coalesce(m.ours, '{}') AS ours FROM conversations c"
        " JOIN contacts p ON p.workspace_id = $1 AND p.id = c.contact_id AND p.erased_at IS NULL"
        " LEFT JOIN conversations r ON r.workspace_id = $1 AND r.id = c.root_id CROSS JOIN LATERAL ("
        "  SELECT bool_or(direction = 2) AS answered, array_agg(left(text, 4000)) AS texts,"
        "   array_agg(left(text, 4000)) FILTER (WHERE direction = 2) AS ours FROM (SELECT direction, text FROM messages"
        "    WHERE workspace_id = $1 AND conversation_id = c.id AND audience > 0 ORDER BY seq DESC LIMIT 8) newest) m"
        " WHERE c.workspace_id = $1 AND c.id = ANY($2::uuid[]) AND c.status <> 4 AND coalesce(r.status, 1) <> 4",
        workspace_id, ids,
    )  # fmt: skip


async def find_twin(tx: Queries, workspace_id: int, external_id: str, address: str, text: str) -> KnownMessage | None:
    """The same mail received by another account: same Message-ID, same sender, same text."""
    return await tx.find(
        KnownMessage,
        "SELECT external_id, id AS message_id, conversation_id FROM messages WHERE workspace_id = $1 AND external_id = $2"
        " AND direction = 1 AND lower(headers #>> '{from,address}') = $3 AND text = $4 LIMIT 1",
        workspace_id, external_id, address, text,
    )  # fmt: skip


class EndpointRow(msgspec.Struct, frozen=True):
    id: UUID
    identity_id: UUID | None
    refs: dict[str, Any]


async def find_endpoint(
    tx: Queries, workspace_id: int, conversation_id: UUID, account_id: int, identity_id: UUID
) -> EndpointRow | None:
    """The open endpoint of a party on this account in a conversation."""
    return await tx.find(
        EndpointRow,
        "SELECT id, identity_id, refs FROM endpoints WHERE workspace_id = $1 AND conversation_id = $2 AND account_id = $3"
        " AND identity_id = $4 AND closed_at IS NULL ORDER BY id DESC LIMIT 1",
        workspace_id, conversation_id, account_id, identity_id,
    )  # fmt: skip


async def latest_endpoint(tx: Queries, workspace_id: int, conversation_id: UUID, account_id: int) -> EndpointRow | None:
    """The open endpoint on this account in a conversation that was made last."""
    return await tx.find(
        EndpointRow,
        "SELECT id, identity_id, refs FROM endpoints WHERE workspace_id = $1 AND conversation_id = $2 AND account_id = $3"
        " AND closed_at IS NULL ORDER BY id DESC LIMIT 1",
        workspace_id, conversation_id, account_id,
    )  # fmt: skip


class TeamMember(msgspec.Struct, frozen=True):
    id: int
    email: str
    name: str


async def team_by_address(tx: Queries, workspace_id: int, addresses: list[str]) -> dict[str, TeamMember]:
    """The people of the team behind these addresses (lower case)."""
    rows = await tx.all(
        TeamMember,
        "SELECT id, email, name FROM agents WHERE workspace_id = $1 AND email = ANY($2::text[])",
        workspace_id, addresses,
    )  # fmt: skip
    return {r.email: r for r in rows}


class AccountRow(msgspec.Struct, frozen=True):
    id: int
    kind: int
    address: str
    aliases: list[str]
    team_id: int | None
    calendar_id: int

    @property
    def addresses(self) -> list[str]:
        """All that mail is taken for."""
        return [self.address, *self.aliases]


async def workspace_accounts(tx: Queries, workspace_id: int) -> list[AccountRow]:
    """All mailboxes, disconnected ones too: their mails may still be on the way."""
    return await tx.all(
        AccountRow,
        "SELECT id, kind, lower(address) AS address, team_id, calendar_id, ARRAY(SELECT x.address FROM account_aliases x"
        " WHERE x.workspace_id = $1 AND x.account_id = channel_accounts.id ORDER BY x.address) AS aliases"
        " FROM channel_accounts WHERE workspace_id = $1",
        workspace_id,
    )  # fmt: skip
