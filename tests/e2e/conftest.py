"""A whole Hark as a person has it: `hark up` as a process, real mail servers, a real Chromium."""

import asyncio
import os
import re
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from pathlib import Path
from smtplib import SMTP
from typing import Any

import asyncpg
import httpx
import msgspec
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect
from tests.conftest import with_database
from tests.support.mailservers import PASSWORD, Dovecot, SmtpSink, dovecot_missing, free_port

import hark.core.static

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
OWNER = ("olive@acme.example", "correct horse battery")
BOX = "support@acme.example"


WAIT_MS = 30_000  # what a busy machine may take; what is there at once is not waited for
expect.set_options(timeout=WAIT_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs a browser and a built front end."""
    for item in items:
        if "e2e" in Path(item.fspath).parts:
            item.add_marker(pytest.mark.browser)


class House(msgspec.Struct):
    """A running Hark: its address, its SMTP reception, the mail servers of the company, and who is signed in."""

    url: str
    smtp_port: int
    dovecot: Any
    sink: Any
    data: Path
    pid: int
    cookie: str = ""
    dsn: str = ""

    def mail(
        self, sender: str, subject: str, text: str, *, html: str | None = None, to: str = BOX, **headers: str
    ) -> bytes:
        """A mail as a customer's program writes it; give `message_id`, `in_reply_to`, `references` as keywords."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = sender, to, subject
        mail["Message-ID"] = headers.pop("message_id", f"<{os.urandom(8).hex()}@customer.example>")
        for name, value in headers.items():
            mail[name.replace("_", "-").title()] = value
        mail.set_content(text)
        if html:
            mail.add_alternative(html, subtype="html")
        return mail.as_bytes()

    async def send(self, raw: bytes, *, sender: str = "customer@example.org", to: str = BOX) -> None:
        """Through Hark's own SMTP reception."""

        def deliver() -> None:
            with SMTP("127.0.0.1", self.smtp_port) as client:
                client.sendmail(sender, [to], raw)

        await asyncio.to_thread(deliver)

    @asynccontextmanager
    async def api(self) -> AsyncIterator[httpx.AsyncClient]:
        """The owner's session beside the browser: what a colleague does. Signed in once: sign-ins are limited."""
        async with httpx.AsyncClient(base_url=self.url) as client:
            if not self.cookie:
                answer = await client.post("/api/session", json={"email": OWNER[0], "password": OWNER[1]})
                self.cookie = answer.cookies["hark_session"]
            client.cookies.set("hark_session", self.cookie)
            client.headers["X-CSRF-Token"] = (await client.get("/api/me")).json()["csrf_token"]
            yield client


@pytest_asyncio.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed; `make test` installs it where it may")
    if not (hark.core.static.ROOT / "index.html").is_file():
        pytest.fail("The front end is not built: run `make test`, or `npm run build` in web/")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="module")
async def house(server: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """An empty installation, started by `hark up` on a database of its own."""
    if missing := dovecot_missing():
        pytest.skip(missing)
    name = f"hark_e2e_{os.getpid()}_{os.urandom(3).hex()}"
    dovecot, sink = Dovecot(), SmtpSink(login=(BOX, PASSWORD))
    dovecot.start()
    await sink.start()
    admin = await asyncpg.connect(server)
    await admin.execute(f'CREATE DATABASE "{name}"')
    port, smtp_port = free_port(), free_port()
    data = tmp_path_factory.mktemp("var")
    env = {
        **os.environ, "DATABASE_URL": with_database(server, name), "PORT": str(port), "HARK_SMTP_PORT": str(smtp_port),
        "HARK_DATA": str(data), "HARK_PRIVATE_HOSTS": "true",
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "hark.cli", "up", env=env)
    house = House(
        f"http://127.0.0.1:{port}", smtp_port, dovecot, sink, data, process.pid, dsn=with_database(server, name)
    )
    try:
        await answers(house.url, process)
        yield house
    finally:
        process.send_signal(signal.SIGINT)
        await asyncio.wait_for(process.wait(), 40)
        await sink.stop()
        dovecot.close()
        await admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        await admin.close()


async def answers(url: str, process: asyncio.subprocess.Process) -> None:
    async with httpx.AsyncClient() as client:
        for _ in range(400):
            assert process.returncode is None, "hark up has ended"
            try:
                if (await client.get(f"{url}/readyz")).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.1)
    pytest.fail("hark up does not answer")


@pytest_asyncio.fixture
async def page(browser: Browser, request: pytest.FixtureRequest) -> AsyncIterator[Page]:
    """A fresh browser profile. Errors of the page fail the test."""
    context = await browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB", reduced_motion="reduce")
    page = await context.new_page()
    page.set_default_timeout(WAIT_MS)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    if folder := os.environ.get("HARK_SCREENSHOTS"):  # what the page looked like at the end of each test
        name = re.sub(r"\W+", "-", request.node.name)
        await page.screenshot(path=str(Path(folder) / f"{name}.png"))
    await context.close()
    assert errors == []


async def sign_in(page: Page, house: House, path: str = "/") -> None:
    """The page as somebody sees it who is signed in already."""
    async with house.api():
        cookie = {"name": "hark_session", "value": house.cookie, "url": house.url}
    await page.context.add_cookies([cookie])  # type: ignore[list-item]
    await page.goto(house.url + path)
    await page.locator("nav").first.wait_for()


@pytest_asyncio.fixture(scope="module")
async def desk(house: House) -> House:
    """A house with an owner and the mailbox, made over the API."""
    async with httpx.AsyncClient(base_url=house.url) as client:
        answer = await client.post(
            "/api/setup",
            json={
                "workspace": {"name": "Acme", "locale": "en", "time_zone": "Europe/Rome", "base_currency": "EUR"},
                "admin": {"name": "Olive Owner", "email": OWNER[0], "password": OWNER[1]},
            },
        )
        assert answer.status_code in (200, 201), answer.text
    async with house.api() as client:
        smtp = {"host": "127.0.0.1", "port": house.sink.port, "security": "none", "username": BOX, "password": PASSWORD}
        answer = await client.post(
            "/api/mailboxes", json={"name": "Acme Support", "address": BOX, "imap": None, "smtp": smtp}
        )
        assert answer.status_code in (200, 201), answer.text
    return house
