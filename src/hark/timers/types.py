"""What a timer is."""

from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any
from uuid import UUID

import msgspec

FARTHEST = timedelta(days=36_525)  # what people put off: a hundred years; later the arithmetic of dates ends


class TimerKind(IntEnum):
    """What is due. The numbers are stored for ever."""

    SNOOZE = 1  # the subject is a conversation
    PROMISE = 2  # the subject is a conversation
    CHAT_MAIL = 3  # the subject is an endpoint: a messenger thread with answers that have not been read
    OFFER = 20  # the subject is a conversation: somebody was offered it
    RULES = 46  # the subject is a conversation: a rule looks at it, because something has lasted
    RULES_REVIEW = 47  # the subject is nobody: the timers of rules are set anew, `after` this conversation
    REPORT = 30  # the subject is a schedule: a saved report goes out by mail
    BOT_WAIT = 40  # the subject is a conversation: a bot's waiting block is over
    BOT_NO_ANSWER = 41  # the subject is a conversation: nobody has answered for so long
    BOT_IDLE = 42  # the subject is a conversation: the customer has said nothing to the bot
    SLA = 10  # the subject is a conversation: the next warning or breach of its promises
    SLA_REVIEW = 11  # the subject is nobody: the workspace's promises are worked out again, `after` this conversation


class Timer(msgspec.Struct, frozen=True):
    """One timer. `failures` counts how often its handler has failed; `due_at` is then the next try."""

    workspace_id: int
    subject_id: UUID
    kind: TimerKind
    due_at: datetime
    data: dict[str, Any]
    failures: int
