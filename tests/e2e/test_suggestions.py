"""Suggested replies in the browser: a similar question arrives, Alt-1 answers it, the blank is seen and asked for."""

import asyncio
import os
import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from playwright.async_api import Page, expect
from tests.e2e.conftest import House, sign_in
from tests.e2e.test_work import AXE, axe

ANSWER = (
    "Hi {name},\n\nplease open the settings page and press the reset button. Then wait two minutes and try again.\n"
    "Your new password was sent to {mail} for order {order}.\n\nBest regards,\nOlive"
)
PEOPLE = (
    ("Maria", "maria@rossi.example", "A-1001"),
    ("John", "john@smith.example", "A-2002"),
    ("Kim", "kim@park.example", "A-3003"),
)


async def find(api: httpx.AsyncClient, subject: str) -> Any:
    for _ in range(150):
        items = (await api.get("/api/conversations", params={"filter": "open", "order": "newest"})).json()["items"]
        if found := next((c for c in items if c["subject"] == subject), None):
            return (await api.get(f"/api/conversations/{found['id']}")).json()
        await asyncio.sleep(0.1)
    raise AssertionError(f"{subject} did not arrive")


async def answered_before(desk: House, api: httpx.AsyncClient) -> None:
    """Three customers with the same trouble have had their answer."""
    for name, mail, order in PEOPLE:
        subject = f"Password of {name}"
        await desk.send(desk.mail(f"{name} <{mail}>", subject, "I cannot log in, my password does not work."))
        case = await find(api, subject)
        reply = {
            "id": str(uuid4()), "text": ANSWER.format(name=name, mail=mail, order=order), "seen_seq": case["seq"], "to": [{"address": mail}],
        }  # fmt: skip
        sent = await api.post(f"/api/conversations/{case['id']}/replies", json=reply)
        assert sent.status_code == 201, sent.text
        await api.post(f"/api/outbox/{reply['id']}/send-now")
    for _ in range(150):
        (account,) = (await api.get("/api/suggestion-accounts")).json()["items"]
        if account["learned"] == len(PEOPLE):
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the replies were not learned from")


async def is_accessible(page: Page) -> None:
    await page.evaluate(AXE.read_text("utf-8"))
    found = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found["violations"]] == []


async def picture(page: Page, name: str) -> None:
    folder = os.environ.get("HARK_SCREENSHOTS")
    if not folder:
        return
    await page.screenshot(path=str(Path(folder) / f"suggestions-{name}.png"))
    await page.emulate_media(color_scheme="dark")
    await page.screenshot(path=str(Path(folder) / f"suggestions-{name}-dark.png"))
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.screenshot(path=str(Path(folder) / f"suggestions-{name}-390.png"))
    await page.set_viewport_size({"width": 1440, "height": 900})


async def test_a_similar_question_is_answered_with_alt_1(page: Page, desk: House) -> None:
    await sign_in(page, desk)
    async with desk.api() as api:
        await answered_before(desk, api)
        await desk.send(
            desk.mail(
                "Luca Bianchi <luca@bianchi.example>", "Cannot log in", "My password does not work, I cannot log in."
            )
        )
        await find(api, "Cannot log in")
    await page.get_by_text("Cannot log in").first.click()
    suggested = page.get_by_role("region", name="Suggested replies")
    await expect(suggested.get_by_role("listitem")).to_have_count(1)  # three that say the same are one
    await expect(suggested).to_contain_text("3 alike")
    await is_accessible(page)
    await picture(page, "offered")
    await page.keyboard.press("Alt+1")
    editor = page.get_by_role("textbox", name="Reply")
    await expect(editor).to_contain_text("Hi Luca,")
    await expect(editor).to_contain_text("sent to luca@bianchi.example")
    text = await editor.inner_text()
    assert not any(value in text for _, mail, order in PEOPLE for value in (mail, order))
    await expect(editor.locator(".blank")).to_have_text("[number…]")
    await picture(page, "inserted")
    await is_accessible(page)
    await page.keyboard.press("Control+z")
    await expect(editor).not_to_contain_text("Hi Luca,")
    await page.keyboard.press("Control+Shift+z")
    await expect(editor).to_contain_text("Hi Luca,")
    await page.get_by_role("button", name="Send", exact=True).click()
    asked = page.get_by_role("dialog", name="A blank is still open")
    await expect(asked).to_be_visible()
    await picture(page, "asked")
    await is_accessible(page)
    await asked.get_by_role("button", name="Fill it in").click()
    await expect(asked).to_be_hidden()
    await page.keyboard.type("B-7788")  # the blank is selected
    await expect(editor).to_contain_text("for order B-7788.")
    before = len(desk.sink.mails)
    await page.get_by_role("button", name="Send", exact=True).click()
    for _ in range(300):
        if len(desk.sink.mails) > before:
            break
        await asyncio.sleep(0.1)
    async with desk.api() as api:
        for _ in range(150):
            total = (await api.get("/api/suggestions/report")).json()["total"]
            if total["used"]:
                break
            await asyncio.sleep(0.1)
    assert (total["offered"], total["used"]) == (1, 1)
    assert total["kept"] > 0.8
    await page.goto(desk.url + "/reports/suggestions")
    await expect(page.get_by_text("1 of 1 replies with suggestions in view")).to_be_visible()
    await expect(page.get_by_text("Time saved is an estimate")).to_be_visible()
    await expect(page.get_by_text("times, to")).to_be_visible()
    await is_accessible(page)
    await picture(page, "page")


