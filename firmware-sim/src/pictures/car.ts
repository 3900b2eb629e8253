import type { PlateColour } from '@gatehouse/gateway/protocol'
import { box, ellipse, glow, horizontal, lit, polygon, shade, vertical } from './brushwork.ts'
import type { Brush } from './frame.ts'
import { drawPlate } from './plate.ts'

export type CarBody = 'sedan' | 'suv' | 'van'

export interface Car {
  readonly plate: string
  readonly colour: PlateColour
  readonly body: CarBody
  /** Hue, saturation and lightness of the paint. */
  readonly paint: readonly [number, number, number]
}

/** Heights of bonnet and roof over the road, and width of the roof, in car widths. */
const shapes: Record<CarBody, { bonnet: number; roof: number; roofWidth: number }> = {
  sedan: { bonnet: 0.5, roof: 0.79, roofWidth: 0.62 },
  suv: { bonnet: 0.58, roof: 0.95, roofWidth: 0.72 },
  van: { bonnet: 0.62, roof: 1.12, roofWidth: 0.84 },
}

export interface CarPlace {
  /** Middle of the front bumper on the road. */
  readonly x: number
  readonly y: number
  readonly width: number
}

interface Sketch extends CarPlace {
  readonly brush: Brush
  readonly car: Car
  /** Horizontal position in car widths from the middle. */
  readonly at: (widths: number) => number
  /** Height over the road in car widths. */
  readonly up: (widths: number) => number
  /** The paint, lighter or darker. */
  readonly tone: (lightness: number) => string
}

function sketch(brush: Brush, car: Car, place: CarPlace): Sketch {
  const [hue, saturation, lightness] = car.paint
  return {
    ...place,
    brush,
    car,
    at: (widths) => place.x + widths * place.width,
    up: (widths) => place.y - widths * place.width,
    tone: (by) => shade([hue, saturation, Math.max(4, Math.min(96, lightness + by))]),
  }
}

/** The flank that shows because the camera stands beside the lane. */
function drawFlank({ brush, car, at, up, tone }: Sketch) {
  const { bonnet, roof } = shapes[car.body]
  polygon(
    brush,
    [
      [at(0.4), up(bonnet)],
      [at(0.5), up(0.2)],
      [at(0.5), up(0.06)],
      [at(0.68), up(0.3)],
      [at(0.69), up(bonnet + 0.04)],
      [at(0.56), up(roof - 0.02)],
      [at(0.3), up(roof)],
    ],
    horizontal(
      brush,
      [at(0.4), at(0.7)],
      [
        [0, tone(-12)],
        [1, tone(-26)],
      ],
    ),
  )
  polygon(
    brush,
    [
      [at(0.45), up(bonnet + 0.03)],
      [at(0.36), up(roof - 0.05)],
      [at(0.54), up(roof - 0.07)],
      [at(0.64), up(bonnet + 0.07)],
    ],
    'rgba(20, 26, 32, 0.9)',
  )
  ellipse(brush, { x: at(0.62), y: up(0.2), rx: at(0.07) - at(0), ry: at(0.13) - at(0) }, '#131417')
}

function drawWheels({ brush, at, up, width }: Sketch) {
  glow(brush, { x: at(0.05), y: up(-0.02), r: width * 0.75 }, 'rgba(0, 0, 0, 0.55)')
  for (const side of [-1, 1]) {
    box(
      brush,
      { x: at(side * 0.42) - width * 0.075, y: up(0.24), w: width * 0.15, h: width * 0.27 },
      { fill: '#101113', radius: width * 0.045 },
    )
  }
}

