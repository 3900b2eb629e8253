import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { importPermits, previewPermitImport, type Permit } from '../src/contract/index.ts'
import { createPermitsService } from '../src/modules/parking/permits.service.ts'
import { keeper, openLot, stranger } from './parking-setup.ts'
import { call, databases, signInAs, system, usePostgres } from './setup.ts'

const databaseFor = usePostgres()
const header = ['车牌', '类型', '持有人', '开始日期', '结束日期', '车位组', '车位数', '车道']

/** Cells that a property office could write, good and bad. */
const cells = {
  plate: fc.constantFrom('京A12345', '京a·12345', '沪AD12345', '粤B1234', '粤ZMX42澳', '无牌车', ''),
  kind: fc.constantFrom('月租', 'monthly', '黑名单', '一位多车', 'VIP', ''),
  holder: fc.constantFrom('李', '', 'x'.repeat(61)),
  from: fc.constantFrom('', '2026-01-01', '46000', '2026-02-30'),
  until: fc.constantFrom('', '2026/12/31', '2026年12月31日', '45000', 'soon'),
  group: fc.constantFrom('', '', 'A', 'B'),
  spaces: fc.constantFrom('', '', '1', '2', '0', 'x'),
  lanes: fc.constantFrom('', '', 'lane-in', '北门入口、lane-out', 'nowhere'),
}
const row = fc.tuple(
  ...[cells.plate, cells.kind, cells.holder, cells.from, cells.until, cells.group, cells.spaces, cells.lanes],
)
const plainRow = fc
  .tuple(fc.integer({ min: 10_000, max: 10_020 }), fc.constantFrom('月租', '访客', 'internal'))
  .map(([number, kind]) => [`京B${number}`, kind, '李', '', '', '', '', ''])
const sheets = fc
  .tuple(
    fc.constantFrom(header, header.slice(0, 3), header.slice(1)),
    fc.array(fc.oneof(row, plainRow), { maxLength: 6 }),
  )
  .map(([names, rows]) => [names, ...rows.map((values) => values.slice(0, names.length))])

