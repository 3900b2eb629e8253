import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { sql } from 'kysely'
import { describe, expect, onTestFinished, test } from 'vitest'
import { exportParkingStatement, getParkingStatement } from '../src/contract/index.ts'
import { createTimeZone } from '../src/core/time-zone.ts'
import { imbalanceOf } from '../src/domain/index.ts'
import { verifyStatement } from '../src/modules/ledger/verify-statement.ts'
import { balance, begin, click, minuteMs, noticeOf, notify, quote, startLot } from './payments-setup.ts'
import { call, databases, signInAs, system, usePostgres, type DatabaseKind, type House } from './setup.ts'

const databaseFor = usePostgres()
const zone = createTimeZone('Asia/Shanghai')
const compound = { id: 'garden', name: 'garden' }
const verifyJune = ({ db }: House) => verifyStatement(db, { compound, month: '2026-06', zone })

describe.each(databases)('the ledger on %s', (kind: DatabaseKind) => {
  /** A stay that paid, one with a debt, one that was let off a part. */
  async function june() {
    const lot = await startLot(await databaseFor(kind))
    const { house, laneToken, leave, enter } = lot
    const { quoteId, dueFen } = await quote(house, laneToken)
    const order = await begin(house, laneToken, quoteId)
    await click(house, order.orderId)
    await house.services.payments.tick()
    await leave({ feeFen: dueFen, paidFen: dueFen })
    for (const [id, plate] of [
      ['barrier-garden/e2', '京B12345'],
      ['barrier-garden/e3', '京C12345'],
    ] as const)
      await enter(id, plate)
    house.time.now += 60 * minuteMs
    await leave({ feeFen: 500, debtFen: 500 }, 'barrier-garden/e2')
    await leave({ feeFen: 700, waivedFen: 300, debtFen: 0 }, 'barrier-garden/e3')
    await house.services.payments.cash(system, 'barrier-garden/e3', { fen: 400, receipt: 'R-7' })
    return { ...lot, dueFen }
  }

  test('a month can be read as JSON, CSV and PDF, and adds up', async () => {
    const { house, dueFen } = await june()
    const cookie = await signInAs(house, { username: 'p1', role: 'property', scope: 'riverside/east' })
    const params = { compoundId: 'garden', month: '2026-06' }
    const { body } = await call(house, getParkingStatement, { params, cookie })
    expect(body).toMatchObject({
      ...{ sessions: 3, feeFen: dueFen + 1200, waivedFen: 300, debtFen: 500, receivedFen: dueFen + 400 },
      ...{ refundedFen: 0, imbalanceFen: 0 },
    })
    const csv = await call(house, exportParkingStatement, { params: { ...params, format: 'csv' }, cookie })
    expect(csv.answer.body.trim().split('\r\n').length).toBe(1 + 2 * (3 + 1 + 1 + 2))
    const pdf = await call(house, exportParkingStatement, { params: { ...params, format: 'pdf' }, cookie })
    expect(pdf.answer.rawPayload.subarray(0, 8).toString()).toBe('%PDF-1.7')
  })

  test('recomputed from what gateways told it is the same; an entry that somebody changed is named', async () => {
    const { house } = await june()
    expect(await verifyJune(house)).toMatchObject({ isRight: true, differences: [] })
    const off =
      kind === 'sqlite'
        ? sql`drop trigger ledger_entries_no_update`
        : sql`alter table ledger_entries disable trigger user`
    await off.execute(house.db)
    await house.db
      .updateTable('ledger_entries')
      .set({ lines: '[{"account":"receivable","fen":1},{"account":"revenue","fen":-1}]' })
      .where('entry_id', '=', 'fee/barrier-garden/e2')
      .execute()
    expect(await verifyJune(house)).toMatchObject({
      isRight: false,
      differences: [{ entryId: 'fee/barrier-garden/e2', problem: 'different' }],
    })
  })

  test('whatever order money, ends, refunds and questions come in, the books are those of the provider', async () => {
    const lot = await startLot(await databaseFor(kind))
    const { house, laneToken, enter, leave } = lot
    let stay = 0
    const step = fc.constantFrom('click', 'notify', 'again', 'leave', 'refund', 'tick', 'wait')
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 10 }), async (steps) => {
        stay += 1
        const [id, plate] = [`barrier-garden/p${stay}`, `京D${10_000 + stay}`]
        await enter(id, plate)
        house.time.now += 90 * minuteMs
        const session = await house.services.parking.sessions.session(id)
        const due = await house.services.payments.page.quote(laneToken, { plate, address: `10.0.${stay}.1` })
        expect(session).toBeDefined()
        const order = await begin(house, laneToken, 'quoteId' in due ? (due.quoteId ?? '') : '')
        const paid = async () =>
          (await house.services.payments.orders.ofCompound('garden', order.orderId))?.paidAt !== undefined
        const acts: Record<(typeof steps)[number], () => Promise<unknown>> = {
          click: () => click(house, order.orderId),
          // A provider tells of what it has taken only.
          notify: async () => {
            await click(house, order.orderId)
            const row = await house.db
              .selectFrom('sandbox_payments')
              .select('paid_at')
              .where('order_id', '=', order.orderId)
              .executeTakeFirst()
            if (row?.paid_at != null) await notify(house, noticeOf(order, row.paid_at))
          },
          again: () => house.services.payments.tick(),
          leave: () => leave({ feeFen: 300, debtFen: 300 }, id),
          refund: async () => {
            const request = { requestId: 'request-1', fen: 100, reason: 'because' }
            if (await paid())
              await house.services.payments.refunds.refund(system, order.orderId, request).catch((error: unknown) => {
                expect(error).toMatchObject({ code: 'REFUND_TOO_HIGH' })
              })
          },
          tick: () => house.services.payments.tick(),
          wait: async () => {
            house.time.now += 2 * minuteMs
          },
        }
        for (const each of steps) await acts[each]()
        house.time.now += 5 * minuteMs
        await house.services.payments.tick()
        await house.services.payments.tick()
      }),
      { numRuns: 12, seed: 4 },
    )
    const sum = (rows: { fen: number }[]) => rows.reduce((total, { fen }) => total + fen, 0)
    const taken = await house.db.selectFrom('sandbox_payments').select('fen').where('paid_at', 'is not', null).execute()
    const returned = await house.db.selectFrom('sandbox_refunds').select('fen').execute()
    expect(await balance(house, 'clearing:sandbox')).toBe(sum(taken) - sum(returned))
    expect(imbalanceOf(await house.services.ledger.list(system, 'garden', { limit: 1000 }))).toBe(0)
    expect(await verifyJune(house)).toMatchObject({ isRight: true })
  })
})

test('the script says whether both agree, and what it needs to be told', async () => {
  const data = await mkdtemp(join(tmpdir(), 'gatehouse-statement-'))
  onTestFinished(() => rm(data, { recursive: true, force: true }))
  const folder = join(data, 'platform')
  await mkdir(folder)
  const { leave } = await startLot(undefined, { folder })
  await leave({ feeFen: 500, debtFen: 500 })
  const script = join(import.meta.dirname, '../src/statement-verify.main.ts')
  const run = async (...args: string[]) =>
    promisify(execFile)(process.execPath, [script, ...args], { env: { ...process.env, GATEHOUSE_DATA: data } })
  expect((await run('2026-06', 'garden')).stdout).toMatch(/fee .* 5\.00[^]*Both agree\./)
  await expect(run('2026-6')).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('YYYY-MM') })
})
