import { useText, type Locale } from './index'

type Unit = 'second' | 'minute' | 'hour' | 'day'
const steps: readonly (readonly [Unit, number, number])[] = [
  ['second', 1000, 60_000],
  ['minute', 60_000, 3_600_000],
  ['hour', 3_600_000, 86_400_000],
  ['day', 86_400_000, Infinity],
]

const cache = new Map<string, unknown>()
/** Formatters are expensive to make and are asked for in every row. */
function cached<T>(key: string, make: () => T): T {
  if (!cache.has(key)) cache.set(key, make())
  return cache.get(key) as T
}

export function relativeTime(at: number, now: number, locale: Locale): string {
  const ago = Math.max(0, now - at)
  const [unit, size] = steps.find(([, , limit]) => ago < limit) ?? (['day', 86_400_000] as const)
  const format = cached(`r${locale}`, () => new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'narrow' }))
  return format.format(-Math.floor(ago / size), unit)
}

/** A length of time in its largest unit: "3 分钟", "3 min". */
export function durationText(ms: number, locale: Locale): string {
  const [unit, size] = steps.find(([, , limit]) => ms < limit) ?? (['day', 86_400_000] as const)
  const style = { style: 'unit', unit, unitDisplay: 'short' } as const
  return cached(`d${locale}${unit}`, () => new Intl.NumberFormat(locale, style)).format(
    Math.max(0, Math.floor(ms / size)),
  )
}

const sameDay = (a: number, b: number) => new Date(a).toDateString() === new Date(b).toDateString()
const clock = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const
const day = { month: '2-digit', day: '2-digit' } as const

/** The time of day, with the date in front when it was not today. */
export function absoluteTime(at: number, now: number, locale: Locale): string {
  const today = sameDay(at, now)
  const format = cached(
    `a${locale}${String(today)}`,
    () => new Intl.DateTimeFormat(locale, today ? clock : { ...day, ...clock }),
  )
  return format.format(at)
}

/** Times and numbers in the words of the chosen language. */
export function useFormat() {
  const { locale } = useText()
  return {
    relative: (at: number, now: number) => relativeTime(at, now, locale.value),
    duration: (ms: number) => durationText(ms, locale.value),
    absolute: (at: number, now: number = Date.now()) => absoluteTime(at, now, locale.value),
    /** The whole date, for what is years away. */
    date: (at: number) =>
      cached(
        `f${locale.value}`,
        () => new Intl.DateTimeFormat(locale.value, { dateStyle: 'medium', timeStyle: 'short' }),
      ).format(at),
    list: (names: readonly string[]) =>
      cached(
        `l${locale.value}`,
        () => new Intl.ListFormat(locale.value, { style: 'short', type: 'conjunction' }),
      ).format(names),
    number: (value: number, digits = 1) =>
      cached(
        `n${locale.value}${digits}`,
        () => new Intl.NumberFormat(locale.value, { maximumFractionDigits: digits }),
      ).format(value),
  }
}
