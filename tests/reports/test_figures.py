"""Every figure against an independent computation: plain Python over the messages and events of a made-up workspace."""

import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import mean, median
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import pytest
from tests.support.workspace import SignedIn, TestWorkspace

from hark.contacts.actions import resolve_contact
from hark.conversations.actions import (
    add_note,
    assign,
    change_tags,
    mark_spam,
    reopen,
    resolve,
    set_severity,
    set_topic,
)
from hark.conversations.inbound import receive_message, record_past_reply
from hark.conversations.types import AccountRef, Delivery, Headers, NewEndpoint, NewInbound, NewReply
from hark.core.actor import ActorKind, system
from hark.core.db import Db
from hark.core.ids import uuid7
from hark.reports.figures import FIGURES

MONDAY = datetime(2026, 3, 23, tzinfo=UTC)  # the clocks are set in Rome on the Sunday after
NOW = MONDAY + timedelta(days=21)
ROME = ZoneInfo("Europe/Rome")
WEEK_S = 7 * 86_400


class Office(msgspec.Struct):
    """Two people, two topics and two tags beside those of the workspace; hours from 9 to 17 UTC on weekdays."""

    people: list[int]
    topics: list[int]
    tags: list[int]


@pytest.fixture
async def office(db: Db, workspace: TestWorkspace) -> Office:
    await db.run(
        "UPDATE calendar_versions SET periods = $2 WHERE workspace_id = $1",
        workspace.id, [{"weekday": day, "start": "09:00", "end": "17:00"} for day in range(5)],
    )  # fmt: skip
    people = [(await workspace.agent(name=name))[0].agent_id for name in ("Ada", "Bela")]
    made: dict[str, list[int]] = {"topics": [], "tags": []}
    for n in (1, 2):
        made["topics"].append(
            await db.one(
                int, "INSERT INTO topics (workspace_id, name) VALUES ($1, $2) RETURNING id", workspace.id, f"T{n}"
            )
        )
        made["tags"].append(
            await db.one(
                int, "INSERT INTO tags (workspace_id, name) VALUES ($1, $2) RETURNING id", workspace.id, f"t{n}"
            )
        )
    return Office([p for p in people if p], **made)


class Teller:
    """Plays (seconds after MONDAY, what, who) through the real functions, one conversation at a time."""

    def __init__(self, db: Db, ws: TestWorkspace, office: Office, clock: Any) -> None:
        self.db, self.ws, self.office, self.clock = db, ws, office, clock
        self.id: UUID | None = None
        self.endpoint: UUID | None = None

    async def play(self, story: Iterable[tuple[float, str, int]]) -> UUID:
        self.id = self.endpoint = None
        for at, what, who in story:
            self.clock.at = MONDAY + timedelta(seconds=at)
            actor = system(self.ws.id, ActorKind.AGENT, self.office.people[who])
            async with self.db.transaction(actor) as tx:
                await getattr(self, f"_{what}")(tx, who)
        return self._known()

    async def _write(self, tx: Any, who: int) -> None:
        account = AccountRef(id=self.ws.account_id, calendar_id=self.ws.calendar_id, team_id=self.ws.team_id)
        contact = await resolve_contact(tx, address=f"{uuid7()}@customer.example", name=None)
        received = await receive_message(
            tx,
            NewInbound(
                account=account, contact_id=contact.contact_id, at=tx.now(), text="?", headers=Headers(),
                conversation_id=self.id, endpoint_id=self.endpoint,
                endpoint=None if self.endpoint else NewEndpoint(thread_key=str(uuid7())),
            ),
        )  # fmt: skip
        self.id = received.conversation_id
        self.endpoint = await tx.one(UUID, "SELECT id FROM endpoints WHERE conversation_id = $1", self.id)

    async def _reply(self, tx: Any, who: int, keeps: bool = False) -> None:
        assert self.id
        assert self.endpoint
        reply = NewReply(
            conversation_id=self.id, endpoint_id=self.endpoint, text="!", headers=Headers(), keeps_ball=keeps,
            agent_id=self.office.people[who], delivery=Delivery.SENT,
        )  # fmt: skip
        await record_past_reply(tx, reply)

    async def _hold(self, tx: Any, who: int) -> None:
        await self._reply(tx, who, keeps=True)

    async def _note(self, tx: Any, who: int) -> None:
        await add_note(tx, self._known(), "look")

    async def _resolve(self, tx: Any, who: int) -> None:
        await resolve(tx, self._known())

    async def _reopen(self, tx: Any, who: int) -> None:
        await reopen(tx, self._known())

    async def _assign(self, tx: Any, who: int) -> None:
        await assign(tx, self._known(), assignee_id=self.office.people[who])

    async def _tag(self, tx: Any, who: int) -> None:
        await change_tags(tx, self._known(), add=[self.office.tags[who]])

    async def _topic(self, tx: Any, who: int) -> None:
        await set_topic(tx, self._known(), self.office.topics[who])

    async def _raise(self, tx: Any, who: int) -> None:
        await set_severity(tx, self._known(), 2 + who)

    async def _spam(self, tx: Any, who: int) -> None:
        await mark_spam(tx, self._known())

    def _known(self) -> UUID:
        assert self.id
        return self.id


