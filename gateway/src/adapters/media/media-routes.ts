import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { pictureFacts } from '@gatehouse/platform/contract'
import type { Credential, DeviceFront, ListenerIdentity, MediaStore, SignInAnswer } from '../../core/ports.ts'
import { maxMediaBytes } from '../../protocol/index.ts'
import { refusals, type HttpAnswer } from './http-answer.ts'

export interface MediaRouteParts {
  readonly media: MediaStore
  readonly front: Pick<DeviceFront, 'signIn'>
  readonly identity?: ListenerIdentity | undefined
}

/** Bodies are held in memory until their name is checked, so only so many at once. */
const maxUploads = 16

/** `PUT` and `GET /media/<sha256>`. */
export function createMediaRoute({ media, front, identity }: MediaRouteParts) {
  let uploads = 0

  async function upload(request: IncomingMessage, sha256: string): Promise<HttpAnswer> {
    if (Number(request.headers['content-length'] ?? 0) > maxMediaBytes) return refusals.tooLarge(maxMediaBytes)
    if (uploads >= maxUploads) return refusals.busy()
    uploads += 1
    try {
      const picture = await readBody(request)
      if (!picture) return refusals.tooLarge(maxMediaBytes)
      if (!pictureFacts(picture)) return refusals.notAPicture()
      if (createHash('sha256').update(picture).digest('hex') !== sha256) return refusals.wrongName()
      await media.put(picture)
      return { status: 204 }
    } finally {
      uploads -= 1
    }
  }

  async function download(sha256: string): Promise<HttpAnswer> {
    const picture = await media.get(sha256)
    if (!picture) return refusals.unknownPicture()
    const type = pictureFacts(picture)?.type ?? 'application/octet-stream'
    // Under this name there will never be anything else.
    const headers = { 'content-type': type, 'cache-control': 'private, max-age=31536000, immutable' }
    return { status: 200, headers, body: picture }
  }

  return async (request: IncomingMessage, sha256: string): Promise<HttpAnswer> => {
    const answer = signIn(request, { front, identity })
    if (answer === 'throttled') return refusals.tooManyFailures()
    if (answer === 'no-list') return refusals.noList()
    if (answer === 'refused') return refusals.notAuthorized()
    if (request.method === 'GET') return download(sha256)
    return request.method === 'PUT' ? upload(request, sha256) : refusals.methodNotAllowed('GET, PUT')
  }
}

type Doors = Pick<MediaRouteParts, 'front' | 'identity'>

function signIn({ headers, socket }: IncomingMessage, { front, identity }: Doors): SignInAnswer {
  const shown = identity?.certificateOf(socket)
  if (shown === 'invalid') return 'refused'
  const [deviceId, credential]: readonly (Credential | undefined)[] = shown
    ? [shown.commonName, shown]
    : basicOf(headers)
  if (typeof deviceId !== 'string' || credential === undefined) return 'refused'
  return front.signIn(deviceId, credential, socket.remoteAddress ?? '')
}

function basicOf({ authorization = '' }: IncomingMessage['headers']): readonly (string | undefined)[] {
  const encoded = /^Basic ([A-Za-z0-9+/=]{1,512})$/i.exec(authorization)?.[1]
  const parts = /^([a-z0-9][a-z0-9-]{0,63}):(.{1,256})$/s.exec(Buffer.from(encoded ?? '', 'base64').toString())
  return [parts?.[1], parts?.[2]]
}

/** The whole body; `undefined` if it is too large, whatever was announced. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  // Destroying the request would take the answer along.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxMediaBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
