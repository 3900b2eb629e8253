import { readFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listPeople, listPermits, putCompound, signIn } from '@gatehouse/platform/contract'
import Sqlite from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { openPage, sidewaysScrollers, signInAs, widthOf } from './house/browser.ts'
import { Client } from './house/client.ts'
import { adminPassword, compoundId } from './house/house.ts'
import { startPart } from './house/part.ts'

const patient = { timeout: 15_000 }
const root = { username: 'admin', password: adminPassword } as const

/** A platform alone, with one compound whose permits and people were looked at. */
async function setup() {
  const data = await mkdtemp(join(tmpdir(), 'gatehouse-audit-'))
  onTestFinished(() => rm(data, { recursive: true, force: true }))
  const platform = await startPart('platform', {
    env: {
      GATEHOUSE_DATA: data,
      GATEHOUSE_HTTP_PORT: '0',
      GATEHOUSE_UPLINK_PORT: '0',
      GATEHOUSE_ADMIN_PASSWORD: adminPassword,
    },
  })
  onTestFinished(async () => {
    await platform.stop()
  })
  const admin = new Client(`http://127.0.0.1:${(platform.ready as { httpPort: number }).httpPort}`)
  await admin.call(signIn, { body: root })
  await admin.call(putCompound, {
    params: { compoundId },
    body: { name: 'Riverside Garden', path: 'riverside/garden' },
  })
  for (let count = 0; count < 3; count += 1) await admin.call(listPermits, { params: { compoundId } })
  await admin.call(listPeople, { params: { compoundId } })
  return { admin, database: join(data, 'platform', 'platform.sqlite') }
}

/** What somebody with all rights on the host could do. */
function tamper(database: string, statement: string) {
  const db = new Sqlite(database)
  for (const trigger of ['update', 'delete', 'replace']) db.exec(`drop trigger audit_entries_no_${trigger}`)
  db.exec(statement)
  db.close()
}

test('an administrator finds who looked at what, takes it away as a file, and is told when an entry is missing', async () => {
  const { admin, database } = await setup()
  const page = await openPage(admin.url)
  await signInAs(page, { ...root, language: 'English' })
  await page.getByRole('link', { name: 'Audit' }).click()
  const rows = page.getByTestId('audit-entry')
  await rows.first().waitFor()
  expect(await page.locator('[data-action=listPermits]').count()).toBe(3)
  expect(await page.locator('[data-action=platform\\.start]').innerText()).toContain('the platform started')

  await page.getByLabel('Action').selectOption('listPeople')
  await expect.poll(() => rows.count(), patient).toBe(1)
  expect(page.url()).toContain('action=listPeople')
  await rows.first().click()
  const dialog = page.getByRole('dialog')
  expect(await dialog.innerText()).toMatch(/looked at the list of people[\s\S]*Riverside Garden[\s\S]*127\.0\.0\.1/)
  await page.keyboard.press('Escape')

  await page.getByRole('button', { name: 'Export' }).click()
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('download').click()])
  expect(download.suggestedFilename()).toMatch(/^audit-.*\.csv$/)
  const file = await readFile(await download.path(), 'utf8')
  expect(file).toMatch(/^\uFEFF"number"/)
  expect(file).toMatch(/"admin","listPeople","garden"/)
  expect(file).not.toContain('listPermits')

  const chain = page.getByTestId('chain')
  await page.getByRole('button', { name: 'Verify now' }).click()
  await expect.poll(() => chain.innerText(), patient).toMatch(/Chain verified, \d+ entries/)
  tamper(database, `delete from audit_entries where action = 'listPeople'`)
  await page.getByRole('button', { name: 'Verify now' }).click()
  await expect
    .poll(() => chain.innerText(), patient)
    .toMatch(/The chain is not whole: Entries \d+ to \d+ were taken out/)
})

test.each(['light', 'dark'])('on a phone nothing scrolls sideways, %s', async (theme) => {
  const { admin } = await setup()
  const page = await openPage(admin.url, { viewport: { width: 360, height: 740 } })
  await page.evaluate(`localStorage.setItem('gatehouse.theme', '${theme}')`)
  await page.reload()
  await signInAs(page, { ...root, language: 'Chinese' })
  await page.goto('/audit')
  await page.getByTestId('audit-entry').first().waitFor()
  expect(await page.evaluate('document.documentElement.dataset.theme')).toBe(theme)
  expect(await widthOf(page)).toBe(360)
  expect(await sidewaysScrollers(page)).toEqual([])
})
