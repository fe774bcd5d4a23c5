"""Conversations that move, in the browser: merged and taken apart again, split on demand, begun on our side."""

from playwright.async_api import Page, expect
from tests.e2e.conftest import House, sign_in
from tests.e2e.test_first_run import leaves
from tests.e2e.test_work import arrive, axe


async def test_merge_and_take_it_back(page: Page, desk: House) -> None:
    await sign_in(page, desk)
    await arrive(page, desk, "First invoice")
    await arrive(page, desk, "Second invoice")
    await page.keyboard.press("m")
    dialog = page.get_by_role("dialog", name="Merge into another conversation")
    await dialog.get_by_role("combobox").fill("First invoice")
    await expect(dialog.get_by_role("option")).to_have_count(1)
    await expect(dialog.get_by_text("You can undo this.")).to_be_visible()
    assert await axe(page) == []
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="First invoice")).to_be_visible()
    await expect(page.get_by_text("1 conversation was merged into this one:")).to_be_visible()
    await expect(page.get_by_role("log").get_by_text("Help, please.")).to_have_count(2)
    await page.get_by_role("button", name="Undo", exact=True).first.click()
    await expect(page.get_by_role("heading", name="Second invoice")).to_be_visible()
    await expect(page.get_by_role("log").get_by_text("Help, please.")).to_have_count(1)


async def test_split_on_demand(page: Page, desk: House) -> None:
    await sign_in(page, desk)
    first = "<split.one@customer.example>"
    bob = "Bob <bob@big.example>"
    await desk.send(desk.mail(bob, "One thing", "The lamp is broken.", message_id=first))
    await page.get_by_text("One thing").first.click()
    await expect(page.get_by_text("The lamp is broken.").last).to_be_visible()
    await desk.send(desk.mail(bob, "Re: One thing", "By the way, send me an invoice.", in_reply_to=first))
    await expect(page.get_by_text("By the way, send me an invoice.").last).to_be_visible(timeout=15_000)
    await page.keyboard.press("x")
    boxes = page.get_by_role("checkbox", name="Choose this message")
    await expect(boxes).to_have_count(2)
    await boxes.first.check()
    await boxes.last.check()
    await expect(page.get_by_text("At least one message must stay here.")).to_be_visible()
    await boxes.first.uncheck()
    bar = page.get_by_role("region", name="Split off messages")
    await bar.get_by_label("Subject").fill("An invoice for Bob")
    assert await axe(page) == []
    await bar.get_by_role("button", name="Split off").click()
    await expect(page.get_by_role("heading", name="An invoice for Bob")).to_be_visible()
    thread = page.get_by_role("log")
    await expect(thread.get_by_text("By the way, send me an invoice.")).to_be_visible()
    await expect(thread.get_by_text("The lamp is broken.")).to_have_count(0)


async def test_a_conversation_begins_on_our_side(page: Page, desk: House) -> None:
    await sign_in(page, desk)
    await page.get_by_role("button", name="New conversation").wait_for()
    before = len(desk.sink.mails)
    await page.keyboard.press("c")
    dialog = page.get_by_role("dialog", name="New conversation")
    await dialog.get_by_label("To", exact=True).fill("nina@new.example")
    await dialog.get_by_label("Subject").fill("Your warranty ends")
    await dialog.get_by_role("textbox", name="Text").fill("Dear Nina, it ends in May.")
    assert await axe(page) == []
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await page.keyboard.press("c")
    await expect(dialog.get_by_label("Subject")).to_have_value("Your warranty ends")
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_role("heading", name="Your warranty ends")).to_be_visible()
    await page.get_by_role("button", name="Undo").first.click()
    reply = page.get_by_role("textbox", name="Reply")
    await expect(reply).to_contain_text("Dear Nina, it ends in May.")
    await page.get_by_role("button", name="Send", exact=True).click()
    await page.get_by_role("button", name="Send now").click()
    mail = await leaves(desk, before + 1)
    assert (mail["To"], mail["Subject"]) == ("nina@new.example", "Your warranty ends")
    assert "it ends in May" in str(mail)
