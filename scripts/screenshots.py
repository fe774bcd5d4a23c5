"""`make screenshots`: makes the pictures in `docs/images` anew.

Starts a sample installation in a temporary folder on free ports and lets customers write to its messenger through the
widget and the visitors' protocol; people of the sample team answer. Then it takes pictures of the widget on a made-up
site and of the workspace. Needs Chromium; everything is ended and removed afterwards.
"""

import asyncio
import base64
import contextlib
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from joserfc import jwt
from joserfc.jwk import OctKey
from playwright.async_api import Browser, FrameLocator, Page

from hark.bench.browser import chromium
from hark.bench.installation import answers, end, environment, free_port, wait_ready
from hark.core.errors import HarkError, Unavailable
from hark.core.processes import spawn_tied
from hark.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
SAMPLE_S = 180
ALWAYS = {"tz": "Europe/Rome", "periods": [{"weekday": day, "start": "00:00", "end": "24:00"} for day in range(7)]}
WORDS = {
    "title": {"en": "Hello from Tidepool", "ko": "타이드풀입니다", "it": "Ciao da Tidepool"},
    "greeting": {
        "en": "Ask us about bookings, calendars or your plan.", "ko": "예약, 달력, 요금제까지 무엇이든 물어보세요.",
        "it": "Chiedici di prenotazioni, calendari o del tuo piano.",
    },
}  # fmt: skip
DESK, LAPTOP, PHONE = (1440, 900), (1180, 760), (390, 844)
QUALITY = 80
# The widget writes in the font of the visitor's system. Here that is the workspace's, whatever this machine has.
FONT = ROOT / "web/node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2"
USE_FONT = """(_, font) => new FontFace('Inter Variable', Uint8Array.from(atob(font), c => c.charCodeAt(0)), {weight: '100 900'})
  .load().then(face => { document.fonts.add(face) })"""


class Sample:
    """The running installation: its address, people signed in by first name, and its messenger."""

    def __init__(self, url: str, password: str) -> None:
        self.url, self.password = url, password
        self.people: dict[str, httpx.AsyncClient] = {}
        self.key = self.secret = ""

    async def sign_in(self, name: str) -> None:
        client = httpx.AsyncClient(base_url=self.url, timeout=30)
        answer = await client.post("/api/session", json={"email": f"{name}@example.com", "password": self.password})
        client.headers["X-CSRF-Token"] = answer.raise_for_status().json()["csrf_token"]
        self.people[name] = client

    async def open_messenger(self) -> None:
        """The sample's messenger with words of its own, always open, so that pictures do not depend on the hour."""
        owner = self.people["owner"]
        calendar = await owner.post("/api/calendars", json={"name": "Around the clock", "plan": ALWAYS})
        one = (await owner.get("/api/messengers")).json()["items"][0]
        change = {**WORDS, "calendar_id": calendar.raise_for_status().json()["id"], "origins": []}
        (await owner.patch(f"/api/messengers/{one['id']}", json=change)).raise_for_status()
        self.secret = (await owner.post(f"/api/messengers/{one['id']}/secret", json={})).json()["secret"]
        self.key = one["key"]

    def signed(self, number: str, name: str, email: str) -> str:
        """What the site's server says about a customer."""
        claims = {"sub": number, "name": name, "email": email, "exp": int(time.time()) + 3600}
        return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(self.secret))

    async def answer(self, who: str, conversation: str, text: str) -> None:
        client = self.people[who]
        seen = (await client.get(f"/api/conversations/{conversation}")).json()["seq"]
        body = {"id": str(uuid4()), "text": text, "seen_seq": seen}
        (await client.post(f"/api/conversations/{conversation}/replies", json=body)).raise_for_status()

    async def found(self, subject: str) -> str:
        """The open conversation whose subject begins so."""
        items = (await self.people["owner"].get("/api/conversations", params={"filter": "open"})).json()["items"]
        return next(str(item["id"]) for item in items if item["subject"].startswith(subject))

    async def newest(self) -> str:
        """The conversation somebody wrote in last."""
        found = await self.people["owner"].get("/api/conversations", params={"filter": "open", "order": "newest"})
        return str(found.json()["items"][0]["id"])


