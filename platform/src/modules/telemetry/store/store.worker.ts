import { parentPort, workerData } from 'node:worker_threads'
import { gunzipSync } from 'node:zlib'
import { createEarliestTime } from '../../../core/earliest-time.ts'
import type { LineProblem } from '../line-protocol.ts'
import { readPoints, type TelemetryNumber } from '../telemetry-points.ts'
import type { StoreReply, StoreRequest, StoreSettings, WriteBody, WriteOutcome } from './messages.ts'
import { openMendedStore } from './mended-store.ts'
import type { StoreOptions } from './store-context.ts'
import { minuteMs } from './tiers.ts'

/** What a compressed write may grow to. */
const maxTextBytes = 32 * 1024 * 1024
const settleEveryMs = 5000
/** Not at the start: a clock that is wrong then may be right by then. */
const forgetEveryMs = 10 * minuteMs

let writes: Extract<StoreRequest, { call: 'write' }>[] = []

const reply = (message: StoreReply) => parentPort?.postMessage(message)
const options: StoreOptions = {
  ...(workerData as StoreSettings),
  now: createEarliestTime({ wall: Date.now, uptime: () => performance.now() }),
}
const store = openMendedStore(options, (rescue) => reply({ rescue }))
const fail = (id: number, error: unknown, damaged = false) => {
  reply({ id, failure: error instanceof Error ? error.message : String(error), damaged })
}

interface ReadWrite {
  readonly id: number
  readonly points: readonly TelemetryNumber[]
  readonly problems: readonly LineProblem[]
}

const textOf = ({ body, gzip }: WriteBody) =>
  new TextDecoder('utf-8', { fatal: true }).decode(gzip ? gunzipSync(body, { maxOutputLength: maxTextBytes }) : body)

function read({ id, ask }: Extract<StoreRequest, { call: 'write' }>): ReadWrite[] {
  try {
    return [{ id, ...readPoints({ ...ask, text: textOf(ask) }, Date.now()) }]
  } catch (error) {
    fail(id, error, true)
    return []
  }
}

/** A line is named once, however many of its values were not stored. */
function outcome({ points, problems }: ReadWrite, refused: ReadonlyMap<TelemetryNumber, string>): WriteOutcome {
  const lost = points.filter((point) => refused.has(point))
  const byLine = new Map(problems.map((problem) => [problem.line, problem]))
  for (const point of lost) byLine.set(point.line, { line: point.line, problem: refused.get(point) ?? '' })
  return { stored: points.length - lost.length, problems: [...byLine.values()].sort((a, b) => a.line - b.line) }
}

/** Everything that arrived meanwhile shares one commit, and is answered after it. */
function commit() {
  const group = writes.flatMap(read)
  writes = []
  try {
    const refused = store.write(group.flatMap(({ points }) => points))
    for (const written of group) reply({ id: written.id, answer: outcome(written, refused) })
  } catch (error) {
    for (const { id } of group) fail(id, error)
  }
}

function answer(request: Exclude<StoreRequest, { call: 'write' }>) {
  try {
    if (request.call === 'series') {
      reply({ id: request.id, answer: store.series(request.ask) })
      return
    }
    commit()
    store.close()
    reply({ id: request.id, answer: null })
    parentPort?.close()
    clearInterval(settling)
    clearInterval(forgetting)
  } catch (error) {
    fail(request.id, error)
  }
}

/** In steps, so that nobody waits behind it for long. */
function settle() {
  if (store.settle()) setImmediate(settle)
}

store.forget()
const settling = setInterval(settle, settleEveryMs)
const forgetting = setInterval(() => store.forget(), forgetEveryMs)

parentPort?.on('message', (request: StoreRequest) => {
  if (request.call !== 'write') answer(request)
  else if (writes.push(request) === 1) setImmediate(commit)
})
