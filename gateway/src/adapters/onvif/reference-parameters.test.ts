import { expect, test } from 'vitest'
import { referenceParameters } from './reference-parameters.ts'

test('parameters go back with their namespaces, marked as such', () => {
  const header = referenceParameters(
    '<?xml version="1.0"?><S:E xmlns:S="s" xmlns:d="urn:dom"><S:Body><r xmlns:w="urn:w"><w:ReferenceParameters><d:Id k="1">42 &amp; x</d:Id><i xmlns="urn:i"><j/></i></w:ReferenceParameters></r></S:Body></S:E>',
  )
  expect(header).toContain('<d:Id xmlns:S="s" xmlns:d="urn:dom" xmlns:w="urn:w"')
  expect(header).toContain('wsa:IsReferenceParameter="true"')
  expect(header).toContain('xmlns:wsa="http://www.w3.org/2005/08/addressing"')
  expect(header).toContain('k="1">42 &amp; x</d:Id>')
  expect(header).toMatch(/<i [^>]*xmlns="urn:i"[^>]*><j><\/j><\/i>$/)
})

test('most cameras have none', () => {
  expect(referenceParameters('<a><b>text</b></a>')).toBe('')
})

test('a DTD is refused here too', () => {
  expect(() => referenceParameters('<!DOCTYPE a><a/>')).toThrow(
    expect.objectContaining({ code: 'CAMERA_ANSWER_INVALID' }),
  )
})
