import { Errors } from 'typebox/schema'
import type { Command, Device } from '../../contract/index.ts'
import { commandUnknown, invalidArguments } from '../../errors.ts'

/** Refuses a command that the device did not announce, and arguments that do not fit its announced schema. */
export function checkCommand(device: Device, name: string, args: unknown): void {
  const capability = Object.hasOwn(device.capabilities, name) ? device.capabilities[name] : undefined
  if (capability?.role !== 'command') throw commandUnknown(device.id, name)
  const problem = argumentProblem(capability, args)
  if (problem !== undefined) throw invalidArguments(name, problem)
}

/** The schema came over the wire, so it is interpreted and never compiled to code. */
function argumentProblem({ payload }: Command, args: unknown): string | undefined {
  try {
    const [fits, [error]] = Errors(payload, args)
    if (fits) return undefined
    return `${error?.instancePath.slice(1).replaceAll('/', '.') ?? ''} ${error?.message ?? ''}`.trim()
  } catch {
    return 'the device announced a schema that cannot be read; update the gateway' // Told to the caller in words.
  }
}
