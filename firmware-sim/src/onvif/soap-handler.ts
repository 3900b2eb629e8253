import type { Camera } from './camera.ts'
import { deviceService } from './device-service.ts'
import { eventService } from './event-service.ts'
import { actionFailed, notAuthorized, notSupported, SoapFault } from './faults.ts'
import { mediaService } from './media-service.ts'
import { ptzService } from './ptz-service.ts'
import { pullPointService } from './pull-point-service.ts'
import type { Service } from './service.ts'
import { pullPointPath, serviceList } from './service-list.ts'
import { envelope, faultBody, parseRequest, type SoapRequest } from './soap.ts'
import { hasUsernameToken, type LoginRefusal } from './username-token.ts'

const services: Readonly<Record<string, Service>> = {
  [serviceList.device.path]: deviceService,
  [serviceList.media.path]: mediaService,
  [serviceList.ptz.path]: ptzService,
  [serviceList.events.path]: eventService,
  [pullPointPath]: pullPointService,
}

/** The service behind a path, and what the path says beyond it. */
export function serviceAt(path: string): { readonly service: Service; readonly resource: string } | undefined {
  const [, onvif, name, resource = '', ...more] = path.split('/')
  const base = `/${onvif ?? ''}/${name ?? ''}`
  const service = Object.hasOwn(services, base) ? services[base] : undefined
  if (!service || more.length > 0 || (resource !== '' && base !== pullPointPath)) return undefined
  return { service, resource }
}

export interface SoapHttpRequest {
  readonly url: string
  readonly authorization: string | undefined
  readonly text: string
  readonly signal: AbortSignal
}

export interface SoapHttpAnswer {
  readonly status: number
  readonly text: string
  /** Value of `WWW-Authenticate`. */
  readonly challenge?: string
}

interface Refused {
  readonly refusal: LoginRefusal
  /** Whether to answer on the level of HTTP, as ONVIF Core 5.9.1 wants it when the token is absent. */
  readonly byHttp: boolean
}

function login(camera: Camera, request: SoapHttpRequest, header: unknown): Refused | undefined {
  const byHttp = request.authorization !== undefined || !hasUsernameToken(header)
  const refusal = byHttp
    ? camera.digest.refusal({ method: 'POST', url: request.url, authorization: request.authorization })
    : camera.tokens.refusal(header, camera.now())
  if (!refusal) return undefined
  camera.counts.refusals[refusal] = (camera.counts.refusals[refusal] ?? 0) + 1
  return { refusal, byHttp }
}

export interface SoapTarget {
  readonly camera: Camera
  readonly service: Service
  readonly resource: string
  /** Told of errors that are the camera's own. */
  readonly onError: (error: unknown) => void
}

export const faultAnswer = (fault: SoapFault, relatesTo?: string): SoapHttpAnswer => ({
  status: fault.status,
  text: envelope(faultBody(fault), relatesTo),
})

async function perform(target: SoapTarget, request: SoapHttpRequest, soap: SoapRequest): Promise<SoapHttpAnswer> {
  const { camera, service, resource } = target
  const { operation, argument, header, messageId } = soap
  const open = Object.hasOwn(service.open, operation) ? service.open[operation] : undefined
  if (!open) {
    const refused = login(camera, request, header)
    if (refused) {
      const answer = faultAnswer(notAuthorized(refused.byHttp ? 401 : 400), messageId)
      return refused.byHttp ? { ...answer, challenge: camera.digest.challenge(refused.refusal) } : answer
    }
  }
  const run = open ?? (Object.hasOwn(service.guarded, operation) ? service.guarded[operation] : undefined)
  if (!run) throw notSupported()
  const body = await run({ camera, argument, resource, signal: request.signal })
  return { status: 200, text: envelope(body, messageId) }
}

/** Answers one SOAP message; whatever goes wrong becomes a fault. */
export async function answerSoap(target: SoapTarget, request: SoapHttpRequest): Promise<SoapHttpAnswer> {
  let relatesTo: string | undefined
  try {
    const soap = parseRequest(request.text)
    relatesTo = soap.messageId
    return await perform(target, request, soap)
  } catch (error) {
    if (error instanceof SoapFault) return faultAnswer(error, relatesTo)
    target.onError(error)
    return faultAnswer(actionFailed(), relatesTo)
  }
}