async def test_a_frequent_reply_becomes_a_canned_one(page: Page, desk: House) -> None:
    await sign_in(page, desk, "/reports/suggestions")
    await page.get_by_role("button", name="Save as canned reply").click()
    form = page.get_by_role("dialog", name="New canned reply")
    await form.get_by_label("Name").fill("Reset")
    await form.get_by_label("Text").fill("Hi {{contact.first_name}}, please reset […] and wait.")
    await is_accessible(page)
    await form.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("“Reset” is a canned reply now.")).to_be_visible()
    await page.goto(desk.url + "/settings/replies")
    await expect(page.get_by_text("Hi {{contact.first_name}}")).to_be_visible()
    await is_accessible(page)
    await picture(page, "settings")
    await desk.send(desk.mail("Rita Blu <rita@blu.example>", "Something new", "Hello?"))
    await page.goto(desk.url + "/")
    await page.get_by_text("Something new").first.click()
    await page.get_by_role("button", name="Reply", exact=True).click()
    editor = page.get_by_role("textbox", name="Reply")
    await editor.press("/")
    await page.get_by_role("option", name="Reset").click()
    await expect(editor).to_contain_text("Hi Rita, please reset […] and wait.")
    await editor.press("Control+a")
    await editor.press("Delete")
    async with desk.api() as api:
        await api.patch("/api/me", json={"locale": "ko"})
    for path, name in (("/reports/suggestions", "page-ko"), ("/settings/replies", "settings-ko")):
        await page.goto(desk.url + path)
        await expect(page.locator("html")).to_have_attribute("lang", "ko")
        await page.get_by_role("heading", level=1).wait_for()
        await is_accessible(page)
        await picture(page, name)


async def a_help_centre(api: httpx.AsyncClient) -> int:
    """Articles for everybody, for the team, and for nobody who writes here."""
    made = await api.post("/api/help/centres", json={"name": "Acme Help", "languages": ["en"], "published": True})
    assert made.status_code == 200, made.text
    centre = made.json()["id"]
    for title, body, more in (
        ("Set a new password", NEW_PASSWORD, {}),
        ("Refunds above 500 euro", "Refunds above 500 euro are approved by the head of finance. Write the reason into a note.", {"visibility": "internal"}),
        ("Set the password of your partner account", NEW_PASSWORD, {"visibility": "segment", "condition": {"field": "vip", "op": "is", "value": True}}),
    ):  # fmt: skip
        new = await api.post("/api/help/articles", json={"centre_id": centre, "title": title, "body": body, **more})
        assert new.status_code == 200, new.text
        out = await api.post(f"/api/help/articles/{new.json()['id']}/texts/en/publish", json={"version": 1})
        assert out.status_code == 200, out.text
    return int(centre)


NEW_PASSWORD = (
    "Everybody forgets one now and then.\n\n## When it does not work\n\nTo set a new password, open the sign-in page and"
    " choose **Forgotten**. We send a link that is good for an hour."
)


