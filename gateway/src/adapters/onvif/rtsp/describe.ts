import type { RefusalCounter } from '../../../core/ports.ts'
import {
  cameraAddressRefused,
  cameraStreamInvalid,
  cameraStreamMissing,
  cameraStreamNotAuthorized,
  cameraStreamUnreachable,
} from '../../../errors.ts'
import type { AddressGuard } from '../address-guard.ts'
import { deadline } from '../deadline.ts'
import { authorization, type Credentials } from '../http-auth.ts'
import { openConnection } from './connection.ts'
import type { RtspAnswer } from './message.ts'
import { videoTrackOf, type VideoTrack } from './sdp.ts'

export interface StreamRequest {
  readonly url: URL
  /** Offered only when the camera asks for them. */
  readonly credentials: Credentials
  /** For everything together. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}

/** Asks a camera what its stream holds. Rejects with CAMERA_STREAM_… or CAMERA_ADDRESS_REFUSED. */
export type DescribeStream = (request: StreamRequest) => Promise<VideoTrack>

const method = 'DESCRIBE'
const mostRedirects = 2

export function createDescribeStream(guard: AddressGuard, counter: RefusalCounter): DescribeStream {
  /** The second try after a 401 uses the same connection, unless the camera ends it: many tie a nonce to one. */
  async function ask(url: URL, credentials: Credentials, signal: AbortSignal): Promise<RtspAnswer> {
    guard.checkStream(url)
    const open = () => openConnection({ url, lookup: guard.lookup, signal })
    const request = { method, uri: url.href, headers: { Accept: 'application/sdp' } }
    let connection = open()
    try {
      const answer = await connection.ask(request)
      const challenge = answer.status === 401 ? answer.headers.get('www-authenticate') : undefined
      const proof = challenge && authorization(challenge, { method, uri: url.href, credentials })
      if (!proof) return answer
      if (answer.headers.get('connection')?.toLowerCase() === 'close') {
        connection.close()
        connection = open()
      }
      return await connection.ask({ ...request, headers: { ...request.headers, Authorization: proof } })
    } finally {
      connection.close()
    }
  }

  /** Cameras may move a stream to another port or path of their own, and nowhere else. */
  function redirectOf(url: URL, answer: RtspAnswer): URL | undefined {
    if (answer.status < 300 || answer.status > 399) return undefined
    const location = answer.headers.get('location') ?? ''
    const next = URL.canParse(location, url.href) ? new URL(location, url) : undefined
    if (next?.hostname === url.hostname && next.protocol === url.protocol) {
      next.username = next.password = next.hash = ''
      return next
    }
    counter.refused('onvif', 'redirect')
    throw cameraAddressRefused('the camera sends to another host for its stream')
  }

  return async ({ url: first, credentials, timeoutMs, signal }) => {
    const limit = deadline({ timeoutMs, signal, failure: cameraStreamUnreachable })
    try {
      let url = first
      for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
        const answer = await ask(url, credentials, limit.signal)
        const next = redirectOf(url, answer)
        if (!next) return trackOf(answer)
        url = next
      }
      throw cameraStreamInvalid('it redirects again and again')
    } finally {
      limit.release()
    }
  }
}

function trackOf({ status, body }: RtspAnswer): VideoTrack {
  if (status === 401 || status === 403) throw cameraStreamNotAuthorized()
  if (status !== 200) throw cameraStreamMissing(`RTSP ${status}`)
  return videoTrackOf(body.toString('utf8'))
}
