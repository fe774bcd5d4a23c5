"""The bot builder in the browser: a flow is made, tried, published, switched on, and seen by whoever takes over."""

import re
from pathlib import Path

from playwright.async_api import Page, expect
from tests.e2e.conftest import House, sign_in
from tests.e2e.test_work import axe


async def test_a_bot_is_made_tried_and_published(page: Page, desk: House, tmp_path: Path) -> None:
    await sign_in(page, desk, "/bots")
    await expect(page.get_by_text("No bot yet")).to_be_visible()
    assert await axe(page) == []
    await page.get_by_role("button", name="New bot").first.click()
    await page.get_by_role("dialog").get_by_label("Name").fill("Greeter")
    await page.get_by_role("button", name="Create").click()
    await expect(page.get_by_role("heading", name="Greeter")).to_be_visible()
    question = page.locator(".bot-block").filter(has_text="Question")
    await expect(question).to_be_visible()
    assert await axe(page) == []

    # a block after the greeting, by the form alone
    await page.locator(".bot-block").filter(has_text="Hello").get_by_role("button").click()
    panel = page.get_by_role("tabpanel")
    await panel.get_by_label("Then leads to").select_option("new:buttons")
    await panel.get_by_label("Asks", exact=True).fill("What is it about?")
    await panel.get_by_label("Label", exact=True).fill("My order")
    await panel.get_by_label("My order leads to").select_option("person")
    await page.locator(".bot-block").filter(has_text="Answer from articles").get_by_role("button").click()
    await panel.get_by_label("In whose words").select_option("model")
    await expect(panel.get_by_text("Language models may not answer customers in this workspace")).to_be_visible()
    await panel.get_by_label("In whose words").select_option("article")
    await page.locator(".bot-block").filter(has_text="What is it about?").get_by_role("button").click()
    await panel.get_by_label("Anything else leads to").select_option("answer")
    await expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    assert await axe(page) == []

    # as a customer
    await page.get_by_role("tab", name="Try it").click()
    await page.get_by_role("button", name="Begin", exact=True).click()
    log = page.get_by_role("log")
    await expect(log.get_by_text("What is it about?")).to_be_visible()
    await log.get_by_role("button", name="My order").click()
    await expect(log.get_by_text("Handed over to a person.")).to_be_visible()
    assert await axe(page) == []

    await page.get_by_role("button", name="Publish", exact=True).click()
    await expect(page.get_by_text("Version 1 is live.")).to_be_visible()
    await page.get_by_role("tab", name="Versions").click()
    await expect(page.get_by_role("list", name="Versions").get_by_text("live", exact=True)).to_be_visible()

    async with page.expect_download() as download:
        await page.get_by_role("button", name="Export as a file").click()
    file = tmp_path / "bot.json"
    await (await download.value).save_as(file)
    await page.get_by_role("button", name="All bots").click()
    switch = page.get_by_role("checkbox", name="Greeter is on")
    await expect(switch).to_be_checked()
    await switch.click()
    await expect(switch).not_to_be_checked()
    await page.locator("input[type=file]").set_input_files(file)
    await expect(page.get_by_role("heading", name=re.compile("Greeter"))).to_be_visible()
    await expect(page.locator(".bot-block").filter(has_text="What is it about?")).to_be_visible()


async def test_what_is_wrong_is_named_at_its_block_and_undone(page: Page, desk: House) -> None:
    await sign_in(page, desk, "/bots")
    await page.get_by_role("button", name="New bot").first.click()
    await page.get_by_role("dialog").get_by_label("Name").fill("Broken")
    await page.get_by_role("button", name="Create").click()
    blocks = page.locator(".bot-block")
    await expect(blocks).to_have_count(5)
    await page.get_by_role("button", name="Add block").click()
    await page.get_by_role("menuitem", name="Message").click()
    await expect(blocks).to_have_count(6)
    await expect(page.get_by_role("button", name=re.compile("problem"))).to_be_visible()
    await page.get_by_role("button", name=re.compile("problem")).click()
    await expect(page.get_by_role("menuitem").first).to_be_visible()
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Undo").click()
    await expect(blocks).to_have_count(5)
    await page.get_by_role("button", name="Redo").click()
    await page.get_by_role("button", name="Remove", exact=True).click()
    await expect(blocks).to_have_count(5)
    await page.get_by_role("button", name="Arrange").click()
    await expect(page.get_by_role("status").filter(has_text=re.compile("^Saved$"))).to_be_visible()
    await page.reload()
    await expect(blocks).to_have_count(5)
