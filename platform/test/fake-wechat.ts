import { createCipheriv, createHash, createPublicKey, createSign, createVerify, randomBytes } from 'node:crypto'
import { generateKeyPairSync } from 'node:crypto'
import type { WechatSettings } from '../src/modules/payments/providers/wechat-client.ts'

export const newKeys = () =>
  generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })

export interface FakeRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}
export interface FakeAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string | Buffer
}

const beijing = (at: number) => new Date(at + 8 * 3600_000).toISOString().slice(0, 19).replace('T', ' ')

interface Trade {
  readonly fen: number
  readonly attach: string
  paidAt?: number
  readonly refunds: Map<string, number>
}

/** WeChat Pay as its documentation describes it; verifies what it is sent with code of its own. */
export function createFakeWechat(url: string, now: () => number) {
  const [merchant, platform] = [newKeys(), newKeys()]
  const settings: WechatSettings = {
    ...{
      appId: 'wx1',
      appSecret: 'secret of wx1',
      merchantId: '1900001',
      serial: 'ABCDEF',
      apiKey: 'k'.repeat(32),
      publicKeyId: 'PUB_KEY_ID_1',
    },
    ...{ privateKey: merchant.privateKey, publicKey: platform.publicKey, baseUrl: url, identityUrl: url },
    publicUrl: 'https://gatehouse.example',
  }
  const trades = new Map<string, Trade>()
  let forgedAnswers = false

  function refuseUnsigned({ method, path, headers, body }: FakeRequest) {
    const header = String(headers['authorization'])
    const field = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(header)?.[1] ?? ''
    const text = [method, path, field('timestamp'), field('nonce_str'), body, ''].join('\n')
    const verifier = createVerify('RSA-SHA256').update(text)
    const isRight = verifier.verify(createPublicKey(merchant.publicKey), field('signature'), 'base64')
    if (!header.startsWith('WECHATPAY2-SHA256-RSA2048 ') || !isRight || field('mchid') !== '1900001')
      throw new Error(`not signed: ${method} ${path}`)
  }

  function signed(body: string): Record<string, string> {
    const [timestamp, nonce] = [String(Math.floor(now() / 1000)), randomBytes(8).toString('hex')]
    const signature = createSign('RSA-SHA256')
      .update(`${timestamp}\n${nonce}\n${body}\n`)
      .sign(forgedAnswers ? merchant.privateKey : platform.privateKey, 'base64')
    return {
      ...{ 'wechatpay-timestamp': timestamp, 'wechatpay-nonce': nonce, 'wechatpay-signature': signature },
      ...{ 'wechatpay-serial': 'PUB_KEY_ID_1', 'content-type': 'application/json' },
    }
  }
  const answer = (content: object, status = 200): FakeAnswer => {
    const body = JSON.stringify(content)
    return { status, headers: signed(body), body }
  }

  const transaction = (orderId: string, { fen, paidAt, attach }: Trade) => ({
    ...{ mchid: '1900001', appid: 'wx1', out_trade_no: orderId, attach, amount: { total: fen } },
    trade_state: paidAt === undefined ? 'NOTPAY' : 'SUCCESS',
    ...(paidAt !== undefined && { transaction_id: `4200${orderId}`, success_time: new Date(paidAt).toISOString() }),
  })

  function billOf(): string {
    const rows = [...trades].flatMap(([orderId, trade]) => [
      ...(trade.paidAt === undefined
        ? []
        : [[beijing(trade.paidAt), `4200${orderId}`, orderId, 'SUCCESS', trade.fen / 100, 0, '', trade.attach]]),
      ...[...trade.refunds].map(([refundId, fen]) => [
        ...[beijing(now()), `4200${orderId}`, orderId, 'REFUND', 0, fen / 100, refundId, trade.attach],
      ]),
    ])
    const head = '交易时间,微信订单号,商户订单号,交易状态,订单金额,申请退款金额,商户退款单号,商户数据包'
    const lines = rows.map((cells) => cells.map((cell) => `\`${cell}`).join(','))
    return `\uFEFF${[head, ...lines, '总交易单数,总金额', '`1,`1.00'].join('\r\n')}\r\n`
  }

  interface Order {
    readonly out_trade_no: string
    readonly amount: { readonly total: number }
    readonly attach: string
    readonly scene_info?: { readonly payer_client_ip: string; readonly h5_info: { readonly type: string } }
    readonly payer?: { readonly openid: string }
  }
  const badRequest = answer({ code: 'PARAM_ERROR' }, 400)
  function take(body: string): Order {
    const order = JSON.parse(body) as Order
    const known = trades.get(order.out_trade_no)
    trades.set(order.out_trade_no, known ?? { fen: order.amount.total, attach: order.attach, refunds: new Map() })
    return order
  }

  const routes: Readonly<Record<string, (request: FakeRequest) => FakeAnswer>> = {
    '/v3/pay/transactions/h5': ({ body }) => {
      const { out_trade_no: orderId, scene_info: scene } = take(body)
      const isWhole = scene?.payer_client_ip === '127.0.0.1' && scene.h5_info.type === 'Wap'
      return isWhole ? answer({ h5_url: `https://wx.tenpay.com/pay?prepay_id=${orderId}` }) : badRequest
    },
    '/v3/pay/transactions/jsapi': ({ body }) => {
      const { out_trade_no: orderId, payer } = take(body)
      return payer?.openid === 'driver-1' ? answer({ prepay_id: `wx${orderId}` }) : badRequest
    },
    '/sns/oauth2/access_token': ({ path }) => {
      const { appid, secret, code, grant_type: grant } = Object.fromEntries(new URL(path, url).searchParams)
      const isKnown = appid === 'wx1' && secret === 'secret of wx1' && grant === 'authorization_code'
      return { body: JSON.stringify(isKnown && code === 'code-1' ? { openid: 'driver-1' } : { errcode: 40_029 }) }
    },
    '/v3/refund/domestic/refunds': ({ body }) => {
      const content = JSON.parse(body) as { out_trade_no: string; out_refund_no: string; amount: { refund: number } }
      trades.get(content.out_trade_no)?.refunds.set(content.out_refund_no, content.amount.refund)
      return answer({ status: 'SUCCESS' })
    },
    '/v3/bill/tradebill': () => {
      const hash = createHash('sha1').update(billOf()).digest('hex')
      return answer({ hash_type: 'SHA1', hash_value: hash, download_url: `${url}/v3/billdownload/file?token=1` })
    },
    '/v3/billdownload/file': () => ({ body: billOf() }),
  }

  return {
    settings,
    trades,
    merchantPublicKey: merchant.publicKey,
    forgeAnswers: () => (forgedAnswers = true),

    handle(request: FakeRequest): FakeAnswer {
      const { pathname } = new URL(request.path, url)
      if (!pathname.startsWith('/sns/')) refuseUnsigned(request)
      const [, orderId] = /out-trade-no\/(\w+)$/.exec(pathname) ?? []
      if (orderId === undefined) return routes[pathname]?.(request) ?? answer({ code: 'NOT_FOUND' }, 404)
      const trade = trades.get(orderId)
      return trade ? answer(transaction(orderId, trade)) : answer({ code: 'ORDER_NOT_EXIST' }, 404)
    },

    /** What it sends when somebody has paid. */
    notification(orderId: string) {
      const trade = trades.get(orderId)
      if (!trade) throw new Error('There is no such order')
      trade.paidAt = now()
      const nonce = randomBytes(6).toString('hex')
      const cipher = createCipheriv('aes-256-gcm', settings.apiKey, nonce).setAAD(Buffer.from('transaction'))
      const sealed = [cipher.update(JSON.stringify(transaction(orderId, trade))), cipher.final(), cipher.getAuthTag()]
      const resource = { algorithm: 'AEAD_AES_256_GCM', associated_data: 'transaction', nonce }
      const body = JSON.stringify({
        ...{ id: `EV-${orderId}`, event_type: 'TRANSACTION.SUCCESS' },
        resource: { ...resource, ciphertext: Buffer.concat(sealed).toString('base64') },
      })
      return { headers: signed(body), payload: body }
    },
  }
}
