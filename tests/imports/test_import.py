"""History goes in once, in its own time, and any interruption is made good by the same command."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.imports.conftest import History, mail, mbox

from hark.channels.email.adapter import mail_reader
from hark.core.crypto import Keys
from hark.core.db import Db
from hark.core.errors import ConfigError, Conflict
from hark.core.files import Files
from hark.imports.actions import batches
from hark.imports.queries import require_target
from hark.imports.types import Entry, Place
from hark.intake.process import Processor
from hark.intake.types import Fate, Source

ANN = "Ann <ann@staff.example>"


def conversation(n: int = 3) -> list[bytes]:
    """A customer asks, the team answers, a stranger joins; `n` times."""
    mails: list[bytes] = []
    for i in range(n):
        k = i * 4
        mails += [
            mail(k + 1), mail(k + 2, sender=ANN, refers=(k + 1,)),
            mail(k + 3, sender="dan@else.example", refers=(k + 1, k + 2)), mail(k + 4),
        ]  # fmt: skip
    return mails


async def test_an_mbox_becomes_conversations_with_the_times_of_its_mails(
    history: History, tmp_path: Path, db: Db, workspace: Any
) -> None:
    path = tmp_path / "box"
    path.write_bytes(mbox(*reversed(conversation(1))))
    outcome = await history.take("mbox", path, staff=("staff.example",))
    assert (outcome.total, outcome.fresh, outcome.threads, outcome.stopped) == (4, 4, 2, False)
    assert outcome.fates == {"new": 2, "message": 2}
    assert await history.threads() == {frozenset({"text1", "text2", "text3"}), frozenset({"text4"})}
    lines = await history.messages()
    assert [(m.text, m.direction) for m in lines] == [("text1", 1), ("text2", 2), ("text3", 1), ("text4", 1)]
    assert lines[1].at - lines[0].at == 60
    wait = await db.one(
        float, "SELECT extract(epoch FROM closed_at - opened_at)::float8 FROM waits WHERE workspace_id = $1 AND closed_at IS NOT NULL",
        workspace.id,
    )  # fmt: skip
    assert wait == 60
    sources = await db.all(int, "SELECT DISTINCT source FROM intake_items WHERE workspace_id = $1", workspace.id)
    assert sources == [Source.IMPORT]


async def test_a_team_author_known_by_address_is_the_agent(
    history: History, tmp_path: Path, db: Db, workspace: Any
) -> None:
    await db.run("UPDATE agents SET email = 'ann@staff.example' WHERE workspace_id = $1", workspace.id)
    path = tmp_path / "box"
    path.write_bytes(mbox(mail(1), mail(2, sender=ANN, refers=(1,)), mail(3, sender=workspace.address, refers=(1,))))
    await history.take("mbox", path)
    lines = await history.messages()
    assert [m.direction for m in lines] == [1, 2, 2]
    assert [m.author_id for m in lines[1:]] == [str(workspace.owner.id), None]
    repliers = await db.all(int, "SELECT unnest(repliers) FROM episodes WHERE workspace_id = $1", workspace.id)
    assert repliers == [workspace.owner.id]


async def test_importing_again_changes_nothing(history: History, tmp_path: Path) -> None:
    path = tmp_path / "box"
    path.write_bytes(mbox(*conversation()))
    first = await history.take("mbox", path, staff=("staff.example",))
    before = await history.everything()
    again = await history.take("mbox", path, staff=("staff.example",))
    assert (first.fresh, again.fresh, again.total) == (12, 0, 12)
    assert again.fates == first.fates
    assert await history.everything() == before


async def test_stopped_halfway_it_goes_on_and_ends_as_if_nothing_had_been(
    history: History, tmp_path: Path, db: Db
) -> None:
    path = tmp_path / "box"
    mails = [mail(n % 60, Message_ID=f"<m{n}@shop.example>", body=f"text{n}") for n in range(130)]
    path.write_bytes(mbox(*mails))
    stop = asyncio.Event()

    def stop_soon(step: str, done: int, total: int | None) -> None:
        if total and done >= 50:
            stop.set()

    first = await history.take("mbox", path, stop=stop, progress=stop_soon)
    assert first.stopped
    assert 0 < first.fresh < 130
    run = await db.one(
        int, "SELECT count(*) FROM import_runs WHERE workspace_id = $1 AND finished_at IS NULL", history.workspace.id
    )
    assert run == 1
    second = await history.take("mbox", path)
    assert (first.fresh + second.fresh, second.stopped) == (130, False)
    assert second.fates == {"new": 130}
    rows = await db.all(
        int, "SELECT done FROM import_runs WHERE workspace_id = $1 AND finished_at IS NOT NULL", history.workspace.id
    )
    assert rows == [130]


async def test_more_mails_later_join_the_threads(history: History, tmp_path: Path) -> None:
    path = tmp_path / "box"
    path.write_bytes(mbox(mail(1), mail(2, refers=(1,))))
    await history.take("mbox", path)
    path.write_bytes(mbox(mail(1), mail(2, refers=(1,)), mail(3, refers=(77,)), mail(4, refers=(77, 2))))
    outcome = await history.take("mbox", path)
    assert (outcome.fresh, outcome.fates) == (2, {"new": 1, "message": 3})
    assert await history.threads() == {frozenset({"text1", "text2", "text3", "text4"})}


async def test_a_copy_by_another_way_is_a_duplicate(history: History, tmp_path: Path) -> None:
    """The list's copy in one file, the Sent folder in another."""
    ours = mail(2, sender=ANN, refers=(1,))
    (tmp_path / "list").write_bytes(mbox(mail(1), mail(2, sender=ANN, refers=(1,), body="text2\n\n--\nThe list")))
    (tmp_path / "sent").write_bytes(mbox(ours))
    await history.take("mbox", tmp_path / "list", staff=("staff.example",))
    outcome = await history.take("mbox", tmp_path / "sent", staff=("staff.example",))
    assert outcome.fates == {"duplicate": 1}
    assert len(await history.messages()) == 2


