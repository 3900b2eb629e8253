import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test, vi } from 'vitest'
import { pingBroker } from '../src/adapters/mqtt-broker/loopback-probe.ts'
import { startDevice, startTestGateway } from './compound-setup.ts'
import { compound } from './fakes.ts'
import { temporaryFolder } from './temporary-folder.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))
const wait = { timeout: 15_000 }

/** Takes what is told to a service manager (a barrier is only waited for); Node itself cannot listen on such a socket. */
const listener = `
  use IO::Socket::UNIX;
  $| = 1;
  my $socket = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => $ARGV[0]) or die $!;
  print "listening\\n";
  while (defined $socket->recv(my $text, 4096)) { print "$text\\n" unless $text =~ /^BARRIER/ }
`

async function startServiceManager() {
  const path = join(await temporaryFolder(), 'notify')
  const child = spawn('perl', ['-e', listener, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill())
  const told: string[] = []
  createInterface(child.stdout).on('line', (line) => told.push(line.trim()))
  await vi.waitFor(() => expect(told).toEqual(['listening']), wait)
  return { path, told }
}

async function startService(env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [join(root, 'gateway/dist/main.js')], {
    env: {
      PATH: process.env['PATH'],
      GATEHOUSE_DATA: await temporaryFolder(),
      GATEHOUSE_GATEWAY_ID: 'garden',
      GATEHOUSE_MQTT_PORT: '0',
      GATEHOUSE_GATEWAY_HTTP_PORT: '0',
      ...env,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return { child, exit: once(child, 'exit') }
}

test('the service manager hears that the gateway listens, that all is well, and that it goes', async () => {
  const { path, told } = await startServiceManager()
  const { child, exit } = await startService({ NOTIFY_SOCKET: path, WATCHDOG_USEC: '1500000' })
  await vi.waitFor(() => expect(told.filter((word) => word === 'WATCHDOG=1').length).toBeGreaterThan(1), wait)
  expect(told[1]).toBe('READY=1')

  child.kill('SIGTERM')
  await exit
  expect(child.exitCode).toBe(0)
  await vi.waitFor(() => expect(told.at(-1)).toBe('STOPPING=1'), wait)
})

test('a gateway whose event loop stands still is not heard of any more', async () => {
  const { path, told } = await startServiceManager()
  const { child } = await startService({ NOTIFY_SOCKET: path, WATCHDOG_USEC: '900000' })
  await vi.waitFor(() => expect(told).toContain('WATCHDOG=1'), wait)
  child.kill('SIGSTOP')
  const soFar = told.length
  const later = Date.now() + 2000
  await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(later), wait)
  expect(told.length).toBeLessThanOrEqual(soFar + 1)
})

test('the broker answers a ping at its own door, from nobody else under that name, and counts no device for it', async () => {
  const gateway = await startTestGateway({}, { devices: { devices: [...compound] } })
  await startDevice(gateway, 'gate-1')
  await gateway.checks.broker()
  await gateway.checks.store()
  await expect(pingBroker(gateway.mqttPort, 'a guess', 2000)).rejects.toThrow('the broker answers 20020004')
  const health: unknown = await (await fetch(`http://127.0.0.1:${gateway.httpPort}/api/health`)).json()
  expect(health).toMatchObject({ devicesOnline: 1 })
})

test('a broker that accepts and says nothing does not pass for well', async () => {
  const { createServer } = await import('node:net')
  const server = createServer((socket) => void socket.resume())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  await expect(pingBroker(port, 'x', 300)).rejects.toThrow('the broker does not answer')
})

/** The units of the operating manual, by file name. */
async function unitsOfManual() {
  const manual = await readFile(join(root, 'docs/operations.md'), 'utf8')
  return Array.from(manual.matchAll(/`(gatehouse-[a-z]+\.service)`:\n\n```ini\n([\s\S]*?)```/g), ([, name, text]) => ({
    name: name ?? '',
    text: text ?? '',
  }))
}

test('the units of the manual are understood by systemd, and start files that exist', async () => {
  const units = await unitsOfManual()
  expect(units.map(({ name }) => name)).toEqual(['gatehouse-gateway.service', 'gatehouse-platform.service'])
  const folder = join(await temporaryFolder(), 'units')
  await mkdir(folder)
  for (const { name, text } of units) {
    const main = /^ExecStart=\/opt\/gatehouse\/node_modules\/\.bin\/node (\S+)$/m.exec(text)?.[1] ?? ''
    // The gateway loads what does so when it has found what was compiled before.
    expect(await readFile(join(root, main), 'utf8')).toMatch(/serviceManagerOf|import\(['"]\.\/run\.main/)
    const here = text.replace(/^ExecStart=\S+ /m, `ExecStart=${process.execPath} `)
    await writeFile(join(folder, name), here)
  }
  const files = units.map(({ name }) => join(folder, name))
  const { stderr } = await run('systemd-analyze', ['verify', '--man=no', '--recursive-errors=no', ...files])
  expect(stderr.split('\n').filter((line) => line.includes(folder))).toEqual([])
})
