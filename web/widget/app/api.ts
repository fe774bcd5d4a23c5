/** Requests to the messenger server. Every failure is a `Refusal`; whether trying again can help is its `lasting`. */

export class Refusal extends Error {
  /** HTTP status; 0: no answer came. */
  readonly status: number
  readonly code: string
  /** Seconds the server asks to wait, else 0. */
  readonly wait_s: number

  constructor(status: number, code: string, detail: string, wait_s = 0) {
    super(detail)
    this.status = status
    this.code = code
    this.wait_s = wait_s
  }

  /** The same request would be refused again. A lost connection, a busy or a broken server is not lasting. */
  get lasting(): boolean {
    return this.status >= 400 && this.status < 500 && ![401, 408, 425, 429].includes(this.status)
  }
}

const TIMEOUT_MS = 15_000

export type Call = <T>(method: 'GET' | 'POST', path: string, body?: unknown) => Promise<T>

export function createCall(base: string, token: () => string): Call {
  return async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await fetch(base + path, {
      method,
      headers: headers(token(), body !== undefined),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
      credentials: 'omit',
      cache: 'no-store',
    }).catch(() => {
      throw new Refusal(0, 'unreachable', '')
    })
    // A connection cut in the middle of the answer is no answer: asking again is safe.
    const text = await answer.text().catch(() => {
      throw new Refusal(0, 'unreachable', '')
    })
    if (!answer.ok) throw refusal(answer.status, text, answer.headers.get('retry-after'))
    return (text ? parsed(text) : null) as T
  }
}

/** Uploads one file; `progress` hears shares of 0-1. */
export function upload<T>(url: string, token: string, file: File, progress: (share: number) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', url)
    request.setRequestHeader('Authorization', `Visitor ${token}`)
    request.upload.addEventListener('progress', (event) => progress(event.loaded / event.total))
    request.addEventListener('load', () => {
      if (request.status < 300) resolve(parsed(request.responseText) as T)
      else reject(refusal(request.status, request.responseText, request.getResponseHeader('retry-after')))
    })
    request.addEventListener('error', () => reject(new Refusal(0, 'unreachable', '')))
    const form = new FormData()
    form.append('file', file, file.name)
    request.send(form)
  })
}

function headers(token: string, hasBody: boolean): Record<string, string> {
  return {
    ...(token ? { Authorization: `Visitor ${token}` } : {}),
    ...(hasBody ? { 'Content-Type': 'application/json' } : {}),
  }
}

function refusal(status: number, text: string, retryAfter: string | null): Refusal {
  const problem = parsed(text) as { code?: string; detail?: string } | null
  return new Refusal(status, problem?.code ?? '', problem?.detail ?? '', Number(retryAfter) || 0)
}

/** null for what is no JSON: a proxy's own page, a damaged storage. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
