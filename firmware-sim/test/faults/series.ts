import { setTimeout as delay } from 'node:timers/promises'
import { createRandom, type Random } from '../../src/core/seeded-random.ts'
import type { Fault, FaultRow, Saying } from './fault.ts'
import type { Balance } from './ledger.ts'
import { startSite, type Site } from './site.ts'
import { until, untilNewsArrive } from './waits.ts'

export interface SeriesOptions {
  readonly rounds: number
  readonly seed: string
  /** Only this one, counted from 1. */
  readonly onlyRound?: number | undefined
}

/** A strike falls into the midst of things, at a moment that nobody chose. */
const beforeStrikeMs = [50, 400] as const
const defaultLasts = [300, 900] as const
const settleWithinMs = 60_000
/** What is said late is unsaid late, too. */
const unsaidWithinMs = 15_000

async function untilSaid({ what, isSaid, withinMs }: Saying, since: number): Promise<number> {
  await until(what, isSaid, withinMs)
  return performance.now() - since
}

interface Round {
  readonly random: Random
  readonly round: number
}

interface RoundNotes {
  readonly recoveryMs: number
  readonly toldMs: number | undefined
}

async function playRound(fault: Fault, site: Site, { random, round }: Round): Promise<RoundNotes> {
  await delay(random.int(...beforeStrikeMs))
  const struckAt = performance.now()
  let saying: Saying | undefined
  let toldMs: number | undefined
  try {
    saying = await fault.strike(site, random, round)
    if (saying) toldMs = await untilSaid(saying, struckAt)
    else await delay(random.int(...(fault.lasts ?? defaultLasts)))
  } finally {
    await fault.heal(site, random)
  }
  const healedAt = performance.now()
  await untilNewsArrive(site)
  const recoveryMs = performance.now() - healedAt
  if (saying) {
    const { what, isSaid } = saying
    await until(`no longer: ${what}`, async () => !(await isSaid()), unsaidWithinMs)
  }
  await fault.expectAfter?.(site)
  return { recoveryMs, toldMs }
}

/** The devices rest, everything they made is acknowledged, and everything acknowledged is at the centre. */
async function settle(site: Site): Promise<Balance> {
  site.stream.pause()
  await until('every message is acknowledged', () => site.devices.every(({ isIdle }) => isIdle), settleWithinMs)
  let last: Balance | undefined
  await until(
    'everything acknowledged is at the centre',
    async () => {
      last = await site.balance()
      return last.lost === 0
    },
    { withinMs: settleWithinMs, asked: 'everything' },
  ).catch(() => undefined) // what is missing is in the balance
  // Once more, for what may still be coming a second time.
  await delay(300)
  return (last = await site.balance())
}

/** Plays one fault again and again in one running house, then draws the balance. */
export async function playSeries(fault: Fault, { rounds, seed, onlyRound }: SeriesOptions): Promise<FaultRow> {
  const ownSeed = `${seed}/${fault.id}`
  const site = await startSite(fault.site ?? {}, createRandom(ownSeed))
  const notes: RoundNotes[] = []
  try {
    await untilNewsArrive(site)
    const numbers = onlyRound === undefined ? Array.from({ length: rounds }, (_, index) => index + 1) : [onlyRound]
    for (const round of numbers) {
      try {
        notes.push(await playRound(fault, site, { random: createRandom(`${ownSeed}/${round}`), round }))
      } catch (error) {
        throw new Error(`${fault.id}, round ${round}, seed ${seed}: ${logsOf(site)}`, { cause: error })
      }
    }
    const settled = await settle(site)
    const { sent, acknowledged, stored, lost, doubled, outOfOrder, foreign } = settled
    if (!isClean(settled)) throw new Error(`${fault.id}, seed ${seed}: ${JSON.stringify(settled)}${logsOf(site)}`)
    const told = notes.flatMap(({ toldMs }) => toldMs ?? [])
    return {
      ...{ id: fault.id, what: fault.what, rounds: notes.length, seed },
      ...{ sent, acknowledged, stored, lost, doubled, outOfOrder, foreign },
      recoveryMs: Math.max(0, ...notes.map(({ recoveryMs }) => recoveryMs)),
      ...(told.length > 0 && { toldMs: Math.max(...told) }),
    }
  } finally {
    await site.close()
  }
}

/** Everything that was made is at the centre once, in order. */
const isClean = ({ sent, acknowledged, stored, lost, doubled, outOfOrder, foreign }: Balance) =>
  acknowledged === sent && stored === sent && lost + doubled + outOfOrder + foreign === 0

const lastLines = 30

/** The last warnings of both servers, for whoever reads the failure. */
const logsOf = ({ house }: Site) =>
  (['platform', 'gateway'] as const)
    .map((name) => {
      const warnings = house[name]
        .output()
        .split('\n')
        .filter((line) => !line.includes('"level":30') && !line.includes('"device offline"'))
      return `\n--- ${name}\n${warnings.slice(-lastLines).join('\n')}`
    })
    .join('')
