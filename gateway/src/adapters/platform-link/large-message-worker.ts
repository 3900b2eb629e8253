import { UplinkDown } from '@gatehouse/platform/contract'
import { Value } from 'typebox/value'
import { parentPort, workerData } from 'node:worker_threads'

/** A part of a message as JSON: the message with its lists empty, then items of the named list of its body. */
export interface MessagePiece {
  readonly list?: string
  readonly json: string
}

/** Parsed in a millisecond or two. */
const itemsPerPiece = 2000

function* piecesOf(message: UplinkDown): Generator<MessagePiece> {
  if (message.type !== 'desired') {
    yield { json: JSON.stringify(message) }
    return
  }
  const lists = Object.entries(message.body).filter((entry): entry is [string, unknown[]] => Array.isArray(entry[1]))
  const empty = Object.fromEntries(lists.map(([list]) => [list, []]))
  yield { json: JSON.stringify({ ...message, body: { ...message.body, ...empty } }) }
  for (const [list, items] of lists) {
    for (let from = 0; from < items.length; from += itemsPerPiece) {
      yield { list, json: JSON.stringify(items.slice(from, from + itemsPerPiece)) }
    }
  }
}

const message: unknown = JSON.parse(new TextDecoder().decode(workerData as Uint8Array))
if (!Value.Check(UplinkDown, message)) throw new TypeError('not a message of the uplink protocol')
const pieces = piecesOf(message)
const sendNext = () => parentPort?.postMessage(pieces.next().value)
parentPort?.on('message', sendNext)
sendNext()
