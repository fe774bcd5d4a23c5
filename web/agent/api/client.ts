/** One way to the server: JSON in, JSON or a `Problem` out. */

export type FieldError = { path: string; message: string }

/** What the server (RFC 9457) or the network said. `detail` is written for people. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly detail: string | null,
    readonly errors: readonly FieldError[],
    readonly body: Record<string, unknown>,
  ) {
    super(detail ?? title)
    this.name = 'Problem'
  }

  /** The message for one field, by the path the server names ("email" or "$.email"). */
  field(path: string): string | null {
    return this.errors.find((error) => error.path.replace(/^\$?\.?/, '') === path)?.message ?? null
  }
}

let csrfToken = ''
let onSignedOut: () => void = () => {}

export function setCsrfToken(token: string): void {
  csrfToken = token
}

/** Called when the server says the session is over. */
export function whenSignedOut(run: () => void): void {
  onSignedOut = run
}

export type Query = Record<string, string | number | boolean | null | undefined | readonly (string | number)[]>

export function withQuery(path: string, query: Query = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === null || value === undefined || value === '') continue
    for (const one of Array.isArray(value) ? value : [value]) search.append(name, String(one))
  }
  const text = search.toString()
  return text ? `${path}?${text}` : path
}

type Options = { query?: Query; body?: unknown; form?: FormData; signal?: AbortSignal; key?: string }

async function call<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json' }
  if (method !== 'GET') headers['X-CSRF-Token'] = csrfToken
  if (method === 'POST') headers['Idempotency-Key'] = options.key ?? crypto.randomUUID()
  if (options.body !== undefined) headers['Content-Type'] = 'application/json'
  let response: Response
  try {
    response = await fetch(withQuery(path, options.query), {
      method,
      headers,
      body: options.form ?? (options.body === undefined ? undefined : JSON.stringify(options.body)),
      signal: options.signal,
      credentials: 'same-origin',
    })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new Problem(0, 'unreachable', 'unreachable', null, [], {})
  }
  if (!response.ok) throw await readProblem(response)
  if (response.status === 204 || response.headers.get('Content-Length') === '0') return undefined as T
  return (await response.json()) as T
}

async function readProblem(response: Response): Promise<Problem> {
  const isJson = (response.headers.get('Content-Type') ?? '').includes('json')
  const body = isJson ? ((await response.json().catch(() => ({}))) as Record<string, unknown>) : {}
  const text = (name: string) => (typeof body[name] === 'string' ? body[name] : null)
  const errors = Array.isArray(body.errors) ? (body.errors as FieldError[]) : []
  const problem = new Problem(response.status, text('code') ?? `http_${response.status}`, text('title') ?? response.statusText, text('detail'), errors, body)
  if (response.status === 401) onSignedOut()
  return problem
}

export const api = {
  get: <T>(path: string, query?: Query, signal?: AbortSignal) => call<T>('GET', path, { query, signal }),
  post: <T>(path: string, body?: unknown, options?: Options) => call<T>('POST', path, { ...options, body }),
  put: <T>(path: string, body?: unknown) => call<T>('PUT', path, { body }),
  patch: <T>(path: string, body?: unknown) => call<T>('PATCH', path, { body }),
  delete: <T = void>(path: string, query?: Query) => call<T>('DELETE', path, { query }),
  upload: <T>(path: string, form: FormData) => call<T>('POST', path, { form }),
  replace: <T>(path: string, form: FormData) => call<T>('PUT', path, { form }),
}
