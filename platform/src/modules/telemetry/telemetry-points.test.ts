import { expect, test } from 'vitest'
import { readPoints } from './telemetry-points.ts'

const now = Date.UTC(2026, 10, 22, 12)
const day = 24 * 3_600_000
const write = (at: number) => ({
  gatewayId: 'g1',
  text: `smoke,gateway=g1,device=s1 level=1 ${at}`,
  precision: 'ms' as const,
})

test('what lies more than a day ahead is refused', () => {
  expect(readPoints(write(now + day), now).points).toMatchObject([{ at: now + day, value: 1 }])
  expect(readPoints(write(now + day + 1), now)).toMatchObject({ points: [], problems: [{ line: 1 }] })
})

test('a clock of ours that is days behind refuses nothing that is right by the clock of the gateway', () => {
  const behind = now - 10 * day
  expect(readPoints({ ...write(now), sentAt: now }, behind).problems).toEqual([])
  expect(readPoints({ ...write(now + 2 * day), sentAt: now }, behind).problems).toHaveLength(1)
})
