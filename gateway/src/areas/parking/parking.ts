import type { DesiredBody, LaneDecision, NewAreaEvent } from '@gatehouse/platform/contract'
import { decideLane, type LaneVerdict, type PlateColour } from '@gatehouse/platform/domain'
import { isFirstHeld, isHeld } from '../../core/held-changes.ts'
import { causeOf, originOf, textSetting, type CommandData, type House, type SignalHandlers } from '../../core/house.ts'
import type { DeviceSignal, SignalContext } from '../../core/signals.ts'
import { LaneOrders } from './lane-orders.ts'
import { createLanes, type Lanes } from './lanes.ts'
import { createPermits, type Permits } from './permits.ts'

type SignalOf<T> = Extract<DeviceSignal, { type: T }>
type Recognised = SignalOf<'vehicle-recognised'>
type Direction = LaneDecision['direction']

interface Decided {
  readonly verdict: LaneVerdict
  readonly direction: Direction
}

/** Told the time from the plate to the command, ms. */
export type OnDecided = (tookMs: number) => void

const eventTypes = {
  in: {
    open: 'parking.entry-opened',
    refuse: 'parking.entry-refused',
    ask: 'parking.entry-refused',
    pay: 'parking.entry-refused',
  },
  out: {
    open: 'parking.exit-opened',
    refuse: 'parking.exit-refused',
    ask: 'parking.exit-refused',
    pay: 'parking.exit-unpaid',
  },
} as const

/** The lanes: who may drive in and out. */
export class ParkingArea {
  readonly #house: House
  readonly #onDecided: OnDecided
  readonly #permits: Permits
  readonly #lanes: Lanes
  readonly #orders: LaneOrders
  readonly #loaded = Promise.withResolvers<undefined>()

  constructor(house: House, onDecided: OnDecided) {
    this.#house = house
    this.#onDecided = onDecided
    this.#permits = createPermits(house.store)
    this.#lanes = createLanes(house.store)
    this.#orders = new LaneOrders(house)
  }

  readonly signals: SignalHandlers = {
    'vehicle-recognised': (signal, context) => this.#recognised(signal, context),
    'vehicle-passed': (_signal, context) => this.#left('parking.vehicle-passed', context),
    'vehicle-reversed': (_signal, context) => this.#left('parking.vehicle-reversed', context),
    'help-requested': (signal, context) => this.#helpRequested(signal, context),
  }

  /** Whether everything that was stored still fits. */
  isWhole(): boolean {
    return this.#permits.isWhole()
  }

  async load(): Promise<void> {
    await Promise.all([this.#permits.load(), this.#lanes.load()])
    this.#loaded.resolve(undefined)
  }

  async applyDesired({ permits }: DesiredBody<'parking'>): Promise<[]> {
    await this.#loaded.promise
    await this.#permits.replace(permits)
    return []
  }

  applyPayments(_body: DesiredBody<'payments'>): Promise<[]> {
    return Promise.resolve([])
  }

  /** Lets the car in front of a lane through, as an operator has decided. */
  raise({ laneId, expiresAt }: { readonly laneId: string; readonly expiresAt: number }): Promise<CommandData> {
    return this.#house.order({ deviceId: laneId, name: 'open', timeoutMs: expiresAt - this.#house.clock.now() })
  }

  async #recognised(signal: Recognised, context: SignalContext): Promise<void> {
    const started = performance.now()
    await this.#loaded.promise
    const { deviceId, at, replayed } = context
    const lane = this.#lanes.of(deviceId)
    const direction = this.#directionOf(deviceId)
    const verdict = this.#decide(signal, context, direction)
    if (verdict.rule === 'duplicate-read') {
      // The first read speaks for this car; it must be safe before its repetition is acknowledged.
      await lane.durable.catch(() => this.#house.store.commit({ cause: causeOf(context) }))
      return
    }

    // A replayed read is history: that car is long gone.
    if (!replayed) lane.lastRead = { rawPlate: signal.plate, at, decision: verdict.decision }
    if (await this.#keep(signal, context, { verdict, direction })) {
      this.#answer(signal, context, verdict)
      this.#onDecided(performance.now() - started)
    }
  }

  /** Answers whether the decision is on disk now, and is news. */
  async #keep(signal: Recognised, context: SignalContext, { verdict, direction }: Decided): Promise<boolean> {
    const { deviceId, replayed } = context
    const lane = this.#lanes.of(deviceId)
    const opensFor = !replayed && verdict.decision === 'open' ? verdict.matchedPlate : undefined
    const commit = this.#house.store.commit({
      cause: causeOf(context),
      state: opensFor === undefined ? [] : this.#lanes.opened(deviceId, opensFor),
      events: [decisionEvent(signal, context, { verdict, direction })],
    })
    lane.durable = commit
    try {
      const { duplicate } = await commit
      return !replayed && !duplicate
    } catch (error) {
      if (!isHeld(error)) lane.lastRead = undefined // the device will send it again, and then it counts
      // A full disk must keep nobody in; the message is not acknowledged, and is written when there is room.
      if (isFirstHeld(error) && !replayed) this.#answer(signal, context, verdict)
      throw error
    }
  }

  #answer(signal: Recognised, context: SignalContext, verdict: LaneVerdict): void {
    const lane = this.#lanes.of(context.deviceId)
    // The arm did not move: a second look at the same plate must be able to try again.
    this.#orders.answer(context, { ...verdict, rawPlate: signal.plate }, () => {
      lane.lastRead = undefined
    })
  }

  #decide(signal: Recognised, { deviceId, at, replayed }: SignalContext, direction: Direction): LaneVerdict {
    const { lastRead } = this.#lanes.of(deviceId)
    return decideLane({
      rawPlate: signal.plate,
      colour: signal.colour as PlateColour,
      at,
      direction,
      permitsOf: this.#permits.of,
      stayOf: (plate) => (this.#lanes.isInside(plate) ? { right: 'temporary' } : undefined),
      ...(lastRead && !replayed && { lastRead }),
    })
  }

  async #left(type: 'parking.vehicle-passed' | 'parking.vehicle-reversed', context: SignalContext): Promise<void> {
    await this.#loaded.promise
    const { deviceId, eventId, replayed } = context
    const direction = this.#directionOf(deviceId)
    const way = type === 'parking.vehicle-passed' ? direction : 'back'
    await this.#house.store.commit({
      cause: causeOf(context),
      state: replayed ? [] : this.#lanes.left(deviceId, way),
      events: [{ type, ...originOf(context), body: { eventId, direction } }],
    })
  }

  async #helpRequested({ picture }: SignalOf<'help-requested'>, context: SignalContext): Promise<void> {
    await this.#loaded.promise
    const body = { eventId: context.eventId, ...(picture !== undefined && { picture }) }
    const { duplicate } = await this.#house.store.commit({
      cause: causeOf(context),
      events: [{ type: 'parking.help-requested', ...originOf(context), body }],
    })
    if (!duplicate && !context.replayed) this.#orders.reassure(context.deviceId)
  }

  #directionOf(deviceId: string): Direction {
    return textSetting(this.#house.devices.get(deviceId), 'direction') === 'out' ? 'out' : 'in'
  }
}

function decisionEvent(signal: Recognised, context: SignalContext, { verdict, direction }: Decided): NewAreaEvent {
  const body: LaneDecision = {
    eventId: context.eventId,
    direction,
    rawPlate: signal.plate,
    colour: signal.colour,
    confidence: signal.confidence,
    ...verdict,
    ...(signal.picture !== undefined && { picture: signal.picture }),
  }
  return { type: eventTypes[direction][verdict.decision], ...originOf(context), body }
}
