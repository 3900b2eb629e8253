// When something was last changed: what is older than its sources has to be made anew.
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Milliseconds; 0 for what is not there. */
export const modified = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0)

/** The newest change below a folder, without what is generated. */
export function newest(folder) {
  const entries = readdirSync(folder, { withFileTypes: true }).filter(
    ({ name }) => name !== 'dist' && name !== 'node_modules',
  )
  return Math.max(
    0,
    ...entries.map((entry) => {
      const path = join(folder, entry.name)
      return entry.isDirectory() ? newest(path) : modified(path)
    }),
  )
}
