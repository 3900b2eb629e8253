import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import plugin from 'fastify-plugin'
import type { EndpointAccess } from '../contract/index.ts'
import type { Metrics } from '../core/metrics.ts'
import { isOwnOrigin } from '../core/origin.ts'
import type { GatewayRegistry } from '../core/ports.ts'
import { sessionTokenOf, setSessionCookie } from '../core/session-cookie.ts'
import { type AppError, foreignOrigin, notAllowed, notSignedIn } from '../errors.ts'
import type { SignInService } from '../modules/identity/sign-in.service.ts'

export interface AccessOptions {
  readonly signIns: SignInService
  readonly registry: Pick<GatewayRegistry, 'authenticate'>
  readonly metrics: Metrics
}

/** Carries what an endpoint declares over to its route, where hooks and documentation find it. */
function adoptDeclaration(route: RouteOptions & { access?: EndpointAccess; summary?: string }) {
  route.config = {
    ...(route.access !== undefined && { access: route.access }),
    ...(route.summary !== undefined && { summary: route.summary }),
    ...route.config,
  }
}

const reading = new Set(['GET', 'HEAD', 'OPTIONS'])

function basicCredentials(request: FastifyRequest) {
  const [, encoded = ''] = /^Basic ([A-Za-z0-9+/=]{1,1000})$/.exec(request.headers.authorization ?? '') ?? []
  const [, name = '', secret = ''] = /^([^:]{1,64}):(.+)$/s.exec(Buffer.from(encoded, 'base64').toString()) ?? []
  return { name, secret }
}

/** The one place that decides who may call what. A route that declares nothing is closed to everybody. */
export const accessControl = plugin<AccessOptions>(
  async (app, { signIns, registry, metrics }) => {
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

    async function requireGateway(request: FastifyRequest) {
      const { name, secret } = basicCredentials(request)
      if (name === '' || !(await registry.authenticate(name, secret))) refuse(notSignedIn())
      request.gatewayId = name
    }

    async function requirePerson(request: FastifyRequest, reply: FastifyReply) {
      const token = sessionTokenOf(request)
      const session = token === undefined ? undefined : await signIns.resume(token)
      if (!session || token === undefined) return refuse(notSignedIn())
      if (session.extended) setSessionCookie(request, reply, { token, expiresAt: session.expiresAt })
      request.person = session.user
      return session.user.role
    }

    // After the rate limit and before the body is read: nobody makes us parse what they may not send.
    app.addHook('preParsing', async (request, reply) => {
      if (request.is404) return
      const { access } = request.routeOptions.config
      if (access === 'gateway') return requireGateway(request)
      if (!reading.has(request.method) && !isOwnOrigin(request.headers.origin, request.host)) refuse(foreignOrigin())
      if (access === 'public') return
      const role = await requirePerson(request, reply)
      if (access === undefined || (access !== 'signed-in' && !access.includes(role))) refuse(notAllowed())
    })
  },
  { name: 'access-control', dependencies: ['@fastify/cookie'] },
)
