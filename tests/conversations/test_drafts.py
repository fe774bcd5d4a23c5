"""Drafts are one person's in one conversation, whatever happens around them, and lose no word by a merge."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.post import Post
from tests.support.workspace import SignedIn, TestWorkspace

from hark.conversations.drafts import LINE, DraftBody, DraftFile, DraftText, joined
from hark.conversations.jobs import forget_uploads
from hark.core.db import Db
from hark.core.files import Files


def path(id: Any) -> str:
    return f"/api/conversations/{id}/draft"


async def words(client: SignedIn, id: Any) -> set[str]:
    """The texts of somebody's draft in a conversation."""
    body = (await client.get(path(id))).json()["body"]
    return set(body["reply"]["text"].split(f"\n\n{LINE}\n\n")) if body and body["reply"] else set()


class Write(tuple[int, int]):
    """(person, conversation)"""


class Discard(tuple[int, int]):
    """(person, conversation)"""


class Send(tuple[int, int]):
    """(person, conversation)"""


class Merge(tuple[int, int]):
    """(from, into)"""


class Unmerge(tuple[int, int]):
    """(from, _)"""


PEOPLE, CASES = 2, 3
by_whom = st.tuples(st.integers(0, PEOPLE - 1), st.integers(0, CASES - 1))
pairs = st.tuples(st.integers(0, CASES - 1), st.integers(0, CASES - 1))
steps = st.one_of(
    by_whom.map(Write),
    by_whom.map(Write),
    by_whom.map(Discard),
    by_whom.map(Send),
    pairs.map(Merge),
    pairs.map(Unmerge),
)


@settings(max_examples=15)
@given(st.lists(steps, min_size=3, max_size=12))
async def test_a_draft_is_only_ever_where_it_belongs(
    http: httpx.AsyncClient, workspace: TestWorkspace, post: Post, taken: list[tuple[int, int]]
) -> None:
    """Each text is written once, under one person and conversation; afterwards every draft is asked for."""
    people = [SignedIn(http, (await workspace.agent(name=f"Person {n}"))[1]) for n in range(PEOPLE)]
    ids = [(await post.mail()).conversation_id for _ in range(CASES)]
    drafts: dict[tuple[int, int], set[str]] = {(p, c): set() for p in range(PEOPLE) for c in range(CASES)}
    root: dict[int, int] = {}
    for n, (step, (a, b)) in enumerate((type(s), s) for s in taken):
        if step is Write:
            answer = await people[a].put(path(ids[b]), {"body": {"reply": {"text": f"text {n}"}}})
            assert answer.status_code == (409 if b in root else 200), answer.text
            if b not in root:
                drafts[a, b] = {f"text {n}"}
        elif step is Discard:
            await people[a].delete(path(ids[b]))
            drafts[a, b] = set()
        elif step is Send:
            seq = (await people[a].get(f"/api/conversations/{ids[b]}")).json()["seq"]
            reply = {"id": str(uuid4()), "text": "sent", "to": [{"address": "anna@shop.example"}], "seen_seq": seq}
            answer = await people[a].post(f"/api/conversations/{ids[b]}/replies", reply)
            assert answer.status_code == (409 if b in root else 201), answer.text
            if b not in root:
                drafts[a, b] = set()
        elif step is Merge and a != b and a not in root and b not in root:
            assert (
                await people[0].post(f"/api/conversations/{ids[a]}/merge", {"into": str(ids[b])})
            ).status_code == 200
            root[a] = b
            for p in range(PEOPLE):
                drafts[p, b] |= drafts[p, a]
                drafts[p, a] = set()
        elif step is Unmerge and a in root and root[a] not in root:
            assert (await people[0].post(f"/api/conversations/{ids[a]}/unmerge")).status_code == 200
            del root[a]
    found = {(p, c): await words(people[p], ids[c]) for p in range(PEOPLE) for c in range(CASES)}
    assert found == drafts


