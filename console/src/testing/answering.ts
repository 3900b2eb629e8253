import { onTestFinished, vi } from 'vitest'

type Answer = (body: unknown, url: URL) => unknown

/** Answers HTTP calls of this test by `METHOD /path`; anything else is 404. Tells what was called. */
export function answering(routes: Readonly<Record<string, Answer>>) {
  const calls: { readonly call: string; readonly body: unknown }[] = []
  vi.stubGlobal('fetch', async (path: string, { method = 'GET', body }: RequestInit = {}) => {
    const url = new URL(path, 'http://console.test')
    const call = `${method} ${url.pathname}`
    const parsed: unknown = typeof body === 'string' ? JSON.parse(body) : undefined
    calls.push({ call, body: parsed })
    const answer = routes[call]
    if (!answer) return Response.json({ code: 'NOT_FOUND', message: call }, { status: 404 })
    const result = await answer(parsed, url)
    return result instanceof Response ? result : Response.json(result)
  })
  onTestFinished(() => void vi.unstubAllGlobals())
  return calls
}

export const refusing = (status: number, code: string, message: string) => () =>
  Response.json({ code, message }, { status })
