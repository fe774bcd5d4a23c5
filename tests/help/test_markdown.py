"""Markdown as readers see it: what it can do, and that nothing of it runs or reaches anybody."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hark.help.markdown import ATTRIBUTES, TAGS, find_links, outline, plain_text, render, snippet
from hark.help.video import find_video

SHARED = Path(__file__).parents[3] / "shared" / "data" / "security"
FILE = "/help/files/0190a1b2-0000-7000-8000-000000000000"
SCHEME = re.compile(r"^([a-z][a-z0-9+.-]*):", re.IGNORECASE)
IGNORED = re.compile(r"[\x00-\x20]")
"""What browsers leave out of an address before they look at its scheme."""


class Seen(HTMLParser):
    """Everything a browser would make of the HTML."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.wrong.append(f"<{tag}>")
        for name, value in attrs:
            allowed = ATTRIBUTES.get(tag, set()) | {
                "rel",
                "loading",
                "decoding",
                "controls",
                "preload",
                "lang",
                "title",
            }
            if name not in allowed or name.startswith("on"):
                self.wrong.append(f"{tag} {name}")
            scheme = SCHEME.match(IGNORED.sub("", value or ""))
            if (
                name in ("href", "src", "data-id")
                and scheme
                and scheme[1] not in ("http", "https", "mailto", "tel", "sms")
            ):
                self.wrong.append(f"{tag} {name}={value}")
            if tag == "video" and name == "src" and not (value or "").startswith("/help/files/"):
                self.wrong.append(f"video {value}")


def check(markdown: str) -> None:
    seen = Seen()
    seen.feed(render(markdown, article_url=lambda id, fragment: f"/a/{id}{fragment}").html)
    assert not seen.wrong, (markdown[:200], seen.wrong[:5])


def test_headings_have_ids_once_and_no_second_title() -> None:
    found = render("# Über uns\n\n## Über uns\n\n## 반품 안내\n\n### Own {#mine}\n")
    assert [(h.level, h.id, h.text) for h in found.headings] == [
        (2, "uber-uns", "Über uns"), (2, "uber-uns-2", "Über uns"), (2, "반품-안내", "반품 안내"), (3, "mine", "Own"),
    ]  # fmt: skip
    assert found.html.startswith('<h2 id="uber-uns">Über uns</h2>')
    assert '<h3 id="mine">Own</h3>' in found.html
    assert outline("## A") == render("## A").headings


@pytest.mark.parametrize(
    ("markdown", "language", "html"),
    [
        ("> [!NOTE]\n> Text", "en", '<div class="callout callout-note" role="note"><p class="callout-title">Note</p><p>Text</p>\n</div>'),
        ("> [!WARNING]\n> 글", "ko", '<div class="callout callout-warning" role="note"><p class="callout-title">주의</p><p>글</p>\n</div>'),
        ("> [!TIP] Fai così\n> Testo", "it-IT", '<div class="callout callout-tip" role="note"><p class="callout-title">Fai così</p><p>Testo</p>\n</div>'),
        ("> plain", "en", "<blockquote>\n<p>plain</p>\n</blockquote>\n"),
        ("> [!OTHER]\n> x", "en", "<blockquote>\n<p>[!OTHER]\nx</p>\n</blockquote>\n"),
        ("```js\na<b\n```", "en", '<pre><code class="language-js">a&lt;b\n</code></pre>\n'),
        ("~~old~~", "en", "<p><s>old</s></p>\n"),
        ("- [ ] no task", "en", "<ul>\n<li>[ ] no task</li>\n</ul>\n"),
    ],
)  # fmt: skip
def test_blocks(markdown: str, language: str, html: str) -> None:
    assert render(markdown, language=language).html == html


def test_tables_scroll_and_align_without_a_style() -> None:
    html = render("|a|b|\n|:-:|-:|\n|1|2|").html
    assert html.startswith('<div class="table-scroll" tabindex="0"><table>')
    assert '<th class="center">a</th>' in html
    assert '<td class="right">2</td>' in html
    assert "style" not in html


def test_pictures_have_words_and_a_width() -> None:
    assert render(f"![Our *shop*]({FILE}){{width=400}}").html == (
        f'<p><img loading="lazy" decoding="async" src="{FILE}" alt="Our shop" width="400"></p>\n'
    )
    assert "width" not in render(f'![x]({FILE}){{width="1;x" onerror=y .cls #id}}').html
    shown = render(f"![x]({FILE})\n\n@[v]({FILE})", file_url=lambda url: f'{url}?key="1').html
    assert shown.count("?key=&quot;1") == 2


