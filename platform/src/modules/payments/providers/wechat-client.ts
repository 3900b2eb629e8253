import { randomBytes } from 'node:crypto'
import type { Clock } from '../../../core/ports.ts'
import type { HttpPort } from './http-port.ts'
import { authorization, isFromWechat } from './wechat-signature.ts'

export interface WechatSettings {
  readonly appId: string
  readonly appSecret: string
  readonly merchantId: string
  readonly serial: string
  /** PEM. */
  readonly privateKey: string
  readonly apiKey: string
  /** PEM, with which WeChat's answers and notifications are verified. */
  readonly publicKey: string
  readonly publicKeyId: string
  readonly baseUrl: string
  /** Where it says who has opened a page within its app. */
  readonly identityUrl: string
  /** Where drivers reach us, without a path. */
  readonly publicUrl: string
}

export interface WechatPorts {
  readonly settings: WechatSettings
  readonly http: HttpPort
  readonly clock: Clock
}

/** `undefined` for what is no JSON. */
export const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // what is no JSON follows no schema either
  }
}

export const textOf = (value: unknown) => (typeof value === 'string' ? value : '')

/** Calls WeChat Pay's interface. Rejects unless a good answer is signed by WeChat. */
export function createWechatClient({ settings, http, clock }: WechatPorts) {
  const seal = (method: string, path: string, body: string) => {
    const timestamp = String(Math.floor(clock.now() / 1000))
    return authorization(settings, { method, path, timestamp, nonce: randomBytes(16).toString('hex'), body })
  }

  async function call(method: 'GET' | 'POST', path: string, content?: object) {
    const body = content === undefined ? '' : JSON.stringify(content)
    const answer = await http({
      ...{ method, url: settings.baseUrl + path },
      headers: {
        ...{ accept: 'application/json', 'content-type': 'application/json', 'user-agent': 'gatehouse' },
        'wechatpay-serial': settings.publicKeyId,
        authorization: seal(method, path, body),
      },
      ...(body !== '' && { body }),
    })
    const text = answer.body.toString('utf8')
    const signed = {
      timestamp: answer.header('wechatpay-timestamp') ?? '',
      nonce: answer.header('wechatpay-nonce') ?? '',
      signature: answer.header('wechatpay-signature') ?? '',
    }
    if (answer.status < 300 && !isFromWechat({ ...signed, body: text }, settings.publicKey))
      throw new Error('The answer is not signed by WeChat')
    return { status: answer.status, content: (parse(text) ?? {}) as Record<string, unknown> }
  }

  /** The file itself carries no signature; what it must hash to came with one. */
  async function download(url: string): Promise<Buffer> {
    const { pathname, search } = new URL(url)
    const { body } = await http({ method: 'GET', url, headers: { authorization: seal('GET', pathname + search, '') } })
    return body
  }

  return { call, download }
}
