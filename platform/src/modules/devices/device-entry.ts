import type { DesiredDevice, DeviceSetup } from '../../contract/index.ts'
import { hashSecret } from '../../core/secrets.ts'
import type { Vault } from '../../core/vault.ts'
import { fromJson, toJson } from '../../database/values.ts'
import type { DeviceRow } from '../../database/tables.ts'
import { invalidInput } from '../../errors.ts'
import type { EnteredRow } from './devices.repo.ts'

/** Whoever has an address is called by us, so we must be able to present the secret; whoever calls us is only checked. */
function storedSecret(vault: Vault, deviceId: string, { secret, address }: DeviceSetup) {
  if (secret === undefined) return { secret_hash: null, secret_sealed: null }
  if (address === undefined) return { secret_hash: hashSecret(secret), secret_sealed: null }
  return { secret_hash: null, secret_sealed: vault.seal(secret, deviceId) }
}

/** Why a setup that follows its schema can still not be used. */
export function setupProblem({ address }: DeviceSetup): string | undefined {
  if (address === undefined) return undefined
  const url = URL.parse(address)
  if (!url || !['http:', 'https:'].includes(url.protocol)) return 'address must begin with http:// or https://'
  if (url.username !== '' || url.password !== '') return 'address must not carry a password; use username and secret'
  return undefined
}

export function toRow(vault: Vault, deviceId: string, setup: DeviceSetup): EnteredRow {
  const problem = setupProblem(setup)
  if (problem !== undefined) throw invalidInput(problem)
  return {
    id: deviceId,
    compound_id: setup.compoundId,
    kind: setup.kind,
    name: setup.name,
    place: setup.place,
    x: setup.position?.x ?? null,
    y: setup.position?.y ?? null,
    address: setup.address ?? null,
    username: setup.username ?? null,
    settings: toJson(setup.settings ?? {}),
    ...storedSecret(vault, deviceId, setup),
  }
}

/** The device as its gateway must know it. */
export function toDesired(vault: Vault, row: DeviceRow): DesiredDevice {
  return {
    deviceId: row.id,
    kind: row.kind,
    name: row.name,
    place: row.place,
    settings: fromJson(row.settings),
    ...(row.secret_hash !== null && { secretHash: row.secret_hash }),
    ...(row.secret_sealed !== null && { secret: vault.open(row.secret_sealed, row.id) }),
    ...(row.address !== null && { address: row.address }),
    ...(row.username !== null && { username: row.username }),
  }
}
