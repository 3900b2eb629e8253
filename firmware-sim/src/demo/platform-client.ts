import { Type } from 'typebox'
import { Value } from 'typebox/value'

const requestMs = 20_000
const ErrorBody = Type.Object({ code: Type.String(), message: Type.String() })

/** The platform refused; `code` is its stable error code. */
export class PlatformRefusal extends Error {
  override readonly name = 'PlatformRefusal'
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

export type Method = 'GET' | 'PUT' | 'POST'

/** The platform's public API with a session, as any other client would use it. */
export interface PlatformClient {
  call(method: Method, path: string, body?: unknown): Promise<unknown>
  /** Presses the only button of a page that the platform has written. */
  press(path: string): Promise<void>
}

function refusal(status: number, what: string, answer: unknown) {
  if (Value.Check(ErrorBody, answer)) return new PlatformRefusal(status, answer.code, `${what}: ${answer.message}`)
  return new PlatformRefusal(status, 'UNKNOWN', `${what}: the platform answered ${status}`)
}

interface Content {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | URLSearchParams
}

export function createPlatformClient(url: string): PlatformClient {
  let cookie = ''
  const send = (method: Method, path: string, { headers, ...content }: Content = {}) =>
    fetch(new URL(path, url), {
      ...{ method, ...content, signal: AbortSignal.timeout(requestMs) },
      // The platform accepts changes from its own pages only.
      headers: { origin: new URL(url).origin, ...(cookie !== '' && { cookie }), ...headers },
    })
  return {
    async call(method, path, body) {
      const headers = { 'content-type': 'application/json' }
      const response = await send(method, path, body === undefined ? {} : { headers, body: JSON.stringify(body) })
      const text = await response.text()
      const answer: unknown = text === '' ? undefined : JSON.parse(text)
      if (!response.ok) throw refusal(response.status, `${method} ${path}`, answer)
      const session = response.headers.getSetCookie()[0]?.split(';')[0]
      if (session !== undefined) cookie = session
      return answer
    },

    async press(path) {
      const response = await send('POST', path, { body: new URLSearchParams() })
      if (!response.ok) throw refusal(response.status, `POST ${path}`, undefined)
    },
  }
}