describe.each(databases)('permits on %s', (kind) => {
  async function open() {
    const lot = await openLot(databaseFor, kind)
    const { permits } = lot.services.parking
    return { ...lot, permits, list: () => permits.list(system, 'garden') }
  }

  test('a sheet is looked at first and then imported, all of it', async () => {
    const { permits, list, house, sent } = await open()
    await permits.replace(system, 'garden', [
      { plate: '京A12345', kind: 'monthly', holder: '李' },
      { plate: '京A12346', kind: 'monthly', holder: '王' },
      { plate: '京A12347', kind: 'free', holder: '赵' },
    ])
    const sheet = [
      header.slice(0, 5),
      ['京A12345', '月租', '李', '', '2026-12-31'],
      ['京A12347', '免费', '赵'],
      ['京A12348', '访客', '钱', '46174', '46174'],
    ]
    const counts = { rows: 3, added: 1, changed: 1, removed: 0, unchanged: 2 }
    const preview = await permits.preview(keeper, 'garden', { sheet, mode: 'merge' })
    expect(preview).toMatchObject({
      ...{ problems: [], problemCount: 0, counts, removed: [] },
      added: [
        {
          ...{ plate: '京A12348', kind: 'visitor', validFrom: Date.parse('2026-06-01T00:00:00+08:00') },
          validUntil: Date.parse('2026-06-02T00:00:00+08:00'),
        },
      ],
      changed: [{ before: { plate: '京A12345' }, after: { validUntil: Date.parse('2027-01-01T00:00:00+08:00') } }],
    })
    expect(await list()).toHaveLength(3)
    const pushed = sent('desired').length
    expect((await permits.import(keeper, 'garden', { sheet, mode: 'merge' })).counts).toEqual(counts)
    expect((await list()).map(({ plate }) => plate)).toEqual(['京A12345', '京A12346', '京A12347', '京A12348'])
    await expect.poll(() => sent('desired').length).toBeGreaterThan(pushed)
    const replaced = await permits.import(keeper, 'garden', { sheet, mode: 'replace' })
    expect(replaced.counts).toEqual({ rows: 3, added: 0, changed: 0, removed: 1, unchanged: 3 })
    expect((await list()).map(({ plate }) => plate)).toEqual(['京A12345', '京A12347', '京A12348'])
    expect(house.gateway.sent.length).toBeGreaterThan(0)
  })

  test('with one problem nothing is imported, and other compounds stay out of reach', async () => {
    const { permits, list } = await open()
    const sheet = [header, ['京A12345', '月租'], ['京A12346', 'VIP']]
    await expect(permits.import(keeper, 'garden', { sheet, mode: 'replace' })).rejects.toMatchObject({
      ...{ code: 'SHEET_HAS_PROBLEMS', statusCode: 400 },
      message: expect.stringContaining('row 3') as string,
    })
    expect(await list()).toEqual([])
    await expect(permits.preview(stranger, 'garden', { sheet, mode: 'merge' })).rejects.toThrow()
    await expect(permits.import(stranger, 'garden', { sheet, mode: 'merge' })).rejects.toThrow()
  })

  test('one permit is added, changed, given to another plate and taken away, and the others stay', async () => {
    const { permits, list, sent } = await open()
    const other = { plate: '京A12346', kind: 'free' as const, holder: '赵' }
    await permits.replace(system, 'garden', [other])
    const pushed = sent('desired').length
    const first: Permit = { plate: '京A12345', kind: 'monthly', holder: '李' }
    await permits.change(keeper, 'garden', { plate: first.plate, before: undefined, after: first })
    expect(await list()).toEqual([first, other])
    await expect.poll(() => sent('desired').length).toBeGreaterThan(pushed)
    const second: Permit = { ...first, validUntil: 1_800_000_000_000, laneIds: ['lane-in'] }
    await permits.change(keeper, 'garden', { plate: first.plate, before: first, after: second })
    const third = { ...second, plate: '京A12347' }
    await permits.change(keeper, 'garden', { plate: first.plate, before: second, after: third })
    expect(await list()).toEqual([other, third])
    await permits.change(keeper, 'garden', { plate: third.plate, before: third, after: undefined })
    expect(await list()).toEqual([other])
    const change = { plate: other.plate, before: other, after: undefined }
    await expect(permits.change(stranger, 'garden', change)).rejects.toMatchObject({ code: 'COMPOUND_NOT_FOUND' })
  })

  test('a permit that somebody else has changed meanwhile is not changed', async () => {
    const { permits, list } = await open()
    const seen: Permit = { plate: '京A12345', kind: 'monthly', holder: '李' }
    const other: Permit = { plate: '京A12346', kind: 'free', holder: '赵' }
    await permits.replace(system, 'garden', [{ ...seen, holder: '王' }, other])
    const before = await list()
    const change = (plate: string, from: Permit | undefined, after: Permit | undefined) =>
      expect(permits.change(system, 'garden', { plate, before: from, after })).rejects.toMatchObject({
        ...{ code: 'PERMITS_CHANGED', statusCode: 409 },
      })
    await change(seen.plate, seen, { ...seen, kind: 'free' })
    await change(seen.plate, seen, undefined)
    await change(seen.plate, undefined, seen)
    await change('京A12347', { ...seen, plate: '京A12347' }, seen)
    await change(other.plate, other, { ...other, plate: seen.plate })
    expect(await list()).toEqual(before)
  })

  test('of two who change the same permit at once one is told so', async () => {
    const { permits, list } = await open()
    const seen: Permit = { plate: '京A12345', kind: 'monthly', holder: '李' }
    await permits.replace(system, 'garden', [seen])
    const afters = ['王', '赵', '钱', '孙'].map((holder): Permit => ({ ...seen, holder }))
    const done = await Promise.allSettled(
      afters.map((after) => permits.change(system, 'garden', { plate: seen.plate, before: seen, after })),
    )
    expect(done.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const answer of done)
      if (answer.status === 'rejected') expect(answer.reason).toMatchObject({ code: 'PERMITS_CHANGED' })
    expect(await list()).toEqual([afters[done.findIndex(({ status }) => status === 'fulfilled')]])
  })

  test('an import that was planned before somebody changed the permits imports nothing', async () => {
    const { permits, list, services, house, time } = await open()
    const meanwhile: Permit = { plate: '京A12345', kind: 'monthly', holder: '李' }
    const { compounds, devices, desired } = services
    const slow = createPermitsService({
      ...{ db: house.db, clock: { now: () => time.now }, compounds, devices, timeZone: 'Asia/Shanghai' },
      desired: {
        ...desired,
        async change(compoundId, area, write) {
          await permits.change(system, 'garden', { plate: meanwhile.plate, before: undefined, after: meanwhile })
          return desired.change(compoundId, area, write)
        },
      },
    })
    const sheet = [header, ['京B12345', '月租']]
    await expect(slow.import(system, 'garden', { sheet, mode: 'replace' })).rejects.toMatchObject({
      ...{ code: 'PERMITS_CHANGED', statusCode: 409 },
    })
    expect(await list()).toEqual([meanwhile])
  })

  test('the cars of a group take over the number of spaces of the one that was changed', async () => {
    const { permits, list } = await open()
    const inGroup = (plate: string, spaces: number): Permit => ({
      plate,
      kind: 'group',
      holder: '李',
      groupId: 'A',
      spaces,
    })
    const [first, second] = [inGroup('京A12345', 1), inGroup('京A12346', 1)]
    await permits.replace(system, 'garden', [first, second, { ...inGroup('京A12347', 5), groupId: 'B' }])
    await permits.change(system, 'garden', { plate: first.plate, before: first, after: { ...first, spaces: 2 } })
    expect((await list()).map(({ spaces }) => spaces)).toEqual([2, 2, 5])
  })

  test('lanes and groups are kept as they were entered', async () => {
    const { permits, list } = await open()
    const sheet = [
      header,
      ['京A12345', '一位多车', '李', '', '', '3-101', '2', '北门入口'],
      ['京A12346', '月租', '李', '', '', '3-101', '2'],
    ]
    await permits.import(keeper, 'garden', { sheet, mode: 'merge' })
    expect(await list()).toEqual([
      { plate: '京A12345', kind: 'group', holder: '李', groupId: '3-101', spaces: 2, laneIds: ['lane-in'] },
      { plate: '京A12346', kind: 'group', holder: '李', groupId: '3-101', spaces: 2 },
    ])
    const more = [header, ['京A12347', '月租', '李', '', '', '3-101', '3']]
    expect(await permits.preview(keeper, 'garden', { sheet: more, mode: 'merge' })).toMatchObject({
      problems: [{ row: 2, code: 'group-spaces-differ' }],
    })
    expect(await permits.preview(keeper, 'garden', { sheet: more, mode: 'replace' })).toMatchObject({ problems: [] })
  })

  test('whatever sheet comes: it can be imported exactly if its preview finds no problem', async () => {
    const { permits, list } = await open()
    await fc.assert(
      fc.asyncProperty(sheets, fc.constantFrom('merge' as const, 'replace' as const), async (sheet, mode) => {
        const before = await list()
        const preview = await permits.preview(system, 'garden', { sheet, mode })
        const done = await permits.import(system, 'garden', { sheet, mode }).catch((error: unknown) => error)
        if (preview.problemCount > 0) {
          expect(done).toMatchObject({ code: 'SHEET_HAS_PROBLEMS' })
          expect(await list()).toEqual(before)
        } else {
          expect(done).toMatchObject({ counts: preview.counts })
          const { counts } = await permits.preview(system, 'garden', { sheet, mode })
          expect(counts).toMatchObject({ added: 0, changed: 0, removed: 0 })
        }
      }),
      { numRuns: 60, seed: 11 },
    )
  })

  test('20,000 rows are previewed and imported within seconds', async () => {
    const { permits, list } = await open()
    const rows = Array.from({ length: 20_000 }, (_, index) => [
      ...[`京B${String(index).padStart(5, '0')}`, '月租', `holder ${index}`, '2026-01-01', '2026/12/31'],
    ])
    const sheet = [header.slice(0, 5), ...rows]
    // Time of the processor: what else the machine does is not the import's fault.
    const started = process.cpuUsage()
    const preview = await permits.preview(system, 'garden', { sheet, mode: 'replace' })
    expect(preview).toMatchObject({ problemCount: 0, counts: { added: 20_000 } })
    expect(preview.added).toHaveLength(200)
    await permits.import(system, 'garden', { sheet, mode: 'replace' })
    const { user, system: kernel } = process.cpuUsage(started)
    expect((user + kernel) / 1e6).toBeLessThan(15)
    expect(await list()).toHaveLength(20_000)
  }, 60_000)

  test('permits that end soon are listed, the first to end first', async () => {
    const { permits, time } = await open()
    const day = 86_400_000
    const ending = (plate: string, days: number, permitKind: 'monthly' | 'blacklist' = 'monthly') => ({
      ...{ plate, kind: permitKind, holder: 'Li', validUntil: time.now + days * day },
    })
    await permits.replace(system, 'garden', [
      ...[ending('京A12345', 10), ending('京A12346', 2), ending('京A12347', -3), ending('京A12348', -8)],
      ...[
        ending('京A12349', 40),
        ending('京B12345', 3, 'blacklist'),
        { plate: '京B12346', kind: 'free' as const, holder: 'x' },
      ],
    ])
    const plates = async (caller: typeof keeper, filter: object = {}) =>
      (await permits.expiring(caller, filter)).map(({ permit }) => permit.plate)
    expect(await plates(keeper)).toEqual(['京A12347', '京A12346', '京A12345'])
    expect(await plates(keeper, { days: 90 })).toContain('京A12349')
    expect(await plates(stranger)).toEqual([])
    expect(await plates(system, { compoundId: 'lake' })).toEqual([])
  })
})

test('a sheet as large as it may be is taken over HTTP', async () => {
  const { house } = await openLot(databaseFor, 'sqlite')
  const cookie = await signInAs(house, { username: 'p', role: 'property', scope: 'riverside/east' })
  const params = { compoundId: 'garden' }
  const rows = Array.from({ length: 20_000 }, (_, index) => [
    `京B${String(index).padStart(5, '0')}`,
    '月租',
    '李'.repeat(40),
  ])
  const body = { sheet: [header.slice(0, 3), ...rows], mode: 'merge' as const }
  const preview = await call(house, previewPermitImport, { cookie, params, body })
  expect(preview).toMatchObject({ status: 200, body: { problemCount: 0 } })
  const done = await call(house, importPermits, { cookie, params, body })
  expect(done).toMatchObject({ status: 200, body: { counts: { added: 20_000 } } })
}, 60_000)
