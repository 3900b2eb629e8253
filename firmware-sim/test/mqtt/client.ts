import { connect, type ConnectParts } from './packets.ts'

/** Somebody who may sign in at a broker, and what he may say and hear there. */
export interface Client {
  readonly clientId: string
  readonly user: string
  readonly password: string
  readonly upTopic: string
  readonly downTopic: string
  readonly will: { readonly topic: string; readonly message: string }
  /** A message that will be heard as `text`. */
  readonly say: (text: string) => string
}

export const introduction = ({ clientId, user, password }: Client, parts: ConnectParts = {}) =>
  connect({ clientId, user, password, ...parts })
