import { expect, test } from 'vitest'
import { TokenBucket } from './token-bucket.ts'

const spend = (bucket: TokenBucket, now: number) => {
  let admitted = 0
  while (bucket.take(now) === 0) admitted += 1
  return admitted
}

test('a burst is admitted at once, then only the steady rate', () => {
  const bucket = new TokenBucket({ perSecond: 100, burst: 500 }, 0)

  expect(spend(bucket, 0)).toBe(500)
  expect(spend(bucket, 1000)).toBe(100)
  expect(spend(bucket, 60_000)).toBe(500)
})

test('the answer tells when the next one will be admitted', () => {
  const bucket = new TokenBucket({ perSecond: 10, burst: 1 }, 0)

  expect(bucket.take(0)).toBe(0)
  expect(bucket.take(0)).toBe(100)
  expect(bucket.take(40)).toBeCloseTo(60)
  expect(bucket.take(100)).toBe(0)
})

test('a clock that runs backwards admits nothing extra', () => {
  const bucket = new TokenBucket({ perSecond: 10, burst: 1 }, 1000)

  expect(bucket.take(1000)).toBe(0)
  expect(bucket.take(0)).toBeGreaterThan(0)
})
