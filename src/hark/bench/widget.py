"""`hark bench widget`: what the messenger costs the page that holds it, in Chromium with its processor slowed four times.

A page of some weight is loaded with and without the script tag in turns, each time in a fresh profile. It stands at
the same site as Hark on another port, so that page and frame share one main thread: the worst case. A page's blocking
time is what its tasks take beyond 50 ms each, until three seconds after its load event: the frame is there by then.
"""

import asyncio
import re
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

import msgspec

from hark.bench.actions import create_desk
from hark.bench.browser import chromium
from hark.bench.installation import installation, running
from hark.bench.runner import Figure
from hark.channels.messenger.accounts import create_messenger
from hark.channels.messenger.types import NewMessenger
from hark.core.actor import system
from hark.core.errors import Unavailable
from hark.settings import Settings

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

SLOWED = 4
RUNS, QUICK_RUNS, OPENINGS = 15, 2, 9
AFTER_LOAD_MS = 3_000
ROWS = 400

SITE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title>
<style>body {{ font: 16px/1.5 sans-serif }} li:nth-child(3n) b {{ color: #555 }}</style>{tag}</head><body><h1>Shop</h1>
<ul id="list"></ul><script>for (let n = 0; n < {rows}; n++) {{ const row = document.createElement('li')
row.innerHTML = `<b>Thing ${{n}}</b> <a href="#${{n}}">${{Math.sqrt(n).toFixed(3)}}</a>`; list.append(row) }}</script>
</body></html>"""

# In the page: what blocks, and when the button can be seen. In the frame: when it has something to show.
WATCH = """
if (self === top) {
  self.tasks = []
  new PerformanceObserver(list => tasks.push(...list.getEntries().map(e => e.duration)))
    .observe({ type: 'longtask', buffered: true })
  const root = () => [...document.body?.children ?? []].find(one => one.shadowRoot)?.shadowRoot
  const look = () => {
    const button = root()?.querySelector('button')
    if (button && !button.hidden) self.buttonAt = performance.now()
    else requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
  self.openAt = () => new Promise(done => {
    const button = root().querySelector('button'), begin = performance.timeOrigin + performance.now()
    button.click()
    done(begin)
  })
} else {
  const look = () => {
    if (document.querySelector('[data-title]')?.offsetHeight)
      requestAnimationFrame(() => { self.shownAt = performance.timeOrigin + performance.now() })
    else requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
}
"""


class Load(msgspec.Struct, frozen=True):
    """One load of the page, in milliseconds. `button` counts from the load event; None without the tag."""

    load: float
    blocking: float
    button: float | None


async def run(settings: Settings, *, quick: bool) -> list[Figure]:
    """Bytes as they are served, and medians of many loads beside the spread of those without the tag."""
    async with chromium() as browser, installation(smtp_port=0) as here, running(here, "web"):
        desk = await create_desk(here.db)
        actor = system(desk.id)
        async with here.db.transaction(actor) as tx:
            new = NewMessenger(name="Shop", title={"en": "Hello"}, greeting={"en": "How can we help?"})
            messenger = await create_messenger(tx, actor, new, here.settings.base_url)
        async with site("") as bare, site(messenger.snippet) as carrying:
            parts = await _parts(browser, carrying, here.settings.base_url)
            loads: dict[str, list[Load]] = {bare: [], carrying: []}
            for _ in range(QUICK_RUNS if quick else RUNS):
                for address, seen in loads.items():
                    seen.append(await _load(browser, address))
            openings = [await _open(browser, carrying) for _ in range(QUICK_RUNS if quick else OPENINGS)]
    return [*_weights(parts), *_costs(loads[bare], loads[carrying]), _figure("open_ms", median(openings), target=100)]


def _weights(parts: dict[str, int]) -> list[Figure]:
    loader = sum(size for url, size in parts.items() if url.endswith("/messenger.js"))
    app = sum(parts.values()) - loader
    return [
        Figure(key="loader_gz_bytes", value=loader, unit="bytes", target=2_048, better="lower"),
        Figure(key="app_gz_bytes", value=app, unit="bytes", target=30_720, better="lower"),
    ]


def _costs(bare: list[Load], carrying: list[Load]) -> list[Figure]:
    button = median(one.button for one in carrying if one.button is not None)
    return [
        _delta("load_event_delta", [one.load for one in bare], [one.load for one in carrying]),
        _delta("blocking_time_delta", [one.blocking for one in bare], [one.blocking for one in carrying]),
        _figure("button_after_load", button, target=300),
    ]


def _delta(key: str, bare: list[float], carrying: list[float]) -> Figure:
    """The difference of the medians. Its limit is the noise: half of the loads without the tag lie as far apart."""
    low, _, high = quantiles(bare, n=4, method="inclusive")
    return _figure(key, median(carrying) - median(bare), limit=round(high - low, 1))


def _figure(key: str, value: float, *, target: float | None = None, limit: float | None = None) -> Figure:
    return Figure(key=key, value=round(value, 1), unit="ms", target=target, limit=limit, better="lower")


# bytes ----------------------------------------------------------------------------------------------------------------


async def _parts(browser: "Browser", address: str, hark: str) -> dict[str, int]:
    """Everything static that one visitor's browser asks Hark for, and its bytes as served with gzip."""
    context = await browser.new_context(locale="en-GB")
    urls: set[str] = set()
    context.on("request", lambda request: urls.add(request.url))
    page = await context.new_page()
    await page.goto(address)
    await _ready(page)
    await context.close()
    wanted = {url for url in urls if re.match(re.escape(hark) + r"/messenger(\.js|/)", url)}
    return {url: await asyncio.to_thread(_served_bytes, url) for url in wanted}


def _served_bytes(url: str) -> int:
    request = urllib.request.Request(url, headers={"Accept-Encoding": "gzip"})  # noqa: S310 (our own server)
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
        return len(answer.read())


# time -----------------------------------------------------------------------------------------------------------------


async def _load(browser: "Browser", address: str) -> Load:
    """One load in a fresh profile on a slow processor."""
    page = await _page(browser)
    try:
        cdp = await page.context.new_cdp_session(page)
        await cdp.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
        await page.goto(address)
        await page.wait_for_timeout(AFTER_LOAD_MS)
        load, tasks, button = await page.evaluate(
            "[performance.getEntriesByType('navigation')[0].loadEventEnd, tasks, self.buttonAt ?? null]"
        )
        return Load(load, sum(max(0.0, one - 50) for one in tasks), None if button is None else max(0.0, button - load))
    finally:
        await page.context.close()


async def _open(browser: "Browser", address: str) -> float:
    """Milliseconds from a click on the button to the frame of pixels that shows the messenger; nothing is slowed."""
    page = await _page(browser)
    try:
        await page.goto(address)
        frame = await _ready(page)
        begin = await page.evaluate("openAt()")
        shown = await frame.wait_for_function(
            "() => self.shownAt"
        )  # a string would be an eval, which the frame forbids
        return float(await shown.json_value()) - float(begin)
    finally:
        await page.context.close()


async def _page(browser: "Browser") -> "Page":
    context = await browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    await context.add_init_script(WATCH)
    return await context.new_page()


async def _ready(page: "Page") -> Any:
    """The messenger's frame once it has drawn its first page."""
    for _ in range(400):
        for frame in page.frames[1:]:
            if await frame.locator("[data-title]").count():
                return frame
        await asyncio.sleep(0.05)
    raise Unavailable("The messenger did not come up in the browser. Is the front end built (make run)?")


@asynccontextmanager
async def site(tag: str) -> AsyncIterator[str]:
    """A page of some weight with a tag in its head, on a port of its own; its address."""
    body = SITE.format(tag=tag, rows=ROWS).encode()
    head = f"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(talk, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
