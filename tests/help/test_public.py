"""The public pages of a help centre, over HTTP."""

import gzip
import json
import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import httpx
import pytest
import pytest_asyncio
from tests.support.pictures import png
from tests.support.public_help import BROWSER, Help, make_help
from tests.support.workspace import SignedIn, TestWorkspace

from hark.core.db import Db
from hark.help import centres, pages
from hark.help.centre_types import CentrePatch, NewRedirect
from hark.help.centres import create_redirect, update_centre
from hark.help.queries import get_article
from hark.help.texts import archive_text, publish_text, save_text
from hark.help.types import Publish, SaveText

VIP = {"field": "vip", "op": "is", "value": True}


@pytest_asyncio.fixture
async def shop(db: Db, workspace: TestWorkspace) -> Help:
    return await make_help(db, workspace)


@pytest_asyncio.fixture
async def reader(http: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody at the installation's host; nothing follows redirects."""
    http.headers.update(BROWSER)
    yield http


def graph_of(page: str) -> dict[str, dict[str, object]]:
    """JSON-LD by type."""
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert found
    return {entry["@type"]: entry for entry in json.loads(found[1])["@graph"]}


async def test_an_article_is_read_without_a_script(reader: httpx.AsyncClient, shop: Help) -> None:
    page = await reader.get(f"{shop.at}/en/articles/sending-something-back")
    assert page.status_code == 200
    assert page.text.count("<h1") == 1
    assert '<html lang="en"' in page.text
    assert "Open your order." in page.text
    assert 'href="#when-is-the-money-back"' in page.text
    assert f'href="{shop.at}/en/articles/how-long-does-delivery-take"' in page.text
    assert page.text.count("<script") == page.text.count("<script src=") + 1  # the data of search engines runs nothing
    assert "defer></script>" in page.text


async def test_search_engines_hear_what_it_is(reader: httpx.AsyncClient, shop: Help) -> None:
    page = (await reader.get(f"{shop.at}/en/articles/sending-something-back")).text
    base = f"http://127.0.0.1:8000{shop.at}"
    assert f'<link rel="canonical" href="{base}/en/articles/sending-something-back">' in page
    assert f'hreflang="it" href="{base}/it/articles/restituire-un-acquisto"' in page
    assert f'hreflang="x-default" href="{base}/en/articles/sending-something-back"' in page
    assert '<meta name="description" content="Thirty days, free of charge.">' in page
    graph = graph_of(page)
    assert [q["name"] for q in graph["FAQPage"]["mainEntity"]] == [  # type: ignore[attr-defined]
        "How do I send something back?", "When is the money back?"
    ]  # fmt: skip
    assert [c["name"] for c in graph["BreadcrumbList"]["itemListElement"]] == [  # type: ignore[attr-defined]
        "Help centre", "Orders", "Sending something back"
    ]  # fmt: skip
    assert graph["VideoObject"]["embedUrl"] == "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"


async def test_a_kept_page_is_the_same_and_known_again(reader: httpx.AsyncClient, shop: Help) -> None:
    url = f"{shop.at}/en/articles/sending-something-back"
    first = await reader.get(url)
    again = await reader.get(url)
    assert again.content == first.content
    assert again.headers["content-encoding"] == "br"
    for given in ({"if-none-match": again.headers["etag"]}, {"if-modified-since": again.headers["last-modified"]}):
        known = await reader.get(url, headers=given)
        assert known.status_code == 304
        assert known.content == b""
    plain = await reader.get(url, headers={"accept-encoding": "identity"})
    assert plain.headers["etag"] != again.headers["etag"]
    assert plain.text == again.text
    head = await reader.head(url)
    assert (head.status_code, head.content) == (200, b"")


async def test_every_answer_carries_the_strict_headers(reader: httpx.AsyncClient, shop: Help) -> None:
    url = f"{shop.at}/en/articles/sending-something-back"
    for page in (await reader.get(url), await reader.get(url), await reader.get(f"{shop.at}/en/nowhere")):
        policy = page.headers["content-security-policy"]
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert page.headers["x-content-type-options"] == "nosniff"
    assert "youtube-nocookie" in (await reader.get(url)).headers["content-security-policy"]
    assert "youtube" not in (await reader.get(f"{shop.at}/en/")).headers["content-security-policy"]


async def test_what_is_published_is_seen_at_once(reader: httpx.AsyncClient, shop: Help, db: Db) -> None:
    url = f"{shop.at}/en/"
    assert "Lost parcels" not in (await reader.get(url)).text
    await shop.article("lost", "Lost parcels", "Tell us.")
    assert "Lost parcels" in (await reader.get(url)).text
    async with db.transaction(shop.workspace.owner) as tx:
        await archive_text(tx, shop.articles["lost"], "en")
    assert "Lost parcels" not in (await reader.get(url)).text
    assert (await reader.get(f"{shop.at}/en/articles/lost-parcels")).status_code == 404


async def test_what_is_not_for_everybody_is_nowhere(reader: httpx.AsyncClient, shop: Help, db: Db) -> None:
    await shop.article("lounge", "Lounge access", "For few.", visibility="segment", condition=VIP)
    for slug in ("how-we-pack", "lounge-access"):
        assert (await reader.get(f"{shop.at}/en/articles/{slug}")).status_code == 404
        assert (await reader.get(f"{shop.at}/en/articles/{slug}.md")).status_code == 404
    for path in ("/en/", "/sitemap.xml", "/llms.txt", "/en/feed.atom"):
        page = await reader.get(shop.at + path)
        assert page.status_code == 200, path
        assert "how-we-pack" not in page.text
        assert "lounge" not in page.text.lower()
    async with db.transaction(shop.workspace.owner) as tx:
        await update_centre(tx, shop.id, CentrePatch(published=False))
    for path in ("/en/", "/sitemap.xml", "/en/articles/sending-something-back"):
        assert (await reader.get(shop.at + path)).status_code == 404


async def test_languages(reader: httpx.AsyncClient, shop: Help) -> None:
    start = await reader.get(shop.at, headers={"accept-language": "fr, ko-KR;q=0.8, en;q=0.5"})
    assert (start.status_code, start.headers["location"]) == (302, f"{shop.at}/ko/")
    korean = await reader.get(f"{shop.at}/ko/")
    assert '<html lang="ko"' in korean.text
    assert "무엇을 도와드릴까요?" in korean.text
    assert "글 1개" in korean.text
    bare = await reader.get(f"{shop.at}/it")
    assert (bare.status_code, bare.headers["location"]) == (301, f"{shop.at}/it/")
    article = await reader.get(f"{shop.at}/ko/articles/반품하기")
    assert "년" in article.text
    assert article.status_code == 200


async def test_the_sitemap_names_every_page_and_its_languages(reader: httpx.AsyncClient, shop: Help) -> None:
    names = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}
    tree = ElementTree.fromstring((await reader.get(f"{shop.at}/sitemap.xml")).content)  # noqa: S314 - our own
    places = {url.findtext("s:loc", namespaces=names): url for url in tree.findall("s:url", names)}
    base = f"http://127.0.0.1:8000{shop.at}"
    it = places[f"{base}/it/articles/restituire-un-acquisto"]
    there = {link.get("hreflang"): link.get("href") for link in it.findall("x:link", names)}
    assert set(there) == {"en", "it", "ko", "x-default"}
    assert it.findtext("s:lastmod", namespaces=names)
    for url in places:  # every address answers, and names the others as they name it
        assert url
        page = await reader.get(url.removeprefix("http://127.0.0.1:8000"))
        assert page.status_code == 200, url
        assert f'<link rel="canonical" href="{url}">' in page.text
    robots = (await reader.get(f"{shop.at}/robots.txt")).text
    assert f"Sitemap: {base}/sitemap.xml" in robots
    assert f"Allow: {shop.at}/" in (await reader.get("/robots.txt")).text


