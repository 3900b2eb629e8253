import type { MonthlyTerms } from '@gatehouse/platform/domain'
import { fenOf, fenText } from '../../../i18n/money'

/** The terms as they are written; without a price nothing is renewed at the lane. */
export interface MonthlyForm {
  readonly price: string
  readonly maxMonths: number
}

export const monthlyForm = (terms: MonthlyTerms | undefined): MonthlyForm => ({
  price: terms ? fenText(terms.fen).replace(/[¥,]/g, '') : '',
  maxMonths: terms?.maxMonths ?? 12,
})

export function monthlyTerms({ price, maxMonths }: MonthlyForm): MonthlyTerms | undefined {
  const fen = fenOf(price)
  return fen === undefined || fen === 0 ? undefined : { fen, maxMonths }
}
