"""Old state + events == fresh state, for every kind of event a browser lives by and everybody who may be looking.

A browser keeps the rows of its lists, and of opened conversations the detail, the thread and the outbox. A frame replaces
a row, or takes it away when it carries none, and names the conversation whose opened parts are fetched anew
(web/agent/app/live.ts and merge.ts). Nothing else is fetched: what an event forgets to tell stays old, and is found here.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest
import pytest_asyncio
from tests.support.post import Post
from tests.support.workspace import SignedIn, TestWorkspace

import hark.conversations.types as conversation_events
import hark.delivery.types as delivery_events
import hark.journey.types as journey_events
from hark.app import EVENTS
from hark.contacts.actions import resolve_contact
from hark.conversations.contacts import replace_contact
from hark.conversations.jobs import end_promise
from hark.conversations.lists import ListQuery, condition_of
from hark.conversations.live import hydrate, render
from hark.conversations.lock import lock_conversation, record, save
from hark.conversations.queries import get_conversation, list_conversations
from hark.conversations.thread import list_thread
from hark.conversations.types import MessageKind
from hark.core.actor import Actor, Scope, system
from hark.core.db import Db
from hark.core.events import Event, Recorded
from hark.core.ids import uuid7
from hark.core.journal import head, read
from hark.delivery.queries import list_outbox
from hark.delivery.settling import Reported, apply_report
from hark.sla.jobs import review, tell
from hark.sla.types import SlaBreached, SlaCorrected, SlaMoved, SlaWarned
from hark.swarm.actions import accept, decline
from hark.timers.types import Timer, TimerKind
from hark.topics.types import TopicChanged

ALL_STATUSES = '{"field": "status", "op": "in", "value": ["open", "waiting", "snoozed", "resolved", "spam", "merged"]}'
ABOUT_CONVERSATIONS = (journey_events, conversation_events, delivery_events)
ALSO = (TopicChanged, SlaWarned, SlaBreached, SlaCorrected, SlaMoved)

State = dict[str, dict[str, Any]]
"""By the id of a conversation: its `row`, and what somebody who has opened it sees."""


def plain(value: Any) -> Any:
    """As a browser has it."""
    return msgspec.json.decode(msgspec.json.encode(value))


class Desk:
    """Three people who look at everything they may see, while things happen."""

    def __init__(self, db: Db, post: Post, ws: TestWorkspace, client: SignedIn, clock: Any) -> None:
        self.db, self.post, self.ws, self.client, self.clock = db, post, ws, client, clock
        self.viewers: dict[str, Actor] = {}
        self.before: dict[str, State] = {}
        self.seq = 0

    async def look(self) -> None:
        """From here on nobody fetches anything but what events tell them to."""
        self.seq = await head(self.db, self.ws.id)
        self.before = {name: await self.fresh(actor) for name, actor in self.viewers.items()}

    async def fresh(self, actor: Actor) -> State:
        """All that this person would get by asking now."""
        condition, name = condition_of(ListQuery(filter=ALL_STATUSES), actor, now=self.db.now())
        page = await list_conversations(
            self.db, actor, condition=condition, order="newest", name=name, cursor=None, limit=100
        )
        return {str(row.id): {"row": plain(row), **await self.opened(actor, row.id)} for row in page.items}

    async def opened(self, actor: Actor, id: UUID) -> dict[str, Any]:
        return {
            "detail": plain(await get_conversation(self.db, actor, id, now=self.db.now())),
            "thread": plain(await list_thread(self.db, actor, id, limit=100)),
            "outbox": plain(await list_outbox(self.db, actor, id)),
        }

    async def told(self, actor: Actor, state: State, events: list[Recorded]) -> State:
        """The state of a browser after these events, read in one batch as the hub does."""
        found = await hydrate(self.db, self.ws.id, events)
        state = dict(state)
        for item in (render(actor, e, found) for e in events):
            if item is None or item.conversation_id is None:
                continue
            id = str(item.conversation_id)
            if item.conversation is None:
                state.pop(id, None)
            else:
                state[id] = {"row": plain(item.conversation), **await self.opened(actor, item.conversation_id)}
        return state

    async def act(self, verb: str, id: UUID, json: Any = None) -> Any:
        answer = await self.client.post(f"/api/conversations/{id}/{verb}", json)
        assert answer.status_code < 300, answer.text
        return answer.json()

    async def record(self, id: UUID, event: Event, message_id: UUID | None = None) -> None:
        """An event that nothing in the product causes yet."""
        async with self.db.transaction(self.ws.owner) as tx:
            c = await lock_conversation(tx, id)
            if message_id is not None:
                event = msgspec.structs.replace(event, message_seq=c.seq + 1)
            record(tx, c, event, subject_id=message_id)
            await save(tx, c)

    async def mail(self) -> UUID:
        return (await self.post.mail()).conversation_id

    async def reply(self, id: UUID, **more: Any) -> str:
        seq = (await self.client.get(f"/api/conversations/{id}")).json()["seq"]
        body = {"id": str(uuid4()), "text": "Soon.", "seen_seq": seq, "to": [{"address": "anna@shop.example"}], **more}
        await self.act("replies", id, body)
        return body["id"]

    def later(self, **delta: float) -> str:
        return str((self.clock() + timedelta(**delta)).isoformat())


@pytest_asyncio.fixture
async def desk(
    db: Db, post: Post, workspace: TestWorkspace, client: SignedIn, http: httpx.AsyncClient, clock: Any
) -> Desk:
    clock.at = clock()  # prices grow with time; here it stands still
    desk = Desk(db, post, workspace, client, clock)
    mate, _ = await workspace.agent(name="Ben", teams=(workspace.team_id,))
    own, _ = await workspace.agent(name="Cleo")
    desk.viewers = {
        "owner": workspace.owner,
        "team": msgspec.structs.replace(mate, scope=Scope.TEAM, team_ids=frozenset({workspace.team_id})),
        "own": msgspec.structs.replace(own, scope=Scope.OWN),
    }
    return desk


# one way in which each kind of event comes about --------------------------------------------------------------------------

Case = Callable[[Desk], Awaitable[None]]
CASES: dict[type[Event], Case] = {}


def case(*kinds: type[Event]) -> Callable[[Case], Case]:
    def keep(run: Case) -> Case:
        CASES.update(dict.fromkeys(kinds, run))
        return run

    return keep


def acting(verb: str, body: Any = None, *prepare: tuple[str, Any]) -> Case:
    """A conversation, brought into some state by other actions, and then one action."""

    async def run(desk: Desk) -> None:
        id = await desk.mail()
        for first, json in prepare:
            await desk.act(first, id, json)
        await desk.look()
        await desk.act(verb, id, body)

    return run


FUTURE = "2099-01-01T00:00:00Z"
CASES |= {
    journey_events.NoteAdded: acting("notes", {"text": "ask Ben"}),
    journey_events.Snoozed: acting("snooze", {"until": FUTURE}),
    journey_events.SnoozeEnded: acting("unsnooze", None, ("snooze", {"until": FUTURE})),
    journey_events.Resolved: acting("resolve"),
    journey_events.Reopened: acting("reopen", None, ("resolve", None)),
    journey_events.MarkedSpam: acting("spam"),
    journey_events.UnmarkedSpam: acting("unspam", None, ("spam", None)),
    journey_events.SeverityChanged: acting("severity", {"value": 3}),
    journey_events.DifficultyChanged: acting("difficulty", {"value": 2}),
}


@case(journey_events.ConversationStarted, journey_events.MessageReceived)
async def a_customer_writes(desk: Desk) -> None:
    await desk.look()
    await desk.post.mail()
    await desk.post.chat()


@case(journey_events.ReplySent, delivery_events.OutboxChanged)
async def we_answer(desk: Desk) -> None:
    line, mailed = await desk.post.chat(), await desk.mail()
    await desk.look()
    await desk.reply(line.conversation_id, to=[], resolve=True)
    await desk.reply(mailed)


@case(journey_events.Assigned)
async def it_goes_to_somebody_else(desk: Desk) -> None:
    """One comes to Cleo, one leaves the team, one leaves Cleo."""
    ids = [await desk.mail() for _ in range(3)]
    cleo = desk.viewers["own"].agent_id
    await desk.act("assign", ids[2], {"assignee_id": cleo})
    other = await desk.ws.team("Billing")
    await desk.look()
    await desk.act("assign", ids[0], {"assignee_id": cleo})
    await desk.act("assign", ids[1], {"team_id": other})
    await desk.act("take-over", ids[2])


@case(journey_events.Merged, journey_events.MergedIn)
async def two_become_one(desk: Desk) -> None:
    ids = [await desk.mail() for _ in range(2)]
    await desk.look()
    await desk.act("merge", ids[0], {"into": str(ids[1])})


@case(journey_events.Unmerged, journey_events.UnmergedOut)
async def and_two_again(desk: Desk) -> None:
    ids = [await desk.mail() for _ in range(2)]
    await desk.act("merge", ids[0], {"into": str(ids[1])})
    await desk.look()
    await desk.act("unmerge", ids[0])


@case(journey_events.MessagesSplit, conversation_events.MessagesMovedIn)
async def one_becomes_two(desk: Desk) -> None:
    first = await desk.post.mail()
    other = await desk.post.mail("And my invoice?", to=first.conversation_id)
    await desk.look()
    await desk.act("split", first.conversation_id, {"message_ids": [str(other.message_id)]})


@case(TopicChanged)
async def it_is_about_refunds(desk: Desk) -> None:
    id = await desk.mail()
    topic = (await desk.client.post("/api/topics", {"name": f"Refunds {id}"})).json()
    await desk.look()
    await desk.act("topic", id, {"topic_id": topic["id"]})


@case(journey_events.PromiseDue)
async def a_promise_comes_due(desk: Desk) -> None:
    line = await desk.post.chat()
    await desk.reply(line.conversation_id, to=[], keep_until=desk.later(hours=1))
    desk.clock.advance(hours=2)
    await desk.look()
    async with desk.db.transaction(desk.ws.owner) as tx:
        timer = Timer(desk.ws.id, line.conversation_id, TimerKind.PROMISE, desk.clock(), {}, 0)
        await end_promise(tx, timer)


@case(journey_events.AnswerNotNeeded)
async def thank_you_needs_no_answer(desk: Desk) -> None:
    got = await desk.post.mail("Thank you!")
    await desk.look()
    await desk.client.post(f"/api/messages/{got.message_id}/needs-answer", {"value": False})


@case(journey_events.AnswerNeeded)
async def it_does_need_one(desk: Desk) -> None:
    got = await desk.post.mail("Thank you!")
    await desk.client.post(f"/api/messages/{got.message_id}/needs-answer", {"value": False})
    await desk.look()
    await desk.client.post(f"/api/messages/{got.message_id}/needs-answer", {"value": True})


@case(journey_events.BotTookOver, journey_events.BotHandedOver)
async def a_bot_helps(desk: Desk) -> None:
    ids = [await desk.mail() for _ in range(2)]
    await desk.record(ids[1], journey_events.BotTookOver(bot_id=1))
    await desk.look()
    await desk.record(ids[0], journey_events.BotTookOver(bot_id=1))
    await desk.record(ids[1], journey_events.BotHandedOver())


@case(journey_events.OutsideAsked, journey_events.OutsideAnswered)
async def a_carrier_is_asked(desk: Desk) -> None:
    ids = [await desk.mail() for _ in range(2)]
    asked = journey_events.OutsideAsked(message_id=uuid7(), message_seq=0)
    await desk.record(ids[1], asked, asked.message_id)
    await desk.look()
    await desk.record(ids[0], asked, asked.message_id)
    answered = journey_events.OutsideAnswered(message_id=uuid7(), message_seq=0)
    await desk.record(ids[1], answered, answered.message_id)


@case(journey_events.CustomerLeft)
async def a_live_customer_leaves(desk: Desk) -> None:
    line = await desk.post.chat()
    endpoint = await desk.db.one(UUID, "SELECT endpoint_id FROM messages WHERE id = $1", line.message_id)
    await desk.look()
    await desk.record(line.conversation_id, journey_events.CustomerLeft(endpoint_id=endpoint))


@case(conversation_events.TagsChanged)
async def a_tag_is_put_on(desk: Desk) -> None:
    id = await desk.mail()
    tag = (await desk.client.post("/api/tags", {"name": "refund"})).json()["id"]
    await desk.look()
    await desk.act("tags", id, {"add": [tag]})


@case(conversation_events.HelpAsked, conversation_events.HelpAccepted, conversation_events.HelpEnded)
async def colleagues_are_asked_in(desk: Desk) -> None:
    """Cleo, who sees only her own, is asked here; elsewhere she has joined, or was, and is taken out."""
    ids = [await desk.mail() for _ in range(3)]
    cleo, ben = desk.viewers["own"].agent_id, desk.viewers["team"].agent_id
    for id in ids[1:]:
        await desk.act("help", id, {"question": "Which carrier?", "agent_ids": [cleo, ben], "anyone": True})
    await desk.look()
    await desk.act("help", ids[0], {"question": "Which carrier?", "agent_ids": [cleo]})
    async with desk.db.transaction(desk.viewers["team"]) as tx:
        await accept(tx, ids[1])
    await desk.act("help/end", ids[2], {"agent_id": cleo})


@case(conversation_events.HelpDeclined)
async def a_colleague_cannot_help(desk: Desk) -> None:
    id = await desk.mail()
    await desk.act("help", id, {"question": "Which carrier?", "agent_ids": [desk.viewers["own"].agent_id]})
    await desk.look()
    async with desk.db.transaction(desk.viewers["own"]) as tx:
        await decline(tx, id)


@case(conversation_events.SubjectChanged)
async def it_is_renamed(desk: Desk) -> None:
    id = await desk.mail()
    await desk.look()
    assert (await desk.client.patch(f"/api/conversations/{id}", {"subject": "Lost parcel"})).status_code == 200


@case(conversation_events.MessageFiled)
async def an_automatic_answer_comes(desk: Desk) -> None:
    id = await desk.mail()
    await desk.look()
    await desk.post.mail("I am away", to=id, kind=MessageKind.AUTO_REPLY, needs_answer=False)


@case(conversation_events.ContactReplaced)
async def a_visitor_says_who_they_are(desk: Desk) -> None:
    got = await desk.post.mail()
    before = await desk.db.one(UUID, "SELECT contact_id FROM conversations WHERE id = $1", got.conversation_id)
    async with desk.db.transaction(desk.ws.owner) as tx:
        after = (await resolve_contact(tx, address="anna@home.example", name="Anna at home")).contact_id
    await desk.look()
    async with desk.db.transaction(desk.ws.owner) as tx:
        await replace_contact(tx, before, after)


@case(delivery_events.DeliveryReported)
async def a_reply_bounces(desk: Desk) -> None:
    id = await desk.mail()
    sent = await desk.post.reply(id)
    await desk.look()
    async with desk.db.transaction(desk.ws.owner) as tx:
        report = Reported(address="anna@shop.example", failed=True, sentence="The mailbox is full.")
        assert await apply_report(tx, sent.message_id, [report])


async def timer(desk: Desk, serve: Any, kind: TimerKind, id: UUID) -> None:
    """What the worker does when this timer is due."""
    async with desk.db.transaction(system(desk.ws.id)) as tx:
        await serve(tx, Timer(desk.ws.id, id, kind, desk.db.now(), {}, 0))


@case(SlaWarned)
async def a_promise_is_due_soon(desk: Desk) -> None:
    id = await desk.mail()
    desk.clock.advance(hours=10)
    await desk.look()
    await timer(desk, tell, TimerKind.SLA, id)


@case(SlaBreached)
async def a_promise_is_overdue(desk: Desk) -> None:
    id = await desk.mail()
    desk.clock.advance(hours=13)
    await desk.look()
    await timer(desk, tell, TimerKind.SLA, id)


@case(SlaCorrected)
async def an_answer_was_in_time_after_all(desk: Desk) -> None:
    id, wrote = await desk.mail(), desk.clock()
    desk.clock.advance(hours=13)
    await timer(desk, tell, TimerKind.SLA, id)
    await desk.post.reply(id, at=wrote + timedelta(hours=1))
    await desk.look()
    await timer(desk, tell, TimerKind.SLA, id)


@case(SlaMoved)
async def a_policy_is_made(desk: Desk) -> None:
    await desk.mail()
    answer = await desk.client.post("/api/sla/policies", {"name": f"Gold {uuid7()}", "first_reply_s": 3600})
    assert answer.status_code == 200, answer.text
    await desk.look()
    await timer(desk, review, TimerKind.SLA_REVIEW, UUID(int=0))


# the law ------------------------------------------------------------------------------------------------------------------

KINDS = [kind for kind in EVENTS.values() if kind in ALSO or any(kind in module.EVENTS for module in ABOUT_CONVERSATIONS)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
async def test_old_state_and_events_are_the_fresh_state(desk: Desk, kind: type[Event]) -> None:
    assert kind in CASES, (
        f"{kind.__name__} has no case here: say how it comes about, so that browsers are known to follow"
    )
    await CASES[kind](desk)
    events = await read(desk.db, desk.ws.id, desk.seq)
    assert kind in {type(e.event) for e in events}
    for name, actor in desk.viewers.items():
        fresh = await desk.fresh(actor)
        state = await desk.told(actor, desk.before[name], events)
        assert state == fresh, f"{name} would not see what {kind.__name__} did"
        assert await desk.told(actor, state, events) == fresh, "a frame that comes twice changes nothing"
    assert desk.before["owner"] != await desk.fresh(desk.ws.owner), "nothing happened that anybody could see"


async def test_no_other_events_are_about_conversations(desk: Desk) -> None:
    """Whatever has a conversation in the journal must have a case above."""
    for run in dict.fromkeys(CASES.values()):
        await run(desk)
    about = {type(e.event) for e in await read(desk.db, desk.ws.id, 0, limit=5000) if e.conversation_id}
    assert about <= set(KINDS)
    assert about == set(CASES)


async def test_an_event_that_says_nothing_leaves_the_old_state(desk: Desk) -> None:
    """The comparison notices what was not told: a change without any event."""
    id = await desk.mail()
    await desk.look()
    await desk.db.run("UPDATE conversations SET subject = 'silently' WHERE id = $1", id)
    state = await desk.told(desk.ws.owner, desk.before["owner"], await read(desk.db, desk.ws.id, desk.seq))
    assert state != await desk.fresh(desk.ws.owner)
