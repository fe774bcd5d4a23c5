"""Reports in the browser: a number leads to its conversations, a link to the same page, a file to the same numbers."""

import csv
import re
from pathlib import Path

from playwright.async_api import Page, expect
from tests.e2e.conftest import House, sign_in


async def a_question(house: House, subject: str) -> None:
    """A customer's mail, once it waits in the inbox."""
    await house.send(house.mail("Bob <bob@big.example>", subject, "Help, please."))
    async with house.api() as api:
        for _ in range(150):
            rows = (await api.get("/api/conversations?filter=open&order=newest")).json()["items"]
            if any(row["subject"] == subject for row in rows):
                return
    raise AssertionError(f"{subject} never arrived")


async def test_a_number_opens_its_conversations_and_the_link_does_too(page: Page, desk: House) -> None:
    await a_question(desk, "=1+1 where is it")
    await sign_in(page, desk, "/reports/overview")
    await page.get_by_role("button", name=re.compile("^Received messages: ")).click()
    dialog = page.get_by_role("dialog", name="Received messages")
    await expect(dialog.get_by_text("=1+1 where is it")).to_be_visible()
    address = page.url
    await page.goto("about:blank")
    await page.goto(address)
    await expect(page.get_by_role("dialog", name="Received messages").get_by_text("=1+1 where is it")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await expect(page).to_have_url(re.compile(r"/reports/overview$"))


async def test_the_address_keeps_every_choice(page: Page, desk: House) -> None:
    await sign_in(page, desk, "/reports/overview")
    await page.get_by_role("combobox", name="Period").select_option("90d")
    await page.get_by_role("button", name="Customer clock", exact=True).click()
    await page.get_by_role("button", name="Filter").click()
    dialog = page.get_by_role("dialog", name="Filter")
    await dialog.get_by_label("Channel").select_option("email")
    await dialog.get_by_label("Time zone").select_option("Asia/Seoul")
    await dialog.get_by_role("button", name="Show").click()
    await expect(page).to_have_url(re.compile("period=90d.*zone=Asia.*clock=customer.*channel=email"))
    await page.reload()
    await expect(page.get_by_role("combobox", name="Period")).to_have_value("90d")
    await expect(page.get_by_role("button", name="Customer clock", exact=True)).to_have_attribute("aria-pressed", "true")
    await page.get_by_role("button", name="Remove the filter Channel").click()
    await expect(page).not_to_have_url(re.compile("channel"))
    await page.go_back()
    await expect(page).to_have_url(re.compile("channel=email"))


async def test_a_breakdown_its_heat_map_and_its_file(page: Page, desk: House, tmp_path: Path) -> None:
    await a_question(desk, "Broken down")
    await sign_in(page, desk, "/reports/breakdown?figure=received&by=channel&period=7d")
    row = page.get_by_role("row", name=re.compile("E-mail|Acme"))
    await expect(row).to_be_visible()
    shown = await row.get_by_role("button").first.inner_text()
    await page.get_by_role("button", name="Export").click()
    async with page.expect_download() as started:
        await page.get_by_role("menuitem", name="CSV").click()
    file = tmp_path / "breakdown.csv"
    await (await started.value).save_as(file)
    rows = list(csv.DictReader(file.read_text("utf-8-sig").splitlines()))
    assert [one["count"] for one in rows] == [shown]
    await page.get_by_role("combobox", name="Broken down by").select_option("heat")
    await page.get_by_role("button", name=re.compile(r"day \d\d:00: ")).first.click()
    await expect(page.get_by_role("dialog").get_by_text("Broken down")).to_be_visible()


async def test_a_report_is_saved_shared_and_sent(page: Page, desk: House) -> None:
    await a_question(desk, "For the report")
    await sign_in(page, desk, "/reports/breakdown?figure=received&by=weekday&period=7d")
    await page.get_by_role("button", name="Save", exact=True).click()
    form = page.get_by_role("dialog", name="Save this report")
    await form.get_by_label("Name").fill("Mondays – perché 월요일")
    await form.get_by_role("button", name="Save", exact=True).click()
    await expect(form).to_be_hidden()
    await page.goto(f"{desk.url}/reports/saved")
    await page.get_by_role("button", name="Send by mail").click()
    plan = page.get_by_role("dialog", name=re.compile("by mail"))
    await plan.get_by_label("How often").select_option("day")
    await plan.get_by_role("button", name="Save", exact=True).click()
    await expect(plan).to_be_hidden()
    await expect(page.get_by_text(re.compile("^Every day at 08:00"))).to_be_visible()
    before = len(desk.sink.mails)
    await page.get_by_role("button", name="Send now").click()
    await expect(page.get_by_text("Sent", exact=True)).to_be_visible(timeout=20_000)
    assert len(desk.sink.mails) == before + 1
    await page.get_by_role("link", name=re.compile("^Mondays")).click()
    await expect(page).to_have_url(re.compile(r"/reports/breakdown\?.*by=weekday"))


async def test_the_wall_follows_without_a_reload(page: Page, desk: House) -> None:
    await sign_in(page, desk, "/reports/wallboard")
    tile = page.locator("section").filter(has=page.get_by_role("heading", name="Waiting now"))
    await expect(tile).to_be_visible()
    shown = int((await tile.locator("p").first.inner_text()).strip())
    await a_question(desk, "One more on the wall")
    await expect(tile.locator("p").first).to_have_text(str(shown + 1), timeout=15_000)
    await expect(page.get_by_label("Here now").get_by_text("Olive Owner")).to_be_visible()
