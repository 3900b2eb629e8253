import { createRandom, type Random } from '../core/seeded-random.ts'
import { box, ellipse, polygon, shade, vertical } from './brushwork.ts'
import { drawCar, type Car } from './car.ts'
import { frameHeight, frameWidth, type Brush, type Layer, type Scene } from './frame.ts'
import { drawLook, drawWalker } from './person.ts'
import { drawHedge, drawSky, drawTowers, drawTree, lightWindows, shineLamp } from './surroundings.ts'

const horizon = 170

const backdrop: Layer = {
  paint(brush, random) {
    drawSky(brush, horizon)
    drawTowers(brush, random.fork('towers'), horizon)
  },
  shine: (brush, random) => lightWindows(brush, random.fork('towers'), horizon),
}

function drawGround(brush: Brush, random: Random) {
  brush.fillStyle = vertical(
    brush,
    [horizon, frameHeight],
    [
      [0, '#7d9468'],
      [1, '#5e7a4b'],
    ],
  )
  brush.fillRect(0, horizon, frameWidth, frameHeight)
  for (let i = 0; i < 700; i += 1) {
    const y = random.between(horizon + 6, frameHeight)
    brush.fillStyle = shade([random.int(84, 112), 26, random.int(30, 46)], 0.25)
    brush.fillRect(random.between(0, frameWidth), y, 2 + (y - horizon) / 60, 1.5)
  }
}

/** A winding path, wide at the lens. */
function drawPath(brush: Brush, lean: number) {
  brush.beginPath()
  brush.moveTo(430 + lean, horizon + 8)
  brush.bezierCurveTo(330 + lean, 290, 250 - lean, 380, 130 - lean, frameHeight)
  brush.lineTo(640 - lean, frameHeight)
  brush.bezierCurveTo(600 - lean, 400, 500 + lean, 300, 490 + lean, horizon + 8)
  brush.closePath()
  brush.fillStyle = vertical(
    brush,
    [horizon, frameHeight],
    [
      [0, '#c9c2b4'],
      [1, '#aaa397'],
    ],
  )
  brush.fill()
  brush.strokeStyle = 'rgba(90, 84, 74, 0.5)'
  brush.lineWidth = 3
  brush.stroke()
}

function drawBench(brush: Brush, x: number, y: number) {
  box(brush, { x, y, w: 92, h: 9 }, { fill: '#8a623d', radius: 3 })
  box(brush, { x, y: y - 22, w: 92, h: 8 }, { fill: '#9a7048', radius: 3 })
  for (const leg of [8, 76]) box(brush, { x: x + leg, y: y - 20, w: 7, h: 50 }, { fill: '#3a3c3f', radius: 2 })
}

const parkedPaints = [
  [212, 30, 42],
  [0, 0, 86],
  [0, 0, 22],
  [4, 56, 42],
  [205, 12, 60],
] as const

function drawParkedCars(brush: Brush, random: Random) {
  polygon(
    brush,
    [
      [560, 238],
      [980, 238],
      [1080, 352],
      [600, 352],
    ],
    '#6b7074',
  )
  for (let bay = 0; bay < 5; bay += 1) {
    const x = 612 + bay * 92
    polygon(
      brush,
      [
        [x - 46, 240],
        [x - 43, 240],
        [x - 30 + bay * 4, 350],
        [x - 34 + bay * 4, 350],
      ],
      '#d8dad6',
    )
    if (!random.chance(0.75)) continue
    const car: Car = {
      plate: '',
      colour: 'blue',
      body: random.pick(['sedan', 'suv'] as const),
      paint: random.pick(parkedPaints),
    }
    drawCar(brush, car, { x, y: 330, width: 74 })
  }
}

const scenery = (lean: number): Layer => ({
  paint(brush, random) {
    drawGround(brush, random.fork('ground'))
    drawHedge(brush, random.fork('hedge'), { x: -20, y: horizon + 8, w: 360, h: 34 })
    drawPath(brush, lean)
    drawParkedCars(brush, random.fork('cars'))
    drawBench(brush, 96 + lean, 330)
    const trees = random.fork('trees')
    for (let i = 0; i < 7; i += 1) {
      drawTree(brush, trees, {
        x: trees.pick([40, 170, 260, 700, 830, 930]) + trees.int(-30, 30),
        y: 196 + i * 6,
        size: trees.int(90, 140),
      })
    }
  },
  shine(brush) {
    shineLamp(brush, { x: 250, y: 150, r: 260 })
    shineLamp(brush, { x: 760, y: 170, r: 260 })
  },
})

/** Where a walker is on the path; everybody has a pace and a starting time of their own. */
function drawWalkers(brush: Brush, random: Random, { at, lean }: { at: number; lean: number }) {
  const walkers = Array.from({ length: random.int(2, 4) }, (_, index) => {
    const own = random.fork(`walker-${index}`)
    const look = drawLook(own)
    const periodMs = own.between(30_000, 70_000)
    const along = ((at + own.between(0, periodMs)) % (2 * periodMs)) / periodMs
    const depth = along < 1 ? along : 2 - along
    return { look, depth, side: own.between(-0.35, 0.35) }
  }).sort((a, b) => a.depth - b.depth)
  for (const { look, depth, side } of walkers) {
    const y = horizon + 34 + depth * 300
    const x = 460 + lean - depth * (80 + 2 * lean) + side * (60 + depth * 340)
    drawWalker(brush, look, { x, y, size: 40 + depth * 105, step: at / 160 + side * 9 })
  }
}

/** A lamp post in front, so that the picture has depth. */
function drawPost(brush: Brush) {
  box(brush, { x: 246, y: 150, w: 8, h: 250 }, { fill: '#3c4146', radius: 3 })
  box(brush, { x: 228, y: 138, w: 44, h: 16 }, { fill: '#2d3135', radius: 8 })
  ellipse(brush, { x: 250, y: 402, rx: 22, ry: 6 }, 'rgba(0, 0, 0, 0.35)')
}

/** A courtyard between the buildings with people about; the camera's name decides what the place looks like. */
export function courtyardScene({ cameraName, at }: { readonly cameraName: string; readonly at: number }): Scene {
  const lean = createRandom(cameraName).int(-60, 60)
  return {
    layers: [
      backdrop,
      scenery(lean),
      { isLit: true, paint: (brush, random) => drawWalkers(brush, random.fork('people'), { at, lean }) },
      { paint: drawPost, shine: (brush) => shineLamp(brush, { x: 250, y: 150, r: 90 }) },
    ],
  }
}
