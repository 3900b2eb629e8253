import { expect, test } from 'vitest'
import { isWellFormed } from './well-formed.ts'

test.each([
  '<?xml version="1.0"?><a/>',
  '<SOAP-ENV:a xmlns:SOAP-ENV="urn:x"><b c=\'">"\' /></SOAP-ENV:a>',
  '<a>1 &lt; 2 &amp; &#65; &#x41;</a>',
  '<a><!-- <b> & --><![CDATA[<c> & ]]></a>',
  '<门>岗</门>',
])('%s is well formed', (text) => {
  expect(isWellFormed(text)).toBe(true)
})

test.each([
  '',
  'hello',
  'hello <a/>',
  '<a/><b/>',
  '<a></a/>',
  '<a>',
  '</a>',
  '<a><b></a></b>',
  '<a b=c/>',
  '<a b="<"/>',
  '<a>Tom & Jerry</a>',
  '<a>&undefined;</a>',
  '<a><!-- </a>',
  '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
])('%s is not well formed', (text) => {
  expect(isWellFormed(text)).toBe(false)
})

test('a hostile text costs no more time than its length', () => {
  const hostile = ['<a<', '<a "', "<a b='", '<!--', '<![CDATA[', '<?', '&a', '<a b="1"c'].map((part) =>
    part.repeat(64_000 / part.length),
  )
  const startedAt = performance.now()
  for (const text of hostile) expect(isWellFormed(text)).toBe(false)
  expect(performance.now() - startedAt).toBeLessThan(500)
})
