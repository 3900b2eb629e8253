import type { ServerResponse } from 'node:http'

/** What a route answers. `refusal` is counted. */
export interface HttpAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly refusal?: string
}

const refused = (refusal: string, status: number, error: { readonly code: string; readonly message: string }) => ({
  status,
  refusal,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify(error),
})

/** Refused for now: worth another try after so many seconds. */
function later(seconds: number, ...refusal: Parameters<typeof refused>): HttpAnswer {
  const answer = refused(...refusal)
  return { ...answer, headers: { ...answer.headers, 'retry-after': String(seconds) } }
}

export const refusals = {
  notFound: () => refused('not-found', 404, { code: 'NOT_FOUND', message: 'There is nothing at this address' }),
  unknownPicture: (): HttpAnswer => ({
    ...refused('not-found', 404, {
      code: 'MEDIA_UNKNOWN',
      message: 'There is no picture of this name; it may be too old',
    }),
  }),
  methodNotAllowed: (allow: string): HttpAnswer => {
    const message = `This address understands ${allow} only`
    const answer = refused('method', 405, { code: 'METHOD_NOT_ALLOWED', message })
    return { ...answer, headers: { ...answer.headers, allow } }
  },
  notAuthorized: (): HttpAnswer => {
    const message = 'Sign in with HTTP Basic (device id and secret), or with the certificate of the device'
    const answer = refused('not-authorized', 401, { code: 'NOT_AUTHORIZED', message })
    return { ...answer, headers: { ...answer.headers, 'www-authenticate': 'Basic realm="gatehouse"' } }
  },
  tooManyFailures: (): HttpAnswer => {
    const message = 'Too many failed sign-ins from your address; try again in a minute'
    return later(60, 'throttled', 429, { code: 'TOO_MANY_FAILURES', message })
  },
  noList: (): HttpAnswer => {
    const message = 'The gateway has no list of its devices yet; try again in a moment'
    return later(5, 'no-list', 503, { code: 'NO_DEVICE_LIST', message })
  },
  tooLarge: (maxBytes: number) =>
    refused('too-large', 413, { code: 'MEDIA_TOO_LARGE', message: `A picture has at most ${maxBytes} bytes` }),
  notAPicture: () =>
    refused('not-a-picture', 415, {
      code: 'MEDIA_TYPE_REFUSED',
      message: 'The body is neither a JPEG nor a PNG picture',
    }),
  wrongName: () =>
    refused('wrong-name', 422, {
      code: 'MEDIA_NAME_WRONG',
      message: 'The SHA-256 of the body is not the name in the address',
    }),
  busy: () => later(2, 'busy', 503, { code: 'BUSY', message: 'Too many uploads at once; try again in a moment' }),
  internal: () =>
    refused('internal', 500, { code: 'INTERNAL', message: 'The gateway could not do this; see its log and try again' }),
} as const

const everywhere = { 'x-content-type-options': 'nosniff', 'content-security-policy': "default-src 'none'" }

export function send(response: ServerResponse, { status, headers, body = '' }: HttpAnswer): void {
  response.writeHead(status, { ...everywhere, 'content-length': Buffer.byteLength(body), ...headers }).end(body)
}
