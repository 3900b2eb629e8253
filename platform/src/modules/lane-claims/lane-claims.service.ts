import { randomInt } from 'node:crypto'
import type { CommandEntry, LaneClaim } from '../../contract/index.ts'
import type { Caller } from '../../core/ports.ts'
import type { Vault } from '../../core/vault.ts'
import { standInPlate } from '../../domain/index.ts'
import { claimNotYours, commandNotFound, tooManyRequests } from '../../errors.ts'
import type { CommandsService } from '../devices/commands.service.ts'
import type { DevicesService } from '../devices/devices.service.ts'
import type { SessionsService } from '../parking/sessions.service.ts'
import type { PayPageService } from '../payments/pay-page.service.ts'
import { proofOf, readProof } from './proofs.ts'

export interface LaneClaimsPorts {
  readonly vault: Vault
  /** The page behind the QR code of a lane. */
  readonly page: Pick<PayPageService, 'laneOf' | 'admits'>
  readonly commands: Pick<CommandsService, 'order' | 'get'>
  readonly devices: Pick<DevicesService, 'get'>
  readonly sessions: Pick<SessionsService, 'sessionForPlate'>
}

export interface ClaimRequest {
  readonly proof?: string | undefined
  readonly address: string
}

/** Somebody in front of a lane, who is not asked for a name. */
const driver: Caller = { username: 'anonymous', role: 'admin', scope: '' }
const name = 'claim'
const decisions: Readonly<Record<string, LaneClaim['state']>> = { open: 'opened', pay: 'unpaid' }

function claimOf({ state, code, data = {} }: CommandEntry): LaneClaim {
  if (state === 'sent' || state === 'accepted') return { state: 'waiting' }
  if (state !== 'done') return { state: 'failed', ...(code !== undefined && { code }) }
  const { decision, rule, dueFen } = data
  return {
    state: decisions[String(decision)] ?? 'refused',
    ...(typeof rule === 'string' && { rule }),
    ...(Number.isSafeInteger(dueFen) && { dueFen: dueFen as number }),
  }
}

/** Cars without a plate: a phone stands for them, from the entrance to the exit. */
export function createLaneClaimsService({ vault, page, commands, devices, sessions }: LaneClaimsPorts) {
  const key = vault.keyFor('lane-claim')

  /** A stand-in plate of nobody who is inside. */
  async function newPlate(compoundId: string): Promise<string> {
    const plate = standInPlate((from) => randomInt(from))
    return (await sessions.sessionForPlate(compoundId, plate)) ? newPlate(compoundId) : plate
  }

  async function plateFor({ compoundId, direction }: Awaited<ReturnType<PayPageService['laneOf']>>, proof?: string) {
    const own = proof === undefined ? undefined : readProof(key, compoundId, proof)
    // Whoever has come in otherwise leaves otherwise; and nobody leaves as somebody else.
    if (own === undefined && (proof !== undefined || direction === 'out')) throw claimNotYours()
    return own ?? newPlate(compoundId)
  }

  return {
    /** Now or not at all. The gateway looks whether there is a car, and decides. */
    async claim(token: string, { proof, address }: ClaimRequest) {
      const lane = await page.laneOf(token)
      const { laneId, compoundId } = lane
      if (!page.admits(address, laneId)) throw tooManyRequests()
      const plate = await plateFor(lane, proof)
      const device = await devices.get(driver, laneId)
      const { commandId } = await commands.order(driver, device, {
        ...{ name, args: {} },
        messageOf: ({ commandId, expiresAt }) => ({ type: 'claim-lane', commandId, expiresAt, laneId, plate }),
      })
      return { commandId, plate, proof: proofOf(key, compoundId, plate) }
    },

    async get(token: string, commandId: string): Promise<LaneClaim> {
      const { laneId } = await page.laneOf(token)
      const entry = await commands.get(driver, commandId)
      if (entry.deviceId !== laneId || entry.name !== name) throw commandNotFound(commandId)
      return claimOf(entry)
    },
  }
}

export type LaneClaimsService = ReturnType<typeof createLaneClaimsService>
