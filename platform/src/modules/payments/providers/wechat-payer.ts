import { parse, textOf, type WechatPorts } from './wechat-client.ts'

/**
 * Where WeChat tells who has opened a page in its app, without asking him: it leads back to `back` with a code.
 * The order of the parameters is WeChat's.
 */
export const signInUrl = (appId: string, back: string): string =>
  `https://open.weixin.qq.com/connect/oauth2/authorize?appid=${appId}&redirect_uri=${encodeURIComponent(back)}` +
  '&response_type=code&scope=snsapi_base#wechat_redirect'

/** The payer's id with this application, for a code that is good once. */
export async function payerOf({ settings, http }: Pick<WechatPorts, 'settings' | 'http'>, code: string) {
  const { appId: appid, appSecret: secret, identityUrl } = settings
  const query = new URLSearchParams({ appid, secret, code, grant_type: 'authorization_code' })
  const answer = await http({
    method: 'GET',
    url: `${identityUrl}/sns/oauth2/access_token?${query.toString()}`,
    headers: {},
  })
  const content = (parse(answer.body.toString('utf8')) ?? {}) as Readonly<Record<string, unknown>>
  const openid = textOf(content['openid'])
  if (openid === '') throw new Error(`WeChat does not say who pays: ${String(content['errcode'])}`)
  return openid
}
