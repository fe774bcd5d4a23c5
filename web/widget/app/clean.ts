/** What a host page hands over, cut to what the server takes: one odd value must not cost the rest. */
import type { Values } from './protocol'

const MOST_KEYS = 30
const LONGEST_KEY = 64
const LONGEST_VALUE = 500

/** Flat values with short names; anything nested becomes its JSON. */
export function cleanValues(given: unknown): Values {
  if (given === null || typeof given !== 'object') return {}
  const values: Values = {}
  for (const [key, value] of Object.entries(given).slice(0, MOST_KEYS)) {
    if (value === null || value === undefined || typeof value === 'function') continue
    const isPlain = typeof value === 'boolean' || Number.isFinite(value)
    values[key.slice(0, LONGEST_KEY)] = isPlain ? value : (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, LONGEST_VALUE)
  }
  return values
}

export function cleanPage(page: { url: string; title: string }): { url: string; title: string } {
  return { url: page.url.slice(0, 2_000), title: page.title.slice(0, 300) }
}
