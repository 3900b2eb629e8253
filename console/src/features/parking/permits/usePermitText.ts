import type { Permit } from '@gatehouse/platform/contract'
import { useParkingText } from '../../../i18n/useParkingText'

const dayMs = 86_400_000
/** A permit that ends within this time is about to end. */
const soonMs = 14 * dayMs

export type PermitState = 'valid' | 'soon' | 'ended' | 'future'

export function permitState({ validFrom, validUntil }: Permit, now: number): PermitState {
  if (validUntil !== undefined && now >= validUntil) return 'ended'
  if (validFrom !== undefined && now < validFrom) return 'future'
  return validUntil !== undefined && validUntil - now <= soonMs ? 'soon' : 'valid'
}

/** Permits in words. */
export function usePermitText() {
  const { t, locale } = useParkingText()
  const day = (at: number) => new Date(at).toLocaleDateString(locale.value)
  return {
    /** From when to when. The last day is the one before a midnight end. */
    window: ({ validFrom, validUntil }: Permit): string => {
      const until = validUntil === undefined ? '' : day(validUntil - 1)
      if (validFrom === undefined) return until === '' ? t('permits.always') : t('permits.until', { day: until })
      return `${day(validFrom)} – ${until}`
    },
  }
}
