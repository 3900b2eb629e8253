import type { AuditLogEntry } from '../../contract/index.ts'

export type ExportFormat = 'csv' | 'jsonl'

export interface Format {
  readonly contentType: string
  readonly head: string
  readonly line: (entry: AuditLogEntry) => string
}

/** Excel takes a file without it for the local code page and shows no Chinese. */
const byteOrderMark = '\uFEFF'
const columns = [
  ...['number', 'day', 'time', 'actor', 'action', 'target', 'compound', 'address', 'reason', 'outcome', 'details'],
  'hash',
]

/** A spreadsheet computes cells that begin like a formula; the apostrophe makes them text. */
const defused = (value: string) => (/^[\s]*[=+\-@\t\r]/.test(value) ? `'${value}` : value)
const cell = (value: string | number) =>
  typeof value === 'number' ? String(value) : `"${defused(value).replaceAll('"', '""')}"`
const row = (cells: readonly (string | number)[]) => `${cells.map(cell).join(',')}\r\n`

const detailsText = (details: AuditLogEntry['details']) =>
  Object.entries(details)
    .map(([name, value]) => `${name}=${value}`)
    .join('; ')

export const formats: Readonly<Record<ExportFormat, Format>> = {
  csv: {
    contentType: 'text/csv; charset=utf-8',
    head: byteOrderMark + row(columns),
    line: (entry) =>
      row([
        ...[entry.number, entry.day, new Date(entry.at).toISOString(), entry.actor, entry.action, entry.target ?? ''],
        ...[entry.compoundId ?? '', entry.address ?? '', entry.reason ?? '', entry.outcome],
        ...[detailsText(entry.details), entry.hash],
      ]),
  },
  jsonl: {
    contentType: 'application/x-ndjson; charset=utf-8',
    head: '',
    line: (entry) => `${JSON.stringify(entry)}\n`,
  },
}
