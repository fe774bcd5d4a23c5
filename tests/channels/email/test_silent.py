"""The alarm at the mailbox: learned from the ledger, said in one sentence, over when a mail comes."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hark.channels.email.silent import Rhythms, check_silence, say_since
from hark.core.db import Db
from hark.core.ids import uuid7
from hark.intake.accounts.actions import RECEIVING, set_problem

ROME = ZoneInfo("Europe/Rome")
MONDAY = datetime(2026, 11, 16, tzinfo=ROME)


@pytest.fixture
async def desk(db: Db, workspace: Any, clock: Any) -> "Desk":
    await db.run("UPDATE channel_accounts SET silent_after_s = NULL, silence_alarm = false")
    await db.run("UPDATE workspaces SET time_zone = 'Europe/Rome' WHERE id = $1", workspace.id)
    await db.run(
        "UPDATE channel_accounts SET silence_alarm = true, problem = NULL WHERE workspace_id = $1 AND id = $2",
        workspace.id, workspace.account_id,
    )  # fmt: skip
    return Desk(db, workspace, clock)


class Desk:
    """A mailbox with eight mails an hour from 8 to 18 on workdays, and a worker that looks every half minute."""

    def __init__(self, db: Db, workspace: Any, clock: Any) -> None:
        self.db, self.workspace, self.clock = db, workspace, clock
        self.rhythms: Rhythms = {}

    async def came(self, *moments: datetime, source: int = 1) -> None:
        rows = [
            (self.workspace.id, uuid7(), self.workspace.account_id, str(uuid7()), at, source, "", 1, b"", 11, at)
            for at in moments
        ]
        await self.db.run_many(
            "INSERT INTO intake_items (workspace_id, id, account_id, external_id, received_at, source, blob_key, size,"
            " sha256, fate, next_try_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            rows,
        )

    async def office(self, until: datetime, weeks: int = 9, source: int = 1) -> None:
        hours = [MONDAY - timedelta(weeks=weeks) + timedelta(hours=n) for n in range((weeks + 1) * 168)]
        open_hours = [hour for hour in hours if hour.weekday() < 5 and 8 <= hour.hour < 18]
        moments = [hour + timedelta(minutes=7 * n) for hour in open_hours for n in range(8)]
        await self.came(*(one for one in moments if one <= until), source=source)
        await self.last(until)

    async def last(self, at: datetime | None) -> None:
        await self.db.run(
            "UPDATE channel_accounts SET last_item_at = $3 WHERE workspace_id = $1 AND id = $2",
            self.workspace.id, self.workspace.account_id, at,
        )  # fmt: skip

    async def look(self, at: datetime) -> str | None:
        self.clock.at = at.astimezone(UTC)
        await check_silence(self.db, self.rhythms)
        return await self.db.find(
            str, "SELECT problem FROM channel_accounts WHERE workspace_id = $1 AND id = $2", self.workspace.id,
            self.workspace.account_id,
        )  # fmt: skip


async def test_it_names_what_is_usual_and_since_when_and_ends_by_itself(desk: Desk) -> None:
    since = MONDAY + timedelta(hours=9, minutes=10)
    await desk.office(since)
    assert await desk.look(since) is None
    assert await desk.look(since + timedelta(minutes=40)) is None
    problem = await desk.look(since + timedelta(hours=2, minutes=30))
    assert problem is not None
    assert problem.startswith("Silent: Usually about 20 mails have come in by now, none since 09:10. ")
    assert desk.workspace.address in problem
    assert await desk.look(since + timedelta(hours=5)) == problem  # said once, not every half minute
    await desk.last(desk.clock())
    assert await desk.look(desk.clock() + timedelta(seconds=30)) is None


async def test_nights_and_weekends_are_quiet(desk: Desk) -> None:
    friday = MONDAY - timedelta(days=3) + timedelta(hours=17, minutes=49)
    await desk.office(friday)
    for hours in range(0, 62, 2):
        assert await desk.look(friday + timedelta(hours=hours)) is None
    problem = await desk.look(MONDAY + timedelta(hours=11))
    assert problem is not None
    assert "none since Friday 17:49." in problem


async def test_a_new_mailbox_and_one_with_the_alarm_off_are_quiet(desk: Desk) -> None:
    since = MONDAY + timedelta(hours=9, minutes=10)
    await desk.office(since, weeks=3)
    await desk.look(since)
    assert await desk.look(since + timedelta(days=3)) is None
    await desk.office(since - timedelta(weeks=3), weeks=9)
    await desk.last(since)
    desk.rhythms.clear()
    await desk.look(since)
    assert await desk.look(since + timedelta(days=3)) is not None
    await desk.db.run("UPDATE channel_accounts SET silence_alarm = false WHERE id = $1", desk.workspace.account_id)
    assert await desk.look(since + timedelta(days=3)) is None


async def test_history_teaches_nothing_and_ends_no_silence(desk: Desk) -> None:
    since = MONDAY + timedelta(hours=9, minutes=10)
    await desk.office(since, source=4)
    await desk.look(since)
    assert await desk.look(since + timedelta(days=2)) is None


async def test_mail_that_waits_for_its_fate_has_come_in(desk: Desk) -> None:
    since = MONDAY + timedelta(hours=9, minutes=10)
    await desk.office(since)
    await desk.look(since)
    await desk.came(since + timedelta(hours=4))
    assert await desk.look(since + timedelta(hours=4, minutes=30)) is None


async def test_after_a_start_what_has_waited_may_come_in_first(desk: Desk) -> None:
    since = MONDAY + timedelta(hours=9, minutes=10)
    await desk.office(since)
    late = since + timedelta(hours=5)
    assert await desk.look(late) is None
    assert await desk.look(late + timedelta(minutes=9)) is None
    assert await desk.look(late + timedelta(minutes=11)) is not None


async def test_a_mailbox_that_cannot_be_read_says_only_that(desk: Desk) -> None:
    since = MONDAY + timedelta(hours=9, minutes=10)
    await desk.office(since)
    await desk.look(since)
    await set_problem(desk.db, desk.workspace.id, desk.workspace.account_id, RECEIVING, "No connection.")
    assert await desk.look(since + timedelta(hours=5)) == "Receiving: No connection."


async def test_the_limit_that_people_set(desk: Desk) -> None:
    await desk.db.run("UPDATE channel_accounts SET silent_after_s = 3600 WHERE id = $1", desk.workspace.account_id)
    await desk.last(MONDAY)
    assert await desk.look(MONDAY + timedelta(minutes=59)) is None
    assert "Nothing has come in for more than an hour" in (await desk.look(MONDAY + timedelta(hours=2)) or "")
    await desk.last(MONDAY + timedelta(hours=2))
    assert await desk.look(MONDAY + timedelta(hours=2)) is None


async def test_people_see_when_an_alarm_would_come(desk: Desk, client: Any) -> None:
    since = MONDAY + timedelta(hours=9, minutes=10)
    await desk.office(since)
    desk.clock.at = (since + timedelta(minutes=30)).astimezone(UTC)
    shown = (await client.get(f"/api/mailboxes/{desk.workspace.account_id}/rhythm")).json()
    assert (shown["weeks"], len(shown["hours"]), shown["hours"][9], shown["hours"][3]) == (8, 168, 8.0, 0.0)
    assert shown["expected"] == 4.0
    assert since + timedelta(hours=1) < datetime.fromisoformat(shown["alarm_at"]) < since + timedelta(hours=2.5)
    await desk.last(None)
    shown = (await client.get(f"/api/mailboxes/{desk.workspace.account_id}/rhythm")).json()
    assert (shown["weeks"], shown["hours"], shown["alarm_at"]) == (0, [], None)


async def test_a_strangers_rhythm_is_not_found(stranger_client: Any, workspace: Any) -> None:
    assert (await stranger_client.get(f"/api/mailboxes/{workspace.account_id}/rhythm")).status_code == 404


def test_since_when() -> None:
    now = MONDAY.replace(hour=11, tzinfo=None)
    assert say_since(now.replace(hour=9, minute=10), now) == "09:10"
    assert say_since(now - timedelta(days=2, hours=1), now) == "Saturday 10:00"
    assert say_since(now - timedelta(days=9), now) == "7 November 11:00"
