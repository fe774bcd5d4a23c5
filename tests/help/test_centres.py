"""Help centres, their collections, redirects and files."""

from typing import Any

import httpx
import pytest
from tests.help.desk import Desk
from tests.support.pictures import jpeg, png
from tests.support.workspace import SignedIn, TestWorkspace

from hark.core.db import Db
from hark.core.files import Files
from hark.help.audience import ANYBODY
from hark.help.files import image_size, part
from hark.help.published import find_centre, list_shelves


async def test_a_help_centre_is_made_changed_and_deleted(client: SignedIn, db: Db) -> None:
    made = (await client.post("/api/help/centres", {"name": "Größe & Co", "domains": ["help.grosse.example"]})).json()
    assert (made["slug"], made["languages"], made["published"]) == ("grosse-co", ["en"], False)
    path = f"/api/help/centres/{made['id']}"
    body = {"languages": ["ko", "en"], "published": True, "theme": {"color": "#aa0000", "scheme": "dark"},
            "home": {"ko": {"title": "도움말"}}}  # fmt: skip
    changed = (await client.patch(path, body)).json()
    assert (changed["languages"], changed["theme"]["scheme"], changed["home"]["ko"]["title"]) == (
        ["ko", "en"],
        "dark",
        "도움말",
    )
    found = await find_centre(db, host="HELP.grosse.example")
    assert found is not None
    assert found.id == made["id"]
    assert (await client.delete(path)).json()["code"] == "published"
    await client.patch(path, {"published": False})
    await Desk(client, made).published("Returns", language="en")
    assert (await client.delete(path)).status_code == 204
    assert (await client.get("/api/help/articles")).json()["items"] == []
    assert (await client.get(path)).status_code == 404


async def test_an_address_belongs_to_one(client: SignedIn, stranger_client: SignedIn, desk: Desk) -> None:
    slug = desk.centre["slug"]
    taken = await stranger_client.post("/api/help/centres", {"name": "X", "slug": slug})
    assert (taken.status_code, taken.json()["code"]) == (409, "slug_taken")
    again = await stranger_client.post("/api/help/centres", {"name": "Acme Help"})
    assert again.json()["slug"] != slug
    await client.patch(f"/api/help/centres/{desk.centre['id']}", {"domains": ["help.acme.example"]})
    taken = await stranger_client.post("/api/help/centres", {"name": "X", "domains": ["help.acme.example"]})
    assert taken.json()["code"] == "domain_taken"
    assert (await client.post("/api/help/centres", {"name": "X", "slug": "files"})).json()["code"] == "reserved"


async def test_collections_nest_one_level_and_keep_their_order(desk: Desk, db: Db) -> None:
    async def shelf(title: str, parent: int | None = None, **more: Any) -> Any:
        texts = {"en": {"title": title, "description": f"About {title}"}}
        return await desk.client.post(
            "/api/help/collections", {"centre_id": desk.centre["id"], "parent_id": parent, "texts": texts} | more
        )

    first, second = desk.ok(await shelf("First")), desk.ok(await shelf("First"))
    assert (first["texts"]["en"]["slug"], second["texts"]["en"]["slug"]) == ("first", "first-2")
    below = desk.ok(await shelf("Below", first["id"]))
    assert (await shelf("Deep", below["id"])).json()["code"] == "too_deep"
    path = f"/api/help/collections/{first['id']}"
    assert (await desk.client.patch(path, {"parent_id": second["id"]})).json()["code"] == "too_deep"
    assert (await desk.client.patch(path, {"parent_id": first["id"]})).json()["code"] == "too_deep"
    assert (await desk.client.patch(path, {"texts": {"en": None}})).json()["code"] == "no_title"
    it = desk.ok(await desk.client.patch(path, {"texts": {"it": {"title": "Primo"}}, "icon": "book"}))
    assert (it["icon"], it["texts"]["it"]["slug"], it["texts"]["en"]["title"]) == ("book", "primo", "First")
    await desk.client.post("/api/help/collections/order", {"ids": [second["id"], first["id"]]})
    await desk.published("One", collection_id=below["id"])
    await desk.published("Ours", collection_id=second["id"], visibility="internal")
    centre = await find_centre(db, slug=desk.centre["slug"])
    assert centre is not None
    shown = await list_shelves(db, centre, "en", ANYBODY)
    assert [(s.title, s.articles) for s in shown] == [("First", 1), ("Below", 1)], "empty shelves are not shown"
    assert (await desk.client.delete(path)).status_code == 204
    left = desk.ok(await desk.client.get(f"/api/help/collections?centre_id={desk.centre['id']}"))["items"]
    assert [(s["id"], s["parent_id"]) for s in left] == [(second["id"], None), (below["id"], None)]


