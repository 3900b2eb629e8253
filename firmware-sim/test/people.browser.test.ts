import { listApprovals, putUser, signIn } from '@gatehouse/platform/contract'
import { TOTP } from 'otpauth'
import type { Page } from 'playwright-core'
import { expect, test, vi } from 'vitest'
import { openPage, signInAs, widthOf, sidewaysScrollers } from './house/browser.ts'
import { Client } from './house/client.ts'
import { adminPassword } from './house/house.ts'
import { setupHouse } from './house/setup.ts'

const chosen = 'nobody sleeps at the gate'
const english = { language: 'English' } as const

async function setup() {
  const house = await setupHouse({ devices: {} })
  const put = (username: string, body: { role: 'admin' | 'guard'; password: string; temporaryPassword: boolean }) =>
    house.admin.call(putUser, {
      params: { username },
      body: { name: username, scope: '', reason: 'first people of the house', ...body },
    })
  return { house, put }
}

/** Fills the form without waiting for what comes after it. */
async function fillSignIn(page: Page, username: string, password: string) {
  await page.getByRole('button', { name: 'English' }).click()
  await page.locator('#username').fill(username)
  await page.locator('#password').fill(password)
  await page.locator('button[type=submit]').click()
}

async function choosePassword(page: Page, old: string, next: string) {
  await page.locator('[name=old-password]').fill(old)
  await page.locator('[name=new-password]').fill(next)
  await page.locator('[name=repeat-password]').fill(next)
  await page.getByRole('button', { name: 'Change password' }).click()
}

const quiet = (page: Page) => page.locator('.feed .block').first().waitFor()

/** A code that was not used yet: each is good once. */
async function freshCode(secret: string, after: string): Promise<string> {
  const { secret: key } = new TOTP({ secret })
  return vi.waitFor(
    () => {
      const code = TOTP.generate({ secret: key, timestamp: Date.now() + 30_000 })
      expect(code).not.toBe(after)
      return code
    },
    { timeout: 40_000, interval: 500 },
  )
}

test('the first sign-in asks for an own password, the account for a second factor, and then signing in for both', async () => {
  const { house, put } = await setup()
  const page = await openPage(house.admin.url)
  await signInAs(page, { username: 'admin', password: adminPassword, ...english })
  await page.getByRole('navigation').getByRole('link', { name: 'People' }).click()
  await page.getByRole('button', { name: 'Add person' }).click()
  await page.locator('[name=person-username]').fill('wang')
  await page.locator('[name=person-name]').fill('Wang Fang')
  await page.getByRole('button', { name: 'Save' }).click()
  const temporary = await page.getByTestId('shown-once').innerText()
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click()
  await page.locator('[data-testid=person][data-username=wang]').getByText('Never signed in').waitFor()

  const wang = await openPage(house.admin.url)
  await fillSignIn(wang, 'wang', temporary)
  await wang.getByRole('heading', { name: 'First choose your own password' }).waitFor()
  await wang.goto('/devices')
  await wang.getByRole('heading', { name: 'First choose your own password' }).waitFor()
  await choosePassword(wang, temporary, chosen)
  await wang.getByRole('heading', { name: 'Devices', level: 1 }).waitFor()

  await wang.getByRole('button', { name: 'User menu' }).click()
  await wang.getByRole('link', { name: 'My account' }).click()
  await wang.getByRole('button', { name: 'Set up a second factor' }).click()
  await wang.locator('[name=totp-password]').fill(chosen)
  await wang.getByRole('button', { name: 'Set up a second factor' }).click()
  await wang.getByRole('img', { name: 'QR code for the second factor' }).waitFor()
  const secret = await wang.getByTestId('totp-secret').innerText()
  const first = TOTP.generate({ secret: new TOTP({ secret }).secret })
  await wang.locator('[name=totp]').fill(first)
  await wang.getByRole('button', { name: 'Switch on' }).click()
  await wang.getByTestId('recovery-codes').waitFor()
  expect(await wang.getByTestId('recovery-codes').locator('li').count()).toBe(10)
  const recovery = await wang.getByTestId('recovery-codes').locator('li').first().innerText()
  await wang.getByRole('button', { name: 'I have written them down' }).click()
  await wang.getByText('10 recovery codes left').waitFor()

  await wang.getByRole('button', { name: 'User menu' }).click()
  await wang.getByRole('button', { name: 'Sign out', exact: true }).click()
  await fillSignIn(wang, 'wang', chosen)
  await wang.locator('#totp').fill(await freshCode(secret, first))
  await wang.locator('button[type=submit]').click()
  await quiet(wang)

  await wang.getByRole('button', { name: 'User menu' }).click()
  await wang.getByRole('button', { name: 'Sign out', exact: true }).click()
  await fillSignIn(wang, 'wang', chosen)
  await wang.locator('#totp').fill(recovery)
  await wang.locator('button[type=submit]').click()
  await quiet(wang)
  expect(await put('wang', { role: 'guard', password: chosen, temporaryPassword: false })).toMatchObject({ totp: true })
})

