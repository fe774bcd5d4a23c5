"""split_reply with the HTML of a mail, as the programs write it (own samples): with and without the plain text beside it."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hark.channels.email.reply import split_reply
from hark.channels.email.reply_html import carry_over, read_marks
from hark.channels.email.sanitize import html_to_text

OWN = "<div>네, it works now.</div><div>Two lines of my own.</div>"
VISIBLE = "네, it works now. Two lines of my own."
OLD = "<p>Did it work after the update?</p><p>Help desk</p>"
HISTORIES = {
    "gmail": '<br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">On Mon, Jan 2, 2023 at 3:04 PM Help &lt;<a href="mailto:help@example.com">help@example.com</a>&gt; wrote:<br></div>'
             f'<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex">{OLD}</blockquote></div>',
    "gmail ko": '<br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">2023년 1월 2일 (월) 오후 3:04, 고객지원 &lt;<a href="mailto:help@example.com">help@example.com</a>&gt;님이 작성:<br></div>'
                f'<blockquote class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px #ccc solid;padding-left:1ex">{OLD}</blockquote></div>',
    "gmail in a language nobody knows": f'<br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">Kwa tarehe Jumatatu Help alisema hivi<br></div><blockquote class="gmail_quote">{OLD}</blockquote></div>',
    "outlook classic": '<div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal"><b>From:</b> Help &lt;help@example.com&gt; <br><b>Sent:</b> Monday, January 2, 2023 3:04 PM<br>'
                       f'<b>To:</b> Kim<br><b>Subject:</b> Order</p></div></div>{OLD}',
    "outlook classic, a language nobody knows": '<div style="border:none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal"><b>Kutoka:</b> Help<br><b>Mada:</b> Agizo</p></div>' + OLD,
    "outlook classic through web mail": '<div><div style="border-right:none; border-bottom:none; border-left:none; border-top:1pt solid rgb(225,225,225); padding:3pt 0cm 0cm">'
    f"<p><b>Kutoka:</b> Help<br><b>Mada:</b> Agizo</p></div></div>{OLD}",
    "outlook web": '<div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><font face="Calibri"><b>보낸 사람:</b> Help &lt;help@example.com&gt;<br>'
                   f'<b>보낸 날짜:</b> 2023년 1월 2일 월요일 오후 3:04<br><b>받는 사람:</b> Kim<br><b>제목:</b> Order</font><div>&nbsp;</div></div>{OLD}',
    "outlook mobile": '<div id="ms-outlook-mobile-signature">Get <a href="https://aka.ms/o0ukef">Outlook for iOS</a></div><div id="mail-editor-reference-message-container"><hr><div id="divRplyFwdMsg"><b>Da:</b> Help<br><b>Inviato:</b> lunedì</div>'
                      f"{OLD}</div>",
    "outlook mac": f'<span id="OLK_SRC_BODY_SECTION"><div>Von: Help &lt;help@example.com&gt;</div>{OLD}</span>',
    "apple": f'<div><br><blockquote type="cite"><div>On 2 Jan 2023, at 15:04, Help &lt;help@example.com&gt; wrote:</div><br><div>{OLD}</div></blockquote></div><br>',
    "iphone": f'<br><div dir="ltr">나의 iPhone에서 보냄</div><div dir="ltr"><br><blockquote type="cite">2023. 1. 2. 오후 3:04, 고객지원 &lt;help@example.com&gt; 작성:<br><br></blockquote></div><blockquote type="cite"><div dir="ltr">{OLD}</div></blockquote>',
    "thunderbird": f'<br><div class="moz-cite-prefix">Il 02/01/2023 15:04, Aiuto ha scritto:<br></div><blockquote type="cite" cite="mid:1@example.com">{OLD}</blockquote>',
    "yahoo": f'<div id="yahoo_quoted_1" class="yahoo_quoted"><div style="font-family:Helvetica"><div>El lunes, 2 de enero de 2023, 15:04:05 CET, Ayuda &lt;help@example.com&gt; escribió:</div><div><br></div><div><div id="yiv1">{OLD}<blockquote>older</blockquote><p>and below</p></div></div></div></div>',
    "proton": f'<br><div class="protonmail_signature_block"><div class="protonmail_signature_block-proton">Sent with Proton Mail secure email.</div></div><div class="protonmail_quote">On Monday, January 2nd, 2023 at 3:04 PM, Help &lt;help@example.com&gt; wrote:<br><blockquote class="protonmail_quote" type="cite">{OLD}</blockquote><br></div>',
    "naver": '<p>&nbsp;</p><p style="font-size:10pt">-----Original Message-----<br><b>From:</b> "고객지원"&lt;help@example.com&gt; <br><b>To:</b> &lt;kim@naver.example&gt;; <br><b>Cc:</b> <br><b>Sent:</b> 2023-01-02 (월) 15:04:05 (GMT+09:00)<br><b>Subject:</b> 문의<br></p>' + OLD,
    "daum": '<p>&nbsp;</p><div>--------- 원본 메일 ---------</div><div><b>보낸사람</b>: 고객지원 &lt;help@example.com&gt;</div><div><b>받는사람</b>: kim@example.com</div><div><b>날짜</b>: 2023년 1월 2일 월요일, 15시 04분 05초 +0900</div><div><b>제목</b>: 문의</div>' + OLD,
    "zoho": f'<div class="zmail_extra"><br><div id="Zm-_Id_-Sgn1">---- On Mon, 02 Jan 2023 15:04:05 +0900 <b>Help &lt;help@example.com&gt;</b> wrote ---<br></div><br><blockquote style="border-left:1px solid #cccccc;padding-left:6px;margin:0 0 0 5px">{OLD}</blockquote></div>',
    "gmx": f'<div name="quote" style="margin:10px 5px 5px 10px;border-left:2px solid #C3D9E5"><div><b>Gesendet:</b> Montag, 02. Januar 2023 um 15:04 Uhr<br><b>Von:</b> Hilfe<br><b>An:</b> kim@gmx.de<br><b>Betreff:</b> x</div><div name="quoted-content">{OLD}</div></div>',
    "zimbra": f'<hr id="zwchr"><div><b>De: </b>"Aide" &lt;help@example.com&gt;<br><b>À: </b>"Kim"<br><b>Envoyé: </b>Lundi 2 Janvier 2023 15:04:05<br><b>Objet: </b>x<br></div>{OLD}',
    "netease": f'<div>At 2023-01-02 15:04:05, "Help" &lt;help@example.com&gt; wrote:</div> <blockquote id="isReplyContent" style="PADDING-LEFT: 1ex; MARGIN: 0px 0px 0px 0.8ex; BORDER-LEFT: #ccc 1px solid">{OLD}</blockquote>',
    "tuta": f'<br><div>2. tammik. 2023, 15:04 henkilöltä help@example.com:<br></div><blockquote class="tutanota_quote" style="border-left: 1px solid #93A3B8; padding-left: 10px; margin-left: 5px;">{OLD}</blockquote>',
    "spark": f'<div name="messageReplySection">2023년 1월 2일 오후 3:04 +0900, Help &lt;help@example.com&gt;, 작성:<br/><blockquote type="cite" style="border-left-color: grey; border-left-width: thin; border-left-style: solid; margin: 5px 5px;padding-left: 10px;">{OLD}</blockquote></div>',
}  # fmt: skip


def _words(*texts: str) -> Counter[str]:
    return Counter(word for text in texts for word in text.split())


@pytest.mark.parametrize("beside", [True, False], ids=["text", "html only"])
@pytest.mark.parametrize("name", HISTORIES)
def test_the_history_every_program_marks_is_found(name: str, *, beside: bool) -> None:
    html = f"<html><body>{OWN}{HISTORIES[name]}</body></html>"
    text = html_to_text(html) if beside else ""
    split = split_reply(text, html=html)
    assert " ".join(split.visible.split()) == VISIBLE
    assert _words(split.visible, split.quoted, split.signature) == _words(html_to_text(html))


@pytest.mark.parametrize("name", HISTORIES)
def test_plain_text_without_any_mark_gets_those_of_the_html(name: str) -> None:
    """As mails whose text part is the HTML without tags: no `>`, other line breaks."""
    html = f"<html><body>{OWN}{HISTORIES[name]}</body></html>"
    text = "\n".join(line.lstrip("> ") for line in html_to_text(html).split("\n"))
    split = split_reply(text, html=html)
    assert "Did it work after" not in split.visible
    assert "Two lines of my own." in split.visible
    assert _words(split.visible, split.quoted, split.signature) == _words(text)


INLINE = (
    '<div class="gmail_quote"><div class="gmail_attr">On Mon, Jan 2, 2023 at 3:04 PM Help &lt;help@example.com&gt; wrote:</div>'
    '<blockquote class="gmail_quote">Which version?</blockquote><div>Version 3.2</div><blockquote class="gmail_quote">And which system?</blockquote><div>Linux</div></div>'
)


@pytest.mark.parametrize("beside", [True, False])
def test_answers_between_quotations_stay(*, beside: bool) -> None:
    html = f"<div>Hello,</div>{INLINE}"
    split = split_reply(html_to_text(html) if beside else "", html=html)
    assert split.visible.split() == ["Hello,", "Version", "3.2", "Linux"]


def test_an_answer_below_the_history_stays() -> None:
    html = f'<blockquote type="cite">{OLD}</blockquote><div>Yes, it did.</div>'
    assert split_reply("", html=html).visible.strip() == "Yes, it did."
    text = "Am 02.01.23 um 15:04 schrieb Hilfe:\n\nDid it work after the update?\n\nHelp desk\n\nYes, it did."
    html = f'<div class="moz-cite-prefix">Am 02.01.23 um 15:04 schrieb Hilfe:</div><blockquote type="cite">{OLD}</blockquote><p>Yes, it did.</p>'
    assert split_reply(text, html=html).visible.strip() == "Yes, it did."


FORWARDS = {
    "gmail": '<div>FYI</div><br><div class="gmail_quote"><div class="gmail_attr">---------- Forwarded message ---------<br>From: <b>Anna</b> &lt;anna@example.com&gt;<br>Date: Mon<br>Subject: Offer<br></div><div>The offer is 100.</div><blockquote class="gmail_quote">earlier</blockquote></div>',
    "apple": '<div>FYI</div><div><br><blockquote type="cite"><div>Begin forwarded message:</div><br><div><b>From: </b>Anna &lt;anna@example.com&gt;</div><div>The offer is 100.</div></blockquote></div>',
    "thunderbird": '<p>FYI</p><div class="moz-forward-container"><br>-------- Weitergeleitete Nachricht --------<table><tr><th>Betreff: </th><td>Offer</td></tr><tr><th>Von: </th><td>Anna</td></tr></table><p>The offer is 100.</p></div>',
    "netease": '<div>FYI</div><div id="isForwardContent"><div>-------- 转发邮件信息 --------</div><div>发件人："Anna"</div><div>The offer is 100.</div></div>',
}  # fmt: skip


@pytest.mark.parametrize("name", FORWARDS)
def test_a_forward_keeps_its_content(name: str) -> None:
    html = FORWARDS[name]
    for text in ("", html_to_text(html)):
        visible = split_reply(text, html=html).visible
        assert "FYI" in visible
        assert "The offer is 100." in visible


def test_a_signature_the_program_marked() -> None:
    html = '<div>Call me.</div><div class="gmail_signature"><div>Kim Minsu</div><div>whatever stands here</div></div><div class="gmail_quote"><blockquote class="gmail_quote">old</blockquote></div>'
    split = split_reply("", html=html)
    assert (split.visible.strip(), split.signature) == ("Call me.", "Kim Minsu\nwhatever stands here")


def test_own_words_indented_by_the_editor_stay() -> None:
    html = '<div>I need:</div><blockquote style="margin:0 0 0 40px;border:none;padding:0px"><div>one machine</div></blockquote>'
    assert html_to_text(html) == "I need:\none machine"
    assert split_reply("", html=html).visible == "I need:\none machine"


def test_a_mail_that_is_only_history_is_shown() -> None:
    html = f'<blockquote type="cite">{OLD}</blockquote>'
    assert "Did it work" in split_reply("", html=html).visible


def test_html_that_says_something_else_changes_nothing() -> None:
    text = "Yes.\n\n> old words\n"
    assert split_reply(
        text, html='<p>Other</p><div class="gmail_quote"><blockquote>entirely different</blockquote></div>'
    ) == split_reply(text)
    marked = read_marks('<p>Other</p><blockquote type="cite">entirely different</blockquote>')
    assert marked is not None
    assert carry_over(marked, text.split("\n")) is None


PIECES = st.sampled_from([
    '<div class="gmail_quote">', "</div>", '<blockquote type="cite">', "</blockquote>", "<p>", "</p>", "new words ", "old words ", "<br>", '<hr id="zwchr">',
    '<div id="divRplyFwdMsg">', '<div class="gmail_signature">', "<pre>a\nb</pre>", "<ul><li>one</li></ul>", "On Mon, Jan 2, 2023 A wrote:", "Begin forwarded message:",
    '<table><tr><td id="appendonsend">', "</td></tr></table>", "&gt; x", '<a href="https://example.com">y</a>', "한국어 ",
])  # fmt: skip


@given(st.lists(PIECES, max_size=30).map("".join), st.booleans())
def test_no_word_is_lost(html: str, beside: bool) -> None:
    text = html_to_text(html)
    split = split_reply(text if beside else "", html=html)
    assert _words(split.visible, split.quoted, split.signature) == _words(text)
