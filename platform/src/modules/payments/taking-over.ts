import type { Vault } from '../../core/vault.ts'
import type { Database } from '../../database/database.ts'
import type { PaymentOrderRow } from '../../database/payment-tables.ts'
import * as repo from './orders.repo.ts'
import { fromAttach, type ProviderName, type ProviderPayment } from './provider.ts'
import { readRenewalNote } from './renewal-tokens.ts'

export type Told = ProviderPayment & { readonly provider: ProviderName }

const isCompound = async (tx: Database, id: string) =>
  (await tx.selectFrom('compounds').select('id').where('id', '=', id).executeTakeFirst()) !== undefined

/** Our database was set back, or the order never came to be stored: the provider knows whose it is. */
export function createTakingOver(vault: Vault) {
  /** What was to be paid for, as what was sent along says. */
  function purposeOf(about: string, { fen }: Told) {
    const note = readRenewalNote(vault, about)
    return note ? { kind: 'renewal', session_id: '', ...note } : { session_id: about, fen }
  }

  return async (tx: Database, told: Told): Promise<PaymentOrderRow | undefined> => {
    const owner = fromAttach(told.attach)
    if (!owner || !(await isCompound(tx, owner.compoundId))) return undefined
    await repo.insertOrder(tx, {
      ...{ order_id: told.orderId, compound_id: owner.compoundId, ...purposeOf(owner.about, told) },
      ...{ provider: told.provider, created_at: told.paidAt, expires_at: told.paidAt },
      ...{ covers_until: told.paidAt, quote_id: `taken-over/${told.orderId}`, taken_by: null, ask_at: null },
    })
    return repo.findOrder(tx, told.orderId)
  }
}