function drawCabin(drawing: Sketch) {
  const { brush, car, at, up, tone } = drawing
  const { bonnet, roof, roofWidth } = shapes[car.body]
  const half = roofWidth / 2
  brush.beginPath()
  brush.moveTo(at(-0.44), up(bonnet - 0.02))
  brush.bezierCurveTo(at(-0.42), up(bonnet + 0.12), at(-half - 0.04), up(roof - 0.02), at(-half + 0.05), up(roof))
  brush.quadraticCurveTo(at(0), up(roof + 0.03), at(half - 0.05), up(roof))
  brush.bezierCurveTo(at(half + 0.04), up(roof - 0.02), at(0.42), up(bonnet + 0.12), at(0.44), up(bonnet - 0.02))
  brush.closePath()
  brush.fillStyle = vertical(
    brush,
    [up(roof), up(bonnet)],
    [
      [0, tone(10)],
      [0.2, tone(0)],
      [1, tone(-10)],
    ],
  )
  brush.fill()
  const glass = half - 0.045
  polygon(
    brush,
    [
      [at(-0.375), up(bonnet + 0.01)],
      [at(-glass), up(roof - 0.055)],
      [at(glass), up(roof - 0.055)],
      [at(0.375), up(bonnet + 0.01)],
    ],
    vertical(
      brush,
      [up(roof), up(bonnet)],
      [
        [0, '#5d7286'],
        [0.45, '#2c3742'],
        [1, '#171c22'],
      ],
    ),
  )
  drawDriver(drawing)
  polygon(
    brush,
    [
      [at(-0.3), up(bonnet + 0.01)],
      [at(-glass + 0.05), up(roof - 0.055)],
      [at(-glass + 0.17), up(roof - 0.055)],
      [at(-0.14), up(bonnet + 0.01)],
    ],
    'rgba(225, 238, 250, 0.16)',
  )
}

function drawDriver({ brush, car, at, up, width }: Sketch) {
  const { bonnet } = shapes[car.body]
  brush.save()
  brush.globalAlpha = 0.5
  ellipse(brush, { x: at(0.16), y: up(bonnet + 0.11), rx: width * 0.055, ry: width * 0.065 }, '#0c0f12')
  box(brush, { x: at(0.07), y: up(bonnet + 0.06), w: width * 0.18, h: width * 0.07 }, { fill: '#0c0f12', radius: 9 })
  brush.restore()
}

function drawMirrors({ brush, car, at, up, tone, width }: Sketch) {
  const { bonnet } = shapes[car.body]
  for (const side of [-1, 1]) {
    box(
      brush,
      { x: at(side * 0.505) - width * 0.055, y: up(bonnet + 0.1), w: width * 0.11, h: width * 0.07 },
      { fill: tone(-8), radius: width * 0.025 },
    )
  }
}

function drawNose({ brush, car, at, up, tone }: Sketch) {
  const { bonnet } = shapes[car.body]
  brush.beginPath()
  brush.moveTo(at(-0.5), up(0.12))
  brush.bezierCurveTo(at(-0.52), up(bonnet - 0.12), at(-0.48), up(bonnet - 0.02), at(-0.4), up(bonnet + 0.015))
  brush.quadraticCurveTo(at(0), up(bonnet + 0.05), at(0.4), up(bonnet + 0.015))
  brush.bezierCurveTo(at(0.48), up(bonnet - 0.02), at(0.52), up(bonnet - 0.12), at(0.5), up(0.12))
  brush.quadraticCurveTo(at(0.47), up(0.06), at(0.4), up(0.06))
  brush.lineTo(at(-0.4), up(0.06))
  brush.quadraticCurveTo(at(-0.47), up(0.06), at(-0.5), up(0.12))
  brush.closePath()
  brush.fillStyle = vertical(
    brush,
    [up(bonnet + 0.04), up(0.06)],
    [
      [0, tone(18)],
      [0.28, tone(4)],
      [0.55, tone(-6)],
      [1, tone(-22)],
    ],
  )
  brush.fill()
  brush.strokeStyle = tone(-20)
  brush.lineWidth = 2
  for (const side of [-1, 1]) {
    brush.beginPath()
    brush.moveTo(at(side * 0.3), up(bonnet + 0.015))
    brush.quadraticCurveTo(at(side * 0.27), up(bonnet - 0.1), at(side * 0.21), up(bonnet - 0.16))
    brush.stroke()
  }
}

