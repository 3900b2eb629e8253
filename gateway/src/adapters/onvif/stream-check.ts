import type { Logger, StreamFacts } from '../../core/ports.ts'
import { AppError } from '../../errors.ts'
import type { Credentials } from './http-auth.ts'
import type { DescribeStream } from './rtsp/describe.ts'

interface StreamCheckOptions {
  readonly camera: URL
  readonly credentials: Credentials
  readonly describe: DescribeStream
  readonly streamUri: (profileToken: string) => Promise<string>
  readonly logger: Logger
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** Asks for the stream as a viewer would, but takes no media. What changed is logged once. */
export function createStreamCheck(options: StreamCheckOptions): (profileToken: string) => Promise<StreamFacts> {
  const { camera, credentials, describe, timeoutMs, signal, logger } = options
  const missing = new Map<string, string>()

  function tell(profile: string, code: string | undefined) {
    const before = missing.get(profile)
    if (code === before) return
    const fields = { camera: camera.host, profile }
    if (code === undefined) {
      missing.delete(profile)
      logger.info(fields, 'camera stream is there again')
    } else {
      missing.set(profile, code)
      logger.warn({ ...fields, code }, 'camera stream is not there')
    }
  }

  return async (profile) => {
    try {
      const url = new URL(await options.streamUri(profile))
      const { codec, width, height } = await describe({ url, credentials, timeoutMs, signal })
      tell(profile, undefined)
      return { codec, ...(width !== undefined && height !== undefined && { width, height }) }
    } catch (reason) {
      if (!signal.aborted && reason instanceof AppError) tell(profile, reason.code)
      throw reason
    }
  }
}
