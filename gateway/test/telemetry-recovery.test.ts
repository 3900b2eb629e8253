import fc from 'fast-check'
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openTelemetrySpool, type OpenTelemetrySpool } from '../src/adapters/telemetry-spool/telemetry-spool.ts'
import type { Repair } from '../src/core/ports.ts'
import { silentLogger } from './fakes.ts'
import { temporaryFolder } from './temporary-folder.ts'

const options = { gatewayId: 'gw-1', logger: silentLogger, segmentBytes: 4000 }
const point = (at: number) => ({ deviceId: 'lane-1', kind: 'barrier', at, fields: { number: at } })
const times = (text: string) => text.split('\n').map((line) => Number(line.split(' ').at(-1)))

async function shipAll(spool: OpenTelemetrySpool): Promise<number[]> {
  const shipped: number[] = []
  for (let batch = await spool.next(5000); batch; batch = await spool.next(5000)) {
    shipped.push(...times(batch.text))
    await spool.confirm(batch.end)
  }
  return shipped
}

/** Forty groups of ten points in several files, of which the first ten groups were shipped. */
async function filledFolder() {
  const folder = join(await temporaryFolder(), 'spool')
  const spool = await openTelemetrySpool(folder, options)
  const groups = Array.from({ length: 40 }, (_, group) => Array.from({ length: 10 }, (__, index) => group * 10 + index))
  for (const group of groups) await Promise.all(group.map((at) => spool.append(point(at))))
  for (let shipped = 0; shipped < 100;) {
    const batch = await spool.next(10)
    shipped += batch?.lines ?? 100
    await spool.confirm(batch?.end ?? 0)
  }
  await spool.close()
  return { folder, waiting: groups.slice(10).flat() }
}

interface Damage {
  readonly kind: 'flip' | 'zero' | 'cut' | 'delete'
  readonly at: number
}

async function damageFile(path: string, { kind, at }: Damage) {
  const bytes = await readFile(path)
  if (kind === 'delete') return rm(path)
  if (kind === 'cut') return writeFile(path, bytes.subarray(0, at))
  if (kind === 'flip') bytes.writeUInt8(bytes.readUInt8(at) ^ 0x20, at)
  else bytes.fill(0, at, Math.min(at + 512, bytes.length))
  return writeFile(path, bytes)
}

test(
  'whatever happens to one file, the rest is shipped, and what is skipped is told',
  { timeout: 60_000 },
  async () => {
    const { folder, waiting } = await filledFolder()
    const names = (await readdir(folder)).sort()
    const sizes = await Promise.all(names.map(async (name) => (await readFile(join(folder, name))).length))
    const damage = fc.record({
      file: fc.nat(names.length - 1),
      kind: fc.constantFrom(...(['flip', 'zero', 'cut', 'delete'] as const)),
      share: fc.double({ min: 0, max: 0.999, noNaN: true }),
    })
    const property = fc.asyncProperty(damage, async ({ file, kind, share }) => {
      const copy = join(await temporaryFolder(), 'spool')
      await cp(folder, copy, { recursive: true })
      await damageFile(join(copy, names[file] ?? ''), { kind, at: Math.floor((sizes[file] ?? 0) * share) })

      const repairs: Repair[] = []
      const spool = await openTelemetrySpool(copy, { ...options, onRepair: (repair) => repairs.push(repair) })
      await spool.append(point(1000))
      const shipped = await shipAll(spool)
      await spool.close()
      expect(shipped.at(-1)).toBe(1000)
      const missing = waiting.filter((time) => !shipped.includes(time))
      // One damaged place costs the groups that it touches; a file that is gone or cut off costs what was in it.
      const affordable = { flip: 10, zero: 30, cut: 80, delete: 80 }[kind]
      expect(missing.length).toBeLessThanOrEqual(names[file] === 'position' ? 0 : affordable)
      if (kind === 'flip' && missing.length > 0 && file < names.length - 2) expect(repairs).toHaveLength(1)
    })
    await fc.assert(property, { numRuns: 60, seed: 20_261_101 })
  },
)
