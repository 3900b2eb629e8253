import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'
import { archiveDamaged, backupTooNew } from '../errors.ts'

export const manifestName = 'manifest.json'
const format = 1

const Count = Type.Integer({ minimum: 0 })

const BackedUpFile = Type.Object({
  path: Type.String({ maxLength: 100 }),
  bytes: Count,
  sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
})
export type BackedUpFile = Static<typeof BackedUpFile>

/** What a backup holds, and how to tell that it is whole. Additive changes only. */
export const Manifest = Type.Object({
  format: Count,
  createdAt: Count,
  /** Of the program that made it. */
  version: Type.String({ maxLength: 40 }),
  platform: Type.Optional(
    Type.Object({
      database: Type.Enum(['sqlite', 'postgres']),
      /** The last change of the schema that it has. */
      migration: Type.String({ maxLength: 100 }),
      /** Rows of each table. */
      counts: Type.Record(Type.String({ maxLength: 100 }), Count),
      gateways: Type.Array(
        Type.Object({ id: Type.String({ maxLength: 64 }), epoch: Count, lastSeq: Count, backlog: Count }),
      ),
      /** Pictures that the database names and that were not there any more. */
      missingPictures: Count,
    }),
  ),
  gateway: Type.Optional(
    Type.Object({
      counts: Type.Record(Type.String({ maxLength: 100 }), Count),
      lastSeq: Count,
    }),
  ),
  files: Type.Array(BackedUpFile),
})
export type Manifest = Static<typeof Manifest>

export const newManifest = (parts: Omit<Manifest, 'format'>): Manifest => ({ format, ...parts })

/** Reads the manifest of a backup; one of a later version is refused. */
export function readManifest(text: string): Manifest {
  let manifest: unknown
  try {
    manifest = JSON.parse(text)
  } catch {
    throw archiveDamaged('its manifest is not readable')
  }
  if (!Value.Check(Manifest, manifest)) throw archiveDamaged('its manifest is not readable')
  if (manifest.format > format) throw backupTooNew(`format ${manifest.format}`)
  return manifest
}
