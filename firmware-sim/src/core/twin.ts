import { CommandEnvelope, type CommandResult } from '@gatehouse/gateway/protocol'
import { Compile } from 'typebox/compile'
import { Value } from 'typebox/value'
import type { Faults } from './faults.ts'
import type { Random } from './seeded-random.ts'
import type { Outcome, SimContext, SimDevice } from './sim-device.ts'

/** Results that a device keeps, to answer a command that comes twice without doing it twice. */
const rememberedResults = 100

export interface TwinPorts<R, E> {
  readonly random: Random
  readonly faults: Faults
  /** 1 is real time; 10 makes every delay ten times shorter. */
  readonly pace: number
  now(): number
  /** Something changed, or it is time to. */
  report(report: R): void
  event(event: E): void
}

/** A device definition brought to life: state, timers, memory; knows no network. */
export interface Twin<X> {
  /** Answers the result, or nothing when the command is to be ignored. */
  command(message: unknown): CommandResult | undefined
  stimulate(stimulus: X): void
  /** The regular report. */
  tick(): void
  stop(): void
}

const envelope = Compile(CommandEnvelope)

const toResult = (commandId: string, outcome: Outcome): CommandResult => {
  if (outcome === undefined) return { commandId, ok: true }
  return 'code' in outcome ? { commandId, ok: false, ...outcome } : { commandId, ok: true, data: { ...outcome.data } }
}

/** Named timers that end with the device. */
function createTimers(pace: number) {
  const timers = new Map<string, NodeJS.Timeout>()
  const cancel = (name: string) => {
    clearTimeout(timers.get(name))
    timers.delete(name)
  }
  return {
    after(name: string, ms: number, action: () => void) {
      cancel(name)
      const fire = () => {
        timers.delete(name)
        action()
      }
      timers.set(name, setTimeout(fire, ms / pace))
    },
    cancel,
    isPending: (name: string) => timers.has(name),
    cancelAll: () => [...timers.keys()].forEach(cancel),
  }
}

function createResultMemory() {
  const results = new Map<string, CommandResult>()
  return {
    get: (commandId: string) => results.get(commandId),
    keep(result: CommandResult) {
      results.set(result.commandId, result)
      const oldest = results.keys().next()
      if (results.size > rememberedResults && !oldest.done) results.delete(oldest.value)
      return result
    },
    clear: () => results.clear(),
  }
}

/** Stamps reports, and tells whether there is anything new to report. */
function createReporter<S extends object, R, E, C, X>(device: SimDevice<S, R, E, C, X>, ports: TwinPorts<R, E>) {
  let seq = 0
  let last = ''
  return {
    report(state: S, onlyIfChanged: boolean) {
      const body = device.report(state)
      const text = JSON.stringify(body)
      if (onlyIfChanged && text === last) return
      last = text
      seq += 1
      ports.report({ at: ports.now(), seq, ...body } as R)
    },
    restart() {
      seq = 0
      last = ''
    },
  }
}

function createContext<R, E>(
  ports: TwinPorts<R, E>,
  timers: ReturnType<typeof createTimers>,
  whileRunning: (action: () => void) => void,
): SimContext<E> & { restart(): void } {
  // The clock is part of the name: a restarted device never uses the name of an earlier event again.
  let boot = ports.now().toString(36)
  let events = 0
  return {
    restart() {
      boot = ports.now().toString(36)
      events = 0
    },
    random: ports.random,
    after: (name, ms, action) => timers.after(name, ms, () => whileRunning(action)),
    cancel: timers.cancel,
    isPending: timers.isPending,
    emit(event) {
      events += 1
      ports.event({ id: `${boot}-${events}`, at: ports.now(), seq: events, ...event } as E)
    },
    whenReady: (value, action) => void value.then((ready) => whileRunning(() => action(ready))),
    isStuck: () => ports.faults.has('stuck'),
  }
}

export function createTwin<S extends object, R, E, C, X>(
  device: SimDevice<S, R, E, C, X>,
  ports: TwinPorts<R, E>,
): Twin<X> {
  const { faults } = ports
  const state = structuredClone(device.initial)
  const timers = createTimers(ports.pace)
  const results = createResultMemory()
  const reporter = createReporter(device, ports)
  let isStopped = false

  const sim = createContext(ports, timers, (action) => {
    if (isStopped) return
    action()
    reporter.report(state, true)
  })

  let isDark = false
  faults.onChange(() => {
    if (faults.has('power-cut') === isDark) return
    isDark = !isDark
    if (isDark) forget()
    else reporter.report(state, false)
  })
  function forget() {
    timers.cancelAll()
    results.clear()
    Object.assign(state, structuredClone(device.initial))
    reporter.restart()
    sim.restart()
  }

  return {
    command(message) {
      if (isDark || !envelope.Check(message) || message.expiresAt < ports.now()) return undefined
      const { commandId } = message
      const known = results.get(commandId)
      if (known) return known
      const result = Value.Check(device.command, message)
        ? toResult(commandId, device.onCommand(state, message as C, sim))
        : toResult(commandId, { code: 'COMMAND_UNSUPPORTED', message: 'This firmware does not know the command' })
      reporter.report(state, true)
      return results.keep(result)
    },
    stimulate(stimulus) {
      if (isDark) return
      device.onStimulus(state, stimulus, sim)
      reporter.report(state, true)
    },
    tick() {
      if (isDark) return
      device.onTick?.(state, sim)
      reporter.report(state, false)
    },
    stop() {
      isStopped = true
      timers.cancelAll()
    },
  }
}
