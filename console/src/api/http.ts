import type { Endpoint, ErrorBody, InputOf, OutputOf } from '@gatehouse/platform/contract'

/** No answer within this time counts as unreachable: a guard must not wait on a dead line. */
const answerTimeoutMs = 15_000

/** What the platform refused, or `UNREACHABLE` with status 0 when it could not be asked. */
export class ApiError extends Error {
  readonly code: string
  readonly status: number

  constructor({ code, message }: ErrorBody, status: number) {
    super(message)
    this.code = code
    this.status = status
  }
}

interface AnyInput {
  params?: Record<string, string>
  querystring?: Record<string, string | number | undefined>
  body?: object
}

let unauthorised: () => void = () => undefined

/** The one listener that is told when the session has ended. */
export function onUnauthorised(listener: () => void) {
  unauthorised = listener
}

let restricted: () => void = () => undefined

/** The one listener that is told when something has to be done before anything else is allowed. */
export function onRestricted(listener: () => void) {
  restricted = listener
}
const duties: ReadonlySet<string> = new Set(['PASSWORD_CHANGE_REQUIRED', 'TOTP_ENROLMENT_REQUIRED'])

/** The path of an endpoint with its parameters and query filled in. */
export function addressOf({ url }: Pick<Endpoint, 'url'>, { params = {}, querystring = {} }: AnyInput): string {
  const path = url.replace(/:(\w+)/g, (_, key: string) => encodeURIComponent(params[key] ?? ''))
  const given = Object.entries(querystring).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, String(value)]],
  )
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`
}

async function ask(endpoint: Endpoint, input: AnyInput): Promise<Response> {
  try {
    return await fetch(addressOf(endpoint, input), {
      method: endpoint.method,
      signal: AbortSignal.timeout(answerTimeoutMs),
      ...(input.body && { body: JSON.stringify(input.body), headers: { 'content-type': 'application/json' } }),
    })
  } catch (reason) {
    throw new ApiError({ code: 'UNREACHABLE', message: String(reason) }, 0)
  }
}

async function bodyOf(response: Response): Promise<unknown> {
  if (response.status === 204) return undefined
  try {
    return await response.json()
  } catch {
    // Not ours: a proxy in between answers in its own words.
    throw new ApiError({ code: 'UNREACHABLE', message: response.statusText }, response.status)
  }
}

/** Calls an endpoint of the contract. The types of input and result follow from `endpoint`. */
export async function call<E extends Endpoint>(endpoint: E, input: InputOf<E>): Promise<OutputOf<E>> {
  const response = await ask(endpoint, input as AnyInput)
  const body = await bodyOf(response)
  if (response.ok) return body as OutputOf<E>
  const error = new ApiError(body as ErrorBody, response.status)
  if (response.status === 401 && endpoint.access !== 'public') unauthorised()
  if (duties.has(error.code)) restricted()
  throw error
}