async def test_feeds_and_files_for_machines(reader: httpx.AsyncClient, shop: Help) -> None:
    feed = ElementTree.fromstring((await reader.get(f"{shop.at}/en/feed.atom")).content)  # noqa: S314 - our own
    assert len(feed.findall("{http://www.w3.org/2005/Atom}entry")) == 2
    rss = ElementTree.fromstring((await reader.get(f"{shop.at}/en/feed.rss")).content)  # noqa: S314 - our own
    assert len(rss.findall("channel/item")) == 2
    text = (await reader.get(f"{shop.at}/llms.txt")).text
    assert "## Orders" in text
    assert "sending-something-back.md): Thirty days, free of charge." in text
    markdown = await reader.get(f"{shop.at}/en/articles/sending-something-back.md")
    assert markdown.headers["content-type"] == "text/markdown; charset=utf-8"
    assert markdown.text.startswith("# Sending something back\n\n> Thirty days")
    assert f"(http://127.0.0.1:8000{shop.at}/en/articles/how-long-does-delivery-take.md)" in markdown.text


async def test_former_addresses_lead_on(reader: httpx.AsyncClient, shop: Help, db: Db) -> None:
    async with db.transaction(shop.workspace.owner) as tx:
        for path, more in (
            ("/hc/it/articles/360-back", {"article_id": shop.articles["returns"]}),
            ("/shop", {"target": "https://shop.example/"}),
        ):
            await create_redirect(tx, NewRedirect(centre_id=shop.id, path=path, **more))
    moved = await reader.get(f"{shop.at}/hc/it/articles/360-back")
    assert (moved.status_code, moved.headers["location"]) == (301, f"{shop.at}/it/articles/restituire-un-acquisto")
    assert (await reader.get(f"{shop.at}/shop")).headers["location"] == "https://shop.example/"
    async with db.transaction(shop.workspace.owner) as tx:  # a name that was
        version = (await get_article(tx, shop.workspace.owner, shop.articles["returns"])).texts["en"].version
        save = SaveText(version=version, slug="returns", title="Returns")
        renamed = await save_text(tx, shop.articles["returns"], "en", save)
        await publish_text(tx, renamed.id, "en", Publish(version=renamed.texts["en"].version))
    moved = await reader.get(f"{shop.at}/en/articles/sending-something-back")
    assert (moved.status_code, moved.headers["location"]) == (301, f"{shop.at}/en/articles/returns")


