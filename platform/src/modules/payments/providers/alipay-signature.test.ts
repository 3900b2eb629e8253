import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import { expect, test } from 'vitest'
import { isAnswerSigned, isNotificationSigned, memberText, parameterText, signParameters } from './alipay-signature.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
})
const signed = (text: string) => sign('RSA-SHA256', Buffer.from(text), privateKey).toString('base64')

const request = {
  ...{ method: 'alipay.trade.precreate', app_id: '2014072300007148', charset: 'utf-8', sign_type: 'RSA2' },
  ...{ timestamp: '2014-07-24 03:07:50', version: '1.0', biz_content: '{"out_trade_no":"1"}', notify_url: '' },
}
/** The documented form: sorted by name, nothing empty, `sign_type` included, values as they are. */
const documented =
  'app_id=2014072300007148&biz_content={"out_trade_no":"1"}&charset=utf-8&method=alipay.trade.precreate' +
  '&sign_type=RSA2&timestamp=2014-07-24 03:07:50&version=1.0'

test('what is signed of a request has the documented form', () => {
  expect(parameterText(request)).toBe(documented)
  const signature = Buffer.from(signParameters({ ...request, sign: 'old' }, privateKey), 'base64')
  expect(verify('RSA-SHA256', Buffer.from(documented), createPublicKey(publicKey), signature)).toBe(true)
})

test('a notification is signed without its sign_type, and believed only as it was signed', () => {
  const fields = { total_amount: '5.00', trade_status: 'TRADE_SUCCESS', notify_id: '7', sign_type: 'RSA2' }
  const sign = signed('notify_id=7&total_amount=5.00&trade_status=TRADE_SUCCESS')
  expect(isNotificationSigned({ ...fields, sign }, publicKey)).toBe(true)
  expect(isNotificationSigned({ ...fields, sign, total_amount: '0.01' }, publicKey)).toBe(false)
  expect(isNotificationSigned(fields, publicKey)).toBe(false)
})

test('an answer is verified over the letters of its result, whatever is in them', () => {
  const result = '{"code":"10000","msg":"a } \\" {","more":{"b":[{}]}}'
  const json = `{"alipay_trade_query_response":${result},"sign":"${signed(result)}"}`
  expect(memberText(json, 'alipay_trade_query_response')).toBe(result)
  expect(isAnswerSigned(json, 'alipay_trade_query_response', publicKey)).toBe(true)
  expect(isAnswerSigned(json.replace('10000', '40004'), 'alipay_trade_query_response', publicKey)).toBe(false)
  expect(memberText('{"other":{}}', 'alipay_trade_query_response')).toBeUndefined()
})