async def test_who_writes_in_both_finds_both_texts_and_all_files(client: SignedIn, post: Post) -> None:
    child, root = [(await post.mail()).conversation_id for _ in range(2)]
    files = [{"id": str(uuid4()), "name": f"{n}.pdf", "size": n} for n in range(3)]
    kept = {"reply": {"text": "Dear Anna"}, "to": ["anna@shop.example"], "files": files[:2]}
    brought = {
        "mode": "note", "reply": {"text": "a < b", "html": "<p>a &lt; <b>b</b></p>"}, "note": {"text": "ask Ben"},
        "to": ["other@shop.example"], "bcc": ["boss@desk.example"], "files": files[1:],
    }  # fmt: skip
    for id, body in ((root, kept), (child, brought)):
        assert (await client.put(path(id), {"body": body})).status_code == 200
    await client.post(f"/api/conversations/{child}/merge", {"into": str(root)})
    draft = (await client.get(path(root))).json()["body"]
    assert draft["reply"]["text"] == f"Dear Anna\n\n{LINE}\n\na < b"
    assert draft["reply"]["html"] == f"<p>Dear Anna</p><p>{LINE}</p><p>a &lt; <b>b</b></p>"
    assert (draft["note"]["text"], draft["files"], draft["mode"]) == ("ask Ben", files, "reply")
    assert (draft["to"], draft["bcc"]) == (["anna@shop.example"], []), "nobody gets a reply who was not on it"
    assert (await client.get(path(child))).json()["body"] is None


async def test_what_is_written_into_a_merged_one_is_sent_on(client: SignedIn, post: Post) -> None:
    child, root = [(await post.mail()).conversation_id for _ in range(2)]
    await client.post(f"/api/conversations/{child}/merge", {"into": str(root)})
    late = await client.put(path(child), {"body": {"reply": {"text": "one more word"}}})
    assert (late.status_code, late.json()["code"], late.json()["root_id"]) == (409, "conversation_merged", str(root))


async def test_another_person_sees_that_somebody_writes_but_not_what(
    client: SignedIn, http: httpx.AsyncClient, workspace: TestWorkspace, post: Post
) -> None:
    id = (await post.mail()).conversation_id
    await client.put(path(id), {"body": {"reply": {"text": "a secret"}}})
    _, token = await workspace.agent()
    colleague = SignedIn(http, token)
    assert (await colleague.get(path(id))).json()["body"] is None
    detail = await colleague.get(f"/api/conversations/{id}")
    assert [d["agent_id"] for d in detail.json()["drafts"]] == [workspace.owner.agent_id]
    assert "a secret" not in detail.text


async def test_an_unknown_draft_is_refused(client: SignedIn, post: Post) -> None:
    id = (await post.mail()).conversation_id
    answer = await client.put(path(id), {"body": {"reply": "no text"}})
    assert answer.status_code == 400
    assert "reply" in answer.json()["detail"]


async def test_the_files_of_a_draft_outlive_the_week(
    client: SignedIn, db: Db, files: Files, clock: Any, post: Post
) -> None:
    id = (await post.mail()).conversation_id
    kept, left = [
        (await client.post("/api/attachments", files={"file": (name, b"%PDF", "application/pdf")})).json()
        for name in ("kept.pdf", "left.pdf")
    ]
    file = {"id": kept["id"], "name": kept["name"], "size": kept["size"]}
    await client.put(path(id), {"body": {"reply": {"text": "see there"}, "files": [file]}})
    clock.at = clock() + timedelta(days=8)
    assert await forget_uploads(db, files) == 1
    assert (await client.get(f"/api/attachments/{kept['id']}")).status_code == 200
    assert (await client.get(f"/api/attachments/{left['id']}")).status_code == 404


def test_joining_keeps_plain_text_plain() -> None:
    one, two = (DraftBody(reply=DraftText(text=text), files=[]) for text in ("one", "two"))
    both = joined(one, two)
    assert both.reply == DraftText(text=f"one\n\n{LINE}\n\ntwo")
    file = DraftFile(id=uuid4(), name="a", size=1)
    alone = joined(DraftBody(), DraftBody(note=DraftText(text="n"), files=[file]))
    assert (alone.reply, alone.note, alone.files) == (None, DraftText(text="n"), [file])
