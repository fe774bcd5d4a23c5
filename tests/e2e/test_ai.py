"""A language model on this machine, from the settings to a draft, in the browser."""

from playwright.async_api import Page, expect
from tests.e2e.conftest import House, sign_in
from tests.e2e.test_work import axe
from tests.support.models import model_running


async def test_a_model_is_connected_and_drafts_a_reply(page: Page, desk: House) -> None:
    async with model_running() as model:
        await sign_in(page, desk, "/settings/ai")
        await expect(page.get_by_text("Nothing was sent yet")).to_be_visible()
        await page.get_by_label("Address of the API").fill(model.url)
        await page.get_by_label("Model", exact=True).fill("scripted")
        await page.get_by_label("Key").fill("sk-1")
        await page.get_by_label("Use a language model").check()
        await expect(page.get_by_label("Also from what your team has answered")).to_have_count(0)
        await page.get_by_label("Bots may answer customers with it").check()
        await page.get_by_label("Also from what your team has answered").check()
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_text("A key is stored.")).to_be_visible()
        await page.get_by_role("button", name="Test it").click()
        await expect(page.get_by_text("It answered: ready")).to_be_visible()
        assert await axe(page) == []

        await desk.send(desk.mail("Bob <bob@big.example>", "Where is my parcel", "Please call +39 06 1234 5678."))
        await page.goto(desk.url + "/inbox")
        await page.get_by_text("Where is my parcel").first.click(timeout=15_000)
        await page.get_by_role("button", name="Reply").click()
        model.says = "It is on its way. We call [NUMBER_1]. https://evil.example/x"
        await page.get_by_role("button", name="Ask the language model").click()
        await page.get_by_role("menuitem", name="Draft a reply").click()
        dialog = page.get_by_role("dialog", name="Draft a reply")
        await expect(dialog.get_by_text("It is on its way. We call +39 06 1234 5678.")).to_be_visible()
        await expect(dialog.get_by_text("1 made-up link")).to_be_visible()
        assert await axe(page) == []
        await dialog.get_by_role("button", name="Put into the draft").click()
        await expect(page.locator(".ProseMirror")).to_contain_text("It is on its way.")
        assert "1234 5678" not in model.sent

        await page.goto(desk.url + "/settings/ai")
        log = page.get_by_role("region", name="What was sent")
        await log.get_by_text("Draft", exact=True).click()
        await expect(log.get_by_text("[NUMBER_1]").first).to_be_visible()
        assert await axe(page) == []
