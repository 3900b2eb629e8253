import { Type, type Static } from 'typebox'
import { invalidMessage } from '../../errors.ts'
import { eventFields, PlateColour, type VzenithRead } from '../../protocol/index.ts'

const maxPlateLength = 16
const maxCandidates = 9

/** What the camera tells of a lane, in the form of the house. */
export const LaneCameraEvent = Type.Union([
  Type.Object({
    ...eventFields,
    type: Type.Literal('plate'),
    plate: Type.String({ maxLength: maxPlateLength }),
    colour: PlateColour,
    confidence: Type.Number({ minimum: 0, maximum: 100 }),
    candidates: Type.Optional(Type.Array(Type.String({ maxLength: maxPlateLength }), { maxItems: maxCandidates })),
    fake: Type.Optional(Type.Boolean()),
  }),
  Type.Object({ ...eventFields, type: Type.Enum(['passed', 'reversed', 'blocked']) }),
])
export type LaneCameraEvent = Static<typeof LaneCameraEvent>

type PlateResult = VzenithRead['payload']['AlarmInfoPlate']['result']['PlateResult']

/** `colorType`; 6 is the yellow and green of large new-energy vehicles. */
const colours: readonly PlateColour[] = ['unknown', 'blue', 'yellow', 'white', 'black', 'green', 'green']
/** `type`, 0–19: asked when the camera does not name the colour. Civil aviation is green, but not as new energy is. */
const coloursByType: readonly PlateColour[] = [
  ...(['unknown', 'blue', 'black', 'yellow', 'yellow', 'white', 'white', 'unknown', 'white', 'white'] as const),
  ...(['black', 'black', 'unknown', 'yellow', 'black', 'white', 'white', 'white', 'unknown', 'green'] as const),
]
/** What the family calls a car without a plate. */
const unplated: ReadonlySet<string> = new Set(['_无_', '无牌车'])

/** `triggerType` of what is no plate, but seen of the car; 65, a car that moves on again, is no event of ours. */
const carEvents: Readonly<Record<number, 'blocked' | 'reversed' | undefined>> = { 64: 'blocked', 66: 'reversed' }
const movesOn = 65

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Plates in the order of the camera. Throws INVALID_MESSAGE. */
function platesOf({ license, is_encrypted }: PlateResult): string[] {
  if (is_encrypted === 1) throw invalidMessage('license', 'it is encrypted: switch that off in the camera')
  let text: string
  try {
    text = utf8.decode(Uint8Array.from(atob(license), (character) => character.charCodeAt(0)))
  } catch {
    throw invalidMessage('license', 'it is not base64 of UTF-8')
  }
  const plates = text.split('|').map((plate) => plate.trim())
  return plates.map((plate) => (unplated.has(plate) ? '' : plate))
}

function colourOf({ colorType = 0, type = 0 }: PlateResult): PlateColour {
  const named = colours[colorType] ?? 'unknown'
  return named === 'unknown' ? (coloursByType[type] ?? 'unknown') : named
}

/**
 * What an `ivs_result` tells, in the form of the house; `undefined` for what is nothing new.
 * Its name comes from plate number and time of the camera: a repetition has the same one.
 */
export function toLaneEvent({ payload }: VzenithRead): LaneCameraEvent | undefined {
  const read = payload.AlarmInfoPlate.result.PlateResult
  const { sec, usec = 0 } = read.timeStamp.Timeval
  const basics = {
    id: `${read.plateid ?? 0}-${sec}-${usec}`,
    at: sec * 1000 + Math.floor(usec / 1000),
    ...(read.isoffline === 1 && { replayed: true }),
  }
  const { triggerType = 1 } = read
  if (triggerType === movesOn) return undefined
  const type = carEvents[triggerType]
  if (type) return { ...basics, type }
  return { ...basics, ...plateOf(read) }
}

/** The first reading counts; people may choose from the others. */
function plateOf(read: PlateResult) {
  const [plate = '', ...others] = platesOf(read)
  const candidates = [...new Set(others)].filter((other) => other !== '' && other !== plate)
  const fits = candidates.filter(({ length }) => length <= maxPlateLength).slice(0, maxCandidates)
  return {
    ...{ type: 'plate' as const, plate },
    ...{ colour: colourOf(read), confidence: read.confidence ?? 0 },
    ...(fits.length > 0 && { candidates: fits }),
    ...(read.is_fake_plate === 1 && { fake: true }),
  }
}
