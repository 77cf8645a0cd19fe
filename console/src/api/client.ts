/** The one error shape of the server, and of a server that cannot be reached. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly hint = '',
    readonly details: Record<string, unknown> = {},
  ) {
    super(message)
    this.name = 'ApiError'
  }
}

type Query = Record<string, string | number | boolean | null | undefined>

interface Options {
  query?: Query
  body?: unknown
  signal?: AbortSignal
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

const BASE = '/api/v1'

/** Talks to the management API with the session cookie; writes carry the CSRF token. */
export class Client {
  private csrf = ''

  /** Given by `GET /session` and by signing in. */
  useCsrf(token: string): void {
    this.csrf = token
  }

  get = <T>(path: string, query?: Query, signal?: AbortSignal) => this.call<T>('GET', path, { query, signal })
  post = <T>(path: string, body?: unknown, query?: Query, signal?: AbortSignal) => this.call<T>('POST', path, { body: body ?? {}, query, signal })
  put = <T>(path: string, body: unknown, query?: Query) => this.call<T>('PUT', path, { body, query })
  patch = <T>(path: string, body: unknown) => this.call<T>('PATCH', path, { body })
  delete = <T>(path: string) => this.call<T>('DELETE', path, {})

  private async call<T>(method: Method, path: string, { query, body, signal }: Options): Promise<T> {
    const headers: Record<string, string> = { Accept: 'application/json' }
    if (body !== undefined) headers['Content-Type'] = 'application/json'
    if (method !== 'GET' && this.csrf) headers['X-CSRF-Token'] = this.csrf
    const response = await fetch(`${BASE}${path}${queryString(query)}`, {
      method,
      headers,
      signal,
      credentials: 'same-origin',
      body: body === undefined ? undefined : JSON.stringify(body),
    }).catch((cause: unknown) => {
      if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
      throw new ApiError(0, 'unreachable', 'the server cannot be reached')
    })
    if (!response.ok) throw await readError(response)
    return (response.status === 204 ? undefined : await response.json()) as T
  }
}

/** `?a=1&b=x`, without what is empty. */
export function queryString(query: Query = {}): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '' && value !== false) params.set(name, String(value))
  }
  const text = params.toString()
  return text && `?${text}`
}

async function readError(response: Response): Promise<ApiError> {
  const fallback = new ApiError(response.status, response.status === 401 ? 'unauthorized' : 'internal_error', response.statusText)
  const body: unknown = await response.json().catch(() => null)
  if (typeof body !== 'object' || body === null || !('error' in body)) return fallback
  const { code, message, hint, details } = body.error as Record<string, unknown>
  return new ApiError(
    response.status,
    String(code ?? fallback.code),
    String(message ?? ''),
    String(hint ?? ''),
    (details ?? {}) as Record<string, unknown>,
  )
}

export const api = new Client()
