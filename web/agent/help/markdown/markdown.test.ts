import { getSchema, type JSONContent } from '@tiptap/core'
import { Node } from '@tiptap/pm/model'
import { describe, expect, it } from 'vitest'
import { EXTENSIONS } from './extensions'
import { isFaithful, parse } from './parse'
import { serialize } from './serialize'

/** Written as the editor writes: comes back to the letter. */
const SAME: Record<string, string> = {
  paragraph: 'Open the **settings** and *look* at ~~old~~ `new` things.\n',
  headings: '# One\n\n## Two\n\n### Three with `code`\n',
  link: 'See [the *long* guide](https://acme.example/a "A title") or <https://acme.example/b>.\n',
  'article link': 'Read [how to pay](article:42#cards) first.\n',
  image: '![A blue button](/files/a.png "Where it is")\n',
  'image in a line': 'Press ![gear](/files/gear.png) to go on.\n',
  'linked image': '[![Shop](/a.png)](https://acme.example)\n',
  lists: '- one\n- two\n  - deep\n    1. deeper\n- three\n',
  ordered: '3. three\n4. four\n   - inside\n',
  loose: '- one\n\n- two\n\n  with a second paragraph\n',
  'two lists': '- a\n\n* b\n',
  tasks: '- [x] done\n- [ ] open\n',
  quote: '> Said **once**.\n>\n> - and listed\n',
  callout: '> [!WARNING]\n> Do not unplug.\n>\n> - one\n> - two\n',
  'callout with a title': '> [!NOTE] Before you *begin*\n> Have the key at hand.\n',
  'callout with code': '> [!TIP]\n> ```sh\n> ls -l\n> ```\n',
  video: '@[](https://www.youtube.com/watch?v=abc)\n',
  'video with a title': '@[The tour](https://vimeo.com/76979871)\n',
  'heading with a name': '## How to pay {#pay}\n',
  'image with a width': '![A blue button](/help/files/7){width=400}\n',
  table: '| Plan | Price |\n| :--- | ---: |\n| **Free** | 0 € |\n| a \\| b | first<br>second |\n',
  code: '```python\nprint("`hi`")\n```\n',
  'code with fences': '````\n```\nx\n```\n````\n',
  rule: 'a\n\n---\n\nb\n',
  'hard break': 'one\\\ntwo\n',
  html: '<div class="x">\n  <b>kept</b>\n</div>\n\nafter\n',
  'html in a line': 'Press <kbd>Ctrl</kbd> and &shy; go.\n',
  range: '영업일 기준 1~2일, 최대 3~4일 걸립니다.\n',
  'bold before a particle': '**“설정”**&#xc744; 여세요.\n',
  'nbsp': '10&nbsp;km\n',
  'snake case': 'the field order_total_minor\n',
}

/** Written by others: means the same, and is stable from then on. */
const OTHERS: readonly string[] = [
  'Setext\n======\n\nwrapped\nlines __bold__ _it_\n',
  '* a\n* b\n\n+ c\n',
  '>[!NOTE]\n>\n>No space after the sign, as some write it.\n',
  '> [!IMPORTANT]\n> first\nlazy second line\n\nafter\n',
  '>[!VIDEO](https://video.example/v/12?quality=12)\n',
  'https://youtu.be/abc\n\nafter\n',
  'before\n\nhttps://acme.example/tour.mp4\n',
  '    indented code\n',
  'Ref [link][1].\n\n[1]: https://acme.example "T"\n',
  '1) one\n2) two\n',
  'a  \nb\n',
  '| a | b |\n|---|---|\n| `x|y` | c |\n',
  'https://acme.example/plain and www.acme.example.\n',
  '- a\n\n      code in a list\n',
  '&lt;b&gt; &amp;lt; &copy; 2024\n',
]

