import { topics } from '../../protocol/index.ts'

export interface ConnectRequest {
  readonly clientId: string
  readonly username?: string | undefined
  readonly will?: { readonly topic: string; readonly payload: Uint8Array | string } | undefined
}

/** `malformed` ends the connection without an answer; the others are answered with `returnCode`. */
export type ConnectRefusal =
  | { readonly reason: 'malformed' }
  | { readonly reason: 'bad-client-id' | 'bad-will' | 'not-authorized'; readonly returnCode: 2 | 4 | 5 }

const deviceIdGrammar = /^[a-z0-9][a-z0-9-]{0,63}$/

/** U+0000, and U+FFFD where bytes were no UTF-8 [MQTT-1.5.3-1] [MQTT-1.5.3-2]. */
export const isBrokenText = (text: string) => text.includes('\u0000') || text.includes('\ufffd')

/** What can be said of a CONNECT before the secret is looked at. */
export function checkConnect({ clientId, username = '', will }: ConnectRequest): ConnectRefusal | undefined {
  if ([clientId, username, will?.topic ?? ''].some(isBrokenText)) return { reason: 'malformed' }
  if (!deviceIdGrammar.test(username)) return { reason: 'not-authorized', returnCode: 4 }
  if (!clientId.startsWith(username)) return { reason: 'bad-client-id', returnCode: 2 }
  if (will && (will.topic !== topics.status(username) || String(will.payload) !== 'offline')) {
    return { reason: 'bad-will', returnCode: 5 }
  }
  return undefined
}
