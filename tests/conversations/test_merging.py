"""Merge, unmerge and split: nothing is lost, and undoing gives exactly what was."""

import asyncio
from typing import Any
from uuid import UUID

from tests.support.workspace import SignedIn, TestWorkspace

from hark.conversations.merging import unmerge
from hark.core.db import Db

TABLES = ("spans", "waits", "episodes")


async def figures(db: Db, id: UUID) -> dict[str, list[Any]]:
    rows = {t: await db.pool.fetch(f"SELECT * FROM {t} WHERE conversation_id = $1 ORDER BY n", id) for t in TABLES}
    state = await db.pool.fetchrow(
        "SELECT status, stage, holder_kind, holder_id, root_id, wait_t0, wait_f0, stake, per_s, episode, preview"
        " FROM conversations WHERE id = $1", id,
    )  # fmt: skip
    return {**{t: [dict(r) for r in found] for t, found in rows.items()}, "state": [dict(state)]}


async def test_merge_and_unmerge_restores_exactly(client: SignedIn, db: Db, post: Any) -> None:
    child = (await post.mail("first, from home", sender="anna@home.example")).conversation_id
    root = (await post.mail("second, from work", sender="anna@work.example")).conversation_id
    await post.reply(child, "an answer")
    before = await figures(db, child), await figures(db, root)

    merged = (await client.post(f"/api/conversations/{child}/merge", {"into": str(root)})).json()
    assert merged["id"] == str(root)
    assert [m["number"] for m in merged["merged"]] == [1]
    gone = (await client.get(f"/api/conversations/{child}")).json()
    assert (gone["status"], gone["root_id"], gone["can"]) == (5, str(root), ["unmerge"])
    assert (await client.post(f"/api/conversations/{child}/resolve")).json()["code"] == "conversation_merged"

    assert (await client.post(f"/api/conversations/{child}/unmerge")).status_code == 200
    assert (await figures(db, child), await figures(db, root)) == before
    again = await client.post(f"/api/conversations/{child}/unmerge")
    assert (again.status_code, again.json()["code"]) == (409, "not_merged")


async def test_mail_for_a_merged_conversation_lands_in_its_root(client: SignedIn, db: Db, post: Any) -> None:
    ids = [(await post.mail(f"mail {n}", sender=f"anna{n}@x.example")).conversation_id for n in range(3)]
    for child, root in ((ids[0], ids[1]), (ids[1], ids[2])):
        assert (await client.post(f"/api/conversations/{child}/merge", {"into": str(root)})).status_code == 200
    got = await post.mail("one more", to=ids[0], sender="anna0@x.example")
    assert got.conversation_id == ids[2]
    page = (await client.get(f"/api/conversations/{ids[2]}/thread")).json()["items"]
    texts = [i["text"] for i in page if i["type"] == "message"]
    assert texts == ["one more", "mail 0", "mail 1", "mail 2"]
    further = await client.post(f"/api/conversations/{ids[0]}/unmerge")
    assert further.json()["code"] == "merged_further"


async def test_the_thread_of_a_merged_case_pages_without_gap_or_repeat(client: SignedIn, post: Any) -> None:
    child = (await post.mail("c0")).conversation_id
    root = (await post.mail("r0")).conversation_id
    for n in range(1, 4):
        await post.mail(f"c{n}", to=child)
        await post.mail(f"r{n}", to=root)
    await client.post(f"/api/conversations/{child}/merge", {"into": str(root)})
    await post.mail("r4", to=root)
    whole = (await client.get(f"/api/conversations/{root}/thread?limit=100")).json()
    assert whole["next"] is None
    paged, cursor = [], ""
    while cursor is not None:
        page = (await client.get(f"/api/conversations/{root}/thread?limit=3{cursor}")).json()
        paged += page["items"]
        cursor = f"&cursor={page['next']}" if page["next"] else None
    assert paged == whole["items"]
    texts = [i["text"] for i in whole["items"] if i["type"] == "message"]
    assert texts == ["r4", "c3", "c2", "c1", "c0", "r3", "r2", "r1", "r0"]


async def test_merging_refuses_what_makes_no_sense(client: SignedIn, post: Any, stranger_client: SignedIn) -> None:
    a, b = [(await post.mail()).conversation_id for _ in range(2)]
    assert (await client.post(f"/api/conversations/{a}/merge", {"into": str(a)})).status_code == 400
    assert (await stranger_client.post(f"/api/conversations/{a}/merge", {"into": str(b)})).status_code == 404
    await client.post(f"/api/conversations/{b}/spam")
    assert (await client.post(f"/api/conversations/{a}/merge", {"into": str(b)})).status_code == 409


