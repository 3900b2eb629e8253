const root = 'gh/v1'

/** Topic grammar of the gateway's broker. A device publishes and subscribes under its own id only. */
export const topics = {
  report: (deviceId: string) => `${root}/${deviceId}/report`,
  event: (deviceId: string) => `${root}/${deviceId}/event`,
  result: (deviceId: string) => `${root}/${deviceId}/result`,
  status: (deviceId: string) => `${root}/${deviceId}/status`,
  command: (deviceId: string) => `${root}/${deviceId}/command`,
  desired: (deviceId: string) => `${root}/${deviceId}/desired`,
} as const

export const upChannels = ['report', 'event', 'result', 'status'] as const
export type UpChannel = (typeof upChannels)[number]
export const downChannels = ['command', 'desired'] as const
export type DownChannel = (typeof downChannels)[number]

const grammar = /^gh\/v1\/([a-z0-9][a-z0-9-]{0,63})\/(report|event|result|status|command|desired)$/

/** Splits a topic; `undefined` if it is not one of the protocol. */
export function parseTopic(topic: string): { deviceId: string; channel: UpChannel | DownChannel } | undefined {
  const match = grammar.exec(topic)
  return match?.[1] === undefined ? undefined : { deviceId: match[1], channel: match[2] as UpChannel | DownChannel }
}
