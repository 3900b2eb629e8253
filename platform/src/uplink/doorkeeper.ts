import type { BaseLogger } from 'pino'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import type { GatewayAlarms, GatewayIdentity, GatewayRegistry } from '../core/ports.ts'
import type { AdmittedGuest, BrokerOptions } from './broker.ts'
import { createIdentityWatch, type SharedCredential, type Sighting } from './identity-watch.ts'

export interface DoorkeeperPorts {
  readonly registry: Pick<GatewayRegistry, 'authenticate'>
  readonly identity: Pick<GatewayIdentity, 'judge'>
  readonly alarms: GatewayAlarms
  readonly logger: Pick<BaseLogger, 'warn' | 'error'>
  readonly now: () => number
}

const Will = Type.Object({ bootId: Type.String({ minLength: 1, maxLength: 64 }) })

/** Start of the gateway that speaks; whoever keeps it to themselves is known by address. */
function instanceOf({ will, address }: AdmittedGuest): string {
  try {
    const said: unknown = JSON.parse(will?.toString('utf8') ?? '')
    return Value.Check(Will, said) ? said.bootId : address
  } catch {
    return address // a will in words of another protocol names nobody
  }
}

/** Decides who comes in, and notices when two come in the name of one. */
export function createDoorkeeper({ registry, identity, alarms, logger, now }: DoorkeeperPorts) {
  const watch = createIdentityWatch()

  function alarm(gatewayId: string, facts: SharedCredential) {
    logger.warn({ gatewayId, takeovers: facts.takeovers }, 'credentials of a gateway are used from two places')
    alarms.credentialShared(gatewayId, facts).catch((error: unknown) => {
      logger.error({ err: error, gatewayId }, 'alert about shared credentials not stored')
    })
  }

  function sighted(gatewayId: string, sighting: Sighting) {
    const shared = watch.connected(gatewayId, sighting, now())
    if (shared) alarm(gatewayId, shared)
  }

  const door: Pick<BrokerOptions, 'authenticate' | 'admits' | 'admitted'> = {
    authenticate: (gatewayId, secret) => registry.authenticate(gatewayId, secret),
    async admits(gatewayId, { serial, address }) {
      const judgement = await identity.judge(gatewayId, serial)
      if (judgement === 'superseded')
        alarm(gatewayId, { takeovers: 1, addresses: [address], credential: 'certificate' })
      return judgement === 'valid'
    },
    admitted: (gatewayId, guest) => sighted(gatewayId, { ...guest, instance: instanceOf(guest) }),
  }

  return {
    door,
    /** Behind an external broker only the hello tells who it is. */
    greeted: (gatewayId: string, bootId: string) => sighted(gatewayId, { instance: bootId }),
  }
}
