import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { AppError, cameraStreamInvalid, cameraStreamUnreachable } from '../../../errors.ts'
import type { AddressGuard } from '../address-guard.ts'
import { createRtspReader, type RtspAnswer } from './message.ts'

export interface RtspConnection {
  /** One request at a time; rejects with a coded error, and the connection is then closed. */
  ask(request: RtspRequest): Promise<RtspAnswer>
  close(): void
}

export interface RtspRequest {
  readonly method: string
  readonly uri: string
  readonly headers: Readonly<Record<string, string>>
}

interface ConnectionOptions {
  readonly url: URL
  readonly lookup: AddressGuard['lookup']
  readonly signal: AbortSignal
}

/** "100 Continue" and the like, before the one that counts. */
const mostInterim = 10

const problemOf = (error: Error & { readonly code?: unknown }) =>
  typeof error.code === 'string' ? error.code : error.message

function openSocket({ url, lookup }: ConnectionOptions): Socket {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const port = url.port === '' ? undefined : Number(url.port)
  // Cameras carry self-signed certificates that nobody distributes; digest keeps the password from whoever listens.
  if (url.protocol === 'rtsps:') return connectTls({ host, port: port ?? 322, lookup, rejectUnauthorized: false })
  return connect({ host, port: port ?? 554, lookup })
}

function textOf({ method, uri, headers }: RtspRequest, sequence: number): string {
  const lines = Object.entries({ CSeq: String(sequence), 'User-Agent': 'Gatehouse', ...headers })
  return [`${method} ${uri} RTSP/1.0`, ...lines.map(([name, value]) => `${name}: ${value}`), '', ''].join('\r\n')
}

/** Opens at once and waits for nothing: what is written goes out once it is there. Ends with the signal. */
export function openConnection(options: ConnectionOptions): RtspConnection {
  const { signal } = options
  const socket = openSocket(options)
  let failure: Error | undefined
  let waiting: PromiseWithResolvers<RtspAnswer> | undefined
  let sequence = 0
  let interim = 0

  function fail(reason: Error) {
    failure ??= reason
    signal.removeEventListener('abort', giveUp)
    socket.destroy()
    waiting?.reject(failure)
    waiting = undefined
  }
  const giveUp = () => fail(signal.reason as Error)

  function take(answer: RtspAnswer) {
    const told = answer.headers.get('cseq')
    if (!waiting || (told !== undefined && Number(told) !== sequence))
      throw cameraStreamInvalid('it answers what nobody asked')
    if (answer.status >= 200) {
      waiting.resolve(answer)
      waiting = undefined
      return
    }
    interim += 1
    if (interim > mostInterim) throw cameraStreamInvalid('it puts off its answer again and again')
  }

  const reader = createRtspReader(take)
  signal.addEventListener('abort', giveUp, { once: true })
  socket.on('data', (chunk) => {
    try {
      reader.take(chunk)
    } catch (reason) {
      fail(reason as Error)
    }
  })
  socket.on('error', (cause) => {
    fail(cause instanceof AppError ? cause : cameraStreamUnreachable(problemOf(cause), { cause }))
  })
  socket.on('close', () => fail(cameraStreamUnreachable('the camera hung up')))
  if (signal.aborted) giveUp()

  return {
    async ask(request) {
      if (failure) throw failure
      sequence += 1
      waiting = Promise.withResolvers()
      socket.write(textOf(request, sequence), 'latin1')
      return waiting.promise
    },
    close: () => fail(cameraStreamUnreachable('the connection was closed')),
  }
}
