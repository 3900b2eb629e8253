import type { AuditProblem } from '../../contract/index.ts'
import type { Anchor, AnchorLine } from './anchors.ts'
import type { ChainedEntry } from './chain.ts'
import { diagnose, follows, type Good, type Lookup } from './diagnose.ts'

export interface DayReport {
  readonly day: string
  readonly entries: number
  /** The first thing that is wrong. */
  readonly problem?: AuditProblem | undefined
}

export interface VerifyInput {
  /** What comes before the first page. */
  readonly start: Good
  readonly pages: AsyncIterable<readonly ChainedEntry[]>
  readonly lookup: Lookup
  readonly anchors: AsyncIterable<AnchorLine>
  /** Whether the pages go to the end of the log: only then can something be missing there. */
  readonly toTheEnd: boolean
  readonly onDay: (report: DayReport) => void
}

export interface VerifyReport {
  readonly entries: number
  readonly anchors: number
  readonly problems: readonly AuditProblem[]
}

/** More is no help to anybody. */
const mostProblems = 100

const ofAnchor = ({ line, problem }: { line: number; problem: string }): AuditProblem => ({
  ...{ what: 'anchor', day: '', number: line },
  message: `Line ${line} of the anchors ${problem}`,
})

/** Anchors in step with the entries: both rise. */
function createAnchorReader(source: AsyncIterable<AnchorLine>, report: (problem: AuditProblem) => void) {
  const lines = source[Symbol.asyncIterator]()
  let waiting: Anchor | undefined
  let seen = 0
  async function next(): Promise<Anchor | undefined> {
    while (!waiting) {
      const step = await lines.next()
      if (step.done === true) return undefined
      if ('anchor' in step.value) waiting = step.value.anchor
      else report(ofAnchor(step.value))
    }
    return waiting
  }
  return {
    seen: () => seen,
    /** The anchor of exactly this entry; those of earlier ones are passed over. */
    async at(number: number): Promise<Anchor | undefined> {
      let anchor = await next()
      while (anchor && anchor.number < number) {
        waiting = undefined
        anchor = await next()
      }
      if (anchor?.number !== number) return undefined
      waiting = undefined
      seen += 1
      return anchor
    },
    /** The newest of those that are left. */
    async rest(): Promise<Anchor | undefined> {
      let last: Anchor | undefined
      for (let anchor = await next(); anchor; anchor = await next()) {
        last = anchor
        waiting = undefined
      }
      return last
    },
  }
}

const rewritten = (entry: ChainedEntry, since: number): AuditProblem => ({
  ...{ what: 'changed', day: entry.day, number: since + 1, until: entry.number },
  ...{ at: entry.at, actor: entry.actor, action: entry.action },
  message: `Of entries ${since + 1} to ${entry.number} at least one is not as it was when entry ${entry.number} was anchored`,
})

const cutOff = (good: Good, anchor: Anchor): AuditProblem => ({
  ...{ what: 'cut-off', day: good.day, number: good.number + 1, until: anchor.number },
  message: `Entries ${good.number + 1} to ${anchor.number} are missing at the end: the anchors know of them`,
})

/** Keeps what is said of each day; one problem a day is enough. */
function createDays({ onDay }: Pick<VerifyInput, 'onDay'>, report: (problem: AuditProblem) => void) {
  let open: { day: string; entries: number; problem?: AuditProblem | undefined } | undefined
  const close = () => {
    if (open) onDay(open)
  }
  function blame(problem: AuditProblem | undefined) {
    if (!problem) return
    report(problem)
    if (open) open.problem ??= problem
  }
  return {
    blame,
    close,
    isKnownBad: ({ day }: ChainedEntry) => open !== undefined && day <= open.day && open.problem !== undefined,
    count({ day }: ChainedEntry, problem: AuditProblem | undefined) {
      // Days only rise. What stands in a wrong place says nothing about the day of that place.
      const stays = open !== undefined && (day <= open.day || problem?.what === 'reordered')
      // What the first entry of a day shows may be the fault of the last one of the day before.
      const isOfOpen = stays || (problem !== undefined && problem.day < day)
      if (isOfOpen) blame(problem)
      if (!stays) {
        close()
        open = { day, entries: 0 }
      }
      if (!isOfOpen) blame(problem)
      if (open) open.entries += 1
    },
  }
}

/** Walks over the chain once, a page at a time; after a problem the next day is judged by itself. */
export async function verifyChain(input: VerifyInput): Promise<VerifyReport> {
  const problems: AuditProblem[] = []
  function report(problem: AuditProblem) {
    if (problems.length < mostProblems) problems.push(problem)
  }
  const anchors = createAnchorReader(input.anchors, report)
  const days = createDays(input, report)
  let good = input.start
  let anchored = good.number
  let entries = 0

  async function problemAt(entry: ChainedEntry) {
    if (!follows(good, entry)) return diagnose(good, entry, input.lookup)
    const anchor = await anchors.at(entry.number)
    if (!anchor) return undefined
    if (anchor.hash !== entry.hash) return rewritten(entry, anchored)
    anchored = entry.number
    return undefined
  }

  for await (const page of input.pages)
    for (const entry of page) {
      days.count(entry, days.isKnownBad(entry) ? undefined : await problemAt(entry))
      entries += 1
      good = { number: entry.number, day: entry.day, hash: entry.hash, entry }
    }
  const beyond = input.toTheEnd ? await anchors.rest() : undefined
  if (beyond && beyond.number > good.number) days.blame(cutOff(good, beyond))
  days.close()
  return { entries, anchors: anchors.seen(), problems }
}
