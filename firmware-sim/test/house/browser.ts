import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { chromium, type BrowserContextOptions, type Locator, type Page } from 'playwright-core'
import { expect, onTestFinished, vi } from 'vitest'

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

const builtConsole = fileURLToPath(new URL('../../../console/dist/index.html', import.meta.url))

/** A page of a real browser at `url`; fails the test if the page throws. */
export async function openPage(url: string, options: BrowserContextOptions = {}): Promise<Page> {
  if (!existsSync(builtConsole)) throw new Error('The console is not built; run "npm run console:build" first')
  const browser = await chromium.launch(launchOptions)
  const page = await (await browser.newContext({ baseURL: url, ...options })).newPage()
  const problems: Error[] = []
  page.on('pageerror', (problem) => problems.push(problem))
  onTestFinished(async () => {
    await browser.close()
    if (problems[0]) throw problems[0]
  })
  page.setDefaultTimeout(15_000)
  await page.goto('/')
  return page
}

export const languages = { Chinese: '中文', English: 'English' } as const

/** Signs in through the form, in the language of choice. */
export async function signInAs(
  page: Page,
  { username, password, language }: { username: string; password: string; language: keyof typeof languages },
) {
  await page.getByRole('button', { name: languages[language] }).click()
  await page.locator('#username').fill(username)
  await page.locator('#password').fill(password)
  await page.locator('button[type=submit]').click()
  await page.getByTestId('alert-card').or(page.locator('.feed .block')).first().waitFor()
}

/** Runs in the browser, whose types are not known here. */
const naturalWidthOf = (image: unknown) => (image as { readonly naturalWidth: number }).naturalWidth

/** Waits until a picture has come over the line and was decoded. */
export const untilPainted = (picture: Locator) =>
  vi.waitFor(async () => expect(await picture.evaluate(naturalWidthOf)).toBeGreaterThan(0), { timeout: 15_000 })

/** How far the page reaches to the right; more than the width of the window is a sideways scroll. */
export const widthOf = (page: Page) => page.evaluate<number>('document.documentElement.scrollWidth')

/** Parts of the page that can be scrolled sideways: the page itself is not the only thing that scrolls. */
export const sidewaysScrollers = (page: Page) =>
  page.evaluate<string[]>(`
    [...document.querySelectorAll('*')]
      .filter((part) => part.scrollWidth > part.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(part).overflowX))
      .map((part) => part.tagName + '.' + part.className)
  `)
