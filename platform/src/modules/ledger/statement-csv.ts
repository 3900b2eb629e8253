import type { LedgerEntry } from '../../domain/index.ts'

const columns = ['entryId', 'at', 'kind', 'sessionId', 'paymentId', 'tariffVersion', 'account', 'fen'] as const

/** Quoted where needed; what a spreadsheet would take for a formula is made text. */
function cell(value: string | number | undefined): string {
  if (value === undefined) return ''
  if (typeof value === 'number') return String(value)
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** One row for each line of each entry; times are UTC, amounts are fen. Begins with a mark so that Excel reads UTF-8. */
export function toCsv(entries: readonly LedgerEntry[]): string {
  const rows = entries.flatMap(({ lines, ...entry }) =>
    lines.map(({ account, fen }) => [
      ...[entry.entryId, new Date(entry.at).toISOString(), entry.kind, entry.sessionId, entry.paymentId],
      ...[entry.tariffVersion, account, fen],
    ]),
  )
  return `\uFEFF${[columns, ...rows].map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`
}
