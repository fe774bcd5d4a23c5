"""Asking colleagues in, and what they answer. Each locks the conversation and records one event of ids."""

from collections.abc import Collection
from uuid import UUID

import msgspec

from hark.agents.queries import list_people_who_may
from hark.conversations.actions import add_note, lock_live, require_agent
from hark.conversations.lock import lock_conversation, record, save
from hark.conversations.types import HelpAccepted, HelpAsked, HelpDeclined, HelpEnded, Locked, ParticipantsChanged
from hark.core.db import Tx
from hark.core.errors import BadRequest, Conflict, NotFound
from hark.core.ids import uuid7
from hark.swarm.types import HelpQuestion, Participation


async def ask_for_help(tx: Tx, id: UUID, question: HelpQuestion, agent_ids: Collection[int]) -> UUID:
    """Ask these colleagues into the conversation; the question becomes a note that mentions them. The request's id.

    Who has joined already is only mentioned. Raises BadRequest when nobody is asked, or somebody who is not active or
    may not read conversations.
    """
    asker = require_agent(tx)
    await lock_live(tx, id)
    people = sorted(set(agent_ids) - {asker})
    if not people:
        raise BadRequest("Choose at least one colleague to ask.", code="nobody_asked")
    readers = {p.id for p in await list_people_who_may(tx, tx.workspace_id, "conversations.read")}
    if not readers.issuperset(people):
        raise BadRequest(
            "Somebody you ask is no longer active, or their role does not read conversations. Choose somebody else.",
            code="unknown_reference",
        )
    note_id = await add_note(tx, id, question.question.strip(), mentions=people)
    help_id = uuid7()
    await tx.run(
        "INSERT INTO help_requests (workspace_id, id, conversation_id, asked_by, asked_at, note_id, first_only)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        tx.workspace_id, help_id, id, asker, tx.now(), note_id, question.anyone,
    )  # fmt: skip
    invited = await tx.all(int, _INVITE, tx.workspace_id, id, people, help_id, tx.now())
    if invited:
        asked = HelpAsked(help_id=help_id, agent_ids=tuple(sorted(invited)), first_only=question.anyone)
        await _tell(tx, await lock_conversation(tx, id), asked)
    return help_id


_INVITE = """
INSERT INTO participants AS p (workspace_id, conversation_id, agent_id, help_id, state, invited_at)
SELECT $1, $2, a, $4, 1, $5 FROM unnest($3::int[]) a
ON CONFLICT (workspace_id, conversation_id, agent_id)
  DO UPDATE SET help_id = excluded.help_id, state = 1, invited_at = excluded.invited_at, ended_at = NULL WHERE p.state <> 2
RETURNING agent_id
"""


class _Own(msgspec.Struct):
    help_id: UUID
    state: Participation
    first_only: bool


async def accept(tx: Tx, id: UUID) -> None:
    """The invited person joins; with "anyone who knows" the other invitations of the question end. Again is harmless."""
    me = require_agent(tx)
    c = await lock_live(tx, id)
    own = await _require_own(tx, id, me)
    if own.state is Participation.JOINED:
        return
    await tx.run(
        "UPDATE participants SET state = 2, joined_at = coalesce(joined_at, $4)"
        " WHERE workspace_id = $1 AND conversation_id = $2 AND agent_id = $3",
        tx.workspace_id, id, me, tx.now(),
    )  # fmt: skip
    others = await tx.all(int, _END_INVITATIONS, tx.workspace_id, id, own.help_id, tx.now()) if own.first_only else []
    events: list[ParticipantsChanged] = [HelpAccepted(help_id=own.help_id, agent_ids=(me,))]
    if others:
        events.append(HelpEnded(help_id=own.help_id, agent_ids=tuple(sorted(others))))
    await _tell(tx, c, *events)


async def decline(tx: Tx, id: UUID) -> None:
    """The invited person cannot help. Raises Conflict when they have joined already: they leave instead."""
    me = require_agent(tx)
    c = await lock_conversation(tx, id)
    own = await _require_own(tx, id, me)
    if own.state is Participation.JOINED:
        raise Conflict("You have joined already. Leave the conversation instead.", code="already_joined")
    await _end(tx, id, me, Participation.DECLINED)
    await _tell(tx, c, HelpDeclined(help_id=own.help_id, agent_ids=(me,)))


async def end_help(tx: Tx, id: UUID, agent_id: int) -> None:
    """Take somebody out again, or leave: an invitation is withdrawn, a participant no longer takes part."""
    c = await lock_conversation(tx, id)
    own = await _require_own(tx, id, agent_id)
    await _end(tx, id, agent_id, Participation.ENDED)
    await _tell(tx, c, HelpEnded(help_id=own.help_id, agent_ids=(agent_id,)))


async def leave(tx: Tx, id: UUID) -> None:
    """The acting person leaves a conversation they have joined."""
    await end_help(tx, id, require_agent(tx))


_END_INVITATIONS = """
UPDATE participants SET state = 4, ended_at = $4
WHERE workspace_id = $1 AND conversation_id = $2 AND help_id = $3 AND state = 1 RETURNING agent_id
"""


async def _require_own(tx: Tx, id: UUID, agent_id: int) -> _Own:
    """How they stand. Raises NotFound when they are not, or no longer, asked in."""
    own = await tx.find(
        _Own,
        "SELECT p.help_id, p.state, h.first_only FROM participants p"
        " JOIN help_requests h ON h.workspace_id = p.workspace_id AND h.id = p.help_id"
        " WHERE p.workspace_id = $1 AND p.conversation_id = $2 AND p.agent_id = $3 AND p.state < 3",
        tx.workspace_id, id, agent_id,
    )  # fmt: skip
    if own is None:
        raise NotFound(
            "There is no open invitation. Somebody else may have been faster, or it was withdrawn.", code="not_invited"
        )
    return own


async def _end(tx: Tx, id: UUID, agent_id: int, state: Participation) -> None:
    await tx.run(
        "UPDATE participants SET state = $4, ended_at = $5 WHERE workspace_id = $1 AND conversation_id = $2 AND agent_id = $3",
        tx.workspace_id, id, agent_id, state, tx.now(),
    )  # fmt: skip


async def _tell(tx: Tx, c: Locked, *events: ParticipantsChanged) -> None:
    """On the row locked before: whoever has just declined can no longer see the conversation."""
    for event in events:
        record(tx, c, event, subject_id=event.help_id)
    await save(tx, c)
