import type { Endpoint, InputOf, OutputOf } from '@gatehouse/platform/contract'

export class ApiError extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, body: { code?: string; message?: string }) {
    super(`${status} ${body.code ?? ''}: ${body.message ?? ''}`)
    this.status = status
    this.code = body.code ?? ''
  }
}

interface AnyInput {
  params?: Record<string, string>
  querystring?: Record<string, string | number>
  body?: unknown
}

/** A person at the platform's HTTP interface, with their session. */
export class Client {
  readonly url: string
  #cookie = ''

  constructor(url: string) {
    this.url = url
  }

  get cookie() {
    return this.#cookie
  }

  async call<E extends Endpoint>(endpoint: E, input: InputOf<E>): Promise<OutputOf<E>> {
    const { params = {}, querystring, body } = input as AnyInput
    const path = endpoint.url.replace(/:(\w+)/g, (_, key: string) => encodeURIComponent(params[key] ?? ''))
    const query = querystring
      ? `?${new URLSearchParams(Object.entries(querystring).map(([key, value]): [string, string] => [key, String(value)])).toString()}`
      : ''
    const response = await fetch(this.url + path + query, {
      method: endpoint.method,
      headers: {
        cookie: this.#cookie,
        origin: this.url,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const cookie = response.headers.getSetCookie()[0]
    if (cookie !== undefined) this.#cookie = cookie.split(';')[0] ?? ''
    const text = await response.text()
    const answer: unknown = text === '' ? undefined : JSON.parse(text)
    if (!response.ok) throw new ApiError(response.status, answer as { code?: string; message?: string })
    return answer as OutputOf<E>
  }
}
