import type { House } from '../../core/house.ts'
import { createOpener, type Opener } from '../../core/opener.ts'
import type { SignalContext } from '../../core/signals.ts'

/** Nobody waits longer in front of an arm; what comes later would open it for somebody else. */
const openWithinMs = 5_000
/** Characters in a line of the lane's display. */
const lineLength = 32

interface Answer {
  readonly decision: 'open' | 'refuse' | 'ask' | 'pay'
  readonly plate: string
  readonly reason: string
}

/** What a lane is told to do. Nothing here keeps anybody waiting, and nothing lowers an arm: that is its controller's. */
export class LaneOrders {
  readonly #house: House
  readonly #open: Opener

  constructor(house: House) {
    this.#house = house
    this.#open = createOpener(house)
  }

  /** Opens if it was so decided, and says why or why not. */
  answer(context: SignalContext, answer: Answer, onNotOpened: () => void): void {
    if (answer.decision === 'open') {
      const opening = { context, args: {}, timeoutMs: openWithinMs }
      void this.#open(opening).then((opened) => (opened ? undefined : onNotOpened()))
    }
    // The arm first: only when that order is written.
    setImmediate(() => this.say(context.deviceId, answer))
  }

  /** Shows plate and reason, and speaks the reason. */
  say(deviceId: string, { plate, reason }: Pick<Answer, 'plate' | 'reason'>): void {
    const lines = [plate, reason].filter((line) => line !== '').map((line) => line.slice(0, lineLength))
    this.#show(deviceId, { lines, voice: reason })
  }

  /** Tells who pressed the help button that somebody has been called. */
  reassure(deviceId: string): void {
    this.#show(deviceId, { lines: ['已呼叫值班人员', '请稍候'], voice: '已呼叫值班人员，请稍候' })
  }

  #show(deviceId: string, args: { readonly lines: readonly string[]; readonly voice: string }): void {
    // A camera that works the arm itself has no display.
    if (this.#house.devices.get(deviceId)?.driver.capabilities.display?.role !== 'command') return
    this.#house
      .order({ deviceId, name: 'display', args, timeoutMs: openWithinMs })
      .catch((error: unknown) => this.#house.logger.warn({ err: error, deviceId }, 'lane did not show a text'))
  }
}
