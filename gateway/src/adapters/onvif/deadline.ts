interface DeadlineOptions {
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
  /** The coded error to end with. */
  readonly failure: (problem: string) => Error
}

/** Ends after `timeoutMs` or with the caller, whichever is first; `release` lets go of both. */
export function deadline({ timeoutMs, signal, failure }: DeadlineOptions) {
  const abort = new AbortController()
  const stop = () => abort.abort(failure('the request was given up'))
  const timer = setTimeout(() => abort.abort(failure(`no answer within ${timeoutMs} ms`)), timeoutMs)
  if (signal?.aborted) stop()
  signal?.addEventListener('abort', stop, { once: true })
  return {
    signal: abort.signal,
    release() {
      clearTimeout(timer)
      signal?.removeEventListener('abort', stop)
    },
  }
}
