import { XMLParser } from 'fast-xml-parser'
import { cameraAnswerInvalid } from '../../errors.ts'

/**
 * SOAP as plain objects: prefixes removed, attributes under `$`, text under `_` (the shape that node-onvif expects).
 * Vendors choose prefixes freely, so names are all that can be relied on.
 */
const parser = new XMLParser({
  ignoreAttributes: false,
  attributesGroupName: '$',
  attributeNamePrefix: '',
  textNodeName: '_',
  removeNSPrefix: true,
  parseTagValue: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  maxNestedTags: 50,
  processEntities: false,
  tagValueProcessor: (_name, value) => decodeText(value),
  attributeValueProcessor: (_name, value) => decodeText(value),
})

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** The five predefined entities and character references: all that XML knows without a DTD. */
export const decodeText = (text: string) =>
  text.replace(/&(#x[0-9a-f]{1,6}|#\d{1,7}|amp|lt|gt|quot|apos);/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return named[name] ?? whole
    const point = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
    return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : whole
  })

/** Safe in text and attributes, and plain ASCII: node-onvif refuses anything else. */
export const escapeXml = (text: string) =>
  text.replace(/[<>&'"]|[^\x20-\x7e]/gu, (character) => `&#${character.codePointAt(0) ?? 0};`)

/** Throws CAMERA_ANSWER_INVALID. A DTD is never expanded: SOAP forbids it (SOAP 1.2 part 1, section 5). */
export function refuseDtd(text: string): void {
  if (text.includes('<!DOCTYPE')) throw cameraAnswerInvalid('it contains a document type declaration')
}

export function parseXml(text: string): unknown {
  refuseDtd(text)
  try {
    return parser.parse(text)
  } catch (cause) {
    throw cameraAnswerInvalid('it is not XML', { cause })
  }
}

const first = (node: unknown): unknown => (Array.isArray(node) ? node[0] : node)

const property = (node: unknown, name: string): unknown =>
  typeof node === 'object' && node !== null && Object.hasOwn(node, name)
    ? (node as Readonly<Record<string, unknown>>)[name]
    : undefined

/** The first element at the path; `undefined` when there is none. */
export const childOf = (node: unknown, ...path: readonly string[]): unknown =>
  path.reduce((at, name) => first(property(first(at), name)), node)

/** All children of that name: none, one and many look alike. */
export function childrenOf(node: unknown, name: string): readonly unknown[] {
  const children = property(first(node), name)
  if (children === undefined) return []
  return Array.isArray(children) ? children : [children]
}

export function textOf(node: unknown): string | undefined {
  const text = typeof node === 'object' ? property(node, '_') : node
  return typeof text === 'string' && text !== '' ? text.trim() : undefined
}

export const attributeOf = (node: unknown, name: string): string | undefined =>
  textOf(property(property(first(node), '$'), name))
