"""What a warning or a breach sets off in the conversation."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from babel.dates import format_datetime
from msgspec import UNSET

from hark.conversations.actions import add_note, assign, change_tags, set_severity
from hark.conversations.lock import lock_conversation
from hark.core.db import Tx
from hark.core.errors import HarkError
from hark.sla.types import Escalation, PromiseKind
from hark.workspaces.queries import get_workspace

log = structlog.get_logger(__name__)

Step = Callable[[], Awaitable[object]]


async def escalate(
    tx: Tx, conversation_id: UUID, escalation: Escalation, *, kind: PromiseKind, due_at: datetime, broken: bool
) -> None:
    """Do what the policy says, as far as it is possible: what names somebody who is gone is left out and logged."""
    c = await lock_conversation(tx, conversation_id)
    steps: list[Step] = []
    if escalation.team_id is not None or escalation.assignee_id is not None:
        team = UNSET if escalation.team_id is None else escalation.team_id
        person = UNSET if escalation.assignee_id is None else escalation.assignee_id
        steps.append(partial(assign, tx, c.id, team_id=team, assignee_id=person))
    if escalation.add_tags:
        steps.append(partial(change_tags, tx, c.id, add=escalation.add_tags))
    if escalation.raise_to is not None and escalation.raise_to > c.severity:
        steps.append(partial(set_severity, tx, c.id, escalation.raise_to))
    people = {*escalation.notify}
    if escalation.notify_assignee:
        people |= {id for id in (c.assignee_id, escalation.assignee_id) if id is not None}
    if people:
        text = await _note(tx, kind, due_at, broken)
        steps.append(partial(add_note, tx, c.id, text, mentions=people))
    for step in steps:
        try:
            async with tx.savepoint():
                await step()
        except HarkError as error:
            log.warning("escalation left out", conversation=str(c.id), workspace=tx.workspace_id, problem=error.detail)


async def _note(tx: Tx, kind: PromiseKind, due_at: datetime, broken: bool) -> str:
    """The sentence of the note, in the language and time zone of the workspace."""
    workspace = await get_workspace(tx, tx.workspace_id)
    language = workspace.locale if workspace.locale in _WORDS else "en"
    words = _WORDS[language]
    when = format_datetime(due_at, format="medium", tzinfo=ZoneInfo(workspace.time_zone), locale=language)
    return words["broken" if broken else "warned"].format(what=words[kind.name], when=when)


_WORDS = {
    "en": {
        "FIRST_REPLY": "first reply", "NEXT_REPLY": "reply", "RESOLUTION": "resolution",
        "broken": "Overdue: the {what} was promised until {when}.",
        "warned": "Due soon: the {what} is promised until {when}.",
    },
    "it": {
        "FIRST_REPLY": "prima risposta", "NEXT_REPLY": "risposta", "RESOLUTION": "risoluzione",
        "broken": "In ritardo: {what} promessa entro {when}.",
        "warned": "In scadenza: {what} promessa entro {when}.",
    },
    "ko": {
        "FIRST_REPLY": "첫 답변", "NEXT_REPLY": "답변", "RESOLUTION": "해결",
        "broken": "기한 초과: {what} 약속 기한은 {when}이었습니다.",
        "warned": "기한 임박: {what} 약속 기한은 {when}입니다.",
    },
}  # fmt: skip
