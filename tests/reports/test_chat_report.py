"""Chats and mails in one conversation, against an independent recomputation of times and money on both clocks."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from statistics import mean, median
from typing import Any
from uuid import UUID

import msgspec
import pytest
from tests.support.chat import AWAY_S, LIVE_S, Visitor
from tests.support.workspace import SignedIn, TestWorkspace

from hark.channels.messenger.leaving import sweep_left
from hark.contacts.actions import resolve_contact
from hark.conversations.actions import resolve
from hark.conversations.inbound import receive_message, record_past_reply
from hark.conversations.types import AccountRef, Delivery, Headers, NewEndpoint, NewInbound, NewReply
from hark.core.actor import ActorKind, system
from hark.core.ids import uuid7
from hark.core.services import Services

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
NOW = MONDAY + timedelta(days=14)
MAIL_S = 26_640
STAKE = 12 * 100_00  # the default value of a customer, in cents


class Wait(msgspec.Struct):
    """Hours after MONDAY; `closed` is None while somebody waits, `replied` whether an answer ended it."""

    opened: float
    chat: bool
    live: bool
    closed: float | None = None
    replied: bool = False


Story = list[tuple[float, str]]
"""(hours, what): chat and mail are the customer, left their going, team our answer, resolved the end."""


def random_story(rng: random.Random) -> Story:
    hours, story = rng.uniform(0, 120), []
    for n in range(rng.randint(1, 8)):
        what = rng.choice(["chat", "mail"] if n == 0 else ["chat", "chat", "mail", "team", "team", "left"])
        story.append((round(hours, 4), what))
        hours += rng.choice([0.01, 0.1, 1, 9, 30]) * rng.uniform(0.5, 1.5)
    if rng.random() < 0.3:
        story.append((round(hours, 4), "resolved"))
    return story


def waits(story: Story) -> Iterator[Wait]:
    wait: Wait | None = None
    for hours, what in story:
        if what in ("chat", "mail") and wait is None:
            wait = Wait(hours, what == "chat", what == "chat")
        elif what == "left" and wait is not None:
            wait.live = False
        elif what in ("team", "resolved") and wait is not None:
            wait.closed, wait.replied = hours, what == "team"
            yield wait
            wait = None
    if wait is not None:
        yield wait


def open_s(begin: float, end: float, chat: bool) -> float:
    """Seconds of the team: chats are answered on weekdays from 9 to 17, mails day and night."""
    if not chat:
        return (end - begin) * 3600
    days = (d for d in range(15) if d % 7 < 5)
    return sum(max(0.0, min(end, d * 24 + 17) - max(begin, d * 24 + 9)) for d in days) * 3600


def cost(wait: Wait) -> int:
    """V P(W) by the formula that people read."""
    assert wait.closed is not None
    w = (wait.closed - wait.opened) * 3600
    m = MAIL_S if not wait.chat else LIVE_S if wait.live else AWAY_S
    return round(STAKE * ((1 - 2 ** -((w / m) ** 2)) / 3 + 5 / 12 * (1 - 2 ** -(w / (7 * 86_400)))))


class Teller:
    """Plays stories through the real functions."""

    def __init__(self, services: Services, ws: TestWorkspace, chat_calendar: int, clock: Any) -> None:
        self.services, self.db, self.ws, self.clock, self.calendar = services, services.db, ws, clock, chat_calendar
        self.messenger: AccountRef | None = None

    async def tell(self, story: Story) -> None:
        visitor = await Visitor(self.db, self.ws).arrive()
        if self.messenger is None:
            self.messenger = msgspec.structs.replace(visitor.account, calendar_id=self.calendar)
        visitor.account = self.messenger
        mail: UUID | None = None
        for hours, what in story:
            self.clock.at = MONDAY + timedelta(hours=hours)
            if what == "chat":
                await visitor.says()
                await visitor.stay(10_000_000)
            elif what == "mail":
                mail = await self._mail(visitor, mail)
            elif what == "left":
                await visitor.stay(-1)
                await sweep_left(self.db, self.services.bus)
            elif what == "team":
                await self._reply(visitor)
            else:
                assert visitor.conversation_id
                async with self.db.transaction(self.ws.owner) as tx:
                    await resolve(tx, visitor.conversation_id)

    async def _mail(self, visitor: Visitor, endpoint: UUID | None) -> UUID:
        account = AccountRef(id=self.ws.account_id, calendar_id=self.ws.calendar_id, team_id=self.ws.team_id)
        endpoint_id = endpoint or uuid7()
        async with self.db.transaction(system(self.ws.id)) as tx:
            who = await resolve_contact(tx, address=f"{endpoint_id}@customer.example", name=None)
            received = await receive_message(
                tx,
                NewInbound(
                    account=account, contact_id=who.contact_id, at=tx.now(), text="?", headers=Headers(),
                    conversation_id=visitor.conversation_id, endpoint_id=endpoint,
                    endpoint=None if endpoint else NewEndpoint(thread_key=str(endpoint_id), id=endpoint_id),
                ),
            )  # fmt: skip
        visitor.conversation_id = received.conversation_id
        return endpoint_id

    async def _reply(self, visitor: Visitor) -> None:
        assert visitor.conversation_id
        async with self.db.transaction(system(self.ws.id, ActorKind.AGENT, self.ws.owner.agent_id)) as tx:
            endpoint = await tx.one(
                UUID, "SELECT id FROM endpoints WHERE conversation_id = $1 LIMIT 1", visitor.conversation_id
            )
            reply = NewReply(
                conversation_id=visitor.conversation_id, endpoint_id=endpoint, text="!", headers=Headers(),
                agent_id=self.ws.owner.agent_id, delivery=Delivery.SENT,
            )  # fmt: skip
            await record_past_reply(tx, reply)


@pytest.fixture
async def teller(services: Services, workspace: TestWorkspace, clock: Any) -> Teller:
    db = services.db
    calendar = await db.one(
        int, "INSERT INTO calendars (workspace_id, name) VALUES ($1, 'Chat') RETURNING id", workspace.id
    )
    office = [{"weekday": day, "start": "09:00", "end": "17:00"} for day in range(5)]
    await db.run(
        "INSERT INTO calendar_versions (workspace_id, calendar_id, valid_from, tz, periods, holidays, f_base)"
        " VALUES ($1, $2, '2000-01-01Z', 'UTC', $3, '[]', 0)",
        workspace.id, calendar, office,
    )  # fmt: skip
    return Teller(services, workspace, calendar, clock)


async def figures(client: SignedIn, **extra: Any) -> dict[tuple[str, str | None], dict[str, Any]]:
    params = {"start": MONDAY.isoformat(), "end": NOW.isoformat(), "time_zone": "UTC", **extra}
    answer = await client.get("/api/reports/summary", params=params)
    assert answer.status_code == 200, answer.text
    return {(f["key"], f["clock"]): f["now"] for f in answer.json()["figures"]}


async def test_figures_of_chats_and_mails_equal_an_independent_recomputation(
    client: SignedIn, teller: Teller, clock: Any
) -> None:
    rng = random.Random(5)
    stories = [random_story(rng) for _ in range(40)]
    for story in stories:
        await teller.tell(story)
    assert teller.messenger
    clock.at = NOW
    every = [w for story in stories for w in waits(story)]
    assert {(w.chat, w.live) for w in every} == {(False, False), (True, True), (True, False)}
    accounts = [({}, None), ({"account_id": teller.messenger.id}, True), ({"account_id": teller.ws.account_id}, False)]
    for extra, chat in accounts:
        told = await figures(client, **extra)
        mine = [w for w in every if chat is None or w.chat is chat]
        ended = [(w.opened, w.closed, w.chat) for w in mine if w.closed is not None and w.replied]
        both = {"customer": [(b - a) * 3600 for a, b, _ in ended], "team": [open_s(*each) for each in ended]}
        for which, lengths in both.items():
            figure = told["reply_wait", which]
            assert (figure["count"], figure["waiting"]) == (len(lengths), sum(w.closed is None for w in mine))
            assert figure["mean"] == pytest.approx(mean(lengths), abs=1e-2)
            assert figure["median"] == pytest.approx(median(lengths), abs=1e-2)
        paid = [cost(w) for w in mine if w.closed is not None]
        assert told["wait_cost", None]["count"] == len(paid)
        assert told["wait_cost", None]["value"] == pytest.approx(sum(paid), abs=len(paid))
        said = [what for story in stories for _, what in story if what in ("chat", "mail")]
        assert told["received", None]["count"] == sum(chat is None or (what == "chat") is chat for what in said)
        firsts = []
        for story in stories:
            began, reply = story[0], next((h for h, what in story if what == "team"), None)
            if reply is not None and (chat is None or (began[1] == "chat") is chat):
                firsts.append((began[0], reply, began[1] == "chat"))
        for which in ("customer", "team"):
            lengths = [(b - a) * 3600 if which == "customer" else open_s(a, b, c) for a, b, c in firsts]
            assert told["first_reply", which]["count"] == len(lengths)
            assert told["first_reply", which]["mean"] == pytest.approx(mean(lengths), abs=1e-2)
