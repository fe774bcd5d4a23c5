"""Somebody asks to be forgotten: a copy first, then the name typed, and nothing that was said can be read any more."""

import io
import zipfile

from playwright.async_api import Page, expect
from tests.e2e.conftest import House, sign_in
from tests.e2e.test_work import axe


async def test_a_person_takes_a_copy_and_is_forgotten(page: Page, desk: House) -> None:
    await sign_in(page, desk)
    await desk.send(desk.mail("Mira Quill <mira@quill.example>", "My old order", "Please delete all you know of me."))
    await page.get_by_text("My old order").first.click(timeout=15_000)
    person = page.get_by_role("complementary", name="Customer")
    await person.get_by_role("button", name="More about this person").click()
    async with page.expect_download() as download:
        await page.get_by_role("menuitem", name="Download everything we hold").click()
    path = await (await download.value).path()
    assert b"delete all you know" in zipfile.ZipFile(io.BytesIO(path.read_bytes())).read("data.json")

    await person.get_by_role("button", name="More about this person").click()
    await page.get_by_role("menuitem", name="Erase").click()
    dialog = page.get_by_role("dialog", name="Erase Mira Quill?")
    sure = dialog.get_by_role("button", name="Erase for ever")
    await expect(sure).to_be_disabled()
    assert await axe(page) == []
    await dialog.get_by_label("to confirm").fill("mira quill")
    await sure.click()
    await expect(dialog).to_be_hidden()
    await expect(person.get_by_text("This person asked to be forgotten", exact=False)).to_be_visible()
    thread = page.get_by_role("main")
    await expect(thread.get_by_text("This was erased at somebody’s request.")).to_be_visible()
    await expect(thread.get_by_text("What was said here was erased at the customer’s request")).to_be_visible()
    await expect(page.get_by_text("delete all you know")).to_have_count(0)
    assert await axe(page) == []
