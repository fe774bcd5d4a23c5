"""Work that comes to people: a colleague is asked in, the next key takes what is next, an offer is accepted and one runs out."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest_asyncio
from playwright.async_api import Browser, Page, expect
from tests.e2e.conftest import House, sign_in
from tests.e2e.test_collision import colleague
from tests.e2e.test_work import arrive

SHOTS = os.environ.get("HARK_SCREENSHOTS")


@asynccontextmanager
async def window_of(browser: Browser, desk: House, client: httpx.AsyncClient, path: str = "/") -> AsyncIterator[Page]:
    """A browser of its own for somebody who is signed in by the API."""
    context = await browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    cookie = {"name": "hark_session", "value": client.cookies["hark_session"], "url": desk.url}
    await context.add_cookies([cookie])  # type: ignore[list-item]
    page = await context.new_page()
    page.set_default_timeout(10_000)
    await page.goto(desk.url + path)
    await page.locator("nav").first.wait_for()
    yield page
    await context.close()


async def shoot(page: Page, name: str) -> None:
    """The page in light, dark and on a phone, where somebody wants to look at it."""
    if not SHOTS:
        return
    folder = Path(SHOTS)
    await page.screenshot(path=str(folder / f"{name}-light.png"))
    await page.emulate_media(color_scheme="dark")
    await page.screenshot(path=str(folder / f"{name}-dark.png"))
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.wait_for_timeout(300)
    await page.screenshot(path=str(folder / f"{name}-390.png"))
    await page.set_viewport_size({"width": 1440, "height": 900})
    await page.wait_for_timeout(300)


async def made(client: httpx.AsyncClient, path: str, body: Any) -> Any:
    answer = await client.post(path, json=body)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


@pytest_asyncio.fixture(autouse=True)
async def nothing_waits(desk: House) -> None:
    """What earlier tests left behind is resolved, so that what is next is what this test sends."""
    async with desk.api() as api:
        for row in (await api.get("/api/conversations")).json()["items"]:
            await api.post(f"/api/conversations/{row['id']}/resolve", json={})


@pytest_asyncio.fixture(scope="module")
async def team(desk: House) -> int:
    """A team that the owner works in, and the mailbox belongs to."""
    async with desk.api() as api:
        me = (await api.get("/api/me")).json()["agent"]["id"]
        id: int = (await made(api, "/api/teams", {"name": "Parcels", "member_ids": [me]}))["id"]
        mailbox = (await api.get("/api/mailboxes")).json()["items"][0]["id"]
        assert (await api.patch(f"/api/mailboxes/{mailbox}", json={"team_id": id})).status_code == 200
    return id


async def set_mode(desk: House, team: int, mode: str, **more: Any) -> None:
    async with desk.api() as api:
        answer = await api.patch(f"/api/teams/{team}/routing", json={"mode": mode, **more})
        assert answer.status_code == 200, answer.text


async def test_a_colleague_is_asked_in_sees_the_card_joins_and_notes(page: Page, browser: Browser, desk: House) -> None:
    async with colleague(desk, "Dana") as dana, window_of(browser, desk, dana) as hers:
        await sign_in(page, desk)
        await arrive(page, desk, "VAT number is wrong", "The VAT number on invoice 4711 is wrong, please correct it.")
        await page.keyboard.press("h")
        dialog = page.get_by_role("dialog")
        await expect(dialog.get_by_role("textbox", name="Your question")).to_be_focused()
        await page.keyboard.type("How do we correct a VAT number?")
        await dialog.get_by_role("checkbox", name="Dana").check()
        await shoot(page, "ask")
        await dialog.get_by_role("button", name="Ask 1 person").click()
        await expect(page.get_by_text("Asked 1 colleague.")).to_be_visible()

        asked = hers.get_by_role("region", name="Question about")
        await expect(asked.get_by_text("How do we correct a VAT number?")).to_be_visible()
        await shoot(hers, "invitation")
        await asked.get_by_role("button", name="Look first").click()
        card = hers.get_by_role("region", name="What you need to know")
        await expect(card.get_by_text("The VAT number on invoice 4711 is wrong")).to_be_visible()
        await expect(card.get_by_text("bob@big.example").first).to_be_visible()
        await shoot(hers, "card")
        await card.get_by_role("button", name="Join").click()
        await expect(card.get_by_role("button", name="Leave")).to_be_visible()
        await hers.keyboard.press("n")
        await hers.get_by_role("textbox", name="Note").fill("In the billing tool, under Taxes.")
        await hers.get_by_role("button", name="Add note").click()
        await expect(page.get_by_role("log").get_by_text("In the billing tool, under Taxes.")).to_be_visible()
        await expect(page.get_by_role("log").get_by_text("Dana joined to help")).to_be_visible()


async def test_the_next_key_takes_what_is_next_and_says_why(page: Page, desk: House, team: int) -> None:
    await set_mode(desk, team, "pull")
    await sign_in(page, desk)
    await desk.send(desk.mail("Cara <cara@big.example>", "Take me next", "Where is it?"))
    await expect(page.get_by_text("Take me next").first).to_be_visible(timeout=15_000)
    await page.keyboard.press("Shift+N")
    await expect(page.get_by_role("heading", name="Take me next")).to_be_visible()
    log = page.get_by_role("log")
    await expect(log.get_by_text("Routed to Olive Owner")).to_be_visible()
    await log.get_by_role("button", name="Why?").first.click()
    await expect(log.get_by_role("note")).to_contain_text("Its waiting costs most")
    await shoot(page, "next")


async def test_an_offer_is_accepted_and_another_runs_out(page: Page, desk: House, team: int) -> None:
    await set_mode(desk, team, "push", offer_s=40)
    await sign_in(page, desk)
    await desk.send(desk.mail("Dino <dino@big.example>", "Offered first", "Where is it?"))
    offer = page.get_by_role("region", name="Offer #")
    await expect(offer.get_by_text("Offered first")).to_be_visible(timeout=20_000)
    await expect(offer.get_by_role("timer")).to_be_visible()
    await shoot(page, "offer")
    await page.keyboard.press("y")
    await expect(page.get_by_role("heading", name="Offered first")).to_be_visible()
    await expect(offer).to_have_count(0)
    await expect(page.get_by_role("log").get_by_text("Olive Owner accepted the offer")).to_be_visible()

    await set_mode(desk, team, "push", offer_s=2)
    await desk.send(desk.mail("Elsa <elsa@big.example>", "Offered in vain", "Where is it?"))
    await expect(offer.get_by_text("Offered in vain")).to_be_visible(timeout=20_000)
    await expect(page.get_by_text("ran out. It goes to the next colleague")).to_be_visible(timeout=10_000)
    await expect(offer).to_have_count(0)


async def test_how_teams_get_work_and_ones_own_experience_are_shown(page: Page, desk: House, team: int) -> None:
    await set_mode(desk, team, "suggest")
    await sign_in(page, desk, "/settings/routing")
    row = page.get_by_role("listitem").filter(has_text="Parcels")
    await row.get_by_role("button", name="Edit").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("radio", name="Suggest")).to_be_checked()
    await shoot(page, "mode")
    await dialog.get_by_role("radio", name="Next").check()
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog).to_have_count(0)
    await expect(row.get_by_text("Next")).to_be_visible()
    await page.get_by_role("button", name="Add skill").click()
    await dialog.get_by_role("textbox", name="Name").fill("Customs")
    await dialog.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("list", name="Skills").get_by_text("Customs")).to_be_visible()
    olive = page.get_by_role("list", name="People").get_by_role("listitem").filter(has_text="Olive Owner")
    await olive.get_by_role("button", name="Edit").click()
    await dialog.get_by_role("checkbox", name="Customs").check()
    await shoot(page, "person")
    await dialog.get_by_role("button", name="Save").click()
    await expect(olive.get_by_text("Customs")).to_be_visible()
    await shoot(page, "settings")
    await page.goto(f"{desk.url}/settings/work")
    await expect(page.get_by_role("heading", name="Absences")).to_be_visible()
    await page.get_by_label("From", exact=True).fill("2026-01-01T09:00")
    await page.get_by_label("Until", exact=True).fill("2099-01-01T09:00")
    await page.get_by_role("button", name="Add absence").click()
    await expect(page.get_by_role("listitem").filter(has_text="2099")).to_be_visible()
    await shoot(page, "work")
