"""The help centre as its readers have it: pages that hold what Lighthouse asks, and the messenger that goes on from them."""

import json
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Request, expect
from tests.e2e.conftest import CHROMIUM
from tests.e2e.test_work import AXE, AXE_RUN
from tests.support.public_help import BROWSER
from tests.support.widget import Team, Web

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")

FIRST_VIEW = 60_000
BODY = """Most things can be sent back.

## How do I send something back?

1. Open your order and choose the things.
2. Print the label, or show its code at the counter.

> [!TIP]
> Keep the receipt until the money is back.

## When is the money back?

| How you paid | Days |
|---|---|
| Card | 5 |
| Bank transfer | 7 |

## A film about packing

@[Packing a tent](https://www.youtube.com/watch?v=dQw4w9WgXcQ)
"""


class Centre:
    """A published help centre: its address, and its article of which there are three languages."""

    def __init__(self, url: str, article_id: int, centre_id: int) -> None:
        self.url, self.article_id, self.centre_id = url, article_id, centre_id
        self.article = f"{url}/en/articles/sending-things-back"


@pytest_asyncio.fixture(scope="module")
async def web(dsn: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Web]:
    web = Web(dsn, tmp_path_factory.mktemp("var"))
    await web.start()
    yield web
    await web.end()


@pytest_asyncio.fixture(scope="module")
async def team(web: Web) -> AsyncIterator[Team]:
    team = await web.set_up()
    yield team
    await team.client.aclose()


@pytest_asyncio.fixture(scope="module")
async def messenger(team: Team) -> dict[str, Any]:
    return await team.messenger(
        title={"en": "Acme Outdoor"}, greeting={"en": "How can we help?"}, ask_email_when="never"
    )


