"""Live chat as people have it: two agents and a visitor of somebody's site, each in a browser window of their own."""

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import Message
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest_asyncio
from playwright.async_api import Browser, FrameLocator, Page, Route, expect
from tests.e2e.conftest import House, sign_in
from tests.e2e.test_first_run import leaves
from tests.support.widget import shop

from hark.bench.installation import descendants

CARL = ("carl@acme.example", "another long sentence")
LEFT_S = 45_000  # ms: a visitor counts as gone after twenty seconds, and mail waits a moment longer


class Desk(msgspec.Struct):
    """The house with a second agent who has signed in."""

    house: House
    carl_id: int
    carl_cookie: str


@pytest_asyncio.fixture(scope="module")
async def two(desk: House) -> Desk:
    async with desk.api() as owner:
        role = next(r["id"] for r in (await owner.get("/api/roles")).json()["items"] if r["builtin"] == "agent")
        person = {"email": CARL[0], "name": "Carl Agent", "role_id": role, "password": CARL[1]}
        made = await owner.post("/api/agents", json=person)
        assert made.is_success, made.text
    async with httpx.AsyncClient(base_url=desk.url) as client:
        answer = await client.post("/api/session", json={"email": CARL[0], "password": CARL[1]})
        return Desk(desk, made.json()["id"], answer.cookies["hark_session"])


async def messenger(house: House, **config: Any) -> dict[str, Any]:
    async with house.api() as owner:
        answer = await owner.post("/api/messengers", json={"name": "Acme", **config})
        assert answer.is_success, answer.text
        return answer.json()  # type: ignore[no-any-return]


# windows --------------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def window(browser: Browser) -> AsyncIterator[Page]:
    """A browser profile of somebody's own. Errors of the page fail the test."""
    # Tall, as the workspace draws only what is in sight.
    context = await browser.new_context(viewport={"width": 1280, "height": 2400}, locale="en-GB")
    page = await context.new_page()
    page.set_default_timeout(10_000)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    await context.close()
    assert errors == []


@asynccontextmanager
async def agents(browser: Browser, two: Desk) -> AsyncIterator[tuple[Page, Page]]:
    """Olive and Carl in their inboxes."""
    async with window(browser) as olive, window(browser) as carl:
        await sign_in(olive, two.house)
        await carl.context.add_cookies([{"name": "hark_session", "value": two.carl_cookie, "url": two.house.url}])
        await carl.goto(two.house.url)
        await carl.locator("nav").first.wait_for()
        yield olive, carl


async def open_messenger(page: Page, site: str) -> FrameLocator:
    """On the host page, as a visitor does it: the button, then the first thing it offers."""
    await page.goto(site)
    await page.get_by_role("button", name=re.compile("^Open messages")).click()
    return page.frame_locator("iframe[title=Chat]")


async def say(visitor: FrameLocator, text: str) -> None:
    field = visitor.get_by_role("textbox", name="Your message")
    await field.fill(text)
    await field.press("Enter")


async def write(agent: Page, text: str) -> None:
    """Into the chat field of the open conversation, which `r` opens."""
    field = agent.get_by_role("textbox", name="Chat message")
    if not await field.is_visible():
        await agent.get_by_role("button", name="Reply", exact=True).click()
    await field.fill(text)


async def send(agent: Page) -> None:
    await agent.get_by_role("textbox", name="Chat message").press("Enter")


async def visitor_has(visitor: FrameLocator, texts: list[str]) -> None:
    """Exactly these bubbles, in this order: nothing lost, nothing twice."""
    await expect(visitor.locator("ol.messages .bubble")).to_have_text(texts, timeout=30_000)


async def agent_has(agent: Page, texts: list[str]) -> None:
    said = agent.get_by_role("article", name=re.compile("^Message from"))
    await expect(said).to_have_count(len(texts), timeout=30_000)
    await expect(said).to_contain_text(texts)


# the story ------------------------------------------------------------------------------------------------------------


class Stage(msgspec.Struct):
    """Everybody who is there, and all that was said so far."""

    house: House
    olive: Page
    carl: Page
    customer: Page
    visitor: FrameLocator
    said: list[str] = []

    async def everybody_has(self, *more: str) -> None:
        self.said += more
        await visitor_has(self.visitor, self.said)
        await agent_has(self.olive, self.said)
        await agent_has(self.carl, self.said)


async def test_a_chat_that_survives_a_crash_goes_on_by_mail_and_comes_back(browser: Browser, two: Desk) -> None:
    house = two.house
    async with house.api() as owner:
        mailbox = (await owner.get("/api/mailboxes")).json()["items"][0]["id"]
    inbox = await messenger(house, ask_email_when="always", mail_after_s=10, reply_mailbox_id=mailbox)
    async with (
        shop(house.url, inbox["key"]) as site, agents(browser, two) as (olive, carl), window(browser) as customer,
    ):  # fmt: skip
        stage = Stage(house, olive, carl, customer, await open_messenger(customer, site))
        await first_words(stage)
        await second_answer_is_refused(stage)
        await crash(stage)
        await draft_survives_a_reload(stage)
        sent = await answer_goes_on_by_mail(stage)
        await mail_comes_back(stage, sent)
        stage.visitor = await open_messenger(await customer.context.new_page(), site)
        await visitor_returns(stage)


