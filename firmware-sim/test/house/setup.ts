import { onTestFinished } from 'vitest'
import { startHouse, type House, type HouseOptions } from './house.ts'

/** A house for one test, gone when the test ends. */
export async function setupHouse(options: HouseOptions): Promise<House> {
  const house = await startHouse(options)
  onTestFinished(() => house.close())
  return house
}
