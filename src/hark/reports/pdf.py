"""A report as a PDF file on A4: the same cards as the page, lines and bars drawn as vectors, in a face with Hangul."""

import logging
import math
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

from hark.core.errors import ConfigError
from hark.reports.paper import Bar, Card, Paper
from hark.reports.words import word

if TYPE_CHECKING:
    from fpdf import FPDF

FONTS = Path(__file__).parent.parent / "static" / "fonts"
MARGIN, WIDTH, GAP = 16.0, 178.0, 6.0  # millimetres; A4 is 210 wide
CARD_W, CARD_H, CHART_H = (WIDTH - GAP) / 2, 74.0, 22.0
INK, SECOND, LINE, ACCENT, FAINT = (28, 27, 25), (107, 104, 98), (228, 225, 219), (15, 118, 110), (170, 166, 158)
GOOD, BAD = (26, 127, 75), (180, 35, 24)
Points = list[tuple[datetime, float | None]]


def make_pdf(paper: Paper, *, created: datetime) -> bytes:
    """The file. The same paper at the same `created` gives the same bytes. Raises ConfigError without the typefaces."""
    from fpdf import FPDF

    logging.getLogger("fontTools").setLevel(logging.WARNING)
    if not (FONTS / "Pretendard-Regular.ttf").exists():
        raise ConfigError("The typefaces of PDF files are missing. Build the front end (make build), then try again.")
    pdf = FPDF(format="A4")
    pdf.set_creation_date(created)
    pdf.set_title(paper.title)
    pdf.set_lang(paper.language)
    pdf.set_margin(MARGIN)
    pdf.set_auto_page_break(False)
    pdf.c_margin = 0
    pdf.add_font("Pretendard", "", FONTS / "Pretendard-Regular.ttf")
    pdf.add_font("Pretendard", "B", FONTS / "Pretendard-SemiBold.ttf")
    pdf.add_page()
    _head(pdf, paper)
    y = _cards(pdf, paper, 40.0)
    _bars(pdf, paper, y)
    _foot(pdf, paper)
    return bytes(pdf.output())


def _text(pdf: "FPDF", x: float, y: float, w: float, text: str, size: float, *, bold: bool = False,
          color: tuple[int, int, int] = INK, lines: int = 1, right: bool = False) -> None:  # fmt: skip
    """Text in a box of so many lines; what does not fit ends in an ellipsis."""
    pdf.set_font("Pretendard", "B" if bold else "", size)
    pdf.set_text_color(*color)
    height = size * 0.5
    shown = cast(list[str], pdf.multi_cell(w, height, text, dry_run=True, output="LINES"))
    if len(shown) > lines:
        cut = shown[:lines]
        last = cut[-1]
        while last and pdf.get_string_width(last + "…") > w - 2:
            last = last[:-1]
        shown = [*cut[:-1], last.rstrip() + "…"]
    for i, line in enumerate(shown):
        pdf.set_xy(x, y + i * height)
        pdf.cell(w, height, line, align="R" if right else "L")


def _head(pdf: "FPDF", paper: Paper) -> None:
    _text(pdf, MARGIN, 14, WIDTH, paper.title, 18, bold=True)
    _text(pdf, MARGIN, 24, WIDTH, paper.period, 10, color=SECOND)
    _text(pdf, MARGIN, 30, WIDTH, paper.compared, 10, color=SECOND)
    if not paper.cards and not paper.bars:
        _text(pdf, MARGIN, 44, WIDTH, word(paper.language, "nothing"), 11)


def _cards(pdf: "FPDF", paper: Paper, y: float) -> float:
    for i, card in enumerate(paper.cards):
        if i % 2 == 0 and i:
            y += CARD_H + GAP
        if y + CARD_H > 280:
            pdf.add_page()
            y = MARGIN
        _card(pdf, card, MARGIN + (i % 2) * (CARD_W + GAP), y)
    return y + CARD_H + GAP if paper.cards else y


def _card(pdf: "FPDF", card: Card, x: float, y: float) -> None:
    pdf.set_draw_color(*LINE)
    pdf.set_line_width(0.25)
    pdf.rect(x, y, CARD_W, CARD_H, round_corners=True, corner_radius=2.5)
    left, width = x + 4, CARD_W - 8
    title = f"{card.title} · {card.clock}" if card.clock else card.title
    _text(pdf, left, y + 3.5, width, title, 9.5, bold=True)
    _text(pdf, left, y + 9, width, card.number, 20, bold=True)
    color = SECOND if card.better is None else GOOD if card.better else BAD
    _text(pdf, left, y + 11, width, card.change, 10, color=color, right=True)
    _text(pdf, left, y + 20, width, card.note, 7.5, color=SECOND, lines=2)
    _chart(pdf, card, left, y + 30, width)
    _waiting(pdf, card, left, y + 54.5, width)
    _text(pdf, left, y + 59, width, card.formula, 6.5, color=SECOND, lines=4)


