import { createCipheriv, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import { expect, test } from 'vitest'
import { authorization, bridgeText, isFromWechat, openResource, requestText } from './wechat-signature.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
})
const key = { merchantId: '1900009191', serial: '1DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C', privateKey }

/** The documented form: five lines, each with its end, also the empty body of a GET. */
const documented = 'GET\n/v3/certificates\n1554208460\n593BEC0C930BF1AFEB40B4A08C8FB242\n\n'
const request = {
  ...{ method: 'GET', path: '/v3/certificates', timestamp: '1554208460' },
  ...{ nonce: '593BEC0C930BF1AFEB40B4A08C8FB242', body: '' },
}

test('what is signed of a request has the documented form', () => {
  expect(requestText(request)).toBe(documented)
})

test('the header names everything, and its signature is over the documented text', () => {
  const header = authorization(key, request)
  const [, signature = ''] = /signature="([^"]+)"/.exec(header) ?? []
  expect(header).toMatch(
    /^WECHATPAY2-SHA256-RSA2048 mchid="1900009191",nonce_str="\w{32}",signature="[\w+/=]+",timestamp="1554208460",serial_no="\w+"$/,
  )
  const isRight = verify(
    'RSA-SHA256',
    Buffer.from(documented),
    createPublicKey(publicKey),
    Buffer.from(signature, 'base64'),
  )
  expect(isRight).toBe(true)
})

test('what a page within WeChat is signed over has the documented form', () => {
  const fields = { timeStamp: '1414561699', nonceStr: '5K8264ILTKCH16CQ2502SI8ZNMTM67VS' }
  const prepay = 'prepay_id=wx201410272009395522657a690389285100'
  expect(bridgeText('wx8888888888888888', { ...fields, package: prepay })).toBe(
    `wx8888888888888888\n1414561699\n5K8264ILTKCH16CQ2502SI8ZNMTM67VS\n${prepay}\n`,
  )
})

test('an answer is believed only as it was signed', () => {
  const body = '{"code_url":"weixin://wxpay/bizpayurl?pr=1"}'
  const signature = sign('RSA-SHA256', Buffer.from(`1554209980\nnonce\n${body}\n`), privateKey).toString('base64')
  const answer = { timestamp: '1554209980', nonce: 'nonce', body, signature }
  expect(isFromWechat(answer, publicKey)).toBe(true)
  for (const changed of [{ body: `${body} ` }, { nonce: 'other' }, { timestamp: '1' }, { signature: 'AAAA' }])
    expect(isFromWechat({ ...answer, ...changed }, publicKey)).toBe(false)
})

test('a resource opens with the APIv3 key and as it was sealed', () => {
  const [apiKey, nonce] = ['0123456789abcdef0123456789abcdef', 'fdasflkja484']
  const cipher = createCipheriv('aes-256-gcm', apiKey, nonce).setAAD(Buffer.from('transaction'))
  const sealed = Buffer.concat([cipher.update('{"a":"停车"}'), cipher.final(), cipher.getAuthTag()])
  const resource = { associated_data: 'transaction', nonce, ciphertext: sealed.toString('base64') }
  expect(openResource(apiKey, resource)).toBe('{"a":"停车"}')
  expect(() => openResource(apiKey, { ...resource, associated_data: 'refund' })).toThrow()
  expect(() => openResource('f'.repeat(32), resource)).toThrow()
})
