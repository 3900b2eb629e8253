import type { SitePlan } from './scenario.ts'

const columnWidth = 58
const rowHeight = 40
const margin = 14
const house = { w: 42, h: 16 } as const
const forecourt = 26

type Shape = SitePlan['shapes'][number]
type Position = Shape['points'][number]

export interface Site {
  readonly plan: SitePlan
  /** The entrance of a building; `entrance` counts from the west. Buildings count from 1. */
  doorOf(building: number, entrance?: number): Position
  /** The middle of a building. */
  centreOf(building: number): Position
  /** A lane at a gate; the second gate lies in the south. */
  laneOf(gate: number, direction: 'in' | 'out'): Position
  /** A point along the roads, from 0 to 1. */
  alongRoad(share: number): Position
}

const rectangle = ({ x, y }: Position, w: number, h: number): Position[] => [
  { x, y },
  { x: x + w, y },
  { x: x + w, y: y + h },
  { x, y: y + h },
]

/** A compound of slab blocks in rows, one road between the rows, gates north and south. */
export function laySite(buildings: number, gates: number): Site {
  const columns = Math.max(2, Math.min(4, Math.ceil(Math.sqrt(buildings))))
  const rows = Math.ceil(buildings / columns)
  const width = 2 * margin + columns * columnWidth
  const height = 2 * margin + rows * rowHeight + forecourt
  const middle = width / 2
  const cellOf = (building: number) => ({
    x: margin + ((building - 1) % columns) * columnWidth + (columnWidth - house.w) / 2,
    y: margin + Math.floor((building - 1) / columns) * rowHeight + 14,
  })
  const roadY = (row: number) => margin + row * rowHeight
  const gateY = (gate: number) => (gate % 2 === 0 ? height - 8 : 2)
  const gateNames = ['北门', '南门']

  const shapes: Shape[] = [
    ...Array.from({ length: rows }, (_, row): Shape => ({
      kind: 'green',
      points: rectangle({ x: margin, y: roadY(row) + 8 }, width - 2 * margin, rowHeight - 9),
    })),
    ...Array.from({ length: rows + 1 }, (_, row): Shape => ({
      kind: 'road',
      points: rectangle({ x: margin, y: roadY(row) }, width - 2 * margin, 6),
    })),
    {
      kind: 'road',
      points: rectangle({ x: middle - 6, y: gates > 1 ? 0 : margin }, 12, height - (gates > 1 ? 0 : margin)),
    },
    ...Array.from({ length: buildings }, (_, index): Shape => {
      return { kind: 'building', label: `${index + 1}号楼`, points: rectangle(cellOf(index + 1), house.w, house.h) }
    }),
    ...Array.from({ length: gates }, (_, gate): Shape => ({
      kind: 'gate',
      label: gateNames[gate % 2] ?? '',
      points: rectangle({ x: middle - 8, y: gateY(gate) }, 16, 6),
    })),
  ]

  return {
    plan: { width, height, shapes },
    doorOf(building, entrance = 0) {
      const { x, y } = cellOf(building)
      return { x: x + 7 + (entrance % 3) * 14, y: y - 2 }
    },
    centreOf(building) {
      const { x, y } = cellOf(building)
      return { x: x + house.w / 2, y: y + house.h / 2 }
    },
    laneOf: (gate, direction) => ({ x: middle + (direction === 'in' ? -4 : 4), y: gateY(gate) + 3 }),
    alongRoad(share) {
      const row = Math.min(rows, Math.floor(share * (rows + 1)))
      const along = (share * (rows + 1)) % 1
      return { x: Math.round(margin + 4 + along * (width - 2 * margin - 8)), y: roadY(row) + 3 }
    },
  }
}
