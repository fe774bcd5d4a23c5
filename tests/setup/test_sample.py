"""The sample workspace is made through the real intake, and its figures hold."""

from datetime import datetime, timedelta
from email import message_from_bytes, policy
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from litestar.testing import AsyncTestClient
from tests.access.people import Browser

from hark.channels.email.adapter import mail_reader
from hark.channels.messenger.accounts import create_sample_messenger
from hark.core.crypto import Keys
from hark.core.db import Db
from hark.core.files import Files
from hark.setup.sample import create_sample
from hark.setup.sample_cases import CASES, COMPANIES, PEOPLE, TAGS
from hark.setup.sample_mail import mails_of, step_time

ROME = ZoneInfo("Europe/Rome")
NOWS = [
    datetime(2026, 11, 23, h, m, tzinfo=ROME) + timedelta(days=d)
    for d in range(7)
    for h, m in ((0, 5), (9, 0), (23, 50))
]


@pytest.mark.parametrize("now", NOWS, ids=str)
def test_steps_follow_each_other_whenever_it_is_made(now: datetime) -> None:
    for case in CASES:
        times = [step_time(step.at, now, ROME) for step in case.steps]
        assert times == sorted(times), case.subject
        assert times[-1] < now


def test_cases_name_only_what_exists() -> None:
    for case in CASES:
        assert {s.who for s in case.steps} <= {"", "owner", *PEOPLE}
        assert set(case.tags) <= {name for name, _ in TAGS}
        assert case.steps[0].kind == "in"
    assert {c.lang for c in CASES} == {"en", "ko", "it"}
    assert all(c.domain.endswith(".example") for c in COMPANIES)


def test_mails_thread_quote_and_carry_their_files() -> None:
    people = {key: (name, f"{key}@example.com") for key, (name, _) in PEOPLE.items()}
    case = next(c for c in CASES if c.address == "sophie@harbouryoga.example")
    times = [step_time(step.at, NOWS[1], ROME) for step in case.steps]
    mails = [
        message_from_bytes(raw, policy=policy.default) for raw in mails_of(case, 2, times=times, people=people).values()
    ]
    assert [m["In-Reply-To"] for m in mails[1:]] == [m["Message-ID"] for m in mails[:-1]]
    assert mails[-1]["Subject"] == "Re: Moving a class keeps the old reminder"
    text = mails[-1].get_body().get_content()
    assert "Tom Okafor wrote:" in text
    assert [a.get_filename() for a in mails[-1].iter_attachments()] == ["reminders.png"]


async def test_the_sample_workspace(http: AsyncTestClient[Any], db: Db, files: Files, keys: Keys) -> None:
    await db.run("TRUNCATE workspaces CASCADE")
    readers = {1: mail_reader(keys)}
    messenger = partial(create_sample_messenger, base_url="http://hark.test")
    sign_in = await create_sample(db, files, keys, readers=readers, make_messenger=messenger)
    browser = Browser(http)
    answer = await browser.sign_in(sign_in.email, sign_in.password)
    assert answer.json()["workspace"]["name"] == "Sample"
    assert (await Browser(http).sign_in("mina@example.com", sign_in.password)).status_code == 200

    mails = sum(s.kind in ("in", "out") for c in CASES for s in c.steps)
    fates = await db.all(int, "SELECT fate FROM intake_items")
    assert len(fates) == mails
    assert set(fates) == {1, 2}
    assert await db.one(int, "SELECT count(*) FROM conversations") == len(CASES)
    directions = await db.all(int, "SELECT direction FROM messages WHERE kind = 1")
    assert directions.count(2) == sum(s.kind == "out" for c in CASES for s in c.steps)
    credited = await db.one(int, "SELECT count(*) FROM waits WHERE answered_by IS NOT NULL")
    assert credited == sum(s.kind == "out" for c in CASES for s in c.steps)
    assert await db.one(int, "SELECT count(*) FROM messages WHERE occurred_at > now()") == 0
    assert await db.one(int, "SELECT count(*) FROM contacts WHERE company_id IS NOT NULL") == 18

    rows = (await browser.request("GET", "/api/conversations", params={"order": "price", "limit": 50})).json()["items"]
    subjects = [r["subject"] for r in rows]
    assert "You have been selected!!!" not in subjects
    assert "Double bookings since this morning - URGENT" in subjects[:3]
    again = await create_sample(db, files, keys, readers=readers, make_messenger=messenger)
    assert again.password != sign_in.password
    assert await db.one(int, "SELECT count(*) FROM workspaces") == 1
    assert await db.one(int, "SELECT count(*) FROM channel_accounts WHERE kind = 2") == 1
    assert (await Browser(http).sign_in(again.email, again.password)).status_code == 200
