import { yuan } from '@gatehouse/platform/domain'

export const fenPerYuan = 100

/** Fen as people read money: `¥1,234.50`, a credit as `-¥0.05`. Whole numbers all the way. */
export function fenText(fen: number): string {
  const [whole = '', cents = ''] = yuan(Math.abs(fen)).split('.')
  return `${fen < 0 ? '-' : ''}¥${whole.replace(/\B(?=(\d{3})+$)/g, ',')}.${cents}`
}

/** Yuan as typed, in fen; `undefined` when it is no amount. Never by way of a fraction. */
export function fenOf(typed: string): number | undefined {
  const parts = /^[¥￥]?(\d{1,7})(?:\.(\d{0,2}))?$/u.exec(typed.trim().replaceAll(',', ''))
  if (!parts) return undefined
  return Number(parts[1]) * fenPerYuan + Number((parts[2] ?? '').padEnd(2, '0'))
}
