import type { AuditEntry } from '../../core/ports.ts'
import type { Unchained } from './chain.ts'

const longest = {
  actor: 80,
  action: 80,
  target: 200,
  compoundId: 64,
  address: 64,
  reason: 200,
  outcome: 16,
  detail: 200,
}
const mostDetails = 40

/** Text that both databases give back exactly as it was: PostgreSQL takes no U+0000, UTF-8 no half characters. */
const text = (value: string, length: number) => value.slice(0, length).replaceAll('\0', '\uFFFD').toWellFormed()

const optional = (value: string | undefined, length: number) =>
  value === undefined || value === '' ? null : text(value, length)

function detailsOf(details: NonNullable<AuditEntry['details']>): string {
  const kept = Object.entries(details)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, mostDetails)
    .map(([name, value]) => [text(name, 64), typeof value === 'string' ? text(value, longest.detail) : value] as const)
  return JSON.stringify(Object.fromEntries(kept))
}

/** Brings an entry into the form in which it is hashed and stored. */
export const cleaned = (entry: AuditEntry, at: number): Unchained => ({
  at,
  actor: text(entry.actor, longest.actor),
  action: text(entry.action, longest.action),
  target: optional(entry.target, longest.target),
  compoundId: optional(entry.compoundId, longest.compoundId),
  address: optional(entry.address, longest.address),
  reason: optional(entry.reason, longest.reason),
  outcome: entry.outcome,
  details: detailsOf(entry.details ?? {}),
})
