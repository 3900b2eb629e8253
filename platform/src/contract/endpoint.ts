import { Type, type Static, type TSchema } from 'typebox'
import type { Role } from './roles.ts'

/**
 * Who may call an endpoint. Everything that is not declared is refused.
 * - `public`: nobody needs to sign in (sign-in itself, health)
 * - `signed-in`: any person with a session
 * - `gateway`: a gateway with its own credentials
 * - a list of roles: a person with one of these roles, inside their scope
 */
export type EndpointAccess = 'public' | 'signed-in' | 'gateway' | readonly Role[]

/**
 * What the audit log keeps of a call.
 * - `look`: personal data leaves (plates, faces, names, pictures); written before the answer goes out
 * - `command`: something happens at a device; written before and after
 * - `change`: something stored changes; written before and after
 * - `none`: neither
 */
export type EndpointAudit = 'look' | 'command' | 'change' | 'none'

/** Answered with 202 when a second person has to agree before anything happens. */
export const SecondPersonAsked = Type.Object({ approvalId: Type.String({ maxLength: 80 }) })
export type SecondPersonAsked = Static<typeof SecondPersonAsked>

/** A Fastify route without its handler: plain data, safe to import in a browser. */
export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly url: string
  readonly summary: string
  readonly access: EndpointAccess
  readonly audit: EndpointAudit
  /**
   * A second person has to agree where the module's rule says so. The rule is registered under method and address;
   * without one the platform does not start.
   */
  readonly secondPerson?: true
  /** What people may still have to do and call this all the same; everything else is closed to them until it is done. */
  readonly evenWith?: readonly ('change-password' | 'enrol-totp')[]
  readonly schema: {
    readonly params?: TSchema
    readonly querystring?: TSchema
    readonly body?: TSchema
    readonly response: Readonly<Record<number, TSchema>>
  }
}

type Part<E extends Endpoint, K extends 'params' | 'querystring' | 'body'> =
  E['schema'] extends Record<K, infer S extends TSchema> ? Record<K, Static<S>> : unknown

/** What a caller passes: `params`, `querystring` and `body`, as far as the endpoint has them. */
export type InputOf<E extends Endpoint> = Part<E, 'params'> & Part<E, 'querystring'> & Part<E, 'body'>

type Answer<E extends Endpoint> = E['schema']['response'] extends { 200: infer S extends TSchema }
  ? Static<S>
  : E['schema']['response'] extends { 201: infer S extends TSchema }
    ? Static<S>
    : E['schema']['response'] extends { 202: infer S extends TSchema }
      ? Static<S>
      : undefined

/** The body of a successful answer (200, 201 or 202); `undefined` for 204. */
export type OutputOf<E extends Endpoint> =
  Answer<E> | (E extends { readonly secondPerson: true } ? SecondPersonAsked : never)
