import type { DesiredDevice, NewAreaEvent } from '@gatehouse/platform/contract'
import type { Devices } from './house.ts'
import type { Clock, Credential, DeviceCertificate, Logger, SignInAnswer, StateStore, TakeOver } from './ports.ts'
import { createSharedCredentialWatch } from './shared-credential.ts'
import { SignInGuard, type FailureReport } from './sign-in-guard.ts'

export interface DoorkeeperOptions {
  readonly devices: Devices
  /** Whether the list of devices has come, and is whole. */
  readonly hasList: () => boolean
  /** Whether the secret is the device's own. */
  readonly isSecretOf: (secret: string, device: DesiredDevice) => boolean
  readonly store: Pick<StateStore, 'commit'>
  readonly clock: Clock
  readonly logger: Logger
}

/** Who is let in, and who makes himself suspicious. */
export function createDoorkeeper({ devices, hasList, isSecretOf, store, clock, logger }: DoorkeeperOptions) {
  const now = () => performance.now()
  const guard = new SignInGuard({ now, onManyFailures: tellFailures })
  const shared = createSharedCredentialWatch(now)

  function tell(event: NewAreaEvent) {
    store
      .commit({ events: [event] })
      .catch((error: unknown) => logger.error({ err: error, type: event.type }, 'event not stored'))
  }

  function tellFailures({ deviceId, failures, minutes, addresses }: FailureReport) {
    logger.warn({ deviceId, failures, minutes }, 'many sign-ins have failed')
    const body = { failures, minutes, addresses: [...addresses] }
    tell({ type: 'identity.sign-in-failures', at: clock.now(), ...(deviceId !== undefined && { deviceId }), body })
  }

  function isOwn(device: DesiredDevice, credential: Credential): boolean {
    if (typeof credential === 'string') return isSecretOf(credential, device)
    return isCertificateOf(credential, device) && clock.now() < credential.expiresAt
  }

  return {
    signIn(deviceId: string, credential: Credential, address: string): SignInAnswer {
      const device = devices.get(deviceId)
      const known = device?.driver.transport === 'mqtt' ? device.desired : undefined
      if (!known && !hasList()) return 'no-list'
      const check = () => known !== undefined && isOwn(known, credential)
      return guard.attempt({ deviceId, address, isKnown: known !== undefined, check })
    },

    takenOver(deviceId: string, takeOver: TakeOver): void {
      const found = shared.saw(deviceId, takeOver)
      if (!found) return
      const { credential, takeovers, addresses } = found
      logger.warn({ deviceId, credential, takeovers }, 'two machines use the credentials of one device')
      const body = { credential, takeovers, addresses: [...addresses] }
      tell({ type: 'identity.credential-shared', at: clock.now(), deviceId, body })
    },

    removed: (deviceId: string) => shared.removed(deviceId),
  }
}

export type Doorkeeper = ReturnType<typeof createDoorkeeper>

const withoutZeros = (serial: string) => serial.replace(/^0+/, '')

/** The list has serial numbers, or fingerprints, which are longer than any of them. */
export function isCertificateOf(certificate: DeviceCertificate, { deviceId, certificates = [] }: DesiredDevice) {
  const { commonName, serial, fingerprint } = certificate
  if (commonName !== deviceId) return false
  return certificates.some((mark) =>
    mark.length === fingerprint.length ? mark === fingerprint : withoutZeros(mark) === withoutZeros(serial),
  )
}
