import { readFile } from 'node:fs/promises'
import type { PlatformConfig } from './config.ts'
import type { PaymentSettings } from './modules/payments/payments.service.ts'

const pem = (path: string) => readFile(path, 'utf8')

async function wechatOf(config: PlatformConfig): Promise<PaymentSettings['wechat']> {
  const { GATEHOUSE_WECHAT_APP_ID: appId, GATEHOUSE_WECHAT_APP_SECRET: appSecret } = config
  const { GATEHOUSE_WECHAT_MERCHANT_ID: merchantId, GATEHOUSE_PUBLIC_URL: publicUrl = '' } = config
  const { GATEHOUSE_WECHAT_SERIAL: serial, GATEHOUSE_WECHAT_KEY: key, GATEHOUSE_WECHAT_API_KEY: apiKey } = config
  const { GATEHOUSE_WECHAT_PUBLIC_KEY: publicKey, GATEHOUSE_WECHAT_PUBLIC_KEY_ID: publicKeyId } = config
  if (!appId || !appSecret || !merchantId || !serial || !key || !apiKey || !publicKey || !publicKeyId) return undefined
  return {
    ...{ appId, appSecret, merchantId, serial, apiKey, publicKeyId, publicUrl },
    ...{ baseUrl: config.GATEHOUSE_WECHAT_URL, identityUrl: 'https://api.weixin.qq.com' },
    ...{ privateKey: await pem(key), publicKey: await pem(publicKey) },
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