WHAT = ("write", "write", "reply", "reply", "hold", "note", "resolve", "reopen", "assign", "tag", "topic", "raise")


def random_story(rng: random.Random) -> list[tuple[float, str, int]]:
    at = rng.uniform(0, 12 * 86_400)
    story = [(round(at, 3), "write", 0)]
    for _ in range(rng.randint(0, 9)):
        at += rng.choice([60, 1800, 20_000, 90_000, 400_000]) * rng.uniform(0.5, 1.5)
        if at > 20 * 86_400:
            break
        story.append((round(at, 3), rng.choice(WHAT), rng.randrange(2)))
    if rng.random() < 0.1:
        story.append((round(story[-1][0] + 1, 3), "spam", 0))
    return story


def team_s(a: float, b: float) -> float:
    """Seconds of the office between two moments (seconds after MONDAY)."""
    return sum(max(0.0, min(b, d * 86_400 + 61_200) - max(a, d * 86_400 + 32_400)) for d in range(22) if d % 7 < 5)


class Case(msgspec.Struct):
    """What the independent computation finds out about one conversation."""

    received: list[float] = []
    sent: list[tuple[float, int, bool]] = []  # when, who, keeps the ball
    waits: list[tuple[float, float | None, int | None]] = []  # from, answered (None: not, or no longer), by whom
    open: list[float] = []
    episodes: list[dict[str, Any]] = []
    acts: list[tuple[float, str, int]] = []
    raised: int = 0
    tags: set[int] = set()
    topic: int | None = None


