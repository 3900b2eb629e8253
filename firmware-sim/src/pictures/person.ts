import type { Random } from '../core/seeded-random.ts'
import { box, ellipse, glow, polygon, shade, vertical } from './brushwork.ts'
import type { Brush } from './frame.ts'

/** How somebody looks. Drawn people only: no picture of the simulator shows anybody who exists. */
export interface Look {
  readonly skin: string
  readonly hair: 'short' | 'long' | 'bun' | 'bald'
  readonly hairColour: string
  readonly hat: 'none' | 'cap' | 'beanie' | 'sunhat'
  readonly coatHue: number
  readonly coatTone: number
  readonly glasses: boolean
  readonly mask: boolean
  readonly scarf: boolean
}

const skins = ['#f1c9a5', '#e8b98f', '#dca67c', '#f5d3b3']
const hairColours = ['#1b1715', '#2a211c', '#3b2c22', '#6f6a66', '#b9b6b2']

export function drawLook(random: Random): Look {
  return {
    skin: random.pick(skins),
    hair: random.pick(['short', 'short', 'long', 'bun', 'bald'] as const),
    hairColour: random.pick(hairColours),
    hat: random.pick(['none', 'none', 'none', 'cap', 'beanie', 'sunhat'] as const),
    coatHue: random.int(0, 359),
    coatTone: random.int(24, 46),
    glasses: random.chance(0.35),
    mask: random.chance(0.15),
    scarf: random.chance(0.25),
  }
}

/** A stranger in the picture hides the face a little. */
export const hideFace = (look: Look): Look => ({ ...look, hat: 'cap', mask: true, coatHue: 220, coatTone: 16 })

interface Place {
  /** Middle of the face. */
  readonly x: number
  readonly y: number
  /** Height of the head. */
  readonly head: number
}

const coat = ({ coatHue, coatTone }: Look, by = 0) => shade([coatHue, 28, Math.max(6, coatTone + by)])

function drawHairBehind(brush: Brush, { hair, hairColour }: Look, { x, y, head }: Place) {
  if (hair === 'long') {
    box(
      brush,
      { x: x - head * 0.46, y: y - head * 0.42, w: head * 0.92, h: head * 1.2 },
      { fill: hairColour, radius: head * 0.36 },
    )
  }
  if (hair === 'bun') ellipse(brush, { x, y: y - head * 0.66, rx: head * 0.2, ry: head * 0.18 }, hairColour)
}

function drawShoulders(brush: Brush, look: Look, { x, y, head }: Place) {
  const top = y + head * 0.52
  box(brush, { x: x - head * 0.17, y: y + head * 0.3, w: head * 0.34, h: head * 0.42 }, { fill: look.skin, radius: 12 })
  brush.beginPath()
  brush.moveTo(x - head * 1.15, top + head * 2.2)
  brush.bezierCurveTo(x - head * 1.15, top + head * 0.35, x - head * 0.62, top + head * 0.16, x - head * 0.22, top)
  brush.quadraticCurveTo(x, top + head * 0.24, x + head * 0.22, top)
  brush.bezierCurveTo(
    x + head * 0.62,
    top + head * 0.16,
    x + head * 1.15,
    top + head * 0.35,
    x + head * 1.15,
    top + head * 2.2,
  )
  brush.closePath()
  brush.fillStyle = vertical(
    brush,
    [top, top + head * 1.8],
    [
      [0, coat(look, 8)],
      [1, coat(look, -8)],
    ],
  )
  brush.fill()
  polygon(
    brush,
    [
      [x - head * 0.24, top - head * 0.02],
      [x, top + head * 0.5],
      [x - head * 0.1, top + head * 0.62],
      [x - head * 0.4, top + head * 0.16],
    ],
    coat(look, 14),
  )
  polygon(
    brush,
    [
      [x + head * 0.24, top - head * 0.02],
      [x, top + head * 0.5],
      [x + head * 0.1, top + head * 0.62],
      [x + head * 0.4, top + head * 0.16],
    ],
    coat(look, 3),
  )
  if (!look.scarf) return
  const scarf = shade([(look.coatHue + 150) % 360, 45, 48])
  box(
    brush,
    { x: x - head * 0.36, y: top - head * 0.1, w: head * 0.72, h: head * 0.26 },
    { fill: scarf, radius: head * 0.12 },
  )
  box(
    brush,
    { x: x + head * 0.04, y: top + head * 0.06, w: head * 0.2, h: head * 0.7 },
    { fill: scarf, radius: head * 0.05 },
  )
}

