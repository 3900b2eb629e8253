import { AsyncLocalStorage } from 'node:async_hooks'
import OnvifServiceDevice from 'node-onvif/lib/modules/service-device.js'
import OnvifServiceMedia from 'node-onvif/lib/modules/service-media.js'
import soapModule from 'node-onvif/lib/modules/soap.js'
import { cameraAnswerInvalid } from '../../errors.ts'
import type { Soap } from './soap.ts'
import { childOf, escapeXml } from './xml.ts'

/**
 * What node-onvif does here, and what not. Its services know the ONVIF requests: device information, capabilities,
 * profiles, stream and snapshot addresses. Everything around them is ours, because in 0.1.7
 * - `init()` issues at least 12 requests in a row and fails as a whole when one optional part is missing,
 * - one object sends for all cameras: no digest, no https, no time-out over 3 s, no limit of size, no escaping,
 * - `fetchSnapshot()` can answer another camera's picture, and events are not supported.
 * So that one object is taught once, below, to send through the camera on whose behalf the call runs.
 * It never sees credentials (it refuses non-ASCII ones), and outside such a call it sends nothing.
 */
const sender = new AsyncLocalStorage<Soap>()

function current(): Soap {
  const soap = sender.getStore()
  if (!soap) throw new Error('node-onvif was called on behalf of no camera')
  return soap
}

soapModule.createRequestSoap = ({ body, xmlns = [] }) => current().envelope({ body, namespaces: xmlns.join(' ') })

soapModule.requestCommand = async (address, method, envelope) => {
  const answer = await current().post({ url: new URL(address.href), envelope })
  if (childOf(answer.body, `${method}Response`) === undefined) throw cameraAnswerInvalid(`it is no ${method}Response`)
  return { soap: answer.text, formatted: '', converted: answer.envelope, data: answer.body }
}

/** The requests of one camera. `media` takes the address of its media service. */
export interface OnvifRequests {
  deviceInformation(): Promise<unknown>
  capabilities(): Promise<unknown>
  services(): Promise<unknown>
  profiles(media: URL): Promise<unknown>
  streamUri(media: URL, profileToken: string): Promise<unknown>
  snapshotUri(media: URL, profileToken: string): Promise<unknown>
}

export function createOnvifRequests(soap: Soap, camera: URL): OnvifRequests {
  const device = new OnvifServiceDevice({ xaddr: camera.href })
  const on = (media: URL) => new OnvifServiceMedia({ xaddr: media.href })
  const ask = async (request: () => Promise<{ data: unknown }>) => (await sender.run(soap, request)).data

  return {
    deviceInformation: () => ask(() => device.getDeviceInformation()),
    capabilities: () => ask(() => device.getCapabilities()),
    services: () => ask(() => device.getServices({ IncludeCapability: false })),
    profiles: (media) => ask(() => on(media).getProfiles()),
    streamUri: (media, token) =>
      ask(() => on(media).getStreamUri({ ProfileToken: escapeXml(token), Protocol: 'RTSP' })),
    snapshotUri: (media, token) => ask(() => on(media).getSnapshotUri({ ProfileToken: escapeXml(token) })),
  }
}
