import { rename, writeFile } from 'node:fs/promises'
import type { Logger } from '../core/logger.ts'
import { createRandom } from '../core/seeded-random.ts'
import { readCertificates } from './certificates.ts'
import { desiredFile, only, type DesiredSources } from './desired-file.ts'
import { loadScenario } from './load-scenario.ts'
import { addressFor, type Options } from './options.ts'
import { playScenario, type Play } from './play-scenario.ts'
import { ScenarioError, type Scenario } from './scenario.ts'
import { deriveSecret, readSecrets } from './secrets.ts'

/** Secrets in it: for the owner only, and never half-written under the name that a gateway reads. */
async function writePrivately(path: string, content: object) {
  await writeFile(`${path}.new`, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 })
  await rename(`${path}.new`, path)
}

async function writeDesired(path: string, { compounds }: Scenario, sources: DesiredSources) {
  if (!path.includes('{compound}')) return writePrivately(path, desiredFile(compounds, sources))
  for (const compound of compounds)
    await writePrivately(path.replaceAll('{compound}', compound.compoundId), desiredFile([compound], sources))
}

async function choose({ scenario: name, seed, scale, compounds }: Options): Promise<Scenario> {
  const scenario = await loadScenario({ name, seed, scale })
  const unknown = compounds.filter((id) => !scenario.compounds.some(({ compoundId }) => compoundId === id))
  if (unknown.length > 0) throw new ScenarioError(`The scenario has no compound "${unknown.join('", "')}"`)
  return compounds.length === 0 ? scenario : only(scenario, compounds)
}

const idsOf = ({ compounds }: Scenario) => compounds.flatMap(({ devices }) => devices.map(({ deviceId }) => deviceId))

/** Plays the chosen scenario until it is closed. */
export async function runSimulator(options: Options, everything: Logger): Promise<Play> {
  const logger = options.isQuiet ? { ...everything, info: () => undefined } : everything
  const scenario = await choose(options)
  const secrets = options.secrets === undefined ? {} : await readSecrets(options.secrets)
  const secretOf = (deviceId: string) => secrets[deviceId] ?? deriveSecret(options.seed, deviceId)
  const tlsOf =
    options.certificates === undefined ? undefined : await readCertificates(options.certificates, idsOf(scenario))
  const play = await playScenario({
    scenario,
    random: createRandom(options.seed),
    logger,
    ...{ secretOf, tlsOf },
    gatewayOf: ({ compoundId }) => ({
      broker: addressFor(options.gateway, compoundId),
      http: addressFor(options.gatewayHttp, compoundId),
    }),
    firstCameraPort: options.cameraPort,
    isDiscoverable: options.isDiscoverable,
    onHappening({ type, deviceId }) {
      logger.info({ type, deviceId }, 'something happens')
    },
  })
  try {
    if (options.desired !== undefined)
      await writeDesired(options.desired, scenario, { secretOf, addressOf: (deviceId) => play.addressOf(deviceId) })
  } catch (error) {
    await play.close()
    throw error
  }
  everything.info({ scenario: scenario.name, devices: play.devices }, 'simulator running')
  return play
}
