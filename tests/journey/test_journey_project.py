"""The projector on a real database: rows equal the fold, prices stand with waits and spans, few statements."""

import random
from typing import Any
from uuid import UUID

import msgspec
import pytest
import pytest_asyncio
from tests.journey.desk import Desk, RealPricing, make_desk
from tests.journey.histories import ALWAYS, CHAT, MAIL, OFFICE, THREAD, History, at, random_history

from hark.core.actor import system
from hark.core.clock import from_unix
from hark.core.db import Tx
from hark.core.ids import uuid7
from hark.core.services import Services
from hark.journey.pricing import PricedWait
from hark.journey.queries import Unanswered, case_stage_times, merged_in, unanswered
from hark.journey.reducer import Fold
from hark.journey.types import (
    AnswerNotNeeded,
    CustomerLeft,
    MarkedSpam,
    Merged,
    MergedIn,
    NoteAdded,
    Reopened,
    ReopenReason,
    SeverityChanged,
    Stage,
    State,
    Status,
    UnmarkedSpam,
    Unmerged,
    UnmergedOut,
    WaitOutcome,
)


@pytest_asyncio.fixture
async def desk(services: Services, clock: Any) -> Desk:
    return await make_desk(services.db.pool, clock)


async def rows(desk: Desk, table: str, id: UUID) -> list[Any]:
    found: list[Any] = await desk.db.pool.fetch(
        f"SELECT * FROM {table} WHERE workspace_id = $1 AND conversation_id = $2 ORDER BY n", desk.workspace.id, id
    )
    return found


async def conversation(desk: Desk, id: UUID) -> Any:
    return await desk.db.pool.fetchrow(
        "SELECT * FROM conversations WHERE workspace_id = $1 AND id = $2", desk.workspace.id, id
    )


def as_numbers(row: Any) -> dict[str, Any]:
    """A stored row with its timestamps as unix seconds and its lists as tuples, to compare with the reducer's."""
    return {
        key: round(value.timestamp(), 6) if hasattr(value, "timestamp") else tuple(value) if isinstance(value, list) else value
        for key, value in dict(row).items()
    }  # fmt: skip


async def assert_rows_equal(desk: Desk, id: UUID, whole: Fold) -> None:
    for table, expected in (("spans", whole.spans), ("waits", whole.waits), ("episodes", whole.episodes)):
        stored = [as_numbers(row) for row in await rows(desk, table, id)]
        wanted = [msgspec.structs.asdict(expected[n]) for n in sorted(expected)]
        assert [{key: row[key] for key in want} for row, want in zip(stored, wanted, strict=True)] == wanted
    row = await conversation(desk, id)
    assert msgspec.msgpack.decode(row["journey"], type=State) == whole.state
    span, wait = whole.state.span, whole.state.wait
    assert (row["stage"], row["holder_id"], row["since"]) == (span.stage, span.holder_id, from_unix(span.t0))
    assert row["wait_t0"] == (None if wait is None else wait.opened_at)
    assert row["episode"] == whole.state.episode.n


async def test_a_mail_and_its_answer(desk: Desk) -> None:
    h = History()
    h.asks(0)
    h.replies(3)
    id = await desk.play(h)
    await assert_rows_equal(desk, id, h.fold())
    (wait,) = await rows(desk, "waits", id)
    pricing = RealPricing()
    assert wait["stake"] == 12 * pricing.model.default_monthly_minor
    assert wait["per_s"] == 1 / 26_640
    priced = PricedWait(stake=wait["stake"], per_s=wait["per_s"], severity=1, seconds=3 * 3600)
    assert wait["price_minor"] == pricing.price(priced) > 0
    row = await conversation(desk, id)
    assert (row["status"], row["wait_t0"], row["stake"]) == (Status.WAITING, None, None)


@pytest.mark.parametrize("seed", range(12))
async def test_rows_equal_the_fold_whatever_happens(desk: Desk, seed: int) -> None:
    rng = random.Random(seed)
    h = random_history(rng, 25)
    id = await desk.play(h, rng)
    await assert_rows_equal(desk, id, h.fold())


async def test_the_price_of_a_wait_is_shared_by_the_spans_it_lasted_through(desk: Desk) -> None:
    h = History()
    h.asks(0)
    h.assigns(1, 5)
    h.assigns(4, 6)
    h.replies(8, keeps=True)
    h.replies(10)
    id = await desk.play(h)
    first, second = await rows(desk, "waits", id)
    spans = await rows(desk, "spans", id)
    assert [span["stage"] for span in spans] == [Stage.QUEUE, Stage.AGENT, Stage.AGENT, Stage.CUSTOMER]
    queue, one, other, customer = [span["price_minor"] for span in spans]
    assert queue == round(first["price_minor"] / 8)
    assert queue + one + other == first["price_minor"] + second["price_minor"]
    assert one == pytest.approx(3 * queue, abs=2)
    assert customer is None


