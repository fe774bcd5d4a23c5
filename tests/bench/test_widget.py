"""The benchmark of the messenger's weight: what it measures, not how fast."""

import shutil

import pytest

from hark.bench import browser
from hark.bench.runner import run_benchmark
from hark.core.errors import Unavailable
from hark.settings import Settings

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.mark.skipif(not any(map(shutil.which, browser.NAMES)), reason="Chromium is not installed")
async def test_quick() -> None:
    figures = {f.key: f for f in (await run_benchmark(Settings(), "widget", quick=True)).figures}
    loader, app = figures["loader_gz_bytes"], figures["app_gz_bytes"]
    assert loader.value is not None
    assert loader.target is not None
    assert 500 < loader.value <= loader.target
    assert app.value is not None
    assert app.target is not None
    assert 10_000 < app.value <= app.target
    assert figures["load_event_delta"].limit is not None
    assert figures["blocking_time_delta"].limit is not None
    assert (figures["button_after_load"].value or 0) > 0
    assert (figures["open_ms"].value or 0) > 0


async def test_without_chromium_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "NAMES", ("no-such-browser",))
    with pytest.raises(Unavailable, match="apt install chromium"):
        await run_benchmark(Settings(), "widget", quick=True)
