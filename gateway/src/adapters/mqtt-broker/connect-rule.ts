import { topics } from '../../protocol/index.ts'

export interface ConnectRequest {
  readonly clientId: string
  /** What the device calls itself: its user name, or without one the name in its certificate. */
  readonly username?: string | undefined
  readonly will?: { readonly topic: string; readonly payload: Uint8Array | string } | undefined
}

/** Answered with `returnCode`. */
export type ConnectRefusal =
  | { readonly reason: 'bad-client-id' | 'bad-will' | 'not-authorized'; readonly returnCode: 2 | 4 | 5 }
  | { readonly reason: 'bad-certificate'; readonly returnCode: 5 }
  /** "Server unavailable": the device is to try again later. */
  | { readonly reason: 'throttled'; readonly returnCode: 3 }

const deviceIdGrammar = /^[a-z0-9][a-z0-9-]{0,63}$/

/** What can be said of a CONNECT before the secret is looked at. */
export function checkConnect({ clientId, username = '', will }: ConnectRequest): ConnectRefusal | undefined {
  if (!deviceIdGrammar.test(username)) return { reason: 'not-authorized', returnCode: 4 }
  if (!clientId.startsWith(username)) return { reason: 'bad-client-id', returnCode: 2 }
  if (will && (will.topic !== topics.status(username) || String(will.payload) !== 'offline')) {
    return { reason: 'bad-will', returnCode: 5 }
  }
  return undefined
}
