/** Why a connection was ended; `reason` becomes a label of the metric, so there are few. */
export interface Refusal {
  readonly reason: RefusalReason
  /** Number of the statement in the MQTT 3.1.1 standard, where it is one of the standard. */
  readonly statement?: string
  /** A CONNACK with this code is sent first; without one the standard asks for no answer. */
  readonly returnCode?: 1 | 2
}

export type RefusalReason =
  | 'malformed'
  | 'bad-text'
  | 'bad-topic'
  | 'bad-packet-id'
  | 'bad-client-id'
  | 'protocol-version'
  | 'out-of-turn'
  | 'too-large'
  | 'slow-packet'

export const malformed = (statement: string): Refusal => ({ reason: 'malformed', statement })