def follow(story: list[tuple[float, str, int]]) -> Case | None:
    """The story again, by the words of MEASURES; None for spam."""
    if story[-1][1] == "spam":
        return None
    case = Case()
    wait: float | None = None
    dropped: float | None = (
        None  # the wait a resolve left without an answer; it goes on when it is opened again by hand
    )
    severity = 1
    ep: dict[str, Any] = {}

    def begin(at: float) -> dict[str, Any]:
        made: dict[str, Any] = {"at": at, "asked": None, "first": None, "who": [], "over": None, "by": None, "back": 0}
        case.episodes.append(made)
        return made

    def back(at: float, by_customer: bool) -> None:
        nonlocal ep, wait, dropped
        if at - ep["over"] <= WEEK_S:
            ep["over"], ep["by"], ep["back"] = None, None, ep["back"] + 1
            if dropped is not None and not by_customer:
                wait = dropped
                case.waits.pop(next(i for i in reversed(range(len(case.waits))) if case.waits[i][0] == dropped))
        else:
            ep = begin(at)
        dropped = None

    for at, what, who in story:
        if what == "write":
            case.received.append(at)
            if not ep:
                ep = begin(at)
            if ep["over"] is not None:
                back(at, True)
            ep["asked"] = at if ep["asked"] is None else ep["asked"]
            wait = at if wait is None else wait
        elif what in ("reply", "hold"):
            keeps = what == "hold"
            case.sent.append((at, who, keeps))
            case.acts.append((at, "reply", who))
            if who not in ep["who"]:
                ep["who"].append(who)
            if ep["asked"] is not None and ep["first"] is None:
                ep["first"] = at
            if ep["over"] is not None and not keeps:
                if dropped is not None:  # the answer came after all, and the case ends with it
                    case.waits.pop(next(i for i in reversed(range(len(case.waits))) if case.waits[i][0] == dropped))
                    case.waits.append((dropped, at, who))
                    ep["over"], dropped = at, None
                continue
            if ep["over"] is not None:
                back(at, False)
            if wait is not None:
                case.waits.append((wait, at, who))
            wait = at if keeps else None
        elif what == "resolve" and ep["over"] is None:
            if wait is not None:
                case.waits.append((wait, None, None))
            dropped, wait = wait, None
            ep["over"], ep["by"] = at, who
            case.acts.append((at, "resolve", who))
        elif what == "reopen" and ep["over"] is not None:
            back(at, False)
        elif what == "raise":
            case.raised += 2 + who > severity
            severity = 2 + who
        elif what == "tag":
            case.tags.add(who)
        elif what == "topic":
            case.topic = who
        elif what == "note":
            case.acts.append((at, "note", who))
    if wait is not None:
        case.open.append(wait)
    return case


@pytest.fixture
async def told(db: Db, workspace: TestWorkspace, office: Office, clock: Any) -> list[Case]:
    rng = random.Random(7)
    teller = Teller(db, workspace, office, clock)
    stories = [random_story(rng) for _ in range(60)]
    for story in stories:
        await teller.play(story)
    clock.at = NOW
    return [case for story in stories if (case := follow(story)) is not None]


PERIOD = {"start": MONDAY.isoformat(), "end": NOW.isoformat(), "time_zone": "Europe/Rome", "compare": "none"}


async def value(client: SignedIn, key: str, clock: str | None = None, **extra: Any) -> dict[str, Any]:
    answer = await client.get("/api/reports/summary", params={**PERIOD, "figures": key, **extra})
    assert answer.status_code == 200, answer.text
    return next(f["now"] for f in answer.json()["figures"] if (f["key"], f["clock"]) == (key, clock))


async def rows(
    client: SignedIn, key: str, by: str, clock: str | None = None, **extra: Any
) -> dict[str, dict[str, Any]]:
    params = {**PERIOD, "figure": key, "by": by, **({"clock": clock} if clock else {}), **extra}
    answer = await client.get("/api/reports/breakdown", params=params)
    assert answer.status_code == 200, answer.text
    return {row["key"]: row["now"] for row in answer.json()["rows"]}


def p90(lengths: list[float]) -> float:
    ordered, place = sorted(lengths), 0.9 * (len(lengths) - 1)
    low = math.floor(place)
    return ordered[low] + (ordered[min(low + 1, len(ordered) - 1)] - ordered[low]) * (place - low)


def same_times(found: dict[str, Any], lengths: list[float]) -> None:
    assert found["count"] == len(lengths)
    if lengths:
        expected = [mean(lengths), median(lengths), p90(lengths)]
        assert [found["mean"], found["median"], found["p90"]] == pytest.approx(expected, abs=2e-3)


@pytest.mark.parametrize("which", ["team", "customer"])
async def test_times(client: SignedIn, told: list[Case], office: Office, which: str) -> None:
    def length(a: float, b: float) -> float:
        return team_s(a, b) if which == "team" else b - a

    waits = [(length(a, b), who) for c in told for a, b, who in c.waits if b is not None]
    found = await value(client, "reply_wait", which)
    same_times(found, [d for d, _ in waits])
    assert found["waiting"] == sum(len(c.open) for c in told)
    episodes = [e for c in told for e in c.episodes]
    firsts = [(length(e["asked"], e["first"]), e["who"][0]) for e in episodes if e["first"] is not None]
    same_times(await value(client, "first_reply", which), [d for d, _ in firsts])
    solved = [(length(e["at"], e["over"]), e["by"]) for e in episodes if e["over"] is not None]
    same_times(await value(client, "resolution_time", which), [d for d, _ in solved])
    for key, all_of in (("reply_wait", waits), ("first_reply", firsts), ("resolution_time", solved)):
        by_person = await rows(client, key, "agent", which)
        for who, person in enumerate(office.people):
            same_times(by_person[str(person)], [d for d, by in all_of if by == who])
            filtered = await value(client, key, which, agent_id=person)
            assert filtered == by_person[str(person)]  # a row of a breakdown is the figure of that filter


