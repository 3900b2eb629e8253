import type { Random } from '../core/seeded-random.ts'
import { box, ellipse, glow, lit, shade, vertical } from './brushwork.ts'
import { frameWidth, type Brush } from './frame.ts'

export function drawSky(brush: Brush, horizon: number) {
  brush.fillStyle = vertical(
    brush,
    [0, horizon],
    [
      [0, '#8fb4d6'],
      [0.7, '#c9dcea'],
      [1, '#e6eae6'],
    ],
  )
  brush.fillRect(0, 0, frameWidth, horizon + 2)
}

interface Tower {
  readonly x: number
  readonly w: number
  readonly top: number
  readonly hue: number
}

function towers(random: Random, horizon: number): Tower[] {
  const list: Tower[] = []
  for (let x = random.int(-60, 0); x < frameWidth;) {
    const w = random.int(90, 170)
    list.push({ x, w, top: random.int(10, Math.round(horizon * 0.55)), hue: random.int(18, 44) })
    x += w + random.int(14, 90)
  }
  return list
}

const windows = ({ x, w, top }: Tower, horizon: number) => {
  const panes: { x: number; y: number }[] = []
  for (let y = top + 12; y < horizon - 14; y += 17)
    for (let column = x + 9; column < x + w - 13; column += 19) panes.push({ x: column, y })
  return panes
}

/** Residential towers behind the trees, a little hazy. */
export function drawTowers(brush: Brush, random: Random, horizon: number) {
  for (const tower of towers(random, horizon)) {
    const { x, w, top, hue } = tower
    box(brush, { x, y: top, w, h: horizon - top }, { fill: shade([hue, 16, 74]) })
    box(brush, { x: x + w * 0.72, y: top, w: w * 0.28, h: horizon - top }, { fill: shade([hue, 14, 64]) })
    for (const pane of windows(tower, horizon)) {
      box(brush, { ...pane, w: 10, h: 9 }, { fill: random.chance(0.5) ? '#7f95a6' : '#9db0bd' })
    }
  }
  brush.fillStyle = vertical(
    brush,
    [0, horizon],
    [
      [0, 'rgba(222, 230, 236, 0.15)'],
      [1, 'rgba(222, 230, 236, 0.55)'],
    ],
  )
  brush.fillRect(0, 0, frameWidth, horizon)
}

/** The same towers by night: some people are at home. */
export function lightWindows(brush: Brush, random: Random, horizon: number) {
  lit(brush, () => {
    for (const tower of towers(random, horizon)) {
      for (const pane of windows(tower, horizon)) {
        if (random.chance(0.3))
          box(brush, { ...pane, w: 10, h: 9 }, { fill: shade([random.int(34, 48), 80, 58], 0.75) })
      }
    }
  })
}

export function drawTree(brush: Brush, random: Random, { x, y, size }: { x: number; y: number; size: number }) {
  box(brush, { x: x - size * 0.05, y: y - size * 0.5, w: size * 0.1, h: size * 0.5 }, { fill: '#57462f', radius: 2 })
  const hue = random.int(86, 122)
  for (let i = 0; i < 16; i += 1) {
    const angle = random.between(0, Math.PI * 2)
    const reach = random.between(0, size * 0.3)
    const px = x + Math.cos(angle) * reach * 1.15
    const py = y - size * 0.75 + Math.sin(angle) * reach
    ellipse(
      brush,
      { x: px, y: py, rx: size * random.between(0.12, 0.22), ry: size * random.between(0.1, 0.19) },
      shade(
        [hue + random.int(-8, 8), random.int(22, 36), 26 + (y - size * 0.75 - py) * 0.06 + random.int(0, 12)],
        0.92,
      ),
    )
  }
}

export function drawHedge(
  brush: Brush,
  random: Random,
  { x, y, w, h }: { x: number; y: number; w: number; h: number },
) {
  box(brush, { x, y, w, h }, { fill: '#3f5a34', radius: 8 })
  for (let i = 0; i < w / 7; i += 1) {
    ellipse(
      brush,
      {
        x: x + random.between(4, w - 4),
        y: y + random.between(0, h * 0.7),
        rx: random.between(5, 11),
        ry: random.between(4, 8),
      },
      shade([random.int(92, 116), random.int(24, 38), random.int(24, 38)], 0.8),
    )
  }
}

export function shineLamp(brush: Brush, { x, y, r }: { x: number; y: number; r: number }) {
  lit(brush, () => {
    glow(brush, { x, y, r }, 'rgba(255, 214, 150, 0.5)')
    glow(brush, { x, y, r: r * 0.12 }, 'rgba(255, 247, 228, 1)')
  })
}
