import type { BaseLogger } from 'pino'
import type { CommandEntry, Device, UplinkDown } from '../../contract/index.ts'
import type { Caller, Clock, Publisher } from '../../core/ports.ts'
import type { Database } from '../../database/database.ts'
import { commandNotFound, deviceOffline } from '../../errors.ts'
import type { DeliveryService } from '../gateways/delivery.service.ts'
import { checkCommand } from './command-args.ts'
import * as repo from './commands.repo.ts'
import type { DevicesService } from './devices.service.ts'

export interface CommandsPorts {
  readonly db: Database
  readonly clock: Clock
  readonly publisher: Publisher
  readonly devices: DevicesService
  readonly delivery: DeliveryService
  readonly logger: Pick<BaseLogger, 'info'>
}

export interface CommandRequest {
  readonly name: string
  readonly args: Record<string, unknown>
  readonly reason?: string
  readonly alertId?: string
}

export type Order = CommandRequest & {
  readonly messageOf: (entry: CommandEntry) => UplinkDown
  readonly alongside?: (tx: Database, entry: CommandEntry) => Promise<void>
}

interface Issue {
  readonly entry: CommandEntry
  readonly message: UplinkDown
  readonly alongside?: (tx: Database) => Promise<void>
}

/** After this nobody executes a command any more: whoever stands at the barrier has long asked again. */
const deadlineMs = 10_000
const shownPerDevice = 100

function entryOf(caller: Caller, device: Device, { now, ...request }: CommandRequest & { now: number }): CommandEntry {
  return {
    ...request,
    ...{ commandId: crypto.randomUUID(), deviceId: device.id, compoundId: device.compoundId, by: caller.username },
    ...{ state: 'sent', sentAt: now, expiresAt: now + deadlineMs },
  }
}

/** The ledger of commands, as people see and feed it. */
export function createCommandsService({ db, clock, publisher, devices, delivery, logger }: CommandsPorts) {
  const tell = (entry: CommandEntry) => publisher.publish('command:changed', entry.compoundId, entry)

  async function deliver(gatewayId: string, { commandId, compoundId }: CommandEntry, message: UplinkDown) {
    const refusal = await delivery.send(gatewayId, message)
    if (!refusal) return
    const failed = await repo.stepCommand(
      db,
      { commandId, compoundId },
      { from: ['sent'], to: 'failed', endedAt: clock.now(), code: refusal.code, message: refusal.message },
    )
    if (failed) tell(failed)
    throw refusal
  }

  /** Writes an order down, tells of it and sends it off. */
  async function issue(gatewayId: string, { entry, message, alongside }: Issue) {
    await db.transaction().execute(async (tx) => {
      await repo.insertCommand(tx, entry)
      await alongside?.(tx)
    })
    tell(entry)
    const { commandId, deviceId, name, by } = entry
    logger.info({ commandId, deviceId, name, by }, 'command sent')
    await deliver(gatewayId, entry, message)
    return entry
  }

  return {
    /**
     * An order about a device that its gateway carries out in its own way: same ledger, same deadline. What `alongside`
     * writes is written with the order or not at all.
     */
    async order(caller: Caller, device: Device, { messageOf, alongside, ...request }: Order): Promise<CommandEntry> {
      const gatewayId = await delivery.reach(device.compoundId)
      if (!device.online) throw deviceOffline(device.id)
      const entry = entryOf(caller, device, { ...request, now: clock.now() })
      const issued = { entry, message: messageOf(entry) }
      return issue(gatewayId, alongside ? { ...issued, alongside: (tx) => alongside(tx, entry) } : issued)
    },

    /** Refused when the gateway or the device is away: nobody wants a barrier that opens an hour later. */
    async send(caller: Caller, deviceId: string, request: CommandRequest): Promise<CommandEntry> {
      const device = await devices.get(caller, deviceId)
      checkCommand(device, request.name, request.args)
      const gatewayId = await delivery.reach(device.compoundId)
      if (!device.online) throw deviceOffline(deviceId)
      const entry = entryOf(caller, device, { ...request, now: clock.now() })
      const { commandId, expiresAt, name, args } = entry
      return issue(gatewayId, { entry, message: { type: 'command', commandId, expiresAt, deviceId, name, args } })
    },

    async get(caller: Caller, commandId: string): Promise<CommandEntry> {
      const entry = await repo.findCommand(db, commandId, caller.scope)
      if (!entry) throw commandNotFound(commandId)
      return entry
    },

    async listOf(caller: Caller, deviceId: string): Promise<CommandEntry[]> {
      await devices.get(caller, deviceId)
      return repo.listCommands(db, deviceId, shownPerDevice)
    },

    /** Ends what is past its deadline; to be called every second. */
    async expire(): Promise<void> {
      for (const entry of await repo.expireCommands(db, clock.now())) tell(entry)
    },
  }
}

export type CommandsService = ReturnType<typeof createCommandsService>
