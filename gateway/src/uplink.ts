import { readFile } from 'node:fs/promises'
import { PictureUpload } from './adapters/platform-link/picture-upload.ts'
import { startPlatformLink, type RunningPlatformLink } from './adapters/platform-link/platform-link.ts'
import type { GatewayConfig } from './config.ts'
import type { PictureQueue } from './core/picture-journal.ts'
import type { Clock, Logger, MediaStore, RefusalCounter, StateStore } from './core/ports.ts'
import type { Edge } from './edge.ts'

interface UplinkParts {
  readonly edge: Edge
  readonly store: StateStore
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

/** The connection to the platform, if there is one. */
export async function startUplink(config: GatewayConfig, parts: UplinkParts): Promise<RunningPlatformLink | undefined> {
  const { GATEHOUSE_UPLINK_URL: url, GATEHOUSE_GATEWAY_SECRET: secret = '' } = config
  if (url === undefined) return undefined
  const { edge, store, clock, logger, counter } = parts
  return startPlatformLink({
    url,
    secret,
    gatewayId: config.GATEHOUSE_GATEWAY_ID,
    version: await ownVersion(),
    bootId: crypto.randomUUID(),
    outbox: store.outbox,
    revisions: () => edge.desired.revisions(),
    onMessage: edge.inbox,
    lastReadings: () => edge.hub.lastReadings(),
    clock,
    logger,
    counter,
  })
}

interface UploadParts {
  readonly queue: PictureQueue | undefined
  readonly media: Pick<MediaStore, 'get'>
  readonly logger: Logger
}

/** Brings pictures to the platform, if there is one. */
export async function startUpload(config: GatewayConfig, { queue, ...rest }: UploadParts) {
  const { GATEHOUSE_PLATFORM_URL: platformUrl, GATEHOUSE_GATEWAY_SECRET: secret = '' } = config
  if (!queue || platformUrl === undefined) return undefined
  const upload = new PictureUpload({ platformUrl, secret, gatewayId: config.GATEHOUSE_GATEWAY_ID, queue, ...rest })
  await upload.start()
  return upload
}
