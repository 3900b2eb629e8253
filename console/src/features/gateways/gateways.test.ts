import type { GatewayContinuity } from '@gatehouse/platform/contract'
import { flushPromises } from '@vue/test-utils'
import { expect, onTestFinished, test, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import { provideCompounds } from '../../composables/useCompounds'
import { answering } from '../../testing/answering'
import { createTestRealtime, mountInConsole } from '../../testing/in-console'
import GatewayPage from './GatewayPage.vue'
import GatewaysPage from './GatewaysPage.vue'
import { isStale, problemsOf, problemsOfPlatform, worstFirst } from './health'

const WithCompounds = defineComponent({
  setup() {
    provideCompounds()
    return () => h(GatewaysPage)
  },
})

const now = Date.parse('2026-06-01T03:30:00')
const minute = 60_000

type Figures = NonNullable<GatewayContinuity['figures']>
const figures = (more: Partial<Figures> = {}): Figures => ({
  outbox: { lastSeq: 500, backlog: 0 },
  telemetry: { waitingBytes: 0, bytes: 0, capacityBytes: 1e9, dropped: 0 },
  pictures: { bytes: 0, capacityBytes: 1e9, dropped: 0 },
  disk: { freeBytes: 5e10, bytesPerHour: 1e8, headroomHours: 500, state: 'ok' },
  memoryBytes: 1e8,
  devices: 2,
  ...more,
})
const gateway = (more: Partial<GatewayContinuity> = {}): GatewayContinuity => ({
  gatewayId: 'gw-1',
  compoundId: 'garden',
  online: true,
  lastSeenAt: now,
  reportedAt: now - 10_000,
  backlog: 0,
  figures: figures(),
  stored: { lastSeq: 500, checkedSeq: 500, stored: 500, missing: 0, gaps: [], problems: 0 },
  totals: { devices: 2, withGaps: 0, missing: 0, silent: 0 },
  ...more,
})
const stored = gateway().stored
const disk = figures().disk
const telemetry = figures().telemetry

test.each([
  ['nothing', {}, []],
  ['a gateway that is away', { online: false }, ['away']],
  ['figures that are not renewed', { reportedAt: now - 3 * minute }, ['quiet']],
  ['a full disk', { figures: figures({ disk: { ...disk, state: 'full' as const } }) }, ['diskFull']],
  ['a disk for five hours', { figures: figures({ disk: { ...disk, headroomHours: 5 } }) }, ['roomLow']],
  ['records that never came', { stored: { ...stored, missing: 1 } }, ['recordsMissing']],
  [
    'telemetry lost today',
    { figures: figures({ telemetry: { ...telemetry, dropped: 9, droppedFrom: 1, droppedTo: now - minute } }) },
    ['telemetryLost'],
  ],
  [
    'telemetry lost last week',
    { figures: figures({ telemetry: { ...telemetry, dropped: 9, droppedFrom: 1, droppedTo: now - 9e8 } }) },
    [],
  ],
  [
    'events held up',
    { figures: figures({ outbox: { lastSeq: 1, backlog: 9, oldestAt: now - 6 * minute } }) },
    ['eventsStuck'],
  ],
  ['events on their way', { figures: figures({ outbox: { lastSeq: 1, backlog: 9, oldestAt: now - 4 * minute } }) }, []],
  [
    'telemetry held up',
    { figures: figures({ telemetry: { ...telemetry, waitingBytes: 9, oldestAt: now - 6 * minute } }) },
    ['telemetryStuck'],
  ],
  ['devices with gaps', { totals: { devices: 2, withGaps: 1, missing: 4, silent: 0 } }, ['deviceGaps']],
  ['silent devices', { totals: { devices: 2, withGaps: 0, missing: 0, silent: 1 } }, ['devicesSilent']],
  [
    'silent devices of a gateway that is away',
    { online: false, totals: { devices: 2, withGaps: 0, missing: 0, silent: 1 } },
    ['away'],
  ],
  ['a wrong clock', { clockOffsetMs: -3000 }, ['clock']],
  ['records that were not understood', { stored: { ...stored, problems: 2 } }, ['notUnderstood']],
] as const)('%s is told as such', (_what, more, codes) => {
  expect(problemsOf(gateway(more as Partial<GatewayContinuity>), now).map(({ code }) => code)).toEqual(codes)
})

test('figures are stale when nobody can renew them or nobody does', () => {
  expect(isStale(gateway(), now)).toBe(false)
  expect(isStale(gateway({ online: false }), now)).toBe(true)
  expect(isStale(gateway({ reportedAt: now - 3 * minute }), now)).toBe(true)
})

test('whoever needs somebody comes first', () => {
  const away = gateway({ gatewayId: 'away', online: false })
  const full = gateway({ gatewayId: 'full', figures: figures({ disk: { ...disk, state: 'full' } }) })
  const order = worstFirst([gateway({ gatewayId: 'well' }), away, full], now).map(({ gatewayId }) => gatewayId)
  expect(order).toEqual(['full', 'away', 'well'])
})

test('the disk of the centre is looked after, too', () => {
  const platform = { at: now, memoryBytes: 1, disk }
  expect(problemsOfPlatform(platform)).toEqual([])
  expect(problemsOfPlatform({ ...platform, disk: { ...disk, state: 'low' } })).toHaveLength(1)
})

function atNight() {
  vi.useFakeTimers({ now })
  onTestFinished(() => void vi.useRealTimers())
}

const settle = async () => {
  await flushPromises()
  await vi.advanceTimersByTimeAsync(1000)
}

test('a line says since when it is not true any more, and what to do', async () => {
  atNight()
  const away = gateway({ online: false, lastSeenAt: now - 120 * minute, reportedAt: now - 120 * minute, backlog: 7 })
  answering({
    'GET /api/compounds': () => [],
    'GET /api/continuity': () => ({ platform: { at: now, memoryBytes: 1, disk }, gateways: [away] }),
  })
  const { wrapper } = mountInConsole(WithCompounds)
  onTestFinished(() => wrapper.unmount())
  await settle()
  const line = wrapper.get('[data-testid="gateway-line"]')
  expect(line.attributes()).toMatchObject({ 'data-online': 'false', 'data-stale': 'true' })
  expect(line.get('[data-testid="figures-age"]').text()).toBe('截至 01:30:00，网关已断开 2小时')
  expect(line.text()).toContain('检查网关的电源和网络')
})

test('a line is renewed by what is told, and stale at once when the gateway goes', async () => {
  atNight()
  answering({
    'GET /api/compounds': () => [],
    'GET /api/continuity': () => ({ platform: { at: now, memoryBytes: 1, disk }, gateways: [gateway()] }),
  })
  const realtime = createTestRealtime()
  const { wrapper } = mountInConsole(WithCompounds, { realtime })
  onTestFinished(() => wrapper.unmount())
  await settle()
  const line = () => wrapper.get('[data-testid="gateway-line"]')
  expect(line().attributes('data-stale')).toBe('false')
  realtime.push('continuity:changed', gateway({ totals: { devices: 2, withGaps: 1, missing: 12, silent: 0 } }))
  await settle()
  expect(line().text()).toContain('1 台设备缺 12 条')
  realtime.push('gateway:changed', { id: 'gw-1', compoundId: 'garden', online: false, lastSeq: 1, backlog: 3 })
  await settle()
  expect(line().attributes('data-stale')).toBe('true')
  expect(line().text()).toContain('3 事件待上传')
})

test('a gateway page shows which numbers of a device are missing, and what was lost', async () => {
  atNight()
  const reports = {
    ...{ lastSeq: 90, gaps: 25, missing: 30, duplicates: 1, late: 0, restarts: 2 },
    unknown: { from: now - 9 * minute, to: now - 8 * minute },
    recent: [{ from: 40, to: 42, after: now - 5 * minute, before: now - 4 * minute }],
  }
  answering({
    'GET /api/gateways/gw-1/continuity': () => ({
      gateway: gateway({ totals: { devices: 1, withGaps: 1, missing: 30, silent: 0 } }),
      history: [
        { at: now - minute, backlog: 5, waitingBytes: 0 },
        { at: now, backlog: 0, waitingBytes: 0 },
      ],
      losses: [{ from: now - 3 * minute, to: now - minute, count: 99, reason: 'spool-full' }],
      total: 1,
      devices: [
        {
          ...{ deviceId: 'north-in', name: '北门', kind: 'barrier', online: true, gaps: 25, missing: 30 },
          ...{ lastMessageAt: now - 5000, reportedAt: now, reports },
        },
      ],
    }),
    'GET /api/gateways/gw-1/certificates': () => [],
  })
  const { wrapper } = mountInConsole(GatewayPage, { props: { gatewayId: 'gw-1' } })
  onTestFinished(() => wrapper.unmount())
  await settle()
  const device = wrapper.get('[data-testid="device-gaps"]')
  expect(device.text()).toContain('缺第 40–42 号，03:25:00 至 03:26:00')
  expect(device.text()).toContain('末号 90，缺 30，重复 1，补到 0，重启 2')
  expect(device.text()).toContain('更早的缺号只计数')
  expect(device.text()).toContain('网关自己断电')
  expect(wrapper.get('[data-testid="telemetry-loss"]').text()).toBe('03:27:00 至 03:29:00：99 个数据点，网关缓存已满')
  expect(wrapper.findAll('[data-testid="problem"]').map((item) => item.attributes('data-code'))).toEqual(['deviceGaps'])
})
