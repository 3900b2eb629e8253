import { ApiError } from '../api/http'
import { useText } from './index'

/** An error in words for people: ours by its code, else what the platform says. */
export function useErrorText() {
  const { t, label } = useText()
  return (error: unknown): string =>
    error instanceof ApiError
      ? label('errorCode', error.code, error.message || t('errorCode.OTHER'))
      : t('errorCode.OTHER')
}
