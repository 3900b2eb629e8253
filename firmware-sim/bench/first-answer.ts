import type { BarrierReport } from '@gatehouse/gateway/protocol'
import { setTimeout as delay } from 'node:timers/promises'
import { startMqttDevice, type MqttDevice } from './mqtt-device.ts'
import { streetSecret } from './street.ts'

const tryAgainMs = 5
const giveUpMs = 120_000

interface LaneOptions {
  readonly port: number
  readonly onOpen?: () => void
}

/** A lane that tries to connect until it is let in. */
export async function startPersistentLane({ port, onOpen }: LaneOptions): Promise<MqttDevice> {
  const until = performance.now() + giveUpMs
  for (;;) {
    try {
      const onCommand = (op: string) => {
        if (op === 'open') onOpen?.()
      }
      return await startMqttDevice({ port, deviceId: 'lane-0', secret: streetSecret, onCommand })
    } catch (error) {
      if (performance.now() > until) throw error
      await delay(tryAgainMs)
    }
  }
}

/** Resolves when a report of the lane is acknowledged. */
export function reportOnce(lane: MqttDevice): Promise<void> {
  const report: BarrierReport = { at: Date.now(), seq: 1, arm: 'closed', loop: false, temperatureCelsius: 20 }
  return new Promise((resolve) => lane.send('report', report, resolve))
}