async def first_words(stage: Stage) -> None:
    """The visitor writes; both agents see it, each other, and the visitor who answers."""
    await stage.visitor.get_by_role("button", name="Write to us").click()
    await say(stage.visitor, "Is my booking confirmed?")
    for agent in (stage.olive, stage.carl):
        await agent.get_by_text("Is my booking confirmed?").first.click()
    await stage.everybody_has("Is my booking confirmed?")
    await write(stage.olive, "Yes")
    here = stage.carl.get_by_role("status", name="Colleagues here now")
    await expect(here).to_contain_text("Olive Owner is writing a reply.")
    await expect(stage.visitor.get_by_label("Olive Owner is writing")).to_be_visible()
    await expect(stage.olive.get_by_role("status", name="Colleagues here now")).to_contain_text("Carl Agent")
    await write(stage.olive, "Yes, it is confirmed.")
    await send(stage.olive)
    await stage.everybody_has("Yes, it is confirmed.")
    await expect(stage.visitor.get_by_role("heading", name="Olive Owner")).to_be_visible()
    await expect(stage.olive.get_by_text(re.compile(r"^Seen ?\d"))).to_be_visible()
    await stage.visitor.get_by_role("textbox", name="Your message").press_sequentially("An")
    await expect(stage.olive.get_by_text("The customer is writing").first).to_be_attached()
    await say(stage.visitor, "And breakfast?")
    await stage.everybody_has("And breakfast?")


async def second_answer_is_refused(stage: Stage) -> None:
    """Both answer in the same moment: Carl's is on its way when Olive's arrives."""
    on_its_way, may_go_on = asyncio.Event(), asyncio.Event()

    async def hold(route: Route) -> None:
        on_its_way.set()
        await may_go_on.wait()
        await route.continue_()

    await stage.carl.route("**/replies", hold, times=1)
    await write(stage.olive, "Breakfast is included.")
    await write(stage.carl, "No breakfast, sorry.")
    await send(stage.carl)
    await asyncio.wait_for(on_its_way.wait(), 10)
    await send(stage.olive)
    await visitor_has(stage.visitor, [*stage.said, "Breakfast is included."])
    may_go_on.set()
    refused = stage.carl.get_by_role("dialog")
    await expect(refused).to_contain_text("A message came while you were writing.")
    await expect(refused).to_contain_text("Breakfast is included.")
    await refused.get_by_role("button", name="Edit my reply").click()
    await expect(stage.carl.get_by_role("textbox", name="Chat message")).to_have_value("No breakfast, sorry.")
    await write(stage.carl, "From seven to ten.")
    await send(stage.carl)
    await stage.everybody_has("Breakfast is included.", "From seven to ten.")


async def crash(stage: Stage) -> None:
    """The web process dies in the middle of a sentence and comes back by itself; so does everybody who was on it."""
    web = [
        pid for pid in descendants(stage.house.pid) if b"web" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    ]
    assert web
    os.kill(stage.house.pid, signal.SIGSTOP)  # it starts again only when we have written into the gap
    try:
        for pid in web:
            os.kill(pid, signal.SIGKILL)
        await say(stage.visitor, "Are you still there?")
        await write(stage.olive, "Of course.")
        await send(stage.olive)
        await expect(stage.olive.get_by_text("The server cannot be reached")).to_be_visible()
        await expect(stage.olive.get_by_role("textbox", name="Chat message")).to_have_value("Of course.")
    finally:
        os.kill(stage.house.pid, signal.SIGCONT)
    await stage.everybody_has("Are you still there?")
    await send(stage.olive)
    await stage.everybody_has("Of course.")
    await say(stage.visitor, "Good.")
    await stage.everybody_has("Good.")


async def draft_survives_a_reload(stage: Stage) -> None:
    await write(stage.carl, "By the way")
    await expect(stage.carl.get_by_text("Draft saved")).to_be_visible()
    await stage.carl.reload()
    await expect(stage.carl.get_by_role("textbox", name="Chat message")).to_have_value("By the way")
    await expect(stage.olive.get_by_text("By the way")).to_have_count(0)
    await agent_has(stage.carl, stage.said)


