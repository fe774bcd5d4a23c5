"""What a process keeps of the facts is what stands in the tables, whatever happens; and the rules where others differ."""

import asyncio
import random
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace
from tests.reports.test_figures import MONDAY, NOW, Office, Teller, office, random_story, rows, value
from tests.support.workspace import SignedIn, TestWorkspace

import hark.reports.kept
import hark.reports.queries
from hark.contacts.types import ContactChanged
from hark.conversations.actions import mark_spam, set_topic, unmark_spam
from hark.conversations.inbound import record_past_reply
from hark.conversations.merging import merge, unmerge
from hark.conversations.types import Delivery, Headers, NewReply
from hark.core.actor import Scope, system
from hark.core.db import Db
from hark.core.services import Services
from hark.filters.types import Compare
from hark.hours.queries import open_seconds
from hark.journey.queries import note_rewrite
from hark.journey.rebuild import rebuild
from hark.reports.build import build_breakdown, build_report
from hark.reports.facts import facts_written, read_facts
from hark.reports.figures import FIGURES
from hark.reports.places import keep_facts_in
from hark.reports.types import Cohort
from hark.value.actions import reprice_after
from hark.value.pricing import pricing_of

__all__ = ["office"]
URGENT = Compare("severity", "at_least", 2)
RECENT = Compare("last_message_at", "newer_than", 7 * 86_400)
COHORT = Cohort(start=MONDAY, end=NOW, interval="week", time_zone="Europe/Rome")
EARLIER = Cohort(start=MONDAY - timedelta(days=21), end=MONDAY, interval="week", time_zone="Europe/Rome")


async def everything(db: Db, ws: TestWorkspace) -> list[Any]:
    """The whole report, that of what only some may see and of a segment, and a breakdown by what lies with the
    conversation."""
    keys = {figure.key for figure in FIGURES}
    report = await build_report(db, ws.owner, COHORT, EARLIER, keys=keys)
    narrow = replace(ws.owner, scope=Scope.TEAM, team_ids=frozenset({ws.team_id}))
    own = replace(ws.owner, scope=Scope.OWN)
    some = [
        await build_report(db, actor, replace(COHORT, condition=condition), None)
        for actor, condition in ((narrow, None), (own, None), (ws.owner, URGENT), (ws.owner, RECENT))
    ]
    split = [
        await build_breakdown(db, ws.owner, COHORT, None, key="received", clock=None, by=by)
        for by in ("topic", "tag", "company", "team", "agent")
    ]
    return [report, *some, *split]


def process(db: Db, folder: Path | None = None) -> Db:
    """Another process on the same database: it keeps nothing yet. `folder`: where it shares files with others."""
    other = Db(db.pool, events=db.events, projectors=db.projectors, clock=db.clock)
    if folder is not None:
        keep_facts_in(other, folder)
    return other


