import type { Device, DeviceSetup } from '../../contract/index.ts'
import type { Caller, Publisher } from '../../core/ports.ts'
import type { Vault } from '../../core/vault.ts'
import type { Database } from '../../database/database.ts'
import { deviceNotFound, deviceTaken } from '../../errors.ts'
import type { CompoundsService } from '../compounds/compounds.service.ts'
import type { DesiredService } from '../gateways/desired.service.ts'
import { toDesired, toRow } from './device-entry.ts'
import { planImport, type ImportProblem } from './device-import.ts'
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

/** Which devices a gateway must let in or call, and how. */
export const desiredDevices = (vault: Vault) => async (db: Database, compoundId: string) => ({
  devices: (await repo.rowsOfCompound(db, compoundId)).map((row) => toDesired(vault, row)),
})

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

    async put(caller: Caller, deviceId: string, setup: DeviceSetup): Promise<Device> {
      const { compoundId } = setup
      await compounds.get(caller, compoundId)
      const before = await repo.findRow(db, deviceId)
      if (before && before.compound_id !== compoundId) throw deviceTaken(deviceId)
      await save(compoundId, [toRow(vault, deviceId, setup)])
      const device = await get(caller, deviceId)
      publisher.publish('device:changed', compoundId, device)
      return device
    },

    /** All or none: with one problem nothing is changed. */
    async import(caller: Caller, compoundId: string, csv: string) {
      await compounds.get(caller, compoundId)
      const { devices, lines, problems } = planImport(compoundId, csv)
      const all = [...problems, ...(await takenIn(compoundId, lines))].sort((a, b) => a.line - b.line)
      if (all.length > 0 || devices.size === 0) return { imported: 0, problems: all }
      await save(
        compoundId,
        [...devices].map(([deviceId, setup]) => toRow(vault, deviceId, setup)),
      )
      for (const device of await repo.listDevices(db, { scope: caller.scope, compoundId }))
        if (devices.has(device.id)) publisher.publish('device:changed', compoundId, readings.latest(device))
      return { imported: devices.size, problems: [] }
    },
  }
}

export type DevicesService = ReturnType<typeof createDevicesService>
