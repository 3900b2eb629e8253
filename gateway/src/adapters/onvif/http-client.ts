import { request as requestPlain, type ClientRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { request as requestTls, type RequestOptions } from 'node:https'
import type { RefusalCounter } from '../../core/ports.ts'
import { AppError, cameraAnswerInvalid, cameraUnreachable } from '../../errors.ts'
import type { AddressGuard } from './address-guard.ts'
import { deadline } from './deadline.ts'
import { authorization, type Credentials } from './http-auth.ts'

export interface HttpRequest {
  readonly method: 'GET' | 'POST'
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Offered only when the camera asks for them. */
  readonly credentials?: Credentials | undefined
  /** For everything together, the second try after a 401 included. */
  readonly timeoutMs: number
  readonly maxBytes: number
  readonly signal?: AbortSignal | undefined
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** Rejects with CAMERA_UNREACHABLE, CAMERA_ANSWER_INVALID or CAMERA_ADDRESS_REFUSED. Redirects are not followed. */
export type HttpClient = (request: HttpRequest) => Promise<HttpAnswer>

const problemOf = (error: Error & { readonly code?: unknown }) =>
  typeof error.code === 'string' ? error.code : error.message

const codedFor = (cause: Error) => (cause instanceof AppError ? cause : cameraUnreachable(problemOf(cause), { cause }))

function optionsFor({ method, url, headers, body }: HttpRequest, lookup: AddressGuard['lookup']): RequestOptions {
  return {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }) },
    lookup,
    // One connection per request: many cameras close idle ones without a word, and some tie a nonce to one.
    agent: false,
    // Cameras carry self-signed certificates that nobody distributes; digest keeps the password from whoever listens.
    ...(url.protocol === 'https:' && { rejectUnauthorized: false }),
  }
}

export function createHttpClient(guard: AddressGuard, counter: RefusalCounter): HttpClient {
  const tooLarge = (maxBytes: number) => {
    counter.refused('onvif', 'too-large')
    return cameraAnswerInvalid(`it is larger than ${maxBytes} bytes`)
  }

  function receive(answer: IncomingMessage, maxBytes: number): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = []
      let size = 0
      answer.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > maxBytes) answer.destroy(tooLarge(maxBytes))
        else chunks.push(chunk)
      })
      answer.on('end', () => {
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) })
      })
      answer.on('error', reject)
    })
  }

  async function send(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    signal.throwIfAborted()
    const open = request.url.protocol === 'https:' ? requestTls : requestPlain
    const sent: ClientRequest = open(request.url, optionsFor(request, guard.lookup))
    const giveUp = () => sent.destroy(signal.reason as Error)
    signal.addEventListener('abort', giveUp, { once: true })
    try {
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        sent.on('response', resolve)
        sent.on('error', reject)
        sent.end(request.body)
      })
      return await receive(answer, request.maxBytes)
    } catch (reason) {
      throw codedFor(signal.aborted ? (signal.reason as Error) : (reason as Error))
    } finally {
      signal.removeEventListener('abort', giveUp)
    }
  }

  function withAuthorization(request: HttpRequest, answer: HttpAnswer): HttpRequest | undefined {
    const challenge = answer.headers['www-authenticate']
    if (answer.status !== 401 || challenge === undefined || !request.credentials) return undefined
    const uri = request.url.pathname + request.url.search
    const value = authorization(challenge, { method: request.method, uri, credentials: request.credentials })
    return value === undefined ? undefined : { ...request, headers: { ...request.headers, authorization: value } }
  }

  return async (request) => {
    guard.check(request.url)
    const limit = deadline({ timeoutMs: request.timeoutMs, signal: request.signal, failure: cameraUnreachable })
    try {
      const answer = await send(request, limit.signal)
      const again = withAuthorization(request, answer)
      return again ? await send(again, limit.signal) : answer
    } finally {
      limit.release()
    }
  }
}
