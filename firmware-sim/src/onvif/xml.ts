import { XMLParser } from 'fast-xml-parser'
import { isWellFormed } from './well-formed.ts'

/** Markup that may be inserted as it is; everything else is escaped. */
export interface Xml {
  readonly markup: string
}

type XmlValue = string | number | boolean | Xml | readonly Xml[]

const entities: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  '"': '&quot;',
  "'": '&apos;',
}
// What XML 1.0 forbids cannot be escaped either.
const forbidden = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu

const escape = (text: string) =>
  text.replace(forbidden, '\ufffd').replace(/[<>&"']/g, (character) => entities[character] ?? '')

function render(value: XmlValue): string {
  if (typeof value !== 'object') return escape(String(value))
  return 'markup' in value ? value.markup : value.map(({ markup }) => markup).join('')
}

const compact = new WeakMap<TemplateStringsArray, readonly string[]>()

/** The literal parts without line breaks and indentation, computed once per template. */
function partsOf(strings: TemplateStringsArray) {
  const known = compact.get(strings)
  if (known) return known
  const parts = strings.map((part) => part.replace(/\n\s*/g, ''))
  compact.set(strings, parts)
  return parts
}

/** A template for XML: inserted values are escaped, line breaks and indentation of the template are dropped. */
export function xml(strings: TemplateStringsArray, ...values: readonly XmlValue[]): Xml {
  const [first = '', ...rest] = partsOf(strings)
  return {
    markup: values.reduce<string>((markup, value, index) => markup + render(value) + (rest[index] ?? ''), first),
  }
}

/** For elements whose name depends on where they stand. The name is code, never input. */
export const element = (name: string, content: Xml, token?: string): Xml => {
  const attributes = token === undefined ? '' : ` token="${escape(token)}"`
  return { markup: `<${name}${attributes}>${content.markup}</${name}>` }
}

const parser = new XMLParser({
  removeNSPrefix: true,
  ignoreAttributes: false,
  parseTagValue: false,
  processEntities: false,
})

/** The document as nested objects by local name; undefined when it is not well formed. */
export function parseXml(text: string): unknown {
  if (!isWellFormed(text)) return undefined
  try {
    return parser.parse(text)
  } catch {
    // It is well formed, yet nested too deep or with names that no message has: nothing to tell it apart for.
    return undefined
  }
}

export const isElement = (node: unknown): node is Readonly<Record<string, unknown>> =>
  typeof node === 'object' && node !== null && !Array.isArray(node)

/** The first element under this path of local names. */
export function child(node: unknown, ...path: readonly string[]): unknown {
  let found = node
  for (const name of path) {
    if (!isElement(found)) return undefined
    const next = found[name]
    found = Array.isArray(next) ? (next[0] as unknown) : next
  }
  return found
}

const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

function unescapeOne(reference: string, name: string): string {
  if (!name.startsWith('#')) return named[name] ?? reference
  const code = name.startsWith('#x') ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
  return code <= 0x10ffff ? String.fromCodePoint(code) : reference
}

const unescape = (text: string) => text.replace(/&(\w+|#\d+|#x[\da-fA-F]+);/g, unescapeOne)

/** The text of the first element under this path; undefined when there is no such element. */
export function textOf(node: unknown, ...path: readonly string[]): string | undefined {
  const found = child(node, ...path)
  const text = isElement(found) ? (found['#text'] ?? '') : found
  return typeof text === 'string' ? unescape(text).trim() : undefined
}

export function attributeOf(node: unknown, name: string): string | undefined {
  const value = isElement(node) ? node[`@_${name}`] : undefined
  return typeof value === 'string' ? unescape(value) : undefined
}
