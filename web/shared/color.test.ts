import { describe, expect, it } from 'vitest'
import { contrast, palette, parseColor } from './color'

const PAPER = parseColor('#fefdfc')
const NIGHT = parseColor('#24221f')
const HUES = Array.from({ length: 512 }, (_, n) => '#' + [n & 7, (n >> 3) & 7, n >> 6].map((part) => Math.round((part / 7) * 255).toString(16).padStart(2, '0')).join(''))

describe.each([['light', false, PAPER], ['dark', true, NIGHT]] as const)('the colour in the %s theme', (_, dark, surface) => {
  it('can always be read, and seen on its surface', () => {
    const wrong = HUES.filter((hue) => {
      const { fill, onFill, ink } = palette(hue, dark)
      const [filled, inked] = [parseColor(fill), parseColor(ink)]
      return contrast(filled, parseColor(onFill)) < 4.5 || contrast(filled, surface) < 3 || contrast(inked, surface) < 4.5
    })
    expect(wrong).toEqual([])
  })
})

describe('the colour', () => {
  it('stays as it is where it can be read', () => {
    expect(palette('#0f766e', false)).toEqual({ fill: '#0f766e', onFill: '#ffffff', ink: '#0f766e' })
  })

  it('takes short and odd notations', () => {
    expect(parseColor('#fff')).toEqual([255, 255, 255])
    expect(parseColor('red;}body{')).toEqual(parseColor('#0f766e'))
  })

  it('has the contrast of WCAG', () => {
    expect(contrast(parseColor('#000'), parseColor('#fff'))).toBeCloseTo(21, 5)
    expect(contrast(parseColor('#767676'), parseColor('#fff'))).toBeCloseTo(4.54, 2)
  })
})
