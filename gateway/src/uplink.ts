import { readFile } from 'node:fs/promises'
import { startRenewal } from './adapters/identity/renewal.ts'
import { PictureUpload } from './adapters/platform-link/picture-upload.ts'
import { startPlatformLink, type RunningPlatformLink } from './adapters/platform-link/platform-link.ts'
import type { GatewayConfig } from './config.ts'
import { createContinuityReporter } from './core/continuity-report.ts'
import type { PictureQueue } from './core/picture-journal.ts'
import type { PlatformAccess } from './core/platform-access.ts'
import type { Clock, IdentityStore, Logger, MediaStore, RefusalCounter, StateStore } from './core/ports.ts'
import type { Edge } from './edge.ts'
import type { Retention } from './retention.ts'

interface UplinkParts {
  readonly edge: Edge
  readonly store: StateStore
  readonly retention: Pick<Retention, 'figures'>
  readonly machine: IdentityStore | undefined
  readonly access: PlatformAccess
  readonly clock: Clock
  readonly logger: Logger
  readonly counter: RefusalCounter
}

async function ownVersion(): Promise<string> {
  const manifest = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  return manifest.version
}

/** The connection to the platform. */
export async function startUplink(
  url: string,
  config: GatewayConfig,
  parts: UplinkParts,
): Promise<RunningPlatformLink> {
  const { GATEHOUSE_GATEWAY_SECRET: secret = '', GATEHOUSE_UPLINK_CA: ca } = config
  const { edge, store, retention, machine, access, clock, logger, counter } = parts
  const figures = () => retention.figures(edge.continuity.count())
  const renewal = machine && startRenewal({ identity: machine, ask: (csr) => link.renew(csr), clock, logger })
  machine?.onReplaced(() => link.reconnect())
  const link: RunningPlatformLink = startPlatformLink({
    url,
    secret,
    identity: machine?.current,
    serverAuthority: ca === undefined ? undefined : await readFile(ca, 'utf8'),
    onToken: access.setToken,
    onRenewed: (answer) =>
      void renewal?.answered(answer).catch((error: unknown) => logger.error({ err: error }, 'certificate not stored')),
    gatewayId: config.GATEHOUSE_GATEWAY_ID,
    keepAliveS: config.GATEHOUSE_UPLINK_KEEPALIVE_S,
    version: await ownVersion(),
    bootId: crypto.randomUUID(),
    outbox: store.outbox,
    revisions: () => edge.desired.revisions(),
    onMessage: edge.inbox,
    lastReadings: () => edge.hub.lastReadings(),
    continuity: {
      reporter: () => createContinuityReporter({ continuity: edge.continuity, figures, clock }),
      everyMs: config.GATEHOUSE_CONTINUITY_S * 1000,
    },
    clock,
    logger,
    counter,
  })
  return {
    ...link,
    close() {
      renewal?.close()
      return link.close()
    },
  }
}

interface UploadParts {
  readonly queue: PictureQueue
  readonly media: Pick<MediaStore, 'get'>
  readonly access: PlatformAccess
  readonly logger: Logger
}

/** Brings pictures to the platform. */
export async function startUpload(platformUrl: string, { access, ...rest }: UploadParts) {
  const upload = new PictureUpload({ platformUrl, authorization: access.authorization, ...rest })
  await upload.start()
  return upload
}
