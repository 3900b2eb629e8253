import { expect, test, vi } from 'vitest'
import { memoryStore, setupEdge, startTime } from '../test/fakes.ts'
import type { PlatformMessage } from './core/ports.ts'
import { storeUnavailable } from './errors.ts'

const reply = { commandAccepted: vi.fn() }
const announcement: PlatformMessage = {
  type: 'announce',
  broadcastId: 'b-1',
  expiresAt: startTime + 10_000,
  text: '请注意',
  priority: 'property',
  speakerIds: ['speaker-1', 'speaker-2'],
}

test('an announcement goes to every speaker, and each one’s progress comes back', async () => {
  const { edge, told, connected, sent, happen } = await setupEdge()
  connected.delete('speaker-2')
  edge.inbox(announcement, reply)
  edge.inbox(announcement, reply)
  await vi.waitFor(() => expect(told('broadcast.progress')).toHaveLength(3))
  expect(sent).toMatchObject([{ deviceId: 'speaker-1', op: 'speak', jobId: 'b-1', text: '请注意', priority: 3 }])
  await happen('speaker-1', { type: 'playback', jobId: 'b-1', state: 'finished', durationMs: 1200 })
  expect(told('broadcast.progress').map(({ deviceId, body }) => [deviceId, body.state])).toEqual([
    ['speaker-1', 'queued'],
    ['speaker-2', 'queued'],
    ['speaker-2', 'failed'],
    ['speaker-1', 'finished'],
  ])
})

const command = {
  type: 'command',
  commandId: 'c-1',
  expiresAt: startTime + 5000,
  deviceId: 'gate-1',
  name: 'open',
  args: { holdSeconds: 5 },
} as const

test('a command is accepted, carried out once and its result told', async () => {
  const { edge, told, sent } = await setupEdge()
  const accepted: string[] = []
  const link = { commandAccepted: (commandId: string) => void accepted.push(commandId) }
  edge.inbox(command, link)
  edge.inbox(command, link)
  await vi.waitFor(() => expect(told('devices.command-result')).toHaveLength(1))
  expect(told('devices.command-result')[0]).toMatchObject({
    deviceId: 'gate-1',
    body: { commandId: 'c-1', ok: true },
  })
  expect(sent).toMatchObject([{ op: 'open', holdSeconds: 5, commandId: 'c-1', expiresAt: command.expiresAt }])
  expect(accepted).toContain('c-1')
})

test('a command that was sent before a restart is not sent again', async () => {
  const memory = memoryStore()
  const before = await setupEdge({ memory })
  before.answerWith(() => undefined)
  before.edge.inbox(command, reply)
  await vi.waitFor(() => expect(before.sent).toHaveLength(1))

  const after = await setupEdge({ memory })
  after.edge.inbox(command, reply)
  await vi.waitFor(() =>
    expect(after.told('devices.command-result')).toMatchObject([{ body: { code: 'COMMAND_REPEATED' } }]),
  )
  expect(after.sent).toEqual([])
  after.time.now = command.expiresAt + 3_600_000
  after.edge.inbox({ ...command, commandId: 'c-2', expiresAt: after.time.now + 5000 }, reply)
  await vi.waitFor(() => expect(after.sent).toHaveLength(1))
  expect([...memory.areaOf('commands').keys()]).toEqual(['c-2'])
})

test('a command that cannot be remembered is not sent, and may come again', async () => {
  const { edge, memory, told, sent } = await setupEdge()
  const open = { ...command, expiresAt: startTime + 5000 }
  memory.failNext(storeUnavailable('disk full'))
  edge.inbox(open, reply)
  await vi.waitFor(() =>
    expect(told('devices.command-result')).toMatchObject([{ body: { code: 'STORE_UNAVAILABLE' } }]),
  )
  expect(sent).toEqual([])
})

test('a command that waits for its answer ends when the gateway stops', async () => {
  const { edge, told, answerWith, sent } = await setupEdge()
  answerWith(() => undefined)
  edge.inbox(command, reply)
  await vi.waitFor(() => expect(sent).toHaveLength(1))
  await edge.stop()
  expect(told('devices.command-result')).toMatchObject([{ body: { code: 'GATEWAY_STOPPING' } }])
})

test('smoke opens the exits even while the gateway stops', async () => {
  const { edge, happen, opsOf } = await setupEdge()
  await edge.stop()
  await happen('smoke-1', { type: 'smoke', obscurationPercent: 12 })
  await vi.waitFor(() => expect(opsOf('gate-1')).toEqual(['hold-open']))
})

test.each([
  ['past its deadline', { expiresAt: startTime }, 'COMMAND_EXPIRED'],
  ['for an unknown device', { deviceId: 'gate-9' }, 'DEVICE_UNKNOWN'],
  ['that the device does not know', { name: 'dance' }, 'COMMAND_UNKNOWN'],
  ['named like a part of every object', { name: 'constructor' }, 'COMMAND_UNKNOWN'],
  ['with wrong arguments', { args: { holdSeconds: 3600 } }, 'INVALID_ARGUMENTS'],
])('a command %s is never sent', async (_name, change, code) => {
  const { edge, told, sent } = await setupEdge()
  edge.inbox({ ...command, ...change }, reply)
  await vi.waitFor(() => expect(told('devices.command-result')).toMatchObject([{ body: { ok: false, code } }]))
  expect(sent).toEqual([])
})

test('a command to an offline device is refused, not queued', async () => {
  const { edge, told, connected, sent } = await setupEdge()
  connected.delete('gate-1')
  edge.inbox(command, reply)
  await vi.waitFor(() => expect(told('devices.command-result')).toMatchObject([{ body: { code: 'DEVICE_OFFLINE' } }]))
  connected.add('gate-1')
  expect(sent).toEqual([])
})

test('a device that does not answer in time is said so', async () => {
  const { edge, told, answerWith, time } = await setupEdge()
  answerWith(() => undefined)
  edge.inbox({ ...command, expiresAt: time.now + 20 }, reply)
  await vi.waitFor(() => expect(told('devices.command-result')).toMatchObject([{ body: { code: 'DEVICE_TIMEOUT' } }]))
})

test('the device’s own reason comes back', async () => {
  const { edge, told, answerWith } = await setupEdge()
  answerWith(() => ({ ok: false, code: 'LOCK_JAMMED', message: 'The bolt does not move' }))
  edge.inbox(command, reply)
  await vi.waitFor(() =>
    expect(told('devices.command-result')).toMatchObject([
      { body: { code: 'LOCK_JAMMED', message: 'The bolt does not move' } },
    ]),
  )
})
