import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import { auditUnavailable } from '../errors.ts'
import type { KeepingTrail } from '../modules/audit/audit-trail.ts'
import { callOf, declaredOf, type Declared } from '../modules/audit/declared.ts'
import { createRefusalLimit } from '../modules/audit/refusal-limit.ts'
import { createRequestEntries, outcomeOf, resultOf, type Course } from '../modules/audit/request-entry.ts'
import type { Subjects } from '../modules/audit/subjects.ts'
import { isUrgent } from '../modules/audit/urgent.ts'

export interface AuditingOptions {
  readonly trail: KeepingTrail
  readonly subjects: Subjects
}

const minuteMs = 60_000

const doesSomething = ({ endpoint: { audit } }: Declared) => audit === 'change' || audit === 'command'

/** An answer that may not leave takes its headers with it: nobody shall keep the refusal for a year. */
function withdraw(reply: FastifyReply, payload: unknown) {
  if (payload instanceof Readable) payload.destroy()
  for (const name of ['cache-control', 'etag', 'last-modified', 'content-disposition', 'content-length'])
    reply.removeHeader(name)
}

/** The entry before something happens. Without it nothing happens, unless it is urgent. */
function createAsking({ trail, subjects }: AuditingOptions) {
  const entries = createRequestEntries(subjects)
  return async (request: FastifyRequest, declared: Declared, course: Course) => {
    const urgent = isUrgent(declared.action, request.body)
    // Nobody is known yet, and anybody may call: what they cause is written when it is done, and within limits.
    if (declared.endpoint.access === 'public') {
      if (!urgent && !trail.isWriting()) throw auditUnavailable()
      return
    }
    const asked = { outcome: 'asked', course } as const
    if (urgent) {
      await trail.keep(await entries.atLeast(request, declared, asked))
      course.asked = true
      return
    }
    course.subject = await subjects.of(callOf(request, declared), true).catch((error: unknown) => {
      throw auditUnavailable(error)
    })
    await trail.append(await entries.full(request, declared, asked))
    course.asked = true
  }
}

interface Settlement {
  readonly status: number
  readonly course: Course | undefined
  readonly code: string | undefined
}

/** The entry when the answer is known and has not left yet. */
function createSettling({ trail, subjects }: AuditingOptions) {
  const entries = createRequestEntries(subjects)
  const limit = createRefusalLimit()

  async function refuse(request: FastifyRequest, declared: Declared, { status, course, code }: Settlement) {
    const isWorthIt = declared.endpoint.audit !== 'none' || status === 403
    if (!isWorthIt || !limit.admits(request.ip)) return
    const entry = await entries.atLeast(request, declared, { outcome: outcomeOf(status), course, code })
    await trail.keep({ ...entry, details: { ...entry.details, status } })
  }

  return {
    settle: async (request: FastifyRequest, declared: Declared, settlement: Settlement) => {
      const { status, course, code } = settlement
      // Where a second person has to agree, all that was done is to ask.
      const by = {
        outcome: course?.result?.['approvalId'] === undefined ? outcomeOf(status) : 'asked',
        course,
        code,
      } as const
      if (course?.asked !== true && status >= 400) return refuse(request, declared, settlement)
      if (!course) return
      if (declared.endpoint.audit === 'look') return trail.append(await entries.full(request, declared, by))
      // It has happened: nothing is gained by calling it a failure because of what is written about it.
      await trail.keep(await entries.atLeast(request, declared, by))
    },
    tellSuppressed: async () => {
      for (const { address, entries: count } of limit.turn()) {
        const details = { entries: count }
        await trail.keep({ actor: 'system', action: 'audit.suppressed', address, outcome: 'refused', details })
      }
    },
  }
}

/** Writes the audit log from what the endpoints declare; no endpoint does it itself. */
export const auditing = plugin<AuditingOptions>(
  async (app, options) => {
    const courses = new WeakMap<FastifyRequest, Course>()
    const codes = new WeakMap<FastifyRequest, string>()
    const settled = new WeakSet<FastifyRequest>()
    const ask = createAsking(options)
    const { settle, tellSuppressed } = createSettling(options)

    app.addHook('preHandler', async (request) => {
      const declared = declaredOf(request)
      if (!declared || declared.endpoint.audit === 'none') return
      const course: Course = { call: randomUUID().slice(0, 8), asked: false }
      courses.set(request, course)
      if (doesSomething(declared)) await ask(request, declared, course)
    })

    app.addHook('onError', async (request, _reply, error) => {
      if (/^[A-Z_]{1,40}$/.test(error.code)) codes.set(request, error.code)
    })

    app.addHook('preSerialization', async (request, reply, payload) => {
      const course = courses.get(request)
      if (course && reply.statusCode < 400) course.result = resultOf(payload)
      return payload
    })

    app.addHook('onSend', async (request, reply, payload) => {
      const declared = declaredOf(request)
      if (!declared || settled.has(request)) return payload
      settled.add(request)
      try {
        const course = courses.get(request)
        await settle(request, declared, { status: reply.statusCode, course, code: codes.get(request) })
      } catch (error) {
        withdraw(reply, payload)
        throw auditUnavailable(error)
      }
      return payload
    })

    const timer = setInterval(() => void tellSuppressed(), minuteMs).unref()
    app.addHook('onClose', async () => {
      clearInterval(timer)
      await tellSuppressed()
    })
  },
  { name: 'audit' },
)