@asynccontextmanager
async def sample_installation(folder: Path) -> AsyncIterator[Sample]:
    own = Settings(data=folder, port=free_port(), smtp_port=free_port(), log_level="warning")
    log_path = folder / "up.log"
    with log_path.open("ab") as log:
        command = [sys.executable, "-m", "hark.cli", "up", "--sample"]
        env = {name: value for name, value in environment(own).items() if name != "DATABASE_URL"}
        process = spawn_tied(command, death_signal=signal.SIGTERM, env=env, output=log.fileno())
    try:
        await wait_ready(answers(own.port), process, log_path)
        password = await _sample_password(folder / "sample-sign-in")
        sample = Sample(own.base_url, password)
        for name in ("owner", "mina", "giulia", "tom"):
            await sample.sign_in(name)
        await sample.open_messenger()
        yield sample
        for client in sample.people.values():
            await client.aclose()
    finally:
        await end(process)


async def _sample_password(path: Path) -> str:
    for _ in range(SAMPLE_S * 5):
        with contextlib.suppress(FileNotFoundError):
            return (await asyncio.to_thread(path.read_text)).split()[-1]
        await asyncio.sleep(0.2)
    raise Unavailable("The sample workspace was not made in time. Look at what `make run` says and try again.")


# the site of the made-up company ---------------------------------------------------------------------------------------

SITE = """<!doctype html><html lang="{language}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title><style>
:root {{ color-scheme: light dark; --ink: #22302f; --soft: #5b6b69; --page: #f6f4ef; --card: #fff; --line: #e3dfd5 }}
@media (prefers-color-scheme: dark) {{ :root {{ --ink: #e9ece9; --soft: #a3b0ad; --page: #171c1c; --card: #20282a; --line: #303a3b }} }}
body {{ margin: 0; background: var(--page); color: var(--ink); font: 16px/1.55 Georgia, "Noto Serif CJK KR", serif }}
header {{ display: flex; gap: 28px; align-items: baseline; padding: 22px 6vw; border-bottom: 1px solid var(--line) }}
header b {{ font-size: 20px; margin-right: auto }} header span {{ color: var(--soft); font-size: 15px }}
main {{ padding: 7vh 6vw; max-width: 620px }} h1 {{ font-size: 38px; line-height: 1.15; margin: 0 0 12px; text-wrap: balance }}
p {{ color: var(--soft); margin: 0 0 28px }} div {{ display: flex; gap: 16px; flex-wrap: wrap }}
section {{ background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 18px 22px; flex: 1 1 150px }}
section b {{ display: block; font-size: 22px }} section i {{ color: var(--soft); font-style: normal; font-size: 15px }}
@media (max-width: 600px) {{ header span {{ display: none }} main {{ padding: 32px 20px }} h1 {{ font-size: 30px }} }}
</style></head><body><header><b>Tidepool</b>{links}</header><main><h1>{head}</h1><p>{text}</p>
<div>{plans}</div></main><script>window.Hark = (...c) => (Hark.q = Hark.q || []).push(c)
Hark('boot', {{ inbox: '{key}', jwt: '{jwt}', language: '{language}', attributes: {{ plan: 'Studio', rooms: 14 }} }})</script>
<script async src="{hark}/messenger.js"></script></body></html>"""
IN_ENGLISH = {
    "language": "en", "title": "Plans and prices · Tidepool", "head": "One calendar for every room, class and table",
    "text": "Choose a plan. You can change it at any time, and what you have paid is counted.",
    "links": "<span>Product</span><span>Prices</span><span>Help</span>",
    "plans": "".join(f"<section>{n}<b>{p}</b><i>{t}</i></section>" for n, p, t in (
        ("Solo", "€19", "one calendar"), ("Studio", "€49", "up to three places"), ("House", "€120", "any number"))),
}  # fmt: skip
IN_KOREAN = {
    "language": "ko", "title": "요금제 · Tidepool", "head": "객실, 수업, 테이블을 달력 하나로",
    "text": "요금제는 언제든지 바꿀 수 있고, 이미 낸 금액은 모두 계산에 들어갑니다.",
    "links": "<span>제품</span><span>요금</span><span>도움말</span>",
    "plans": "".join(f"<section>{n}<b>{p}</b><i>{t}</i></section>" for n, p, t in (
        ("솔로", "₩25,000", "달력 하나"), ("스튜디오", "₩65,000", "지점 세 곳까지"), ("하우스", "₩160,000", "제한 없음"))),
}  # fmt: skip


