/** What a visitor's browser said, made fit to be read. Everything here was typed or sent by a stranger. Pure. */
import type { Fact } from '../api/messenger'

/** An address one may click on: http and https only. Null for anything else. */
export function safeUrl(url: string): URL | null {
  try {
    const parsed = new URL(url)
    return parsed.protocol === 'https:' || parsed.protocol === 'http:' ? parsed : null
  } catch {
    return null
  }
}

/** "shop.example/cart": an address without what everybody knows. */
export function shortUrl(url: string): string {
  const parsed = safeUrl(url)
  if (!parsed) return url
  return (parsed.host + parsed.pathname + parsed.search).replace(/\/$/, '')
}

/** "Firefox, Linux, 1440x900": what is known of a device, the usual words first, each once. */
export function deviceText(device: Readonly<Record<string, string>>): string {
  const order = ['browser', 'os', 'platform', 'type', 'screen']
  const names = [...order, ...Object.keys(device).filter((name) => !order.includes(name))]
  return [...new Set(names.map((name) => device[name]?.trim() ?? '').filter(Boolean))].join(', ')
}

/** An attribute or the data of an event in one line. */
export function plain(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

const FACTS = ['landed', 'page', 'opened', 'form', 'sent', 'left', 'event', 'search', 'article', 'helped', 'not_helped'] as const
export type FactName = (typeof FACTS)[number]

/** The kind of a fact as we know it; facts of a newer Hark are events by their own name. */
export function factName(fact: Fact): FactName {
  const kind = fact.kind.toLowerCase()
  return FACTS.find((name) => name === kind) ?? 'event'
}

/** What a fact is about: the page, what was searched, the data of an event. */
export function factDetail(fact: Fact): { text: string; url: string | null } {
  const { title, url, referrer, query, name: _name, thread: _thread, held_out: _held, language: _language, results: _results, article_id: _id, search: _search, ...rest } = fact.data
  const address = typeof url === 'string' && url !== '' ? url : null
  if (typeof title === 'string' && title !== '') return { text: title, url: address }
  if (address) return { text: shortUrl(address), url: address }
  if (typeof query === 'string') return { text: query, url: null }
  const inner = typeof rest.data === 'object' && rest.data !== null ? (rest.data as Record<string, unknown>) : rest
  const data = Object.entries(inner).map(([key, value]) => `${key}: ${plain(value)}`)
  return { text: data.length > 0 ? data.join(', ') : plain(referrer), url: null }
}

/** "Buenos Aires" of "America/Argentina/Buenos_Aires". */
export function zoneCity(zone: string): string {
  return (zone.split('/').at(-1) ?? zone).replaceAll('_', ' ')
}

/** The same thing several times in a row is one line with a count; the newest time stands. */
export function foldFacts(facts: readonly Fact[]): { fact: Fact; count: number }[] {
  const folded: { fact: Fact; count: number }[] = []
  const what = (fact: Fact) => `${fact.kind} ${plain(fact.data.name)} ${factDetail(fact).text}`
  for (const fact of facts) {
    const last = folded.at(-1)
    if (last && what(last.fact) === what(fact)) last.count += 1
    else folded.push({ fact, count: 1 })
  }
  return folded
}
