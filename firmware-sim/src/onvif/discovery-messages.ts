import { randomUUID } from 'node:crypto'
import type { Camera } from './camera.ts'
import { scopesOf } from './device-service.ts'
import { serviceList } from './service-list.ts'
import { child, isElement, parseXml, textOf, xml, type Xml } from './xml.ts'

const discovery = 'http://schemas.xmlsoap.org/ws/2005/04/discovery'
const anonymous = 'http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous'
const everybody = 'urn:schemas-xmlsoap-org:ws:2005:04:discovery'

const namespaces = [
  'xmlns:s="http://www.w3.org/2003/05/soap-envelope"',
  'xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"',
  `xmlns:d="${discovery}"`,
  'xmlns:dn="http://www.onvif.org/ver10/network/wsdl"',
  'xmlns:tds="http://www.onvif.org/ver10/device/wsdl"',
].join(' ')

const types = ['NetworkVideoTransmitter', 'Device']

/** A question from the network: who is there, or where is this one. */
export interface DiscoveryQuestion {
  readonly messageId: string
  readonly kind: 'Probe' | 'Resolve'
  readonly types: readonly string[]
  readonly scopes: readonly string[]
  readonly endpoint: string | undefined
}

const words = (text: string | undefined) => text?.split(/\s+/).filter((word) => word !== '') ?? []
const localName = (name: string) => name.slice(name.indexOf(':') + 1)

/** Reads a datagram; undefined for everything that is no question, the answers of other cameras included. */
export function parseQuestion(text: string): DiscoveryQuestion | undefined {
  // Cheap first: a street of cameras that says hello is heard by itself.
  if (!/Probe|Resolve/.test(text)) return undefined
  const envelope = child(parseXml(text), 'Envelope')
  const messageId = textOf(envelope, 'Header', 'MessageID')
  const body = child(envelope, 'Body')
  if (!messageId || !isElement(body)) return undefined
  const kind = 'Probe' in body ? 'Probe' : 'Resolve' in body ? 'Resolve' : undefined
  if (!kind) return undefined
  return {
    messageId,
    kind,
    types: words(textOf(body, kind, 'Types')).map(localName),
    scopes: words(textOf(body, kind, 'Scopes')),
    endpoint: textOf(body, kind, 'EndpointReference', 'Address'),
  }
}

export const endpointOf = (camera: Camera) => `urn:uuid:${camera.uuid}`

/** WS-Discovery 5.1: all types asked for, and each scope equal or a parent of one of ours by whole segments. */
export function isAskedFor(camera: Camera, question: DiscoveryQuestion): boolean {
  if (question.kind === 'Resolve') return question.endpoint === endpointOf(camera)
  const ours = scopesOf(camera).map((scope) => `${scope}/`.toLowerCase())
  const hasScope = (wanted: string) => {
    const parent = `${wanted.replace(/\/$/, '')}/`.toLowerCase()
    return ours.some((scope) => scope.startsWith(parent))
  }
  return question.types.every((type) => types.includes(type)) && question.scopes.every(hasScope)
}

const matchBody = (camera: Camera): Xml => xml`
  <a:EndpointReference><a:Address>${endpointOf(camera)}</a:Address></a:EndpointReference>
  <d:Types>${types.map((type) => (type === 'Device' ? 'tds:Device' : `dn:${type}`)).join(' ')}</d:Types>
  <d:Scopes>${scopesOf(camera).join(' ')}</d:Scopes>
  <d:XAddrs>${camera.address(serviceList.device.path)}</d:XAddrs>
  <d:MetadataVersion>1</d:MetadataVersion>`

function message(action: string, body: Xml, relatesTo?: string): Buffer {
  const related = relatesTo === undefined ? xml`` : xml`<a:RelatesTo>${relatesTo}</a:RelatesTo>`
  const content = xml`
    <s:Header>
      <a:MessageID>urn:uuid:${randomUUID()}</a:MessageID>${related}
      <a:To>${relatesTo === undefined ? everybody : anonymous}</a:To>
      <a:Action>${discovery}/${action}</a:Action>
    </s:Header>
    <s:Body>${body}</s:Body>`
  return Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n<s:Envelope ${namespaces}>${content.markup}</s:Envelope>`)
}

/** One datagram that answers for these cameras. */
export function answerMessage(question: DiscoveryQuestion, cameras: readonly Camera[]): Buffer {
  if (question.kind === 'Resolve') {
    const matches = cameras.map((camera) => xml`<d:ResolveMatch>${matchBody(camera)}</d:ResolveMatch>`)
    return message('ResolveMatches', xml`<d:ResolveMatches>${matches}</d:ResolveMatches>`, question.messageId)
  }
  const matches = cameras.map((camera) => xml`<d:ProbeMatch>${matchBody(camera)}</d:ProbeMatch>`)
  return message('ProbeMatches', xml`<d:ProbeMatches>${matches}</d:ProbeMatches>`, question.messageId)
}

export const helloMessage = (camera: Camera) => message('Hello', xml`<d:Hello>${matchBody(camera)}</d:Hello>`)

export const byeMessage = (camera: Camera) =>
  message(
    'Bye',
    xml`<d:Bye><a:EndpointReference><a:Address>${endpointOf(camera)}</a:Address></a:EndpointReference></d:Bye>`,
  )
