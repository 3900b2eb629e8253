import type { FastifyRequest } from 'fastify'
import type { TSchema } from 'typebox'
import { endpoints, type Endpoint } from '../../contract/index.ts'
import type { Call } from './subjects.ts'

/** An endpoint of the contract as the audit log sees it. */
export interface Declared {
  readonly action: string
  readonly endpoint: Endpoint
  readonly known: ReadonlySet<string>
}

const fieldsOf = (schema: TSchema | undefined) =>
  schema && 'properties' in schema ? Object.keys(schema.properties as object) : []

const byRoute = new Map(
  Object.entries(endpoints).map(([action, endpoint]): [string, Declared] => {
    const { body, querystring } = endpoint.schema
    const known = new Set([...fieldsOf(body), ...fieldsOf(querystring)])
    return [`${endpoint.method} ${endpoint.url}`, { action, endpoint, known }]
  }),
)

/** What the contract says of a request; nothing for what is not in the contract, such as the console's files. */
export function declaredOf({ method, routeOptions: { url } }: FastifyRequest): Declared | undefined {
  // Fastify answers HEAD wherever there is a GET.
  return byRoute.get(`${method === 'HEAD' ? 'GET' : method} ${url ?? ''}`)
}

/** What the address names. The code of a lane is known by its lane: the rest of it is a secret. */
export function paramsOf({ params }: Pick<FastifyRequest, 'params'>): Record<string, string> {
  const { laneToken, ...others } = params as Record<string, string>
  return laneToken === undefined ? others : { laneId: laneToken.split('.', 1)[0] ?? '', ...others }
}

export const callOf = (request: FastifyRequest, { action, known }: Declared): Call => ({
  ...{ action, known, query: request.query, body: request.body, caller: request.person },
  params: paramsOf(request),
})

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // a percent sign that is one
  }
}

/** Why somebody does it, in their own words: header (percent-encoded), query or body. */
export function reasonOf({ headers, query, body }: FastifyRequest): string | undefined {
  const header = headers['x-reason']
  if (typeof header === 'string' && header !== '') return decoded(header)
  for (const part of [query, body])
    if (typeof part === 'object' && part !== null && 'reason' in part && typeof part.reason === 'string')
      return part.reason
  return undefined
}
