import type { OnvifEvent } from '../../core/ports.ts'

/** What a camera can notice, by capability name. */
export type State = 'motion' | 'tampered' | 'pictureFault' | 'hardwareFault' | 'sound' | 'input' | 'relay'

export interface Meaning {
  readonly reading: State
  /** Data items that carry the state, in order of preference; vendors do not agree on the name. */
  readonly items: readonly string[]
  /** The topic tells that something happened, not that it goes on: it counts this long. */
  readonly pulseMs?: number
}

const state = (reading: State, ...items: string[]): Meaning => ({ reading, items: [...items, 'State'] })

/**
 * Topics without prefixes → meaning. A topic below an entry means the same (`…/GlobalSceneChange/ImagingService`,
 * `…/HardwareFailure/StorageFailure`), and the longest entry counts.
 */
export const topics: Readonly<Record<string, Meaning>> = {
  'RuleEngine/CellMotionDetector/Motion': state('motion', 'IsMotion'),
  'RuleEngine/MotionRegionDetector/Motion': state('motion', 'IsMotion'), // Bosch, Uniview
  'VideoSource/MotionAlarm': state('motion'), // Axis, Hanwha, most ODM firmware
  'VideoAnalytics/Motion': state('motion', 'IsMotion'), // early Dahua firmware
  'RuleEngine/FieldDetector/ObjectsInside': state('motion', 'IsInside'),
  // Without a state by the standard; Dahua sends IsCrossed, and never its end.
  'RuleEngine/LineDetector/Crossed': { ...state('motion', 'IsCrossed'), pulseMs: 5000 },
  'RuleEngine/MyRuleDetector': state('motion'), // Reolink: PeopleDetect, VehicleDetect, FaceDetect, DogCatDetect …
  'RuleEngine/TamperDetector/Tamper': state('tampered', 'IsTamper'),
  'VideoSource/GlobalSceneChange': state('tampered'), // turned away or covered
  // Night, fog and headlights do the same, so these are no alarm.
  'VideoSource/ImageTooDark': state('pictureFault'),
  'VideoSource/ImageTooBright': state('pictureFault'),
  'VideoSource/ImageTooBlurry': state('pictureFault'),
  'Device/HardwareFailure': state('hardwareFault', 'Failed', 'PowerSupplyFailed'),
  'AudioAnalytics/Audio/DetectedSound': state('sound', 'isSoundDetected', 'IsSoundDetected'),
  'Device/Trigger/DigitalInput': state('input', 'LogicalState'),
  'Device/Trigger/Relay': state('relay', 'LogicalState'),
}

/** Carries a number instead of a state. */
export const counterTopic = 'RuleEngine/CountAggregation/Counter'

/** Names that the token of the source goes by. */
const sourceAliases = [
  'VideoSourceConfigurationToken',
  'VideoSourceToken',
  'VideoSource',
  'VideoAnalyticsConfigurationToken',
  'AudioSourceConfigurationToken',
  'InputToken',
  'RelayToken',
  'Token',
  'Source',
]

/** `tns1:RuleEngine/tnsaxis:VMD3` → `RuleEngine/VMD3`: prefixes are the sender's choice. */
export const plainTopic = (topic: string) =>
  topic
    .split('/')
    .map((level) => level.slice(level.indexOf(':') + 1).trim())
    .join('/')

export function meaningOf(topic: string): Meaning | undefined {
  const levels = topic.split('/')
  for (let depth = levels.length; depth > 0; depth -= 1) {
    const entry = levels.slice(0, depth).join('/')
    if (Object.hasOwn(topics, entry)) return topics[entry]
  }
  return undefined
}

const values: Readonly<Record<string, boolean>> = {
  true: true,
  '1': true,
  active: true,
  false: false,
  '0': false,
  inactive: false,
}

/** `undefined` when the event carries no state that we understand. */
export function activeOf({ items, pulseMs }: Meaning, event: OnvifEvent): boolean | undefined {
  const carried = items.map((item) => event.values[item]).find((value) => value !== undefined)
  if (carried === undefined) return pulseMs === undefined ? undefined : true
  return values[carried.trim().toLowerCase()]
}

/** Which detector of which source: a camera may have several that share a topic. */
export function sourceOf(topic: string, event: OnvifEvent): string {
  const token = sourceAliases.map((name) => event.values[name]).find((value) => value !== undefined)
  return [topic, token ?? '', event.values.Rule ?? ''].join('|')
}
