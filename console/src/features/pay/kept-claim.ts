/** What a phone keeps of a car without a plate: by which name it is inside, and what shows that it is this phone's. */
export interface KeptClaim {
  readonly plate: string
  readonly proof: string
}

const keyOf = (compoundId: string) => `gatehouse.claim.${compoundId}`
const isClaim = (value: unknown): value is KeptClaim =>
  typeof value === 'object' &&
  value !== null &&
  'plate' in value &&
  'proof' in value &&
  typeof value.plate === 'string' &&
  typeof value.proof === 'string'

/** What this phone came in with; nothing also when it keeps nothing. */
export function keptClaim(compoundId: string): KeptClaim | undefined {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(keyOf(compoundId)) ?? 'null')
    return isClaim(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Answers whether the phone keeps it: one in private mode does not. */
export function keepClaim(compoundId: string, { plate, proof }: KeptClaim): boolean {
  try {
    localStorage.setItem(keyOf(compoundId), JSON.stringify({ plate, proof }))
    return true
  } catch {
    return false
  }
}

export function forgetClaim(compoundId: string): void {
  try {
    localStorage.removeItem(keyOf(compoundId))
  } catch {
    // a phone that keeps nothing has nothing to forget
  }
}
