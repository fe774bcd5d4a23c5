"""The ledger in the browser: a stranger's mail found, judged and let in; a parked one tried again; nothing but the keyboard."""

import asyncpg
from playwright.async_api import Page, expect
from tests.e2e.conftest import House, sign_in
from tests.e2e.test_work import axe

LINES = "Lines of the ledger"


async def held(desk: House, subject: str) -> None:
    """A customer's conversation, and a stranger who quotes it."""
    first = f"<{subject.replace(' ', '.')}@customer.example>"
    await desk.send(desk.mail("Carla <carla@shop.example>", subject, "My order is late.", message_id=first))
    stranger = desk.mail("Eve <eve@elsewhere.example>", f"Re: {subject}", "Let me in, please.", in_reply_to=first)
    await settled(desk, 1)
    await desk.send(stranger)
    await settled(desk, 1, "held")


async def settled(desk: House, least: int, fate: str = "new,message") -> None:
    """Until the newest mails have their fate."""
    async with desk.api() as api:
        for _ in range(200):
            page = (await api.get("/api/intake", params={"fate": "open", "limit": 1})).json()
            wanted = (await api.get("/api/intake", params={"fate": fate, "limit": 200})).json()
            if not page["items"] and len(wanted["items"]) >= least:
                return
    raise AssertionError("a mail has no fate")


async def test_a_strangers_mail_is_found_read_and_let_in(page: Page, desk: House) -> None:
    await held(desk, "Ledger parcel")
    await sign_in(page, desk, "/settings/intake")
    await expect(page.get_by_text("1 mail waits for your decision.")).to_be_visible()
    await page.keyboard.press("/")
    await page.keyboard.type("eve@elsewhere.example")
    lines = page.get_by_role("list", name=LINES)
    await expect(lines.get_by_role("link")).to_have_count(1)
    await lines.get_by_role("link").click()
    pane = page.get_by_role("region", name="Line of the ledger")
    await expect(pane.get_by_text("Let me in, please.")).to_be_visible()
    await expect(pane.get_by_role("link", name="Ledger parcel")).to_be_visible()
    assert await axe(page) == []
    async with page.expect_download() as download:
        await pane.get_by_role("link", name="Original").click()
    assert (await download.value).suggested_filename.endswith(".eml")
    await pane.get_by_role("button", name="Accept into the conversation").click()
    await expect(pane.get_by_text("Message", exact=True)).to_be_visible()
    await page.get_by_role("button", name="Open conversation").click()
    await expect(page.get_by_role("heading", name="Ledger parcel")).to_be_visible()
    await expect(page.get_by_text("Let me in, please.").first).to_be_visible()


async def test_a_parked_mail_is_tried_again_and_doubles_nothing(page: Page, desk: House) -> None:
    await desk.send(desk.mail("Ben <ben@shop.example>", "Parked once", "Hello?"))
    await settled(desk, 1)
    db = await asyncpg.connect(desk.dsn)
    await db.execute(
        "UPDATE intake_items SET fate = 7, conversation_id = NULL, message_id = NULL, reason = 'The disk was full.'"
        " WHERE mail ->> 'subject' = 'Parked once'"
    )
    await db.close()
    await sign_in(page, desk, "/settings/intake")
    alarm = page.get_by_role("region", name="What needs somebody")
    await expect(alarm.get_by_text("1 mail could not be processed.")).to_be_visible()
    await alarm.get_by_role("listitem").filter(has_text="processed").get_by_role("button", name="Show").click()
    await page.get_by_role("list", name=LINES).get_by_role("link", name="Parked once").click()
    pane = page.get_by_role("region", name="Line of the ledger")
    await expect(pane.get_by_text("The disk was full.")).to_be_visible()
    await pane.get_by_role("button", name="Try again").click()
    # It stood in a conversation before it was parked by hand: the new try finds that out by itself.
    await expect(pane.get_by_text("The same mail came in before")).to_be_visible(timeout=15_000)
    await page.keyboard.press("u")
    await expect(pane).to_have_count(0)


async def test_spam_and_the_keyboard(page: Page, desk: House) -> None:
    await held(desk, "Second parcel")
    await sign_in(page, desk, "/settings/intake?fate=held")
    await page.get_by_role("list", name=LINES).get_by_role("link").first.wait_for()
    await page.keyboard.press("j")
    pane = page.get_by_role("region", name="Line of the ledger")
    await expect(pane.get_by_role("heading", name="Re: Second parcel")).to_be_visible()
    await pane.get_by_role("button", name="Spam").click()
    await expect(pane.get_by_text("Marked as spam by hand.")).to_be_visible()
    await expect(page.get_by_text("No line of the ledger matches.")).to_be_visible()


async def test_a_line_on_a_phone(page: Page, desk: House) -> None:
    await desk.send(desk.mail("Ida <ida@shop.example>", "From the train", "Hello"))
    await settled(desk, 1)
    await page.set_viewport_size({"width": 390, "height": 844})
    await sign_in(page, desk, "/settings/intake?q=train")
    await page.get_by_role("list", name=LINES).get_by_role("link").first.click()
    await expect(page.get_by_role("heading", name="From the train")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    assert await axe(page) == []
    await page.get_by_role("button", name="Back to the list").click()
    await expect(page.get_by_role("list", name=LINES)).to_be_visible()
