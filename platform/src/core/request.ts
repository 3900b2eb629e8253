import type { FastifyRequest } from 'fastify'
import type { Endpoint, EndpointAccess } from '../contract/index.ts'
import { notSignedIn } from '../errors.ts'
import type { Caller } from './ports.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the access hook for people. */
    person: Caller | undefined
    /** Set by the access hook for gateways. */
    gatewayId: string | undefined
    /** Set where a second person was needed and there is none. */
    isAlone: boolean
  }
  interface FastifyContextConfig {
    access?: EndpointAccess
    summary?: string
    secondPerson?: true
    evenWith?: Endpoint['evenWith'] & {}
  }
}

/** The person behind a request that the access hook let through. */
export function callerOf(request: FastifyRequest): Caller {
  if (!request.person) throw notSignedIn()
  return request.person
}

/** The gateway behind a request that the access hook let through. */
export function gatewayOf(request: FastifyRequest): string {
  if (!request.gatewayId) throw notSignedIn()
  return request.gatewayId
}