@pytest.mark.parametrize(
    ("line", "provider", "id"),
    [
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=3", "youtube", "dQw4w9WgXcQ"),
        ("@[Hello](https://youtu.be/dQw4w9WgXcQ)", "youtube", "dQw4w9WgXcQ"),
        ("https://www.youtube.com/shorts/dQw4w9WgXcQ", "youtube", "dQw4w9WgXcQ"),
        ("@[](https://player.vimeo.com/video/76979871)", "vimeo", "76979871"),
        ("https://cdn.example/film.mp4", "file", "https://cdn.example/film.mp4"),
    ],
)
def test_a_video_asks_nobody_before_a_click(line: str, provider: str, id: str) -> None:
    html = render(line).html
    assert f'data-video="{provider}" data-id="{id}"' in html
    assert "<a href=" in html
    assert not re.search(r"<(img|iframe|video|source|script|link)\b", html)


def test_a_video_of_ours_plays_in_place_and_loads_nothing_before() -> None:
    html = render(f"@[How]({FILE})").html
    assert f' src="{FILE}"' in html
    assert 'preload="none"' in html
    assert "<figcaption>How</figcaption>" in html


def test_a_video_in_a_sentence_is_a_link() -> None:
    assert "<figure" not in render("See https://www.youtube.com/watch?v=dQw4w9WgXcQ for more.").html
    assert find_video("https://evil.example/watch?v=dQw4w9WgXcQ") is None
    assert find_video("https://youtube.com.evil.example/watch?v=dQw4w9WgXcQ") is None


def test_links_to_articles_lead_there_or_are_words() -> None:
    html = render("[a](article:1#x) [b](article:2)", article_url=lambda id, f: f"/en/{id}{f}" if id == 1 else None).html
    assert '<a href="/en/1#x" data-article="1"' in html
    assert re.search(r"<a(?! href)[^>]*>b</a>", html)


def test_plain_text_has_the_words_only() -> None:
    markdown = f"# One {{#x}}\n\n> [!NOTE] Two\n> **Three** `four`\n\n|five|\n|-|\n|six|\n\n![seven]({FILE})\n\n<p>eight</p>\n\n@[nine]({FILE})"
    words = re.findall(r"\w+", plain_text(markdown).lower())
    assert words == ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    assert snippet("word " * 100, 21) == "word word word word…"


def test_every_link_is_found() -> None:
    markdown = (
        f'[a](x.md) ![b]({FILE}) [r][ref] <a href="raw">h</a>\n\n[ref]: article:3\n\n@[v](https://vimeo.com/76979871)'
    )
    assert [link.target for link in find_links(markdown)] == [
        "x.md",
        FILE,
        "article:3",
        "raw",
        "https://vimeo.com/76979871",
    ]


ATTACKS = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))", "[x](data:text/html;base64,PHNjcmlwdD4=)", "![x](javascript:alert(1))", "<svg onload=alert(1)>",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)", "<a href='vbscript:x'>x</a>", "@[x](javascript:alert(1))",
    "@[\"><script>alert(1)</script>](https://vimeo.com/76979871)", "<iframe src='//youtube.com/embed/x'></iframe>",
    "> [!NOTE] <img src=x onerror=alert(1)>\n> x", "```\"><script>\nx\n```", "## <img src=x onerror=alert(1)> {#\"onclick=x}",
    "<figure class=video data-video=youtube data-id='\"><script>'>x</figure>", "<video src=//evil.example/x></video>",
    "<div class='callout' style='position:fixed'>x</div>", "<form action=//evil.example><input></form>",
    "[x](article:1#\"onmouseover=alert(1))", "|<script>|\n|-|\n|<b onclick=x>|", "<math><mtext><script>x</script>",
    "![x](x){width=\"1\" onerror=\"alert(1)\"}", "<base href=//evil.example>", "<a href=//evil.example target=_blank>x</a>",
]  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_disarmed(attack: str) -> None:
    check(attack)


def test_every_shared_attack_is_disarmed() -> None:
    if not SHARED.exists():
        pytest.skip("shared data 'security' is not beside this checkout")
    attacks = [item["data"] for item in json.loads((SHARED / "h5sc" / "items.json").read_text())]
    attacks += json.loads((SHARED / "blns" / "blns.json").read_text())
    for path in (SHARED / "payloads" / "XSS Injection").rglob("*"):
        if path.is_file():
            attacks += path.read_text(errors="replace").splitlines()
    assert len(attacks) > 1_000
    for attack in dict.fromkeys(attacks):
        check(attack)
    check("\n\n".join(attacks[:400]))


@given(st.text(alphabet=st.sampled_from(list("<>\"'=/ abpscriptyl:()&;#\\x\n\t-!?[]@|`{}*~.")), max_size=200))
def test_any_markup_is_disarmed(markdown: str) -> None:
    check(markdown)
    plain_text(markdown)
    find_links(markdown)
