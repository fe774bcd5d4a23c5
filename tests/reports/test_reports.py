"""The report against an independent recomputation: the same history told in plain Python."""

import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from statistics import mean, median
from typing import Any
from uuid import UUID

import msgspec
import pytest
from tests.support.workspace import SignedIn, TestWorkspace

from hark.contacts.actions import resolve_contact
from hark.conversations.actions import mark_spam, resolve
from hark.conversations.inbound import receive_message, record_past_reply
from hark.conversations.types import AccountRef, Delivery, Headers, NewEndpoint, NewInbound, NewReply
from hark.core.actor import ActorKind, system
from hark.core.db import Db
from hark.core.ids import uuid7

DAY = datetime(2026, 3, 2, tzinfo=UTC)
NOW = DAY + timedelta(days=14)


class Told(msgspec.Struct):
    """One conversation as a person would tell it: (hours since DAY, who) with who = customer, team, resolved."""

    steps: list[tuple[float, str]]
    spam: bool = False


async def tell(db: Db, workspace: TestWorkspace, told: Told, clock: Any) -> UUID:
    """Play a story through the real functions."""
    account = AccountRef(id=workspace.account_id, calendar_id=workspace.calendar_id, team_id=workspace.team_id)
    conversation: UUID | None = None
    endpoint: UUID | None = None
    actor = system(workspace.id, ActorKind.AGENT, workspace.owner.id)
    for hours, who in told.steps:
        at = clock.at = DAY + timedelta(hours=hours)
        async with db.transaction(actor) as tx:
            if who == "customer":
                contact = await resolve_contact(tx, address=f"{uuid7()}@customer.example", name=None)
                received = await receive_message(
                    tx,
                    NewInbound(
                        account=account, contact_id=contact.contact_id, at=at, text="?", headers=Headers(),
                        conversation_id=conversation, endpoint_id=endpoint,
                        endpoint=None if endpoint else NewEndpoint(thread_key=str(uuid7())),
                    ),
                )  # fmt: skip
                conversation = received.conversation_id
                endpoint = await tx.one(UUID, "SELECT id FROM endpoints WHERE conversation_id = $1", conversation)
            elif who == "team":
                assert conversation
                assert endpoint
                reply = NewReply(
                    conversation_id=conversation, endpoint_id=endpoint, text="!", headers=Headers(),
                    agent_id=workspace.owner.id, at=at, delivery=Delivery.SENT,
                )  # fmt: skip
                await record_past_reply(tx, reply)
            else:
                assert conversation
                await resolve(tx, conversation)
    assert conversation
    if told.spam:
        async with db.transaction(workspace.owner) as tx:
            await mark_spam(tx, conversation)
    return conversation


def waits(told: Told) -> Iterable[tuple[float, float | None]]:
    """(opened, length or None while waiting), in hours; a wait that was resolved away ends as `inf` (not a reply)."""
    opened: float | None = None
    for hours, who in told.steps:
        if who == "customer" and opened is None:
            opened = hours
        elif who == "team" and opened is not None:
            yield opened, hours - opened
            opened = None
        elif who == "resolved" and opened is not None:
            yield opened, float("inf")
            opened = None
    if opened is not None:
        yield opened, None


def random_story(rng: random.Random) -> Told:
    hours, steps = rng.uniform(0, 150), []
    for n in range(rng.randint(1, 6)):
        who = "customer" if n == 0 else rng.choice(["customer", "team"])
        steps.append((round(hours, 3), who))
        hours += rng.expovariate(1 / 6)
    if rng.random() < 0.3:
        steps.append((round(hours, 3), "resolved"))
    return Told(steps, spam=rng.random() < 0.1)