async def test_severity_renews_the_stake_of_the_open_wait(desk: Desk) -> None:
    h = History()
    h.asks(0)
    h.add(1, SeverityChanged(before=1, after=3), agent=5)
    id = await desk.play(h)
    (wait,) = await rows(desk, "waits", id)
    assert wait["stake"] == (await conversation(desk, id))["stake"] == 5 * 12 * 100_00


async def test_the_company_sets_the_stake_and_a_renewed_one_on_the_conversation_prices_the_wait(desk: Desk) -> None:
    company = uuid7()
    await desk.db.run(
        "INSERT INTO companies (workspace_id, id, name, value_minor, created_at) VALUES ($1, $2, 'Acme', 5000, now())",
        desk.workspace.id, company,
    )  # fmt: skip
    h = History()
    h.asks(0, account=CHAT, live=True)
    h.replies(1)
    id = await desk.conversation(company)
    await desk.replay(id, h.events[:2])
    assert [w["stake"] for w in await rows(desk, "waits", id)] == [60_000]
    assert (await conversation(desk, id))["per_s"] == 1 / 120
    await desk.db.run(
        "UPDATE conversations SET stake = 90000 WHERE workspace_id = $1 AND id = $2", desk.workspace.id, id
    )
    await desk.replay(id, h.events[2:])
    (wait,) = await rows(desk, "waits", id)
    assert wait["stake"] == 90_000


async def test_reopening_an_unanswered_wait_takes_its_price_back_from_the_spans(desk: Desk) -> None:
    h = History()
    h.asks(0)
    h.resolves(2)
    id = await desk.play(h)
    (wait,) = await rows(desk, "waits", id)
    assert wait["outcome"] == WaitOutcome.RESOLVED
    assert (await rows(desk, "spans", id))[0]["price_minor"] == wait["price_minor"] > 0
    h.add(3, Reopened(reason=ReopenReason.MANUAL), agent=5)
    await desk.replay(id, h.events[-1:])
    (wait,) = await rows(desk, "waits", id)
    assert (wait["price_minor"], wait["closed_at"]) == (None, None)
    assert [span["price_minor"] for span in await rows(desk, "spans", id)] == [None, None, None]
    assert (await conversation(desk, id))["stake"] == wait["stake"]


async def test_rule_11_spam_has_no_rows_but_one_span_and_comes_back_with_its_prices(desk: Desk) -> None:
    h = History()
    h.asks(0)
    h.replies(1)
    h.asks(2)
    id = await desk.play(h)
    before = await desk.dump()
    h.add(3, MarkedSpam(), agent=5)
    await desk.replay(id, h.events[-1:])
    assert await rows(desk, "waits", id) == await rows(desk, "episodes", id) == []
    assert [span["stage"] for span in await rows(desk, "spans", id)] == [Stage.SPAM]
    assert (await conversation(desk, id))["status"] == Status.SPAM
    h.add(4, UnmarkedSpam(), agent=5)
    await desk.replay(id, h.events[-1:])
    assert await desk.dump() == before


async def test_rule_11_a_deleted_conversation_leaves_no_rows(desk: Desk) -> None:
    h = History()
    h.asks(0)
    id = await desk.play(h)
    await desk.db.run("DELETE FROM conversations WHERE workspace_id = $1 AND id = $2", desk.workspace.id, id)
    for table in ("spans", "waits", "episodes"):
        assert await rows(desk, table, id) == []


async def test_a_corrective_event_folds_the_conversation_again(desk: Desk) -> None:
    h = History()
    h.asks(0)
    h.replies(1)
    thanks = h.asks(2)
    h.assigns(3, 5)
    h.add(4, AnswerNotNeeded(message_id=thanks), agent=5)
    id = await desk.play(h)
    await assert_rows_equal(desk, id, h.fold())
    assert len(await rows(desk, "waits", id)) == 1


