import { createDecipheriv, sign, verify } from 'node:crypto'

/** What a request is signed over: five lines, each with its end, also the last. */
export interface SignedRequest {
  readonly method: string
  /** Path and query, without the host. */
  readonly path: string
  /** Seconds. */
  readonly timestamp: string
  readonly nonce: string
  readonly body: string
}

export const requestText = ({ method, path, timestamp, nonce, body }: SignedRequest) =>
  `${method}\n${path}\n${timestamp}\n${nonce}\n${body}\n`

export interface MerchantKey {
  readonly merchantId: string
  /** Serial number of the merchant's certificate. */
  readonly serial: string
  /** PEM. */
  readonly privateKey: string
}

export const scheme = 'WECHATPAY2-SHA256-RSA2048'

/** Value of the header `Authorization`. */
export function authorization({ merchantId, serial, privateKey }: MerchantKey, request: SignedRequest): string {
  const signature = sign('sha256', Buffer.from(requestText(request)), privateKey).toString('base64')
  const { nonce, timestamp } = request
  return (
    `${scheme} mchid="${merchantId}",nonce_str="${nonce}",signature="${signature}",` +
    `timestamp="${timestamp}",serial_no="${serial}"`
  )
}

/** What a page within the app of WeChat hands over is signed over four lines (JSAPI 调起支付). */
export const bridgeText = (appId: string, { timeStamp, nonceStr, package: prepay }: BridgeFields) =>
  `${appId}\n${timeStamp}\n${nonceStr}\n${prepay}\n`

export interface BridgeFields {
  /** Seconds. */
  readonly timeStamp: string
  readonly nonceStr: string
  /** `prepay_id=…` */
  readonly package: string
}

export const bridgeSignature = (privateKey: string, appId: string, fields: BridgeFields) =>
  sign('sha256', Buffer.from(bridgeText(appId, fields)), privateKey).toString('base64')

export interface SignedAnswer {
  readonly timestamp: string
  readonly nonce: string
  readonly body: string
  readonly signature: string
}

/** Answers and notifications are signed over three lines. */
export const answerText = ({ timestamp, nonce, body }: Omit<SignedAnswer, 'signature'>) =>
  `${timestamp}\n${nonce}\n${body}\n`

export const isFromWechat = (answer: SignedAnswer, publicKey: string) =>
  verify('sha256', Buffer.from(answerText(answer)), publicKey, Buffer.from(answer.signature, 'base64'))

export interface SealedResource {
  readonly associated_data?: string
  readonly nonce: string
  /** Base64; the last 16 bytes are the tag. */
  readonly ciphertext: string
}

/** AEAD_AES_256_GCM under the APIv3 key of 32 letters. Throws when anything was changed. */
export function openResource(apiKey: string, { associated_data = '', nonce, ciphertext }: SealedResource): string {
  const bytes = Buffer.from(ciphertext, 'base64')
  const decipher = createDecipheriv('aes-256-gcm', Buffer.from(apiKey), Buffer.from(nonce), { authTagLength: 16 })
  decipher.setAAD(Buffer.from(associated_data)).setAuthTag(bytes.subarray(-16))
  return Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]).toString('utf8')
}
