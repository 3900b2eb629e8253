import type { FastifyRequest } from 'fastify'
import type { AuditEntry } from '../../core/ports.ts'
import { callOf, paramsOf, reasonOf, type Declared } from './declared.ts'
import type { Details, Subject, Subjects } from './subjects.ts'

/** What is known of a call between its beginning and its answer. */
export interface Course {
  subject?: Subject
  /** The same in the entries before and after, to bring them together. */
  readonly call: string
  asked: boolean
  result?: Details
}

type Outcome = AuditEntry['outcome']

export interface CallResult {
  readonly outcome: Outcome
  readonly course: Course | undefined
  /** Of the error that was answered. */
  readonly code?: string | undefined
}

const actorOf = ({ person, gatewayId }: FastifyRequest) =>
  person?.username ?? (gatewayId === undefined ? 'anonymous' : `gateway:${gatewayId}`)

/** Whoever signs in has a name only after it worked. */
async function whoSignedIn({ body }: FastifyRequest, outcome: Outcome, subjects: Subjects) {
  const username = typeof body === 'object' && body !== null && 'username' in body ? String(body.username) : ''
  if (outcome === 'done') return { actor: username, target: username }
  return { actor: 'anonymous', target: (await subjects.isUser(username)) ? username : undefined }
}

export const outcomeOf = (status: number): Outcome => (status < 400 ? 'done' : status < 500 ? 'refused' : 'failed')

/** How much left, or the id of what came into being. */
export function resultOf(payload: unknown): Details {
  if (Array.isArray(payload)) return { answered: payload.length }
  if (typeof payload !== 'object' || payload === null) return {}
  for (const name of ['commandId', 'approvalId', 'ticketId', 'id'] as const)
    if (name in payload)
      return { [name === 'approvalId' ? name : 'result']: String((payload as Record<string, unknown>)[name]) }
  return {}
}

/** Makes entries of requests. */
export function createRequestEntries(subjects: Subjects) {
  async function full(request: FastifyRequest, declared: Declared, { outcome, course, code }: CallResult) {
    const { action } = declared
    const subject = course?.subject ?? (await subjects.of(callOf(request, declared), course !== undefined))
    const details: Details = {
      ...subject.details,
      ...((outcome === 'asked' || course?.asked === true) && course && { call: course.call }),
      ...course?.result,
      ...(code !== undefined && { code }),
    }
    const who = action === 'signIn' ? await whoSignedIn(request, outcome, subjects) : { actor: actorOf(request) }
    return { ...subject, ...who, action, address: request.ip, reason: reasonOf(request), outcome, details }
  }

  const minimal = (request: FastifyRequest, { action }: Declared, outcome: Outcome): AuditEntry => ({
    ...{ actor: actorOf(request), action, address: request.ip, reason: reasonOf(request), outcome },
    target: Object.values(paramsOf(request)).at(-1),
  })

  return {
    full,
    /** When not even the subject can be found out, the database is away: who, what and when are known all the same. */
    atLeast: (request: FastifyRequest, declared: Declared, by: CallResult) =>
      full(request, declared, by).catch(() => minimal(request, declared, by.outcome)),
  }
}

export type RequestEntries = ReturnType<typeof createRequestEntries>
