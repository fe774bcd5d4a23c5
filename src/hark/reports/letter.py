"""The mail of a report: plain text for every reader, and HTML of tables and widths, which mail programs draw alike."""

from html import escape

from hark.reports.paper import Bar, Card, Paper
from hark.reports.words import word

INK, SECOND, LINE, ACCENT, FAINT, GOOD, BAD = (
    "#1c1b19",
    "#6b6862",
    "#e4e1db",
    "#0f766e",
    "#b9b5ad",
    "#1a7f4b",
    "#b42318",
)
FONT = "font-family:Inter,Pretendard,'Segoe UI',Helvetica,Arial,sans-serif"


def letter_text(paper: Paper, link: str) -> str:
    lines = [paper.title, paper.period, *([paper.compared] if paper.compared else []), ""]
    for card in paper.cards:
        clock = f" ({card.clock})" if card.clock else ""
        lines += [f"{card.title}{clock}: {card.number} {card.change}".rstrip(), f"  {card.note}", ""]
    if paper.bars:
        lines += [paper.bars_title, *(f"  {bar.label}: {bar.number}" for bar in paper.bars), ""]
    if not paper.cards and not paper.bars:
        lines += [word(paper.language, "nothing"), ""]
    lines += [
        word(paper.language, "attached"),
        *([f"{word(paper.language, 'open')}: {link}"] if link else []),
        "",
        paper.foot,
    ]
    return "\n".join(lines)


def letter_html(paper: Paper, link: str) -> str:
    cards = "".join(_row(paper.cards[i : i + 2]) for i in range(0, len(paper.cards), 2))
    bars = "".join(map(_bar, paper.bars))
    nothing = "" if paper.cards or paper.bars else f"<p>{escape(word(paper.language, 'nothing'))}</p>"
    opener = (
        f'<p style="margin:24px 0 0"><a href="{escape(link, quote=True)}" style="color:{ACCENT};font-weight:600">'
        f"{escape(word(paper.language, 'open'))}</a></p>"
        if link
        else ""
    )
    table = f'<table width="100%" cellpadding="0" cellspacing="0" style="{FONT}">' if paper.bars else ""
    return (
        f'<div style="{FONT};color:{INK};max-width:640px;margin:0 auto;padding:24px">'
        f'<h1 style="font-size:20px;margin:0">{escape(paper.title)}</h1>'
        f'<p style="margin:4px 0 0;color:{SECOND};font-size:13px">{escape(paper.period)}'
        f"{'<br>' + escape(paper.compared) if paper.compared else ''}</p>{nothing}"
        f'<table width="100%" cellpadding="0" cellspacing="8" style="margin-top:16px;{FONT}">{cards}</table>'
        + (
            f'<h2 style="font-size:16px;margin:24px 0 8px">{escape(paper.bars_title)}</h2>{table}{bars}</table>'
            if bars
            else ""
        )
        + f'{opener}<p style="margin:16px 0 0;color:{SECOND};font-size:13px">{escape(word(paper.language, "attached"))}</p>'
        f'<p style="margin:24px 0 0;color:{SECOND};font-size:12px">{escape(paper.foot)}</p></div>'
    )


def _row(cards: list[Card]) -> str:
    cells = "".join(map(_card, cards))
    return f"<tr>{cells}{'<td></td>' if len(cards) == 1 else ''}</tr>"


def _card(card: Card) -> str:
    color = SECOND if card.better is None else GOOD if card.better else BAD
    clock = f' <span style="color:{SECOND};font-weight:400">· {escape(card.clock)}</span>' if card.clock else ""
    return (
        f'<td width="50%" valign="top" style="border:1px solid {LINE};border-radius:10px;padding:16px">'
        f'<div style="font-size:13px;font-weight:600">{escape(card.title)}{clock}</div>'
        f'<div style="font-size:28px;font-weight:650;line-height:36px">{escape(card.number)}</div>'
        f'<div style="font-size:13px;color:{color}">{escape(card.change) or "&nbsp;"}</div>'
        f'<div style="font-size:12px;color:{SECOND};line-height:18px">{escape(card.note)}</div></td>'
    )


def _bar(bar: Bar) -> str:
    now, rest = round(bar.length * 100), 100 - round(bar.length * 100)
    fill = f'<td width="{now}%" bgcolor="{ACCENT}" style="height:10px;border-radius:3px"></td>' if now else ""
    empty = f'<td width="{rest}%"></td>' if rest else ""
    return (
        f'<tr><td width="34%" style="font-size:13px;padding:4px 8px 4px 0">{escape(bar.label)}</td>'
        f'<td width="36%"><table width="100%" cellpadding="0" cellspacing="0"><tr>{fill}{empty}</tr></table></td>'
        f'<td align="right" style="font-size:13px;white-space:nowrap;padding-left:8px"><b>{escape(bar.number)}</b> '
        f'<span style="color:{SECOND}">{escape(bar.before)}</span></td></tr>'
    )
