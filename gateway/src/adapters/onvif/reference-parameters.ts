import { XMLParser } from 'fast-xml-parser'
import { refuseDtd } from './xml.ts'

/** Prefixes, order and raw text kept: what the camera handed out goes back as it came. */
const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  processEntities: false,
  maxNestedTags: 50,
})

type Attributes = Readonly<Record<string, string>>
type Node = Readonly<Record<string, unknown>>

const nameOf = (node: Node) => Object.keys(node).find((key) => key !== ':@') ?? ''
const childrenOf = (node: Node) => (node[nameOf(node)] ?? []) as readonly Node[]
const attributesOf = (node: Node) => (node[':@'] ?? {}) as Attributes
const localName = (name: string) => name.slice(name.indexOf(':') + 1)

const write = (attributes: Attributes) =>
  Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${value.replaceAll('"', '&quot;')}"`)
    .join('')

function serialize(node: Node, inherited: Attributes): string {
  const name = nameOf(node)
  if (name === '#text') return String(node[name])
  const inner = childrenOf(node).map((child) => serialize(child, {}))
  return `<${name}${write({ ...inherited, ...attributesOf(node) })}>${inner.join('')}</${name}>`
}

interface Found {
  readonly parameters: readonly Node[]
  readonly namespaces: Attributes
}

function find(nodes: readonly Node[], namespaces: Attributes): Found | undefined {
  for (const node of nodes) {
    const own = Object.entries(attributesOf(node)).filter(([name]) => name === 'xmlns' || name.startsWith('xmlns:'))
    const inScope = { ...namespaces, ...Object.fromEntries(own) }
    if (localName(nameOf(node)) === 'ReferenceParameters') return { parameters: childrenOf(node), namespaces: inScope }
    const found = nameOf(node) === '#text' ? undefined : find(childrenOf(node), inScope)
    if (found) return found
  }
  return undefined
}

/**
 * The reference parameters of a subscription, as header elements for every later request to it
 * (WS-Addressing SOAP Binding 3.2). Axis identifies the subscription by them alone.
 */
export function referenceParameters(envelope: string): string {
  refuseDtd(envelope)
  const found = find(parser.parse(envelope) as readonly Node[], {})
  if (!found) return ''
  const inherited = { ...found.namespaces, 'wsa:IsReferenceParameter': 'true' }
  // The envelope's own meaning of `wsa` and `s` is ours; a child that declares them differently keeps its own.
  return found.parameters.map((parameter) => serialize(parameter, { ...inherited, 'xmlns:wsa': wsa })).join('')
}

const wsa = 'http://www.w3.org/2005/08/addressing'
