import { execFileSync } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Part } from '../house/part.ts'

/** The disk of one server, which can be filled to the last byte. */
export interface Disk {
  fill(part: Part): void
  free(part: Part): void
  /** Gives the folder back. */
  close(): void
}

const fillerName = 'filler'

const run = (program: string, ...args: string[]) => execFileSync(program, args, { stdio: 'pipe' })

function isMountable(folder: string, bytes: number): boolean {
  try {
    run('mount', '-t', 'tmpfs', '-o', `size=${bytes}`, 'gatehouse-test', folder)
    return true
  } catch {
    return false // not root, or a container that forbids it
  }
}

function canWrite(file: number, block: Buffer): boolean {
  try {
    return writeSync(file, block) > 0
  } catch {
    return false
  }
}

/** Writes until the file system says that it is full, down to the last block. */
function fillUp(path: string) {
  const file = openSync(path, 'a')
  for (const size of [1024 * 1024, 4096, 1]) {
    const block = Buffer.alloc(size)
    while (canWrite(file, block));
  }
  closeSync(file)
}

/** A small file system of its own. */
function tmpfs(folder: string): Disk {
  const filler = join(folder, fillerName)
  return {
    fill: () => fillUp(filler),
    free: () => rmSync(filler, { force: true }),
    close: () => {
      if (existsSync(folder)) run('umount', '--lazy', folder)
    },
  }
}

/** Where nothing may be mounted: the process may write no file beyond its first bytes; the kernel says EFBIG. */
const fileSizeLimit: Disk = {
  fill: ({ pid }) => void run('prlimit', '--pid', String(pid), '--fsize=4096:unlimited'),
  free: ({ pid }) => void run('prlimit', '--pid', String(pid), '--fsize=unlimited:unlimited'),
  close: () => undefined,
}

/** Makes the folder a disk of this size. */
export function makeDisk(folder: string, bytes: number): Disk {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return isMountable(folder, bytes) ? tmpfs(folder) : fileSizeLimit
}
