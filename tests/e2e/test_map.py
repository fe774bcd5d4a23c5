"""The bottleneck map in the browser: from a part of the picture to its conversations, and a log of another program."""

from pathlib import Path

from playwright.async_api import Page, expect
from tests.e2e.conftest import House, sign_in
from tests.e2e.test_work import axe

LOG = """case;activity;completed;resource
1;order;2026-03-02 09:00:00;ann
1;pack;2026-03-02 15:00:00;bob
1;send;2026-03-04 09:00:00;bob
2;order;2026-03-03 09:00:00;ann
2;send;nobody knows;ann
"""


async def test_from_the_map_to_the_conversations(page: Page, desk: House) -> None:
    await sign_in(page, desk)
    await desk.send(desk.mail("Bob <bob@big.example>", "Where is my parcel", "Help, please."))
    await expect(page.get_by_text("Where is my parcel").first).to_be_visible(timeout=15_000)
    await page.goto(desk.url + "/reports/map")
    await expect(page.get_by_role("heading", name="Bottleneck map")).to_be_visible()
    assert await axe(page) == []
    queue = page.locator(".flow-node").filter(has_text="Queue")
    await queue.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog").get_by_text("Where is my parcel")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Customers").click()
    dialog = page.get_by_role("dialog", name="Customers")
    assert await axe(page) == []
    await dialog.get_by_role("button", name="Add condition").click()
    await dialog.get_by_label("Value").fill("Nothing like it")
    await dialog.get_by_role("button", name="Show").click()
    await expect(page.get_by_role("list", name="Filter")).to_contain_text("Segment")
    await expect(page.get_by_text("No case started in this period")).to_be_visible()
    await page.get_by_role("button", name="Remove the filter Segment").click()
    await page.get_by_role("button", name="Table", exact=True).click()
    table = page.get_by_role("region", name="Stages as a table")
    await table.get_by_role("button", name="Queue").click()
    await page.get_by_role("dialog").get_by_text("Where is my parcel").click()
    await expect(page.get_by_role("heading", name="Where is my parcel")).to_be_visible()


async def test_a_log_of_another_program(page: Page, desk: House, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text(LOG)
    await sign_in(page, desk, "/reports/map/logs")
    await expect(page.get_by_text("No log imported yet")).to_be_visible()
    assert await axe(page) == []
    await page.locator("input[type=file]").set_input_files(file)
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_label("Case")).to_have_value("0")
    await expect(dialog.get_by_label("Completed at")).to_have_value("2")
    assert await axe(page) == []
    await dialog.get_by_role("button", name="Read the file").click()
    await expect(page.get_by_text("2 cases, 4 events")).to_be_visible(timeout=15_000)
    await page.get_by_text("1 line left out").click()
    await expect(page.get_by_text("Line 6:")).to_be_visible()
    await page.get_by_role("button", name="Open", exact=True).click()
    await expect(page.locator(".flow-node").filter(has_text="pack")).to_be_visible()
    assert await axe(page) == []
    await page.get_by_role("button", name="Step", exact=True).click()
    await page.get_by_role("button", name="pack → send").first.click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="All event logs").click()
    await page.get_by_role("button", name="Delete").click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(page.get_by_text("No log imported yet")).to_be_visible()
