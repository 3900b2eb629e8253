import { element, xml, type Xml } from './xml.ts'
import { formatTime } from './xml-time.ts'

interface Topic {
  readonly path: string
  readonly source: Readonly<Record<string, string>>
  /** Name of the one data item. */
  readonly item: string
  /** A state is told to every new subscriber; a happening only to those who listen at the time. */
  readonly isState: boolean
}

const rule = (name: string) => ({
  VideoSourceConfigurationToken: 'video-source-config',
  VideoAnalyticsConfigurationToken: 'analytics-config',
  Rule: name,
})

/** What the camera can notice, with the names that most makers use. */
export const topics = {
  motion: { path: 'tns1:VideoSource/MotionAlarm', source: { Source: 'video-source' }, item: 'State', isState: true },
  'cell-motion': {
    path: 'tns1:RuleEngine/CellMotionDetector/Motion',
    source: rule('MotionRegion'),
    item: 'IsMotion',
    isState: true,
  },
  tamper: {
    path: 'tns1:VideoSource/GlobalSceneChange/ImagingService',
    source: { Source: 'video-source' },
    item: 'State',
    isState: true,
  },
  intrusion: {
    path: 'tns1:RuleEngine/FieldDetector/ObjectsInside',
    source: rule('Field1'),
    item: 'IsInside',
    isState: true,
  },
  'line-crossed': {
    path: 'tns1:RuleEngine/LineDetector/Crossed',
    source: rule('Line1'),
    item: 'ObjectId',
    isState: false,
  },
} as const satisfies Record<string, Topic>

export type CameraEvent = keyof typeof topics

export const cameraEvents = Object.keys(topics) as readonly CameraEvent[]
export const cameraStates = cameraEvents.filter((event) => topics[event].isState)

export interface Notification {
  readonly event: CameraEvent
  /** By the clock of the camera. */
  readonly at: number
  readonly value: boolean | number
  readonly operation: 'Initialized' | 'Changed'
}

export const topicDialect = 'http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet'

export function notificationMessage({ event, at, value, operation }: Notification): Xml {
  const { path, source, item }: Topic = topics[event]
  const sources = Object.entries(source).map(([name, token]) => xml`<tt:SimpleItem Name="${name}" Value="${token}"/>`)
  return xml`
    <wsnt:NotificationMessage>
      <wsnt:Topic Dialect="${topicDialect}">${path}</wsnt:Topic>
      <wsnt:Message>
        <tt:Message UtcTime="${formatTime(at)}" PropertyOperation="${operation}">
          <tt:Source>${sources}</tt:Source>
          <tt:Data><tt:SimpleItem Name="${item}" Value="${value}"/></tt:Data>
        </tt:Message>
      </wsnt:Message>
    </wsnt:NotificationMessage>`
}

/** Whether a ConcreteSet expression names the topic: alternatives by `|`, a whole branch by a trailing `//.`. */
export function matchesTopic(expression: string, event: CameraEvent): boolean {
  const plain = (path: string) => path.trim().replace(/[\w.-]+:/g, '')
  const topic = plain(topics[event].path)
  return expression.split('|').some((alternative) => {
    const wanted = plain(alternative)
    if (!wanted.endsWith('//.')) return wanted === topic
    return `${topic}/`.startsWith(`${wanted.slice(0, -'//.'.length)}/`)
  })
}

const description = ({ source, item, isState }: Topic): Xml => {
  const type = isState ? 'xs:boolean' : 'xs:integer'
  const sources = Object.keys(source).map(
    (name) => xml`<tt:SimpleItemDescription Name="${name}" Type="tt:ReferenceToken"/>`,
  )
  return xml`
    <tt:MessageDescription IsProperty="${isState}">
      <tt:Source>${sources}</tt:Source>
      <tt:Data><tt:SimpleItemDescription Name="${item}" Type="${type}"/></tt:Data>
    </tt:MessageDescription>`
}

interface Branch {
  readonly rest: readonly string[]
  readonly topic: Topic
}

function tree(branches: readonly Branch[]): Xml {
  const byName = Map.groupBy(branches, ({ rest }) => rest[0] ?? '')
  const nodes = Array.from(byName, ([name, below]) => {
    const [leaf] = below.filter(({ rest }) => rest.length === 1)
    if (leaf) return { markup: `<${name} wstop:topic="true">${description(leaf.topic).markup}</${name}>` }
    return element(name, tree(below.map(({ rest, topic }) => ({ rest: rest.slice(1), topic }))))
  })
  return xml`${nodes}`
}

/** All topics as the tree of elements that GetEventProperties answers. */
export const topicSet = tree(Object.values(topics).map((topic: Topic) => ({ rest: topic.path.split('/'), topic })))