async def test_redirects_of_ones_own(desk: Desk) -> None:
    article = await desk.published()
    new = {"centre_id": desk.centre["id"], "path": "/old/page/", "article_id": article["id"]}
    made = desk.ok(await desk.client.post("/api/help/redirects", new))
    assert (made["path"], made["automatic"], made["title"]) == ("/old/page", False, "Returns")
    assert (await desk.client.post("/api/help/redirects", new)).json()["code"] == "redirect_exists"
    for wrong in (
        {},
        {"article_id": article["id"], "target": "/x"},
        {"target": "javascript:alert(1)"},
        {"target": "//evil.example"},
    ):
        refused = await desk.client.post("/api/help/redirects", {"centre_id": desk.centre["id"], "path": "/a", **wrong})
        assert refused.status_code == 400, wrong
    assert (await desk.client.delete(f"/api/help/redirects/{made['id']}")).status_code == 204


async def test_readers_load_only_files_of_articles_they_may_see(
    desk: Desk, http: httpx.AsyncClient, stranger_client: SignedIn
) -> None:
    file = await desk.upload(png(b"where it was taken"))
    assert (file["content_type"], file["width"], file["height"]) == ("image/png", 1, 1)
    shown = await desk.client.get(file["url"])
    assert shown.status_code == 200
    assert b"where it was taken" not in shown.content
    assert (await http.get(file["url"])).status_code == 404
    assert (await stranger_client.get(file["url"])).status_code == 404
    article = await desk.article("Ours", f"![a]({file['url']})", visibility="internal")
    article = await desk.publish(article)
    assert (await http.get(file["url"])).status_code == 404
    desk.ok(await desk.client.patch(f"/api/help/articles/{article['id']}", {"visibility": "public"}))
    seen = await http.get(file["url"])
    assert (seen.status_code, seen.headers["content-type"]) == (200, "image/png")
    assert "sandbox" in seen.headers["content-security-policy"]
    await desk.client.patch(f"/api/help/centres/{desk.centre['id']}", {"published": False})
    assert (await http.get(file["url"])).status_code == 404
    assert (await desk.client.get(file["url"] + "?key=wrong")).status_code == 200


async def test_a_file_is_what_its_bytes_say(desk: Desk, db: Db, files: Files, workspace: TestWorkspace) -> None:
    once, again = await desk.upload(png()), await desk.upload(png(), "other.png")
    assert once["id"] == again["id"]
    for name, data in (
        ("a.svg", b"<svg onload=alert(1)>"),
        ("a.png", b"<html>"),
        ("a.png", png()[:20]),
        ("a.exe", b"MZ"),
        ("a", b""),
    ):
        refused = await desk.client.request(
            "POST", f"/api/help/files?centre_id={desk.centre['id']}", files={"file": (name, data)}
        )
        assert refused.status_code == 400, name
    logo = desk.ok(await desk.client.patch(f"/api/help/centres/{desk.centre['id']}", {"logo_id": once["id"]}))
    assert logo["logo_url"] == once["url"]
    assert (await desk.client.delete(f"/api/help/files/{once['id']}")).status_code == 204
    assert desk.ok(await desk.client.get(f"/api/help/centres/{desk.centre['id']}"))["logo_url"] is None


def test_pictures_tell_their_size() -> None:
    assert image_size(png()) == (1, 1)
    assert image_size(b"GIF89a\x03\x00\x04\x00rest") == (3, 4)
    frame = b"\xff\xc0\x00\x11\x08\x00\x05\x00\x07" + b"\0" * 20
    assert image_size(b"\xff\xd8\xff\xe0\x00\x04ab" + frame) == (7, 5)
    assert image_size(jpeg()) is None
    assert image_size(b"%PDF") is None


@pytest.mark.parametrize(
    ("asked", "status", "body"),
    [(None, 200, b"0123456789"), ("bytes=2-4", 206, b"234"), ("bytes=7-", 206, b"789"), ("bytes=-3", 206, b"789"),
     ("bytes=20-", 416, b""), ("bytes=-", 200, b"0123456789"), ("lines=1-2", 200, b"0123456789")],
)  # fmt: skip
def test_players_of_films_ask_for_parts(asked: str | None, status: int, body: bytes) -> None:
    assert part(b"0123456789", asked)[:2] == (body, status)
