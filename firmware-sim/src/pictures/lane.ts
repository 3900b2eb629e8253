import { createRandom, type Random } from '../core/seeded-random.ts'
import { box, glow, lit, polygon, vertical } from './brushwork.ts'
import { drawCar, drawCarPlate, shineHeadlamps, type Car, type CarPlace } from './car.ts'
import { font } from './fonts.ts'
import { frameHeight, frameWidth, type Brush, type Layer, type Scene } from './frame.ts'
import { drawHedge, drawSky, drawTowers, drawTree, lightWindows, shineLamp } from './surroundings.ts'

const horizon = 196

function drawRoad(brush: Brush, random: Random) {
  brush.fillStyle = vertical(
    brush,
    [horizon, frameHeight],
    [
      [0, '#a3a8a4'],
      [1, '#777d78'],
    ],
  )
  brush.fillRect(0, horizon, frameWidth, frameHeight - horizon)
  polygon(
    brush,
    [
      [392, horizon],
      [580, horizon],
      [1010, frameHeight],
      [-40, frameHeight],
    ],
    vertical(
      brush,
      [horizon, frameHeight],
      [
        [0, '#7d8286'],
        [1, '#4d5256'],
      ],
    ),
  )
  for (let i = 0; i < 420; i += 1) {
    const y = random.between(horizon + 10, frameHeight)
    brush.fillStyle = random.chance(0.5) ? 'rgba(255, 255, 255, 0.035)' : 'rgba(0, 0, 0, 0.05)'
    brush.fillRect(random.between(0, frameWidth), y, random.between(4, 26), 1.6)
  }
  const kerbs = [
    [
      [385, horizon],
      [392, horizon],
      [-40, frameHeight],
      [-110, frameHeight],
    ],
    [
      [580, horizon],
      [587, horizon],
      [1080, frameHeight],
      [1010, frameHeight],
    ],
  ] as const
  for (const kerb of kerbs) polygon(brush, kerb, '#cfd2ce')
}

/** The arm in the foreground is out of focus: the camera looks at the plate. */
function drawArm(brush: Brush) {
  brush.save()
  brush.filter = 'blur(2px)'
  const [y, h] = [488, 26]
  box(brush, { x: -20, y: y + 9, w: 1000, h }, { fill: 'rgba(0, 0, 0, 0.3)', radius: 8 })
  box(brush, { x: -20, y, w: 1000, h }, { fill: '#f3f3f1', radius: 8 })
  for (let x = -60; x < frameWidth; x += 132) {
    polygon(
      brush,
      [
        [x + 14, y],
        [x + 80, y],
        [x + 66, y + h],
        [x, y + h],
      ],
      '#d23a30',
    )
  }
  box(brush, { x: -20, y, w: 1000, h: 6 }, { fill: 'rgba(255, 255, 255, 0.35)', radius: 4 })
  brush.restore()
}

function drawCabinet(brush: Brush) {
  box(brush, { x: 34, y: 262, w: 128, h: 236 }, { fill: 'rgba(0, 0, 0, 0.25)', radius: 10 })
  box(brush, { x: 24, y: 250, w: 128, h: 240 }, { fill: '#e8a91d', radius: 9 })
  box(brush, { x: 118, y: 250, w: 34, h: 240 }, { fill: 'rgba(0, 0, 0, 0.16)', radius: 9 })
  box(brush, { x: 62, y: 366, w: 40, h: 40 }, { fill: '#c9302a', radius: 20 })
  box(brush, { x: 24, y: 462, w: 128, h: 28 }, { fill: '#2b2e31', radius: 4 })
}

function drawDisplay(brush: Brush, gateName: string) {
  box(brush, { x: 36, y: 268, w: 92, h: 74 }, { fill: '#101418', radius: 5 })
  brush.textAlign = 'center'
  brush.fillStyle = '#ff5a3c'
  brush.font = font(19, 700)
  brush.fillText(gateName, 82, 298, 84)
  brush.fillStyle = '#46e07a'
  brush.fillText('一车一杆', 82, 328, 84)
}

const carWidths: Record<Car['body'], number> = { sedan: 425, suv: 396, van: 352 }

/** Nobody stops at exactly the same spot. */
function placeOf(car: Car): CarPlace {
  const random = createRandom(car.plate)
  return { x: 486 + random.int(-26, 26), y: 474 + random.int(-6, 4), width: carWidths[car.body] + random.int(-14, 14) }
}

const backdrop: Layer = {
  paint(brush, random) {
    drawSky(brush, horizon)
    drawTowers(brush, random.fork('towers'), horizon)
  },
  shine: (brush, random) => lightWindows(brush, random.fork('towers'), horizon),
}

const street: Layer = {
  paint(brush, random) {
    const trees = random.fork('trees')
    for (let x = -20; x < frameWidth; x += trees.int(58, 110)) {
      if (x < 360 || x > 610) drawTree(brush, trees, { x, y: horizon + 14, size: trees.int(90, 150) })
    }
    drawRoad(brush, random.fork('road'))
    drawHedge(brush, random.fork('left'), { x: -30, y: 208, w: 330, h: 40 })
    drawHedge(brush, random.fork('right'), { x: 668, y: 208, w: 330, h: 44 })
  },
  shine(brush) {
    shineLamp(brush, { x: 742, y: 92, r: 330 })
    lit(brush, () => glow(brush, { x: 480, y: 420, r: 420 }, 'rgba(120, 128, 140, 0.45)'))
  },
}

const vehicle = (car: Car): Layer => ({
  paint: (brush) => drawCar(brush, car, placeOf(car)),
  shine(brush) {
    const place = placeOf(car)
    lit(brush, () => glow(brush, { x: place.x, y: place.y - 60, r: 260 }, 'rgba(90, 98, 112, 0.35)'))
    shineHeadlamps(brush, car, place)
    drawCarPlate(brush, car, place)
  },
})

const barrier = (gateName: string): Layer => ({
  paint(brush) {
    drawCabinet(brush)
    drawDisplay(brush, gateName)
    drawArm(brush)
  },
  shine: (brush) => drawDisplay(brush, gateName),
})

/** What the plate camera of a lane sees. Without a car: the empty lane. */
export const laneScene = ({ gateName, car }: { readonly gateName: string; readonly car?: Car }): Scene => ({
  layers: [backdrop, street, ...(car ? [vehicle(car)] : []), barrier(gateName)],
})
