import type { Capabilities, Command, Device, Reading } from '@gatehouse/platform/contract'
import { fieldsOf } from './schema-form'

export interface NamedReading {
  readonly name: string
  readonly reading: Reading
}
export interface NamedCommand {
  readonly name: string
  readonly command: Command
}

export const readingsOf = (capabilities: Capabilities): readonly NamedReading[] =>
  Object.entries(capabilities).flatMap(([name, capability]) =>
    capability.role === 'reading' ? [{ name, reading: capability }] : [],
  )

export const commandsOf = (capabilities: Capabilities): readonly NamedCommand[] =>
  Object.entries(capabilities).flatMap(([name, capability]) =>
    capability.role === 'command' ? [{ name, command: capability }] : [],
  )

export const commandNamed = (device: Device | undefined, name: string): NamedCommand | undefined => {
  const capability = device?.capabilities[name]
  return capability?.role === 'command' ? { name, command: capability } : undefined
}

/** Commands by which a device on the spot speaks, the plainest first. */
const voiceCommands = ['say', 'display']

/** How a device says a text to whoever stands before it; `undefined` if it cannot speak. */
export function voiceOf(
  device: Device | undefined,
): { name: string; argsFor: (text: string) => Record<string, unknown> } | undefined {
  for (const name of voiceCommands) {
    const found = commandNamed(device, name)
    const fields = found ? fieldsOf(found.command.payload) : []
    const spoken = fields.find((field) => field.type === 'text' && (field.name === 'text' || field.name === 'voice'))
    if (!spoken) continue
    const shown = fields.find((field) => field.type === 'lines')
    const argsFor = (text: string) => ({
      [spoken.name]: text.slice(0, spoken.max),
      ...(shown && { [shown.name]: linesFor(text, shown.maxLine ?? text.length, shown.max ?? 1) }),
    })
    return { name, argsFor }
  }
  return undefined
}

/** Cuts a text into as many lines as a small display has. */
function linesFor(text: string, width: number, count: number): string[] {
  const lines = text.match(new RegExp(`[^\\n]{1,${width}}`, 'gu')) ?? []
  return lines.slice(0, count)
}
