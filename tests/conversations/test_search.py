"""Search by words of any language, and files that never run."""

from typing import Any

import pytest
from tests.support.workspace import SignedIn, TestWorkspace

from hark.conversations.attachments import clean_file_name, content_disposition
from hark.conversations.types import NewFile
from hark.core.db import Db
from hark.core.ids import uuid7


async def found(client: SignedIn, q: str) -> list[str]:
    answer = await client.get("/api/search", params={"q": q})
    assert answer.status_code == 200, answer.text
    return [hit["snippet"] for hit in answer.json()["items"]]


async def test_words_of_any_language(client: SignedIn, post: Any) -> None:
    texts = [
        "The shipping label is wrong", "배송이 너무 늦어요, 환불 요청합니다", "요청한 환불 서류", "È arrivato à Zürich",
        "注文番号を教えてください",
    ]  # fmt: skip
    for text in texts:
        await post.mail(text)
    assert await found(client, "shipping") == [texts[0]]
    assert await found(client, "shipped label") == []  # another stem: shippe
    assert await found(client, "shipp") == [texts[0]]
    assert await found(client, "환불") == [texts[2], texts[1]]
    assert await found(client, "환불 요청") == [texts[2], texts[1]]
    assert await found(client, "요청합") == [texts[1]]
    assert await found(client, "불") == await found(client, "환") == [texts[2], texts[1]]
    assert await found(client, "zurich") == [texts[3]]
    assert await found(client, "注文") == [texts[4]]
    assert await found(client, "!!!") == []


async def test_pairs_that_meet_by_chance_are_no_hit(client: SignedIn, post: Any) -> None:
    await post.mail("가나 나다")
    assert await found(client, "가나다") == []
    await post.mail("가나다")
    assert await found(client, "가나다") == ["가나다"]


async def test_subjects_people_and_file_names_are_found(client: SignedIn, post: Any) -> None:
    file = NewFile(id=uuid7(), name="receipt-88.pdf", content_type="application/pdf", size=3, blob_key="x")
    await post.mail("see attached", subject="Warranty", sender="zoe@north.example", name="Zoë North", files=[file])
    for q in ("warranty", "zoe", "north.example", "receipt"):
        assert await found(client, q) == ["see attached"], q


async def test_spam_and_other_workspaces_are_not_found(client: SignedIn, stranger_client: SignedIn, post: Any) -> None:
    got = await post.mail("unmistakable")
    assert await found(stranger_client, "unmistakable") == []
    await client.post(f"/api/conversations/{got.conversation_id}/spam")
    assert await found(client, "unmistakable") == []


async def test_hits_come_in_pages(client: SignedIn, post: Any) -> None:
    for n in range(7):
        await post.mail(f"parcel {n}")
    hits, cursor = [], None
    for _ in range(5):
        params = {"q": "parcel", "limit": 3} | ({"cursor": cursor} if cursor else {})
        page = (await client.get("/api/search", params=params)).json()
        hits += [h["snippet"] for h in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert hits == [f"parcel {n}" for n in range(6, -1, -1)]


# files ------------------------------------------------------------------------------------------------------------


async def upload(client: SignedIn, name: str, data: bytes, kind: str) -> Any:
    return await client.post("/api/attachments", files={"file": (name, data, kind)})


async def test_an_upload_is_its_owners_until_it_is_sent(
    client: SignedIn, http: Any, workspace: TestWorkspace, stranger_client: SignedIn, post: Any
) -> None:
    answer = await upload(client, "invoice.pdf", b"%PDF-1.4", "application/pdf")
    assert answer.status_code == 200, answer.text
    id = answer.json()["id"]
    _, token = await workspace.agent()
    colleague = SignedIn(http, token)
    assert (await client.get(f"/api/attachments/{id}")).content == b"%PDF-1.4"
    assert (await colleague.get(f"/api/attachments/{id}")).status_code == 404
    got = await post.mail()
    await post.reply(got.conversation_id, file_ids=[id])
    assert (await colleague.get(f"/api/attachments/{id}")).content == b"%PDF-1.4"
    assert (await stranger_client.get(f"/api/attachments/{id}")).status_code == 404
    item = (await client.get(f"/api/conversations/{got.conversation_id}/thread")).json()["items"][0]
    assert [(a["id"], a["name"], a["size"]) for a in item["attachments"]] == [(id, "invoice.pdf", 8)]


@pytest.mark.parametrize(
    "kind", ["text/html", "image/svg+xml", "application/xhtml+xml", "text/javascript", "x\r\ny: z"]
)
async def test_what_could_run_is_only_ever_saved(client: SignedIn, db: Db, kind: str) -> None:
    answer = await upload(client, "page.html", b"<script>alert(1)</script>", "application/octet-stream")
    id = answer.json()["id"]
    await db.run("UPDATE attachments SET content_type = $1 WHERE id = $2", kind, id)  # as a mail could claim
    for query in ("", "?inline=true"):
        got = await client.get(f"/api/attachments/{id}{query}")
        assert got.headers["content-type"] == "application/octet-stream"
        assert got.headers["content-disposition"].startswith("attachment;")
        assert got.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in got.headers["content-security-policy"]


async def test_pictures_may_be_shown(client: SignedIn) -> None:
    id = (await upload(client, "cat.png", b"\x89PNG", "image/png")).json()["id"]
    shown = await client.get(f"/api/attachments/{id}?inline=true")
    assert (shown.headers["content-type"], shown.headers["content-disposition"][:7]) == ("image/png", "inline;")
    saved = await client.get(f"/api/attachments/{id}")
    assert saved.headers["content-type"] == "application/octet-stream"


async def test_empty_files_are_refused(client: SignedIn) -> None:
    answer = await upload(client, "nothing.txt", b"", "text/plain")
    assert (answer.status_code, answer.json()["code"]) == (400, "empty")


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd", "passwd"), ("C:\\x\\y.txt", "y.txt"), ("a\u202efdp.exe", "afdp.exe"), ("\r\nX: y", "X: y"),
        ("", "file"), ("...", "file"), ("견적서.pdf", "견적서.pdf"),
    ],
)  # fmt: skip
def test_file_names_cannot_break_out(name: str, clean: str) -> None:
    assert clean_file_name(name) == clean


def test_content_disposition_follows_rfc_6266() -> None:
    assert content_disposition("attachment", 'a "b".txt') == (
        "attachment; filename=\"a _b_.txt\"; filename*=UTF-8''a%20%22b%22.txt"
    )
    assert (
        content_disposition("inline", "견적.pdf")
        == "inline; filename=\"__.pdf\"; filename*=UTF-8''%EA%B2%AC%EC%A0%81.pdf"
    )
