"""Daily work in the browser: hostile mail, the guard, actions by keyboard, every page in every language."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Page, Route, expect
from tests.e2e.conftest import House, sign_in
from tests.e2e.test_first_run import leaves

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"

HOSTILE = """<html><head><script>parent.postMessage('owned','*'); window.owned = 1</script></head>
<body onload="window.owned=2"><p>Dear team, <b>see below</b></p>
<img src="https://tracker.example/pixel.gif" onerror="window.owned=3">
<a href="javascript:window.top.owned=4">click</a><svg onload="top.owned=5"></svg>
<style>@import url(https://tracker.example/x.css); body { background: url(https://tracker.example/bg.png) }</style>
<form action="https://evil.example"><input name=x autofocus onfocus="top.owned=6"></form>
<iframe src="https://evil.example"></iframe><meta http-equiv="refresh" content="0;url=https://evil.example">
</body></html>"""


async def arrive(page: Page, house: House, subject: str, text: str = "Help, please.", html: str | None = None) -> None:
    """A customer's mail, opened."""
    await house.send(house.mail("Bob <bob@big.example>", subject, text, html=html))
    row = page.get_by_text(subject).first
    await expect(row).to_be_visible(timeout=15_000)
    await row.click()
    await expect(page.get_by_role("heading", name=subject)).to_be_visible()
    await page.get_by_role("button", name="Reply", exact=True).wait_for()


async def test_scripts_in_mail_never_run_and_images_wait_for_a_click(page: Page, desk: House) -> None:
    outside: list[str] = []

    async def watch(route: Route) -> None:
        outside.append(route.request.url)
        await route.abort()

    await page.route(re.compile(r"^https?://(?!127\.0\.0\.1)"), watch)
    await sign_in(page, desk)
    await arrive(page, desk, "<script>window.owned=7</script> hostile", html=HOSTILE)
    frame = page.frame_locator("iframe").first
    await expect(frame.get_by_text("see below")).to_be_visible()
    await page.wait_for_timeout(300)
    assert [await f.evaluate("window.owned ?? null") for f in page.frames if f == page.main_frame] == [None]
    assert outside == []
    await page.get_by_role("button", name="Show images").click()
    await expect(frame.get_by_text("see below")).to_be_visible()
    for _ in range(50):
        if outside:
            break
        await asyncio.sleep(0.1)
    assert outside
    assert {url.split("?")[0] for url in outside} == {"https://tracker.example/pixel.gif"}


async def test_a_second_answer_is_stopped(page: Page, desk: House) -> None:
    await sign_in(page, desk)
    await arrive(page, desk, "Two colleagues")
    # From here on this page hears nothing any more, as on a train.
    url = page.url
    await page.route_web_socket("**/api/live", lambda socket: None)
    await page.goto(url)
    await page.get_by_role("button", name="Reply", exact=True).wait_for()
    await page.keyboard.press("r")
    await page.get_by_role("textbox", name="Reply").fill("My answer")
    async with a_colleague(desk) as colleague:
        items = (
            await colleague.get("/api/conversations", params={"q": "", "filter": "open", "order": "newest"})
        ).json()["items"]
        conversation = next(c for c in items if c["subject"] == "Two colleagues")
        detail = (await colleague.get(f"/api/conversations/{conversation['id']}")).json()
        answer = await colleague.post(
            f"/api/conversations/{conversation['id']}/replies",
            json={
                "id": "0195d2a0-0000-7000-8000-00000000c011",
                "text": "The colleague's answer",
                "to": [{"address": "bob@big.example"}],
                "seen_seq": detail["seq"],
            },
        )
        assert answer.status_code in (200, 201), answer.text
        await colleague.post(f"/api/outbox/{answer.json()['id']}/send-now")
        await leaves(desk, len(desk.sink.mails) + 1)
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.get_by_text("came while you were writing")).to_be_visible()
    await expect(page.get_by_text("Your reply was not sent, and nothing of it is lost")).to_be_visible()


