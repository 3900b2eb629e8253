import { expect, test } from 'vitest'
import { createIdentityWatch } from './identity-watch.ts'

const minute = 60_000

/** Lets instances connect one after the other and answers what was reported. */
function play(instances: string, everyMs = 1000) {
  const watch = createIdentityWatch()
  return Array.from(instances).map((instance, place) =>
    watch.connected('gw', { instance, address: `10.0.0.${instance}`, credential: 'certificate' }, place * everyMs),
  )
}

test('two machines that take turns are reported at the third takeover, with their addresses', () => {
  expect(play('1212').at(-1)).toEqual({
    takeovers: 3,
    addresses: ['10.0.0.1', '10.0.0.2'],
    credential: 'certificate',
  })
})

test('it is reported again only after as many takeovers as at first', () => {
  expect(play('12121212').map((found) => found !== undefined)).toEqual([
    ...[false, false, false, true],
    ...[false, false, false, true],
  ])
})

test.each([
  ['a machine with a bad line', '11111111'],
  ['a machine that is restarted again and again', '12345678'],
  ['a replacement that takes over once', '112222'],
  ['a replacement that was taken back', '121'],
])('%s is not reported', (_what, instances) => {
  expect(play(instances)).not.toContainEqual(expect.anything())
})

test('takeovers that lie far apart are not added up', () => {
  expect(play('12121212', 2 * minute)).not.toContainEqual(expect.anything())
})

test('gateways are watched one by one', () => {
  const watch = createIdentityWatch()
  const found = ['a', 'b', 'a', 'b'].map((name, at) => watch.connected(name, { instance: String(at % 3) }, at))
  expect(found).not.toContainEqual(expect.anything())
})
