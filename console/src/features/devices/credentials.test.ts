import type { DeviceCertificate, User } from '@gatehouse/platform/contract'
import { flushPromises } from '@vue/test-utils'
import { expect, onTestFinished, test, vi } from 'vitest'
import { answering, refusing } from '../../testing/answering'
import { deviceWith, mountInConsole } from '../../testing/in-console'
import DeviceCredentials from './DeviceCredentials.vue'

const installer: User = { username: 'installer', name: 'Installer', role: 'installer', scope: '' }
const certificate: DeviceCertificate = {
  ...{ serial: '4'.repeat(32), deviceId: 'd1', state: 'valid', issuedBy: 'installer' },
  ...{ issuedAt: 1_800_000_000_000, expiresAt: 1_863_000_000_000 },
}
const pem = (what: string) => `-----BEGIN ${what}-----\nx\n-----END ${what}-----\n`

async function setup(routes: Parameters<typeof answering>[0] = {}, user: User = installer) {
  const state = { certificates: [] as DeviceCertificate[] }
  const calls = answering({ 'GET /api/devices/d1/certificates': () => state.certificates, ...routes })
  const { wrapper } = mountInConsole(DeviceCredentials, { props: { device: deviceWith({ name: '北门' }) }, user })
  onTestFinished(() => wrapper.unmount())
  await flushPromises()
  const click = async (selector: string) => {
    document.querySelector<HTMLElement>(selector)?.click()
    await flushPromises()
  }
  const press = async (text: string) => {
    ;[...document.querySelectorAll('button')].find((found) => found.textContent.trim() === text)?.click()
    await flushPromises()
  }
  const type = async (selector: string, value: string) => {
    const input = document.querySelector<HTMLInputElement>(selector)
    if (input) input.value = value
    input?.dispatchEvent(new Event('input'))
    await flushPromises()
  }
  return { wrapper, calls, click, press, type, state }
}

/** What the page has the browser save. */
function watchDownloads() {
  const saved: string[] = []
  vi.stubGlobal('URL', Object.assign(URL, { createObjectURL: () => 'blob:test', revokeObjectURL: () => undefined }))
  const click = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    saved.push(this.download)
  })
  onTestFinished(() => click.mockRestore())
  return saved
}

test('a new secret is shown once, after a warning', async () => {
  const { calls, press, click } = await setup({
    'POST /api/devices/d1/secret': () => ({ deviceId: 'd1', secret: 'made-by-the-platform' }),
  })
  await press('新密钥')
  expect(document.body.textContent).toContain('旧密钥立即失效')
  expect(calls).toHaveLength(1)
  await click('input[value=typeable]')
  document.querySelector('input[value=typeable]')?.dispatchEvent(new Event('change'))
  await click('[data-testid=make-secret]')
  expect(calls.at(-1)).toEqual({ call: 'POST /api/devices/d1/secret', body: { form: 'typeable' } })
  expect(document.querySelector('[data-testid=shown-once]')?.textContent).toBe('made-by-the-platform')
  await press('关闭')
  expect(document.body.textContent).not.toContain('made-by-the-platform')
})

test('a certificate with its key can be saved, and stands in the list', async () => {
  const saved = watchDownloads()
  const { wrapper, calls, press, click, state } = await setup({
    'POST /api/devices/d1/certificates': () => {
      state.certificates = [certificate]
      return { certificate, pem: pem('CERTIFICATE'), ca: pem('CERTIFICATE'), key: pem('PRIVATE KEY') }
    },
  })
  expect(wrapper.text()).toContain('没有证书')
  await press('签发证书')
  await click('[data-testid=issue-certificate]')
  expect(calls).toContainEqual({ call: 'POST /api/devices/d1/certificates', body: { days: 730 } })
  for (const title of ['私钥', '证书', '网关的签发机构']) await press(title)
  expect(saved).toEqual(['d1.key.pem', 'd1.cert.pem', 'gatehouse-ca.pem'])
  expect(wrapper.findAll('[data-testid=certificate]')).toHaveLength(1)
})

test('for a key of the device itself there is no key to save', async () => {
  const { calls, press, click, type } = await setup({
    'POST /api/devices/d1/certificates': () => ({ certificate, pem: pem('CERTIFICATE'), ca: pem('CERTIFICATE') }),
  })
  await press('签发证书')
  await type('#certificate-request', pem('CERTIFICATE REQUEST'))
  await click('[data-testid=issue-certificate]')
  expect(calls.at(-2)?.body).toEqual({ days: 730, csr: pem('CERTIFICATE REQUEST').trim() })
  expect(document.querySelector('dialog')?.textContent).not.toContain('私钥。')
  expect([...document.querySelectorAll('dialog button')].map((button) => button.textContent.trim())).not.toContain(
    '私钥',
  )
})

test('a refused request leaves the dialog as it was', async () => {
  const { press, click } = await setup({
    'POST /api/devices/d1/certificates': refusing(400, 'BAD_CERTIFICATE_REQUEST', 'not usable'),
  })
  await press('签发证书')
  await click('[data-testid=issue-certificate]')
  expect(document.querySelector('[data-testid=issue-certificate]')).not.toBeNull()
})

test('a certificate is revoked with a reason', async () => {
  const route = `POST /api/devices/d1/certificates/${certificate.serial}/revoke`
  let listed = certificate
  const { wrapper, calls, press, click, type } = await setup({
    'GET /api/devices/d1/certificates': () => [listed],
    [route]: () => (listed = { ...certificate, state: 'revoked', reason: '设备遗失' }),
  })
  await press('吊销')
  await type('dialog input', '设备遗失')
  await click('[data-testid=confirm-danger]')
  expect(calls).toContainEqual({ call: route, body: { reason: '设备遗失' } })
  expect(wrapper.find('[data-testid=certificate]').attributes('data-state')).toBe('revoked')
  expect(wrapper.text()).toContain('设备遗失')
})

test('a supervisor may look and nothing more', async () => {
  const { wrapper } = await setup({}, { ...installer, role: 'supervisor' })
  expect(wrapper.findAll('button')).toHaveLength(0)
})
