import { ApiError } from '../../api/http'
import { useText } from '../../i18n'

/** An error in words for a driver, who can do three things: try again, scan again, press for help. */
export function usePayError() {
  const { t } = useText()
  return (error: unknown): string => {
    if (!(error instanceof ApiError)) return t('pay.error.other')
    if (error.status === 0 || error.code === 'UNREACHABLE') return t('pay.error.line')
    if (error.status === 429) return t('pay.error.tooOften')
    if (error.status === 404 || error.status === 400) return t('pay.error.code')
    return t('pay.error.other')
  }
}