@asynccontextmanager
async def site(words: dict[str, str], sample: Sample, token: str) -> AsyncIterator[str]:
    """A page with the messenger on an origin of its own; its address."""
    body = SITE.format(**words, hark=sample.url, key=sample.key, jwt=token).encode()
    head = f"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/prices"


ITALIAN = ["Buongiorno! La ricevuta di ottobre non arriva.", "Dove la trovo nel gestionale?"]


# who writes what --------------------------------------------------------------------------------------------------------


async def quiet_chat(sample: Sample, signed: str, texts: list[str]) -> None:
    """A customer who writes through the visitors' protocol; nobody has answered yet."""
    async with httpx.AsyncClient(base_url=f"{sample.url}/api/messenger/{sample.key}") as client:
        boot = {"jwt": signed, "page": {"url": "https://tidepool.example/help", "title": "Help"}}
        token = (await client.post("boot", json=boot)).raise_for_status().json()["token"]
        client.headers["Authorization"] = f"Visitor {token}"
        thread = uuid4()
        for text in texts:
            body = {"id": str(uuid4()), "text": text}
            (await client.post(f"threads/{thread}/messages", json=body)).raise_for_status()


async def say(frame: FrameLocator, text: str, shown: int) -> None:
    """Write in the widget and wait until so many bubbles stand there."""
    await frame.locator("textarea").fill(text)
    await frame.locator("textarea").press("Enter")
    await frame.locator("ol.messages .bubble").nth(shown - 1).wait_for()
    await frame.locator(".waiting").wait_for(state="detached")


async def talk_in_english(sample: Sample, frame: FrameLocator) -> str:
    """Emma asks, Tom answers, Emma asks on; the conversation."""
    await frame.locator(".begin button").click()
    await say(frame, "Hi! Can I switch from monthly to yearly in the middle of a month?", 1)
    chat = await sample.newest()
    await sample.people["tom"].post(f"/api/conversations/{chat}/assign", json={"assignee_id": await _id(sample, "tom")})
    await sample.answer("tom", chat, "Hi Emma, yes. What you have paid for this month is taken off the yearly price.")
    await sample.answer("tom", chat, "For your Studio plan that makes €441 today instead of €490.")
    await frame.locator("ol.messages .bubble").nth(2).wait_for()
    await say(frame, "Lovely. Is our second studio in Harbour Street included?", 4)
    await sample.answer("tom", chat, "It is: Studio covers up to three places.")
    await frame.locator("ol.messages .bubble").nth(4).wait_for()
    await say(frame, "Then please switch us today.", 6)
    return chat


async def talk_in_korean(sample: Sample, frame: FrameLocator) -> str:
    await frame.locator(".begin button").click()
    await say(frame, "안녕하세요. 예약 달력을 두 지점이 함께 쓸 수 있나요?", 1)
    chat = await sample.newest()
    await sample.answer(
        "mina", chat, "안녕하세요, 하은 님. 네, 스튜디오 요금제부터 지점 세 곳까지 한 달력을 함께 쓰실 수 있어요."
    )
    await frame.locator("ol.messages .bubble").nth(1).wait_for()
    await say(frame, "그럼 지금 요금제에서 바로 바꿀 수 있을까요?", 3)
    return chat


async def _id(sample: Sample, name: str) -> int:
    return int((await sample.people[name].get("/api/me")).json()["agent"]["id"])


# pictures ---------------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def window(browser: Browser, size: tuple[int, int], **options: Any) -> AsyncIterator[Page]:
    """A page in a browser profile of its own; pictures have twice the pixels, and nothing moves in them."""
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]}, device_scale_factor=2, timezone_id="Europe/Rome",
        reduced_motion="reduce", **{"locale": "en-GB", **options},
    )  # fmt: skip
    context.set_default_timeout(30_000)
    yield await context.new_page()
    await context.close()


async def picture(page: Page, name: str) -> None:
    """The page as WebP, a quarter of the PNG's weight."""
    await page.mouse.move(0, 0)
    for frame in page.frames:
        await frame.evaluate("document.activeElement?.blur(); document.fonts.ready")
    await page.wait_for_timeout(700)  # the last answers are drawn, and what is read is marked so
    cdp = await page.context.new_cdp_session(page)
    taken = await cdp.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    path = IMAGES / f"{name}.webp"
    path.write_bytes(base64.b64decode(taken["data"]))
    print(f"{path.relative_to(IMAGES.parents[1])}  {path.stat().st_size // 1024} KB", flush=True)


