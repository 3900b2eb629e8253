import { Duplex } from 'node:stream'
import { expect, onTestFinished, test, vi } from 'vitest'
import { GuardedConnection, type ConnectionRules } from './guarded-connection.ts'
import { Turns } from './turns.ts'

const text = (value: string) => Buffer.concat([Buffer.from([0, value.length]), Buffer.from(value)])
const connect = Buffer.from([0x10, 13, 0, 4, ...Buffer.from('MQTT'), 4, 2, 0, 60, 0, 1, 0x61])
const message = (payload = '') => {
  const body = Buffer.concat([text('a'), Buffer.from([0, 1]), Buffer.from(payload)])
  return Buffer.concat([Buffer.from([0x32, (body.length & 127) | 128, body.length >> 7]), body])
}
const messages = (count: number) => Buffer.concat(Array.from({ length: count }, () => message()))

const placesFor = (places: number) => new Turns(places, () => 0)

/** A socket, and a broker library that reads whenever there is something to read. */
function setup(rules: Partial<ConnectionRules> = {}) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const written: Buffer[] = []
  const socket = new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _encoding, done) {
      written.push(chunk)
      done()
    },
  })
  const refused = vi.fn()
  const connection = new GuardedConnection(socket, {
    limits: { smallBytes: 100, publishBytes: 20_000 },
    packets: { perSecond: 10, burst: 1000 },
    unhurried: { perSecond: 1000, burst: 1000 },
    ...{ unsettled: 1000, turns: placesFor(1), refused },
    ...rules,
  })
  const portions: Buffer[] = []
  const onConnect = vi.fn(() =>
    socket.on('readable', () => {
      const portion = socket.read() as Buffer | null
      if (portion) portions.push(portion)
    }),
  )
  connection.listen(onConnect)
  return {
    ...{ socket, connection, portions, onConnect, refused, written },
    passed: () => Buffer.concat(portions),
    /** Lets everything happen that is not a matter of time. */
    say: async (bytes: Uint8Array) => {
      socket.push(bytes)
      await calm()
    },
    /** As the library does: it reads on when it has handled what it read. */
    readOn: async () => {
      for (let before = -1; before !== portions.length;) {
        before = portions.length
        socket.emit('readable')
        await calm()
      }
    },
  }
}
const calm = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)))
const pass = async (ms: number) => {
  await vi.advanceTimersByTimeAsync(ms)
  await calm()
}

test('the library gets a whole CONNECT, and the rest only when that was granted', async () => {
  const { connection, portions, onConnect, passed, say } = setup()

  await say(connect.subarray(0, 5))
  expect(onConnect).not.toHaveBeenCalled()
  await say(Buffer.concat([connect.subarray(5), messages(2)]))
  expect(onConnect).toHaveBeenCalledTimes(1)
  expect(portions.map((portion) => Buffer.from(portion))).toEqual([connect])
  connection.ready()
  await calm()
  expect(passed()).toEqual(Buffer.concat([connect, messages(2)]))
})

test('a CONNECT that is not right never reaches the library', async () => {
  const { socket, onConnect, refused, say } = setup()

  await say(Buffer.from([0x30, 2, 0, 0]))
  expect(socket.destroyed).toBe(true)
  expect(onConnect).not.toHaveBeenCalled()
  expect(refused.mock.calls).toEqual([['out-of-turn']])
})

test('where the standard asks for a code it is sent before the end', async () => {
  const { socket, written, say } = setup()

  await say(Buffer.from([0x10, 13, 0, 4, ...Buffer.from('MQTT'), 5, 2, 0, 60, 0, 1, 0x61]))
  expect(written).toEqual([Buffer.from([0x20, 2, 0, 1])])
  expect(socket.destroyed).toBe(true)
})

test('much is handed on in small portions', async () => {
  const { connection, portions, passed, say, readOn } = setup()
  await say(Buffer.concat([connect, messages(50)]))
  connection.ready()
  await readOn()

  expect(passed()).toHaveLength(connect.length + messages(50).length)
  expect(Math.max(...portions.map(({ length }) => length))).toBeLessThanOrEqual(messages(4).length)
})

test('what breaks the rules is not handed on, nor what came with it', async () => {
  const { socket, connection, passed, refused, say } = setup()
  await say(connect)
  connection.ready()
  await say(Buffer.concat([message(), Buffer.from([0xf0, 0])]))

  expect(passed()).toEqual(connect)
  expect(socket.destroyed).toBe(true)
  expect(refused.mock.calls).toEqual([['out-of-turn']])
})

test('nothing is read while too many messages are not settled', async () => {
  const { connection, passed, say, readOn } = setup({ unsettled: 8 })
  await say(Buffer.concat([connect, messages(20)]))
  connection.ready()
  await readOn()
  expect(passed()).toHaveLength(connect.length + messages(8).length)

  for (let index = 0; index < 8; index += 1) connection.settled()
  await readOn()
  expect(passed()).toHaveLength(connect.length + messages(16).length)
})

