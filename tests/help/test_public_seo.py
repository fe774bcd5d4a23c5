"""What search engines are told of an article, its colours, and the pages that are kept: the pure parts."""

import gzip
import json
from datetime import UTC, datetime
from typing import Any

import brotli  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from hark.help.pages_cache import PageCache, answer, finish
from hark.help.pages_colors import TEXT_RATIO, WHITE, contrast, palette, parse
from hark.help.pages_words import WORDS, day
from hark.help.seo import Story, alternates, article_graph, describe, json_ld, outline, rss, sitemap

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
STORY = Story(
    title="Zips", description="How to.", url="https://h.example/en/articles/zips", language="en", site="Shop", published=NOW,
    updated=NOW, crumbs=[],
)  # fmt: skip


def kinds(html: str) -> dict[str, Any]:
    return {entry["@type"]: entry for entry in article_graph(STORY, outline(html))}


def test_steps_are_a_how_to_and_only_the_outermost_are_steps() -> None:
    found = kinds("<p>Do this.</p><ol><li>Open it.<ol><li>Slowly</li></ol></li><li>Close it.</li></ol>")
    assert [step["text"] for step in found["HowTo"]["step"]] == ["Open it. Slowly", "Close it."]
    assert "HowTo" not in kinds("<ul><li>a</li><li>b</li></ul>")
    assert "HowTo" not in kinds("<ol><li>alone</li></ol>")


def test_questions_make_a_faq_when_most_headings_ask() -> None:
    asked = "<h2 id=a>Why?</h2><p>So.</p><h2 id=b>어떻게 하나요</h2><p>이렇게.</p>"
    assert [q["name"] for q in kinds(asked)["FAQPage"]["mainEntity"]] == ["Why?", "어떻게 하나요"]
    assert "FAQPage" not in kinds("<h2>Why?</h2><p>So.</p><h2>Then</h2><p>x</p><h2>After</h2><p>y</p>")


def test_nothing_in_an_article_ends_the_data() -> None:
    said = json_ld([{"name": "</script><script>alert(1)</script> & <!--"}])
    assert "<" not in said
    assert json.loads(said)["@graph"][0]["name"].startswith("</script>")


@given(st.text(max_size=600))
def test_a_description_fits(text: str) -> None:
    said = describe(text)
    assert len(said) <= 160
    assert "\n" not in said


def test_a_description_keeps_whole_sentences() -> None:
    sentences = "One sentence that is long enough to stand alone, and quite so, really, it does stand. " * 3
    assert describe(sentences).endswith("stand.")


def test_alternates_name_all_and_a_default() -> None:
    there = alternates({"en": "https://h/en", "ko": "https://h/ko"}, "en")
    assert [(a.language, a.url) for a in there][-1] == ("x-default", "https://h/en")
    assert alternates({"en": "https://h/en"}, "en") == []
    assert "<urlset" in sitemap([])
    assert "<item>" not in rss(title="a", url="b", feed_url="c", language="en", about="", entries=[])


@given(st.integers(0, 0xFFFFFF), st.booleans())
def test_every_colour_can_be_read(color: int, dark: bool) -> None:
    p = palette(f"#{color:06x}", dark=dark)
    surface = (36, 34, 31) if dark else (249, 248, 247)
    assert contrast(parse(p.ink), surface) >= TEXT_RATIO
    assert contrast(parse(p.fill), parse(p.on_fill)) >= TEXT_RATIO
    assert contrast(parse(p.fill), surface) >= 3


def test_a_good_colour_stays() -> None:
    assert palette("#0f766e", dark=False).fill == "#0f766e"
    assert contrast(WHITE, (0, 0, 0)) == 21


def test_every_language_says_everything() -> None:
    assert {language: set(words) for language, words in WORDS.items()} == {key: set(WORDS["en"]) for key in WORDS}
    assert day("ko", 2026, 3, 1) == "2026년 3월 1일"


class NoBus:
    def listen(self, call: Any) -> Any:
        self.call = call
        return lambda: None


async def test_pages_go_when_something_changes_and_when_there_are_too_many() -> None:
    version, now, bus = 1, 0.0, NoBus()

    async def current(_: int) -> int:
        return version

    async def hosts() -> dict[str, str]:
        return {"help.example": "shop"}

    cache = PageCache(current, hosts, bus, seconds=lambda: now)  # type: ignore[arg-type]
    page = finish("x" * 1000, workspace_id=7, media_type="text/html", modified=NOW)
    cache.keep("", "/a", page, await cache.version(7))
    assert await cache.find("", "/a") is page
    version = 2
    assert await cache.find("", "/a") is page  # nobody has said anything yet
    bus.call(7, 99)
    assert await cache.find("", "/a") is None
    cache.keep("", "/a", page, 1)  # made from what has been overtaken
    assert await cache.find("", "/a") is None
    cache.keep("", "/a", page, 2)
    version, now = 3, 2.0  # a wake-up was lost
    assert await cache.find("", "/a") is None
    assert await cache.place_of("help.example") == "shop"
    assert await cache.place_of("help.example:8000") == "shop"


def test_an_answer_is_as_small_as_it_can_be() -> None:
    page = finish("word " * 500, workspace_id=1, media_type="text/html", modified=NOW)
    tags = {}
    for asked, coding, unpacked in (
        (b"br, gzip", b"br", brotli.decompress), (b"br;q=0.1, gzip", b"gzip", gzip.decompress), (b"", b"", bytes),
    ):  # fmt: skip
        status, head, body = answer(page, {b"accept-encoding": asked}, "GET")
        named = dict(head)
        assert (status, named.get(b"content-encoding", b""), len(body)) == (200, coding, int(named[b"content-length"]))
        assert (named[b"vary"], unpacked(body)) == (b"accept-encoding", b"word " * 500)
        tags[asked] = named[b"etag"]
    assert len(set(tags.values())) == 3  # each coding is a representation of its own
    for asked, tag in tags.items():
        status, head, _ = answer(page, {b"accept-encoding": asked, b"if-none-match": b'W/"no", W/' + tag}, "GET")
        assert (status, dict(head)[b"etag"], dict(head)[b"vary"]) == (304, tag, b"accept-encoding")
        assert b"content-length" not in dict(head)
    stale = {b"accept-encoding": b"gzip", b"if-none-match": tags[b"br, gzip"]}
    assert answer(page, stale, "GET")[0] == 200  # what is kept in another coding is not this one
    assert answer(page, {b"if-none-match": b"*"}, "GET")[0] == 304
    assert (
        answer(page, {b"if-none-match": b'"no"', b"if-modified-since": b"Sun, 01 Mar 2026 12:00:00 GMT"}, "GET")[0]
        == 200
    )
    assert answer(page, {b"if-modified-since": b"nonsense"}, "GET")[0] == 200
    assert answer(page, {}, "HEAD")[2] == b""
