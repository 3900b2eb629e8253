import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import type { Camera } from './camera.ts'
import { createRtspRequests, type RtspRequest } from './rtsp-requests.ts'
import { streamDescription, streamPath } from './stream-description.ts'
import { videoProfiles, type VideoProfile } from './video-profiles.ts'

interface RtspAnswer {
  readonly status: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

const methods = 'OPTIONS, DESCRIBE, GET_PARAMETER'
/** Every camera may have its viewers and its recorder. */
const maxConnectionsOfCamera = 16
const idleMs = 60_000

interface Stream {
  readonly camera: Camera
  readonly profile: VideoProfile
}

/** By path. */
type Streams = ReadonlyMap<string, Stream>

const streamsOf = (cameras: readonly Camera[]): Streams =>
  new Map(
    cameras.flatMap((camera) =>
      videoProfiles.map((profile) => [streamPath(camera, profile.token), { camera, profile }] as const),
    ),
  )

function describe(request: RtspRequest, { camera, profile }: Stream): RtspAnswer {
  const authorization = request.headers.get('authorization')
  const refusal = camera.digest.refusal({ method: request.method, url: request.uri, authorization })
  if (refusal) {
    camera.counts.refusals[refusal] = (camera.counts.refusals[refusal] ?? 0) + 1
    return { status: '401 Unauthorized', headers: { 'WWW-Authenticate': camera.digest.challenge(refusal) } }
  }
  if (!camera.isStreaming) return { status: '503 Service Unavailable' }
  camera.counts.descriptions += 1
  const headers = { 'Content-Type': 'application/sdp', 'Content-Base': `${request.uri}/`, 'Cache-Control': 'no-cache' }
  return { status: '200 OK', headers, body: streamDescription(camera, profile) }
}

function answerTo(request: RtspRequest, streams: Streams): RtspAnswer {
  if (request.method === 'OPTIONS') return { status: '200 OK', headers: { Public: methods } }
  if (request.method === 'GET_PARAMETER') return { status: '200 OK' }
  // Sessions and media are not served here, and a client must not believe that they are.
  if (request.method !== 'DESCRIBE') return { status: '501 Not Implemented', headers: { Public: methods } }
  const stream = URL.canParse(request.uri) ? streams.get(new URL(request.uri).pathname) : undefined
  return stream ? describe(request, stream) : { status: '404 Not Found' }
}

function textOf({ status, headers, body = '' }: RtspAnswer, sequence: string | undefined): string {
  const all = {
    ...(sequence !== undefined && { CSeq: sequence }),
    Server: 'Gatehouse',
    ...headers,
    ...(body !== '' && { 'Content-Length': String(Buffer.byteLength(body)) }),
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`)
  return [`RTSP/1.0 ${status}`, ...lines, '', body].join('\r\n')
}

function serve(socket: Socket, streams: Streams) {
  const requests = createRtspRequests()
  socket.setTimeout(idleMs, () => socket.destroy())
  // A client that goes away without a word is nobody's fault.
  socket.on('error', () => undefined)
  socket.on('data', (chunk) => {
    const complete = requests.take(chunk)
    if (!complete) socket.end(textOf({ status: '400 Bad Request', headers: { Connection: 'close' } }, undefined))
    for (const request of complete ?? [])
      socket.write(textOf(answerTo(request, streams), request.headers.get('cseq')), 'utf8')
  })
}

export interface RtspServer {
  readonly port: number
  close(): Promise<void>
}

/** The control side of the streams of all cameras: one listener, as cameras behind a recorder have it. */
export async function startRtspServer(cameras: readonly Camera[], port: number): Promise<RtspServer> {
  const streams = streamsOf(cameras)
  const hosts = new Set(cameras.map(({ options }) => options.host))
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, (socket) => {
    // Cameras with addresses of their own share a listener on all of this computer's; the others are not theirs.
    if (hosts.size > 1 && !hosts.has(socket.localAddress ?? '')) {
      socket.destroy()
      return
    }
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    serve(socket, streams)
  })
  server.maxConnections = maxConnectionsOfCamera * Math.max(1, cameras.length)
  const [only = '127.0.0.1'] = hosts
  server.listen(port, hosts.size > 1 ? '0.0.0.0' : only)
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
