"""Nobody sees what is not theirs, nothing runs, and too much is refused kindly."""

import base64
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.channels.messenger.conftest import TestMessenger, TestVisitor
from tests.channels.messenger.test_threads import answer, conversations
from tests.conftest import FakeClock
from tests.support.workspace import SignedIn, TestWorkspace

from hark.channels.messenger.cleaning import clean_line, clean_text, clean_url
from hark.channels.messenger.limits import Buckets
from hark.core.db import Db
from hark.core.errors import TooMany
from hark.core.files import Files

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>[click](javascript:alert(1))"


async def upload(visitor: TestVisitor, name: str, data: bytes, kind: str = "image/png") -> httpx.Response:
    return await visitor.request("POST", "attachments", files={"file": (name, data, kind)})


# whose --------------------------------------------------------------------------------------------------------------


async def test_another_visitors_things_do_not_exist(messenger: TestMessenger) -> None:
    owner, other = await messenger.visitor(), await messenger.visitor()
    posted = await owner.write("Mine")
    thread = posted["thread_id"]
    file = (await upload(owner, "a.png", PNG)).json()["id"]
    for answered in (
        await other.get(f"threads/{thread}"),
        await other.post(f"threads/{thread}/messages", {"id": str(uuid4()), "text": "Me too"}),
        await other.post(f"threads/{thread}/read", {"seq": 1}),
        await other.post(f"threads/{thread}/transcript", {}),
        await other.post(f"threads/{uuid4()}/messages", {"id": str(uuid4()), "attachment_ids": [file]}),
    ):
        assert answered.status_code == 404, answered.text
    taken = await other.post(f"threads/{uuid4()}/messages", {"id": posted["message"]["id"], "text": "Mine"})
    assert (taken.status_code, taken.json()["code"]) == (409, "id_taken")
    assert "Mine" not in taken.text
    assert (await other.get("threads")).json()["threads"] == []
    assert await owner.texts(thread) == [("you", "Mine")]


async def test_a_token_is_good_at_its_own_messenger_only(
    messenger: TestMessenger, client: SignedIn, stranger_client: SignedIn, http: httpx.AsyncClient
) -> None:
    visitor = await messenger.visitor()
    posted = await visitor.write("Hello?")
    for owner in (client, stranger_client):
        other = (await owner.post("/api/messengers", {"name": "Other"})).json()["key"]
        elsewhere = TestVisitor(http, other, visitor.token)
        assert (await elsewhere.get(f"threads/{posted['thread_id']}")).status_code == 401
        assert (await elsewhere.get("threads")).status_code == 401
        booted = (await elsewhere.boot()).json()
        assert booted["token"] != visitor.token
        assert booted["threads"] == []
    assert (await TestVisitor(http, "no-such-key", visitor.token).boot()).status_code == 404
    assert (await TestVisitor(http, "no-such-key", visitor.token).get("threads")).status_code == 404


async def test_a_visitors_token_opens_nothing_of_the_team(messenger: TestMessenger, http: httpx.AsyncClient) -> None:
    visitor = await messenger.visitor()
    await visitor.write("Hello?")
    for scheme in ("Visitor", "Bearer"):
        headers = {"Authorization": f"{scheme} {visitor.token}"}
        assert (await http.get("/api/conversations", headers=headers)).status_code == 401
    member = {"Authorization": messenger.client.headers["Authorization"]}
    assert (await http.get(f"/api/messenger/{messenger.key}/threads", headers=member)).status_code == 401


async def test_the_teams_own_words_and_files_stay_with_the_team(
    messenger: TestMessenger, client: SignedIn, workspace: TestWorkspace
) -> None:
    visitor = await messenger.visitor()
    posted = await visitor.write("Hello?")
    (conversation,) = await conversations(client)
    await client.post(f"/api/conversations/{conversation['id']}/notes", {"text": "Careful with this one"})
    file = (await client.post("/api/attachments", files={"file": ("plan.pdf", b"%PDF-1.4", "application/pdf")})).json()
    assert await visitor.texts(posted["thread_id"]) == [("you", "Hello?")]
    guessed = f"/api/messenger/{messenger.key}/attachments/{file['id']}/signed/{'A' * 27}"
    assert (await messenger.http.get(guessed)).status_code == 404
    await answer(client, conversation, "Here it is", attachment_ids=[file["id"]])
    page = (await visitor.get(f"threads/{posted['thread_id']}")).json()
    shown = page["messages"][-1]["attachments"]
    assert [(f["name"], f["content_type"]) for f in shown] == [("plan.pdf", "application/pdf")]
    assert (await messenger.http.get(shown[0]["url"])).content == b"%PDF-1.4"


