import type { OnvifEvent } from '../../core/ports.ts'
import { cameraAnswerInvalid } from '../../errors.ts'
import type { CameraClock } from './camera-clock.ts'
import { eventsOf, mostNotifications } from './notifications.ts'
import { referenceParameters } from './reference-parameters.ts'
import type { Soap, SoapAnswer } from './soap.ts'
import { childOf, textOf } from './xml.ts'

const events = 'http://www.onvif.org/ver10/events/wsdl'
const notification = 'http://docs.oasis-open.org/wsn'

/** In seconds, not minutes: some firmware reads `PT10M` wrongly. */
const wantedSeconds = 600
/** Longest wait of a camera for the next event. */
const pullSeconds = 60
/** What a slow camera may add to the wait before we call it silent. */
const answerMs = 10_000
const unsubscribeMs = 3000

export interface PullPoint {
  /** When to renew: after 80 % of what was granted. Monotonic ms. */
  renewAt(): number
  /** Waits in the camera until there is an event, or until it is time to renew. */
  pull(signal: AbortSignal): Promise<readonly OnvifEvent[]>
  renew(signal: AbortSignal): Promise<void>
  /** Asks for all states as they are now. */
  synchronize(signal: AbortSignal): Promise<void>
  unsubscribe(): Promise<void>
}

interface PullPointOptions {
  readonly soap: Soap
  readonly clock: CameraClock
  readonly now: () => number
  readonly monotonic: () => number
  /** Of the camera's event service. */
  readonly service: URL
  /** Makes an address that the camera hands out its own. */
  readonly own: (address: string) => URL
}

/** Both times are the camera's, so its clock does not matter. */
function grantedMs(response: unknown): number {
  const time = (name: string) => Date.parse(textOf(childOf(response, name)) ?? '')
  const granted = time('TerminationTime') - time('CurrentTime')
  return granted >= 5000 ? Math.min(granted, wantedSeconds * 1000) : wantedSeconds * 1000
}

function read(answer: SoapAnswer, own: PullPointOptions['own']) {
  const response = childOf(answer.body, 'CreatePullPointSubscriptionResponse')
  const address = textOf(childOf(response, 'SubscriptionReference', 'Address'))
  if (address === undefined) throw cameraAnswerInvalid('the subscription has no address')
  return { url: own(address), header: referenceParameters(answer.text), granted: grantedMs(response) }
}

export async function createPullPoint(options: PullPointOptions, signal: AbortSignal): Promise<PullPoint> {
  const { soap, service, own, monotonic } = options
  const created = await soap.call({
    url: service,
    action: `${events}/EventPortType/CreatePullPointSubscriptionRequest`,
    body: `<CreatePullPointSubscription xmlns="${events}"><InitialTerminationTime>PT${wantedSeconds}S</InitialTerminationTime></CreatePullPointSubscription>`,
    signal,
  })
  const { url, header, granted } = read(created, own)
  let renewAt = monotonic() + granted * 0.8

  const manager = (operation: string, body: string) => ({
    url,
    header,
    action: `${notification}/bw-2/SubscriptionManager/${operation}Request`,
    body,
  })
  const point = (operation: string, body: string) => ({
    url,
    header,
    action: `${events}/PullPointSubscription/${operation}Request`,
    body,
  })

  return {
    renewAt: () => renewAt,
    async pull(pullSignal) {
      const untilRenewal = Math.ceil((renewAt - monotonic()) / 1000)
      const seconds = Math.min(pullSeconds, Math.max(1, untilRenewal))
      const body = `<PullMessages xmlns="${events}"><Timeout>PT${seconds}S</Timeout><MessageLimit>${mostNotifications}</MessageLimit></PullMessages>`
      const timeoutMs = seconds * 1000 + answerMs
      const answer = await soap.call({ ...point('PullMessages', body), timeoutMs, signal: pullSignal })
      return eventsOf(answer.body, { now: options.now, toOurs: (time) => options.clock.toOurs(time) })
    },
    async renew(renewSignal) {
      const body = `<Renew xmlns="${notification}/b-2"><TerminationTime>PT${wantedSeconds}S</TerminationTime></Renew>`
      const answer = await soap.call({ ...manager('Renew', body), signal: renewSignal })
      renewAt = monotonic() + grantedMs(childOf(answer.body, 'RenewResponse')) * 0.8
    },
    async synchronize(syncSignal) {
      const body = `<SetSynchronizationPoint xmlns="${events}"/>`
      await soap.call({ ...point('SetSynchronizationPoint', body), signal: syncSignal })
    },
    async unsubscribe() {
      const body = `<Unsubscribe xmlns="${notification}/b-2"/>`
      await soap.call({ ...manager('Unsubscribe', body), timeoutMs: unsubscribeMs })
    },
  }
}