async def test_merge_brings_the_open_wait_to_the_root(desk: Desk) -> None:
    child, root = History(), History(hours=1)
    child.asks(0)
    root.asks(1)
    root.replies(2)
    child_id, root_id = await desk.play(child), await desk.play(root)
    async with desk.db.transaction(system(desk.workspace.id)) as tx:
        brought = await merged_in(tx, child_id)
        tx.emit(Merged(root_id=root_id), conversation_id=child_id, conversation_seq=3, occurred_at=at(4))
        tx.emit(brought, conversation_id=root_id, conversation_seq=4, occurred_at=at(4))
    assert brought == MergedIn(
        child_id=child_id, account_id=MAIL, calendar_id=OFFICE, started_at=at(0), contact_at=at(0), wait_from=at(0)
    )
    (gone,) = await rows(desk, "waits", child_id)
    assert (gone["outcome"], gone["price_minor"]) == (WaitOutcome.MERGED, None)
    assert (await conversation(desk, child_id))["status"] == Status.MERGED
    assert (await conversation(desk, root_id))["wait_t0"] == at(0).timestamp()
    assert (await rows(desk, "episodes", root_id))[0]["started_at"] == at(0)


async def test_rule_06_times_of_a_merged_case_are_the_union_of_both(desk: Desk) -> None:
    child, root = History(), History(hours=2)
    child.asks(0)
    child.add(6, Merged(root_id=UUID(int=1)))
    root.asks(2)
    root.replies(4)
    root.add(6, MergedIn(child_id=UUID(int=2), account_id=MAIL, calendar_id=OFFICE, started_at=at(0), wait_from=at(0)))
    child_id, root_id = await desk.play(child), await desk.play(root)
    await desk.db.run(
        "UPDATE conversations SET root_id = $3 WHERE workspace_id = $1 AND id = $2",
        desk.workspace.id,
        child_id,
        root_id,
    )
    times = await case_stage_times(desk.db, desk.workspace.id, root_id, as_of=at(10))
    # the queue: the child 0-6, the root 2-4 and 6-10
    assert {time.stage: time.seconds / 3600 for time in times} == {Stage.QUEUE: 10, Stage.CUSTOMER: 2}


async def test_other_rules_than_todays_fold_the_conversation_again(desk: Desk) -> None:
    h = History()
    h.asks(0)
    h.replies(1)
    h.asks(2)
    id = await desk.conversation()
    for one in h.events[:3]:
        await desk.replay(id, [one])
    await desk.db.run(
        "UPDATE conversations SET reducer = 0, journey = 'of old' WHERE workspace_id = $1 AND id = $2",
        desk.workspace.id, id,
    )  # fmt: skip
    await desk.db.run("DELETE FROM spans WHERE workspace_id = $1 AND conversation_id = $2", desk.workspace.id, id)
    await desk.replay(id, h.events[3:])
    await assert_rows_equal(desk, id, h.fold())


async def test_a_case_long_over_stays_a_case_of_its_own_when_merged(desk: Desk, clock: Any) -> None:
    h = History()
    h.asks(0)
    h.replies(1)
    h.resolves(2)
    id = await desk.play(h)
    clock.at = at(2 + 8 * 24)
    async with desk.db.transaction(system(desk.workspace.id)) as tx:
        brought = await merged_in(tx, id)
    assert brought == MergedIn(child_id=id, account_id=MAIL, calendar_id=OFFICE)


async def test_a_split_asks_which_moved_message_is_still_unanswered(desk: Desk) -> None:
    h = History()
    answered = h.asks(0)
    h.replies(1)
    first, second = h.asks(2), h.asks(3)
    id = await desk.play(h)
    async with desk.db.transaction(system(desk.workspace.id)) as tx:
        assert await unanswered(tx, id, [answered]) is None
        for asked, since in (([answered, second], 3), ([second, first], 2)):
            oldest = await unanswered(tx, id, asked)
            assert oldest == Unanswered(at=at(since), account_id=MAIL, calendar_id=OFFICE, live=False)