async def test_an_own_domain(reader: httpx.AsyncClient, shop: Help, db: Db) -> None:
    async with db.transaction(shop.workspace.owner) as tx:
        await update_centre(tx, shop.id, CentrePatch(domains=["help.shop.example"]))
    own = {"host": "help.shop.example"}
    start = await reader.get("/", headers=own)
    assert (start.status_code, start.headers["location"]) == (302, "/en/")
    for _ in range(2):
        page = await reader.get("/en/articles/sending-something-back", headers=own)
        assert page.status_code == 200
        assert '<link rel="canonical" href="http://help.shop.example/en/articles/sending-something-back">' in page.text
        assert 'href="/en/articles/how-long-does-delivery-take"' in page.text
    assert "help.shop.example" in (await reader.get("/robots.txt", headers=own)).text
    assert (await reader.get("/help-assets/icon.svg", headers=own)).status_code == 200
    assert (await reader.get("/api/me", headers=own)).status_code == 404  # the workspace is not there
    path = await reader.get(f"{shop.at}/en/articles/sending-something-back")
    assert 'rel="canonical" href="http://help.shop.example/' in path.text


async def test_nothing_is_there(reader: httpx.AsyncClient, shop: Help) -> None:
    page = await reader.get(f"{shop.at}/en/articles/returns-policy")
    assert page.status_code == 404
    assert 'role="search"' in page.text
    assert "noindex" in page.text
    assert (await reader.get("/help/nobody/en/")).status_code == 404


async def test_who_changes_the_language_goes_on_searching(reader: httpx.AsyncClient, shop: Help) -> None:
    page = (await reader.get(f"{shop.at}/en/search?q=soldi%20%26%20resi")).text
    assert f'<a href="{shop.at}/it/search?q=soldi%20%26%20resi" lang="it"' in page


async def test_a_packed_page_is_the_page(reader: httpx.AsyncClient, shop: Help) -> None:
    async with reader.stream("GET", f"{shop.at}/en/", headers={"accept-encoding": "gzip"}) as answer:
        raw = b"".join([piece async for piece in answer.aiter_raw()])
    plain = await reader.get(f"{shop.at}/en/", headers={"accept-encoding": "identity"})
    packed = gzip.decompress(raw) if answer.headers.get("content-encoding") == "gzip" else raw
    assert packed == plain.content


