"""The messenger on somebody's site: another origin, a strict policy, a server that dies, a network that cuts."""

import asyncio
import base64
import gzip
import hmac
import json
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, FrameLocator, Locator, Page, expect
from tests.e2e.conftest import CHROMIUM, FLAGS
from tests.e2e.test_work import AXE, AXE_RUN
from tests.support.widget import Team, Tunnel, Web, broken, serving, shop

from hark.channels.messenger.frame import ROOT

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")

BUTTON = "[...document.body.children].find(e => e.shadowRoot)?.shadowRoot.querySelector('button')"


@pytest_asyncio.fixture(scope="module")
async def web(dsn: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Web]:
    web = Web(dsn, tmp_path_factory.mktemp("var"))
    await web.start()
    yield web
    await web.end()


@pytest_asyncio.fixture(scope="module")
async def team(web: Web) -> AsyncIterator[Team]:
    team = await web.set_up()
    yield team
    await team.client.aclose()


@pytest_asyncio.fixture
async def inbox(team: Team) -> dict[str, Any]:
    """A messenger of this test alone, whose team is there around the clock."""
    return await team.messenger(
        title={"en": "Acme Outdoor"}, greeting={"en": "How can we help?"}, ask_email_when="never"
    )


@pytest_asyncio.fixture
async def site(web: Web, inbox: dict[str, Any]) -> AsyncIterator[str]:
    async with shop(web.url, inbox["key"]) as url:
        yield url


@pytest_asyncio.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    """A visitor's browser. What goes wrong on the host page fails the test."""
    context = await browser.new_context(viewport={"width": 1024, "height": 768}, locale="en-GB")
    context.set_default_timeout(15_000)
    yield context
    problems = [problem for page in context.pages for problem in await page.evaluate("window.problems ?? []")]
    await context.close()
    assert problems == []


