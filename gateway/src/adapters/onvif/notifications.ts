import type { OnvifEvent } from '../../core/ports.ts'
import { attributeOf, childOf, childrenOf, textOf } from './xml.ts'

export const mostNotifications = 100
const mostValues = 32
const longestText = 200
/** Beyond this an event cannot have happened yet: its time is wrong. */
const futureMs = 5000

interface TimeBase {
  now(): number
  toOurs(cameraTime: number): number
}

function valuesOf(message: unknown): Readonly<Record<string, string>> {
  const items = ['Source', 'Key', 'Data'].flatMap((part) => childrenOf(childOf(message, part), 'SimpleItem'))
  return Object.fromEntries(
    items.slice(0, mostValues).flatMap((item): [string, string][] => {
      const name = attributeOf(item, 'Name')?.slice(0, longestText)
      return name === undefined ? [] : [[name, attributeOf(item, 'Value')?.slice(0, longestText) ?? '']]
    }),
  )
}

const operations = ['Initialized', 'Changed', 'Deleted'] as const
const operationOf = (text: string | undefined) => operations.find((operation) => operation === text) ?? 'none'

function instantOf(text: string | undefined, time: TimeBase): number {
  const now = time.now()
  if (text === undefined) return now
  // Firmware forgets the zone; UtcTime means what it says.
  const told = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`)
  const at = Math.round(time.toOurs(told))
  return at >= 0 && at <= now + futureMs ? at : now
}

/** What PullMessages brought. Notifications without a topic or a message are left out. */
export function eventsOf(body: unknown, time: TimeBase): readonly OnvifEvent[] {
  return childrenOf(childOf(body, 'PullMessagesResponse'), 'NotificationMessage')
    .slice(0, mostNotifications)
    .flatMap((notification) => {
      // Some firmware ends every topic with `/.`
      const topic = textOf(childOf(notification, 'Topic'))?.replace(/\/\.?$/, '')
      const message = childOf(notification, 'Message', 'Message')
      if (topic === undefined || topic.length > longestText || message === undefined) return []
      return [
        {
          topic,
          operation: operationOf(attributeOf(message, 'PropertyOperation')),
          at: instantOf(attributeOf(message, 'UtcTime'), time),
          values: valuesOf(message),
        },
      ]
    })
}
