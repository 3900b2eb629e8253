import { expect, test } from 'vitest'
import { attributeOf, childOf, childrenOf, escapeXml, parseXml, textOf } from './xml.ts'

const soap = parseXml(
  '<?xml version="1.0"?><S-E:a xmlns:S-E="x"><tt:b token="1&amp;2">one</tt:b><b> t&lt;&#x4e2d;&#25991; </b><c/></S-E:a>',
)

test('names count without their prefixes', () => {
  expect(textOf(childOf(soap, 'a', 'b'))).toBe('one')
  expect(childrenOf(childOf(soap, 'a'), 'b').map(textOf)).toEqual(['one', 't<中文'])
  expect(attributeOf(childOf(soap, 'a', 'b'), 'token')).toBe('1&2')
})

test('what is not there is undefined, and nothing is inherited from Object', () => {
  expect(childOf(soap, 'a', 'd', 'e')).toBeUndefined()
  expect(childOf(soap, 'constructor')).toBeUndefined()
  expect(childOf(soap, '__proto__')).toBeUndefined()
  expect(childrenOf(soap, 'x')).toEqual([])
  expect(textOf(childOf(soap, 'a', 'c'))).toBeUndefined()
  expect(attributeOf(childOf(soap, 'a'), 'token')).toBeUndefined()
})

test.each(['<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', '<a><b', '<a>'.repeat(10_000)])(
  'neither a DTD nor broken or bottomless XML is read',
  (text) => {
    expect(() => parseXml(text)).toThrow(expect.objectContaining({ code: 'CAMERA_ANSWER_INVALID' }))
  },
)

test('an unknown entity stays as it is', () => {
  expect(textOf(childOf(parseXml('<a>&unknown;&#0;&#9999999;</a>'), 'a'))).toBe('&unknown;&#0;&#9999999;')
})

test('everything that could end an element or an attribute is escaped, also beyond ASCII', () => {
  expect(escapeXml(`a<b>&"'中😀`)).toBe('a&#60;b&#62;&#38;&#34;&#39;&#20013;&#128512;')
  expect(textOf(childOf(parseXml(`<a>${escapeXml('x<&>中😀')}</a>`), 'a'))).toBe('x<&>中😀')
})
