import type { AreaEventBody } from '@gatehouse/platform/contract'
import { AppError, commandExpired } from '../errors.ts'
import type { Background } from './background.ts'
import type { CommandDesk } from './command-desk.ts'
import type { CommandJournal } from './command-journal.ts'
import type { DesiredState } from './desired-state.ts'
import type { CommandData } from './house.ts'
import type { Clock, Logger, PlatformLink, PlatformMessage, StateStore } from './ports.ts'

type Announcement = Extract<PlatformMessage, { type: 'announce' }>
type Command = Extract<PlatformMessage, { type: 'command' }>
type LaneRaiseOrder = Extract<PlatformMessage, { type: 'raise-lane' }>
type LaneClaimOrder = Extract<PlatformMessage, { type: 'claim-lane' }>

type Link = Pick<PlatformLink, 'commandAccepted'>

/** Something to be done by a device before it is too late, and answered with a result. */
interface Errand extends Pick<Command, 'commandId' | 'deviceId' | 'name' | 'expiresAt'> {
  readonly run: () => Promise<CommandData>
}

interface PlatformInboxOptions {
  readonly commands: Pick<CommandDesk, 'run'>
  readonly journal: Pick<CommandJournal, 'note'>
  readonly announce: (announcement: Announcement) => Promise<void>
  /** Lets the car in front of a lane through; rejects with a coded error when the arm does not open. */
  readonly raiseLane: (order: LaneRaiseOrder) => Promise<CommandData>
  /** Decides about the car in front of a lane by the plate that its driver claims for it; resolves with the decision. */
  readonly claimLane: (order: LaneClaimOrder) => Promise<CommandData>
  readonly desired: Pick<DesiredState, 'apply'>
  readonly store: Pick<StateStore, 'commit'>
  readonly background: Background
  readonly clock: Clock
  readonly logger: Logger
}

/** Carries out what the platform asks for. Times in messages are by our clock. */
export function createPlatformInbox(options: PlatformInboxOptions) {
  const { commands, journal, announce, raiseLane, claimLane, desired, store, background, clock, logger } = options

  async function carryOut({ commandId, deviceId, name, expiresAt, run }: Errand, link: Link) {
    let result: AreaEventBody<'devices.command-result'>
    try {
      if (clock.now() >= expiresAt) throw commandExpired(commandId)
      link.commandAccepted(commandId)
      result = { commandId, ok: true, data: { ...(await run()) } }
    } catch (error) {
      if (!(error instanceof AppError)) logger.error({ err: error, deviceId, commandId }, 'command failed unexpectedly')
      result = { commandId, ok: false, ...describe(error) }
    }
    logger.info({ deviceId, commandId, name, ok: result.ok, code: result.code }, 'command ended')
    const cause = `platform:command/${commandId}`
    await store.commit({
      cause,
      events: [{ type: 'devices.command-result', at: clock.now(), deviceId, body: result }],
    })
  }

  function handle(message: PlatformMessage, link: Link): Promise<void> {
    switch (message.type) {
      case 'command':
        return carryOut({ ...message, run: () => commands.run(message, journal.note) }, link)
      case 'raise-lane':
        return carryOut({ ...message, deviceId: message.laneId, name: 'raise', run: () => raiseLane(message) }, link)
      case 'claim-lane':
        return carryOut({ ...message, deviceId: message.laneId, name: 'claim', run: () => claimLane(message) }, link)
      case 'announce':
        return announce(message)
      case 'desired':
        return desired.apply(message.area, message.revision, message.body)
    }
  }

  return (message: PlatformMessage, link: Link) => {
    const handled = handle(message, link).catch((error: unknown) =>
      logger.error({ err: error, messageType: message.type }, 'message of the platform not carried out'),
    )
    // A long list is not waited for: it is sent again to a gateway that has not told that it has it.
    if (message.type !== 'desired') background.add(handled)
  }
}

const describe = (error: unknown) =>
  error instanceof AppError
    ? { code: error.code.slice(0, 64), message: error.message.slice(0, 300) }
    : { code: 'INTERNAL', message: 'The gateway could not carry out the command; see its log' }
