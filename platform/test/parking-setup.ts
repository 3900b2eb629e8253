import {
  binary,
  choice,
  command,
  TariffDraft,
  type AreaEventBody,
  type LotView,
  type UplinkDown,
} from '../src/contract/index.ts'
import type { Caller } from '../src/core/ports.ts'
import { plainTariff } from '../src/domain/testing/tariffs.ts'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { createOutbox, furnish, setup, system, type DatabaseKind, type SetupOptions } from './setup.ts'

/** The plain tariff as a person writes it. */
export const draft: TariffDraft = Value.Clean(TariffDraft, structuredClone(plainTariff)) as TariffDraft

export const minute = 60_000
export const hour = 60 * minute
export const picture = (digit: string) => digit.repeat(64)

const lane = {
  arm: choice('Arm', ['closed', 'open']),
  loop: binary('Car on the loop'),
  open: command('Open', Type.Object({})),
  display: command('Show text', Type.Object({ lines: Type.Array(Type.String()), voice: Type.Optional(Type.String()) })),
}
const camera = { snapshot: command('Take a picture', Type.Object({})) }

export const guard: Caller = { username: 'guard1', role: 'guard', scope: 'riverside/east' }
export const otherGuard: Caller = { username: 'guard2', role: 'guard', scope: 'riverside' }
export const stranger: Caller = { username: 'guard3', role: 'guard', scope: 'riverside/west' }
export const keeper: Caller = { username: 'office', role: 'property', scope: 'riverside/east/garden' }

/** A compound with an entrance, an exit and a camera at the exit, run by the plain tariff. */
export async function openLot(
  databaseFor: (kind: DatabaseKind) => Promise<string | undefined>,
  kind: DatabaseKind,
  options: SetupOptions = {},
) {
  const house = await setup({ databaseUrl: await databaseFor(kind), ...options })
  await furnish(house)
  const { services, time, gateway } = house
  const garden = { compoundId: 'garden', place: 'North', secret: 'a long secret' }
  await services.devices.put(system, 'lane-in', {
    ...garden,
    kind: 'barrier',
    name: '北门入口',
    settings: { direction: 'in' },
  })
  await services.devices.put(system, 'lane-out', {
    ...{
      ...garden,
      place: 'South',
      kind: 'barrier',
      name: '南门出口',
      settings: { direction: 'out', camera: 'cam-out' },
    },
  })
  await services.devices.put(system, 'cam-out', {
    ...{ ...garden, place: 'Roof', kind: 'camera', name: 'South camera', address: 'http://10.0.0.5/onvif' },
  })
  const outbox = createOutbox(house, 'gw-garden')
  const online = { online: true, reason: 'connected' }
  const announce = (deviceId: string, capabilities: object) => [
    outbox.record('devices.announced', { kind: 'any', capabilities }, { deviceId }),
    outbox.record('devices.online-changed', online, { deviceId }),
  ]
  await outbox.store([...[...announce('lane-in', lane), ...announce('lane-out', lane), ...announce('cam-out', camera)]])
  await services.parking.rules.addTariff(system, 'garden', draft)

  /** Stores one record as the lanes tell it. */
  async function tell(type: string, body: object, more: { deviceId: string; at?: number; late?: boolean }) {
    await outbox.store([outbox.record(type, body, more)], 'live')
  }

  let count = 0
  /** A read at a lane, with the decision about it. */
  async function decide(
    deviceId: 'lane-in' | 'lane-out',
    type: 'entry-opened' | 'entry-refused' | 'exit-opened' | 'exit-refused' | 'exit-unpaid',
    { late, ...body }: Partial<AreaEventBody<'parking.entry-opened'>> & { late?: boolean } = {},
  ) {
    count += 1
    const decision = { opened: 'open', refused: 'refuse', unpaid: 'pay' }[type.split('-')[1] ?? ''] ?? 'ask'
    await tell(
      `parking.${type}`,
      {
        ...{ eventId: `read${count}`, direction: deviceId === 'lane-in' ? 'in' : 'out', rawPlate: '京A12345' },
        ...{ distance: 0, colour: 'blue', confidence: 95, decision, rule: 'monthly', reason: '欢迎光临' },
        ...body,
      },
      { deviceId, ...(late !== undefined && { late }) },
    )
    return `${deviceId}/${body.eventId ?? `read${count}`}`
  }

  const opened = (plate: string, more: Partial<AreaEventBody<'parking.session-opened'>> = {}) => ({
    ...{ sessionId: `lane-in/${plate}`, plate, rawPlate: plate, vehicleClass: 'small', right: 'temporary' },
    ...{ enteredAt: time.now },
    ...more,
  })
  const closed = (plate: string, more: Partial<AreaEventBody<'parking.session-closed'>> = {}) => ({
    ...{ sessionId: `lane-in/${plate}`, outcome: 'left', leftAt: time.now, tariffVersion: 1 },
    ...{ feeFen: 0, paidFen: 0, waivedFen: 0, debtFen: 0 },
    ...more,
  })
  const enter = (plate: string, more: Partial<AreaEventBody<'parking.session-opened'>> = {}) =>
    tell('parking.session-opened', opened(plate, more), { deviceId: 'lane-in' })
  const leave = (plate: string, more: Partial<AreaEventBody<'parking.session-closed'>> = {}) =>
    tell('parking.session-closed', closed(plate, more), { deviceId: 'lane-out' })

  const sent = <T extends UplinkDown['type']>(type: T) =>
    gateway.sent.map(({ message }) => message).filter((message) => message.type === type) as Extract<
      UplinkDown,
      { type: T }
    >[]

  return { house, services, time, outbox, tell, decide, opened, closed, enter, leave, sent, draft }
}

export type Lot = Awaited<ReturnType<typeof openLot>>

export const laneOf = (lots: readonly LotView[], laneId: string) =>
  lots.flatMap(({ lanes }) => lanes).find((found) => found.laneId === laneId)