async def test_a_removed_messenger_is_gone(messenger: TestMessenger, client: SignedIn) -> None:
    visitor = await messenger.visitor()
    assert (await client.delete(f"/api/messengers/{messenger.id}")).status_code == 204
    assert (await visitor.get("threads")).status_code == 404
    assert (await visitor.boot()).status_code == 404
    assert (await client.get("/api/messengers")).json()["items"] == []


# files --------------------------------------------------------------------------------------------------------------


async def test_a_picture_goes_with_a_message(messenger: TestMessenger, client: SignedIn) -> None:
    visitor = await messenger.visitor()
    kept = (await upload(visitor, "../../me.png", PNG, "text/html")).json()
    assert (kept["name"], kept["content_type"], kept["size"]) == ("me.png", "image/png", len(PNG))
    posted = await visitor.write("", attachment_ids=[kept["id"]])
    (file,) = posted["message"]["attachments"]
    assert file["id"] == kept["id"]
    got = await messenger.http.get(file["url"])
    assert (got.content, got.headers["content-type"]) == (PNG, "image/png")
    assert "sandbox" in got.headers["content-security-policy"]
    (conversation,) = await conversations(client)
    seen = (await client.get(f"/api/conversations/{conversation['id']}/thread")).json()["items"][0]
    assert [f["name"] for f in seen["attachments"]] == ["me.png"]
    again = await visitor.post(
        f"threads/{posted['thread_id']}/messages", {"id": str(uuid4()), "attachment_ids": [kept["id"]]}
    )
    assert (again.status_code, again.json()["code"]) == (404, "unknown_file")


async def test_a_signed_address_ends_and_belongs_to_one_file(
    messenger: TestMessenger, clock: FakeClock, http: httpx.AsyncClient
) -> None:
    visitor = await messenger.visitor()
    one, two = [(await upload(visitor, f"{n}.png", PNG)).json() for n in (1, 2)]
    assert (await http.get(one["url"])).status_code == 200
    swapped = one["url"].replace(one["id"], two["id"])
    assert (await http.get(swapped)).status_code == 404
    assert (await http.get(one["url"][:-3] + "AAA")).status_code == 404
    clock.advance(days=3)
    assert (await http.get(one["url"])).status_code == 404


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("run.exe", b"MZ\x90"), ("innocent.png", b"MZ\x90"), ("a.html", b"<html>"), ("a.svg", b"<svg/>"), ("a.js", b"1"),
        ("a.tar", b"\x7fELF"), ("photo.png.scr", b"x"), ("script", b"#!/bin/sh"), ("a.\u202egnp.js", b"1"), ("A.HTM", b"x"),
    ],
)  # fmt: skip
async def test_what_could_run_is_not_taken(messenger: TestMessenger, name: str, data: bytes) -> None:
    refused = await upload(await messenger.visitor(), name, data)
    assert (refused.status_code, refused.json()["code"]) == (400, "file_type")


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("page.png", b"<html><script>alert(1)</script>", "text/plain"), ("a.pdf", b"%PDF-1.7", "application/pdf"),
        ("a.docx", b"PK\x03\x04..", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("voice.webm", b"\x1a\x45\xdf\xa3..", "audio/webm"), ("voice.ogg", b"OggS..", "audio/ogg"),
        ("x.bin", b"\x00\x01\x02", "application/octet-stream"), ("a.csv", "é,1".encode(), "text/plain"),
    ],
)  # fmt: skip
async def test_a_files_type_is_what_it_is(messenger: TestMessenger, name: str, data: bytes, kind: str) -> None:
    kept = (await upload(await messenger.visitor(), name, data, "image/png")).json()
    assert kept["content_type"] == kind
    got = await messenger.http.get(kept["url"])
    assert not got.headers["content-type"].startswith(("text/html", "image/svg"))


async def test_files_have_a_size_and_a_number(messenger: TestMessenger) -> None:
    await messenger.change(max_file_bytes=100, limits={"per_visitor_minute": 1000})
    visitor = await messenger.visitor()
    large = await upload(visitor, "a.png", PNG + b"x" * 100)
    assert (large.status_code, large.json()["code"]) == (413, "too_large")
    assert (await upload(visitor, "a.png", b"")).status_code == 400
    for n in range(20):
        assert (await upload(visitor, f"{n}.png", PNG)).status_code == 200
    assert (await upload(visitor, "21.png", PNG)).json()["code"] == "too_many_files"


# words --------------------------------------------------------------------------------------------------------------


