import { expect, test } from 'vitest'
import { attributeOf, child, element, parseXml, textOf, xml } from './xml.ts'

test('inserted values are escaped, inserted markup is not', () => {
  const inner = [xml`<b>${1}</b>`, xml`<b>${true}</b>`]

  expect(xml`<a name="${'<"&\'>'}">${inner}</a>`.markup).toBe(
    '<a name="&lt;&quot;&amp;&apos;&gt;"><b>1</b><b>true</b></a>',
  )
})

test('characters that XML cannot carry are replaced', () => {
  expect(xml`<a>${'\u0000\ud800岗😀'}</a>`.markup).toBe('<a>\ufffd\ufffd岗😀</a>')
})

test('line breaks and indentation of a template are dropped, those of values are kept', () => {
  expect(
    xml`
    <a>
      <b>${'1\n 2'}</b>
    </a>`.markup,
  ).toBe('<a><b>1\n 2</b></a>')
})

test('an element carries its token', () => {
  expect(element('tt:Profile', xml`<a/>`, 'x"y').markup).toBe('<tt:Profile token="x&quot;y"><a/></tt:Profile>')
})

test('elements are found by local name, whatever the prefix', () => {
  const document = parseXml('<x:a><b c="1 &lt; 2"> Tom &amp; &#x95e8;&#23703; </b><b>second</b></x:a>')

  expect(textOf(document, 'a', 'b')).toBe('Tom & 门岗')
  expect(attributeOf(child(document, 'a', 'b'), 'c')).toBe('1 < 2')
  expect(textOf(document, 'a', 'none')).toBeUndefined()
  expect(textOf(document, 'a', 'b', 'deeper')).toBeUndefined()
  expect(attributeOf(child(document, 'a'), 'c')).toBeUndefined()
})

test('a reference to a character that does not exist stays as it is', () => {
  expect(textOf(parseXml('<a>&#x110000;</a>'), 'a')).toBe('&#x110000;')
})

test.each(['<a>', '<__proto__/>', '<a>'.repeat(200) + '</a>'.repeat(200)])('%s is no document', (text) => {
  expect(parseXml(text)).toBeUndefined()
})
