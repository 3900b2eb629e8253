import { createCanvas, type Canvas, type SKRSContext2D } from '@napi-rs/canvas'
import { createRandom, type Random } from '../core/seeded-random.ts'
import { font } from './fonts.ts'

export type Brush = SKRSContext2D
export type Light = 'day' | 'dusk' | 'night'

export const frameWidth = 960
export const frameHeight = 540
const jpegQuality = 74

/** What a camera burns into its picture. */
export interface Shot {
  readonly cameraName: string
  /** UTC ms; printed in the camera's time zone. */
  readonly at: number
  readonly timeZone: string
}

/** One depth of a scene: as it looks by day, and what shines by itself or under a lamp when it is dark. */
export interface Layer {
  readonly paint: (brush: Brush, random: Random) => void
  readonly shine?: (brush: Brush, random: Random) => void
  /** Stands under a lamp when it is dark. */
  readonly isLit?: boolean
  /** Out of focus by so many pixels. */
  readonly blurPx?: number
}

export interface Scene {
  /** From back to front; what is in front hides the lights behind it. */
  readonly layers: readonly Layer[]
  /** Lamps of an indoor scene burn at any hour. */
  readonly light?: Light
}

const partsOf = (at: number, timeZone: string) =>
  Object.fromEntries(
    new Intl.DateTimeFormat('en-CA', {
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
      timeZone,
    })
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  )

/** Day, dusk or night at the camera. */
export function lightAt(at: number, timeZone: string): Light {
  const hour = Number(partsOf(at, timeZone)['hour'])
  if (hour >= 7 && hour < 17) return 'day'
  return (hour >= 6 && hour < 7) || (hour >= 17 && hour < 19) ? 'dusk' : 'night'
}

export function stampTime(at: number, timeZone: string): string {
  const { year, month, day, hour, minute, second } = partsOf(at, timeZone)
  return `${year ?? ''}-${month ?? ''}-${day ?? ''} ${hour ?? ''}:${minute ?? ''}:${second ?? ''}`
}

const underLamp = 'rgb(186, 180, 176)'
const grading: Record<Exclude<Light, 'day'>, string> = {
  dusk: 'rgb(196, 168, 168)',
  night: 'rgb(58, 70, 104)',
}

let grain: Canvas | undefined

/** Sensor noise: one tile, shifted for each picture. */
function grainTile(): Canvas {
  if (grain) return grain
  grain = createCanvas(192, 192)
  const brush = grain.getContext('2d')
  const random = createRandom('grain')
  const pixels = brush.createImageData(192, 192)
  for (let i = 0; i < pixels.data.length; i += 4) {
    const value = random.int(0, 255)
    pixels.data.set([value, value, value, 255], i)
  }
  brush.putImageData(pixels, 0, 0)
  return grain
}

function addGrain(brush: Brush, random: Random, amount: number) {
  const tile = grainTile()
  brush.save()
  brush.globalCompositeOperation = 'overlay'
  brush.globalAlpha = amount
  const shiftX = random.int(0, 191)
  const shiftY = random.int(0, 191)
  for (let x = -shiftX; x < frameWidth; x += 192)
    for (let y = -shiftY; y < frameHeight; y += 192) brush.drawImage(tile, x, y)
  brush.restore()
}

let scratch: { readonly layer: Canvas; readonly mask: Canvas } | undefined

/** Drawing is synchronous, so all pictures share two canvases; hundreds of cameras would fill the memory with theirs. */
function cleared(name: 'layer' | 'mask'): Canvas {
  scratch ??= { layer: createCanvas(frameWidth, frameHeight), mask: createCanvas(frameWidth, frameHeight) }
  const canvas = scratch[name]
  canvas.getContext('2d').clearRect(0, 0, frameWidth, frameHeight)
  return canvas
}

/** Darkens what was painted and leaves the rest transparent. */
function grade(canvas: Canvas, colour: string) {
  const mask = cleared('mask')
  mask.getContext('2d').drawImage(canvas, 0, 0)
  const brush = canvas.getContext('2d')
  brush.save()
  brush.globalCompositeOperation = 'multiply'
  brush.fillStyle = colour
  brush.fillRect(0, 0, frameWidth, frameHeight)
  brush.globalCompositeOperation = 'destination-in'
  brush.drawImage(mask, 0, 0)
  brush.restore()
}

function drawLayer({ paint, shine, isLit }: Layer, light: Light, random: () => Random): Canvas {
  const canvas = cleared('layer')
  const brush = canvas.getContext('2d')
  brush.save()
  paint(brush, random())
  brush.restore()
  if (light === 'day') return canvas
  grade(canvas, isLit === true ? underLamp : grading[light])
  brush.save()
  shine?.(brush, random())
  brush.restore()
  return canvas
}

function vignette(brush: Brush) {
  const shade = brush.createRadialGradient(480, 250, 260, 480, 270, 640)
  shade.addColorStop(0, 'rgba(0, 0, 0, 0)')
  shade.addColorStop(1, 'rgba(0, 0, 0, 0.5)')
  brush.fillStyle = shade
  brush.fillRect(0, 0, frameWidth, frameHeight)
}

/** White with a dark rim, readable on snow and at night, as cameras print it. */
function print(brush: Brush, text: string, { x, y, align }: { x: number; y: number; align: 'left' | 'right' }) {
  brush.font = font(22, 600)
  brush.textAlign = align
  brush.lineWidth = 4
  brush.lineJoin = 'round'
  brush.strokeStyle = 'rgba(0, 0, 0, 0.75)'
  brush.strokeText(text, x, y)
  brush.fillStyle = '#fff'
  brush.fillText(text, x, y)
}

/** Takes the picture: the same scene, shot and seed give the same bytes. The seed is the place: what stands still. */
export async function photograph(scene: Scene, shot: Shot, seed: string): Promise<Uint8Array> {
  const canvas = createCanvas(frameWidth, frameHeight)
  const brush = canvas.getContext('2d')
  const light = scene.light ?? lightAt(shot.at, shot.timeZone)
  for (const layer of scene.layers) {
    brush.filter = layer.blurPx === undefined ? 'none' : `blur(${layer.blurPx}px)`
    brush.drawImage(
      drawLayer(layer, light, () => createRandom(seed)),
      0,
      0,
    )
  }
  brush.filter = 'none'
  vignette(brush)
  addGrain(brush, createRandom(`${seed}/${shot.at}`), light === 'night' ? 0.1 : 0.045)
  print(brush, stampTime(shot.at, shot.timeZone), { x: 22, y: 38, align: 'left' })
  print(brush, shot.cameraName, { x: frameWidth - 22, y: frameHeight - 22, align: 'right' })
  return canvas.encode('jpeg', jpegQuality)
}