async def test_collections_have_signs_or_pictures_of_their_own(
    client: SignedIn, reader: httpx.AsyncClient, shop: Help, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "icons", lambda: {"": "<g/>", "truck": '<path d="M1 1"/>'})
    home, shelf = f"{shop.at}/en/", (await client.get("/api/help/collections")).json()["items"][0]
    address = f"/api/help/collections/{shelf['id']}"
    assert "<svg" not in (await reader.get(home)).text.partition('class="shelves"')[2]  # nobody has chosen any
    await client.patch(address, {"icon": "truck"})
    assert '<path d="M1 1"/></svg>' in (await reader.get(home)).text
    await client.patch(address, {"icon": "no such sign"})
    assert "<g/></svg>" in (await reader.get(home)).text

    async def upload(data: bytes) -> Any:
        sent = await client.request("POST", f"/api/help/files?centre_id={shop.id}", files={"file": ("a.png", data)})
        return sent.json()

    picture = await upload(png())
    assert (await reader.get(picture["url"])).status_code == 404
    changed = (await client.patch(address, {"picture_id": picture["id"]})).json()
    assert changed["picture_url"] == picture["url"]
    assert f'<img class="sign" src="{picture["url"]}" alt="" width="40" height="40"' in (await reader.get(home)).text
    assert (await reader.get(picture["url"])).status_code == 200
    monkeypatch.setattr(centres, "MAX_SIGN", 10)
    other = {"centre_id": shop.id, "picture_id": picture["id"], "texts": {"en": {"title": "More"}}}
    assert (await client.post("/api/help/collections", other)).json()["code"] == "too_large"
    await client.delete(f"/api/help/files/{picture['id']}")
    assert (await client.get("/api/help/collections")).json()["items"][0]["picture_url"] is None
    assert (await client.patch(address, {"picture_id": picture["id"]})).json()["code"] == "unknown_reference"


async def test_an_article_taken_from_what_a_search_offers_counts_as_a_search(
    reader: httpx.AsyncClient, shop: Help, db: Db
) -> None:
    offered = (await reader.get(f"{shop.at}/en/suggest?q=money%20back")).json()
    chosen = offered[0]["url"].rpartition("/")[2]
    gone = await reader.get(f"{shop.at}/en/search", params={"q": "money back", "chosen": chosen})
    assert (gone.status_code, gone.headers["location"]) == (302, offered[0]["url"])
    nowhere = await reader.get(f"{shop.at}/en/search", params={"q": "money back", "chosen": "//evil.example"})
    assert nowhere.status_code == 200


async def test_a_collection_is_read_on_and_pictures_have_their_place(
    client: SignedIn, reader: httpx.AsyncClient, shop: Help
) -> None:
    first = (await reader.get(f"{shop.at}/en/articles/how-long-does-delivery-take")).text
    assert 'rel="prev"' not in first
    assert f'<a rel="next" class="behind" href="{shop.at}/en/articles/sending-something-back">' in first
    assert first.count("/en/articles/sending-something-back") == 1  # not once more among the related
    sent = await client.request("POST", f"/api/help/files?centre_id={shop.id}", files={"file": ("a.png", png())})
    url = sent.json()["url"]
    await shop.article("pictures", "Pictures", f"![a]({url}) ![b]({url}){{width=40}} ![c]({url}){{width=\"50%\"}}\n")
    page = (await reader.get(f"{shop.at}/en/articles/pictures")).text
    assert re.findall(r'alt="(\w)"([^>]*)', page) == [
        ("a", ' width="1" height="1"'), ("b", ' width="40" height="40"'), ("c", ' width="50%"'),
    ]  # fmt: skip


async def test_words_of_strangers_stay_words(reader: httpx.AsyncClient, shop: Help) -> None:
    for word in ("<script>alert(1)</script>", '"><img src=x onerror=1>', "{{ 'a' * 7 }}", "'; DROP"):
        for address in (f"{shop.at}/en/articles/{word.replace('/', '')}", f"{shop.at}/en/search?q={quote(word)}"):
            page = await reader.get(address)
            assert "<script>alert" not in page.text
            assert "<img src=x" not in page.text
            assert "aaaaaaa" not in page.text
