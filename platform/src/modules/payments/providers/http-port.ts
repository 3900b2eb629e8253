export interface HttpRequest {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

export interface HttpAnswer {
  readonly status: number
  header(name: string): string | undefined
  readonly body: Buffer
}

/** The way out to a provider. Rejects when nobody answers in time. */
export type HttpPort = (request: HttpRequest) => Promise<HttpAnswer>

const timeoutMs = 10_000
/** A bill of some ten thousand payments. */
const mostBytes = 32 * 1024 * 1024

async function read(answer: Response): Promise<Buffer> {
  const parts: Uint8Array[] = []
  const reader: ReadableStreamDefaultReader<Uint8Array> | undefined = answer.body?.getReader()
  let size = 0
  for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
    size += part.value.length
    if (size > mostBytes) throw new Error('The answer is too long')
    parts.push(part.value)
  }
  return Buffer.concat(parts)
}

export const fetchHttp: HttpPort = async ({ method, url, headers, body }) => {
  const answer = await fetch(url, {
    ...{ method, headers, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) },
    ...(body !== undefined && { body }),
  })
  return {
    status: answer.status,
    header: (name) => answer.headers.get(name) ?? undefined,
    body: await read(answer),
  }
}