@asynccontextmanager
async def a_colleague(desk: House) -> AsyncIterator[httpx.AsyncClient]:
    """Another person of the team, signed in."""
    async with desk.api() as owner:
        role = next(r["id"] for r in (await owner.get("/api/roles")).json()["items"] if r["builtin"] == "agent")
        person = {"email": "carl@acme.example", "name": "Carl", "role_id": role, "password": "another long sentence"}
        assert (await owner.post("/api/agents", json=person)).status_code in (200, 201)
    async with httpx.AsyncClient(base_url=desk.url) as client:
        me = await client.post("/api/session", json={"email": person["email"], "password": person["password"]})
        client.headers["X-CSRF-Token"] = me.json()["csrf_token"]
        yield client


async def test_actions_by_keyboard(page: Page, desk: House) -> None:
    await sign_in(page, desk)
    await arrive(page, desk, "Keyboard work")
    await page.keyboard.press("i")
    await expect(page.get_by_text("Assigned to Olive Owner").first).to_be_visible()
    await page.keyboard.press("n")
    await page.get_by_role("textbox", name="Note").fill("Only for us")
    await page.get_by_role("button", name="Add note").click()
    await expect(page.get_by_text("Only the team sees this")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.keyboard.press("e")
    await expect(page.get_by_text("Resolved.").first).to_be_visible()
    async with desk.api() as api:
        found = (await api.get("/api/conversations", params={"filter": "resolved"})).json()["items"]
        assert "Keyboard work" in [c["subject"] for c in found]


async def test_undo_takes_a_reply_back(page: Page, desk: House) -> None:
    await sign_in(page, desk)
    await arrive(page, desk, "Undo me")
    before = len(desk.sink.mails)
    await page.keyboard.press("r")
    await page.get_by_role("textbox", name="Reply").fill("Too early")
    await page.get_by_role("button", name="Send", exact=True).click()
    await page.get_by_role("button", name="Undo").first.click()
    await expect(page.get_by_role("textbox", name="Reply")).to_contain_text("Too early")
    id = page.url.partition("?")[0].rsplit("/", 1)[-1]
    async with desk.api() as api:
        states = {row["state"] for row in (await api.get(f"/api/conversations/{id}/outbox")).json()["items"]}
    assert states <= {"cancelled"}, "nothing waits to leave later"
    assert len(desk.sink.mails) == before


PAGES = [
    "/",
    "/reports/overview",
    "/reports/breakdown",
    "/reports/saved",
    "/reports/wallboard",
    "/settings/mailboxes",
    "/settings/messengers",
    "/settings/messengers/new",
    "/settings/people",
    "/settings/teams",
    "/settings/hours",
    "/settings/rules",
    "/settings/intake",
    "/settings/me",
]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["en", "ko", "it"])
async def test_every_page_is_accessible_in_every_language(page: Page, desk: House, path: str, language: str) -> None:
    async with desk.api() as api:
        await api.patch("/api/me", json={"locale": language})
    try:
        await sign_in(page, desk, path)
        await expect(page.locator("html")).to_have_attribute("lang", language)
        await page.locator("main").first.wait_for()
        await page.wait_for_load_state("networkidle")
        violations = await axe(page)
        assert violations == []
    finally:
        async with desk.api() as api:
            await api.patch("/api/me", json={"locale": "en"})


AXE_RUN = """
axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}).then(result =>
  result.violations.flatMap(v => v.nodes
    // The initials in a disc are a picture, not the button's words.
    .filter(n => v.id !== 'label-content-name-mismatch' || !document.querySelector(n.target[0])?.querySelector('.disc'))
    .map(n => v.id + ': ' + n.html.slice(0, 200))))
"""


SETTLED = """
Promise.all(document.getAnimations().filter(one => one.effect?.getComputedTiming().endTime !== Infinity)
  .map(one => one.finished.catch(() => null)))
"""


async def axe(page: Page) -> list[str]:
    """What axe-core finds (WCAG 2.2 A and AA); evaluated in the page's own world, so the CSP stays as it is. Not while
    something fades in: half there, it has half its contrast."""
    await page.evaluate(SETTLED)
    await page.evaluate(AXE.read_text("utf-8"))
    return await page.evaluate(AXE_RUN)  # type: ignore[no-any-return]
