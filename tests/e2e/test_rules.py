"""Rules in the browser: one that waits for time is tried on the past, saved, run by the worker, and says what it did."""

import asyncpg
from playwright.async_api import Page, expect
from tests.e2e.conftest import House, sign_in
from tests.e2e.test_work import axe

HOURS_AGO = (
    "UPDATE timers SET due_at = now() WHERE kind = 46",
    "UPDATE conversations SET wait_t0 = wait_t0 - 10800 WHERE wait_t0 IS NOT NULL",
    "UPDATE waits SET opened_at = opened_at - interval '3 hours' WHERE closed_at IS NULL",
)


async def test_no_reply_for_two_hours(page: Page, desk: House) -> None:
    await sign_in(page, desk)
    await desk.send(desk.mail("Bob <bob@big.example>", "Where is my parcel", "Help, please."))
    await expect(page.get_by_text("Where is my parcel").first).to_be_visible(timeout=15_000)
    await page.goto(desk.url + "/settings/rules")
    await page.get_by_role("button", name="Add rule").click()
    dialog = page.get_by_role("dialog", name="Add rule")
    await dialog.get_by_label("Name").fill("Two hours")
    await dialog.get_by_label("When", exact=True).select_option("waiting_for")
    await expect(dialog.get_by_label("For how long")).to_have_value("2")
    await dialog.get_by_label("Severity").select_option("raise:2")
    await dialog.get_by_label("Leave a note").fill("Nobody has answered for two hours.")
    assert await axe(page) == []
    await dialog.get_by_role("button", name="Try on the last 30 days").click()
    await expect(dialog.get_by_text("It would have changed 0 conversations")).to_be_visible()
    conn = await asyncpg.connect(desk.dsn)
    for statement in HOURS_AGO[1:]:  # three hours pass
        await conn.execute(statement)
    await dialog.get_by_role("button", name="Try on the last 30 days").click()
    await expect(dialog.get_by_role("list", name="What it would have changed")).to_contain_text("Where is my parcel")
    await dialog.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("When a customer has waited for 2 hours")).to_be_visible()
    await conn.execute(HOURS_AGO[0])
    await conn.close()
    ran = page.get_by_role("button", name="Changed 1 conversation in 30 days")
    for _ in range(20):
        await page.reload()
        await page.get_by_text("Two hours").first.wait_for()
        if await ran.count():
            break
        await page.wait_for_timeout(500)
    await ran.click()
    log = page.get_by_role("dialog", name="What “Two hours” did")
    await expect(log.get_by_text("Changed: severity, note")).to_be_visible()
    assert await axe(page) == []
