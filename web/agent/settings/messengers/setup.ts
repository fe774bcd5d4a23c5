/** What people type in the settings of a messenger, made into what the API takes. Pure. */
import type { PrechatField } from '../../api/messenger'

/** Sites one a line, in the form browsers say them: "https://shop.example". Null when a line is no site. */
export function parseOrigins(text: string): string[] | null {
  const origins: string[] = []
  for (const line of text.split('\n').map((piece) => piece.trim().toLowerCase()).filter(Boolean)) {
    if (/^http:\/\/localhost:\*\/?$/.test(line)) {
      origins.push('http://localhost:*')
      continue
    }
    const origin = originOf(line.includes('://') ? line : `https://${line}`)
    if (!origin) return null
    origins.push(origin)
  }
  return [...new Set(origins)]
}

/** Browsers take hosts that are none ("not a site"), so what comes out is looked at again. */
function originOf(text: string): string | null {
  try {
    const { origin } = new URL(text)
    return /^https?:\/\/[a-z0-9.-]+(?::\d{1,5})?$/.test(origin) ? origin : null
  } catch {
    return null
  }
}

export type Asked = 'no' | 'optional' | 'required'

/** Whether a field is asked for before the first message. */
export function asked(fields: readonly PrechatField[], field: PrechatField['field']): Asked {
  const found = fields.find((one) => one.field === field)
  return !found ? 'no' : found.required ? 'required' : 'optional'
}

export function prechat(name: Asked, email: Asked): PrechatField[] {
  const wanted: [PrechatField['field'], Asked][] = [['name', name], ['email', email]]
  return wanted.filter(([, how]) => how !== 'no').map(([field, how]) => ({ field, required: how === 'required' }))
}

/** Hark's own origin, as the snippet names it. */
export function harkOrigin(snippet: string): string {
  const src = /src="([^"]+)"/.exec(snippet)?.[1]
  return (src && originOf(src)) || location.origin
}

/** What a site with a Content-Security-Policy must allow for the messenger, to be joined with its own. */
export function hostPolicy(origin: string): string {
  return `script-src ${origin}; frame-src ${origin}`
}
