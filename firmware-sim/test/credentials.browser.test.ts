import { readFile } from 'node:fs/promises'
import { X509Certificate } from 'node:crypto'
import { listDeviceCertificates, putUser } from '@gatehouse/platform/contract'
import { expect, test, vi } from 'vitest'
import { openPage, sidewaysScrollers, signInAs, widthOf } from './house/browser.ts'
import { gatewayId } from './house/house.ts'
import { setupHouse } from './house/setup.ts'

const installer = { username: 'installer', password: 'cables and small screws' }
const deviceId = 'north-in'

async function setup(width: number, language: 'Chinese' | 'English') {
  const house = await setupHouse({
    platformEnv: { GATEHOUSE_UPLINK_TLS_HOST: '127.0.0.1', GATEHOUSE_UPLINK_TLS_PORT: '0' },
    devices: { [deviceId]: { kind: 'barrier', name: '北门入口', settings: { direction: 'in' } } },
  })
  await house.admin.call(putUser, {
    params: { username: installer.username },
    body: {
      name: '安装工',
      role: 'installer',
      scope: 'riverside',
      password: installer.password,
      temporaryPassword: false,
    },
  })
  const page = await openPage(house.admin.url, { viewport: { width, height: 780 }, acceptDownloads: true })
  await signInAs(page, { ...installer, language })
  return { house, page }
}

test('an installer issues a certificate, saves its files, and revokes it', async () => {
  const { house, page } = await setup(1280, 'Chinese')
  await page.goto(`/devices/${deviceId}`)
  const panel = page.getByTestId('device-credentials')
  await panel.getByRole('button', { name: '签发证书' }).click()
  await page.getByTestId('issue-certificate').click()
  const saved: Record<string, string> = {}
  for (const name of ['私钥', '证书', '网关的签发机构']) {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('dialog').getByRole('button', { name, exact: true }).click(),
    ])
    saved[download.suggestedFilename()] = await readFile(await download.path(), 'utf8')
  }
  expect(Object.keys(saved)).toEqual([`${deviceId}.key.pem`, `${deviceId}.cert.pem`, 'gatehouse-ca.pem'])
  const certificate = new X509Certificate(saved[`${deviceId}.cert.pem`] ?? '')
  expect(certificate.verify(new X509Certificate(saved['gatehouse-ca.pem'] ?? '').publicKey)).toBe(true)
  await page.getByRole('dialog').getByRole('button', { name: '关闭' }).last().click()

  await panel.getByRole('button', { name: '吊销' }).click()
  await page.getByRole('dialog').getByRole('textbox').fill('设备遗失')
  await page.getByTestId('confirm-danger').click()
  await vi.waitFor(async () => {
    const listed = await house.admin.call(listDeviceCertificates, { params: { deviceId } })
    expect(listed).toMatchObject([{ state: 'revoked', reason: '设备遗失', revokedBy: installer.username }])
  })
  await panel.locator('[data-state=revoked]').waitFor()
})

test('on a phone an enrolment code is large, with the time that is left, and nothing scrolls sideways', async () => {
  const { page } = await setup(360, 'English')
  await page.goto(`/gateways/${gatewayId}`)
  await page.getByRole('button', { name: 'Enrolment code' }).click()
  const code = page.getByTestId('shown-once')
  await code.waitFor()
  expect(await code.textContent()).toMatch(/^([0-9A-Z]{4}-){7}[0-9A-Z]{4}$/)
  expect(await page.getByTestId('enrol-command').textContent()).toContain(await code.textContent())
  expect(await page.getByRole('timer').textContent()).toMatch(/1[45]:\d\d left/)
  expect(await widthOf(page)).toBe(360)
  expect(await sidewaysScrollers(page)).toEqual([])
})
