import type { AccessDecision, DesiredBody, NewAreaEvent } from '@gatehouse/platform/contract'
import { decideAccess, type AccessAttempt, type AccessVerdict } from '@gatehouse/platform/domain'
import { isFirstHeld } from '../../core/held-changes.ts'
import { causeOf, originOf, type House, type SignalHandlers } from '../../core/house.ts'
import { createOpener } from '../../core/opener.ts'
import type { SignalContext } from '../../core/signals.ts'
import { createPeople, type KnownPerson } from './people.ts'

/** Somebody stands at the door: what comes later is of no use. */
const actWithinMs = 5_000
/** Long enough to pull a heavy door open, too short to follow somebody in at leisure. */
const holdSeconds = 5

interface Attempt {
  readonly method: AccessAttempt['method']
  readonly person: KnownPerson | undefined
  readonly liveness?: number
  readonly picture?: string | undefined
}

/** The gates: who may walk in. */
export function createAccessArea(house: House) {
  const { store } = house
  const answer = createAnswer(house)
  const people = createPeople(store)
  const loaded = Promise.withResolvers<undefined>()

  async function attempt({ picture, ...rest }: Attempt, context: SignalContext) {
    const verdict = decideAccess({ ...rest, at: context.at })
    const body: AccessDecision = {
      eventId: context.eventId,
      method: rest.method,
      ...verdict,
      ...(rest.person && { personId: rest.person.personId }),
      ...(picture !== undefined && { picture }),
    }
    const event: NewAreaEvent = { type: eventTypeOf(verdict), ...originOf(context), body }
    try {
      const { duplicate } = await store.commit({ cause: causeOf(context), events: [event] })
      // A replayed event is history: nobody stands there any more.
      if (!duplicate && !context.replayed) answer(context, verdict)
    } catch (error) {
      // A full disk must keep nobody in; the message is not acknowledged, and is written when there is room.
      if (isFirstHeld(error) && !context.replayed) answer(context, verdict)
      throw error
    }
  }

  const signals: SignalHandlers = {
    'face-recognised': async ({ faceId, liveness, picture }, context) => {
      await loaded.promise
      await attempt({ method: 'face', person: people.byFace(faceId), liveness, picture }, context)
    },
    'stranger-seen': async ({ liveness, picture }, context) => {
      await loaded.promise
      await attempt({ method: 'face', person: undefined, liveness, picture }, context)
    },
    'card-presented': async ({ card }, context) => {
      await loaded.promise
      await attempt({ method: 'card', person: people.byCard(card) }, context)
    },
    'door-alarm': async ({ alarm }, context) => {
      await loaded.promise
      const events = [
        { type: 'access.door-alarm', ...originOf(context), body: { eventId: context.eventId, alarm } } as const,
      ]
      await store.commit({ cause: causeOf(context), events })
    },
  }

  return {
    signals,
    /** Whether everything that was stored still fits. */
    isWhole: () => people.isWhole(),
    async load() {
      await people.load()
      loaded.resolve(undefined)
    },
    async applyDesired(body: DesiredBody<'access'>) {
      await loaded.promise
      await people.replace(body.people)
      return []
    },
  }
}

/** Opens, or says why not. */
function createAnswer(house: House) {
  const open = createOpener(house)
  return (context: SignalContext, { decision, rule, reason }: AccessVerdict) => {
    if (decision === 'open') void open({ context, args: { holdSeconds }, timeoutMs: actWithinMs })
    // A gate that speaks to everybody who walks by is soon switched off.
    else if (rule !== 'stranger') say(house, context.deviceId, reason)
  }
}

function say({ order, logger }: House, deviceId: string, text: string) {
  order({ deviceId, name: 'say', args: { text }, timeoutMs: actWithinMs }).catch((error: unknown) =>
    logger.warn({ err: error, deviceId }, 'gate did not say a text'),
  )
}

function eventTypeOf({ decision, rule }: AccessVerdict) {
  if (decision === 'open') return 'access.entry-granted'
  return rule === 'stranger' ? 'access.stranger' : 'access.entry-refused'
}
