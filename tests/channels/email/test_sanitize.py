"""Nothing a stranger writes runs or reaches out; what a person wrote is still there."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hark.channels.email.sanitize import SAFE_DATA, TAGS, html_to_text, link_text, sanitize_html, text_to_html

SHARED = Path(__file__).parents[4] / "shared" / "data" / "security"
ATTRIBUTES = frozenset({
    "style", "dir", "lang", "title", "href", "src", "alt", "width", "height", "align", "border", "color", "size", "face",
    "cellpadding", "cellspacing", "summary", "colspan", "rowspan", "nowrap", "scope", "span", "start", "type", "value",
    "datetime", "valign", "bgcolor", "rel", "target", "data-remote-src", "data-quote",
})  # fmt: skip


class Checker(HTMLParser):
    """Raises AssertionError for anything that could run, load or post."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, tag
        for name, value in attrs:
            value = re.sub(r"[\t\n\r]", "", value or "").strip()  # as browsers read addresses
            assert name in ATTRIBUTES, name
            if name == "href":
                assert value.split(":")[0].lower() in ("http", "https", "mailto", "tel", "sms", "cid"), value
            elif name == "src":
                assert value.startswith("/files/") or SAFE_DATA.match(value), value
            elif name == "style":
                lowered = value.lower()
                assert "url" not in lowered, value
                assert "expression" not in lowered, value
                assert "\\" not in lowered, value
            elif name == "target":
                assert value == "_blank"

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)

    def handle_pi(self, data: str) -> None:
        raise AssertionError(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)


def check(html: str) -> None:
    checker = Checker()
    checker.feed(html)
    checker.close()


ATTACKS = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<a href='javascript:alert(1)'>x</a>",
    "<a href=' java\tscript:alert(1)'>x</a>", "<a href='data:text/html,<script>1</script>'>x</a>",
    "<svg><script>alert(1)</script></svg>", "<math><mi xlink:href='javascript:1'>x</math>",
    "<style>@import 'http://evil.example/x.css'</style>", "<div style='background:url(http://evil.example/p)'>x</div>",
    "<div style='width:expression(alert(1))'>x</div>", "<iframe src=http://evil.example></iframe>",
    "<form action=http://evil.example><input name=p></form>", "<base href=http://evil.example>",
    "<meta http-equiv=refresh content='0;url=http://evil.example'>", "<link rel=stylesheet href=http://evil.example>",
    "<img src='data:image/svg+xml;base64,PHN2Zz4='>", "<img srcset='http://evil.example/x 1x'>",
    "<img src=//evil.example/x>", "<img src=/api/session>", "<noscript><p title='</noscript><img src=x onerror=1>'>",
    "<div data-quote onclick=x data-remote-src='javascript:1'>x</div>", "<p style='position:fixed;top:0'>over</p>",
    "<a href='http://x' target=_self rel=opener>x</a>", "<table background='http://evil.example/x'><td>1</table>",
]  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_disarmed(attack: str) -> None:
    check(sanitize_html(attack).html)
    check(text_to_html(attack))


def test_every_shared_attack_is_disarmed() -> None:
    if not SHARED.exists():
        pytest.skip("shared data 'security' is not beside this checkout")
    attacks = [item["data"] for item in json.loads((SHARED / "h5sc" / "items.json").read_text())]
    attacks += json.loads((SHARED / "blns" / "blns.json").read_text())
    for path in (SHARED / "payloads").rglob("*"):
        if path.is_file():
            text = path.read_text(errors="replace")
            attacks += [text, *text.splitlines()]
    assert len(attacks) > 1_000
    for attack in dict.fromkeys(attacks):
        check(sanitize_html(attack, images={"x": "/files/1"}).html)
        check(text_to_html(attack))
        html_to_text(attack)


@given(st.text(alphabet=st.sampled_from(list("<>\"'=/ abpscriptyl:()&;#\\x\n\t-!?[]")), max_size=200))
def test_any_markup_is_disarmed(html: str) -> None:
    check(sanitize_html(html).html)
    check(text_to_html(html))


