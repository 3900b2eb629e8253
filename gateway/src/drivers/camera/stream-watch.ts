import type { OnvifSession } from '../../core/ports.ts'
import { delay } from '../../core/retry.ts'
import { AppError } from '../../errors.ts'

/** A stream fails rarely, and every check costs the camera a connection. */
const everyMs = 300_000
/** The first check of a street of cameras that came back together is spread over this time. */
const firstWithinMs = 5000
/** One answer that did not come is no outage. */
const againMs = 10_000

export interface StreamWatchOptions {
  readonly session: OnvifSession
  /** The profile whose stream counts; nothing while the camera names none. */
  readonly token: () => Promise<string | undefined>
  readonly onChecked: (isThere: boolean) => void
}

type Finding = 'there' | 'missing' | 'silent' | 'unknown'

/** A camera that does not answer at all is another matter: what its stream does is not known. */
function findingOf(reason: unknown): Finding {
  const code = reason instanceof AppError ? reason.code : undefined
  if (code === undefined || code === 'CAMERA_UNREACHABLE') return 'unknown'
  return code === 'CAMERA_STREAM_UNREACHABLE' ? 'silent' : 'missing'
}

async function look({ session, token }: StreamWatchOptions): Promise<Finding> {
  try {
    const profile = await token()
    if (profile === undefined) return 'unknown'
    await session.checkStream(profile)
    return 'there'
  } catch (reason) {
    return findingOf(reason)
  }
}

/** Looks whether the stream is there, soon and then every five minutes. Answers the way to stop. */
export function watchStream(options: StreamWatchOptions): () => void {
  const stopping = new AbortController()
  const { signal } = stopping
  const isStopped = () => signal.aborted

  async function check(): Promise<Finding> {
    const finding = await look(options)
    if (finding !== 'silent') return finding
    await delay(againMs, signal)
    return isStopped() ? 'unknown' : look(options)
  }

  async function run(): Promise<void> {
    await delay(firstWithinMs * Math.random(), signal)
    for (;;) {
      if (isStopped()) return
      const finding = await check()
      if (isStopped()) return
      if (finding !== 'unknown') options.onChecked(finding === 'there')
      // Spread, so that cameras that were connected together are not asked together for ever.
      await delay(everyMs * (0.75 + Math.random() / 2), signal)
    }
  }

  void run()
  return () => stopping.abort()
}
