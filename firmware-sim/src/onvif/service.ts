import type { Camera } from './camera.ts'
import { invalidArgument, missingArgument } from './faults.ts'
import { textOf, type Xml } from './xml.ts'
import { parseDuration } from './xml-time.ts'

/** One operation that a client asked for. */
export interface Call {
  readonly camera: Camera
  /** The operation's element. */
  readonly argument: unknown
  /** What follows the service in the URL: the id of a subscription. */
  readonly resource: string
  /** Aborted when the client hangs up. */
  readonly signal: AbortSignal
}

export type Operation = (call: Call) => Xml | Promise<Xml>

export interface Service {
  /** Operations that need no login (access class PRE_AUTH of ONVIF Core 5.9.4.3). */
  readonly open: Readonly<Record<string, Operation>>
  readonly guarded: Readonly<Record<string, Operation>>
}

export function requiredText(call: Call, ...path: readonly string[]): string {
  const text = textOf(call.argument, ...path)
  if (text === undefined || text === '') throw missingArgument(path.at(-1) ?? '')
  return text
}

/** A duration argument within a limit, or the fallback when the client leaves it out. */
export function durationOf(call: Call, name: string, limits: { fallbackMs: number; maxMs: number }): number {
  const text = textOf(call.argument, name)
  if (!text) return limits.fallbackMs
  const duration = parseDuration(text)
  if (duration === undefined) throw invalidArgument(`${name} is no duration`)
  return Math.min(duration, limits.maxMs)
}
