/** The workspace's colour, corrected until it can be read. Colours are sRGB `[r, g, b]` of 0-255; ratios are WCAG 2 contrast. */

export type Rgb = readonly [number, number, number]

const WHITE: Rgb = [255, 255, 255]
const BLACK: Rgb = [23, 22, 20]
/** The surfaces of the shared tokens, light and dark (`--n1`, `--n4`). */
const PAPER: Rgb = [254, 253, 252]
const NIGHT: Rgb = [36, 34, 31]
const TEXT_RATIO = 4.5
const SHAPE_RATIO = 3
const FALLBACK: Rgb = [15, 118, 110]

export type Palette = { fill: string; onFill: string; ink: string }

/** `#rgb` or `#rrggbb`; anything else is our own teal. */
export function parseColor(text: string): Rgb {
  const digits = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text.trim())?.[1]
  if (!digits) return FALLBACK
  const wide = digits.length === 3 ? digits.replace(/./g, '$&$&') : digits
  return [0, 2, 4].map((at) => parseInt(wide.slice(at, at + 2), 16)) as unknown as Rgb
}

export function contrast(a: Rgb, b: Rgb): number {
  const [high, low] = [luminance(a), luminance(b)].toSorted((x, y) => y - x) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

/** Fill, what is written on it, and the colour as text on paper: each readable in the theme, as near to the wish as may be. */
export function palette(color: string, dark: boolean): Palette {
  const surface = dark ? NIGHT : PAPER
  const toward = dark ? WHITE : BLACK
  const wish = parseColor(color)
  const fill = until(wish, toward, (one) => contrast(one, surface) >= SHAPE_RATIO && best(one) >= TEXT_RATIO)
  // White on a colour reads calmer than black where it nearly passes: the fill gives way a little.
  const deeper = dark ? fill : until(fill, BLACK, (one) => contrast(one, WHITE) >= TEXT_RATIO)
  const chosen = contrast(fill, WHITE) >= SHAPE_RATIO ? deeper : fill
  const ink = until(wish, toward, (one) => contrast(one, surface) >= TEXT_RATIO)
  return { fill: hex(chosen), onFill: contrast(chosen, WHITE) >= TEXT_RATIO ? hex(WHITE) : hex(BLACK), ink: hex(ink) }
}

function best(color: Rgb): number {
  return Math.max(contrast(color, WHITE), contrast(color, BLACK))
}

/** Mixes in steps of 4 % until the colour is good; the end of the way is always good. */
function until(from: Rgb, toward: Rgb, isGood: (color: Rgb) => boolean): Rgb {
  for (let share = 0; share < 1; share += 0.04) {
    const mixed = from.map((part, at) => Math.round(part + (toward[at]! - part) * share)) as unknown as Rgb
    if (isGood(mixed)) return mixed
  }
  return toward
}

function luminance(color: Rgb): number {
  const [r, g, b] = color.map((part) => {
    const s = part / 255
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function hex(color: Rgb): string {
  return '#' + color.map((part) => part.toString(16).padStart(2, '0')).join('')
}