function drawFace(brush: Brush, look: Look, { x, y, head }: Place) {
  for (const side of [-1, 1]) {
    ellipse(brush, { x: x + side * head * 0.38, y: y + head * 0.04, rx: head * 0.06, ry: head * 0.1 }, look.skin)
  }
  brush.beginPath()
  brush.moveTo(x - head * 0.38, y - head * 0.12)
  brush.bezierCurveTo(
    x - head * 0.38,
    y - head * 0.62,
    x + head * 0.38,
    y - head * 0.62,
    x + head * 0.38,
    y - head * 0.12,
  )
  brush.bezierCurveTo(x + head * 0.38, y + head * 0.3, x + head * 0.2, y + head * 0.5, x, y + head * 0.5)
  brush.bezierCurveTo(x - head * 0.2, y + head * 0.5, x - head * 0.38, y + head * 0.3, x - head * 0.38, y - head * 0.12)
  brush.fillStyle = look.skin
  brush.fill()
  brush.save()
  brush.clip()
  glow(brush, { x: x + head * 0.42, y: y + head * 0.1, r: head * 0.5 }, 'rgba(90, 40, 20, 0.28)')
  brush.restore()
  for (const side of [-1, 1]) {
    const eye = x + side * head * 0.16
    brush.strokeStyle = look.hairColour
    brush.lineWidth = head * 0.025
    brush.beginPath()
    brush.moveTo(eye - head * 0.08, y - head * 0.09)
    brush.quadraticCurveTo(eye, y - head * 0.13, eye + head * 0.08, y - head * 0.09)
    brush.stroke()
    ellipse(brush, { x: eye, y: y - head * 0.01, rx: head * 0.052, ry: head * 0.027 }, '#fbf8f4')
    ellipse(brush, { x: eye, y: y - head * 0.01, rx: head * 0.025, ry: head * 0.027 }, '#2a1d16')
  }
  brush.strokeStyle = 'rgba(120, 60, 40, 0.5)'
  brush.beginPath()
  brush.moveTo(x - head * 0.01, y + head * 0.02)
  brush.quadraticCurveTo(x + head * 0.06, y + head * 0.16, x - head * 0.02, y + head * 0.17)
  brush.stroke()
  brush.strokeStyle = '#a8564a'
  brush.beginPath()
  brush.moveTo(x - head * 0.09, y + head * 0.29)
  brush.quadraticCurveTo(x, y + head * 0.33, x + head * 0.09, y + head * 0.29)
  brush.stroke()
}

function drawExtras(brush: Brush, look: Look, { x, y, head }: Place) {
  if (look.mask) {
    box(
      brush,
      { x: x - head * 0.29, y: y + head * 0.1, w: head * 0.58, h: head * 0.33 },
      {
        fill: vertical(
          brush,
          [y, y + head * 0.45],
          [
            [0, '#dce9f2'],
            [1, '#a9c3d6'],
          ],
        ),
        radius: head * 0.1,
      },
    )
  }
  if (!look.glasses) return
  brush.strokeStyle = '#1d1f22'
  brush.lineWidth = head * 0.022
  for (const side of [-1, 1]) {
    brush.beginPath()
    brush.roundRect(x + side * head * 0.16 - head * 0.11, y - head * 0.08, head * 0.22, head * 0.14, head * 0.05)
    brush.stroke()
  }
}

function drawHair(brush: Brush, { hair, hairColour }: Look, { x, y, head }: Place) {
  if (hair === 'bald') return
  brush.beginPath()
  brush.moveTo(x - head * 0.41, y + (hair === 'short' ? 0 : head * 0.12))
  brush.bezierCurveTo(
    x - head * 0.5,
    y - head * 0.75,
    x + head * 0.5,
    y - head * 0.75,
    x + head * 0.41,
    y + (hair === 'short' ? 0 : head * 0.12),
  )
  brush.quadraticCurveTo(x + head * 0.34, y - head * 0.24, x + head * 0.2, y - head * 0.3)
  brush.quadraticCurveTo(x - head * 0.1, y - head * 0.18, x - head * 0.33, y - head * 0.24)
  brush.closePath()
  brush.fillStyle = hairColour
  brush.fill()
}

function drawHat(brush: Brush, look: Look, { x, y, head }: Place) {
  if (look.hat === 'none') return
  const colour = shade([(look.coatHue + 35) % 360, look.hat === 'sunhat' ? 34 : 30, look.hat === 'sunhat' ? 74 : 26])
  brush.beginPath()
  brush.moveTo(x - head * 0.42, y - head * 0.2)
  brush.bezierCurveTo(x - head * 0.46, y - head * 0.8, x + head * 0.46, y - head * 0.8, x + head * 0.42, y - head * 0.2)
  brush.closePath()
  brush.fillStyle = colour
  brush.fill()
  const brim = { cap: [0.3, 0.1], beanie: [0.44, 0.08], sunhat: [0.78, 0.1] }[look.hat]
  ellipse(
    brush,
    {
      x: x + (look.hat === 'cap' ? head * 0.12 : 0),
      y: y - head * 0.2,
      rx: head * (brim[0] ?? 0.4),
      ry: head * (brim[1] ?? 0.1),
    },
    look.hat === 'sunhat' ? shade([(look.coatHue + 35) % 360, 34, 66]) : shade([look.coatHue, 20, 18]),
  )
}

/** Head and shoulders, as the camera of an access terminal sees somebody. */
export function drawPortrait(brush: Brush, look: Look, place: Place) {
  drawHairBehind(brush, look, place)
  drawShoulders(brush, look, place)
  drawFace(brush, look, place)
  drawExtras(brush, look, place)
  drawHair(brush, look, place)
  drawHat(brush, look, place)
}

/** A small figure from afar; `step` swings the legs. */
export function drawWalker(
  brush: Brush,
  look: Look,
  { x, y, size, step }: { x: number; y: number; size: number; step: number },
) {
  const swing = Math.sin(step) * size * 0.13
  brush.lineCap = 'round'
  brush.strokeStyle = '#23262c'
  brush.lineWidth = size * 0.1
  for (const side of [-1, 1]) {
    brush.beginPath()
    brush.moveTo(x, y - size * 0.45)
    brush.lineTo(x + side * swing, y - size * 0.02)
    brush.stroke()
  }
  box(
    brush,
    { x: x - size * 0.14, y: y - size * 0.84, w: size * 0.28, h: size * 0.46 },
    { fill: coat(look, 6), radius: size * 0.1 },
  )
  ellipse(brush, { x, y: y - size * 0.93, rx: size * 0.09, ry: size * 0.11 }, look.skin)
  ellipse(
    brush,
    { x, y: y - size * 0.97, rx: size * 0.1, ry: size * 0.08 },
    look.hat === 'none' ? look.hairColour : coat(look, 20),
  )
}
