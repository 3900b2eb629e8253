import type { UplinkUp } from '@gatehouse/platform/contract'

type ReadingsMessage = Extract<UplinkUp, { type: 'readings' }>
type DeviceReadings = ReadingsMessage['devices'][string]

/** People watch: a fifth of a second is live to them, and spares the line. */
const windowMs = 200
/** Devices in one message; keeps it far below every packet limit. */
const devicesPerMessage = 1000

/** Collects the last values of each device and sends them together, at most once in a window. */
export class ReadingsWindow {
  readonly #send: (message: ReadingsMessage) => void
  readonly #collected = new Map<string, DeviceReadings>()
  #timer: NodeJS.Timeout | undefined

  constructor(send: (message: ReadingsMessage) => void) {
    this.#send = send
  }

  add(deviceId: string, { at, readings }: DeviceReadings): void {
    const earlier = this.#collected.get(deviceId)
    this.#collected.set(deviceId, { at, readings: earlier ? { ...earlier.readings, ...readings } : readings })
    this.#timer ??= setTimeout(() => this.#flush(), windowMs)
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#collected.clear()
  }

  #flush(): void {
    this.#timer = undefined
    const all = [...this.#collected]
    this.#collected.clear()
    for (let from = 0; from < all.length; from += devicesPerMessage) {
      this.#send({ type: 'readings', devices: Object.fromEntries(all.slice(from, from + devicesPerMessage)) })
    }
  }
}