async def test_counts_and_shares(client: SignedIn, told: list[Case], office: Office) -> None:
    episodes = [e for c in told for e in c.episodes]
    asked = [e for e in episodes if e["asked"] is not None]
    assert (await value(client, "received"))["count"] == sum(len(c.received) for c in told)
    sent = [s for c in told for s in c.sent]
    assert (await value(client, "sent"))["count"] == len(sent)
    assert (await value(client, "unanswered"))["count"] == sum(len(c.open) for c in told)
    counts: dict[str, tuple[int, int]] = {
        "holding_rate": (sum(keeps for *_, keeps in sent), len(sent)),
        "reply_rate": (sum(e["first"] is not None for e in asked), len(asked)),
        "reply_rate_messages": (
            sum(any(s > r for s, *_ in c.sent) for c in told for r in c.received), sum(len(c.received) for c in told)
        ),
    }  # fmt: skip
    counted = [e for e in episodes if e["asked"] is not None or e["over"] is None]  # the others were never asked
    counts["resolution_rate"] = (sum(e["over"] is not None for e in counted), len(counted))
    counts["first_contact"] = (sum(e["over"] is not None and not e["back"] for e in counted), len(counted))
    ever = [e for e in counted if e["over"] is not None or e["back"]]
    counts["reopen_rate"] = (sum(e["back"] > 0 for e in ever), len(ever))
    for key, (hits, of) in counts.items():
        found = await value(client, key)
        assert (key, found["count"], found["of"]) == (key, hits, of)
    days: dict[tuple[int, Any], list[float]] = defaultdict(list)
    for n, c in enumerate(told):
        for at in c.received:
            days[n, (MONDAY + timedelta(seconds=at)).astimezone(ROME).date()].append(at)
    answered = [
        any((MONDAY + timedelta(seconds=s)).astimezone(ROME).date() == day and s > min(ats) for s, *_ in told[n].sent)
        for (n, day), ats in days.items()
    ]
    found = await value(client, "reply_rate_days")
    assert (found["count"], found["of"]) == (sum(answered), len(answered))
    credited = Counter(who for e in asked for who in e["who"] if e["first"] is not None)
    by_person = await rows(client, "reply_rate", "agent")
    for who, person in enumerate(office.people):
        assert by_person[str(person)]["count"] == credited[who]  # two who answered: both, once each
    assert (await value(client, "severity_raised"))["count"] == sum(c.raised for c in told)


