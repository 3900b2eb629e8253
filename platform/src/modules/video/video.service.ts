import type { FileHandle } from 'node:fs/promises'
import type { Caller, Clock, GatewayRegistry, Publisher } from '../../core/ports.ts'
import { pictureFacts } from '../../contract/index.ts'
import type { Database } from '../../database/database.ts'
import { gatewayNotFound, mediaNotFound, notAPicture, storageFull, wrongMediaName } from '../../errors.ts'
import { sha256Of, type BlobStore } from './blob-store.ts'
import * as repo from './video.repo.ts'

export interface VideoPorts {
  readonly db: Database
  readonly blobs: BlobStore
  readonly registry: Pick<GatewayRegistry, 'compoundOf'>
  readonly publisher: Publisher
  readonly clock: Clock
}

export interface StoredPicture {
  readonly file: FileHandle
  readonly contentType: string
  readonly bytes: number
}

/** Pictures: brought by gateways, looked at by people, never without a trace. */
export function createVideoService({ db, blobs, registry, publisher, clock }: VideoPorts) {
  return {
    async put(gatewayId: string, sha256: string, bytes: Uint8Array): Promise<void> {
      const contentType = pictureFacts(bytes)?.type
      if (!contentType) throw notAPicture()
      if (sha256Of(bytes) !== sha256) throw wrongMediaName()
      const compound = await registry.compoundOf(gatewayId)
      if (!compound) throw gatewayNotFound(gatewayId)
      if (!(await blobs.hasSpaceFor(bytes.length))) throw storageFull()
      await blobs.put(sha256, bytes)
      await repo.saveMedia(db, {
        sha256,
        compound_id: compound.id,
        gateway_id: gatewayId,
        content_type: contentType,
        bytes: bytes.length,
        stored_at: clock.now(),
      })
      publisher.publish('media:stored', compound.id, { sha256 })
    },

    /** Who looked, when and why is in the audit log before a byte leaves. The caller closes the file. */
    async look(caller: Caller, sha256: string): Promise<StoredPicture> {
      const media = await repo.findMedia(db, sha256, caller.scope)
      const file = media && (await blobs.open(sha256))
      if (!file) throw mediaNotFound(sha256)
      return { file, contentType: media.content_type, bytes: media.bytes }
    },
  }
}

export type VideoService = ReturnType<typeof createVideoService>
