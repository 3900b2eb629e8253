import type { Device, DeviceSetup, MadeSecret } from '../../contract/index.ts'
import type { Caller, CertificateAuthority, Clock, Publisher } from '../../core/ports.ts'
import type { Vault } from '../../core/vault.ts'
import type { Database } from '../../database/database.ts'
import { fromJson } from '../../database/values.ts'
import { deviceNotFound, deviceTaken } from '../../errors.ts'
import type { CompoundsService } from '../compounds/compounds.service.ts'
import type { DesiredService } from '../gateways/desired.service.ts'
import * as certificates from './device-certificates.repo.ts'
import { toDesired, toRow } from './device-entry.ts'
import { planImport, type ImportProblem } from './device-import.ts'
import { newDeviceSecret } from './device-secret.ts'
import * as repo from './devices.repo.ts'
import type { ReadingsService } from './readings.service.ts'

export interface DevicesPorts {
  readonly db: Database
  readonly vault: Vault
  readonly compounds: CompoundsService
  readonly desired: DesiredService
  readonly publisher: Publisher
  readonly readings: ReadingsService
}

type Settings = NonNullable<DeviceSetup['settings']>

export interface DesiredDevicesPorts {
  readonly vault: Vault
  readonly clock: Clock
  readonly authority: Pick<CertificateAuthority, 'caPem'>
}

/** Which devices a gateway must let in or call, and how. */
export const desiredDevices =
  ({ vault, clock, authority }: DesiredDevicesPorts) =>
  async (db: Database, compoundId: string) => {
    const valid = await certificates.listValid(db, { compoundId, now: clock.now() })
    const serials = Map.groupBy(valid, ({ device_id }) => device_id)
    const rows = await repo.rowsOfCompound(db, compoundId)
    const devices = rows.map((row) => {
      const own = serials.get(row.id)?.map(({ serial }) => serial)
      return { ...toDesired(vault, row), ...(own && { certificates: own }) }
    })
    return { devices, ...(serials.size > 0 && { ca: authority.caPem() }) }
  }

export function createDevicesService({ db, vault, compounds, desired, publisher, readings }: DevicesPorts) {
  async function get(caller: Caller, deviceId: string): Promise<Device> {
    const device = await repo.findDevice(db, deviceId, caller.scope)
    if (!device) throw deviceNotFound(deviceId)
    return readings.latest(device)
  }

  async function save(compoundId: string, rows: readonly repo.EnteredRow[]): Promise<void> {
    await desired.change(compoundId, 'devices', (tx) => repo.saveEntered(tx, rows))
  }

  async function takenIn(compoundId: string, lines: ReadonlyMap<string, number>): Promise<ImportProblem[]> {
    const places = await repo.compoundsOf(db, [...lines.keys()])
    return [...places]
      .filter(([, place]) => place !== compoundId)
      .map(([id]) => ({ line: lines.get(id) ?? 1, message: deviceTaken(id).message }))
  }

  return {
    get,

    async list(caller: Caller, filter: Omit<repo.DeviceFilter, 'scope'>): Promise<Device[]> {
      return (await repo.listDevices(db, { ...filter, scope: caller.scope })).map(readings.latest)
    },

    /** What was entered for the devices of a compound beside what people see of them. */
    async settingsOf(compoundId: string, tx: Database = db): Promise<ReadonlyMap<string, Settings>> {
      return new Map((await repo.rowsOfCompound(tx, compoundId)).map(({ id, settings }) => [id, fromJson(settings)]))
    },

    async put(
      caller: Caller,
      deviceId: string,
      setup: DeviceSetup,
    ): Promise<Device & Partial<Pick<MadeSecret, 'secret'>>> {
      const { compoundId } = setup
      await compounds.get(caller, compoundId)
      const before = await repo.findRow(db, deviceId)
      if (before && before.compound_id !== compoundId) throw deviceTaken(deviceId)
      const secret = before ? undefined : missingSecret(setup)
      await save(compoundId, [toRow(vault, deviceId, withSecret(setup, secret))])
      const device = await get(caller, deviceId)
      publisher.publish('device:changed', compoundId, device)
      return { ...device, ...(secret !== undefined && { secret }) }
    },

    /** All or none: with one problem nothing is changed. */
    async import(caller: Caller, compoundId: string, csv: string) {
      await compounds.get(caller, compoundId)
      const { devices, lines, problems } = planImport(compoundId, csv)
      const all = [...problems, ...(await takenIn(compoundId, lines))].sort((a, b) => a.line - b.line)
      if (all.length > 0 || devices.size === 0) return { imported: 0, problems: all }
      const known = await repo.compoundsOf(db, [...devices.keys()])
      const secrets = new Map<string, string>()
      for (const [deviceId, setup] of devices) {
        const secret = known.has(deviceId) ? undefined : missingSecret(setup)
        if (secret !== undefined) secrets.set(deviceId, secret)
      }
      await save(
        compoundId,
        [...devices].map(([deviceId, setup]) => toRow(vault, deviceId, withSecret(setup, secrets.get(deviceId)))),
      )
      for (const device of await repo.listDevices(db, { scope: caller.scope, compoundId }))
        if (devices.has(device.id)) publisher.publish('device:changed', compoundId, readings.latest(device))
      const made = [...secrets].map(([deviceId, secret]) => ({ deviceId, secret }))
      return { imported: devices.size, problems: [], ...(made.length > 0 && { secrets: made }) }
    },
  }
}

export type DevicesService = ReturnType<typeof createDevicesService>

/** For a new device that signs in at its gateway and was entered without a secret. */
const missingSecret = ({ secret, address }: DeviceSetup) =>
  secret === undefined && address === undefined ? newDeviceSecret('long') : undefined

const withSecret = (setup: DeviceSetup, secret: string | undefined): DeviceSetup =>
  secret === undefined ? setup : { ...setup, secret }
