import { topics, type CommandResult } from '@gatehouse/gateway/protocol'

/** One message on the wire. */
export interface Said {
  readonly topic: string
  readonly payload: string
  readonly isRetained?: boolean
}

/** How a device puts on the wire what it does, and understands what it is told. */
export interface Speech {
  readonly listensTo: string
  readonly online?: Said
  readonly offline?: Said
  report(report: object): Said | undefined
  /** Nothing for what the device has no word for. */
  event(event: object, isHistory: boolean): Said | undefined
  /** News that follows an event a moment later, and is lost without a connection. */
  followUp?(event: object): { readonly afterMs: number; readonly said: Said } | undefined
  result(result: CommandResult): Said | undefined
  /** The command in the form of the house. */
  understand(topic: string, message: unknown): unknown
}

/** The protocol of the house. */
export const nativeSpeech = (deviceId: string): Speech => {
  const status = (payload: string) => ({ topic: topics.status(deviceId), payload, isRetained: true })
  const on = (topic: string) => (message: object) => ({ topic, payload: JSON.stringify(message) })
  const event = on(topics.event(deviceId))
  return {
    listensTo: topics.command(deviceId),
    online: status('online'),
    offline: status('offline'),
    report: on(topics.report(deviceId)),
    event: (body, isHistory) => event(isHistory ? { ...body, replayed: true } : body),
    result: on(topics.result(deviceId)),
    understand: (_topic, message) => message,
  }
}
