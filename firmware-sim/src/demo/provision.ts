import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { cameraUser } from '../scenarios/desired-file.ts'
import type { ScenarioCompound, ScenarioDevice } from '../scenarios/scenario.ts'
import { provisionLot } from './lot.ts'
import { PlatformRefusal, type PlatformClient } from './platform-client.ts'

/** One account per role, named as the role, with what each may see. */
function accounts(path: string) {
  const [street = '', community = ''] = path.split('/')
  return [
    { username: 'supervisor', name: '街道监管员', role: 'supervisor', scope: street },
    { username: 'guard', name: '综治中心值班员', role: 'guard', scope: street },
    { username: 'broadcaster', name: '广播员', role: 'broadcaster', scope: street },
    { username: 'property', name: '物业经理', role: 'property', scope: path },
    { username: 'grid', name: '网格员', role: 'grid', scope: `${street}/${community}` },
    { username: 'installer', name: '安装工程师', role: 'installer', scope: street },
    { username: 'admin', name: '管理员', role: 'admin', scope: '' },
  ] as const
}

export const demoUsernames = accounts('')
  .map(({ username }) => username)
  .sort((a, b) => Number(b === 'admin') - Number(a === 'admin'))

const GatewayAnswer = Type.Object({ secret: Type.Optional(Type.String()) })

export interface Provision {
  readonly client: PlatformClient
  readonly compound: ScenarioCompound
  readonly secretOf: (deviceId: string) => string
  readonly addressOf: (deviceId: string) => string | undefined
  /** The secret of the last start; asked for anew when there is none. */
  readonly gatewaySecret: string | undefined
}

function setupOf(device: ScenarioDevice, { compound, secretOf, addressOf }: Provision) {
  const { deviceId, kind, name, place, position, settings } = device
  const address = addressOf(deviceId)
  return {
    compoundId: compound.compoundId,
    kind,
    name,
    place,
    secret: secretOf(deviceId),
    ...(position && { position }),
    ...(settings && { settings }),
    ...(address !== undefined && { address, username: cameraUser }),
  }
}

/** The platform shows the secret only once: without it in our hands a new one is made. */
async function registerGateway({ client, compound, gatewaySecret }: Provision): Promise<string> {
  const { gatewayId, compoundId } = compound
  const register = async (rotateSecret: boolean) => {
    const body = { compoundId, ...(rotateSecret && { rotateSecret }) }
    const answer = await client.call('PUT', `/api/gateways/${gatewayId}`, body)
    return Value.Check(GatewayAnswer, answer) ? answer.secret : undefined
  }
  const secret = (await register(false)) ?? gatewaySecret ?? (await register(true))
  if (secret === undefined) throw new Error(`The platform gave no secret for gateway "${gatewayId}"`)
  return secret
}

/** Signs in with the first password that fits, and answers it: an interrupted start may have changed it already. */
export async function signIn(client: PlatformClient, passwords: readonly string[]): Promise<string> {
  for (const [index, password] of passwords.entries()) {
    try {
      await client.call('POST', '/api/session', { username: 'admin', password })
      return password
    } catch (error) {
      const isWrong = error instanceof PlatformRefusal && error.status === 401
      if (!isWrong || index === passwords.length - 1) throw error
    }
  }
  throw new Error('There is no password to sign in with')
}

interface Passwords {
  /** With which we have signed in. */
  readonly present: string
  readonly wanted: string
}

/** One password for every account. It is not temporary: whoever starts the demo has chosen it or reads it there. */
export async function setPasswords(client: PlatformClient, path: string, { present, wanted }: Passwords) {
  for (const { username, ...account } of accounts(path)) {
    const isOwn = username === 'admin'
    const body = isOwn ? account : { ...account, password: wanted, temporaryPassword: false }
    await client.call('PUT', `/api/users/${username}`, body)
  }
  if (present === wanted) return
  await client.call('PUT', '/api/account/password', { oldPassword: present, newPassword: wanted })
}

/** Brings the platform to the state of the scenario; doing it again changes nothing. Answers the gateway's secret. */
export async function provision(plan: Provision): Promise<string> {
  const { client, compound } = plan
  const { compoundId, name, path, plan: sitePlan, devices, permits, people } = compound
  const place = `/api/compounds/${compoundId}`
  await client.call('PUT', place, { name, path, plan: sitePlan })
  const secret = await registerGateway(plan)
  for (const device of devices) await client.call('PUT', `/api/devices/${device.deviceId}`, setupOf(device, plan))
  await client.call('PUT', `${place}/permits`, permits)
  await client.call('PUT', `${place}/people`, people)
  await provisionLot(client, compoundId)
  return secret
}
