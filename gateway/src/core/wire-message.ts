import { invalidMessage } from '../errors.ts'

/** The part of a compiled schema that is needed here. */
interface Checks {
  Check(value: unknown): boolean
  Errors(value: unknown): readonly { readonly instancePath: string; readonly message: string }[]
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

export function decodeText(payload: Uint8Array): string {
  try {
    return utf8.decode(payload)
  } catch {
    throw invalidMessage('The message', 'it is not UTF-8')
  }
}

export function parseJson(payload: Uint8Array): unknown {
  const text = decodeText(payload)
  try {
    return JSON.parse(text)
  } catch {
    throw invalidMessage('The message', 'it is not JSON')
  }
}

/** A message that follows its schema, or an error that says where it does not. */
export function checkMessage(message: unknown, schema: Checks): unknown {
  if (schema.Check(message)) return message
  const [problem] = schema.Errors(message)
  throw invalidMessage('The message', problem ? `${problem.instancePath || 'it'} ${problem.message}` : 'unknown form')
}
