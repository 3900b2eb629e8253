import { createRandom } from '../core/seeded-random.ts'
import { box, horizontal, polygon, shade, vertical } from './brushwork.ts'
import { frameHeight, frameWidth, type Brush, type Layer, type Scene } from './frame.ts'
import { drawPortrait, type Look } from './person.ts'
import { drawHedge, drawTree, shineLamp } from './surroundings.ts'

/** The forecourt of a building as its terminal sees it: out of focus behind the person. */
const forecourt: Layer = {
  blurPx: 3,
  paint(brush, random) {
    brush.fillStyle = vertical(
      brush,
      [0, 330],
      [
        [0, '#b4cadb'],
        [1, '#e4e8e4'],
      ],
    )
    brush.fillRect(0, 0, frameWidth, 330)
    const hue = random.int(16, 42)
    for (const [x, w] of [
      [-30, 250],
      [690, 320],
    ] as const) {
      box(brush, { x, y: 20, w, h: 310 }, { fill: shade([hue, 16, 70]) })
      for (let row = 40; row < 300; row += 46)
        for (let column = x + 22; column < x + w - 30; column += 58) {
          box(brush, { x: column, y: row, w: 32, h: 28 }, { fill: '#8aa0b0', radius: 2 })
        }
    }
    for (let x = 210; x < 720; x += random.int(80, 130))
      drawTree(brush, random, { x, y: 330, size: random.int(150, 230) })
    brush.fillStyle = vertical(
      brush,
      [320, frameHeight],
      [
        [0, '#b7b5ae'],
        [1, '#8d8b85'],
      ],
    )
    brush.fillRect(0, 322, frameWidth, frameHeight)
    for (let i = 0; i < 9; i += 1) {
      polygon(
        brush,
        [
          [480 + (i - 4) * 60, 322],
          [483 + (i - 4) * 60, 322],
          [484 + (i - 4) * 260, 540],
          [476 + (i - 4) * 260, 540],
        ],
        'rgba(70, 70, 66, 0.35)',
      )
    }
    drawHedge(brush, random, { x: -20, y: 300, w: 300, h: 44 })
    drawHedge(brush, random, { x: 700, y: 300, w: 300, h: 44 })
  },
  shine(brush) {
    shineLamp(brush, { x: 300, y: 110, r: 280 })
    shineLamp(brush, { x: 800, y: 150, r: 240 })
  },
}

/** Frame of the entrance door at the left edge, near the lens. */
function drawJamb(brush: Brush) {
  box(
    brush,
    { x: 0, y: 0, w: 74, h: frameHeight },
    {
      fill: horizontal(
        brush,
        [0, 74],
        [
          [0, '#2f353b'],
          [0.8, '#59626b'],
          [1, '#3a4148'],
        ],
      ),
    },
  )
  box(brush, { x: 74, y: 0, w: 10, h: frameHeight }, { fill: 'rgba(0, 0, 0, 0.35)' })
}

/** Corners around the face that the terminal has found. */
function markFace(brush: Brush, { x, y, head }: { x: number; y: number; head: number }, colour: string) {
  const [left, top, size, arm] = [x - head * 0.58, y - head * 0.72, head * 1.16, head * 0.22]
  brush.strokeStyle = colour
  brush.lineWidth = 3
  for (const [cx, cy, dx, dy] of [
    [left, top, 1, 1],
    [left + size, top, -1, 1],
    [left, top + size * 1.16, 1, -1],
    [left + size, top + size * 1.16, -1, -1],
  ] as const) {
    brush.beginPath()
    brush.moveTo(cx + dx * arm, cy)
    brush.lineTo(cx, cy)
    brush.lineTo(cx, cy + dy * arm)
    brush.stroke()
  }
}

export interface Visitor {
  readonly look: Look
  readonly isKnown: boolean
  /** Decides where in the picture the person stands. */
  readonly pose: string
}

function placeOf({ pose }: Visitor) {
  const random = createRandom(pose)
  return { x: 500 + random.int(-50, 50), y: 236 + random.int(-14, 18), head: 216 + random.int(-14, 14) }
}

const mark = (brush: Brush, visitor: Visitor) =>
  markFace(brush, placeOf(visitor), visitor.isKnown ? '#2ecc71' : '#f39c12')

const person = (visitor: Visitor): Layer => ({
  isLit: true,
  paint: (brush) => drawPortrait(brush, visitor.look, placeOf(visitor)),
})

const foreground = (visitor: Visitor): Layer => ({
  paint(brush) {
    drawJamb(brush)
    mark(brush, visitor)
  },
  shine: (brush) => mark(brush, visitor),
})

/** What the camera of an access terminal sees when somebody stands before it. */
export const gateScene = (visitor: Visitor): Scene => ({ layers: [forecourt, person(visitor), foreground(visitor)] })
