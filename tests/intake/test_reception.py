"""Accept is durable before the yes, works without the database, and one commit serves many senders."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.intake.conftest import Desk

from hark.core.clock import system_clock
from hark.core.db import Db, create_pool
from hark.core.errors import Unavailable
from hark.core.files import Files
from hark.intake import reception as reception_module
from hark.intake.directory import Directory
from hark.intake.reception import Ledger, Reception
from hark.intake.spool import Spool
from hark.intake.types import Fate, Source

Mail = Callable[..., bytes]


def make(db: Db | None, files: Files, folder: Path) -> Reception:
    ledger = Ledger(db, files) if db else None
    return Reception(ledger, Directory(db, folder / "addresses.json"), Spool(folder), system_clock)


async def test_a_mail_for_a_mailbox_is_in_the_ledger(desk: Desk, mail: Mail, files: Files, tmp_path: Path) -> None:
    reception = make(desk.db, files, tmp_path / "spool")
    plus = desk.workspace.address.replace("@", "+tag@")
    assert await reception.knows(desk.workspace.address.upper())
    assert await reception.knows(plus)
    assert not await reception.knows("nobody@nowhere.example")
    raw = mail()
    await reception.take(raw, [plus, desk.workspace.address], source=Source.LMTP, mail_from="c@x", peer="10.0.0.1")
    row = await desk.db.pool.fetchrow("SELECT * FROM intake_items WHERE workspace_id = $1", desk.workspace.id)
    assert (row["source"], row["size"]) == (Source.LMTP, len(raw))
    assert row["envelope"]["rcpt_to"] == [plus, desk.workspace.address]
    assert await files.get(row["blob_key"]) == raw


async def test_concurrent_mails_share_commits(
    desk: Desk, mail: Mail, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches: list[int] = []
    real = reception_module.insert_items

    async def insert(db: Db, rows: Any) -> Any:
        batches.append(len(rows))
        return await real(db, rows)

    monkeypatch.setattr(reception_module, "insert_items", insert)
    await asyncio.gather(*(desk.accept(mail(f"mail {n}")) for n in range(30)))
    assert sum(batches) == 30
    assert len(batches) < 10
    assert await desk.count("intake_items") == 30


async def test_one_bad_row_fails_alone(desk: Desk, mail: Mail) -> None:
    results = await asyncio.gather(
        desk.accept(mail("a")), desk.accept(mail("b"), account=999_999), desk.accept(mail("c")), return_exceptions=True
    )
    assert [isinstance(r, BaseException) for r in results] == [False, True, False]


async def test_without_the_database_the_spool_takes_it(desk: Desk, mail: Mail, files: Files, tmp_path: Path) -> None:
    folder = tmp_path / "spool"
    online = make(desk.db, files, folder)
    assert await online.knows(desk.workspace.address)  # this also keeps the addresses beside the spool
    offline = make(None, files, folder)
    assert await offline.knows(desk.workspace.address)
    assert not await offline.knows("nobody@nowhere.example")
    raw = mail()
    await offline.take(raw, [desk.workspace.address], source=Source.SMTP)
    assert await desk.count("intake_items") == 0
    assert await online.drain() == 1
    await desk.work()
    row = await desk.db.pool.fetchrow("SELECT * FROM intake_items WHERE workspace_id = $1", desk.workspace.id)
    assert (row["source"], row["fate"]) == (Source.SPOOL, Fate.NEW)
    assert await files.get(row["blob_key"]) == raw
    assert await online.drain() == 0


async def test_draining_again_after_a_crash_changes_nothing(
    desk: Desk, mail: Mail, files: Files, tmp_path: Path
) -> None:
    folder = tmp_path / "spool"
    raw = mail()
    await make(None, files, folder).take(raw, [desk.workspace.address], source=Source.SMTP)
    (path,) = Spool(folder).waiting()
    copy = path.read_bytes()
    online = make(desk.db, files, folder)
    await online.drain()
    path.write_bytes(copy)  # as if the process had died between the commit and the removal
    await online.drain()
    assert await desk.count("intake_items") == 1


async def test_a_failing_database_falls_back_to_the_spool(
    desk: Desk, mail: Mail, files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reception = make(desk.db, files, tmp_path / "spool")
    await reception.knows(desk.workspace.address)

    async def away(db: Db, rows: Any) -> Any:
        raise Unavailable("The database is away.")

    monkeypatch.setattr(reception_module, "insert_items", away)
    await reception.take(mail(), [desk.workspace.address], source=Source.SMTP)
    assert len(Spool(tmp_path / "spool").waiting()) == 1
    assert await reception.drain() == 0
    monkeypatch.undo()
    assert await reception.drain() == 1


async def test_nothing_known_at_all_still_takes_mail(mail: Mail, files: Files, tmp_path: Path, desk: Desk) -> None:
    first = make(None, files, tmp_path / "fresh")
    assert await first.knows("anybody@anywhere.example")
    await first.take(mail(), ["anybody@anywhere.example"], source=Source.SMTP)
    online = make(desk.db, files, tmp_path / "fresh")
    assert await online.drain() == 0
    assert Spool(tmp_path / "fresh").refused() == 1, "kept aside, not dropped"


async def test_a_damaged_spool_file_stops_no_other(desk: Desk, mail: Mail, files: Files, tmp_path: Path) -> None:
    folder = tmp_path / "spool"
    await make(None, files, folder).take(mail(), [desk.workspace.address], source=Source.SMTP)
    (folder / "00000000.mail").write_bytes(b"garbage")
    assert await make(desk.db, files, folder).drain() == 1
    assert Spool(folder).refused() == 1


async def test_a_full_disk_is_an_error_to_the_sender(desk: Desk, mail: Mail, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(*_: object) -> None:
        raise Unavailable("The disk is full.")

    monkeypatch.setattr(Files, "put_many", full)
    with pytest.raises(Unavailable):
        await desk.accept(mail())
    assert await desk.count("intake_items") == 0


async def test_the_database_that_is_not_there_is_no_crash(mail: Mail, files: Files, tmp_path: Path, dsn: str) -> None:
    pool = await create_pool(dsn, size=1)
    await pool.close()
    reception = make(Db(pool), files, tmp_path / "spool")
    await reception.take(mail(), ["a@b.example"], source=Source.SMTP)
    assert len(Spool(tmp_path / "spool").waiting()) == 1
