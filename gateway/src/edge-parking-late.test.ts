import { describe, expect, test } from 'vitest'
import { startTime } from '../test/fakes.ts'
import { hourMs, minuteMs, setupLot } from '../test/parking-setup.ts'

describe('what is told afterwards', () => {
  const late = (at: number, more: object = {}) => ({ at, replayed: true, ...more })

  test('a whole entry is a stay, and opens nothing', async () => {
    const { read, pass, occupancy, told, sent } = await setupLot()
    const at = startTime - hourMs
    await read('lane-in', '沪D00001', { at, replayed: true })
    await pass('lane-in', { at: at + 5000, replayed: true })
    expect(occupancy()).toBe(1)
    expect(told('parking.session-opened')).toMatchObject([{ late: true, body: { enteredAt: at + 5000 } }])
    expect(sent).toEqual([])
  })

  test('an exit that was told before its entry ends the stay when that is told, by the clocks of both', async () => {
    const { read, pass, told, occupancy } = await setupLot()
    const entered = startTime - 3 * hourMs
    await read('lane-out', '沪D00001', late(startTime - hourMs))
    await pass('lane-out', late(startTime - hourMs + 5000))
    expect(told('parking.session-closed')).toEqual([])
    await read('lane-in', '沪D00001', late(entered - 5000))
    await pass('lane-in', late(entered))
    expect(told('parking.session-closed')).toMatchObject([
      { late: true, body: { outcome: 'left', leftAt: startTime - hourMs, feeFen: 700, debtFen: 700 } },
    ])
    expect(occupancy()).toBe(0)
  })

  test('the exit of a ghost makes up for it', async () => {
    const { enter, read, pass, wait, told, occupancy, time } = await setupLot()
    await enter('沪D00001')
    wait(2 * hourMs)
    const leftAt = time.now
    wait(2 * hourMs)
    await enter('沪D00001')
    await read('lane-out', '沪D00001', late(leftAt))
    await pass('lane-out', late(leftAt + 4000))
    expect(told('parking.session-closed').map(({ body }) => [body.outcome, body.feeFen])).toEqual([
      ['ghost', 0],
      ['left', 900],
    ])
    expect(occupancy()).toBe(1)
  })

  test('a car that has left and come in again within a stay that was told as one is not inside for that', async () => {
    const { enter, leave, read, pass, wait, told, occupancy, time } = await setupLot()
    await enter('沪A12345')
    wait(2 * hourMs)
    const again = time.now
    wait(2 * hourMs)
    await leave('沪A12345')
    await read('lane-in', '沪A12345', late(again))
    await pass('lane-in', late(again + 4000))
    expect(told('parking.session-opened')).toHaveLength(1)
    expect(occupancy()).toBe(0)
  })

  test('an entry before the present stay was one of its own', async () => {
    const { enter, read, pass, told, occupancy } = await setupLot()
    await enter('沪D00001')
    await read('lane-in', '沪D00001', late(startTime - hourMs))
    await pass('lane-in', late(startTime - hourMs + 4000))
    expect(told('parking.session-opened')).toHaveLength(2)
    expect(told('parking.session-closed')).toMatchObject([{ body: { outcome: 'ghost' } }])
    expect(occupancy()).toBe(1)
  })

  describe('by an exit whose clock is behind by more than the stay took', () => {
    const behindMs = hourMs
    const slowly = async () => {
      const lot = await setupLot()
      const { say, time, read, pass } = lot
      const clock = { at: time.now - behindMs, seq: 1 }
      await say('lane-out', 'report', { ...clock, arm: 'closed', loop: false, temperatureCelsius: 20 })
      const tellExit = async (leftAt: number) => {
        await read('lane-out', '沪D00001', late(leftAt - behindMs))
        await pass('lane-out', late(leftAt - behindMs + 4000))
      }
      const tellEntry = async (enteredAt: number) => {
        await read('lane-in', '沪D00001', late(enteredAt - 4000))
        await pass('lane-in', late(enteredAt))
      }
      return { ...lot, tellExit, tellEntry }
    }

    test('the car has left, and comes in as one', async () => {
      const { enter, tellExit, wait, told, occupancy } = await slowly()
      await enter('沪D00001')
      wait(2 * hourMs)
      await tellExit(startTime + 10 * minuteMs)
      expect(told('parking.session-closed')).toMatchObject([
        { body: { outcome: 'left', leftAt: startTime, feeFen: 0 } },
      ])
      expect(occupancy()).toBe(0)
      await enter('沪D00001')
      expect(told('parking.session-closed')).toHaveLength(1)
      expect(occupancy()).toBe(1)
    })

    test('a ghost has left, and does not count twice', async () => {
      const { enter, tellExit, wait, told, occupancy } = await slowly()
      await enter('沪D00001')
      wait(2 * hourMs)
      await enter('沪D00001')
      await tellExit(startTime + 10 * minuteMs)
      expect(told('parking.session-closed')).toMatchObject([
        { body: { outcome: 'ghost' } },
        { body: { outcome: 'left', leftAt: startTime, feeFen: 0 } },
      ])
      expect(occupancy()).toBe(1)
    })

    test('a ghost that left unread does not count twice', async () => {
      const { enter, pass, wait, occupancy, time } = await slowly()
      await enter('沪D00001')
      wait(30 * minuteMs)
      await pass('lane-out', { at: time.now - behindMs })
      wait(30 * minuteMs)
      await enter('沪D00001')
      expect(occupancy()).toBe(1)
    })

    test('its entry may be told after it', async () => {
      const { tellExit, tellEntry, wait, told, occupancy } = await slowly()
      wait(2 * hourMs)
      await tellExit(startTime + 30 * minuteMs)
      await tellEntry(startTime + 10 * minuteMs)
      expect(told('parking.session-closed')).toMatchObject([
        { late: true, body: { outcome: 'left', leftAt: startTime + 10 * minuteMs, feeFen: 0 } },
      ])
      expect(occupancy()).toBe(0)
    })

    test('an entry that is told afterwards was within the stay', async () => {
      const { enter, read, pass, tellEntry, wait, told, time } = await slowly()
      await enter('沪D00001')
      wait(2 * hourMs)
      await read('lane-out', '沪D00001', { at: time.now - behindMs })
      await pass('lane-out', { at: time.now - behindMs + 4000 })
      await tellEntry(startTime + 90 * minuteMs)
      expect(told('parking.session-opened')).toHaveLength(1)
    })
  })
})
