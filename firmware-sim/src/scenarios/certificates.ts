import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DeviceTls } from '../core/device-tls.ts'
import { ScenarioError } from './scenario.ts'

const isMissing = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'ENOENT'

async function readOwn(folder: string, deviceId: string): Promise<DeviceTls['own']> {
  try {
    const [cert, key] = await Promise.all(
      ['cert', 'key'].map((part) => readFile(join(folder, `${deviceId}.${part}.pem`), 'utf8')),
    )
    return cert === undefined || key === undefined ? undefined : { cert, key }
  } catch (error) {
    if (isMissing(error)) return undefined // this device has its secret
    throw error
  }
}

/**
 * The files that the console hands out, in one folder: `gatehouse-ca.pem`, and for each device that has a certificate
 * `<id>.cert.pem` and `<id>.key.pem`.
 */
export async function readCertificates(
  folder: string,
  deviceIds: readonly string[],
): Promise<(deviceId: string) => DeviceTls> {
  let ca: string
  try {
    ca = await readFile(join(folder, 'gatehouse-ca.pem'), 'utf8')
  } catch (cause) {
    throw new ScenarioError(`"${folder}" must hold gatehouse-ca.pem, the authority of the gateway`, { cause })
  }
  const own = new Map<string, DeviceTls['own']>()
  for (const deviceId of deviceIds) own.set(deviceId, await readOwn(folder, deviceId))
  return (deviceId) => ({ ca, own: own.get(deviceId) })
}
