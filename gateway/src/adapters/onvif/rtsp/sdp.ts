import { cameraStreamInvalid, cameraStreamMissing } from '../../../errors.ts'
import { h264Size, type PictureSize } from './h264-size.ts'

export interface VideoTrack extends Partial<PictureSize> {
  readonly codec: string
  readonly clockRate: number
  /** Where the track is set up, if it tells. */
  readonly control?: string
}

const mostLines = 1000
const longestLine = 4096
const largestSide = 16_384
/** Payload types that need no map (RFC 3551). */
const staticCodecs: Readonly<Record<string, string>> = { 26: 'JPEG', 31: 'H261', 32: 'MPV', 33: 'MP2T', 34: 'H263' }

function linesOf(description: string): readonly string[] {
  const lines = description.split('\n', mostLines + 1).map((line) => line.trimEnd())
  if (lines.length > mostLines || lines.some((line) => line.length > longestLine))
    throw cameraStreamInvalid('its description is longer than any')
  if (lines.find((line) => line !== '') !== 'v=0') throw cameraStreamInvalid('its description is no SDP')
  return lines
}

/** The lines of the first video section, from `m=video` to the next section. */
function videoSectionOf(lines: readonly string[]): readonly string[] {
  const start = lines.findIndex((line) => line.startsWith('m=video '))
  if (start === -1) throw cameraStreamMissing('it holds no video')
  const length = lines.slice(start + 1).findIndex((line) => line.startsWith('m='))
  return lines.slice(start, length === -1 ? undefined : start + 1 + length)
}

/** `mode=1;sets=Z2QA==,aO4=` by name; values may hold equals signs. */
function parametersOf(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split(';', 50).map((part) => {
      const [name = '', ...value] = part.split('=')
      return [name.trim().toLowerCase(), value.join('=').trim()]
    }),
  )
}

function sizeOf(width: number, height: number): PictureSize | undefined {
  const isSide = (side: number) => Number.isInteger(side) && side > 0 && side <= largestSide
  return isSide(width) && isSide(height) ? { width, height } : undefined
}

/** Looks attributes up: those of the track, and those of the format that it is offered in first. */
function attributesOf(section: readonly string[], payload: string) {
  const after = (start: string) =>
    section
      .find((line) => line.startsWith(start))
      ?.slice(start.length)
      .trim()
  return {
    ofTrack: (name: string) => after(`a=${name}:`),
    ofFormat: (name: string) => after(`a=${name}:${payload} `),
  }
}
type Attributes = ReturnType<typeof attributesOf>

/** What the encoder itself says counts; makers' attributes are for everything that is not H.264. */
function pictureSizeOf({ ofTrack, ofFormat }: Attributes): PictureSize | undefined {
  const sets = parametersOf(ofFormat('fmtp') ?? '').get('sprop-parameter-sets')
  const told = h264Size(sets?.split(',', 1)[0] ?? '')
  const named = ofFormat('framesize') ?? ofTrack('x-dimensions') ?? ''
  const [, width, height] = /^(\d{1,5})[,-](\d{1,5})$/.exec(named) ?? []
  return (told && sizeOf(told.width, told.height)) ?? sizeOf(Number(width), Number(height))
}

function formatOf(payload: string, { ofFormat }: Attributes): Pick<VideoTrack, 'codec' | 'clockRate'> {
  const [, codec = staticCodecs[payload], rate = '90000'] =
    /^([\w.+-]{1,32})\/([1-9]\d{0,8})(?:\/|$)/.exec(ofFormat('rtpmap') ?? '') ?? []
  if (codec === undefined) throw cameraStreamInvalid('its description does not tell how the video is encoded')
  return { codec: codec.toUpperCase(), clockRate: Number(rate) }
}

/** The video track of a stream's description (RFC 4566). Throws CAMERA_STREAM_INVALID or CAMERA_STREAM_MISSING. */
export function videoTrackOf(description: string): VideoTrack {
  const section = videoSectionOf(linesOf(description))
  const payload = /^m=video \d{1,5}(?:\/\d{1,5})? [\w/]{1,30} (\d{1,3})(?: |$)/.exec(section[0] ?? '')?.[1]
  if (payload === undefined) throw cameraStreamInvalid('its description has a video section without a format')
  const attributes = attributesOf(section, payload)
  const control = attributes.ofTrack('control')?.slice(0, 1024)
  return {
    ...formatOf(payload, attributes),
    ...(control !== undefined && { control }),
    ...pictureSizeOf(attributes),
  }
}
