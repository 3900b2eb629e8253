import type { FastifyRequest, RouteOptions } from 'fastify'
import plugin from 'fastify-plugin'
import type { Duty, Endpoint } from '../contract/index.ts'
import type { Metrics } from '../core/metrics.ts'
import { isOwnOrigin } from '../core/origin.ts'
import type { GatewayIdentity, GatewayRegistry } from '../core/ports.ts'
import { sessionTokenOf } from '../core/session-cookie.ts'
import {
  type AppError,
  foreignOrigin,
  notAllowed,
  notSignedIn,
  passwordChangeRequired,
  totpEnrolmentRequired,
} from '../errors.ts'
import type { SignInService } from '../modules/identity/sign-in.service.ts'

export interface AccessOptions {
  readonly signIns: SignInService
  readonly registry: Pick<GatewayRegistry, 'authenticate'>
  readonly certificates: Pick<GatewayIdentity, 'gatewayOf'>
  readonly metrics: Metrics
}

/** Carries what an endpoint declares over to its route, where hooks and documentation find it. */
function adoptDeclaration(
  route: RouteOptions & Partial<Pick<Endpoint, 'access' | 'summary' | 'secondPerson' | 'evenWith'>>,
) {
  route.config = {
    ...(route.access !== undefined && { access: route.access }),
    ...(route.secondPerson !== undefined && { secondPerson: route.secondPerson }),
    ...(route.evenWith !== undefined && { evenWith: route.evenWith }),
    ...(route.summary !== undefined && { summary: route.summary }),
    ...route.config,
  }
}

const refusals = { 'change-password': passwordChangeRequired, 'enrol-totp': totpEnrolmentRequired } as const

/** Whoever has a duty is let through to what fulfils it, and to nothing else. */
export const refusalOf = (duty: Duty | undefined, evenWith: Endpoint['evenWith'] = []) =>
  duty === undefined || evenWith.includes(duty) ? undefined : refusals[duty]()

const reading = new Set(['GET', 'HEAD', 'OPTIONS'])

function basicCredentials(request: FastifyRequest) {
  const [, encoded = ''] = /^Basic ([A-Za-z0-9+/=]{1,1000})$/.exec(request.headers.authorization ?? '') ?? []
  const [, name = '', secret = ''] = /^([^:]{1,64}):(.+)$/s.exec(Buffer.from(encoded, 'base64').toString()) ?? []
  return { name, secret }
}

/** The one place that decides who may call what. A route that declares nothing is closed to everybody. */
export const accessControl = plugin<AccessOptions>(
  async (app, { signIns, registry, certificates, metrics }) => {
    const routes: RouteOptions[] = []
    app.decorateRequest('person', undefined)
    app.decorateRequest('gatewayId', undefined)
    app.addHook('onRoute', (route) => {
      adoptDeclaration(route)
      routes.push(route)
    })
    app.addHook('onReady', async () => {
      const open = routes.filter((route) => route.config?.access === undefined)
      if (open.length > 0) throw new Error(`No access is declared for ${open.map(({ url }) => url).join(', ')}`)
    })

    function refuse(error: AppError): never {
      metrics.refused('http', error.code.toLowerCase().replaceAll('_', '-'))
      throw error
    }

    /** A gateway that is enrolled has a token; InfluxDB's clients know only user and password, and send it as that. */
    async function tokenHolder(request: FastifyRequest) {
      const [, bearer] = /^Bearer (v1:[\w-]{1,500})$/.exec(request.headers.authorization ?? '') ?? []
      if (bearer !== undefined) return certificates.gatewayOf(bearer)
      const { name, secret } = basicCredentials(request)
      if (!secret.startsWith('v1:')) return undefined
      const gatewayId = await certificates.gatewayOf(secret)
      return gatewayId === name ? gatewayId : undefined
    }

    async function secretHolder(request: FastifyRequest) {
      const { name, secret } = basicCredentials(request)
      return name !== '' && (await registry.authenticate(name, secret)) ? name : undefined
    }

    async function requireGateway(request: FastifyRequest) {
      const gatewayId = (await tokenHolder(request)) ?? (await secretHolder(request))
      if (gatewayId === undefined) return refuse(notSignedIn())
      request.gatewayId = gatewayId
    }

    async function requirePerson(request: FastifyRequest) {
      const token = sessionTokenOf(request)
      const session = token === undefined ? undefined : await signIns.resume(token)
      if (!session) return refuse(notSignedIn())
      request.person = session.user
      const refusal = refusalOf(session.duty, request.routeOptions.config.evenWith)
      if (refusal) refuse(refusal)
      return session.user.role
    }

    // After the rate limit and before the body is read: nobody makes us parse what they may not send.
    app.addHook('preParsing', async (request) => {
      if (request.is404) return
      const { access } = request.routeOptions.config
      if (access === 'gateway') return requireGateway(request)
      if (!reading.has(request.method) && !isOwnOrigin(request.headers.origin, request.host)) refuse(foreignOrigin())
      if (access === 'public') return
      const role = await requirePerson(request)
      if (access === undefined || (access !== 'signed-in' && !access.includes(role))) refuse(notAllowed())
    })
  },
  { name: 'access-control', dependencies: ['@fastify/cookie'] },
)
