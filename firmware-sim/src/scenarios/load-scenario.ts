import { readFile } from 'node:fs/promises'
import { createRandom } from '../core/seeded-random.ts'
import { compoundScenario } from './compound.ts'
import { parseScenario, ScenarioError, type Scenario } from './scenario.ts'
import { streetScenario } from './street.ts'

export interface ScenarioChoice {
  /** Name of a built-in scenario or path of a JSON file. */
  readonly name: string
  readonly seed: string
  readonly scale: number
}

async function readScenario(path: string): Promise<Scenario> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new ScenarioError(`"${path}" is neither a built-in scenario (compound, street) nor a file that can be read`, {
      cause,
    })
  })
  try {
    return parseScenario(JSON.parse(text))
  } catch (cause) {
    if (cause instanceof SyntaxError) throw new ScenarioError(`"${path}" is not JSON: ${cause.message}`, { cause })
    throw cause
  }
}

export async function loadScenario({ name, seed, scale }: ScenarioChoice): Promise<Scenario> {
  const random = createRandom(`${seed}/${name}`)
  if (name === 'compound') return compoundScenario(random)
  if (name === 'street') return streetScenario(random, scale)
  return readScenario(name)
}
