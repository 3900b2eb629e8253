import { BarrierCommand, type BarrierEvent, type BarrierReport, type PlateColour } from '@gatehouse/gateway/protocol'
import { drift } from '../core/drift.ts'
import { defineSimDevice, type Outcome, type SimContext } from '../core/sim-device.ts'

/** A DC boom of four metres; loop and drive-through times of a car at walking pace. */
const travelMs = 1500
const driveThroughMs = 2200
const closeAfterFreeMs = 1000
const closeUnusedMs = 8000
const recognitionMs = 350
const nextCarMs = 1500
/** A car that does not wait for the arm is so close behind. */
const tailgateMs = 500
const forcedOpenMs = 6000
const blockedAfterMs = 60_000

interface Vehicle {
  readonly plate: string
  readonly colour: PlateColour
  readonly confidence: number
  /** How long the driver waits before going back. */
  readonly patienceMs: number
  /** Name of the uploaded picture; the upload runs while the camera reads the plate. */
  readonly picture?: Promise<string | undefined>
  /** Follows the car before it under the open arm instead of waiting for its own turn. */
  readonly tailgates?: boolean
}

export type BarrierStimulus =
  | ({ readonly type: 'vehicle' } & Vehicle)
  | { readonly type: 'call'; readonly picture?: Promise<string | undefined> }
  /** Somebody pushes the arm up. */
  | { readonly type: 'forced' }
  /** Something stands under the arm, where the radar looks. */
  | { readonly type: 'obstacle'; readonly forMs: number }

interface BarrierState {
  arm: BarrierReport['arm']
  loop: boolean
  radar: boolean
  temperatureCelsius: number
  /** Kept up until `release`. */
  held: boolean
  /** What the lane's display shows. */
  display: string[]
  waiting: Vehicle[]
}

type Sim = SimContext<BarrierEvent>

const jammed = { code: 'ARM_STUCK', message: 'The arm does not move; a technician must look at it' } as const

/** Never onto a car: an arm that loop or radar keep up says so when it lasts. */
function lower(barrier: BarrierState, sim: Sim) {
  if (barrier.held || barrier.arm !== 'open') return
  if (barrier.loop || barrier.radar) {
    if (!sim.isPending('blocked')) sim.after('blocked', blockedAfterMs, () => sim.emit({ type: 'blocked' }))
    return
  }
  sim.cancel('blocked')
  barrier.arm = 'closing'
  sim.after('arm', travelMs, () => {
    barrier.arm = 'closed'
    approach(barrier, sim)
  })
}

function driveThrough(barrier: BarrierState, sim: Sim) {
  sim.cancel('patience')
  sim.after('drive', driveThroughMs * sim.random.between(0.85, 1.3), () => leaveLoop(barrier, sim, 'passed'))
}

function raise(barrier: BarrierState, sim: Sim): Outcome {
  if (sim.isStuck()) {
    barrier.arm = 'fault'
    return jammed
  }
  sim.cancel('close')
  if (barrier.arm === 'open' || barrier.arm === 'opening') return undefined
  barrier.arm = 'opening'
  sim.after('arm', travelMs * sim.random.between(0.95, 1.1), () => {
    barrier.arm = 'open'
    if (barrier.loop && !sim.isPending('recognise')) driveThrough(barrier, sim)
    else sim.after('close', closeUnusedMs, () => lower(barrier, sim))
  })
  return undefined
}

function leaveLoop(barrier: BarrierState, sim: Sim, type: 'passed' | 'reversed') {
  sim.cancel('patience')
  barrier.waiting.shift()
  barrier.loop = false
  sim.emit({ type })
  sim.after('close', closeAfterFreeMs, () => lower(barrier, sim))
  const isFollowed = type === 'passed' && barrier.waiting[0]?.tailgates === true
  if (isFollowed) sim.after('approach', tailgateMs, () => tailgate(barrier, sim))
  else sim.after('approach', nextCarMs, () => approach(barrier, sim))
}

