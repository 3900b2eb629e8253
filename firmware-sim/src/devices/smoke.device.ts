import { SmokeCommand, type SmokeEvent, type SmokeReport } from '@gatehouse/gateway/protocol'
import { drift } from '../core/drift.ts'
import { defineSimDevice, type SimContext } from '../core/sim-device.ts'

/** Alarm threshold of a photoelectric detector and the level that ends the alarm, percent per metre. */
const alarmPercent = 8
const clearPercent = 2
const stepMs = 1000
/** The chamber fills in about four seconds and airs out more slowly. */
const fill = 0.35
const airOut = 0.8

export interface SmokeStimulus {
  readonly type: 'smoke'
  /** Level that the smoke reaches, percent per metre. */
  readonly peakPercent: number
  readonly forMs: number
}

interface SmokeState {
  obscurationPercent: number
  temperatureCelsius: number
  batteryMillivolts: number
  /** What the air in the corridor holds; the chamber follows. */
  airPercent: number
  alarm: boolean
  silenced: boolean
}

type Sim = SimContext<SmokeEvent>

const round = (value: number) => Math.round(value * 100) / 100

function judge(detector: SmokeState, sim: Sim) {
  const { obscurationPercent } = detector
  if (!detector.alarm && obscurationPercent >= alarmPercent) {
    detector.alarm = true
    detector.silenced = false
    sim.emit({ type: 'smoke', obscurationPercent })
  } else if (detector.alarm && obscurationPercent < clearPercent) {
    detector.alarm = false
    sim.emit({ type: 'smoke-cleared' })
  }
}

function follow(detector: SmokeState, sim: Sim) {
  const { airPercent, obscurationPercent } = detector
  const speed = airPercent > obscurationPercent ? fill : 1 - airOut
  if (!sim.isStuck())
    detector.obscurationPercent = round(obscurationPercent + (airPercent - obscurationPercent) * speed)
  judge(detector, sim)
  if (Math.abs(detector.obscurationPercent - airPercent) > 0.1) sim.after('follow', stepMs, () => follow(detector, sim))
}

/** A battery detector in a stairwell. Its alarm is its own; silencing stops the horn, not the alarm. */
export const smoke = defineSimDevice<SmokeState, SmokeReport, SmokeEvent, SmokeCommand, SmokeStimulus>({
  kind: 'smoke',
  initial: {
    obscurationPercent: 0.1,
    temperatureCelsius: 21,
    batteryMillivolts: 3050,
    airPercent: 0.1,
    alarm: false,
    silenced: false,
  },
  command: SmokeCommand,
  report: ({ obscurationPercent, temperatureCelsius, batteryMillivolts }) => ({
    obscurationPercent,
    temperatureCelsius,
    batteryMillivolts,
  }),
  onCommand(detector, command, sim) {
    if (command.op === 'silence') {
      detector.silenced = true
      return undefined
    }
    detector.batteryMillivolts -= 1
    if (sim.isStuck()) return { code: 'SELF_TEST_FAILED', message: 'The chamber does not react; replace the detector' }
    return { data: { passed: true, batteryMillivolts: detector.batteryMillivolts } }
  },
  onStimulus(detector, { peakPercent, forMs }, sim) {
    detector.airPercent = peakPercent
    sim.after('follow', stepMs, () => follow(detector, sim))
    sim.after('air-out', forMs, () => {
      detector.airPercent = 0.1
      follow(detector, sim)
    })
  },
  onTick(detector, sim) {
    detector.temperatureCelsius = drift(detector.temperatureCelsius, sim.random)
    if (sim.random.chance(0.02)) detector.batteryMillivolts -= 1
  },
})