async def test_markup_is_text_everywhere(messenger: TestMessenger, client: SignedIn, db: Db) -> None:
    visitor = await messenger.visitor(
        page={"url": "javascript:alert(1)", "title": SCRIPT},
        attributes={SCRIPT[:60]: SCRIPT},
        device={"browser": SCRIPT},
    )
    await visitor.post("contact", {"name": f"{SCRIPT}\u202e\x07"})
    posted = await visitor.write(f"{SCRIPT}\u202e\x00\x1b[31m\u200b", page={"url": "data:text/html,x", "title": SCRIPT})
    assert posted["message"]["text"] == f"{SCRIPT}[31m"
    (conversation,) = await conversations(client)
    detail = (await client.get(f"/api/conversations/{conversation['id']}")).json()
    assert detail["contact"]["name"] == SCRIPT
    context = (await client.get(f"/api/conversations/{conversation['id']}/visitor")).json()["visitor"]
    assert context["page"] is None
    assert (context["name"], context["device"]["browser"]) == (SCRIPT, SCRIPT)
    assert await db.find(str, "SELECT html_key FROM messages WHERE id = $1::uuid", posted["message"]["id"]) is None


def test_what_cannot_be_seen_is_taken_out() -> None:
    assert clean_text("a\u202eb\u2066c\u200bd\x00e\ufefff\x7f") == "abcdef"
    assert clean_text("family \U0001f468\u200d\U0001f469\u200d\U0001f467 \u0646\u200c\u0645") == (
        "family \U0001f468\u200d\U0001f469\u200d\U0001f467 \u0646\u200c\u0645"
    )
    assert clean_text("one\r\ntwo\rthree\n\n\n\n\nfour\t") == "one\ntwo\nthree\n\n\nfour"
    assert clean_text("\ud800") == "\ufffd"
    assert clean_line(" a \n b\t c", 5) == "a b c"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://shop.example/a?b=c#secret", "https://shop.example/a?b=c"),
        ("https://user:pass@shop.example:8443/", "https://shop.example:8443/"),
        ("javascript:alert(1)", ""), ("data:text/html,x", ""), ("//shop.example", ""), ("http://", ""), ("https://[", ""),
        ("http://[::1]:80/x", "http://[::1]:80/x"), ("https://shop.example:99999/", ""),
    ],
)  # fmt: skip
def test_a_page_is_an_http_address(given: str, kept: str) -> None:
    assert clean_url(given) == kept


@pytest.mark.parametrize(
    "body",
    [
        {"text": ""}, {"text": " \n\u200b"}, {"text": "a" * 10_001}, {"text": "a", "id": "no uuid"},
        {"text": "a", "attachment_ids": [str(uuid4())] * 11}, {"text": "a", "html": "<b>a</b>"}, {"text": 7},
    ],
)  # fmt: skip
async def test_a_message_that_is_none_is_refused(
    messenger: TestMessenger, client: SignedIn, body: dict[str, Any]
) -> None:
    visitor = await messenger.visitor()
    refused = await visitor.post(f"threads/{uuid4()}/messages", {"id": str(uuid4()), **body})
    assert refused.status_code == 400
    assert await conversations(client) == []


# how much -----------------------------------------------------------------------------------------------------------


async def test_too_many_posts_are_asked_to_wait(messenger: TestMessenger) -> None:
    await messenger.change(limits={"per_visitor_minute": 3})
    visitor = await messenger.visitor()
    thread = str(uuid4())
    for n in range(3):
        await visitor.write(str(n), thread=thread)
    refused = await visitor.post(f"threads/{thread}/messages", {"id": str(uuid4()), "text": "4"})
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 21
    other = await messenger.visitor()
    await other.write("I am somebody else")


def test_a_bucket_fills_again() -> None:
    now = 0.0
    buckets = Buckets(lambda: now)
    for _ in range(60):
        buckets.take(("a",), 60)
    with pytest.raises(TooMany) as refused:
        buckets.take(("a",), 60)
    assert refused.value.extra["retry_after"] == 1
    now = 1.5
    buckets.take(("a",), 60)
    with pytest.raises(TooMany):
        buckets.take(("a",), 60)
    buckets.take(("b",), 0.1, burst=1)
    with pytest.raises(TooMany) as later:
        buckets.take(("b",), 0.1, burst=1)
    assert later.value.extra["retry_after"] == 600


# where --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://shop.example", True), ("https://SHOP.example", True), ("http://shop.example", False),
        ("https://shop.example:444", False), ("https://evil.example", False), ("https://shop.example.evil.example", False),
        ("http://localhost:3000", True), ("http://localhost", True), ("https://localhost:3000", False), ("null", False),
        ("", False), ("https://shop.example; script-src *", False), ("https://shop.example\r\nx: y", False),
    ],
)  # fmt: skip
async def test_only_allowed_sites_hold_the_frame(messenger: TestMessenger, origin: str, allowed: bool) -> None:
    await messenger.change(origins=["https://shop.example", "http://localhost:*"])
    page = await messenger.http.get(f"/messenger/{messenger.key}/frame", params={"origin": origin})
    assert (page.status_code != 403) == allowed
    policy = page.headers["content-security-policy"]
    ancestors = "'self' https://shop.example http://localhost:*" if allowed else "'none'"
    assert policy.endswith(f"frame-ancestors {ancestors}")
    assert ("x-frame-options" in page.headers) != allowed
    assert ("microphone=(self)" in page.headers["permissions-policy"]) == allowed
    assert allowed or page.json()["code"] == "origin"


