import { parseArgs } from 'node:util'
import { ScenarioError } from './scenario.ts'

export const usage = `npm run sim -- <scenario> [options]

  <scenario>             compound, street, or a JSON file
  --scale <n>            street: n times the reference street (1)
  --seed <text>          the same seed gives the same people, plates, traffic and secrets (1)
  --gateway <url>        MQTT of the gateway (mqtt://127.0.0.1:1883); repeat as <compound>=<url> for several
  --gateway-http <url>   HTTP of the gateway (http://127.0.0.1:8090); likewise
  --compound <id>        play only this compound; repeat for several
  --desired <file>       write the gateway's GATEHOUSE_DESIRED file; {compound} in it: one file for each
  --secrets <file>       JSON object of device ids and secrets, instead of secrets from the seed
  --certificates <folder>
                         gatehouse-ca.pem, <id>.cert.pem and <id>.key.pem: for mqtts:// and https:// gateways
  --camera-port <n>      port of the first camera, the others follow; 0: free ports (0)
  --discovery            let cameras answer WS-Discovery
  --quiet                log warnings only`

/** A URL for everything, and others for single compounds. */
export interface AddressBook {
  readonly fallback: string
  readonly byCompound: ReadonlyMap<string, string>
}

export interface Options {
  readonly scenario: string
  readonly scale: number
  readonly seed: string
  readonly gateway: AddressBook
  readonly gatewayHttp: AddressBook
  readonly compounds: readonly string[]
  readonly desired: string | undefined
  readonly secrets: string | undefined
  readonly certificates: string | undefined
  readonly cameraPort: number
  readonly isDiscoverable: boolean
  readonly isQuiet: boolean
}

function wholeNumber(name: string, text: string, [min, max]: readonly [number, number]): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= min && value <= max) return value
  throw new ScenarioError(`--${name} must be a whole number from ${min} to ${max}, not "${text}"`)
}

function addressBook(name: string, entries: readonly string[], fallback: string): AddressBook {
  const byCompound = new Map<string, string>()
  let general = fallback
  for (const entry of entries) {
    const [, compoundId, url = ''] = /^(?:([a-z0-9-]+)=)?(.+)$/.exec(entry) ?? []
    if (!URL.canParse(url)) throw new ScenarioError(`--${name} needs a URL, not "${entry}"`)
    if (compoundId === undefined) general = url
    else byCompound.set(compoundId, url)
  }
  return { fallback: general, byCompound }
}

export const addressFor = ({ fallback, byCompound }: AddressBook, compoundId: string) =>
  byCompound.get(compoundId) ?? fallback

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        scale: { type: 'string', default: '1' },
        seed: { type: 'string', default: '1' },
        gateway: { type: 'string', multiple: true, default: [] },
        'gateway-http': { type: 'string', multiple: true, default: [] },
        compound: { type: 'string', multiple: true, default: [] },
        desired: { type: 'string' },
        secrets: { type: 'string' },
        certificates: { type: 'string' },
        'camera-port': { type: 'string', default: '0' },
        discovery: { type: 'boolean', default: false },
        quiet: { type: 'boolean', default: false },
      },
    })
  } catch (cause) {
    throw new ScenarioError(`${cause instanceof Error ? cause.message : String(cause)}\n\n${usage}`, { cause })
  }
}

/** Reads the command line; throws a ScenarioError that says what to write instead. */
export function parseOptions(args: readonly string[]): Options {
  const { positionals, values } = readArguments(args)
  const [scenario, ...rest] = positionals
  if (scenario === undefined || rest.length > 0) throw new ScenarioError(`Name one scenario\n\n${usage}`)
  return {
    scenario,
    scale: wholeNumber('scale', values.scale, [1, 1000]),
    seed: values.seed,
    gateway: addressBook('gateway', values.gateway, 'mqtt://127.0.0.1:1883'),
    gatewayHttp: addressBook('gateway-http', values['gateway-http'], 'http://127.0.0.1:8090'),
    compounds: values.compound,
    desired: values.desired,
    secrets: values.secrets,
    certificates: values.certificates,
    cameraPort: wholeNumber('camera-port', values['camera-port'], [0, 65_535]),
    isDiscoverable: values.discovery,
    isQuiet: values.quiet,
  }
}
