type Wake = () => void

/** Share of its time that the event loop was busy since it was last asked. */
export type BusyShare = () => number

const tickMs = 5
const ticksPerLook = 4
const admittedAtFirst = 8

/** With few in line they may be the load of a busy hour: whoever sends little would begin to wait above this. */
const busyEnough = 0.7
/** With many in line it is a flood, which gets what hardly anybody else notices. */
const flood = { waiting: 256, busyEnough: 0.3 }

/**
 * Places for those who send much. As long as there are some they are taken at once; when there are none, those in line
 * are let in at a pace that leaves the event loop a part of its time. So a thousand floods share what is left over by
 * those who send little, who need no place at all.
 */
export class Turns {
  readonly #busyShare: BusyShare
  #free: number
  readonly #waiting = new Set<Wake>()
  #admittedAtOnce = admittedAtFirst
  #ticks = 0
  #timer: NodeJS.Timeout | undefined

  constructor(places: number, busyShare: BusyShare) {
    this.#free = places
    this.#busyShare = busyShare
  }

  /** Takes a place, or stands in line: `wake` is called when there is one, which is then taken. */
  take(wake: Wake): boolean {
    if (this.#free > 0 && this.#waiting.size === 0) {
      this.#free -= 1
      return true
    }
    this.#waiting.add(wake)
    this.#timer ??= setInterval(() => this.#tick(), tickMs)
    return false
  }

  give(): void {
    this.#free += 1
  }

  /** Somebody in line went away. */
  leave(wake: Wake): void {
    this.#waiting.delete(wake)
  }

  #tick(): void {
    this.#ticks += 1
    if (this.#ticks % ticksPerLook === 0) this.#adjustPace()
    let admitted = 0
    for (const wake of this.#waiting) {
      if (this.#free === 0 || admitted >= this.#admittedAtOnce) break
      this.#waiting.delete(wake)
      this.#free -= 1
      admitted += 1
      wake()
    }
    if (this.#waiting.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** Slowly faster while there is time left, quickly slower when there is none. */
  #adjustPace(): void {
    const enough = this.#waiting.size > flood.waiting ? flood.busyEnough : busyEnough
    const isTooBusy = this.#busyShare() > enough
    this.#admittedAtOnce = isTooBusy ? Math.max(1, this.#admittedAtOnce * 0.7) : this.#admittedAtOnce + 1
  }
}
