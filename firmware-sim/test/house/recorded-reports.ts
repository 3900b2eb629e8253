import { topics, type BarrierReport } from '@gatehouse/gateway/protocol'
import { connectAsync } from 'mqtt'
import { secretOf, type House } from './house.ts'

/** Sends reports that a barrier has kept, in order; resolves when the gateway has acknowledged every one. */
export async function sendReports(house: House, deviceId: string, reports: readonly BarrierReport[]) {
  const client = await connectAsync(`mqtt://127.0.0.1:${house.mqttPort()}`, {
    clientId: `${deviceId}-recorded`,
    username: deviceId,
    password: secretOf(deviceId),
    reconnectPeriod: 0,
  })
  for (const report of reports) await client.publishAsync(topics.report(deviceId), JSON.stringify(report), { qos: 1 })
  await client.endAsync()
}
