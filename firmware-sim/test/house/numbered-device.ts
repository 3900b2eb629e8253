import { topics, type BarrierReport } from '@gatehouse/gateway/protocol'
import { connectAsync } from 'mqtt'
import { onTestFinished } from 'vitest'
import { secretOf, type House } from './house.ts'

/** A barrier whose numbers the test decides. Every send resolves with the gateway's acknowledgement. */
export async function startNumberedDevice(house: House, deviceId: string) {
  const client = await connectAsync(`mqtt://127.0.0.1:${house.mqttPort()}`, {
    clientId: `${deviceId}-numbered`,
    username: deviceId,
    password: secretOf(deviceId),
    reconnectPeriod: 200,
  })
  client.on('error', () => undefined) // refused while the gateway is down; it tries again
  onTestFinished(async () => {
    await client.endAsync(true)
  })
  let lastAt = 0
  const now = () => (lastAt = Math.max(Date.now(), lastAt + 1))
  return {
    client,
    report: (seq: number) => {
      const report: BarrierReport = { at: now(), seq, arm: 'closed', loop: false, temperatureCelsius: 20 }
      return client.publishAsync(topics.report(deviceId), JSON.stringify(report), { qos: 1 })
    },
    passed: (seq: number) =>
      client.publishAsync(
        topics.event(deviceId),
        JSON.stringify({ id: `${deviceId}:${seq}`, at: now(), seq, type: 'passed' }),
        { qos: 1 },
      ),
  }
}
