import { expect, test } from 'vitest'
import { enrolmentProof, formatCode, namesAuthority, newCode, parseCode } from './enrolment.ts'

const fingerprint = Uint8Array.from({ length: 32 }, (_, place) => 255 - place)

test('a code is read back as it was written', () => {
  const code = newCode(fingerprint)
  const text = formatCode(code)
  expect(text).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){7}$/)
  expect(parseCode(text)).toEqual(code)
})

test('a code that begins with nothing but zeros keeps its length', () => {
  const code = { secret: new Uint8Array(10), authority: new Uint8Array(10).fill(1) }
  expect(parseCode(formatCode(code))).toEqual(code)
})

test('a code is read as people type it', () => {
  const written = '01AB-CDEF-GHJK-MNPQ-RSTV-WXYZ-0123-4567'
  expect(parseCode(' o1ab cdefghjk mnpq rstv wxyz ol23 4567 ')).toEqual(parseCode(written))
})

test.each(['', '01AB', '01AB-CDEF-GHJK-MNPQ-RSTV-WXYZ-0123-456', '01AB-CDEF-GHJK-MNPQ-RSTV-WXYZ-0123-456U'])(
  '"%s" is no code',
  (text) => {
    expect(parseCode(text)).toBeUndefined()
  },
)

test('two codes are never the same, and name their authority only', () => {
  const [one, two] = [newCode(fingerprint), newCode(fingerprint)]
  expect(one.secret).not.toEqual(two.secret)
  expect(namesAuthority(one, fingerprint)).toBe(true)
  expect(namesAuthority(one, fingerprint.with(9, 0))).toBe(false)
  expect(namesAuthority(one, new Uint8Array(0))).toBe(false)
})

test('only who knows the code can ask and answer', async () => {
  const [known, other] = [newCode(fingerprint), newCode(fingerprint)].map(({ secret }) => enrolmentProof(secret))
  if (!known || !other) throw new Error('two proofs')
  const mac = await known.signRequest('csr')
  expect(await known.isRequest({ mac, csr: 'csr' })).toBe(true)
  expect(await known.isRequest({ mac, csr: 'csr of somebody else' })).toBe(false)
  expect(await other.isRequest({ mac, csr: 'csr' })).toBe(false)

  const answer = { payload: 'certificate', mac: await known.signAnswer(mac, 'certificate') }
  expect(await known.isAnswer(mac, answer)).toBe(true)
  expect(await known.isAnswer(mac, { ...answer, payload: 'another' })).toBe(false)
  expect(await other.isAnswer(mac, answer)).toBe(false)
})

test('an answer to an earlier request is no answer, and a request is none either', async () => {
  const proof = enrolmentProof(newCode(fingerprint).secret)
  const [first, second] = [await proof.signRequest('one'), await proof.signRequest('two')]
  const answer = { payload: 'p', mac: await proof.signAnswer(first, 'p') }
  expect(await proof.isAnswer(second, answer)).toBe(false)
  expect(await proof.isAnswer(first, { payload: 'one', mac: first })).toBe(false)
})

test('the id of a code is always the same and tells nothing of the others', async () => {
  const { secret } = newCode(fingerprint)
  const id = await enrolmentProof(secret).codeId()
  expect(id).toMatch(/^[0-9a-f]{32}$/)
  expect(await enrolmentProof(secret).codeId()).toBe(id)
  expect(id).not.toContain(Buffer.from(secret).toString('hex').slice(0, 8))
})