def _chart(pdf: "FPDF", card: Card, x: float, y: float, w: float) -> None:
    """The period as a line (counts as bars) over the comparison, dashed; the axis begins at zero."""
    top = max((v for _, v in [*card.points, *card.points_before] if v is not None), default=0.0)
    pdf.set_draw_color(*LINE)
    pdf.set_line_width(0.2)
    pdf.line(x, y + CHART_H, x + w, y + CHART_H)
    if top <= 0 or not card.points:
        return
    if card.bars:
        step = w / len(card.points)
        pdf.set_fill_color(*ACCENT)
        for i, (_, value) in enumerate(card.points):
            height = CHART_H * (value or 0.0) / top
            pdf.rect(x + i * step + step * 0.15, y + CHART_H - height, step * 0.7, height, style="F")
    pdf.set_draw_color(*FAINT)
    pdf.set_line_width(0.35)
    pdf.set_dash_pattern(dash=1.2, gap=1)
    _line(pdf, card.points_before, x, y, w, top, centred=card.bars)
    pdf.set_dash_pattern()
    if not card.bars:
        pdf.set_draw_color(*ACCENT)
        pdf.set_line_width(0.6)
        _line(pdf, card.points, x, y, w, top)


def _line(pdf: "FPDF", points: Points, x: float, y: float, w: float, top: float, *, centred: bool = False) -> None:
    n = len(points)
    if n == 0:
        return
    at = [(x + (w * (i + 0.5) / n if centred else w * i / max(1, n - 1)), y + CHART_H * (1 - v / top))
          for i, (_, v) in enumerate(points) if v is not None]  # fmt: skip
    if len(at) == 1:
        pdf.circle(at[0][0], at[0][1], 0.6)
    elif at:
        pdf.polyline(at)


def _waiting(pdf: "FPDF", card: Card, x: float, y: float, w: float) -> None:
    """Ended against still waiting, the latter hatched: leaving it out would flatter."""
    whole = card.waiting + card.ended
    if not card.waiting or not whole:
        return
    still = max(2.0, w * card.waiting / whole)
    pdf.set_fill_color(*LINE)
    pdf.rect(x, y, w - still, 2, style="F")
    pdf.set_draw_color(*SECOND)
    pdf.set_line_width(0.2)
    pdf.rect(x + w - still, y, still, 2)
    for i in range(math.floor((still - 2) / 1.2) + 1):
        left = x + w - still + i * 1.2
        pdf.line(left, y + 2, min(left + 2, x + w), y)


def _bars(pdf: "FPDF", paper: Paper, y: float) -> None:
    if not paper.bars:
        return
    if y > 250:
        pdf.add_page()
        y = MARGIN
    _text(pdf, MARGIN, y, WIDTH, paper.bars_title, 12, bold=True)
    y += 9
    for bar in paper.bars:
        if y > 276:
            pdf.add_page()
            y = MARGIN
        _bar(pdf, bar, y)
        y += 8


def _bar(pdf: "FPDF", bar: Bar, y: float) -> None:
    left, room = MARGIN + 56, 70.0
    _text(pdf, MARGIN, y, 54, bar.label, 9)
    pdf.set_fill_color(*ACCENT)
    pdf.rect(left, y + 0.5, max(0.3, room * bar.length), 3, style="F")
    pdf.set_fill_color(*LINE)
    pdf.rect(left, y + 3.9, max(0.01, room * bar.length_before), 1, style="F")
    _text(pdf, left + room + 2, y, 24, bar.number, 9, bold=True, right=True)
    _text(pdf, left + room + 26, y, 26, bar.before, 8, color=SECOND, right=True)


def _foot(pdf: "FPDF", paper: Paper) -> None:
    for page in range(1, pdf.pages_count + 1):
        pdf.page = page
        _text(pdf, MARGIN, 286, WIDTH - 16, word(paper.language, "dashed"), 7, color=SECOND)
        _text(pdf, MARGIN, 286, WIDTH, f"{page} / {pdf.pages_count}", 7, color=SECOND, right=True)
