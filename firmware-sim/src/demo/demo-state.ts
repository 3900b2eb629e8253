import { randomBytes, randomInt } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'

/** What a second start needs to resume; only the owner may read it. */
export const DemoState = Type.Object({
  /** Of every demo account, as the platform knows it. */
  password: Type.String({ minLength: 10 }),
  /** All device secrets follow from it. */
  secretSeed: Type.String({ minLength: 32 }),
  gatewaySecret: Type.Optional(Type.String({ minLength: 16 })),
  /** Fingerprint of the compound that was set up; what people changed since then is theirs. */
  provisioned: Type.Optional(Type.String()),
})
export type DemoState = Static<typeof DemoState>

/** Easy to read out and to type: no letters that look alike. */
export function readablePassword(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz23456789'
  const group = () => Array.from({ length: 4 }, () => letters[randomInt(letters.length)] ?? '').join('')
  return [group(), group(), group(), group()].join('-')
}

const fresh = (password: string): DemoState => ({
  password,
  secretSeed: randomBytes(32).toString('base64url'),
})

export async function writeState(path: string, state: DemoState) {
  await writeFile(`${path}.new`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 })
  await rename(`${path}.new`, path)
}

async function readState(path: string): Promise<DemoState | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  const json: unknown = JSON.parse(text)
  if (Value.Check(DemoState, json)) return json
  throw new Error(`${path} is damaged: remove the data folder to begin anew`)
}

/** The state of the last start, or a new one with this password. */
export async function loadState(path: string, password: string | undefined): Promise<DemoState> {
  const known = await readState(path)
  if (known) return known
  const state = fresh(password ?? readablePassword())
  await writeState(path, state)
  return state
}
