import { expect, test } from 'vitest'
import { followOutbox } from './outbox-history.ts'

const before = { epoch: 3, epoch_start: 0, last_seq: 100, outbox_id: 'a' }
const outbox = (id: string, ...earlier: { id: string; lastSeq: number }[]) => ({ id, earlier })

test.each([
  ['goes on', { lastSeq: 130, outbox: outbox('a') }, before, 0],
  ['goes on with nothing new', { lastSeq: 100, outbox: outbox('a') }, before, 0],
  ['tells its outbox for the first time', { lastSeq: 130, outbox: outbox('b') }, { ...before, outbox_id: 'b' }, 0],
  [
    'has an older state of the same outbox',
    { lastSeq: 80, outbox: outbox('a') },
    { epoch: 4, epoch_start: 80, last_seq: 80, outbox_id: 'a' },
    80,
  ],
  [
    'was restored to what it had told',
    { lastSeq: 80, outbox: outbox('b', { id: 'a', lastSeq: 80 }) },
    { epoch: 4, epoch_start: 80, last_seq: 80, outbox_id: 'b' },
    80,
  ],
  [
    'was mended, and has everything that we have',
    { lastSeq: 150, outbox: outbox('b', { id: 'a', lastSeq: 145 }) },
    { ...before, outbox_id: 'b' },
    0,
  ],
  [
    'was mended, with records that it has not told yet',
    { lastSeq: 150, outbox: outbox('b', { id: 'a', lastSeq: 140 }) },
    { epoch: 4, epoch_start: 100, last_seq: 100, outbox_id: 'b' },
    140,
  ],
  [
    'was mended twice',
    { lastSeq: 90, outbox: outbox('c', { id: 'b', lastSeq: 85 }, { id: 'a', lastSeq: 70 }) },
    { epoch: 4, epoch_start: 70, last_seq: 70, outbox_id: 'c' },
    70,
  ],
  [
    'has a new outbox, though it counts higher than the old one',
    { lastSeq: 500, outbox: outbox('b') },
    { epoch: 4, epoch_start: 0, last_seq: 0, outbox_id: 'b' },
    0,
  ],
  [
    'says nothing of its outbox and counts anew',
    { lastSeq: 5 },
    { epoch: 4, epoch_start: 0, last_seq: 0, outbox_id: 'a' },
    0,
  ],
])('a gateway that %s', (...[name, hello, known, carriedUntil]) => {
  const row = name.startsWith('tells') ? { ...before, outbox_id: null } : before
  // The highest one came as news, ahead of others.
  expect(followOutbox({ ...row, highestSeq: 145 }, hello)).toEqual({ known, carriedUntil })
})
