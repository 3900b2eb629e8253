import { FaceGateCommand, type FaceGateEvent, type FaceGateReport } from '@gatehouse/gateway/protocol'
import { drift } from '../core/drift.ts'
import { defineSimDevice, type EventBody, type Outcome, type SimContext } from '../core/sim-device.ts'

/** The terminal needs this long to find and compare a face. */
const recognitionMs = 400
const reactionMs = 700
const walkThroughMs = 3000
const forcedOpenMs = 10_000
/** Time a door may stand open before the terminal complains. */
const heldOpenMs = 20_000

interface Waiting {
  /** How long the person waits before going away. */
  readonly waitMs: number
}

export type FaceGateStimulus =
  | ({
      readonly type: 'face'
      readonly faceId: string
      readonly score: number
      readonly liveness: number
      readonly picture?: Promise<string | undefined>
    } & Waiting)
  | ({ readonly type: 'stranger'; readonly liveness: number; readonly picture?: Promise<string | undefined> } & Waiting)
  | ({ readonly type: 'card'; readonly card: string } & Waiting)
  | { readonly type: 'forced' }
  | { readonly type: 'tamper' }
  /** Somebody wedges the open door. */
  | { readonly type: 'blocked'; readonly forMs: number }

interface FaceGateState {
  door: FaceGateReport['door']
  lock: FaceGateReport['lock']
  temperatureCelsius: number
  someoneWaits: boolean
}

type Sim = SimContext<FaceGateEvent>
type Person = Extract<FaceGateStimulus, Waiting>

function closeDoor(gate: FaceGateState) {
  gate.door = 'closed'
}

function enter(gate: FaceGateState, sim: Sim) {
  if (!gate.someoneWaits || gate.lock === 'locked') return
  gate.someoneWaits = false
  sim.after('enter', reactionMs, () => {
    gate.door = 'open'
    sim.after('door', walkThroughMs, () => closeDoor(gate))
  })
}

function onCommand(gate: FaceGateState, command: FaceGateCommand, sim: Sim): Outcome {
  if (command.op === 'say') return undefined
  if (sim.isStuck()) return { code: 'LOCK_STUCK', message: 'The lock does not move; a technician must look at it' }
  switch (command.op) {
    case 'open':
      // Held open means released already; a short opening must not end it.
      if (gate.lock === 'held-open') break
      gate.lock = 'released'
      sim.after('relock', command.holdSeconds * 1000, () => {
        gate.lock = 'locked'
      })
      break
    case 'hold-open':
      sim.cancel('relock')
      gate.lock = 'held-open'
      break
    case 'release':
      sim.cancel('relock')
      gate.lock = 'locked'
      break
  }
  enter(gate, sim)
  return undefined
}

function describe(stimulus: Person, picture: string | undefined): EventBody<FaceGateEvent> {
  const evidence = picture === undefined ? {} : { picture }
  switch (stimulus.type) {
    case 'card':
      return { type: 'card', card: stimulus.card }
    case 'stranger':
      return { type: 'stranger', liveness: stimulus.liveness, ...evidence }
    case 'face': {
      const { faceId, score, liveness } = stimulus
      return { type: 'face', faceId, score, liveness, ...evidence }
    }
  }
}

/** Somebody stands before the terminal: it tells what it saw, the person waits for the lock. */
function present(gate: FaceGateState, stimulus: Person, sim: Sim) {
  gate.someoneWaits = true
  sim.after('give-up', recognitionMs + stimulus.waitMs, () => {
    gate.someoneWaits = false
  })
  const picture = ('picture' in stimulus ? stimulus.picture : undefined) ?? Promise.resolve(undefined)
  sim.after('recognise', recognitionMs, () => {
    sim.whenReady(picture, (name) => {
      sim.emit(describe(stimulus, name))
      enter(gate, sim)
    })
  })
}

function breakIn(gate: FaceGateState, sim: Sim) {
  gate.door = 'open'
  sim.emit({ type: 'door-alarm', alarm: 'forced' })
  sim.after('door', forcedOpenMs, () => closeDoor(gate))
}

function wedge(gate: FaceGateState, forMs: number, sim: Sim) {
  gate.door = 'open'
  if (forMs >= heldOpenMs) {
    sim.after('complain', heldOpenMs, () => sim.emit({ type: 'door-alarm', alarm: 'held-open' }))
  }
  sim.after('door', forMs, () => closeDoor(gate))
}

/** A terminal with camera, card reader and a magnetic lock that closes by itself. */
export const faceGate = defineSimDevice<
  FaceGateState,
  FaceGateReport,
  FaceGateEvent,
  FaceGateCommand,
  FaceGateStimulus
>({
  kind: 'face-gate',
  initial: { door: 'closed', lock: 'locked', temperatureCelsius: 27, someoneWaits: false },
  command: FaceGateCommand,
  report: ({ door, lock, temperatureCelsius }) => ({ door, lock, temperatureCelsius }),
  onCommand,
  onStimulus(gate, stimulus, sim) {
    switch (stimulus.type) {
      case 'forced':
        breakIn(gate, sim)
        break
      case 'tamper':
        sim.emit({ type: 'door-alarm', alarm: 'tamper' })
        break
      case 'blocked':
        wedge(gate, stimulus.forMs, sim)
        break
      default:
        present(gate, stimulus, sim)
    }
  },
  onTick(gate, sim) {
    gate.temperatureCelsius = drift(gate.temperatureCelsius, sim.random)
  },
})