async def test_dimensions(client: SignedIn, told: list[Case], office: Office, workspace: TestWorkspace) -> None:
    moments = [(MONDAY + timedelta(seconds=at)).astimezone(ROME) for c in told for at in c.received]
    heat = Counter(f"{m.weekday()}.{m.hour}" for m in moments)
    assert {key: row["count"] for key, row in (await rows(client, "received", "heat")).items()} == dict(heat)
    hours = Counter(str(m.hour) for m in moments)
    assert {key: row["count"] for key, row in (await rows(client, "received", "hour")).items()} == dict(hours)
    days = Counter(str(m.weekday()) for m in moments)
    assert {key: row["count"] for key, row in (await rows(client, "received", "weekday")).items()} == dict(days)
    by_tag = await rows(client, "received", "tag")
    by_topic = await rows(client, "received", "topic")
    for n in range(2):
        with_tag = sum(len(c.received) for c in told if n in c.tags)
        assert by_tag[str(office.tags[n])]["count"] == with_tag
        assert (await value(client, "received", tag_id=office.tags[n]))["count"] == with_tag
        about = sum(len(c.received) for c in told if c.topic == n)
        assert by_topic[str(office.topics[n])]["count"] == about
        assert (await value(client, "received", topic_id=office.topics[n]))["count"] == about
    assert by_tag[""]["count"] == sum(len(c.received) for c in told if not c.tags)
    everything = sum(len(c.received) for c in told)
    assert (await rows(client, "received", "channel"))["email"]["count"] == everything
    assert (await rows(client, "received", "account"))[str(workspace.account_id)]["count"] == everything
    assert (await rows(client, "received", "team"))[str(workspace.team_id)]["count"] == everything
    segment = msgspec.json.encode({"field": "tag", "op": "has", "value": office.tags[0]}).decode()
    assert (await value(client, "received", filter=segment))["count"] == sum(
        len(c.received) for c in told if 0 in c.tags
    )


async def test_people(client: SignedIn, told: list[Case], office: Office) -> None:
    acts = [a for c in told for a in c.acts if a[1] in ("reply", "resolve", "note")]
    by_action = await rows(client, "actions", "action")
    for what in ("reply", "resolve", "note"):
        assert by_action[what]["count"] == sum(a[1] == what for a in acts)
    share, entropy = await rows(client, "topic_share", "agent"), await rows(client, "topic_entropy", "agent")
    for who, person in enumerate(office.people):
        found = Counter(c.topic for c in told if c.topic is not None and any(by == who for _, by, _ in c.sent))
        parts = [n / found.total() for n in found.values()]
        assert share[str(person)]["value"] == pytest.approx(max(parts))
        assert entropy[str(person)]["value"] == pytest.approx(-sum(p * math.log2(p) for p in parts))
    hours = await rows(client, "active_hours", "agent")
    for who, person in enumerate(office.people):
        replied = {int(at // 3600) for c in told for at, what, by in c.acts if by == who}
        assert hours[str(person)]["count"] >= len(replied)


async def test_stages_sum_to_the_age(client: SignedIn, db: Db, told: list[Case], workspace: TestWorkspace) -> None:
    by_stage = await rows(client, "stage_time", "stage", "customer")
    total = sum(row["total"] for row in by_stage.values())
    ages = await db.all(
        float,
        "SELECT extract(epoch FROM coalesce(s.t1, $2) - s.t0)::float8 FROM spans s WHERE s.workspace_id = $1 AND s.stage < 7",
        workspace.id, NOW,
    )  # fmt: skip
    assert total == pytest.approx(sum(ages), rel=1e-9)
    assert by_stage["customer"]["count"] > 0


async def test_the_cases_behind_a_row(client: SignedIn, told: list[Case], office: Office) -> None:
    params = {**PERIOD, "figure": "reply_wait", "clock": "customer", "by": "agent", "key": str(office.people[0])}
    answer = await client.get("/api/reports/cases", params=params)
    lengths = [case["seconds"] for case in answer.json()["items"]]
    assert lengths == sorted(lengths, reverse=True)
    mine = {n for n, c in enumerate(told) for _, b, who in c.waits if who == 0}
    answered = [case for case in answer.json()["items"] if not case["waiting"]]
    assert len({case["number"] for case in answered}) >= len(mine) - sum(bool(c.open) for c in told)
    still = await client.get("/api/reports/cases", params={**PERIOD, "figure": "unanswered", "waiting": "true"})
    assert len(still.json()["items"]) == sum(len(c.open) for c in told)
    assert all(case["waiting"] for case in still.json()["items"])


def test_every_figure_is_described_as_it_is_defined() -> None:
    page = (Path(__file__).parents[2] / "docs" / "guide" / "reports.md").read_text("utf-8")
    missing = [d.key for d in FIGURES if f"| `{d.key}` | {d.clock or ''} | {d.formula} | {d.dated_by} |" not in page]
    assert not missing, f"docs/guide/reports.md does not say what {missing} are, word for word"
