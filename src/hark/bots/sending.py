"""How a bot's words leave: each by itself in the messenger, one mail of everything elsewhere, with numbered choices.

Always marked as a bot's, never in a person's name; an author BOT stops no clock.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from hark.bots.flow import BotFlow, pick
from hark.bots.steps import Tell
from hark.bots.types import Part
from hark.bots.words import say
from hark.conversations.inbound import release_reply
from hark.conversations.types import Delivery, Headers, Locked, NewReply
from hark.core.db import Queries, Tx
from hark.core.ids import uuid7
from hark.delivery.automatic import find_obstacle
from hark.delivery.releasing import changed
from hark.delivery.types import IMMEDIATE, Content, Recipient, State
from hark.journey.types import Author


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """Where a run answers: an endpoint and its account. `address`: who wrote last on it, where it is mail."""

    id: UUID
    account_id: int
    account_kind: int
    calendar_id: int
    refs: dict[str, Any]
    address: str | None
    name: str

    @property
    def numbered(self) -> bool:
        """Whether buttons must be numbered lines."""
        return self.account_kind not in IMMEDIATE


async def find_way(db: Queries, workspace_id: int, endpoint_id: UUID) -> Way | None:
    """The endpoint, if it can still be answered."""
    return await db.find(
        Way,
        "SELECT e.id, e.account_id, a.kind AS account_kind, a.calendar_id, e.refs, last.address, coalesce(last.name, '') AS name"
        " FROM endpoints e JOIN channel_accounts a ON a.workspace_id = $1 AND a.id = e.account_id LEFT JOIN LATERAL ("
        "   SELECT coalesce(m.headers #>> '{reply_to,0,address}', m.headers #>> '{from,address}') AS address,"
        "     m.headers #>> '{from,name}' AS name FROM messages m WHERE m.workspace_id = $1 AND m.endpoint_id = e.id"
        "     AND m.conversation_id = e.conversation_id AND m.direction = 1 ORDER BY m.seq DESC LIMIT 1) last ON true"
        " WHERE e.workspace_id = $1 AND e.id = $2 AND e.closed_at IS NULL AND a.disabled_at IS NULL",
        workspace_id, endpoint_id,
    )  # fmt: skip


async def can_reach(tx: Tx, way: Way) -> bool:
    """Whether a bot may write there: not to addresses that want no automatic mail, or have had too much of it today."""
    return not way.numbered or await find_obstacle(tx, way.address) is None


def bot_name(flow: BotFlow, language: str, fallback: str) -> str:
    return pick(flow.name, language, flow.language) or fallback


def parts(tells: Sequence[Tell], *, bot_id: int, name: str, held: bool) -> list[tuple[Tell, Part]]:
    """Each word with what marks it as the bot's."""
    return [
        (
            tell,
            Part(
                bot_id=bot_id, name=name, choices=list(tell.choices), ask=tell.ask, held=held, lead=tell.text,
                article=None if tell.article is None else {
                    "title": tell.article.title, "url": tell.article.url, "section": tell.article.section,
                },
            ),
        )
        for tell in tells
    ]  # fmt: skip


def plain(tell: Tell, *, numbered: bool, language: str) -> str:
    """The words as text: an article with its section and link, choices as numbered lines where there are no buttons."""
    lines = [tell.text] if tell.text else []
    if tell.article is not None:
        lines += [part for part in (tell.article.title, tell.article.section, tell.article.url) if part]
    if numbered and tell.choices:
        lines.append("\n".join(f"{n}. {choice}" for n, choice in enumerate(tell.choices, 1)))
        lines.append(say(language, "numbered"))
    return "\n\n".join(lines)


async def send(tx: Tx, c: Locked, way: Way, spoken: Sequence[tuple[Tell, Part]], *, language: str) -> None:
    """Say these words, in order. In the messenger they are there at once; a mail goes through the outbox."""
    if not spoken:
        return
    if not way.numbered:
        for tell, part in spoken:
            text = plain(tell, numbered=False, language=language)
            await release_reply(tx, _reply(c, way, text, part))
        return
    assert way.address is not None
    texts = [plain(tell, numbered=True, language=language) for tell, _ in spoken]
    part = spoken[-1][1]
    if part.held:
        texts.append(say(language, "person_line"))
    body = Content(
        text="\n\n".join(texts), to=[Recipient(address=way.address, name=way.name)],
        subject=str(way.refs.get("subject") or c.subject), bot=msgspec.to_builtins(part), letter=False,
    )  # fmt: skip
    id = uuid7()
    await tx.run(
        "INSERT INTO outbox (workspace_id, id, conversation_id, endpoint_id, agent_id, body, state, release_at, next_try_at,"
        " seen_seq, cancel_if_customer_writes, created_at) VALUES ($1, $2, $3, $4, NULL, $5, 0, $6, $6, $7, false, $6)",
        tx.workspace_id, id, c.id, way.id, msgspec.to_builtins(body), tx.now(), c.public_seq,
    )  # fmt: skip
    changed(tx, c, id, State.HELD)


def _reply(c: Locked, way: Way, text: str, part: Part) -> NewReply:
    return NewReply(
        conversation_id=c.id, endpoint_id=way.id, account_id=way.account_id, text=text, author=Author.BOT,
        headers=Headers(bot=msgspec.to_builtins(part)), delivery=Delivery.SENT,
    )  # fmt: skip
