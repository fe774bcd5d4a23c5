"""A bot in the messenger, as a visitor meets it: marked, pressed, answering from an article, and a person one press away."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, expect
from tests.e2e.conftest import CHROMIUM
from tests.e2e.test_widget import Visitor, visit
from tests.e2e.test_work import AXE, AXE_RUN
from tests.support.widget import Team, Web, shop

from hark.bots.running import CONSUMER
from hark.core.journal import run_consumers
from hark.core.services import Services

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
SHOTS = os.environ.get("HARK_SHOTS")  # a folder: pictures of what the visitor sees are left there

FLOW: dict[str, Any] = {
    "name": {"en": "Acme assistant", "ko": "애크미 도우미"},
    "blocks": [
        {"type": "start", "id": "s", "on": {"type": "new_conversation"}, "next": "hi"},
        {"type": "message", "id": "hi", "text": {"en": "Hello! I answer from our articles.", "ko": "안녕하세요! 도움말로 답해 드립니다."}, "next": "b"},
        {"type": "buttons", "id": "b", "text": {"en": "What is it about?", "ko": "무엇을 도와드릴까요?"}, "buttons": [
            {"id": "q", "label": {"en": "A question", "ko": "질문"}, "next": "a"}, {"id": "d", "label": {"en": "A delivery", "ko": "배송"}, "next": "day"}]},
        {"type": "answer", "id": "a", "text": {"en": "What would you like to know?", "ko": "무엇이 궁금하세요?"}},
        {"type": "ask", "id": "day", "text": {"en": "Which day?", "ko": "언제인가요?"}, "kind": "date", "attribute": "conversation.day", "next": "p"},
        {"type": "hand_over", "id": "p"},
        {"type": "start", "id": "s2", "on": {"type": "page", "url": "/shoes"}, "next": "b2"},
        {"type": "buttons", "id": "b2", "text": {"en": "Need a hand with the size?"}, "buttons": [{"id": "y", "label": {"en": "Yes please"}, "next": "p"}]},
    ],
}  # fmt: skip
BODY = "You can return boots within thirty days. Print the return label from your account."


@pytest_asyncio.fixture(scope="module")
async def web(dsn: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Web]:
    web = Web(dsn, tmp_path_factory.mktemp("var"))
    await web.start()
    yield web
    await web.end()


@pytest_asyncio.fixture(scope="module")
async def team(web: Web) -> AsyncIterator[Team]:
    """A team with an article and a bot that is published."""
    team = await web.set_up()

    async def done(path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await team.client.post(path, json=body)
        assert answer.is_success, answer.text
        return dict(answer.json())

    centre = await done("/api/help/centres", {"name": "Acme Help", "languages": ["en"], "published": True})
    article = await done(
        "/api/help/articles", {"centre_id": centre["id"], "title": "How to return boots", "body": BODY}
    )
    await done(f"/api/help/articles/{article['id']}/texts/en/publish", {"version": article["texts"]["en"]["version"]})
    bot = await done("/api/bots", {"name": "Assistant", "flow": FLOW})
    await done(f"/api/bots/{bot['id']}/publish", {})
    yield team
    await team.client.aclose()


@pytest_asyncio.fixture
async def at_work(services: Services) -> AsyncIterator[None]:
    """The worker's reader of the journal, for bots."""
    stop = asyncio.Event()
    task = asyncio.create_task(run_consumers(services.db, services.bus, (CONSUMER,), stop))
    yield
    stop.set()
    await task


@pytest_asyncio.fixture
async def site(web: Web, team: Team) -> AsyncIterator[str]:
    inbox = await team.messenger(title={"en": "Acme Outdoor"}, ask_email_when="never")
    async with shop(web.url, inbox["key"]) as url:
        yield url


@pytest_asyncio.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    context = await browser.new_context(viewport={"width": 1024, "height": 768}, locale="en-GB")
    context.set_default_timeout(15_000)
    yield context
    await context.close()


