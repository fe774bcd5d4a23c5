"""A rule that answers customers, made in the browser with nested conditions, tried, saved, and seen at work."""

from playwright.async_api import Page, expect
from tests.e2e.conftest import House, sign_in
from tests.e2e.test_work import axe


async def test_a_rule_answers_whoever_asks_for_money(page: Page, desk: House) -> None:
    await sign_in(page, desk, "/settings/rules")
    await page.get_by_role("button", name="Add rule").click()
    dialog = page.get_by_role("dialog", name="Add rule")
    await dialog.get_by_label("Name").fill("Refunds")
    await dialog.get_by_role("button", name="Add condition").click()
    await dialog.get_by_label("What to look at").select_option("message.text")
    await dialog.get_by_label("How to compare").select_option("has_any_word")
    await dialog.get_by_label("Value").fill("refund, money back")
    await dialog.get_by_role("button", name="Add group").click()
    group = dialog.get_by_role("group", name="A group of conditions")
    await group.get_by_label("What to look at").select_option("contact")
    await group.get_by_label("Name of the attribute").fill("Shoe")
    await group.get_by_label("Value").fill("42")
    await dialog.get_by_label("Answer the customer").fill("Hello {{agent.nmae|us}}, we are on it.")
    await dialog.get_by_label("When it leaves").select_option("0")
    assert await axe(page) == []
    await dialog.get_by_role("button", name="Save").click()
    assert await group.get_by_label("Name of the attribute").evaluate("one => one.validity.patternMismatch")
    await group.get_by_label("Name of the attribute").fill("size")
    await group.get_by_role("combobox", name="A group of conditions").select_option("none")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_text("placeholder “agent.nmae” that nobody can fill").last).to_be_visible()
    await dialog.get_by_label("Answer the customer").fill("Hello {{contact.first_name|there}}, we are on it.")
    await dialog.get_by_role("button", name="Save").click()
    said = "text of the message has one of the words “refund”, “money back” and none of: size is “42”: answer the customer (en)"
    await expect(page.get_by_text(said)).to_be_visible()
    assert await axe(page) == []

    await desk.send(desk.mail("Bob Big <bob@big.example>", "My order", "I want a refund."))
    await page.goto(desk.url + "/")
    await page.get_by_role("link").filter(has_text="My order").click(timeout=15_000)
    await expect(page.get_by_text("Hello Bob, we are on it.")).to_be_visible(timeout=20_000)
    await expect(page.get_by_text("Automatic answer of the rule “Refunds”. It counts as nobody’s answer.")).to_be_visible()
    assert await axe(page) == []
