"""A mailbox on a real IMAP server, set up by a person: its folders, what becomes of its mails, its earlier mail, its alarm."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

from imapclient import IMAPClient
from playwright.async_api import Page, expect
from tests.e2e.conftest import House, sign_in
from tests.e2e.test_work import axe
from tests.support.mailservers import PASSWORD


def fill(house: House) -> None:
    """Earlier mail: 120 questions over two months, one answered from another program."""
    with IMAPClient("127.0.0.1", house.dovecot.imap_port, ssl=False) as client:
        client.login("shop", PASSWORD)
        for name in ("Sent", "Clienti Società"):
            client.create_folder(name)
        begin = datetime.now(UTC) - timedelta(days=60)
        for number in range(120):
            raw = house.mail(f"c{number}@shop.example", f"Order {number}", "Where is it?", message_id=f"<o{number}@x>")
            client.append("INBOX", raw, msg_time=begin + timedelta(hours=number))
        answer = house.mail(
            "shop@acme.example", "Re: Order 3", "On its way.", to="c3@shop.example", in_reply_to="<o3@x>"
        )
        client.append("Sent", answer, msg_time=begin + timedelta(hours=5))


async def test_folders_earlier_mail_and_moving(page: Page, desk: House) -> None:
    await asyncio.to_thread(fill, desk)
    await sign_in(page, desk, "/settings/mailboxes/new")
    await page.get_by_label("E-mail address").fill("shop@acme.example")
    incoming = page.locator("fieldset").first
    await incoming.get_by_label("Server", exact=True).fill("127.0.0.1")
    await incoming.get_by_label("Encryption").select_option("none")
    await incoming.get_by_label("Port").fill(str(desk.dovecot.imap_port))
    await incoming.get_by_label("User name").fill("shop")
    await incoming.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Connect mailbox").click()
    await expect(page.get_by_role("heading", name="shop@acme.example")).to_be_visible()
    assert re.search(r"/settings/mailboxes/\d+$", page.url)

    folders = page.get_by_role("region", name="Folders")
    await folders.get_by_role("button", name="Choose folders").click()
    await folders.get_by_label("Sent").check()
    await expect(folders.get_by_label("Clienti Società")).to_be_visible()
    await folders.get_by_label("Move it to another folder").check()
    await folders.get_by_label("Folder", exact=True).fill("Gelesen/Hark")
    assert await axe(page) == []
    await folders.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved.")).to_be_visible()

    earlier = page.get_by_role("region", name="Earlier mail")
    await earlier.get_by_label("Earlier mail").select_option("all")
    await earlier.get_by_role("button", name="Fetch earlier mail").click()
    await expect(earlier.get_by_text("All 121 earlier mails are here.")).to_be_visible(timeout=60_000)
    await asyncio.to_thread(desk.dovecot.deliver, "shop", desk.mail("new@shop.example", "A new order", "Hello"))
    await expect(page.get_by_text("last mail")).to_be_visible(timeout=30_000)

    with IMAPClient("127.0.0.1", desk.dovecot.imap_port, ssl=False) as client:
        client.login("shop", PASSWORD)
        assert client.folder_status("Gelesen.Hark", ["MESSAGES"])[b"MESSAGES"] == 121
        assert client.folder_status("Sent", ["MESSAGES"])[b"MESSAGES"] == 1


async def test_the_alarm_and_what_is_wrong(page: Page, desk: House) -> None:
    async with desk.api() as api:
        made = await api.post(
            "/api/mailboxes",
            json={"name": "Closed", "address": "closed@acme.example", "imap": {"host": "127.0.0.1", "port": 1}},
        )
        id = made.json()["id"]
    await sign_in(page, desk, "/settings/mailboxes")
    await expect(page.get_by_text("does not accept connections on port 1")).to_be_visible(timeout=30_000)
    await page.get_by_role("link", name="Closed").click()
    await expect(page.get_by_role("status").get_by_text("Check the port, or whether the server runs.")).to_be_visible()
    alarm = page.get_by_role("region", name="Silence alarm")
    await expect(alarm.get_by_text("it needs 4 weeks of mail")).to_be_visible()
    await alarm.get_by_label("In any case after").fill("6")
    await alarm.get_by_label("Tell when it is silent for longer than usual").uncheck()
    await alarm.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved.")).to_be_visible()
    async with desk.api() as api:
        mailbox = (await api.get(f"/api/mailboxes/{id}")).json()
        assert (mailbox["silent_after_s"], mailbox["silence_alarm"]) == (21_600, False)
        await api.delete(f"/api/mailboxes/{id}")