async def open_widget(page: Page, address: str) -> FrameLocator:
    await page.goto(address)
    await page.evaluate("Hark('show')")
    frame = page.frame_locator("iframe")
    await frame.locator("[data-first]").first.wait_for()
    await frame.locator("body").evaluate(USE_FONT, base64.b64encode(FONT.read_bytes()).decode())
    return frame


async def open_chat(page: Page, sample: Sample, chat: str, *, who: str = "owner", language: str = "en") -> None:
    """The workspace with a conversation, as somebody of the team sees it."""
    await sample.people[who].patch("/api/me", json={"locale": language})
    cookie = {"name": "hark_session", "value": sample.people[who].cookies["hark_session"], "url": sample.url}
    await page.context.add_cookies([cookie])  # type: ignore[list-item]
    await page.goto(f"{sample.url}/inbox/{chat}")
    await page.get_by_role("article").first.wait_for()
    await page.get_by_role("complementary").locator("h2").first.or_(page.get_by_role("main")).first.wait_for()


async def pictures(browser: Browser, sample: Sample) -> None:
    emma = sample.signed("T-2481", "Emma Carlsson", "emma@harbouryoga.example")
    haeun = sample.signed("T-3107", "김하은", "haeun.kim@haneul-pension.example")
    await quiet_chat(sample, sample.signed("T-1290", "Luca Bianchi", "luca@danello.example"), ITALIAN)
    async with (
        site(IN_ENGLISH, sample, emma) as english, site(IN_KOREAN, sample, haeun) as korean,
        window(browser, LAPTOP) as customer, window(browser, LAPTOP, locale="ko-KR") as korean_customer,
    ):  # fmt: skip
        frame = await open_widget(customer, english)
        await picture(customer, "widget-home")
        chat = await talk_in_english(sample, frame)
        await picture(customer, "widget")
        korean_chat = await talk_in_korean(sample, await open_widget(korean_customer, korean))
        await picture(korean_customer, "widget-ko")
        await workspace(browser, sample, chat, korean_chat)
        await customer.emulate_media(color_scheme="dark")
        await picture(customer, "widget-dark")
        async with window(browser, PHONE, is_mobile=True, has_touch=True) as phone:
            await open_widget(phone, english)
            await phone.frame_locator("iframe").locator(".threads button").first.click()
            await phone.frame_locator("iframe").locator("ol.messages .bubble").nth(5).wait_for()
            await picture(phone, "widget-phone")


async def workspace(browser: Browser, sample: Sample, chat: str, korean_chat: str) -> None:
    """With Mina looking at the chat, too."""
    async with window(browser, DESK) as mina, window(browser, DESK) as desk, window(browser, PHONE) as phone:
        await open_chat(mina, sample, chat, who="mina")
        await open_chat(desk, sample, chat)
        await picture(desk, "chat")
        await open_chat(desk, sample, await sample.found("Double bookings"))
        await picture(desk, "inbox")
        await open_chat(desk, sample, chat)
        await desk.emulate_media(color_scheme="dark")
        await picture(desk, "chat-dark")
        await desk.emulate_media(color_scheme="light")
        await open_chat(desk, sample, korean_chat, language="ko")
        await picture(desk, "chat-ko")
        await open_chat(phone, sample, chat)
        await picture(phone, "chat-phone")
        await desk.goto(f"{sample.url}/settings/messengers")
        await desk.get_by_role("main").get_by_role("link").first.click()
        await desk.get_by_text("<script async").wait_for()
        await picture(desk, "messenger-settings")
        await sample.people["owner"].patch("/api/me", json={"locale": "en"})
        await desk.goto(f"{sample.url}/settings/intake")
        await desk.get_by_role("main").get_by_role("listitem").first.wait_for()
        await picture(desk, "ledger")
        await desk.goto(f"{sample.url}/settings/mailboxes")
        await desk.get_by_role("main").get_by_role("link", name="support@").first.click()
        await desk.get_by_role("heading", level=2).first.wait_for()
        await picture(desk, "mailbox")


async def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="hark-pictures-", ignore_cleanup_errors=True) as folder:
        async with chromium() as browser, sample_installation(Path(folder)) as sample:
            await pictures(browser, sample)


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except HarkError as error:
        sys.exit(str(error))
