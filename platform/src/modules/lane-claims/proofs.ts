import { isSame, signed } from '../../core/signing.ts'
import { isStandInPlate, standInOf, standInTail } from '../../domain/index.ts'

/** What a phone keeps: good for one stand-in plate at one compound, and only we can make it. */
export function proofOf(key: Buffer, compoundId: string, plate: string): string {
  const tail = standInTail(plate)
  return `${tail}.${signed(key, `claim ${compoundId} ${tail}`)}`
}

/** The stand-in plate that a proof is about; nothing when it is not ours, or of another compound. */
export function readProof(key: Buffer, compoundId: string, proof: string): string | undefined {
  const [tail = ''] = proof.split('.')
  const plate = standInOf(tail)
  return isStandInPlate(plate) && isSame(proof, proofOf(key, compoundId, plate)) ? plate : undefined
}