/** Height of the headlamps over the road, in car widths. */
const lampHeight = (car: Car) => shapes[car.body].bonnet - 0.13

function drawFace({ brush, car, at, up, width }: Sketch) {
  const lamp = lampHeight(car)
  box(
    brush,
    { x: at(-0.24), y: up(lamp + 0.035), w: width * 0.48, h: width * 0.115 },
    {
      fill: vertical(
        brush,
        [up(lamp + 0.04), up(lamp - 0.08)],
        [
          [0, '#0b0c0e'],
          [1, '#24272b'],
        ],
      ),
      radius: width * 0.03,
    },
  )
  brush.strokeStyle = 'rgba(190, 198, 206, 0.5)'
  brush.lineWidth = Math.max(1, width * 0.006)
  for (let bar = 0; bar < 3; bar += 1) {
    brush.beginPath()
    brush.moveTo(at(-0.22), up(lamp + 0.012 - bar * 0.032))
    brush.lineTo(at(0.22), up(lamp + 0.012 - bar * 0.032))
    brush.stroke()
  }
  ellipse(brush, { x: at(0), y: up(lamp - 0.02), rx: width * 0.03, ry: width * 0.024 }, '#dfe4e8')
  for (const side of [-1, 1]) {
    polygon(
      brush,
      [
        [at(side * 0.265), up(lamp + 0.02)],
        [at(side * 0.46), up(lamp + 0.065)],
        [at(side * 0.475), up(lamp - 0.02)],
        [at(side * 0.3), up(lamp - 0.045)],
      ],
      vertical(
        brush,
        [up(lamp + 0.06), up(lamp - 0.05)],
        [
          [0, '#f7fbff'],
          [0.5, '#b8c6d2'],
          [1, '#7e8c99'],
        ],
      ),
    )
    ellipse(brush, { x: at(side * 0.38), y: up(lamp + 0.005), rx: width * 0.032, ry: width * 0.03 }, '#eef5fb')
    box(
      brush,
      { x: at(side * 0.39) - width * 0.05, y: up(0.2), w: width * 0.1, h: width * 0.05 },
      { fill: '#1a1c1f', radius: width * 0.02 },
    )
  }
  box(brush, { x: at(-0.3), y: up(0.15), w: width * 0.6, h: width * 0.06 }, { fill: '#17191c', radius: width * 0.02 })
}

const plateWidth = 0.31
const plateHeight = 0.285

export function drawCar(brush: Brush, car: Car, place: CarPlace) {
  const drawing = sketch(brush, car, place)
  drawWheels(drawing)
  drawFlank(drawing)
  drawCabin(drawing)
  drawMirrors(drawing)
  drawNose(drawing)
  drawFace(drawing)
  drawCarPlate(brush, car, place)
}

/** Plates are retroreflective: at night they are drawn again over the darkness. A car without a plate has no colour of it. */
export function drawCarPlate(brush: Brush, car: Car, place: CarPlace) {
  if (car.colour === 'unknown') return
  const { at, up, width } = sketch(brush, car, place)
  drawPlate(brush, car, { x: at(0), y: up(plateHeight), w: width * plateWidth })
}

export function shineHeadlamps(brush: Brush, car: Car, place: CarPlace) {
  const { at, up, width } = sketch(brush, car, place)
  lit(brush, () => {
    for (const side of [-1, 1]) {
      const x = at(side * 0.38)
      const y = up(lampHeight(car) + 0.005)
      glow(brush, { x, y, r: width * 0.42 }, 'rgba(255, 246, 222, 0.6)')
      glow(brush, { x, y, r: width * 0.07 }, 'rgba(255, 255, 255, 1)')
    }
  })
}
