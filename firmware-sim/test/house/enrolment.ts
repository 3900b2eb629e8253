import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createEnrolmentCode } from '@gatehouse/platform/contract'
import { gatewayId, type House } from './house.ts'
import { startPart } from './part.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** What the installer types on the box; answers exit code and what was written. */
export async function runEnrol(args: readonly string[]) {
  const child = spawn(process.execPath, ['gateway/src/enrol.main.ts', ...args], {
    cwd: root,
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const collect = (chunk: Buffer) => {
    output += chunk.toString()
  }
  child.stdout.on('data', collect)
  child.stderr.on('data', collect)
  await once(child, 'close')
  return { exitCode: child.exitCode, output }
}

export const codeFor = async ({ admin }: House) =>
  (await admin.call(createEnrolmentCode, { params: { gatewayId } })).code

/** Enrols the gateway of the house, in its own folder or another. */
export const enrolBox = (
  house: House,
  { code, data = house.data }: { readonly code: string; readonly data?: string },
) => runEnrol(['enrol', '--platform', house.admin.url, '--data', data, '--code', code])

/** The gateway as it runs on an enrolled box: it needs to be told nothing. */
export async function startEnrolled(data: string, more: Readonly<Record<string, string>> = {}) {
  const env = { GATEHOUSE_DATA: data, GATEHOUSE_MQTT_PORT: '0', GATEHOUSE_GATEWAY_HTTP_PORT: '0' }
  return startPart('gateway', { env: { ...env, GATEHOUSE_UPLINK_KEEPALIVE_S: '3', ...more } })
}

/** An empty box beside the one of the house. */
export async function emptyBox(house: House, name: string) {
  const data = join(house.data, name)
  await rm(data, { recursive: true, force: true })
  await mkdir(data)
  return data
}
