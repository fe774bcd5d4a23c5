"""Part `help_page` of `hark bench answers`: one article of the help centre, as fast as one process serves it and as light
as its first reader finds it.

`help_pages_s`: pages a second by wrk over one process, gzipped and kept, beside a bare ASGI answer of as many bytes by the
same server. `help_pages_counted_s`: the same for readers whose visit is counted. `help_first_view_kb`: everything
Chromium fetches for the article with nothing in its cache, headers included; `help_blocking_bytes`: scripts that stop the
page from being shown.
"""

import asyncio
import re
import shutil
import signal
import sys
import urllib.request
from pathlib import Path
from urllib.parse import urljoin

from hark.bench.actions import create_desk
from hark.bench.browser import chromium
from hark.bench.installation import Installation, answers, end, free_port, installation, running, wait_ready
from hark.bench.runner import Figure
from hark.core.actor import system
from hark.core.errors import NotFound
from hark.core.processes import spawn_tied
from hark.help.actions import create_article
from hark.help.centre_types import CollectionText, NewCentre, NewCollection
from hark.help.centres import create_centre, create_collection
from hark.help.texts import publish_text
from hark.help.types import NewArticle, Publish
from hark.settings import Settings

SECONDS, QUICK_SECONDS = 10, 3
CONNECTIONS = 32
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
ARTICLES = 12

PARAGRAPH = (
    "Open **Settings** and choose the account you want to change. What you enter here counts from the next invoice on; "
    "invoices that were sent stay as they are. When several people manage the account, each of them gets a mail that says "
    "what was changed and by whom, so that nobody has to ask.\n\n"
)
STEPS = "".join(f"{n}. Choose the entry, check what it says, and press **Save**.\n" for n in range(1, 7))
TABLE = "| Plan | Seats | Price |\n|---|---|---|\n" + "".join(
    f"| Plan {n} | {n * 5} | {n * 19} |\n" for n in range(1, 6)
)
BODY = "\n".join(
    f"## How do I change number {n}?\n\n{PARAGRAPH}{STEPS if n % 2 else TABLE}\n> [!TIP]\n> It can be taken back for a day.\n"
    for n in range(1, 7)
)


async def run(settings: Settings, *, quick: bool) -> list[Figure]:
    """Raises NotFound without wrk."""
    if shutil.which("wrk") is None:
        raise NotFound("it needs wrk. Install it (Debian, Ubuntu: sudo apt install wrk) and run it again")
    seconds = QUICK_SECONDS if quick else SECONDS
    async with installation(smtp_port=0) as here, running(here, "web"):
        url = here.settings.base_url + await _article(here)
        size = len(_fetch(url).encode())
        packed = _packed_size(url)
        pages = await _wrk(url, seconds)
        counted = await _wrk(url, seconds, f"User-Agent: {BROWSER}")
        limit = await _bare(here.folder, packed, seconds)
        first_kb = await _first_view(url)
        blocking = _blocking(url, _fetch(url))
    print(f"the article: {size} bytes, {packed} gzipped", file=sys.stderr)
    return [
        Figure(key="help_pages_s", value=round(pages), unit="1/s", target=3_000, limit=round(limit), better="higher"),
        Figure(key="help_pages_counted_s", value=round(counted), unit="1/s", limit=round(limit), better="higher"),
        Figure(key="help_first_view_kb", value=round(first_kb, 1), unit="kB", target=60, better="lower"),
        Figure(key="help_blocking_bytes", value=blocking, unit="bytes", target=0, better="lower"),
    ]


async def _article(here: Installation) -> str:
    """A public centre with a shelf of articles; the address of one."""
    desk = await create_desk(here.db)
    async with here.db.transaction(system(desk.id)) as tx:
        centre = await create_centre(tx, NewCentre(name="Help", slug="bench", languages=["en"], published=True))
        shelf = await create_collection(
            tx, NewCollection(centre_id=centre.id, texts={"en": CollectionText(title="Accounts")})
        )
        for n in range(ARTICLES):
            new = NewArticle(
                centre_id=centre.id, collection_id=shelf.id, language="en", title=f"Changing account number {n}", body=BODY,
                summary="What can be changed, by whom, and from when on it counts.",
            )  # fmt: skip
            made = await create_article(tx, new)
            await publish_text(tx, made.id, "en", Publish(version=made.texts["en"].version))
    return "/help/bench/en/articles/changing-account-number-0"


async def _wrk(url: str, seconds: int, *headers: str) -> float:
    """Requests a second that were answered with 2xx. Raises RuntimeError when any was not."""
    given = [part for header in ("Accept-Encoding: gzip", *headers) for part in ("-H", header)]
    process = await asyncio.create_subprocess_exec(
        "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", *given, url, stdout=asyncio.subprocess.PIPE
    )
    said = (await process.communicate())[0].decode()
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    if found is None or "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(f"wrk says:\n{said}")
    return float(found[1])


async def _bare(folder: Path, size: int, seconds: int) -> float:
    """The server's own limit: the same bytes from memory, with nothing before them."""
    port, log_path = free_port(), folder / "bare.log"
    with log_path.open("wb") as log:
        process = spawn_tied(
            [sys.executable, "-m", "hark.bench.bare", str(port)], death_signal=signal.SIGKILL, output=log.fileno()
        )
        try:
            await wait_ready(answers(port), process, log_path)
            return await _wrk(f"http://127.0.0.1:{port}/page?size={size}", seconds)
        finally:
            await end(process)


async def _first_view(url: str) -> float:
    """Kilobytes (1,000) over the wire for a browser that has never been there."""
    total = 0.0

    def add(event: dict[str, float]) -> None:
        nonlocal total
        total += event["encodedDataLength"]

    async with chromium() as browser:
        page = await (await browser.new_context()).new_page()
        session = await page.context.new_cdp_session(page)
        await session.send("Network.enable")
        session.on("Network.loadingFinished", add)
        await page.goto(url, wait_until="networkidle")
    return total / 1000


def _blocking(url: str, text: str) -> int:
    """Bytes of scripts that are fetched and run before the page can be shown; data for search engines runs nothing."""
    found = 0
    for attributes, inline in re.findall(r"<script\b([^>]*)>(.*?)</script>", text, re.DOTALL):
        if "application/ld+json" in attributes or re.search(r"\b(defer|async)\b", attributes):
            continue
        source = re.search(r'src="([^"]+)"', attributes)
        found += len(_fetch(urljoin(url, source[1]))) if source else len(inline)
    return found


def _fetch(url: str) -> str:
    with urllib.request.urlopen(url) as answer:  # noqa: S310 - an address of our own
        text: str = answer.read().decode()
        return text


def _packed_size(url: str) -> int:
    request = urllib.request.Request(url, headers={"accept-encoding": "gzip"})  # noqa: S310 - an address of our own
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        return len(answer.read())
