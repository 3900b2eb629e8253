import { chromium, type BrowserContextOptions, type Page } from 'playwright-core'
import { onTestFinished } from 'vitest'

/** Debian's Chromium; without the last flags it looks for hosts on the internet at every start. */
const launchOptions = {
  executablePath: '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
}

/** A page of a real browser at `url`; fails the test if the page throws. */
export async function openPage(url: string, options: BrowserContextOptions = {}): Promise<Page> {
  const browser = await chromium.launch(launchOptions)
  const page = await (await browser.newContext({ baseURL: url, ...options })).newPage()
  const problems: Error[] = []
  page.on('pageerror', (problem) => problems.push(problem))
  onTestFinished(async () => {
    await browser.close()
    if (problems[0]) throw problems[0]
  })
  await page.goto('/')
  return page
}
