export interface Direction {
  readonly pan: number
  readonly tilt: number
  readonly zoom: number
}

type Axis = keyof Direction

const range: Readonly<Record<Axis, readonly [number, number]>> = { pan: [-1, 1], tilt: [-1, 1], zoom: [0, 1] }
/** At full speed an axis crosses half of its range in this time. */
const secondsPerUnit = 4
const still: Direction = { pan: 0, tilt: 0, zoom: 0 }

/** The camera's own presets: token → name and direction. */
export const presets: Readonly<Record<string, { readonly name: string; readonly direction: Direction }>> = {
  'preset-1': { name: 'gate', direction: { pan: 0.5, tilt: 0, zoom: 0 } },
  'preset-2': { name: 'street', direction: { pan: -0.5, tilt: -0.1, zoom: 0.2 } },
}

const within = (axis: Axis, value: number) => Math.min(range[axis][1], Math.max(range[axis][0], value))

export interface PanTiltZoom {
  /** Speeds from -1 to 1; ends by itself after `timeoutMs`. */
  move(speed: Direction, timeoutMs: number): void
  stop(): void
  goTo(direction: Direction): void
  status(): { readonly direction: Direction; readonly isMoving: boolean }
}

/** The motor of a camera. Where it looks follows from when it was told what, so nothing ticks. */
export function createPanTiltZoom(now: () => number = Date.now): PanTiltZoom {
  let from = still
  let speed = still
  let startedAt = 0
  let endsAt = 0

  const directionAt = (at: number): Direction => {
    const travelled = Math.max(0, Math.min(at, endsAt) - startedAt) / 1000 / secondsPerUnit
    const along = (axis: Axis) => within(axis, from[axis] + speed[axis] * travelled)
    return { pan: along('pan'), tilt: along('tilt'), zoom: along('zoom') }
  }
  const restart = (direction: Direction, newSpeed: Direction, timeoutMs: number) => {
    startedAt = now()
    endsAt = startedAt + timeoutMs
    from = direction
    speed = newSpeed
  }

  return {
    move: (newSpeed, timeoutMs) => restart(directionAt(now()), newSpeed, timeoutMs),
    stop: () => restart(directionAt(now()), still, 0),
    goTo: (direction) => restart(direction, still, 0),
    status: () => ({ direction: directionAt(now()), isMoving: now() < endsAt }),
  }
}
