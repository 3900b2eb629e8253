import type { DeviceSetup } from '@gatehouse/platform/contract'

export interface SetupInput {
  readonly compoundId: string
  readonly kind: string
  readonly name: string
  readonly place: string
  readonly secret: string
  readonly address: string
  readonly username: string
  readonly settings: string
  readonly x: string
  readonly y: string
}

export const emptySetup: SetupInput = {
  compoundId: '',
  kind: '',
  name: '',
  place: '',
  secret: '',
  address: '',
  username: '',
  settings: '',
  x: '',
  y: '',
}

/** Reads `name=value` lines; answers the number of the first line that is none. */
export function readSettings(text: string): { settings: Record<string, string> } | { problemLine: number } {
  const settings: Record<string, string> = {}
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const match = /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(line)
    if (match?.[1] === undefined) return { problemLine: index + 1 }
    settings[match[1]] = match[2] ?? ''
  }
  return { settings }
}

/** What the form says, as the platform wants it; empty fields are left out. */
export function setupOf(input: SetupInput, settings: Readonly<Record<string, string>>): DeviceSetup {
  const { compoundId, kind, name, place, secret, address, username, x, y } = input
  const hasPosition = x.trim() !== '' && y.trim() !== ''
  return {
    compoundId,
    kind: kind.trim(),
    name: name.trim(),
    place: place.trim(),
    ...(hasPosition && { position: { x: Number(x), y: Number(y) } }),
    ...(secret && { secret }),
    ...(address && { address: address.trim() }),
    ...(username && { username: username.trim() }),
    ...(Object.keys(settings).length > 0 && { settings: { ...settings } }),
  }
}

/** 120 random bits, in an alphabet that survives being typed into any device. */
export const newSecret = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(24)), (byte) => 'abcdefghijkmnpqrstuvwxyz23456789'[byte % 32]).join(
    '',
  )
