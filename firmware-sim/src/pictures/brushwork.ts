import type { Brush } from './frame.ts'

export type Point = readonly [x: number, y: number]
export type Stop = readonly [offset: number, colour: string]

export function polygon(brush: Brush, points: readonly Point[], fill: Brush['fillStyle']) {
  brush.beginPath()
  points.forEach(([x, y], index) => (index === 0 ? brush.moveTo(x, y) : brush.lineTo(x, y)))
  brush.closePath()
  brush.fillStyle = fill
  brush.fill()
}

export function ellipse(
  brush: Brush,
  { x, y, rx, ry }: { x: number; y: number; rx: number; ry: number },
  fill: Brush['fillStyle'],
) {
  brush.beginPath()
  brush.ellipse(x, y, rx, ry, 0, 0, Math.PI * 2)
  brush.fillStyle = fill
  brush.fill()
}

export interface Box {
  readonly x: number
  readonly y: number
  readonly w: number
  readonly h: number
}

export function box(
  brush: Brush,
  { x, y, w, h }: Box,
  { fill, radius = 0 }: { fill: Brush['fillStyle']; radius?: number },
) {
  brush.beginPath()
  brush.roundRect(x, y, w, h, radius)
  brush.fillStyle = fill
  brush.fill()
}

/** From top to bottom. */
export function vertical(brush: Brush, [from, to]: readonly [number, number], stops: readonly Stop[]) {
  const gradient = brush.createLinearGradient(0, from, 0, to)
  for (const [offset, colour] of stops) gradient.addColorStop(offset, colour)
  return gradient
}

/** From left to right. */
export function horizontal(brush: Brush, [from, to]: readonly [number, number], stops: readonly Stop[]) {
  const gradient = brush.createLinearGradient(from, 0, to, 0)
  for (const [offset, colour] of stops) gradient.addColorStop(offset, colour)
  return gradient
}

/** A soft round light or shadow; `colour` has an alpha. */
export function glow(brush: Brush, { x, y, r }: { x: number; y: number; r: number }, colour: string) {
  const gradient = brush.createRadialGradient(x, y, 0, x, y, r)
  gradient.addColorStop(0, colour)
  // The same colour, transparent: fading to transparent black would leave a dark ring.
  gradient.addColorStop(1, colour.replace(/[\d.]+\)$/, '0)'))
  brush.fillStyle = gradient
  brush.fillRect(x - r, y - r, 2 * r, 2 * r)
}

/** Adds light instead of covering. */
export function lit(brush: Brush, draw: () => void) {
  brush.save()
  brush.globalCompositeOperation = 'screen'
  draw()
  brush.restore()
}

export type Tone = readonly [hue: number, saturation: number, lightness: number]

/** A colour by hue, saturation and lightness. */
export const shade = ([hue, saturation, lightness]: Tone, alpha = 1) =>
  `hsla(${hue}, ${saturation}%, ${lightness}%, ${alpha})`