/** Typed into the editor as plain text: never becomes anything else. */
const LITERAL: readonly string[] = [
  '# no heading', '- no item', '+ no item', '1. no item', '2) none', '> no quote', '---', '***', '===', '```', '~~~', '* x', '[a](b)', '![a](b)', '[x]: y', '<b>', '</b>', '&amp;', '&copy;',
  '**a**', '_a_', '~~a~~', '~a~', '`a`', 'a_b_c', '\\', '\\*', 'C:\\dir\\file', '<https://a.example>', '[!NOTE]', '| a | b |', 'a & b < c > d', '100 % ~ 1~2', '[ ] box', 'ends with !', 'a * b * c', '&', '#', '-', 'a\u00a0b', '5 * 3 = 15*', '__init__', '::: x',
]

const text = (content: string, ...marks: string[]): JSONContent => ({ type: 'text', text: content, ...(marks.length > 0 ? { marks: marks.map((type) => ({ type })) } : {}) })
const doc = (...content: JSONContent[]): JSONContent => ({ type: 'doc', content })
const line = (...content: JSONContent[]): JSONContent => ({ type: 'paragraph', content })
const plain = (value: JSONContent): string => (value.text ?? '') + (value.content ?? []).map(plain).join('')
const schema = getSchema([...EXTENSIONS])

describe('Markdown of articles', () => {
  it.each(Object.entries(SAME))('keeps to the letter: %s', (_name, markdown) => {
    expect(serialize(parse(markdown))).toBe(markdown)
    expect(isFaithful(markdown)).toBe(true)
    Node.fromJSON(schema, parse(markdown)).check()
  })

  it.each(OTHERS)('means the same afterwards: %j', (markdown) => {
    const once = serialize(parse(markdown))
    expect(parse(once)).toEqual(parse(markdown))
    expect(serialize(parse(once))).toBe(once)
    Node.fromJSON(schema, parse(markdown)).check()
  })

  it.each(LITERAL)('what is typed stays what was typed: %j', (typed) => {
    for (const around of [doc(line(text(typed))), doc(line(text('first')), line(text(typed)), line(text('last'))), doc({ type: 'bulletList', content: [{ type: 'listItem', content: [line(text(typed))] }] })]) {
      const back = parse(serialize(around))
      expect(plain(back)).toBe(plain(around))
      expect(back.content!.map((node) => node.type)).toEqual(around.content!.map((node) => node.type))
    }
  })

  it('keeps a line break from beginning a block', () => {
    for (const typed of ['# x', '- x', '---', '===', '1. x', '> x', '| - | - |']) {
      const back = parse(serialize(doc(line(text('a | b'), { type: 'hardBreak' }, text(typed)))))
      expect(back.content).toHaveLength(1)
      expect(plain(back)).toBe(`a | b${typed}`)
    }
  })

  it('reads callouts and videos as such', () => {
    expect(parse('>[!NOTE]\n>\n>Text.').content![0]).toMatchObject({ type: 'callout', attrs: { kind: 'note' } })
    for (const film of ['> [!VIDEO](https://youtu.be/x "T")', '@[](https://youtu.be/x)', 'https://youtu.be/x']) {
      expect(parse(film).content).toEqual([{ type: 'video', attrs: { src: 'https://youtu.be/x', title: '' } }])
    }
    expect(parse('See https://youtu.be/x').content![0]!.type).toBe('paragraph')
    expect(parse('> an ordinary quote').content![0]!.type).toBe('blockquote')
  })

  it('survives marks over words, next to signs and to particles', () => {
    let seed = 7
    const random = (n: number) => (seed = (seed * 48271) % 2147483647) % n
    const words = ['word', '설정', '“x”', 'a b', '(y)', 'n.', '1~2', '*', 'e!', '_u', '<b>', '3.', '-']
    for (let round = 0; round < 2000; round += 1) {
      const runs = Array.from({ length: 1 + random(4) }, () => {
        const marks = ['bold', 'italic', 'strike'].filter(() => random(3) === 0)
        const particle = random(3) === 0 ? [text('을')] : []
        return [text(words[random(words.length)]!, ...marks), ...particle, text(' ')]
      }).flat()
      const before = doc(line(...runs))
      const written = serialize(before)
      const after = parse(written)
      expect({ written, says: plain(after).trim() }).toEqual({ written, says: plain(before).trim() })
      expect(serialize(after)).toBe(written)
    }
  })
})
