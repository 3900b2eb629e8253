import type { DesiredDevice, DesiredFile, NewAreaEvent } from '@gatehouse/platform/contract'
import { onTestFinished } from 'vitest'
import type { Change, DeviceLink, Logger, OnvifConnect, StateStore, TelemetryPoint } from '../src/core/ports.ts'
import { drivers } from '../src/drivers/index.ts'
import { createEdge } from '../src/edge.ts'
import { cameraUnreachable, deviceOffline } from '../src/errors.ts'
import type { CommandResult, UpChannel } from '../src/protocol/index.ts'

export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore }
function ignore() {
  // nobody reads the log of a test
}

/** A store that forgets with the test. */
export function memoryStore(stored: readonly NonNullable<Change['state']>[number][] = []) {
  const state = new Map<string, Map<string, unknown>>()
  const causes = new Set<string>()
  const events: NewAreaEvent[] = []
  const commits: Change[] = []
  const areaOf = (area: string) => {
    let entries = state.get(area)
    if (!entries) state.set(area, (entries = new Map<string, unknown>()))
    return entries
  }
  const put = ({ area, key, value }: NonNullable<Change['state']>[number]) => {
    if (value === undefined) areaOf(area).delete(key)
    else areaOf(area).set(key, JSON.parse(JSON.stringify(value)))
  }
  stored.forEach(put)
  const failures: Error[] = []

  const store: StateStore = {
    async commit(change) {
      await Promise.resolve()
      const failure = failures.pop()
      if (failure) throw failure
      if (change.cause !== undefined && causes.has(change.cause)) return { duplicate: true, seqs: [] }
      if (change.cause !== undefined) causes.add(change.cause)
      commits.push(change)
      change.state?.forEach(put)
      const seqs = (change.events ?? []).map((event) => events.push(event))
      return { duplicate: false, seqs }
    },
    entries: (area) => Promise.resolve(new Map(areaOf(area))),
    async *pages(area) {
      const entries = Array.from(areaOf(area))
      for (let from = 0; from < entries.length; from += 2000) {
        await new Promise(setImmediate)
        yield entries.slice(from, from + 2000)
      }
    },
    outbox: {
      after: () => Promise.resolve([]),
      acknowledge: () => Promise.resolve({ before: 0 }),
      branch: () => Promise.resolve(),
      forget: () => Promise.resolve(),
      status: () =>
        Promise.resolve({
          ...{ lastSeq: events.length, openedAt: 0, backlog: events.length },
          ...{ outboxId: 'outbox', earlier: [] },
        }),
      oldestAt: () => Promise.resolve(undefined),
      onAdded: () => ignore,
    },
    close: () => Promise.resolve(),
  }
  return { store, events, commits, failNext: (error: Error) => failures.push(error), areaOf }
}

interface Sent {
  readonly deviceId: string
  readonly commandId: string
  readonly expiresAt: number
  readonly op: string
}

type Answer = (sent: Sent) => Omit<CommandResult & { ok: boolean }, 'commandId'> | undefined

/** Devices at the other end: what they got, and what they answer. */
export function fakeLink() {
  const connected = new Set<string>()
  const sent: (Sent & Record<string, unknown>)[] = []
  const disconnected: string[] = []
  let answer: Answer = () => ({ ok: true })
  let settle: (deviceId: string, result: CommandResult) => void = ignore
  const link: DeviceLink = {
    isConnected: (deviceId) => connected.has(deviceId),
    disconnect: (deviceId) => void disconnected.push(deviceId),
    async send(deviceId, _channel, message) {
      await Promise.resolve()
      if (!connected.has(deviceId)) throw deviceOffline(deviceId)
      const command = { ...(message as Omit<Sent, 'deviceId'>), deviceId }
      sent.push(command)
      const result = answer(command)
      if (result) settle(deviceId, { ...result, commandId: command.commandId } as CommandResult)
    },
  }
  return {
    link,
    connected,
    sent,
    disconnected,
    answerWith: (next: Answer) => (answer = next),
    onSettle: (next: typeof settle) => (settle = next),
    opsOf: (deviceId: string) => sent.filter((command) => command.deviceId === deviceId).map(({ op }) => op),
  }
}

export const deviceOf = (deviceId: string, kind: string, settings: DesiredDevice['settings'] = {}): DesiredDevice => ({
  deviceId,
  kind,
  name: deviceId,
  place: 'test',
  secret: `secret of ${deviceId}`,
  settings,
})

export const compound: readonly DesiredDevice[] = [
  deviceOf('lane-in', 'barrier', { direction: 'in' }),
  deviceOf('lane-out', 'barrier', { direction: 'out' }),
  deviceOf('gate-1', 'face-gate', { building: '1' }),
  deviceOf('gate-2', 'face-gate', { building: '2' }),
  deviceOf('smoke-1', 'smoke', { building: '1' }),
  deviceOf('speaker-1', 'speaker', { zone: 'north' }),
  deviceOf('speaker-2', 'speaker', { zone: 'south' }),
]

export const startTime = 1_780_000_000_000

const noCamera: OnvifConnect = () => Promise.reject(cameraUnreachable('there is none'))

interface EdgeSetup {
  readonly desired?: DesiredFile
  readonly memory?: ReturnType<typeof memoryStore>
  readonly devices?: readonly DesiredDevice[]
}

/** All that decides, with devices, disk and platform played by the test. */
export async function setupEdge({ desired = {}, memory = memoryStore(), devices = compound }: EdgeSetup = {}) {
  const time = { now: startTime }
  const fake = fakeLink()
  const telemetry: TelemetryPoint[] = []
  const shown: { deviceId: string; readings: object }[] = []
  const edge = createEdge({
    drivers,
    store: memory.store,
    spool: {
      append: (point) => {
        telemetry.push(point)
        return Promise.resolve()
      },
    },
    media: { put: () => Promise.resolve('0'.repeat(64)) },
    link: fake.link,
    platform: { sendReadings: (deviceId, _at, readings) => void shown.push({ deviceId, readings }) },
    onvifConnect: noCamera,
    isSecretOf: (secret, { secret: own }) => secret === own,
    secrets: { seal: (secret) => secret, open: (sealed) => sealed },
    onAuthority: ignore,
    onLaneDecided: ignore,
    silentAfterMs: 90_000,
    clock: { now: () => time.now },
    logger: silentLogger,
  })
  onTestFinished(async () => {
    await edge.stop()
    await edge.close()
  })
  await edge.loadDevices()
  await edge.loadAreas()
  for (const [area, body] of Object.entries({ devices: { devices }, ...desired }))
    await edge.desired.apply(area, 1, body)
  fake.onSettle((deviceId, result) => void say(deviceId, 'result', result))
  for (const { deviceId } of devices) {
    fake.connected.add(deviceId)
    edge.hub.connected(deviceId)
  }
  const say = (deviceId: string, channel: UpChannel, message: object) =>
    edge.hub.accept(deviceId, channel, new TextEncoder().encode(JSON.stringify(message)))
  let events = 0
  const happen = (deviceId: string, event: object) => {
    events += 1
    return say(deviceId, 'event', { id: `event-${events}`, at: time.now, ...event })
  }
  const told = <T extends NewAreaEvent['type']>(type: T) =>
    memory.events.filter((event): event is Extract<NewAreaEvent, { type: T }> => event.type === type)
  return { edge, memory, time, telemetry, shown, say, happen, told, ...fake }
}
