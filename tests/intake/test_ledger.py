"""The ledger page: found, filtered, counted, described afterwards, and quick when it is long."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.intake.conftest import Desk

from hark.channels.email.adapter import mail_reader
from hark.core.actor import system
from hark.core.db import Db
from hark.core.files import Files
from hark.intake import ledger
from hark.intake.jobs import describe_rest
from hark.intake.ledger import LedgerFilter, get_overview, list_items
from hark.intake.types import Fate, Inbound, ReadContext

Mail = Callable[..., bytes]


async def found(client: Any, **query: Any) -> list[str]:
    answer = await client.get("/api/intake", params=query)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


async def test_a_line_says_who_wrote_what(desk: Desk, mail: Mail, client: Any) -> None:
    line = await desk.put(mail(Cc="Ben <ben@shop.example>"))
    item = (await client.get(f"/api/intake/{line.id}")).json()
    assert (item["from_name"], item["from_address"]) == ("Carla Customer", "carla@shop.example")
    assert (item["subject"], item["to"]) == ("Order 4711", [desk.workspace.address, "ben@shop.example"])
    assert item["mail_id"].endswith("@shop.example")
    assert (item["source"], item["fate"], item["can"]) == ("smtp", "new", ["raw"])


async def test_search_finds_sender_subject_recipient_and_message_id(desk: Desk, mail: Mail, client: Any) -> None:
    one = await desk.put(mail(Subject="Reso del pacco"))
    two = await desk.put(
        mail(From="Min Ji <minji@naver.example>", Subject="환불 문의", Message_ID="<Abc.1@mail.example>")
    )
    assert await found(client, q="pacco") == [str(one.id)]
    assert await found(client, q="minji@naver.example") == await found(client, q="환불") == [str(two.id)]
    assert await found(client, q="<abc.1@mail.example>") == [str(two.id)]
    assert await found(client, q=desk.workspace.address) == [str(two.id), str(one.id)]
    assert await found(client, q="pacco 환불") == await found(client, q="???") == []
    assert await found(client, q="pacco", fate="new", source="smtp", account=desk.workspace.account_id) == [str(one.id)]
    assert await found(client, q="pacco", fate="spam") == await found(client, source="imap") == []


async def test_dates_and_pages(desk: Desk, mail: Mail, client: Any) -> None:
    lines = [await desk.put(mail()) for _ in range(5)]
    ids = [str(line.id) for line in reversed(lines)]
    first = (await client.get("/api/intake?limit=2")).json()
    second = (await client.get(f"/api/intake?limit=2&cursor={first['next']}")).json()
    assert [i["id"] for i in (*first["items"], *second["items"])] == ids[:4]
    other_list = await client.get("/api/intake", params={"limit": 2, "cursor": first["next"], "q": "order"})
    assert other_list.json()["code"] == "bad_cursor"
    middle = (await client.get(f"/api/intake/{ids[2]}")).json()["received_at"]
    assert await found(client, since=middle) == ids[:3]
    assert await found(client, until=middle) == ids[3:]


@pytest.mark.parametrize(
    "query", ["fate=lost", "source=pigeon", "since=2026-11-02T00:00:00", "since=never", "q=" + "x" * 501, "hours=0"]
)
async def test_what_makes_no_sense_is_refused(client: Any, query: str) -> None:
    path = "/api/intake/overview" if query.startswith("hours") else "/api/intake"
    answer = await client.get(f"{path}?{query}")
    assert answer.status_code == 400, answer.text


async def test_what_was_never_read_is_described_afterwards(desk: Desk, mail: Mail, files: Files, client: Any) -> None:
    """Parked lines and those of earlier versions."""
    parked, old, gone = await desk.accept(mail(Subject="Zebra one")), await desk.put(mail(Subject="Zebra two")), None
    gone = await desk.put(mail(Subject="Zebra three"))
    await desk.db.run("UPDATE intake_items SET fate = 7, tokens = NULL, mail = NULL WHERE id = $1", parked)
    await desk.db.run(
        "UPDATE intake_items SET tokens = NULL, mail = NULL WHERE id = ANY($1::uuid[])", [old.id, gone.id]
    )
    await desk.db.run("UPDATE intake_items SET blob_key = '' WHERE id = $1", gone.id)
    assert await found(client, q="zebra") == []
    assert (await client.get(f"/api/intake/{gone.id}")).json()["subject"] == ""
    while await describe_rest(desk.db, files, {1: mail_reader(desk.keys)}):
        pass
    assert await found(client, q="zebra") == [str(gone.id), str(old.id), str(parked)]
    assert (await client.get(f"/api/intake/{gone.id}")).json()["subject"] == "Zebra three"


async def test_a_mail_that_breaks_its_reader_is_found_by_its_envelope(desk: Desk, mail: Mail, files: Files) -> None:
    def broken(_raw: bytes, _context: ReadContext) -> Inbound:
        raise RuntimeError("cannot read this")

    id = await desk.accept(mail(), mail_from="sender@esp.example")
    await desk.db.run("UPDATE intake_items SET fate = 7 WHERE id = $1", id)
    await describe_rest(desk.db, files, {1: broken})
    assert await describe_rest(desk.db, files, {1: broken}) == 0
    actor = system(desk.workspace.id)
    page = await list_items(desk.db, actor, LedgerFilter(q="sender@esp.example"), cursor=None, limit=10)
    assert [row.id for row in page.items] == [id]


async def test_the_overview_counts_and_warns(desk: Desk, mail: Mail, client: Any) -> None:
    first = await desk.put(mail(Message_ID="<over@x>"))
    await desk.put(mail())
    held = await desk.put(mail(From="eve@evil.example", In_Reply_To="<over@x>"))
    assert held.fate is Fate.HELD
    await desk.db.run(
        "UPDATE channel_accounts SET problem = 'Silent: Nothing has come in.' WHERE workspace_id = $1 AND id = $2",
        desk.workspace.id, desk.workspace.account_id,
    )  # fmt: skip
    overview = (await client.get("/api/intake/overview?hours=24")).json()
    counts = {c["fate"]: c["items"] for c in overview["counts"]}
    assert counts == {"new": 2, "held": 1}
    assert {c["account_id"] for c in overview["counts"]} == {desk.workspace.account_id}
    assert (overview["attention"]["held"], overview["attention"]["parked"]) == (1, 0)
    assert overview["attention"]["oldest_at"]
    problems = {s["account_id"]: s["problem"] for s in overview["sources"]}
    assert problems[desk.workspace.account_id] == "Silent: Nothing has come in."
    assert (overview["failed"], overview["unknown"], overview["unsent"]) == (0, 0, [])
    await _unsent(desk, first.conversation_id)
    overview = (await client.get("/api/intake/overview?hours=24")).json()
    assert (overview["failed"], overview["unknown"]) == (1, 1)
    assert [(u["state"], u["conversation_id"]) for u in overview["unsent"]] == [
        ("unknown", str(first.conversation_id)), ("failed", str(first.conversation_id)),
    ]  # fmt: skip


async def _unsent(desk: Desk, conversation_id: UUID | None) -> None:
    for n, state in enumerate((4, 6)):
        await desk.db.run(
            "INSERT INTO outbox (workspace_id, id, conversation_id, endpoint_id, body, state, release_at, next_try_at,"
            " seen_seq, created_at) SELECT $1, gen_random_uuid(), $2, e.id, '{}', $3, $4, $4, 0, $4 FROM endpoints e"
            " WHERE e.workspace_id = $1 AND e.conversation_id = $2",
            desk.workspace.id, conversation_id, state, desk.db.now() + timedelta(seconds=n),
        )  # fmt: skip


async def test_the_mail_of_a_line_can_be_looked_at(desk: Desk, mail: Mail, client: Any) -> None:
    first = await desk.put(mail(Message_ID="<look@x>"))
    held = await desk.put(mail("Let me in", From="=?utf-8?q?Ev=C3=A9?= <eve@evil.example>", In_Reply_To="<look@x>"))
    assert (held.fate, held.conversation_id) == (Fate.HELD, first.conversation_id)
    item = (await client.get(f"/api/intake/{held.id}")).json()
    assert item["can"] == ["raw", "accept", "spam"]
    seen = (await client.get(f"/api/intake/{held.id}/mail")).json()
    assert (seen["text"].strip(), seen["cut"], seen["kind"], seen["files"]) == ("Let me in", False, "human", [])
    assert {"name": "From", "value": "Evé <eve@evil.example>"} in seen["headers"]
    await desk.db.run("UPDATE intake_items SET blob_key = '' WHERE id = $1", held.id)
    assert (await client.get(f"/api/intake/{held.id}/mail")).status_code == 404


# a long ledger --------------------------------------------------------------------------------------------------------

SEED = """
INSERT INTO intake_items (workspace_id, id, account_id, external_id, received_at, source, envelope, blob_key, size, sha256,
  fate, next_try_at, mail, tokens)
