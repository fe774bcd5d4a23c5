"""Who is writing, in the browser: what a customer pays sets the price of their waiting."""

from playwright.async_api import Page, expect
from tests.e2e.conftest import House, sign_in
from tests.e2e.test_work import axe


async def test_the_revenue_of_somebody_without_a_company(page: Page, desk: House) -> None:
    await sign_in(page, desk)
    await desk.send(desk.mail("Zoe Payne <zoe@private.example>", "My subscription", "Can you help me?"))
    await page.get_by_text("My subscription").first.click(timeout=15_000)
    card = page.get_by_role("complementary", name="Customer").get_by_role("region", name="Company")
    await expect(card.get_by_text("not known")).to_be_visible()
    await card.get_by_role("button", name="Edit the revenue").click()
    assert await axe(page) == []
    await card.get_by_label("Monthly revenue in EUR").fill("240.50")
    await card.get_by_role("button", name="Save").click()
    await expect(card.get_by_text("€241 a month")).to_be_visible()
    assert await axe(page) == []