class Visitor:
    """Somebody on the site."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @property
    def frame(self) -> FrameLocator:
        return self.page.frame_locator("iframe")

    @property
    def button(self) -> Locator:
        return self.page.get_by_role("button", name=re.compile("messages|Chat"))

    @property
    def field(self) -> Locator:
        return self.frame.get_by_role("textbox", name="Your message")

    @property
    def said(self) -> Locator:
        return self.frame.locator(".bubble")

    async def open(self) -> None:
        await expect(self.button).to_have_accessible_name(re.compile("Open messages"))
        await self.button.click()

    async def begin(self) -> None:
        await self.open()
        await self.frame.get_by_role("button", name="Write to us").click()

    async def write(self, text: str) -> None:
        await self.field.fill(text)
        await self.field.press("Enter")

    async def buy(self) -> None:
        """The host page is alive: its own button works."""
        before = int(await self.page.locator("#bought").inner_text())
        await self.page.locator("#buy").click(timeout=3_000)
        await expect(self.page.locator("#bought")).to_have_text(str(before + 1))


async def visit(context: BrowserContext, url: str) -> Visitor:
    page = await context.new_page()
    await page.goto(url, wait_until="domcontentloaded")
    return Visitor(page)


async def test_a_conversation_on_a_site_with_a_strict_policy(context: BrowserContext, site: str, team: Team) -> None:
    visitor = await visit(context, site)
    await visitor.begin()
    await visitor.write("Do these boots come in 43?")
    await expect(visitor.frame.get_by_text("· Sent")).to_be_visible()
    conversation = (await team.newest())["id"]
    assert [m["text"] for m in await team.thread(conversation)] == ["Do these boots come in 43?"]

    async with team.live() as desk:
        await desk.say(type="view", conversation_id=conversation)
        await desk.say(type="typing", conversation_id=conversation, typing=True, public=True)
        await expect(visitor.frame.get_by_label("Olive Owner is writing")).to_be_visible()
        await visitor.field.press_sequentially("And")
        await desk.hear(type="visitor", conversation_id=conversation, typing=True)

    await team.read(conversation)
    await expect(visitor.frame.get_by_text("· Seen")).to_be_visible()
    await team.reply(conversation, "They do: https://shop.example/boots")
    await expect(visitor.said.last).to_have_text("They do: https://shop.example/boots")
    link = visitor.frame.get_by_role("link", name="https://shop.example/boots")
    assert await link.get_attribute("rel") == "noopener noreferrer nofollow"
    await visitor.buy()


async def test_unread_messages_show_on_the_button_until_they_are_read(
    context: BrowserContext, site: str, team: Team
) -> None:
    visitor = await visit(context, site)
    await visitor.page.evaluate("window.unread = []; Hark('onUnread', n => unread.push(n))")
    await visitor.begin()
    await visitor.write("I am off for a coffee")
    await expect(visitor.frame.get_by_text("· Sent")).to_be_visible()
    await visitor.field.press("Escape")
    await expect(visitor.page.locator("iframe")).to_be_hidden()
    conversation = (await team.newest())["id"]
    await team.reply(conversation, "Enjoy it")
    await team.reply(conversation, "It is in stock")
    await expect(visitor.button).to_have_accessible_name("Open messages, 2 unread")
    assert (await visitor.page.evaluate("unread"))[-1] == 2
    await visitor.button.click()
    await expect(visitor.said.last).to_have_text("It is in stock")
    await visitor.field.press("Escape")
    await expect(visitor.button).to_have_accessible_name("Open messages")
    assert (await visitor.page.evaluate("unread"))[-1] == 0


async def test_the_visitor_and_the_thread_survive_a_reload(context: BrowserContext, site: str, team: Team) -> None:
    visitor = await visit(context, site)
    await visitor.begin()
    await visitor.write("First")
    await expect(visitor.frame.get_by_text("· Sent")).to_be_visible()
    await visitor.page.reload()
    await expect(visitor.said).to_have_text(["First"])
    await visitor.write("Second")
    await expect(visitor.frame.get_by_text("· Sent")).to_be_visible()
    texts = [message["text"] for message in await team.thread((await team.newest())["id"])]
    assert texts == ["First", "Second"]


async def test_a_file_and_an_emoji(context: BrowserContext, site: str, team: Team, tmp_path: Path) -> None:
    visitor = await visit(context, site)
    await visitor.begin()
    await visitor.frame.get_by_role("button", name="Emoji").click()
    await visitor.frame.get_by_role("button", name="👍").click()
    receipt = tmp_path / "receipt.txt"
    receipt.write_text("Order 48213")
    await visitor.frame.locator("input[type=file]").set_input_files(receipt)
    await expect(visitor.frame.get_by_text("receipt.txt")).to_be_visible()
    await visitor.frame.get_by_role("button", name="Send", exact=True).click()
    await expect(visitor.frame.get_by_text("· Sent")).to_be_visible()
    await expect(visitor.frame.get_by_role("link", name="receipt.txt")).to_be_visible()
    (message,) = await team.thread((await team.newest())["id"])
    assert message["text"] == "👍"
    assert [file["name"] for file in message["attachments"]] == ["receipt.txt"]


async def test_the_closed_messenger_covers_only_its_button(context: BrowserContext, site: str) -> None:
    visitor = await visit(context, site)
    await expect(visitor.button).to_be_visible()
    for _ in range(2):  # before it was ever open, and after
        await visitor.page.mouse.move(10, 10)
        await expect(visitor.button).to_have_css("transform", "none")
        box = await visitor.button.bounding_box()
        assert box is not None
        covered = await visitor.page.evaluate(
            """() => { const hits = []
            for (let x = 2; x < innerWidth; x += 8) for (let y = 2; y < innerHeight; y += 8)
              if (document.elementFromPoint(x, y)?.shadowRoot) hits.push([x, y])
            return hits }"""
        )
        assert covered
        outside = [
            (x, y)
            for x, y in covered
            if not (box["x"] <= x <= box["x"] + box["width"] and box["y"] <= y <= box["y"] + box["height"])
        ]
        assert outside == []
        await visitor.buy()
        await visitor.open()
        await visitor.button.click()


async def test_a_page_of_a_single_page_application_is_followed(context: BrowserContext, site: str, team: Team) -> None:
    visitor = await visit(context, site)
    await visitor.begin()
    await visitor.write("Where am I?")
    await expect(visitor.frame.get_by_text("· Sent")).to_be_visible()
    conversation = (await team.newest())["id"]
    async with team.live() as desk:
        await visitor.page.evaluate("history.pushState({}, '', '/boots?size=43'); document.title = 'Boots'")
        heard = await desk.hear(
            type="visitor", conversation_id=conversation, page={"url": f"{site}/boots?size=43", "title": "Boots"}
        )
    assert heard["page"]["title"] == "Boots"


async def test_by_keyboard(context: BrowserContext, site: str) -> None:
    visitor = await visit(context, site)
    await expect(visitor.button).to_have_accessible_name("Open messages")
    await visitor.button.focus()
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.frame.get_by_role("button", name="Write to us")).to_be_focused()
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.field).to_be_focused()
    await visitor.page.keyboard.type("By hand")
    for _ in range(12):  # round and round, and never out
        await visitor.page.keyboard.press("Tab")
        assert await visitor.page.evaluate("document.activeElement.shadowRoot?.activeElement?.tagName") == "IFRAME"
    await visitor.page.keyboard.press("Escape")
    await expect(visitor.page.locator("iframe")).to_be_hidden()
    await expect(visitor.button).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_nothing_in_the_way_of_assistive_technology(browser: Browser, web: Web, team: Team, scheme: Any) -> None:
    inbox = await team.messenger(color="#ffcc00", prechat=[{"field": "name", "required": True}])
    context = await browser.new_context(viewport={"width": 1024, "height": 768}, locale="en-GB", color_scheme=scheme)
    async with shop(web.url, inbox["key"]) as site:
        visitor = await visit(context, site)
        await visitor.open()
        frame = visitor.page.frames[-1]
        await frame.evaluate(AXE.read_text("utf-8"))
        await visitor.frame.get_by_role("button", name="Write to us").wait_for()
        assert await frame.evaluate(AXE_RUN) == []
        await visitor.frame.get_by_role("button", name="Write to us").click()
        await visitor.frame.get_by_role("button", name="Continue").click()
        await expect(visitor.frame.get_by_role("alert")).to_be_visible()
        assert await frame.evaluate(AXE_RUN) == []
        await visitor.frame.get_by_label("Name").fill("Vera")
        await visitor.frame.get_by_role("button", name="Continue").click()
        await visitor.write("Hello")
        await expect(visitor.frame.get_by_text("· Sent")).to_be_visible()
        await team.reply((await team.newest())["id"], "Hello Vera")
        await expect(visitor.said.last).to_have_text("Hello Vera")
        await visitor.frame.get_by_role("button", name="Options of this conversation").click()
        await visitor.frame.get_by_role("button", name="Emoji").click()
        assert await frame.evaluate(AXE_RUN) == []
        await visitor.page.evaluate(AXE.read_text("utf-8"))
        found = await visitor.page.evaluate(AXE_RUN)
        assert [one for one in found if "iframe" in one or "shadow" in one] == []
    await context.close()


async def test_a_phone_gives_it_the_whole_screen(browser: Browser, site: str) -> None:
    context = await browser.new_context(
        viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True, locale="ko-KR"
    )
    visitor = await visit(context, site)
    await visitor.page.get_by_role("button", name="메시지 열기").tap()
    frame = visitor.page.locator("iframe")
    await expect(visitor.frame.get_by_role("button", name="문의하기")).to_be_visible()
    assert await frame.bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 844}
    await visitor.frame.get_by_role("button", name="메시지 닫기").tap()
    await expect(frame).to_be_hidden()
    await context.close()


async def test_a_killed_server_costs_the_visitor_nothing(
    context: BrowserContext, site: str, team: Team, web: Web
) -> None:
    visitor = await visit(context, site)
    await visitor.begin()
    await visitor.write("Before")
    await expect(visitor.frame.get_by_text("· Sent")).to_be_visible()
    await web.kill()
    try:
        await visitor.write("While you are away")
        await visitor.write("And another")
        await expect(visitor.frame.get_by_text("It goes out as soon as")).to_have_count(1)
        await expect(visitor.frame.get_by_text("No connection.")).to_be_visible()
        await visitor.buy()
    finally:
        await web.start()
    await expect(visitor.frame.get_by_text("· Sent")).to_be_visible(timeout=45_000)
    conversation = (await team.newest())["id"]
    texts = [message["text"] for message in await team.thread(conversation)]
    assert texts == ["Before", "While you are away", "And another"]
    await team.reply(conversation, "Back again")
    await expect(visitor.said).to_have_text([*texts, "Back again"], timeout=45_000)


async def test_a_page_that_opens_while_hark_is_dead(context: BrowserContext, site: str, web: Web) -> None:
    """What waits in the browser goes out from the next page."""
    visitor = await visit(context, site)
    await visitor.begin()
    await web.kill()
    try:
        await visitor.write("Written on a dead line")
        await expect(visitor.frame.get_by_text("It goes out as soon as")).to_be_visible()
        await visitor.page.goto(f"{site}/shoes")
        await visitor.buy()
    finally:
        await web.start()
    await visitor.page.goto(site)
    await expect(visitor.said).to_have_text(["Written on a dead line"])
    await expect(visitor.frame.get_by_text("· Sent")).to_be_visible()


@pytest.mark.parametrize("how", ["silent", "500", "slow", "page 500", "page silent"])
async def test_a_hark_that_is_not_well_leaves_the_host_page_alone(context: BrowserContext, how: str) -> None:
    loader = (ROOT / "messenger.js").read_bytes()
    async with serving(broken(how, loader)) as hark, shop(hark, "A" * 16) as site:
        page = await context.new_page()
        await page.clock.install()
        await page.goto(site, wait_until="domcontentloaded")
        visitor = Visitor(page)
        await visitor.buy()
        if how not in ("silent", "500"):
            await expect(visitor.button).to_be_visible()
            await visitor.buy()
            await page.clock.fast_forward(25_000)
            await expect(visitor.button).to_be_hidden()
        await visitor.buy()
        assert await page.evaluate("getComputedStyle(document.body).fontFamily") == "Georgia, serif"


async def test_the_address_is_asked_for_and_the_transcript_goes_there(
    context: BrowserContext, web: Web, team: Team
) -> None:
    smtp = {"host": "smtp.acme.example", "port": 587, "security": "starttls", "username": "a", "password": "b"}
    answer = await team.client.post(
        "/api/mailboxes", json={"name": "Acme", "address": "hello@acme.example", "imap": None, "smtp": smtp}
    )
    assert answer.is_success, answer.text
    inbox = await team.messenger(ask_email_when="always", reply_mailbox_id=answer.json()["id"])
    async with shop(web.url, inbox["key"]) as site:
        visitor = await visit(context, site)
        await visitor.begin()
        await visitor.write("I have to go")
        await visitor.frame.get_by_role("textbox", name="Email").fill("vera@example")
        await visitor.frame.get_by_role("button", name="Save").click()
        await expect(visitor.frame.get_by_role("alert")).to_contain_text("does not look like")
        await visitor.frame.get_by_role("textbox", name="Email").fill("vera@example.org")
        await visitor.frame.get_by_role("button", name="Save").click()
        await expect(visitor.frame.get_by_text("also goes to vera@example.org")).to_be_visible()
        await visitor.frame.get_by_role("button", name="Options of this conversation").click()
        await visitor.frame.get_by_role("button", name="Send me this conversation by email").click()
        await expect(visitor.frame.get_by_text("on its way to your mailbox")).to_be_visible()
        await visitor.frame.get_by_role("button", name="Send me this conversation by email").click()
        await expect(visitor.frame.get_by_text("sent a short while ago")).to_be_visible()


async def test_a_signed_token_says_who_the_visitor_is(
    context: BrowserContext, site: str, inbox: dict[str, Any], team: Team
) -> None:
    secret = (await team.client.post(f"/api/messengers/{inbox['id']}/secret", json={})).json()["secret"]
    visitor = await visit(context, site)
    warnings: list[str] = []
    visitor.page.on("console", lambda message: warnings.append(message.text) if message.type == "warning" else None)
    await visitor.begin()
    await visitor.write("Do you know me?")
    await expect(visitor.frame.get_by_text("· Sent")).to_be_visible()
    path = f"/api/conversations/{(await team.newest())['id']}/visitor"
    await visitor.page.evaluate("Hark('identify', {jwt: 'not.a.token'})")
    while not warnings:
        await visitor.page.wait_for_timeout(50)
    assert "stays anonymous" in warnings[0]
    assert not (await team.client.get(path)).json()["visitor"]["identified"]
    claims = {"sub": "customer-7", "name": "Vera Vasquez", "email": "vera@example.org", "exp": int(time.time()) + 300}
    async with visitor.page.expect_response("**/boot"):
        await visitor.page.evaluate("jwt => Hark('identify', {jwt})", signed(claims, secret))
    await visitor.write("And now?")
    await expect(visitor.frame.locator(".waiting")).to_have_count(0)
    known = (await team.client.get(path)).json()["visitor"]
    assert (known["identified"], known["name"]) == (True, "Vera Vasquez")


def signed(claims: dict[str, Any], secret: str) -> str:
    """The token of the guide, without a library."""

    def part(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).decode().rstrip("=")

    head = part(b'{"alg":"HS256","typ":"JWT"}') + "." + part(json.dumps(claims).encode())
    return head + "." + part(hmac.digest(secret.encode(), head.encode(), "sha256"))


async def test_signing_out_leaves_nothing_behind(context: BrowserContext, site: str) -> None:
    visitor = await visit(context, site)
    await visitor.begin()
    await visitor.write("On a shared computer")
    await expect(visitor.frame.get_by_text("· Sent")).to_be_visible()
    await visitor.page.evaluate("Hark('shutdown')")
    assert (
        await visitor.page.evaluate("[...Object.keys(localStorage), ...Object.values(sessionStorage)].filter(Boolean)")
        == []
    )
    await visitor.page.reload()
    await visitor.open()
    await expect(visitor.frame.get_by_role("button", name="Write to us")).to_be_visible()
    await expect(visitor.frame.get_by_text("Your conversations")).to_have_count(0)


async def test_a_page_may_boot_by_hand_before_the_script_is_there(
    context: BrowserContext, web: Web, team: Team
) -> None:
    inbox = await team.messenger(title={"it": "Ciao", "en": "Hello"})
    async with shop(web.url, "") as site:
        page = await context.new_page()
        await page.add_init_script(
            "window.Hark = function () { (Hark.q = Hark.q || []).push(arguments) };"
            f"Hark('boot', {{inbox: '{inbox['key']}', language: 'it-IT', attributes: {{plan: 'pro', deep: {{a: 1}}}}}}); Hark('show')"
        )
        await page.goto(site)
        visitor = Visitor(page)
        await expect(visitor.frame.get_by_role("heading", name="Ciao")).to_be_visible()
        await expect(visitor.frame.get_by_role("button", name="Scrivici")).to_be_visible()


async def test_a_pasted_picture_and_a_voice_note(browser: Browser, site: str, web: Web, team: Team) -> None:
    """With the microphone Chromium makes up for tests: a browser of its own, as that is a flag."""
    flags = [*FLAGS, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    own = await browser.browser_type.launch(executable_path=CHROMIUM, args=flags)
    visitor = await visit(await own.new_context(viewport={"width": 1024, "height": 768}, locale="en-GB"), site)
    await visitor.begin()
    await visitor.field.evaluate(
        """async field => {
        const canvas = Object.assign(document.createElement('canvas'), {width: 40, height: 30})
        canvas.getContext('2d').fillRect(0, 0, 20, 20)
        const blob = await new Promise(done => canvas.toBlob(done))
        const clipboardData = new DataTransfer()
        clipboardData.items.add(new File([blob], 'shot.png', {type: 'image/png'}))
        field.dispatchEvent(new ClipboardEvent('paste', {clipboardData, bubbles: true, cancelable: true})) }"""
    )
    await expect(visitor.frame.get_by_text("shot.png")).to_be_visible()
    await visitor.frame.get_by_role("button", name="Record a voice note").click()
    await expect(visitor.frame.get_by_text("Nothing is recorded before you allow it")).to_be_visible()
    await visitor.frame.get_by_role("button", name="Go on").click()
    await expect(visitor.frame.get_by_text("Recording, 0:01")).to_be_visible()
    await visitor.frame.get_by_role("button", name="Stop and attach").click()
    await expect(visitor.frame.get_by_text("Voice note.webm")).to_be_visible()
    await visitor.frame.get_by_role("button", name="Send", exact=True).click()
    await expect(visitor.frame.get_by_text("· Sent")).to_be_visible()
    picture = visitor.frame.get_by_role("img", name="shot.png")
    await picture.scroll_into_view_if_needed()
    await expect(picture).to_have_js_property("naturalWidth", 40)
    sound = visitor.frame.get_by_label("Voice note.webm")
    await sound.evaluate(
        "audio => audio.readyState >= 1 || new Promise(done => audio.addEventListener('loadedmetadata', done))"
    )
    (message,) = await team.thread((await team.newest())["id"])
    assert sorted(file["content_type"] for file in message["attachments"]) == ["audio/webm", "image/png"]
    await own.close()


async def test_a_refused_microphone_is_explained(context: BrowserContext, site: str) -> None:
    visitor = await visit(context, site)
    await visitor.begin()
    await visitor.frame.get_by_role("button", name="Record a voice note").click()
    await visitor.frame.get_by_role("button", name="Go on").click()
    await expect(visitor.frame.get_by_role("alert")).to_contain_text(re.compile("blocked|No microphone"))


def test_the_messenger_stays_light() -> None:
    """The same budgets as `npm run build` has, on the files as they are shipped."""

    def weight(file: Path) -> int:
        return len(gzip.compress(file.read_bytes(), 9))

    scripts = [file for file in (ROOT / "assets").iterdir() if file.suffix in (".js", ".css")]
    frame = [weight(file) for file in scripts if not file.name.startswith(("words-", "later-"))]
    later = [weight(file) for file in scripts if file.name.startswith("later-")]  # when a messenger has articles
    catalogues = [weight(file) for file in scripts if file.name.startswith("words-")]
    assert weight(ROOT / "messenger.js") <= 2_048
    assert sum(frame) + max(catalogues) <= 30_720
    assert sum(later) <= 6_144


MESSAGES = 200
MANY = [f"message {n}" for n in range(MESSAGES)]


async def test_nothing_is_lost_or_doubled_on_a_line_that_breaks_every_second(
    context: BrowserContext, inbox: dict[str, Any], team: Team, web: Web
) -> None:
    """200 messages each way, the visitor's all through a network that cuts every connection once a second."""
    tunnel = Tunnel(web.port)
    async with serving(tunnel.talk) as hark, shop(hark, inbox["key"]) as site:
        visitor = await visit(context, site)
        await visitor.begin()
        await visitor.write(MANY[0])
        await expect(visitor.frame.get_by_text("· Sent")).to_be_visible()
        conversation = (await team.newest())["id"]
        cutting = asyncio.create_task(tunnel.cut_every(1))
        try:

            async def write_all() -> None:
                for text in MANY[1:]:
                    await visitor.write(text)

            async def answer_all() -> None:
                for text in MANY:
                    await team.reply(conversation, f"answer to {text}")

            await asyncio.gather(write_all(), answer_all())
            await expect(visitor.said).to_have_count(2 * MESSAGES, timeout=90_000)
            await expect(visitor.frame.locator(".waiting")).to_have_count(0, timeout=90_000)
        finally:
            cutting.cancel()
        assert tunnel.cuts >= 3
        assert await visitor.frame.locator(".own .bubble").all_inner_texts() == MANY
        assert await visitor.frame.locator(".theirs .bubble").all_inner_texts() == [
            f"answer to {text}" for text in MANY
        ]
        stored = await team.thread(conversation)
        assert [m["text"] for m in stored if m["direction"] == "in"] == MANY
        shown = await visitor.said.all_inner_texts()
        assert shown == [m["text"] for m in stored], "the visitor and the team see one order"
