"""Two people at one conversation, and a customer who writes in the messenger: the composer says who, what and where."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx
from playwright.async_api import Page, expect
from tests.e2e.conftest import House, sign_in
from tests.e2e.test_work import arrive


class Visitor:
    """Somebody in the messenger, by its own protocol."""

    def __init__(self, client: httpx.AsyncClient, key: str) -> None:
        self.client, self.key, self.thread = client, key, str(uuid4())

    async def say(self, text: str) -> None:
        path = f"/api/messenger/{self.key}/threads/{self.thread}/messages"
        answer = await self.client.post(path, json={"id": str(uuid4()), "text": text, "attachment_ids": []})
        assert answer.status_code in (200, 201), answer.text

    async def read(self) -> list[dict[str, Any]]:
        page = await self.client.get(f"/api/messenger/{self.key}/threads/{self.thread}")
        messages: list[dict[str, Any]] = page.json()["messages"]
        return messages


@asynccontextmanager
async def a_visitor(desk: House) -> AsyncIterator[Visitor]:
    async with desk.api() as owner:
        made = await owner.post("/api/messengers", json={"name": "Shop"})
        assert made.status_code in (200, 201), made.text
        key = made.json()["key"]
    async with httpx.AsyncClient(base_url=desk.url) as client:
        page = {"url": "https://shop.example/parcels", "title": "Parcels", "referrer": ""}
        boot = await client.post(
            f"/api/messenger/{key}/boot",
            json={"page": page, "device": {}, "language": "en", "time_zone": "Europe/Rome", "quiet": False},
        )
        assert boot.status_code == 200, boot.text
        client.headers["Authorization"] = f"Visitor {boot.json()['token']}"
        yield Visitor(client, key)


@asynccontextmanager
async def colleague(desk: House, name: str) -> AsyncIterator[httpx.AsyncClient]:
    async with desk.api() as owner:
        role = next(r["id"] for r in (await owner.get("/api/roles")).json()["items"] if r["builtin"] == "agent")
        person = {
            "email": f"{name.lower()}@acme.example",
            "name": name,
            "role_id": role,
            "password": "another long sentence",
        }
        assert (await owner.post("/api/agents", json=person)).status_code in (200, 201)
    async with httpx.AsyncClient(base_url=desk.url) as client:
        me = await client.post("/api/session", json={"email": person["email"], "password": person["password"]})
        client.headers["X-CSRF-Token"] = me.json()["csrf_token"]
        yield client


async def answer(client: httpx.AsyncClient, id: str, text: str, **more: Any) -> None:
    seq = (await client.get(f"/api/conversations/{id}")).json()["seq"]
    body = {"id": str(uuid4()), "text": text, "seen_seq": seq, **more}
    sent = await client.post(f"/api/conversations/{id}/replies", json=body)
    assert sent.status_code == 201, sent.text


async def deaf(page: Page) -> None:
    """From its next load on the page hears nothing any more, as on a train."""
    await page.route_web_socket("**/api/live", lambda socket: None)


async def open_chat(page: Page, desk: House, text: str) -> str:
    """The conversation whose last line this is, opened."""
    async with desk.api() as api:
        rows = (await api.get("/api/conversations", params={"order": "newest"})).json()["items"]
    id: str = next(row["id"] for row in rows if row["preview"] == text)
    await page.goto(f"{desk.url}/inbox/{id}")
    await page.get_by_role("button", name="Reply", exact=True).wait_for()
    return id


async def test_a_chat_is_answered_with_enter_and_one_writes_on(page: Page, desk: House) -> None:
    await sign_in(page, desk)
    async with a_visitor(desk) as visitor:
        await visitor.say("Is the green one in stock?")
        await open_chat(page, desk, "Is the green one in stock?")
        await page.keyboard.press("r")
        field = page.get_by_role("textbox", name="Chat message")
        await expect(field).to_be_focused()
        await expect(page.get_by_label("To", exact=True)).to_have_count(0)
        await field.press_sequentially("Yes,")
        await page.keyboard.press("Shift+Enter")
        await page.keyboard.type("three of them")
        await page.get_by_role("button", name="Emoji").click()
        await page.get_by_role("button", name="🎉").click()
        await expect(field).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(field).to_have_value("")
        await expect(field).to_be_focused()
        await page.keyboard.type("Shall I keep one?")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("log").get_by_text("Shall I keep one?")).to_be_visible()
        await expect(page.get_by_role("button", name="Undo")).to_have_count(0)
        said = [m["text"] for m in await visitor.read() if m["from"] == "team"]
        assert said == ["Yes,\nthree of them🎉", "Shall I keep one?"]


async def test_unseen_messages_are_shown_and_decided_about(page: Page, desk: House) -> None:
    await sign_in(page, desk)
    await deaf(page)
    async with a_visitor(desk) as visitor, colleague(desk, "Dana") as dana:
        await visitor.say("Where is my parcel?")
        id = await open_chat(page, desk, "Where is my parcel?")
        field = page.get_by_role("textbox", name="Chat message")
        dialog = page.get_by_role("dialog")

        await page.keyboard.press("r")
        await field.fill("I will look")
        await answer(dana, id, "It is in Milan")
        await page.keyboard.press("Enter")
        await expect(dialog.get_by_text("A message came while you were writing")).to_be_visible()
        await expect(dialog.get_by_text("Dana")).to_be_visible()
        await expect(dialog.get_by_text("It is in Milan")).to_be_visible()
        await expect(dialog.get_by_role("button", name="Edit my reply")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(field).to_have_value("I will look")

        await visitor.say("Milan?")
        await page.keyboard.press("Escape")
        await field.press("Enter")
        await expect(dialog.get_by_text("Milan?")).to_be_visible()
        await dialog.get_by_role("button", name="Send anyway").click()
        await expect(dialog).to_have_count(0)
        await expect(field).to_have_value("")
        await expect(page.get_by_role("log").get_by_text("I will look")).to_be_visible()
        assert [m["text"] for m in await visitor.read()][-1] == "I will look"

        await field.fill("Never mind")
        await visitor.say("Hello?")
        await field.press("Enter")
        await dialog.get_by_role("button", name="Discard my reply").click()
        await expect(dialog).to_have_count(0)
        await expect(page.get_by_role("button", name="Reply", exact=True)).to_be_visible()
        assert "Never mind" not in [m["text"] for m in await visitor.read()]
        assert (await dana.get(f"/api/conversations/{id}/outbox")).json()["items"] == []


async def test_a_locked_conversation_is_taken_over_in_one_click(page: Page, desk: House) -> None:
    async with desk.api() as owner, colleague(desk, "Lena") as lena:
        await sign_in(page, desk)
        team = (await owner.post("/api/teams", json={"name": "Billing", "reply_lock": True})).json()
        await arrive(page, desk, "A locked one")
        id = page.url.partition("?")[0].rsplit("/", 1)[-1]
        await lena.post(f"/api/conversations/{id}/assign", json={"team_id": team["id"]})
        assert (await lena.post(f"/api/conversations/{id}/take-over", json={})).status_code == 200
        await page.keyboard.press("r")
        await page.get_by_role("textbox", name="Reply").fill("Mine now")
        await expect(page.get_by_text("Only the assignee answers here: Lena.")).to_be_visible()
        await expect(page.get_by_role("button", name="Send", exact=True)).to_be_disabled()
        await page.get_by_role("button", name="Take over").click()
        await expect(page.get_by_text("Only the assignee answers here")).to_have_count(0)
        await page.get_by_role("button", name="Send", exact=True).click()
        await expect(page.get_by_text("Reply on its way.").first).to_be_visible()

        waiting = page.get_by_role("article", name="Reply that has not left yet")
        await waiting.get_by_role("button", name="Undo").click()
        await expect(waiting).to_have_count(0)
        await expect(page.get_by_role("textbox", name="Reply")).to_contain_text("Mine now")
        await page.get_by_role("button", name="Send", exact=True).click()
        assert (await lena.post(f"/api/conversations/{id}/take-over", json={})).status_code == 200
        await waiting.get_by_role("button", name="Send now").click()
        await expect(waiting.get_by_text("Not sent: in this team only the assignee answers, Lena")).to_be_visible(
            timeout=15_000
        )
        await waiting.get_by_role("button", name="Edit").click()
        await expect(waiting).to_have_count(0)
        await expect(page.get_by_role("textbox", name="Reply")).to_contain_text("Mine now")
        await expect(page.get_by_text("Only the assignee answers here: Lena.")).to_be_visible()


async def test_one_chooses_where_to_answer_and_the_draft_survives_a_reload(page: Page, desk: House) -> None:
    await sign_in(page, desk)
    async with a_visitor(desk) as visitor, desk.api() as owner:
        await arrive(page, desk, "From mail to chat")
        mailed = page.url.partition("?")[0].rsplit("/", 1)[-1]
        await visitor.say("I am here now")
        chat = await open_chat(page, desk, "I am here now")
        merged = await owner.post(f"/api/conversations/{mailed}/merge", json={"into": chat})
        assert merged.status_code == 200, merged.text
        await page.keyboard.press("r")
        await expect(page.get_by_role("button", name="Answer in Messenger")).to_be_visible()
        await page.get_by_role("button", name="Answer in Messenger").click()
        await page.get_by_role("menuitem", name="Mail to bob@big.example").click()
        await page.get_by_role("textbox", name="Reply").fill("By mail then")
        await expect(page.get_by_text("Draft saved")).to_be_visible()
        await page.reload()
        await expect(page.get_by_role("textbox", name="Reply")).to_contain_text("By mail then")
        await expect(page.get_by_role("button", name="Answer in Mail to bob@big.example")).to_be_visible()
        await page.get_by_role("button", name="Send", exact=True).click()
        await expect(page.get_by_text("Reply on its way.").first).to_be_visible()
        (row,) = (await owner.get(f"/api/conversations/{chat}/outbox")).json()["items"]
        assert [m["address"] for m in row["body"]["to"]] == ["bob@big.example"]
        assert (await visitor.read())[-1]["text"] == "I am here now"
