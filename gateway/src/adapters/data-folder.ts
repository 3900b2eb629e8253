import { chmod, mkdir, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger, Repair } from '../core/ports.ts'

const openToOthers = 0o077

async function entryAt(path: string) {
  try {
    return await stat(path)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/**
 * Makes the folder for everything that the gateway stores, for its owner only, or sets it right: it holds keys and
 * plates. What stands where a folder must be is put aside.
 */
export async function openDataFolder(
  folder: string,
  { logger, onRepair }: { readonly logger: Logger; readonly onRepair: (repair: Repair) => void },
): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const { mode } = await stat(folder)
  if ((mode & openToOthers) !== 0) {
    logger.warn({ folder }, 'the data folder was open to others, now it is for its owner only')
    await chmod(folder, 0o700)
  }
  for (const name of ['telemetry', 'media'] as const) {
    const entry = await entryAt(join(folder, name))
    if (!entry || entry.isDirectory()) continue
    const aside = `${join(folder, name)}.damaged-${Date.now()}`
    await rename(join(folder, name), aside)
    logger.error({ folder: name, aside }, 'something else stood where a folder must be, it was put aside')
    onRepair({
      what: name === 'media' ? 'pictures' : 'telemetry',
      problem: `no folder stood at "${name}"`,
      action: 'what stood there was put aside, a new folder is begun',
      isIncomplete: true,
    })
  }
}
