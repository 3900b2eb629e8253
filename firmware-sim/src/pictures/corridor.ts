import type { Random } from '../core/seeded-random.ts'
import { box, glow, polygon, shade, vertical, type Point } from './brushwork.ts'
import { font } from './fonts.ts'
import { frameHeight, frameWidth, type Brush, type Layer, type Scene } from './frame.ts'

const vanish: Point = [480, 232]

/** A point of the corridor's cross-section at a depth: 0 is at the lens, 1 infinitely far. */
const at = ([x, y]: Point, depth: number): Point => [x + (vanish[0] - x) * depth, y + (vanish[1] - y) * depth]

const corners = {
  topLeft: [-60, -120],
  topRight: [1020, -120],
  bottomLeft: [-60, 640],
  bottomRight: [1020, 640],
} as const satisfies Record<string, Point>

function drawShell(brush: Brush, wall: string, farWall: string) {
  const end = 0.78
  const { topLeft, topRight, bottomLeft, bottomRight } = corners
  polygon(
    brush,
    [topLeft, topRight, at(topRight, end), at(topLeft, end)],
    vertical(
      brush,
      [0, 180],
      [
        [0, '#d9dcd8'],
        [1, '#b9bdb9'],
      ],
    ),
  )
  polygon(
    brush,
    [bottomLeft, bottomRight, at(bottomRight, end), at(bottomLeft, end)],
    vertical(
      brush,
      [300, 540],
      [
        [0, '#7f827f'],
        [1, '#a7aaa5'],
      ],
    ),
  )
  polygon(brush, [topLeft, at(topLeft, end), at(bottomLeft, end), bottomLeft], wall)
  polygon(brush, [topRight, at(topRight, end), at(bottomRight, end), bottomRight], wall)
  polygon(brush, [at(topLeft, end), at(topRight, end), at(bottomRight, end), at(bottomLeft, end)], farWall)
}

function drawDoors(brush: Brush) {
  for (const side of ['Left', 'Right'] as const) {
    const top: Point = [corners[`top${side}`][0], 30]
    const bottom = corners[`bottom${side}`]
    for (const depth of [0.28, 0.5, 0.64]) {
      const far = depth + (1 - depth) * 0.22
      polygon(brush, [at(top, depth), at(top, far), at(bottom, far), at(bottom, depth)], '#6b4a35')
      const inner = depth + (far - depth) * 0.12
      const outer = far - (far - depth) * 0.12
      polygon(
        brush,
        [at([top[0], 62], inner), at([top[0], 62], outer), at(bottom, outer), at(bottom, inner)],
        '#7f5a41',
      )
      const [hx, hy] = at([top[0], 380], outer)
      box(brush, { x: hx - 3, y: hy - 8, w: 6, h: 14 }, { fill: '#d8c48a', radius: 3 })
    }
  }
}

function drawLamps(brush: Brush) {
  for (const depth of [0.22, 0.48, 0.64, 0.73]) {
    const far = depth + (1 - depth) * 0.12
    polygon(
      brush,
      [at([400, -120], depth), at([560, -120], depth), at([560, -120], far), at([400, -120], far)],
      '#fdfdf4',
    )
    const [x, y] = at([480, -110], depth)
    glow(brush, { x, y, r: 240 * (1 - depth) }, 'rgba(255, 255, 240, 0.35)')
  }
}

function drawExitSign(brush: Brush) {
  box(brush, { x: 428, y: 150, w: 104, h: 30 }, { fill: '#0e8f4d', radius: 4 })
  brush.font = font(16, 700)
  brush.textAlign = 'center'
  brush.fillStyle = '#effff5'
  brush.fillText('安全出口', 480, 171)
}

/** Rises to the ceiling first, then fills the corridor from above. */
function drawSmoke(brush: Brush, random: Random, density: number) {
  brush.save()
  for (let i = 0; i < 80 * density; i += 1) {
    const height = random.next() ** (1.6 - density)
    glow(
      brush,
      {
        x: random.between(-40, frameWidth + 40),
        y: height * frameHeight * (0.35 + 0.6 * density),
        r: random.between(90, 260),
      },
      shade([30, 4, random.int(38, 66)], 0.05 + 0.13 * density),
    )
  }
  brush.fillStyle = vertical(
    brush,
    [0, frameHeight],
    [
      [0, `rgba(104, 101, 98, ${0.8 * density})`],
      [1, `rgba(120, 118, 114, ${0.3 * density})`],
    ],
  )
  brush.fillRect(0, 0, frameWidth, frameHeight)
  brush.restore()
}

const haze = (density: number): Layer => ({ paint: (brush, random) => drawSmoke(brush, random.fork('smoke'), density) })

/** The stairwell corridor of a building; `density` of the smoke from 0 to 1. */
export const corridorScene = (density: number): Scene => ({
  light: 'day',
  layers: [
    {
      paint(brush, random) {
        const hue = random.int(36, 60)
        drawShell(brush, shade([hue, 14, 76]), shade([hue, 12, 66]))
        drawDoors(brush)
        drawLamps(brush)
        drawExitSign(brush)
      },
    },
    ...(density > 0 ? [haze(Math.min(1, density))] : []),
  ],
})
