/**
 * How a gateway that knows nothing but a code, and a platform that it has never seen, come to trust each other.
 * The code is 80 random bits and the first 80 bits of the SHA-256 of the authority's certificate. The random half is
 * never sent: what is sent is authenticated by keys that are derived from it. See docs/decisions/0005.
 */

/** Crockford's alphabet: nothing that looks like something else. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const isOfAlphabet = /^[0-9A-HJKMNP-TV-Z]*$/
const halfBytes = 10
const codeLetters = 32

type Bytes = Uint8Array<ArrayBuffer>

export interface EnrolmentSecrets {
  /** Proves the right to enrol. */
  readonly secret: Bytes
  /** Start of the SHA-256 of the authority's certificate. */
  readonly authority: Bytes
}

/** The code as people read it: `7Q2M-…`, eight groups of four. */
export function formatCode({ secret, authority }: EnrolmentSecrets): string {
  let bits = [...secret, ...authority].reduce((all, byte) => (all << 8n) | BigInt(byte), 0n)
  let letters = ''
  for (let place = 0; place < codeLetters; place += 1) {
    letters = (alphabet[Number(bits & 31n)] ?? '') + letters
    bits >>= 5n
  }
  return letters.replace(/(.{4})(?=.)/g, '$1-')
}

/** Reads a code as people type it: either case, with or without dashes, O for 0, I and L for 1. */
export function parseCode(text: string): EnrolmentSecrets | undefined {
  const letters = text.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1')
  if (letters.length !== codeLetters || !isOfAlphabet.test(letters)) return undefined
  let bits = Array.from(letters).reduce((all, letter) => (all << 5n) | BigInt(alphabet.indexOf(letter)), 0n)
  const bytes = new Uint8Array(2 * halfBytes)
  for (let place = bytes.length - 1; place >= 0; place -= 1) {
    bytes[place] = Number(bits & 255n)
    bits >>= 8n
  }
  return { secret: bytes.slice(0, halfBytes), authority: bytes.slice(halfBytes) }
}

/** A new code for the authority with this fingerprint. */
export const newCode = (fingerprint: Uint8Array): EnrolmentSecrets => ({
  secret: crypto.getRandomValues(new Uint8Array(halfBytes)),
  authority: Uint8Array.from(fingerprint.subarray(0, halfBytes)),
})

/** Whether this is the authority that the code names. */
export const namesAuthority = ({ authority }: EnrolmentSecrets, fingerprint: Uint8Array) =>
  authority.every((byte, place) => byte === fingerprint[place])

const toHex = (bytes: ArrayBuffer | Bytes) =>
  Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('')
const fromHex = (hex: string): Bytes => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
const encode = (text: string): Bytes => new TextEncoder().encode(text)

/** HKDF-SHA-256 [RFC 5869]; each purpose has a key of its own. */
async function derive(secret: Bytes, purpose: 'id' | 'request' | 'answer', length: number): Promise<Bytes> {
  const material = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits'])
  const parameters = { name: 'HKDF', hash: 'SHA-256', salt: encode('gatehouse enrolment v1'), info: encode(purpose) }
  return new Uint8Array(await crypto.subtle.deriveBits(parameters, material, length * 8))
}

/** The name of the type differs between Node and browsers. */
type Key = Awaited<ReturnType<typeof crypto.subtle.importKey>>

const macKey = async (secret: Bytes, purpose: 'request' | 'answer') =>
  crypto.subtle.importKey('raw', await derive(secret, purpose, 32), { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
    'verify',
  ])

const sign = async (key: Promise<Key>, text: string) => toHex(await crypto.subtle.sign('HMAC', await key, encode(text)))
const verify = async (key: Promise<Key>, { mac, text }: { readonly mac: string; readonly text: string }) =>
  crypto.subtle.verify('HMAC', await key, fromHex(mac), encode(text))

type Answer = { readonly mac: string; readonly payload: string }
type Request = { readonly mac: string; readonly csr: string }

/** The answer belongs to one request: an older one cannot be played again. */
const answered = (requestMac: string, payload: string) => `${requestMac}\n${payload}`

/** Both ends of one enrolment. Comparisons take the same time whatever differs. */
export const enrolmentProof = (secret: Bytes) => ({
  /** Names the code without telling it. */
  codeId: async () => toHex(await derive(secret, 'id', 16)),
  signRequest: (csr: string) => sign(macKey(secret, 'request'), csr),
  isRequest: ({ mac, csr }: Request) => verify(macKey(secret, 'request'), { mac, text: csr }),
  signAnswer: (requestMac: string, payload: string) => sign(macKey(secret, 'answer'), answered(requestMac, payload)),
  isAnswer: (requestMac: string, { mac, payload }: Answer) =>
    verify(macKey(secret, 'answer'), { mac, text: answered(requestMac, payload) }),
})