async def check(visitor: Visitor, name: str) -> None:
    """Nothing keeps anybody out; a picture is left where one is wanted."""
    frame = next(f for f in visitor.page.frames if "/messenger/" in f.url)
    await frame.evaluate(AXE.read_text("utf-8"))
    assert await frame.evaluate(AXE_RUN) == []
    if SHOTS:
        await visitor.page.screenshot(path=Path(SHOTS) / f"{name}.png")


async def test_a_visitor_is_answered_and_comes_to_a_person(
    context: BrowserContext, site: str, team: Team, at_work: None
) -> None:
    visitor = await visit(context, site)
    await visitor.begin()
    frame = visitor.frame
    await expect(visitor.said).to_have_text(["Hello! I answer from our articles.", "What is it about?"])
    await expect(frame.get_by_text("Automatic", exact=True)).to_be_visible()
    await expect(frame.get_by_role("button", name="Talk to a person")).to_be_visible()
    assert (await team.client.get("/api/conversations")).json()["items"] == []
    await check(visitor, "bot-greeting")

    await frame.get_by_role("button", name="A question").click()
    await expect(visitor.said.last).to_have_text("What would you like to know?")
    await visitor.write("How do I return boots?")
    article = frame.get_by_role("link", name="How to return boots")
    await expect(article).to_have_attribute("href", re.compile("/en/articles/how-to-return-boots$"))
    await expect(frame.get_by_role("blockquote")).to_contain_text("within thirty days")
    await expect(frame.get_by_role("button", name="Yes, thanks")).to_be_visible()
    await check(visitor, "bot-article")
    await visitor.page.emulate_media(color_scheme="dark")
    await check(visitor, "bot-article-dark")
    await visitor.page.set_viewport_size({"width": 390, "height": 760})
    await check(visitor, "bot-article-phone")

    await frame.get_by_role("button", name="Talk to a person").click()
    await expect(visitor.said.last).to_contain_text("handing you over to a person")
    await expect(frame.get_by_role("button", name="Talk to a person")).to_be_hidden()
    conversation = (await team.newest())["id"]
    thread = await team.thread(conversation)
    assert [m["author"]["kind"] for m in thread[:3]] == ["bot", "bot", "customer"]
    note = next(m for m in thread if m["kind"] == "note")
    assert "Wanted: How do I return boots?" in note["text"]
    await team.reply(conversation, "Here is Olive.")
    await expect(visitor.said.last).to_have_text("Here is Olive.")


async def test_a_page_makes_a_bot_speak_up_and_a_date_is_picked(
    context: BrowserContext, site: str, team: Team, at_work: None
) -> None:
    visitor = await visit(context, f"{site}/shoes")
    await expect(visitor.button).to_have_accessible_name("Open messages, 1 unread")
    await visitor.button.click()
    await expect(visitor.said).to_have_text(["Need a hand with the size?"])
    await visitor.frame.get_by_role("button", name="All conversations").click()
    await visitor.frame.get_by_role("button", name="Write to us").click()
    await visitor.frame.get_by_role("button", name="A delivery").click()
    await visitor.frame.get_by_label("Choose a date").fill("2026-03-31")
    await check(visitor, "bot-date")
    await visitor.frame.get_by_role("group", name="Answers to choose from").get_by_role("button", name="Send").click()
    await expect(visitor.said.last).to_contain_text("handing you over to a person")


async def test_a_bot_speaks_the_visitors_language(browser: Browser, site: str, at_work: None) -> None:
    context = await browser.new_context(viewport={"width": 1024, "height": 768}, locale="ko-KR")
    context.set_default_timeout(15_000)
    page = await context.new_page()
    await page.goto(site, wait_until="domcontentloaded")
    visitor = Visitor(page)
    await page.get_by_role("button", name=re.compile("메시지")).click()
    await visitor.frame.get_by_role("button", name="문의하기").click()
    await expect(visitor.said.first).to_have_text("안녕하세요! 도움말로 답해 드립니다.")
    await expect(visitor.frame.get_by_text("자동 응답", exact=True)).to_be_visible()
    await check(visitor, "bot-korean")
    await visitor.frame.get_by_role("button", name="상담원과 이야기하기").click()
    await expect(visitor.said.last).to_contain_text("담당자에게 연결해 드립니다")
    await context.close()
