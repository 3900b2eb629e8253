import type { DiskReport } from '@gatehouse/platform/contract'
import { useText } from '../../i18n'
import { useFormat } from '../../i18n/useFormat'

const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const
/** A disk that lasts for longer than this is simply large. */
const fullBarHours = 24 * 7
const hoursPerDay = 24

/** Amounts of data and room in words. */
export function useAmounts() {
  const { t } = useText()
  const { number } = useFormat()

  function bytes(value: number): string {
    const step = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(value) / 3))
    return `${number(value / 1000 ** step, step === 0 ? 0 : 1)} ${units[step] ?? 'B'}`
  }

  function roomText({ bytesPerHour, headroomHours }: DiskReport): string {
    if (bytesPerHour === undefined) return t('continuity.roomUnknown')
    if (headroomHours === undefined) return t('continuity.roomSteady')
    return headroomHours < 2 * hoursPerDay
      ? t('continuity.hours', { n: number(headroomHours) })
      : t('continuity.days', { n: number(headroomHours / hoursPerDay, 0) })
  }

  /** 0 to 1: how far away the end is, in hours; without an end the bar is full. */
  const roomShare = ({ headroomHours }: DiskReport) => Math.min(1, (headroomHours ?? fullBarHours) / fullBarHours)

  return { bytes, roomText, roomShare }
}
