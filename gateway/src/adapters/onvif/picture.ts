import { pictureFacts } from '@gatehouse/platform/contract'
import type { RefusalCounter } from '../../core/ports.ts'
import { cameraAnswerInvalid, cameraNotAuthorized } from '../../errors.ts'
import type { Credentials } from './http-auth.ts'
import type { HttpClient } from './http-client.ts'

const largestPicture = 4 * 1024 * 1024

interface PictureRequest {
  readonly url: URL
  readonly credentials: Credentials
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** One picture over HTTP. Requests share nothing, so pictures of parallel ones cannot be mixed up. */
export async function fetchPicture(
  http: HttpClient,
  counter: RefusalCounter,
  request: PictureRequest,
): Promise<Uint8Array> {
  const { status, body } = await http({ ...request, method: 'GET', maxBytes: largestPicture })
  if (status === 401 || status === 403) throw cameraNotAuthorized()
  if (status !== 200) throw cameraAnswerInvalid(`HTTP ${status} instead of a picture`)
  if (!pictureFacts(body)) {
    counter.refused('onvif', 'no-picture')
    throw cameraAnswerInvalid('it is neither JPEG nor PNG')
  }
  return body
}
