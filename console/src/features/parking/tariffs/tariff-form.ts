import type { TariffDraft } from '@gatehouse/platform/contract'
import { checkTariff, yuan, type TariffPeriod, type TariffTier, type VehicleClass } from '@gatehouse/platform/domain'
import { fenOf } from '../../../i18n/money'

/** What a person types: everything is text until it is checked. */
export interface TierForm {
  /** Empty: without end. */
  upToMinute: string
  unitMinutes: string
  yuan: string
}
export interface PeriodForm {
  /** `08:00`; an end of `00:00` is the end of the day. */
  from: string
  to: string
  tiers: TierForm[]
}
export interface TableForm {
  vehicleClasses: VehicleClass[]
  periods: PeriodForm[]
}
export interface TariffForm {
  name: string
  /** As the browser's field for date and time writes it. */
  validFrom: string
  freeMinutes: string
  graceMinutes: string
  capKind: 'none' | 'rolling-24h' | 'calendar-day'
  capYuan: string
  tables: TableForm[]
}

const minutesOfDay = 1440
const longestMinutes = 525_600
const defaultUtcOffset = 480

const clock = (minute: number) =>
  `${String(Math.floor((minute % minutesOfDay) / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`

const tierForm = ({ upToMinute, unitMinutes, fenPerUnit }: TariffTier): TierForm => ({
  upToMinute: upToMinute === null ? '' : String(upToMinute),
  unitMinutes: String(unitMinutes),
  yuan: yuan(fenPerUnit),
})
const periodForm = ({ fromMinute, toMinute, tiers }: TariffPeriod): PeriodForm => ({
  from: clock(fromMinute),
  to: clock(toMinute),
  tiers: tiers.map(tierForm),
})

/** A moment as the field for date and time takes it, on the clock of whoever looks. */
export function fieldTime(at: number): string {
  const local = new Date(at - new Date(at).getTimezoneOffset() * 60_000)
  return local.toISOString().slice(0, 16)
}

/** The form of a tariff, to be changed and become the next version from `validFrom` on. */
export const formOf = (tariff: TariffDraft, validFrom: number): TariffForm => ({
  name: tariff.name,
  validFrom: fieldTime(validFrom),
  freeMinutes: String(tariff.freeMinutes),
  graceMinutes: String(tariff.graceMinutes),
  capKind: tariff.cap?.kind ?? 'none',
  capYuan: tariff.cap ? yuan(tariff.cap.fen) : '',
  tables: tariff.classes.map(({ vehicleClasses, periods }) => ({
    vehicleClasses: [...vehicleClasses],
    periods: periods.map(periodForm),
  })),
})

export const newTier = (): TierForm => ({ upToMinute: '', unitMinutes: '60', yuan: '' })
export const newPeriod = (): PeriodForm => ({ from: '00:00', to: '00:00', tiers: [newTier()] })
export const newTable = (): TableForm => ({ vehicleClasses: [], periods: [newPeriod()] })

/** A first tariff: one table for all, all day, nothing filled in that costs money. */
export const emptyForm = (validFrom: number): TariffForm => ({
  name: '',
  validFrom: fieldTime(validFrom),
  freeMinutes: '30',
  graceMinutes: '15',
  capKind: 'none',
  capYuan: '',
  tables: [{ vehicleClasses: ['small', 'large', 'new-energy', 'other'], periods: [newPeriod()] }],
})

const whole = (text: string, minimum: number): number | undefined => {
  const value = /^\d{1,6}$/.test(text.trim()) ? Number(text) : undefined
  return value !== undefined && value >= minimum && value <= longestMinutes ? value : undefined
}
function minuteOfDay(text: string): number | undefined {
  const parts = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text)
  return parts ? Number(parts[1]) * 60 + Number(parts[2]) : undefined
}

export interface FormProblem {
  /** What of the form, as a path: `tables.0.periods.1`, or the name of a field. */
  readonly at: string
  readonly code: string
}

/** Notes what is wrong, and goes on with something harmless, so that all problems are found at once. */
function createCheck() {
  const problems: FormProblem[] = []
  return {
    problems,
    need<T>(value: T | undefined, instead: T, problem: FormProblem): T {
      if (value !== undefined) return value
      problems.push(problem)
      return instead
    },
  }
}
type Check = ReturnType<typeof createCheck>

function tierOf(check: Check, form: TierForm, at: string): TariffTier {
  const isOpen = form.upToMinute.trim() === ''
  return {
    upToMinute: isOpen ? null : check.need(whole(form.upToMinute, 1), 1, { at, code: 'minutes' }),
    unitMinutes: check.need(whole(form.unitMinutes, 1), 1, { at, code: 'minutes' }),
    fenPerUnit: check.need(fenOf(form.yuan), 0, { at, code: 'amount' }),
  }
}
function periodOf(check: Check, form: PeriodForm, at: string): TariffPeriod {
  const to = check.need(minuteOfDay(form.to), 0, { at, code: 'clock' })
  return {
    fromMinute: check.need(minuteOfDay(form.from), 0, { at, code: 'clock' }),
    toMinute: to === 0 ? minutesOfDay : to,
    tiers: form.tiers.map((tier, index) => tierOf(check, tier, `${at}.tiers.${index}`)),
  }
}
function capOf(check: Check, { capKind, capYuan }: TariffForm): TariffDraft['cap'] {
  if (capKind === 'none') return null
  return { kind: capKind, fen: check.need(fenOf(capYuan), 0, { at: 'cap', code: 'amount' }) }
}

/** The tariff that a form describes, and what is wrong with it: it may be used only when nothing is. */
export function draftOf(form: TariffForm): { readonly draft: TariffDraft; readonly problems: readonly FormProblem[] } {
  const check = createCheck()
  const time = new Date(form.validFrom).getTime()
  const draft: TariffDraft = {
    name: check.need(form.name.trim() || undefined, '?', { at: 'name', code: 'required' }),
    validFrom: check.need(Number.isNaN(time) ? undefined : time, 0, { at: 'validFrom', code: 'required' }),
    utcOffsetMinutes: defaultUtcOffset,
    freeMinutes: check.need(whole(form.freeMinutes, 0), 0, { at: 'freeMinutes', code: 'minutes' }),
    graceMinutes: check.need(whole(form.graceMinutes, 0), 0, { at: 'graceMinutes', code: 'minutes' }),
    cap: capOf(check, form),
    classes: form.tables.map(({ vehicleClasses, periods }, table) => ({
      vehicleClasses: [...vehicleClasses],
      periods: periods.map((period, index) => periodOf(check, period, `tables.${table}.periods.${index}`)),
    })),
  }
  const noClass = form.tables.flatMap(({ vehicleClasses }, table) =>
    vehicleClasses.length === 0 ? [{ at: `tables.${table}`, code: 'no-class' }] : [],
  )
  const rules = checkTariff(draft).map(({ code, table, period }) => ({
    at: period === undefined ? `tables.${table}` : `tables.${table}.periods.${period}`,
    code,
  }))
  return { draft, problems: [...check.problems, ...noClass, ...rules] }
}
