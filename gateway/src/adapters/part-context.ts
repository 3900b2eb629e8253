import { AsyncLocalStorage } from 'node:async_hooks'

/**
 * Whose code a file is. Sockets that a listener has accepted carry no context: the file that threw tells then.
 * Decisions (core, areas, drivers) belong to no part: what they left half done, no part can set right.
 */
const owners: readonly (readonly [pattern: RegExp, part: string | undefined])[] = [
  [/\/gateway\/src\/adapters\/mqtt-broker\/|\/platform\/src\/mqtt\/|\/node_modules\/aedes/, 'broker'],
  [/\/gateway\/src\/adapters\/media\/(?:gateway-http|media-routes|http-answer)/, 'http'],
  [/\/gateway\/src\/adapters\/platform-link\/picture-upload/, 'pictures'],
  [/\/gateway\/src\/adapters\/platform-link\/|\/node_modules\/mqtt\//, 'uplink'],
  [/\/gateway\/src\/adapters\/influx-telemetry\/|\/node_modules\/@influxdata\//, 'telemetry'],
  [/\/gateway\/src\//, undefined],
]

function ownerByStack(error: unknown): string | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  for (const line of stack.split('\n').slice(1)) {
    const owner = owners.find(([pattern]) => pattern.test(line))
    if (owner) return owner[1]
  }
  return undefined
}

/** Finds out to which part of the gateway an error belongs that nobody has caught. */
export function createPartContext() {
  const context = new AsyncLocalStorage<string>()
  return {
    within: <T>(part: string, code: () => T): T => context.run(part, code),
    /** Called where the error has surfaced. */
    partOf: (error: unknown): string | undefined => ownerByStack(error) ?? context.getStore(),
  }
}
