import { mediaPath } from '@gatehouse/gateway/protocol'
import { createHash } from 'node:crypto'
import type { Logger } from './logger.ts'

const uploadMs = 5000

export interface Upload {
  readonly deviceId: string
  readonly secret: string
  /** `http://host:port` of the gateway. */
  readonly gateway: string
  readonly picture: Promise<Uint8Array>
}

/** Uploads the picture under its SHA-256 and answers that name; nothing when the gateway did not take it. */
export type UploadPicture = (upload: Upload) => Promise<string | undefined>

export function createPictureUpload(logger: Logger): UploadPicture {
  let isTroubled = false
  return async ({ deviceId, secret, gateway, picture }) => {
    try {
      const bytes = await picture
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      const response = await fetch(new URL(mediaPath(sha256), gateway), {
        method: 'PUT',
        headers: {
          authorization: `Basic ${Buffer.from(`${deviceId}:${secret}`).toString('base64')}`,
          'content-type': 'image/jpeg',
        },
        body: Buffer.from(bytes),
        signal: AbortSignal.timeout(uploadMs),
      })
      await response.arrayBuffer()
      if (!response.ok) throw new Error(`the gateway answered ${response.status}`)
      isTroubled = false
      return sha256
    } catch (error) {
      if (!isTroubled) logger.warn({ deviceId, reason: String(error) }, 'picture was not uploaded')
      isTroubled = true
      return undefined
    }
  }
}
