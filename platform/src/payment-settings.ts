import { readFile } from 'node:fs/promises'
import type { PlatformConfig } from './config.ts'
import type { PaymentSettings } from './modules/payments/payments.service.ts'

const pem = (path: string) => readFile(path, 'utf8')

async function wechatOf(config: PlatformConfig): Promise<PaymentSettings['wechat']> {
  const { GATEHOUSE_WECHAT_APP_ID: appId, GATEHOUSE_WECHAT_MERCHANT_ID: merchantId } = config
  const { GATEHOUSE_WECHAT_SERIAL: serial, GATEHOUSE_WECHAT_KEY: key, GATEHOUSE_WECHAT_API_KEY: apiKey } = config
  const { GATEHOUSE_WECHAT_PUBLIC_KEY: publicKey, GATEHOUSE_WECHAT_PUBLIC_KEY_ID: publicKeyId } = config
  if (!appId || !merchantId || !serial || !key || !apiKey || !publicKey || !publicKeyId) return undefined
  return {
    ...{ appId, merchantId, serial, apiKey, publicKeyId, baseUrl: config.GATEHOUSE_WECHAT_URL },
    ...{ privateKey: await pem(key), publicKey: await pem(publicKey) },
    notifyUrl: `${config.GATEHOUSE_PUBLIC_URL ?? ''}/api/pay/notify/wechat`,
  }
}

async function alipayOf(config: PlatformConfig): Promise<PaymentSettings['alipay']> {
  const { GATEHOUSE_ALIPAY_APP_ID: appId, GATEHOUSE_ALIPAY_KEY: key } = config
  const { GATEHOUSE_ALIPAY_PUBLIC_KEY: publicKey } = config
  if (!appId || !key || !publicKey) return undefined
  return {
    ...{ appId, privateKey: await pem(key), publicKey: await pem(publicKey), gatewayUrl: config.GATEHOUSE_ALIPAY_URL },
    notifyUrl: `${config.GATEHOUSE_PUBLIC_URL ?? ''}/api/pay/notify/alipay`,
  }
}

/** The providers that the configuration switches on, with their keys. Rejects when a key cannot be read. */
export const readPaymentSettings = async (config: PlatformConfig): Promise<PaymentSettings> => ({
  ...{ sandbox: config.GATEHOUSE_PAYMENT_SANDBOX === 'on' },
  ...{ wechat: await wechatOf(config), alipay: await alipayOf(config) },
})
