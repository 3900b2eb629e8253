import { Type, type Static } from 'typebox'

/** Money, in fen: 100 are one yuan. Never a fraction. */
export const Fen = Type.Integer({ minimum: -1_000_000_000_000, maximum: 1_000_000_000_000, description: 'fen' })
export type Fen = Static<typeof Fen>

/** An amount as people write it: 1250 fen are `12.50`. */
export function yuan(fen: number): string {
  const digits = String(Math.abs(fen)).padStart(3, '0')
  return `${fen < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`
}
