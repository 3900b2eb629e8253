import type { OnvifInformation, OnvifProfile } from '../../core/ports.ts'
import { attributeOf, childOf, childrenOf, textOf } from './xml.ts'

const mostProfiles = 64

/** Where the services of a camera are, as it says itself. */
export interface ServiceAddresses {
  readonly media?: string
  readonly events?: string
}

/** Every part is optional: firmware leaves out what the standard requires. */
export function informationOf(body: unknown): OnvifInformation {
  const told = childOf(body, 'GetDeviceInformationResponse')
  const field = (name: string) => textOf(childOf(told, name))?.slice(0, 100) ?? ''
  return {
    manufacturer: field('Manufacturer'),
    model: field('Model'),
    firmwareVersion: field('FirmwareVersion'),
    serialNumber: field('SerialNumber'),
  }
}

const addresses = (media: string | undefined, events: string | undefined): ServiceAddresses => ({
  ...(media !== undefined && { media }),
  ...(events !== undefined && { events }),
})

export function addressesOfCapabilities(body: unknown): ServiceAddresses {
  const told = childOf(body, 'GetCapabilitiesResponse', 'Capabilities')
  return addresses(textOf(childOf(told, 'Media', 'XAddr')), textOf(childOf(told, 'Events', 'XAddr')))
}

export function addressesOfServices(body: unknown): ServiceAddresses {
  const services = childrenOf(childOf(body, 'GetServicesResponse'), 'Service')
  const at = (namespace: string) => {
    const service = services.find((one) => textOf(childOf(one, 'Namespace')) === namespace)
    return textOf(childOf(service, 'XAddr'))
  }
  return addresses(at('http://www.onvif.org/ver10/media/wsdl'), at('http://www.onvif.org/ver10/events/wsdl'))
}

const pixels = (node: unknown) => {
  const count = Number(textOf(node))
  return Number.isInteger(count) && count > 0 ? count : undefined
}

export function profilesOf(body: unknown): readonly OnvifProfile[] {
  return childrenOf(childOf(body, 'GetProfilesResponse'), 'Profiles')
    .slice(0, mostProfiles)
    .flatMap((profile) => {
      const token = attributeOf(profile, 'token')
      if (token === undefined) return []
      const encoder = childOf(profile, 'VideoEncoderConfiguration')
      const encoding = textOf(childOf(encoder, 'Encoding'))?.slice(0, 20)
      const width = pixels(childOf(encoder, 'Resolution', 'Width'))
      const height = pixels(childOf(encoder, 'Resolution', 'Height'))
      const size = width !== undefined && height !== undefined ? { width, height } : {}
      const name = textOf(childOf(profile, 'Name')) ?? token
      return [{ token, name, ...(encoding !== undefined && { encoding }), ...size }]
    })
}

export const uriOf = (body: unknown, response: 'GetStreamUriResponse' | 'GetSnapshotUriResponse') =>
  textOf(childOf(body, response, 'MediaUri', 'Uri'))
