import fc from 'fast-check'
import { io } from 'socket.io-client'
import { expect, onTestFinished, test, vi } from 'vitest'
import { watchMemory } from './fuzz/flat-memory.ts'
import { createOutbox, furnish, listen, setup, signInAs } from './setup.ts'

const runs = 10_000
/** Connections at a time; each ends with its first wrong frame. */
const abreast = 20

const packet = fc.oneof(
  fc.constantFrom('0', '40', '41', '2', '3', '5', '6', '40{"token":1}', '42', '42[]', '42["alert:raised",{}]', '4'),
  fc.constantFrom('450-["x",{"_placeholder":true,"num":0}]', '42/other,["x"]', '42["__proto__"]', '43[1]', '4999999'),
  fc.tuple(fc.nat(9), fc.nat(9), fc.json({ maxDepth: 3 })).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 300 }).map((text) => text.toWellFormed()),
  fc.constant('4'.repeat(5000)),
)
const frame = fc.oneof({ weight: 3, arbitrary: packet }, { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }) })

/** One connection by WebSocket: sends, and resolves when the platform has answered or closed. */
function sendOnce(url: string, message: string | Uint8Array, headers: Record<string, string>): Promise<void> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`, { headers })
    socket.onclose = () => resolve()
    socket.onerror = () => undefined // a close follows
    socket.onopen = () => {
      socket.send(message)
      socket.send('2probe')
    }
    socket.onmessage = ({ data }) => {
      if (data === '3probe') socket.close()
    }
  })
}

/** The same by long polling. */
async function postOnce(url: string, message: string | Uint8Array): Promise<number> {
  const answer = await fetch(`${url}/socket.io/?EIO=4&transport=polling&sid=invented`, {
    method: 'POST',
    body: message,
  })
  await answer.arrayBuffer()
  return answer.status
}

test(`${runs} frames of strangers and of mad consoles leave the live connections alone`, async () => {
  const house = await setup()
  await furnish(house)
  const url = await listen(house)
  const cookie = await signInAs(house, { username: 'guard1', role: 'guard', scope: '' })
  const guest = io(url, { transports: ['websocket'], forceNew: true, extraHeaders: { cookie } })
  onTestFinished(() => void guest.close())
  const heard: string[] = []
  guest.onAny((event: string) => heard.push(event))
  await vi.waitFor(() => expect(guest.connected).toBe(true))

  const memory = watchMemory()
  await fc.assert(
    fc.asyncProperty(fc.array(frame, { minLength: abreast, maxLength: abreast }), async (frames) => {
      await Promise.all(
        frames.map(async (message, index) => {
          // Strangers, and people of the house whose console has gone mad.
          if (index % 4 > 0) return sendOnce(url, message, index % 2 === 0 ? { cookie } : {})
          expect(await postOnce(url, message)).toBe(400)
        }),
      )
    }),
    { numRuns: runs / abreast, endOnFailure: true },
  )
  memory.expectFlat(32 * 1024 * 1024)
  expect(guest.connected).toBe(true)

  const outbox = createOutbox(house, 'gw-garden')
  await outbox.store([
    outbox.record('access.door-alarm', { eventId: 'e', alarm: 'forced' }, { deviceId: 'barrier-garden' }),
  ])
  await vi.waitFor(() => expect(heard).toContain('alert:raised'))
}, 300_000)
