import type { Speaker } from '../../core/ports.ts'
import { channelOf, nativeDialect } from '../../protocol/index.ts'

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
  | { readonly reason: 'throttled' | 'no-list'; readonly returnCode: 3 }

const deviceIdGrammar = /^[a-z0-9][a-z0-9-]{0,63}$/

/** What can be said of a CONNECT before the secret is looked at. */
export function checkConnect(
  { clientId, username = '', will }: ConnectRequest,
  speaker: Pick<Speaker, 'deviceId' | 'topicName' | 'dialect'>,
): ConnectRefusal | undefined {
  if (!deviceIdGrammar.test(speaker.deviceId)) return { reason: 'not-authorized', returnCode: 4 }
  const names = [username, speaker.deviceId, speaker.topicName]
  if (!names.some((name) => clientId.startsWith(name))) return { reason: 'bad-client-id', returnCode: 2 }
  return will && !isOwnWill(will, speaker) ? { reason: 'bad-will', returnCode: 5 } : undefined
}

/** Other makers say in words of their own that they are gone. */
function isOwnWill(
  { topic, payload }: NonNullable<ConnectRequest['will']>,
  { topicName, dialect }: Pick<Speaker, 'topicName' | 'dialect'>,
): boolean {
  const channel = channelOf(dialect, 'up', { topic, device: topicName })
  if (dialect !== nativeDialect) return channel !== undefined
  return channel === 'status' && String(payload) === 'offline'
}
