"""The one reducer: what events do to the ball, to spans, waits and episodes. Pure; see docs/develop/journey.md.

`advance` is called for each event as it happens, `fold` over a whole history. Both give the same rows, and a
corrective event gives the rows of the history without what it voids.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from uuid import UUID

import msgspec
from msgspec.structs import replace

from hark.core.events import Event, Recorded
from hark.journey.draft import Draft
from hark.journey.moves import MOVES, start
from hark.journey.types import (
    AnswerNeeded,
    AnswerNotNeeded,
    Ball,
    ConversationStarted,
    Episode,
    MarkedSpam,
    Merged,
    MergedIn,
    MessageReceived,
    MessagesSplit,
    OpenSeconds,
    Span,
    State,
    Status,
    Step,
    UnmarkedSpam,
    Unmerged,
    UnmergedOut,
    Wait,
)

_STATUS = {
    Ball.US: Status.OPEN,
    Ball.OUTSIDE: Status.OPEN,
    Ball.CUSTOMER: Status.WAITING,
    Ball.TIMER: Status.SNOOZED,
    Ball.RESOLVED: Status.RESOLVED,
    Ball.SPAM: Status.SPAM,
    Ball.MERGED: Status.MERGED,
}


def status_of(state: State) -> Status:
    """The list status that follows from where the ball is."""
    return _STATUS[state.ball]


def advance(state: State | None, recorded: Recorded, f: OpenSeconds) -> Step:
    """The step one event makes. `state` is None before the ConversationStarted that must come first.

    An event dated before the last move counts as happening at it. Corrective events make no step: use `fold`.
    Raises ValueError when a conversation does not begin with ConversationStarted.
    """
    event = recorded.event
    if state is None:
        if not isinstance(event, ConversationStarted):
            raise ValueError(f"the first event of a conversation is ConversationStarted, not {type(event).__name__}")
        return start(event, recorded, f)
    move = MOVES.get(type(event))
    if move is None:
        return Step(state=state)
    draft = Draft(state, recorded, f)
    return draft.finish() if move(draft, event) else Step(state=state)


class Fold(msgspec.Struct):
    """A whole history: the last state and every row by its `n`."""

    state: State
    spans: dict[int, Span] = {}
    waits: dict[int, Wait] = {}
    episodes: dict[int, Episode] = {}

    def add(self, step: Step) -> None:
        """Take a further step's state and rows in."""
        if step.reset:
            self.spans, self.waits, self.episodes = {}, {}, {}
        self.state = step.state
        self.spans.update((row.n, row) for row in step.spans)
        self.waits.update((row.n, row) for row in step.waits)
        self.episodes.update((row.n, row) for row in step.episodes)


def fold(history: Iterable[Recorded], f: OpenSeconds) -> Fold:
    """All rows of one conversation from its whole journal, in `conversation_seq` order."""
    whole: Fold | None = None
    for recorded in effective(history):
        step = advance(None if whole is None else whole.state, recorded, f)
        if whole is None:
            whole = Fold(state=step.state)
        whole.add(step)
    if whole is None:
        raise ValueError("a conversation without events cannot be folded")
    return whole


def effective(history: Iterable[Recorded]) -> list[Recorded]:
    """The history as its corrective events leave it: voided events taken out, re-judged messages changed."""
    kept: list[Recorded] = []
    for recorded in history:
        match recorded.event:
            case UnmarkedSpam():
                _void(kept, lambda e: isinstance(e, MarkedSpam))
            case Unmerged():
                _void(kept, lambda e: isinstance(e, Merged))
            case UnmergedOut(child_id=child):
                _void(kept, partial(_is_merge_of, child))
            case AnswerNotNeeded(message_id=message_id):
                _judge(kept, (message_id,), needs_answer=False)
            case AnswerNeeded(message_id=message_id):
                _judge(kept, (message_id,), needs_answer=True)
            case MessagesSplit(message_ids=message_ids):
                _judge(kept, message_ids, needs_answer=False)
            case _:
                kept.append(recorded)
    return kept


def _is_merge_of(child_id: UUID, event: Event) -> bool:
    return isinstance(event, MergedIn) and event.child_id == child_id


def _void(kept: list[Recorded], matches: Callable[[Event], bool]) -> None:
    for i in range(len(kept) - 1, -1, -1):
        if matches(kept[i].event):
            del kept[i]
            return


def _judge(kept: list[Recorded], message_ids: Sequence[UUID], *, needs_answer: bool) -> None:
    wanted = set(message_ids)
    for i, recorded in enumerate(kept):
        event = recorded.event
        if isinstance(event, MessageReceived) and event.message_id in wanted:
            kept[i] = replace(recorded, event=replace(event, needs_answer=needs_answer))
