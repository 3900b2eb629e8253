import { createHmac } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'
import { ScenarioError } from './scenario.ts'

/** Secret of each device by its id. */
export const SecretsFile = Type.Record(Type.String({ maxLength: 64 }), Type.String({ minLength: 8, maxLength: 128 }))
export type Secrets = Static<typeof SecretsFile>

/** The same seed gives the same secrets: good for tests and benchmarks, not for a network with strangers in it. */
export const deriveSecret = (seed: string, deviceId: string) =>
  createHmac('sha256', seed).update(deviceId).digest('base64url')

export async function readSecrets(path: string): Promise<Secrets> {
  const json: unknown = JSON.parse(await readFile(path, 'utf8'))
  if (Value.Check(SecretsFile, json)) return json
  throw new ScenarioError(`"${path}" must be a JSON object of device ids and secrets of 8 to 128 characters`)
}
