export interface Spot {
  readonly x: number
  readonly y: number
}

/** More than this is never needed to tell a crowd at a gate apart, and a plan full of devices stays quick. */
const mostRounds = 30
/** Devices at the very same place part in directions that never repeat. */
const goldenAngle = Math.PI * (3 - Math.sqrt(5))
/** Steps that land a hair short would be repeated for nothing. */
const tolerance = 0.5

/** Moves spots apart until each is `room` away from all others, each as little as possible; equal input, equal output. */
export function spread(spots: readonly Spot[], room: number): readonly Spot[] {
  const moved = spots.map(({ x, y }) => ({ x, y }))
  for (let round = 0; round < mostRounds; round += 1) if (!partAll(moved, room)) break
  return moved
}

function partAll(spots: { x: number; y: number }[], room: number): boolean {
  let isCrowded = false
  for (const [index, a] of spots.entries()) {
    for (const b of spots.slice(index + 1)) {
      const dx = b.x - a.x
      const dy = b.y - a.y
      const lacking = room - Math.hypot(dx, dy)
      if (lacking <= tolerance) continue
      isCrowded = true
      const angle = dx === 0 && dy === 0 ? index * goldenAngle : Math.atan2(dy, dx)
      const step = { x: (Math.cos(angle) * lacking) / 2, y: (Math.sin(angle) * lacking) / 2 }
      a.x -= step.x
      a.y -= step.y
      b.x += step.x
      b.y += step.y
    }
  }
  return isCrowded
}
