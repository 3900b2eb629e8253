import type { LaneVerdict } from '@gatehouse/platform/domain'
import type { House } from '../../core/house.ts'

/** Nobody waits longer in front of an arm; what comes later would open it for somebody else. */
const openWithinMs = 5_000
/** Characters in a line of the lane's display. */
const lineLength = 32

/** What a lane is told to do. Nothing here keeps anybody waiting. */
export class LaneOrders {
  readonly #house: House

  constructor(house: House) {
    this.#house = house
  }

  /** Opens if it was so decided, and says why or why not. */
  answer(deviceId: string, verdict: LaneVerdict & { readonly rawPlate: string }, onNotOpened: () => void): void {
    const { decision, reason, matchedPlate, rawPlate } = verdict
    if (decision === 'open')
      void this.#order(deviceId, 'open', {}).then((opened) => (opened ? undefined : onNotOpened()))
    const lines = [matchedPlate ?? rawPlate, reason]
      .filter((line) => line !== '')
      .map((line) => line.slice(0, lineLength))
    void this.#order(deviceId, 'display', { lines, voice: reason })
  }

  /** Tells who pressed the help button that somebody has been called. */
  reassure(deviceId: string): void {
    void this.#order(deviceId, 'display', { lines: ['已呼叫值班人员', '请稍候'], voice: '已呼叫值班人员，请稍候' })
  }

  async #order(deviceId: string, name: string, args: Record<string, unknown>): Promise<boolean> {
    try {
      await this.#house.order({ deviceId, name, args, timeoutMs: openWithinMs })
      return true
    } catch (error) {
      this.#house.logger.warn({ err: error, deviceId, name }, 'lane did not carry out an order')
      return false
    }
  }
}