async def test_a_message_costs_two_statements_and_a_note_none(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    statements: list[str] = []
    for name in ("all", "run"):
        original = getattr(Tx, name)

        async def counted(self: Tx, *args: Any, original: Any = original) -> Any:
            statements.append(str(args[-1] if isinstance(args[0], type) else args[0])[:40])
            return await original(self, *args)

        monkeypatch.setattr(Tx, name, counted)
    h = History()
    h.asks(0)
    id = await desk.conversation()
    statements.clear()
    await desk.replay(id, h.events)
    assert len(statements) - 1 == 2  # one is the test's own row lock
    statements.clear()
    h.add(1, NoteAdded(message_id=uuid7(), message_seq=3))
    await desk.replay(id, h.events[-1:])
    assert len(statements) - 1 == 0


async def patiences(desk: Desk, id: UUID) -> list[float]:
    """1 / per_s of every wait, then that of the conversation (0 when nobody waits)."""
    per_s = [row["per_s"] for row in await rows(desk, "waits", id)] + [(await conversation(desk, id))["per_s"]]
    return [round(1 / one) if one else 0 for one in per_s]


async def test_a_live_wait_has_the_short_patience_until_the_customer_leaves(desk: Desk) -> None:
    h = History()
    h.chats(0)
    id = await desk.play(h)
    assert await patiences(desk, id) == [120, 120]
    h.leaves(0.1)
    h.chats(0.2)
    for one in h.events[2:]:
        await desk.replay(id, [one])
    assert await patiences(desk, id) == [14_400, 14_400]
    h.replies(2, account=CHAT)
    h.chats(3)
    for one in h.events[4:]:
        await desk.replay(id, [one])
    assert await patiences(desk, id) == [14_400, 120, 120]
    calm, _ = await rows(desk, "waits", id)
    priced = PricedWait(stake=calm["stake"], per_s=1 / 14_400, severity=1, seconds=2 * 3600)
    assert calm["price_minor"] == RealPricing().price(priced)
    await assert_rows_equal(desk, id, h.fold())


async def test_a_message_left_behind_by_somebody_gone_is_no_live_wait(desk: Desk) -> None:
    h = History()
    h.asks(0, account=CHAT)
    assert await patiences(desk, await desk.play(h)) == [14_400, 14_400]


async def test_an_account_without_an_away_patience_has_one_patience(desk: Desk) -> None:
    h = History()
    h.asks(0, live=True)
    h.leaves(1)
    assert await patiences(desk, await desk.play(h)) == [26_640, 26_640]


async def test_who_left_after_an_unanswered_resolve_is_priced_calmly_when_reopened(desk: Desk) -> None:
    h = History()
    h.chats(0)
    h.resolves(1)
    h.leaves(2)
    id = await desk.play(h)
    assert await patiences(desk, id) == [120, 14_400]
    (ended,) = await rows(desk, "waits", id)
    h.add(3, Reopened(reason=ReopenReason.MANUAL), agent=5)
    await desk.replay(id, h.events[-1:])
    assert await patiences(desk, id) == [14_400, 14_400]
    assert ended["price_minor"] > 0


async def test_leaving_while_merged_is_not_forgotten_by_the_unmerge(desk: Desk) -> None:
    child, root = History(), History()
    child.chats(0)
    child_id, root_id = await desk.play(child), await desk.play(root)
    async with desk.db.transaction(system(desk.workspace.id)) as tx:
        brought = await merged_in(tx, child_id)
        tx.emit(Merged(root_id=root_id), conversation_id=child_id, conversation_seq=3, occurred_at=at(1))
        tx.emit(brought, conversation_id=root_id, conversation_seq=2, occurred_at=at(1))
    assert brought.wait_live
    assert await patiences(desk, root_id) == [120, 120]
    async with desk.db.transaction(system(desk.workspace.id)) as tx:
        for id, seq in ((child_id, 4), (root_id, 3)):
            tx.emit(CustomerLeft(endpoint_id=THREAD), conversation_id=id, conversation_seq=seq, occurred_at=at(2))
    assert await patiences(desk, root_id) == [14_400, 14_400]
    async with desk.db.transaction(system(desk.workspace.id)) as tx:
        tx.emit(Unmerged(root_id=root_id), conversation_id=child_id, conversation_seq=5, occurred_at=at(3))
        tx.emit(UnmergedOut(child_id=child_id), conversation_id=root_id, conversation_seq=4, occurred_at=at(3))
    assert await patiences(desk, child_id) == [14_400, 14_400]
    assert await rows(desk, "waits", root_id) == []


async def test_a_re_judged_message_takes_its_live_wait_back(desk: Desk) -> None:
    h = History()
    thanks = h.chats(0)
    h.asks(1)
    h.add(2, AnswerNotNeeded(message_id=thanks), agent=5)
    id = await desk.play(h)
    await assert_rows_equal(desk, id, h.fold())
    assert await patiences(desk, id) == [26_640, 26_640]


async def test_a_split_takes_a_live_wait_only_while_the_customer_has_stayed(desk: Desk) -> None:
    h = History()
    mail, first = h.asks(0), h.chats(1)
    id = await desk.play(h)
    async with desk.db.transaction(system(desk.workspace.id)) as tx:
        moved = await unanswered(tx, id, [first])
        assert moved == Unanswered(at=at(1), account_id=CHAT, calendar_id=ALWAYS, live=True)
    h.leaves(2)
    await desk.replay(id, h.events[-1:])
    async with desk.db.transaction(system(desk.workspace.id)) as tx:
        assert await unanswered(tx, id, [first]) == msgspec.structs.replace(moved, live=False)
        assert await unanswered(tx, id, [first, mail]) == Unanswered(
            at=at(0), account_id=MAIL, calendar_id=OFFICE, live=False
        )