async def test_a_boot_by_another_site_is_refused(messenger: TestMessenger) -> None:
    async def boot(origin: str) -> int:
        path = f"/api/messenger/{messenger.key}/boot"
        return (await messenger.http.post(path, json={}, headers={"Origin": origin})).status_code

    assert await boot("https://evil.example") == 200  # every site may, as long as none is named
    await messenger.change(origins=["https://shop.example"])
    assert await boot("https://evil.example") == 403
    assert await boot("https://shop.example") == 200
    assert await boot("http://hark.test") == 200


async def test_the_rest_of_hark_cannot_be_framed(messenger: TestMessenger) -> None:
    for path in ("/", "/api/setup", f"/api/messenger/{messenger.key}/threads"):
        headers = (await messenger.http.get(path)).headers
        assert headers["x-frame-options"] == "DENY"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]


# what is kept -------------------------------------------------------------------------------------------------------


BOOT = {"page": {"url": "https://shop.example/cart", "title": "Cart"}, "device": {"browser": "Firefox"}, "language": "it",
        "time_zone": "Europe/Rome"}  # fmt: skip


async def test_who_asks_not_to_be_followed_is_not(messenger: TestMessenger, client: SignedIn, db: Db) -> None:
    async def context(quiet: bool) -> dict[str, Any]:
        visitor = await messenger.visitor(**BOOT, quiet=quiet)
        await visitor.write("Hello?", page=BOOT["page"])
        newest = max(await conversations(client), key=lambda c: c["number"])
        return (await client.get(f"/api/conversations/{newest['id']}/visitor")).json()  # type: ignore[no-any-return]

    followed, quiet = await context(False), await context(True)
    assert followed["visitor"]["page"]["url"] == "https://shop.example/cart"
    assert (followed["visitor"]["language"], followed["visitor"]["device"]) == ("it", {"browser": "Firefox"})
    assert quiet["visitor"]["page"] is None
    assert (quiet["visitor"]["language"], quiet["visitor"]["device"], quiet["timeline"], quiet["visits"]) == (
        "",
        {},
        [],
        [],
    )
    await messenger.change(collect={"respect_dnt": False})
    assert (await context(True))["visitor"]["page"] is not None
    await messenger.change(collect={"pages": False, "device": False, "events": False})
    nothing = await context(False)
    assert (nothing["visitor"]["page"], nothing["visitor"]["device"], nothing["timeline"]) == (None, {}, [])


async def test_hours_say_when_the_team_is_back(messenger: TestMessenger, client: SignedIn, clock: FakeClock) -> None:
    plan = {"tz": "UTC", "periods": [{"weekday": 0, "start": "09:00", "end": "17:00"}], "holidays": []}
    office = (await client.post("/api/calendars", {"name": "Mondays", "plan": plan})).json()["id"]
    clock.at = datetime(2026, 11, 23, 8, tzinfo=UTC)  # a Monday
    await messenger.change(calendar_id=office)
    booted = (await TestVisitor(messenger.http, messenger.key, "").boot()).json()
    assert booted["hours"] == {"open": False, "back_at": "2026-11-23T09:00:00Z", "expect_s": 120}
    clock.advance(hours=2)
    booted = (await TestVisitor(messenger.http, messenger.key, "").boot()).json()
    assert booted["hours"] == {"open": True, "back_at": None, "expect_s": 120}


async def test_faces_are_public_while_they_are_shown(
    messenger: TestMessenger, db: Db, files: Files, workspace: TestWorkspace, client: SignedIn
) -> None:
    await files.put("p/1", PNG)
    await db.run("UPDATE agents SET picture_key = 'p/1' WHERE workspace_id = $1", workspace.id)
    visitor = await messenger.visitor()
    (face,) = (await visitor.boot()).json()["inbox"]["faces"]
    assert face["name"] == "Olive Owner"
    picture = await messenger.http.get(face["picture_url"])
    assert (picture.content, picture.headers["content-type"]) == (PNG, "image/png")
    leafed = face["picture_url"].replace(f"/faces/{workspace.owner.agent_id}/", "/faces/1000/")
    assert (await messenger.http.get(leafed)).status_code == 404
    posted = await visitor.write("Hello?")
    (conversation,) = await conversations(client)
    await answer(client, conversation, "Hi")
    await messenger.change(show_faces=False)
    assert (await visitor.boot()).json()["inbox"]["faces"] == []
    assert (await messenger.http.get(face["picture_url"])).status_code == 404
    last = (await visitor.get(f"threads/{posted['thread_id']}")).json()["messages"][-1]
    assert (last["name"], last["picture_url"]) == ("Website", None)