@pytest.fixture
def always_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every fact has a file, and each change makes another one worth while."""
    monkeypatch.setattr(hark.reports.kept, "WORTH_A_FILE", 0)
    monkeypatch.setattr(hark.reports.kept, "WRITTEN_AFTER", 0)


@pytest.mark.usefixtures("always_files")
async def test_kept_facts_follow_the_journal(
    db: Db, workspace: TestWorkspace, office: Office, clock: Any, tmp_path: Path
) -> None:
    """In memory, in files, and in a process that has just started and finds the files of the last change."""
    rng = random.Random(3)
    teller = Teller(db, workspace, office, clock)
    ids: list[UUID] = []
    kept, on_disk = process(db), process(db, tmp_path / "facts")

    async def same() -> None:
        clock.at = NOW
        truth = await everything(process(db), workspace)
        assert await everything(kept, workspace) == truth
        assert await everything(process(db, tmp_path / "facts"), workspace) == truth
        assert await everything(on_disk, workspace) == truth
        await facts_written(on_disk)

    await same()
    for _ in range(6):
        for _ in range(3):
            story = [step for step in random_story(rng) if step[1] != "spam"]
            ids.append(await teller.play(story))
        await same()
    clock.at = NOW
    for change in (
        lambda tx: mark_spam(tx, ids[0]), lambda tx: unmark_spam(tx, ids[0]), lambda tx: merge(tx, ids[1], ids[2]),
        lambda tx: merge(tx, ids[2], ids[3]), lambda tx: unmerge(tx, ids[2]), lambda tx: unmerge(tx, ids[1]),
        lambda tx: set_topic(tx, ids[4], office.topics[0]),
    ):  # fmt: skip
        async with db.transaction(workspace.owner) as tx:
            await change(tx)
        await same()
    await rebuild(db, hours_of=open_seconds, pricing_of=pricing_of, workspaces=[workspace.id])
    await same()
    async with db.transaction(workspace.owner) as tx:  # by other hours than those it was counted by
        await tx.run("UPDATE calendar_versions SET periods = '[]' WHERE workspace_id = $1", workspace.id)
    await rebuild(db, hours_of=open_seconds, pricing_of=pricing_of, workspaces=[workspace.id])
    await same()


@pytest.mark.usefixtures("always_files")
async def test_files_are_used_as_long_as_they_tell_the_truth(
    db: Db, workspace: TestWorkspace, office: Office, clock: Any, tmp_path: Path
) -> None:
    await Teller(db, workspace, office, clock).play([(36_000, "write", 0), (39_600, "reply", 0)])
    clock.at = NOW

    async def shown() -> float | None:
        other = process(db, tmp_path)
        report = await build_report(other, workspace.owner, COHORT, None, keys=["first_reply"])
        await facts_written(other)
        return report.figures[0].now.mean

    async def untold(seconds: int) -> None:
        await db.run(
            "UPDATE episodes SET first_reply_f = contact_f + $2 WHERE workspace_id = $1", workspace.id, seconds
        )

    assert await shown() == 3600
    await untold(7)
    assert await shown() == 3600  # what no event tells is not seen: it came from the file
    path = tmp_path / str(workspace.id) / "episodes.facts"
    path.write_bytes(path.read_bytes()[:-1])
    assert await shown() == 7  # half a file is none
    await untold(8)
    assert await shown() == 7
    await db.run("UPDATE events SET recorded_at = recorded_at + interval '1 s' WHERE workspace_id = $1", workspace.id)
    assert await shown() == 8  # another journal of the same length
    await untold(9)
    assert await shown() == 8
    async with db.transaction(workspace.owner) as tx:
        await note_rewrite(tx)
    assert await shown() == 9
    await untold(10)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hark.reports.queries, "FORM", 0)  # of another version of Hark
        assert await shown() == 10


@pytest.mark.usefixtures("always_files")
async def test_where_nothing_can_be_written_reports_are_shown(
    db: Db, workspace: TestWorkspace, office: Office, clock: Any, tmp_path: Path
) -> None:
    await Teller(db, workspace, office, clock).play([(36_000, "write", 0), (39_600, "reply", 0)])
    clock.at = NOW
    (tmp_path / "full").write_bytes(b"a file where a folder should be")
    other = process(db, tmp_path / "full")
    for _ in range(2):
        report = await build_report(other, workspace.owner, COHORT, None, keys=["first_reply"])
        assert report.figures[0].now.mean == 3600
        await facts_written(other)


async def test_what_is_being_counted_stays_as_it_is(
    db: Db, workspace: TestWorkspace, office: Office, clock: Any
) -> None:
    teller = Teller(db, workspace, office, clock)
    await teller.play([(0, "write", 0)])

    async def counted() -> int:
        return (await build_report(db, workspace.owner, COHORT, None, keys=["received"])).figures[0].now.count

    async with read_facts(db, workspace.owner, ["received"], COHORT.start) as facts:
        async with read_facts(db, workspace.owner, ["received"], COHORT.start):
            pass  # others may look too
        await teller.play([(60, "write", 0)])
        clock.at = NOW
        other = asyncio.create_task(counted())
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(other), 0.3)
        assert len(facts.view("received", COHORT.start, COHORT.end)) == 1
    assert await other == 2
    given_up = asyncio.create_task(counted())
    await asyncio.sleep(0)
    given_up.cancel()
    await teller.play([(120, "write", 0)])
    clock.at = NOW
    assert await counted() == 3


async def test_a_customer_who_changes_company_is_followed(
    db: Db, workspace: TestWorkspace, office: Office, clock: Any
) -> None:
    id = await Teller(db, workspace, office, clock).play([(0, "write", 0)])
    clock.at = NOW
    kept = process(db)
    before = await build_breakdown(kept, workspace.owner, COHORT, None, key="received", clock=None, by="company")
    assert [row.key for row in before.rows] == [""]
    company = await db.one(
        UUID,
        "INSERT INTO companies (workspace_id, id, name, created_at) VALUES ($1, gen_random_uuid(), 'Acme', now()) RETURNING id",
        workspace.id,
    )
    contact = await db.one(UUID, "SELECT contact_id FROM conversations WHERE id = $1", id)
    async with db.transaction(workspace.owner) as tx:
        event = tx.emit(ContactChanged(company_before=None, company_after=company), subject_id=contact)
    async with db.transaction(workspace.owner) as tx:  # the consumer comes later
        await reprice_after(tx, event)
        await tx.run(
            "INSERT INTO event_cursors (consumer, workspace_id, seq) VALUES ('value', $1, $2)"
            " ON CONFLICT (consumer, workspace_id) DO UPDATE SET seq = excluded.seq", workspace.id, event.seq,
        )  # fmt: skip
    after = await build_breakdown(kept, workspace.owner, COHORT, None, key="received", clock=None, by="company")
    assert [(row.key, row.label) for row in after.rows] == [(str(company), "Acme")]


async def test_what_a_rebuild_writes_is_seen(db: Db, workspace: TestWorkspace, office: Office, clock: Any) -> None:
    await Teller(db, workspace, office, clock).play([(36_000, "write", 0), (39_600, "reply", 0)])
    clock.at = NOW
    kept = process(db)
    assert (await build_report(kept, workspace.owner, COHORT, None)).figures[2].now.mean == 3600
    await db.run("UPDATE episodes SET first_reply_f = contact_f + 7 WHERE workspace_id = $1", workspace.id)
    assert (await build_report(kept, workspace.owner, COHORT, None)).figures[2].now.mean == 3600  # nothing told
    await rebuild(db, hours_of=open_seconds, pricing_of=pricing_of, workspaces=[workspace.id])
    await db.run("UPDATE episodes SET first_reply_f = contact_f + 7 WHERE workspace_id = $1", workspace.id)
    assert (await build_report(kept, workspace.owner, COHORT, None)).figures[2].now.mean == 7


async def test_rule_06_stages_of_merged_conversations_count_once(
    db: Db, client: SignedIn, workspace: TestWorkspace, office: Office, clock: Any
) -> None:
    teller = Teller(db, workspace, office, clock)
    first = await teller.play([(0, "write", 0)])
    second = await teller.play([(3600, "write", 0)])
    clock.at = MONDAY + timedelta(hours=3)
    async with db.transaction(workspace.owner) as tx:
        await merge(tx, first, second)
    clock.at = MONDAY + timedelta(hours=5)
    stages = await rows(client, "stage_time", "stage", "customer")
    assert stages["queue"]["total"] == 5 * 3600  # not 3 h of the one and 4 h of the other
    assert (await value(client, "reply_wait", "customer"))["waiting"] == 1


async def test_rule_11_spam_leaves_every_figure(
    db: Db, client: SignedIn, workspace: TestWorkspace, office: Office, clock: Any
) -> None:
    id = await Teller(db, workspace, office, clock).play([(0, "write", 0), (3600, "reply", 0), (7200, "note", 0)])
    clock.at = NOW
    keys = [f.key for f in FIGURES]

    async def counted() -> set[str]:
        report = await build_report(db, workspace.owner, COHORT, None, keys=keys)
        return {f.key for f in report.figures if f.now.count or f.now.of or f.now.waiting}

    before = await counted()
    assert {"received", "sent", "first_reply", "stage_time", "actions"} <= before
    async with db.transaction(workspace.owner) as tx:
        await mark_spam(tx, id)
    assert await counted() == set()
    async with db.transaction(workspace.owner) as tx:
        await unmark_spam(tx, id)
    assert await counted() == before


async def test_rule_15_each_figure_says_which_date_it_uses(
    db: Db, client: SignedIn, workspace: TestWorkspace, office: Office, clock: Any
) -> None:
    await Teller(db, workspace, office, clock).play(
        [(0, "write", 0), (10 * 86_400, "reply", 0), (11 * 86_400, "resolve", 0)]
    )
    clock.at = NOW
    late = {"start": (MONDAY + timedelta(days=5)).isoformat()}
    dated = {f["key"]: f["dated_by"] for f in (await client.get("/api/reports/figures")).json()["items"]}
    assert (dated["sent"], (await value(client, "sent", **late))["count"]) == ("sent", 1)
    assert (dated["first_reply"], (await value(client, "first_reply", "customer", **late))["count"]) == ("started", 0)
    assert (dated["reply_wait"], (await value(client, "reply_wait", "customer", **late))["count"]) == ("opened", 0)
    assert (dated["resolution_rate"], (await value(client, "resolution_rate", **late))["of"]) == ("started", 0)


async def test_rule_17_a_reply_typed_in_the_providers_own_app_counts(
    db: Db, client: SignedIn, workspace: TestWorkspace, office: Office, clock: Any
) -> None:
    teller = Teller(db, workspace, office, clock)
    await teller.play([(0, "write", 0)])
    clock.at = MONDAY + timedelta(hours=1)
    async with db.transaction(system(workspace.id)) as tx:
        assert teller.id
        assert teller.endpoint
        await record_past_reply(
            tx, NewReply(conversation_id=teller.id, endpoint_id=teller.endpoint, text="!", headers=Headers(), delivery=Delivery.SENT)
        )  # fmt: skip
    clock.at = NOW
    assert (await value(client, "sent"))["count"] == 1
    assert (await value(client, "reply_wait", "customer"))["mean"] == 3600
    assert (await rows(client, "sent", "agent"))[""]["count"] == 1  # nobody is credited


async def test_comparison_with_the_same_days_of_last_year(
    db: Db, client: SignedIn, workspace: TestWorkspace, office: Office, clock: Any
) -> None:
    await Teller(db, workspace, office, clock).play([(-365 * 86_400 + 100, "write", 0)])
    clock.at = NOW
    params = {"start": MONDAY.isoformat(), "end": NOW.isoformat(), "compare": "last_year", "figures": "received"}
    report = (await client.get("/api/reports/summary", params=params)).json()
    assert report["compare_start"] == "2025-03-23T00:00:00Z"
    assert [report["figures"][0][which]["count"] for which in ("now", "before")] == [0, 1]
    none = (await client.get("/api/reports/summary", params={**params, "compare": "none"})).json()
    assert none["figures"][0]["before"] is None


async def test_who_gave_up_before_writing(
    db: Db, client: SignedIn, services: Services, workspace: TestWorkspace, clock: Any
) -> None:
    visitor = await db.one(
        UUID,
        "INSERT INTO visitors (workspace_id, id, account_id, token_hash, created_at, last_seen_at)"
        " VALUES ($1, gen_random_uuid(), $2, decode(md5(random()::text), 'hex'), now(), now()) RETURNING id",
        workspace.id, workspace.account_id,
    )  # fmt: skip
    for minutes, kinds in ((0, (1, 3, 4)), (60, (3, 5)), (120, (2,)), (180, (1, 8, 9))):
        at = MONDAY + timedelta(minutes=minutes)
        visit = await db.one(
            UUID,
            "INSERT INTO visits (workspace_id, id, account_id, visitor_id, started_at) VALUES ($1, gen_random_uuid(), $2, $3, $4)"
            " RETURNING id",
            workspace.id, workspace.account_id, visitor, at,
        )  # fmt: skip
        for n, kind in enumerate(kinds):
            await db.run(
                "INSERT INTO visit_facts (workspace_id, visit_id, at, kind, data) VALUES ($1, $2, $3, $4, $5)",
                workspace.id, visit, at + timedelta(seconds=n), kind, {"search": True} if kind == 1 and minutes else {},
            )  # fmt: skip
    clock.at = NOW
    found = await value(client, "gave_up")
    assert (found["count"], found["of"]) == (1, 2)
    assert (await value(client, "searches"))["mean"] == 2
    assert (await value(client, "gave_up", team_id=workspace.team_id))["of"] == 0  # nobody's conversation yet


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"figure": "received", "by": "stage"}, 400),
        ({"figure": "luck", "by": "agent"}, 404),
        ({"figure": "received", "by": "luck"}, 400),
        ({"figure": "received", "by": "agent", "filter": "{"}, 400),
    ],
)
async def test_bad_breakdowns_are_explained(client: SignedIn, params: dict[str, str], code: int) -> None:
    period = {"start": MONDAY.isoformat(), "end": NOW.isoformat()}
    assert (await client.get("/api/reports/breakdown", params={**period, **params})).status_code == code


async def test_handle_time(db: Db, client: SignedIn, workspace: TestWorkspace, office: Office, clock: Any) -> None:
    id = await Teller(db, workspace, office, clock).play([(0, "write", 0)])
    for begin, length, who in ((60, 30, 0), (300, 60, 0), (90, 20, 1)):
        await db.run(
            "INSERT INTO handling (workspace_id, conversation_id, agent_id, t0, t1) VALUES ($1, $2, $3, $4, $5)",
            workspace.id, id, office.people[who], MONDAY + timedelta(seconds=begin), MONDAY + timedelta(seconds=begin + length),
        )  # fmt: skip
    clock.at = NOW
    found = await value(client, "handle_time")
    assert (found["count"], found["mean"], found["total"]) == (2, 55, 110)
    assert {key: row["mean"] for key, row in (await rows(client, "handle_time", "agent")).items()} == {
        str(office.people[0]): 90, str(office.people[1]): 20,
    }  # fmt: skip
