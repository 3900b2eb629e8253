import { hash, verify } from '@node-rs/argon2'

/** Argon2id with the library's defaults: 19 MiB, two passes (OWASP's minimum). */
export const hashPassword = (password: string) => hash(password)

export const passwordMatches = (password: string, passwordHash: string) => verify(passwordHash, password)

let decoy: Promise<string> | undefined
/** The hash of a password that nobody has. */
export const decoyHash = () => (decoy ??= hashPassword(crypto.randomUUID()))
