import { describe, expect, it } from 'vitest'
import type { Message, Thread } from './protocol'
import { begin, cursors, newestFirst, type Threads, unreadOf, withMessage, withPage, withRead, withTeamRead, withThread, withThreads, withTyping } from './threads'

const message = (seq: number, from: Message['from'] = 'team'): Message => ({
  id: `m${seq}`, seq, from, name: from === 'team' ? 'Ada' : '', picture_url: null, at: new Date(Date.UTC(2026, 10, 23, 10, 0, seq)).toISOString(), text: `text ${seq}`, attachments: [],
}) // prettier-ignore
const thread = (seq: number, given: Partial<Thread> = {}): Thread => ({
  id: 't', subject_preview: `text ${seq}`, last_at: message(seq).at, unread: 0, seq, read_seq: 0, team_read_seq: 0, closed: false, ...given,
}) // prettier-ignore
const seqs = (threads: Threads) => threads.t!.messages.map((one) => one.seq)
const put = (threads: Threads, seq: number, inOrder: boolean, from?: Message['from']) => withMessage(threads, 't', message(seq, from), inOrder).threads

describe('the threads', () => {
  it('show each message once and in order, however it comes', () => {
    let threads = begin({}, 't', message(1).at)
    for (const seq of [5, 1, 3, 3, 1, 4, 5, 2]) threads = put(threads, seq, true)
    expect(seqs(threads)).toEqual([1, 2, 3, 4, 5])
  })

  it('do not count the answer to a post as everything before it', () => {
    let threads = put(begin({}, 't', message(1).at), 3, true)
    threads = put(threads, 7, false, 'you')
    expect(cursors(threads)).toEqual({ t: 3 })
    threads = put(threads, 5, true)
    expect(cursors(threads)).toEqual({ t: 5 })
    expect(seqs(threads)).toEqual([3, 5, 7])
  })

  it('end the same whether messages came live, as a page, or both', () => {
    const live = [1, 2, 3, 4].reduce((all, seq) => put(all, seq, true), withThreads({}, [thread(0)]))
    const paged = withPage(withThreads({}, [thread(4)]), 't', thread(4), [1, 2, 3, 4].map((seq) => message(seq)), true)
    const both = withPage(put(put(withThreads({}, [thread(2)]), 3, true), 4, true), 't', thread(4), [1, 2, 3, 4].map((seq) => message(seq)), true)
    expect(seqs(live)).toEqual([1, 2, 3, 4])
    expect(seqs(paged)).toEqual(seqs(live))
    expect(seqs(both)).toEqual(seqs(live))
    expect(cursors(both)).toEqual({ t: 4 })
    expect(both.t!.isLoaded).toBe(true)
  })

  it('know a thread of the boot up to its head, and load the rest when it is opened', () => {
    const threads = withThreads({}, [thread(40)])
    expect(cursors(threads)).toEqual({ t: 40 })
    expect(threads.t!.isLoaded).toBe(false)
  })

  it('count unread messages of the team until they are read, and never twice', () => {
    let threads = put(put(begin({}, 't', message(1).at), 1, true), 1, true)
    threads = put(threads, 2, false, 'you')
    expect(unreadOf(threads)).toBe(1)
    threads = withRead(threads, 't')
    expect(unreadOf(threads)).toBe(0)
    expect(threads.t!.thread.read_seq).toBe(2)
    threads = withThread(threads, thread(2, { unread: 1, read_seq: 0 }))
    expect(unreadOf(threads)).toBe(0)
  })

  it('keep what is newer here than in a late word of the server', () => {
    const threads = withThread(put(begin({}, 't', message(1).at), 9, true), thread(4))
    expect(threads.t!.thread).toMatchObject({ seq: 9, unread: 1, subject_preview: 'text 9', last_at: message(9).at })
  })

  it('move the team’s reading only forwards', () => {
    const threads = withTeamRead(withTeamRead(withThreads({}, [thread(9)]), 't', 7), 't', 3)
    expect(threads.t!.thread.team_read_seq).toBe(7)
  })

  it('end typing with the message that was typed', () => {
    const typing = withTyping(withThreads({}, [thread(1)]), 't', 'Ada', true, 1_000)
    expect(typing.t!.typing).toEqual({ name: 'Ada', until: 7_000 })
    expect(put(typing, 2, true).t!.typing).toBeNull()
    expect(put(typing, 2, true, 'you').t!.typing).not.toBeNull()
  })

  it('stand with the latest first', () => {
    const threads = withThreads({}, [thread(1), thread(8, { id: 'u' })])
    expect(newestFirst(threads).map((known) => known.thread.id)).toEqual(['u', 't'])
  })
})