async def test_articles_that_answer_stand_below_the_replies(page: Page, desk: House) -> None:
    await sign_in(page, desk)
    async with desk.api() as api:
        await api.patch("/api/me", json={"locale": "en"})
        await a_help_centre(api)
        await desk.send(
            desk.mail("Nora Gray <nora@gray.example>", "New password", "How do I set a new password? My password does not work.")
        )  # fmt: skip
        await find(api, "New password")
    await page.goto(desk.url + "/")
    await page.get_by_text("New password").first.click()
    suggested = page.get_by_role("region", name="Suggested replies")
    await expect(suggested.get_by_role("listitem")).to_have_count(2)  # a reply, and an article below it
    link = suggested.get_by_role("button", name="Insert a link to “Set a new password”").first
    await expect(link).to_be_visible()
    await expect(suggested).not_to_contain_text("partner account")
    await is_accessible(page)
    await picture(page, "articles")
    await suggested.get_by_role("button", name="Insert the passage of “Set a new password”").click()
    editor = page.get_by_role("textbox", name="Reply")
    await expect(editor).to_contain_text("open the sign-in page and choose Forgotten.")
    await expect(editor).not_to_contain_text("Everybody forgets")
    await editor.press("Control+a")
    await editor.press("Delete")
    await expect(suggested).to_be_visible()
    await page.keyboard.press("Alt+4")
    inserted = editor.get_by_role("link", name="Set a new password")
    await expect(inserted).to_have_attribute("href", re.compile(r"/en/articles/set-a-new-password$"))
    await is_accessible(page)
    await page.get_by_role("button", name="Send", exact=True).click()
    async with desk.api() as api:
        for _ in range(300):
            rows = (await api.get("/api/suggestions/report")).json()["articles"]
            if rows:
                break
            await asyncio.sleep(0.1)
    assert [(r["title"], r["linked"], r["shown"]) for r in rows] == [("Set a new password", 1, 1)]
    await page.goto(desk.url + "/reports/suggestions")
    await expect(page.get_by_role("heading", name="Articles beside the replies")).to_be_visible()
    await expect(page.get_by_role("row", name="Set a new password 1 1 0 0")).to_be_visible()
    await is_accessible(page)
    await picture(page, "articles-page")


async def test_a_frequent_reply_becomes_the_draft_of_an_article(page: Page, desk: House) -> None:
    await sign_in(page, desk, "/reports/suggestions")
    await page.get_by_role("button", name="Draft an article").first.click()
    await expect(page.get_by_text("The draft of an article is made.")).to_be_visible()
    await is_accessible(page)
    await page.get_by_role("button", name="Open it").click()
    await page.wait_for_url("**/articles/edit/*")
    await expect(page.get_by_text("press the reset button").first).to_be_visible()
    id = int(page.url.rstrip("/").rpartition("/")[2])
    async with desk.api() as api:
        made = (await api.get(f"/api/help/articles/{id}")).json()
        (text,) = made["texts"].values()
        assert text["state"] == "draft"  # no reader sees it
        assert not any(value in text["body"] for name, mail, order in PEOPLE for value in (name, mail, order))
        assert not any(name in text["title"] for name, _, _ in PEOPLE)
        assert text["body"].startswith("please open the settings page and press the reset button")
    assert await axe(page) == []
    await picture(page, "draft")


async def test_an_internal_article_can_be_opened_and_nothing_of_it_inserted(page: Page, desk: House) -> None:
    await sign_in(page, desk)
    async with desk.api() as api:
        await api.patch("/api/me", json={"locale": "ko"})
        await desk.send(
            desk.mail("Rosa Lin <rosa@lin.example>", "Refund", "Who approves refunds above 500 euro? I wait for a refund above 500 euro.")
        )  # fmt: skip
        await find(api, "Refund")
    await page.goto(desk.url + "/")
    await page.get_by_text("Refund", exact=True).first.click()
    fitting = page.get_by_role("region", name="추천 문서")
    await expect(fitting.get_by_role("listitem")).to_have_count(1)
    await expect(fitting.get_by_text("팀 전용")).to_be_visible()
    await expect(fitting.get_by_role("listitem").get_by_role("button")).to_have_count(
        2
    )  # the row and the sign, both open it
    await is_accessible(page)
    await picture(page, "articles-ko")
    async with page.context.expect_page() as opened:
        await page.keyboard.press("Alt+4")
    other = await opened.value
    assert "/articles/edit/" in other.url
    await other.close()
    async with desk.api() as api:
        await api.patch("/api/me", json={"locale": "en"})
