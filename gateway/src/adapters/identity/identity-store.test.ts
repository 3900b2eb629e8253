import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { openIdentity, saveIdentity } from './identity-store.ts'

const identity = {
  gatewayId: 'garden-gw',
  platformUrl: 'https://centre.example',
  uplinkUrl: 'mqtts://centre.example:8884',
  certificate: 'first certificate',
  key: 'first key',
  ca: 'authority',
}

async function setup() {
  const data = await mkdtemp(join(tmpdir(), 'gatehouse-identity-'))
  onTestFinished(() => rm(data, { recursive: true }))
  const folder = join(data, 'gateway', 'identity')
  return { folder, path: join(folder, 'identity.json') }
}

test('a gateway that was never enrolled has no identity', async () => {
  const { folder } = await setup()
  expect(await openIdentity(folder)).toBeUndefined()
})

test('an identity is kept for its owner only', async () => {
  const { folder, path } = await setup()
  await saveIdentity(folder, identity)
  expect((await openIdentity(folder))?.current()).toEqual(identity)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect((await stat(folder)).mode & 0o777).toBe(0o700)
})

test('one that was copied with an open mode is closed when it is read', async () => {
  const { folder, path } = await setup()
  await saveIdentity(folder, identity)
  await chmod(path, 0o644)
  await openIdentity(folder)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
})

test('a draft that a power cut left behind harms nobody', async () => {
  const { folder, path } = await setup()
  await saveIdentity(folder, identity)
  await writeFile(`${path}.new`, '{"gatewayId"', { mode: 0o644 })
  const store = await openIdentity(folder)
  expect(store?.current()).toEqual(identity)
  await store?.replace({ certificate: 'second certificate', key: 'second key' })
  expect(await readdir(folder)).toEqual(['identity.json'])
  expect((await stat(path)).mode & 0o777).toBe(0o600)
})

test('a renewed certificate and its key are stored together, and whoever listens is told then', async () => {
  const { folder, path } = await setup()
  await saveIdentity(folder, identity)
  const store = await openIdentity(folder)
  const listener = vi.fn()
  store?.onReplaced(listener)
  await store?.replace({ certificate: 'second certificate', key: 'second key' })
  const renewed = { ...identity, certificate: 'second certificate', key: 'second key' }
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(renewed)
  expect(store?.current()).toEqual(renewed)
  expect(listener).toHaveBeenCalledOnce()
})

test.each(['', 'no JSON', '{}', JSON.stringify({ ...identity, uplinkUrl: 'mqtt://centre.example' })])(
  'a damaged identity is named, never replaced: %s',
  async (text) => {
    const { folder, path } = await setup()
    await saveIdentity(folder, identity)
    await writeFile(path, text)
    await expect(openIdentity(folder)).rejects.toThrow('enrol this gateway again')
    expect(await readFile(path, 'utf8')).toBe(text)
  },
)
