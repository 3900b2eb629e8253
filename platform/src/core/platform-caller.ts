import type { Caller } from './ports.ts'

/** The platform itself, where nobody has asked. */
export const platformCaller: Caller = { username: 'system', role: 'admin', scope: '' }
