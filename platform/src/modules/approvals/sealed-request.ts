import { createHash } from 'node:crypto'
import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'
import type { Vault } from '../../core/vault.ts'

const SealedRequest = Type.Object({
  action: Type.String(),
  requestedBy: Type.String(),
  target: Type.String(),
  input: Type.Unknown(),
})
/** What is carried out later: sealed, because passwords may be in it, and because nobody may change it meanwhile. */
export type SealedRequest = Static<typeof SealedRequest>

const contextOf = (approvalId: string) => `approval:${approvalId}`

/** The hash is that of the sealed text: one of the plain text would let its passwords be guessed. */
export const hashOf = (sealed: string) => createHash('sha256').update(sealed).digest('hex')

export function sealRequest(vault: Vault, approvalId: string, request: SealedRequest) {
  const sealed = vault.seal(JSON.stringify(request), contextOf(approvalId))
  return { sealed, hash: hashOf(sealed) }
}

/** Throws when it was changed. */
export function openRequest(vault: Vault, approvalId: string, sealed: string): SealedRequest {
  const request: unknown = JSON.parse(vault.open(sealed, contextOf(approvalId)))
  if (!Value.Check(SealedRequest, request)) throw new Error('A sealed request is damaged')
  return request
}