async def test_bad_places_are_counted_and_kept_with_the_run(history: History, tmp_path: Path, client: Any) -> None:
    path = tmp_path / "messages.jsonl"
    path.write_text(
        '{"id": "a", "text": "x", "at": 1556496000}\n{broken\n{"id": "b", "text": "y", "in_reply_to": "a"}\n'
    )
    outcome = await history.take("jsonl", path)
    assert (outcome.total, outcome.problems.unreadable, outcome.problems.count) == (2, 1, 2)
    assert [p.label for p in outcome.problems.kept] == ["line 2", "line 3"]
    answer = await client.get("/api/imports")
    (run,) = answer.json()["items"]
    assert (run["done"], run["total"]) == (2, 2)
    assert run["finished_at"]
    assert "line 2: this is no message" in run["problem"]


async def test_other_workspaces_and_roles_see_no_imports(
    history: History, tmp_path: Path, stranger_client: Any, http: Any
) -> None:
    (tmp_path / "box").write_bytes(mbox(mail(1)))
    await history.take("mbox", tmp_path / "box")
    assert (await stranger_client.get("/api/imports")).json()["items"] == []
    _, token = await history.workspace.agent("viewer")
    denied = await http.get("/api/imports", headers={"Authorization": f"Bearer {token}"})
    assert denied.status_code == 403


async def test_odd_mails_have_a_fate_too(history: History, tmp_path: Path) -> None:
    bounce = mail(
        3, sender="MAILER-DAEMON@x.example", Content_Type="multipart/report; report-type=delivery-status; boundary=b",
        body="--b\nContent-Type: text/plain\n\nfailed\n--b\nContent-Type: message/delivery-status\n\n"
        "Reporting-MTA: dns; x.example\n\nFinal-Recipient: rfc822; y@x.example\nAction: failed\nStatus: 5.1.1\n--b--",
    )  # fmt: skip
    path = tmp_path / "box"
    path.write_bytes(
        mbox(
            mail(1), mail(2, refers=(1,), Auto_Submitted="auto-replied", Subject="Automatic reply"), bounce,
            mail(4, sender="", From=None), mail(5, Message_ID=None), mail(6, body="x" * 30_000), b"no header at all\n",
        )
    )  # fmt: skip
    outcome = await history.take("mbox", path, limit=20_000)
    assert sum(outcome.fates.values()) == outcome.total == 7
    assert outcome.fates == {"new": 4, "bounce": 1, "auto_reply": 1, "parked": 1}


async def test_an_item_that_fails_is_parked_and_stops_no_other(history: History, tmp_path: Path, db: Db) -> None:
    path = tmp_path / "box"
    path.write_bytes(mbox(mail(1), mail(2), mail(3)))
    await db.run(
        "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN IF NEW.text LIKE '%text2%' THEN RAISE 'refused'; END IF; RETURN NEW; END$$"
    )
    await db.run("CREATE TRIGGER refuse BEFORE INSERT ON messages FOR EACH ROW EXECUTE FUNCTION refuse()")
    try:
        outcome = await history.take("mbox", path)
    finally:
        await db.run("DROP TRIGGER refuse ON messages")
    assert outcome.fates == {"new": 2, "parked": 1}
    assert await history.fates() == [Fate.NEW, Fate.PARKED, Fate.NEW]