@pytest_asyncio.fixture(scope="module")
async def centre(web: Web, team: Team, messenger: dict[str, Any]) -> Centre:
    async def said(method: str, path: str, **body: Any) -> Any:
        answer = await team.client.request(method, f"/api/help/{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json()

    made = await said(
        "POST", "centres", name="Acme Outdoor", slug="acme", languages=["en", "it", "ko"], published=True,
        theme={"color": "#f5b700"},
        home={"en": {"description": "Orders, returns, payments and repairs: everything about shopping at Acme Outdoor."}},
    )  # fmt: skip
    shelf = await said(
        "POST", "collections", centre_id=made["id"],
        texts={"en": {"title": "Orders", "description": "Buying, paying, sending back, and what to do when it goes wrong."},
               "ko": {"title": "주문"}},
    )  # fmt: skip
    new: dict[str, Any] = {"centre_id": made["id"], "collection_id": shelf["id"], "language": "en"}
    summary = "Within thirty days, free of charge, from home or at one of our counters."
    back = await said("POST", "articles", **new, title="Sending things back", body=BODY, summary=summary)
    zips = await said("POST", "articles", **new, title="Replacing a broken zip", body="We mend zips for free.", summary="Send it in, we mend it for free within two weeks.")  # fmt: skip
    for id in (back["id"], zips["id"]):
        await said("POST", f"articles/{id}/texts/en/publish", version=1)
    await said("PUT", f"articles/{back['id']}/texts/ko", version=0, title="반품하기", body="## 어떻게 보내나요?\n\n주문을 여세요.\n", summary="30일 안에 집에서 무료로 보낼 수 있어요.")  # fmt: skip
    await said("POST", f"articles/{back['id']}/texts/ko/publish", version=1)
    await said("PATCH", f"centres/{made['id']}/public", messenger_id=messenger["id"])
    return Centre(f"{web.url}/help/acme", back["id"], made["id"])


LOOK = """() => ({
  lang: document.documentElement.lang,
  h1: document.querySelectorAll('h1').length,
  title: document.title,
  description: document.querySelector('meta[name=description]')?.content ?? null,
  indexed: !document.querySelector('meta[name=robots]'),
  noAlt: [...document.images].filter(one => !one.hasAttribute('alt')).length,
  small: [...document.querySelectorAll('a, button, input, summary')]
    .filter(one => one.offsetParent && !one.closest('.prose p, .prose li, .shelf h3, .sr') && !one.classList.contains('skip'))
    .map(one => [one.getBoundingClientRect(), one.outerHTML.slice(0, 80)])
    .filter(([box]) => box.width > 1 && (box.height < 24 || box.width < 24)).map(([, html]) => html),
  wide: document.documentElement.scrollWidth > innerWidth,
})"""
SHIFTS = """() => new Promise(done => new PerformanceObserver(list => done(list.getEntries().reduce((sum, one) => sum + one.value, 0)))
  .observe({ type: 'layout-shift', buffered: true }) || setTimeout(() => done(0), 300))"""


async def opened(page: Page, url: str) -> dict[str, list[str]]:
    """What went wrong and what else was asked while the page was opened."""
    seen: dict[str, list[str]] = {"errors": [], "foreign": []}
    host = re.sub(r"(https?://[^/]+).*", r"\1", url)

    def asked(request: Request) -> None:
        if not request.url.startswith((host, "data:")):
            seen["foreign"].append(request.url)

    page.on("request", asked)
    page.on("pageerror", lambda error: seen["errors"].append(str(error)))
    page.on("console", lambda said: seen["errors"].append(said.text) if said.type == "error" else None)
    await page.goto(url)
    return seen


HOME, ARTICLE, SEARCH = "/en/", "/en/articles/sending-things-back", "/en/search?q=zip"
EVERY = [HOME, "/ko/", ARTICLE, "/ko/articles/반품하기", "/en/collections/orders", SEARCH, "/en/contact"]


@pytest.mark.parametrize(
    ("scheme", "width", "paths"),
    [("light", 1280, EVERY), ("dark", 1280, [HOME, ARTICLE]), ("light", 390, [HOME, "/ko/articles/반품하기", SEARCH])],
)
async def test_every_page_is_as_it_should_be(
    browser: Browser, centre: Centre, scheme: Any, width: int, paths: list[str]
) -> None:
    context = await browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 844})
    for path in paths:
        page = await context.new_page()
        seen = await opened(page, centre.url + path)
        look = await page.evaluate(LOOK)
        assert seen == {"errors": [], "foreign": []}, path
        assert (look["lang"], look["h1"], look["noAlt"], look["wide"]) == (path[1:3], 1, 0, False), (path, look)
        assert look["small"] == [], path
        assert 4 <= len(look["title"]) <= 70, look["title"]
        if look["indexed"]:
            assert look["description"], path
            assert 10 <= len(look["description"]) <= 160, look["description"]
        assert await page.evaluate(SHIFTS) < 0.02, path
        await page.evaluate(AXE.read_text("utf-8"))
        assert await page.evaluate(AXE_RUN) == [], path
        await page.close()
    await context.close()


async def test_the_first_view_is_light(browser: Browser, centre: Centre) -> None:
    context = await browser.new_context()
    page = await context.new_page()
    session = await context.new_cdp_session(page)
    await session.send("Network.enable")
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    await page.goto(centre.article, wait_until="networkidle")
    assert sum(sizes) <= FIRST_VIEW
    await context.close()


async def test_reading_needs_no_script(browser: Browser, centre: Centre) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(centre.article)
    await expect(page.get_by_role("heading", name="When is the money back?")).to_be_visible()
    await expect(page.get_by_role("link", name=re.compile("Packing a tent"))).to_have_attribute(
        "href", "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
    )
    await page.get_by_role("button", name="No", exact=True).click()
    await expect(page.get_by_role("status")).to_contain_text("Thank you for telling us")
    await page.get_by_role("searchbox").first.fill("broken zip")
    await page.keyboard.press("Enter")
    await page.get_by_role("link", name="Replacing a broken zip").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Replacing a broken zip")
    await context.close()


