import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Camera } from './camera.ts'
import { SoapFault, tooLarge } from './faults.ts'
import { snapshotPath } from './service-list.ts'
import { answerSoap, faultAnswer, serviceAt, type SoapHttpAnswer } from './soap-handler.ts'

/** The largest message of a known client is below 4 kB. */
const maxBodyBytes = 64 * 1024
/** What is read and thrown away so that the sender gets to see why it was refused; then the line is cut. */
const maxDiscardedBytes = 32 * 1024 * 1024
const maxConnections = 64

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= maxBodyBytes) chunks.push(chunk)
    if (size > maxDiscardedBytes) request.destroy()
  }
  if (size > maxBodyBytes) throw tooLarge(maxBodyBytes)
  return Buffer.concat(chunks).toString('utf8')
}

interface Answer {
  readonly status: number
  readonly body: string | Uint8Array
  readonly headers: Readonly<Record<string, string>>
}

/** Header names keep their usual case: some clients compare them to the letter. */
function send(response: ServerResponse, { status, body, headers }: Answer) {
  response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) })
  response.end(body)
}

const plain = (status: number, body: string, headers: Answer['headers'] = {}): Answer => ({
  status,
  body: `${body}\n`,
  headers: { 'Content-Type': 'text/plain; charset=utf-8', ...headers },
})

const soapAnswer = ({ status, text, challenge }: SoapHttpAnswer): Answer => ({
  status,
  body: text,
  headers: {
    'Content-Type': 'application/soap+xml; charset=utf-8',
    ...(challenge !== undefined && { 'WWW-Authenticate': challenge }),
  },
})

export type OnError = (error: unknown, camera: Camera) => void

interface Exchange {
  readonly camera: Camera
  readonly request: IncomingMessage
  readonly url: string
  readonly signal: AbortSignal
  readonly onError: OnError
}

async function soap({ camera, request, url, signal, onError }: Exchange): Promise<Answer> {
  const target = serviceAt(url.split('?')[0] ?? '')
  if (!target) return plain(404, 'There is no such service')
  if (request.method !== 'POST') return plain(405, 'SOAP messages are sent with POST', { Allow: 'POST' })
  try {
    const { authorization } = request.headers
    const message = { url, authorization, text: await readBody(request), signal }
    return soapAnswer(await answerSoap({ ...target, camera, onError: (error) => onError(error, camera) }, message))
  } catch (error) {
    if (error instanceof SoapFault) return soapAnswer(faultAnswer(error))
    throw error
  }
}

async function snapshot({ camera, request, url }: Exchange): Promise<Answer> {
  if (request.method !== 'GET') return plain(405, 'A picture is asked for with GET', { Allow: 'GET' })
  const refusal = camera.digest.refusal({ method: 'GET', url, authorization: request.headers.authorization })
  if (refusal) {
    camera.counts.refusals[refusal] = (camera.counts.refusals[refusal] ?? 0) + 1
    return plain(401, 'Sign in first', { 'WWW-Authenticate': camera.digest.challenge(refusal) })
  }
  const body = await camera.options.snapshot(new Date())
  camera.counts.snapshots += 1
  return { status: 200, body, headers: { 'Content-Type': 'image/jpeg', 'Cache-Control': 'no-store' } }
}

async function answer(exchange: Exchange, response: ServerResponse) {
  const { camera, url, signal, onError } = exchange
  camera.counts.requests += 1
  try {
    const route = url.split('?')[0] === snapshotPath ? snapshot : soap
    send(response, await route(exchange))
  } catch (error) {
    // Nobody listens any more: the client hung up, or sent more than anyone would read.
    if (signal.aborted) return
    onError(error, camera)
    send(response, plain(500, 'The camera could not do it'))
  }
}

export interface CameraServer {
  close(): Promise<void>
}

/** One camera on its own address: SOAP services and pictures. */
export async function startCameraServer(camera: Camera, onError: OnError): Promise<CameraServer> {
  const server = createServer({ noDelay: true, headersTimeout: 5000, requestTimeout: 15_000 }, (request, response) => {
    const hungUp = new AbortController()
    response.on('close', () => hungUp.abort())
    void answer({ camera, request, url: request.url ?? '/', signal: hungUp.signal, onError }, response)
  })
  server.maxConnections = maxConnections
  server.listen(camera.options.port, camera.options.host)
  await once(server, 'listening')
  camera.port = (server.address() as AddressInfo).port
  return {
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