async def test_split_moves_messages_with_their_wait(client: SignedIn, db: Db, post: Any) -> None:
    first = await post.mail("parcel", sender="anna@x.example")
    await post.reply(first.conversation_id, "sent")
    other = await post.mail("and my invoice?", to=first.conversation_id, sender="bob@x.example", name="Bob")
    last = await post.mail("about the invoice", to=first.conversation_id, sender="bob@x.example", name="Bob")
    path = f"/api/conversations/{first.conversation_id}/split"
    answer = await client.post(
        path, {"message_ids": [str(other.message_id), str(last.message_id)], "subject": "Invoice"}
    )
    new = answer.json()
    assert answer.status_code == 200, answer.text
    assert (new["contact"]["address"], new["subject"], new["status"]) == ("bob@x.example", "Invoice", 0)
    moved_at = await db.pool.fetchval("SELECT occurred_at FROM messages WHERE id = $1", other.message_id)
    waits = await db.pool.fetch("SELECT opened_at FROM waits WHERE conversation_id = $1", UUID(new["id"]))
    assert [w["opened_at"] for w in waits] == [moved_at]
    items = (await client.get(f"/api/conversations/{new['id']}/thread")).json()["items"]
    assert [i.get("text", i["kind"]) for i in reversed(items)] == [
        "conversation_started", "messages_moved_in", "and my invoice?", "about the invoice"
    ]  # fmt: skip
    assert len(new["endpoints"]) == 2
    assert (new["customer_seq"], new["preview"]) == (4, "about the invoice")
    old = (await client.get(f"/api/conversations/{first.conversation_id}")).json()
    assert (old["waiting_since"], old["customer_seq"], old["preview"]) == (None, 2, "sent")
    found = (await client.get("/api/search?q=invoice")).json()["items"]
    assert {h["conversation"]["id"] for h in found} == {new["id"]}
    nothing_left = await client.post(
        f"/api/conversations/{new['id']}/split", {"message_ids": [str(other.message_id), str(last.message_id)]}
    )
    assert (nothing_left.status_code, nothing_left.json()["code"]) == (409, "nothing_left")
    elsewhere = await client.post(path, {"message_ids": [str(last.message_id)]})
    assert elsewhere.status_code == 400


async def test_the_messages_of_a_chat_are_numbered_upwards_through_merge_and_unmerge(
    client: SignedIn, db: Db, post: Any
) -> None:
    """A visitor reads and resumes by these numbers: one that went back would never be shown."""
    line = await post.chat("one")
    child = line.conversation_id
    endpoint = await db.one(UUID, "SELECT endpoint_id FROM messages WHERE id = $1", line.message_id)
    for n in range(4):
        await post.chat(f"more {n}", to=child, endpoint=endpoint)
    root = (await post.mail()).conversation_id
    await client.post(f"/api/conversations/{child}/merge", {"into": str(root)})
    await post.reply(root, "in the root", endpoint_id=endpoint)
    await post.chat("still here", to=child, endpoint=endpoint)
    await client.post(f"/api/conversations/{child}/unmerge")
    await post.chat("on my own again", to=child, endpoint=endpoint)
    texts = await db.all(str, "SELECT text FROM messages WHERE endpoint_id = $1 ORDER BY seq", endpoint)
    assert texts == ["one", *(f"more {n}" for n in range(4)), "in the root", "still here", "on my own again"]
    seqs = await db.all(int, "SELECT seq FROM messages WHERE endpoint_id = $1", endpoint)
    assert len(set(seqs)) == len(seqs)


async def test_what_arrives_while_a_merge_is_undone_lands_where_its_thread_then_stands(
    db: Db, post: Any, client: SignedIn, workspace: TestWorkspace
) -> None:
    """It waits for the root's lock; by the time it has it, that is another customer's conversation again."""
    line = await post.chat("one")
    child = line.conversation_id
    endpoint = await db.one(UUID, "SELECT endpoint_id FROM messages WHERE id = $1", line.message_id)
    root = (await post.mail()).conversation_id
    await client.post(f"/api/conversations/{child}/merge", {"into": str(root)})
    waiting = (
        "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT l.granted AND a.datname = $1"
    )
    name = await db.one(str, "SELECT current_database()::text")
    async with db.transaction(workspace.owner) as tx:
        await unmerge(tx, child)
        arriving = asyncio.create_task(post.chat("two", to=child, endpoint=endpoint))
        async with asyncio.timeout(10):
            while not await db.one(int, waiting, name):  # noqa: ASYNC110 -- locks say nothing by themselves
                await asyncio.sleep(0.01)
    assert (await arriving).conversation_id == child
    seqs = await db.all(int, "SELECT seq FROM messages WHERE endpoint_id = $1 ORDER BY occurred_at", endpoint)
    assert seqs == sorted(set(seqs))
