import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startChild, type ChildPlan, type OnFailure } from '../src/demo/child.ts'
import { loadState, writeState } from '../src/demo/demo-state.ts'
import { requireFreePorts } from '../src/demo/ports.ts'
import { readSettings } from '../src/demo/settings.ts'
import { summary } from '../src/demo/summary.ts'

async function tempFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'demo-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

async function planOf(script: string): Promise<ChildPlan> {
  const folder = await tempFolder()
  return {
    name: 'child',
    args: ['--eval', script],
    env: {},
    logFile: join(folder, 'logs', 'child.log'),
    isReady: (line) => line === 'ready',
    readyWithinMs: 20_000,
  }
}
const unused: OnFailure = () => undefined
const never = new AbortController().signal

test('a child that is ready runs until it is stopped, and its output is kept', async () => {
  const plan = await planOf('console.log("ready"); setInterval(() => {}, 1000)')
  const child = await startChild(plan, unused, never)
  await child.stop()
  expect(await readFile(plan.logFile, 'utf8')).toBe('ready\n')
})

test('a child that ends before it is ready is reported with its last words', async () => {
  const plan = await planOf('console.error("the disk is full"); process.exit(3)')
  await expect(startChild(plan, unused, never)).rejects.toThrow(/child ended \(exit code 3\)[\s\S]*the disk is full/)
})

test('a start that is called off ends the child', async () => {
  const stopping = new AbortController()
  const started = startChild(await planOf('setInterval(() => {}, 1000)'), unused, stopping.signal)
  stopping.abort()
  await expect(started).rejects.toThrow(/stopped/)
})

test('a child that dies later is reported and started again', async () => {
  const plan = await planOf('console.log("ready"); setTimeout(() => process.exit(1), 100)')
  const failures: Parameters<OnFailure>[0][] = []
  const child = await startChild(plan, (failure) => failures.push(failure), never)
  onTestFinished(() => child.stop())
  await vi.waitFor(() => expect(failures.length).toBeGreaterThan(1), { timeout: 15_000 })
  expect(failures[0]).toMatchObject({ name: 'child', reason: 'exit code 1', restartInMs: 1000 })
  expect(failures[1]?.restartInMs).toBe(2000)
})

test('a port that is taken is named with what it is for', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  await expect(requireFreePorts([{ port, what: 'console' }])).rejects.toThrow(`${port}  console`)
})

test('the state is for its owner only, survives a restart, and damage is told', async () => {
  const path = join(await tempFolder(), 'demo.json')
  const first = await loadState(path, undefined)
  expect(first.password).toMatch(/^[a-z0-9]{4}(-[a-z0-9]{4}){3}$/)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  await writeState(path, { ...first, gatewaySecret: 'a secret of the gateway' })
  expect(await loadState(path, 'another password')).toEqual({ ...first, gatewaySecret: 'a secret of the gateway' })
  await writeFile(path, '{"password": 1}')
  await expect(loadState(path, undefined)).rejects.toThrow(/damaged/)
})

test('the demo takes its ports, folder and password from the environment', () => {
  const env = { GATEHOUSE_HTTP_PORT: '9090', GATEHOUSE_DATA: 'x', GATEHOUSE_TLS_KEY: 'key.pem', PATH: '/bin' }
  const settings = readSettings('/root', ['--dev'], env)
  expect(settings).toMatchObject({ data: '/root/x', isDev: true, password: undefined })
  expect([settings.ports.http, settings.ports.mqtt, settings.env['GATEHOUSE_TLS_KEY']]).toEqual([9090, 1883, undefined])
  expect(() => readSettings('/', [], { GATEHOUSE_MQTT_PORT: '0' })).toThrow(/GATEHOUSE_MQTT_PORT/)
  expect(() => readSettings('/', [], { GATEHOUSE_DEMO_PASSWORD: 'short' })).toThrow(/10 to 200/)
  expect(() => readSettings('/', ['--what'], {})).toThrow(/--what/)
})

test('the summary names the page, an account for each role and the password', () => {
  const demo = {
    url: 'http://127.0.0.1:8080',
    password: 'abcd-efgh',
    compoundName: '翠湖花园',
    stop: () => Promise.resolve(),
  }
  const text = summary(demo, '/data', false)
  for (const word of [
    'http://127.0.0.1:8080',
    'abcd-efgh',
    'admin',
    'guard',
    'broadcaster',
    'property',
    'grid',
    'installer',
    'supervisor',
  ])
    expect(text).toContain(word)
})
