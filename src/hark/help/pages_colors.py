"""A centre's own colour, corrected until it can be read. The same rule as web/shared/color.ts, so that messenger and
pages of one brand look alike. Colours are sRGB of 0-255; ratios are WCAG 2 contrast. Pure."""

from collections.abc import Callable

import msgspec

Rgb = tuple[int, int, int]

WHITE: Rgb = (255, 255, 255)
BLACK: Rgb = (23, 22, 20)
PAPER: Rgb = (249, 248, 247)  # the darkest light surface (--n2) and the lightest dark one (--n4) that words stand on
NIGHT: Rgb = (36, 34, 31)
TEXT_RATIO, SHAPE_RATIO = 4.5, 3.0
STEP = 0.04


class Palette(msgspec.Struct, frozen=True):
    """A fill, what is written on it, and the colour as text."""

    fill: str
    on_fill: str
    ink: str


def palette(color: str, *, dark: bool) -> Palette:
    """The nearest readable colours to `#rrggbb` in one theme."""
    surface, toward = (NIGHT, WHITE) if dark else (PAPER, BLACK)
    wish = parse(color)
    fill = _until(wish, toward, lambda c: contrast(c, surface) >= SHAPE_RATIO and _best(c) >= TEXT_RATIO)
    if not dark and contrast(fill, WHITE) >= SHAPE_RATIO:  # white on a colour reads calmer than black
        fill = _until(fill, BLACK, lambda c: contrast(c, WHITE) >= TEXT_RATIO)
    ink = _until(wish, toward, lambda c: contrast(c, surface) >= TEXT_RATIO)
    return Palette(_hex(fill), _hex(WHITE if contrast(fill, WHITE) >= TEXT_RATIO else BLACK), _hex(ink))


def parse(color: str) -> Rgb:
    """`#rrggbb` as numbers."""
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def contrast(a: Rgb, b: Rgb) -> float:
    high, low = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def style(color: str) -> str:
    """The style of a page that wears this colour, in light and dark."""
    light, dark = palette(color, dark=False), palette(color, dark=True)
    said = [f"--brand:{p.fill};--on-brand:{p.on_fill};--brand-ink:{p.ink}" for p in (light, dark)]
    return (
        f":root:root{{{said[0]}}}"
        f"@media (prefers-color-scheme:dark){{:root:root:not([data-theme=light]){{{said[1]}}}}}"
        f":root:root[data-theme=dark]{{{said[1]}}}"
    )


def _best(color: Rgb) -> float:
    return max(contrast(color, WHITE), contrast(color, BLACK))


def _until(start: Rgb, toward: Rgb, is_good: Callable[[Rgb], bool]) -> Rgb:
    """Mixes step by step until the colour is good; the end of the way always is."""
    for n in range(int(1 / STEP)):
        share = n * STEP
        mixed = tuple(round(a + (b - a) * share) for a, b in zip(start, toward, strict=True))
        if is_good(mixed):  # type: ignore[arg-type]
            return mixed  # type: ignore[return-value]
    return toward


def _luminance(color: Rgb) -> float:
    r, g, b = (c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in color)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def _hex(color: Rgb) -> str:
    return "#" + "".join(f"{c:02x}" for c in color)
