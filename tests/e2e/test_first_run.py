"""The main job on real input: first run, a mailbox on a real IMAP server, a mail, an answer that threads."""

import asyncio
import re
from email import message_from_bytes
from email.message import Message
from email.policy import default

from playwright.async_api import Page, expect
from tests.e2e.conftest import BOX, OWNER, House
from tests.support.mailservers import PASSWORD


async def test_from_an_empty_installation_to_a_threaded_answer(page: Page, house: House) -> None:
    await run_wizard(page, house)
    await expect(page.get_by_text("Nobody is waiting")).to_be_visible()

    question = house.mail(
        "Maria Rossi <maria@rossi.example>", "Invoice of March", "Hello,\n\nthe invoice of March is wrong.\n\nMaria",
        message_id="<q1@rossi.example>",
    )  # fmt: skip
    await asyncio.to_thread(house.dovecot.deliver, "support", question)
    row = page.get_by_text("Invoice of March").first
    await expect(row).to_be_visible(timeout=15_000)  # no reload: it arrives by itself
    await row.click()
    await expect(page.get_by_role("article").get_by_text("the invoice of March is wrong")).to_be_visible()

    await answer(page, "Dear Maria,\nthe new invoice is attached.")
    sent = await leaves(house, 1)
    assert sent["To"] == "Maria Rossi <maria@rossi.example>"
    assert sent["Subject"] == "Re: Invoice of March"
    assert sent["In-Reply-To"] == "<q1@rossi.example>"
    assert sent["References"] == "<q1@rossi.example>"
    text = sent.get_body(("plain",)).get_content()
    assert "the new invoice is attached" in text
    assert re.search(r"^> ?the invoice of March is wrong", text, re.M)

    thanks = house.mail(
        "Maria Rossi <maria@rossi.example>", "Re: Invoice of March", "One more question: when is it due?",
        in_reply_to=sent["Message-ID"], references=f"<q1@rossi.example> {sent['Message-ID']}",
    )  # fmt: skip
    await house.send(thanks)  # forwarded to Hark's own reception this time
    await expect(page.get_by_text("when is it due").last).to_be_visible()
    async with house.api() as api:
        page_of_list = (await api.get("/api/conversations", params={"filter": "open"})).json()
    assert [c["subject"] for c in page_of_list["items"]] == ["Invoice of March"]


async def run_wizard(page: Page, house: House) -> None:
    await page.goto(house.url)
    await page.get_by_label("Name of the workspace").fill("Acme")
    await page.get_by_role("button", name="Next").click()
    await page.get_by_label("Your name").fill("Olive Owner")
    await page.get_by_label("E-mail").fill(OWNER[0])
    await page.get_by_label("Password").fill(OWNER[1])
    await page.get_by_role("button", name="Create workspace").click()

    await page.get_by_label("E-mail address").fill(BOX)
    incoming, outgoing = page.locator("fieldset").nth(0), page.locator("fieldset").nth(1)
    for fields, port in ((incoming, house.dovecot.imap_port), (outgoing, house.sink.port)):
        await fields.get_by_label("Server", exact=True).fill("127.0.0.1")
        await fields.get_by_label("Encryption").select_option("none")
        await fields.get_by_label("Port").fill(str(port))
        await fields.get_by_label("User name").fill("support" if fields is incoming else BOX)
        await fields.get_by_label("Password").fill("wrong" if fields is incoming else PASSWORD)
    await page.get_by_role("button", name="Test connection").click()
    await expect(page.get_by_label("Does not work")).to_have_count(1)
    await expect(page.get_by_label("Works")).to_have_count(1)
    await incoming.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Test connection").click()
    await expect(page.get_by_label("Works")).to_have_count(2)
    await page.get_by_role("button", name="Connect mailbox").click()


async def answer(page: Page, text: str) -> None:
    """Reply by keyboard, and take the ten seconds of undo as they are offered."""
    await page.get_by_role("button", name="Reply", exact=True).wait_for()
    await page.keyboard.press("r")
    await page.get_by_role("textbox", name="Reply").fill(text)
    await page.get_by_role("button", name="Send", exact=True).click()
    await page.get_by_role("button", name="Send now").click()


async def leaves(house: House, count: int) -> Message:
    """The last of `count` mails that have reached the company's SMTP server."""
    for _ in range(200):
        if len(house.sink.mails) >= count:
            break
        await asyncio.sleep(0.1)
    assert len(house.sink.mails) == count
    return message_from_bytes(house.sink.mails[-1].content, policy=default)
