import { describe, expect, test } from 'vitest'
import { add, arrange, blocksOf, connect, duplicate, exits, freePlace, freshId, heightOf, remove, say, unreachable, wholeView } from './flow'
import type { Flow } from './types'

const EMPTY: Flow = { language: 'en', blocks: [] }

function chain(): Flow {
  const start = add(EMPTY, 'start', { x: 0, y: 0 })
  const ask = add(start.flow, 'buttons', { x: 0, y: 100 }, { id: start.id, port: 'next' })
  return add(ask.flow, 'hand_over', { x: 0, y: 200 }, { id: ask.id, port: `${ask.id}_a` }).flow
}

describe('a flow', () => {
  test('grows from the way out it was asked at', () => {
    const flow = chain()
    expect(blocksOf(flow).map((block) => block.id)).toEqual(['start_1', 'buttons_1', 'hand_over_1'])
    expect(exits(blocksOf(flow)[1]!, 'en')).toEqual([
      { port: 'buttons_1_a', to: 'hand_over_1', label: '' },
      { port: 'other', to: null, label: '' },
    ])
    expect(exits(blocksOf(flow)[2]!, 'en')).toEqual([])
  })

  test('what led to a removed block leads nowhere', () => {
    const flow = remove(chain(), 'hand_over_1')
    expect(exits(blocksOf(flow)[1]!, 'en')[0]!.to).toBeNull()
    expect(blocksOf(remove(flow, 'buttons_1')).map((block) => block.id)).toEqual(['start_1'])
  })

  test('ways are connected one by one', () => {
    const flow = connect(chain(), 'buttons_1', 'other', 'start_1')
    expect(exits(blocksOf(flow)[1]!, 'en').map((way) => way.to)).toEqual(['hand_over_1', 'start_1'])
    expect(exits(blocksOf(connect(flow, 'buttons_1', 'buttons_1_a', null))[1]!, 'en').map((way) => way.to)).toEqual([null, 'start_1'])
  })

  test('what no start leads to is told', () => {
    const lone = add(chain(), 'message', { x: 0, y: 0 })
    expect([...unreachable(lone.flow)]).toEqual([lone.id])
    expect([...unreachable(connect(lone.flow, 'start_1', 'next', lone.id))]).toEqual(['buttons_1', 'hand_over_1'])
  })

  test('ids are new, also beside buttons and branches', () => {
    expect(freshId(chain(), 'buttons')).toBe('buttons_2')
    const copy = duplicate(chain(), 'buttons_1')!
    expect(copy.id).toBe('buttons_2')
    expect(exits(blocksOf(copy.flow)[3]!, 'en')[0]!.to).toBe('hand_over_1')
  })

  test('is laid out in rows that do not overlap, loops included', () => {
    const flow = arrange(connect(chain(), 'buttons_1', 'other', 'start_1'))
    const [start, buttons, end] = blocksOf(flow)
    expect(start!.y! + heightOf(start!)).toBeLessThan(buttons!.y!)
    expect(buttons!.y! + heightOf(buttons!)).toBeLessThan(end!.y!)
  })

  test('a new card lies on no other', () => {
    expect(freePlace(chain(), { x: 0, y: 90 }, 100)).toEqual({ x: 300, y: 90 })
    expect(freePlace(chain(), { x: 0, y: 900 }, 100)).toEqual({ x: 0, y: 900 })
  })

  test('is shown whole, or from its beginning', () => {
    expect(wholeView(chain(), 1000, 2000).zoom).toBe(1)
    const { y, zoom } = wholeView(chain(), 400, 100)
    expect([y, zoom]).toEqual([30, 0.6])
  })

  test('speaks another language where the own is missing', () => {
    expect(say({ it: 'Ciao' }, 'en')).toBe('Ciao')
    expect(say({ en: '', ko: '네' }, 'en')).toBe('네')
    expect(say(undefined, 'en')).toBe('')
  })
})
