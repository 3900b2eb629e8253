import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { binary, command, type Capabilities, type Device } from '../../contract/index.ts'
import { checkCommand } from './command-args.ts'

const capabilities: Capabilities = {
  raised: binary('Raised'),
  open: command('Open', Type.Object({ seconds: Type.Integer({ minimum: 1, maximum: 30 }) })),
  broken: { role: 'command', label: 'Broken', payload: { type: 5, pattern: '(' } },
}
// As it comes from the wire.
const announced = JSON.parse(JSON.stringify(capabilities)) as Capabilities
const device: Device = {
  ...{ id: 'barrier-1', compoundId: 'garden', kind: 'barrier', name: 'North gate', place: '' },
  ...{ online: true, capabilities: announced, readings: {} },
}

test('arguments that fit the announced schema pass', () => {
  expect(() => checkCommand(device, 'open', { seconds: 5 })).not.toThrow()
})

test.each([
  ['open', { seconds: 31 }, 'INVALID_ARGUMENTS'],
  ['open', {}, 'INVALID_ARGUMENTS'],
  ['open', 'now', 'INVALID_ARGUMENTS'],
  ['raised', {}, 'COMMAND_UNKNOWN'],
  ['constructor', {}, 'COMMAND_UNKNOWN'],
])('%s with %j is refused with %s', (name, args, code) => {
  expect(() => checkCommand(device, name, args)).toThrow(expect.objectContaining({ code }) as Error)
})
