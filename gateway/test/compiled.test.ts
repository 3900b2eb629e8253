import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test, vi } from 'vitest'
import { temporaryFolder } from './temporary-folder.ts'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const wait = { timeout: 20_000 }

/** A gateway in a process of its own, with what it said. */
function startProcess(folder: string) {
  const ports = { GATEHOUSE_MQTT_PORT: '0', GATEHOUSE_GATEWAY_HTTP_PORT: '0' }
  const child = spawn(process.execPath, [main], {
    env: { GATEHOUSE_DATA: folder, GATEHOUSE_GATEWAY_ID: 'gate-house', ...ports },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const said: string[] = []
  for (const stream of [child.stdout, child.stderr]) createInterface(stream).on('line', (line) => said.push(line))
  return { child, said }
}

const filesIn = async (folder: string) => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
}

test('what was compiled outlasts a power cut, for nobody but the gateway, and does no harm when it is spoilt', async () => {
  const folder = await temporaryFolder()
  const compiled = join(folder, 'gateway', 'compiled')
  const first = startProcess(folder)
  await vi.waitFor(async () => expect((await filesIn(compiled)).length).toBeGreaterThan(100), wait)
  first.child.kill('SIGKILL')
  await once(first.child, 'exit')
  expect((await stat(join(folder, 'gateway'))).mode & 0o077).toBe(0)
  expect(first.said.filter((line) => line.includes('open to others'))).toEqual([])

  for (const file of await filesIn(compiled)) await writeFile(file, 'spoilt')
  const second = startProcess(folder)
  await vi.waitFor(() => expect(second.said.join('\n')).toContain('gateway listening'), wait)
})

test('where nothing can be kept, the gateway says in words what is wrong with its folder', async () => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'gateway'), 'a file where a folder must be')
  const { child, said } = startProcess(folder)
  const [code] = (await once(child, 'exit')) as [number]
  expect(code).toBe(1)
  expect(said.join('\n')).toContain('cannot be used')
})