/** The second car for one opening: nobody reads it. */
function tailgate(barrier: BarrierState, sim: Sim) {
  barrier.loop = true
  if (!barrier.held) sim.emit({ type: 'tailgated' })
  driveThrough(barrier, sim)
}

function force(barrier: BarrierState, sim: Sim) {
  if (barrier.arm === 'open' || barrier.arm === 'opening') return
  sim.cancel('arm')
  barrier.arm = 'open'
  sim.emit({ type: 'forced' })
  if (barrier.loop) driveThrough(barrier, sim)
  else sim.after('close', forcedOpenMs, () => lower(barrier, sim))
}

function obstruct(barrier: BarrierState, forMs: number, sim: Sim) {
  barrier.radar = true
  if (barrier.arm === 'closing') raise(barrier, sim)
  sim.after('radar', forMs, () => {
    barrier.radar = false
    sim.after('close', closeAfterFreeMs, () => lower(barrier, sim))
  })
}

function recognise(barrier: BarrierState, vehicle: Vehicle, sim: Sim) {
  const { plate, colour, confidence, picture = Promise.resolve(undefined) } = vehicle
  sim.after('recognise', recognitionMs, () => {
    sim.whenReady(picture, (name) => {
      sim.emit({ type: 'plate', plate, colour, confidence, ...(name !== undefined && { picture: name }) })
      if (barrier.arm === 'open' && !sim.isPending('drive')) driveThrough(barrier, sim)
    })
  })
  sim.after('patience', recognitionMs + vehicle.patienceMs, () => leaveLoop(barrier, sim, 'reversed'))
}

/** The first car in the queue rolls onto the loop. One car, one raise: it waits until the arm is down again. */
function approach(barrier: BarrierState, sim: Sim) {
  const vehicle = barrier.waiting[0]
  const isItsTurn = barrier.held || barrier.arm === 'closed' || barrier.arm === 'fault'
  if (!vehicle || barrier.loop || !isItsTurn) return
  barrier.loop = true
  recognise(barrier, vehicle, sim)
}

function onCommand(barrier: BarrierState, command: BarrierCommand, sim: Sim): Outcome {
  switch (command.op) {
    case 'open':
      return raise(barrier, sim)
    case 'hold-open':
      barrier.held = true
      return raise(barrier, sim)
    case 'release':
      barrier.held = false
      sim.after('close', closeAfterFreeMs, () => lower(barrier, sim))
      return undefined
    case 'display':
      barrier.display = [...command.lines]
      return undefined
  }
}

/** Raises on command, lowers itself once loop and radar are free, goes up again when told to while it falls. */
export const barrier = defineSimDevice<BarrierState, BarrierReport, BarrierEvent, BarrierCommand, BarrierStimulus>({
  kind: 'barrier',
  initial: { arm: 'closed', loop: false, radar: false, temperatureCelsius: 24, held: false, display: [], waiting: [] },
  command: BarrierCommand,
  report: ({ arm, loop, radar, temperatureCelsius }) => ({ arm, loop, radar, temperatureCelsius }),
  onCommand,
  onStimulus(state, stimulus, sim) {
    switch (stimulus.type) {
      case 'vehicle':
        state.waiting.push(stimulus)
        if (!sim.isPending('approach')) approach(state, sim)
        return
      case 'call':
        sim.whenReady(stimulus.picture ?? Promise.resolve(undefined), (picture) =>
          sim.emit({ type: 'call', ...(picture !== undefined && { picture }) }),
        )
        return
      case 'forced':
        force(state, sim)
        return
      case 'obstacle':
        obstruct(state, stimulus.forMs, sim)
    }
  },
  onTick(state, sim) {
    if (state.arm === 'fault' && !sim.isStuck()) state.arm = 'closed'
    approach(state, sim)
    state.temperatureCelsius = drift(state.temperatureCelsius, sim.random)
  },
})
