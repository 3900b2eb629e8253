import { badFilter, badTerminationTime } from './faults.ts'
import type { PullPoint } from './pull-point.ts'
import type { Call, Service } from './service.ts'
import { pullPointPath, serviceList } from './service-list.ts'
import { matchesTopic, topicDialect, topicSet } from './topics.ts'
import { attributeOf, child, isElement, textOf, xml, type Xml } from './xml.ts'
import { formatTime, parseDuration, parseTime } from './xml-time.ts'

const defaultLifetimeMs = 60_000
const maxLifetimeMs = 24 * 3_600_000

/** How long a subscription shall live. The client says it as a duration or as a time by the camera's clock. */
export function lifetimeOf({ argument, camera }: Call, name: 'InitialTerminationTime' | 'TerminationTime'): number {
  const text = textOf(argument, name)
  if (!text) return defaultLifetimeMs
  const until = parseTime(text)
  const lifetime = until === undefined ? parseDuration(text) : until - camera.now()
  if (lifetime === undefined || lifetime <= 0 || lifetime > maxLifetimeMs) {
    throw badTerminationTime(name === 'TerminationTime')
  }
  return lifetime
}

function filterOf({ argument }: Call): PullPoint['wants'] {
  const filter = child(argument, 'Filter')
  if (!isElement(filter)) return () => true
  const expression = child(filter, 'TopicExpression')
  const dialect = attributeOf(expression, 'Dialect')
  if ('MessageContent' in filter || (dialect !== undefined && dialect !== topicDialect)) throw badFilter()
  const wanted = textOf(expression)
  return wanted ? ({ event }) => matchesTopic(wanted, event) : () => true
}

/** When a subscription ends, by the camera's clock. */
export const terminationTime = ({ camera }: Call, pullPoint: PullPoint) =>
  formatTime(pullPoint.expiresAt + camera.clockSkewMs())

function createPullPointSubscription(call: Call): Xml {
  const { camera } = call
  const pullPoint = camera.events.subscribe(lifetimeOf(call, 'InitialTerminationTime'), filterOf(call))
  return xml`
    <tev:CreatePullPointSubscriptionResponse>
      <tev:SubscriptionReference>
        <wsa:Address>${camera.address(`${pullPointPath}/${pullPoint.id}`)}</wsa:Address>
      </tev:SubscriptionReference>
      <wsnt:CurrentTime>${formatTime(camera.now())}</wsnt:CurrentTime>
      <wsnt:TerminationTime>${terminationTime(call, pullPoint)}</wsnt:TerminationTime>
    </tev:CreatePullPointSubscriptionResponse>`
}

const getEventProperties = (): Xml => xml`
  <tev:GetEventPropertiesResponse>
    <tev:TopicNamespaceLocation>http://www.onvif.org/onvif/ver10/topics/topicns.xml</tev:TopicNamespaceLocation>
    <wsnt:FixedTopicSet>true</wsnt:FixedTopicSet>
    <wstop:TopicSet>${topicSet}</wstop:TopicSet>
    <wsnt:TopicExpressionDialect>${topicDialect}</wsnt:TopicExpressionDialect>
    <tev:MessageContentFilterDialect>http://www.onvif.org/ver10/tev/messageContentFilter/ItemFilter</tev:MessageContentFilterDialect>
    <tev:MessageContentSchemaLocation>http://www.onvif.org/onvif/ver10/schema/onvif.xsd</tev:MessageContentSchemaLocation>
  </tev:GetEventPropertiesResponse>`

/** What the camera can notice, and how to subscribe to it (ONVIF Core 9). */
export const eventService: Service = {
  open: {
    GetServiceCapabilities: ({ camera }) => xml`
      <tev:GetServiceCapabilitiesResponse>
        ${serviceList.events.capabilities(camera.rules.maxPullPoints)}
      </tev:GetServiceCapabilitiesResponse>`,
  },
  guarded: {
    GetEventProperties: getEventProperties,
    CreatePullPointSubscription: createPullPointSubscription,
  },
}