async def test_the_worker_may_take_items_away_meanwhile(
    history: History, tmp_path: Path, db: Db, files: Files, keys: Keys
) -> None:
    path = tmp_path / "box"
    mails = [
        mail(n % 60, Message_ID=f"<m{n}@shop.example>", body=f"text{n}", References=f"<m{n % 7}@shop.example>")
        for n in range(200)
    ]  # fmt: skip
    path.write_bytes(mbox(*mails))
    stop = asyncio.Event()
    worker = Processor(db, files, {1: mail_reader(keys)})

    async def work() -> None:
        while not stop.is_set():
            await worker.work_once()
            await asyncio.sleep(0)

    working = asyncio.create_task(work())
    outcome = await history.take("mbox", path)
    stop.set()
    await working
    assert (outcome.total, outcome.fates) == (200, {"new": 7, "message": 193})
    assert len(await history.threads()) == 7
    for thread in await history.threads():
        assert len({int(t.removeprefix("text")) % 7 for t in thread}) == 1


async def test_one_import_of_a_workspace_at_a_time(history: History, tmp_path: Path) -> None:
    (tmp_path / "box").write_bytes(mbox(*conversation(2)))
    results = await asyncio.gather(
        *(history.take("mbox", tmp_path / "box") for _ in range(2)), return_exceptions=True
    )  # fmt: skip
    assert sum(isinstance(r, Conflict) for r in results) == 1
    assert len(await history.messages()) == 8


async def test_a_source_that_is_not_there(history: History, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot be read.*Nothing was imported"):
        await history.take("mbox", tmp_path / "nothing")
    with pytest.raises(ConfigError, match="no maildir"):
        await history.take("maildir", tmp_path)


async def test_the_mailbox_is_found_by_its_address(db: Db, workspace: Any, stranger: Any) -> None:
    found = await require_target(db, workspace.address.upper(), None)
    assert (found.workspace_id, found.account_id) == (workspace.id, workspace.account_id)
    with pytest.raises(ConfigError, match="There is no mailbox"):
        await require_target(db, "nobody@desk.example", None)
    await db.run("UPDATE channel_accounts SET address = $2 WHERE workspace_id = $1", stranger.id, workspace.address)
    with pytest.raises(ConfigError, match="--workspace"):
        await require_target(db, workspace.address, None)
    assert (await require_target(db, workspace.address, stranger.id)).account_id == stranger.account_id


def test_no_portion_holds_a_thread_twice_and_each_thread_keeps_its_order() -> None:
    threads = "aababcccdaaaaab"
    entries = [
        Entry(external_id=str(n), at=float(n), place=Place(Path("x"), n, n, ""), from_team=False, thread=t, lane=t)
        for n, t in enumerate(threads)
    ]
    portions = list(batches(entries, size=3, window=6))
    assert all(len({e.thread for e in p}) == len(p) <= 3 for p in portions)
    flat = [e for p in portions for e in p]
    for thread in set(threads):
        mine = [e.at for e in flat if e.thread == thread]
        assert mine == sorted(mine)
    assert len(flat) == len(threads)


def command(dsn: str, data: Path, path: Path, address: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "DATABASE_URL": dsn, "HARK_DATA": str(data), "HARK_SECRET_KEY": "test"}
    arguments = ["-m", "hark.cli", "import", "mbox", str(path), "--mailbox", address, "--staff", "staff.example"]
    return subprocess.Popen(
        [sys.executable, *arguments], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
async def test_the_command_killed_and_started_again(
    history: History, tmp_path: Path, dsn: str, db: Db, workspace: Any, how: signal.Signals
) -> None:
    path = tmp_path / "box"
    mails = [
        mail(n % 60, Message_ID=f"<m{n}@shop.example>", body=f"text{n}", sender=ANN if n % 3 else "c@x.example",
             References=f"<m{n % 20}@shop.example>")
        for n in range(400)
    ]  # fmt: skip
    path.write_bytes(mbox(*mails))
    first = command(dsn, tmp_path, path, workspace.address)
    sql = "SELECT count(*) FROM messages WHERE workspace_id = $1"
    while first.poll() is None and not await db.one(int, sql, workspace.id):  # noqa: ASYNC110 - another process
        await asyncio.sleep(0.01)
    first.send_signal(how)
    told, _ = await asyncio.to_thread(first.communicate)
    assert first.returncode == (-signal.SIGKILL if how is signal.SIGKILL else 130), told.decode()
    assert 0 < await db.one(int, sql, workspace.id) < 400
    second = command(dsn, tmp_path, path, workspace.address)
    told, _ = await asyncio.to_thread(second.communicate)
    assert second.returncode == 0, told.decode()
    assert b"400 mails in 20 threads" in told
    assert set(await history.fates()) == {Fate.NEW, Fate.MESSAGE}
    assert len(await history.messages()) == 400
    assert len(await history.threads()) == 20
    told_events = await db.one(
        int, "SELECT count(*) FROM events WHERE workspace_id = $1 AND kind IN (2, 3)", workspace.id
    )
    assert told_events == 400
