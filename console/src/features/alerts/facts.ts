import type { Alert } from '@gatehouse/platform/contract'
import type { Text } from '../../i18n'
import { absoluteTime } from '../../i18n/useFormat'

export interface Fact {
  readonly name: string
  readonly label: string
  readonly value: string
}

/** Shown elsewhere, or for machines only. */
const hidden = new Set(['eventId', 'picture'])
/** Numbers that are moments. */
const moments = new Set(['from', 'to', 'expiresAt'])
const units: Readonly<Record<string, string>> = { confidence: ' %', offsetMs: ' ms', freeBytes: ' B' }
/** Where the words for a value are; others are shown as they came. */
const wordGroups: Readonly<Record<string, 'rule' | 'value'>> = {
  direction: 'value',
  decision: 'value',
  colour: 'value',
  method: 'value',
  alarm: 'value',
  credential: 'value',
  reason: 'value',
  rule: 'rule',
}

interface ExitResult {
  readonly deviceId: string
  readonly ok: boolean
}
const isResults = (value: unknown): value is readonly ExitResult[] =>
  Array.isArray(value) &&
  value.every((item) => typeof item === 'object' && item !== null && 'deviceId' in item && 'ok' in item)

function resultsText({ t }: Text, results: readonly ExitResult[], nameOf: (deviceId: string) => string) {
  const failed = results.filter(({ ok }) => !ok).map(({ deviceId }) => nameOf(deviceId))
  const summary = t('value.resultsOf', { ok: results.length - failed.length, all: results.length })
  return failed.length === 0 ? summary : `${summary} · ${t('value.resultsFailed', { names: failed.join(', ') })}`
}

function numberText({ locale }: Text, name: string, value: number): string {
  if (moments.has(name)) return absoluteTime(value, Date.now(), locale.value)
  return `${String(value)}${units[name] ?? ''}`
}

function valueText(text: Text, [name, value]: [string, unknown], nameOf: (deviceId: string) => string): string {
  const { t, label } = text
  if (isResults(value)) return resultsText(text, value, nameOf)
  if (typeof value === 'boolean') return value ? t('common.yes') : t('common.no')
  if (typeof value === 'number') return numberText(text, name, value)
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.join(', ')
  if (typeof value !== 'string') return JSON.stringify(value)
  if (name === 'trigger') return nameOf(value)
  const group = wordGroups[name]
  return group ? label(group, value) : value
}

/** What an alert's event says, in words; names of devices by `nameOf`. */
export const factsOf = (
  text: Text,
  { details }: Pick<Alert, 'details'>,
  nameOf: (deviceId: string) => string,
): readonly Fact[] =>
  Object.entries(details)
    .filter(
      ([name, value]) =>
        !hidden.has(name) &&
        value !== undefined &&
        value !== null &&
        value !== '' &&
        !(name === 'distance' && value === 0),
    )
    .map((entry) => ({
      name: entry[0],
      label: text.label('fact', entry[0]),
      value: valueText(text, entry, nameOf),
    }))