SELECT $1, gen_random_uuid(), $2, 'seed:' || n, now() - n * interval '40 seconds', CASE WHEN n % 2000 = 0 THEN 2 ELSE 1 END,
  '{}', '', 100, '', CASE WHEN n % 5000 = 0 THEN 9 WHEN n % 3 = 0 THEN 1 ELSE 2 END, now(), jsonb_build_object('subject', repeat(md5(n::text), 12)),
  array_to_tsvector(ARRAY['order', 'p' || n, 'p' || n || '@shop.example'])
FROM generate_series(1, 30000) AS n
"""


LISTS = (
    LedgerFilter(),
    LedgerFilter(fates=frozenset({Fate.LOOP})),
    LedgerFilter(fates=frozenset({Fate.HELD, Fate.PARKED})),
    LedgerFilter(fates=frozenset({Fate.NEW})),
    LedgerFilter(fates=frozenset({Fate.LOOP, Fate.SPAM})),
    LedgerFilter(q="p4711@shop.example"),
    LedgerFilter(q="order p17"),
)


async def test_no_list_reads_the_whole_ledger(desk: Desk, db: Db, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plans of the lists and of the counts at 30,000 lines stand on indexes."""
    await db.run(SEED, desk.workspace.id, desk.workspace.account_id)
    statements: list[tuple[str, list[Any]]] = []
    run = Db.all

    async def noted(self: Db, row_type: Any, sql: Any, *args: Any) -> Any:
        statements.append(sql.render())
        return await run(self, row_type, sql, *args)

    async with db.pool.acquire() as conn:
        await conn.execute("VACUUM ANALYZE intake_items")
        monkeypatch.setattr(Db, "all", noted)
        for wanted in LISTS:
            await list_items(db, system(desk.workspace.id), wanted, cursor=None, limit=50)
            text, params = statements[-1]
            plan = "\n".join(r[0] for r in await conn.fetch("EXPLAIN " + text, *params))
            assert "Seq Scan" not in plan, plan
        day, week = db.now() - timedelta(days=1), db.now() - timedelta(days=7)
        plan = "\n".join(r[0] for r in await conn.fetch("EXPLAIN " + ledger.COUNTS, desk.workspace.id, day))
    assert "intake_recent" in plan, plan
    monkeypatch.undo()
    overview = await get_overview(db, system(desk.workspace.id), week)
    assert sum(c.items for c in overview.counts) > 10_000
