interface WechatBridge {
  invoke(name: string, config: object, done: () => void): void
}
declare global {
  interface Window {
    WeixinJSBridge?: WechatBridge
  }
}

const readyWithinMs = 5000

/** The bridge comes some time after the page; never outside of WeChat. */
const bridge = () =>
  new Promise<WechatBridge>((resolve, reject) => {
    const found = () => {
      clearTimeout(timer)
      if (window.WeixinJSBridge) resolve(window.WeixinJSBridge)
    }
    const timer = setTimeout(() => reject(new Error('The page is not open in WeChat')), readyWithinMs)
    if (window.WeixinJSBridge) found()
    else document.addEventListener('WeixinJSBridgeReady', found, { once: true })
  })

/** Shows what is to be paid in the app of WeChat that this page is open in. Resolves when that is closed, paid or not. */
export async function handToWechat(config: Readonly<Record<string, string>>): Promise<void> {
  const wechat = await bridge()
  await new Promise<void>((resolve) => wechat.invoke('getBrandWCPayRequest', config, resolve))
}
