import { createHash, randomBytes } from 'node:crypto'

const md5 = (...parts: readonly string[]) => createHash('md5').update(parts.join(':')).digest('hex')
const fieldOf = (challenge: string, name: string) => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1] ?? ''

/** Fetches with HTTP digest; with a `challenge` it does not ask for one first. */
export async function fetchWithDigest(
  url: string,
  { username, password }: { readonly username: string; readonly password: string },
  ...[request = {}, given]: [request?: { method?: string; body?: string }, challenge?: string]
): Promise<Response> {
  const challenge = given ?? (await fetch(url, request)).headers.get('www-authenticate') ?? ''
  const { pathname, search } = new URL(url)
  const [realm, nonce, cnonce] = [
    fieldOf(challenge, 'realm'),
    fieldOf(challenge, 'nonce'),
    randomBytes(8).toString('hex'),
  ]
  const asked = md5(request.method ?? 'GET', pathname + search)
  const response = md5(md5(username, realm, password), nonce, '00000001', cnonce, 'auth', asked)
  const fields = `username="${username}", realm="${realm}", nonce="${nonce}", uri="${pathname + search}"`
  const authorization = `Digest ${fields}, qop=auth, nc=00000001, cnonce="${cnonce}", response="${response}"`
  return fetch(url, { ...request, headers: { authorization } })
}
