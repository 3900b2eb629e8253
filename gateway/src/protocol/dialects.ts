import { downChannels, topics, upChannels, type DownChannel, type UpChannel } from './topics.ts'

/** One form of topic: `{device}` stands for the device, `{name}` for one more level of any name. */
export interface TopicForm<C> {
  readonly form: string
  readonly channel: C
}

/** The topics of one way to speak MQTT, and what each of them means. The first form that fits counts. */
export interface Dialect {
  readonly dialect: string
  readonly up: readonly TopicForm<UpChannel>[]
  readonly down: readonly TopicForm<DownChannel>[]
  /** Whether makers write the device in capitals in one place and in small letters in another. */
  readonly isCaseless: boolean
}

/** The protocol of the house. */
export const nativeDialect: Dialect = {
  dialect: 'gh/v1',
  up: upChannels.map((channel) => ({ form: topics[channel]('{device}'), channel })),
  down: downChannels.map((channel) => ({ form: topics[channel]('{device}'), channel })),
  isCaseless: false,
}

/** What one of a device's own topics, or a filter over them, means in a dialect; `undefined` for any other. */
export function channelOf<W extends 'up' | 'down'>(
  dialect: Dialect,
  way: W,
  { topic, device }: { readonly topic: string; readonly device: string },
): Dialect[W][number]['channel'] | undefined {
  const levels = topic.split('/')
  const isDevice = (level: string | undefined) =>
    level === device || (dialect.isCaseless && level?.toLowerCase() === device.toLowerCase())
  return dialect[way].find(({ form }) => {
    const wanted = form.split('/')
    return (
      wanted.length === levels.length &&
      wanted.every((want, place) => {
        if (want === '{device}') return isDevice(levels[place])
        return want === '{name}' ? levels[place] !== '' : want === levels[place]
      })
    )
  })?.channel
}

/** The topic below a filter that ends in a wildcard; a filter without one is the topic itself, if it has that name. */
export function topicWithin(filter: string, name: string | undefined): string | undefined {
  if (name === undefined) return filter
  const cut = filter.lastIndexOf('/') + 1
  const last = filter.slice(cut)
  return last === '+' || last === '#' || last === name ? filter.slice(0, cut) + name : undefined
}
