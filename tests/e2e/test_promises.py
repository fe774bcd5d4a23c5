"""Promises in the browser: a policy is made, a mail counts down, is warned of, becomes overdue, and is kept by an answer."""

import os
from pathlib import Path

from playwright.async_api import Page, expect
from tests.e2e.conftest import House, sign_in
from tests.e2e.test_work import axe


async def picture(page: Page, name: str) -> None:
    """For the eye: a screenshot, where a folder for them is named."""
    if folder := os.environ.get("HARK_SCREENSHOTS"):
        await page.screenshot(path=str(Path(folder) / f"promises-{name}.png"))


async def test_a_policy_is_made_counts_down_and_escalates(page: Page, desk: House) -> None:
    await sign_in(page, desk, "/settings/promises")
    await expect(page.get_by_text("No policy yet.")).to_be_visible()
    await expect(page.get_by_label("Hours until a reply from Acme Support")).to_have_value("12")
    await page.get_by_role("button", name="Add policy").click()
    form = page.get_by_role("dialog")
    await form.get_by_label("Name").fill("Invoices")
    await form.get_by_role("button", name="Add condition").click()
    await form.get_by_label("Value").fill("invoice")
    await form.get_by_label("First reply: how long").fill("0.3")
    await form.get_by_label("First reply: unit").select_option("minutes")
    await form.get_by_label("Resolution: how long").fill("2")
    await form.get_by_label("Measured by").select_option("customer")
    await form.get_by_label("When it is overdue: Raise the severity").select_option("3")
    await picture(page, "form")
    assert await axe(page) == []
    await form.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("list", name="Promises").get_by_text("First reply within 18 s")).to_be_visible()
    assert await axe(page) == []

    await desk.send(desk.mail("Carla Conti <carla@shop.example>", "A question about colours", "Which blue is it?"))
    await desk.send(desk.mail("Ben Berg <ben@shop.example>", "Your invoice 4711", "It is wrong."))
    await page.goto(desk.url + "/")
    row = page.get_by_role("link").filter(has_text="Your invoice 4711")
    await row.click()
    header = page.get_by_role("main").locator("header").first
    await expect(header.get_by_text("First reply in")).to_be_visible()
    await expect(header.get_by_text("First reply overdue by")).to_be_visible(timeout=40_000)
    await expect(page.get_by_text("First reply is overdue: it was promised until")).to_be_visible(timeout=40_000)
    await expect(row.get_by_text("Urgent", exact=True)).to_be_visible()
    await expect(row.get_by_text(" late").first).to_be_visible()
    assert await axe(page) == []
    await picture(page, "thread")

    await page.goto(desk.url + "/?view=due")
    await expect(page.get_by_role("link").filter(has_text="Your invoice 4711")).to_be_visible()
    await expect(page.get_by_role("link").filter(has_text="A question about colours")).to_have_count(0)
    for name, width, scheme in (("390", 390, "light"), ("dark", 1440, "dark")):
        await page.set_viewport_size({"width": width, "height": 900})
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        await page.goto(desk.url + "/")
        await expect(page.get_by_role("link").filter(has_text="Your invoice 4711")).to_be_visible()
        await picture(page, f"list-{name}")


async def test_a_mailbox_keeps_its_own_promise_where_no_policy_fits(page: Page, desk: House) -> None:
    await sign_in(page, desk, "/settings/promises")
    hours = page.get_by_label("Hours until a reply from Acme Support")
    await hours.fill("4")
    await hours.press("Enter")
    await expect(hours).to_have_value("4")
    await page.reload()
    await expect(hours).to_have_value("4")
    await picture(page, "settings")
    async with desk.api() as api:
        await api.patch("/api/me", json={"locale": "ko"})
        await page.goto(desk.url + "/settings/promises")
        await expect(page.get_by_role("heading", name="약속")).to_be_visible()
        await picture(page, "settings-ko")
        await page.set_viewport_size({"width": 390, "height": 844})
        await picture(page, "settings-ko-390")
        await page.goto(desk.url + "/")
        await expect(page.get_by_role("link").filter(has_text="Your invoice 4711")).to_be_visible()
        await picture(page, "list-ko-390")
        await api.patch("/api/me", json={"locale": "en"})
    assert await axe(page) == []
