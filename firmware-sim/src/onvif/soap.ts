import { noEnvelope, notWellFormed, wrongSoapVersion, type SoapFault } from './faults.ts'
import { child, isElement, parseXml, textOf, xml, type Xml } from './xml.ts'

const soapNamespace = 'http://www.w3.org/2003/05/soap-envelope'

const namespaces: Readonly<Record<string, string>> = {
  s: soapNamespace,
  wsa: 'http://www.w3.org/2005/08/addressing',
  tds: 'http://www.onvif.org/ver10/device/wsdl',
  trt: 'http://www.onvif.org/ver10/media/wsdl',
  tptz: 'http://www.onvif.org/ver20/ptz/wsdl',
  tev: 'http://www.onvif.org/ver10/events/wsdl',
  tt: 'http://www.onvif.org/ver10/schema',
  ter: 'http://www.onvif.org/ver10/error',
  tns1: 'http://www.onvif.org/ver10/topics',
  wsnt: 'http://docs.oasis-open.org/wsn/b-2',
  wstop: 'http://docs.oasis-open.org/wsn/t-1',
  'wsrf-rw': 'http://docs.oasis-open.org/wsrf/rw-2',
  xs: 'http://www.w3.org/2001/XMLSchema',
}

const declarations = Object.entries(namespaces)
  .map(([prefix, uri]) => `xmlns:${prefix}="${uri}"`)
  .join(' ')

export interface SoapRequest {
  /** Local name of the element in the body. */
  readonly operation: string
  readonly argument: unknown
  readonly header: unknown
  readonly messageId?: string
}

/** Reads an envelope, whatever prefixes it uses. Throws a SoapFault for anything else. */
export function parseRequest(text: string): SoapRequest {
  const document = parseXml(text)
  if (document === undefined) throw notWellFormed()
  const envelope = child(document, 'Envelope')
  const body = child(envelope, 'Body')
  if (!isElement(body)) throw noEnvelope()
  if (!text.includes(soapNamespace)) throw wrongSoapVersion()
  const operations = Object.keys(body).filter((name) => !name.startsWith('@_') && name !== '#text')
  const [operation] = operations
  if (operation === undefined || operations.length > 1) throw noEnvelope()
  const header = child(envelope, 'Header')
  const messageId = textOf(header, 'MessageID')
  return { operation, argument: body[operation], header, ...(messageId && { messageId }) }
}

export function envelope(body: Xml, relatesTo?: string): string {
  const header = relatesTo === undefined ? xml`` : xml`<wsa:RelatesTo>${relatesTo}</wsa:RelatesTo>`
  const content = xml`<s:Header>${header}</s:Header><s:Body>${body}</s:Body>`
  return `<?xml version="1.0" encoding="UTF-8"?>\n<s:Envelope ${declarations}>${content.markup}</s:Envelope>`
}

const subcode = ([first, ...rest]: readonly string[]): Xml =>
  first === undefined ? xml`` : xml`<s:Subcode><s:Value>${first}</s:Value>${subcode(rest)}</s:Subcode>`

export const faultBody = (fault: SoapFault): Xml => xml`
  <s:Fault>
    <s:Code><s:Value>s:${fault.code}</s:Value>${subcode(fault.subcodes)}</s:Code>
    <s:Reason><s:Text xml:lang="en">${fault.message}</s:Text></s:Reason>
  </s:Fault>`
