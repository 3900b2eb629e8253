import type { Clock } from '../../../core/ports.ts'
import { isAnswerSigned, signParameters } from './alipay-signature.ts'
import type { HttpPort } from './http-port.ts'

export interface AlipaySettings {
  readonly appId: string
  /** PEM of our key, and of Alipay's. */
  readonly privateKey: string
  readonly publicKey: string
  readonly gatewayUrl: string
  readonly notifyUrl: string
}

export interface AlipayPorts {
  readonly settings: AlipaySettings
  readonly http: HttpPort
  readonly clock: Clock
}

/** `2026-06-01 12:00:00`, by Beijing's clock. */
export const beijing = (at: number) => new Date(at + 8 * 3600_000).toISOString().slice(0, 19).replace('T', ' ')

export type Fields = Readonly<Record<string, unknown>>

export const textOf = (value: unknown) => (typeof value === 'string' ? value : '')

/** Calls methods of Alipay's OpenAPI. Rejects unless the answer is signed by Alipay. */
export function createAlipayClient({ settings, http, clock }: AlipayPorts) {
  return async (method: string, content: object, more: Readonly<Record<string, string>> = {}): Promise<Fields> => {
    const parameters = {
      ...{ app_id: settings.appId, method, format: 'JSON', charset: 'utf-8', sign_type: 'RSA2', version: '1.0' },
      ...{ timestamp: beijing(clock.now()), biz_content: JSON.stringify(content), ...more },
    }
    const answer = await http({
      ...{ method: 'POST', url: `${settings.gatewayUrl}?charset=utf-8` },
      headers: { 'content-type': 'application/x-www-form-urlencoded;charset=utf-8' },
      body: new URLSearchParams({ ...parameters, sign: signParameters(parameters, settings.privateKey) }).toString(),
    })
    const member = `${method.replaceAll('.', '_')}_response`
    const text = answer.body.toString('utf8')
    const result = ((JSON.parse(text) as Record<string, unknown>)[member] ?? {}) as Fields
    // Only what succeeded or names what is wrong with a trade is always signed; nothing else is believed.
    if (!isAnswerSigned(text, member, settings.publicKey))
      throw new Error(`The answer is not signed by Alipay ${textOf(result['sub_code'])}`)
    return result
  }
}
