import { lifetimeOf, terminationTime } from './event-service.ts'
import { durationOf, type Call, type Service } from './service.ts'
import { notificationMessage } from './topics.ts'
import { textOf, xml, type Xml } from './xml.ts'
import { formatTime } from './xml-time.ts'

const pullLimits = { fallbackMs: 5000, maxMs: 60_000 }
const maxMessages = 100

const pullPointOf = ({ camera, resource }: Call) => camera.events.find(resource)

async function pullMessages(call: Call): Promise<Xml> {
  const pullPoint = pullPointOf(call)
  const wanted = Number(textOf(call.argument, 'MessageLimit') ?? maxMessages)
  const limit = Math.max(1, Math.min(maxMessages, Math.trunc(wanted) || 1))
  const notifications = await pullPoint.take(limit, durationOf(call, 'Timeout', pullLimits), call.signal)
  return xml`
    <tev:PullMessagesResponse>
      <tev:CurrentTime>${formatTime(call.camera.now())}</tev:CurrentTime>
      <tev:TerminationTime>${terminationTime(call, pullPoint)}</tev:TerminationTime>
      ${notifications.map(notificationMessage)}
    </tev:PullMessagesResponse>`
}

function renew(call: Call): Xml {
  const pullPoint = pullPointOf(call)
  pullPoint.renew(lifetimeOf(call, 'TerminationTime'))
  return xml`
    <wsnt:RenewResponse>
      <wsnt:TerminationTime>${terminationTime(call, pullPoint)}</wsnt:TerminationTime>
      <wsnt:CurrentTime>${formatTime(call.camera.now())}</wsnt:CurrentTime>
    </wsnt:RenewResponse>`
}

function unsubscribe(call: Call): Xml {
  call.camera.events.unsubscribe(pullPointOf(call))
  return xml`<wsnt:UnsubscribeResponse/>`
}

function setSynchronizationPoint(call: Call): Xml {
  call.camera.events.synchronise(pullPointOf(call))
  return xml`<tev:SetSynchronizationPointResponse/>`
}

/** What a client does with its own subscription, at the address that the camera gave it. */
export const pullPointService: Service = {
  open: {},
  guarded: {
    PullMessages: pullMessages,
    Renew: renew,
    Unsubscribe: unsubscribe,
    SetSynchronizationPoint: setSynchronizationPoint,
  },
}