async def summary(client: SignedIn, **extra: str) -> dict[str, Any]:
    params = {"start": DAY.isoformat(), "end": NOW.isoformat(), "time_zone": "Europe/Rome", **extra}
    answer = await client.get("/api/reports/summary", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()  # type: ignore[no-any-return]


def figure(report: dict[str, Any], key: str, clock: str | None = None) -> dict[str, Any]:
    return next(f for f in report["figures"] if f["key"] == key and f["clock"] == clock)


async def test_figures_equal_an_independent_recomputation(
    db: Db, workspace: TestWorkspace, client: SignedIn, clock: Any
) -> None:
    rng = random.Random(11)
    stories = [random_story(rng) for _ in range(40)]
    for story in stories:
        await tell(db, workspace, story, clock)
    clock.at = NOW
    report = await summary(client)
    kept = [s for s in stories if not s.spam]

    assert figure(report, "received")["now"]["count"] == sum(w == "customer" for s in kept for _, w in s.steps)

    ended = [h * 3600 for s in kept for _, h in waits(s) if h is not None and h != float("inf")]
    open_waits = [o for s in kept for o, h in waits(s) if h is None]
    for which in ("team", "customer"):  # the calendar is always open, so both clocks agree
        now = figure(report, "reply_wait", which)["now"]
        assert now["count"] == len(ended)
        assert now["waiting"] == len(open_waits)
        assert now["mean"] == pytest.approx(mean(ended), abs=1e-3)
        assert now["median"] == pytest.approx(median(ended), abs=1e-3)

    first = {id(s): next((h for h, w in s.steps if w == "team"), None) for s in kept}
    lengths = [(h - s.steps[0][0]) * 3600 for s in kept if (h := first[id(s)]) is not None]
    now = figure(report, "first_reply", "customer")["now"]
    assert now["count"] == len(lengths)
    assert now["mean"] == pytest.approx(mean(lengths), abs=1e-3)
    unresolved = [s for s in kept if first[id(s)] is None and s.steps[-1][1] != "resolved"]
    assert now["waiting"] == len(unresolved)

    rate = figure(report, "reply_rate")["now"]
    assert (rate["count"], rate["of"]) == (len(lengths), len(kept))
    resolved = figure(report, "resolution_rate")["now"]
    assert resolved["count"] == sum(s.steps[-1][1] == "resolved" for s in kept)

    series = figure(report, "received")["series"]
    assert sum(p["count"] for p in series) == figure(report, "received")["now"]["count"]
    assert all(p["at"].endswith(("23:00:00Z", "22:00:00Z")) for p in series)  # midnight in Rome


async def test_those_who_wait_count_in_the_kaplan_meier_median(
    db: Db, workspace: TestWorkspace, client: SignedIn, clock: Any
) -> None:
    for hours in (1, 2, 3):
        await tell(db, workspace, Told([(0, "customer"), (hours, "team")]), clock)
    for _ in range(4):
        await tell(db, workspace, Told([(0, "customer")]), clock)
    clock.at = DAY + timedelta(hours=10)
    now = figure(await summary(client), "reply_wait", "customer")["now"]
    assert (now["median"], now["waiting"]) == (2 * 3600, 4)
    assert now["censored_median"] is None  # four of seven still wait: half have not been answered yet
    await tell(db, workspace, Told([(0, "customer"), (5, "team")]), clock)
    clock.at = DAY + timedelta(hours=10)
    assert figure(await summary(client), "reply_wait", "customer")["now"]["censored_median"] == 5 * 3600


async def test_the_comparison_period_stands_beside(
    db: Db, workspace: TestWorkspace, client: SignedIn, clock: Any
) -> None:
    await tell(db, workspace, Told([(1, "customer")]), clock)
    await tell(db, workspace, Told([(200, "customer")]), clock)
    clock.at = NOW
    start, end = DAY + timedelta(days=7), DAY + timedelta(days=14)
    report = await summary(client, start=start.isoformat(), end=end.isoformat())
    received = figure(report, "received")
    assert (received["now"]["count"], received["before"]["count"]) == (1, 1)
    assert report["compare_start"] == "2026-03-02T00:00:00Z"


async def test_the_conversations_behind_a_number(
    db: Db, workspace: TestWorkspace, client: SignedIn, clock: Any
) -> None:
    short = await tell(db, workspace, Told([(0, "customer"), (1, "team")]), clock)
    long = await tell(db, workspace, Told([(0, "customer"), (9, "team")]), clock)
    params = {"start": DAY.isoformat(), "end": NOW.isoformat(), "figure": "reply_wait", "clock": "customer"}
    answer = await client.get("/api/reports/cases", params=params)
    assert [c["conversation_id"] for c in answer.json()["items"]] == [str(long), str(short)]
    assert (await client.get("/api/reports/cases", params={**params, "figure": "luck"})).status_code == 404


async def test_an_agent_sees_only_figures_of_visible_conversations(
    db: Db, workspace: TestWorkspace, http: Any, clock: Any
) -> None:
    await tell(db, workspace, Told([(0, "customer")]), clock)
    clock.at = NOW
    await db.run(
        "INSERT INTO roles (workspace_id, name, permissions, scope) VALUES ($1, 'Own only', '{reports.read}', 1)",
        workspace.id,
    )
    _, token = await workspace.agent()
    await db.run(
        "UPDATE agents SET role_id = (SELECT id FROM roles WHERE workspace_id = $1 AND name = 'Own only')"
        " WHERE workspace_id = $1 AND name = 'Ada Agent'",
        workspace.id,
    )
    report = await summary(SignedIn(http, token))
    assert figure(report, "received")["now"]["count"] == 0


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"end": "2026-03-01T00:00:00Z"}, "bad_period"),
        ({"start": "2026-03-01T00:00:00"}, "bad_period"),
        ({"time_zone": "Mars/Base"}, "bad_time_zone"),
        ({"interval": "minute"}, "invalid"),
    ],
)
async def test_bad_periods_are_explained(client: SignedIn, change: dict[str, str], code: str) -> None:
    params = {"start": DAY.isoformat(), "end": NOW.isoformat(), **change}
    answer = await client.get("/api/reports/summary", params=params)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
