import { mediaPath } from '@gatehouse/gateway/protocol'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { request as requestPlain, type IncomingMessage } from 'node:http'
import { request as requestSecure } from 'node:https'
import { tlsOptions, type DeviceTls } from './device-tls.ts'
import type { Logger } from './logger.ts'

const uploadMs = 5000

export interface Upload {
  readonly deviceId: string
  readonly secret: string
  /** `http://host:port` of the gateway, or `https://host:port` with `tls`. */
  readonly gateway: string
  readonly tls?: DeviceTls | undefined
  readonly picture: Promise<Uint8Array>
}

/** Uploads the picture under its SHA-256 and answers that name; nothing when the gateway did not take it. */
export type UploadPicture = (upload: Upload) => Promise<string | undefined>

async function put(url: URL, bytes: Uint8Array, { deviceId, secret, tls }: Omit<Upload, 'picture'>): Promise<number> {
  const basic = { authorization: `Basic ${Buffer.from(`${deviceId}:${secret}`).toString('base64')}` }
  const options = {
    method: 'PUT',
    headers: { 'content-type': 'image/jpeg', 'content-length': bytes.length, ...(tls?.own === undefined && basic) },
    signal: AbortSignal.timeout(uploadMs),
  }
  const asked = tls ? requestSecure(url, { ...options, ...tlsOptions(tls) }) : requestPlain(url, options)
  asked.end(bytes)
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  answer.resume()
  await once(answer, 'end')
  return answer.statusCode ?? 0
}

export function createPictureUpload(logger: Logger): UploadPicture {
  let isTroubled = false
  return async ({ deviceId, picture, ...to }) => {
    try {
      const bytes = await picture
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      const status = await put(new URL(mediaPath(sha256), to.gateway), bytes, { deviceId, ...to })
      if (status !== 204) throw new Error(`the gateway answered ${status}`)
      isTroubled = false
      return sha256
    } catch (error) {
      if (!isTroubled) logger.warn({ deviceId, reason: String(error) }, 'picture was not uploaded')
      isTroubled = true
      return undefined
    }
  }
}
