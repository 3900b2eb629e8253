import { useI18n } from 'vue-i18n'
import { useText, type Text } from './index'
import { zhCNParking } from './zh-CN-parking'
import { zhCNPay } from './zh-CN-pay'

/** Like `useText`, and brings the words of the parking pages along: the first page of the console does without them. */
export function useParkingText(): Text {
  const i18n = useI18n({ useScope: 'global' })
  if (!i18n.te('parking.page', 'zh-CN')) i18n.mergeLocaleMessage('zh-CN', { ...zhCNParking, ...zhCNPay })
  return useText()
}
