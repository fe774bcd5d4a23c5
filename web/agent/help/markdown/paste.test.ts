// @vitest-environment jsdom
import { describe, expect, test } from 'vitest'
import { cleanPaste, hasWords } from './paste'

const clean = (html: string) => cleanPaste(html).replace(/\s*\n\s*/g, '').trim()
const item = (level: number, marker: string, text: string) =>
  `<p class=MsoListParagraph style='margin-left:36pt;mso-list:l0 level${level} lfo1'><![if !supportLists]><span style='mso-list:Ignore'>${marker}<span>&nbsp;&nbsp; </span></span><![endif]>${text}<o:p></o:p></p>`

describe('cleanPaste', () => {
  test('paragraphs that Word shows as lists become lists', () => {
    const word = `<html><head><style>p{mso-x:1}</style></head><body><p class=MsoNormal>Before</p>${item(1, '1.', 'One')}${item(2, '·', 'Deep')}${item(1, '2.', 'Two')}<p>After</p>${item(1, '·', 'Other')}</body></html>`
    expect(clean(word).replace(/<!--.*?-->| class="[^"]*"/g, '')).toBe('<p>Before</p><ol><li><p>One</p><ul><li><p>Deep</p></li></ul></li><li><p>Two</p></li></ol><p>After</p><ul><li><p>Other</p></li></ul>')
  })

  test('headings stand below the title of the article, and only when they reach it', () => {
    expect(clean('<h1>A</h1><h2>B</h2>')).toBe('<h2>A</h2><h3>B</h3>')
    expect(clean('<h2>A</h2><h3>B</h3>')).toBe('<h2>A</h2><h3>B</h3>')
  })

  test('a link of Google Docs leads where it led', () => {
    expect(clean('<a href="https://www.google.com/url?q=https://x.example/a%3Fb%3D1&amp;sa=D">x</a>')).toBe('<a href="https://x.example/a?b=1">x</a>')
  })

  test('pictures that only this computer can see stay away', () => {
    expect(clean('<p>a<img src="file:///C:/x.png"><img src="data:image/png;base64,AA=="><img src="/help/files/1"></p>')).toBe('<p>a<img src="/help/files/1"></p>')
  })

  test('spaces are spaces, except in code', () => {
    expect(clean('<p>a\u00a0b</p><pre>a\u00a0b</pre>')).toBe('<p>a b</p><pre>a&nbsp;b</pre>')
  })
})

test('a picture of words is not what was copied', () => {
  expect(hasWords('<meta charset="utf-8"><!--StartFragment--><img src="https://x.example/a.png"><!--EndFragment-->')).toBe(false)
  expect(hasWords('<style>td {a:b}</style><table><tr><td>7</td></tr></table>')).toBe(true)
  expect(hasWords('')).toBe(false)
})