test('whoever is too fast waits, is counted and loses nothing', async () => {
  const { connection, passed, refused, say, readOn } = setup({ packets: { perSecond: 10, burst: 4 } })
  await say(Buffer.concat([connect, messages(10)]))
  connection.ready()
  await readOn()
  expect(passed().length).toBeLessThan(connect.length + messages(10).length)
  expect(refused).toHaveBeenCalledWith('rate')

  for (let second = 0; second < 3; second += 1) {
    await pass(1000)
    await readOn()
  }
  expect(passed()).toHaveLength(connect.length + messages(10).length)
})

test('whoever sends much takes turns with others who do', async () => {
  const turns = placesFor(1)
  const rules = { unhurried: { perSecond: 0.001, burst: 0 }, turns }
  const [first, second] = [setup(rules), setup(rules)]
  for (const one of [first, second]) {
    await one.say(Buffer.concat([connect, messages(8)]))
    one.connection.ready()
    await one.readOn()
  }
  expect(first.passed()).toHaveLength(connect.length + messages(4).length)
  expect(second.passed()).toHaveLength(connect.length)

  for (let index = 0; index < 4; index += 1) first.connection.settled()
  await pass(10)
  await second.readOn()
  expect(second.passed()).toHaveLength(connect.length + messages(4).length)
})

test('whoever goes while it has its turn leaves it to others', async () => {
  const turns = placesFor(1)
  const rules = { unhurried: { perSecond: 0.001, burst: 0 }, turns }
  const [first, second] = [setup(rules), setup(rules)]
  for (const one of [first, second]) {
    await one.say(Buffer.concat([connect, messages(4)]))
    one.connection.ready()
    await one.readOn()
  }
  first.socket.destroy()
  await calm()
  await pass(10)
  await second.readOn()

  expect(second.passed()).toHaveLength(connect.length + messages(4).length)
})

test('a message that is larger than a portion arrives whole', async () => {
  const { connection, passed, say, readOn } = setup()
  const large = message('x'.repeat(15_000))
  await say(connect)
  connection.ready()
  for (let at = 0; at < large.length; at += 4000) await say(large.subarray(at, at + 4000))
  await readOn()

  expect(passed()).toHaveLength(connect.length + large.length)
})

test('a packet that is begun and never finished ends the connection', async () => {
  const { socket, connection, refused, say } = setup()
  await say(connect)
  connection.ready()
  await say(message('a byte a second').subarray(0, 6))

  for (let at = 6; at < 15; at += 1) {
    await pass(1000)
    await say(message('a byte a second').subarray(at, at + 1))
    expect(socket.destroyed).toBe(false)
  }
  await pass(2000)
  expect(socket.destroyed).toBe(true)
  expect(refused.mock.calls).toEqual([['slow-packet']])
})

test('each packet has its own time', async () => {
  const { socket, connection, say } = setup()
  await say(connect)
  connection.ready()
  for (let index = 0; index < 5; index += 1) {
    await say(message('slow').subarray(0, 6))
    await pass(6000)
    await say(message('slow').subarray(6))
  }

  expect(socket.destroyed).toBe(false)
})

test('a large packet has more time', async () => {
  const { socket, connection, say } = setup({ limits: { smallBytes: 100, publishBytes: 2 ** 20 } })
  const large = Buffer.concat([Buffer.from([0x32, 0x80, 0x80, 0x0a]), text('a'), Buffer.from([0, 1])])
  await say(connect)
  connection.ready()
  await say(large)

  await pass(28_000)
  expect(socket.destroyed).toBe(false)
  await pass(10_000)
  expect(socket.destroyed).toBe(true)
})

test('a packet whose end we do not read ourselves is not too slow', async () => {
  const { socket, connection, passed, say, readOn } = setup({ unsettled: 1 })
  await say(connect)
  connection.ready()
  await say(Buffer.concat([message(), message().subarray(0, 4)]))
  await say(message().subarray(4))
  await pass(60_000)
  expect(socket.destroyed).toBe(false)

  connection.settled()
  await readOn()
  expect(passed()).toHaveLength(connect.length + messages(2).length)
})

test('a peer of ours is read without limits', async () => {
  const { connection, passed, refused, say, readOn } = setup({ packets: { perSecond: 1, burst: 1 }, unsettled: 1 })
  await say(connect)
  connection.trust()
  connection.ready()
  await say(Buffer.concat([messages(100), message('x'.repeat(16_000))]))
  await readOn()

  expect(passed()).toHaveLength(connect.length + messages(100).length + message('x'.repeat(16_000)).length)
  expect(refused).not.toHaveBeenCalled()
})

test('of somebody who was let go nothing is looked at', async () => {
  const { socket, connection, refused, say } = setup()
  await say(connect)
  connection.ready()
  connection.letGo()
  await say(Buffer.from([0xf0, 0]))

  expect(socket.destroyed).toBe(false)
  expect(refused).not.toHaveBeenCalled()
})