test('a session that is ended from another browser is over there at once', async () => {
  const { house, put } = await setup()
  await put('wang', { role: 'guard', password: chosen, temporaryPassword: false })
  const lost = await openPage(house.admin.url)
  await signInAs(lost, { username: 'wang', password: chosen, ...english })
  const page = await openPage(house.admin.url)
  await signInAs(page, { username: 'wang', password: chosen, ...english })
  await page.goto('/account')
  const sessions = page.getByTestId('session')
  await sessions.nth(1).waitFor()
  expect(await sessions.count()).toBe(2)
  await sessions.getByRole('button', { name: /^Sign out Chrome/ }).click()
  await lost.getByText('Your session has ended').waitFor()
  await vi.waitFor(async () => expect(await sessions.count()).toBe(1))
})

test('what gives the power of an administrator waits until a second person agrees, who hears of it at once', async () => {
  const { house, put } = await setup()
  await put('second', { role: 'admin', password: chosen, temporaryPassword: false })
  const second = await openPage(house.admin.url)
  await signInAs(second, { username: 'second', password: chosen, ...english })
  await second.getByRole('navigation').getByRole('link', { name: 'Approvals' }).click()
  await second.getByText('Nothing waits for a second person').waitFor()

  const first = await openPage(house.admin.url)
  await signInAs(first, { username: 'admin', password: adminPassword, ...english })
  await first.goto('/people')
  await first.getByRole('button', { name: 'Add person' }).click()
  await first.locator('[name=person-username]').fill('third')
  await first.locator('[name=person-name]').fill('Third')
  await first.locator('[name=person-role]').selectOption('admin')
  await first.locator('[name=person-reason]').fill('takes over in June')
  await first.getByRole('button', { name: 'Save' }).click()
  const temporary = await first.getByTestId('shown-once').innerText()
  expect(await first.locator('[data-username=third]').count()).toBe(0)

  const request = second.locator('[data-testid=approval][data-target=third]')
  await request.getByText('takes over in June').waitFor()
  const [waiting] = await house.admin.call(listApprovals, {})
  expect(waiting).toMatchObject({ state: 'waiting', requestedBy: 'admin', mayApprove: false })
  await request.getByRole('button', { name: 'Agree' }).click()
  await second.getByRole('dialog').getByRole('textbox').fill('asked the chief by phone')
  await second.getByTestId('confirm-danger').click()
  await second.locator('[data-testid=approval][data-target=third][data-state=done]').waitFor()

  const third = new Client(house.admin.url)
  const session = await third.call(signIn, { body: { username: 'third', password: temporary } })
  expect(session).toMatchObject({ user: { role: 'admin' }, duty: 'change-password' })
})

test('account, people and approvals fit a phone', async () => {
  const { house, put } = await setup()
  await put('second', { role: 'admin', password: chosen, temporaryPassword: false })
  await put('third', { role: 'admin', password: chosen, temporaryPassword: true })
  const width = 360
  const page = await openPage(house.admin.url, {
    viewport: { width, height: 740 },
    hasTouch: true,
    isMobile: true,
    deviceScaleFactor: 2,
  })
  await signInAs(page, { username: 'admin', password: adminPassword, ...english })
  for (const [path, text] of [
    ['/account', 'Where you are signed in'],
    ['/people', 'Never signed in'],
    ['/approvals', 'first people of the house'],
  ] as const) {
    await page.goto(path)
    await page.getByText(text).first().waitFor()
    expect(await widthOf(page), path).toBeLessThanOrEqual(width)
    expect(await sidewaysScrollers(page), path).toEqual([])
  }
  await page.getByRole('button', { name: 'User menu' }).tap()
  await page.getByRole('link', { name: 'People' }).tap()
  await page.getByRole('heading', { name: 'People', level: 1 }).waitFor()
})
