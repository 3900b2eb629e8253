import { createVerify } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { createPayOrder, payInApp } from '../src/contract/index.ts'
import { bridgeText } from '../src/modules/payments/providers/wechat-signature.ts'
import { createFakeAlipay } from './fake-alipay.ts'
import { createFakeWechat, type FakeAnswer, type FakeRequest } from './fake-wechat.ts'
import { balance, minuteMs, quote, startLot } from './payments-setup.ts'
import { call, system } from './setup.ts'

async function bodyOf(message: IncomingMessage) {
  const parts: Buffer[] = []
  for await (const part of message) parts.push(part as Buffer)
  return Buffer.concat(parts).toString()
}

/** Listens on a free port; what fails there is answered with 500. */
async function serve() {
  const held: { handle?: (request: FakeRequest) => FakeAnswer } = {}
  const server = createServer((message, response) => {
    void bodyOf(message).then((body) => {
      const { method = '', url: path = '', headers } = message
      try {
        const answer = held.handle?.({ method, path, headers, body })
        response.writeHead(answer?.status ?? 200, answer?.headers).end(answer?.body)
      } catch (error) {
        response.writeHead(500).end(String(error))
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { held, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const startAt = Date.parse('2026-06-01T12:00:00+08:00')

async function startWith(name: 'wechat' | 'alipay') {
  const { held, url } = await serve()
  const clock = { now: startAt }
  const now = () => clock.now
  const [wechat, alipay] = [createFakeWechat(url, now), createFakeAlipay(url, now)]
  const fake = name === 'wechat' ? wechat : alipay
  held.handle = (request) => fake.handle(request)
  const settings = name === 'wechat' ? { wechat: wechat.settings } : { alipay: alipay.settings }
  const lot = await startLot(undefined, { payments: settings })
  clock.now = lot.house.time.now
  const { quoteId, dueFen } = await quote(lot.house, lot.laneToken)
  const wanted = { params: { laneToken: lot.laneToken }, body: { quoteId, provider: name } }
  const begin = () => call(lot.house, createPayOrder, wanted)
  const notify = ({ headers, payload }: { headers: Record<string, string>; payload: string }) =>
    lot.house.app.inject({ method: 'POST', url: `/api/pay/notify/${name}`, headers, payload })
  return { ...lot, quoteId, dueFen, begin, notify, fake, wechat, clock }
}

const cases = [
  {
    name: 'wechat',
    payUrl: /^https:\/\/wx\.tenpay\.com\/.*&redirect_url=https%3A%2F%2Fgatehouse\.example%2Fpay%2F/,
    taken: '{"code":"SUCCESS","message":"OK"}',
  },
  { name: 'alipay', payUrl: /^https:\/\/qr\.alipay\.com\//, taken: 'success' },
] as const

test.each(cases)('$name: begun, paid, told, paid back in part, reconciled', async ({ name, payUrl, taken }) => {
  const { house, begin, notify, fake, dueFen } = await startWith(name)
  const begun = await begin()
  expect(begun.status).toBe(201)
  const { order, payUrl: url } = begun.body as { order: { orderId: string }; payUrl: string }
  expect(url).toMatch(payUrl)
  expect((await begin()).body).toMatchObject({ order: { orderId: order.orderId } })

  const told = fake.notification(order.orderId)
  for (const answer of [await notify(told), await notify(told)])
    expect([answer.statusCode, answer.body]).toEqual([200, taken])
  expect(await balance(house, `clearing:${name}`)).toBe(dueFen)

  const request = { requestId: 'request-1', fen: 100, reason: 'wrong car' }
  const { refunds, reconcile } = house.services.payments
  expect(await refunds.refund(system, order.orderId, request)).toMatchObject({ state: 'paid', refundedFen: 100 })
  expect(await balance(house, `clearing:${name}`)).toBe(dueFen - 100)
  expect(await reconcile(system, { provider: name, day: '2026-06-01' })).toMatchObject({
    ...{ matched: 1, matchedFen: dueFen, differences: [] },
  })
})

test.each(cases)('$name: it is asked when nobody tells', async ({ name }) => {
  const { house, begin, fake, dueFen } = await startWith(name)
  const { order } = (await begin()).body as { order: { orderId: string } }
  house.time.now += minuteMs
  await house.services.payments.tick()
  expect(await house.services.payments.orders.list(system, {})).toMatchObject([{ state: 'created' }])
  fake.notification(order.orderId)
  house.time.now += 2 * minuteMs
  await house.services.payments.tick()
  expect(await balance(house, `clearing:${name}`)).toBe(dueFen)
})

test.each(cases)('$name: its bill tells what only it knows', async ({ name }) => {
  const { house, begin, fake, dueFen } = await startWith(name)
  const { order } = (await begin()).body as { order: { orderId: string } }
  fake.notification(order.orderId)
  const { reconcile } = house.services.payments
  expect(await reconcile(system, { provider: name, day: '2026-06-01' })).toMatchObject({
    differences: [{ kind: 'missing-here', thereFen: dueFen, mended: true }],
  })
  expect(await balance(house, `clearing:${name}`)).toBe(dueFen)
})

test.each(cases)('$name: what was changed on its way, or is of somebody else, is refused', async ({ name }) => {
  const { house, begin, notify, fake } = await startWith(name)
  const { order } = (await begin()).body as { order: { orderId: string } }
  const told = fake.notification(order.orderId)
  const changed = told.payload.replace(/TRADE_SUCCESS|TRANSACTION\.SUCCESS/, 'TRADE_FINISHED')
  expect((await notify({ ...told, payload: changed })).statusCode).toBe(401)
  expect((await notify({ headers: {}, payload: 'nonsense' })).statusCode).toBe(401)
  expect(await balance(house, `clearing:${name}`)).toBe(0)
})

test('wechat: a message that was recorded is not believed later, and neither is an unsigned answer', async () => {
  const { house, begin, notify, wechat } = await startWith('wechat')
  const { order } = (await begin()).body as { order: { orderId: string } }
  const told = wechat.notification(order.orderId)
  house.time.now += 6 * minuteMs
  expect((await notify(told)).statusCode).toBe(401)
  wechat.forgeAnswers()
  await house.services.payments.tick()
  expect(await balance(house, 'clearing:wechat')).toBe(0)
  expect(await house.services.payments.orders.list(system, {})).toMatchObject([{ state: 'expired' }])
})

test('wechat: within its app it says who pays, and the page is handed what WeChat shows', async () => {
  const { house, laneToken, quoteId, wechat } = await startWith('wechat')
  const begun = await house.app.inject({
    ...{ method: 'POST', url: `/api/pay/${laneToken}/orders`, payload: { quoteId, provider: 'wechat' } },
    headers: { 'user-agent': 'Mozilla/5.0 (iPhone) MicroMessenger/8.0.50' },
  })
  const { order, payUrl } = begun.json<{ order: { orderId: string }; payUrl: string }>()
  const { orderId } = order
  const asked = new URL(payUrl)
  expect(asked.host).toBe('open.weixin.qq.com')
  expect(asked.searchParams.get('redirect_uri')).toBe(`https://gatehouse.example/pay/${laneToken}?order=${orderId}`)
  expect(wechat.trades.size, 'nothing is ordered before it is known who pays').toBe(0)

  const wanted = { params: { laneToken, orderId }, body: { code: 'code-1' } }
  expect(await call(house, payInApp, { ...wanted, body: { code: 'of somebody else' } })).toMatchObject({ status: 502 })
  const { body } = await call(house, payInApp, wanted)
  const { appId = '', paySign = '', ...fields } = (body as { config: Record<string, string> }).config
  expect(fields).toMatchObject({ package: `prepay_id=wx${orderId}`, signType: 'RSA' })
  const { timeStamp = '', nonceStr = '', package: prepay = '' } = fields
  const text = bridgeText(appId, { timeStamp, nonceStr, package: prepay })
  expect(createVerify('RSA-SHA256').update(text).verify(wechat.merchantPublicKey, paySign, 'base64')).toBe(true)

  house.time.now += 10 * minuteMs
  expect(await call(house, payInApp, wanted)).toMatchObject({ status: 409 })
  const unknown = { params: { laneToken, orderId: 'nothing-of-the-kind' }, body: { code: 'code-1' } }
  expect(await call(house, payInApp, unknown)).toMatchObject({ status: 404 })
})
