"""Chromium for what only a browser can measure or show."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from hark.core.errors import Unavailable

if TYPE_CHECKING:
    from playwright.async_api import Browser

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


@asynccontextmanager
async def chromium() -> AsyncIterator["Browser"]:
    """A headless Chromium of this machine. Raises Unavailable without one, or without Playwright."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        raise Unavailable(
            "This needs Chromium. Install it (Debian, Ubuntu: sudo apt install chromium) and run it again."
        )
    try:
        from playwright.async_api import async_playwright
    except ImportError as error:
        raise Unavailable("This needs Playwright, which `make test` installs for development.") from error
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        try:
            yield browser
        finally:
            await browser.close()
