import { hash, verify } from '@node-rs/argon2'

/**
 * Argon2id (the library's default algorithm) with the second configuration of OWASP's Password Storage Cheat Sheet:
 * 19 MiB, two passes, one lane. RFC 9106's 64 MiB would let a few dozen sign-ins at once fill a small server.
 */
const cost = { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 } as const
const presentCost = `$argon2id$v=19$m=${cost.memoryCost},t=${cost.timeCost},p=${cost.parallelism}$`

/** One spelling for what looks the same, however the keyboard composes it (NIST SP 800-63B-4, 3.1.1.2). */
const canonical = (password: string) => password.normalize('NFKC')

export const hashPassword = (password: string) => hash(canonical(password), cost)

/** A hash carries its own parameters, so old ones can be checked, too. */
export const passwordMatches = (password: string, passwordHash: string) => verify(passwordHash, canonical(password))

/** Whether a hash was made with other parameters than today's. */
export const needsRehash = (passwordHash: string) => !passwordHash.startsWith(presentCost)

let decoy: Promise<string> | undefined
/** The hash of a password that nobody has. */
export const decoyHash = () => (decoy ??= hashPassword(crypto.randomUUID()))
