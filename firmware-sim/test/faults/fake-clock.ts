import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const libraryName = 'libfaketimeMT.so.1'

/** Debian keeps it in a folder named after the machine's architecture. */
function findLibrary(): string {
  const found = readdirSync('/usr/lib')
    .map((name) => join('/usr/lib', name, 'faketime', libraryName))
    .find((path) => existsSync(path))
  if (found === undefined) throw new Error(`${libraryName} is not installed: install the package "faketime"`)
  return found
}

/** The clock on the wall of one process; the one that measures how long things take goes on as ever. */
export interface FakeClock {
  readonly env: Readonly<Record<string, string>>
  offsetMs(): number
  set(offsetMs: number): void
}

export function createFakeClock(file: string): FakeClock {
  let offset = 0
  function set(offsetMs: number) {
    offset = offsetMs
    // Renamed into place: the process reads the file at any moment.
    writeFileSync(`${file}.next`, `${offsetMs < 0 ? '-' : '+'}${Math.abs(offsetMs) / 1000}\n`)
    renameSync(`${file}.next`, file)
  }
  set(0)
  return {
    env: {
      LD_PRELOAD: findLibrary(),
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      DONT_FAKE_MONOTONIC: '1',
    },
    offsetMs: () => offset,
    set,
  }
}