async def test_a_search_offers_articles_while_it_is_typed(browser: Browser, centre: Centre) -> None:
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(centre.url + HOME)
    field = page.get_by_role("combobox")
    await field.press_sequentially("broken zip")
    offered = page.get_by_role("option", name="Replacing a broken zip")
    await expect(offered).to_be_visible()
    await page.evaluate(AXE.read_text("utf-8"))
    assert await page.evaluate(AXE_RUN) == []
    await field.press("Escape")
    await expect(offered).to_be_hidden()
    await field.press_sequentially("s")
    await expect(offered).to_be_visible()
    await field.press("ArrowDown")
    await field.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Replacing a broken zip")
    await context.close()


async def test_languages_name_each_other(centre: Centre) -> None:
    async with httpx.AsyncClient() as client:
        first = (await client.get(centre.article)).text
        there = dict(re.findall(r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)">', first))
        assert set(there) == {"en", "ko", "x-default"}
        other = (await client.get(there["ko"])).text
        assert dict(re.findall(r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)">', other)) == there
        data = re.findall(r'<script type="application/ld\+json">(.*?)</script>', first, re.DOTALL)
        assert {"FAQPage", "BreadcrumbList", "VideoObject"} <= {e["@type"] for e in json.loads(data[0])["@graph"]}


async def test_a_video_asks_nobody_before_it_is_pressed(browser: Browser, centre: Centre) -> None:
    context = await browser.new_context()
    await context.route(
        "https://www.youtube-nocookie.com/**", lambda route: route.fulfill(body="<p>film</p>", content_type="text/html")
    )
    page = await context.new_page()
    seen = await opened(page, centre.article)
    assert seen["foreign"] == []
    await page.get_by_role("link", name=re.compile("Packing a tent")).click()
    await expect(page.frame_locator("figure.video iframe").get_by_text("film")).to_be_visible()
    assert all("youtube-nocookie.com/embed/dQw4w9WgXcQ" in url for url in seen["foreign"])
    await context.close()


async def test_from_the_page_to_a_person(browser: Browser, centre: Centre, team: Team) -> None:
    """Search and an article on the pages; then in the messenger: search, article, not helped, contact. The agent sees it."""
    context = await browser.new_context(
        locale="en-GB", user_agent=BROWSER["user-agent"]
    )  # a headless one counts as a crawler
    page = await context.new_page()
    seen = await opened(page, f"{centre.url}/en/search?q=gift+card")
    await page.goto(f"{centre.url}/en/")
    await page.get_by_role("complementary").get_by_role("link", name="Ask us").click()
    frame = page.frame_locator("iframe[title=Chat]")
    await frame.get_by_role("searchbox").fill("broken zi")
    await frame.get_by_role("button", name=re.compile("Replacing a broken zip")).click()
    article = frame.get_by_role("region", name="Replacing a broken zip")
    await expect(article.get_by_text("We mend zips for free.")).to_be_visible()
    await article.get_by_role("button", name="No", exact=True).click()
    await article.get_by_role("button", name="Write to us").click()
    box = frame.get_by_role("textbox", name="Your message")
    await box.fill("How do I send something back to you?")
    await expect(frame.get_by_role("complementary", name="Perhaps this answers it")).to_be_visible()
    await box.press("Enter")
    await expect(frame.locator(".said .state").last).to_contain_text("Sent")
    conversation = await team.newest()
    for _ in range(50):
        facts = (await team.client.get(f"/api/conversations/{conversation['id']}/visitor")).json()["timeline"]
        told = {(f["kind"], f["data"].get("query") or f["data"].get("title") or "") for f in facts}
        if ("not_helped", "Replacing a broken zip") in told and ("search", "gift card") in told:
            break
        await page.wait_for_timeout(100)
    assert {
        ("search", "gift card"),
        ("search", "broken zi"),
        ("article", "Replacing a broken zip"),
        ("not_helped", "Replacing a broken zip"),
    } <= told
    assert seen["errors"] == []
    for _ in range(50):  # facts are written in batches
        figures = (await team.client.get("/api/help/searches")).json()
        if figures["totals"]["contacted"]:
            break
        await page.wait_for_timeout(100)
    assert figures["totals"]["contacted"] >= 1
    await context.close()