def test_remote_images_wait_for_a_click() -> None:
    safe = sanitize_html('<p>a<img src="https://t.example/p.gif?a=1&amp;b=2" width=1>b<img src="cid:one@x"><img src="CID:two"></p>',
                         images={"one@x": '/files/1?x="&y'})  # fmt: skip
    assert safe.remote_images == 1
    assert 'data-remote-src="https://t.example/p.gif?a=1&amp;b=2"' in safe.html
    assert 'src="/files/1?x=&quot;&amp;y"' in safe.html
    assert "cid:" not in safe.html.lower()


def test_links_open_outside_without_referrer() -> None:
    html = sanitize_html('<a href="https://example.com/?a=1&amp;b=2">x</a>').html
    assert 'target="_blank"' in html
    assert 'rel="noopener noreferrer nofollow"' in html


@pytest.mark.parametrize("html", [
    'hi<div class="gmail_quote gmail_quote_container">old</div>', 'hi<blockquote type="cite">old</blockquote>',
    'hi<div id="divRplyFwdMsg">From: x</div><p>old</p>',
    'hi<div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p>From: x</p></div></div><p>old</p>',
    'hi<div class="yahoo_quoted">old</div>', 'hi<div class="protonmail_quote">old</div>',
])  # fmt: skip
def test_quoted_history_can_be_folded(html: str) -> None:
    safe = sanitize_html(html)
    assert safe.has_quote
    before, _, after = safe.html.partition("data-quote")
    assert "hi" in before
    assert "old" in after
    check(safe.html)


def test_outlook_history_is_wrapped_to_its_end() -> None:
    safe = sanitize_html('<div>new<div id="divRplyFwdMsg">From: x</div><p>old</p></div><p>footer</p>').html
    assert safe == "<div>new<div data-quote><div>From: x</div><p>old</p></div></div><p>footer</p>"


def test_text_keeps_its_words_and_shows_its_quotes() -> None:
    html = text_to_html("hi <b>\n> old\n>> older\nend")
    assert html.count("<blockquote data-quote>") == 2
    assert "&lt;b&gt;" in html
    assert html.endswith('<div style="white-space:pre-wrap">end</div>')


@pytest.mark.parametrize(("text", "link"), [
    ("see https://example.com/a_(b).", "https://example.com/a_(b)"), ("(www.example.com)", "http://www.example.com"),
    ("mail kim@example.co.kr!", "mailto:kim@example.co.kr"), ("https://예시.kr/길?q=1&b=2", "https://예시.kr/길?q=1&amp;b=2"),
])  # fmt: skip
def test_addresses_become_links(text: str, link: str) -> None:
    assert f'href="{link}"' in link_text(text)


@pytest.mark.parametrize(("html", "text"), [
    ("<p>one</p><p>two<br>three</p>", "one\n\ntwo\nthree"), ("a<blockquote>b<p>c</p></blockquote>d", "a\n> b\n>\n> c\n>\nd"),
    ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
    ("<pre>x\n  y</pre>", "x\n  y"), ("&lt;b&gt;&nbsp;&amp;", "<b> &"), ('<a href="https://e.x/">https://e.x</a>', "https://e.x"),
    ("<title>t</title><style>s</style>w", "w"), ("<div><div>a</div></div><div>b</div>", "a\nb"),
])  # fmt: skip
def test_html_as_text(html: str, text: str) -> None:
    assert html_to_text(html) == text


@pytest.mark.parametrize("endless", ["<", "<br ", "</p ", "<a ", '<a title="'])
def test_tags_without_an_end_are_read_in_one_go(endless: str) -> None:
    """Looking from each of them for an end that never comes would take minutes, and hold up all other mail."""
    html = "<div>" * 450 + endless * (600_000 // len(endless))
    check(sanitize_html(html).html)
    assert "<div>" not in html_to_text(html)


def test_a_million_ampersands_are_shown_as_text() -> None:
    """The parser would take minutes over them."""
    safe = sanitize_html("<p>hi</p>" + "&" * 3_000_000).html
    assert "hi" in safe
    assert "<p>" not in safe