async def answer_goes_on_by_mail(stage: Stage) -> Message:
    """The visitor says where they can be reached and leaves before the answer."""
    await stage.visitor.get_by_role("textbox", name="Email").fill("ana@customer.example")
    await stage.visitor.get_by_role("button", name="Save").click()
    await expect(stage.visitor.get_by_text("The answer also goes to ana@customer.example.")).to_be_visible()
    await say(stage.visitor, "Can you send me the invoice?")
    await stage.everybody_has("Can you send me the invoice?")
    await stage.customer.goto("about:blank")
    await write(stage.olive, "It is on its way to you.")
    await send(stage.olive)
    stage.said.append("It is on its way to you.")
    await agent_has(stage.olive, stage.said)
    await expect(stage.olive.get_by_text("Went on by mail").first).to_be_visible(timeout=LEFT_S)
    sent = await leaves(stage.house, 1)
    assert sent["To"] == "ana@customer.example"
    assert re.fullmatch(r"<[^<>@\s]+@acme\.example>", sent["Message-ID"])
    text = sent.get_body(("plain",)).get_content()  # type: ignore[attr-defined]
    assert "It is on its way to you." in text
    assert "From seven to ten." not in text, "only what was not read"
    return sent


async def mail_comes_back(stage: Stage, sent: Message) -> None:
    """In the same conversation, as a card below the bubbles."""
    reply = stage.house.mail(
        "Ana <ana@customer.example>", f"Re: {sent['Subject']}", "Thank you, it arrived by mail.",
        in_reply_to=sent["Message-ID"],
    )  # fmt: skip
    await stage.house.send(reply, sender="ana@customer.example")
    stage.said.append("Thank you, it arrived by mail.")
    await agent_has(stage.olive, stage.said)
    await agent_has(stage.carl, stage.said)
    card = stage.olive.get_by_role("article").filter(has_text="it arrived by mail")
    await expect(card).to_contain_text("ana@customer.example")
    async with stage.house.api() as api:
        assert [c["id"] for c in (await api.get("/api/conversations", params={"filter": "open"})).json()["items"]] == [
            stage.olive.url.partition("?")[0].rsplit("/", 1)[-1]
        ]


async def visitor_returns(stage: Stage) -> None:
    """The chat is where it was; the mail is not shown to somebody who only typed an address."""
    chat = [text for text in stage.said if text != "Thank you, it arrived by mail."]
    await visitor_has(stage.visitor, chat)
    await say(stage.visitor, "Me again.")
    await visitor_has(stage.visitor, [*chat, "Me again."])
    await agent_has(stage.olive, [*stage.said, "Me again."])
    await agent_has(stage.carl, [*stage.said, "Me again."])


# beside it ------------------------------------------------------------------------------------------------------------


async def test_only_the_assignee_answers_until_somebody_takes_over(browser: Browser, two: Desk) -> None:
    async with two.house.api() as owner:
        me = (await owner.get("/api/me")).json()["agent"]["id"]
        team = await owner.post(
            "/api/teams", json={"name": "Live", "member_ids": [me, two.carl_id], "reply_lock": True}
        )
        assert team.is_success, team.text
    inbox = await messenger(two.house, team_id=team.json()["id"])
    async with (
        shop(two.house.url, inbox["key"]) as site, agents(browser, two) as (olive, carl), window(browser) as customer,
    ):  # fmt: skip
        visitor = await open_messenger(customer, site)
        await visitor.get_by_role("button", name="Write to us").click()
        await say(visitor, "Who is in charge here?")
        for agent in (olive, carl):
            await agent.get_by_text("Who is in charge here?").first.click()
        await olive.get_by_role("button", name="Reply", exact=True).wait_for()
        await olive.keyboard.press("i")
        await expect(carl.get_by_text("Olive Owner took this")).to_be_visible()
        await write(carl, "That is me.")
        await expect(carl.get_by_text("Only the assignee answers here: Olive Owner.")).to_be_visible()
        await expect(carl.get_by_role("button", name="Send", exact=True)).to_be_disabled()
        await carl.get_by_role("button", name="Take over").click()
        await expect(olive.get_by_text("Carl Agent took this")).to_be_visible()
        await send(carl)
        await visitor_has(visitor, ["Who is in charge here?", "That is me."])
        await write(olive, "Me too.")
        await expect(olive.get_by_text("Only the assignee answers here: Carl Agent.")).to_be_visible()
    async with two.house.api() as owner:
        audit = (await owner.get("/api/audit")).json()["items"]
        assert "conversation.taken_over" in [line["action"] for line in audit]


async def test_settings_make_a_messenger_that_works_where_its_line_is_pasted(
    page: Page, browser: Browser, desk: House
) -> None:
    await sign_in(page, desk, "/settings/messengers")
    await page.get_by_role("button", name="New messenger").click()
    await page.get_by_label("Name", exact=True).first.fill("Shop")
    await page.get_by_role("button", name="Create messenger").click()
    snippet = await page.get_by_label("Put it on your site").locator("code").first.text_content()
    assert snippet is not None
    found = re.fullmatch(
        rf'<script async src="{re.escape(desk.url)}/messenger\.js" data-hark-inbox="([\w-]{{16}})"></script>', snippet
    )
    assert found is not None, snippet
    async with shop(desk.url, found[1]) as site, window(browser) as customer:
        visitor = await open_messenger(customer, site)
        await expect(visitor.get_by_role("button", name="Write to us")).to_be_visible()
