import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/temporary-folder.ts'
import { createSecretBox, openSecretBox } from './secret-box.ts'

test('what is sealed is opened again, and never looks the same twice', () => {
  const box = createSecretBox(randomBytes(32))
  const sealed = box.seal('相机密码', 'camera-1')
  expect(box.open(sealed, 'camera-1')).toBe('相机密码')
  expect(box.seal('相机密码', 'camera-1')).not.toBe(sealed)
})

test('with another key, for another device, changed, or never sealed at all it stays closed', () => {
  const box = createSecretBox(randomBytes(32))
  const sealed = box.seal('secret', 'camera-1')
  expect(createSecretBox(randomBytes(32)).open(sealed, 'camera-1')).toBeUndefined()
  expect(box.open(sealed, 'camera-2')).toBeUndefined()
  expect(box.open(`${sealed.slice(0, -3)}AAA`, 'camera-1')).toBeUndefined()
  expect(box.open('sealed:v1:', 'camera-1')).toBeUndefined()
  expect(box.open('secret', 'camera-1')).toBeUndefined()
})

test('the key is made once, and one of another length is refused in words', async () => {
  const path = join(await temporaryFolder(), 'gateway', 'secrets.key')
  const sealed = (await openSecretBox(path)).seal('secret', 'camera-1')
  expect((await openSecretBox(path)).open(sealed, 'camera-1')).toBe('secret')
  await writeFile(path, 'short')
  await expect(openSecretBox(path)).rejects.toMatchObject({ code: 'BAD_SECRET_KEY' })
  await expect(openSecretBox(join(path, 'below'))).rejects.toThrow()
})
