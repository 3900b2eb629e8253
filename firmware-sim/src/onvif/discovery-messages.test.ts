import { expect, test } from 'vitest'
import { createCamera, defaultRules } from './camera.ts'
import { answerMessage, endpointOf, helloMessage, isAskedFor, parseQuestion } from './discovery-messages.ts'
import { isWellFormed } from './well-formed.ts'

const camera = createCamera(
  {
    id: 'cam-1',
    name: '东门 & gate',
    username: 'admin',
    password: 'secret',
    host: '127.0.0.2',
    port: 8200,
    snapshot: () => Promise.resolve(new Uint8Array()),
  },
  defaultRules,
)

const question = (body: string) =>
  parseQuestion(`<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope">
    <SOAP-ENV:Header><a:MessageID>urn:uuid:1</a:MessageID></SOAP-ENV:Header>
    <SOAP-ENV:Body>${body}</SOAP-ENV:Body></SOAP-ENV:Envelope>`)

test.each([
  ['everything', '<d:Probe/>', true],
  ['its type', '<Probe><Types>dp0:NetworkVideoTransmitter</Types></Probe>', true],
  ['both its types', '<Probe><Types> tds:Device\n dn:NetworkVideoTransmitter </Types></Probe>', true],
  ['a printer', '<Probe><Types>p:Printer</Types></Probe>', false],
  ['a branch of its scopes', '<Probe><Scopes>onvif://www.onvif.org/Profile</Scopes></Probe>', true],
  ['half a word of a scope', '<Probe><Scopes>onvif://www.onvif.org/Prof</Scopes></Probe>', false],
  [
    'its endpoint',
    `<Resolve><a:EndpointReference><a:Address>${endpointOf(camera)}</a:Address></a:EndpointReference></Resolve>`,
    true,
  ],
  ['another', '<Resolve><EndpointReference><Address>urn:uuid:2</Address></EndpointReference></Resolve>', false],
])('a question for %s', (_what, body, expected) => {
  const asked = question(body)

  expect(asked && isAskedFor(camera, asked)).toBe(expected)
})

test.each(['hello', '<Envelope/>', '<Envelope><Body><Probe/></Body></Envelope>'])('%s is no question', (text) => {
  expect(parseQuestion(text)).toBeUndefined()
})

test('an answer names the address and relates to its question', () => {
  const asked = question('<Probe/>')
  const text = asked ? answerMessage(asked, [camera]).toString() : ''

  expect(isWellFormed(text)).toBe(true)
  expect(text).toContain('<a:RelatesTo>urn:uuid:1</a:RelatesTo>')
  expect(text).toContain('<d:XAddrs>http://127.0.0.2:8200/onvif/device_service</d:XAddrs>')
  expect(text).toContain('name/%E4%B8%9C%E9%97%A8%20%26%20gate')
  expect(parseQuestion(text)).toBeUndefined()
  expect(parseQuestion(helloMessage(camera).toString())).toBeUndefined()
})
