import { sign, verify } from 'node:crypto'

export type Parameters = Readonly<Record<string, string>>

/** `a=1&b=2`, sorted by name; what is empty and what is left out is not signed. */
export const parameterText = (parameters: Parameters, leftOut: readonly string[] = []): string =>
  Object.entries(parameters)
    .filter(([name, value]) => value !== '' && !leftOut.includes(name))
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')

/** RSA2: SHA256withRSA, base64. A request is signed with everything but `sign`. */
export const signParameters = (parameters: Parameters, privateKey: string): string =>
  sign('sha256', Buffer.from(parameterText(parameters, ['sign'])), privateKey).toString('base64')

const isSigned = (text: string, signature: string, publicKey: string) =>
  verify('sha256', Buffer.from(text), publicKey, Buffer.from(signature, 'base64'))

/** Notifications are signed without `sign` and `sign_type`. */
export const isNotificationSigned = (parameters: Parameters, publicKey: string): boolean =>
  isSigned(parameterText(parameters, ['sign', 'sign_type']), parameters['sign'] ?? '', publicKey)

/** Where the object that begins at `start` ends; braces within strings are no braces. */
function endOfObject(json: string, start: number): number {
  let depth = 0
  for (const { 0: token, index } of json.slice(start).matchAll(/"(?:[^"\\]|\\.)*"|[{}]/gs)) {
    if (token === '{') depth += 1
    if (token === '}') depth -= 1
    if (depth === 0) return start + index + 1
  }
  return json.length
}

/** The value of a member as it stands in the text: what was signed are these very letters. */
export function memberText(json: string, name: string): string | undefined {
  const at = json.indexOf(`"${name}"`)
  const start = json.indexOf('{', at)
  return at < 0 || start < 0 ? undefined : json.slice(start, endOfObject(json, start))
}

/** An answer carries its result and, beside it, the signature over the letters of the result. */
export function isAnswerSigned(json: string, member: string, publicKey: string): boolean {
  const text = memberText(json, member)
  const { sign: signature = '' } = JSON.parse(json) as { sign?: string }
  return text !== undefined && isSigned(text, signature, publicKey)
}
