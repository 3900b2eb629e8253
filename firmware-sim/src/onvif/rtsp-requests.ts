export interface RtspRequest {
  readonly method: string
  readonly uri: string
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>
}

/** Nobody asks a camera for more. */
const longestRequest = 16 * 1024

const endOfHead = '\r\n\r\n'

function requestOf(head: string): RtspRequest | undefined {
  const [first = '', ...rest] = head.split('\r\n')
  const [, method, uri] = /^([A-Z_]{1,30}) (\S+) RTSP\/1\.0$/.exec(first) ?? []
  if (method === undefined || uri === undefined) return undefined
  const headers = rest.map((line) => {
    const [name = '', ...value] = line.split(':')
    return [name.trim().toLowerCase(), value.join(':').trim()] as const
  })
  return { method, uri, headers: new Map(headers) }
}

/** Requests out of the bytes of one connection. `take` answers `undefined` for what is none, or longer than any. */
export function createRtspRequests(): { take(chunk: Buffer): readonly RtspRequest[] | undefined } {
  let waiting = ''
  return {
    take(chunk) {
      waiting += chunk.toString('latin1')
      const requests: RtspRequest[] = []
      for (let end = waiting.indexOf(endOfHead); end !== -1; end = waiting.indexOf(endOfHead)) {
        const request = requestOf(waiting.slice(0, end))
        if (!request) return undefined
        const bodyEnd = end + endOfHead.length + Number(request.headers.get('content-length') ?? 0)
        if (!(bodyEnd <= longestRequest)) return undefined
        if (waiting.length < bodyEnd) break
        requests.push(request)
        waiting = waiting.slice(bodyEnd)
      }
      return waiting.length <= longestRequest ? requests : undefined
    },
  }
}
