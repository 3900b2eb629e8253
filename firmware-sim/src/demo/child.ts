import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'

const keptLines = 20
const firstRestartMs = 1000
const lastRestartMs = 30_000
/** A child that ran this long has recovered: the next restart is quick again. */
const healthyMs = 60_000
/** Three children one after the other stay within the ten seconds that an operator waits. */
const stopMs = 3000

export interface ChildPlan {
  readonly name: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly logFile: string
  /** Whether a line of its output says that it is ready. */
  readonly isReady: (line: string) => boolean
  readonly readyWithinMs: number
}

/** Told when a child ends by itself. */
export type OnFailure = (failure: {
  readonly name: string
  readonly reason: string
  readonly lastLines: readonly string[]
  readonly restartInMs: number
}) => void

export interface Child {
  readonly name: string
  stop(): Promise<void>
}

interface Run {
  readonly process: ChildProcess
  readonly lastLines: readonly string[]
  readonly ended: Promise<string>
  readonly ready: Promise<void>
}

const delay = (ms: number) =>
  new Promise<void>((resolve) => {
    setTimeout(resolve, ms).unref()
  })

function run({ args, env, logFile, isReady }: ChildPlan): Run {
  const log = createWriteStream(logFile, { flags: 'a', mode: 0o600 })
  // The child leads its own group: Ctrl-C reaches only us, and we stop the children in order.
  const child = spawn(process.execPath, [...args], { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  const lastLines: string[] = []
  const ready = Promise.withResolvers<undefined>()
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      log.write(`${line}\n`)
      lastLines.push(line)
      if (lastLines.length > keptLines) lastLines.shift()
      if (isReady(line)) ready.resolve(undefined)
    })
  }
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('close', (code, signal) => {
      log.end()
      resolve(signal === null ? `exit code ${code ?? '?'}` : `signal ${signal}`)
    })
  })
  return { process: child, lastLines, ended, ready: ready.promise }
}

const lastWords = (name: string, what: string, { lastLines }: Run) =>
  new Error(`${name} ${what}. Its last words:\n${lastLines.map((line) => `  ${line}`).join('\n')}`)

const aborted = (signal: AbortSignal) =>
  new Promise<'stopped'>((resolve) => {
    if (signal.aborted) resolve('stopped')
    else signal.addEventListener('abort', () => resolve('stopped'), { once: true })
  })

async function untilReady(current: Run, { name, readyWithinMs }: ChildPlan, signal: AbortSignal) {
  const outcome = await Promise.race([
    current.ready.then(() => 'ready'),
    current.ended.then((reason) => `ended (${reason})`),
    delay(readyWithinMs).then(() => `was not ready within ${readyWithinMs / 1000} s`),
    aborted(signal),
  ])
  if (outcome !== 'ready') throw lastWords(name, outcome, current)
}

async function end({ process: child }: Run) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'close')
  child.kill('SIGTERM')
  const isGone = await Promise.race([closed.then(() => true), delay(stopMs).then(() => false)])
  if (isGone) return
  child.kill('SIGKILL')
  await closed
}

/** Restarts a child with growing pauses whenever it dies, until `signal` ends it. */
async function supervise(plan: ChildPlan, { first, signal, onFailure }: Supervision) {
  let current = first
  let pauseMs = firstRestartMs
  for (;;) {
    const startedAt = Date.now()
    const reason = await Promise.race([current.ended, aborted(signal)])
    if (signal.aborted) return end(current)
    if (Date.now() - startedAt > healthyMs) pauseMs = firstRestartMs
    onFailure({ name: plan.name, reason, lastLines: current.lastLines, restartInMs: pauseMs })
    const isDue = await pause(pauseMs, true, { signal }).catch(() => false)
    if (!isDue) return
    pauseMs = Math.min(lastRestartMs, pauseMs * 2)
    current = run(plan)
  }
}

interface Supervision {
  readonly first: Run
  readonly signal: AbortSignal
  readonly onFailure: OnFailure
}

/** Starts a child and resolves when it is ready; rejects with its last words if that never comes, or on `signal`. */
export async function startChild(plan: ChildPlan, onFailure: OnFailure, signal: AbortSignal): Promise<Child> {
  await mkdir(dirname(plan.logFile), { recursive: true })
  const first = run(plan)
  try {
    await untilReady(first, plan, signal)
  } catch (error) {
    await end(first)
    throw error
  }
  const stopping = new AbortController()
  const supervised = supervise(plan, { first, signal: stopping.signal, onFailure })
  return {
    name: plan.name,
    async stop() {
      stopping.abort()
      await supervised
    },
  }
}
